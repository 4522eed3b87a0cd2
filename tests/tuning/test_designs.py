"""Grids hold every combination, random points fill each axis in its own scale, and chances equal what draws show."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib import tuning

AXES = [tuning.Axis("rate", 1e-4, 1.0, "log"), tuning.Axis("share", 0.0, 0.8)]


def test_a_grid_holds_every_combination_once() -> None:
    points = tuning.grid_points(AXES, 2)
    np.testing.assert_allclose(np.unique(points[:, 0]), [1e-3, 1e-1])
    np.testing.assert_allclose(np.unique(points[:, 1]), [0.2, 0.6])
    assert len({tuple(point) for point in points}) == 4


def test_random_points_try_as_many_values_of_each_knob_as_there_are_points() -> None:
    points = tuning.random_points(AXES, 9, seed=1)
    assert points.shape == (9, 2) and all(len(np.unique(column)) == 9 for column in points.T)
    assert len(np.unique(tuning.grid_points(AXES, 3)[:, 0])) == 3


def test_a_logarithmic_axis_gives_each_power_of_ten_its_share() -> None:
    rates = tuning.random_points(AXES, 8_000, seed=0)[:, 0]
    counts = np.histogram(np.log10(rates), bins=4, range=(-4, 0))[0]
    assert counts.sum() == 8_000 and counts.min() > 1_850


def test_the_same_seed_draws_the_same_points() -> None:
    assert np.array_equal(tuning.random_points(AXES, 5, 7), tuning.random_points(AXES, 5, 7))
    assert not np.array_equal(tuning.random_points(AXES, 5, 7), tuning.random_points(AXES, 5, 8))


def test_the_chance_of_a_top_setting_is_what_draws_show() -> None:
    drawn = np.random.default_rng(0).random((20_000, 14)).min(axis=1) < 0.05
    assert tuning.chance_of_top(0.05, 14) == pytest.approx(drawn.mean(), abs=0.015)
    assert tuning.chance_of_top(0.05, 0) == 0.0 and tuning.chance_of_top(1.0, 1) == 1.0


def test_the_best_so_far_never_rises_and_skips_failures() -> None:
    np.testing.assert_array_equal(tuning.best_so_far([3, np.nan, 4, 2, 5]), [3, 3, 3, 2, 2])


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: tuning.Axis("a", 1.0, 1.0), "low below high"),
        (lambda: tuning.Axis("a", 0.0, 1.0, "log"), "logarithmic"),
        (lambda: tuning.Axis("a", 0.0, 1.0, "cubic"), "scale is 'cubic'"),
        (lambda: tuning.grid_points(AXES, 0), "per_axis is 0"),
        (lambda: tuning.random_points(AXES, 0), "trials is 0"),
        (lambda: tuning.chance_of_top(1.5, 3), "share is 1.5"),
        (lambda: tuning.Axis("a", 0.0, np.inf), "both finite"),
        (lambda: tuning.Axis("a", -np.inf, 0.0), "both finite"),
        (lambda: tuning.Axis("a", np.nan, 1.0), "low is nan"),
        (lambda: AXES[1].value(2), "share is 2.0; allowed: from 0 to 1"),
        (lambda: AXES[0].value([0.5, -0.1]), "share is"),
        (lambda: AXES[0].value(np.nan), "share is nan"),
        (lambda: tuning.random_points([], 3), "axes is empty"),
        (lambda: tuning.grid_points([], 3), "axes is empty"),
        (lambda: tuning.random_points(AXES, 3, -1), "seed is -1"),
    ],
)
def test_a_wrong_argument_is_named(make, message) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: tuning.Axis("a", "1", "2"), "low is '1'"),
        (lambda: tuning.Axis("a", 1, None), "high is None"),
        (lambda: tuning.Axis(1, 1, 2), "name is 1"),
        (lambda: tuning.random_points(AXES, 3, 0.5), "seed is 0.5"),
        (lambda: tuning.chance_of_top("0.05", 3), "share is '0.05'"),
    ],
)
def test_an_argument_of_a_wrong_type_is_named(make, message) -> None:
    with pytest.raises(TypeError, match=message):
        make()


@pytest.mark.parametrize("wrong", [np.nan, 2.7, None, "a", [None], [1.0], [[0.0]]])
@pytest.mark.parametrize("points", [tuning.grid_points, tuning.random_points])
def test_axes_that_are_none_are_named(points, wrong) -> None:
    with pytest.raises(TypeError, match=r"^axes is .*; allowed: a list of Axis"):
        points(wrong, 3)


@pytest.mark.parametrize(
    ("scores", "error"),
    [
        (np.nan, ValueError),
        (2.7, ValueError),
        ([[1.0]], ValueError),
        (None, TypeError),
        ("a", TypeError),
        (["1"], TypeError),
        ([True], TypeError),
        ([1.0, None], TypeError),
        ([[1.0], [2.0, 3.0]], TypeError),
    ],
)
def test_scores_that_are_no_list_of_numbers_are_named(scores, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^scores h"):
        tuning.best_so_far(scores)


def test_of_no_trial_there_is_no_best() -> None:
    assert tuning.best_so_far([]).tolist() == []


@pytest.mark.parametrize("share", ["a", None, True, [0.5, "1"]])
def test_a_share_that_is_no_number_is_named(share) -> None:
    with pytest.raises(TypeError, match=r"^share holds values of type .*; allowed: numbers$"):
        AXES[0].value(share)
