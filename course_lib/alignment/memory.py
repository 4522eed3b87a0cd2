"""What a model has learnt by heart: a planted sentence among all it might have been, members among strangers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from course_lib.base.arguments import require_integer
from course_lib.metrics import roc_auc


def ranks_among(losses: ArrayLike, places: ArrayLike) -> np.ndarray:
    """At which place each secret stands among all candidates, from the likeliest, 1; of equal ones the middle place.

    Args:
        losses: what a model pays for each candidate, in one row for each secret.
        places: which candidate is the secret.

    Shapes: losses (secrets, candidates), places (secrets,) → (secrets,), float64.

    Raises:
        TypeError: if a place is no whole number.
        ValueError: if shapes do not fit, a place does not exist, or a loss is NaN.
    """
    losses, places = np.asarray(losses, np.float64), np.asarray(places)
    if losses.ndim != 2 or places.shape != losses.shape[:1] or not losses.size:
        raise ValueError(
            f"losses and places have the shapes {losses.shape} and {places.shape}; allowed: (secrets, candidates) and "
            "(secrets,)"
        )
    if places.dtype.kind not in "iu":
        raise TypeError(f"places holds values of type {places.dtype}; allowed: whole numbers")
    if places.min() < 0 or places.max() >= losses.shape[1]:
        raise ValueError(f"places holds {places.min()} to {places.max()}; allowed: 0 to {losses.shape[1] - 1}")
    if np.isnan(losses).any():
        raise ValueError("losses holds NaN; allowed: numbers")
    own = losses[np.arange(len(places)), places][:, None]
    return 1 + (losses < own).sum(axis=1) + ((losses == own).sum(axis=1) - 1) / 2


def exposure(losses: ArrayLike, places: ArrayLike) -> np.ndarray:
    """How many of a secret's bits a model gives away: log₂ of the number of candidates, less log₂ of its rank.

    About 1.4 on average for a secret that was never seen; all bits for one that stands first.

    Args:
        losses: as for `ranks_among`.
        places: likewise.

    Shapes: losses (secrets, candidates), places (secrets,) → (secrets,), bits.

    Raises:
        TypeError, ValueError: as `ranks_among`.

    Source: N. Carlini et al., "The Secret Sharer", 2019 (arXiv:1802.08232), definition 3.
    """
    ranks = ranks_among(losses, places)
    return np.log2(np.shape(losses)[1]) - np.log2(ranks)


def membership_auc(member_losses: ArrayLike, stranger_losses: ArrayLike) -> float:
    """How often an example that was trained on has the smaller loss, against one that was not: 0.5 gives nothing away.

    Shapes: (members,) and (strangers,).

    Raises:
        ValueError: if there is none of one kind, or a loss is NaN.

    Source: S. Yeom et al., "Privacy Risk in Machine Learning", 2018 (arXiv:1709.01604): the loss as the only clue.
    """
    members, strangers = np.asarray(member_losses, np.float64), np.asarray(stranger_losses, np.float64)
    if members.ndim != 1 or strangers.ndim != 1 or not len(members) or not len(strangers):
        raise ValueError(
            f"member_losses and stranger_losses have the shapes {members.shape} and {strangers.shape}; allowed: two "
            "lists, none of them empty"
        )
    labels = np.repeat([1, 0], [len(members), len(strangers)])
    return roc_auc(labels, -np.concatenate([members, strangers]))


def deduplicate(texts: Iterable[Sequence[Hashable]], span: int | None = None) -> list[int]:
    """Which texts stay when repetitions go: the first of equal ones, or of those that share a span of tokens.

    Args:
        texts: lists of tokens or of ids.
        span: texts that share so many tokens in a row count as the same; None for whole texts alone. A text shorter
            than that is compared as a whole.

    Returns:
        The places of those that stay, in order.

    Raises:
        TypeError: if `span` is no whole number.
        ValueError: if it is less than 1.

    Source: K. Lee et al., "Deduplicating Training Data Makes Language Models Better", 2022 (arXiv:2107.06499); there
    50 tokens in a row, found by a suffix array.
    """
    if span is not None:
        require_integer("span", span, at_least=1)
    seen: set[tuple[Hashable, ...]] = set()
    stay = []
    for place, text in enumerate(texts):
        text = tuple(text)
        width = len(text) if span is None else min(span, len(text))
        parts = {text[start : start + width] for start in range(len(text) - width + 1)}
        if parts.isdisjoint(seen):
            stay.append(place)
            seen |= parts
    return stay
