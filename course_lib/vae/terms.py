"""The terms of the evidence lower bound as pure functions, in nats and in float32 under any precision policy.

Equation numbers are those of chapter 04.
"""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import ops

from course_lib.autoencoder.losses import binary_cross_entropy
from course_lib.base.arguments import require_not_negative, require_positive
from course_lib.base.tensors import require_probabilities, require_shape

LOG_TWO_PI = math.log(2 * math.pi)
# The exponential of 88.8 is infinite in float32.
_LARGEST_EXPONENT = 88.0


def _float32(*tensors):
    return [ops.cast(ops.convert_to_tensor(tensor), "float32") for tensor in tensors]


def sample_latent(z_mean, z_log_var, noise):
    """Move standard normal noise to where a code's distribution lies: mean + standard deviation · noise.

    Args:
        z_mean: the means.
        z_log_var: the logarithms of the variances.
        noise: draws from the standard normal distribution, which do not depend on any weight.

    Shapes: z_mean, z_log_var and noise (…, latent_dim) → (…, latent_dim).

    Raises:
        ValueError: if the shapes differ.

    Source: Kingma and Welling (2014), section 2.4.
    """
    z_mean, z_log_var, noise = _float32(z_mean, z_log_var, noise)
    require_shape("z_log_var", z_log_var.shape, z_mean.shape)
    require_shape("noise", noise.shape, z_mean.shape)
    return z_mean + ops.exp(0.5 * z_log_var) * noise  # (7)


def gaussian_kl(z_mean, z_log_var):
    """The divergence KL(N(mean, variance) ‖ N(0, 1)) of each latent dimension, in nats.

    Shapes: z_mean and z_log_var (…, latent_dim) → (…, latent_dim); its sum over the last axis is the code's.

    Raises:
        ValueError: if the shapes differ.

    Source: Kingma and Welling (2014), appendix B.
    """
    z_mean, z_log_var = _float32(z_mean, z_log_var)
    require_shape("z_log_var", z_log_var.shape, z_mean.shape)
    # expm1(v) - v stays exact where a dimension says almost nothing, that is, where v is near 0.
    return 0.5 * (ops.square(z_mean) + ops.expm1(z_log_var) - z_log_var)  # (6)


def log_normal(value, mean, log_var):
    """The log-density of a normal distribution with independent dimensions, summed over them.

    Shapes: value, mean and log_var (…, dim), broadcast to each other → (…,).
    """
    value, mean, log_var = _float32(value, mean, log_var)
    # Divided before it is squared, and by no number so small that its inverse is infinite: 0 · ∞ would be NaN.
    squares = ops.square((value - mean) * ops.exp(ops.minimum(-0.5 * log_var, _LARGEST_EXPONENT)))
    return -0.5 * ops.sum(squares + log_var + LOG_TWO_PI, axis=-1)


def bernoulli_log_likelihood(images, logits):
    """The log-probability of black and white pixels, summed over the pixels of each image, in nats.

    Args:
        images: 0 for white and 1 for black; a value between them counts as that share of black.
        logits: the log-odds of black; probabilities would lose the small ones to rounding.

    Shapes: images and logits (…, pixels) → (…,).

    Raises:
        ValueError: if the shapes differ, or images that are no tensor hold a number outside 0 to 1.
    """
    require_probabilities("images", images)
    images, logits = _float32(images, logits)
    require_shape("images", images.shape, logits.shape)
    return -binary_cross_entropy(images, logits)  # (5), which is lesson 03's (4) with its sign turned


def gaussian_log_likelihood(values, means, noise_std):
    """The log-density of values around means with one known standard deviation, summed over the features, in nats.

    Args:
        values: what is measured.
        means: what is expected.
        noise_std: the standard deviation, one number above 0.

    Shapes: values and means (…, features) → (…,).

    Raises:
        TypeError: if `noise_std` is no number.
        ValueError: if it is not above 0, or the shapes differ.
    """
    require_positive("noise_std", noise_std)
    values, means = _float32(values, means)
    require_shape("values", values.shape, means.shape)
    scaled = (values - means) / noise_std
    return -0.5 * ops.sum(ops.square(scaled) + LOG_TWO_PI + 2 * math.log(noise_std), axis=-1)


def kl_penalty(kl, beta=1.0, free_bits=0.0):
    """What the divergence adds to the loss: beta times its sum over dimensions, each counting its free bits at least.

    Args:
        kl: the divergence of each example and each dimension.
        beta: the weight; 1 for the evidence lower bound.
        free_bits: the nats each dimension may carry, on the batch's average, without lowering the loss any further.

    Returns:
        One number, the batch's average.

    Shapes: kl (batch, latent_dim) → ().

    Raises:
        TypeError: if `beta` or `free_bits` is neither a number nor a tensor.
        ValueError: if one that is no tensor is negative or not finite, or `kl` has another shape.

    Source: Higgins et al. (2017) for beta; Kingma et al. (2016), appendix C.8, for free bits.
    """
    for name, value in (("beta", beta), ("free_bits", free_bits)):
        if not (ops.is_tensor(value) or isinstance(value, keras.Variable | keras.KerasTensor)):
            require_not_negative(name, value)
    kl, beta, free_bits = _float32(kl, beta, free_bits)
    require_shape("kl", kl.shape, (None, None))
    return beta * ops.sum(ops.maximum(ops.mean(kl, axis=0), free_bits))  # (10), (11)


def importance_bound(log_weights, axis=0):
    """A bound on log p(x) from several samples: the logarithm of the mean of their weights, without overflow.

    Args:
        log_weights: log p(x, z) - log q(z given x) of each sample z; minus infinity for one that is impossible. Where
            all are, so is the bound, and no weight has a gradient.
        axis: the axis of the samples.

    Shapes: log_weights (samples, …) → (…,).

    Source: Burda, Grosse and Salakhutdinov (2016), equation 8.
    """
    (log_weights,) = _float32(log_weights)
    # Where all weights are 0, the slope of the logarithm would be 0/0: other numbers are computed there, and left out.
    possible = ops.any(ops.not_equal(log_weights, -np.inf), axis=axis, keepdims=True)
    bound = ops.logsumexp(ops.where(possible, log_weights, 0.0), axis=axis) - math.log(log_weights.shape[axis])  # (9)
    return ops.where(ops.squeeze(possible, axis=axis), bound, -np.inf)


def active_units(z_mean, threshold=0.01):
    """Which latent dimensions a model uses: those whose mean varies from example to example.

    Args:
        z_mean: the means of many examples.
        threshold: the variance above which a dimension counts as used.

    Shapes: z_mean (examples, latent_dim) → boolean (latent_dim,).

    Source: Burda, Grosse and Salakhutdinov (2016), section 5.2.
    """
    (z_mean,) = _float32(z_mean)
    return ops.var(z_mean, axis=0) > threshold
