"""Training a VAE: binarised images drawn anew each epoch, the warm-up of beta, and one call that does it all."""

from __future__ import annotations

import math

import keras
import numpy as np
from numpy.typing import ArrayLike

from course_lib.base.arguments import require_integer, require_not_negative, require_positive
from course_lib.base.examples import checked_examples
from course_lib.training.compiling import adamw, compile_for_training
from course_lib.vae.model import VAE, ReconstructionLoss


def checked_images(name: str, images: ArrayLike, input_dim: int | None = None, unit: bool = True) -> np.ndarray:
    """The images as a float32 array; raises where they are no table of numbers, or not within 0 and 1.

    Args:
        name: how an error calls them.
        images: one row per image.
        input_dim: the pixels each must have; None for any number.
        unit: whether every value must lie within 0 and 1.

    Shapes: images (images, pixels).

    Raises:
        TypeError: if they are no numbers.
        ValueError: if the shape is another, there is no image, or a value is not finite or lies outside 0 and 1.
    """
    low, high = (0, 1) if unit else (-np.inf, np.inf)
    return checked_examples(name, images, input_dim, low, high)


def binarise(images: ArrayLike, seed: int | tuple[int, ...]) -> np.ndarray:
    """Draw black and white images: each pixel is 1 with the probability that its grey value says.

    Args:
        images: grey values from 0 to 1.
        seed: the same seed draws the same pixels, on every backend.

    Shapes: (images, pixels) → float32 (images, pixels).

    Raises:
        ValueError: if the images are no table of values within 0 and 1.

    Source: Salakhutdinov and Murray (2008).
    """
    images = checked_images("images", images)
    return (np.random.default_rng(seed).random(images.shape, dtype=np.float32) < images).astype(np.float32)


class _Images(keras.utils.PyDataset):
    """Batches of images in a new order in every epoch, moved a little where asked for."""

    def __init__(self, images: np.ndarray, batch_size: int, seed: int, max_shift: int = 0) -> None:
        super().__init__()
        require_integer("batch_size", batch_size, at_least=1)
        require_integer("max_shift", max_shift, at_least=0)
        self.images = images
        self.side = math.isqrt(images.shape[1])
        if max_shift and self.side**2 != images.shape[1]:
            raise ValueError(
                f"max_shift is {max_shift}, but images of {images.shape[1]} pixels are not square; allowed: 0"
            )
        self.batch_size, self.seed, self.max_shift = batch_size, seed, max_shift
        self.epoch = -1
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self.images) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray]:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        # The generator depends on the place alone, so that batches may be asked for in any order, by any thread.
        random = np.random.default_rng((self.seed, self.epoch, index))
        images = self._shifted(self.images[rows], random) if self.max_shift else self.images[rows]
        return (self._drawn(images, random),)

    def on_epoch_end(self) -> None:
        """Choose the next epoch's order."""
        self.epoch += 1
        self.order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.images))

    def _drawn(self, images: np.ndarray, random: np.random.Generator) -> np.ndarray:
        return images

    def _shifted(self, flat: np.ndarray, random: np.random.Generator) -> np.ndarray:
        edge = self.max_shift
        padded = np.pad(flat.reshape(-1, self.side, self.side), ((0, 0), (edge, edge), (edge, edge)))
        down, right = random.integers(0, 2 * edge + 1, size=(2, len(flat), 1, 1))
        rows, columns = down + np.arange(self.side)[:, None], right + np.arange(self.side)[None, :]
        return padded[np.arange(len(flat))[:, None, None], rows, columns].reshape(len(flat), -1)


class BinarisedImages(_Images):
    """Batches of binarised images in a new order, with new pixels drawn, in every epoch.

    Args:
        images: grey values from 0 to 1.
        batch_size: images in a batch; the last batch may have fewer.
        seed: of the order, the pixels and the shifts.
        max_shift: by how many pixels, at most, each (square) image is moved up, down, left and right at random.

    Shapes: images (images, pixels); each batch (batch, pixels).

    Raises:
        ValueError: if the images are no table of values within 0 and 1, or are to be shifted and are not square.
    """

    def __init__(self, images: ArrayLike, batch_size: int, seed: int, max_shift: int = 0) -> None:
        super().__init__(checked_images("images", images), batch_size, seed, max_shift)

    def _drawn(self, images: np.ndarray, random: np.random.Generator) -> np.ndarray:
        return (random.random(images.shape, dtype=np.float32) < images).astype(np.float32)


