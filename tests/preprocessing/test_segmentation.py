"""Proves that segmenters find what a search through all segmentations finds, whatever the text; that words of no
dictionary are found; that jieba answers the same whoever taught it; and that a long sentence takes no second.
"""

from __future__ import annotations

import math
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import product

import pytest

import course_lib.preprocessing as prep
from course_lib.data import chinese_words, treebank

from .samples import random_text

LETTERS = "南京市长江大桥"


def _segmentations(text: str) -> Iterator[list[str]]:
    """Every way to cut a text."""
    for cuts in product((False, True), repeat=max(len(text) - 1, 0)):
        words, word = [], ""
        for character, cut in zip(text, (*cuts, True), strict=False):
            word += character
            if cut:
                words.append(word)
                word = ""
        yield words


def _random_words(chance: random.Random) -> dict[str, int]:
    words = {"".join(chance.choices(LETTERS, k=chance.choice((1, 1, 2, 2, 3, 4)))) for _ in range(25)}
    return {word: chance.randint(1, 1000) for word in words}


def _allowed(words: dict[str, int], text: str) -> list[list[str]]:
    return [cut for cut in _segmentations(text) if all(len(word) == 1 or word in words for word in cut)]


def _forward(words: dict[str, int], text: str) -> list[str]:
    """Of all segmentations the one whose first word is the longest, then whose second is, and so on."""
    return max(_allowed(words, text), key=lambda cut: list(map(len, cut)))


@pytest.mark.parametrize("seed", range(60))
def test_segmenters_equal_a_search_through_all_segmentations(seed: int) -> None:
    chance = random.Random(seed)
    words, text = _random_words(chance), "".join(chance.choices(LETTERS, k=chance.randint(1, 10)))
    assert prep.forward_matching(text, words) == _forward(words, text)
    turned = {word[::-1]: count for word, count in words.items()}
    backward = [word[::-1] for word in reversed(_forward(turned, text[::-1]))]
    assert prep.backward_matching(text, words) == backward
    both = [backward, _forward(words, text)]
    assert prep.bidirectional_matching(text, words) == min(
        both, key=lambda cut: (len(cut), sum(len(word) == 1 for word in cut))
    )
    total, unknown, bonus = sum(words.values()), chance.choice((0.1, 1.0)), chance.choice((-1.0, 0.0, 2.0))
    scores = [sum(math.log(words.get(word, unknown) / total) + bonus for word in cut) for cut in _allowed(words, text)]
    found = prep.UnigramSegmenter(words, unknown, bonus).segment(text)
    assert found in _allowed(words, text)
    assert sum(math.log(words.get(word, unknown) / total) + bonus for word in found) == pytest.approx(max(scores))


@pytest.mark.parametrize("seed", range(20))
def test_the_lattice_has_every_word_and_every_character(seed: int) -> None:
    chance = random.Random(seed)
    words, text = _random_words(chance), "".join(chance.choices(LETTERS, k=9))
    for start, ends in enumerate(prep.word_lattice(text, words)):
        places = range(start + 1, len(text) + 1)
        assert ends == [end for end in places if end == start + 1 or text[start:end] in words]


@pytest.mark.parametrize("seed", range(20))
def test_the_tagger_finds_the_likeliest_of_all_sequences_of_tags(seed: int) -> None:
    chance = random.Random(seed)
    tagger = prep.WordTagger({**_random_words(chance), "南": 5, "南京": 3})
    text = "".join(chance.choices(LETTERS + "城", k=chance.randint(1, 6)))
    scores = {tags: tagger.score(text, "".join(tags)) for tags in product("BMES", repeat=len(text))}
    found = tagger.segment(text)
    assert "".join(found) == text
    tags = "".join(map(prep.word_tags, found))
    assert tagger.score(text, tags) == pytest.approx(max(scores.values()))


def test_the_tagger_counts_as_one_would_by_hand() -> None:
    tagger = prep.WordTagger({"大": 4, "长江": 3, "大桥": 1, "ab": 100})
    # Words of one character 4, of several 4; five signs in all with what was never seen; B saw 长 three times of four.
    assert tagger.score("长江", "BE") == pytest.approx(math.log(4 / 8 * (3 + 1) / (4 + 5) * (3 + 1) / (4 + 5) * 5 / 6))
    assert tagger.score("城", "S") == pytest.approx(math.log(4 / 8 * 1 / (4 + 5)))
    assert tagger.score("长江", "BS") == -math.inf and tagger.score("长", "B") == -math.inf
    assert tagger.score("", "") == 0 and tagger.segment("") == []


