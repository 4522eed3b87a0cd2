"""Proves that numbers at the edge of a type are kept or refused by name, and never wrap, broadcast or overflow."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from scipy import sparse

from course_lib import preprocessing as prep

numpy = keras.ops.convert_to_numpy
LARGEST = 2**31 - 1


def test_the_largest_and_the_smallest_ids_of_int32_are_padded_as_they_are() -> None:
    assert prep.pad([[LARGEST], [-(2**31), 5]]).tolist() == [[LARGEST, 0], [-(2**31), 5]]
    assert prep.pad([np.array([7], np.uint64), [8, 9]], value=-1).tolist() == [[7, -1], [8, 9]]


@pytest.mark.parametrize(
    "ids",
    [[2**32 + 7], [2**40], [2**31], [-(2**31) - 1], np.array([2**64 - 1], np.uint64), np.array([2**32 + 7])],
)
def test_an_id_that_would_wrap_is_refused(ids: object) -> None:
    with pytest.raises(ValueError, match=r"^sequences holds .*; allowed: -2147483648 to 2147483647$"):
        prep.pad([ids, [1]])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1, 2],), TypeError, r"^sequences\[0\] is 1; allowed: a list of ids for each text"),
        (([[1], 2],), TypeError, r"^sequences\[1\] is 2; allowed"),
        (("ab",), TypeError, r"^sequences\[0\] is 'a'; allowed"),
        (([[[1, 2]]],), ValueError, r"^sequences\[0\] has the shape \(1, 2\); allowed: one axis"),
        (([[1, [2]]],), ValueError, r"^sequences\[0\] is no plain list"),
        (([[1, 2**70]],), TypeError, r"^sequences holds values of type object; allowed: whole numbers"),
        (([[np.nan]],), TypeError, r"^sequences holds values of type float64"),
        (([[True]],), TypeError, r"^sequences holds values of type bool"),
        (([[1]], 2, "right", "right", float("nan")), TypeError, r"^value is nan of type float"),
        (([[1]], 2, "right", "right", 1.5), TypeError, r"^value is 1.5 of type float"),
        (([[1]], 2, "right", "right", 2**32), ValueError, r"^value is 4294967296; allowed"),
    ],
)
def test_what_cannot_be_padded_is_named(arguments: tuple, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        prep.pad(*arguments)


@pytest.mark.parametrize("kind", [list, np.array, lambda ids: keras.ops.convert_to_tensor([i % 2**31 for i in ids])])
def test_one_hot_is_that_of_a_loop_for_ids_of_any_size(kind) -> None:
    ids = [0, 2, 3, -1, 300, 2**31 - 1]
    expected = [[float(i == column) for column in range(3)] for i in ids]
    if kind in (list, np.array):
        ids, expected = [*ids, 2**40, 2**32 + 1, -(2**40)], [*expected, *[[0.0] * 3] * 3]
    else:
        ids, expected = [i for i in ids if i >= 0], [row for i, row in zip(ids, expected, strict=True) if i >= 0]
    np.testing.assert_array_equal(numpy(prep.one_hot(kind(ids), 3)), expected)


def test_small_types_of_ids_do_not_wrap_in_one_hot_either() -> None:
    np.testing.assert_array_equal(numpy(prep.one_hot(np.array([255, 1], np.uint8), 300)), np.eye(300)[[255, 1]])
    tensor = keras.ops.convert_to_tensor(np.array([255, 1], np.uint8))
    np.testing.assert_array_equal(numpy(prep.one_hot(tensor, 300)), np.eye(300)[[255, 1]])


def test_wide_ids_in_a_tensor_do_not_wrap_in_one_hot() -> None:
    if keras.backend.backend() == "jax":
        pytest.skip("JAX has no int64, unless told so")
    ids = keras.ops.convert_to_tensor(np.array([2**40, 2**32 + 1, -(2**40), 1]), dtype="int64")
    np.testing.assert_array_equal(numpy(prep.one_hot(ids, 3)), [[0, 0, 0]] * 3 + [[0, 1, 0]])


@pytest.mark.parametrize("ids", [[0.5], np.array([1.0]), [True], keras.ops.ones((2,), "float32")])
def test_one_hot_refuses_what_is_no_id(ids: object) -> None:
    with pytest.raises(TypeError, match=r"^ids .*allowed: whole numbers$"):
        prep.one_hot(ids, 3)


@pytest.mark.parametrize(
    "call",
    [
        lambda ids: prep.skip_gram_pairs([ids], 2),
        lambda ids: prep.train_skip_gram([ids], 10, dim=2, epochs=1),
        lambda ids: prep.cooccurrence([ids], 10),
    ],
)
@pytest.mark.parametrize(
    ("ids", "error", "message"),
    [
        ([2.7, 3], TypeError, r"^id_lists\[0\] holds values of type float64; allowed: whole numbers"),
        ([np.nan, 3], TypeError, r"^id_lists\[0\] holds values of type float64"),
        ([2**32 + 7, 3], ValueError, r"^id_lists holds ids from 3 to 4294967303; allowed: 0 to"),
        (np.array([2**32 + 7, 3]), ValueError, r"^id_lists holds ids from 3 to 4294967303; allowed: 0 to"),
        ([-1, 3], ValueError, r"^id_lists holds ids from -1 to 3; allowed: 0 to"),
        (5, TypeError, r"^id_lists\[0\] is 5; allowed: a list of ids for each text"),
    ],
)
def test_word_vectors_are_learnt_from_ids_alone(call, ids: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(ids)


def test_a_window_wider_than_every_text_makes_the_pairs_of_the_widest_that_fits() -> None:
    texts = [[2, 3, 4], [5, 6]]
    centers, contexts = prep.skip_gram_pairs(texts, 10**6, seed=3)
    reach = np.random.default_rng(3).integers(1, 10**6 + 1, size=5)
    expected, place = [], 0
    for text in texts:
        for position, center in enumerate(text):
            for other, context in enumerate(text):
                if 0 < abs(other - position) <= reach[place]:
                    expected.append((center, context))
            place += 1
    assert sorted(zip(centers.tolist(), contexts.tolist(), strict=True)) == sorted(expected)
    assert (prep.cooccurrence(texts, 7, 10**9) != prep.cooccurrence(texts, 7, 2)).nnz == 0
    assert [len(side) for side in prep.skip_gram_pairs([], 10**9)] == [0, 0]


@pytest.mark.parametrize("counts", [[0, 0, np.nan, 1], [0, 0, np.inf, 1], [0, 0, -1, 1]])
def test_counts_that_are_none_are_refused_where_words_are_drawn(counts: list[float]) -> None:
    message = r"^counts holds a negative number, NaN or infinity; allowed: 0 or more$"
    with pytest.raises(ValueError, match=message):
        prep.negative_distribution(counts)
    with pytest.raises(ValueError, match=message):
        prep.subsample([2, 3], counts)


@pytest.mark.parametrize(("ids", "error"), [([4], ValueError), ([-1], ValueError), ([1.0], TypeError)])
def test_subsampling_knows_the_ids_that_were_counted_alone(ids: list, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^ids holds"):
        prep.subsample(ids, [0, 0, 5, 1])


@pytest.mark.parametrize("call", [prep.tf_idf, prep.inverse_document_frequency])
@pytest.mark.parametrize(
    ("counts", "error"),
    [
        (None, TypeError),
        ("film", TypeError),
        ([1, 2], TypeError),
        ([["film"]], TypeError),
        ([[1, np.nan]], ValueError),
        (sparse.csr_matrix([[1.0, np.inf]]), ValueError),
    ],
)
def test_what_is_no_table_of_counts_is_refused(call, counts: object, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^counts (is of type|holds NaN or infinity)"):
        call(counts)


def test_weights_of_words_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^idf holds NaN or infinity"):
        prep.tf_idf([[1, 2]], idf=[1.0, np.nan])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"boundaries": [2.7]}, TypeError, r"^boundaries holds values of type float64; allowed: whole numbers"),
        ({"boundaries": 5}, TypeError, r"^boundaries is 5; allowed"),
        ({"boundaries": [-1]}, ValueError, r"^boundaries is \[-1\]; allowed: one or more positive"),
        ({"lengths": [2.7]}, TypeError, r"^lengths holds values of type float64"),
        ({"lengths": [3, -1]}, ValueError, r"^lengths holds -1; allowed: 0 or more"),
    ],
)
def test_buckets_of_what_is_no_length_are_refused(options: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        prep.bucket_batches(**{"lengths": [1], "batch_size": 1, "boundaries": [1], "seed": 0, **options})


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda tokens: prep.stem(tokens), "tokens"),
        (lambda tokens: prep.n_grams(tokens, 1), "tokens"),
        (lambda tokens: prep.remove_stop_words(tokens, {"the"}), "tokens"),
        (lambda tokens: prep.Vocabulary(["film"]).encode(tokens), "tokens"),
        (lambda tokens: prep.bag_of_words([tokens], prep.Vocabulary(["film"])), "tokens"),
        (lambda tokens: prep.BytePairEncoding(["a"], []).to_ids(tokens), "tokens"),
    ],
)
@pytest.mark.parametrize("tokens", [[1], ["film", 1], ["film", None], [b"film"]])
def test_tokens_that_are_no_words_are_named(call, name: str, tokens: list) -> None:
    with pytest.raises(TypeError, match=rf"^{name} holds (1|None|b'film') of type \w+; allowed: a list of words$"):
        call(tokens)


@pytest.mark.parametrize("kind", [prep.BytePairEncoding, prep.WordPiece])
@pytest.mark.parametrize(
    ("counts", "error", "message"),
    [
        ({"a": -3, "b": 2}, ValueError, r"^texts_or_word_counts\['a'\] is -3; allowed: 0 or more"),
        ({"a": 1.5}, TypeError, r"^texts_or_word_counts\['a'\] is 1.5 of type float"),
        ({"a": np.nan}, TypeError, r"^texts_or_word_counts\['a'\] is nan"),
        ({5: 2}, TypeError, r"^texts_or_word_counts holds what is 5 of type int"),
    ],
)
def test_word_counts_that_are_none_are_named(kind, counts: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        kind.train(counts, 300)


@pytest.mark.parametrize(("count", "error"), [(-3, ValueError), (1.5, TypeError), (np.nan, TypeError)])
def test_a_vocabulary_is_built_from_counts_alone(count: float, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^counts\['a'\] is"):
        prep.Vocabulary.from_counts({"a": count, "b": 2})


@pytest.mark.parametrize(
    ("vectors", "mask", "message"),
    [
        ((1, 2, 3), (1, 1), r"^mask has the shape \(1, 1\); allowed: \(1, 2\)$"),
        ((2, 3, 4), (3,), r"^mask has the shape \(3,\); allowed: \(2, 3\)$"),
        ((2, 3, 4), (1, 3), r"^mask has the shape \(1, 3\); allowed: \(2, 3\)$"),
        ((2, 3, 4), (2, 3, 1), r"^mask has the shape \(2, 3, 1\); allowed: \(2, 3\)$"),
        ((2, 3), (2,), r"^vectors has the shape \(2, 3\); allowed: \(None, None, None\)$"),
    ],
)
def test_a_mask_of_another_shape_is_refused_and_not_broadcast(vectors: tuple, mask: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        prep.masked_mean(np.ones(vectors, np.float32), np.ones(mask, bool))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_a_mean_is_that_of_float64_where_the_sum_is_larger_than_its_type_holds(dtype: str) -> None:
    vectors = keras.ops.convert_to_tensor(np.full((1, 256, 2), 300.0), dtype=dtype)
    mean = prep.masked_mean(vectors, np.ones((1, 256), bool))
    assert keras.backend.standardize_dtype(mean.dtype) == dtype
    np.testing.assert_array_equal(numpy(keras.ops.cast(mean, "float32")), [[300.0, 300.0]])


def test_the_mean_of_whole_numbers_is_not_cut_off() -> None:
    mean = prep.masked_mean(np.array([[[1], [2]]]), np.array([[True, True]]))
    np.testing.assert_array_equal(numpy(mean), [[1.5]])


def test_scores_of_pairs_are_summed_wider_than_float16() -> None:
    center, positive, negative = (np.full((1, 256), 30.0, np.float16) * sign for sign in (1, 1, -1))
    loss = numpy(prep.skip_gram_loss(center, positive, negative))
    np.testing.assert_array_equal(loss, [0.0])  # -log σ(230,400), twice
    assert np.isfinite(numpy(prep.skip_gram_loss(center, negative, positive))).all()


ADDITIVE = np.array([[0.0, 0.0, -np.inf]], np.float32)  # 0 keeps, in other libraries


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: prep.combine_masks(ADDITIVE), "padding_mask"),
        (lambda: prep.combine_masks(np.ones((1, 3), bool), np.zeros((3, 3), np.float32)), "causal_mask"),
        (lambda: prep.masked_mean(np.ones((1, 3, 2), np.float32), ADDITIVE), "mask"),
    ],
)
def test_a_mask_to_be_added_is_refused(call, name: str) -> None:
    with pytest.raises(TypeError, match=rf"^{name} is of type float32; allowed: bool, True for what is kept$"):
        call()


@pytest.mark.parametrize(
    ("padding", "causal", "message"),
    [
        ((3,), None, r"^padding_mask has the shape \(3,\)"),
        ((2, 1, 3), None, r"^padding_mask has the shape \(2, 1, 3\)"),
        ((2, 3), (4, 4), r"^causal_mask has the shape \(4, 4\); allowed: \(None, 3\)"),
        ((2, 3), (3, 1), r"^causal_mask has the shape \(3, 1\); allowed: \(None, 3\)"),
    ],
)
def test_masks_that_do_not_fit_are_named(padding: tuple, causal: tuple | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        prep.combine_masks(np.ones(padding, bool), None if causal is None else np.ones(causal, bool))
