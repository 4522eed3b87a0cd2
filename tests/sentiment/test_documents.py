"""Proves that the latent space is the singular value decomposition of NumPy, that new reviews are folded in without
being learnt from, and that weights and lengths are what loops say.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from course_lib.sentiment import informative_weights, latent_space, weighted_rows

from .samples import random_features


def test_weights_are_inverse_document_frequencies() -> None:
    features = sparse.csr_matrix(np.array([[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 1, 0], [1, 0, 0, 0]], dtype=np.float32))
    np.testing.assert_allclose(informative_weights(features), [0, np.log(4), np.log(2), 0], rtol=1e-6)


def test_rows_have_length_one_and_empty_ones_stay_empty() -> None:
    features = random_features(6, 8)
    features[2] = 0
    features.eliminate_zeros()
    rows = weighted_rows(features, np.arange(8) + 1.0).toarray()
    for row, ones in zip(rows, features.toarray(), strict=True):
        expected = ones * (np.arange(8) + 1)
        np.testing.assert_allclose(row, expected / max(np.linalg.norm(expected), 1e-12), rtol=1e-5)
    assert set(features.data) == {1.0}  # what was given stays as it was


def test_the_directions_are_those_of_the_exact_decomposition() -> None:
    features = random_features(60, 25, seed=1)
    space = latent_space(features, dim=4, iterations=8)
    _, strengths, directions = np.linalg.svd(weighted_rows(features, informative_weights(features)).toarray())
    np.testing.assert_allclose(space.strengths, strengths[:4], rtol=1e-3)
    for ours, theirs in zip(space.directions.T, directions[:4], strict=True):
        assert abs(ours @ theirs) == pytest.approx(1, abs=1e-2)  # a direction has no sign


def test_a_vector_is_the_weighted_row_in_the_directions_brought_to_length_one() -> None:
    features = random_features(40, 25, seed=2)
    space = latent_space(features, dim=5)
    found = space.vectors(features)
    expected = weighted_rows(features, space.weights).toarray() @ space.directions
    np.testing.assert_allclose(found, expected / np.linalg.norm(expected, axis=1, keepdims=True), rtol=1e-4, atol=1e-6)


def test_new_reviews_change_nothing_for_the_others() -> None:
    features, space = random_features(40, 25, seed=2), latent_space(random_features(40, 25, seed=3), dim=5)
    np.testing.assert_allclose(space.vectors(features[:3]), space.vectors(features)[:3], rtol=1e-4, atol=1e-6)
    assert (space.vectors(sparse.csr_matrix((1, 25))) == 0).all()


def test_the_seed_decides() -> None:
    features = random_features(40, 25, seed=4)
    first, again, other = (latent_space(features, dim=5, iterations=0, seed=seed).directions for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_sizes_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="dim"):
        latent_space(random_features(4, 3), dim=4)
    with pytest.raises(ValueError, match="features has 2 columns"):
        latent_space(random_features(6, 5), dim=2).vectors(random_features(6, 2))
