"""How well a score tells outliers from the rest: the ROC curve and the area under it."""

from __future__ import annotations

import numpy as np


def roc_curve(scores: np.ndarray, outlier: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What share of outliers is caught, and what share of the others is blamed, at every threshold.

    Args:
        scores: how unusual each example looks; higher means more unusual.
        outlier: whether each truly is one.

    Returns:
        The share of others at or above the threshold (false alarms), the share of outliers there (hits), and the
        thresholds, from infinity, where nothing is reported, down to the lowest score, where everything is.

    Shapes: scores (examples,), outlier boolean (examples,) → three of (thresholds,).

    Raises:
        TypeError: if `outlier` is not boolean.
        ValueError: if the shapes differ, a score is NaN, or all examples are of one kind.
    """
    scores, outlier = np.asarray(scores, dtype=np.float64), np.asarray(outlier)
    if outlier.dtype != bool:
        raise TypeError(f"outlier holds values of type {outlier.dtype}; allowed: True and False")
    if scores.ndim != 1 or scores.shape != outlier.shape:
        raise ValueError(f"scores and outlier have the shapes {scores.shape} and {outlier.shape}; allowed: (examples,)")
    if np.isnan(scores).any():
        raise ValueError(f"scores holds NaN in {np.isnan(scores).sum()} places; allowed: numbers")
    if outlier.all() or not outlier.any():
        raise ValueError(f"outlier is {bool(outlier.all())} for every example; allowed: some True and some False")
    order = np.argsort(-scores, kind="stable")
    ranked, hit = scores[order], outlier[order]
    last_of_ties = np.append(ranked[1:] != ranked[:-1], True)  # equal scores are reported together or not at all
    hits = np.append(0, np.cumsum(hit)[last_of_ties])
    alarms = np.append(0, np.cumsum(~hit)[last_of_ties])
    return alarms / alarms[-1], hits / hits[-1], np.append(np.inf, ranked[last_of_ties])


def area_under_curve(alarms: np.ndarray, hits: np.ndarray) -> float:
    """The area under a ROC curve: how probably an outlier scores higher than another example, ties counting half.

    Shapes: alarms (thresholds,), hits (thresholds,).

    Raises:
        ValueError: if the curve does not rise from (0, 0) to (1, 1).
    """
    alarms, hits = np.asarray(alarms, dtype=np.float64), np.asarray(hits, dtype=np.float64)
    curve = np.stack([alarms, hits])
    if (curve[:, 0] != 0).any() or (curve[:, -1] != 1).any() or not (np.diff(curve) >= 0).all():
        raise ValueError("alarms and hits must rise from 0 to 1, as roc_curve gives them")
    return float(np.sum(np.diff(alarms) * (hits[1:] + hits[:-1]) / 2))
