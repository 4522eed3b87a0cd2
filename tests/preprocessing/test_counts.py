"""Proves that bags of words, inverse document frequencies and TF-IDF weights are those of loops and of scikit-learn, on
random and on real texts, and that a one-hot vector has its one in the right place.
"""

from __future__ import annotations

import math
import random

import keras
import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from course_lib.preprocessing import (
    Vocabulary,
    bag_of_words,
    inverse_document_frequency,
    one_hot,
    tf_idf,
    tokenize,
)

from .samples import film_reviews


def _random_lists(seed: int) -> list[list[str]]:
    generator = random.Random(seed)
    return [
        [generator.choice("abcdefghij") for _ in range(generator.randrange(15))]
        for _ in range(generator.randrange(1, 20))
    ]


def _real_lists() -> list[list[str]]:
    return [tokenize(text) for text in film_reviews()]


@pytest.mark.parametrize("seed", range(30))
def test_random_texts_are_counted_as_in_a_loop(seed: int) -> None:
    lists = _random_lists(seed)
    vocabulary = Vocabulary(list("abcdefgh"))  # i and j are unknown
    counts = bag_of_words(lists, vocabulary)
    assert counts.shape == (len(lists), 10) and counts.dtype == np.int64 and sparse.issparse(counts)
    for row, tokens in enumerate(lists):
        for column, word in enumerate(vocabulary.words):
            assert counts[row, column] == tokens.count(word)
    assert counts.has_canonical_format and counts.nnz == np.count_nonzero(counts.toarray())


def test_real_texts_are_counted_as_scikit_learn_counts_them() -> None:
    lists = _real_lists()
    vocabulary = Vocabulary.build(lists, max_size=700)
    counts = bag_of_words(iter(lists), vocabulary)
    theirs = CountVectorizer(analyzer=lambda tokens: tokens, vocabulary=vocabulary.words).transform(lists)
    assert (counts != theirs).nnz == 0
    assert counts[:, :2].nnz == 0 and counts.sum() > 10_000


def test_no_text_and_empty_texts_give_empty_bags() -> None:
    vocabulary = Vocabulary(["a"])
    assert bag_of_words([], vocabulary).shape == (0, 3)
    assert bag_of_words([[], ["x"]], vocabulary).toarray().tolist() == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("given", ["a text", ["a", "text"], b"a"])
def test_texts_in_place_of_word_lists_are_named(given: object) -> None:
    with pytest.raises(
        TypeError, match=r"^token_lists (holds what )?is one (str|bytes), .*; allowed: a list of words$"
    ):
        bag_of_words(given, Vocabulary(["a"]))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("smooth", [True, False])
def test_document_frequencies_are_those_of_a_loop(seed: int, smooth: bool) -> None:
    lists = _random_lists(seed)
    vocabulary = Vocabulary(list("abcdefghijk"))
    weights = inverse_document_frequency(bag_of_words(lists, vocabulary), smooth)
    assert weights.shape == (13,)
    for weight, word in zip(weights, vocabulary.words, strict=True):
        holding = sum(word in tokens for tokens in lists)
        if smooth:
            expected = math.log((1 + len(lists)) / (1 + holding)) + 1
        else:
            expected = math.log(len(lists) / max(holding, 1)) + 1
        assert weight == pytest.approx(expected, rel=1e-12)


def test_a_stored_zero_is_no_occurrence() -> None:
    counts = sparse.csr_matrix((np.array([0, 2]), np.array([0, 1]), np.array([0, 2])), shape=(1, 2))
    assert inverse_document_frequency(counts).tolist() == inverse_document_frequency(np.array([[0, 2]])).tolist()


@pytest.mark.parametrize("smooth", [True, False])
def test_no_texts_at_all_give_finite_weights(smooth: bool) -> None:
    assert np.isfinite(inverse_document_frequency(np.zeros((0, 4)), smooth)).all()


@pytest.mark.parametrize("norm", ["l2", "l1", None])
@pytest.mark.parametrize("smooth", [True, False])
@pytest.mark.parametrize("texts", ["real", 0, 1, 2, 3])
def test_weights_are_those_of_scikit_learn(texts: str | int, smooth: bool, norm: str | None) -> None:
    lists = _real_lists() if texts == "real" else _random_lists(texts)
    counts = bag_of_words(lists, Vocabulary.build(lists))[:, 2:]  # without the two columns that are never filled
    theirs = TfidfTransformer(norm=norm, smooth_idf=smooth).fit(counts)
    idf = inverse_document_frequency(counts, smooth)
    np.testing.assert_allclose(idf, theirs.idf_, rtol=1e-12)
    ours = tf_idf(counts, idf, norm)
    np.testing.assert_allclose(ours.toarray(), theirs.transform(counts).toarray(), rtol=1e-10, atol=1e-15)
    assert sparse.issparse(ours) and ours.format == "csr" and ours.dtype == np.float64


def test_new_texts_are_weighed_by_the_training_texts() -> None:
    training, new = np.array([[1, 0, 2], [1, 1, 0]]), np.array([[2, 1, 0], [0, 0, 0]])
    theirs = TfidfTransformer().fit(training)
    idf = inverse_document_frequency(training)
    np.testing.assert_allclose(tf_idf(new, idf).toarray(), theirs.transform(new).toarray(), rtol=1e-12)
    np.testing.assert_allclose(tf_idf(training).toarray(), theirs.transform(training).toarray(), rtol=1e-12)


def test_rows_have_length_one_and_empty_rows_stay_empty() -> None:
    counts = np.array([[3, 4], [0, 0], [0, -2]])
    flat = np.ones(2)
    np.testing.assert_allclose(tf_idf(counts, flat, "l2").toarray(), [[0.6, 0.8], [0, 0], [0, -1]])
    np.testing.assert_allclose(tf_idf(counts, flat, "l1").toarray(), [[3 / 7, 4 / 7], [0, 0], [0, -1]])
    assert tf_idf(counts, np.array([2.0, 1.0]), None).toarray().tolist() == [[6, 4], [0, 0], [0, -2]]
    assert counts.tolist() == [[3, 4], [0, 0], [0, -2]]


def test_wrong_weights_and_norms_are_named() -> None:
    with pytest.raises(ValueError, match=r"^norm is 'max'; allowed: 'l2', 'l1', None$"):
        tf_idf(np.ones((2, 3)), norm="max")
    with pytest.raises(ValueError, match=r"^idf has the shape \(2,\); allowed: \(3,\), one weight per word$"):
        tf_idf(np.ones((2, 3)), np.ones(2))


def test_a_one_hot_vector_has_one_one() -> None:
    ids = np.array([[0, 3], [2, 1]])
    vectors = keras.ops.convert_to_numpy(one_hot(ids, 4))
    assert vectors.shape == (2, 2, 4) and vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, np.eye(4)[ids])
    np.testing.assert_array_equal(vectors, keras.ops.convert_to_numpy(keras.ops.one_hot(ids, 4)))


def test_an_id_outside_gives_zeros_and_a_list_will_do() -> None:
    assert keras.ops.convert_to_numpy(one_hot([-1, 1, 2], 2)).tolist() == [[0, 0], [0, 1], [0, 0]]
    assert keras.ops.convert_to_numpy(one_hot([], 3)).shape == (0, 3)
    assert keras.ops.convert_to_numpy(one_hot(1, 3)).tolist() == [0, 1, 0]


def test_a_one_hot_vector_needs_a_length() -> None:
    with pytest.raises(ValueError, match=r"^depth is 0; allowed: 1 or more$"):
        one_hot([0], 0)
