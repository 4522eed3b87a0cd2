"""Texts to model language on, as their loaders return them: strings and tuples that know where they came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeVar

Item = TypeVar("Item")


class Novel(NamedTuple):
    """A novel, chapter by chapter.

    Args:
        title: its title.
        year: when it was published; None for one that was made for this course.
        chapters: the text of each chapter without its heading: paragraphs of one line each, an empty line between two.
    """

    title: str
    year: int | None
    chapters: tuple[str, ...]

    @property
    def text(self) -> str:
        """All chapters, an empty line between two."""
        return "\n\n".join(self.chapters)

    def __repr__(self) -> str:
        return f"Novel({self.title!r}, {self.year}, {len(self.chapters)} chapters, {len(self.text):,} characters)"


class Poem(NamedTuple):
    """A poem.

    Args:
        title: its title; of a ci, the name of its tune.
        author: who wrote it.
        lines: its lines with their punctuation; one of a shi is a couplet, as a rule.
    """

    title: str
    author: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Its lines, each on a line of its own."""
        return "\n".join(self.lines)


class Text(str):
    """A string that knows its `source`: `"folder"`, `"cache"`, `"download"` or `"sample"`."""

    source: str

    def __new__(cls, text: str, source: str) -> Text:
        made = super().__new__(cls, text)
        made.source = source
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return Text, (str(self), self.source)


class Documents(tuple[Item, ...]):
    """A tuple of novels or poems that knows its `source` and what was `left_out`.

    Args:
        items: the documents.
        source: `"folder"`, `"cache"`, `"download"` or `"sample"`.
        left_out: how many records were left out, by reason.
    """

    source: str
    left_out: Mapping[str, int]

    def __new__(cls, items: Iterable[Item], source: str, left_out: Mapping[str, int] | None = None) -> Documents[Item]:
        made = super().__new__(cls, items)
        made.source = source
        made.left_out = dict(left_out or {})
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return Documents, (tuple(self), self.source, self.left_out)

    def __repr__(self) -> str:
        kinds = {type(item).__name__.lower() for item in self} or {"document"}
        return f"Documents({len(self):,} {kinds.pop()}s, source={self.source!r})"
