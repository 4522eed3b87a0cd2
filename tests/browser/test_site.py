"""Proves in a real browser that the site is read as it should be: both languages, search, quizzes, formulas, no net."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from example_site import SLUG

READABLE = (Path(__file__).parent / "readable.js").read_text(encoding="utf-8")
PAGES = ("index", SLUG, "teach", "results", "glossary", "articles", "errata", "search")
LANGUAGES = ("en", "zh")
LOCALES = {"en": "en-GB", "zh": "zh-CN"}


@pytest.mark.parametrize(("locale", "language"), [("en-GB", "en"), ("zh-CN", "zh"), ("zh-TW", "zh"), ("fr-FR", "en")])
def test_the_first_page_leads_to_the_readers_language(
    visit: Callable, address: str, locale: str, language: str
) -> None:
    watched = visit(f"{address}/index.html", locale=locale)
    watched.page.wait_for_url(f"{address}/{language}/index.html")
    assert watched.page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-CN"}[language]


def test_the_language_chosen_last_is_remembered(visit: Callable, address: str) -> None:
    page = visit(f"{address}/en/index.html").page
    page.locator("a.course-language").click()
    page.wait_for_url("**/zh/index.html")
    page.goto(f"{address}/index.html")
    page.wait_for_url("**/zh/index.html")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_asks_nothing_from_outside_and_everyone_can_read_it(
    visit: Callable, address: str, photograph: Callable, language: str, dark: bool
) -> None:
    faults = []
    for name in PAGES:
        watched = visit(f"{address}/{language}/{name}.html", dark=dark, locale=LOCALES[language])
        watched.page.wait_for_load_state("networkidle")
        photograph(watched.page, f"{language}-{name}-{'dark' if dark else 'light'}")
        watched.page.evaluate("document.querySelectorAll('article details').forEach((fold) => { fold.open = true; })")
        found = [*watched.outside, *watched.errors, *watched.page.evaluate(READABLE)]
        faults += [f"{name}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_wider_than_a_phone(visit: Callable, address: str, photograph: Callable, language: str) -> None:
    for name in PAGES:
        page = visit(f"{address}/{language}/{name}.html", size="phone", locale=LOCALES[language]).page
        page.wait_for_load_state("networkidle")
        widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        photograph(page, f"{language}-{name}-phone", whole=name in (SLUG, "index"))
        assert widths[0] <= widths[1], name


@pytest.mark.parametrize(
    ("language", "query"),
    [
        ("en", "token"),
        ("en", "bag of words"),
        ("zh", "分词"),
        ("zh", "词元"),
        ("zh", "词向量相似度"),
        ("en", "词袋"),
        ("zh", "bag of words"),
    ],
)
def test_a_search_finds_the_pages(
    visit: Callable, address: str, photograph: Callable, language: str, query: str
) -> None:
    watched = visit(f"{address}/{language}/index.html", locale=LOCALES[language])
    page = watched.page
    page.locator(".sidebar-primary-item .search-button__button").click()
    field = page.locator("#pst-search-dialog input[type=search]")
    field.fill(query)
    field.press("Enter")
    page.wait_for_url("**/search.html?*")
    first = page.locator("#search-results ul.search li a").first
    first.wait_for(timeout=15000)
    photograph(page, f"{language}-search-{query.replace(' ', '-')}")
    summary = page.locator("#search-results .search-summary").inner_text()
    assert {"en": "found.", "zh": "找到"}[language] in summary
    first.click()
    page.wait_for_load_state("networkidle")
    assert page.locator("h1").inner_text()
    assert watched.outside + watched.errors == []


def test_a_search_without_a_hit_says_so(visit: Callable, address: str) -> None:
    page = visit(f"{address}/zh/search.html?q=xylophone").page
    page.get_by_text("没有找到").wait_for()


@pytest.mark.parametrize(("language", "other"), [("en", "zh"), ("zh", "en")])
def test_the_switch_leads_to_the_same_place_in_the_other_language(
    visit: Callable, address: str, language: str, other: str
) -> None:
    page = visit(f"{address}/{language}/{SLUG}.html").page
    page.evaluate("document.getElementById('c09-guess').scrollIntoView()")
    button = page.locator("a.course-language").bounding_box()
    # As a reader clicks: Playwright's own click would first scroll the page.
    page.mouse.click(button["x"] + 10, button["y"] + 10)
    page.wait_for_url(f"**/{other}/{SLUG}.html#c09-guess")
    page.wait_for_timeout(300)
    assert 0 <= page.locator("#c09-guess").bounding_box()["y"] < 400


@pytest.mark.parametrize("how", ["click", "Enter", "Space"])
def test_a_choice_of_a_quiz_opens_by_click_and_by_key(visit: Callable, address: str, how: str) -> None:
    page = visit(f"{address}/en/{SLUG}.html").page
    choice = page.locator("#c09-quiz-order details").nth(1)
    reason = choice.get_by_text("get the same counts")
    assert not reason.is_visible()
    summary = choice.locator("summary")
    if how == "click":
        summary.click()
    else:
        summary.focus()
        page.keyboard.press(how)
    assert reason.is_visible()
    assert "Right." in choice.inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_formulas_are_drawn_in_their_own_font(visit: Callable, address: str, language: str) -> None:
    page = visit(f"{address}/{language}/{SLUG}.html").page
    page.evaluate("document.fonts.ready")
    assert page.evaluate(
        "[...document.fonts].filter((f) => f.family.includes('Course Maths')).map((f) => f.status)"
    ) == ["loaded"]
    boxes = page.evaluate(
        "[...document.querySelectorAll('math')].filter((formula) => formula.checkVisibility())"
        ".map((formula) => formula.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) >= 4
    assert all(box["width"] > 5 and box["height"] > 8 for box in boxes)
    number = page.locator(".maths-equation-number").bounding_box()
    formula = page.locator(".maths-block math").first.bounding_box()
    assert number["x"] >= formula["x"] + formula["width"]
    signs = page.evaluate(
        "[...document.querySelectorAll('mtable > mtr')].map((row) => row.children[1].getBoundingClientRect().left)"
    )
    assert max(signs) - min(signs) < 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_solution_is_folded_until_it_is_asked_for(
    visit: Callable, address: str, photograph: Callable, language: str
) -> None:
    page = visit(f"{address}/{language}/{SLUG}.html", locale=LOCALES[language]).page
    frame = page.locator("#c09-ex1")
    solution = frame.get_by_text("the solution of the fixture")
    assert frame.get_by_text("NotImplementedError").is_visible()
    assert not solution.is_visible()
    frame.locator("summary").click()
    assert solution.is_visible()
    frame.scroll_into_view_if_needed()
    photograph(page, f"{language}-exercise-open")


def test_the_keyboard_reaches_the_main_text_at_once(visit: Callable, address: str) -> None:
    page = visit(f"{address}/en/{SLUG}.html").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main-content"


def test_code_is_copied_without_its_output(visit: Callable, address: str) -> None:
    page = visit(f"{address}/en/{SLUG}.html", permissions=["clipboard-read", "clipboard-write"]).page
    block = page.locator("div.highlight", has_text="text.split().count").first
    block.hover()
    block.locator("button.course-copy").click()
    block.get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith('text = "the film was not good') and copied.endswith("print(counts)")
    assert page.locator(".cell_output button.course-copy").count() == 0


def test_the_glossary_is_filtered_as_one_types(visit: Callable, address: str) -> None:
    page = visit(f"{address}/zh/glossary.html").page
    every = page.locator(".course-term").count()
    page.locator("#course-filter").fill("词袋")
    shown = page.locator(".course-term:visible")
    assert 0 < shown.count() < 10 < every
    assert page.locator("#term-bag-of-words").is_visible()


def test_on_paper_every_explanation_is_open_and_nothing_but_the_text_is_printed(
    visit: Callable, address: str, photograph: Callable
) -> None:
    page = visit(f"{address}/en/{SLUG}.html").page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("article details:not(.hide, [open])").count() == 0
    assert page.locator("h1").is_visible()
    assert not page.get_by_text("the solution of the fixture").is_visible()
    assert not page.locator(".bd-sidebar-primary").is_visible()
    assert not page.locator("a.course-language").is_visible()
    photograph(page, "en-print", whole=True)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("article details[open]").count() == 0


def test_the_site_can_be_read_without_scripts(visit: Callable, address: str) -> None:
    page = visit(f"{address}/index.html", java_script_enabled=False).page
    page.get_by_text("中文").click()
    page.wait_for_url("**/zh/index.html")
    page.goto(f"{address}/zh/{SLUG}.html")
    fold = page.locator("#c09-quiz-order details").first
    fold.locator("summary").click()
    assert fold.locator("p").is_visible()


def test_the_site_works_from_a_folder_without_a_server(visit: Callable, site: Path) -> None:
    watched = visit(f"{(site / 'index.html').as_uri()}")
    page = watched.page
    page.wait_for_url("**/en/index.html")
    page.goto(f"{(site / 'zh' / 'search.html').as_uri()}?q=%E8%AF%8D%E5%85%83")
    page.locator("#search-results ul.search li a").first.wait_for()
    assert watched.outside + watched.errors == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_whoever_comes_with_a_word_to_highlight_meets_no_error(
    visit: Callable, address: str, site: Path, language: str
) -> None:
    word = {"en": "word", "zh": "词"}[language]
    for path in sorted((site / language).glob("*.html")):
        watched = visit(f"{address}/{language}/{path.name}?highlight={word}")
        watched.page.wait_for_load_state("networkidle")
        assert watched.errors == [], path.name


def test_code_that_finds_its_way_into_a_page_is_not_run(visit: Callable, address: str) -> None:
    page = visit(f"{address}/zh/09_counting.html").page
    ran = page.evaluate(
        """() => {
          const article = document.querySelector("article");
          article.insertAdjacentHTML("beforeend", '<img src="nowhere:" onerror="window.ran = 1">');
          const script = document.createElement("script");
          script.textContent = "window.ran = 2";
          article.append(script);
          return new Promise((done) => setTimeout(() => done(window.ran ?? 0), 300));
        }"""
    )
    assert ran == 0
