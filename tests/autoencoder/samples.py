"""What several tests of the autoencoder work on."""

from __future__ import annotations

import keras
import numpy as np

from course_lib import data

numpy = keras.ops.convert_to_numpy


def digits() -> tuple[np.ndarray, np.ndarray]:
    """The small digits, flat: 1,497 to train on and 300 held out, (digits, 64) each."""
    images = data.digits.load(8).images.reshape(-1, 64)
    return images[:1497], images[1497:]


def shake(model: keras.Model, seed: int = 0) -> None:
    """Move every weight, so that nothing is equal only because it was never changed."""
    random = np.random.default_rng(seed)
    for weight in model.trainable_variables:
        weight.assign(numpy(weight) + random.normal(scale=0.1, size=weight.shape).astype(np.float32))
