"""Proves that the largest of each number is the largest, however low, and that what is no count or label is refused."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from scipy import sparse

from course_lib.sentiment import bayes, calibration, n_grams, sequence
from course_lib.sentiment.lexicon import lexicon_score

numpy = keras.ops.convert_to_numpy


@pytest.mark.parametrize("scale", [1.0, 1e5, 1e30])
def test_the_largest_is_that_of_a_loop_however_low_all_numbers_are(scale: float) -> None:
    random = np.random.default_rng(0)
    vectors = (-scale * (1 + random.random((3, 4, 2)))).astype(np.float32)
    ids = np.array([[5, 6, 7, 8], [5, 0, 0, 0], [0, 0, 0, 0]])
    found = numpy(sequence.Pool("max")(vectors, ids))
    for row in range(3):
        kept = [vectors[row, time] for time in range(4) if ids[row, time]]
        np.testing.assert_array_equal(found[row], np.max(kept, axis=0) if kept else np.zeros(2))


@pytest.mark.parametrize("how", ["mean", "max"])
def test_ids_of_another_shape_are_refused(how: str) -> None:
    with pytest.raises(ValueError, match=r"has the shape \(2, 1\); allowed: \(2, 3\)"):
        sequence.Pool(how)(np.ones((2, 3, 4), np.float32), np.ones((2, 1), int))


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -1.0])
def test_counts_and_shares_that_are_none_are_named(wrong: float) -> None:
    with pytest.raises(ValueError, match=r"^positive holds a negative number, NaN or infinity"):
        bayes.log_count_ratios([wrong, 1], [1, 1])
    with pytest.raises(ValueError, match=r"^negative holds a negative number, NaN or infinity"):
        bayes.log_count_ratios([1, 1], [wrong, 1])
    with pytest.raises(ValueError, match=r"^shares holds a negative number, NaN or infinity"):
        bayes.count_reviews(sparse.csr_matrix([[1], [1]]), [1, wrong])
    with pytest.raises(ValueError, match=r"^weights has the shape \(2,\); allowed: 2 numbers of 0 or more"):
        n_grams.fit_n_grams(sparse.csr_matrix([[1], [1]]), [0, 1], [1.0], weights=[1, wrong])


def test_ratios_that_are_not_finite_are_named() -> None:
    with pytest.raises(ValueError, match=r"^ratios holds NaN or infinity"):
        n_grams.NGramClassifier(2).set_ratios([1.0, np.nan])


@pytest.mark.parametrize("labels", [[0, 1, 2], [0, 1, 0.5], [0, 1, np.nan]])
def test_probabilities_are_fitted_to_zeros_and_ones_alone(labels: list) -> None:
    with pytest.raises(ValueError, match=r"^labels holds something else than 0 and 1"):
        calibration.fit_calibration(labels, [0.0, 1.0, 2.0])


def test_a_word_that_is_none_is_named() -> None:
    with pytest.raises(TypeError, match=r"^tokens holds 1 of type int; allowed: a list of words$"):
        lexicon_score(["good", 1])
