"""Proves that whoever calls attention wrongly is told which argument, what was given, and what is allowed."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib.attention import AdditiveAttention, MultiHeadAttention
from tensors import normal


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"num_heads": 0}, ValueError, r"^num_heads is 0; allowed: 1 or more$"),
        ({"num_heads": 2.0}, TypeError, r"^num_heads is 2.0 of type float; allowed: a whole number$"),
        ({"num_heads": True}, TypeError, r"^num_heads is True"),
        ({"key_dim": 0}, ValueError, r"^key_dim is 0; allowed: 1 or more$"),
        ({"value_dim": -1}, ValueError, r"^value_dim is -1"),
        ({"output_dim": "8"}, TypeError, r"^output_dim is '8'"),
        ({"dropout": 1.0}, ValueError, r"^dropout is 1.0; allowed: from 0 to less than 1$"),
        ({"dropout": float("nan")}, ValueError, r"^dropout is nan"),
    ],
)
def test_options_outside_their_range_are_named(options: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        MultiHeadAttention(**{"num_heads": 2, **options})


def test_a_hidden_layer_without_units_is_named() -> None:
    with pytest.raises(ValueError, match=r"hidden_dim is 0; allowed: 1 or more"):
        AdditiveAttention(0)


def test_heads_that_do_not_divide_the_width_are_named_where_no_width_of_theirs_is_given() -> None:
    with pytest.raises(ValueError, match=r"num_heads is 3; allowed: a divisor of the query's width, which is 8"):
        MultiHeadAttention(3)(normal(1, 2, 8))
    assert MultiHeadAttention(3, key_dim=5)(normal(1, 2, 8)).shape == (1, 2, 8)


MASKS = [
    ({"padding_mask": np.ones((2, 4), np.float32)}, TypeError, r"padding_mask is of type float32; allowed: bool"),
    ({"padding_mask": np.ones((2, 4), np.int32)}, TypeError, r"padding_mask is of type int32; allowed: bool"),
    ({"attention_mask": np.zeros((4, 4), np.float32)}, TypeError, r"attention_mask is of type float32"),
    ({"padding_mask": np.ones((2, 5), bool)}, ValueError, r"padding_mask has the shape \(2, 5\); allowed: \(2, 4\)"),
    ({"padding_mask": np.ones((3, 4), bool)}, ValueError, r"padding_mask has the shape \(3, 4\)"),
    ({"padding_mask": np.ones((4,), bool)}, ValueError, r"padding_mask has the shape \(4,\)"),
    ({"padding_mask": np.ones((2, 4, 4), bool)}, ValueError, r"padding_mask has the shape \(2, 4, 4\)"),
    (
        {"attention_mask": np.ones((2, 3, 4), bool)},
        ValueError,
        r"attention_mask has the shape \(2, 3, 4\); allowed: \(4, 4\) or \(2, 4, 4\)",
    ),
    ({"attention_mask": np.ones((2, 2, 4, 4), bool)}, ValueError, r"attention_mask has the shape \(2, 2, 4, 4\)"),
]


@pytest.mark.parametrize("make", [lambda: MultiHeadAttention(2), lambda: AdditiveAttention(3)])
@pytest.mark.parametrize(("masks", "error", "message"), MASKS)
def test_masks_of_another_type_or_shape_are_named(make, masks: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()(normal(2, 4, 8), **masks)


@pytest.mark.parametrize("make", [lambda: MultiHeadAttention(2), lambda: AdditiveAttention(3)])
@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([(8,)], r"query has the shape \(8,\); allowed: \(batch, time, width\)"),
        ([(2, 8)], r"query has the shape \(2, 8\)"),
        ([(2, 3, 4, 8)], r"query has the shape \(2, 3, 4, 8\)"),
        ([(2, 0, 8)], r"query has the shape \(2, 0, 8\), no position at all; allowed: at least one"),
        ([(2, 3, 8), (2, 0, 8)], r"key has the shape \(2, 0, 8\), no position at all"),
        ([(2, 3, 8), (2, 8)], r"key has the shape \(2, 8\)"),
        ([(2, 3, 8), (3, 3, 8)], r"query has the shape \(2, 3, 8\) and key \(3, 3, 8\); allowed: the same batch"),
        (
            [(2, 3, 8), (2, 4, 8), (2, 3, 8)],
            r"key has the shape \(2, 4, 8\) and value \(2, 3, 8\); allowed: the same time",
        ),
    ],
)
def test_sequences_that_do_not_fit_are_named(make, built: bool, inputs: list[tuple[int, ...]], message: str) -> None:
    layer = make()
    if built:
        layer(normal(2, 3, 8))
    with pytest.raises(ValueError, match=message):
        layer(*(normal(*shape) for shape in inputs))


def test_a_causal_mask_between_sequences_of_two_lengths_is_named() -> None:
    message = r"use_causal_mask with 3 queries and 4 keys; allowed: as many of each"
    with pytest.raises(ValueError, match=message):
        MultiHeadAttention(2)(normal(2, 3, 8), normal(2, 4, 8), use_causal_mask=True)


def test_a_mask_of_another_length_is_named_when_a_model_is_made() -> None:
    sequence, mask = keras.Input((4, 8)), keras.Input((5,), dtype="bool")
    with pytest.raises(ValueError, match=r"padding_mask has the shape \(None, 5\); allowed: \(None, 4\)"):
        MultiHeadAttention(2)(sequence, padding_mask=mask)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_broken_number_breaks_its_own_example_alone(value: float) -> None:
    layer, inputs = MultiHeadAttention(2), normal(2, 4, 8)
    before = keras.ops.convert_to_numpy(layer(inputs))
    inputs[0, 1, 2] = value
    after = keras.ops.convert_to_numpy(layer(inputs))
    np.testing.assert_allclose(after[1], before[1], atol=1e-6)
    assert np.isnan(after[0]).any()
