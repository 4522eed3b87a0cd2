"""Proves that the merges, whose counts are kept up to date, are those of an algorithm that counts everything anew each
time, in exact fractions, and those that the `tokenizers` library learns, ties included.
"""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from itertools import pairwise

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from course_lib.preprocessing import merges
from course_lib.preprocessing.merges import learn_merges, merge_pair

from .samples import random_words

Pair = tuple[int, int]


def _learn(words: dict[str, int], size: int, score: str = "count") -> tuple[list[tuple[str, str]], list[str]]:
    """The merges as strings, and the tokens, from words whose letters have ids in alphabetical order."""
    tokens = sorted(set("".join(words)))
    spelt = [[tokens.index(letter) for letter in word] for word in words]
    learnt = learn_merges(spelt, list(words.values()), tokens, str.__add__, size, score)
    return [(tokens[left], tokens[right]) for left, right in learnt], tokens


def _learn_by_counting_anew(words: dict[str, int], size: int, score: str) -> list[tuple[str, str]]:
    """Sennrich, Haddow and Birch's algorithm 1, word for word, with fractions instead of rounded numbers."""
    tokens = sorted(set("".join(words)))
    split = {word: list(word) for word in words}
    learnt = []
    while len(tokens) < size:
        alone: Counter[str] = Counter()
        together: Counter[tuple[str, str]] = Counter()
        for word, symbols in split.items():
            for symbol in symbols:
                alone[symbol] += words[word]
            for pair in pairwise(symbols):
                together[pair] += words[word]
        if not together:
            break

        def rank(pair: tuple[str, str], alone=alone, together=together) -> tuple:
            worth = Fraction(together[pair])
            if score == "likelihood":
                worth /= alone[pair[0]] * alone[pair[1]]
            return -worth, tokens.index(pair[0]), tokens.index(pair[1])

        best = min(together, key=rank)
        learnt.append(best)
        if best[0] + best[1] not in tokens:
            tokens.append(best[0] + best[1])
        for symbols in split.values():
            place = 0
            while place < len(symbols) - 1:
                if (symbols[place], symbols[place + 1]) == best:
                    symbols[place : place + 2] = [best[0] + best[1]]
                place += 1
    return learnt


@pytest.mark.parametrize("score", ["count", "likelihood"])
@pytest.mark.parametrize("letters", ["a", "ab", "abc", "abcdefgh"])
def test_merges_are_those_of_counting_anew(letters: str, score: str) -> None:
    for seed in range(40):
        words = random_words(seed, letters)
        assert _learn(words, 30, score)[0] == _learn_by_counting_anew(words, 30, score), f"seed {seed}"


def _learn_by_tokenizers(words: dict[str, int], size: int) -> list[tuple[str, str]]:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    texts = [" ".join([word] * count) for word, count in words.items()]
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=size, show_progress=False))
    return [tuple(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]


@pytest.mark.parametrize("letters", ["a", "ab", "abc", "abcdefgh", "aé中😀"])
def test_merges_are_those_of_tokenizers_in_the_same_order(letters: str) -> None:
    for seed in range(40):
        words = random_words(seed, letters, words=20)
        assert _learn(words, 40)[0] == _learn_by_tokenizers(words, 40), f"seed {seed}"


def test_the_example_of_the_paper() -> None:
    words = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
    learnt, tokens = _learn(words, 14)
    assert learnt == [("e", "s"), ("es", "t"), ("l", "o"), ("lo", "w")]
    assert tokens[-4:] == ["es", "est", "lo", "low"]


def test_learning_stops_when_the_vocabulary_is_full_or_nothing_is_left() -> None:
    assert _learn({"abab": 1}, 2) == ([], ["a", "b"])
    assert _learn({"abab": 1}, 3) == ([("a", "b")], ["a", "b", "ab"])
    assert _learn({"abab": 1}, 99) == ([("a", "b"), ("ab", "ab")], ["a", "b", "ab", "abab"])
    assert _learn({"a": 5, "b": 1}, 99) == ([], ["a", "b"])
    assert _learn({}, 99) == ([], [])


def test_likelihood_prefers_what_is_rare_elsewhere() -> None:
    words = {"ab": 10, "ac": 10, "xy": 3}
    assert _learn(words, 6, "count")[0] == [("a", "b")]
    assert _learn(words, 6, "likelihood")[0] == [("x", "y")]


def test_two_pairs_that_spell_the_same_token_share_it() -> None:
    words = {"abc": 3, "ab": 10, "bc": 9, "abd": 1, "xbc": 20}
    learnt, tokens = _learn(words, 40)
    assert len(set(tokens)) == len(tokens)
    assert learnt == _learn_by_counting_anew(words, 40, "count")


def test_words_that_never_occur_do_not_count() -> None:
    assert _learn({"ab": 0, "cd": 1}, 99)[0] == [("c", "d")]
    assert _learn({"ab": 0}, 99)[0] == []


def test_the_tables_grow_with_the_pairs() -> None:
    letters = [chr(0x4E00 + number) for number in range(60)]
    words = {left + right: 1 + (number * 7) % 13 for number, left in enumerate(letters) for right in letters}
    learnt, _ = _learn(words, 75)  # 3,600 pairs, more than the tables begin with
    assert learnt == _learn_by_counting_anew(words, 75, "count")


@pytest.mark.parametrize(
    ("symbols", "pair", "merged", "expected"),
    [
        ([], (1, 2), 9, []),
        ([1], (1, 2), 9, [1]),
        ([1, 2], (1, 2), 9, [9]),
        ([2, 1], (1, 2), 9, [2, 1]),
        ([1, 2, 1, 2, 3, 1], (1, 2), 9, [9, 9, 3, 1]),
        ([1, 1, 1], (1, 1), 9, [9, 1]),
        ([1, 1, 1, 1], (1, 1), 9, [9, 9]),
        ([0, 1, 1, 2], (1, 2), 9, [0, 1, 9]),
        (["a", "b"], ("a", "b"), "ab", ["ab"]),
    ],
)
def test_a_pair_is_replaced_from_left_to_right(symbols: list, pair: tuple, merged: object, expected: list) -> None:
    before = list(symbols)
    assert merge_pair(symbols, pair, merged) == expected
    assert symbols == before


def test_only_words_that_hold_the_pair_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []

    def watched(symbols: list, pair: tuple, merged: object) -> list:
        looked_at.append(tuple(symbols))
        return merge_pair(symbols, pair, merged)

    monkeypatch.setattr(merges, "merge_pair", watched)
    _learn({"ab": 9, "cd": 1, "ef": 1, "gh": 1}, 9)
    assert looked_at == [(0, 1)]
