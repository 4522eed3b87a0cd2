"""Proves that the latent space is the singular value decomposition of NumPy, that new reviews are folded in without
being learnt from, and that weights and lengths are what loops say.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from course_lib.sentiment import informative_weights, latent_space, weighted_rows
from course_lib.sentiment.documents import document_step, kept_shares, train_documents

from .samples import random_features


def test_weights_are_inverse_document_frequencies() -> None:
    features = sparse.csr_matrix(np.array([[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 1, 0], [1, 0, 0, 0]], dtype=np.float32))
    np.testing.assert_allclose(informative_weights(features), [0, np.log(4), np.log(2), 0], rtol=1e-6)


def test_rows_have_length_one_and_empty_ones_stay_empty() -> None:
    features = random_features(6, 8)
    features = features.tolil()
    features[2] = 0
    features = features.tocsr()
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


def _step_inputs(seed: int = 5) -> dict[str, object]:
    """Six reviews, of which a step is about three; two of the others are n-grams of theirs as well."""
    random = np.random.default_rng(seed)
    own = random_features(3, 7, seed=seed, density=0.5).tolil()
    own[1] = 0  # a review of which nothing is looked at
    own = own.tocsr()
    return {
        "documents": random.normal(size=(6, 4)),
        "n_grams": random.normal(size=(7, 4)),
        "reviews": np.array([4, 0, 3]),
        "own": own,
        "negatives": np.array([1, 2, 6]),
        "num_negatives": 5,
    }


def _loss_by_loops(documents, n_grams, reviews, own, negatives, num_negatives) -> float:
    total = 0.0
    for row, review in enumerate(reviews):
        for column in own[row].indices:
            total -= np.log(1 / (1 + np.exp(-n_grams[column] @ documents[review])))
            against = [np.log(1 / (1 + np.exp(n_grams[other] @ documents[review]))) for other in negatives]
            total -= num_negatives * np.mean(against)
    return total


def test_the_loss_of_a_step_is_what_loops_say_by_own_n_gram() -> None:
    given = _step_inputs()
    expected = _loss_by_loops(**given) / given["own"].nnz
    assert document_step(**given, learning_rate=0.0) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("learn_n_grams", [True, False])
def test_a_step_goes_down_the_slope_that_differences_find(learn_n_grams: bool) -> None:
    given, rate, nudge = _step_inputs(), 1e-3, 1e-5
    slopes = {}
    for name in ("documents", "n_grams"):
        slopes[name] = np.zeros_like(given[name])
        for place in np.ndindex(given[name].shape):
            losses = []
            for sign in (1, -1):
                moved = {**given, name: given[name].copy()}
                moved[name][place] += sign * nudge
                losses.append(_loss_by_loops(**moved))
            slopes[name][place] = (losses[0] - losses[1]) / (2 * nudge)
    before = {name: given[name].copy() for name in slopes}
    document_step(**given, learning_rate=rate, learn_n_grams=learn_n_grams)
    np.testing.assert_allclose((before["documents"] - given["documents"]) / rate, slopes["documents"], atol=1e-4)
    moved = (before["n_grams"] - given["n_grams"]) / rate
    np.testing.assert_allclose(moved, slopes["n_grams"] if learn_n_grams else 0 * moved, atol=1e-4)


def test_a_step_without_an_n_gram_costs_nothing_and_moves_nothing() -> None:
    given = _step_inputs()
    given["own"] = sparse.csr_matrix((3, 7))
    before = given["documents"].copy(), given["n_grams"].copy()
    assert document_step(**given, learning_rate=1.0) == 0.0
    np.testing.assert_array_equal(given["documents"], before[0])
    np.testing.assert_array_equal(given["n_grams"], before[1])


def test_frequent_n_grams_are_kept_as_the_equation_says() -> None:
    features = sparse.csr_matrix(np.array([[1, 1, 0], [1, 0, 0], [1, 1, 0], [1, 0, 0]], dtype=np.float32))
    np.testing.assert_allclose(kept_shares(features, threshold=2), [np.sqrt(2 / 4), 1.0, 1.0], rtol=1e-6)
    np.testing.assert_allclose(kept_shares(features, threshold=1), [np.sqrt(1 / 4), np.sqrt(1 / 2), 1.0], rtol=1e-6)
    with pytest.raises(ValueError, match="threshold"):
        kept_shares(features, threshold=0)


def _two_subjects() -> tuple[sparse.csr_matrix, np.ndarray]:
    """Reviews of two subjects: each takes its n-grams from one half of the columns."""
    random = np.random.default_rng(0)
    subjects = np.arange(60) % 2
    drawn = random.random((60, 30)) < 0.4
    drawn &= (np.arange(30) < 15)[None, :] == (subjects == 0)[:, None]
    return sparse.csr_matrix(drawn.astype(np.float32)), subjects


def test_training_lowers_the_loss_and_n_grams_of_one_subject_come_to_lie_together() -> None:
    features, _ = _two_subjects()
    learnt = train_documents(features, latent_space(features, dim=4), epochs=8, learning_rate=0.1, batch_size=8)
    assert len(learnt.losses) == 8 and learnt.losses[-1] < 0.9 * learnt.losses[0]
    first, second = learnt.n_grams[:15], learnt.n_grams[15:]
    assert (first @ first.T).mean() > 2 * (first @ second.T).mean() > 0


def test_new_reviews_are_read_by_what_was_learnt_and_change_it_not() -> None:
    features, subjects = _two_subjects()
    learnt = train_documents(features, latent_space(features, dim=4), epochs=8, learning_rate=0.1, batch_size=8)
    before = learnt.n_grams.copy()
    vectors = learnt.vectors(features)
    np.testing.assert_array_equal(learnt.n_grams, before)
    centres = np.stack([vectors[subjects == subject].mean(axis=0) for subject in (0, 1)])
    assert ((vectors @ centres.T).argmax(axis=1) == subjects).all()
    np.testing.assert_array_equal(vectors, learnt.vectors(features, seed=0))
    assert not np.array_equal(vectors, learnt.vectors(features, seed=1))


def test_a_training_that_diverges_is_told_and_not_returned() -> None:
    features, _ = _two_subjects()
    with pytest.raises(ValueError, match=r"learning_rate 1e\+30 diverged"):
        train_documents(features, latent_space(features, dim=4), epochs=2, learning_rate=1e30, batch_size=8)
