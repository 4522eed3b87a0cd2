"""Proves that each rule excludes what it says and nothing else, that draws follow their distribution, and that settings
which make no sense are named.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from course_lib.language_model import Sampler, keep_nucleus, keep_probable, keep_top, penalise_repetition

LOGITS = np.array([1.0, 3.0, -2.0, 3.0, 0.5, -np.inf, 2.0])


def _softmax(logits: np.ndarray) -> np.ndarray:
    return np.exp(logits) / np.exp(logits).sum()


def _kept(logits: np.ndarray) -> list[int]:
    return np.flatnonzero(logits > -np.inf).tolist()


@pytest.mark.parametrize(("count", "kept"), [(1, [1]), (2, [1, 3]), (3, [1, 3, 6]), (7, [0, 1, 2, 3, 4, 6])])
def test_the_best_stay_and_of_equal_ones_the_first(count: int, kept: list[int]) -> None:
    assert _kept(keep_top(LOGITS, count)) == kept
    np.testing.assert_array_equal(keep_top(LOGITS, count)[kept], LOGITS[kept])


def test_the_nucleus_is_the_smallest_set_of_best_tokens_that_holds_the_share() -> None:
    random = np.random.default_rng(0)
    for _ in range(200):
        logits, share = 2 * random.normal(size=8), random.uniform(0.01, 0.999)
        chances = _softmax(logits)
        best, held = [], 0.0
        for token in sorted(range(8), key=lambda token: -chances[token]):  # one by one, until they hold it
            best.append(token)
            held += chances[token]
            if held >= share:
                break
        assert _kept(keep_nucleus(logits, share)) == sorted(best)
    assert _kept(keep_nucleus(LOGITS, 1)) == [0, 1, 2, 3, 4, 6]
    assert _kept(keep_nucleus(np.log([0.5, 0.25, 0.25]), 0.5)) == [0]  # exactly the share is enough
    assert _kept(keep_nucleus(LOGITS, 1e-9)) == [1]


def test_min_p_asks_for_a_share_of_the_best_probability() -> None:
    chances = np.array([0.5, 0.3, 0.1, 0.06, 0.04])
    assert _kept(keep_probable(np.log(chances), 0.2)) == [0, 1, 2]
    assert _kept(keep_probable(np.log(chances), 1.0)) == [0]
    assert _kept(keep_probable(np.array([0.0, -800.0, -1e-3]), 0.9)) == [0, 2]


def test_a_penalty_makes_written_tokens_less_likely_whatever_their_sign() -> None:
    found = penalise_repetition(LOGITS, [1, 2, 1], 2.0)
    np.testing.assert_allclose(found, [1.0, 1.5, -4.0, 3.0, 0.5, -np.inf, 2.0])
    np.testing.assert_array_equal(penalise_repetition(LOGITS, [1, 2], 1.0), LOGITS)
    np.testing.assert_array_equal(penalise_repetition(LOGITS, [], 3.0), LOGITS)


SAMPLERS = [
    Sampler(),
    Sampler(temperature=0.5),
    Sampler(temperature=2.0, top_k=3),
    Sampler(nucleus=0.9),
    Sampler(min_p=0.1),
    Sampler(top_k=5, nucleus=0.95, repetition_penalty=1.5),
    Sampler(greedy=True),
]


@pytest.mark.parametrize("sampler", SAMPLERS, ids=map(str, range(len(SAMPLERS))))
def test_draws_follow_the_distribution_and_never_take_what_is_excluded(sampler: Sampler) -> None:
    chances = sampler.distribution(LOGITS, previous=[3])
    random = np.random.default_rng(7)
    drawn = np.bincount([sampler.draw(LOGITS, random, previous=[3]) for _ in range(4000)], minlength=len(LOGITS))
    assert chances.sum() == pytest.approx(1) and drawn[chances == 0].sum() == 0
    possible = chances > 0
    if possible.sum() > 1:
        assert stats.chisquare(drawn[possible], 4000 * chances[possible]).pvalue > 0.001


def test_the_order_is_penalty_temperature_exclusion() -> None:
    """At temperature 0.5 the nucleus of 0.8 is smaller than at 1: temperature comes first."""
    logits = np.log([0.4, 0.3, 0.2, 0.1])
    np.testing.assert_allclose(
        Sampler(temperature=0.5, nucleus=0.8).distribution(logits), np.array([16, 9, 0, 0]) / 25, rtol=1e-9
    )
    penalised = np.log([0.4, 0.3, 0.2, 0.1]) * [2, 1, 1, 1]
    np.testing.assert_allclose(
        Sampler(temperature=0.5, repetition_penalty=2.0).distribution(logits, [0]), _softmax(penalised / 0.5)
    )


def test_low_temperatures_and_large_scores_overflow_nowhere() -> None:
    chances = Sampler(temperature=1e-3).distribution([1e4, 1e4 - 1, -1e4])
    np.testing.assert_allclose(chances, [1, 0, 0], atol=1e-12)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"temperature": 0}, r"temperature is 0; allowed: a number above 0 \(or greedy=True\)"),
        ({"temperature": -1.0}, "temperature is -1.0"),
        ({"temperature": float("inf")}, "temperature is inf"),
        ({"top_k": 0}, "top_k is 0"),
        ({"nucleus": 0.0}, "nucleus is 0.0; allowed: above 0, at most 1"),
        ({"nucleus": 1.1}, "nucleus is 1.1"),
        ({"min_p": -0.1}, "min_p is -0.1"),
        ({"repetition_penalty": 0.0}, "repetition_penalty is 0.0"),
    ],
)
def test_a_setting_out_of_its_range_is_named(settings: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Sampler(**settings)


@pytest.mark.parametrize("settings", [{"temperature": "1"}, {"top_k": 2.5}, {"nucleus": True}, {"min_p": "a"}])
def test_a_setting_of_another_type_is_named(settings: dict[str, object]) -> None:
    (name,) = settings
    with pytest.raises(TypeError, match=name):
        Sampler(**settings)


@pytest.mark.parametrize("logits", [[], [[1.0]], [np.nan, 1.0], [np.inf, 0.0], [-np.inf, -np.inf]])
def test_scores_that_are_none_are_refused(logits: list) -> None:
    with pytest.raises(ValueError, match="logits"):
        Sampler().distribution(logits)


def test_more_than_the_vocabulary_cannot_be_kept_and_no_other_id_was_written() -> None:
    with pytest.raises(ValueError, match="count is 9; allowed: 1 to 7"):
        keep_top(LOGITS, 9)
    with pytest.raises(ValueError, match="top_k is 9; allowed: 1 to 7"):
        Sampler(top_k=9).distribution(LOGITS)
    with pytest.raises(ValueError, match="previous holds ids from 9 to 9"):
        penalise_repetition(LOGITS, [9], 2.0)
