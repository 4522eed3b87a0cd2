"""Numbers that say how well a model does, each with what it leaves uncertain."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from course_lib.base.arguments import require_integer

# More say nothing: a probability is not known to four digits, and each bin takes memory.
_MOST_BINS = 10_000


def accuracy(labels: ArrayLike, predictions: ArrayLike) -> float:
    """The share of predictions that equal their labels.

    Shapes: labels and predictions (examples,).

    Raises:
        ValueError: if the two differ in shape, or there is nothing to compare.
    """
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    if labels.shape != predictions.shape or labels.ndim != 1 or labels.size == 0:
        raise ValueError(
            "labels and predictions must have one and the same shape (examples,), not empty; "
            f"given: {labels.shape} and {predictions.shape}"
        )
    return float(np.mean(labels == predictions))


def standard_error(accuracy: float, examples: int) -> float:
    """The standard error of an accuracy measured on so many independent examples: sqrt(p (1 - p) / n), a binomial's.

    Raises:
        TypeError: if `examples` is no whole number.
        ValueError: if the accuracy is not within 0 and 1, or there is no example.
    """
    if not 0 <= accuracy <= 1:
        raise ValueError(f"accuracy must be within 0 and 1; given: {accuracy}")
    examples = require_integer("examples", examples, at_least=1)
    return float(np.sqrt(accuracy * (1 - accuracy) / examples))


def confusion(labels: ArrayLike, predictions: ArrayLike) -> np.ndarray:
    """How many examples of each label (row, 0 then 1) were given each prediction (column, 0 then 1).

    Shapes: labels and predictions (examples,), of 0 and 1 → (2, 2), int64.

    Raises:
        ValueError: if the two differ in shape, are empty, or hold anything but 0 and 1.
    """
    labels, predictions = _two_columns(labels, predictions)
    _require_zeros_and_ones("predictions", predictions)
    return np.bincount(2 * labels.astype(np.int64) + predictions.astype(np.int64), minlength=4).reshape(2, 2)


def precision_recall_f1(labels: ArrayLike, predictions: ArrayLike) -> tuple[float, float, float]:
    """Precision TP / (TP + FP), recall TP / (TP + FN), and F1, their harmonic mean, all for label 1.

    A share of nothing is 0: of a model that never says 1, precision is 0 and F1 is 0, as in scikit-learn.

    Shapes: labels and predictions (examples,), of 0 and 1.

    Raises:
        ValueError: if the two differ in shape, are empty, or hold anything but 0 and 1.
    """
    (_, false_positive), (false_negative, true_positive) = confusion(labels, predictions).tolist()
    said, there = true_positive + false_positive, true_positive + false_negative
    precision = true_positive / said if said else 0.0
    recall = true_positive / there if there else 0.0
    # 2PR / (P + R), written with counts so that it is defined where P and R are both 0.
    f1 = 2 * true_positive / (said + there) if said + there else 0.0
    return precision, recall, f1


def roc_curve(labels: ArrayLike, scores: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What share of the negatives and of the positives is called positive, from the strictest threshold to the laxest.

    Equal scores pass a threshold together, so that their order does not matter.

    Returns:
        False positive rates, true positive rates, and the thresholds; the first threshold, which nothing passes, is
        infinite. Where a class is missing, its rate is NaN.

    Shapes: labels (examples,), of 0 and 1, scores (examples,) → three (thresholds + 1,).

    Raises:
        ValueError: if the two differ in shape, are empty, labels hold anything but 0 and 1, or scores NaN.
    """
    labels, scores = _two_columns(labels, scores)
    _require_no_nan("scores", scores)
    order = np.argsort(-scores, kind="stable")
    labels, scores = labels[order], scores[order]
    # The last of each run of equal scores; compared, not subtracted, so that two infinities are equal.
    last = np.append(np.flatnonzero(scores[1:] != scores[:-1]), len(scores) - 1)
    right = np.append(0, np.cumsum(labels, dtype=np.float64)[last])
    wrong = np.append(0, (last + 1) - right[1:])
    with np.errstate(invalid="ignore"):
        return wrong / wrong[-1], right / right[-1], np.append(np.inf, scores[last])


