"""What the tests of attention share: weights by name, layers whose weights are nothing special."""

from __future__ import annotations

import keras
import numpy as np

from tensors import numpy


def stir(layer: keras.layers.Layer, seed: int = 1, scale: float = 0.5) -> None:
    """Give a built layer weights that no initialiser makes: biases that are not zero, above all."""
    random = np.random.default_rng(seed)
    layer.set_weights([random.normal(size=weight.shape) * scale for weight in layer.get_weights()])


def named_weights(layer: keras.layers.Layer) -> dict[str, np.ndarray]:
    """The weights by sublayer and name, such as "query/kernel", in float64."""
    return {
        "/".join(weight.path.split("/")[-2:]): numpy(weight).astype(np.float64) for weight in layer.trainable_weights
    }
