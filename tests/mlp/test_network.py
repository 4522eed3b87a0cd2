"""The network by hand: forward equals loops, backward equals differences, automatic differentiation and torch."""

from __future__ import annotations

import math

import keras
import numpy as np
import pytest

from course_lib import mlp

ACTIVATIONS = ["linear", "relu", "sigmoid", "tanh"]


def example(seed: int = 1, sizes=(3, 5, 4, 2), batch: int = 7):
    """A small network in float64 whose biases are not zero, inputs, and labels."""
    random = np.random.default_rng(seed)
    layers = [
        (weights, random.normal(size=biases.shape) * 0.3)
        for weights, biases in mlp.initialise(sizes, "he", seed, "float64")
    ]
    return layers, random.normal(size=(batch, sizes[0])), random.integers(0, sizes[-1], size=batch)


def bent(activation: str, value: float) -> float:
    return {
        "linear": value,
        "relu": max(value, 0.0),
        "sigmoid": 1 / (1 + math.exp(-value)),
        "tanh": math.tanh(value),
    }[activation]


def by_loops(layers, inputs, activation):
    rows = []
    for row in inputs.tolist():
        for number, (weights, biases) in enumerate(layers):
            sums = [
                biases[unit] + sum(row[feature] * weights[feature, unit] for feature in range(len(row)))
                for unit in range(len(biases))
            ]
            row = sums if number == len(layers) - 1 else [bent(activation, value) for value in sums]
        rows.append(row)
    return np.array(rows)


def loss_of(layers, inputs, labels, activation, keep=None):
    return mlp.cross_entropy_and_gradient(labels, mlp.forward(layers, inputs, activation, keep)[0])[0]


def gradients_of(layers, inputs, labels, activation, keep=None):
    logits, given = mlp.forward(layers, inputs, activation, keep)
    return mlp.backward(layers, given, mlp.cross_entropy_and_gradient(labels, logits)[1], activation, keep)


def assert_equal_gradients(some, others, atol):
    for one, two in zip(some, others, strict=True):
        for ours, theirs in zip(one, two, strict=True):
            assert ours.shape == theirs.shape
            np.testing.assert_allclose(ours, theirs, atol=atol, rtol=0)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_forward_pass_equals_loops(activation):
    layers, inputs, _ = example()
    logits, given = mlp.forward(layers, inputs, activation)
    np.testing.assert_allclose(logits, by_loops(layers, inputs, activation), rtol=1e-12)
    assert [values.shape for values in given] == [(7, 3), (7, 5), (7, 4)]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [(3, 2), (3, 6, 2), (3, 5, 4, 2)])
def test_the_backward_pass_equals_central_differences(activation, sizes):
    layers, inputs, labels = example(sizes=sizes)
    nudged = mlp.numerical_gradients(lambda network: loss_of(network, inputs, labels, activation), layers)
    assert_equal_gradients(gradients_of(layers, inputs, labels, activation), nudged, atol=1e-8)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_backward_pass_knows_what_dropout_dropped(activation):
    layers, inputs, labels = example()
    random = np.random.default_rng(5)
    keep = [(random.random((7, units)) >= 0.4) / 0.6 for units in (5, 4)]
    nudged = mlp.numerical_gradients(lambda network: loss_of(network, inputs, labels, activation, keep), layers)
    ours = gradients_of(layers, inputs, labels, activation, keep)
    assert_equal_gradients(ours, nudged, atol=1e-8)
    without = gradients_of(layers, inputs, labels, activation)
    assert np.abs(ours[0][0] - without[0][0]).max() > 1e-3


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_the_backward_pass_equals_automatic_differentiation(activation):
    layers, inputs, labels = example()
    model = mlp.MLP(2, hidden_dims=(5, 4), activation=activation)
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss=mlp.CrossEntropy())
    model.build((None, 3))
    model.set_weights([values for layer in layers for values in layer])
    before = model.get_weights()
    model.train_on_batch(inputs.astype("float32"), labels)
    found = [old - new for old, new in zip(before, model.get_weights(), strict=True)]
    expected = [values for layer in gradients_of(layers, inputs, labels, activation) for values in layer]
    for ours, theirs in zip(expected, found, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_the_backward_pass_equals_torch_in_float64():
    torch = pytest.importorskip("torch")
    layers, inputs, labels = example(sizes=(6, 9, 8, 3), batch=20)
    parameters = [[torch.tensor(values, requires_grad=True) for values in layer] for layer in layers]
    hidden = torch.tensor(inputs)
    for number, (weights, biases) in enumerate(parameters):
        hidden = hidden @ weights + biases
        hidden = hidden if number == 2 else torch.relu(hidden)
    torch.nn.functional.cross_entropy(hidden, torch.tensor(labels)).backward()
    theirs = [tuple(values.grad.numpy() for values in layer) for layer in parameters]
    assert_equal_gradients(gradients_of(layers, inputs, labels, "relu"), theirs, atol=1e-14)


def test_the_mean_cross_entropy_equals_loops_and_its_gradient_central_differences():
    random = np.random.default_rng(2)
    labels, logits = random.integers(0, 4, size=5), random.normal(size=(5, 4)) * 3
    expected = [
        -math.log(math.exp(row[label]) / sum(map(math.exp, row)))
        for label, row in zip(labels.tolist(), logits.tolist(), strict=True)
    ]
    loss, gradient = mlp.cross_entropy_and_gradient(labels, logits)
    assert loss == pytest.approx(sum(expected) / 5, rel=1e-12)
    for place in np.ndindex(logits.shape):
        step = np.zeros_like(logits)
        step[place] = 1e-6
        slope = (
            mlp.cross_entropy_and_gradient(labels, logits + step)[0]
            - mlp.cross_entropy_and_gradient(labels, logits - step)[0]
        ) / 2e-6
        assert gradient[place] == pytest.approx(slope, abs=1e-8)
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-15)


