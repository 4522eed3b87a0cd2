"""Searches propose within the space, go on from the right state, cost what they say, and find a bowl's lowest point."""

from __future__ import annotations

import keras_tuner
import numpy as np
import pytest

from course_lib import tuning

from .samples import bowl, space


@pytest.mark.parametrize("method", tuning.METHODS)
def test_every_proposal_lies_in_the_space_and_costs_what_is_said(method) -> None:
    jobs = []

    def evaluate(job):
        jobs.append(job)
        return bowl(job)

    search = tuning.run_search(evaluate, space(), method, trials=6, epochs=3, seed=1)
    for job in jobs:
        assert set(job.values) == {"learning_rate", "hidden_units"}
        assert 1e-4 <= job.values["learning_rate"] <= 1e-1 and 4 <= job.values["hidden_units"] <= 64
    assert len(search.trials) == len(jobs)
    if method != "hyperband":
        assert search.epochs == 6 * 3 and all(job.epochs == 3 and job.previous is None for job in jobs)
    assert search.best.score == min(trial.score for trial in search.trials)
    assert [trial.spent for trial in search.trials] == sorted(trial.spent for trial in search.trials)


def test_hyperband_goes_on_with_the_best_third_from_their_own_states() -> None:
    states, spent = {}, 0

    def evaluate(job):
        nonlocal spent
        before = 0
        if job.previous is not None:
            values, before = states[job.previous]
            assert values == job.values
        spent += job.epochs - before
        states[job.file] = (job.values, job.epochs)
        return bowl(job)

    search = tuning.run_search(evaluate, space(), "hyperband", epochs=9, seed=2)
    assert spent == search.epochs == 75
    first = sorted(search.trials[:9], key=lambda trial: trial.score)
    second = search.trials[9:12]
    assert {str(trial.values) for trial in second} == {str(trial.values) for trial in first[:3]}
    assert [trial.epochs for trial in second] == [3, 3, 3]


def test_the_same_seed_searches_the_same_way_and_another_another() -> None:
    def scores(seed):
        return [trial.score for trial in tuning.run_search(bowl, space(), trials=4, seed=seed).trials]

    assert scores(0) == scores(0) != scores(1)


def test_a_gaussian_process_begins_like_a_random_search_and_then_comes_closer() -> None:
    chance, guided = (
        [trial.score for trial in tuning.run_search(bowl, space(), method, trials=8, seed=0).trials]
        for method in ("random", "bayesian")
    )
    assert guided[:6] == chance[:6]  # KerasTuner draws three for each knob first
    assert np.mean(guided[6:]) < np.mean(chance)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"method": "grid"}, "method is 'grid'; allowed: 'random'"),
        ({"trials": 0}, "trials is 0"),
        ({"epochs": 0}, "epochs is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"space": keras_tuner.HyperParameters()}, "no hyperparameter"),
    ],
)
def test_a_wrong_argument_is_named(options, message) -> None:
    with pytest.raises(ValueError, match=message):
        tuning.run_search(**{"evaluate": bowl, "space": space(), **options})
