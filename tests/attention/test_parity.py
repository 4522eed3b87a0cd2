"""Proves that with copied weights our multi-head attention gives what PyTorch's and Keras's own give."""

from __future__ import annotations

import numpy as np
import pytest

try:
    import torch  # before TensorFlow: some builds of the two clash otherwise
except ImportError:
    torch = None

import keras

from course_lib.attention import AdditiveAttention, MultiHeadAttention
from tensors import normal, numpy

from .samples import named_weights, stir

BATCH, TIME, WIDTH, HEADS = 3, 7, 16, 4


def _masks() -> tuple[np.ndarray, np.ndarray]:
    padding = np.ones((BATCH, TIME), bool)
    padding[1, 4:] = False
    return padding, np.tril(np.ones((TIME, TIME), bool))


@pytest.mark.seconds
@pytest.mark.skipif(torch is None, reason="needs PyTorch")
@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("shown", [False, True])
def test_torch_gives_the_same(padded: bool, causal: bool, shown: bool) -> None:
    layer, inputs = MultiHeadAttention(HEADS), normal(BATCH, TIME, WIDTH)
    layer.build((None, TIME, WIDTH))
    stir(layer)
    weights = named_weights(layer)
    theirs = torch.nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
    three = ("query", "key", "value")
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.tensor(np.concatenate([weights[f"{name}/kernel"].T for name in three])))
        theirs.in_proj_bias.copy_(torch.tensor(np.concatenate([weights[f"{name}/bias"] for name in three])))
        theirs.out_proj.weight.copy_(torch.tensor(weights["output/kernel"].T))
        theirs.out_proj.bias.copy_(torch.tensor(weights["output/bias"]))
    padding, causal_keep = _masks()
    tensor = torch.tensor(inputs)
    expected, shares = theirs(
        tensor,
        tensor,
        tensor,
        key_padding_mask=torch.tensor(~padding) if padded else None,  # there, True = leave out
        attn_mask=torch.tensor(~causal_keep) if causal else None,
        average_attn_weights=False,
    )
    given = layer(
        inputs, padding_mask=padding if padded else None, use_causal_mask=causal, return_attention_scores=shown
    )
    outputs = given[0] if shown else given
    assert np.abs(numpy(outputs) - expected.detach().numpy()).max() <= 1e-5
    if shown:
        assert np.abs(numpy(given[1]) - shares.detach().numpy()).max() <= 1e-5


@pytest.mark.parametrize("causal", [False, True])
def test_keras_gives_the_same(causal: bool) -> None:
    query, key = normal(BATCH, TIME, WIDTH), normal(BATCH, TIME, 12, seed=1)
    ours = MultiHeadAttention(HEADS, key_dim=5, value_dim=3)
    theirs = keras.layers.MultiHeadAttention(HEADS, key_dim=5, value_dim=3)
    ours(query, key)
    # With the scores, because Keras's layer without them cannot have a value_dim of its own on JAX.
    theirs(query, key, return_attention_scores=True)
    stir(ours)
    weights = named_weights(ours)
    shapes = [weight.shape for weight in theirs.get_weights()]
    names = [f"{part}/{kind}" for part in ("query", "key", "value", "output") for kind in ("kernel", "bias")]
    theirs.set_weights([weights[name].reshape(shape) for name, shape in zip(names, shapes, strict=True)])
    padding, _ = _masks()
    given, shares = ours(query, key, padding_mask=padding, use_causal_mask=causal, return_attention_scores=True)
    expected, their_shares = theirs(
        query,
        key,
        key_mask=padding,
        value_mask=padding,
        use_causal_mask=causal,
        return_attention_scores=True,
    )
    assert np.abs(numpy(given) - numpy(expected)).max() <= 1e-5
    assert np.abs(numpy(shares) - numpy(their_shares)).max() <= 1e-5


def test_keras_gives_the_same_additive_scores_of_projected_queries_and_keys() -> None:
    query, key = normal(BATCH, 3, WIDTH), normal(BATCH, TIME, WIDTH, seed=1)
    ours, theirs = AdditiveAttention(WIDTH), keras.layers.AdditiveAttention()
    ours(query, key)
    stir(ours)
    w, u, v = ours.get_weights()
    theirs.build([query.shape, key.shape, key.shape])
    theirs.set_weights([v[:, 0]])
    padding, _ = _masks()
    # Keras's layer has v alone: it is given what W and U make of queries and keys.
    expected, shares = theirs(
        [query @ w, key, key @ u], mask=[None, keras.ops.convert_to_tensor(padding)], return_attention_scores=True
    )
    given, our_shares = ours(query, key, padding_mask=padding, return_attention_scores=True)
    assert np.abs(numpy(given) - numpy(expected)).max() <= 1e-5
    assert np.abs(numpy(our_shares) - numpy(shares)).max() <= 1e-5
