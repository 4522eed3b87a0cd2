"""Which words moved a verdict: exactly, for a model that adds up, and by leaving words out, for any other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from course_lib.base.arguments import require_integer, require_words


class Contribution(NamedTuple):
    """A piece of text, and what it adds to the logit: above 0 towards praise."""

    text: str
    logit: float


def contributions(
    row: sparse.csr_matrix, weights: np.ndarray, name: Callable[[int], str], most: int | None = None
) -> list[Contribution]:
    """What each n-gram of one review adds to the logit of a linear model; with the bias they sum to it.

    Args:
        row: one review.
        weights: what each n-gram adds where it occurs.
        name: from a column to the text of its n-gram.
        most: how many to return; None for all.

    Returns:
        The contributions, the largest first, whichever way they point.

    Shapes: row (1, n-grams), weights (n-grams,).

    Raises:
        ValueError: if there is not one row, or not one weight for each column.
    """
    if row.shape[0] != 1 or np.shape(weights) != (row.shape[1],):
        raise ValueError(
            f"row and weights have the shapes {row.shape} and {np.shape(weights)}; allowed: (1, n) and (n,)"
        )
    moved = row.data * np.asarray(weights)[row.indices]
    order = np.argsort(-np.abs(moved), kind="stable")[:most]
    return [Contribution(name(int(row.indices[place])), float(moved[place])) for place in order]


def occlusion(
    tokens: Sequence[str], logit: Callable[[list[list[str]]], np.ndarray], width: int = 1
) -> list[Contribution]:
    """How the logit falls when a piece of the text is left out: for any model, at the price of one run per piece.

    Args:
        tokens: the words of a review.
        logit: from many token lists to their logits.
        width: how many neighbouring words are left out together.

    Returns:
        One contribution for each piece, in the order of the text: logit of the whole minus logit without the piece.

    Raises:
        TypeError: if `tokens` is one str, or `width` no whole number.
        ValueError: if `width` is less than 1.
    """
    require_words("tokens", tokens)
    require_integer("width", width, at_least=1)
    tokens = list(tokens)
    pieces = [(start, min(start + width, len(tokens))) for start in range(0, len(tokens), width)]
    if not pieces:
        return []
    whole, *without = np.asarray(logit([tokens, *(tokens[:start] + tokens[end:] for start, end in pieces)])).tolist()
    return [
        Contribution(" ".join(tokens[start:end]), whole - found)
        for (start, end), found in zip(pieces, without, strict=True)
    ]
