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
from course_lib.base.docstrings import docstring
from course_lib.base.errors import CourseError
from course_lib.cli import classroom, data, doctor, handing, lab, lessons, printing

INTERRUPTED = 130

# What a disk says that is full or may not be written.
_NO_ROOM = {errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EPERM, errno.EDQUOT, errno.EFBIG}


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
    try:
        if arguments is None:
            handing.hand_over()
        _keep_help(course)
        with _ends_tidily():
            code = course.main(args=arguments, prog_name="course", standalone_mode=False)
    except CourseError as error:
        code = _fail(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        code = error.exit_code
    except click.ClickException as error:
        code = _fail(_sentence(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt) as stopped:
        # Click makes an Abort of an interrupt.
        cause = stopped.__cause__ or stopped
        code = (
            _fail("terminated", cause.exit_code) if isinstance(cause, Terminated) else _fail("interrupted", INTERRUPTED)
        )
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        place = f"{error.filename} cannot be written" if error.filename else "a file cannot be written"
        code = _fail(f"{place} ({error.strerror}); make room or change its rights, and run this again", 4)
    sys.exit(code if isinstance(code, int) else 0)


def _keep_help(command: click.Command) -> None:
    """Give commands their help texts, their docstrings, where Python has dropped those (`PYTHONOPTIMIZE=2`)."""
    if command.help is None and command.callback is not None:
        command.help = docstring(command.callback)
    for one in command.commands.values() if isinstance(command, click.Group) else ():
        _keep_help(one)


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
    click.echo(f"error: {message}", err=True)
    return code


def _sentence(error: click.ClickException) -> str:
    """Click's message on one line, with the way to the help behind it."""
    message = " ".join(error.format_message().split())
    context = getattr(error, "ctx", None)
    return f"{message} See `{context.command_path} --help`." if context else message
