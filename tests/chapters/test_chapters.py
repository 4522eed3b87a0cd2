"""Every lesson runs from top to bottom: English with its solutions at quick scale, Chinese as a student opens it.

The quick run is held against the lesson's own ranges and its solutions against its own checks; the Chinese one, at
smoke scale, shows that every cell runs with the stubs in place.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from course_lib.publishing import builder, executor, source

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = source.chapters(ROOT / "chapters")

pytestmark = pytest.mark.chapters


@pytest.fixture(params=CHAPTERS, ids=lambda chapter: chapter.slug)
def chapter(request: pytest.FixtureRequest) -> source.Chapter:
    return request.param


def test_there_is_a_lesson():
    assert CHAPTERS


def test_the_notebooks_in_git_are_what_the_source_builds():
    assert builder.check(ROOT) == []


def test_the_english_solutions_give_the_expected_results_at_quick_scale(chapter, tmp_path):
    record = executor.run(chapter, "en", "solution", "quick", build_folder=tmp_path)
    assert record.results
    assert all(result["within"] for result in record.results)
    assert set(record.checks.values()) == {"passed"}


@pytest.mark.long
def test_the_english_solutions_give_the_expected_results_on_jax(chapter, tmp_path, monkeypatch):
    pytest.importorskip("jax")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    record = executor.run(chapter, "en", "solution", "quick", build_folder=tmp_path)
    assert record.versions["backend"] == "jax"
    assert all(result["within"] for result in record.results)
    assert set(record.checks.values()) == {"passed"}


def test_the_chinese_student_edition_runs_at_smoke_scale(chapter, tmp_path):
    record = executor.run(chapter, "zh", "student", "smoke", build_folder=tmp_path)
    assert set(record.checks.values()) == {"not attempted"}
