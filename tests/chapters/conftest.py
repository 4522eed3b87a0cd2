"""The longest lessons first, so that no long one is left for the end, when the other core stands idle."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_lib.publishing import records, schedule
from course_lib.publishing.lesson import Chapter

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the lessons' tests in the order of what they cost; every other test stays where it is."""
    places = [place for place, item in enumerate(items) if item.path.is_relative_to(HERE)]
    measured = records.measured(ROOT / "course_lib" / "session" / "measured.json")

    def rank(item: pytest.Item) -> tuple[bool, float]:
        slug = getattr(item, "callspec", None) and item.callspec.params.get("chapter")
        if slug is None:
            return True, 0.0
        lesson = Chapter(int(slug[:2]), slug, ROOT / "chapters" / f"{slug}.py", ())  # its cells cost nothing here
        job = schedule.Job(lesson, "en", "solution", "quick")
        return "smoke" in item.name, -schedule.seconds(job, measured)

    for place, item in zip(places, sorted((items[place] for place in places), key=rank), strict=True):
        items[place] = item
