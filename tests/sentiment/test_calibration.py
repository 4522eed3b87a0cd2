"""Proves that calibration is logistic regression on models' logits, equal to scikit-learn's; that a temperature mends
over-confidence and changes no verdict; and that averaging weighs better models more.
"""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from course_lib import metrics
from course_lib.sentiment import Calibration, fit_calibration, fit_temperature


def _scores(examples: int = 600, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and the logits of three models: a good one, one that is too sure of itself, one that knows nothing."""
    random = np.random.default_rng(seed)
    truth = random.normal(size=examples) * 2
    labels = (random.random(examples) < 1 / (1 + np.exp(-truth))).astype(int)
    return labels, np.column_stack(
        [truth, 5 * (truth + random.normal(size=examples) * 2), random.normal(size=examples)]
    )


def test_it_is_scikit_learns_logistic_regression() -> None:
    labels, scores = _scores()
    found = fit_calibration(labels, scores, l2=0.01, targets_smoothed=False)
    reference = LogisticRegression(C=1 / (len(labels) * 0.01), tol=1e-10, max_iter=1_000).fit(scores, labels)
    np.testing.assert_allclose(found.slopes, reference.coef_[0], rtol=1e-3, atol=1e-4)
    assert found.intercept == pytest.approx(reference.intercept_[0], abs=1e-3)
    np.testing.assert_allclose(found.probabilities(scores), reference.predict_proba(scores)[:, 1], atol=1e-3)


def test_a_temperature_is_the_logistic_slope_and_changes_no_verdict() -> None:
    labels, scores = _scores()
    temperature = fit_temperature(labels, 4 * scores[:, 0])
    assert temperature == pytest.approx(4, rel=0.15)
    losses = [
        metrics.log_loss(labels, 4 * scores[:, 0] / t) for t in (temperature, temperature * 1.1, temperature * 0.9)
    ]
    assert losses[0] == min(losses)
    cooled = metrics.expected_calibration_error(labels, 1 / (1 + np.exp(-4 * scores[:, 0] / temperature)))
    assert cooled < 0.5 * metrics.expected_calibration_error(labels, 1 / (1 + np.exp(-4 * scores[:, 0])))


def test_the_better_model_weighs_more_and_the_ignorant_one_next_to_nothing() -> None:
    labels, scores = _scores(4_000)
    spread = np.array(fit_calibration(labels, scores).slopes) * scores.std(axis=0)
    assert spread[0] > 2 * abs(spread[1])
    assert abs(spread[2]) < 0.2 * spread[0]


def test_models_that_never_err_still_get_finite_slopes() -> None:
    labels = np.array([0, 1] * 10)
    found = fit_calibration(labels, 50.0 * (2 * labels - 1))
    assert 0 < found.slopes[0] < 1
    assert np.isfinite(found.intercept)


def test_targets_are_smoothed_as_platt_does() -> None:
    found = fit_calibration([1, 1, 0], np.zeros(3), l2=1e-6)
    # Nothing but the intercept can help: it meets the mean of 3/4, 3/4 and 1/3.
    assert found.probabilities(np.zeros(1))[0] == pytest.approx((0.75 + 0.75 + 1 / 3) / 3, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_calibration([1, 1], [0.1, 0.2]), "one class only"),
        (lambda: fit_calibration([1, 0], [0.1]), "labels has the shape"),
        (lambda: fit_calibration([1, 0], [0.1, np.inf]), "NaN or infinity"),
        (lambda: Calibration((1.0, 2.0)).logits([[1.0]]), "scores has the shape"),
        (lambda: fit_temperature([1, 0], [-1.0, 1.0]), "wrong way round"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
