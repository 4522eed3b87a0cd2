"""Proves that the ROC curve and its area are those of scikit-learn and of counting pairs, ties included."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.metrics import roc_curve as their_curve

from course_lib.autoencoder import area_under_curve, roc_curve


@pytest.mark.parametrize("seed", range(6))
def test_curve_and_area_are_those_of_scikit_learn_with_many_ties(seed: int) -> None:
    random = np.random.default_rng(seed)
    outlier = random.random(200) < 0.3
    scores = np.round(random.normal(size=200) + outlier, 1 if seed % 2 else 6)
    alarms, hits, thresholds = roc_curve(scores, outlier)
    false_positives, true_positives, cuts = their_curve(outlier, scores, drop_intermediate=False)
    np.testing.assert_allclose(alarms, false_positives)
    np.testing.assert_allclose(hits, true_positives)
    np.testing.assert_allclose(thresholds, cuts)
    assert area_under_curve(alarms, hits) == pytest.approx(roc_auc_score(outlier, scores))


def test_the_area_is_the_share_of_pairs_in_the_right_order() -> None:
    random = np.random.default_rng(9)
    scores, outlier = random.integers(0, 6, 60), random.random(60) < 0.4
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[outlier] for b in scores[~outlier]]
    assert area_under_curve(*roc_curve(scores, outlier)[:2]) == pytest.approx(np.mean(pairs))


def test_a_perfect_score_a_reversed_one_and_a_constant_one() -> None:
    outlier = np.array([False, False, True, True])
    assert area_under_curve(*roc_curve([1, 2, 3, 4], outlier)[:2]) == 1
    assert area_under_curve(*roc_curve([4, 3, 2, 1], outlier)[:2]) == 0
    alarms, hits, thresholds = roc_curve([7, 7, 7, 7], outlier)
    assert alarms.tolist() == hits.tolist() == [0, 1] and thresholds.tolist() == [np.inf, 7]


@pytest.mark.parametrize(
    ("scores", "outlier", "error", "message"),
    [
        ([1.0, 2.0], [0, 1], TypeError, r"^outlier holds values of type int64; allowed: True and False$"),
        ([1.0, np.nan], [True, False], ValueError, r"^scores holds NaN in 1 places"),
        ([1.0, 2.0], [True, True], ValueError, r"^outlier is True for every example"),
        ([1.0, 2.0], [False, False], ValueError, r"^outlier is False for every example"),
        ([1.0], [True, False], ValueError, r"the shapes \(1,\) and \(2,\)"),
        ([[1.0], [2.0]], [[True], [False]], ValueError, r"allowed: \(examples,\)"),
    ],
)
def test_wrong_arguments_are_named(scores, outlier, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        roc_curve(np.array(scores), np.array(outlier))


@pytest.mark.parametrize("curve", [([0, 0.5], [0, 1]), ([0.1, 1], [0, 1]), ([0, 0.6, 0.5, 1], [0, 0.2, 0.4, 1])])
def test_what_is_no_curve_is_refused(curve: tuple) -> None:
    with pytest.raises(ValueError, match=r"^alarms and hits must rise from 0 to 1"):
        area_under_curve(*curve)
