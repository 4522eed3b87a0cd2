"""An assignment of lesson 05, and hand-ins as students make them from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.classroom import assignment
from course_lib.classroom.confinement import Limits
from course_lib.publishing import source

from .hostile import HONEST, HONEST_SECOND

ROOT = Path(__file__).resolve().parents[2]
# A hand-in of the tests that is stopped costs a second and not ten.
SHORT = Limits(seconds=12, cell_seconds=1.5, call_seconds=1, memory_mb=2500, output_mb=2)


@pytest.fixture(scope="session")
def lesson():
    """Lesson 05."""
    return source.parse(ROOT / "chapters" / "05_attention.py")


@pytest.fixture
def handed_out(lesson, tmp_path: Path) -> Path:
    """The folder of an assignment: two exercises with checks, an open one."""
    folder = tmp_path / "assignment"
    assignment.make(lesson, folder, ["1", "3"], ["2"], due="2027-03-01 18:00")
    return folder


Hand = Callable[..., Path]


@pytest.fixture
def hand_in(handed_out: Path) -> Hand:
    """Hand in: what a student wrote in the cells of both exercises, in a notebook that was handed out."""

    def handed(student: str, first: str = HONEST, second: str = HONEST_SECOND, language: str = "en", **more) -> Path:
        book = json.loads((handed_out / "hand_out" / language / "05_attention.ipynb").read_text(encoding="utf-8"))
        for cell in book["cells"]:
            cell["source"] = {"ex1": first, "ex3": second, **more}.get(cell["id"], cell["source"])
        path = handed_out / "submitted" / f"{student}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(book), encoding="utf-8")
        return path

    return handed
