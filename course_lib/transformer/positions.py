"""Where a token stands: three ways to tell a model that, by itself, would see a bag of words.

All angles and tables are float32 under any precision policy: in bfloat16, which has 8 bits for a number, 256 and 257
are one position.
"""

from __future__ import annotations

from numbers import Integral

import keras
import numpy as np
from keras import ops

from course_lib.base.arguments import require_integer
from course_lib.base.language import tr
from course_lib.base.tensors import floating, known

# The longest wavelength is 10,000 · 2π positions.
BASE = 10_000.0


def sinusoidal_positions(length: int, width: int) -> np.ndarray:
    """A vector for each position: sines and cosines of it, in turn, each pair slower than the one before.

    Args:
        length: how many positions.
        width: the length of a vector, an even number.

    Returns:
        A float32 array.

    Shapes: (length, width).

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if `length` is negative, or `width` odd or less than 2.

    Source: A. Vaswani et al., "Attention Is All You Need", 2017 (arXiv:1706.03762), section 3.5.
    """
    require_integer("length", length, at_least=0)
    _require_even("width", width)
    # In float64 until the end: an error in an angle grows with the position.
    angles = np.arange(length)[:, None] * _frequencies(width)  # pos / 10000^(2i / d)
    table = np.empty((length, width), dtype=np.float32)
    table[:, 0::2] = np.sin(angles)  # PE(pos, 2i)
    table[:, 1::2] = np.cos(angles)  # PE(pos, 2i + 1)
    return table


def rotate(vectors, positions):
    """Turn each pair of neighbouring numbers by an angle that grows with the position (rotary positions).

    The dot product of a turned query and a turned key depends on how far apart they stand, and not on where.

    Args:
        vectors: queries or keys.
        positions: where each stands, numbers below 2²⁴, up to which float32 can count.

    Shapes: vectors (..., time, dim), dim even, positions (time,) → (..., time, dim), in the precision of the vectors.

    Raises:
        ValueError: if `dim` is odd.

    Source: J. Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021 (arXiv:2104.09864),
    equation 34.
    """
    vectors = floating(vectors)
    dim = vectors.shape[-1]
    _require_even("the last axis of vectors", dim)
    angles = _angles(positions, dim)  # mθ of (34)
    sine, cosine = ops.sin(angles), ops.cos(angles)  # (time, dim / 2)
    wide = ops.cast(vectors, "float32")
    even, odd = wide[..., 0::2], wide[..., 1::2]  # (..., time, dim / 2)
    turned = ops.stack([even * cosine - odd * sine, even * sine + odd * cosine], axis=-1)  # (34)
    return ops.cast(ops.reshape(turned, ops.shape(vectors)), vectors.dtype)


def _angles(positions, width: int):
    """Position times frequency, less the whole turns, as exact far from the beginning as near it.

    In float32 an angle of 10⁶ is known to 0.06 and no better. So turns are counted, for the two digits of a position to
    base 4,096 one after the other. A digit has 12 bits, and so has the coarse part of what it is multiplied by: their
    product is exact, and its whole turns can be taken away.

    Shapes: positions (time,) → (time, width / 2).
    """
    positions = ops.expand_dims(ops.cast(positions, "float32"), -1)  # (time, 1)
    whole = ops.floor(positions)
    high = ops.floor(whole / 4096.0)
    turn_shares = _frequencies(width) / (2 * np.pi)  # of a turn, from one position to the next
    turns = (positions - whole) * _float32(turn_shares)
    for digit, unit in ((whole - 4096.0 * high, 1), (high, 4096)):
        share = turn_shares * unit
        share = share - np.round(share)
        coarse = np.round(share * 4096) / 4096
        product = digit * _float32(coarse)
        turns = turns + (product - ops.round(product)) + digit * _float32(share - coarse)
    return turns * float(2 * np.pi)


def _float32(values: np.ndarray):
    return ops.convert_to_tensor(values.astype(np.float32))


def _frequencies(width: int) -> np.ndarray:
    """By how much each pair's angle grows from one position to the next."""
    return BASE ** (-np.arange(0, width, 2) / width)


def _require_even(name: str, width: int) -> None:
    require_integer(name, width, at_least=2)
    if width % 2:
        raise ValueError(f"{name} is {width}; allowed: an even number, for pairs of sine and cosine")


class _Positions(keras.layers.Layer):
    """What both layers share: adding the rows of a table, in float32, from some position on."""

    def __init__(self, max_length: int, **kwargs: object) -> None:
        max_length = require_integer("max_length", max_length, at_least=1)
        super().__init__(**kwargs)
        self.max_length = max_length
        self.supports_masking = True

    def call(self, inputs, start=0):
        """Add to each vector that of its position.

        Args:
            inputs: the vectors of tokens.
            start: the position of the first, a number or a scalar tensor.

        Shapes: inputs (batch, time, width) → (batch, time, width).

        Raises:
            ValueError: if `start` is negative, or there are more positions than `max_length`.
        """
        known_before = isinstance(start, Integral)
        start = require_integer("start", start, at_least=0) if known_before else ops.cast(start, "int32")
        time = known(inputs.shape)[1]
        last = (time or 0) + (start if known_before else 0)
        if last > self.max_length:
            raise ValueError(
                tr(
                    f"inputs reaches to {last} positions; allowed: {self.max_length}, which is max_length",
                    f"inputs 有 {last} 个位置；至多允许 {self.max_length} 个，即 max_length",
                )
            )
        rows = ops.take(self.table, start + ops.arange(ops.shape(inputs)[1]), axis=0)
        # The sum is rounded once, at its end.
        return ops.cast(ops.cast(inputs, "float32") + rows, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        """That of the input."""
        return input_shape

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), "max_length": self.max_length}


@keras.saving.register_keras_serializable("course_lib")
class SinusoidalPositions(_Positions):
    """Adds the fixed table of `sinusoidal_positions`: nothing to learn.

    Args:
        max_length: how many positions there are.

    Shapes: (batch, time, width) → (batch, time, width).

    Raises:
        ValueError: if `max_length` is less than 1, the width is odd, or a sequence is longer than `max_length`.

    Source: Vaswani et al., 2017, section 3.5.
    """

    def build(self, input_shape) -> None:
        """Compute the table."""
        self.input_spec = keras.layers.InputSpec(ndim=3, axes={-1: input_shape[-1]})
        self.table = sinusoidal_positions(self.max_length, input_shape[-1])


@keras.saving.register_keras_serializable("course_lib")
class LearnedPositions(_Positions):
    """Adds a vector for each position that is learnt like a word's; there is none beyond the last.

    Args:
        max_length: how many positions there are.

    Shapes: (batch, time, width) → (batch, time, width).

    Raises:
        ValueError: if `max_length` is less than 1, or a sequence is longer.

    Source: J. Gehring et al., "Convolutional Sequence to Sequence Learning", 2017 (arXiv:1705.03122), section 3.1.
    """

    def build(self, input_shape) -> None:
        """Make the table."""
        self.input_spec = keras.layers.InputSpec(ndim=3, axes={-1: input_shape[-1]})
        self.table = self.add_weight(
            shape=(self.max_length, input_shape[-1]),
            initializer=keras.initializers.RandomNormal(stddev=input_shape[-1] ** -0.5),
            name="table",
            autocast=False,  # float32 under any policy
        )
