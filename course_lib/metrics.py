"""Numbers that say how well a model does, each with what it leaves uncertain."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def accuracy(labels: ArrayLike, predictions: ArrayLike) -> float:
    """The share of predictions that equal their labels.

    Shapes: labels and predictions (examples,).

    Raises:
        ValueError: if the two differ in shape, or there is nothing to compare.
    """
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    if labels.shape != predictions.shape or labels.ndim != 1 or labels.size == 0:
        raise ValueError(
            "labels and predictions must have one and the same shape (examples,), not empty; "
            f"given: {labels.shape} and {predictions.shape}"
        )
    return float(np.mean(labels == predictions))


def standard_error(accuracy: float, examples: int) -> float:
    """The standard error of an accuracy measured on so many independent examples: sqrt(p (1 - p) / n), a binomial's.

    Raises:
        ValueError: if the accuracy is not within 0 and 1, or there is no example.
    """
    if not 0 <= accuracy <= 1:
        raise ValueError(f"accuracy must be within 0 and 1; given: {accuracy}")
    if examples < 1:
        raise ValueError(f"examples must be at least 1; given: {examples}")
    return float(np.sqrt(accuracy * (1 - accuracy) / examples))
