"""Proves that the site's own data are whole: every section of the articles has its row, every erratum, every term."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from example_site import ROOT

from course_lib.base.errors import CourseError
from course_lib.publishing import records
from course_lib.publishing.site import content, texts
from tests import lessons

_FENCE = re.compile(r"\s*(```|~~~)")
_HEADING = re.compile(r"(#{1,4})\s*(?P<number>\d+(?:\.\d+)*)?")


def _articles_folder() -> Path:
    folder = Path(os.environ.get("COURSE_ARTICLES", ROOT.parent / "shared" / "documents"))
    if not folder.is_dir():
        pytest.skip(f"needs the five articles; there is no {folder.name} folder beside the checkout")
    return folder


def _headings(text: str) -> list[tuple[str, int]]:
    """The number and the level of every heading outside code."""
    found, in_code = [], False
    for line in text.splitlines():
        if _FENCE.match(line):
            in_code = not in_code
        heading = None if in_code else _HEADING.match(line)
        if heading and line[len(heading[1]) : len(heading[1]) + 1] != "#":
            found.append((heading["number"] or "", len(heading[1])))
    return found


@pytest.mark.parametrize("article", content.articles(), ids=lambda article: article.id)
def test_every_heading_of_an_article_has_its_row(article: content.Article) -> None:
    text = (_articles_folder() / article.file).read_text(encoding="utf-8")
    headings = _headings(text)
    assert headings
    assert [(section.number, section.level) for section in article.sections] == headings


def test_every_article_of_the_folder_is_mapped() -> None:
    files = {path.name for path in _articles_folder().glob("*.txt")}
    assert {article.file for article in content.articles()} == files


def test_every_section_has_a_place_that_the_outline_knows() -> None:
    known = {row.number for row in content.outline()}
    for article in content.articles():
        for section in article.sections:
            assert section.places, f"{article.id} {section.number} has no place"
            chapters = {place.chapter for place in section.places if place.kind == "chapter"}
            assert chapters <= known, f"{article.id} {section.number}"


def test_every_cell_that_the_article_map_and_the_errata_name_is_there() -> None:
    written = {lesson.number: lesson for lesson in lessons.lessons()}
    rows = [*(section for article in content.articles() for section in article.sections), *content.errata()]
    named = {(place.chapter, place.cell) for row in rows for place in row.places if place.cell}
    assert named
    for chapter, cell in sorted(named):
        # Prose alone has an address on the page.
        prose = {other.id for other in written[chapter].cells if other.kind == "markdown"}
        assert cell in prose, f"chapter {chapter:02d} has no prose {cell!r}"


def test_the_outline_has_every_lesson_in_order() -> None:
    assert [row.number for row in content.outline()] == sorted(lessons.NUMBERS)


def test_the_errata_are_e01_to_e34_and_each_has_a_place() -> None:
    errata = content.errata()
    assert [erratum.id for erratum in errata] == [f"E{number:02d}" for number in range(1, 35)]
    assert all(erratum.places for erratum in errata)


def test_the_glossary_is_alphabetical_and_no_two_terms_share_a_name() -> None:
    path = ROOT / "chapters" / "glossary.toml"
    written = [line[1:-1] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("[")]
    terms = content.glossary(path)
    assert written == [term.key for term in terms]
    for language in ("en", "zh"):
        names = [term.name[language].casefold() for term in terms]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "term",
    [
        "token", "tokeniser", "vocabulary", "stop word", "stemming", "bag of words", "TF-IDF", "one-hot vector",
        "word vector", "skip-gram", "negative sampling", "co-occurrence", "GloVe", "subword", "byte-pair encoding",
        "WordPiece", "padding", "mask", "bucket", "cosine similarity", "corpus", "document frequency", "n-gram",
    ],
)  # fmt: skip
def test_the_glossary_has_the_terms_of_the_first_lesson(term: str) -> None:
    found = {entry.name["en"]: entry for entry in content.glossary(ROOT / "chapters" / "glossary.toml")}
    assert found[term].chapter == 1
    assert re.search(r"[\u4e00-\u9fff]", found[term].explanation["zh"])


def test_a_term_without_its_chinese_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "glossary.toml"
    path.write_text(
        '[token]\nen = "token"\nchapter = 1\nexplanation_en = "x"\nexplanation_zh = "x"\n', encoding="utf-8"
    )
    with pytest.raises(CourseError, match=r"the term \[token\] lacks zh"):
        content.glossary(path)


@pytest.mark.parametrize("text", ["1", "chapter 1", "01#", "01#Stop Words", "readme"])
def test_a_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(CourseError, match="unknown place"):
        content.place(text)


@pytest.mark.parametrize(("data", "shown"), [("real", True), ("sample", False)])
def test_results_on_real_data_tell_how_far_they_move_between_seeds(
    data: str, shown: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = {"name": "accuracy", "value": 0.5, "low": 0.4, "high": 0.6, "within": True, "scale": "quick", "data": data}
    run = records.RunRecord(
        7, "07_counting", "Counting", "en", "solution", "quick", data, 90.0, {}, 1104.2, [result], machine={"cores": 2}
    )
    measured = tmp_path / "measured.json"
    records.remember_spread(7, "quick", [1, 2, 3], {"accuracy": [0.4, 0.5, 0.6]}, measured)
    monkeypatch.setattr(texts, "_MEASURED", measured)
    page = texts.render(texts.Site("en", [], [run], [], ""))["results"]
    assert ("0.5 ± 0.1 (3)" in page) == shown


def test_every_term_is_one_word_to_the_chinese_search() -> None:
    from course_lib.publishing.site.search import CourseChinese

    terms = ("词频计数机", "反向传播图", "小批次轮")  # in nobody's dictionary

    class Taught(CourseChinese):
        pass

    Taught.terms = terms
    words = Taught({}).split("这里讲词频计数机、反向传播图和小批次轮。")
    assert set(terms) <= set(words)
