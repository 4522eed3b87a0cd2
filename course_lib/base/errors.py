"""The errors of the course: each says what was given and what is allowed, and carries an exit code scripts can rely on.

Exit codes of the `course` command: 0 all well; 1 something that was checked is wrong; 2 it was called wrongly; 3 data
cannot be had; 4 this machine lacks something.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from course_lib.base.language import tr

# What can be unknown, in Chinese; a name that is not here stays as it is.
_CHINESE = {
    "cell": "单元格",
    "chapter": "课",
    "data set": "数据集",
    "edition": "版本",
    "form": "格式",
    "form of a table": "表格格式",
    "form of an assignment": "作业格式",
    "language": "语言",
    "result": "结果",
    "scale": "规模",
}


class CourseError(Exception):
    """Anything the course reports to a reader in one sentence, without a traceback."""

    exit_code = 1


class UsageError(CourseError, ValueError):
    """The course was asked for something that does not exist: a scale, a language, a chapter, a data set."""

    exit_code = 2

    @classmethod
    def unknown(cls, what: str, given: object, allowed: Iterable[object]) -> UsageError:
        """Name what was given and every value that is allowed."""
        words = list(map(str, allowed))
        return cls(
            tr(
                f"unknown {what} {given!r}; allowed: {', '.join(words)}",
                f"没有这样的{_CHINESE.get(what, what)}：{given!r}；可用的有：{'、'.join(words)}",
            )
        )


class DataUnavailable(CourseError, OSError):
    """A data set can be had neither from a folder, nor from the cache, nor from the net."""

    exit_code = 3


class DataCorrupt(DataUnavailable):
    """A file is there and is not what it should be: cut short, of the wrong content, or dangerous to unpack."""


class EnvironmentProblem(CourseError):
    """This machine lacks something that the course needs for the task."""

    exit_code = 4


class ChapterFailed(CourseError):
    """A chapter stopped at an error, or a result fell outside its expected range."""


class SourceError(CourseError):
    """A lesson's source breaks a rule of the format.

    Args:
        path: the source file.
        line: the line, counted from 1.
        message: what is wrong, and how it is put right.
    """

    def __init__(self, path: Path | str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path = Path(path)
        self.line = line
        self.message = message
