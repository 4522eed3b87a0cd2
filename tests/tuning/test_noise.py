"""The best of many noisy scores flatters as theory says, and looking it up elsewhere takes the flattery away."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib import tuning


@pytest.mark.parametrize("count, value", [(1, 0.0), (2, 1 / np.sqrt(np.pi)), (3, 1.5 / np.sqrt(np.pi)), (10, 1.53875)])
def test_the_expected_maximum_has_its_known_values(count, value) -> None:
    assert tuning.expected_maximum(count) == pytest.approx(value, abs=2e-3)


def test_equal_settings_are_flattered_by_the_expected_maximum() -> None:
    scores = np.random.default_rng(0).normal(0.8, 0.02, (10, 400))
    again = tuning.best_again(scores)
    assert again.optimism == pytest.approx(0.02 * tuning.expected_maximum(10), abs=0.002)
    assert again.repeated == pytest.approx(0.8, abs=0.003)
    assert again.same_best == pytest.approx(0.1, abs=0.02)
    assert again.noise == pytest.approx(0.02, abs=0.001)
    assert again.spread < 0.003


def test_a_setting_that_is_truly_better_wins_again() -> None:
    scores = np.random.default_rng(0).normal(0.8, 0.001, (8, 6))
    scores[3] += 0.1
    again = tuning.best_again(scores)
    assert again.same_best == 1.0 == again.top_quarter
    assert abs(again.optimism) < 0.002 and again.spread > 0.03


def test_by_hand() -> None:
    again = tuning.best_again([[0.9, 0.5], [0.7, 0.8]])
    assert (again.claimed, again.repeated) == pytest.approx((0.85, 0.6))
    assert again.optimism == pytest.approx(0.25) and again.same_best == 0.0


def test_losses_are_looked_at_the_other_way_round() -> None:
    scores = np.random.default_rng(1).normal(size=(5, 4))
    up, down = tuning.best_again(scores), tuning.best_again(-scores, higher_is_better=False)
    assert down.optimism == pytest.approx(up.optimism) and down.claimed == pytest.approx(-up.claimed)
    assert down.top_quarter == up.top_quarter


def test_a_wrong_argument_is_named() -> None:
    for scores in ([0.1, 0.2], [[0.1, 0.2]], [[0.1], [0.2]], [[0.1, np.nan], [0.2, 0.3]]):
        with pytest.raises(ValueError, match="scores has the shape"):
            tuning.best_again(scores)
    for scores in ([[0.1, 0.2], [0.3]], [["a", "b"], ["c", "d"]]):
        with pytest.raises(ValueError, match="scores is no table of numbers"):
            tuning.best_again(scores)
    with pytest.raises(ValueError, match="count is 0"):
        tuning.expected_maximum(0)


def test_the_best_quarter_of_ten_are_three() -> None:
    """The winner of the first run is third in the second, the winner of the second is fourth in the first."""
    first = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    second = [8, 9, 1, 10, 2, 3, 4, 5, 6, 7]
    assert tuning.best_again(np.transpose([first, second])).top_quarter == 0.5


def test_noise_is_within_a_setting_and_spread_between_settings() -> None:
    scores = np.array([[0.1, 0.3, 0.2], [0.6, 0.6, 0.9]])  # unlike each other in both directions
    within = [np.var([0.1, 0.3, 0.2], ddof=1), np.var([0.6, 0.6, 0.9], ddof=1)]
    again = tuning.best_again(scores)
    assert again.noise == pytest.approx(np.sqrt(np.mean(within)))
    assert again.spread == pytest.approx(np.std([0.2, 0.7], ddof=1))
