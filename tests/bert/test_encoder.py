"""Proves that every layer of the encoder gives what loops in float64, PyTorch's layers and `transformers` give; that
padding is not seen; that its parameters are as many as published; that it begins alike from one seed, and comes back.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

try:
    import torch  # before TensorFlow: some builds of the two clash otherwise
except ImportError:
    torch = None

from course_lib.bert import BERT_BASE, BERT_LARGE, BertEmbeddings, BertEncoder
from course_lib.transformer import bert_large, count_parameters, encoder_parameters
from tensors import numpy

from .samples import SIZES, batch, small, states_in_numpy, weights_of


def test_every_layer_equals_loops_in_float64() -> None:
    encoder, given = small(), batch()
    found = [numpy(one) for one in encoder(given, return_hidden_states=True)]
    assert len(found) == 3
    for row in range(3):
        length = int(given["padding_mask"][row].sum())
        parts = [given[name][row, :length].tolist() for name in ("token_ids", "segment_ids")]
        expected = states_in_numpy(weights_of(encoder), *parts, num_layers=2, num_heads=3)
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_allclose(ours[row, :length], theirs, atol=1e-5)


@pytest.mark.skipif(torch is None, reason="needs PyTorch")
def test_every_layer_equals_pytorchs() -> None:
    encoder, given = small(), batch()
    weights = {name: torch.tensor(value) for name, value in weights_of(encoder).items()}
    states = encoder(given, return_hidden_states=True)
    x = torch.tensor(numpy(states[0]).astype(np.float64))
    for number in range(2):
        layer = torch.nn.TransformerEncoderLayer(
            12, 3, 20, dropout=0.0, activation="gelu", layer_norm_eps=1e-12, batch_first=True, dtype=torch.float64
        )
        w = {name.removeprefix(f"layer_{number}/"): value for name, value in weights.items()}
        three = [f"attention/{name}" for name in ("query", "key", "value")]
        kept = {
            "self_attn.in_proj_weight": torch.cat([w[f"{name}/kernel"].T for name in three]),
            "self_attn.in_proj_bias": torch.cat([w[f"{name}/bias"] for name in three]),
            "self_attn.out_proj.weight": w["attention/output/kernel"].T,
            "self_attn.out_proj.bias": w["attention/output/bias"],
            "linear1.weight": w["feed_forward_hidden/kernel"].T,
            "linear1.bias": w["feed_forward_hidden/bias"],
            "linear2.weight": w["feed_forward_output/kernel"].T,
            "linear2.bias": w["feed_forward_output/bias"],
            "norm1.weight": w["attention_norm/gamma"],
            "norm1.bias": w["attention_norm/beta"],
            "norm2.weight": w["feed_forward_norm/gamma"],
            "norm2.bias": w["feed_forward_norm/beta"],
        }
        layer.load_state_dict(kept)
        # In training mode PyTorch takes no shortcut, which would leave zeros where there is padding.
        x = layer.train()(x, src_key_padding_mask=torch.tensor(~given["padding_mask"]))
        np.testing.assert_allclose(numpy(states[number + 1]), x.detach().numpy(), atol=1e-5)


def test_ids_alone_are_one_segment_without_their_zeros() -> None:
    encoder, given = small(), batch()
    explicit = {**given, "segment_ids": np.zeros_like(given["segment_ids"])}
    np.testing.assert_array_equal(numpy(encoder(given["token_ids"])), numpy(encoder(explicit)))
    assert np.abs(numpy(encoder(given)) - numpy(encoder(explicit))).max() > 1e-2  # segments matter


def test_padding_is_not_seen_and_everything_else_is() -> None:
    encoder, given = small(), batch()
    before = numpy(encoder(given))
    longer = {name: np.pad(values, [(0, 0), (0, 3)]) for name, values in given.items()}
    np.testing.assert_allclose(numpy(encoder(longer))[:, :7], before, atol=1e-5)
    changed = {**given, "token_ids": given["token_ids"].copy()}
    changed["token_ids"][0, -2:] = 7  # what stands there does not matter: the mask says that it is padding
    np.testing.assert_allclose(numpy(encoder(changed))[0, :5], before[0, :5], atol=1e-5)
    for place in range(1, 7):
        changed["token_ids"] = given["token_ids"].copy()
        changed["token_ids"][1, place] = 5 + (changed["token_ids"][1, place] - 4) % 14
        assert np.abs(numpy(encoder(changed))[1] - before[1]).max(axis=-1).min() > 1e-4  # every vector knows of it
    swapped = {**given, "token_ids": given["token_ids"][:, [0, 2, 1, 3, 4, 5, 6]]}
    assert np.abs(numpy(encoder(swapped))[1, 3:] - before[1, 3:]).max() > 1e-3


def test_attention_weights_are_returned_for_every_layer_and_change_nothing() -> None:
    encoder, given = small(), batch()
    (states, scores) = encoder(given, return_hidden_states=True, return_attention_scores=True)
    np.testing.assert_allclose(numpy(states[-1]), numpy(encoder(given)), atol=1e-5)
    assert [tuple(one.shape) for one in scores] == [(3, 3, 7, 7)] * 2
    for one in map(numpy, scores):
        np.testing.assert_allclose(one.sum(-1), 1, atol=1e-5)
        assert (one[0, :, :, -2:] == 0).all()


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "published"), [(BERT_BASE, 109_482_240), (BERT_LARGE, 335_141_888)])
def test_parameters_are_as_many_as_published(sizes: dict[str, int], published: int) -> None:
    """Every layer has as many as the one before it, so that two small encoders tell of all twelve or twenty-four."""
    one, two = (BertEncoder(**{**sizes, "num_layers": count}, pooler=True, seed=0) for count in (1, 2))
    first, layer = one.count_params(), two.count_params() - one.count_params()
    # Beside weights Keras counts the two numbers of each seed generator, which is no parameter.
    own, more = (sum(int(np.prod(weight.shape)) for weight in model.trainable_variables) for model in (one, two))
    assert own + (sizes["num_layers"] - 1) * (more - own) == published
    assert 0 <= first - own < 10 and 0 <= layer - (more - own) < 10
    widths = (sizes["num_layers"], sizes["width"], sizes["hidden_dim"], sizes["vocabulary_size"])
    assert sum(encoder_parameters(*widths, 512, segments=2, pooler=True).values()) == published
    assert sum(bert_large().values()) == 335_141_888


def test_first_weights_come_from_the_seed_alone_and_are_small() -> None:
    one, same, other = (BertEncoder(**{**SIZES, "width": 48, "hidden_dim": 96}, seed=seed) for seed in (1, 1, 2))
    for a, b, c in zip(one.weights, same.weights, other.weights, strict=True):
        if "seed_generator" in a.path:
            continue
        np.testing.assert_array_equal(numpy(a), numpy(b))
        if a.path.endswith(("kernel", "_vectors")):
            assert not np.array_equal(numpy(a), numpy(c))
            assert np.abs(numpy(a)).max() <= 0.04 and 0.014 < numpy(a).std() < 0.021
        else:
            assert set(np.unique(numpy(a))) <= {0.0, 1.0}


def test_dropout_is_at_work_in_training_alone_and_in_every_layer() -> None:
    encoder, given = small(dropout=0.5), batch()
    np.testing.assert_array_equal(numpy(encoder(given)), numpy(encoder(given)))
    states = [numpy(one) for one in encoder(given, training=True, return_hidden_states=True)]
    again = [numpy(one) for one in encoder(given, training=True, return_hidden_states=True)]
    assert (states[0] == 0).mean() > 0.3
    assert all(np.abs(one - other).max() > 1e-2 for one, other in zip(states, again, strict=True))


def test_an_encoder_comes_back_from_a_file(tmp_path: Path) -> None:
    encoder, given = small(pooler=True, activation="relu"), batch()
    encoder.save(tmp_path / "encoder.keras")
    again = keras.saving.load_model(tmp_path / "encoder.keras")
    assert again.get_config() == encoder.get_config()
    np.testing.assert_array_equal(numpy(again(given)), numpy(encoder(given)))


def test_half_precision_adds_the_three_vectors_in_float32() -> None:
    encoder, exact = small(dtype="mixed_bfloat16"), small()
    assert {weight.dtype for weight in encoder.trainable_variables} == {"float32"}
    given = batch()
    outputs = numpy(keras.ops.cast(encoder(given), "float32"))
    assert keras.backend.standardize_dtype(encoder(given).dtype) == "bfloat16"
    assert np.abs(outputs - numpy(exact(given))).max() < 0.15


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"width": 13}, ValueError, "num_heads is 3; allowed: a divisor of the width, which is 13"),
        ({"num_layers": 0}, ValueError, "num_layers is 0; allowed: 1 or more"),
        ({"vocabulary_size": 2.5}, TypeError, "vocabulary_size is 2.5"),
        ({"dropout": 1.0}, ValueError, "dropout is 1.0"),
        ({"epsilon": 0.0}, ValueError, "epsilon is 0.0"),
        ({"max_length": 0}, ValueError, "max_length is 0"),
        ({"num_segments": 0}, ValueError, "num_segments is 0"),
        ({"initializer_range": -1.0}, ValueError, "initializer_range is -1.0"),
        ({"seed": -1}, ValueError, "seed is -1"),
    ],
)
def test_settings_out_of_range_are_refused(changes: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        BertEncoder(**{**SIZES, **changes})


@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        ([[1, 2]], TypeError, "inputs is of type list; allowed: an array of ids, or a dictionary"),
        ({"ids": np.ones((1, 2), int)}, ValueError, "inputs holds ids; allowed: token_ids"),
        (np.array([[1, 19]]), ValueError, "token_ids holds ids from 1 to 19; allowed: 0 to 18"),
        (np.array([1, 2]), ValueError, r"token_ids has the shape \(2,\); allowed: \(batch, time\)"),
        (np.ones((1, 2)), TypeError, "token_ids holds values of type float64; allowed: whole numbers"),
        (np.ones((1, 11), int), ValueError, "token_ids has 11 positions; allowed: 10, which is max_length"),
        (
            {"token_ids": np.ones((1, 2), int), "segment_ids": np.array([[0, 2]])},
            ValueError,
            "segment_ids holds ids from 0 to 2; allowed: 0 to 1",
        ),
    ],
)
def test_inputs_that_are_none_are_refused(inputs: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        small()(inputs)


def test_its_parameters_are_counted_by_kind() -> None:
    counts = count_parameters(small(pooler=False))
    assert counts == encoder_parameters(2, 12, 20, 19, 10, segments=2)


def test_embeddings_serve_alone() -> None:
    layer = BertEmbeddings(9, 4, max_length=5)
    assert tuple(layer(np.array([[1, 2, 3]])).shape) == (1, 3, 4)
