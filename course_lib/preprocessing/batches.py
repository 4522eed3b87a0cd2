"""Ids to batches: padding, masks and buckets of similar length.

One kind of mask everywhere: boolean, True = keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from keras import ops

from course_lib.base.arguments import one_list, require_choice, require_int32, require_integer, require_whole_numbers
from course_lib.base.tensors import floating, keep_mask, require_shape, wide


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
        TypeError: if the ids of one text stand where those of many should, or an id or `value` is no whole number.
        ValueError: if an id or `value` is one that int32 does not hold, `length` is negative, or `side` or `truncate`
            is neither "left" nor "right".
    """
    require_choice("side", side, ["left", "right"])
    require_choice("truncate", truncate, ["left", "right"])
    value = require_integer("value", value, at_least=np.iinfo(np.int32).min, at_most=np.iinfo(np.int32).max)
    sequences = [one_list(f"sequences[{place}]", sequence) for place, sequence in enumerate(sequences)]
    if length is None:
        length = max(map(len, sequences), default=0)
    length = require_integer("length", length, at_least=0)
    padded = np.full((len(sequences), length), value, dtype=np.int64)
    for row, sequence in zip(padded, sequences, strict=True):
        if sequence.size:  # what is empty has no type that could be asked for
            require_whole_numbers("sequences", sequence)
        if sequence.dtype == np.uint64:  # its largest numbers would be negative ones in int64
            require_int32("sequences", sequence)
        kept = sequence[:length] if truncate == "right" else sequence[max(len(sequence) - length, 0) :]
        if side == "right":
            row[: len(kept)] = kept
        else:
            row[length - len(kept) :] = kept
    require_int32("sequences", padded)  # of all at once: batches are padded while a model trains
    return padded.astype(np.int32)


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

    Shapes: padding_mask (batch, time), causal_mask (queries, time) → boolean (batch, queries, time), which is (batch,
    1, time) without a causal mask.

    Raises:
        TypeError: if a mask holds floats: such masks are added to scores, and there 0 keeps.
        ValueError: if the masks are not of the same time.
    """
    padding_mask = keep_mask("padding_mask", padding_mask)
    require_shape("padding_mask", padding_mask.shape, (None, None))
    keys = ops.expand_dims(padding_mask, 1)  # (batch, 1, time)
    if causal_mask is None:
        return keys
    causal_mask = keep_mask("causal_mask", causal_mask)
    # One column of padding speaks of all keys alike.
    require_shape("causal_mask", causal_mask.shape, (None, None if keys.shape[-1] == 1 else keys.shape[-1]))
    return ops.logical_and(keys, ops.expand_dims(causal_mask, 0))  # (batch, queries, time)


def masked_mean(vectors, mask):
    """The mean of the vectors that the mask keeps; zeros where it keeps none.

    Args:
        vectors: one vector per position; what stands at masked positions does not matter, not even NaN.
        mask: which positions count.

    Returns:
        The means, in the precision of the vectors; summed in float32 at least, so that float16 does not overflow.

    Shapes: vectors (batch, time, dim), mask boolean (batch, time) → (batch, dim).

    Raises:
        TypeError: if the mask holds floats.
        ValueError: if it has another shape; it is not broadcast.
    """
    vectors, mask = floating(vectors), keep_mask("mask", mask)
    require_shape("vectors", vectors.shape, (None, None, None))
    require_shape("mask", mask.shape, vectors.shape[:2])
    keep = ops.expand_dims(mask, -1)  # (batch, time, 1)
    kept = ops.where(keep, wide(vectors), 0.0)
    count = ops.sum(ops.cast(keep, kept.dtype), axis=1)  # (batch, 1)
    return ops.cast(ops.sum(kept, axis=1) / ops.maximum(count, 1.0), vectors.dtype)  # (batch, dim)


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
        TypeError: if a number is no whole one.
        ValueError: if `batch_size` is less than 1, a length negative, or `boundaries` are none, not positive or not
            rising.
    """
    require_integer("batch_size", batch_size, at_least=1)
    boundaries, lengths = one_list("boundaries", boundaries), one_list("lengths", lengths)
    for name, values in (("boundaries", boundaries), ("lengths", lengths)):
        if values.size:  # what is empty has no type that could be asked for
            require_whole_numbers(name, values)
    boundaries = boundaries.tolist()
    if lengths.size and lengths.min() < 0:
        raise ValueError(f"lengths holds {lengths.min()}; allowed: 0 or more")
    if not boundaries or boundaries[0] < 1 or sorted(set(boundaries)) != boundaries:
        raise ValueError(f"boundaries is {boundaries}; allowed: one or more positive lengths in rising order")
    random = np.random.default_rng(seed)
    bucket_of = np.minimum(np.searchsorted(boundaries, lengths), len(boundaries) - 1)
    batches = []
    for bucket, boundary in enumerate(boundaries):
        members = random.permutation(np.flatnonzero(bucket_of == bucket))
        for start in range(0, len(members), batch_size):
            indices = members[start : start + batch_size]
            if len(indices) == batch_size or not drop_remainder:
                batches.append((boundary, indices))
    return [batches[place] for place in random.permutation(len(batches))]


def filled_batches(
    sequences: Sequence[Sequence[int]], batch_size: int, step: int, at_most: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """All sequences once, the shortest first, in batches of few shapes, for a model that only reads them.

    Args:
        sequences: the ids of each text.
        batch_size: how many rows every batch has; the last one is filled up with rows it has already.
        step: lengths are rounded up to a multiple of it.
        at_most: what no length exceeds.

    Returns:
        An iterator over pairs: which sequences a batch holds, and their padded ids, those that fill it up last.

    Shapes: (texts of the batch,), (batch_size, length).
    """
    order = np.argsort([len(sequence) for sequence in sequences], kind="stable")
    for begin in range(0, len(sequences), batch_size):
        rows = order[begin : begin + batch_size]
        length = min(at_most, -(-len(sequences[rows[-1]]) // step) * step)
        yield rows, pad([sequences[row] for row in np.resize(rows, batch_size)], length)
