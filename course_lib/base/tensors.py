"""Tensors of any backend, looked at where they come in: their precision, their shape, and masks.

What a tensor holds is not known before a compiled run; its type and the sizes of its axes mostly are.
"""

from __future__ import annotations

from numbers import Number

import keras
import numpy as np
from keras import ops

from course_lib.base.language import tr


def floating(values):
    """The values as a tensor, whole numbers as float32: in whole numbers a mean or a turn would be cut off.

    Shapes: (...) → (...).
    """
    values = ops.convert_to_tensor(values)
    return values if floating_dtype(values) else ops.cast(values, "float32")


def wide(values):
    """In float32 where the values are of half precision, or whole: sums and exponentials overflow in float16.

    Shapes: (...) → (...).
    """
    values = ops.convert_to_tensor(values)
    return values if dtype_of(values) in ("float32", "float64") else ops.cast(values, "float32")


def dtype_of(tensor: object) -> str:
    """The name of a tensor's type, the same on every backend."""
    return keras.backend.standardize_dtype(tensor.dtype)


def floating_dtype(tensor: object) -> bool:
    """Whether a tensor holds floats."""
    return keras.backend.is_float_dtype(dtype_of(tensor))


def keep_mask(name: str, mask):
    """A mask as booleans, True = keep; one of 0 and 1 is taken, too.

    Raises:
        TypeError: if it holds floats: some libraries add such masks to scores, and there 0 keeps.

    Shapes: (...) → (...).
    """
    mask = ops.convert_to_tensor(mask)
    if floating_dtype(mask):
        raise TypeError(f"{name} is of type {dtype_of(mask)}; allowed: bool, True for what is kept")
    return ops.cast(mask, "bool")


def require_boolean(name: str, mask: object) -> None:
    """Raise a TypeError unless a mask is boolean: some libraries add numbers to the scores."""
    if dtype_of(mask) != "bool":
        raise TypeError(f"{name} is of type {dtype_of(mask)}; allowed: bool, True for what may be looked at")


def known(shape: tuple[object, ...]) -> tuple[int | None, ...]:
    """A shape in which None stands for every size that is not known before the run, whatever the backend puts there."""
    return tuple(size if isinstance(size, int) else None for size in shape)


def require_shape(name: str, given: tuple[object, ...], *allowed: tuple[object, ...], ones_serve: bool = False) -> None:
    """Raise a ValueError unless the shape is one of the allowed ones, as far as both are known.

    Args:
        name: what the argument is called.
        given: its shape.
        allowed: the shapes; None stands for a size that is not known.
        ones_serve: whether an axis of length 1 serves where a longer one is meant; else nothing is broadcast.
    """
    given, allowed = known(given), tuple(known(shape) for shape in allowed)

    def fits(shape: tuple[int | None, ...]) -> bool:
        if len(given) != len(shape):
            return False
        pairs = zip(given, shape, strict=True)
        return all(None in (one, other) or one == other or (ones_serve and one == 1) for one, other in pairs)

    if not any(map(fits, allowed)):
        shapes = " or ".join(map(str, allowed))
        raise ValueError(f"{name} has the shape {given}; allowed: {shapes}")


def concrete(values: object) -> bool:
    """Whether values are numbers of Python or NumPy, which can be looked at without waiting for a device."""
    return isinstance(values, Number | np.generic | np.ndarray | list | tuple)


def require_probabilities(name: str, values: object) -> None:
    """Raise where values that are no tensor hold what is no number (TypeError) or outside 0 to 1 (ValueError)."""
    if not concrete(values):
        return
    values = np.asarray(values)
    if values.dtype.kind not in "fiub":
        raise TypeError(f"{name} holds values of type {values.dtype}; allowed: probabilities")
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError(
            tr(
                f"{name} holds a number outside 0 to 1, or NaN; allowed: probabilities",
                f"{name} 中有 0 到 1 之外的数，或 NaN；可用的是概率",
            )
        )
