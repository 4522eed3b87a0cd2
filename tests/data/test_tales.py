"""Proves that the tales in the course are those of the grammar, of the form of novels, and fit to read."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from course_lib.base.errors import DataCorrupt
from course_lib.data import gate, registry, tale_words, tales


def test_the_file_in_the_course_is_what_the_grammar_makes(tmp_path: Path) -> None:
    tales.write(tmp_path / "tales.tsv")
    assert (tmp_path / "tales.tsv").read_bytes() == registry.sample_path(registry.card("tales")).read_bytes()


def test_they_have_the_form_of_novels() -> None:
    found = tales.load()
    assert [tale.title for tale in found] == list(tale_words.TALES) and len(found) >= 3
    assert {len(tale.chapters) for tale in found} == {tales.CHAPTERS} and {tale.year for tale in found} == {None}
    assert 40_000 < sum(len(tale.text.encode()) for tale in found) < 70_000
    assert found.source == "sample"


def test_no_choice_and_no_name_is_left_open_and_every_sentence_is_whole() -> None:
    for tale in tales.load():
        for paragraph in tale.text.split("\n\n"):
            assert not re.search(r"[\[\]{}/_]|  |\s$|[^ -~]", paragraph), paragraph
            assert re.match(r'"?[A-Z]', paragraph) and paragraph[-1] in '.?!"', paragraph
            assert paragraph.count('"') % 2 == 0
            assert not re.search(r"[.?!] [a-z]", re.sub(r"\b(Mr|Mrs)\.", r"\1", paragraph)) or '"' in paragraph


def test_every_choice_of_the_grammar_is_closed() -> None:
    patterns = [*tale_words.LAST, *(one for of in tale_words.SENTENCES.values() for kind in of for one in kind)]
    assert len(patterns) > 120 and len(set(patterns)) == len(patterns)
    for pattern in patterns:
        assert pattern.count("[") == pattern.count("]"), pattern
        bare = re.sub(r"\[[^\[\]]*/[^\[\]]*\]", "", pattern)
        assert not re.search(r"[\[\]/]", bare), pattern
    assert set(tale_words.SCENES) | {"opening", "closing"} == set(tale_words.SENTENCES)


def test_no_paragraph_is_told_often_and_no_tale_holds_anothers_names() -> None:
    found = tales.load()
    counts = Counter(paragraph for tale in found for paragraph in tale.text.split("\n\n"))
    assert max(counts.values()) <= 2 and len(counts) > 0.98 * sum(counts.values())
    for tale in found:
        for other in set(tale_words.TALES) - {tale.title}:
            assert tale_words.TALES[other]["heroine"] not in tale.text


@pytest.mark.parametrize(
    "content", ["", "title\tchapter\n", "title\tchapter\tparagraph\n", "title\tchapter\tparagraph\na\tb\tc\n"]
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tales.tsv"
    path.write_text(content)
    with pytest.raises(DataCorrupt, match="expected the columns title, chapter, paragraph"):
        gate.passing(registry.card("tales"), path, tales.read)
