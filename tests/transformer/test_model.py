"""Proves that the whole model sees no future and feels no padding, teaches every weight, keeps its logits in float32,
comes back from a file, begins alike from one seed, and counts its parameters as they are.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib.transformer import (
    SmoothedCrossEntropy,
    Transformer,
    TransformerEncoderLayer,
    bert_large,
    count_parameters,
    encoder_parameters,
    sinusoidal_positions,
)
from tensors import central_difference, compiled, normal, numpy

from .samples import SOURCE_SIZE, START, TARGET_SIZE, batch, ids, shared, small


def test_logits_are_embeddings_layers_norms_and_the_embeddings_once_more() -> None:
    model, given = shared(), batch()
    weights = {weight.path.split("/", 1)[1]: numpy(weight) for weight in model.trainable_variables}
    table = sinusoidal_positions(8, 8)

    def embedded(name: str) -> np.ndarray:
        token_ids = given[name]
        return weights[f"{name}_embedding/embeddings"][token_ids] * np.sqrt(8) + table[: token_ids.shape[1]]

    def normed(outputs, name: str):
        outputs = numpy(outputs).astype(np.float64)
        plain = (outputs - outputs.mean(-1, keepdims=True)) / np.sqrt(outputs.var(-1, keepdims=True) + 1e-5)
        return plain * weights[f"{name}/gamma"] + weights[f"{name}/beta"]

    source_mask, target_mask = given["source"] != 0, given["target"] != 0
    memory = embedded("source").astype(np.float32)
    for layer in model.encoder_layers:
        memory = layer(memory, padding_mask=source_mask)
    memory = normed(memory, "encoder_norm").astype(np.float32)
    np.testing.assert_allclose(numpy(model.encode(given["source"])), memory, atol=2e-5)
    outputs = embedded("target").astype(np.float32)
    for layer in model.decoder_layers:
        outputs = layer(outputs, memory, target_padding_mask=target_mask, memory_padding_mask=source_mask)
    expected = normed(outputs, "decoder_norm") @ weights["target_embedding/embeddings"].T
    np.testing.assert_allclose(numpy(model(given)), expected, atol=5e-5)


@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("shown", [False, True])
@pytest.mark.parametrize("norm_first", [True, False])
def test_no_later_token_of_the_target_is_seen(dropout: float, shown: bool, norm_first: bool) -> None:
    given = batch()
    changed = {**given, "target": given["target"].copy()}
    changed["target"][:, 3:] = np.where(changed["target"][:, 3:] > 0, 12 - changed["target"][:, 3:], 0)

    def logits(inputs: dict) -> np.ndarray:
        model = small(dropout=dropout, norm_first=norm_first, num_layers=1)
        outputs = model(inputs, training=True, return_attention_scores=shown)
        return numpy(outputs[0] if shown else outputs)

    before, after = logits(given), logits(changed)
    np.testing.assert_allclose(after[:, :3], before[:, :3], atol=1e-5)
    assert np.abs(after[:, 3:] - before[:, 3:]).max() > 1e-2


def test_longer_padding_on_either_side_changes_nothing() -> None:
    model, given = shared(), batch()
    longer = {name: np.pad(token_ids, [(0, 0), (0, 2)]) for name, token_ids in given.items()}
    np.testing.assert_allclose(numpy(model(longer))[:, :6], numpy(model(given)), atol=1e-5)
    other = {**given, "source": np.where(given["source"] == 0, 4, given["source"])}
    assert np.abs(numpy(model(other)) - numpy(model(given)))[0].max() > 1e-2


def test_every_place_and_order_of_the_source_matters() -> None:
    model, given = shared(), batch()
    before = numpy(model(given))
    swapped = {**given, "source": given["source"][:, [1, 0, 2, 3, 4]]}
    assert np.abs(numpy(model(swapped)) - before).max() > 1e-2
    for place in range(3):
        changed = given["source"].copy()
        changed[0, place] = 15 - changed[0, place] if changed[0, place] > 4 else 9
        assert np.abs(numpy(model({**given, "source": changed}))[0] - before[0]).max() > 1e-3, place


@pytest.mark.parametrize("options", [{}, {"norm_first": False, "positions": "learned", "tie_embeddings": False}])
def test_every_weight_gets_a_finite_gradient_that_is_not_zero(options: dict) -> None:
    model, given = small(max_length=6, **options), batch()
    answers = np.where(given["target"] > 0, ids(2, 6, size=TARGET_SIZE, seed=9), 0)
    loss = SmoothedCrossEntropy(0.1)

    value, gradients = _gradients(model, lambda logits: loss(answers, logits), given)
    assert np.isfinite(value)
    for weight, gradient in zip(model.trainable_variables, gradients, strict=True):
        assert np.isfinite(gradient).all(), weight.path
        if not weight.path.endswith("key/bias"):
            assert np.abs(gradient).max() > 1e-7, weight.path
    # One number of an embedding, by central differences: it works through both of its uses.
    weight, gradient = model.target_embedding.embeddings, gradients[1]
    place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
    slope = central_difference(weight, place, lambda: loss(answers, model(given)))
    assert slope == pytest.approx(gradient[place], rel=0.05, abs=3e-4)


def _gradients(model: Transformer, loss, given: dict[str, np.ndarray]) -> tuple[float, list[np.ndarray]]:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            value = loss(model(given))
        found = tape.gradient(value, [one.value for one in model.trainable_variables])
        return float(value), [tf.convert_to_tensor(one).numpy() for one in found]
    import jax

    fixed = [one.value for one in model.non_trainable_variables]

    def compute(weights):
        return loss(model.stateless_call(weights, fixed, given)[0])

    value, found = jax.value_and_grad(compute)([one.value for one in model.trainable_variables])
    return float(value), [np.asarray(one) for one in found]


@pytest.mark.parametrize("norm_first", [True, False])
def test_scores_are_given_for_every_layer_and_change_nothing(norm_first: bool) -> None:
    model, given = small(norm_first=norm_first), batch()
    logits, scores = model(given, return_attention_scores=True)
    np.testing.assert_allclose(numpy(logits), numpy(model(given)), atol=1e-5)
    shapes = {name: [tuple(each.shape) for each in scores[name]] for name in scores}
    assert shapes == {"source": [(2, 2, 5, 5)] * 2, "target": [(2, 2, 6, 6)] * 2, "cross": [(2, 2, 6, 5)] * 2}
    assert (numpy(scores["cross"][1])[0, :, :, 3:] == 0).all()
    np.testing.assert_allclose(numpy(scores["cross"][0]).sum(axis=-1), 1, atol=1e-6)


def test_logits_are_float32_under_any_policy_and_close() -> None:
    exact, low = shared(), small(dtype="mixed_bfloat16")
    low.set_weights(exact.get_weights())
    given = batch()
    logits = low(given)
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    assert {keras.backend.standardize_dtype(weight.dtype) for weight in low.trainable_variables} == {"float32"}
    assert keras.backend.standardize_dtype(low.encode(given["source"]).dtype) == "bfloat16"
    full = numpy(exact(given))
    assert 0 < np.abs(numpy(logits) - full).max() < 0.08 * np.abs(full).max()


@pytest.mark.slow
def test_compiled_equals_eager() -> None:
    model, given = shared(), batch()
    fast = compiled(lambda source, target: model({"source": source, "target": target}))
    np.testing.assert_allclose(numpy(fast(given["source"], given["target"])), numpy(model(given)), atol=2e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [{}, {"norm_first": False, "positions": "learned", "tie_embeddings": False, "activation": "gelu", "dropout": 0.2}],
)
def test_a_saved_model_comes_back_with_its_options_and_weights(options: dict, tmp_path: Path) -> None:
    model, given = small(**options), batch()
    model(given)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(numpy(again(given)), numpy(model(given)), atol=1e-6)
    assert again.get_config() == model.get_config() and set(model.get_config()) >= {"source_vocabulary_size", "seed"}
    for layer in (*again.encoder_layers, *again.decoder_layers):
        assert layer.dropout == options.get("dropout", 0.0)


def test_the_same_seed_begins_alike_and_another_does_not() -> None:
    def first(seed: int) -> np.ndarray:
        return Transformer(5, 6, width=4, num_heads=1, hidden_dim=3, num_layers=1, seed=seed).get_weights()

    for one, same in zip(first(1), first(1), strict=True):
        np.testing.assert_array_equal(one, same)
    assert any((one != other).any() for one, other in zip(first(1), first(2), strict=True))


def test_first_embeddings_have_length_one_and_kernels_their_limits() -> None:
    model = Transformer(400, 300, width=64, num_heads=4, hidden_dim=96, num_layers=1, seed=0)
    lengths = (numpy(model.source_embedding.embeddings) ** 2).sum(axis=1)
    assert lengths.mean() == pytest.approx(1, abs=0.05)
    kernel = numpy(model.encoder_layers[0].hidden_dense.kernel)
    assert np.abs(kernel).max() == pytest.approx((6 / 160) ** 0.5, rel=0.01)
    assert (numpy(model.encoder_layers[0].hidden_dense.bias) == 0).all()
    layers = [layer.attention.query_dense.kernel for layer in model.encoder_layers]
    layers += [layer.self_attention.query_dense.kernel for layer in model.decoder_layers]
    assert (numpy(layers[0]) != numpy(layers[1])).any()


def test_a_frozen_model_is_made_again_as_it_began() -> None:
    """Keras writes into a model's configuration whether it is trainable; its first weights do not depend on it."""
    model = Transformer(5, 6, width=4, num_heads=1, hidden_dim=3, num_layers=1, seed=1)
    model.trainable = False
    for one, same in zip(model.get_weights(), Transformer.from_config(model.get_config()).get_weights(), strict=True):
        np.testing.assert_array_equal(one, same)


