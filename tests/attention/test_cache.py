"""Proves that decoding step by step, with keys and values kept, gives what one pass over the whole sequence gives:
for any cut into steps, at positions known only during the run, with padding, and for another sequence's keys.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib.attention import MultiHeadAttention
from tensors import compiled, normal, numpy

from .samples import stir

BATCH, TIME, WIDTH = 2, 6, 8


def _layer(**options: object) -> MultiHeadAttention:
    layer = MultiHeadAttention(2, **options)
    layer.build((None, None, WIDTH))
    stir(layer)
    return layer


@pytest.mark.parametrize(
    ("cuts", "room", "shown"),
    [([1] * TIME, TIME, False), ([TIME], TIME, False), ([3, 1, 2], TIME + 3, True), ([2, 4], TIME + 3, False)],
    ids=str,
)
def test_steps_of_any_size_give_the_full_pass(cuts: list[int], room: int, shown: bool) -> None:
    layer, inputs = _layer(value_dim=3 if shown else None), normal(BATCH, TIME, WIDTH)
    expected, weights = layer(inputs, use_causal_mask=True, return_attention_scores=True)
    cache = tuple(each + 7 for each in layer.empty_cache(BATCH, room))  # rubbish where nothing was written yet
    start = 0
    for count in cuts:
        piece = slice(start, start + count)
        outputs, *scores, cache = layer(inputs[:, piece], cache=cache, cache_index=start, return_attention_scores=shown)
        np.testing.assert_allclose(numpy(outputs), numpy(expected)[:, piece], atol=5e-6)
        if shown:
            np.testing.assert_allclose(numpy(scores[0])[..., :TIME], numpy(weights)[:, :, piece], atol=5e-6)
            assert (numpy(scores[0])[..., TIME:] == 0).all()
        start += count
    assert [tuple(each.shape) for each in cache] == [(BATCH, 2, room, 4), (BATCH, 2, room, 3 if shown else 4)]


def test_a_compiled_step_serves_every_position() -> None:
    layer, inputs = _layer(), normal(BATCH, TIME, WIDTH)
    expected = numpy(layer(inputs, use_causal_mask=True))
    traced = []

    def step(query, keys, values, index):
        traced.append(1)
        outputs, cache = layer(query, cache=(keys, values), cache_index=index)
        return outputs, *cache

    fast = compiled(step)
    cache = layer.empty_cache(BATCH, TIME)
    for index in range(TIME):
        position = keras.ops.convert_to_tensor(index, dtype="int32")
        outputs, *cache = fast(keras.ops.convert_to_tensor(inputs[:, index : index + 1]), *cache, position)
        np.testing.assert_allclose(numpy(outputs)[:, 0], expected[:, index], atol=5e-6)
    assert len(traced) == 1  # one shape, compiled once


def test_padding_in_front_of_the_text_stays_unseen_in_steps() -> None:
    layer, inputs = _layer(), normal(BATCH, TIME, WIDTH)
    padding = np.ones((BATCH, TIME), bool)
    padding[1, :2] = False
    expected = numpy(layer(inputs, padding_mask=padding, use_causal_mask=True))
    cache = layer.empty_cache(BATCH, TIME)
    for index in range(TIME):
        outputs, cache = layer(inputs[:, index : index + 1], cache=cache, cache_index=index, padding_mask=padding)
        np.testing.assert_allclose(numpy(outputs)[:, 0], expected[:, index], atol=5e-6)


def test_another_sequences_keys_are_projected_once() -> None:
    layer, query, source = _layer(), normal(BATCH, 3, WIDTH), normal(BATCH, TIME, WIDTH, seed=1)
    padding = np.ones((BATCH, TIME), bool)
    padding[0, 4:] = False
    expected = numpy(layer(query, source, padding_mask=padding))
    cache = layer.project(source)
    for index in range(3):
        outputs = layer(query[:, index : index + 1], cache=cache, padding_mask=padding)
        np.testing.assert_allclose(numpy(outputs)[:, 0], expected[:, index], atol=5e-6)


def test_chosen_rows_of_a_cache_go_on_as_rows_of_their_own() -> None:
    """What beam search does: the beginnings that go on are copied, cache and all."""
    layer, inputs = _layer(), normal(BATCH, TIME, WIDTH)
    _, cache = layer(inputs[:, :3], cache=layer.empty_cache(BATCH, TIME), cache_index=0)
    chosen = np.array([1, 1, 0])
    cache = keras.tree.map_structure(lambda each: keras.ops.take(each, chosen, axis=0), cache)
    step = normal(3, 1, WIDTH, seed=4)
    outputs, _ = layer(step, cache=cache, cache_index=3)
    whole = np.concatenate([inputs[chosen, :3], step], axis=1)
    np.testing.assert_allclose(numpy(outputs)[:, 0], numpy(layer(whole, use_causal_mask=True))[:, 3], atol=5e-6)


def test_the_cache_has_the_layers_precision() -> None:
    layer = _layer(dtype="mixed_bfloat16")
    cache = layer.empty_cache(BATCH, TIME)
    _, cache = layer(keras.ops.cast(normal(BATCH, 1, WIDTH), "bfloat16"), cache=cache, cache_index=0)
    assert {keras.backend.standardize_dtype(each.dtype) for each in cache} == {"bfloat16"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cache_index": 6}, r"cache_index is 6; allowed: 0 to 5, so that 1 fit into 6"),
        ({"cache_index": -1}, r"cache_index is -1; allowed: 0 to 5, so that 1 fit into 6"),
        ({"cache": None, "cache_index": 0}, r"cache_index is 0 and there is no cache; allowed: both or none"),
        ({"key": normal(BATCH, 1, WIDTH)}, r"key or value is given with a cache but without cache_index"),
        ({"value": normal(BATCH, 1, WIDTH)}, r"key or value is given with a cache but without cache_index"),
        ({"cache_index": 0, "padding_mask": np.ones((BATCH, 1), bool)}, None),
        ({"cache_index": 0, "padding_mask": np.ones((BATCH, 4), bool)}, r"padding_mask has the shape \(2, 4\)"),
    ],
)
def test_a_cache_used_wrongly_is_named(options: dict, message: str | None) -> None:
    layer = _layer()
    call = {"cache": layer.empty_cache(BATCH, TIME), **options}
    if message is None:
        layer(normal(BATCH, 1, WIDTH), **call)
        return
    with pytest.raises(ValueError, match=message):
        layer(normal(BATCH, 1, WIDTH), **call)


def test_a_position_may_be_a_number_of_numpys() -> None:
    layer, inputs = _layer(), normal(BATCH, 1, WIDTH)
    expected, _ = layer(inputs, cache=layer.empty_cache(BATCH, TIME), cache_index=4)
    for index in (np.int64(4), np.array(4)):
        outputs, _ = layer(inputs, cache=layer.empty_cache(BATCH, TIME), cache_index=index)
        np.testing.assert_allclose(numpy(outputs), numpy(expected), atol=1e-6)


def test_a_cache_for_other_examples_is_named() -> None:
    layer = _layer()
    with pytest.raises(ValueError, match=r"the cache is for 1 examples and query has 2; allowed: as many of each"):
        layer(normal(BATCH, 1, WIDTH), cache=layer.empty_cache(1, TIME), cache_index=0)


def test_more_positions_than_a_cache_has_are_named() -> None:
    layer = _layer()
    with pytest.raises(ValueError, match=r"query has 7 positions; allowed: as many as the cache has, 6"):
        layer(normal(BATCH, 7, WIDTH), cache=layer.empty_cache(BATCH, 6), cache_index=0)


def test_a_layer_that_was_not_built_has_no_cache_to_give() -> None:
    with pytest.raises(ValueError, match="the layer has not been built"):
        MultiHeadAttention(2).empty_cache(1, 1)
    with pytest.raises(ValueError, match=r"max_length is 0; allowed: 1 or more"):
        _layer().empty_cache(1, 0)
