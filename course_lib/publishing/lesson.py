"""What a lesson is once it is read: a `Chapter` of `Cell`s, each in every form it takes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.base.errors import UsageError

# What a marker may say a cell becomes on a slide; the rest follows from what the cell is.
SLIDE_FORMS = ("code", "show", "prose", "skip")


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson, in both languages and both editions.

    Args:
        id: its name, the same in every edition.
        kind: `"markdown"` or `"code"`.
        tags: what it is, from `assembly.TAGS`.
        line: the line of its (first) marker.
        lines: the line its content begins on: `"en"` and `"zh"` of prose, `"code"` and `"solution"` of code.
        texts: prose by language.
        code: the code, with its words in both languages; of an exercise, the stub.
        solution: of an exercise, what replaces the stub in the solution edition.
        difficulty: of an exercise, 1 to 3.
        minutes: of an exercise, how long it takes.
        number: of an exercise, `"01.2"`: the chapter, and its place among the chapter's exercises.
        slide: what it becomes on a slide, one of `SLIDE_FORMS`; empty where that follows from what it is.
        holds_chinese: of code, whether Chinese in it is data, which readers of English see as well.
    """

    id: str
    kind: str
    tags: tuple[str, ...]
    line: int
    lines: Mapping[str, int]
    texts: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    solution: str | None = None
    difficulty: int | None = None
    minutes: int | None = None
    number: str | None = None
    holds_chinese: bool = False
    slide: str = ""


@dataclass(frozen=True)
class Chapter:
    """A whole lesson.

    Args:
        number: 1 for `01_preprocessing.py`.
        slug: the file name without its ending: `"01_preprocessing"`.
        path: the source file.
        cells: its cells in order.
    """

    number: int
    slug: str
    path: Path
    cells: tuple[Cell, ...]

    @property
    def title(self) -> dict[str, str]:
        """The lesson's title by language: the heading of its first cell."""
        return {
            language: text.split("\n", 1)[0].removeprefix("# ").strip()
            for language, text in self.cells[0].texts.items()
        }

    def cell(self, cell_id: str) -> Cell:
        """The cell of this id.

        Raises:
            UsageError: if there is none.
        """
        for cell in self.cells:
            if cell.id == cell_id:
                return cell
        raise UsageError.unknown("cell", cell_id, (cell.id for cell in self.cells))


def digest(english: str) -> str:
    """What `of` says in a translation of this English text: 8 hex digits of its sha256, blank ends removed."""
    return hashlib.sha256(english.strip().encode("utf-8")).hexdigest()[:8]
