"""DP-SGD for logistic regression: clip what each example says, add noise to the sum, and take a step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from course_lib.base.arguments import require_integer, require_not_negative, require_positive
from course_lib.preprocessing.steps import sigmoid


def clip_rows(gradients: ArrayLike, norm: float) -> np.ndarray:
    """Each row shortened to this length; shorter ones stay as they are.

    Shapes: (examples, weights) → the same.

    Raises:
        TypeError: if `norm` is no number.
        ValueError: if it is not above 0, or there are not two axes.
    """
    require_positive("norm", norm)
    gradients = np.asarray(gradients, dtype=np.float64)
    if gradients.ndim != 2:
        raise ValueError(f"gradients has the shape {gradients.shape}; allowed: (examples, weights)")
    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
    return gradients * np.minimum(1.0, norm / np.maximum(lengths, 1e-12))


def private_gradient(
    gradients: ArrayLike, norm: float, noise: float, expected: float, random: np.random.Generator
) -> np.ndarray:
    """The noisy mean of clipped gradients: (Σ clip(g_i) + σ C z) / B, with z standard normal.

    Divided by the number of examples that is expected, not by how many there are, which is itself private.

    Args:
        gradients: one row for each example that was drawn; there may be none.
        norm: C.
        noise: σ.
        expected: B, how many are drawn on average.
        random: draws the noise.

    Shapes: gradients (examples, weights) → (weights,).

    Raises:
        TypeError: if a number is none.
        ValueError: if one is out of its range.

    Source: M. Abadi et al., "Deep Learning with Differential Privacy", 2016 (arXiv:1607.00133), algorithm 1.
    """
    require_not_negative("noise", noise)
    require_positive("expected", expected)
    total = clip_rows(gradients, norm).sum(axis=0)
    return (total + noise * norm * random.normal(size=total.shape)) / expected


@dataclass(frozen=True)
class PrivateLogistic:
    """A trained logistic regression, and what its training was.

    Args:
        weights: one for each feature.
        bias: the rest of the logit.
        share: with what probability an example was drawn into a step.
        noise: σ.
        steps: how many steps were taken.
    """

    weights: np.ndarray
    bias: float
    share: float
    noise: float
    steps: int

    def logits(self, features: ArrayLike) -> np.ndarray:
        """The logits.

        Shapes: features (examples, features) → (examples,).
        """
        return np.asarray(features) @ self.weights + self.bias


def train_private(
    features: ArrayLike,
    labels: ArrayLike,
    noise: float,
    norm: float = 1.0,
    share: float = 0.05,
    steps: int = 200,
    learning_rate: float = 2.0,
    seed: int = 0,
) -> PrivateLogistic:
    """Train logistic regression by DP-SGD; without noise and with a large norm it is plain SGD.

    Args:
        features: one row for each example.
        labels: 0 and 1.
        noise: σ; 0 for none, and no privacy.
        norm: C, the length that the gradient of one example may have.
        share: with what probability each example is drawn into a step, each by itself.
        steps: how many.
        learning_rate: of plain descent.
        seed: of draws and noise. Whoever knows it can take the noise away: for a real secret it must be secret.

    Shapes: features (examples, features), labels (examples,).

    Raises:
        TypeError: if a number is none.
        ValueError: if one is out of its range, or shapes do not fit.
    """
    features, labels = np.asarray(features, np.float64), np.asarray(labels, np.float64)
    if features.ndim != 2 or labels.shape != features.shape[:1] or not len(labels):
        raise ValueError(f"labels has the shape {labels.shape}; allowed: ({len(features)},), one for each example")
    if not np.isin(labels, (0, 1)).all():
        raise ValueError("labels holds something else than 0 and 1; allowed: 0 and 1")
    require_positive("share", share)
    require_positive("learning_rate", learning_rate)
    require_integer("steps", steps, at_least=1)
    if share > 1:
        raise ValueError(f"share is {share}; allowed: above 0, at most 1")
    inputs = np.column_stack([features, np.ones(len(features))])
    weights, random = np.zeros(inputs.shape[1]), np.random.default_rng(seed)
    for _ in range(steps):
        drawn = random.random(len(inputs)) < share
        rows = inputs[drawn]
        gradients = (sigmoid(rows @ weights) - labels[drawn])[:, None] * rows
        weights -= learning_rate * private_gradient(gradients, norm, noise, share * len(inputs), random)
    return PrivateLogistic(weights[:-1], float(weights[-1]), share, noise, steps)
