"""What keeps a wide autoencoder from merely copying: a spoilt input, or a code that must stay quiet."""

from __future__ import annotations

import keras
from keras import ops

from course_lib.base.arguments import require_choice, require_integer, require_positive

NOISES = ("masking", "gaussian")
PENALTIES = ("absolute", "rate")


def corrupt(inputs, kind: str, amount: float, seed):
    """Spoil inputs at random.

    Args:
        inputs: the clean examples; they stay as they are.
        kind: `"masking"` sets a share of the numbers to zero, `"gaussian"` adds normal noise to all of them.
        amount: the share for masking, the standard deviation for Gaussian noise.
        seed: a whole number, or a `keras.random.SeedGenerator` for new noise at each call.

    Returns:
        The spoilt inputs. Gaussian noise is not cut off at 0 and 1.

    Shapes: inputs (batch, features) → (batch, features).

    Raises:
        ValueError: for any other kind, a share outside 0 and 1, or a negative deviation.

    Source: P. Vincent et al., "Extracting and Composing Robust Features with Denoising Autoencoders", 2008.
    """
    _require_noise(kind, amount)
    inputs = ops.convert_to_tensor(inputs)
    if not keras.backend.is_float_dtype(keras.backend.standardize_dtype(inputs.dtype)):
        inputs = ops.cast(inputs, "float32")  # whole numbers would swallow the noise
    if kind == "masking":
        keep = keras.random.uniform(ops.shape(inputs), seed=seed) >= amount
        return ops.where(keep, inputs, ops.zeros_like(inputs))
    noise = keras.random.normal(ops.shape(inputs), dtype="float32", seed=seed)
    return inputs + ops.cast(amount * noise, inputs.dtype)


def absolute_sum(code):
    """How loud a code is: the sum of its absolute values, averaged over the batch (L1, equation 5 of the lesson).

    Shapes: code (batch, code_dim) → ().
    """
    return ops.mean(ops.sum(ops.abs(ops.cast(code, "float32")), axis=-1))  # (5)


def rate_divergence(code, rate: float):
    """How far each unit's mean activity lies from a low rate: Σ KL(rate ‖ mean activity) (equation 6 of the lesson).

    Args:
        code: activities between 0 and 1, as a sigmoid gives them.
        rate: the mean activity each unit should have over the batch.

    Shapes: code (batch, code_dim) → ().

    Raises:
        ValueError: if the rate is not between 0 and 1.

    Source: A. Ng, "Sparse autoencoder", lecture notes of CS294A, 2011.
    """
    _require_rate(rate)
    mean = ops.mean(ops.cast(code, "float32"), axis=0)  # (code_dim,)
    mean = ops.clip(mean, 1e-6, 1 - 1e-6)  # a unit that is never or always active costs much, not infinitely much
    return ops.sum(rate * ops.log(rate / mean) + (1 - rate) * ops.log((1 - rate) / (1 - mean)))  # (6)


@keras.saving.register_keras_serializable("course_lib")
class Corruption(keras.layers.Layer):
    """Spoils its inputs during training and passes them on untouched otherwise.

    Args:
        kind: `"masking"` or `"gaussian"`.
        amount: the share of numbers set to zero, or the standard deviation of the noise.
        seed: of the layer's own stream of random numbers.

    Shapes: inputs (batch, features) → (batch, features).

    Raises:
        ValueError: for any other kind, a share outside 0 and 1, or a negative deviation.
    """

    def __init__(self, kind: str, amount: float, seed: int = 0, **kwargs) -> None:
        _require_noise(kind, amount)
        super().__init__(**kwargs)
        self.kind, self.amount, self.seed = kind, float(amount), require_integer("seed", seed, at_least=0)
        self.random = keras.random.SeedGenerator(self.seed)
        self.supports_masking = True

    def call(self, inputs, training=None):
        """The inputs, spoilt where `training` is true."""
        return corrupt(inputs, self.kind, self.amount, self.random) if training else inputs

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Noise changes no shape."""
        return input_shape

    def get_config(self) -> dict:
        """What it takes to make the same layer again."""
        return {**super().get_config(), "kind": self.kind, "amount": self.amount, "seed": self.seed}


@keras.saving.register_keras_serializable("course_lib")
class SparsityPenalty(keras.layers.Layer):
    """Passes a code on and adds to the loss what it costs that many of its units are active.

    Args:
        weight: the price, in the unit of the loss.
        kind: `"absolute"` for the sum of absolute values, `"rate"` for the divergence from a low mean activity.
        rate: the mean activity that `"rate"` asks for.

    Shapes: inputs (batch, code_dim) → (batch, code_dim).

    Raises:
        ValueError: for any other kind, a weight that is not positive, or a rate outside 0 and 1.
    """

    def __init__(self, weight: float, kind: str = "absolute", rate: float = 0.05, **kwargs) -> None:
        require_choice("kind", kind, PENALTIES)
        require_positive("weight", weight)
        _require_rate(rate)
        super().__init__(**kwargs)
        self.weight, self.kind, self.rate = float(weight), kind, float(rate)

    def call(self, inputs):
        """The inputs themselves; the penalty goes to the loss."""
        penalty = absolute_sum(inputs) if self.kind == "absolute" else rate_divergence(inputs, self.rate)
        self.add_loss(self.weight * penalty)
        return inputs

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """A penalty changes no shape."""
        return input_shape

    def get_config(self) -> dict:
        """What it takes to make the same layer again."""
        return {**super().get_config(), "weight": self.weight, "kind": self.kind, "rate": self.rate}


def _require_noise(kind: str, amount: float) -> None:
    require_choice("kind", kind, NOISES)
    if kind == "masking" and not 0 <= amount <= 1:
        raise ValueError(f"amount is {amount}; allowed for masking: a share from 0 to 1")
    if kind == "gaussian" and not 0 <= amount < float("inf"):
        raise ValueError(f"amount is {amount}; allowed for Gaussian noise: a standard deviation of 0 or more")


def _require_rate(rate: float) -> None:
    if not 0 < rate < 1:
        raise ValueError(f"rate is {rate}; allowed: a number between 0 and 1")
