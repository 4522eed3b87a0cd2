"""A small lesson that uses every form a cell can take, and ways to break it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.publishing import source
from course_lib.publishing.lesson import Chapter

LESSON = (Path(__file__).parent / "counting_lesson.txt").read_text(encoding="utf-8")


@pytest.fixture
def lesson_text() -> str:
    """The source of the small lesson."""
    return LESSON


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout that holds the small lesson as chapter 99, and nothing built yet."""
    (tmp_path / "course_lib").mkdir()
    (tmp_path / "chapters").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.course]\nrepository = ""\n', encoding="utf-8")
    (tmp_path / "chapters" / "99_counting.py").write_text(LESSON, encoding="utf-8", newline="\n")
    return tmp_path


@pytest.fixture
def path(root: Path) -> Path:
    """The source file of the small lesson."""
    return root / "chapters" / "99_counting.py"


@pytest.fixture
def chapter(path: Path) -> Chapter:
    """The small lesson, read."""
    return source.parse(path)


@pytest.fixture
def change(path: Path) -> Callable[..., int]:
    """Replace one passage of the source, which must be there once; gives the line on which the passage begins."""

    def replace(old: str, new: str) -> int:
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")
        return text[: text.index(old)].count("\n") + 1

    return replace
