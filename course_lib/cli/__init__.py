"""The `course` command: what it can be told, and how it ends.

Only click is imported here and in the modules beside it; what a command needs, it imports when it runs, so that
`course --help` answers at once.
"""

from __future__ import annotations

import contextlib
import errno
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

import click

from course_lib import __version__
from course_lib.base.errors import CourseError
from course_lib.base.language import tr
from course_lib.cli import classroom, data, doctor, handing, lab, lessons, printing, speaking
from course_lib.cli.options import LANGUAGE
from course_lib.showing import language as languages

INTERRUPTED = 130

# What a disk says that is full or may not be written, in Chinese.
_NO_ROOM = {
    errno.ENOSPC: "磁盘已满",
    errno.EROFS: "磁盘只读",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EDQUOT: "超出磁盘配额",
    errno.EFBIG: "文件过大",
}


class Terminated(KeyboardInterrupt):
    """Somebody ends this process by a signal: as after Ctrl-C, what it began is cleared up first.

    Args:
        number: the signal's.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="course")
@click.option(
    "--language",
    type=LANGUAGE,
    is_eager=True,
    expose_value=False,
    callback=lambda context, option, value: value and speaking.use(value, course),
    help="The language of help and messages; if left out, COURSE_LANGUAGE, or the system's.",
)
def course() -> None:
    """Deep learning for language: its lessons, its data, its site.

    \b
    Exit codes: 0 all well · 1 something that was checked is wrong · 2 wrong usage ·
    3 data cannot be had · 4 this machine lacks something · 130 interrupted, 143 terminated
    """


for command in (doctor.doctor, data.data, *lessons.COMMANDS, *classroom.COMMANDS, *printing.COMMANDS, lab.lab):
    course.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command and leave with its exit code; an error is one line on stderr.

    Args:
        arguments: the words after `course`; those of the command line where they are left out.

    Raises:
        SystemExit: always.
    """
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot write Chinese shows question marks; it must not stop the command.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    before = languages.current()
    try:
        speaking.use(speaking.chosen(), course)
        if arguments is None:
            handing.hand_over()
        with _ends_tidily():
            code = course.main(args=arguments, prog_name="course", standalone_mode=False)
    except CourseError as error:
        code = _fail(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        code = error.exit_code
    except click.ClickException as error:
        code = _fail(speaking.sentence(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt) as stopped:
        # Click makes an Abort of an interrupt.
        cause = stopped.__cause__ or stopped
        if isinstance(cause, Terminated):
            code = _fail(tr("terminated", "已终止"), cause.exit_code)
        else:
            code = _fail(tr("interrupted", "已中断"), INTERRUPTED)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        code = _fail(_not_written(error), 4)
    finally:
        languages.use(before)
    sys.exit(code if isinstance(code, int) else 0)


def _not_written(error: OSError) -> str:
    place = error.filename or tr("a file", "有文件")
    return tr(
        f"{place} cannot be written ({error.strerror}); make room or change its rights, and run this again",
        f"{place} 无法写入（{_NO_ROOM[error.errno]}）；请腾出空间或修改权限，然后重新运行",
    )


@contextlib.contextmanager
def _ends_tidily() -> Iterator[None]:
    """Let what asks this process to end do so once: a second Ctrl-C would disturb the clearing up after the first."""

    def end(number: int, frame: FrameType | None) -> None:
        for each in found:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt if number == signal.SIGINT else Terminated(number)

    # Whoever started this process may have decided otherwise, as `nohup` does.
    usual = (signal.SIG_DFL, signal.default_int_handler)
    found = {}
    if threading.current_thread() is threading.main_thread():
        known = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
        found = {number: signal.getsignal(number) for number in known if signal.getsignal(number) in usual}
    for number in found:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, before in found.items():
            signal.signal(number, before)


def _fail(message: str, code: int) -> int:
    click.echo(tr(f"error: {message}", f"错误：{message}"), err=True)
    return code
