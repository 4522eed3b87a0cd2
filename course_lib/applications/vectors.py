"""Vectors of texts that are searched again and again: computed once, kept as small whole numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from course_lib.bert.encoder import BertEncoder
from course_lib.bert.probing import text_vectors
from course_lib.bert.tokens import BertTokenizer
from course_lib.training.recorded import recorded_in

# Rows of a table that are rounded, or written back, at a time.
AT_A_TIME = 4_096


class Int8Rows(NamedTuple):
    """Rows of numbers, each as whole numbers from -127 to 127 and a scale of its own.

    Args:
        numbers: int8.
        scales: what a 1 in each row is worth, float32.

    Shapes: numbers (rows, width), scales (rows, 1).
    """

    numbers: np.ndarray
    scales: np.ndarray

    @property
    def rows(self) -> np.ndarray:
        """The numbers as they are computed with.

        Shapes: → (rows, width), float32.
        """
        return self.numbers * self.scales


def keep_rows(rows: np.ndarray) -> Int8Rows:
    """Round each row to 255 levels between plus and minus its largest number: a quarter of float32's bytes.

    Shapes: rows (rows, width).

    Raises:
        ValueError: if they have another shape or one is not finite.
    """
    rows = np.asarray(rows, dtype=np.float32)
    if rows.ndim != 2 or not np.isfinite(rows).all():
        raise ValueError(f"rows has the shape {rows.shape}, or one is not finite; allowed: (rows, width), numbers")
    largest = np.maximum(rows.max(axis=1, keepdims=True, initial=0), -rows.min(axis=1, keepdims=True, initial=0))
    scales = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    numbers = np.empty(rows.shape, np.int8)
    # Some at a time: of a table of a whole vocabulary each step would take as much memory as the table.
    for begin in range(0, len(rows), AT_A_TIME):
        part = slice(begin, begin + AT_A_TIME)
        numbers[part] = np.rint(rows[part] / scales[part])
    return Int8Rows(numbers, scales)


def unit_vectors(
    encoder: BertEncoder, tokenizer: BertTokenizer, texts: Sequence[str], max_length: int = 64, batch_size: int = 8
) -> np.ndarray:
    """One vector of length 1 for each text: the mean of its last vectors, so that a product of two is their cosine.

    Args:
        encoder: a trained encoder.
        tokenizer: its own.
        texts: the texts.
        max_length: to how many tokens a longer text is cut.
        batch_size: how many are read at a time; a batch is filled up to that number, so that its memory is the same
            whether it holds one text or all.

    Shapes: → (texts, width), float32; (0, width) of no text.
    """
    if not len(texts):
        return np.zeros((0, encoder.width), np.float32)
    rows = [tokenizer.ids_of(text, max_length=max_length)[0] for text in texts]
    means = text_vectors(encoder, rows, max_length=max_length, batch_size=batch_size)[-1]
    return means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)


def recorded_vectors() -> tuple[np.ndarray, np.ndarray]:
    """The vectors of Cranfield's documents and queries by MiniLM, as they were computed once, and kept in int8.

    Returns:
        Those of the 1,400 documents (128 tokens each) and of the 225 queries, of length 1 but for rounding.

    Shapes: (1400, 384), (225, 384), float32.
    """
    kept = np.load(io.BytesIO((recorded_in("course_lib.applications") / "cranfield_vectors.npz").read_bytes()))
    both = [Int8Rows(kept[f"{name}_numbers"], kept[f"{name}_scales"]).rows for name in ("documents", "queries")]
    return both[0], both[1]
