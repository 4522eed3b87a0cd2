"""What the library says when it is called wrongly: the argument, what was given, what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral, Real

import numpy as np


def require_text(name: str, value: object) -> None:
    """Raise a TypeError unless `value` is a str; bytes are told how to become one."""
    if isinstance(value, bytes | bytearray):
        raise TypeError(f"{name} is {type(value).__name__}; decode it first: {name}.decode('utf-8')")
    if not isinstance(value, str):
        raise TypeError(f"{name} is {value!r} of type {type(value).__name__}; allowed: a str")


def require_words(name: str, value: object) -> None:
    """Raise a TypeError where one text was given for a list of words: its letters would be taken for words."""
    if isinstance(value, str | bytes | bytearray):
        raise TypeError(f"{name} is one {type(value).__name__}, {value[:20]!r}; allowed: a list of words")


def require_integer(name: str, value: object, at_least: int, at_most: int | None = None) -> int:
    """The value as an int; raises unless it is a whole number in its range (True and False are none, NumPy's are)."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} is {value!r} of type {type(value).__name__}; allowed: a whole number")
    if value < at_least or (at_most is not None and value > at_most):
        allowed = f"{at_least} or more" if at_most is None else f"{at_least} to {at_most}"
        raise ValueError(f"{name} is {value}; allowed: {allowed}")
    return int(value)


def checked_seed(seed: object) -> int | None:
    """The seed as an int, or None where none is given; raises unless it is a whole number, 0 or more."""
    return None if seed is None else require_integer("seed", seed, at_least=0)


def require_widths(name: str, widths: object) -> tuple[int, ...]:
    """The widths of some layers as ints; raises where they are no sequence of whole numbers above 0."""
    if isinstance(widths, Integral):
        raise TypeError(f"{name} is {widths}, one number; allowed: a list of widths, such as ({widths},)")
    return tuple(require_integer(name, width, at_least=1) for width in widths)


def require_number(name: str, value: object) -> None:
    """Raise a TypeError unless `value` is a real number (True and False are none)."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} is {value!r} of type {type(value).__name__}; allowed: a number")


def require_choice(name: str, value: object, allowed: Iterable[object]) -> None:
    """Raise a ValueError unless `value` is one of the allowed ones."""
    allowed = list(allowed)
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; allowed: {', '.join(map(repr, allowed))}")


def require_positive(name: str, value: float) -> None:
    """Raise a ValueError unless `value` is a finite number above 0."""
    if not 0 < value < float("inf"):
        raise ValueError(f"{name} is {value}; allowed: a number above 0")


def require_whole_numbers(name: str, values: np.ndarray) -> None:
    """Raise a TypeError unless the values are of a type of whole numbers (True and False are none)."""
    if values.dtype.kind not in "iu":
        raise TypeError(f"{name} holds values of type {values.dtype}; allowed: whole numbers")


def require_ids(name: str, ids: np.ndarray, vocabulary_size: int) -> None:
    """Raise a ValueError unless every id lies in the vocabulary."""
    if ids.size and not 0 <= ids.min() <= ids.max() < vocabulary_size:
        raise ValueError(f"{name} holds ids from {ids.min()} to {ids.max()}; allowed: 0 to {vocabulary_size - 1}")


def checked_ids(name: str, ids: Iterable[int], vocabulary_size: int) -> list[int]:
    """The ids as a list; raises where one is no whole number (TypeError) or outside the vocabulary (ValueError)."""
    ids = list(ids)
    if not ids:  # what is empty has no type that could be asked for
        return []
    values = np.array(ids)
    require_whole_numbers(name, values)
    require_ids(name, values, vocabulary_size)
    return values.tolist()


def require_patience(patience: object, validation: object) -> None:
    """Raise unless `patience` is None, or a whole number above 0 with a validation set to lose it over."""
    if patience is None:
        return
    require_integer("patience", patience, at_least=1)
    if validation is None:
        raise ValueError("patience is given without a validation set; allowed: both, or no patience")


def require_share(name: str, value: float) -> None:
    """Raise a ValueError unless `value` is at least 0 and less than 1, as the share that dropout drops must be."""
    if not 0 <= value < 1:
        raise ValueError(f"{name} is {value}; allowed: from 0 to less than 1")


def require_not_negative(name: str, value: float) -> None:
    """Raise a ValueError unless `value` is a finite number, 0 or more."""
    if not 0 <= value < float("inf"):
        raise ValueError(f"{name} is {value}; allowed: a number from 0 upwards")


def require_labels(name: str, labels: np.ndarray, num_classes: int) -> None:
    """Raise unless every label is a whole number (TypeError) and one of the classes (ValueError)."""
    require_whole_numbers(name, labels)
    if labels.size and not 0 <= labels.min() <= labels.max() < num_classes:
        raise ValueError(f"{name} holds labels from {labels.min()} to {labels.max()}; allowed: 0 to {num_classes - 1}")
