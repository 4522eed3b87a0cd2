"""References from a lesson to a section of another: `{{02 backward}}` in the prose, its name in the notebook.

A section is named by the id of the cell that holds its heading. So a heading may be reworded, or its section numbered
anew, and no reference goes stale.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from course_lib.publishing.percent import read_cells, read_text

# A full stop after a name that ends with a mark of its own is left out.
_REFERENCE = re.compile(r"\{\{(?P<lesson>\d\d) (?P<cell>[\w-]+)\}\}(?P<stop>\.?)")
_HEADING = re.compile(r"#{2,4} (?:\d+ · )?(?P<name>.+)")


def resolved(text: str, language: str, folder: Path) -> str:
    """The prose with the lesson and the name of the section in place of each reference.

    Args:
        text: the prose of a cell.
        language: `"en"` or `"zh"`.
        folder: where the sources of the lessons are.

    Returns:
        Prose such as "lesson 02, *Backwards: whose fault was it?*".

    Raises:
        KeyError: for a section that does not exist; the build has reported it by then.
    """

    def named(reference: re.Match[str]) -> str:
        name = _headings(folder, reference["lesson"])[reference["cell"], language]
        if language == "zh":
            return f"第 {reference['lesson']} 课“{name}”{reference['stop']}"
        return f"lesson {reference['lesson']}, *{name}*{'' if name[-1] in '?!' else reference['stop']}"

    return _REFERENCE.sub(named, text)


def unknown(text: str, folder: Path) -> Iterator[tuple[int, str]]:
    """The offset of the line of every reference to a section that does not exist, and what is wrong with it."""
    for offset, line in enumerate(text.split("\n")):
        for reference in _REFERENCE.finditer(line):
            if (reference["cell"], "en") not in _headings(folder, reference["lesson"]):
                yield (
                    offset,
                    f"{reference[0].rstrip('.')}: lesson {reference['lesson']} has no such cell with a heading",
                )


def _headings(folder: Path, lesson: str) -> Mapping[tuple[object, object], str]:
    """The first heading of every prose cell of a lesson, by the cell's id and language."""
    paths = sorted(folder.glob(f"{lesson}_*.py"))
    return _read(paths[0], paths[0].stat().st_mtime_ns) if paths else {}


@lru_cache
def _read(path: Path, _modified: int) -> Mapping[tuple[object, object], str]:
    cells = read_cells(read_text(path, _leave_to_the_build), _leave_to_the_build)
    found = [(cell, _HEADING.fullmatch(line)) for cell in cells if cell.prose for line in reversed(cell.body)]
    return {(cell.metadata.get("id"), cell.metadata.get("lang")): match["name"] for cell, match in found if match}


def _leave_to_the_build(line: int, message: str) -> None:
    """What is wrong with that lesson is told when it is built itself."""
