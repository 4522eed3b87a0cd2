"""What the library says when it is called wrongly: the argument, what was given, what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def listed(name: str, tokens: Iterable[str]) -> list[str]:
    """The words as a list; raises a TypeError where one text was given for it, or what it holds is no text."""
    require_words(name, tokens)
    tokens = list(tokens)
    if not all(issubclass(kind, str) for kind in set(map(type, tokens))):  # far faster than to look at each
        wrong = next(token for token in tokens if not isinstance(token, str))
        raise TypeError(f"{name} holds {wrong!r} of type {type(wrong).__name__}; allowed: a list of words")
    return tokens


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


def require_function(name: str, value: object) -> None:
    """Raise a TypeError unless `value` can be called."""
    if not callable(value):
        raise TypeError(f"{name} is {value!r} of type {type(value).__name__}; allowed: a function")


def require_choice(name: str, value: object, allowed: Iterable[object]) -> None:
    """Raise a ValueError unless `value` is one of the allowed ones."""
    allowed = list(allowed)
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; allowed: {', '.join(map(repr, allowed))}")


def require_positive(name: str, value: float) -> None:
    """Raise unless `value` is a number (TypeError), finite and above 0 (ValueError)."""
    require_number(name, value)
    if not 0 < value < float("inf"):
        raise ValueError(f"{name} is {value}; allowed: a number above 0")


def require_whole_numbers(name: str, values: np.ndarray) -> None:
    """Raise a TypeError unless the values are of a type of whole numbers (True and False are none)."""
    if values.dtype.kind not in "iu":
        raise TypeError(f"{name} holds values of type {values.dtype}; allowed: whole numbers")


def require_int32(name: str, values: np.ndarray) -> None:
    """Raise unless the values are whole numbers (TypeError) that int32 holds (ValueError): others would wrap."""
    require_whole_numbers(name, values)
    limits = np.iinfo(np.int32)
    if values.size and not limits.min <= values.min() <= values.max() <= limits.max:
        raise ValueError(f"{name} holds {values.min()} to {values.max()}; allowed: {limits.min} to {limits.max}")


def checked_id_lists(
    name: str, id_lists: Iterable[Sequence[int]], vocabulary_size: int | None = None
) -> list[np.ndarray]:
    """Each text's ids as an int32 array.

    Args:
        name: what the argument is called.
        id_lists: one sequence of ids per text.
        vocabulary_size: what every id must be less than; None for as many as int32 holds.

    Shapes: each (tokens of the text,).

    Raises:
        TypeError: if the ids of one text stand where those of many should, or an id is no whole number.
        ValueError: if an id lies outside the vocabulary.
    """
    if isinstance(id_lists, str | bytes | bytearray):
        raise TypeError(f"{name} is one {type(id_lists).__name__}; allowed: a list of ids for each text")
    checked = [one_list(f"{name}[{place}]", ids) for place, ids in enumerate(id_lists)]
    for place, ids in enumerate(checked):
        if ids.size:  # what is empty has no type that could be asked for
            require_whole_numbers(f"{name}[{place}]", ids)
            require_ids(name, ids, 2**31 if vocabulary_size is None else vocabulary_size)
    return [ids.astype(np.int32, copy=False) for ids in checked]


def one_list(name: str, values: object) -> np.ndarray:
    """The values as an array of one axis; one number, or a table, is refused by name.

    Shapes: (values,).
    """
    try:
        values = np.asarray(values)
    except ValueError as error:  # lists among numbers
        raise ValueError(f"{name} is no plain list; allowed: a list of ids for each text") from error
    if values.ndim == 0:
        raise TypeError(f"{name} is {values.item()!r}; allowed: a list of ids for each text, as in [[5, 6], [7]]")
    if values.ndim > 1:
        raise ValueError(f"{name} has the shape {values.shape}; allowed: one axis, a list of ids for each text")
    return values


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
    """Raise unless `value` is a number (TypeError) from 0 to less than 1 (ValueError), as the share of dropout is."""
    require_number(name, value)
    if not 0 <= value < 1:
        raise ValueError(f"{name} is {value}; allowed: from 0 to less than 1")


def require_not_negative(name: str, value: float) -> None:
    """Raise unless `value` is a number (TypeError), finite and 0 or more (ValueError)."""
    require_number(name, value)
    if not 0 <= value < float("inf"):
        raise ValueError(f"{name} is {value}; allowed: a number from 0 upwards")


def require_labels(name: str, labels: np.ndarray, num_classes: int) -> None:
    """Raise unless every label is a whole number (TypeError) and one of the classes (ValueError)."""
    require_whole_numbers(name, labels)
    if labels.size and not 0 <= labels.min() <= labels.max() < num_classes:
        raise ValueError(f"{name} holds labels from {labels.min()} to {labels.max()}; allowed: 0 to {num_classes - 1}")
