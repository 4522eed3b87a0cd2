"""What the training steps of word vectors share."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)), without overflow for any x.

    Shapes: (…) → (…).
    """
    return 0.5 * (1 + np.tanh(0.5 * x))


def sum_by_row(rows: np.ndarray, values: np.ndarray, number: int) -> np.ndarray:
    """Add up all values that belong to the same row: what a batch's gradients come to for each word.

    Args:
        rows: the row of each value; a row may come many times, or never.
        values: one vector each.
        number: how many rows there are.

    Shapes: rows (batch,), values (batch, dim) → (number, dim).
    """
    # A sparse matrix with a single 1 in each column, times the values: the same sum, in compiled code.
    ones = np.ones(len(rows), dtype=values.dtype)
    return sparse.csc_matrix((ones, rows, np.arange(len(rows) + 1)), shape=(number, len(rows))) @ values
