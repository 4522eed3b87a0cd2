"""The memory of a gradient through multi-head attention, beside Keras's own layer and PyTorch's, each in a process of
its own: at most as much as Keras's.
"""

from __future__ import annotations

import importlib.util

import pytest

from .memory import on_linux, printed_by

pytestmark = [pytest.mark.benchmark, on_linux]

LENGTH = 1024
# Two runs of one and the same layer differ by so much.
NOISE = 1.1

# Three gradients of one of the layers.
MEASURE = """
import sys
import numpy as np
from tests.benchmarks.memory import most_megabytes

name, length, causal = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "True"
BATCH, WIDTH, HEADS = 4, 256, 8
inputs = np.random.default_rng(0).normal(size=(BATCH, length, WIDTH)).astype(np.float32)

if name == "PyTorch":
    import torch

    layer, tensor = torch.nn.MultiheadAttention(WIDTH, HEADS, batch_first=True), torch.tensor(inputs)
    mask = torch.triu(torch.ones(length, length, dtype=torch.bool), 1) if causal else None

    def step(count=length):
        few = tensor[:, :count]
        seen = mask[:count, :count] if causal else None
        layer(few, few, few, attn_mask=seen, need_weights=False)[0].sum().backward()
else:
    import keras
    from keras import ops

    from course_lib.attention import MultiHeadAttention
    from tests.benchmarks.contenders import gradient_step

    layer = MultiHeadAttention(HEADS) if name == "ours" else keras.layers.MultiHeadAttention(HEADS, WIDTH // HEADS)
    layer(inputs, inputs)

    def step(count=length):
        def loss(given):
            return ops.sum(layer(given, given, use_causal_mask=causal))

        gradient_step(layer, loss, inputs[:, :count])()

step(8)
print(most_megabytes(step, 3))
"""


@pytest.mark.parametrize("causal", [False, True])
def test_our_layer_takes_no_more_memory_than_that_of_keras(causal: bool) -> None:
    names = ["ours", "Keras"] + ["PyTorch"] * (importlib.util.find_spec("torch") is not None)
    most = {name: printed_by(MEASURE, name, LENGTH, causal)[0] for name in names}
    for name, megabytes in most.items():
        ratio = megabytes / most["ours"]
        print(f"\nlength {LENGTH}, causal {causal}:{name:>16} {megabytes:7.0f} MB {ratio:6.2f} ×", end="")
    assert most["ours"] <= NOISE * most["Keras"]
