"""Naive Bayes as a weight for each n-gram: how much more often it stands in praise than in blame."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from course_lib.base.arguments import require_positive


def count_reviews(features: sparse.csr_matrix, shares: ArrayLike) -> np.ndarray:
    """In how many reviews each n-gram occurs, each review counted by its share.

    Args:
        features: zeros and ones.
        shares: how much of each review counts: 1 or 0 for a label, a probability for a guess.

    Shapes: features (reviews, n-grams), shares (reviews,) → (n-grams,), float64.

    Raises:
        ValueError: if there is not one share for each review, or one is negative or not finite.
    """
    shares = np.asarray(shares, dtype=np.float64)
    if shares.shape != (features.shape[0],):
        raise ValueError(f"shares has the shape {shares.shape}; allowed: ({features.shape[0]},), one for each review")
    if not (np.isfinite(shares) & (shares >= 0)).all():
        raise ValueError("shares holds a negative number, NaN or infinity; allowed: 0 or more")
    return np.asarray(features.T @ shares)


def log_count_ratios(positive: ArrayLike, negative: ArrayLike, alpha: float = 1.0) -> np.ndarray:
    """The log-count ratio of each n-gram: r = log((α + p) / |α + p|) - log((α + q) / |α + q|), with |·| the sum.

    Args:
        positive: p, in how many positive reviews each occurs.
        negative: q, in how many negative ones.
        alpha: α, added to every count, so that what was never met weighs little and not infinitely much.

    Returns:
        Above 0 what praises, below 0 what blames.

    Shapes: (n-grams,) and (n-grams,) → (n-grams,), float32.

    Raises:
        ValueError: if `alpha` is not positive, the counts differ in shape, or one is negative or not finite.

    Source: S. Wang and C. D. Manning, "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification", ACL
    2012, section 2.
    """
    require_positive("alpha", alpha)
    p, q = np.asarray(positive, dtype=np.float64), np.asarray(negative, dtype=np.float64)
    if p.shape != q.shape or p.ndim != 1:
        raise ValueError(f"positive and negative have the shapes {p.shape} and {q.shape}; allowed: (n-grams,) both")
    for name, counts in (("positive", p), ("negative", q)):
        if not (np.isfinite(counts) & (counts >= 0)).all():
            raise ValueError(f"{name} holds a negative number, NaN or infinity; allowed: 0 or more")
    p, q = p + alpha, q + alpha
    return (np.log(p / p.sum()) - np.log(q / q.sum())).astype(np.float32)
