"""The variational autoencoder: thin layers with weights over the equations in `terms`.

It trains with `compile` and `fit` as they are. The divergence enters by `add_loss`, the reconstruction by a loss that
sums over features: both are scaled rightly on several devices, which a custom `train_step` would have to do by itself,
once per backend.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras
from keras import ops

from course_lib.base.arguments import (
    checked_seed,
    require_choice,
    require_integer,
    require_not_negative,
    require_positive,
    require_share,
    require_widths,
)
from course_lib.mlp.seeds import offset_seed
from course_lib.vae import terms

LIKELIHOODS = ("bernoulli", "gaussian")


def log_likelihood(values, decoded, likelihood: str = "bernoulli", noise_std: float = 1.0):
    """log p(x given z) of each example, in nats, summed over its features.

    Shapes: values and decoded (…, features) → (…,).

    Raises:
        ValueError: if `likelihood` is neither `"bernoulli"` nor `"gaussian"`.
    """
    require_choice("likelihood", likelihood, LIKELIHOODS)
    if likelihood == "gaussian":
        return terms.gaussian_log_likelihood(values, decoded, noise_std)
    return terms.bernoulli_log_likelihood(values, decoded)


@keras.saving.register_keras_serializable("course_lib.vae")
class ReconstructionLoss(keras.losses.Loss):
    """-log p(x given z) in nats per example: **summed** over features, averaged over the batch.

    Args:
        likelihood: `"bernoulli"` (the decoder returns logits) or `"gaussian"` (it returns means).
        noise_std: the standard deviation of the gaussian.

    Shapes: y_true and y_pred (batch, features).

    Raises:
        ValueError: if `likelihood` is neither of the two, or `noise_std` is not positive.
    """

    def __init__(
        self,
        likelihood: str = "bernoulli",
        noise_std: float = 1.0,
        reduction: str = "sum_over_batch_size",
        name: str = "reconstruction",
        dtype: object = None,
    ) -> None:
        require_choice("likelihood", likelihood, LIKELIHOODS)
        require_positive("noise_std", noise_std)
        # Nats are summed over hundreds of pixels: float32, whatever the policy.
        super().__init__(name=name, reduction=reduction, dtype=dtype or "float32")
        self.likelihood = likelihood
        self.noise_std = float(noise_std)

    def call(self, y_true, y_pred):
        """Shapes: (batch, features) → (batch,)."""
        return -log_likelihood(y_true, y_pred, self.likelihood, self.noise_std)

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), "likelihood": self.likelihood, "noise_std": self.noise_std, "dtype": self.dtype}


@keras.saving.register_keras_serializable("course_lib")
class Sampling(keras.layers.Layer):
    """Draws a code from its distribution, anew at every call, in a way that gradients pass through.

    Args:
        seed: of the noise; None for another one each time.

    Shapes: [z_mean, z_log_var], each (batch, latent_dim) → (batch, latent_dim).
    """

    def __init__(self, seed: int | None = None, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.seed = seed = checked_seed(seed)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs):
        """Draw one code per example."""
        z_mean, z_log_var = inputs
        noise = keras.random.normal(ops.shape(z_mean), dtype="float32", seed=self.seed_generator)
        return terms.sample_latent(z_mean, z_log_var, noise)

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), "seed": self.seed}


@keras.saving.register_keras_serializable("course_lib")
class PreviousPixels(keras.layers.Layer):
    """For every pixel, a number computed from the pixels **before** it in reading order, and from none after.

    It makes a decoder autoregressive, as language models are: each part of the output is told the parts before it. A
    pixel looks at its neighbourhood alone: a few rows above it and a few pixels to its left. Outside the image all is
    white.

    Args:
        reach: how many rows up and how many columns to either side a pixel looks.
        hidden_dim: the width of the one hidden layer, which all pixels share.

    Shapes: (batch, pixels) → (batch, pixels), where the pixels are those of a square image, row by row.

    Raises:
        ValueError: if `reach` or `hidden_dim` is less than 1, or the images are not square.

    Source: van den Oord, Kalchbrenner and Kavukcuoglu (2016), pixel recurrent neural networks, section 3.4.
    """

    def __init__(self, reach: int = 3, hidden_dim: int = 32, **kwargs: object) -> None:
        require_integer("reach", reach, at_least=1)
        require_integer("hidden_dim", hidden_dim, at_least=1)
        super().__init__(**kwargs)
        self.reach, self.hidden_dim = reach, hidden_dim
        above = [(row, column) for row in range(-reach, 0) for column in range(-reach, reach + 1)]
        self.offsets = above + [(0, column) for column in range(-reach, 0)]  # none points ahead
        self.hidden = keras.layers.Dense(hidden_dim, activation="relu", dtype=self.dtype_policy, name="hidden")
        self.head = keras.layers.Dense(1, use_bias=False, dtype=self.dtype_policy, name="head")

    def build(self, input_shape) -> None:
        """Make the weights of the two layers."""
        self.side = math.isqrt(input_shape[-1])
        if self.side**2 != input_shape[-1]:
            raise ValueError(f"images of {input_shape[-1]} pixels are not square; allowed: 784 = 28², 64 = 8², …")
        self.hidden.build((None, None, len(self.offsets)))
        self.head.build((None, None, self.hidden_dim))

    def call(self, inputs):
        """Gather each pixel's earlier neighbours, then apply the two layers to them."""
        reach, side = self.reach, self.side
        image = ops.pad(ops.reshape(inputs, (-1, side, side)), ((0, 0), (reach, 0), (reach, reach)))
        shifted = [
            image[:, reach + row : reach + row + side, reach + column : reach + column + side]
            for row, column in self.offsets
        ]
        neighbours = ops.reshape(ops.stack(shifted, axis=-1), (-1, side * side, len(self.offsets)))
        return ops.squeeze(self.head(self.hidden(neighbours)), axis=-1)

    def compute_output_shape(self, input_shape):
        """That of the input."""
        return input_shape

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), "reach": self.reach, "hidden_dim": self.hidden_dim}


