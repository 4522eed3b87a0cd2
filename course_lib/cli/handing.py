"""Two checkouts of the course on one machine: each works with its own library, whichever is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from course_lib.base import settings
from course_lib.base.errors import EnvironmentProblem
from course_lib.base.language import tr

_MAIN = "import sys; sys.path.insert(0, sys.argv.pop(1)); from course_lib.cli import main; main()"


def hand_over() -> None:
    """Where the working folder belongs to another checkout than this library, become that checkout's command.

    Raises:
        EnvironmentProblem: if this process has been told to take that library, and Python takes this one all the same.
    """
    other = settings.other_checkout(Path.cwd())
    if other is None:
        return
    if sys.path[0] == str(other):
        raise EnvironmentProblem(
            tr(
                f"this folder's course is in {other}, and Python takes course_lib from"
                f" {settings.library_folder().parent}; install the one you mean:"
                " python -m pip install --no-deps -e .",
                f"这个文件夹属于 {other} 中的课程，而 Python 用的 course_lib 在"
                f" {settings.library_folder().parent}；请安装你要用的那一份：python -m pip install --no-deps -e .",
            )
        )
    become([sys.executable, "-P", "-c", _MAIN, str(other), *sys.argv[1:]], with_library(other))


def with_library(root: Path) -> dict[str, str]:
    """This process's environment, in which Python takes `course_lib` from a checkout before any installed one.

    Args:
        root: the checkout.
    """
    path = os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}


def become(command: list[str], environment: dict[str, str]) -> None:
    """Turn this process into another, so that Ctrl-C and a kill reach it and its exit code is ours."""
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(command[0], command, environment)
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:
            # The console sent it to the other too, and what that answers is awaited.
            continue