def test_sizes_may_come_from_numpy(tmp_path: Path) -> None:
    sizes = {"width": np.int64(4), "num_heads": np.int32(1), "hidden_dim": np.int64(3), "num_layers": np.int64(1)}
    model = Transformer(np.int64(5), np.int64(6), max_length=np.int64(7), seed=1, **sizes)
    model.save(tmp_path / "model.keras")  # JSON takes no number of NumPy's
    assert keras.saving.load_model(tmp_path / "model.keras").settings == model.settings


def test_two_layers_drop_different_places() -> None:
    seeds = [layer.seed for layer in (*shared().encoder_layers, *shared().decoder_layers)]
    assert len(set(seeds)) == 4


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("positions", ["sinusoidal", "learned"])
@pytest.mark.parametrize("norm_first", [True, False])
def test_parameters_are_counted_by_kind(tied: bool, positions: str, norm_first: bool) -> None:
    width, hidden, layers, length = 8, 12, 2, 8
    model = small(tie_embeddings=tied, positions=positions, norm_first=norm_first, name="transformer_7")
    counts = count_parameters(model)
    assert sum(counts.values()) == sum(int(np.prod(weight.shape)) for weight in model.trainable_variables)
    assert counts == {
        "embeddings": (SOURCE_SIZE + TARGET_SIZE + (positions == "learned") * 2 * length) * width,
        "attention": 3 * layers * 4 * (width * width + width),
        "feed-forward": 2 * layers * (2 * width * hidden + hidden + width),
        "normalisation": (5 * layers + 2 * norm_first) * 2 * width,
        "output": 0 if tied else TARGET_SIZE * width,
    }


