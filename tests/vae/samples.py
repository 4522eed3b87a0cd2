"""What the tests of the VAE share: a small one whose weights are nothing special."""

from __future__ import annotations

import keras
import numpy as np

from course_lib import vae


def stir(model: keras.Model) -> None:
    """Draw every weight of a built model at random, biases too."""
    random = np.random.default_rng(1)
    for variable in model.trainable_variables:
        variable.assign(0.5 * random.standard_normal(variable.shape))


def small(**settings: object) -> vae.VAE:
    """A VAE for 4 × 4 pixels, stirred."""
    model = vae.VAE(16, 3, **({"hidden_dims": (5,), "activation": "tanh", "seed": 0} | settings))
    model.build((None, 16))
    stir(model)
    return model
