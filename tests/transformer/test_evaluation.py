"""Proves that BLEU is that of two independent programs and of a sum by hand, and that its interval covers it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from course_lib.transformer import bleu, bleu_interval


def _corpus(seed: int, sentences: int = 30, several: bool = False) -> tuple[list[list[str]], list[list[list[str]]]]:
    """Sentences of few words, each changed a little."""
    random = np.random.default_rng(seed)
    hypotheses, references = [], []
    for _ in range(sentences):
        right = [f"w{index}" for index in random.integers(8, size=random.integers(4, 14))]
        kept = [word if random.random() < 0.8 else "other" for word in right if random.random() < 0.95]
        hypotheses.append(kept)
        more = [[f"w{index}" for index in random.integers(8, size=random.integers(3, 14))] for _ in range(2)]
        references.append([right, *more] if several else [right])
    return hypotheses, references


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("sentences", [30, 1])
def test_sacrebleu_and_nltk_give_the_same(seed: int, several: bool, sentences: int) -> None:
    sacrebleu = pytest.importorskip("sacrebleu")
    from nltk.translate.bleu_score import corpus_bleu

    hypotheses, references = _corpus(seed, sentences, several)
    ours = bleu(hypotheses, references)
    columns = [[" ".join(each[place]) for each in references] for place in range(len(references[0]))]
    options = {"tokenize": "none", "smooth_method": "none", "force": True}
    theirs = sacrebleu.corpus_bleu([" ".join(each) for each in hypotheses], columns, **options)
    assert ours == pytest.approx(theirs.score, abs=1e-9)
    if ours:
        assert ours == pytest.approx(100 * corpus_bleu(references, hypotheses), abs=1e-9)


def test_a_small_sum_by_hand() -> None:
    hypothesis, reference = (
        ["the", "the", "the", "cat", "sat", "here"],
        ["the", "cat", "sat", "here", "with", "the", "dog"],
    )
    # 1: the twice (clipped), cat, sat, here: 5 of 6; 2: the cat, cat sat, sat here: 3 of 5; 3: 2 of 4; 4: 1 of 3
    precisions = 5 / 6 * 3 / 5 * 2 / 4 * 1 / 3
    expected = 100 * math.exp(1 - 7 / 6) * precisions**0.25
    assert bleu([hypothesis], [[reference]]) == pytest.approx(expected)
    assert bleu([hypothesis], [[reference]], max_order=1) == pytest.approx(100 * math.exp(1 - 7 / 6) * 5 / 6)


def test_a_corpus_is_no_mean_of_sentences_and_characters_are_tokens() -> None:
    hypotheses, references = [list("我们去北京"), list("他不喝茶")], [[list("我们去北京")], [list("他也不喝茶")]]
    both = bleu(hypotheses, references)
    alone = [bleu([one], [right]) for one, right in zip(hypotheses, references, strict=True)]
    assert alone == [pytest.approx(100), 0.0] and both > 60


def test_the_nearest_reference_sets_the_length_and_the_shorter_of_two() -> None:
    hypothesis = list("abcdef")
    assert bleu([hypothesis], [[list("abcd"), list("abcdefgh")]]) == pytest.approx(100)  # 4 and 8 are as near
    assert bleu([hypothesis], [[list("abcdefgh")]]) == pytest.approx(100 * math.exp(1 - 8 / 6))
    assert bleu([[]], [[list("ab")]]) == 0 and bleu([[], list("abcd")], [[list("a")], [list("abcd")]]) > 70


def test_the_interval_covers_the_value_and_narrows_with_more_sentences() -> None:
    few, many = _corpus(0, 25), _corpus(0, 400)
    widths = []
    for hypotheses, references in (few, many):
        low, high = bleu_interval(hypotheses, references, seed=1, draws=300)
        assert low < bleu(hypotheses, references) < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2
    narrow = bleu_interval(*many, seed=1, draws=300, confidence=0.5)
    assert narrow[1] - narrow[0] < widths[1] * 0.6
    assert bleu_interval(*few, seed=1, draws=50) == bleu_interval(*few, seed=1, draws=50)
    assert bleu_interval(*few, seed=1, draws=50) != bleu_interval(*few, seed=2, draws=50)
    same = [["a", "b", "c", "d"]] * 3
    assert bleu_interval(same, [[each] for each in same], seed=0, draws=5) == (pytest.approx(100), pytest.approx(100))


@pytest.mark.parametrize(
    ("hypotheses", "references", "error", "message"),
    [
        (["a b"], [[["a"]]], TypeError, r"hypotheses\[0\] is one str"),
        ([["a"]], [["a b"]], TypeError, r"references\[0\]\[0\] is one str"),
        ([["a"]], ["a b"], TypeError, r"references\[0\] is one str"),
        ([[1]], [[1, 2]], TypeError, r"references\[0\]\[0\] is 1; allowed: a list of tokens"),
        ("ab", [[["a"]]], TypeError, r"hypotheses is one str"),
        ([["a"]], "a", TypeError, r"references is one str"),
        ([["a"]], [], ValueError, r"hypotheses has 1 sentences and references 0; allowed: as many of each"),
        ([], [], ValueError, r"hypotheses has 0 sentences"),
        ([["a"]], [[]], ValueError, r"references\[0\] is empty; allowed: a list of one or more references"),
    ],
)
def test_what_are_no_lists_of_tokens_is_named(hypotheses, references, error, message: str) -> None:
    with pytest.raises(error, match=message):
        bleu(hypotheses, references)


def test_numbers_out_of_range_are_named() -> None:
    with pytest.raises(ValueError, match=r"max_order is 0"):
        bleu([["a"]], [[["a"]]], max_order=0)
    with pytest.raises(ValueError, match=r"max_order is 1000000000; allowed: 1 to 100"):
        bleu([["a"]], [[["a"]]], max_order=10**9)
    with pytest.raises(ValueError, match=r"draws is 0"):
        bleu_interval([["a"]], [[["a"]]], seed=0, draws=0)
    with pytest.raises(ValueError, match=r"confidence is 1.0"):
        bleu_interval([["a"]], [[["a"]]], seed=0, confidence=1.0)
