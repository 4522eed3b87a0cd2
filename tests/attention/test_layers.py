"""Proves that the layers compute the loops' attention, that nothing leaks from the future or from padding in any
combination of options, that every weight learns, and that saving, compiling, seeds and low precision change nothing
they should not.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib.attention import AdditiveAttention, MultiHeadAttention
from course_lib.preprocessing import causal_mask, combine_masks
from tensors import central_difference, compiled, normal, numpy, value_and_gradients

from . import loops
from .samples import named_weights, stir

BATCH, TIME, WIDTH, HEADS = 2, 5, 8, 2


def _layer(time: int = TIME, **options: object) -> MultiHeadAttention:
    layer = MultiHeadAttention(**{"num_heads": HEADS, "seed": 0, **options})
    layer.build((None, time, WIDTH))
    stir(layer)
    return layer


def _padding(time: int = TIME) -> np.ndarray:
    mask = np.ones((BATCH, time), bool)
    mask[1, -2:] = False
    return mask


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("shown", [False, True])
def test_many_heads_are_the_loops_heads(causal: bool, padded: bool, shown: bool) -> None:
    layer, inputs = _layer(), normal(BATCH, TIME, WIDTH)
    padding = _padding() if padded else np.ones((BATCH, TIME), bool)
    given = layer(
        inputs,
        padding_mask=padding if padded else None,
        use_causal_mask=causal,
        return_attention_scores=shown,
    )
    outputs, weights = given if shown else (given, None)
    for row in range(BATCH):
        mask = np.array([[padding[row, j] and (j <= i or not causal) for j in range(TIME)] for i in range(TIME)])
        expected = loops.multi_head(inputs[row], inputs[row], inputs[row], named_weights(layer), HEADS, mask)
        np.testing.assert_allclose(numpy(outputs)[row], expected[0], atol=2e-5)
        if shown:
            np.testing.assert_allclose(numpy(weights)[row], expected[1], atol=2e-6)


def test_queries_keys_and_values_may_have_widths_and_lengths_of_their_own() -> None:
    query, key, value = normal(BATCH, 3, 6), normal(BATCH, 4, 5, seed=1), normal(BATCH, 4, 7, seed=2)
    layer = MultiHeadAttention(2, key_dim=3, value_dim=2, output_dim=9)
    layer(query, key, value)
    stir(layer)
    outputs, weights = layer(query, key, value, return_attention_scores=True)
    assert outputs.shape == (BATCH, 3, 9) and weights.shape == (BATCH, 2, 3, 4)
    for row in range(BATCH):
        expected = loops.multi_head(query[row], key[row], value[row], named_weights(layer), 2)
        np.testing.assert_allclose(numpy(outputs)[row], expected[0], atol=2e-5)


def test_additive_attention_is_that_of_loops() -> None:
    query, key = normal(BATCH, 3, 6), normal(BATCH, 4, 5, seed=1)
    layer = AdditiveAttention(7)
    layer(query, key)
    stir(layer)
    mask = np.array([[True, True, True, False], [False, True, True, True]])
    outputs, weights = layer(query, key, padding_mask=mask, return_attention_scores=True)
    kernels = named_weights(layer)
    w, u, v = (
        next(kernels[name] for name in kernels if name.endswith(end))
        for end in ("query_kernel", "/key_kernel", "score_kernel")
    )
    for row in range(BATCH):
        scores = loops.additive_scores(query[row], key[row], w, u, v[:, 0])
        expected = loops.attend(scores, key[row], np.broadcast_to(mask[row], scores.shape))
        np.testing.assert_allclose(numpy(outputs)[row], expected[0], atol=1e-5)
        np.testing.assert_allclose(numpy(weights)[row], expected[1], atol=1e-5)
    np.testing.assert_array_equal(numpy(layer(query, key, padding_mask=mask)), numpy(outputs))


OPTIONS = list(itertools.product([0.0, 0.5], [False, True], [False, True], [False, True]))


@pytest.mark.parametrize(("dropout", "training", "shown", "padded"), OPTIONS)
def test_the_future_never_leaks(dropout: float, training: bool, shown: bool, padded: bool) -> None:
    layer, inputs, changed_from = _layer(dropout=dropout), normal(BATCH, TIME, WIDTH), 2
    state = numpy(layer.seed_generator.state).copy()
    outputs = []
    for future in (inputs, np.where(np.arange(TIME)[:, None] >= changed_from, inputs + 3, inputs)):
        layer.seed_generator.state.assign(state)  # so that both draw the same dropout
        given = layer(
            future,
            padding_mask=_padding() if padded else None,
            use_causal_mask=True,
            return_attention_scores=shown,
            training=training,
        )
        outputs.append(numpy(given[0] if shown else given))
        if shown:
            assert (numpy(given[1])[..., ~np.tril(np.ones((TIME, TIME), bool))] == 0).all()
    before, after = outputs
    np.testing.assert_allclose(after[:, :changed_from], before[:, :changed_from], atol=1e-6)
    assert np.abs(after[:, changed_from:] - before[:, changed_from:]).max() > 0.01


def test_a_causal_mask_is_the_librarys_causal_mask() -> None:
    layer, inputs, padding = _layer(), normal(BATCH, TIME, WIDTH), _padding()
    by_name = layer(inputs, padding_mask=padding, use_causal_mask=True)
    by_mask = layer(inputs, attention_mask=combine_masks(padding, causal_mask(TIME)))
    np.testing.assert_allclose(numpy(by_name), numpy(by_mask), atol=1e-6)
    alone = layer(inputs, attention_mask=causal_mask(TIME))
    np.testing.assert_allclose(numpy(alone), numpy(layer(inputs, use_causal_mask=True)), atol=1e-6)


@pytest.mark.parametrize("make", [_layer, lambda: AdditiveAttention(4)], ids=["multi-head", "additive"])
@pytest.mark.parametrize("shown", [False, True])
def test_padding_may_hold_anything_and_be_of_any_length(make, shown: bool) -> None:
    layer, inputs, padding = make(), normal(BATCH, TIME, WIDTH), _padding()

    def outputs(sequence: np.ndarray, mask: np.ndarray) -> np.ndarray:
        given = layer(normal(BATCH, 3, WIDTH, seed=9), sequence, padding_mask=mask, return_attention_scores=shown)
        return numpy(given[0] if shown else given)

    before = outputs(inputs, padding)
    np.testing.assert_array_equal(outputs(np.where(padding[..., None], inputs, np.float32(1e4)), padding), before)
    longer = np.concatenate([inputs, normal(BATCH, 3, WIDTH, seed=5)], axis=1)
    np.testing.assert_allclose(outputs(longer, np.pad(padding, [(0, 0), (0, 3)])), before, atol=2e-6)
    assert np.abs(outputs(np.where(padding[..., None], inputs + 1, inputs), padding) - before).max() > 1e-3


@pytest.mark.parametrize("make", [lambda: MultiHeadAttention(2, seed=0), lambda: AdditiveAttention(3)])
def test_the_mask_that_keras_keeps_for_the_keys_is_obeyed(make) -> None:
    ids = np.array([[4, 2, 7, 0, 0], [1, 3, 0, 0, 0]])
    layer = make()
    embedding = keras.layers.Embedding(9, WIDTH, keras.initializers.RandomNormal(0, 1, seed=0), mask_zero=True)
    vectors = numpy(embedding(ids))
    layer.build(vectors.shape)
    stir(layer)
    expected = numpy(layer(vectors, padding_mask=ids != 0))
    assert np.abs(expected - numpy(layer(vectors))).max() > 1e-4
    np.testing.assert_allclose(numpy(layer(embedding(ids))), expected, atol=1e-6)
    # In a model as well; and what the outputs are averaged by afterwards knows what was padding.
    inputs = keras.Input((None,), dtype="int32")
    outputs = layer(embedding(inputs))
    model = keras.Model(inputs, [outputs, keras.layers.GlobalAveragePooling1D()(outputs)])
    outputs, mean = model.predict(ids, verbose=0)
    np.testing.assert_allclose(outputs, expected, atol=1e-6)
    np.testing.assert_allclose(mean[0], expected[0, :3].mean(axis=0), atol=1e-6)
    assert np.abs(mean[0] - expected[0].mean(axis=0)).max() > 0.01
    # Of the tokens in a cache it says nothing.
    if isinstance(layer, MultiHeadAttention):
        outputs, _ = layer(embedding(ids[:1, :2]), cache=layer.empty_cache(1, 5), cache_index=0)
        expected = layer(vectors[:1, :2], use_causal_mask=True)
        np.testing.assert_allclose(numpy(outputs), numpy(expected), atol=1e-6)
    # It is that of the keys, whatever else is given.
    other = np.array([[5, 0, 1, 1, 1], [0, 3, 3, 2, 1]])
    look_back = np.tri(5, dtype=bool)
    for given in ((embedding(ids),), (embedding(other), embedding(ids)), (embedding(other), embedding(ids), vectors)):
        plain = [numpy(each) for each in given]
        for options in ({}, {"attention_mask": look_back}):
            expected = numpy(layer(*plain, padding_mask=ids != 0, **options))
            np.testing.assert_allclose(numpy(layer(*given, **options)), expected, atol=1e-6)
    # A mask that is given goes before the one that is kept.
    everything = layer(embedding(ids), padding_mask=np.ones((2, 5), bool))
    np.testing.assert_allclose(numpy(everything), numpy(layer(vectors)), atol=1e-6)


@pytest.mark.parametrize("shown", [False, True])
def test_who_may_look_at_nothing_gets_the_output_bias_and_finite_gradients(shown: bool) -> None:
    layer, inputs = _layer(), normal(BATCH, TIME, WIDTH)
    padding = np.array([[True] * TIME, [False] * TIME])
    given = layer(inputs, padding_mask=padding, return_attention_scores=shown)
    outputs = numpy(given[0] if shown else given)
    np.testing.assert_allclose(outputs[1], np.tile(named_weights(layer)["output/bias"], (TIME, 1)), atol=1e-6)
    options = {"padding_mask": padding, "use_causal_mask": True, "return_attention_scores": shown}
    _, weights, (sequence,) = value_and_gradients(
        layer, lambda given: keras.ops.sum(keras.ops.square(given[0] if shown else given)), inputs, **options
    )
    assert all(np.isfinite(each).all() for each in [*weights, sequence])
    assert (sequence[1] == 0).all() and np.abs(sequence[0]).min() > 0


@pytest.mark.parametrize("make", [_layer, lambda: AdditiveAttention(4)], ids=["multi-head", "additive"])
def test_every_weight_gets_a_gradient_and_it_is_that_of_central_differences(make) -> None:
    layer = make()
    inputs, target = normal(BATCH, TIME, WIDTH), normal(BATCH, TIME, WIDTH, seed=8)
    layer(inputs)

    def loss(outputs):
        return keras.ops.mean(keras.ops.square(outputs - target))

    _, gradients, _ = value_and_gradients(layer, loss, inputs, padding_mask=_padding())
    for weight, gradient in zip(layer.trainable_variables, gradients, strict=True):
        assert np.isfinite(gradient).all(), weight.path
        if not weight.path.endswith("key/bias"):  # it moves all scores of a query alike, which no softmax sees
            assert np.abs(gradient).max() > 1e-5, weight.path
        place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
        slope = central_difference(weight, place, lambda: loss(layer(inputs, padding_mask=_padding())))
        assert slope == pytest.approx(gradient[place], rel=0.02, abs=2e-4), weight.path


def test_the_keys_bias_changes_nothing() -> None:
    layer, inputs = _layer(), normal(BATCH, TIME, WIDTH)
    before = numpy(layer(inputs))
    layer.key_dense.bias.assign(np.full(WIDTH, 2.0))
    np.testing.assert_allclose(numpy(layer(inputs)), before, atol=1e-5)


def test_without_biases_there_are_four_matrices_and_nothing_else() -> None:
    layer = _layer(use_bias=False)
    assert [weight.path.rpartition("/")[2] for weight in layer.weights if weight.trainable] == ["kernel"] * 4
    assert layer.count_params() == 4 * WIDTH**2


def _model(layer: keras.layers.Layer, dtype: object = None) -> keras.Model:
    sequence = keras.Input((TIME, WIDTH))
    mask = keras.Input((TIME,), dtype="bool")
    return keras.Model([sequence, mask], layer(sequence, padding_mask=mask))


@pytest.mark.parametrize(
    "make",
    [
        lambda: MultiHeadAttention(2, key_dim=3, value_dim=5, output_dim=6, use_bias=False, dropout=0.3, seed=4),
        lambda: MultiHeadAttention(4, name="four"),
        lambda: AdditiveAttention(6),
    ],
    ids=["every option", "few options", "additive"],
)
def test_a_saved_layer_comes_back_with_its_options_and_weights(make, tmp_path: Path) -> None:
    model = _model(make())
    stir(model)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    inputs = [normal(BATCH, TIME, WIDTH), _padding()]
    np.testing.assert_allclose(numpy(again(inputs)), numpy(model(inputs)), atol=1e-6)
    ours, theirs = (one.layers[-1].get_config() for one in (model, again))
    assert ours == theirs
    assert set(ours) >= set(make().get_config())


@pytest.mark.parametrize("make", [_layer, lambda: AdditiveAttention(4)], ids=["multi-head", "additive"])
def test_compiled_equals_eager(make) -> None:
    layer, inputs = make(), normal(BATCH, TIME, WIDTH)
    eager = numpy(layer(inputs, padding_mask=_padding()))
    fast = compiled(lambda sequence, mask: layer(sequence, padding_mask=mask))
    np.testing.assert_allclose(numpy(fast(inputs, _padding())), eager, atol=1e-5)


def test_lengths_need_not_be_known_when_a_model_is_made() -> None:
    sequence, mask = keras.Input((None, WIDTH)), keras.Input((None,), dtype="bool")
    layer = _layer()
    model = keras.Model([sequence, mask], layer(sequence, padding_mask=mask, use_causal_mask=True))
    assert model.output_shape == (None, None, WIDTH)
    for time in (2, 5):
        inputs, padding = normal(BATCH, time, WIDTH), np.ones((BATCH, time), bool)
        expected = layer(inputs, padding_mask=padding, use_causal_mask=True)
        np.testing.assert_allclose(numpy(model([inputs, padding])), numpy(expected), atol=1e-6)


def test_the_same_seed_drops_the_same_weights_and_only_in_training() -> None:
    inputs = normal(BATCH, TIME, WIDTH)

    def outputs(seed: int, **options: object) -> np.ndarray:
        return numpy(_layer(dropout=0.5, seed=seed)(inputs, **options))

    np.testing.assert_array_equal(outputs(0, training=True), outputs(0, training=True))
    assert np.abs(outputs(0, training=True) - outputs(1, training=True)).max() > 0.01
    np.testing.assert_allclose(outputs(0), numpy(_layer()(inputs)), atol=1e-6)
    layer = _layer(dropout=0.5)
    assert np.abs(numpy(layer(inputs, training=True)) - numpy(layer(inputs, training=True))).max() > 0.01


def test_dropout_leaves_the_expected_output_and_the_returned_weights_as_they_were() -> None:
    layer, inputs = _layer(dropout=0.4), normal(1, TIME, WIDTH)
    plain, exact = layer(inputs, return_attention_scores=True)
    many = np.repeat(inputs, 400, axis=0)
    drawn, shares = layer(many, return_attention_scores=True, training=True)
    np.testing.assert_allclose(numpy(shares), np.repeat(numpy(exact), 400, axis=0), atol=1e-6)
    mean, spread = numpy(drawn).mean(axis=0), numpy(drawn).std(axis=0) / np.sqrt(400)
    assert spread.min() > 0
    assert (np.abs(mean - numpy(plain)[0]) < 5 * spread).all()


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("shown", [False, True])
def test_mixed_precision_stays_close_and_keeps_weights_in_float32(policy: str, shown: bool) -> None:
    inputs, padding = normal(BATCH, TIME, WIDTH), _padding()
    padding[1] = False
    exact, low = _layer(), _layer(dtype=policy)
    low.set_weights(exact.get_weights())
    options = {"padding_mask": padding, "use_causal_mask": True, "return_attention_scores": shown}
    full, half = exact(inputs, **options), low(inputs, **options)
    if shown:
        full, half, weights = full[0], half[0], half[1]
        assert keras.backend.standardize_dtype(weights.dtype) == "float32"
        np.testing.assert_allclose(numpy(weights)[0].sum(axis=-1), 1, rtol=1e-6)
    assert keras.backend.standardize_dtype(half.dtype) == policy.removeprefix("mixed_")
    difference = np.abs(numpy(keras.ops.cast(half, "float32")) - numpy(full))
    assert np.isfinite(difference).all()
    assert difference.max() < 0.05 * np.abs(numpy(full)).max()
