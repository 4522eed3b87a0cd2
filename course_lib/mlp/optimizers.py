"""Five optimisers as pure functions: a state and a gradient in, the next state and an update out.

The update is *added* to the weights. The first state is None. They are written with plain arithmetic, so that numbers,
NumPy arrays and tensors of any backend all do; each takes the very step that Keras's optimiser of its name takes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from course_lib.base.arguments import require_integer

Rule = Callable[[object, np.ndarray], tuple[object, np.ndarray]]


def sgd(state, gradient, learning_rate: float = 0.01):
    """Gradient descent: a step against the gradient; there is nothing to remember.

    Shapes: gradient (...) → update (...).
    """
    return state, -learning_rate * gradient


def momentum(state, gradient, learning_rate: float = 0.01, momentum: float = 0.9):
    """Heavy-ball momentum: past steps go on, each time a little weaker.

    Args:
        state: the velocity.
        gradient: the gradient of the loss.
        learning_rate: how much the gradient adds to the velocity.
        momentum: the share of the velocity that is kept.

    Shapes: gradient (...) → velocity (...), update (...).

    Source: B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """
    velocity = 0.0 if state is None else state
    velocity = momentum * velocity - learning_rate * gradient
    return velocity, velocity


def adagrad(
    state, gradient, learning_rate: float = 0.001, initial_accumulator_value: float = 0.1, epsilon: float = 1e-7
):
    """AdaGrad: every weight's step is divided by the root of all its squared gradients so far.

    Args:
        state: the sum of squared gradients.
        gradient: the gradient of the loss.
        learning_rate: the length of a step before it is divided.
        initial_accumulator_value: what the sum begins with.
        epsilon: keeps the division from one by zero.

    Shapes: gradient (...) → sum (...), update (...).

    Source: J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", JMLR 12, 2011.
    """
    total = initial_accumulator_value if state is None else state
    total = total + gradient**2
    return total, -learning_rate * gradient / (total + epsilon) ** 0.5


def rmsprop(state, gradient, learning_rate: float = 0.001, rho: float = 0.9, epsilon: float = 1e-7):
    """RMSprop: AdaGrad that forgets, with a running mean of squared gradients in place of their sum.

    Args:
        state: the running mean of squared gradients.
        gradient: the gradient of the loss.
        learning_rate: the length of a step before it is divided.
        rho: the share of the running mean that is kept.
        epsilon: keeps the division from one by zero.

    Shapes: gradient (...) → mean (...), update (...).

    Source: T. Tieleman and G. Hinton, "Lecture 6.5: rmsprop", Neural Networks for Machine Learning, 2012.
    """
    mean_square = 0.0 if state is None else state
    mean_square = rho * mean_square + (1 - rho) * gradient**2
    return mean_square, -learning_rate * gradient / (mean_square + epsilon) ** 0.5


def adam(
    state,
    gradient,
    learning_rate: float = 0.001,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
):
    """Adam: a running mean of gradients over the root of a running mean of squares, both freed of their start at zero.

    As in the last paragraph of the paper's section 2, and in Keras, both corrections are drawn into the learning rate.

    Args:
        state: the two running means and the number of steps so far.
        gradient: the gradient of the loss.
        learning_rate: about the length of a step.
        beta_1: the share of the mean of gradients that is kept.
        beta_2: the share of the mean of squared gradients that is kept.
        epsilon: keeps the division from one by zero; it stands outside the root.

    Shapes: gradient (...) → means (...), (...), update (...).

    Source: D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1 (arXiv:1412.6980).
    """
    mean, mean_square, steps = (0.0, 0.0, 0) if state is None else state
    steps = steps + 1
    mean = beta_1 * mean + (1 - beta_1) * gradient
    mean_square = beta_2 * mean_square + (1 - beta_2) * gradient**2
    corrected_rate = learning_rate * (1 - beta_2**steps) ** 0.5 / (1 - beta_1**steps)
    return (mean, mean_square, steps), -corrected_rate * mean / (mean_square**0.5 + epsilon)


def descend(
    rule: Rule, states: Sequence[object] | None, layers: Sequence[tuple], gradients: Sequence[tuple]
) -> tuple[list[object], list[tuple]]:
    """One step of an optimiser for every array of a network.

    Args:
        rule: an optimiser, its settings bound by `functools.partial`.
        states: what the last step returned; None at the first.
        layers: the network, pairs of weights and biases.
        gradients: of the same form.

    Returns:
        The states for the next step, and the network moved; the one given stays as it was.
    """
    values = [value for layer in layers for value in layer]
    slopes = [slope for layer in gradients for slope in layer]
    states = [None] * len(values) if states is None else states
    steps = [rule(state, slope) for state, slope in zip(states, slopes, strict=True)]
    moved = [value + update for value, (_, update) in zip(values, steps, strict=True)]
    return [state for state, _ in steps], list(zip(moved[0::2], moved[1::2], strict=True))


def path(rule: Rule, gradient_of: Callable[[np.ndarray], np.ndarray], start: Sequence[float], steps: int) -> np.ndarray:
    """The way an optimiser goes on a surface.

    Args:
        rule: an optimiser, its settings bound by `functools.partial`.
        gradient_of: the gradient at a point.
        start: the first point.
        steps: how many steps it takes.

    Returns:
        Every point, the first and the last included.

    Shapes: start (dim,) → (steps + 1, dim).

    Raises:
        ValueError: if there is less than one step.
    """
    require_integer("steps", steps, at_least=1)
    points, state = [np.asarray(start, dtype=np.float64)], None
    for _ in range(steps):
        state, update = rule(state, gradient_of(points[-1]))
        points.append(points[-1] + update)
    return np.stack(points)
