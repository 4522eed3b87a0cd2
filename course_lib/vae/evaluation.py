"""What a trained VAE is worth: both terms of its bound example by example, the tighter bound, samples.

Noise comes from NumPy, so that a model with the same weights has the same results on every backend.
"""

from __future__ import annotations

import math

import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from course_lib.base.arguments import require_integer, require_positive
from course_lib.vae import terms
from course_lib.vae.model import VAE, log_likelihood
from course_lib.vae.training import checked_images


def _rows(images: np.ndarray, batch_size: int):
    require_integer("batch_size", batch_size, at_least=1)
    return [images[start : start + batch_size] for start in range(0, len(images), batch_size)]


def _checked(model: VAE, images: ArrayLike) -> np.ndarray:
    return checked_images("images", images, model.input_dim, unit=model.likelihood == "bernoulli")


def _draw(model: VAE, rows: np.ndarray, z_mean, z_log_var, random: np.random.Generator) -> tuple:
    """One code for each image, and log p(x given it)."""
    z = terms.sample_latent(z_mean, z_log_var, random.standard_normal(z_mean.shape, dtype=np.float32))
    return z, log_likelihood(rows, model.decode(z, rows), model.likelihood, model.noise_std)


def encode(model: VAE, images: ArrayLike, batch_size: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """The mean and the log-variance of every image's code.

    Shapes: images (images, input_dim) → two of (images, latent_dim).

    Raises:
        ValueError: if the images are no table of finite numbers of the model's width.
    """
    images = _checked(model, images)
    codes = [model.encode(rows) for rows in _rows(images, batch_size)]
    return tuple(np.concatenate([ops.convert_to_numpy(code[part]) for code in codes]) for part in (0, 1))


def elbo_terms(
    model: VAE, images: ArrayLike, num_samples: int = 1, seed: int = 0, batch_size: int = 500
) -> tuple[np.ndarray, np.ndarray]:
    """Both terms of the evidence lower bound of each image, in nats: log p(x given z), averaged over samples, and KL.

    The bound of an image is the first minus the second; beta and free bits have no part in it.

    Args:
        model: the model.
        images: black and white images (any numbers for a gaussian model).
        num_samples: codes drawn for each image.
        seed: of those codes.
        batch_size: images computed at once.

    Shapes: images (images, input_dim) → two of (images,).

    Raises:
        ValueError: if `num_samples` is less than 1, or the images are no table of finite numbers of the model's width.
    """
    require_integer("num_samples", num_samples, at_least=1)
    images = _checked(model, images)
    random = np.random.default_rng(seed)
    reconstructions, divergences = [], []
    for rows in _rows(images, batch_size):
        z_mean, z_log_var = model.encode(rows)
        total = 0.0
        for _ in range(num_samples):
            total = total + _draw(model, rows, z_mean, z_log_var, random)[1]
        reconstructions.append(ops.convert_to_numpy(total) / num_samples)
        divergences.append(ops.convert_to_numpy(ops.sum(terms.gaussian_kl(z_mean, z_log_var), axis=-1)))
    return np.concatenate(reconstructions), np.concatenate(divergences)


def log_weights(model: VAE, images: ArrayLike, num_samples: int, seed: int = 0, batch_size: int = 500) -> np.ndarray:
    """log p(x, z) - log q(z given x) of several codes z of each image: what importance-weighted bounds are made of.

    Their mean over samples estimates the evidence lower bound; `importance_bound` of them is a tighter one.

    Args:
        model: the model.
        images: black and white images (any numbers for a gaussian model).
        num_samples: codes drawn for each image.
        seed: of those codes.
        batch_size: images computed at once.

    Shapes: images (images, input_dim) → (num_samples, images).

    Raises:
        ValueError: if `num_samples` is less than 1, or the images are no table of finite numbers of the model's width.

    Source: Burda, Grosse and Salakhutdinov (2016), section 3.
    """
    require_integer("num_samples", num_samples, at_least=1)
    images = _checked(model, images)
    random = np.random.default_rng(seed)
    columns = []
    for rows in _rows(images, batch_size):
        z_mean, z_log_var = model.encode(rows)
        weights = []
        for _ in range(num_samples):
            z, reconstruction = _draw(model, rows, z_mean, z_log_var, random)
            weight = reconstruction + terms.log_normal(z, 0.0, 0.0) - terms.log_normal(z, z_mean, z_log_var)  # (8)
            weights.append(ops.convert_to_numpy(weight))
        columns.append(np.stack(weights))
    return np.concatenate(columns, axis=1)


def mean_and_error(values: ArrayLike) -> tuple[float, float]:
    """The mean of independent values and its standard error, the standard deviation over the root of their number.

    Shapes: (examples,) → two numbers.

    Raises:
        ValueError: if there are fewer than two values.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"values have the shape {values.shape}; allowed: (examples,) with two examples or more")
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


def draw_images(model: VAE, codes: ArrayLike, seed: int = 0) -> np.ndarray:
    """Images from given codes: the mean of each pixel; pixel after pixel drawn where the decoder is autoregressive.

    Args:
        model: the model.
        codes: what the images are decoded from.
        seed: of the pixels that an autoregressive decoder draws, each told those before it.

    Shapes: codes (count, latent_dim) → (count, input_dim).

    Raises:
        ValueError: if the codes are no table of finite numbers of the model's width.
    """
    codes = checked_images("codes", codes, model.latent_dim, unit=False)
    if not model.autoregressive:
        return _means(model, ops.convert_to_numpy(model.decode(codes)))
    random = np.random.default_rng(seed)
    images = np.zeros((len(codes), model.input_dim), np.float32)
    from_codes = ops.convert_to_numpy(model.decode(codes, images) - model.previous(images))
    for pixel in range(model.input_dim):
        decoded = from_codes[:, pixel] + ops.convert_to_numpy(model.previous(images))[:, pixel]
        if model.likelihood == "bernoulli":
            images[:, pixel] = random.random(len(codes)) < _means(model, decoded)
        else:
            images[:, pixel] = decoded + model.noise_std * random.standard_normal(len(codes))
    return images


def generate(model: VAE, count: int, seed: int = 0, spread: float = 1.0) -> np.ndarray:
    """New images: codes drawn from the prior, then `draw_images`.

    Args:
        model: the model.
        count: how many.
        seed: of the codes, and of the pixels of an autoregressive decoder.
        spread: the standard deviation of the codes; 1 is the prior, less keeps to what is typical.

    Shapes: → (count, input_dim).

    Raises:
        ValueError: if `count` is less than 1 or `spread` is not positive.
    """
    require_integer("count", count, at_least=1)
    require_positive("spread", spread)
    codes = spread * np.random.default_rng(seed).standard_normal((count, model.latent_dim))
    return draw_images(model, codes, seed)


def _means(model: VAE, decoded: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * np.tanh(0.5 * decoded) if model.likelihood == "bernoulli" else decoded