def test_two_sentences_that_fool_the_one_and_the_other() -> None:
    counts = {"南京": 60, "南京市": 30, "市长": 40, "长江": 50, "江大桥": 1, "大桥": 30, "长江大桥": 10}
    assert prep.forward_matching("南京市长江大桥", counts) == ["南京市", "长江大桥"]
    few = {word: count for word, count in counts.items() if word not in {"南京市", "长江大桥"}}
    assert prep.forward_matching("南京市长江大桥", few) == ["南京", "市长", "江大桥"]
    assert prep.UnigramSegmenter(counts).segment("南京市长江大桥") == ["南京市", "长江大桥"]
    counts = {"研究": 50, "研究生": 10, "生命": 40, "命": 5, "起源": 10}
    assert prep.forward_matching("研究生命起源", counts) == ["研究生", "命", "起源"]
    assert prep.backward_matching("研究生命起源", counts) == ["研究", "生命", "起源"]
    assert prep.bidirectional_matching("研究生命起源", counts) == ["研究", "生命", "起源"]
    assert prep.UnigramSegmenter(counts).segment("研究生命起源") == ["研究", "生命", "起源"]


def _segmenters() -> dict[str, Callable[[str], list[str]]]:
    words = prep.Dictionary({"南京": 3, "长江": 4, "南": 1, "长": 2, "AB": 2, "！！": 1})
    tagger = prep.WordTagger(words)
    plain = {
        "forward": lambda text: prep.forward_matching(text, words),
        "backward": lambda text: prep.backward_matching(text, words),
        "both": lambda text: prep.bidirectional_matching(text, words),
        "unigram": prep.UnigramSegmenter(words).segment,
        "tagger": prep.UnigramSegmenter(words, tagger=tagger).segment,
        "jieba": prep.jieba_words,
    }
    runs = {f"{name} in runs": lambda text, cut=cut: prep.cut_runs(text, cut) for name, cut in plain.items()}
    return {**plain, **runs}


