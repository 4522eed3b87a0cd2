"""Proves that precision, recall and F1 over word spans are what an independent count of cuts finds."""

from __future__ import annotations

import random

import pytest

from course_lib.preprocessing import SpanScore, span_score, word_spans


def _cut(chance: random.Random, text: str) -> list[str]:
    words = [text[0]]
    for character in text[1:]:
        if chance.random() < 0.5:
            words.append(character)
        else:
            words[-1] += character
    return words


def _counted(gold: list[str], found: list[str]) -> int:
    """A found word is right where both have a cut at its two ends, and gold has none between."""

    def ends(words: list[str]) -> list[int]:
        places = [0]
        for word in words:
            places.append(places[-1] + len(word))
        return places

    right, true = 0, ends(gold)
    for start, end in zip(ends(found), ends(found)[1:], strict=False):
        if start in true and end in true and not any(start < place < end for place in true):
            right += 1
    return right


@pytest.mark.parametrize("seed", range(30))
def test_spans_are_counted_as_an_independent_count_does(seed: int) -> None:
    chance = random.Random(seed)
    texts = ["".join(chance.choices("南京市长江\ud800", k=chance.randint(1, 12))) for _ in range(5)]
    gold, found = [[_cut(chance, text) for text in texts] for _ in range(2)]
    score = span_score(gold, found)
    right = sum(map(_counted, gold, found))
    assert (score.right, score.found, score.gold) == (right, sum(map(len, found)), sum(map(len, gold)))
    precision, recall = right / score.found, right / score.gold
    assert (score.precision, score.recall) == (precision, recall)
    assert score.f1 == pytest.approx(2 * precision * recall / (precision + recall) if right else 0)


def test_a_wrong_cut_costs_both_neighbours() -> None:
    score = span_score([["研究", "生命", "起源"]], [["研究生", "命", "起源"]])
    assert score == SpanScore(1, 3, 3) and score.f1 == pytest.approx(1 / 3)
    assert word_spans(["研究", "生命"]) == {(0, 2), (2, 4)}
    # All sentences count together: a long one weighs more than a short one.
    assert span_score([["南", "京"], ["市"]], [["南", "京"], ["市"]]).f1 == 1
    assert span_score([["南京"], ["市", "长"]], [["南京"], ["市长"]]) == SpanScore(1, 2, 3)


def test_nothing_scores_zero_and_what_cannot_be_compared_is_refused() -> None:
    empty = span_score([], [])
    assert (empty.precision, empty.recall, empty.f1) == (0, 0, 0)
    with pytest.raises(ValueError, match="found has 1 sentences; allowed: 2"):
        span_score([["南"], ["京"]], [["南"]])
    with pytest.raises(ValueError, match=r"found\[1\] is made of other characters"):
        span_score([["南"], ["京"]], [["南"], ["市"]])
    with pytest.raises(TypeError, match="one str"):
        span_score(["南京"], [["南京"]])
    for wrong in ("", "南 京", " 京"):
        with pytest.raises(ValueError, match="words holds"):
            word_spans(["南", wrong])
