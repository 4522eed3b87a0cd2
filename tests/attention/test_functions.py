"""Proves that the equations of attention are those of loops in float64, that no masked key is ever seen, that a row
without keys gives zeros and no NaN in either direction, and that precision is kept where it is scarce.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib import attention
from tensors import normal, numpy

from . import loops

QUERIES, KEYS, DIM, VALUE_DIM, HIDDEN = 3, 5, 4, 2, 6


def _masks() -> list[np.ndarray | None]:
    some = np.random.default_rng(3).random((QUERIES, KEYS)) < 0.5
    some[0], some[1] = True, False  # one query that sees all, one that sees nothing
    return [None, np.ones((QUERIES, KEYS), bool), np.array([[True, True, False, False, False]]), some]


@pytest.mark.parametrize("mask", _masks(), ids=["no mask", "all kept", "padding", "any"])
def test_dot_product_attention_is_that_of_loops(mask: np.ndarray | None) -> None:
    query, key, value = normal(QUERIES, DIM), normal(KEYS, DIM, seed=1), normal(KEYS, VALUE_DIM, seed=2)
    full = None if mask is None else np.broadcast_to(mask, (QUERIES, KEYS))
    expected = loops.attend(loops.dot_scores(query, key), value, full)
    given = attention.scaled_dot_product_attention(query, key, value, mask)
    for ours, theirs in zip(given, expected, strict=True):
        np.testing.assert_allclose(numpy(ours), theirs, atol=2e-6)


@pytest.mark.parametrize("mask", _masks(), ids=["no mask", "all kept", "padding", "any"])
def test_additive_attention_is_that_of_loops(mask: np.ndarray | None) -> None:
    query, key, value = normal(QUERIES, DIM), normal(KEYS, 3, seed=1), normal(KEYS, VALUE_DIM, seed=2)
    kernels = normal(DIM, HIDDEN, seed=3), normal(3, HIDDEN, seed=4), normal(HIDDEN, seed=5)
    full = None if mask is None else np.broadcast_to(mask, (QUERIES, KEYS))
    expected = loops.attend(loops.additive_scores(query, key, *kernels), value, full)
    given = attention.additive_attention(query, key, value, *kernels, mask)
    for ours, theirs in zip(given, expected, strict=True):
        np.testing.assert_allclose(numpy(ours), theirs, atol=2e-6)


def test_a_query_may_be_blind_in_one_head_and_see_in_another() -> None:
    scores = normal(1, 2, QUERIES, KEYS)
    mask = np.ones((1, 2, QUERIES, KEYS), bool)
    mask[0, 0, 1] = False
    weights = numpy(attention.masked_softmax(scores, mask))
    np.testing.assert_allclose(weights.sum(axis=-1), [[[1, 0, 1], [1, 1, 1]]], atol=1e-6)
    together = normal(1, 2, QUERIES, DIM), normal(1, 2, KEYS, DIM, seed=1), normal(1, 2, KEYS, VALUE_DIM, seed=2)
    assert not numpy(attention.scaled_dot_product_attention(*together, mask)[0])[0, 0, 1].any()


def test_any_number_of_leading_axes_is_so_many_attentions() -> None:
    query, key = normal(2, 3, QUERIES, DIM), normal(2, 3, KEYS, DIM, seed=1)
    value = normal(2, 3, KEYS, VALUE_DIM, seed=2)
    kernels = normal(DIM, HIDDEN, seed=3), normal(DIM, HIDDEN, seed=4), normal(HIDDEN, seed=5)
    together = numpy(attention.scaled_dot_product_attention(query, key, value)[0])
    added = numpy(attention.additive_attention(query, key, value, *kernels)[0])
    for batch in range(2):
        for head in range(3):
            one = query[batch, head], key[batch, head], value[batch, head]
            np.testing.assert_allclose(
                together[batch, head], numpy(attention.scaled_dot_product_attention(*one)[0]), atol=1e-6
            )
            np.testing.assert_allclose(
                added[batch, head], numpy(attention.additive_attention(*one, *kernels)[0]), atol=1e-6
            )


@pytest.mark.parametrize("name", ["fused_attention", "stepwise_attention"])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("padded", [0, 1, KEYS])
def test_what_returns_no_weights_gives_what_the_equation_gives(causal: bool, padded: int, name: str) -> None:
    attend = getattr(attention, name)
    query, key, value = (normal(2, 3, KEYS, DIM, seed=seed) for seed in range(3))
    keep = np.ones((2, 1, KEYS, KEYS), bool)
    keep[1, :, :, :padded] = False  # padding on the left: with a causal mask the first queries see nothing at all
    mask = keep & np.tril(np.ones((KEYS, KEYS), bool)) if causal else keep
    plain, _ = attention.scaled_dot_product_attention(query, key, value, mask)
    given = attend(query, key, value, mask)
    np.testing.assert_allclose(numpy(given), numpy(plain), atol=2e-6)
    if padded == KEYS:
        assert (numpy(given)[1] == 0).all()
    if not padded:
        sighted = attend(query, key, value, mask, may_be_blind=False)
        np.testing.assert_allclose(numpy(sighted), numpy(plain), atol=2e-6)
    no_mask, _ = attention.scaled_dot_product_attention(query, key, value)
    np.testing.assert_allclose(numpy(attend(query, key, value)), numpy(no_mask), atol=2e-6)


def test_weights_sum_to_one_and_masked_keys_weigh_nothing_even_with_the_highest_score() -> None:
    scores = np.array([[1.0, 50.0, 2.0], [0.0, 0.0, 90.0]])
    mask = np.array([[True, False, True], [True, True, False]])
    weights = numpy(attention.masked_softmax(scores, mask))
    assert (weights[~mask] == 0).all()
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-6)
    np.testing.assert_allclose(weights[1, :2], 0.5, rtol=1e-6)


@pytest.mark.parametrize("size", [1.0, 1e4, 1e8])
def test_scores_of_any_size_give_weights_and_a_masked_row_gives_zeros(size: float) -> None:
    scores = normal(4, 6) * np.float32(size)
    mask = np.ones((4, 6), bool)
    mask[2] = False
    weights = numpy(attention.masked_softmax(scores, mask))
    assert np.isfinite(weights).all()
    assert (weights[2] == 0).all()
    np.testing.assert_allclose(weights[[0, 1, 3]].sum(axis=-1), 1, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_weights_are_computed_in_float32_whatever_the_scores_are(dtype: str) -> None:
    scores = keras.ops.cast(normal(1, 2000), dtype)
    weights = attention.masked_softmax(scores)
    assert keras.backend.standardize_dtype(weights.dtype) == "float32"
    exact = np.exp(numpy(keras.ops.cast(scores, "float32")).astype(np.float64))
    np.testing.assert_allclose(numpy(weights), exact / exact.sum(), rtol=1e-4)


def test_products_that_float16_cannot_hold_are_scaled_before_they_are_made() -> None:
    query = keras.ops.cast(np.full((1, 64), 40.0), "float16")  # 64 · 40² is 102,400, and float16 ends at 65,504
    assert float(numpy(attention.dot_product_scores(query, query)).item()) == pytest.approx(64 * 1600 / 8, rel=1e-2)


def test_outputs_keep_the_precision_of_the_values() -> None:
    query, value = (keras.ops.cast(normal(3, 4), dtype) for dtype in ("bfloat16", "bfloat16"))
    outputs, weights = attention.scaled_dot_product_attention(query, query, value)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    assert keras.backend.standardize_dtype(weights.dtype) == "float32"


def test_whole_numbers_are_computed_with_as_numbers() -> None:
    """A mean of whole numbers is no whole number."""
    query, key, value = (np.random.default_rng(0).integers(-3, 4, size=(1, 2, 3, 4)) for _ in range(3))
    exact = [each.astype(np.float32) for each in (query, key, value)]
    for function in (
        attention.scaled_dot_product_attention,
        attention.fused_attention,
        attention.stepwise_attention,
    ):
        given, expected = function(query, key, value), function(*exact)
        if function is attention.scaled_dot_product_attention:
            given, expected = given[0], expected[0]
        np.testing.assert_allclose(numpy(given), numpy(expected), atol=1e-6)
    kernels = [normal(4, 5), normal(4, 5, seed=1), normal(5, seed=2)]
    np.testing.assert_allclose(
        numpy(attention.additive_scores(query, key, *kernels)),
        numpy(attention.additive_scores(*exact[:2], *kernels)),
        atol=1e-6,
    )


@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_a_mask_of_numbers_is_refused(dtype: str) -> None:
    """Elsewhere such masks are added to the scores: 0 would mean what 1 means here."""
    inputs, mask = normal(1, 2, 3, 4), np.ones((3, 3), dtype)
    message = rf"mask is of type {dtype}; allowed: bool, True for what may be looked at"
    for function in (
        attention.scaled_dot_product_attention,
        attention.fused_attention,
        attention.stepwise_attention,
    ):
        with pytest.raises(TypeError, match=message):
            function(inputs, inputs, inputs, mask)
    with pytest.raises(TypeError, match=message):
        attention.masked_softmax(normal(3, 3), mask)


def test_heads_are_cut_from_each_vector_and_joined_again() -> None:
    inputs = np.arange(2 * 3 * 6, dtype=np.float32).reshape(2, 3, 6)
    heads = numpy(attention.split_heads(inputs, 2))
    assert heads.shape == (2, 2, 3, 3)
    for batch in range(2):
        for head in range(2):
            for time in range(3):
                np.testing.assert_array_equal(heads[batch, head, time], inputs[batch, time, 3 * head : 3 * head + 3])
    np.testing.assert_array_equal(numpy(attention.merge_heads(heads)), inputs)


def test_heads_that_do_not_divide_the_width_are_named() -> None:
    with pytest.raises(ValueError, match=r"^num_heads is 4; allowed: a divisor of the width, which is 6$"):
        attention.split_heads(np.zeros((1, 2, 6)), 4)


def test_a_layer_on_each_position_sees_every_vector_as_a_row_in_its_place() -> None:
    seen = []

    def layer(rows):
        seen.append(tuple(rows.shape))
        return rows[:, :2] * 10

    inputs = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)
    np.testing.assert_array_equal(numpy(attention.on_each_position(layer, inputs)), inputs[:, :, :2] * 10)
    assert seen == [(6, 4)]


def test_looking_back_counts_from_the_first_querys_position() -> None:
    assert numpy(attention.look_back_mask(3, 3)).tolist() == np.tril(np.ones((3, 3), bool)).tolist()
    assert numpy(attention.look_back_mask(2, 5, 2)).tolist() == [[True] * 3 + [False] * 2, [True] * 4 + [False]]


def test_masks_are_put_together_as_in_a_loop() -> None:
    padding = np.array([[1, 1, 1, 0], [0, 1, 1, 1]], bool)
    extra = np.random.default_rng(0).random((2, 4, 4)) < 0.5
    look_back = attention.look_back_mask(4, 4)
    together = numpy(attention.attention_mask_of(padding, extra, look_back))
    assert together.shape == (2, 1, 4, 4) and together.dtype == bool
    for batch in range(2):
        for query in range(4):
            for key in range(4):
                kept = padding[batch, key] and extra[batch, query, key] and key <= query
                assert together[batch, 0, query, key] == kept
    assert attention.attention_mask_of() is None
    shared = numpy(attention.attention_mask_of(attention_mask=extra[0]))
    assert shared.shape == (1, 4, 4) and (shared[0] == extra[0]).all()
