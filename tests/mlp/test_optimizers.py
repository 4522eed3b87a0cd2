"""Each optimiser equals Keras's step for step and torch's where it has the same form; the formulas hold by hand."""

from __future__ import annotations

from functools import partial

import keras
import numpy as np
import pytest
from keras import ops

from course_lib import mlp

RULES = {
    "sgd": (partial(mlp.sgd, learning_rate=0.3), lambda: keras.optimizers.SGD(0.3)),
    "momentum": (
        partial(mlp.momentum, learning_rate=0.1, momentum=0.8),
        lambda: keras.optimizers.SGD(0.1, momentum=0.8),
    ),
    "adagrad": (
        partial(mlp.adagrad, learning_rate=0.2, initial_accumulator_value=0.05),
        lambda: keras.optimizers.Adagrad(0.2, initial_accumulator_value=0.05),
    ),
    "rmsprop": (partial(mlp.rmsprop, learning_rate=0.02, rho=0.8), lambda: keras.optimizers.RMSprop(0.02, rho=0.8)),
    "adam": (
        partial(mlp.adam, learning_rate=0.05, beta_1=0.8, beta_2=0.99),
        lambda: keras.optimizers.Adam(0.05, beta_1=0.8, beta_2=0.99),
    ),
}
DEFAULTS = {
    "sgd": (mlp.sgd, keras.optimizers.SGD),
    "momentum": (mlp.momentum, lambda: keras.optimizers.SGD(momentum=0.9)),
    "adagrad": (mlp.adagrad, keras.optimizers.Adagrad),
    "rmsprop": (mlp.rmsprop, keras.optimizers.RMSprop),
    "adam": (mlp.adam, keras.optimizers.Adam),
}


def slopes(steps: int = 12, size: int = 4) -> np.ndarray:
    """Gradients of very different sizes, one of them zero for ever."""
    random = np.random.default_rng(8)
    return (random.normal(size=(steps, size)) * np.array([1.0, 30.0, 1e-4, 0.0])[:size]).astype("float32")


def ours(rule, gradients) -> np.ndarray:
    weights, state, way = np.ones(gradients.shape[1], "float32"), None, []
    for gradient in gradients:
        state, update = rule(state, gradient)
        weights = weights + update
        way.append(weights)
    return np.stack(way)


def theirs(optimizer, gradients) -> np.ndarray:
    variable, way = keras.Variable(np.ones(gradients.shape[1], "float32")), []
    for gradient in gradients:
        optimizer.apply([ops.convert_to_tensor(gradient)], [variable])
        way.append(np.array(ops.convert_to_numpy(variable)))
    return np.stack(way)


@pytest.mark.parametrize("name", RULES)
def test_every_step_equals_that_of_keras(name):
    rule, make = RULES[name]
    np.testing.assert_allclose(ours(rule, slopes()), theirs(make(), slopes()), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_settings_left_out_are_those_of_keras(name):
    rule, make = DEFAULTS[name]
    np.testing.assert_allclose(ours(rule, slopes()), theirs(make(), slopes()), rtol=2e-5, atol=2e-6)


@pytest.mark.slow
def test_adam_equals_torch():
    torch = pytest.importorskip("torch")
    weights = torch.ones(3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([weights], lr=0.05, eps=0.0)
    gradients = slopes(30)[:, :3].astype("float64")
    state, found = None, np.ones(3)
    for gradient in gradients:
        state, update = mlp.adam(state, gradient, learning_rate=0.05, epsilon=0.0)
        found = found + update
        weights.grad = torch.tensor(gradient)
        optimizer.step()
    np.testing.assert_allclose(found, weights.detach().numpy(), rtol=1e-12)


def test_the_first_step_of_adam_is_the_learning_rate_whatever_the_gradient():
    for size in (1e-3, 1.0, 1e6):
        _, update = mlp.adam(None, np.array([size, -size]), learning_rate=0.01)
        np.testing.assert_allclose(update, [-0.01, 0.01], rtol=1e-2)


def test_momentum_rolls_on_without_a_gradient_and_slows_down():
    state, first = mlp.momentum(None, np.array([2.0]), learning_rate=0.5, momentum=0.9)
    _, second = mlp.momentum(state, np.array([0.0]), learning_rate=0.5, momentum=0.9)
    assert first == -1.0 and second == -0.9


def test_adagrad_steps_die_out_and_rmsprop_steps_do_not():
    gradients = np.ones((400, 1))
    for rule, alive in ((mlp.adagrad, False), (mlp.rmsprop, True)):
        state = None
        for gradient in gradients:
            state, update = rule(state, gradient, learning_rate=0.1)
        assert (abs(update[0]) > 0.09) == alive


def test_no_gradient_no_step_and_no_division_by_zero():
    with np.errstate(all="raise"):
        for rule in (mlp.sgd, mlp.momentum, mlp.adagrad, mlp.rmsprop, mlp.adam):
            _, update = rule(None, np.zeros(2))
            np.testing.assert_array_equal(update, [0, 0])


def test_adagrads_epsilon_is_added_to_the_sum():
    total, update = mlp.adagrad(None, np.array(1e-3), 0.1, initial_accumulator_value=0.0, epsilon=3e-6)
    assert total == pytest.approx(1e-6) and update == pytest.approx(-0.1 * 1e-3 / 2e-3)


@pytest.mark.parametrize("name", RULES)
def test_a_state_is_not_changed_in_place(name):
    rule, _ = RULES[name]
    state, _ = rule(None, np.array([1.0]))
    first = rule(state, np.array([2.0]))[1]
    np.testing.assert_array_equal(rule(state, np.array([2.0]))[1], first)


@pytest.mark.parametrize("name", RULES)
def test_numbers_arrays_and_tensors_all_do(name):
    rule, _ = RULES[name]
    _, number = rule(None, 0.5)
    _, tensor = rule(None, ops.convert_to_tensor([0.5]))
    assert float(tensor[0]) == pytest.approx(float(number), rel=1e-5)


def test_a_network_moves_array_by_array_and_the_old_one_stays():
    layers = [(np.ones((2, 3)), np.zeros(3)), (np.ones((3, 1)), np.zeros(1))]
    gradients = [(np.full((2, 3), 2.0), np.full(3, 4.0)), (np.full((3, 1), 6.0), np.full(1, 8.0))]
    states, moved = mlp.descend(partial(mlp.momentum, learning_rate=0.1), None, layers, gradients)
    _, again = mlp.descend(partial(mlp.momentum, learning_rate=0.1), states, moved, gradients)
    for number, slope in enumerate((2.0, 4.0, 6.0, 8.0)):
        layer, part = divmod(number, 2)
        np.testing.assert_allclose(moved[layer][part], layers[layer][part] - 0.1 * slope)
        np.testing.assert_allclose(again[layer][part], layers[layer][part] - 0.1 * slope - 0.19 * slope)
    assert layers[0][0].sum() == 6


def test_a_path_begins_at_the_start_and_follows_the_rule():
    points = mlp.path(partial(mlp.sgd, learning_rate=0.25), lambda point: 2 * point, [8.0, -4.0], steps=3)
    np.testing.assert_allclose(points, [[8, -4], [4, -2], [2, -1], [1, -0.5]])


def test_a_path_of_no_steps_is_refused():
    with pytest.raises(ValueError, match="steps is 0; allowed: 1 or more"):
        mlp.path(mlp.sgd, lambda point: point, [1.0], steps=0)
