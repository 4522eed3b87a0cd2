"""A reader's data, looked at once where they come in: their shape, that they are finite, and their range."""

from __future__ import annotations

import numpy as np


def checked_examples(
    name: str,
    values: object,
    features: int | None = None,
    low: float = -np.inf,
    high: float = np.inf,
    reason: str = "",
) -> np.ndarray:
    """The values as a float32 array of examples.

    Args:
        name: what the argument is called.
        values: the data.
        features: how many numbers an example must have; None for any.
        low: the smallest number allowed.
        high: the largest.
        reason: why no others are.

    Shapes: (examples, features).

    Raises:
        TypeError: if they are no numbers.
        ValueError: if there is no example, the shape is another, or a number is not finite or out of range.
    """
    values = np.asarray(values)
    if values.dtype.kind not in "fiub":
        raise TypeError(f"{name} holds values of type {values.dtype}; allowed: numbers")
    wanted = "any number" if features is None else str(features)
    if values.ndim != 2 or (features is not None and values.shape[1] != features):
        hint = "; flatten pictures first: images.reshape(len(images), -1)" if values.ndim == 3 else ""
        raise ValueError(f"{name} has the shape {values.shape}; allowed: (examples, {wanted}){hint}")
    if not values.size:
        raise ValueError(f"{name} is empty, of shape {values.shape}; allowed: one example or more")
    values = values.astype(np.float32, copy=False)
    if not np.isfinite(values).all():
        bad = int((~np.isfinite(values)).any(axis=1).sum())
        raise ValueError(f"{name} holds NaN or infinity in {bad} of {len(values)} examples; allowed: finite numbers")
    smallest, largest = float(values.min()), float(values.max())
    if smallest < low or largest > high:
        allowed = f"{low:g} or more" if high == np.inf else f"{low:g} to {high:g}"
        raise ValueError(f"{name} holds values from {smallest:.4g} to {largest:.4g}; allowed: {allowed}{reason}")
    return values
