"""The learning-rate range test: one short run in which the rate grows from far too small to far too large."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from course_lib.base.arguments import require_integer, require_number, require_positive, require_share
from course_lib.tuning.arguments import checked_pairs


@dataclass(frozen=True)
class RangeTest:
    """What a range test saw.

    Args:
        rates: the learning rate of each step.
        losses: the loss of each step's batch.
        smoothed: a running mean of them, freed of its start at zero.
        diverged: whether it stopped because the loss ran away.

    Shapes: rates, losses and smoothed (steps,).
    """

    rates: np.ndarray
    losses: np.ndarray
    smoothed: np.ndarray
    diverged: bool


def lr_range_test(
    model: keras.Model,
    inputs: np.ndarray,
    targets: np.ndarray,
    lowest: float = 1e-6,
    highest: float = 1.0,
    steps: int = 100,
    batch_size: int = 32,
    smoothing: float = 0.9,
    give_up: float = 4.0,
    seed: int = 0,
) -> RangeTest:
    """Train for some steps while the learning rate grows by the same factor at each, and put the model back as it was.

    Args:
        model: a compiled and built model, whose learning rate is a number and no schedule.
        inputs: the training examples, in one array.
        targets: their targets, in one array.
        lowest: the first learning rate.
        highest: the last.
        steps: how many.
        batch_size: how many examples make a step.
        smoothing: how much of the running mean is kept at each step.
        give_up: stop when the smoothed loss is so many times its least value.
        seed: of the order of the examples.

    Shapes: inputs (examples, ...), targets (examples, ...).

    Raises:
        TypeError: if `steps`, `batch_size` or `seed` is no whole number, another number is none, the inputs or targets
            are no array, or the learning rate is a schedule.
        ValueError: if an argument is out of its range, there is no example or not one target for each, or the model is
            not compiled or not built.

    Source: L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017, section 3.3 (arXiv:1506.01186).
    """
    require_integer("steps", steps, at_least=2)
    require_integer("batch_size", batch_size, at_least=1)
    require_integer("seed", seed, at_least=0)
    for name, value in (("lowest", lowest), ("highest", highest), ("smoothing", smoothing), ("give_up", give_up)):
        require_number(name, value)
    require_positive("lowest", lowest)
    require_share("smoothing", smoothing)
    if not lowest < highest < float("inf"):
        raise ValueError(f"highest is {highest}; allowed: a number above lowest, {lowest}")
    if not give_up > 1:
        raise ValueError(f"give_up is {give_up}; allowed: a number above 1")
    if getattr(model, "optimizer", None) is None or not model.built:
        raise ValueError("model is not compiled or has no weights yet; allowed: a built and compiled keras.Model")
    inputs, targets = checked_pairs(inputs, targets)
    optimizer = model.optimizer
    if isinstance(optimizer._learning_rate, keras.optimizers.schedules.LearningRateSchedule):
        raise TypeError("the learning rate is a schedule; allowed: a number, which the test can set")
    optimizer.build(model.trainable_variables)
    kept = [(variable, ops.convert_to_numpy(variable)) for variable in [*model.variables, *optimizer.variables]]
    kept = [(variable, np.array(value)) for variable, value in kept]
    random, order = np.random.default_rng(seed), np.zeros(0, int)
    rates = lowest * (highest / lowest) ** (np.arange(steps) / (steps - 1))  # (1)
    losses, smoothed, mean, least, diverged = [], [], 0.0, float("inf"), False
    try:
        for number, rate in enumerate(rates):
            if len(order) < batch_size:
                order = np.concatenate([order, random.permutation(len(inputs))])
            chosen, order = order[:batch_size], order[batch_size:]
            optimizer.learning_rate.assign(rate)
            model.reset_metrics()  # or Keras would return the mean over all steps so far
            loss = float(model.train_on_batch(inputs[chosen], targets[chosen], return_dict=True)["loss"])
            mean = smoothing * mean + (1 - smoothing) * loss
            losses.append(loss)
            smoothed.append(mean / (1 - smoothing ** (number + 1)))
            if not np.isfinite(loss) or smoothed[-1] > give_up * least:
                diverged = True
                break
            least = min(least, smoothed[-1])
    finally:
        for variable, value in kept:
            variable.assign(value)
        model.reset_metrics()
    return RangeTest(rates[: len(losses)], np.array(losses), np.array(smoothed), diverged)


def suggest_rate(test: RangeTest, divide: float = 10.0) -> float:
    """A rate to begin with: that of the least smoothed loss, divided; at the minimum itself it is about to run away.

    Args:
        test: from `lr_range_test`.
        divide: by what the rate of the least loss is divided.

    Raises:
        TypeError: if `divide` is no number, or the test of another type.
        ValueError: if `divide` is less than 1, or the test cannot say: it has no steps or no finite loss, its loss
            never fell, or was still falling at the last rate.
    """
    if not isinstance(test, RangeTest):
        raise TypeError(f"test is of type {type(test).__name__}; allowed: what lr_range_test returns")
    require_number("divide", divide)
    if not 1 <= divide < float("inf"):
        raise ValueError(f"divide is {divide}; allowed: 1 or more")
    finite = np.where(np.isfinite(test.smoothed), test.smoothed, np.inf)
    if not np.isfinite(finite).any():
        raise ValueError(
            f"test has {len(finite)} steps and no finite loss; allowed: one that begins with a smaller rate"
        )
    lowest = int(finite.argmin())
    if lowest == 0:
        raise ValueError("the loss never fell; allowed: a test that begins with a smaller rate, or has more steps")
    if lowest == len(finite) - 1 and not test.diverged:
        raise ValueError(
            f"the loss was still falling at the last rate, {test.rates[-1]:.3g}; allowed: a test with a larger highest"
        )
    return float(test.rates[lowest] / divide)
