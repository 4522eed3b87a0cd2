"""Examples and numbers that come in as arrays: what searches and range tests ask of them."""

from __future__ import annotations

import numpy as np


def checked_array(name: str, values: object) -> np.ndarray:
    """The examples as one array, whose first axis counts them.

    Raises:
        TypeError: if they are no array, such as a dictionary or a data set.
        ValueError: if they are of different shapes, or there is none.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} holds examples of different shapes; allowed: one shape for all") from error
    if not array.ndim:
        raise TypeError(f"{name} is of type {type(values).__name__}; allowed: one array of examples")
    if not len(array):
        raise ValueError(f"{name} has the shape {array.shape}; allowed: at least one example")
    return array


def checked_numbers(name: str, values: object) -> np.ndarray:
    """The values as an array of float64.

    Raises:
        TypeError: if they are no numbers (True and False are none), or no array of them.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise TypeError(f"{name} holds lists of different lengths; allowed: numbers") from error
    if array.size and array.dtype.kind not in "fiu":  # what is empty has no type that could be asked for
        raise TypeError(f"{name} holds values of type {array.dtype}; allowed: numbers")
    return array.astype(float)


def checked_pairs(inputs: object, targets: object) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and their targets as arrays.

    Raises:
        TypeError: if one is no array.
        ValueError: if there is none, or not one target for each input.
    """
    inputs, targets = checked_array("inputs", inputs), checked_array("targets", targets)
    if len(inputs) != len(targets):
        raise ValueError(f"inputs has {len(inputs)} examples and targets {len(targets)}; allowed: as many of each")
    return inputs, targets
