"""Proves that our layers, with copied weights, our loss and our schedule give what PyTorch's give."""

from __future__ import annotations

import numpy as np
import pytest

try:
    import torch  # before TensorFlow: some builds of the two clash otherwise
except ImportError:
    torch = None

from course_lib.transformer import TransformerDecoderLayer, TransformerEncoderLayer, WarmUp, smoothed_cross_entropy
from tensors import normal, numpy

from .samples import stir, weights_of

pytestmark = pytest.mark.skipif(torch is None, reason="needs PyTorch")

BATCH, TIME, SOURCE, WIDTH, HEADS, HIDDEN = 3, 7, 5, 16, 4, 24


def _copy(weights: dict[str, np.ndarray], theirs, names: dict[str, str]) -> None:
    """Our weights into one of PyTorch's layers; `names` leads from its sublayers to ours."""
    with torch.no_grad():
        for their_name, ours in names.items():
            part = theirs.get_submodule(their_name)
            if isinstance(part, torch.nn.MultiheadAttention):
                three = ("query", "key", "value")
                kernels = [weights[f"{ours}/{name}/kernel"].T for name in three]
                part.in_proj_weight.copy_(torch.tensor(np.concatenate(kernels)))
                part.in_proj_bias.copy_(
                    torch.tensor(np.concatenate([weights[f"{ours}/{name}/bias"] for name in three]))
                )
                part.out_proj.weight.copy_(torch.tensor(weights[f"{ours}/output/kernel"].T))
                part.out_proj.bias.copy_(torch.tensor(weights[f"{ours}/output/bias"]))
            elif isinstance(part, torch.nn.LayerNorm):
                part.weight.copy_(torch.tensor(weights[f"{ours}/gamma"]))
                part.bias.copy_(torch.tensor(weights[f"{ours}/beta"]))
            else:
                part.weight.copy_(torch.tensor(weights[f"{ours}/kernel"].T))
                part.bias.copy_(torch.tensor(weights[f"{ours}/bias"]))


def _masks() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    padding, source = np.ones((BATCH, TIME), bool), np.ones((BATCH, SOURCE), bool)
    padding[1, 4:] = False
    source[2, 2:] = False
    return padding, source, np.triu(np.ones((TIME, TIME), bool), 1)


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("causal", [False, True])
def test_encoder_layers_give_the_same(norm_first: bool, activation: str, causal: bool) -> None:
    ours = TransformerEncoderLayer(HEADS, HIDDEN, norm_first=norm_first, activation=activation)
    ours.build((None, None, WIDTH))
    stir(ours)
    theirs = torch.nn.TransformerEncoderLayer(
        WIDTH, HEADS, HIDDEN, dropout=0.0, activation=activation, batch_first=True, norm_first=norm_first
    )
    names = {
        "self_attn": "attention",
        "norm1": "attention_norm",
        "norm2": "feed_forward_norm",
        "linear1": "feed_forward_hidden",
        "linear2": "feed_forward_output",
    }
    _copy(weights_of(ours), theirs, names)
    inputs, (padding, _, future) = normal(BATCH, TIME, WIDTH), _masks()
    # In training mode PyTorch takes no shortcut, which would leave zeros where there is padding.
    expected = theirs.train()(
        torch.tensor(inputs),
        src_mask=torch.tensor(future) if causal else None,
        src_key_padding_mask=torch.tensor(~padding),  # there, True = leave out
    )
    given = numpy(ours(inputs, padding_mask=padding, use_causal_mask=causal))
    assert np.abs(given - expected.detach().numpy()).max() <= 1e-5


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_decoder_layers_give_the_same(norm_first: bool, activation: str) -> None:
    ours = TransformerDecoderLayer(HEADS, HIDDEN, norm_first=norm_first, activation=activation)
    ours.build((None, None, WIDTH), (None, None, WIDTH))
    stir(ours)
    theirs = torch.nn.TransformerDecoderLayer(
        WIDTH, HEADS, HIDDEN, dropout=0.0, activation=activation, batch_first=True, norm_first=norm_first
    )
    names = {
        "self_attn": "self_attention",
        "multihead_attn": "cross_attention",
        "norm1": "self_attention_norm",
        "norm2": "cross_attention_norm",
        "norm3": "feed_forward_norm",
        "linear1": "feed_forward_hidden",
        "linear2": "feed_forward_output",
    }
    _copy(weights_of(ours), theirs, names)
    target, memory = normal(BATCH, TIME, WIDTH), normal(BATCH, SOURCE, WIDTH, seed=1)
    padding, source, future = _masks()
    expected = theirs(
        torch.tensor(target),
        torch.tensor(memory),
        tgt_mask=torch.tensor(future),
        tgt_key_padding_mask=torch.tensor(~padding),
        memory_key_padding_mask=torch.tensor(~source),
    )
    given = numpy(ours(target, memory, target_padding_mask=padding, memory_padding_mask=source))
    assert np.abs(given - expected.detach().numpy()).max() <= 1e-5


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.6])
def test_smoothed_losses_are_the_same(smoothing: float) -> None:
    logits, labels = 5 * normal(6, 9), np.arange(6)
    expected = torch.nn.functional.cross_entropy(
        torch.tensor(logits), torch.tensor(labels), reduction="none", label_smoothing=smoothing
    )
    given = numpy(smoothed_cross_entropy(labels, logits, smoothing))
    assert np.abs(given - expected.numpy()).max() <= 1e-5


@pytest.mark.seconds
def test_a_fall_along_a_line_is_that_of_torch() -> None:
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=0.5)
    rates = []
    # Step 1 of ours has a quarter of the peak, step 4 all of it, step 20 nothing.
    rise = torch.optim.lr_scheduler.LinearLR(optimizer, 0.25, 1.0, total_iters=3)
    fall = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=16)
    schedule = torch.optim.lr_scheduler.SequentialLR(optimizer, [rise, fall], milestones=[3])
    for _ in range(20):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    ours = [float(numpy(WarmUp(0.5, 4, 20)(step))) for step in range(20)]
    np.testing.assert_allclose(ours, rates, atol=1e-6)
