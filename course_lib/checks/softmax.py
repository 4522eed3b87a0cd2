"""Softmax and its logarithm in float64, for the right answers of the checks and the wrong ones they recognise."""

from __future__ import annotations

import numpy as np


def softmax(scores: np.ndarray, axis: int | tuple[int, ...] | None = -1) -> np.ndarray:
    """Weights from scores, along the axis, or over all where it is None.

    Shapes: as the scores.
    """
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def log_softmax(scores: np.ndarray, axis: int = -1) -> np.ndarray:
    """The logarithms of these weights, which stay finite.

    Shapes: as the scores.
    """
    shifted = scores - scores.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
