"""Saying it in fewer words: the first sentences, those that all others resemble; and how near that is to a person's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from course_lib.applications.search import words_of
from course_lib.base.arguments import require_integer, require_share

_TOKEN = re.compile(r"[a-z0-9]+")


def lead(sentences: Sequence[str], count: int = 3) -> list[int]:
    """The first sentences: what every summary of news has to beat.

    Args:
        sentences: of a text.
        count: how many.
    """
    return list(range(min(require_integer("count", count, at_least=1), len(sentences))))


def text_rank(
    sentences: Sequence[str], count: int = 3, damping: float = 0.85, similarities: np.ndarray | None = None
) -> list[int]:
    """The sentences that the others resemble, in the order of the text.

    Each sentence passes its weight on to those that it resembles, again and again: rank = (1 - d) / n + d · Pᵀ rank.

    Args:
        sentences: of a text.
        count: how many.
        damping: d, the share that is passed on; the rest comes to all alike.
        similarities: how alike two sentences are, 0 or more; None for the words they share, by the logs of their
            lengths.

    Shapes: similarities (sentences, sentences).

    Raises:
        ValueError: if `damping` is not from 0 to less than 1, or the similarities have another shape or are below 0.

    Source: R. Mihalcea and P. Tarau, "TextRank", EMNLP 2004.
    """
    count = require_integer("count", count, at_least=1)
    ranks = sentence_ranks(sentences, damping, similarities)
    return sorted(np.argsort(-ranks, kind="stable")[:count].tolist())


def sentence_ranks(
    sentences: Sequence[str], damping: float = 0.85, similarities: np.ndarray | None = None
) -> np.ndarray:
    """The weight of each sentence, which together make 1: see `text_rank`.

    Args:
        sentences: of a text.
        damping: see `text_rank`.
        similarities: likewise.

    Shapes: → (sentences,), float64.
    """
    require_share("damping", damping)
    size = len(sentences)
    if not size:
        return np.zeros(0)
    found = _shared(sentences) if similarities is None else np.array(similarities, dtype=np.float64)
    if found.shape != (size, size) or not (found >= 0).all():
        raise ValueError(f"similarities has the shape {found.shape}, or one is below 0; allowed: {(size, size)}")
    np.fill_diagonal(found, 0)
    totals = found.sum(axis=1, keepdims=True)
    # A sentence that resembles none passes its weight on to all.
    passed = np.divide(found, totals, out=np.full_like(found, 1 / size), where=totals > 0)
    ranks = np.full(size, 1 / size)
    for _ in range(100):
        before, ranks = ranks, (1 - damping) / size + damping * passed.T @ ranks
        if np.abs(ranks - before).sum() < 1e-10:
            break
    return ranks


def _shared(sentences: Sequence[str]) -> np.ndarray:
    bags = [set(words_of(sentence)) for sentence in sentences]
    logs = np.log([max(len(bag), 1) + 1 for bag in bags])
    return np.array(
        [[len(one & other) / (logs[i] + logs[j]) for j, other in enumerate(bags)] for i, one in enumerate(bags)]
    )


def rouge_n(summary: str, reference: str, n: int = 1) -> float:
    """F1 of the runs of n words that a summary shares with a person's, each counted as often as both have it.

    Args:
        summary: what was made.
        reference: what a person wrote.
        n: the length of the runs.

    Source: C.-Y. Lin, "ROUGE", 2004; as the package rouge-score computes it, without stems.
    """
    require_integer("n", n, at_least=1)
    made, wanted = (_runs(_TOKEN.findall(text.lower()), n) for text in (summary, reference))
    return _f1((made & wanted).total(), made.total(), wanted.total())


def rouge_l(summary: str, reference: str) -> float:
    """F1 of the longest row of words that both have in the same order, gaps allowed.

    Args:
        summary: what was made.
        reference: what a person wrote.

    Source: as `rouge_n`.
    """
    made, wanted = (_TOKEN.findall(text.lower()) for text in (summary, reference))
    # lengths[j]: of the longest common row of the words of the summary so far and the first j of the reference.
    lengths = [0] * (len(wanted) + 1)
    for word in made:
        corner = 0
        for place, other in enumerate(wanted, start=1):
            above = lengths[place]
            lengths[place] = corner + 1 if word == other else max(above, lengths[place - 1])
            corner = above
    return _f1(lengths[-1], len(made), len(wanted))


def _runs(words: Sequence[str], n: int) -> Counter:
    return Counter(tuple(words[place : place + n]) for place in range(len(words) - n + 1))


def _f1(shared: int, made: int, wanted: int) -> float:
    return 2 * shared / (made + wanted) if shared else 0.0
