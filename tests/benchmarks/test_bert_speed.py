"""The course's BERT beside `transformers` on PyTorch and beside KerasHub, with MiniLM's sizes and the same weights:
ratios in one run for reading and for the gradient of all weights, and the memory of each in a process of its own.

The contenders take turns, call by call, so that a busy machine is busy for all of them; the best time of each counts.
What is not installed is not compared: KerasHub is no part of the course's environment (`pip install keras-hub`).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import numpy as np
import pytest

try:
    import torch  # before TensorFlow: some builds of the two clash otherwise
except ImportError:
    torch = None

import keras

from . import encoders
from .contenders import best_seconds
from .memory import on_linux, printed_by

pytestmark = pytest.mark.benchmark

# How many texts of each length, which makes the same number of tokens, and how many calls are measured.
TEXTS = {128: 8, 512: 2}
ROUNDS = 6
# Two runs of one and the same encoder differ by so much.
NOISE = 1.15
# How many times the time of `transformers` ours takes at most, the worse of reading and gradient; the aim is 1.0. On
# JAX reading reaches it (0.99 and 1.03), the gradient does not, and the cause is not known. By the clock, on two quiet
# cores.
BESIDE_TRANSFORMERS = {"tensorflow": {128: 1.0, 512: 1.0}, "jax": {128: 1.19, 512: 1.37}}


def _others() -> list[str]:
    """Who is compared, told on the way."""
    needed = {"KerasHub": ("keras_hub",), "transformers": ("transformers", "torch")}
    found = []
    for name, packages in needed.items():
        if all(map(importlib.util.find_spec, packages)):
            found.append(name)
        else:
            print(f"\n{name} is not installed", end="")
    return found


@pytest.fixture(scope="module")
def contenders() -> dict[str, object]:
    """The encoders, all with our weights."""
    encoder = encoders.ours()
    found: dict[str, object] = {"ours": encoder}
    for name in _others():
        if name == "KerasHub":
            found[name] = encoders.of_keras_hub()
            encoders.fill_keras_hub(found[name], encoder)
        else:
            found[name] = encoders.of_transformers()
            encoders.fill_transformers(found[name], encoder)
    return found


Steps = dict[str, tuple[Callable[[], object], Callable[[], object]]]


def _steps(contenders: dict[str, object], length: int) -> Steps:
    """By its name what reads texts with an encoder and what computes its gradient."""
    given = encoders.texts(TEXTS[length], length)
    steps = {}
    for name, encoder in contenders.items():
        if name == "transformers":
            steps[name] = encoders.torch_steps(encoder, given)
        else:
            inputs = encoders.for_keras_hub(given) if name == "KerasHub" else given
            steps[name] = encoders.keras_steps(encoder, inputs)
    return steps


@pytest.mark.parametrize("length", TEXTS)
def test_all_encoders_give_the_same(contenders: dict[str, object], length: int) -> None:
    found = {}
    hidden = [
        layer._feedforward_intermediate_dense for layer in getattr(contenders.get("KerasHub"), "transformer_layers", ())
    ]
    published = [dense.activation for dense in hidden]
    try:
        # KerasHub takes the approximate GELU, which is quicker; MiniLM was trained with the exact one.
        for dense in hidden:
            dense.activation = keras.activations.gelu
        for name, (read, _) in _steps(contenders, length).items():
            found[name] = read()
    finally:
        for dense, activation in zip(hidden, published, strict=True):
            dense.activation = activation
    for states in found.values():
        np.testing.assert_allclose(states, found["ours"], atol=1e-4)


@pytest.mark.parametrize("length", TEXTS)
@pytest.mark.parametrize("task", ["reading", "gradient"])
def test_the_encoder_is_not_slower_than_others(contenders: dict[str, object], task: str, length: int) -> None:
    steps = {name: pair[task == "gradient"] for name, pair in _steps(contenders, length).items()}
    best = best_seconds(steps, rounds=ROUNDS, warm=1, label=f"{task}, length {length}:")
    assert best["ours"] <= NOISE * best.get("KerasHub", best["ours"])
    limit = BESIDE_TRANSFORMERS[keras.backend.backend()][length]
    assert best["ours"] <= NOISE * limit * best.get("transformers", best["ours"])


# Reading, then the gradient, by one of the encoders.
MEASURE = """
import sys

name, count, length = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if name == "transformers":
    import torch  # nothing of Keras is loaded
from tests.benchmarks import encoders
from tests.benchmarks.memory import most_megabytes

of = {"ours": encoders.ours, "KerasHub": encoders.of_keras_hub, "transformers": encoders.of_transformers}
encoder = of[name]()

def steps(count, length):
    given = encoders.texts(count, length)
    if name == "transformers":
        return encoders.torch_steps(encoder, given)
    return encoders.keras_steps(encoder, encoders.for_keras_hub(given) if name == "KerasHub" else given)

for short in steps(1, 8):
    short()
for step in steps(count, length):
    print(most_megabytes(step, 2))
"""


@on_linux
@pytest.mark.parametrize("length", TEXTS)
def test_the_encoder_takes_no_more_memory_than_that_of_keras_hub(length: int) -> None:
    most = {}
    for name in ["ours", *_others()]:
        most[name] = printed_by(MEASURE, name, TEXTS[length], length, count=2)
    for number, task in enumerate(("reading", "gradient")):
        for name, megabytes in most.items():
            ratio = megabytes[number] / most["ours"][number]
            print(f"\n{task}, length {length}:{name:>16} {megabytes[number]:7.0f} MB {ratio:6.2f} ×", end="")
    assert most["ours"][1] <= NOISE * most.get("KerasHub", most["ours"])[1]
