"""How good a list of results is: what stands at the top, and how sure the average over questions is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from course_lib.base.arguments import require_integer


def ranked(scores: Sequence[float], count: int | None = None) -> np.ndarray:
    """The numbers of the documents, best first; of equal scores the earlier document.

    Args:
        scores: one for each document.
        count: how many; None for all.

    Shapes: scores (documents,) → (count,), int64.

    Raises:
        ValueError: if the scores have another shape, or one is no number.
    """
    scores = np.asarray(scores, dtype=np.float64)
    if scores.ndim != 1 or np.isnan(scores).any():
        raise ValueError(f"scores has the shape {scores.shape}, or holds NaN; allowed: (documents,), numbers")
    order = np.argsort(-scores, kind="stable")
    return order if count is None else order[: require_integer("count", count, at_least=1)]


def ndcg(order: Sequence[int], gains: Mapping[int, float], depth: int = 10) -> float:
    """Normalised discounted cumulative gain: what the top of a list is worth, by what the best list would be.

    The document at rank r adds (2^gain - 1) / log2(r + 1).

    Args:
        order: documents, best first.
        gains: what each relevant document is worth, more than 0.
        depth: how many of the list count.

    Returns:
        From 0 to 1; 0 where nothing is relevant.

    Source: K. Järvelin and J. Kekäläinen, ACM TOIS 20(4), 2002; the gain 2^g - 1 after Burges et al., ICML 2005.
    """
    depth = require_integer("depth", depth, at_least=1)
    found = [gains.get(int(document), 0) for document in list(order)[:depth]]
    best = sorted(gains.values(), reverse=True)[:depth]

    def worth(grades: Sequence[float]) -> float:
        return sum((2.0**grade - 1) / np.log2(rank + 1) for rank, grade in enumerate(grades, start=1))

    ideal = worth(best)
    return float(worth(found) / ideal) if ideal else 0.0


def reciprocal_rank(order: Sequence[int], relevant: Mapping[int, float] | set[int]) -> float:
    """1 by the rank of the first relevant document; 0 where there is none.

    Args:
        order: documents, best first.
        relevant: the relevant ones.
    """
    for rank, document in enumerate(order, start=1):
        if int(document) in relevant:
            return 1.0 / rank
    return 0.0


def hit_rate(orders: Sequence[Sequence[int]], wanted: Sequence[int], depth: int = 10) -> float:
    """How often the one document that is wanted stands among the first.

    Args:
        orders: for each question documents, best first.
        wanted: for each question the document.
        depth: how many of a list count.
    """
    depth = require_integer("depth", depth, at_least=1)
    return float(np.mean([one in list(order)[:depth] for order, one in zip(orders, wanted, strict=True)]))


def bootstrap_interval(
    values: Sequence[float], share: float = 0.95, draws: int = 2_000, seed: int = 0
) -> tuple[float, float]:
    """Between which two numbers the mean lies, as far as other questions of the same kind would move it.

    As many values as there are are drawn, with replacement, again and again; the interval holds the middle `share` of
    the means. Of two systems give the differences question by question: then what is hard for both drops out.

    Args:
        values: one for each question.
        share: of the means that the interval holds.
        draws: how often is drawn.
        seed: of the drawing.

    Raises:
        ValueError: if there is no value, or `share` is not between 0 and 1.

    Source: B. Efron, Annals of Statistics 7(1), 1979.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise ValueError(f"values has the shape {values.shape}, or one is not finite; allowed: (questions,), numbers")
    if not 0 < share < 1:
        raise ValueError(f"share is {share}; allowed: between 0 and 1")
    random = np.random.default_rng(seed)
    count = require_integer("draws", draws, at_least=1)
    means = [values[random.integers(0, len(values), len(values))].mean() for _ in range(count)]
    low, high = np.quantile(means, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)
