"""Slides fit a wall of 1280 by 720, and a book's links lead to the pages that its contents name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import SIZES, serve
from course_lib.cli.examination import find_chromium
from course_lib.publishing import source
from course_lib.publishing.printed import book, slides

CHAPTERS = Path(__file__).resolve().parents[2] / "chapters"
SIZES["wall"] = (1280, 720)

# What of a slide sticks out of the wall, or, if it is a formula, a table or a figure, of the slide's margins; what the
# page cuts on purpose, such as the pictures that a slider moves behind a window, is not looked at.
_CUT = """() => {
  const slide = Reveal.getCurrentSlide();
  slide.querySelectorAll(".fragment").forEach((each) => each.classList.add("visible"));
  const behind = (each) => {
    for (let up = each.parentElement; up !== slide; up = up.parentElement)
      if (getComputedStyle(up).overflowX === "hidden") return true;
    return false;
  };
  const whole = slide.getBoundingClientRect();
  const said = (each, box) =>
    `${slide.id}: ${each.tagName} ${[box.left, box.right, box.top, box.bottom].map(Math.round).join(" ")}`;
  const cut = [];
  for (const each of slide.querySelectorAll("*")) {
    const box = each.getBoundingClientRect();
    if (each.closest("aside") || !box.width || !box.height || behind(each)) continue;
    const wide = each.closest(".formula, .shown, pre, table");
    const room = wide ? 20 : 0;
    if (box.left < whole.left + room || box.right > whole.right - room || box.top < 0 || box.bottom > 720)
      cut.push(said(each, box));
    if (each.tagName === "text") {
      const drawing = each.closest("svg").getBoundingClientRect();
      if (box.left < drawing.left - 2 || box.right > drawing.right + 2) cut.push(said(each, box));
    }
    const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const type = parseFloat(getComputedStyle(each).fontSize);
    if (own && type < 13 && !each.closest("svg, math")) cut.push(`${slide.id}: ${each.tagName} in ${type} px`);
  }
  return cut;
}"""
_AT_ONCE = "* { transition: none !important; }"
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


def cut_off(watched: object, pictured: Callable[[int, object], None] = lambda place, page: None) -> list[str]:
    """Whatever is cut off on any of the slides of a page."""
    page = watched.page
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    page.add_style_tag(content=_AT_ONCE)
    found = []
    for place in range(page.evaluate("Reveal.getTotalSlides()")):
        found += page.evaluate(_CUT)
        pictured(place, page)
        page.evaluate(_NEXT)
    assert page.evaluate("Reveal.isLastSlide()") and not watched.outside and not watched.errors
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_slide_is_cut_off_and_nothing_is_fetched_from_outside(inputs, visit, photograph, language):
    lesson, executed = parts(inputs, language)
    slides.write(lesson, executed / f"{lesson.slug}.ipynb", inputs / "slides")
    with serve(inputs / "slides") as address:
        watched = visit(f"{address}/{language}/{lesson.slug}.html", size="wall")
        third = lambda place, page: place == 2 and photograph(page, f"slides-{language}")  # noqa: E731
        assert not cut_off(watched, third)


def test_a_slide_that_is_cut_off_is_found(inputs, visit):
    lesson, executed = parts(inputs, "en")
    path = slides.write(lesson, executed / f"{lesson.slug}.ipynb", inputs / "wrong")
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("</h2>", '</h2><table><tr><td style="white-space:pre">' + "x" * 300 + "</td></tr></table>", 1),
        encoding="utf-8",
    )
    with serve(inputs / "wrong") as address:
        assert any("TABLE" in each for each in cut_off(visit(f"{address}/en/{lesson.slug}.html", size="wall")))


@pytest.mark.parametrize(("slug", "language"), [("01_preprocessing", "en"), ("05_attention", "zh")])
def test_no_slide_of_a_real_lesson_is_cut_off(visit, tmp_path, slug, language):
    """Without a kernel: outputs stand in for those of a run, as wide and as long as they may be."""
    import nbformat

    from course_lib.publishing import notebooks

    lesson = source.parse(CHAPTERS / f"{slug}.py")
    made = notebooks.notebook(lesson, language, "solution", link_to_other=False)
    row = "<td>a word of its text</td>" + "<td>-0.123 ± 0.456</td>" * 6
    table = f"<table><tr>{'<th>a measured quantity</th>' * 7}</tr>{f'<tr>{row}</tr>' * 9}</table>"
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 700"><rect width="900" height="700"/></svg>'
    shown = [table, drawing]
    for cell in made.cells:
        if cell.cell_type == "code":
            shown.reverse()
            cell.outputs = [
                nbformat.v4.new_output("stream", name="stdout", text=f"{'a line ' * 11}\n" * 30),
                nbformat.v4.new_output("display_data", data={"text/html": shown[0]}),
            ]
    executed = tmp_path / f"{slug}.ipynb"
    executed.write_bytes(notebooks.to_bytes(made))
    slides.write(lesson, executed, tmp_path / "slides")
    with serve(tmp_path / "slides") as address:
        assert not cut_off(visit(f"{address}/{language}/{slug}.html", size="wall"))


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
