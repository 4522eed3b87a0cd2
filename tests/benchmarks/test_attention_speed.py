"""Multi-head attention, forward and backward, beside Keras's own and PyTorch's: at most as slow as Keras's, in one run.

The contenders take turns, call by call, so that a busy machine is busy for all of them; the best time of each counts.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

try:
    import torch  # before TensorFlow: some builds of the two clash otherwise
except ImportError:
    torch = None

import keras
from keras import ops

from course_lib.attention import MultiHeadAttention

from .contenders import best_seconds, gradient_step

pytestmark = pytest.mark.benchmark

BATCH, WIDTH, HEADS = 16, 256, 8
# Two runs of one and the same layer differ by so much.
NOISE = 1.1


def _torch_step(inputs: np.ndarray, causal: bool) -> Callable[[], object]:
    layer = torch.nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
    tensor = torch.tensor(inputs)
    mask = torch.triu(torch.ones(inputs.shape[1], inputs.shape[1], dtype=torch.bool), 1) if causal else None

    def step() -> None:
        layer.zero_grad()
        layer(tensor, tensor, tensor, attn_mask=mask, need_weights=False)[0].sum().backward()

    return step


@pytest.mark.parametrize("length", [64, 256])
@pytest.mark.parametrize("causal", [False, True])
def test_our_layer_is_not_slower_than_that_of_keras(length: int, causal: bool) -> None:
    inputs = np.random.default_rng(0).normal(size=(BATCH, length, WIDTH)).astype(np.float32)
    ours, theirs = MultiHeadAttention(HEADS), keras.layers.MultiHeadAttention(HEADS, WIDTH // HEADS)
    ours(inputs), theirs(inputs, inputs)
    steps = {
        "ours": gradient_step(ours, lambda given: ops.sum(ours(given, use_causal_mask=causal)), inputs),
        "Keras": gradient_step(theirs, lambda given: ops.sum(theirs(given, given, use_causal_mask=causal)), inputs),
    }
    if torch is not None:
        steps["PyTorch"] = _torch_step(inputs, causal)
    best = best_seconds(steps, rounds=22, warm=3, label=f"length {length}, causal {causal}:")
    assert best["ours"] <= NOISE * best["Keras"]