def test_what_is_no_part_of_a_transformer_is_not_counted() -> None:
    layer = keras.layers.Dense(2, name="other")
    layer.build((None, 3))
    with pytest.raises(ValueError, match=r"model has the weight other/kernel; allowed: those of a Transformer"):
        count_parameters(layer)


@pytest.mark.slow
def test_one_layer_of_bert_large_has_what_the_formula_says_and_24_make_the_model() -> None:
    layer = TransformerEncoderLayer(16, 4096, activation="gelu")
    layer.build((None, None, 1024))
    built, whole = count_parameters(layer), bert_large()
    for kind in ("attention", "feed-forward"):
        assert 24 * built[kind] == whole[kind]
    assert 24 * built["normalisation"] + 2 * 1024 == whole["normalisation"]
    assert whole["embeddings"] == (30_522 + 512 + 2) * 1024 and whole["output"] == 1024 * 1024 + 1024
    assert sum(whole.values()) == 335_141_888


def test_the_formula_names_what_is_out_of_range() -> None:
    with pytest.raises(ValueError, match=r"hidden_dim is 0; allowed: 1 or more"):
        encoder_parameters(1, 2, 0, 3, 4)
    with pytest.raises(ValueError, match=r"segments is -1"):
        encoder_parameters(1, 2, 3, 4, 5, segments=-1)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"num_heads": 3}, ValueError, r"num_heads is 3; allowed: a divisor of the width, which is 8"),
        ({"num_heads": 0}, ValueError, r"num_heads is 0; allowed: 1 or more"),
        ({"width": 0}, ValueError, r"width is 0"),
        ({"width": 9, "num_heads": 3}, ValueError, r"width is 9; allowed: an even number"),
        ({"hidden_dim": 2.5}, TypeError, r"hidden_dim is 2.5 of type float"),
        ({"num_layers": 0}, ValueError, r"num_layers is 0"),
        ({"max_length": 0}, ValueError, r"max_length is 0"),
        ({"dropout": 1.0}, ValueError, r"dropout is 1.0; allowed: from 0 to less than 1"),
        ({"positions": "rotary"}, ValueError, r"positions is 'rotary'; allowed: 'sinusoidal', 'learned'"),
    ],
)
def test_settings_out_of_range_are_named(options: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        small(**options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_heads": 0}, r"num_heads is 0"),
        ({"hidden_dim": 0}, r"hidden_dim is 0"),
        ({"dropout": -0.1}, r"dropout is -0.1"),
    ],
)
def test_a_layers_settings_out_of_range_are_named(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TransformerEncoderLayer(**{"num_heads": 2, "hidden_dim": 4, **options})


def test_heads_that_do_not_divide_a_layers_width_are_named() -> None:
    with pytest.raises(ValueError, match=r"num_heads is 3; allowed: a divisor of the query's width, which is 8"):
        TransformerEncoderLayer(3, 4)(normal(1, 2, 8))


def test_sequences_that_are_too_long_or_have_no_position_are_named() -> None:
    model, given = shared(), batch()
    with pytest.raises(ValueError, match=r"inputs reaches to 9 positions; allowed: 8, which is max_length"):
        model({**given, "source": ids(2, 9, size=SOURCE_SIZE)})
    with pytest.raises(ValueError, match=r"inputs reaches to 9 positions"):
        model({**given, "target": ids(2, 9, size=TARGET_SIZE)})
    with pytest.raises(ValueError, match=r"no position at all; allowed: at least one"):
        model({**given, "source": np.zeros((2, 0), np.int32)})


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"memory": None}, ValueError, r"neither of memory and cache is given"),
        ({"cache": {}, "cache_index": 0}, ValueError, r"both of memory and cache is given"),
        ({"cache_index": 0}, ValueError, r"cache_index is 0; allowed: a position with a cache, None without one"),
        (
            {"memory_padding_mask": np.ones((2, 3), np.int32)},
            TypeError,
            r"padding_mask is of type int32",
        ),
        ({"memory_padding_mask": np.ones((2, 4), bool)}, ValueError, r"padding_mask has the shape \(2, 4\)"),
        ({"target_padding_mask": np.ones((2, 3), bool)}, ValueError, r"padding_mask has the shape \(2, 3\)"),
    ],
)
def test_a_decoder_layer_used_wrongly_is_told_so(options: dict, error: type[Exception], message: str) -> None:
    layer = shared().decoder_layers[0]
    with pytest.raises(error, match=message):
        layer(normal(2, 4, 8), **{"memory": normal(2, 3, 8), **options})


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        ("source", SOURCE_SIZE, ValueError, r"source holds ids from 4 to 11; allowed: 0 to 10"),
        ("target", TARGET_SIZE, ValueError, r"target holds ids from 2 to 9; allowed: 0 to 8"),
        ("target", -1, ValueError, r"target holds ids from -1 to 8; allowed: 0 to 8"),
        ("source", 4.0, TypeError, r"source holds values of type float64; allowed: whole numbers"),
        ("source", True, TypeError, r"source holds values of type bool; allowed: whole numbers"),
    ],
)
def test_ids_outside_the_vocabulary_are_named(name: str, value: float, error: type[Exception], message: str) -> None:
    given = {"source": np.full((1, 4), 4), "target": np.array([[START, 4, 5, 8]])}
    given[name] = given[name].astype(type(value))
    given[name][0, 1] = value
    with pytest.raises(error, match=message):
        shared()(given)


