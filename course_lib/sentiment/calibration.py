"""From scores to probabilities that keep their promise, and from several models to one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from course_lib.base.arguments import require_not_negative
from course_lib.preprocessing.steps import sigmoid

# Newton's method on a convex loss: far fewer are needed.
_STEPS = 100


@dataclass(frozen=True)
class Calibration:
    """One logit from those of several models: z = b + Σ_m a_m z_m.

    Args:
        slopes: a_m, one for each model; with one model, 1 / a is its temperature.
        intercept: b, 0 where only the temperature was fitted.

    Source: J. Platt, "Probabilistic outputs for support vector machines", 1999; for several models this is stacking (D.
    Wolpert, 1992) by logistic regression.
    """

    slopes: tuple[float, ...]
    intercept: float = 0.0

    def logits(self, scores: ArrayLike) -> np.ndarray:
        """The calibrated logits.

        Shapes: scores (examples,) for one model, (examples, models) for several → (examples,).

        Raises:
            ValueError: if there is not one score for each model.
        """
        return _columns(scores, len(self.slopes)) @ np.array(self.slopes) + self.intercept

    def probabilities(self, scores: ArrayLike) -> np.ndarray:
        """The calibrated probabilities of label 1.

        Shapes: as `logits`.
        """
        return sigmoid(self.logits(scores))


def fit_calibration(
    labels: ArrayLike, scores: ArrayLike, intercept: bool = True, l2: float = 1e-3, targets_smoothed: bool = True
) -> Calibration:
    """Fit slopes and intercept by logistic regression on examples that no model was trained on.

    Args:
        labels: 0 and 1.
        scores: the models' logits.
        intercept: whether b is fitted.
        l2: strength of a penalty on the squared slopes, per example; without it, models that never err have none.
        targets_smoothed: learn from (N₊ + 1) / (N₊ + 2) and 1 / (N₋ + 2) in place of 1 and 0, as Platt does.

    Shapes: labels (examples,), scores (examples,) or (examples, models).

    Raises:
        ValueError: if the shapes do not fit, a label is neither 0 nor 1, only one class is there, or `l2` is negative.
    """
    labels = np.asarray(labels, dtype=np.float64)
    columns = _columns(scores, None)
    if labels.shape != (len(columns),):
        raise ValueError(f"labels has the shape {labels.shape}; allowed: ({len(columns)},), one for each score")
    if not np.isin(labels, (0, 1)).all():
        raise ValueError("labels holds something else than 0 and 1; allowed: 0 and 1")
    require_not_negative("l2", l2)
    positive = int((labels == 1).sum())
    if positive in (0, len(labels)):
        raise ValueError("labels holds one class only; allowed: both")
    targets = labels
    if targets_smoothed:
        targets = np.where(labels == 1, (positive + 1) / (positive + 2), 1 / (len(labels) - positive + 2))
    inputs = np.column_stack([columns, np.ones(len(columns))]) if intercept else columns
    penalty = np.full(inputs.shape[1], l2)
    if intercept:
        penalty[-1] = 0.0
    weights = np.zeros(inputs.shape[1])
    for _ in range(_STEPS):
        found = sigmoid(inputs @ weights)
        gradient = inputs.T @ (found - targets) / len(labels) + penalty * weights
        curvature = (inputs * (found * (1 - found))[:, None]).T @ inputs / len(labels) + np.diag(penalty + 1e-12)
        step = np.linalg.solve(curvature, gradient)
        # A long step of Newton's can overshoot where scores are far from 0.
        weights = weights - step * min(1.0, 2.0 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-9:
            break
    slopes = weights[:-1] if intercept else weights
    return Calibration(tuple(float(slope) for slope in slopes), float(weights[-1]) if intercept else 0.0)


def fit_temperature(labels: ArrayLike, scores: ArrayLike) -> float:
    """The temperature T for which z / T keeps its promises best: it changes no verdict.

    Shapes: labels (examples,), scores (examples,).

    Raises:
        ValueError: as `fit_calibration`, or if the scores are no better than none (no T above 0 helps).

    Source: C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2.
    """
    slope = fit_calibration(labels, scores, intercept=False, l2=0.0, targets_smoothed=False).slopes[0]
    if slope <= 0:
        raise ValueError("scores tell nothing about the labels, or the wrong way round; allowed: scores above chance")
    return 1 / slope


def _columns(scores: ArrayLike, models: int | None) -> np.ndarray:
    scores = np.asarray(scores, dtype=np.float64)
    columns = scores[:, None] if scores.ndim == 1 else scores
    if columns.ndim != 2 or (models is not None and columns.shape[1] != models):
        wanted = "(examples,) or (examples, models)" if models is None else f"(examples, {models})"
        raise ValueError(f"scores has the shape {scores.shape}; allowed: {wanted}")
    if not np.isfinite(columns).all():
        raise ValueError("scores holds NaN or infinity; allowed: finite numbers")
    return columns
