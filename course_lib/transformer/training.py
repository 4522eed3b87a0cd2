"""Teaching a translator by teacher forcing, and measuring its loss per token."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import ops

from course_lib.base.arguments import (
    require_integer,
    require_not_negative,
    require_positive,
)
from course_lib.mlp.losses import cross_entropy
from course_lib.preprocessing.vocabulary import PAD
from course_lib.training.compiling import adamw, compile_for_training
from course_lib.transformer.arguments import checked_pairs
from course_lib.transformer.batches import TranslationBatches, batches_of_all, thirds
from course_lib.transformer.losses import SmoothedCrossEntropy
from course_lib.transformer.model import Transformer
from course_lib.transformer.schedules import WarmUp


def train_translator(
    model: Transformer,
    sources: Sequence[Sequence[int]],
    targets: Sequence[Sequence[int]],
    start_id: int,
    end_id: int,
    epochs: int,
    batch_size: int = 64,
    boundaries: Sequence[int] | None = None,
    learning_rate: float = 1e-3,
    warmup_steps: int | None = None,
    smoothing: float = 0.1,
    weight_decay: float = 0.0,
    clip_norm: float | None = 1.0,
    validation: tuple[Sequence[Sequence[int]], Sequence[Sequence[int]]] | None = None,
    on_epoch_end: Callable[[int, dict[str, float]], None] | None = None,
    jit_compile: bool | str = "auto",
    seed: int = 0,
) -> dict[str, list[float]]:
    """Train a translator by teacher forcing, with AdamW and a learning rate that warms up and falls to zero.

    Args:
        model: the model.
        sources: the ids of each source sentence.
        targets: the ids of each target sentence, without start and end.
        start_id: the id that starts every target.
        end_id: the id that ends every target.
        epochs: passes over the pairs.
        batch_size: pairs in a batch.
        boundaries: the lengths that batches are padded to, in rising order; None for three, a third of the pairs each.
        learning_rate: the highest one.
        warmup_steps: over how many steps it rises; None for a tenth of all.
        smoothing: the share of probability that the loss spreads over the vocabulary.
        weight_decay: AdamW's.
        clip_norm: how long the gradient of all weights may be at most; None for any length.
        validation: sources and targets on which the loss (without smoothing) is measured after each epoch.
        on_epoch_end: called after each epoch with the number of epochs done and the latest numbers.
        jit_compile: whether XLA compiles the step; "auto" for Keras's choice.
        seed: of the order of the pairs.

    Returns:
        For each epoch "loss" (smoothed, the mean over its batches), "seconds" (since the beginning) and, with a
        validation set, "validation_loss".

    Raises:
        TypeError: if sentences are no lists of whole numbers.
        ValueError: if an argument is out of its range, a sentence is empty or longer than the model's `max_length`, or
            an id is outside its vocabulary.
    """
    require_integer("epochs", epochs, at_least=1)
    require_integer("batch_size", batch_size, at_least=1)
    require_positive("learning_rate", learning_rate)
    require_not_negative("weight_decay", weight_decay)
    if clip_norm is not None:
        require_positive("clip_norm", clip_norm)
    sources, targets = checked_pairs(model, sources, targets, start_id, end_id)
    if validation is not None:
        if len(validation) != 2:
            raise ValueError(f"validation has {len(validation)} parts; allowed: a pair of sources and targets")
        validation = checked_pairs(model, *validation, start_id, end_id, name="validation")
    if boundaries is None:
        boundaries = thirds(sources, targets)
    elif max(boundaries, default=0) > model.max_length:
        raise ValueError(
            f"boundaries ends with {max(boundaries)}; allowed: up to the model's max_length, {model.max_length}"
        )
    batches = TranslationBatches(sources, targets, start_id, end_id, batch_size, boundaries, seed)
    validation_batches = None
    if validation is not None:
        validation_batches = batches_of_all(*validation, start_id, end_id, batch_size, boundaries)
    steps = epochs * len(batches)
    warmup_steps = max(1, steps // 10) if warmup_steps is None else warmup_steps
    schedule = WarmUp.over(learning_rate, warmup_steps, steps)
    optimizer = adamw(schedule, weight_decay, beta_2=0.98, epsilon=1e-9, global_clipnorm=clip_norm)
    compile_for_training(model, None, optimizer, loss=SmoothedCrossEntropy(smoothing), jit_compile=jit_compile)
    history: dict[str, list[float]] = {}
    begun = time.perf_counter()

    def note(epoch: int, logs: dict[str, float]) -> None:
        numbers = {"loss": float(logs["loss"])}
        if validation_batches is not None:
            numbers["validation_loss"] = _loss_per_token(model, validation_batches)
        numbers["seconds"] = time.perf_counter() - begun
        for name, number in numbers.items():
            history.setdefault(name, []).append(number)
        if on_epoch_end is not None:
            on_epoch_end(epoch + 1, numbers)

    callback = keras.callbacks.LambdaCallback(on_epoch_end=note)
    # The batches come in an order that the seed decides; Keras would shuffle them by Python's own generator.
    model.fit(batches, epochs=epochs, shuffle=False, verbose=0, callbacks=[callback])
    return history


def translation_loss(
    model: Transformer,
    sources: Sequence[Sequence[int]],
    targets: Sequence[Sequence[int]],
    start_id: int,
    end_id: int,
    batch_size: int = 64,
    boundaries: Sequence[int] | None = None,
) -> float:
    """The mean cross-entropy per token, ends included, without smoothing and without dropout: exp of it is perplexity.

    Args:
        model: the model.
        sources: the ids of each source sentence.
        targets: the ids of each target sentence, without start and end.
        start_id: the id that starts every target.
        end_id: the id that ends every target.
        batch_size: pairs in a batch.
        boundaries: the lengths that batches are padded to; longer sentences get a boundary of their own.

    Returns:
        The total over all tokens, in nats, by their number.
    """
    sources, targets = checked_pairs(model, sources, targets, start_id, end_id)
    return _loss_per_token(model, batches_of_all(sources, targets, start_id, end_id, batch_size, boundaries or ()))


def _loss_per_token(model: Transformer, batches: TranslationBatches) -> float:
    """The total cross-entropy of all tokens that are no padding, by their number."""
    total = tokens = 0.0
    for inputs, answers in map(batches.__getitem__, range(len(batches))):
        losses = ops.convert_to_numpy(cross_entropy(answers, model.predict_on_batch(inputs)))
        total += float(losses[answers != PAD].sum(dtype=np.float64))
        tokens += int((answers != PAD).sum())
    return total / tokens
