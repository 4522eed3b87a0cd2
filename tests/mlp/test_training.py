"""Training by hand equals Keras's step for step, learns what can be learned, and each brake slows what it should."""

from __future__ import annotations

from functools import partial
from itertools import chain

import keras
import numpy as np
import pytest

from course_lib import mlp


def blobs(examples: int = 120, seed: int = 0, spread: float = 0.6):
    """Three clouds of points in the plane."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, size=examples)
    middles = np.array([[0.0, 2.0], [1.7, -1.0], [-1.7, -1.0]])
    return (middles[labels] + spread * random.normal(size=(examples, 2))).astype("float32"), labels


def train(**settings):
    inputs, labels = blobs()
    settings = {"rule": partial(mlp.sgd, learning_rate=0.1), "epochs": 5, "batch_size": 16, "seed": 3, **settings}
    return mlp.train_network(mlp.initialise([2, 12, 3], "he", seed=1), inputs, labels, **settings)


def weights_of(layers) -> np.ndarray:
    return np.concatenate([weights.ravel() for weights, _ in layers])


def test_three_clouds_are_told_apart():
    layers, history = train(epochs=15)
    inputs, labels = blobs(seed=9)
    assert (mlp.predict(layers, inputs) == labels).mean() > 0.95
    assert history["loss"][-1] < 0.2 * history["loss"][0]
    assert len(history["loss"]) == len(history["accuracy"]) == 15


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_one_batch_is_learned_by_heart(activation):
    random = np.random.default_rng(0)
    inputs, labels = random.normal(size=(16, 5)), random.integers(0, 4, size=16)  # nothing but chance to learn
    rule = partial(mlp.adam, learning_rate=0.02)
    begin = mlp.initialise([5, 32, 4], "he", seed=1)
    _, history = mlp.train_network(begin, inputs, labels, rule, epochs=300, batch_size=16, activation=activation)
    assert history["accuracy"][-1] == 1 and history["loss"][-1] < 0.02


def test_every_step_equals_that_of_keras_from_the_same_weights():
    inputs, labels = blobs(48)
    begin = mlp.initialise([2, 7, 3], "he", seed=4)
    order = np.random.default_rng(6).permutation(48)
    rule = partial(mlp.adam, learning_rate=0.01)
    layers, _ = mlp.train_network(begin, inputs, labels, rule, epochs=1, batch_size=8, seed=6, l2=0.003)
    model = mlp.MLP(3, hidden_dims=(7,), l2=0.003)
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=mlp.CrossEntropy())
    model.build((None, 2))
    model.set_weights([values for layer in begin for values in layer])
    for start in range(0, 48, 8):
        chosen = order[start : start + 8]
        model.train_on_batch(inputs[chosen], labels[chosen])
    for ours, theirs in zip([values for layer in layers for values in layer], model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-5)


def test_the_same_seed_gives_the_same_losses_and_another_seed_others():
    first, again, other = (train(dropout=0.2, seed=seed)[1]["loss"] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_network_given_stays_as_it_was():
    inputs, labels = blobs()
    layers = mlp.initialise([2, 4, 3], seed=1)
    before = weights_of(layers).copy()
    mlp.train_network(layers, inputs, labels, epochs=1)
    np.testing.assert_array_equal(weights_of(layers), before)


def test_every_example_is_seen_once_an_epoch_and_in_another_order_each_time():
    inputs = np.arange(10, dtype="float32")[:, None]
    seen: list[list[float]] = []

    def watch(batch, random):
        seen.append(batch[:, 0].tolist())
        return batch

    mlp.train_network(mlp.initialise([1, 2], seed=0), inputs, np.zeros(10, int), epochs=2, batch_size=4, change=watch)
    assert [len(batch) for batch in seen] == [4, 4, 2] * 2
    first, second = list(chain(*seen[:3])), list(chain(*seen[3:]))
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second


def test_l2_makes_weights_small_and_l1_makes_many_nearly_zero():
    plain, _ = train(epochs=30)
    with_l2, _ = train(epochs=30, l2=0.02)
    with_l1, _ = train(epochs=30, l1=0.02)
    assert np.square(weights_of(with_l2)).sum() < 0.6 * np.square(weights_of(plain)).sum()
    near_zero = {name: np.mean(np.abs(weights_of(layers)) < 0.01) for name, layers in
                 (("plain", plain), ("l2", with_l2), ("l1", with_l1))}  # fmt: skip
    assert near_zero["l1"] > near_zero["plain"] + 0.2
    assert near_zero["l1"] > near_zero["l2"] + 0.1


@pytest.mark.parametrize(
    ("name", "slope"), [("l1", 0.3 * np.sign([[2.0, -0.5]])), ("l2", 0.6 * np.array([[2.0, -0.5]]))]
)
def test_a_penalty_pulls_weights_by_its_slope_and_leaves_biases_alone(name, slope):
    # Two equal logits and labels of both classes in equal numbers: the gradient of the loss itself is zero.
    layers = [(np.array([[2.0, -0.5]]), np.array([0.7, 0.7]))]
    moved, _ = mlp.train_network(
        layers,
        np.zeros((2, 1)),
        np.array([0, 1]),
        partial(mlp.sgd, learning_rate=1.0),
        epochs=1,
        batch_size=2,
        **{name: 0.3},
    )
    np.testing.assert_allclose(moved[0][0], layers[0][0] - slope)
    np.testing.assert_allclose(moved[0][1], layers[0][1])


def test_dropout_hinders_training_and_is_away_in_use():
    _, plain = train(epochs=10)
    layers, dropped = train(epochs=10, dropout=0.8)
    assert dropped["loss"][-1] > 1.5 * plain["loss"][-1]
    inputs, labels = blobs()
    assert mlp.cross_entropy_and_gradient(labels, mlp.forward(layers, inputs)[0])[0] < dropped["loss"][-1]


def test_early_stopping_goes_back_to_the_best_epoch():
    inputs, labels = blobs(12, spread=1.5)
    validation = blobs(200, seed=5, spread=1.5)
    settings = {"rule": partial(mlp.adam, learning_rate=0.02), "epochs": 200, "batch_size": 6, "patience": 4}
    begin = mlp.initialise([2, 64, 3], seed=2)
    layers, history = mlp.train_network(begin, inputs, labels, validation=validation, **settings)
    losses = history["validation_loss"]
    assert len(losses) < 200
    assert len(losses) - 1 - int(np.argmin(losses)) == 4
    logits, _ = mlp.forward(layers, validation[0])
    assert mlp.cross_entropy_and_gradient(validation[1], logits)[0] == pytest.approx(min(losses), rel=1e-5)


def test_as_good_as_before_is_no_improvement():
    stuck = train(rule=partial(mlp.sgd, learning_rate=0.0), validation=blobs(50, seed=5), epochs=9, patience=2)[1]
    assert len(stuck["validation_loss"]) == 1 + 2


def test_without_patience_the_last_epoch_is_what_comes_back():
    validation = blobs(50, seed=5)
    layers, history = train(validation=validation, epochs=3)
    logits, _ = mlp.forward(layers, validation[0])
    assert mlp.cross_entropy_and_gradient(validation[1], logits)[0] == pytest.approx(
        history["validation_loss"][-1], rel=1e-5
    )
    assert history["validation_accuracy"][-1] == (logits.argmax(axis=1) == validation[1]).mean()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"l1": -1.0}, "l1 is -1.0"),
        ({"l2": float("nan")}, "l2 is nan"),
        ({"dropout": 1.0}, "dropout is 1.0; allowed: from 0 to less than 1"),
        ({"patience": 3}, "patience is given without a validation set"),
        ({"activation": "swish"}, "activation is 'swish'"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        train(**settings)


def test_inputs_that_do_not_fit_are_refused():
    layers, labels = mlp.initialise([2, 3]), np.zeros(4, int)
    with pytest.raises(ValueError, match=r"inputs has the shape \(4, 5\); allowed: \(examples, 2\)"):
        mlp.train_network(layers, np.zeros((4, 5)), labels)
    with pytest.raises(ValueError, match=r"labels of inputs have the shape \(4,\); allowed: \(3,\)"):
        mlp.train_network(layers, np.zeros((3, 2)), labels)
    with pytest.raises(ValueError, match="inputs holds NaN"):
        mlp.train_network(layers, np.full((4, 2), np.nan), labels)
    with pytest.raises(ValueError, match=r"inputs is empty, of shape .*; allowed: one example or more"):
        mlp.train_network(layers, np.zeros((0, 2)), labels[:0])
    with pytest.raises(ValueError, match="labels from 0 to 3; allowed: 0 to 2"):
        mlp.train_network(layers, np.zeros((4, 2)), np.arange(4))
    with pytest.raises(TypeError, match="whole numbers"):
        mlp.train_network(layers, np.zeros((4, 2)), labels.astype(float))
    with pytest.raises(ValueError, match="validation holds NaN"):
        mlp.train_network(layers, np.zeros((4, 2)), labels, validation=(np.full((1, 2), np.inf), labels[:1]))
