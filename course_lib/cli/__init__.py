"""The `course` command: what it can be told, and how it ends.

Only click is imported here and in the modules beside it; what a command needs, it imports when it runs, so that
`course --help` answers at once.
"""

from __future__ import annotations

import sys

import click

from course_lib import __version__
from course_lib.base.errors import CourseError
from course_lib.cli import data, doctor, lab, lessons

INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="course")
def course() -> None:
    """Deep learning for language: its lessons, its data, its site.

    \b
    Exit codes: 0 all well · 1 something that was checked is wrong · 2 wrong usage ·
    3 data cannot be had · 4 this machine lacks something · 130 interrupted
    """


for command in (doctor.doctor, data.data, *lessons.COMMANDS, lab.lab):
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
        code = course.main(args=arguments, prog_name="course", standalone_mode=False)
    except CourseError as error:
        code = _fail(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        code = error.exit_code
    except click.ClickException as error:
        code = _fail(_sentence(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        code = _fail("interrupted", INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> int:
    click.echo(f"error: {message}", err=True)
    return code


def _sentence(error: click.ClickException) -> str:
    """Click's message on one line, with the way to the help behind it."""
    message = " ".join(error.format_message().split())
    context = getattr(error, "ctx", None)
    return f"{message} See `{context.command_path} --help`." if context else message