def roc_auc(labels: ArrayLike, scores: ArrayLike) -> float:
    """The area under the ROC curve: how often a positive scores above a negative, a tie counting one half.

    Shapes: labels (examples,), of 0 and 1, scores (examples,).

    Raises:
        ValueError: as `roc_curve`, and if only one class is there: nothing can be compared.
    """
    wrong, right, _ = roc_curve(labels, scores)
    if np.isnan(wrong[-1]) or np.isnan(right[-1]):
        raise ValueError("labels holds one class only; allowed: both, or there is nothing to compare")
    return float(np.trapezoid(right, wrong))


def calibration_curve(
    labels: ArrayLike, probabilities: ArrayLike, bins: int = 10
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Beside the mean probability that was promised in each bin, the share of ones that there was.

    Args:
        labels: 0 and 1.
        probabilities: promised for label 1.
        bins: how many equally wide bins there are; those that stay empty are left out.

    Returns:
        What was promised, what there was, and how many examples each bin holds.

    Shapes: labels and probabilities (examples,) → three (bins that are not empty,).

    Raises:
        TypeError: if `bins` is no whole number.
        ValueError: if the two differ in shape, are empty, hold anything but 0 and 1 or but probabilities, or `bins` is
            not from 1 to 10,000.
    """
    labels, probabilities = _two_columns(labels, probabilities)
    _require_probabilities(probabilities)
    bins = require_integer("bins", bins, at_least=1, at_most=_MOST_BINS)
    # A probability on a border belongs to the bin below it, as in scikit-learn.
    place = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], probabilities, side="left")
    count = np.bincount(place, minlength=bins)
    there = count > 0
    promised = np.bincount(place, weights=probabilities, minlength=bins)[there] / count[there]
    found = np.bincount(place, weights=labels, minlength=bins)[there] / count[there]
    return promised, found, count[there]


def expected_calibration_error(labels: ArrayLike, probabilities: ArrayLike, bins: int = 10) -> float:
    """How far what was promised lies from what there was, in the mean over examples.

    Shapes: labels and probabilities (examples,).

    Raises:
        ValueError: as `calibration_curve`.

    Source: C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017 (arXiv:1706.04599), equation 3.
    """
    promised, found, count = calibration_curve(labels, probabilities, bins)
    return float(np.sum(count * np.abs(promised - found)) / count.sum())


def log_loss(labels: ArrayLike, logits: ArrayLike) -> float:
    """The mean of log(1 + exp(-z)) for label 1 and log(1 + exp(z)) for label 0: cross-entropy, safe for any logit.

    Shapes: labels (examples,), of 0 and 1, logits (examples,).

    Raises:
        ValueError: if the two differ in shape, are empty, labels hold anything but 0 and 1, or logits NaN.
    """
    labels, logits = _two_columns(labels, logits)
    _require_no_nan("logits", logits)
    return float(np.mean(np.logaddexp(0.0, np.where(labels == 1, -logits, logits))))


def _two_columns(labels: ArrayLike, others: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    labels, others = np.asarray(labels, dtype=np.float64), np.asarray(others, dtype=np.float64)
    if labels.shape != others.shape or labels.ndim != 1 or labels.size == 0:
        raise ValueError(
            "labels and what they are compared with must have one and the same shape (examples,), not empty; "
            f"given: {labels.shape} and {others.shape}"
        )
    _require_zeros_and_ones("labels", labels)
    return labels, others


def _require_zeros_and_ones(name: str, values: np.ndarray) -> None:
    if not np.isin(values, (0, 1)).all():
        wrong = values[~np.isin(values, (0, 1))][0]
        raise ValueError(f"{name} holds {wrong}; allowed: 0 and 1")


def _require_no_nan(name: str, values: np.ndarray) -> None:
    if np.isnan(values).any():
        raise ValueError(f"{name} holds NaN; allowed: numbers that can be put in order")


def _require_probabilities(values: np.ndarray) -> None:
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("probabilities holds a number outside 0 to 1, or NaN; allowed: 0 to 1")
