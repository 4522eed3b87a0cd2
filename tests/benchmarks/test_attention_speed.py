"""Multi-head attention, forward and backward, beside Keras's own and PyTorch's: at most as slow as Keras's, in one run.

The contenders take turns, call by call, so that a busy machine is busy for all of them; the best time of each counts.
"""

from __future__ import annotations

import time
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

pytestmark = pytest.mark.benchmark

BATCH, WIDTH, HEADS = 16, 256, 8
# Two runs of one and the same layer differ by so much.
NOISE = 1.1


def _step(layer: keras.layers.Layer, call: Callable[[keras.layers.Layer, object], object], inputs: np.ndarray):
    """A compiled function that computes the gradient of a layer's summed outputs for all its weights."""
    if keras.backend.backend() == "jax":
        import jax

        fixed = [one.value for one in layer.non_trainable_variables]
        weights = [one.value for one in layer.trainable_variables]

        def loss(weights, inputs):
            scope = keras.StatelessScope(
                state_mapping=[
                    *zip(layer.trainable_variables, weights, strict=True),
                    *zip(layer.non_trainable_variables, fixed, strict=True),
                ]
            )
            with scope:
                return ops.sum(call(layer, inputs))

        gradient = jax.jit(jax.grad(loss))
        return lambda: jax.block_until_ready(gradient(weights, inputs))
    import tensorflow as tf

    @tf.function
    def gradient(inputs):
        with tf.GradientTape() as tape:
            value = ops.sum(call(layer, inputs))
        return tape.gradient(value, [one.value for one in layer.trainable_variables])

    tensor = tf.constant(inputs)
    return lambda: gradient(tensor)[0].numpy()


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
        "ours": _step(ours, lambda layer, given: layer(given, use_causal_mask=causal), inputs),
        "Keras": _step(theirs, lambda layer, given: layer(given, given, use_causal_mask=causal), inputs),
    }
    if torch is not None:
        steps["PyTorch"] = _torch_step(inputs, causal)
    best = dict.fromkeys(steps, float("inf"))
    for round_ in range(25):
        for name, step in steps.items():
            begun = time.perf_counter()
            step()
            if round_ >= 3:  # the first calls compile
                best[name] = min(best[name], time.perf_counter() - begun)
    for name, seconds in best.items():
        print(
            f"\nlength {length}, causal {causal}: {name:>8} {1e3 * seconds:8.2f} ms {seconds / best['ours']:6.2f} ×",
            end="",
        )
    assert best["ours"] <= NOISE * best["Keras"]
