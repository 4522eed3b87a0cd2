"""A reader's examples, looked at once where they come in: shape, finite numbers, range, and a label for each."""

from __future__ import annotations

import numpy as np

from course_lib.base.arguments import require_labels, require_whole_numbers
from course_lib.base.language import tr


def checked_examples(
    name: str,
    values: object,
    features: int | None = None,
    low: float = -np.inf,
    high: float = np.inf,
    reason: str = "",
    dtype: str | np.dtype = "float32",
) -> np.ndarray:
    """The values as an array of examples.

    Args:
        name: what the argument is called.
        values: the data.
        features: how many numbers an example must have; None for any.
        low: the smallest number allowed.
        high: the largest.
        reason: why no others are.
        dtype: of the array.

    Shapes: (examples, features).

    Raises:
        TypeError: if they are no numbers.
        ValueError: if there is no example, the shape is another, or a number is not finite or out of range.
    """
    wanted = "any number" if features is None else str(features)
    try:
        values = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} holds examples of different lengths; allowed: (examples, {wanted})") from error
    if values.dtype.kind not in "fiub":
        raise TypeError(f"{name} holds values of type {values.dtype}; allowed: numbers")
    if values.ndim != 2 or (features is not None and values.shape[1] != features):
        hint = "; flatten pictures first: images.reshape(len(images), -1)" if values.ndim == 3 else ""
        raise ValueError(f"{name} has the shape {values.shape}; allowed: (examples, {wanted}){hint}")
    if not values.size:
        raise ValueError(f"{name} is empty, of shape {values.shape}; allowed: one example or more")
    values = values.astype(dtype, copy=False)
    if not np.isfinite(values).all():
        bad = int((~np.isfinite(values)).any(axis=1).sum())
        raise ValueError(f"{name} holds NaN or infinity in {bad} of {len(values)} examples; allowed: finite numbers")
    smallest, largest = float(values.min()), float(values.max())
    if smallest < low or largest > high:
        allowed = (
            tr(f"{low:g} or more", f"不小于 {low:g}")
            if high == np.inf
            else tr(f"{low:g} to {high:g}", f"{low:g} 到 {high:g}")
        )
        raise ValueError(
            tr(
                f"{name} holds values from {smallest:.4g} to {largest:.4g}; allowed: {allowed}{reason}",
                f"{name} 中的值在 {smallest:.4g} 到 {largest:.4g} 之间；可用的是 {allowed}{reason}",
            )
        )
    return values


def checked_labels(name: str, labels: object, examples: int, num_classes: int | None = None) -> np.ndarray:
    """The labels of some examples as an array.

    Args:
        name: what the argument with the examples is called.
        labels: the class of each.
        examples: how many there are.
        num_classes: how many classes; None for as many as the labels name.

    Shapes: (examples,).

    Raises:
        TypeError: if they are no whole numbers.
        ValueError: if there is not one for each example, or one is no class.
    """
    labels = np.asarray(labels)
    if labels.shape != (examples,):
        raise ValueError(f"the labels of {name} have the shape {labels.shape}; allowed: ({examples},)")
    require_whole_numbers(f"the labels of {name}", labels)
    classes = int(labels.max(initial=0)) + 1 if num_classes is None else num_classes
    require_labels(f"the labels of {name}", labels, classes)
    return labels