def test_ids_outside_the_vocabulary_are_named_in_steps_as_well() -> None:
    model, memory, mask = shared(), normal(1, 3, shared().width), np.ones((1, 3), bool)
    with pytest.raises(ValueError, match=rf"source holds ids from {SOURCE_SIZE} to {SOURCE_SIZE}"):
        model.encode(np.array([[SOURCE_SIZE]]))
    with pytest.raises(ValueError, match=rf"target holds ids from {TARGET_SIZE} to {TARGET_SIZE}"):
        model.decode(np.array([[TARGET_SIZE]]), memory, mask)
    with pytest.raises(ValueError, match=r"token_ids holds ids from -1 to -1"):
        model.decode_step(np.array([[-1]]), model.make_cache(memory, 4), 0, mask)


def test_inputs_of_another_form_are_named() -> None:
    with pytest.raises(TypeError, match=r"inputs is of type list; allowed: a dictionary of source and target"):
        shared()([[1, 2]])
    with pytest.raises(TypeError, match=r"source holds values of type float64; allowed: whole numbers"):
        shared()({"source": np.zeros((1, 0)), "target": np.array([[START]])})
    with pytest.raises(ValueError, match=r"inputs holds source; allowed: source and target"):
        shared()({"source": np.ones((1, 2), int)})
    with pytest.raises(ValueError, match=r"target has the shape \(3,\); allowed: \(batch, time\)"):
        shared()({"source": np.ones((1, 2), int), "target": np.ones(3, int)})
