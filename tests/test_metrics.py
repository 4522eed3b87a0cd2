"""Proves that the course's metrics equal scikit-learn's, on random columns and on degenerate ones (ties, one class,
nothing said), and that what cannot be measured is refused and not invented.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn import calibration as sk_calibration
from sklearn import metrics as sk

from course_lib import metrics


def _columns(kind: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, 40)
    labels[:2] = 0, 1
    scores = random.normal(size=40) + labels
    if kind == "ties":
        scores = np.round(scores)
    if kind == "all tied":
        scores[:] = 0.25
    if kind == "perfect":
        scores = labels.astype(float)
    if kind == "reversed":
        scores = -labels.astype(float)
    return labels, scores


KINDS = ["random", "ties", "all tied", "perfect", "reversed"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_the_roc_curve_and_its_area_are_those_of_scikit_learn(kind: str, seed: int) -> None:
    labels, scores = _columns(kind, seed)
    wrong, right, thresholds = sk.roc_curve(labels, scores, drop_intermediate=False)
    found = metrics.roc_curve(labels, scores)
    for ours, theirs in zip(found, (wrong, right, thresholds), strict=True):
        np.testing.assert_allclose(ours, theirs)
    assert metrics.roc_auc(labels, scores) == pytest.approx(sk.roc_auc_score(labels, scores))


def test_a_tie_counts_one_half_in_the_area() -> None:
    assert metrics.roc_auc([0, 1], [3.0, 3.0]) == 0.5
    assert metrics.roc_auc([0, 1, 1], [3.0, 3.0, 4.0]) == 0.75


@pytest.mark.parametrize("label", [0, 1])
def test_an_area_of_one_class_is_refused_and_its_missing_rate_is_nan(label: int) -> None:
    with pytest.raises(ValueError, match="one class only"):
        metrics.roc_auc([label] * 4, [0.1, 0.2, 0.2, 0.3])
    wrong, right, _ = metrics.roc_curve([label] * 4, [0.1, 0.2, 0.2, 0.3])
    missing, there = (wrong, right) if label else (right, wrong)
    assert np.isnan(missing).all()
    np.testing.assert_allclose(there, [0, 0.25, 0.75, 1])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("said", ["random", "all 0", "all 1", "the labels", "their opposite"])
@pytest.mark.parametrize("there", ["both", "0 alone", "1 alone"])
def test_confusion_precision_recall_and_f1_are_those_of_scikit_learn(said: str, there: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    labels = {"both": random.integers(0, 2, 30), "0 alone": np.zeros(30, int), "1 alone": np.ones(30, int)}[there]
    predictions = {
        "random": random.integers(0, 2, 30),
        "all 0": np.zeros(30, int),
        "all 1": np.ones(30, int),
        "the labels": labels,
        "their opposite": 1 - labels,
    }[said]
    np.testing.assert_array_equal(
        metrics.confusion(labels, predictions), sk.confusion_matrix(labels, predictions, labels=[0, 1])
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = sk.precision_recall_fscore_support(labels, predictions, average="binary", zero_division=0)[:3]
    np.testing.assert_allclose(metrics.precision_recall_f1(labels, predictions), theirs)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("bins", [1, 5, 10])
def test_the_calibration_curve_is_that_of_scikit_learn(bins: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, 60)
    # Borders of bins and both ends are among them.
    probabilities = np.append(random.random(54), [0.0, 1.0, 0.2, 0.4, 0.5, 0.8])
    promised, found, count = metrics.calibration_curve(labels, probabilities, bins)
    theirs, their_promise = sk_calibration.calibration_curve(labels, probabilities, n_bins=bins)
    np.testing.assert_allclose(found, theirs)
    np.testing.assert_allclose(promised, their_promise)
    assert count.sum() == 60
    error = sum(n * abs(p - f) for n, p, f in zip(count, promised, found, strict=True)) / 60
    assert metrics.expected_calibration_error(labels, probabilities, bins) == pytest.approx(error)


def test_promises_that_are_kept_have_no_calibration_error() -> None:
    assert metrics.expected_calibration_error([1, 0, 0, 0, 1, 1, 1, 0], [0.25] * 4 + [0.75] * 4) == 0
    assert metrics.expected_calibration_error([0, 0], [0.9, 0.9]) == pytest.approx(0.9)


def test_log_loss_is_that_of_scikit_learn_and_survives_large_logits() -> None:
    labels, logits = _columns("random", 4)
    assert metrics.log_loss(labels, logits) == pytest.approx(sk.log_loss(labels, 1 / (1 + np.exp(-logits))))
    assert metrics.log_loss([1, 0], [1e4, -1e4]) == 0
    assert metrics.log_loss([0], [1e4]) == 1e4


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.confusion([0, 1], [0]), "one and the same shape"),
        (lambda: metrics.confusion([], []), "not empty"),
        (lambda: metrics.confusion([0, 2], [0, 1]), "labels holds 2"),
        (lambda: metrics.confusion([0, 1], [0, 0.5]), "predictions holds 0.5"),
        (lambda: metrics.roc_curve([0, 1], [0.5, np.nan]), "scores holds NaN"),
        (lambda: metrics.calibration_curve([0, 1], [0.5, 1.5]), "outside 0 to 1"),
        (lambda: metrics.calibration_curve([0, 1], [0.5, np.nan]), "NaN"),
        (lambda: metrics.calibration_curve([0, 1], [0.5, 0.5], bins=0), r"bins is 0; allowed: 1 to 10000"),
        (lambda: metrics.log_loss([0, 3], [0.5, 1.5]), "labels holds 3"),
    ],
)
def test_what_cannot_be_measured_is_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_accuracy_and_its_standard_error():
    assert metrics.accuracy([1, 0, 1, 1], [1, 1, 1, 0]) == 0.5
    assert metrics.standard_error(0.5, 100) == pytest.approx(0.05)
    draws = np.random.default_rng(0).binomial(400, 0.87, size=20_000) / 400
    assert metrics.standard_error(0.87, 400) == pytest.approx(draws.std(), rel=0.02)


@pytest.mark.parametrize(("labels", "predictions"), [([], []), ([1, 0], [1]), ([[1]], [[1]]), (1, 1)])
def test_accuracy_needs_two_lists_of_one_length(labels, predictions):
    with pytest.raises(ValueError, match="shape"):
        metrics.accuracy(labels, predictions)


@pytest.mark.parametrize(
    ("value", "examples", "named"), [(1.2, 10, "accuracy"), (-0.1, 10, "accuracy"), (0.5, 0, "examples")]
)
def test_a_standard_error_of_nonsense_is_refused(value, examples, named):
    with pytest.raises(ValueError, match=named):
        metrics.standard_error(value, examples)


@pytest.mark.parametrize("infinity", [np.inf, -np.inf])
@pytest.mark.parametrize("labels", [[0, 1], [1, 0], [0, 1, 1, 0]])
def test_equal_infinite_scores_are_ties(labels: list[int], infinity: float) -> None:
    assert metrics.roc_auc(labels, [infinity] * len(labels)) == 0.5
    assert metrics.roc_auc([*labels, 1], [infinity] * len(labels) + [0.0]) == pytest.approx(
        _pairs_won([*labels, 1], [infinity] * len(labels) + [0.0])
    )


def _pairs_won(labels: list[int], scores: list[float]) -> float:
    """How often a positive beats a negative, pair by pair, a tie counting one half."""
    won = [
        0.5 if mine == other else float(mine > other)
        for mine, positive in zip(scores, labels, strict=True)
        for other, negative in zip(scores, labels, strict=True)
        if positive == 1 and negative == 0
    ]
    return sum(won) / len(won)


@pytest.mark.parametrize("seed", range(5))
def test_the_area_is_the_share_of_pairs_won_with_infinities_among_the_scores(seed: int) -> None:
    random = np.random.default_rng(seed)
    labels = [0, 1, *random.integers(0, 2, 18).tolist()]
    scores = random.choice([-np.inf, -1.0, 0.0, 1.0, np.inf], 20).tolist()
    assert metrics.roc_auc(labels, scores) == pytest.approx(_pairs_won(labels, scores))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: metrics.calibration_curve([0, 1], [0.5, 0.5], bins=2.5), TypeError, r"^bins is 2.5 of type float"),
        (
            lambda: metrics.calibration_curve([0, 1], [0.5, 0.5], bins=10**9),
            ValueError,
            r"^bins is 1000000000; allowed",
        ),
        (lambda: metrics.expected_calibration_error([0, 1], [0.5, 0.5], bins=True), TypeError, r"^bins is True"),
        (lambda: metrics.standard_error(0.5, 2.5), TypeError, r"^examples is 2.5 of type float"),
        (lambda: metrics.standard_error(0.5, 0), ValueError, r"^examples is 0; allowed: 1 or more"),
        (lambda: metrics.log_loss([0, 1], [0.5, np.nan]), ValueError, r"^logits holds NaN"),
    ],
)
def test_numbers_that_are_none_are_named(call, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
