"""Proves that the built site holds what it should: both languages, folded solutions, honest results, sound links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from example_site import SLUG

from course_lib.publishing.site import content

pytestmark = pytest.mark.site

PAGES = ("index", SLUG, "run", "results", "glossary", "articles", "errata", "search")
LANGUAGES = ("en", "zh")


def _page(site: Path, language: str, name: str = SLUG) -> BeautifulSoup:
    return BeautifulSoup((site / language / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_its_language_and_knows_its_twin(site: Path, language: str, name: str) -> None:
    page = _page(site, language, name)
    other = "zh" if language == "en" else "en"
    assert page.html["lang"] == {"en": "en", "zh": "zh-CN"}[language]
    assert page.select_one("a.course-language")["href"] == f"../{other}/{name}.html"
    alternates = {link["hreflang"]: link["href"] for link in page.select('link[rel="alternate"][hreflang]')}
    assert alternates == {"en": f"../en/{name}.html", "zh-CN": f"../zh/{name}.html", "x-default": "../index.html"}
    assert len(page.select("h1")) == 1


def test_the_first_page_offers_both_languages_without_a_script(site: Path) -> None:
    page = BeautifulSoup((site / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert [link["href"] for link in page.select("main a")] == ["en/index.html", "zh/index.html"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_stub_is_shown_and_the_solution_folded(site: Path, language: str) -> None:
    frame = _page(site, language).select_one("#c09-ex1.course-exercise")
    stub = next(block for block in frame.select("div.highlight") if "NotImplementedError" in block.get_text())
    assert stub.find_parent("details") is None
    solution = next(
        block for block in frame.select("div.highlight") if "the solution of the fixture" in block.get_text()
    )
    folded = solution.find_parent("details")
    assert not folded.has_attr("open")
    assert {"en": "Show the solution", "zh": "查看参考答案"}[language] in folded.summary.get_text()
    assert frame.select_one('[role="status"]').get_text().startswith("✔")
    assert frame.select_one(".course-exercise-title").get_text().strip().startswith(("Exercise 09.1", "练习 09.1"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quiz_has_a_fold_for_each_choice_and_a_prediction_one(site: Path, language: str) -> None:
    page = _page(site, language)
    assert len(page.select("#c09-quiz-order.course-quiz > details:not([open])")) == 3
    assert len(page.select("#c09-guess.course-predict > details:not([open])")) == 1
    assert page.select_one("#c09-guess details math") is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_screen_reader_hears_of_a_fold_is_what_others_see(site: Path, language: str) -> None:
    summaries = _page(site, language).select("summary")
    assert summaries
    assert not [summary for summary in summaries if summary.has_attr("aria-label")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_formulas_are_mathml_with_their_number(site: Path, language: str) -> None:
    page = _page(site, language)
    assert len(page.select("math")) >= 4
    assert [number.get_text() for number in page.select(".maths-equation-number")] == ["(1)"]
    assert (site / language / "_static" / "course-maths.woff").read_bytes()[:4] == b"wOFF"


def test_pictures_keep_their_alternative_text(site: Path) -> None:
    page = _page(site, "en")
    assert [picture["alt"] for picture in page.select("div.cell_output img")] == ["One grey dot"]
    assert page.select_one('div.cell_output svg[role="img"]')["aria-label"] == "Two bars of height two"


def test_the_two_languages_have_the_same_anchors(site: Path) -> None:
    anchors = [
        {tag["id"] for tag in _page(site, language).select("article [id]") if re.match(r"c\d\d-", tag["id"])}
        for language in LANGUAGES
    ]
    assert anchors[0] == anchors[1]
    assert {"c09-formulas", "c09-ex1", "c09-quiz-order"} <= anchors[0]


def test_a_line_broken_between_two_chinese_characters_shows_no_space(site: Path) -> None:
    text = _page(site, "zh").select_one("#c09-broken-lines p").get_text()
    assert text == "第一行在这里断开，第二行接着写；断在粗体之后，也接着写。But here\na space stays 保留。"


def test_the_students_notebook_can_be_downloaded(site: Path) -> None:
    link = _page(site, "zh").select_one("a.course-download[download]")
    notebook = site / "zh" / link["href"]
    assert "NotImplementedError" in notebook.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_result_on_the_sample_is_marked_as_such_and_a_miss_is_told(site: Path, language: str) -> None:
    page = _page(site, language, "results")
    text = " ".join(page.select_one("article").get_text(" ").split())
    assert {"en": "On the sample.", "zh": "样例数据。"}[language] in text
    for expected in ("42 s", "0.81 GB", "2026-11-22", "Python 3.11.7", "mean_length", "3 – 4"):
        assert expected in text, expected
    assert page.select_one(".course-data-real") is None
    assert [cell.get_text(strip=True)[0] for cell in page.select(".course-good, .course-bad")] == ["✔", "✘"]


def test_the_start_page_says_which_lessons_are_still_to_come(site: Path) -> None:
    cards = _page(site, "en", "index").select(".course-card")
    linked = [card.get_text(" ", strip=True) for card in cards if card.select_one("a")]
    assert len(cards) == len(content.outline())
    assert len(linked) == 1
    assert "runs in 42 s · at most 0.8 GB of memory (scale quick, on the sample)" in linked[0]
    assert len([card for card in cards if "in preparation" in card.get_text()]) == len(cards) - 1


def test_the_article_map_links_lessons_that_exist_and_only_those(site: Path) -> None:
    page = _page(site, "en", "articles")
    assert len(page.select("table.course-map tbody tr")) == 132
    assert {link["href"] for link in page.select(".course-places a")} == {f"{SLUG}.html", "index.html"}
    soon = page.select(".course-place-soon")
    assert all("in preparation" in place.get_text() for place in soon)


def test_the_glossary_shows_both_languages_of_a_term(site: Path) -> None:
    english = _page(site, "en", "glossary").select_one("#term-bag-of-words").get_text()
    chinese = _page(site, "zh", "glossary").select_one("#term-bag-of-words").get_text()
    assert all("bag of words" in text and "词袋" in text for text in (english, chinese))


def test_the_errata_page_has_all_of_them(site: Path) -> None:
    assert len(_page(site, "zh", "errata").select("section.course-erratum")) == 34


@pytest.mark.parametrize(("language", "word"), [("en", "token"), ("zh", "词元"), ("zh", "词向量"), ("zh", "分词")])
def test_the_search_index_holds_the_word(site: Path, language: str, word: str) -> None:
    index = (site / language / "searchindex.js").read_text(encoding="utf-8")
    terms = index.partition('"terms":{')[2]
    encoded = word.encode("unicode_escape").decode("ascii")
    assert f'"{encoded}":' in terms


def test_nothing_but_pages_and_what_they_need_is_left(site: Path) -> None:
    assert {path.name for path in site.iterdir()} == {"en", "zh", "index.html", "favicon.svg"}
    assert not list(site.rglob("*.md")) and not list(site.rglob("_sources"))
