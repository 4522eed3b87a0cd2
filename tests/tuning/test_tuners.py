"""KerasTuner's own tuners, made careful, search Keras models; one scores by cross-validation, as done by hand."""

from __future__ import annotations

from typing import ClassVar

import keras
import keras_tuner
import numpy as np
import pytest

from course_lib import tuning

from .samples import examples

X, LABELS = examples(60)
pytestmark = pytest.mark.slow

Y = LABELS[:, None].astype("float32")


def build(hp) -> keras.Model:
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
    model.compile(keras.optimizers.SGD(rate), keras.losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


def test_a_score_is_the_mean_over_folds_as_computed_by_hand(tmp_path) -> None:
    objective = keras_tuner.Objective("val_loss", "min")
    tuner = tuning.KFoldSearch(hypermodel=build, objective=objective, max_trials=1, seed=1, directory=str(tmp_path))
    tuner.search(X, Y, folds=2, seed=3, epochs=2, verbose=0)
    trial = tuning.best_trial(tuner)
    losses = []
    for number, (known, held) in enumerate(tuning.k_folds(60, 2, 3)):
        keras.utils.set_random_seed(3 + number)
        model = build(trial.hyperparameters)
        model.fit(X[known], Y[known], epochs=2, verbose=0)
        losses.append(model.evaluate(X[held], Y[held], verbose=0)[0])
    assert trial.score == pytest.approx(np.mean(losses), rel=1e-5)


def test_the_articles_listing_mended_runs_and_its_old_argument_does_not(tmp_path) -> None:
    with pytest.raises(ValueError):
        keras_tuner.RandomSearch(build=build, objective="val_loss", max_trials=1)
    tuner = tuning.RandomSearch(
        hypermodel=build, objective="val_loss", max_trials=1, executions_per_trial=2, directory=str(tmp_path)
    )
    tuner.search(X, Y, epochs=1, validation_data=(X, Y), verbose=0)
    assert np.isfinite(tuning.best_trial(tuner).score) and not tuner.failures


@pytest.mark.parametrize("kind", ["RandomSearch", "BayesianOptimization", "Hyperband"])
def test_a_model_that_cannot_be_built_is_reported(tmp_path, kind) -> None:
    def broken(hp):
        broken.calls += 1
        if broken.calls > 1:
            raise ValueError("no such layer")
        return build(hp)

    broken.calls = 0
    limits = {"max_epochs": 2} if kind == "Hyperband" else {"max_trials": 2}
    tuner = getattr(tuning, kind)(hypermodel=broken, objective="val_loss", directory=str(tmp_path), **limits)
    with pytest.raises(tuning.SearchFailed, match="no such layer"):
        tuner.search(X, Y, epochs=1, validation_data=(X, Y), verbose=0)
    assert tuner.failures


def k_fold_search(tmp_path, hypermodel=build, **options) -> tuning.KFoldSearch:
    objective = keras_tuner.Objective("val_loss", "min")
    return tuning.KFoldSearch(
        hypermodel=hypermodel, objective=objective, max_trials=1, seed=1, directory=str(tmp_path), **options
    )


def test_lists_are_searched_like_arrays(tmp_path) -> None:
    lists, arrays = k_fold_search(tmp_path / "lists"), k_fold_search(tmp_path / "arrays")
    lists.search(X.tolist(), Y.tolist(), folds=2, epochs=1, verbose=0)
    arrays.search(X, Y, folds=2, epochs=1, verbose=0)
    assert tuning.best_trial(lists).score == pytest.approx(tuning.best_trial(arrays).score, rel=1e-6)


def test_more_executions_are_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="executions_per_trial is 3; allowed: 1"):
        k_fold_search(tmp_path, executions_per_trial=3)


@pytest.mark.parametrize(
    "options, kind, message",
    [
        ({"folds": 1}, ValueError, "folds is 1"),
        ({"folds": 2.0}, TypeError, "folds is 2.0"),
        ({"seed": -1}, ValueError, "seed is -1"),
        ({"groups": [0, 1]}, ValueError, "groups has the shape"),
        ({"validation_data": (X, Y)}, ValueError, "validation_data is given; allowed: none"),
        ({"validation_split": 0.2}, ValueError, "validation_split is given"),
        ({"sample_weight": Y[:, 0]}, ValueError, "sample_weight is given"),
        ({"targets": Y[:-1]}, ValueError, "inputs has 60 examples and targets 59"),
        ({"inputs": {"one": X}}, TypeError, "inputs is of type dict; allowed: one array"),
        ({"inputs": X[:0], "targets": Y[:0]}, ValueError, "at least one example"),
        ({"inputs": [[1], [2, 3]]}, ValueError, "inputs holds examples of different shapes"),
    ],
)
def test_a_wrong_argument_is_named_before_any_trial(tmp_path, options, kind, message) -> None:
    tuner = k_fold_search(tmp_path)
    with pytest.raises(kind, match=message):
        tuner.search(**{"inputs": X, "targets": Y, "folds": 2, "epochs": 1, "verbose": 0, **options})
    assert not tuner.failures and not tuner.oracle.trials


def test_that_no_model_is_kept_is_said(tmp_path) -> None:
    with pytest.raises(NotImplementedError, match="keeps no model: build one from best_trial"):
        k_fold_search(tmp_path).get_best_models()


class Counting(keras.callbacks.Callback):
    """It counts the runs that it has seen, and so do all its copies."""

    seen: ClassVar[list[int]] = []

    def __init__(self) -> None:
        super().__init__()
        self.runs = 0

    def on_train_begin(self, logs=None) -> None:
        self.runs += 1
        Counting.seen.append(self.runs)


def test_every_fold_has_its_own_callbacks(tmp_path) -> None:
    Counting.seen.clear()
    given = Counting()
    k_fold_search(tmp_path).search(X, Y, folds=3, epochs=1, callbacks=[given], verbose=0)
    assert Counting.seen == [1, 1, 1] and given.runs == 0
