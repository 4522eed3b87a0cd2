"""Proves that encoder and decoder layers are what loops in float64 say, that no future is seen and no padding felt
whatever is switched on, that every weight learns the right way, and that steps with a cache are the full pass.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib.transformer import SinusoidalPositions, TransformerDecoderLayer, TransformerEncoderLayer
from tensors import central_difference, compiled, normal, numpy, value_and_gradients

from . import loops
from .samples import stir, weights_of

BATCH, TIME, SOURCE, WIDTH, HIDDEN = 2, 6, 4, 8, 12


def _encoder(**options: object) -> TransformerEncoderLayer:
    layer = TransformerEncoderLayer(2, HIDDEN, **{"seed": 5, **options})
    layer.build((None, None, WIDTH))
    stir(layer)
    return layer


def _decoder(**options: object) -> TransformerDecoderLayer:
    layer = TransformerDecoderLayer(2, HIDDEN, **{"seed": 5, **options})
    layer.build((None, None, WIDTH), (None, None, WIDTH))
    stir(layer)
    return layer


def _first(given):
    return given[0] if isinstance(given, tuple) else given


def _padding(time: int, tokens: int) -> np.ndarray:
    mask = np.ones((BATCH, time), bool)
    mask[1, tokens:] = False
    return mask


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("causal", [True, False])
def test_an_encoder_layer_is_that_of_loops(norm_first: bool, causal: bool) -> None:
    layer, inputs, padding = _encoder(norm_first=norm_first), normal(BATCH, TIME, WIDTH), _padding(TIME, 3)
    given = numpy(layer(inputs, padding_mask=padding, use_causal_mask=causal))
    for row in range(BATCH):
        mask = np.tile(padding[row], (TIME, 1))
        if causal:
            mask &= np.tril(np.ones((TIME, TIME), bool))
        expected = loops.encoder_layer(inputs[row].astype(np.float64), weights_of(layer), 2, mask, norm_first)
        np.testing.assert_allclose(given[row], expected, atol=2e-5)


@pytest.mark.parametrize("norm_first", [True, False])
def test_a_decoder_layer_is_that_of_loops(norm_first: bool) -> None:
    layer = _decoder(norm_first=norm_first)
    target, memory = normal(BATCH, TIME, WIDTH), normal(BATCH, SOURCE, WIDTH, seed=1)
    own, across = _padding(TIME, 4), _padding(SOURCE, 2)
    given = numpy(layer(target, memory, target_padding_mask=own, memory_padding_mask=across))
    for row in range(BATCH):
        expected = loops.decoder_layer(
            target[row].astype(np.float64),
            memory[row].astype(np.float64),
            weights_of(layer),
            2,
            np.tile(own[row], (TIME, 1)) & np.tril(np.ones((TIME, TIME), bool)),
            np.tile(across[row], (TIME, 1)),
            norm_first,
        )
        np.testing.assert_allclose(given[row], expected, atol=2e-5)


SWITCHES = list(itertools.product([0.0, 0.5], [False, True], [False, True]))


@pytest.mark.parametrize(("dropout", "shown", "padded"), SWITCHES)
@pytest.mark.parametrize("kind", ["encoder", "decoder"])
def test_no_future_is_seen(kind: str, dropout: float, shown: bool, padded: bool) -> None:
    memory = normal(BATCH, SOURCE, WIDTH, seed=1)
    mask = _padding(TIME, 5) if padded else None

    def outputs(sequence: np.ndarray) -> np.ndarray:
        # Made anew each time, so that the same places are dropped.
        options = {"return_attention_scores": shown, "training": True}
        if kind == "encoder":
            layer = _encoder(dropout=dropout)
            return numpy(_first(layer(sequence, padding_mask=mask, use_causal_mask=True, **options)))
        return numpy(_first(_decoder(dropout=dropout)(sequence, memory, target_padding_mask=mask, **options)))

    inputs = normal(BATCH, TIME, WIDTH)
    before = outputs(inputs)
    for place in (1, TIME - 2):
        changed = inputs.copy()
        changed[:, place:] *= -2  # a sum with one number would be taken away by the normalisation
        after = outputs(changed)
        np.testing.assert_allclose(after[:, :place], before[:, :place], atol=1e-5)
        assert np.abs(after[:, place:] - before[:, place:]).max() > 1e-2


def test_an_encoder_without_a_causal_mask_does_look_ahead() -> None:
    layer, inputs = _encoder(), normal(BATCH, TIME, WIDTH)
    changed = inputs.copy()
    changed[:, -1] *= -2
    assert np.abs(numpy(layer(changed)) - numpy(layer(inputs)))[:, 0].max() > 1e-3


@pytest.mark.parametrize("shown", [False, True])
def test_padding_may_hold_anything_and_be_of_any_length(shown: bool) -> None:
    encoder, decoder = _encoder(), _decoder()
    inputs, padding = normal(BATCH, TIME, WIDTH), _padding(TIME, 3)
    target = normal(BATCH, TIME, WIDTH, seed=2)

    def outputs(sequence: np.ndarray, mask: np.ndarray) -> list[np.ndarray]:
        options = {"return_attention_scores": shown}
        own = numpy(_first(encoder(sequence, padding_mask=mask, **options)))[:, :TIME][padding]
        back = numpy(_first(decoder(sequence, target, target_padding_mask=mask, **options)))[:, :TIME][padding]
        return [own, back, numpy(_first(decoder(target, sequence, memory_padding_mask=mask, **options)))]

    before = outputs(inputs, padding)
    other = np.where(padding[..., None], inputs, -20 * inputs)
    longer = np.concatenate([other, normal(BATCH, 3, WIDTH, seed=7)], axis=1)
    for given, mask in ((other, padding), (longer, np.pad(padding, [(0, 0), (0, 3)]))):
        for now, then in zip(outputs(given, mask), before, strict=True):
            np.testing.assert_allclose(now, then, atol=1e-5)
    # And where nothing is masked, what stands there is felt.
    felt = [np.abs(now - then).max() for now, then in zip(outputs(other, padding | True), before, strict=True)]
    assert felt[0] > 1e-3 and felt[2] > 1e-3


def test_who_has_nothing_to_look_at_stays_finite() -> None:
    none = np.zeros((BATCH, SOURCE), bool)
    target, memory = normal(BATCH, TIME, WIDTH), normal(BATCH, SOURCE, WIDTH)
    value, weights, _ = value_and_gradients(
        _decoder(), lambda given: keras.ops.mean(given**2), target, memory, memory_padding_mask=none
    )
    assert np.isfinite(value) and all(np.isfinite(each).all() for each in weights)


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("make", [_encoder, _decoder])
def test_every_weight_gets_a_gradient_and_it_is_that_of_central_differences(make, norm_first: bool) -> None:
    layer = make(norm_first=norm_first)
    inputs = [normal(BATCH, TIME, WIDTH)] + [normal(BATCH, SOURCE, WIDTH, seed=1)] * (make is _decoder)
    target = normal(BATCH, TIME, WIDTH, seed=8)

    def loss(outputs):
        return keras.ops.mean(keras.ops.square(outputs - target))

    _, gradients, _ = value_and_gradients(layer, loss, *inputs)
    for weight, gradient in zip(layer.trainable_variables, gradients, strict=True):
        assert np.isfinite(gradient).all(), weight.path
        if not weight.path.endswith("key/bias"):  # it moves all scores of a query alike, which no softmax sees
            assert np.abs(gradient).max() > 1e-5, weight.path
    for number in (0, 7, 10, len(gradients) - 3):
        weight, gradient = layer.trainable_variables[number], gradients[number]
        place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
        slope = central_difference(weight, place, lambda: loss(layer(*inputs)))
        assert slope == pytest.approx(gradient[place], rel=0.03, abs=3e-4), weight.path


@pytest.mark.parametrize("norm_first", [True, False])
def test_without_sublayers_the_signal_passes_or_is_normalised(norm_first: bool) -> None:
    """With kernels of zero a layer that normalises first is the identity, however deep; the other one is a norm."""
    layer, inputs = _encoder(norm_first=norm_first), normal(BATCH, TIME, WIDTH) * 3 + 1
    for weight in layer.trainable_variables:
        gamma = weight.path.endswith("gamma")
        weight.assign(np.ones(weight.shape) if gamma else np.zeros(weight.shape))
    outputs = numpy(layer(inputs))
    if norm_first:
        np.testing.assert_allclose(outputs, inputs, atol=1e-6)
    else:
        np.testing.assert_allclose(outputs.mean(axis=-1), 0, atol=1e-5)
        np.testing.assert_allclose(outputs.std(axis=-1), 1, atol=1e-3)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("shown", [False, True])
def test_steps_with_a_cache_are_the_full_pass(known: bool, shown: bool) -> None:
    layer = _decoder()
    target, memory, across = normal(BATCH, TIME, WIDTH), normal(BATCH, SOURCE, WIDTH, seed=1), _padding(SOURCE, 2)
    expected, own, cross = layer(target, memory, memory_padding_mask=across, return_attention_scores=True)
    cache = layer.make_cache(keras.ops.convert_to_tensor(memory), TIME + 1)
    for start, stop in ((0, 1), (1, 4), (4, 5), (5, 6)):
        index = start if known else keras.ops.convert_to_tensor(start, dtype="int32")
        outputs, *scores, cache = layer(
            target[:, start:stop],
            memory_padding_mask=across,
            cache=cache,
            cache_index=index,
            return_attention_scores=shown,
        )
        np.testing.assert_allclose(numpy(outputs), numpy(expected)[:, start:stop], atol=1e-5)
        if shown:
            np.testing.assert_allclose(numpy(scores[0])[..., :TIME], numpy(own)[:, :, start:stop], atol=1e-5)
            np.testing.assert_allclose(numpy(scores[1]), numpy(cross)[:, :, start:stop], atol=1e-5)


def test_scores_are_weights_of_the_right_sizes() -> None:
    target, memory = normal(BATCH, TIME, WIDTH), normal(BATCH, SOURCE, WIDTH)
    _, own, cross = _decoder()(target, memory, memory_padding_mask=_padding(SOURCE, 2), return_attention_scores=True)
    assert own.shape == (BATCH, 2, TIME, TIME) and cross.shape == (BATCH, 2, TIME, SOURCE)
    assert (np.triu(numpy(own), 1) == 0).all() and (numpy(cross)[1, :, :, 2:] == 0).all()
    for weights in (own, cross, _encoder()(memory, return_attention_scores=True)[1]):
        np.testing.assert_allclose(numpy(weights).sum(axis=-1), 1, atol=1e-6)


def test_scores_have_their_shapes_in_a_model_of_layers_as_well() -> None:
    target, memory = keras.Input((TIME, WIDTH)), keras.Input((SOURCE, WIDTH))
    outputs, own, cross = TransformerDecoderLayer(2, HIDDEN)(target, memory, return_attention_scores=True)
    assert outputs.shape == (None, TIME, WIDTH)
    assert own.shape == (None, 2, TIME, TIME) and cross.shape == (None, 2, TIME, SOURCE)
    model = keras.Model([target, memory], [outputs, own, cross])
    given = model([normal(BATCH, TIME, WIDTH), normal(BATCH, SOURCE, WIDTH)])
    assert [tuple(each.shape[1:]) for each in given] == [tuple(each.shape[1:]) for each in model.outputs]


def test_a_mask_that_keras_keeps_passes_through() -> None:
    ids, embedding = np.array([[4, 2, 0, 0]]), keras.layers.Embedding(9, WIDTH, mask_zero=True)
    layer, vectors = _encoder(), SinusoidalPositions(4)(embedding(ids))
    expected = numpy(layer(numpy(vectors), padding_mask=ids != 0))
    outputs = layer(vectors)
    np.testing.assert_allclose(numpy(outputs), expected, atol=1e-6)
    # What averages the outputs afterwards knows what was padding.
    mean = keras.layers.GlobalAveragePooling1D()(outputs)
    np.testing.assert_allclose(numpy(mean), expected[:, :2].mean(axis=1), atol=1e-6)
    assert np.abs(numpy(mean) - expected.mean(axis=1)).max() > 1e-3


@pytest.mark.parametrize("make", [_encoder, _decoder])
def test_dropout_works_in_training_alone_and_by_the_seed(make) -> None:
    inputs = [normal(BATCH, TIME, WIDTH)] + [normal(BATCH, SOURCE, WIDTH, seed=1)] * (make is _decoder)

    def outputs(**options: object) -> np.ndarray:
        training = options.pop("training", True)
        return numpy(make(**options)(*inputs, training=training))

    np.testing.assert_array_equal(outputs(dropout=0.5), outputs(dropout=0.5))
    assert np.abs(outputs(dropout=0.5) - outputs(dropout=0.5, seed=6)).max() > 0.01
    np.testing.assert_allclose(outputs(dropout=0.5, training=False), outputs(), atol=1e-6)


def test_each_sublayer_is_dropped_before_it_is_added() -> None:
    layer = _encoder(dropout=0.9999999)
    inputs = normal(BATCH, TIME, WIDTH)
    np.testing.assert_allclose(numpy(layer(inputs, training=True)), inputs, atol=1e-6)


@pytest.mark.parametrize("make", [_encoder, _decoder])
def test_compiled_equals_eager(make) -> None:
    layer = make()
    inputs = [normal(BATCH, TIME, WIDTH)] + [normal(BATCH, SOURCE, WIDTH, seed=1)] * (make is _decoder)
    np.testing.assert_allclose(numpy(compiled(layer)(*inputs)), numpy(layer(*inputs)), atol=1e-5)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_stays_close(policy: str) -> None:
    target, memory = normal(BATCH, TIME, WIDTH), normal(BATCH, SOURCE, WIDTH, seed=1)
    exact, low = _decoder(), _decoder(dtype=policy)
    low.set_weights(exact.get_weights())
    full, half = exact(target, memory), low(target, memory)
    assert keras.backend.standardize_dtype(half.dtype) == policy.removeprefix("mixed_")
    assert np.abs(numpy(keras.ops.cast(half, "float32")) - numpy(full)).max() < 0.06 * np.abs(numpy(full)).max()
    assert {keras.backend.standardize_dtype(weight.dtype) for weight in low.trainable_variables} == {"float32"}


@pytest.mark.parametrize(
    "options", [{}, {"dropout": 0.3, "norm_first": False, "activation": "gelu", "epsilon": 1e-3, "name": "one"}]
)
@pytest.mark.parametrize("kind", [TransformerEncoderLayer, TransformerDecoderLayer])
def test_a_saved_layer_comes_back_with_its_options_and_weights(kind, options: dict, tmp_path: Path) -> None:
    sequence, memory = keras.Input((None, WIDTH)), keras.Input((None, WIDTH))
    layer = kind(2, HIDDEN, seed=2, **options)
    outputs = layer(sequence) if kind is TransformerEncoderLayer else layer(sequence, memory)
    model = keras.Model([sequence, memory], outputs)
    stir(model)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    inputs = [normal(BATCH, TIME, WIDTH), normal(BATCH, SOURCE, WIDTH)]
    np.testing.assert_allclose(numpy(again(inputs)), numpy(model(inputs)), atol=1e-6)
    assert again.layers[-1].get_config() == layer.get_config()
    assert set(layer.get_config()) >= {"num_heads", "hidden_dim", "dropout", "norm_first", "activation", "seed"}
