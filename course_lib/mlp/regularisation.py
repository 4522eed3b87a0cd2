"""Against learning by heart: penalties on weights, dropout, and new pictures made from old ones."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from course_lib.base.arguments import checked_seed, require_not_negative, require_share


def l1_penalty(weights, strength: float):
    """Strength times the sum of absolute weights, which pulls every weight to zero with the same force.

    Shapes: weights (...) → ().
    """
    return strength * ops.sum(ops.abs(weights))


def l2_penalty(weights, strength: float):
    """Strength times the sum of squared weights, which pulls large weights most.

    Shapes: weights (...) → ().
    """
    return strength * ops.sum(ops.square(weights))


def dropout(inputs, rate: float, seed):
    """Set a random share of the values to zero, and divide the others by the share that stays.

    So the expected value of each stays what it was, and nothing needs to be scaled when the network is used.

    Args:
        inputs: any values.
        rate: the share that becomes zero.
        seed: a number or a `keras.random.SeedGenerator`.

    Shapes: inputs (...) → (...).

    Raises:
        ValueError: if `rate` is not from 0 to less than 1.

    Source: N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014,
    section 10 (this form, which scales in training).
    """
    require_share("rate", rate)
    stays = keras.random.uniform(ops.shape(inputs), seed=seed) >= rate
    return ops.where(stays, inputs / (1 - rate), ops.zeros_like(inputs))


@keras.saving.register_keras_serializable("course_lib")
class Dropout(keras.layers.Layer):
    """`dropout` as a layer: at work in training, away in use.

    Args:
        rate: the share of values that becomes zero.
        seed: the same seed drops the same values.

    Shapes: (batch, ...) → (batch, ...).

    Raises:
        ValueError: if `rate` is not from 0 to less than 1.
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs) -> None:
        require_share("rate", rate)
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed = checked_seed(seed)
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs, training: bool = False):
        """Drop values where `training` is true and the rate above zero."""
        return dropout(inputs, self.rate, self.seed_generator) if training and self.rate else inputs

    def get_config(self) -> dict:
        """The arguments this layer was made with."""
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


def move_images(
    images: np.ndarray, shift: float = 2.0, rotate: float = 12.0, zoom: float = 0.1, slant: float = 0.15, seed: int = 0
) -> np.ndarray:
    """Move each picture a little, at random: whoever knows a digit knows it one pixel to the left as well.

    Args:
        images: the pictures; what comes in from outside is paper, 0.
        shift: how far at most, in pixels, in both directions.
        rotate: how far at most, in degrees.
        zoom: how much larger or smaller at most; 0.1 is ten percent.
        slant: how far at most the top is pushed sideways against the bottom; 0.1 is a tenth of the height.
        seed: a number, or a `numpy.random.Generator`.

    Returns:
        New pictures, in float32.

    Shapes: images (batch, height, width) → (batch, height, width).

    Raises:
        ValueError: if the images have another rank, or one of the limits is negative or (zoom) not less than 1.

    Source: P. Simard, D. Steinkraus and J. Platt, "Best practices for convolutional neural networks applied to visual
    document analysis", 2003, section 2 (the affine part).
    """
    if np.ndim(images) != 3:
        raise ValueError(f"images has the shape {np.shape(images)}; allowed: (batch, height, width)")
    for name, value in (("shift", shift), ("rotate", rotate), ("slant", slant)):
        require_not_negative(name, value)
    require_share("zoom", zoom)
    random = np.random.default_rng(seed)
    batch, height, width = np.shape(images)

    def draw(limit: float) -> np.ndarray:
        return random.uniform(-limit, limit, size=(batch, 1, 1)).astype(np.float32)

    angle, scale, push, down, right = draw(np.deg2rad(rotate)), 1 + draw(zoom), draw(slant), draw(shift), draw(shift)
    # For each new pixel, measured from the middle: where in the old picture it comes from.
    y = np.arange(height, dtype=np.float32)[:, None] - np.float32((height - 1) / 2)  # (height, 1)
    x = np.arange(width, dtype=np.float32)[None, :] - np.float32((width - 1) / 2)  # (1, width)
    x = x + push * y  # (batch, height, width)
    rows = (np.cos(angle) * y - np.sin(angle) * x) / scale - down + np.float32((height - 1) / 2)
    columns = (np.sin(angle) * y + np.cos(angle) * x) / scale - right + np.float32((width - 1) / 2)
    return _read_between(np.asarray(images, dtype=np.float32), rows, columns)


def _read_between(images: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The pictures at places between pixels, as the mean of the four pixels around, weighted by nearness."""
    batch, height, width = images.shape
    # A frame of paper two pixels wide: whatever lies outside is read from it.
    framed = np.zeros((batch, height + 4, width + 4), dtype=np.float32)
    framed[:, 2:-2, 2:-2] = images
    rows = np.clip(rows + 2, 0, height + 2)
    columns = np.clip(columns + 2, 0, width + 2)
    lower, righter = rows % 1, columns % 1
    top, left = rows.astype(np.int32), columns.astype(np.int32)
    flat = framed.ravel()
    place = np.arange(batch, dtype=np.int32)[:, None, None] * (height + 4) * (width + 4) + top * (width + 4) + left
    upper_row = flat[place] * (1 - righter) + flat[place + 1] * righter
    place += width + 4
    lower_row = flat[place] * (1 - righter) + flat[place + 1] * righter
    return upper_row * (1 - lower) + lower_row * lower
