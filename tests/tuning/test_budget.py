"""Hyperband's brackets are those of the paper's table, KerasTuner's those it runs; their price is what is spent."""

from __future__ import annotations

import pytest

from course_lib import tuning

from .samples import bowl, space

# Li et al., 2018, table 1: R = 81, η = 3; n_i and r_i for s = 4, …, 0.
TABLE = [
    [(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)],
    [(34, 3), (11, 9), (3, 27), (1, 81)],
    [(15, 9), (5, 27), (1, 81)],
    [(8, 27), (2, 81)],
    [(5, 81)],
]


def pairs(brackets) -> list[list[tuple[int, int]]]:
    return [[(each.trials, each.epochs) for each in rounds] for rounds in brackets]


def test_the_brackets_are_those_of_the_papers_table() -> None:
    assert pairs(tuning.hyperband_brackets(81, 3)) == TABLE


def test_keras_tuner_rounds_up() -> None:
    assert pairs(tuning.keras_tuner_brackets(9, 3)) == [[(9, 1), (3, 3), (1, 9)], [(5, 3), (2, 9)], [(3, 9)]]
    assert pairs(tuning.keras_tuner_brackets(10, 3))[0] == [(12, 2), (4, 4), (2, 10)]
    assert pairs(tuning.hyperband_brackets(10, 3))[0] == [(9, 1), (3, 3), (1, 10)]


def test_a_setting_that_goes_on_is_paid_for_once() -> None:
    first = tuning.keras_tuner_brackets(9)[:1]
    assert tuning.epochs_spent(first) == 9 * 1 + 3 * 2 + 1 * 6
    assert tuning.epochs_spent(first, continued=False) == 9 * 1 + 3 * 3 + 1 * 9


@pytest.mark.parametrize("epochs", [3, 9])
def test_a_search_spends_what_was_computed_beforehand(epochs) -> None:
    search = tuning.run_search(bowl, space(), "hyperband", epochs=epochs)
    assert search.epochs == tuning.epochs_spent(tuning.keras_tuner_brackets(epochs))


def test_three_passes_cost_exactly_twenty_five_full_trainings() -> None:
    assert 3 * tuning.epochs_spent(tuning.keras_tuner_brackets(9)) == 25 * 9


@pytest.mark.parametrize("arguments", [(0, 3), (9, 1)])
def test_a_wrong_argument_is_named(arguments) -> None:
    with pytest.raises(ValueError, match="allowed"):
        tuning.hyperband_brackets(*arguments)
    with pytest.raises(ValueError, match="allowed"):
        tuning.keras_tuner_brackets(*arguments)


@pytest.mark.parametrize("name", ["trials", "epochs"])
@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (float("nan"), TypeError),
        (2.7, TypeError),
        (None, TypeError),
        ("a", TypeError),
        ([], TypeError),
        (0, ValueError),
    ],
)
def test_a_round_is_of_whole_numbers(name: str, wrong, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"^{name} is"):
        tuning.Round(**{"trials": 1, "epochs": 1, name: wrong})


@pytest.mark.parametrize("wrong", [float("nan"), 2.7, None, "a", [1], [[1]], [tuning.Round(1, 1)]])
def test_brackets_that_are_none_are_named(wrong) -> None:
    with pytest.raises(TypeError, match=r"^brackets is .*; allowed: lists of Round"):
        tuning.epochs_spent(wrong)


def test_brackets_may_come_one_by_one_and_none_cost_nothing() -> None:
    brackets = tuning.hyperband_brackets(9)
    assert tuning.epochs_spent(iter(brackets)) == tuning.epochs_spent(brackets) > 0 == tuning.epochs_spent([])
