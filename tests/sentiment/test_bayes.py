"""Proves that log-count ratios are those worked out by hand and by scikit-learn's naive Bayes, that soft labels count
by their share, and that swapping the classes turns every sign.
"""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.naive_bayes import MultinomialNB

from course_lib.sentiment import count_reviews, log_count_ratios

from .samples import random_features


def test_the_ratios_are_those_worked_out_by_hand() -> None:
    # good: in 3 of the positive, 0 of the negative; bad: 1 and 2; the: 2 and 2. With alpha 1: 4, 2, 3 and 1, 3, 3.
    found = log_count_ratios([3, 1, 2], [0, 2, 2])
    expected = [np.log(4 / 9) - np.log(1 / 7), np.log(2 / 9) - np.log(3 / 7), np.log(3 / 9) - np.log(3 / 7)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("alpha", [0.25, 1.0, 3.0])
def test_they_are_the_differences_of_scikit_learns_log_probabilities(alpha: float) -> None:
    features, labels = random_features(50, 12), np.random.default_rng(1).integers(0, 2, 50)
    bayes = MultinomialNB(alpha=alpha).fit(features, labels)
    found = log_count_ratios(count_reviews(features, labels), count_reviews(features, 1 - labels), alpha)
    np.testing.assert_allclose(found, np.diff(bayes.feature_log_prob_, axis=0)[0], rtol=1e-4, atol=1e-6)


def test_classes_changed_over_turn_every_sign_and_equal_counts_weigh_nothing() -> None:
    one, other = np.array([3, 0, 5, 2]), np.array([1, 4, 5, 0])
    np.testing.assert_allclose(log_count_ratios(one, other), -log_count_ratios(other, one), rtol=1e-6)
    np.testing.assert_array_equal(log_count_ratios(one, one), 0)


def test_a_probability_counts_for_its_share() -> None:
    features = random_features(4, 6)
    dense = features.toarray()
    shares = np.array([1.0, 0.0, 0.5, 0.25])
    np.testing.assert_allclose(
        count_reviews(features, shares), sum(s * row for s, row in zip(shares, dense, strict=True))
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [1], 1.0), "positive and negative have the shapes"),
        (([1, -2], [1, 1], 1.0), "a negative number"),
        (([1, 2], [1, 1], 0.0), "alpha is 0"),
    ],
)
def test_counts_that_make_no_sense_are_refused(arguments, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        log_count_ratios(*arguments)
    with pytest.raises(ValueError, match="shares has the shape"):
        count_reviews(random_features(3, 2), [1.0])
