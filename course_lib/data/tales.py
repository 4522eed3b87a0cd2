"""Four short novels from the course's own grammar: English prose with chapters, where real novels cannot be had."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from course_lib.base.errors import DataCorrupt
from course_lib.data import registry, samples, sources
from course_lib.data.documents import Documents, Novel
from course_lib.data.gate import Opened
from course_lib.data.grammar.draft import choose, digest
from course_lib.data.tale_words import CLOSING, LAST, OPENING, SCENES, SENTENCES, TALES

CHAPTERS = 7
_SCENES = 5

_HEADER = ("title", "chapter", "paragraph")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")


class Paragraph(NamedTuple):
    """A paragraph, the tale it stands in, and the number of its chapter, from 1."""

    title: str
    chapter: int
    text: str


def generate() -> list[Paragraph]:
    """Make every paragraph from the grammar, the same ones on every machine.

    A chapter has an opening, five scenes as if drawn by lot, and an end; a scene has a sentence of each of its kinds.
    """
    return [Paragraph(title, chapter, text) for title in TALES for chapter, text in _paragraphs(title)]


def _paragraphs(title: str) -> Iterator[tuple[int, str]]:
    for chapter in range(1, CHAPTERS + 1):
        scenes = [OPENING, *choose(SCENES, _SCENES, title, chapter), CLOSING]
        for scene in scenes:
            yield chapter, " ".join(_sentence(kind, title, chapter, scene) for kind in SENTENCES[scene])
    for number, pattern in enumerate(LAST):
        yield CHAPTERS, _filled(pattern, title, CHAPTERS, number)


def _sentence(kind: tuple[str, ...], title: str, chapter: int, scene: str) -> str:
    (pattern,) = choose(kind, 1, title, chapter, scene)
    return _filled(pattern, title, chapter, scene)


def _filled(pattern: str, *by: object) -> str:
    """A sentence with its choices made, by lot, and its names set in."""
    words = TALES[by[0]]

    def chosen(match: re.Match) -> str:
        options = match[1].split("/")
        return options[int(digest(by, pattern, match.start()), 16) % len(options)]

    text = _CHOICE.sub(chosen, pattern).format(**words)
    return text[0].upper() + text[1:]


def write(path: Path | str) -> None:
    """Write the tales as tab-separated lines below a header, one paragraph a line.

    Args:
        path: the file; it is replaced if it is there.
    """
    samples.write_rows(path, [_HEADER, *((title, str(chapter), text) for title, chapter, text in generate())])


def load() -> Documents[Novel]:
    """Load the tales, in the order of the grammar.

    Returns:
        The tales, of the same form as real novels (`course_lib.data.documents.Novel`); their `source` is `"sample"`.

    Raises:
        DataCorrupt: if the file of the tales is not as `write` wrote it.
    """
    tales, _ = sources.read(registry.card("tales"), read)
    return Documents(tales, "sample")


def read(opened: Opened) -> list[Novel]:
    """Read the tales as `write` wrote them.

    Args:
        opened: the file.

    Raises:
        DataCorrupt: if it is not of this form.
    """
    header, *rows = [tuple(line.split("\t")) for line in opened.text().splitlines()] or [()]
    if header != _HEADER or not rows or any(len(row) != 3 or not row[1].isdecimal() for row in rows):
        raise DataCorrupt(f"{opened.path}: expected the columns {', '.join(_HEADER)}, the second one a number")
    chapters: dict[str, dict[int, list[str]]] = {}
    for title, chapter, text in rows:
        chapters.setdefault(title, {}).setdefault(int(chapter), []).append(text)
    return [Novel(title, None, tuple(map("\n\n".join, of.values()))) for title, of in chapters.items()]
