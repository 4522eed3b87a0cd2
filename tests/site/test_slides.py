"""Slides say what a lesson says: every prediction and question, formulae as MathML, prose in the speaker's notes."""

from __future__ import annotations

import re
from pathlib import Path

import example_site
import nbformat
import pytest

from course_lib.base.errors import CourseError, SourceError
from course_lib.publishing import notebooks, source
from course_lib.publishing.printed import slides

pytestmark = pytest.mark.site

CHAPTERS = Path(__file__).resolve().parents[2] / "chapters"


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small lesson, executed."""
    return example_site.write_inputs(tmp_path_factory.mktemp("slides"))


def made(inputs: Path, language: str) -> str:
    lesson = source.parse(inputs / "chapters" / f"{example_site.SLUG}.py")
    executed = inputs / "executed" / language / "solution" / f"{example_site.SLUG}.ipynb"
    return slides.write(lesson, executed, inputs / "slides").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_slides_hold_all_they_need_and_ask_for_nothing(inputs: Path, language: str):
    page = made(inputs, language)
    assert page.count("<section") > 5 and 'class="fragment answer"' in page and 'class="fragment verdict right"' in page
    assert "<math" in page and "$$" not in page and "aria-label" in page and '<aside class="notes">' in page
    assert "http://www.w3.org" in page and "https://" not in page.replace("https://example", "")
    for name in ("reveal.js", "reveal.css", "reset.css", "notes.js", "course.js"):
        assert (inputs / "slides" / "reveal" / name).stat().st_size


@pytest.mark.parametrize("path", sorted(CHAPTERS.glob("[0-9]*.py")), ids=lambda path: path.stem[:2])
def test_every_lesson_gives_slides_of_its_predictions_and_questions(path: Path, monkeypatch: pytest.MonkeyPatch):
    lesson, said, note = source.parse(path), [], slides._Made.note
    monkeypatch.setattr(slides._Made, "note", lambda made, html: said.append(html) or note(made, html))
    for language in ("en", "zh"):
        said.clear()
        found = slides.slides(lesson, notebooks.notebook(lesson, language, "solution"))
        # What is not shown is said: none of the prose is lost.
        notes = [each for column in found for slide in column for each in slide.notes]
        assert said and not set(said).difference(notes)
        kinds = [slide.kind for column in found for slide in column]
        assert kinds[0] == "title" and "".join(kinds).count("title") == 1
        asked = [cell for cell in lesson.cells if {"quiz", "predict"} & set(cell.tags)]
        assert kinds.count("quiz") + kinds.count("predict") >= len(asked) * 0.6
        assert len(found) > 5 and all(slide.body or slide.kind == "title" for column in found for slide in column)


def test_a_marker_says_what_a_cell_becomes(tmp_path: Path):
    text = example_site.lesson_text().replace('# %% id="count"', '# %% id="count" slide="code"')
    inputs = example_site.write_inputs(tmp_path, text)
    lesson = source.parse(inputs / "chapters" / f"{example_site.SLUG}.py")
    executed = nbformat.read(inputs / "executed" / "en" / "solution" / f"{example_site.SLUG}.ipynb", as_version=4)
    kinds = {slide.cell: slide.kind for column in slides.slides(lesson, executed) for slide in column}
    assert kinds["count"] == "code"
    path = tmp_path / "09_counting.py"
    path.write_text(text.replace('slide="code"', 'slide="wall"'), encoding="utf-8")
    with pytest.raises(SourceError, match="slide='wall'; allowed: code, show, prose, skip"):
        source.parse(path)


def test_a_lesson_that_was_not_executed_is_named(inputs: Path, tmp_path: Path):
    lesson = source.parse(inputs / "chapters" / f"{example_site.SLUG}.py")
    with pytest.raises(CourseError, match="run first: course run 9"):
        slides.write(lesson, tmp_path / "none.ipynb", tmp_path)


@pytest.mark.parametrize(
    ("text", "language", "whole", "lead"),
    [
        ("Take three tiny documents:", "en", False, "Take three tiny documents."),
        ("It starts here. Now look:\n\nMore.", "en", False, "It starts here."),
        ("With the weights of all heads:", "en", True, "With the weights of all heads:"),
        ("取三篇极小的文档，小到可以心算：", "zh", False, "取三篇极小的文档，小到可以心算。"),
        ("先数一数。再看：", "zh", False, "先数一数。"),
    ],
)
def test_a_lead_announces_nothing_that_is_not_on_the_slide(text: str, language: str, whole: bool, lead: str):
    assert slides._lead(text, language, whole) == lead


def test_every_slide_has_an_address_of_its_own(inputs: Path):
    places: dict[str, int] = {}
    twice = [slides.Slide("plot", "A", kind="figure"), slides.Slide("plot", "A", kind="figure")]
    assert re.findall(r' id="([\w-]+)"', slides._column(twice, places)) == ["plot-figure", "plot-figure-2"]
    found = re.findall(r'<section class="[\w-]+" id="([\w-]+)"', made(inputs, "en"))
    assert len(found) == len(set(found)) > 5
