"""Proves that the treebank's words are read as they stand, that its sample stands in, and that damage is named."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from course_lib import data
from course_lib.base.errors import DataCorrupt, DataUnavailable, EnvironmentProblem, UsageError
from course_lib.data import chinese_words, registry, treebank

FILE = registry.card("gsd_simplified").parts[0].file.name
# A word that is written as two, one that is not written, and a sentence of one word.
SENTENCES = """# text = 我们走。
1-2\t我们\t_\t_\t_\t_\t_\t_\t_\t_
1\t我\t我\tPRON\t_\t_\t0\troot\t_\tSpaceAfter=No
2\t们\t们\tPART\t_\t_\t1\tdep\t_\tSpaceAfter=No
2.1\t要\t要\tAUX\t_\t_\t_\t_\t_\t_
3\t走\t走\tVERB\t_\t_\t1\tdep\t_\t_
4\t。\t。\tPUNCT\t_\t_\t1\tpunct\t_\t_

# text = 好
1\t好\t好\tADJ\t_\t_\t0\troot\t_\t_
"""


def _put(folder: Path, content: str) -> None:
    (folder / "ud_chinese_gsdsimp").mkdir()
    (folder / "ud_chinese_gsdsimp" / FILE).write_text(content, encoding="utf-8")


@pytest.fixture
def _two(use_cards: object) -> None:
    use_cards(dataclasses.replace(registry.card("gsd_simplified"), contents={"sentences": 2}))


@pytest.mark.usefixtures("_two")
def test_words_are_the_forms_of_the_lines_that_are_numbered(data_folder: Path, cache: Path) -> None:
    _put(data_folder, SENTENCES)
    loaded = treebank.load("dev")
    assert loaded.words == [["我", "们", "走", "。"], ["好"]] and loaded.texts == ["我们走。", "好"]
    assert len(loaded) == 2 and loaded.source == "folder" and "5 words" in repr(loaded)


@pytest.mark.usefixtures("_two")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (SENTENCES.replace("3\t走", "3 走"), "line 6: expected a word in ten columns"),
        (SENTENCES.replace("\t走\t走", "\t\t走"), "line 6: expected a word in ten columns"),
        (SENTENCES.replace("\t走\t走", "\t走 了\t走"), "line 6"),
        (SENTENCES + "\n" + SENTENCES, "expected 2 sentences, got 4"),
        ("", "expected 2 sentences, got 0"),
    ],
)
def test_damage_is_named(data_folder: Path, cache: Path, content: str, message: str) -> None:
    _put(data_folder, content)
    with pytest.raises(DataCorrupt, match=message):
        treebank.load("dev")


def test_the_courses_sentences_stand_in_and_say_so(
    cache: Path, no_data_folder: None, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = treebank.load("test")
    assert loaded.source == "sample" and len(loaded) == 30 and "SAMPLE DATA" in capsys.readouterr().out
    assert data.samples_in_use() == {"gsd_simplified"}
    with pytest.raises(DataUnavailable):
        treebank.load("test", sample="never")
    both = [set(treebank.load(part, sample="only").texts) for part in treebank.PARTS]
    assert len(both[0]) == len(both[1]) == 30 and not both[0] & both[1]


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown part 'train'"):
        treebank.load("train")


def test_jiebas_dictionary_is_read_as_it_stands() -> None:
    words = chinese_words.load()
    assert len(words) > 340_000 and words["的"] > 10**5 and words["研究生"] > 0
    assert all(type(count) is int for count in words.values())


@pytest.mark.parametrize(
    ("content", "message"),
    [("的 3 uj\n一", "line 2"), ("的 x uj", "line 1"), ("的 0 uj", "line 1"), ("的 3 uj", "expected at least 300,000")],
)
def test_a_damaged_dictionary_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, message: str
) -> None:
    (tmp_path / "dict.txt").write_text(content, encoding="utf-8")
    monkeypatch.setattr(registry, "packaged_path", lambda card: tmp_path / "dict.txt")
    with pytest.raises(DataCorrupt, match=message):
        chinese_words.load()


def test_without_jieba_there_is_a_word_of_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EnvironmentProblem, match="pip install jieba"):
        chinese_words.load()