@pytest.mark.parametrize("name", list(_segmenters()))
def test_no_character_is_lost_and_no_text_is_too_strange(name: str) -> None:
    segment = _segmenters()[name]
    assert segment("") == [] and segment(" \n\u3000") == []
    assert segment("南") == ["南"] and segment("南京") == ["南京"]
    texts = ["！！，。？", "AB南京\ud800长江\udfff", "カナ南京ABC 12.5% 😀", "\x00", *map(random_text, range(100))]
    for text in texts:
        words = segment(text)
        assert "".join(words) == "".join(text.split()), text
        assert all(word.split() == [word] for word in words), text
    for wrong in (None, 3, b"\xe5", ["南京"]):
        with pytest.raises(TypeError, match="text is"):
            segment(wrong)


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ("南京", TypeError, "words is one str"),
        ([1], TypeError, "words holds 1"),
        ({"南": "3"}, TypeError, "the count of '南' is '3'"),
        ({"南": True}, TypeError, "the count of '南' is True"),
        ({"南": 0}, ValueError, "the count of '南' is 0"),
        ({"南": math.nan}, ValueError, "nan"),
        ({"南": math.inf}, ValueError, "inf"),
        ({"": 1}, ValueError, "words holds ''"),
        ({"南 京": 1}, ValueError, "'南 京'"),
        ({"南京\n": 1, "市": 1}, ValueError, r"'南京\\n'"),
        ({"市": 1, " 南京": 1}, ValueError, "' 南京'"),
    ],
)
def test_what_is_no_dictionary_is_refused_by_name(words: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        prep.forward_matching("南京", words)


def test_wrong_settings_are_refused_by_name() -> None:
    for wrong in (0, -1, math.inf):
        with pytest.raises(ValueError, match="unknown is"):
            prep.UnigramSegmenter({"南": 1}, unknown=wrong)
    with pytest.raises(ValueError, match="word_bonus is"):
        prep.UnigramSegmenter({"南": 1}, word_bonus=math.nan)
    for words in ({}, {"南": 1}, {"南京": 1}, {"a": 1, "bc": 2}):
        with pytest.raises(ValueError, match="words of one character and of several"):
            prep.WordTagger(words)
    with pytest.raises(ValueError, match="tags is 'BX'"):
        prep.WordTagger({"南": 1, "南京": 1}).score("南京", "BX")
    with pytest.raises(ValueError, match="word is empty"):
        prep.word_tags("")
    with pytest.raises(TypeError, match="cut is"):
        prep.cut_runs("南京", "forward")
    with pytest.raises(ValueError, match="mode is 'fast'"):
        prep.jieba_words("南京", mode="fast")


def test_an_empty_dictionary_knows_characters_alone() -> None:
    assert prep.forward_matching("南京", {}) == prep.UnigramSegmenter({}).segment("南京") == ["南", "京"]


def test_a_readers_own_words_change_what_is_found() -> None:
    words = prep.Dictionary({"江": 5, "大": 9, "桥": 4, "大桥": 3, "江大": 1})
    assert prep.UnigramSegmenter(words).segment("江大桥") == ["江", "大桥"]
    assert prep.UnigramSegmenter(words.with_words({"江大桥": 3})).segment("江大桥") == ["江大桥"]
    assert "江大桥" not in words and len(words) == 5 and sorted(words)[0] == "大"
    assert prep.jieba_words("江大桥是市长", user_words=["江大桥"]) == ["江大桥", "是", "市长"]


@pytest.fixture(scope="module")
def words() -> prep.Dictionary:
    return prep.Dictionary(chinese_words.load())


@pytest.mark.seconds
def test_a_sentence_of_ten_thousand_characters_takes_less_than_a_second(words: prep.Dictionary) -> None:
    text = "".join(treebank.load("test", sample="only").texts) * 20
    text = text[:10_000]
    tagger = prep.WordTagger(words)
    hostile = "的" * 10_000
    for segment in (
        lambda text: prep.forward_matching(text, words),
        lambda text: prep.backward_matching(text, words),
        prep.UnigramSegmenter(words, tagger=tagger).segment,
        tagger.segment,
    ):
        for one in (text, hostile):
            start = time.process_time()
            assert "".join(segment(one)) == one
            assert time.process_time() - start < 1


def test_on_the_courses_own_sentences_the_lattice_is_better_than_matching_and_that_than_characters(
    words: prep.Dictionary,
) -> None:
    sentences = treebank.load("test", sample="only")

    def f1(cut: Callable[[str], list[str]]) -> float:
        return prep.span_score(sentences.words, [prep.cut_runs(text, cut) for text in sentences.texts]).f1

    characters, forward = f1(list), f1(lambda text: prep.forward_matching(text, words))
    assert characters < forward < f1(prep.UnigramSegmenter(words).segment)


_JIEBA = """
import sys
order = sys.argv[1]
if order == "taught":
    import jieba
    jieba.setLogLevel(60)
    jieba.add_word("京市长江", 10**9)
    jieba.del_word("南京市")
from course_lib.preprocessing import jieba_words
found = jieba_words("南京市长江大桥在研究生命起源时小明硕士毕业了")
if order == "ours first":
    import jieba
    jieba.setLogLevel(60)
    jieba.add_word("京市长江", 10**9)
    found = jieba_words("南京市长江大桥在研究生命起源时小明硕士毕业了")
print("/".join(found))
"""


@pytest.mark.seconds
def test_jiebas_words_are_the_same_in_any_order_of_imports() -> None:
    answers = [
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", _JIEBA, order], capture_output=True, text=True, encoding="utf-8"
        )
        for order in ("ours alone", "ours first", "taught")
    ]
    assert [answer.returncode for answer in answers] == [0, 0, 0], answers
    assert len({answer.stdout for answer in answers}) == 1, answers
    assert answers[0].stdout.startswith("南京市/长江大桥/") and not answers[0].stderr


def test_jiebas_words_are_those_of_jieba_in_each_mode() -> None:
    import jieba

    for text in treebank.load("dev", sample="only").texts:
        assert prep.jieba_words(text) == jieba.lcut(text)
        assert prep.jieba_words(text, hmm=False) == jieba.lcut(text, HMM=False)
        assert prep.jieba_words(text, mode="full") == jieba.lcut(text, cut_all=True)
        assert prep.jieba_words(text, mode="search") == jieba.lcut_for_search(text)
