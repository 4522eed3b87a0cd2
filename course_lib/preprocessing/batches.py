"""Ids to batches: padding, masks and buckets of similar length.

One kind of mask everywhere: boolean, True = keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from keras import ops

from course_lib.base.arguments import require_choice, require_integer, require_whole_numbers


def pad(
    sequences: Iterable[Sequence[int]],
    length: int | None = None,
    side: str = "right",
    truncate: str = "right",
    value: int = 0,
) -> np.ndarray:
    """Make sequences equally long: fill the short ones up, cut the long ones.

    Args:
        sequences: one sequence of ids per text.
        length: how long each becomes; None for the length of the longest.
        side: where padding goes, "right" (after the text) or "left".
        truncate: where a long sequence is cut, "right" (its end is lost) or "left" (its beginning is lost).
        value: the id of padding.

    Returns:
        An int32 array.

    Shapes: (batch, length).

    Raises:
        TypeError: if a sequence holds something else than whole numbers.
        ValueError: if `length` is negative, or `side` or `truncate` neither "left" nor "right".
    """
    require_choice("side", side, ["left", "right"])
    require_choice("truncate", truncate, ["left", "right"])
    sequences = list(sequences)
    if length is None:
        length = max(map(len, sequences), default=0)
    require_integer("length", length, at_least=0)
    padded = np.full((len(sequences), length), value, dtype=np.int32)
    for row, sequence in zip(padded, map(np.asarray, sequences), strict=True):
        if sequence.size:  # what is empty has no type that could be asked for
            require_whole_numbers("sequences", sequence)
        kept = sequence[:length] if truncate == "right" else sequence[max(len(sequence) - length, 0) :]
        if side == "right":
            row[: len(kept)] = kept
        else:
            row[length - len(kept) :] = kept
    return padded


def padding_mask(token_ids):
    """True where there is a token, False where there is padding (id 0).

    Shapes: token_ids (batch, time) → boolean (batch, time).
    """
    return ops.not_equal(token_ids, 0)


def causal_mask(length: int):
    """True where a position (row) may look at another (column): at itself and at what came before.

    Raises:
        ValueError: if `length` is negative.

    Shapes: boolean (time, time).
    """
    require_integer("length", length, at_least=0)
    positions = ops.arange(length)
    return positions[:, None] >= positions[None, :]


def combine_masks(padding_mask, causal_mask=None):
    """One mask for attention: a key must be a token and, where a causal mask is given, must not lie in the future.

    Args:
        padding_mask: which keys are tokens.
        causal_mask: which keys each query may look at; None where all may be looked at.

    Returns:
        A mask that is broadcast over queries, or holds for each of them.

    Shapes: padding_mask (batch, time), causal_mask (time, time) → boolean (batch, queries, keys), which is (batch, 1,
    time) without a causal mask and (batch, time, time) with one.
    """
    keys = ops.expand_dims(ops.cast(padding_mask, "bool"), 1)  # (batch, 1, time)
    if causal_mask is None:
        return keys
    return ops.logical_and(keys, ops.expand_dims(ops.cast(causal_mask, "bool"), 0))  # (batch, time, time)


def masked_mean(vectors, mask):
    """The mean of the vectors that the mask keeps; zeros where it keeps none.

    Args:
        vectors: one vector per position; what stands at masked positions does not matter, not even NaN.
        mask: which positions count.

    Shapes: vectors (batch, time, dim), mask boolean (batch, time) → (batch, dim).
    """
    keep = ops.expand_dims(ops.cast(mask, "bool"), -1)  # (batch, time, 1)
    total = ops.sum(ops.where(keep, vectors, 0.0), axis=1)  # (batch, dim)
    count = ops.sum(ops.cast(keep, total.dtype), axis=1)  # (batch, 1)
    return total / ops.maximum(count, 1.0)


def bucket_batches(
    lengths: Sequence[int],
    batch_size: int,
    boundaries: Sequence[int],
    seed: int,
    drop_remainder: bool = False,
) -> list[tuple[int, np.ndarray]]:
    """Draw batches of similar length, so that little of each batch is padding.

    A sequence goes into the first bucket it fits into; one that is longer than every boundary goes into the last, where
    `pad` cuts it. Sequences are shuffled within their bucket, and the batches of all buckets among each other.

    Args:
        lengths: the length of every sequence.
        batch_size: how many sequences make a batch.
        boundaries: the lengths that the buckets are padded to, in rising order.
        seed: the same seed draws the same batches.
        drop_remainder: leave out the last batch of a bucket where it is not full.

    Returns:
        Pairs of the length to pad to and the indices of the sequences in the batch.

    Raises:
        ValueError: if `batch_size` is less than 1, or `boundaries` are none, not positive or not rising.
    """
    require_integer("batch_size", batch_size, at_least=1)
    boundaries = [int(boundary) for boundary in boundaries]
    if not boundaries or boundaries[0] < 1 or sorted(set(boundaries)) != boundaries:
        raise ValueError(f"boundaries is {boundaries}; allowed: one or more positive lengths in rising order")
    random = np.random.default_rng(seed)
    bucket_of = np.minimum(np.searchsorted(boundaries, np.asarray(lengths, dtype=np.int64)), len(boundaries) - 1)
    batches = []
    for bucket, boundary in enumerate(boundaries):
        members = random.permutation(np.flatnonzero(bucket_of == bucket))
        for start in range(0, len(members), batch_size):
            indices = members[start : start + batch_size]
            if len(indices) == batch_size or not drop_remainder:
                batches.append((boundary, indices))
    return [batches[place] for place in random.permutation(len(batches))]
