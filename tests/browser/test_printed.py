"""Slides fit a wall of 1280 by 720, and a book's links lead to the pages that its contents name."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import SIZES, serve
from course_lib.cli.examination import find_chromium
from course_lib.publishing import source
from course_lib.publishing.printed import book, slides

SIZES["wall"] = (1280, 720)

_LARGEST = """() => {
  const slide = Reveal.getCurrentSlide();
  slide.querySelectorAll(".fragment").forEach((each) => each.classList.add("visible"));
  const seen = [...slide.querySelectorAll("*")].filter(
    (each) => !each.closest("aside") && each.getClientRects().length,
  );
  const boxes = seen.map((each) => each.getBoundingClientRect());
  return [slide.id, Math.max(...boxes.map((box) => box.right)), Math.max(...boxes.map((box) => box.bottom))];
}"""
_NEXT = """() => {
  const slide = Reveal.getCurrentSlide();
  for (let step = 0; step < 40 && Reveal.getCurrentSlide() === slide; step += 1) Reveal.next();
}"""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small lesson, executed."""
    import example_site

    return example_site.write_inputs(tmp_path_factory.mktemp("printed"))


def parts(inputs: Path, language: str) -> tuple[object, Path]:
    import example_site

    lesson = source.parse(inputs / "chapters" / f"{example_site.SLUG}.py")
    return lesson, inputs / "executed" / language / "solution"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_slide_is_cut_off_and_nothing_is_fetched_from_outside(inputs, visit, photograph, language):
    lesson, executed = parts(inputs, language)
    slides.write(lesson, executed / f"{lesson.slug}.ipynb", inputs / "slides")
    with serve(inputs / "slides") as address:
        watched = visit(f"{address}/{language}/{lesson.slug}.html", size="wall")
        page = watched.page
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        for place in range(page.evaluate("Reveal.getTotalSlides()")):
            name, right, bottom = page.evaluate(_LARGEST)
            assert right <= 1280 and bottom <= 720, (name, right, bottom)
            if place == 2:
                photograph(page, f"slides-{language}")
            page.evaluate(_NEXT)
        assert not watched.outside and not watched.errors


def test_a_books_contents_name_the_pages_that_its_links_lead_to(inputs, tmp_path):
    pypdf = pytest.importorskip("pypdf")
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("needs Chromium; `course doctor` says how to install it")
    lesson, executed = parts(inputs, "zh")
    path = tmp_path / "book.pdf"
    count = book.write([lesson], executed, "zh", path, chromium)
    reader = pypdf.PdfReader(path)
    assert count == len(reader.pages) >= 4
    contents = reader.pages[1].extract_text()
    where = reader.named_destinations
    answers = reader.get_destination_page_number(next(where[name] for name in where if name.lstrip("/") == "answers"))
    assert str(answers + 1) in contents and "000" not in contents
    text = "".join(page.extract_text() for page in reader.pages[answers:])
    assert "选" in text and "def " in text
    linked = [
        link
        for page in reader.pages
        for link in page.get("/Annots", ())
        if link.get_object().get("/Subtype") == "/Link"
    ]
    assert len(linked) >= 5
