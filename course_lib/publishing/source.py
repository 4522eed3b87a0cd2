"""A lesson's source: one file with the prose in two languages, and the code once with its words in both (`wording`).

    # %% [markdown] id="scores" lang="en"
    # ## Scores
    # %% [markdown] id="scores" lang="zh" of="3fa9c1d2"
    # ## 得分
    # %% id="scores-by-hand"
    print(tr("scores", "得分"), query @ key.T)

Prose names a section, of this lesson or another, by the id of its cell: `{{02 backward}}` (`references`).

`of` is a hash of the English text that a translation was made from, so that no translation goes stale unseen. `parse`
gives a `Chapter`, or raises every problem of the file at once, each with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from course_lib.base.errors import SourceError, UsageError
from course_lib.base.files import shown, write_atomically
from course_lib.publishing import references, rules
from course_lib.publishing.assembly import assemble
from course_lib.publishing.lesson import Cell, Chapter, digest
from course_lib.publishing.percent import read_cells, read_text

__all__ = ["Cell", "Chapter", "SourceProblems", "accept", "chapter_paths", "chapters", "digest", "parse", "problems"]

_FILE_NAME = re.compile(r"(?P<number>\d\d)_[a-z][a-z0-9_]*\.py")


class SourceProblems(SourceError):
    """All that breaks the rules in one or several sources, a line each."""

    def __init__(self, problems: Iterable[SourceError]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(first.path, first.line, first.message)
        self.args = ("\n".join(map(str, self.problems)),)


def parse(path: Path) -> Chapter:
    """Read a lesson.

    Args:
        path: the source file, named like `01_preprocessing.py`.

    Returns:
        The lesson, of which every rule of the format holds.

    Raises:
        SourceProblems: with every problem of the file.
    """
    chapter, found = _read(Path(path))
    if found:
        raise SourceProblems(found)
    return chapter


def problems(path: Path) -> list[SourceError]:
    """Everything in a source that breaks a rule, in the order of its lines; nothing where all is well."""
    return _read(Path(path))[1]


def chapters(folder: Path) -> list[Chapter]:
    """Read every lesson of a folder.

    Args:
        folder: where the sources are.

    Returns:
        The lessons in the order of their numbers.

    Raises:
        SourceProblems: with every problem of every file, wrong names and numbers given twice among them.
    """
    found: list[SourceError] = []
    read: list[Chapter] = []
    numbers: dict[str, str] = {}
    for path in sorted(Path(folder).glob("*.py")):
        name = _FILE_NAME.fullmatch(path.name)
        if name and name["number"] in numbers:
            other = numbers[name["number"]]
            found.append(
                SourceError(shown(path), 1, f"chapter {name['number']} is {other} already; give it another number")
            )
        elif name:
            numbers[name["number"]] = path.name
        chapter, own = _read(path)
        read.append(chapter)
        found += own
    if found:
        raise SourceProblems(found)
    return read


def chapter_paths(folder: Path) -> dict[int, Path]:
    """The sources by chapter number, without reading them."""
    named = ((_FILE_NAME.fullmatch(path.name), path) for path in sorted(Path(folder).glob("*.py")))
    return {int(name["number"]): path for name, path in named if name}


def accept(path: Path, cell_id: str) -> str:
    """Declare a translation up to date: write the hash of the present English text into its `of`, and nothing else.

    Args:
        path: the source file.
        cell_id: the id of the prose cell.

    Returns:
        The hash now written.

    Raises:
        UsageError: if the file has no such pair of prose cells.
    """
    path = Path(path)
    cells = read_cells(read_text(path, _leave_to_the_build), _leave_to_the_build)
    pairs = {
        english.metadata["id"]: (english, chinese)
        for english, chinese in pairwise(cells)
        if english.prose
        and chinese.prose
        and (english.metadata.get("lang"), chinese.metadata.get("lang")) == ("en", "zh")
        and isinstance(english.metadata.get("id"), str)
        and english.metadata["id"] == chinese.metadata.get("id")
    }
    if cell_id not in pairs:
        raise UsageError.unknown(f"translated cell of {shown(path)}", cell_id, pairs)
    english, chinese = pairs[cell_id]
    value = digest(english.text)
    # Bytes, not text: line ends and a byte-order mark stay what they are.
    lines = path.read_bytes().split(b"\n")
    marker = lines[chinese.line - 1].decode("utf-8")
    if "of" in chinese.metadata:
        marker = re.sub(r'\bof=("[^"]*"|[^\s"]+)', f'of="{value}"', marker, count=1)
    else:
        marker = re.sub(r'\blang="zh"', f'lang="zh" of="{value}"', marker, count=1)
    lines[chinese.line - 1] = marker.encode("utf-8")
    write_atomically(path, b"\n".join(lines))
    return value


def _leave_to_the_build(line: int, message: str) -> None:
    """A file may have other problems while a translation is accepted; the next build tells them."""


def _read(path: Path) -> tuple[Chapter, list[SourceError]]:
    found: list[SourceError] = []

    def report(line: int, message: str) -> None:
        found.append(SourceError(shown(path), line, message))

    name = _FILE_NAME.fullmatch(path.name)
    if not name:
        report(1, "a chapter's file is named with two digits and a word, such as 01_preprocessing.py")
    number = int(name["number"]) if name else 0
    text = read_text(path, report)
    cells = assemble(read_cells(text, report), number, report) if text else []
    if text or not found:
        rules.check(cells, report)
        for cell in cells:
            for language, prose in cell.texts.items():
                for offset, message in references.unknown(prose, path.parent):
                    report(cell.lines[language] + offset, message)
    found.sort(key=lambda problem: problem.line)
    return Chapter(number, path.stem, path, tuple(cells)), found
