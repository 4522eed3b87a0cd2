"""Proves that rates carry intervals that hold, and that the association test is its definition."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from course_lib import alignment

RANDOM = np.random.default_rng(3)


def cosine(one, other):
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_the_association_is_a_difference_of_mean_cosines_in_loops():
    words, one, other = (RANDOM.normal(size=(count, 5)) for count in (3, 2, 4))
    for found, word in zip(alignment.association(words, one, other), words, strict=True):
        expected = np.mean([cosine(word, each) for each in one]) - np.mean([cosine(word, each) for each in other])
        assert found == pytest.approx(expected)


def test_effect_and_p_value_are_those_of_all_deals():
    axis = np.array([1.0, 0.0, 0.0])
    one, other = axis + 0.1 * RANDOM.normal(size=(3, 3)), -axis + 0.1 * RANDOM.normal(size=(3, 3))
    first, second = 0.4 * axis + RANDOM.normal(size=(3, 3)), -0.4 * axis + RANDOM.normal(size=(3, 3))
    effect, p = alignment.association_test(first, second, one, other)
    scores = alignment.association(np.concatenate([first, second]), one, other)
    assert effect == pytest.approx((scores[:3].mean() - scores[3:].mean()) / scores.std(ddof=1))
    sums = [sum(scores[list(deal[:3])]) for deal in permutations(range(6))]
    assert p == pytest.approx(np.mean([each >= scores[:3].sum() - 1e-12 for each in sums]))
    turned, _ = alignment.association_test(second, first, one, other)
    assert turned == pytest.approx(-effect)


def test_of_many_words_deals_are_drawn_and_no_p_value_is_zero():
    axis = np.array([1.0, 0.0])
    first, second = axis + 0.05 * RANDOM.normal(size=(12, 2)), -axis + 0.05 * RANDOM.normal(size=(12, 2))
    effect, p = alignment.association_test(first, second, axis[None], -axis[None])
    assert effect > 1.5 and 0 < p < 1e-3


def test_a_direction_taken_out_is_gone_and_what_is_at_right_angles_stays():
    pairs = np.array([[[1.0, 2.0, 0.0], [-1.0, 2.0, 0.0]], [[2.0, 0.0, 1.0], [0.0, 0.0, 1.0]]])
    words = RANDOM.normal(size=(4, 3))
    left = alignment.without_direction(words, pairs)
    np.testing.assert_allclose(left[:, 0], 0, atol=1e-12)
    np.testing.assert_allclose(left[:, 1:], words[:, 1:], atol=1e-12)


def test_templates_differ_in_one_word_alone():
    filled = alignment.fill_templates(["a {} sings", "the {}"], {"cats": ["lion"], "dogs": ["wolf", "fox"]})
    assert filled == {
        "cats": [["a lion sings", "the lion"]],
        "dogs": [["a wolf sings", "the wolf"], ["a fox sings", "the fox"]],
    }


def test_wilsons_interval_is_its_equation_solved_and_covers_what_it_should():
    """Its ends are the shares p with |p̂ − p| = z √(p (1 − p) / n)."""
    for count, total in [(3, 10), (45, 50), (1, 7)]:
        for end in alignment.share_interval(count, total):
            assert abs(count / total - end) == pytest.approx(1.96 * np.sqrt(end * (1 - end) / total))
    assert alignment.share_interval(0, 20)[0] == 0 and alignment.share_interval(0, 20)[1] > 0.1
    draws = np.random.default_rng(0).binomial(40, 0.07, size=2_000)
    covered = [low <= 0.07 <= high for low, high in (alignment.share_interval(int(each), 40) for each in draws)]
    assert 0.92 < np.mean(covered) < 0.99


def test_a_rate_says_its_share_and_interval():
    found = alignment.rate(np.array([True, False, False, True]))
    assert found.share == 0.5 and str(found).startswith("50.0% [") and (found.count, found.total) == (2, 4)
    nothing = alignment.rate(np.array([], bool))
    assert np.isnan(nothing.share) and (nothing.low, nothing.high) == (0, 1) and str(nothing) == "–"


@pytest.mark.parametrize(
    ("call", "words", "error"),
    [
        (lambda: alignment.fill_templates(["no gap"], {"a": ["b"]}), "no gap", ValueError),
        (lambda: alignment.fill_templates([], {}), "empty", ValueError),
        (lambda: alignment.fill_templates(["{}"], {"a": "b"}), "groups", TypeError),
        (lambda: alignment.association(np.zeros((1, 2)), np.ones((1, 2)), np.ones((1, 2))), "zeros", ValueError),
        (lambda: alignment.association(np.ones((1, 2)), np.ones((1, 3)), np.ones((1, 2))), "widths", ValueError),
        (lambda: alignment.association_test(*[np.ones((2, 2))] * 4), "alike", ValueError),
        (lambda: alignment.without_direction(np.ones((2, 3)), np.ones((1, 2, 2))), "pairs", ValueError),
        (lambda: alignment.without_direction(np.ones((2, 3)), np.ones((1, 2, 3)), 2), "directions is 2", ValueError),
        (lambda: alignment.share_interval(3, 2), "count is 3", ValueError),
        (lambda: alignment.rate(np.array([1, 0])), "bool", TypeError),
        (lambda: alignment.rate(np.zeros((2, 2), bool)), "happened has the shape", ValueError),
    ],
)
def test_what_cannot_be_is_named(call, words, error):
    with pytest.raises(error, match=words):
        call()
