"""Searches propose within the space, go on from the right state, cost what they say, and find a bowl's lowest point."""

from __future__ import annotations

import keras_tuner
import numpy as np
import pytest

from course_lib import tuning

from .samples import bowl, examples, space


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


@pytest.mark.slow
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
        ({"method": "bayesian", "initial_points": 0}, "initial_points is 0"),
    ],
)
def test_a_wrong_argument_is_named(options, message) -> None:
    with pytest.raises(ValueError, match=message):
        tuning.run_search(**{"evaluate": bowl, "space": space(), **options})


@pytest.mark.parametrize(
    "options, message",
    [({"space": {"a": 1}}, "space is of type dict"), ({"initial_points": 2.5}, "initial_points is 2.5")],
)
def test_an_argument_of_a_wrong_type_is_named(options, message) -> None:
    with pytest.raises(TypeError, match=message):
        tuning.run_search(**{"evaluate": bowl, "space": space(), "method": "bayesian", **options})


@pytest.mark.slow
def test_a_gaussian_process_begins_to_think_after_as_many_points_as_it_is_told() -> None:
    chance, guided = (
        [trial.values for trial in tuning.run_search(bowl, space(), method, 5, seed=0, initial_points=2).trials]
        for method in ("random", "bayesian")
    )
    assert guided[:2] == chance[:2] and guided[2] != chance[2]


def other_range() -> keras_tuner.HyperParameters:
    found = keras_tuner.HyperParameters()
    found.Float("learning_rate", 1e-4, 1e-1, sampling="log")
    found.Int("hidden_units", 4, 65)
    return found


def one_more() -> keras_tuner.HyperParameters:
    found = space()
    found.Boolean("wide")
    return found


SAVED = {"method": "random", "trials": 2, "epochs": 3, "seed": 1, "iterations": 1}


@pytest.mark.parametrize(
    "saved, changes, message",
    [
        ({}, {"seed": 2}, "with seed 1; allowed: the same and not seed 2, or another folder"),
        ({}, {"epochs": 9, "seed": 0}, "with seed 1, epochs 3; allowed: the same and not seed 0, epochs 9"),
        ({}, {"method": "bayesian"}, "with method 'random'; allowed: the same and not method 'bayesian'"),
        ({}, {"space": other_range()}, "with space Int hidden_units .*'max_value': 64.* and not space Int .* 65"),
        ({}, {"space": one_more()}, ".* and not space Boolean wide"),
        ({"method": "hyperband"}, {"iterations": 2}, "with iterations 1; allowed: the same and not iterations 2"),
        ({"method": "bayesian"}, {"initial_points": 2}, "with initial_points 6; .* not initial_points 2"),
    ],
)
def test_a_folder_with_another_search_is_refused(tmp_path, saved, changes, message) -> None:
    saved = {**SAVED, "space": space(), **saved}
    before = tuning.run_search(bowl, folder=tmp_path, **saved)
    with pytest.raises(ValueError, match=f"folder holds a search {message}"):
        tuning.run_search(bowl, folder=tmp_path, **{**saved, **changes})
    assert tuning.run_search(bowl, folder=tmp_path, **saved).trials == before.trials


def test_a_search_of_another_method_is_seen_without_its_record(tmp_path) -> None:
    tuning.run_search(bowl, space(), "random", 1, folder=tmp_path)
    (tmp_path / "random" / "search.json").unlink()
    assert len(tuning.run_search(bowl, space(), "random", 2, folder=tmp_path).trials) == 2
    (tmp_path / "random" / "search.json").unlink()
    with pytest.raises(ValueError, match="method 'random'"):
        tuning.run_search(bowl, space(), "hyperband", folder=tmp_path)


def test_a_record_that_was_cut_short_is_named(tmp_path) -> None:
    tuning.run_search(bowl, space(), trials=1, folder=tmp_path)
    (tmp_path / "random" / "search.json").write_text("{")
    with pytest.raises(tuning.SearchDamaged, match=r"search\.json was cut short"):
        tuning.run_search(bowl, space(), trials=1, folder=tmp_path)


def test_more_trials_go_on_and_fewer_cut_nothing_off(tmp_path) -> None:
    jobs = []

    def evaluate(job):
        jobs.append(job)
        return bowl(job)

    whole = tuning.run_search(bowl, space(), trials=np.int64(5), epochs=np.int32(9), seed=np.int64(1))
    for asked, had in ((3, 3), (2, 3), (5, 5)):
        search = tuning.run_search(evaluate, space(), trials=asked, seed=1, folder=tmp_path)
        assert [trial.values for trial in search.trials] == [trial.values for trial in whole.trials[:had]]
    assert len(jobs) == 5


def test_a_saved_hyperband_search_goes_on_from_the_states_it_saved(tmp_path) -> None:
    inputs, labels = examples()

    def evaluate(job):
        run = tuning.Training(tuning.Settings(**job.values), inputs, labels, 9, 1)
        if job.previous is not None:
            run.load(job.previous)
        evaluate.count += 1
        if evaluate.count == 11:
            raise KeyboardInterrupt
        run.run(job.epochs - run.epoch)
        run.save(job.file)
        return run.measure(inputs, labels)[0]

    evaluate.count = 0
    how = {"method": "hyperband", "epochs": 9, "folder": tmp_path}
    with pytest.raises(KeyboardInterrupt):
        tuning.run_search(evaluate, space(), **how)
    resumed = tuning.run_search(evaluate, space(), **how)
    evaluate.count = 100
    assert resumed.trials == tuning.run_search(evaluate, space(), "hyperband", epochs=9).trials


def test_a_search_without_a_score_has_no_best() -> None:
    empty = tuning.Search("random", [], [], 0.0)
    with pytest.raises(tuning.SearchFailed, match="no trial has a score"):
        _ = empty.best
    with pytest.raises(tuning.SearchFailed, match="no trial has ended"):
        _ = empty.epochs
    failed = tuning.Failure("0", {}, "OSError: no space left", "")
    lost = tuning.Search("random", [tuning.Tried({}, float("nan"), 1, 1)], [failed], 0.0)
    with pytest.raises(tuning.SearchFailed, match="no space left"):
        _ = lost.best


@pytest.mark.parametrize("wrong", [float("nan"), 2.7, "a", []])
@pytest.mark.parametrize("name", ["evaluate", "folder"])
def test_what_a_search_cannot_use_is_named_before_it_begins(name: str, wrong, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    if (name, wrong) != ("folder", "a"):  # that is a path
        with pytest.raises(TypeError, match=f"^{name} is .*; allowed: "):
            tuning.run_search(**{"evaluate": lambda job: 0.0, "space": space(), "trials": 1, name: wrong})
