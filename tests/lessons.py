"""The lessons as they are written, each read when a test first asks for it: reading holds it against every rule."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from course_lib.publishing import source
from course_lib.publishing.lesson import Chapter

_FOLDER = Path(__file__).resolve().parent.parent / "chapters"

# What tests are named by; whoever gathers them need not read the lessons.
SLUGS = tuple(path.stem for path in source.chapter_paths(_FOLDER).values())
NUMBERS = frozenset(source.chapter_paths(_FOLDER))


@cache
def lesson(slug: str) -> Chapter:
    """The lesson of this name; a process reads it once."""
    return source.parse(_FOLDER / f"{slug}.py")


def lessons() -> list[Chapter]:
    """All lessons in the order of their numbers."""
    return [lesson(slug) for slug in SLUGS]
