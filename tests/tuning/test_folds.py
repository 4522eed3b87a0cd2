"""Every example is held out once, groups stay whole, and a nested search never sees its outer fold."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_score

from course_lib import tuning

from .samples import examples


@pytest.mark.parametrize("count, folds", [(10, 5), (11, 3), (7, 7)])
def test_every_example_is_held_out_once_in_parts_of_scikit_learns_sizes(count, folds) -> None:
    parts = tuning.k_folds(count, folds, seed=1)
    assert sorted(np.concatenate([held for _, held in parts])) == list(range(count))
    for known, held in parts:
        assert sorted([*known, *held]) == list(range(count))
    theirs = sorted(len(held) for _, held in KFold(folds).split(np.zeros(count)))
    assert sorted(len(held) for _, held in parts) == theirs


def test_no_group_is_parted_and_the_parts_are_about_as_large() -> None:
    groups = np.repeat(np.arange(30), np.tile([1, 2, 6], 10))
    for known, held in tuning.k_folds(len(groups), 4, seed=2, groups=groups):
        assert not set(groups[known]) & set(groups[held])
        assert abs(len(held) - len(groups) / 4) <= 3


def test_the_scores_equal_scikit_learns_on_the_same_parts() -> None:
    x, y = examples(90)
    model = LogisticRegression()
    ours = tuning.cross_validate(
        lambda known, held: model.fit(x[known], y[known]).score(x[held], y[held]), 90, 5, seed=3
    )
    np.testing.assert_allclose(ours, cross_val_score(model, x, y, cv=tuning.k_folds(90, 5, seed=3)))


def test_seeds_draw_other_parts() -> None:
    one, same, other = (tuning.k_folds(20, 4, seed)[0][1].tolist() for seed in (0, 0, 1))
    assert one == same != other


def test_a_nested_search_never_sees_the_fold_that_it_is_scored_on() -> None:
    looked = []

    def search(places, seed):
        looked.append((set(places), seed))
        return len(looked)

    def evaluate(chosen, known, held):
        places, _ = looked[-1]
        assert places == set(known) and not places & set(held)
        return chosen * 10.0

    scores, chosen = tuning.nested(search, evaluate, 12, 3, seed=5)
    np.testing.assert_array_equal(scores, [10, 20, 30])
    assert chosen == [1, 2, 3] and [seed for _, seed in looked] == [5, 6, 7]


def test_choosing_on_noise_flatters_and_nesting_does_not() -> None:
    """Labels are coins: whatever is chosen among many useless settings, the truth is one half."""
    flattered, honest = [], []
    for seed in range(20):
        coins = np.random.default_rng(seed).integers(
            0, 2, (25, 60)
        )  # what each setting says of each example, against it

        def best(places, seed, coins=coins):
            return int(coins[:, places].mean(axis=1).argmax())

        flattered.append(coins[best(np.arange(60), 0)].mean())
        honest.append(tuning.nested(best, lambda c, known, held, coins=coins: coins[c, held].mean(), 60, 5)[0].mean())
    assert np.mean(flattered) > 0.6
    assert np.mean(honest) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((10, 1), "folds is 1"),
        ((3, 4), "the number of examples"),
        ((4, 3, 0, ["a", "a", "b", "b"]), "the number of groups"),
        ((4, 2, 0, ["a"]), "one for each example"),
    ],
)
def test_a_wrong_argument_is_named(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        tuning.k_folds(*arguments)


@pytest.mark.parametrize("seed, kind", [(-1, ValueError), (0.5, TypeError)])
def test_a_wrong_seed_is_named(seed, kind) -> None:
    with pytest.raises(kind, match=f"seed is {seed}"):
        tuning.k_folds(4, 2, seed)


@pytest.mark.parametrize("returned", [None, (0.3, 0.9), [0.5], "0.5", np.zeros(1)])
def test_a_score_that_is_no_number_is_refused(returned) -> None:
    with pytest.raises(TypeError, match=r"evaluate returned .*; allowed: a number"):
        tuning.cross_validate(lambda known, held: returned, 6, 3)
    with pytest.raises(TypeError, match=r"evaluate returned .*; allowed: a number"):
        tuning.nested(lambda places, seed: None, lambda chosen, known, held: returned, 6, 3)


@pytest.mark.parametrize("returned", [1, np.float32(1), np.ones(())])
def test_numbers_of_every_kind_are_scores(returned) -> None:
    scores = tuning.cross_validate(lambda known, held: returned, 6, 3)
    assert scores.shape == (3,) and scores.dtype == float


def test_one_large_group_makes_one_large_fold() -> None:
    sizes = [len(held) for _, held in tuning.k_folds(10, 3, 0, [0] * 8 + [1, 2])]
    assert sorted(sizes) == [1, 1, 8]


@pytest.mark.parametrize("wrong", [float("nan"), 2.7, None, "a", []])
@pytest.mark.parametrize("name", ["search", "evaluate"])
def test_what_is_no_function_is_named(name: str, wrong) -> None:
    given = {"search": lambda places, seed: 0, "evaluate": lambda chosen, known, held: 0.0, name: wrong}
    with pytest.raises(TypeError, match=f"^{name} is .*; allowed: a function"):
        tuning.nested(**given, examples=6, folds=2)
    if name == "evaluate":
        with pytest.raises(TypeError, match=r"^evaluate is .*; allowed: a function"):
            tuning.cross_validate(wrong, 6, 2)
