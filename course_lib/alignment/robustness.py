"""What happens to a verdict when the text is not as it should be, and what is gained by saying nothing."""

from __future__ import annotations

import string
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from course_lib.base.arguments import listed, require_number


def with_typos(words: Sequence[str], share: float, seed: int = 0) -> list[str]:
    """Words of which this share has one typing mistake: two letters swapped, one lost, doubled, or another one.

    Args:
        words: of a text; those with fewer than two letters stay.
        share: from 0 to 1.
        seed: of places and mistakes.

    Raises:
        TypeError: if `words` is one text, or `share` no number.
        ValueError: if `share` is not from 0 to 1.
    """
    words = listed("words", words)
    require_number("share", share)
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}; allowed: from 0 to 1")
    random = np.random.default_rng(seed)
    drawn = random.random((len(words), 4)).tolist()  # whether, where, which mistake, which letter
    return [
        _mistyped(word, *how) if whether < share and len(word) > 1 and word.isalpha() else word
        for word, (whether, *how) in zip(words, drawn, strict=True)
    ]


def _mistyped(word: str, where: float, which: float, new: float) -> str:
    """The word with a mistake; the numbers, from 0 to 1, say where, which one, and which letter."""
    place = int(where * (len(word) - 1))
    before, letter, after, rest = word[:place], word[place], word[place + 1], word[place + 2 :]
    return (
        before + after + letter + rest,
        before + after + rest,
        before + letter + letter + after + rest,
        before + string.ascii_lowercase[int(26 * new)] + after + rest,
    )[int(4 * which)]


def risk_coverage(labels: ArrayLike, probabilities: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """How many answers are wrong among the surest 1, 2, … of them.

    Args:
        labels: 0 and 1.
        probabilities: of label 1; the further from one half, the surer.

    Returns:
        Which share of the examples gets an answer, and the share of wrong ones among these.

    Shapes: both (examples,) → (examples,) and (examples,).

    Raises:
        ValueError: if shapes differ or are empty, or a probability lies outside 0 to 1.

    Source: R. El-Yaniv and Y. Wiener, "On the foundations of noise-free selective classification", JMLR 11, 2010.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities, np.float64)
    if labels.ndim != 1 or labels.shape != probabilities.shape or not labels.size:
        raise ValueError(
            f"labels and probabilities have the shapes {labels.shape} and {probabilities.shape}; allowed: one and the "
            "same, (examples,)"
        )
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError("probabilities holds a number outside 0 to 1, or NaN; allowed: probabilities")
    order = np.argsort(-np.abs(probabilities - 0.5), kind="stable")
    wrong = ((probabilities >= 0.5) != (labels == 1))[order]
    counted = np.arange(1, len(labels) + 1)
    return counted / len(labels), np.cumsum(wrong) / counted
