"""Values that commands take: a scale, a language, a chapter; each unknown one is answered with those that exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from course_lib.base import settings
from course_lib.base.errors import EnvironmentProblem, UsageError
from course_lib.base.language import tr
from course_lib.showing.language import LANGUAGES

EDITIONS = ("student", "solution")


class Known(click.ParamType):
    """One of some words; any other is refused with the list of those allowed.

    Args:
        name: what the word is, such as `"scale"`.
        allowed: the words, or a function that returns them, for those that are costly to know.
    """

    def __init__(self, name: str, allowed: Iterable[str] | Callable[[], Iterable[str]]) -> None:
        self.name = name
        self._allowed = allowed

    @property
    def allowed(self) -> tuple[str, ...]:
        """Every word that is taken."""
        return tuple(self._allowed() if callable(self._allowed) else self._allowed)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word itself.

        Raises:
            UsageError: if it is not allowed.
        """
        if value not in self.allowed:
            raise UsageError.unknown(self.name, value, self.allowed)
        return value

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str | None:
        """The words themselves, where they are known without work."""
        return None if callable(self._allowed) else f"[{'|'.join(self.allowed)}]"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The words that go on from what was typed."""
        return [CompletionItem(word) for word in self.allowed if word.startswith(incomplete)]


LANGUAGE = Known("language", LANGUAGES)
LANGUAGE_OR_BOTH = Known("language", (*LANGUAGES, "both"))
EDITION = Known("edition", EDITIONS)
# The names stand in session/scale.py too, which imports the data layer: too much for a help text. A test compares them.
SCALE = Known("scale", ("smoke", "quick", "full"))


class AtOnce(click.ParamType):
    """How many may run side by side: a whole number from 1.

    Args:
        english: what, in the words of its error.
        chinese: the same in Chinese.
    """

    name = "number"

    def __init__(self, english: str = "lessons run", chinese: str = "运行几课") -> None:
        self._english, self._chinese = english, chinese

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number.

        Raises:
            UsageError: if it is no whole number, or less than 1.
        """
        number = int(value) if str(value).strip().isdecimal() else 0
        if number < 1:
            raise UsageError(
                tr(
                    f"--jobs is {value!r}; allowed: a whole number from 1, how many {self._english} side by side",
                    f"--jobs 的值是 {value!r}；可用的有：从 1 起的整数，即同时{self._chinese}",
                )
            )
        return number

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """What stands for it in a help text."""
        return "N"


def languages(choice: str) -> tuple[str, ...]:
    """The languages that an option names: one, or both."""
    return LANGUAGES if choice == "both" else (choice,)


def checkout() -> Path:
    """The folder of the course, with its chapters.

    Raises:
        EnvironmentProblem: where only the library is installed.
    """
    root = settings.repository_root()
    if root is None:
        raise EnvironmentProblem(
            tr(
                "the lessons are not here; run this inside a checkout of the course",
                "这里没有课程；请在课程的文件夹里运行本命令",
            )
        )
    return root


def chapter_paths() -> dict[int, Path]:
    """Every lesson's source by its number.

    Raises:
        EnvironmentProblem: where there are no lessons.
    """
    from course_lib.publishing import source

    paths = source.chapter_paths(checkout() / "chapters")
    if not paths:
        raise EnvironmentProblem(
            tr(
                f"no lessons in {checkout() / 'chapters'}; get the whole checkout of the course",
                f"{checkout() / 'chapters'} 里没有课程；请取得完整的课程文件夹",
            )
        )
    return paths


def chosen_chapters(words: Iterable[str]) -> list[Path]:
    """The sources that words name: `1`, `01`, `01_preprocessing` or `preprocessing`; all of them for no word.

    Args:
        words: what was typed.

    Returns:
        The sources by number, each once.

    Raises:
        UsageError: if a word names no chapter.
    """
    paths = chapter_paths()
    names = {name: number for number, path in paths.items() for name in (path.stem, path.stem[3:])}
    chosen = set()
    for word in words:
        number = int(word) if word.isdecimal() else names.get(word.lower())
        if number not in paths:
            raise UsageError.unknown("chapter", word, (path.stem for path in paths.values()))
        chosen.add(number)
    return [paths[number] for number in sorted(chosen or paths)]
