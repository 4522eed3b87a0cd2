"""Proves that a term is a link where a lesson first says it, and only there, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from example_site import ROOT, SLUG

from course_lib.publishing.site import content, terms

GLOSSARY = content.glossary(ROOT / "chapters" / "glossary.toml")


def _found(language: str, text: str, emphasised: bool = False) -> list[tuple[str, str]]:
    finder = terms.Finder(GLOSSARY, language)
    return [(text[start:end], term.key) for start, end, term in finder.find(text, emphasised)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Attention heads differ.", [("Attention heads", "attention-head")]),
        ("en", "two vocabularies", [("vocabularies", "vocabulary")]),
        ("en", "The AUC", [("AUC", "area-under-the-curve")]),
        ("en", "a learning-rate\nschedule", [("learning-rate\nschedule", "schedule")]),
        ("en", "adam and eve, Adam's step, tokenise, token-wise", [("Adam", "adam")]),
        ("zh", "位置编码与自注意力", [("位置编码", "positional-encoding"), ("自注意力", "self-attention")]),
        ("zh", "用 dropout，即暂退法", [("dropout", "dropout"), ("暂退法", "dropout")]),
        ("zh", "批评、数值和折叠", []),
    ],
)
def test_a_term_is_found_as_a_whole_and_the_longest_first(language: str, text: str, expected: list) -> None:
    assert _found(language, text) == expected


@pytest.mark.parametrize(
    ("language", "word", "key"), [("en", "keys", "key"), ("zh", "键", "key"), ("zh", "批", "batch")]
)
def test_an_everyday_word_is_a_term_only_in_emphasis(language: str, word: str, key: str) -> None:
    assert _found(language, word) == []
    assert _found(language, word, emphasised=True) == [(word, key)]


def test_the_everyday_words_are_terms_of_the_glossary() -> None:
    assert {term.key for term in GLOSSARY} > terms.EVERYDAY


@pytest.mark.site
@pytest.mark.parametrize(("language", "word"), [("en", "token"), ("zh", "词元")])
def test_a_lesson_links_each_term_once_to_its_entry(site: Path, language: str, word: str) -> None:
    page, glossary = (
        BeautifulSoup((site / language / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        for name in (SLUG, "glossary")
    )
    links = page.select("a.course-word")
    targets = [link["href"] for link in links]
    assert len(targets) == len(set(targets))
    assert word in [link.get_text() for link in links]
    assert all(glossary.find(id=target.partition("#")[2]) for target in targets)
    assert all(link["title"] for link in links)
    assert not page.select(":is(h1, h2, h3, h4, code, pre, summary, details, .cell_output) a.course-word")
