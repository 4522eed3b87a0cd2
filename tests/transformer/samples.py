"""What the tests of the Transformer share: ids, small models whose weights are nothing special, weights by name."""

from __future__ import annotations

import functools

import keras
import numpy as np

from course_lib.transformer import Transformer
from tensors import numpy

START, END = 2, 3
SOURCE_SIZE, TARGET_SIZE = 11, 9


def stir(layer: keras.layers.Layer, seed: int = 1, scale: float = 0.4) -> None:
    """Give a built layer weights that no initialiser makes: biases that are not zero, norms that are not one."""
    random = np.random.default_rng(seed)
    for weight in layer.trainable_variables:
        middle = 1.0 if weight.path.endswith("gamma") else 0.0
        weight.assign(middle + random.normal(size=weight.shape) * scale)


def small(seed: int = 3, **options: object) -> Transformer:
    """A model of 8 numbers a vector, stirred."""
    settings = {"max_length": 8, "width": 8, "num_heads": 2, "hidden_dim": 12, "num_layers": 2, "dropout": 0.0}
    model = Transformer(SOURCE_SIZE, TARGET_SIZE, **{**settings, "seed": seed, **options})
    stir(model, seed=seed)
    return model


@functools.cache
def shared() -> Transformer:
    """The small model for tests that change nothing in it."""
    return small()


def ids(*shape: int, size: int, seed: int = 0) -> np.ndarray:
    """Ids of tokens: no padding, no start, no end."""
    return np.random.default_rng(seed).integers(4, size, size=shape).astype(np.int32)


def batch(rows: int = 2, source_time: int = 5, target_time: int = 6, seed: int = 0) -> dict[str, np.ndarray]:
    """Ids of both languages, the last two places of the first source and the last of the first target are padding."""
    source, target = (
        ids(rows, time, size=size, seed=seed + 10 * number)
        for number, (time, size) in enumerate(((source_time, SOURCE_SIZE), (target_time, TARGET_SIZE)))
    )
    source[0, -2:] = 0
    target[0, -1:] = 0
    target[:, 0] = START
    return {"source": source, "target": target}


def weights_of(layer: keras.layers.Layer) -> dict[str, np.ndarray]:
    """The weights by the path below the layer, such as "attention/query/kernel", in float64."""
    return {weight.path.split("/", 1)[1]: numpy(weight).astype(np.float64) for weight in layer.trainable_variables}


def lists(count: int, seed: int, longest: int = 6) -> list[list[int]]:
    """Sentences of the target's tokens, of 1 to `longest` each."""
    random = np.random.default_rng(seed)
    return [random.integers(4, TARGET_SIZE, size=random.integers(1, longest + 1)).tolist() for _ in range(count)]
