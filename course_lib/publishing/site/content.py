"""What the site's own pages are made from: the glossary, the articles and their errata, the outline of the lessons."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course_lib.base.errors import CourseError
from course_lib.showing.language import LANGUAGES

_HERE = Path(__file__).parent
_CHAPTER = re.compile(r"(?P<chapter>\d\d)(?:#(?P<cell>[a-z0-9-]+))?")

Words = Mapping[str, str]


@dataclass(frozen=True)
class Outlined:
    """A lesson of the outline, written or still to come."""

    number: int
    title: Words
    question: Words


@dataclass(frozen=True)
class Term:
    """A term of the glossary."""

    key: str
    name: Words
    chapter: int
    explanation: Words


@dataclass(frozen=True)
class Place:
    """Where something has its place: a lesson, a cell of a lesson, the start page or the README."""

    kind: str
    chapter: int = 0
    cell: str = ""


@dataclass(frozen=True)
class Section:
    """A section of an article, under a title of ours."""

    number: str
    level: int
    title: Words
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Article:
    """An article that the course mirrors."""

    id: str
    file: str
    title: Words
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Erratum:
    """A mistake in the articles: what they say, what is true, where the course shows it."""

    id: str
    where: str
    said: Words
    true: Words
    places: tuple[Place, ...]


@cache
def outline() -> list[Outlined]:
    """Every lesson, in order."""
    rows = _read(_HERE / "outline.toml")["chapter"]
    return [Outlined(row["number"], _words(row, "{}"), _words(row, "question_{}")) for row in rows]


def glossary(path: Path) -> list[Term]:
    """The terms, in the alphabetical order of the English.

    Raises:
        CourseError: if a term lacks something.
    """
    terms = []
    for key, row in _read(path).items():
        lacking = {"en", "zh", "chapter", "explanation_en", "explanation_zh"} - set(row)
        if lacking:
            raise CourseError(f"{path.name}: the term [{key}] lacks {', '.join(sorted(lacking))}")
        terms.append(Term(key, _words(row, "{}"), row["chapter"], _words(row, "explanation_{}")))
    return sorted(terms, key=lambda term: term.name["en"].casefold())


@cache
def articles() -> list[Article]:
    """The articles with all their sections."""
    return [
        Article(row["id"], row["file"], _words(row, "{}"), tuple(map(_section, row["sections"])))
        for row in _read(_HERE / "articles.toml")["article"]
    ]


@cache
def errata() -> list[Erratum]:
    """The mistakes of the articles, E01 first."""
    return [
        Erratum(row["id"], row["where"], _words(row, "{}"), _words(row, "true_{}"), tuple(map(place, row["places"])))
        for row in _read(_HERE / "errata.toml")["erratum"]
    ]


def place(text: str) -> Place:
    """Read a place: `"01"`, `"01#stop-words"`, `"start"` or `"README"`.

    Raises:
        CourseError: for anything else.
    """
    if text in {"start", "README"}:
        return Place(text)
    match = _CHAPTER.fullmatch(text)
    if not match:
        raise CourseError(f'unknown place {text!r}; allowed: "01", "01#cell-id", "start", "README"')
    return Place("chapter", int(match["chapter"]), match["cell"] or "")


def _section(row: Mapping[str, object]) -> Section:
    return Section(row["number"], row["level"], _words(row, "{}"), tuple(map(place, row["places"])))


def _words(row: Mapping[str, str], pattern: str) -> dict[str, str]:
    return {language: row[pattern.format(language)] for language in LANGUAGES}


def _read(path: Path) -> dict[str, dict]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise CourseError(f"{path}: {problem}") from problem
