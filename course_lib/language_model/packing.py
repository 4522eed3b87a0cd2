"""Texts as rows of one length: documents packed one behind the other, or a long stream cut so that rows go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from course_lib.base.arguments import checked_id_lists, one_list, require_int32, require_integer

# The target of a position that is not counted, for there is nothing to predict.
UNCOUNTED = -1


class Packed(NamedTuple):
    """Rows of tokens, each with its target, the token after it.

    Args:
        token_ids: the tokens.
        targets: what follows each; `UNCOUNTED` where the last row is filled up.
        segment_ids: the number of the document that each token belongs to, from 1; 0 where the last row is filled up.

    Shapes: each int32 (rows, length).
    """

    token_ids: np.ndarray
    targets: np.ndarray
    segment_ids: np.ndarray


def pack(documents: Iterable[Sequence[int]], length: int, separator: int) -> Packed:
    """Put documents one behind the other, a separator in front of each, and cut them into rows.

    The separator says that a text begins, and as the target of a document's last token that it ends. What a row cuts
    off goes on in the next one. The last row is filled up with separators that belong to no document and whose targets
    are not counted, so that every token of every document is a target exactly once.

    Args:
        documents: the ids of each.
        length: how long a row is.
        separator: the id between two documents.

    Shapes: each int32 (rows, length).

    Raises:
        TypeError: if an id or a number is no whole one.
        ValueError: if there is no document, one is empty, or an id is negative.
    """
    documents = checked_id_lists("documents", documents)
    require_integer("length", length, at_least=1)
    require_integer("separator", separator, at_least=0, at_most=np.iinfo(np.int32).max)
    if not documents:
        raise ValueError("documents is empty; allowed: one document or more")
    for place, document in enumerate(documents):
        if not document.size:
            raise ValueError(f"documents holds an empty one at {place}; allowed: one token or more")
    border = np.array([separator], dtype=np.int32)
    stream = np.concatenate([*(part for document in documents for part in (border, document)), border])
    numbers = np.arange(1, len(documents) + 1, dtype=np.int32)
    segments = np.repeat(numbers, [1 + len(document) for document in documents])
    return Packed(
        _rows(stream[:-1], length, separator), _rows(stream[1:], length, UNCOUNTED), _rows(segments, length, 0)
    )


def _rows(stream: np.ndarray, length: int, filling: int) -> np.ndarray:
    """A stream cut into rows, the last one filled up: (tokens,) → (rows, length)."""
    missing = -len(stream) % length
    return np.pad(stream, (0, missing), constant_values=filling).reshape(-1, length)


def streams(token_ids: Sequence[int], batch_size: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut one long text into pieces that are read side by side, for a model that remembers.

    Row b of step s + 1 begins where row b of step s ends, so that a state carried from step to step belongs to the text
    before it. The tokens after the last whole step, fewer than `batch_size · length`, are left out.

    Args:
        token_ids: the text.
        batch_size: how many pieces are read side by side.
        length: how many tokens of each a step reads.

    Returns:
        The tokens of each step, and their targets, the tokens after them.

    Shapes: token_ids (tokens,) → twice int32 (steps, batch_size, length).

    Raises:
        TypeError: if an id or a number is no whole one.
        ValueError: if the text is too short for one step.
    """
    token_ids = one_list("token_ids", token_ids)
    require_int32("token_ids", token_ids)
    require_integer("batch_size", batch_size, at_least=1)
    require_integer("length", length, at_least=1)
    steps = (len(token_ids) - 1) // (batch_size * length)
    if steps < 1:
        raise ValueError(
            f"token_ids has {len(token_ids)} tokens; allowed: {batch_size * length + 1} or more, for one step of"
            f" {batch_size} rows of {length}"
        )
    tokens = batch_size * steps * length

    def cut(part: np.ndarray) -> np.ndarray:
        pieces = part.astype(np.int32).reshape(batch_size, steps, length)
        return np.ascontiguousarray(np.swapaxes(pieces, 0, 1))

    return cut(token_ids[:tokens]), cut(token_ids[1 : tokens + 1])
