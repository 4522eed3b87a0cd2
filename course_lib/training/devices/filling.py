"""Writing into a weight where it lies: a large table is filled without a second one beside it."""

from __future__ import annotations

import keras
import numpy as np


def put_rows(weight: keras.Variable, begin: int, rows: np.ndarray) -> None:
    """Write some rows of a weight. On JAX, whose arrays never change, the whole weight is made anew.

    Args:
        weight: is changed in place.
        begin: the number of the first row.
        rows: what is written.

    Shapes: weight (count, ...); rows (up to count - begin, ...).

    Raises:
        ValueError: if the rows do not lie in the weight, or are of another shape.
    """
    end = begin + len(rows)
    if not 0 <= begin <= end <= weight.shape[0] or rows.shape[1:] != tuple(weight.shape[1:]):
        raise ValueError(
            f"rows has the shape {rows.shape} from row {begin}; allowed: rows of a weight of {tuple(weight.shape)}"
        )
    if end - begin == weight.shape[0]:
        weight.assign(rows)
        return
    value, backend = weight.value, keras.backend.backend()
    if backend == "tensorflow":
        value[begin:end].assign(rows)
    elif backend == "torch":
        value.data[begin:end] = keras.ops.convert_to_tensor(rows, dtype=weight.dtype)
    else:
        weight.assign(value.at[begin:end].set(rows))
