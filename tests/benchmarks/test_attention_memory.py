"""The memory of a gradient through multi-head attention, beside Keras's own layer and PyTorch's, each in a process of
its own: at most as much as Keras's.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(sys.platform != "linux", reason="/proc tells a process's peak of memory on Linux alone"),
]

LENGTH = 1024
# Two runs of one and the same layer differ by so much.
NOISE = 1.1

# The most memory of a process, in MB, beyond what it held when its first gradient began.
MEASURE = """
import sys
import numpy as np

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

def kilobytes(field):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(field))

step(8)  # what a compiler and its threads hold is not the layer's
before = kilobytes("VmRSS")
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")  # the peak begins anew
for _ in range(3):
    step()
print((kilobytes("VmHWM") - before) / 1024)
"""


def _megabytes(*arguments: object) -> float:
    command = [sys.executable, "-c", MEASURE, *map(str, arguments)]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    return float(answer.stdout.splitlines()[-1])


@pytest.mark.parametrize("causal", [False, True])
def test_our_layer_takes_no_more_memory_than_that_of_keras(causal: bool) -> None:
    names = ["ours", "Keras"] + ["PyTorch"] * (importlib.util.find_spec("torch") is not None)
    most = {name: _megabytes(name, LENGTH, causal) for name in names}
    for name, megabytes in most.items():
        ratio = megabytes / most["ours"]
        print(f"\nlength {LENGTH}, causal {causal}:{name:>16} {megabytes:7.0f} MB {ratio:6.2f} ×", end="")
    assert most["ours"] <= NOISE * most["Keras"]
