"""Training an autoencoder, and its error on examples it has never seen."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from course_lib.autoencoder.losses import LOSSES, ReconstructionLoss
from course_lib.autoencoder.model import Autoencoder
from course_lib.base.arguments import require_integer, require_positive
from course_lib.base.examples import checked_examples
from course_lib.base.language import tr
from course_lib.training.compiling import compile_for_training
from course_lib.training.devices import set_seeds

# What each loss can be asked to reconstruct, and why no more.
_ALLOWED = {
    "cross_entropy": (
        0.0,
        1.0,
        "; beyond 0 and 1 this loss has no lower bound: rescale, or use loss='squared_error'",
        "；超出 0 到 1，这个损失就没有下界：请重新缩放，或用 loss='squared_error'",
    ),
    "squared_error": (-np.inf, np.inf, "", ""),
    "words": (0.0, np.inf, "; they are counts of words", "；它们是词的计数"),
}


def train_autoencoder(
    model: Autoencoder,
    inputs: np.ndarray,
    targets: np.ndarray | None = None,
    validation: np.ndarray | tuple[np.ndarray, np.ndarray] | None = None,
    epochs: int = 20,
    batch_size: int = 128,
    learning_rate: float = 1e-3,
    seed: int = 0,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    verbose: int = 0,
) -> dict[str, list[float]]:
    """Train by Adam to give back the targets, and keep the losses.

    Args:
        model: the autoencoder; training it again goes on from its weights.
        inputs: what it reads.
        targets: what it has to give back; None for the inputs themselves.
        validation: held-out inputs, or a pair of inputs and targets.
        epochs: how often the examples are read.
        batch_size: how many examples make a step.
        learning_rate: the step size at the beginning; it falls to zero along a cosine.
        seed: of the order of the examples; Keras's global seeds are set to it.
        callbacks: Keras callbacks.
        verbose: 0 for silence, 2 for a line per epoch.

    Returns:
        The loss of every epoch, and `val_loss` where there is something to validate on.

    Shapes: inputs and targets (examples, input_dim).

    Raises:
        TypeError: if something is no array of numbers.
        ValueError: if a shape does not fit the model, a number is not finite, or a target lies outside what the loss
            allows.
    """
    require_integer("epochs", epochs, at_least=1)
    require_integer("batch_size", batch_size, at_least=1)
    require_positive("learning_rate", learning_rate)
    pair = _checked_pair(model, "inputs", "targets", inputs, targets)
    if validation is not None:
        held_out, wanted = validation if isinstance(validation, tuple) else (validation, None)
        validation = _checked_pair(model, "validation inputs", "validation targets", held_out, wanted)
    set_seeds(seed)
    steps = -(-len(pair[0]) // batch_size)
    compile_for_training(
        model,
        (None, model.input_dim),
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, epochs * steps)),
        short_steps=steps,
        loss=ReconstructionLoss(model.loss_kind),
    )
    history = model.fit(
        *pair,
        batch_size=batch_size,
        epochs=epochs,
        validation_data=validation,
        validation_batch_size=1024,
        callbacks=list(callbacks),
        verbose=verbose,
    )
    return history.history


def reconstruction_errors(
    model, inputs: np.ndarray, targets: np.ndarray | None = None, measure: str = "squared_error"
) -> np.ndarray:
    """The error of each example, so that two models can be compared example by example.

    Args:
        model: an `Autoencoder`, or anything else that can `reconstruct`, such as principal components.
        inputs: what it reads.
        targets: what should come back; None for the inputs themselves.
        measure: `"squared_error"`, the mean over features, `"cross_entropy"` or `"words"`, in nats; the last two need a
            model that was trained with that loss.

    Shapes: inputs and targets (examples, features) → (examples,).

    Raises:
        ValueError: if the model gives no logits for the measure, or the data do not fit.
    """
    if measure == "squared_error":
        inputs, targets = _checked_pair(model, "inputs", "targets", inputs, targets, loss="squared_error")
        return ops.convert_to_numpy(LOSSES[measure](targets, model.reconstruct(inputs)))
    if getattr(model, "loss_kind", None) != measure:
        raise ValueError(
            f"measure is {measure!r} and the model was made for {getattr(model, 'loss_kind', 'values')!r}; "
            "allowed: 'squared_error', or the loss of the model"
        )
    inputs, targets = _checked_pair(model, "inputs", "targets", inputs, targets)
    return ops.convert_to_numpy(LOSSES[measure](targets, model(inputs)))


def _checked_pair(model, input_name, target_name, inputs, targets, loss=None) -> tuple[np.ndarray, np.ndarray]:
    low, high, *reasons = _ALLOWED[loss or model.loss_kind]
    reason = tr(*reasons)
    if targets is None:  # then the inputs are the targets, and bounded like them
        inputs = checked_examples(input_name, inputs, model.input_dim, low, high, reason)
        return inputs, inputs
    inputs = checked_examples(input_name, inputs, model.input_dim)
    targets = checked_examples(target_name, targets, model.input_dim, low, high, reason)
    if len(inputs) != len(targets):
        raise ValueError(
            f"{target_name} holds {len(targets)} examples; allowed: {len(inputs)}, as many as {input_name}"
        )
    return inputs, targets