@pytest.mark.parametrize("size", [1e3, 1e30, 1e300])
def test_huge_logits_neither_overflow_nor_vanish(size):
    loss, gradient = mlp.cross_entropy_and_gradient(np.array([1, 0]), np.array([[size, 0.0], [size, 0.0]]))
    assert loss == pytest.approx(size / 2)
    np.testing.assert_allclose(gradient, [[0.5, -0.5], [0, 0]])


def test_a_sigmoid_of_huge_sums_warns_of_nothing():
    layers = [(np.array([[1e6]]), np.zeros(1)), (np.array([[1.0, 0.0]]), np.zeros(2))]
    with np.errstate(all="raise", under="ignore"):
        logits, _ = mlp.forward(layers, np.array([[1.0], [-1.0]]), "sigmoid")
    np.testing.assert_allclose(logits, [[1, 0], [0, 0]])


def test_predictions_are_the_largest_logits():
    layers, inputs, _ = example()
    np.testing.assert_array_equal(mlp.predict(layers, inputs, "tanh"), by_loops(layers, inputs, "tanh").argmax(axis=1))


def test_checking_gradients_leaves_the_network_as_it_was():
    layers, inputs, labels = example()
    before = [values.copy() for layer in layers for values in layer]
    mlp.numerical_gradients(lambda network: loss_of(network, inputs, labels, "relu"), layers)
    for old, new in zip(before, [values for layer in layers for values in layer], strict=True):
        np.testing.assert_array_equal(old, new)


def test_gradients_are_checked_in_float64_whatever_the_network_is_in():
    layers, inputs, labels = example()
    short = [(weights.astype(np.float32), biases.astype(np.float32)) for weights, biases in layers]
    exact = [(weights.astype(np.float64), biases.astype(np.float64)) for weights, biases in short]
    checked = mlp.numerical_gradients(lambda network: loss_of(network, inputs, labels, "tanh"), short)
    assert_equal_gradients(gradients_of(exact, inputs, labels, "tanh"), checked, atol=1e-7)


@pytest.mark.parametrize("shape", [(2,), (2, 1), (3, 2), (2, 2, 2)])
def test_logits_that_do_not_fit_their_labels_are_refused(shape):
    labels = np.array([[0], [1]]) if shape == (2, 1) else np.array([0, 1])
    logits = np.zeros((2, 2)) if shape == (2, 1) else np.zeros(shape)
    with pytest.raises(ValueError, match=r"have the shapes .*; allowed: \(batch,\) and \(batch, classes\)"):
        mlp.cross_entropy_and_gradient(labels, logits)


@pytest.mark.parametrize("labels", [[0, 2], [-1, 0]])
def test_labels_that_are_no_class_are_refused(labels):
    with pytest.raises(ValueError, match=r"labels holds labels from .* allowed: 0 to 1"):
        mlp.cross_entropy_and_gradient(np.array(labels), np.zeros((2, 2)))


@pytest.mark.parametrize("labels", [[0.0, 1.0], []])
def test_labels_that_are_no_whole_numbers_are_refused(labels):
    with pytest.raises(TypeError, match="float64"):
        mlp.cross_entropy_and_gradient(np.array(labels), np.zeros((len(labels), 2)))


def test_an_unknown_activation_is_named_with_those_allowed():
    layers, inputs, _ = example()
    with pytest.raises(ValueError, match=r"activation is 'gelu'; allowed: 'linear', 'relu', 'sigmoid', 'tanh'"):
        mlp.forward(layers, inputs, "gelu")
    logits, given = mlp.forward(layers, inputs)
    with pytest.raises(ValueError, match=r"activation is 'gelu'; allowed: 'linear'"):
        mlp.backward(layers, given, logits, "gelu")