@keras.saving.register_keras_serializable("course_lib")
class VAE(keras.Model):
    """A variational autoencoder of dense layers.

    `fit(images)` needs no targets: the images are their own. `loss` is the negative evidence lower bound per example in
    nats (with `beta` and `free_bits` where they are set); the metrics `reconstruction` and `kl` are its two terms and
    `elbo` is always the bound itself, with beta 1 and no free bits.

    Args:
        input_dim: the number of pixels (features) of an image.
        latent_dim: the number of dimensions of a code; no more than `input_dim`.
        hidden_dims: the widths of the encoder's hidden layers; the decoder has them in reverse.
        beta: the weight of the divergence. It becomes the variable `model.beta`, which may be changed at any time.
        free_bits: nats that each latent dimension may carry for nothing; a variable too.
        dropout: the share of hidden values left out in training.
        activation: of the hidden layers.
        likelihood: `"bernoulli"` for black and white pixels, `"gaussian"` for real numbers.
        noise_std: the standard deviation of the gaussian.
        autoregressive: let the decoder see, for each pixel, the image's earlier pixels as well as the code.
        seed: of the noise that codes are drawn with, and of dropout.

    Shapes: images (batch, input_dim) → a dictionary of `decoded` (batch, input_dim): logits, or means where the
    likelihood is gaussian; and `kl` (batch, latent_dim).

    Raises:
        TypeError: if a number is none.
        ValueError: if an argument lies outside what is allowed, or images have another shape.

    Source: Kingma and Welling (2014), *Auto-encoding variational Bayes*.
    """

    def __init__(
        self,
        input_dim: int,
        latent_dim: int,
        hidden_dims: Sequence[int] = (400,),
        beta: float = 1.0,
        free_bits: float = 0.0,
        dropout: float = 0.0,
        activation: str = "relu",
        likelihood: str = "bernoulli",
        noise_std: float = 1.0,
        autoregressive: bool = False,
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        require_integer("input_dim", input_dim, at_least=1)
        require_integer("latent_dim", latent_dim, at_least=1)
        if latent_dim > input_dim:
            raise ValueError(f"latent_dim is {latent_dim}, wider than the input; allowed: 1 to input_dim = {input_dim}")
        hidden_dims = require_widths("hidden_dims", hidden_dims)
        require_not_negative("beta", beta)
        require_not_negative("free_bits", free_bits)
        require_share("dropout", dropout)
        require_choice("likelihood", likelihood, LIKELIHOODS)
        require_positive("noise_std", noise_std)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.input_dim, self.latent_dim, self.hidden_dims = int(input_dim), int(latent_dim), hidden_dims
        self.initial_beta, self.initial_free_bits, self.dropout = float(beta), float(free_bits), float(dropout)
        self.activation, self.likelihood, self.noise_std = activation, likelihood, float(noise_std)
        self.autoregressive, self.seed = bool(autoregressive), seed

        # Variables, so that a callback can change them between two steps of a compiled training.
        self.beta = self._setting("beta", beta)
        self.free_bits = self._setting("free_bits", free_bits)
        self.encoder_hidden = self._hidden_layers("encoder", self.hidden_dims, first=1)
        # Heads in float32: a log-variance goes through exp, and logits are summed over hundreds of pixels.
        self.z_mean_head = keras.layers.Dense(self.latent_dim, dtype="float32", name="z_mean")
        self.z_log_var_head = keras.layers.Dense(self.latent_dim, dtype="float32", name="z_log_var")
        self.sampling = Sampling(seed=seed, dtype="float32", name="sampling")
        self.decoder_hidden = self._hidden_layers("decoder", self.hidden_dims[::-1], first=1 + len(self.hidden_dims))
        self.decoder_head = keras.layers.Dense(self.input_dim, dtype="float32", name="decoded")
        self.previous = PreviousPixels(dtype="float32", name="previous_pixels") if self.autoregressive else None

        self.reconstruction_tracker = keras.metrics.Mean(name="reconstruction")
        self.kl_tracker = keras.metrics.Mean(name="kl")
        self.elbo_tracker = keras.metrics.Mean(name="elbo")

    def _setting(self, name: str, value: float):
        start = keras.initializers.Constant(value)
        return self.add_weight(name=name, shape=(), initializer=start, trainable=False, dtype="float32")

    def _hidden_layers(self, side: str, widths: Sequence[int], first: int) -> list[keras.layers.Layer]:
        layers = []
        for number, width in enumerate(widths, start=1):
            shared = {"dtype": self.dtype_policy}
            layers.append(
                keras.layers.Dense(width, activation=self.activation, name=f"{side}_hidden_{number}", **shared)
            )
            if self.dropout:
                name = f"{side}_dropout_{number}"
                # Two layers must not drop the same places: each has a seed of its own.
                seed = offset_seed(self.seed, first + number)
                layers.append(keras.layers.Dropout(self.dropout, seed=seed, name=name, **shared))
        return layers

    def build(self, input_shape) -> None:
        """Make all weights."""
        self._require_images(input_shape)
        shape = (None, self.input_dim)
        for layer in self.encoder_hidden:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        self.z_mean_head.build(shape)
        self.z_log_var_head.build(shape)
        shape = (None, self.latent_dim)
        for layer in self.decoder_hidden:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        self.decoder_head.build(shape)
        if self.previous is not None:
            self.previous.build((None, self.input_dim))
        self.built = True

    def encode(self, images, training: bool = False):
        """The distribution of each image's code: its mean and the logarithm of its variance.

        Shapes: images (batch, input_dim) → two of (batch, latent_dim).
        """
        hidden = images
        for layer in self.encoder_hidden:
            hidden = layer(hidden, training=training)
        return self.z_mean_head(hidden), self.z_log_var_head(hidden)

    def decode(self, z, images=None, training: bool = False):
        """The decoder's logits, or means where the likelihood is gaussian.

        Args:
            z: codes.
            images: what an autoregressive decoder reads earlier pixels from; others need none.
            training: whether values are dropped out.

        Shapes: z (batch, latent_dim), images (batch, input_dim) → (batch, input_dim).

        Raises:
            ValueError: if the decoder is autoregressive and there are no images.
        """
        hidden = z
        for layer in self.decoder_hidden:
            hidden = layer(hidden, training=training)
        decoded = self.decoder_head(hidden)
        if self.previous is None:
            return decoded
        if images is None:
            raise ValueError("images is None; an autoregressive decoder reads earlier pixels from them")
        return decoded + self.previous(images)

    def call(self, inputs, training: bool = False) -> dict:
        """Encode, draw one code for each image, decode."""
        self._require_images(inputs.shape)
        z_mean, z_log_var = self.encode(inputs, training=training)
        decoded = self.decode(self.sampling([z_mean, z_log_var]), inputs, training=training)
        kl = terms.gaussian_kl(z_mean, z_log_var)
        self.add_loss(terms.kl_penalty(kl, self.beta, self.free_bits))
        return {"decoded": decoded, "kl": kl}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The reconstruction loss of the images themselves (of `y`, where targets differ) and the added divergence.

        Raises:
            ValueError: if there are weights: they would reach one of the two terms, and the loss would be no bound.
        """
        if sample_weight is not None:
            raise ValueError("sample_weight or class_weight is given; allowed: none, for the loss is a bound without")
        targets = x if y is None else y
        return super().compute_loss(x, targets, y_pred["decoded"], sample_weight, training)

    def compute_metrics(self, x, y, y_pred, sample_weight=None) -> dict:
        """Both terms of the bound, and the bound, averaged over the examples seen."""
        targets = x if y is None else y
        reconstruction = -log_likelihood(targets, y_pred["decoded"], self.likelihood, self.noise_std)  # (batch,)
        kl = ops.sum(y_pred["kl"], axis=-1)  # (batch,)
        self.reconstruction_tracker.update_state(reconstruction)
        self.kl_tracker.update_state(kl)
        self.elbo_tracker.update_state(-reconstruction - kl)  # (3)
        return self.get_metrics_result()

    def get_config(self) -> dict:
        """All arguments."""
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "latent_dim": self.latent_dim,
            "hidden_dims": list(self.hidden_dims),
            "beta": self.initial_beta,
            "free_bits": self.initial_free_bits,
            "dropout": self.dropout,
            "activation": self.activation,
            "likelihood": self.likelihood,
            "noise_std": self.noise_std,
            "autoregressive": self.autoregressive,
            "seed": self.seed,
        }

    def _require_images(self, shape) -> None:
        if len(shape) != 2 or shape[-1] != self.input_dim:
            given = tuple(shape)
            raise ValueError(
                f"images have the shape {given}; allowed: (batch, input_dim) with input_dim = {self.input_dim}"
            )