class BetaWarmUp(keras.callbacks.Callback):
    """Raise a model's beta in a straight line from 0 to its full value, epoch by epoch.

    It changes a variable, no Python number: a compiled training step reads the new value without being compiled anew.

    Args:
        epochs: after how many epochs beta is full; 0 for at once.
        beta: the full value.

    Raises:
        ValueError: if either is negative.

    Source: Bowman et al. (2016), section 3.1.
    """

    def __init__(self, epochs: int, beta: float = 1.0) -> None:
        super().__init__()
        require_integer("epochs", epochs, at_least=0)
        require_not_negative("beta", beta)
        self.epochs, self.full = epochs, beta

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Set this epoch's beta."""
        share = min(1.0, epoch / self.epochs) if self.epochs else 1.0
        self.model.beta.assign(self.full * share)

    def on_train_end(self, logs: dict | None = None) -> None:
        """Leave the model with its full beta, wherever the line had come to."""
        self.model.beta.assign(self.full)


class Progress(keras.callbacks.Callback):
    """Print one line every few epochs: the bound, its two terms and, where there is validation, its bound.

    Args:
        every: epochs between two lines.
    """

    def __init__(self, every: int) -> None:
        super().__init__()
        require_integer("every", every, at_least=1)
        self.every = every

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Print where a line is due; the last epoch always has one."""
        done = epoch + 1
        if done % self.every == 0 or done == self.params["epochs"]:
            names = ["elbo", "reconstruction", "kl", "val_elbo"]
            said = "  ".join(f"{name} {logs[name]:7.2f}" for name in names if name in logs)
            print(f"{done:4d}  {said}", flush=True)


def train(
    model: VAE,
    images: ArrayLike,
    epochs: int,
    batch_size: int = 100,
    learning_rate: float = 1e-3,
    weight_decay: float = 0.0,
    warm_up: int = 0,
    max_shift: int = 0,
    validation_images: ArrayLike | None = None,
    seed: int = 0,
    every: int | None = None,
) -> dict[str, list[float]]:
    """Train a VAE on binarised images by Adam, or AdamW with a weight decay; the rate falls to 0 along half a cosine.

    Args:
        model: the model; its beta at the time of the call is the one that is warmed up to.
        images: grey values from 0 to 1, binarised anew each epoch (for a gaussian model any numbers, as they are).
        epochs: passes over the images.
        batch_size: images in a batch.
        learning_rate: the first one.
        weight_decay: AdamW's; 0 makes it Adam.
        warm_up: epochs over which beta rises from 0.
        max_shift: how many pixels, at most, an image is moved at random.
        validation_images: black and white images on which the bound is measured after each epoch.
        seed: of the order, the pixels and the shifts.
        every: print a line after so many epochs; None for no lines.

    Returns:
        For each measure its value after every epoch; `elbo` is with beta 1, whatever beta is.

    Shapes: images (images, input_dim), validation_images (images, input_dim).

    Raises:
        ValueError: if images are no table of finite values (within 0 and 1 for a bernoulli model) of the model's width,
            or a number lies outside what is allowed.
    """
    require_integer("epochs", epochs, at_least=1)
    require_integer("batch_size", batch_size, at_least=1)
    require_positive("learning_rate", learning_rate)
    require_not_negative("weight_decay", weight_decay)
    unit = model.likelihood == "bernoulli"
    images = checked_images("images", images, model.input_dim, unit)
    validation = None
    if validation_images is not None:
        checked = checked_images("validation_images", validation_images, model.input_dim, unit)
        validation = (checked, checked)
    full = float(model.beta)
    callbacks = [BetaWarmUp(warm_up, full)] if warm_up else []
    if every is not None:
        callbacks.append(Progress(every))
    steps = -(-len(images) // batch_size)
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, epochs * steps)
    compile_for_training(
        model,
        (None, model.input_dim),
        adamw(schedule, weight_decay),
        short_steps=steps,
        loss=ReconstructionLoss(model.likelihood, model.noise_std),
    )
    batches = (BinarisedImages if unit else _Images)(images, batch_size, seed, max_shift)
    try:
        # The order is the batches' own affair; Keras would shuffle them by Python's own generator.
        history = model.fit(
            batches,
            epochs=epochs,
            shuffle=False,
            validation_data=validation,
            validation_batch_size=1000,
            callbacks=callbacks,
            verbose=0,
        )
    finally:
        model.beta.assign(full)
    return history.history
