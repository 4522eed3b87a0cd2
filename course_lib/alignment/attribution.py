"""Which inputs moved an output: four answers, and a curve that says which of them is faithful.

Each takes a function from many inputs at once to one number for each, so that it does not matter what the model is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from course_lib.base.arguments import require_integer
from course_lib.training.devices import gradients

Function = Callable[[object], object]


def gradient_times_input(function: Function, inputs: ArrayLike, baseline: ArrayLike | None = None) -> np.ndarray:
    """(x − x′) ∇f(x): what a straight line through the output at x would take for each number's share.

    Args:
        function: from (points, ...) to (points,), in `keras.ops`.
        inputs: x, one example.
        baseline: x′, what "nothing" is; None for zeros.

    Shapes: inputs and baseline (...) → (...), float64.

    Raises:
        ValueError: if the shapes differ.

    Source: A. Shrikumar et al., 2016 (arXiv:1605.01713).
    """
    inputs, baseline = _ends(inputs, baseline)
    slopes = gradients(function, inputs[None])[0]
    return (inputs - baseline) * slopes.astype(np.float64)


def integrated_gradients(
    function: Function, inputs: ArrayLike, baseline: ArrayLike | None = None, steps: int = 64
) -> np.ndarray:
    """(x − x′) times the mean gradient on the straight way from x′ to x: the shares add up to f(x) − f(x′).

    The mean is taken at the middles of `steps` equal pieces.

    Args:
        function: from (points, ...) to (points,), in `keras.ops`.
        inputs: x, one example.
        baseline: x′, where the way begins; None for zeros.
        steps: how many pieces the way has.

    Shapes: inputs and baseline (...) → (...), float64.

    Raises:
        TypeError: if `steps` is no whole number.
        ValueError: if it is less than 1, or the shapes differ.

    Source: M. Sundararajan, A. Taly and Q. Yan, "Axiomatic Attribution for Deep Networks", 2017 (arXiv:1703.01365),
    equations 1 and 3.
    """
    inputs, baseline = _ends(inputs, baseline)
    steps = require_integer("steps", steps, at_least=1)
    middles = (np.arange(steps) + 0.5) / steps
    points = baseline + middles.reshape(-1, *[1] * inputs.ndim) * (inputs - baseline)
    slopes = gradients(function, points).astype(np.float64).mean(axis=0)
    return (inputs - baseline) * slopes


def leave_one_out(function: Function, inputs: ArrayLike, baseline: ArrayLike | None = None) -> np.ndarray:
    """How much the output falls when one row of the input, such as a word's vector, becomes nothing.

    Args:
        function: from (points, rows, width) to (points,).
        inputs: one example.
        baseline: what a row becomes; None for zeros.

    Shapes: inputs and baseline (rows, width) → (rows,), float64.

    Raises:
        ValueError: if there are not two axes, or the shapes differ.

    Source: M. Zeiler and R. Fergus, 2014 (arXiv:1311.2901), section 4.2.
    """
    inputs, baseline = _ends(inputs, baseline, rows=True)
    without = np.repeat(inputs[None], len(inputs), axis=0)
    places = np.arange(len(inputs))
    without[places, places] = baseline
    whole, *others = _numbers(function, np.concatenate([inputs[None], without]))
    return whole - np.array(others)


def deletion_curve(
    function: Function,
    inputs: ArrayLike,
    scores: Sequence[float],
    baseline: ArrayLike | None = None,
    most: int | None = None,
) -> np.ndarray:
    """The output as rows become nothing one after the other, the highest score first.

    Of two explanations that claim to name what holds an output up, the one whose curve falls faster is more faithful.

    Args:
        function: from (points, rows, width) to (points,).
        inputs: one example.
        scores: one for each row.
        baseline: what a row becomes; None for zeros.
        most: how many rows are taken away; None for all.

    Returns:
        The output with 0, 1, 2, … rows taken away.

    Shapes: inputs and baseline (rows, width), scores (rows,) → (most + 1,), float64.

    Raises:
        TypeError: if `most` is no whole number.
        ValueError: if shapes do not fit, or a score is NaN.

    Source: W. Samek et al., 2017 (arXiv:1509.06321); for text: L. Arras et al., 2016 (arXiv:1606.07298).
    """
    inputs, baseline = _ends(inputs, baseline, rows=True)
    scores = np.asarray(scores, np.float64)
    if scores.shape != inputs.shape[:1] or np.isnan(scores).any():
        raise ValueError(f"scores has the shape {scores.shape}, or holds NaN; allowed: ({len(inputs)},), numbers")
    most = len(inputs) if most is None else require_integer("most", most, at_least=0, at_most=len(inputs))
    order = np.argsort(-scores, kind="stable")
    points = np.repeat(inputs[None], most + 1, axis=0)
    for count in range(1, most + 1):
        points[count:, order[count - 1]] = baseline[order[count - 1]]
    return _numbers(function, points)


def _numbers(function: Function, points: np.ndarray) -> np.ndarray:
    return ops.convert_to_numpy(function(ops.convert_to_tensor(points.astype(np.float32)))).astype(np.float64)


def _ends(inputs: ArrayLike, baseline: ArrayLike | None, rows: bool = False) -> tuple[np.ndarray, np.ndarray]:
    inputs = np.asarray(inputs, np.float64)
    baseline = np.zeros_like(inputs) if baseline is None else np.asarray(baseline, np.float64)
    if baseline.shape != inputs.shape:
        raise ValueError(f"baseline has the shape {baseline.shape}; allowed: that of inputs, {inputs.shape}")
    if rows and (inputs.ndim != 2 or not inputs.size):
        raise ValueError(f"inputs has the shape {inputs.shape}; allowed: (rows, width), none of them 0")
    return inputs, baseline
