"""KerasTuner's own tuners, made careful, search Keras models; one scores by cross-validation, as done by hand."""

from __future__ import annotations

import keras
import keras_tuner
import numpy as np
import pytest

from course_lib import tuning

from .samples import examples

X, LABELS = examples(60)
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
