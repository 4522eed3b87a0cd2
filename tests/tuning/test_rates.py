"""The range test takes the rates of its formula, the steps of plain training, finds the valley, and leaves no trace."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from course_lib import tuning

from .samples import examples

X, LABELS = examples(96)
Y = LABELS[:, None].astype("float32")


def network(optimizer=None) -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
    model.compile(
        optimizer or keras.optimizers.SGD(0.05), keras.losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"]
    )
    return model


def values(model: keras.Model) -> list[np.ndarray]:
    return [np.array(ops.convert_to_numpy(variable)) for variable in [*model.variables, *model.optimizer.variables]]


@pytest.mark.seconds
def test_the_rates_are_those_of_the_formula_and_the_losses_those_of_single_batches() -> None:
    model = network()
    before = values(model)
    test = tuning.lr_range_test(model, X, Y, 1e-4, 1e-1, steps=4, batch_size=96, smoothing=0.0)
    np.testing.assert_allclose(test.rates, [1e-4, 1e-3, 1e-2, 1e-1], rtol=1e-6)
    other = network()
    for variable, value in zip([*other.variables, *other.optimizer.variables], before, strict=True):
        variable.assign(value)
    by_hand = []
    for rate in test.rates:
        by_hand.append(float(other.evaluate(X, Y, batch_size=96, verbose=0)[0]))
        other.optimizer.learning_rate.assign(rate)
        other.train_on_batch(X, Y)
    np.testing.assert_allclose(test.losses, by_hand, rtol=1e-4)
    np.testing.assert_allclose(test.smoothed, test.losses, rtol=1e-6)


@pytest.mark.slow
def test_the_model_is_put_back_as_it_was() -> None:
    model = network(keras.optimizers.Adam(0.02))
    model.fit(X, Y, epochs=1, verbose=0)
    before = values(model)
    tuning.lr_range_test(model, X, Y, 1e-4, 10.0, steps=12)
    for one, other in zip(before, values(model), strict=True):
        np.testing.assert_array_equal(one, other)
    assert float(ops.convert_to_numpy(model.optimizer.learning_rate)) == pytest.approx(0.02)


def test_the_smoothed_loss_is_a_running_mean_freed_of_its_start() -> None:
    test = tuning.lr_range_test(network(), X, Y, 1e-5, 1e-4, steps=6, smoothing=0.5)
    weights = [0.5 ** (5 - number) for number in range(6)]
    assert test.smoothed[-1] == pytest.approx(np.average(test.losses, weights=weights), rel=1e-6)


def test_it_stops_when_the_loss_runs_away() -> None:
    model = network(keras.optimizers.SGD(0.1))
    test = tuning.lr_range_test(model, 30 * X, Y, 1e-4, 1e4, steps=60, batch_size=96, smoothing=0.5)
    assert test.diverged and len(test.rates) < 60


def test_the_suggestion_lies_below_the_rate_of_the_least_loss() -> None:
    rates = np.geomspace(1e-4, 1, 5)
    losses = np.array([1.0, 0.8, 0.5, 0.9, np.nan])
    assert tuning.suggest_rate(tuning.RangeTest(rates, losses, losses, True)) == pytest.approx(1e-3)
    with pytest.raises(ValueError, match="never fell"):
        tuning.suggest_rate(tuning.RangeTest(rates, losses, np.sort(losses), True))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"steps": 1}, "steps is 1"),
        ({"lowest": 0.0}, "lowest is 0.0"),
        ({"lowest": 1.0, "highest": 0.1}, "highest is 0.1; allowed: a number above lowest"),
        ({"smoothing": 1.0}, "smoothing is 1.0"),
        ({"give_up": 1.0}, "give_up is 1.0"),
        ({"targets": Y[:-1]}, "as many of each"),
    ],
)
def test_a_wrong_argument_is_named(options, message) -> None:
    with pytest.raises(ValueError, match=message):
        tuning.lr_range_test(network(), **{"inputs": X, "targets": Y, **options})


def test_a_model_that_cannot_be_tested_is_refused() -> None:
    with pytest.raises(ValueError, match="not compiled"):
        tuning.lr_range_test(keras.Sequential([keras.layers.Dense(1)]), X, Y)
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 10)
    with pytest.raises(TypeError, match="is a schedule"):
        tuning.lr_range_test(network(keras.optimizers.SGD(schedule)), X, Y)


def seen(losses, diverged=False) -> tuning.RangeTest:
    losses = np.array(losses, dtype=float)
    return tuning.RangeTest(np.geomspace(1e-4, 1, max(len(losses), 1))[: len(losses)], losses, losses, diverged)


@pytest.mark.parametrize(
    "test, message",
    [
        (seen([]), "test has 0 steps and no finite loss"),
        (seen([np.nan, np.nan], True), "test has 2 steps and no finite loss"),
        (seen([1.0, 0.8, 0.5]), "still falling at the last rate, 1; allowed: a test with a larger highest"),
    ],
)
def test_a_test_that_cannot_say_suggests_nothing(test, message) -> None:
    with pytest.raises(ValueError, match=message):
        tuning.suggest_rate(test)


@pytest.mark.parametrize("divide", [0.5, float("nan"), float("inf")])
def test_a_wrong_divisor_is_named(divide) -> None:
    with pytest.raises(ValueError, match="divide is"):
        tuning.suggest_rate(seen([1.0, 0.5, 0.8]), divide)
    with pytest.raises(TypeError, match="divide is '10'"):
        tuning.suggest_rate(seen([1.0, 0.5, 0.8]), "10")


@pytest.mark.parametrize(
    "options, message",
    [
        ({"lowest": "1e-6"}, "lowest is '1e-6'"),
        ({"give_up": None}, "give_up is None"),
        ({"seed": 0.5}, "seed is 0.5"),
        ({"inputs": {"one": X, "other": X}}, "inputs is of type dict"),
    ],
)
def test_an_argument_of_a_wrong_type_is_named(options, message) -> None:
    with pytest.raises(TypeError, match=message):
        tuning.lr_range_test(network(), **{"inputs": X, "targets": Y, **options})


def test_lists_and_tensors_are_tested_like_arrays() -> None:
    plain, lists, tensors = (
        tuning.lr_range_test(network(), inputs, targets, 1e-4, 1e-2, steps=3)
        for inputs, targets in ((X, Y), (X.tolist(), Y.tolist()), (ops.convert_to_tensor(X), ops.convert_to_tensor(Y)))
    )
    np.testing.assert_allclose(lists.losses, plain.losses, rtol=1e-5)
    np.testing.assert_allclose(tensors.losses, plain.losses, rtol=1e-5)


@pytest.mark.parametrize("wrong", [float("nan"), 2.7, None, "a", []])
def test_what_is_no_range_test_is_named(wrong) -> None:
    with pytest.raises(TypeError, match=r"^test is of type .*; allowed: what lr_range_test returns$"):
        tuning.suggest_rate(wrong)
