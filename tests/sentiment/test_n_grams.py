"""Proves that the n-gram model is a loop's logistic regression, that padding adds nothing, that the frozen ratios stay,
that it learns what scikit-learn learns, and that it comes back from disk.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from course_lib.sentiment import NGramBatches, NGramClassifier, fit_n_grams, linear_logit, n_gram_logits
from course_lib.sentiment.n_grams import LogitLoss, padded_ids

from .samples import numpy, random_features

COLUMNS = 9


def _model(seed: int = 0, l2: float = 0.0) -> NGramClassifier:
    model, random = NGramClassifier(COLUMNS, l2), np.random.default_rng(seed)
    model.set_ratios(random.normal(size=COLUMNS))
    model.log_odds.assign(random.normal(size=COLUMNS + 1))
    model.bias.assign(0.3)
    return model


def test_the_logit_is_a_loop_over_n_grams() -> None:
    ids = np.array([[1, 3, 0], [2, 0, 0], [0, 0, 0]])
    ratios, weights = np.array([0.0, 1.0, -2.0, 0.5]), np.array([7.0, 0.5, 0.25, 4.0])
    found = numpy(linear_logit(ids, ratios.astype("float32"), weights.astype("float32"), 0.1))
    expected = [0.1 + sum(ratios[i] * weights[i] for i in row if i) for row in ids]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_padding_adds_nothing_whatever_its_weight_and_wherever_it_stands() -> None:
    model, ids = _model(), np.array([[1, 5, 9]])
    longer = np.array([[0, 1, 0, 5, 9, 0, 0]])
    np.testing.assert_allclose(numpy(model(longer)), numpy(model(ids)), rtol=1e-6)


def test_the_sparse_product_gives_the_models_own_logits() -> None:
    model, features = _model(), random_features(20, COLUMNS)
    np.testing.assert_allclose(n_gram_logits(model, features), numpy(model(padded_ids(features))), rtol=1e-4, atol=1e-5)


def test_batches_hold_every_review_once_with_its_own_target_and_weight() -> None:
    features = random_features(50, 600, density=0.6)  # some reviews fall into the second bucket
    targets, weights = np.arange(50) / 50, np.arange(50) + 1.0
    batches = NGramBatches(features, targets, batch_size=8, seed=1, weights=weights)
    seen, orders = [], []
    for _ in range(2):
        orders.append([])
        for ids, target, weight in batches:
            orders[-1].append(target.tolist())
            for row, one, much in zip(ids, target, weight, strict=True):
                review = round(float(one) * 50)
                assert much == weights[review]
                np.testing.assert_array_equal(row[row > 0] - 1, features[review].indices)
                seen.append(review)
    assert sorted(seen) == sorted([*range(50)] * 2)
    assert len(orders[0]) == len(orders[1]) == len(batches)
    assert orders[0] != orders[1]


def test_scikit_learns_weights_are_the_minimum_of_its_loss() -> None:
    features, random = random_features(300, COLUMNS, seed=2), np.random.default_rng(3)
    labels = (features @ random.normal(size=COLUMNS) + random.normal(size=300) > 0).astype(int)
    # Their penalty is 1 / (2 C n) per squared weight when the loss is a mean.
    reference = LogisticRegression(C=1 / (2 * 300 * 0.01), tol=1e-9).fit(features, labels)
    model = NGramClassifier(COLUMNS, l2=0.01)
    model.set_ratios(np.ones(COLUMNS))

    def total(weights: np.ndarray, bias: float) -> float:
        model.log_odds.assign(np.append(0.0, weights))
        model.bias.assign(bias)
        loss = LogitLoss()(labels.astype("float32"), model(padded_ids(features)))
        return float(numpy(loss)) + float(numpy(sum(model.losses)))

    best = total(reference.coef_[0], reference.intercept_[0])
    for column in range(COLUMNS):
        for step in (-0.1, 0.1):
            assert total(reference.coef_[0] + step * (np.arange(COLUMNS) == column), reference.intercept_[0]) > best
    for step in (-0.1, 0.1):
        assert total(reference.coef_[0], reference.intercept_[0] + step) > best


def test_training_comes_near_the_minimum() -> None:
    features, random = random_features(1_500, COLUMNS, seed=2), np.random.default_rng(3)
    labels = (features @ random.normal(size=COLUMNS) + random.normal(size=1_500) > 0).astype(int)
    reference = LogisticRegression(C=1 / (2 * 1_500 * 0.01), tol=1e-8).fit(features, labels)
    model = fit_n_grams(features, labels, np.ones(COLUMNS), l2=0.01, epochs=4, learning_rate=0.1, batch_size=20)
    np.testing.assert_allclose(model.weights_by_feature(), reference.coef_[0], atol=0.15)


def test_ratios_are_frozen_and_same_seeds_give_the_same_model() -> None:
    features, labels = random_features(60, COLUMNS, seed=4), np.random.default_rng(4).integers(0, 2, 60)
    ratios = np.linspace(-1, 1, COLUMNS)
    first, again, other = (
        fit_n_grams(features, labels, ratios, epochs=2, batch_size=16, seed=seed) for seed in (5, 5, 6)
    )
    np.testing.assert_allclose(numpy(first.ratios)[1:], ratios, rtol=1e-6)
    np.testing.assert_array_equal(numpy(first.log_odds), numpy(again.log_odds))
    assert not np.array_equal(numpy(first.log_odds), numpy(other.log_odds))
    assert (first.weights_by_feature()[COLUMNS // 2]) == 0  # a ratio of 0 lets nothing through


@pytest.mark.parametrize(
    ("targets", "weights", "odds"),
    [([0.8] * 4, None, 4.0), ([1, 0, 0, 0], [9, 1, 1, 1], 3.0), ([1, 0, 0, 0], None, 1 / 3)],
)
def test_soft_targets_and_weights_count(targets, weights, odds: float) -> None:
    features = sparse.csr_matrix(np.ones((4 * 60, 1), np.float32))
    weights = None if weights is None else weights * 60
    model = fit_n_grams(
        features, targets * 60, [1.0], l2=0, epochs=3, learning_rate=0.1, batch_size=4 * 12, weights=weights
    )
    # A few steps come near, no more: the direction and the size are what is looked at.
    assert n_gram_logits(model, features)[0] == pytest.approx(np.log(odds), abs=0.45)


def test_it_comes_back_from_disk(tmp_path: Path) -> None:
    model, ids = _model(l2=0.5), np.array([[1, 5, 9], [2, 0, 0]])
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(numpy(again(ids)), numpy(model(ids)), rtol=1e-6)
    assert again.get_config()["l2"] == 0.5


def test_logits_are_float32_under_any_policy() -> None:
    with keras.device("cpu"):
        keras.config.set_dtype_policy("mixed_bfloat16")
        try:
            model = _model()
            assert keras.backend.standardize_dtype(model(np.array([[1, 2]])).dtype) == "float32"
        finally:
            keras.config.set_dtype_policy("float32")


def test_arguments_that_make_no_sense_are_refused() -> None:
    features = random_features(4, COLUMNS)
    with pytest.raises(ValueError, match="ratios has the shape"):
        _model().set_ratios([1.0])
    with pytest.raises(ValueError, match="targets"):
        fit_n_grams(features, [0, 1, 2, 0], np.ones(COLUMNS))
    with pytest.raises(ValueError, match="targets"):
        fit_n_grams(features, [0, 1], np.ones(COLUMNS))
    with pytest.raises(ValueError, match="num_features"):
        NGramClassifier(0)
