"""Teaching a translator: targets shifted by one, a smoothed loss, a rate that warms up, batches of few shapes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import ops

from course_lib.arguments import (
    checked_ids,
    require_integer,
    require_not_negative,
    require_positive,
    require_share,
    require_words,
)
from course_lib.compiling import adamw, compile_for_training
from course_lib.mlp.losses import cross_entropy
from course_lib.preprocessing.batches import bucket_batches, pad, padding_mask
from course_lib.preprocessing.vocabulary import PAD
from course_lib.transformer.model import Transformer


def shift(target_ids: Sequence[int], start_id: int, end_id: int) -> tuple[list[int], list[int]]:
    """What the decoder is given, and what it shall answer at each position: the same sentence, one token apart.

    Args:
        target_ids: the ids of a sentence.
        start_id: the id that starts every sentence.
        end_id: the id that ends every sentence.

    Returns:
        The start and the sentence; the sentence and the end. At position i the answer is the token after the i-th given
        one, so that the right answer is never among what the decoder may look at.

    Source: I. Sutskever, O. Vinyals and Q. V. Le, "Sequence to Sequence Learning with Neural Networks", 2014
    (arXiv:1409.3215); as "teacher forcing" R. J. Williams and D. Zipser, 1989.
    """
    target_ids = list(target_ids)
    return [start_id, *target_ids], [*target_ids, end_id]


def smoothed_cross_entropy(token_ids, logits, smoothing: float = 0.1):
    """The cross-entropy with a target that leaves some probability for every token: (1 - ε) right + ε uniform.

    Args:
        token_ids: the right tokens.
        logits: the scores of the whole vocabulary.
        smoothing: ε, the share that is spread evenly over the vocabulary.

    Shapes: token_ids (...), logits (..., vocabulary) → (...), in float32.

    Source: C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016 (arXiv:1512.00567),
    section 7.
    """
    right = cross_entropy(token_ids, logits)
    if not smoothing:
        return right
    logits = ops.cast(logits, right.dtype)
    uniform = ops.logsumexp(logits, axis=-1) - ops.mean(logits, axis=-1)  # Σ (1 / V) (-log p)
    return (1 - smoothing) * right + smoothing * uniform


@keras.saving.register_keras_serializable("course_lib")
class SmoothedCrossEntropy(keras.losses.Loss):
    """`smoothed_cross_entropy` as a loss for `compile`: the total over all tokens that are no padding, by their number.

    Args:
        smoothing: the share of probability that is spread over the vocabulary; 0 for the plain cross-entropy.
        name: what the loss is called.

    Raises:
        ValueError: if `smoothing` is not from 0 to less than 1.
    """

    def __init__(self, smoothing: float = 0.1, name: str = "smoothed_cross_entropy", **kwargs: object) -> None:
        require_share("smoothing", smoothing)
        # Whatever the policy computes in, a loss is a float32 number.
        kwargs.setdefault("dtype", "float32")
        super().__init__(name=name, **kwargs)
        self.smoothing = smoothing

    def call(self, y_true, y_pred):
        """One number for each example, whose mean, weighted or not, is the loss; 0 where all is padding.

        Shapes: y_true ids (batch, time), y_pred logits (batch, time, vocabulary) → (batch,).
        """
        losses = smoothed_cross_entropy(y_true, y_pred, self.smoothing)
        kept = padding_mask(y_true)
        # `where` and not a product: 0 × NaN would be NaN.
        totals = ops.sum(ops.where(kept, losses, ops.zeros_like(losses)), axis=-1)  # (batch,)
        # The mean of these numbers is the total over all tokens by their number. They have an axis: Keras divides what
        # it reduces by the number of replicas, whose gradients it adds, and no scalar.
        tokens = ops.maximum(ops.sum(ops.cast(kept, losses.dtype)), 1.0)
        return totals * (ops.cast(ops.shape(losses)[0], losses.dtype) / tokens)

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), "smoothing": self.smoothing, "dtype": self.dtype}


@keras.saving.register_keras_serializable("course_lib")
class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises along a line to its peak, then falls: as 1 / √step, or along a line to zero.

    Args:
        peak: the highest learning rate.
        warmup_steps: at which step it is reached.
        total_steps: at which step it has fallen to zero; None for the fall of 2017, as 1 / √step, which has no end.

    Raises:
        ValueError: if `peak` is not above 0, `warmup_steps` is less than 1, or `total_steps` is not above it.

    Source: Vaswani et al., 2017, equation 3, where the peak is 1 / √(width · warmup_steps).
    """

    def __init__(self, peak: float, warmup_steps: int, total_steps: int | None = None) -> None:
        super().__init__()
        require_positive("peak", peak)
        require_integer("warmup_steps", warmup_steps, at_least=1)
        if total_steps is not None:
            require_integer("total_steps", total_steps, at_least=warmup_steps + 1)
        self.peak, self.warmup_steps, self.total_steps = peak, warmup_steps, total_steps

    @classmethod
    def of_width(cls, width: int, warmup_steps: int) -> WarmUp:
        """The schedule of 2017: width^-0.5 · min(step^-0.5, step · warmup_steps^-1.5)."""
        require_integer("width", width, at_least=1)
        require_integer("warmup_steps", warmup_steps, at_least=1)
        return cls((width * warmup_steps) ** -0.5, warmup_steps)

    def __call__(self, step):
        """The learning rate of a step; Keras counts from 0, the equation from 1.

        Shapes: () → ().
        """
        step = ops.cast(step, "float32") + 1.0
        rise = step / self.warmup_steps
        if self.total_steps is None:
            fall = ops.rsqrt(step / self.warmup_steps)
        else:
            fall = ops.maximum(self.total_steps - step, 0.0) / (self.total_steps - self.warmup_steps)
        return self.peak * ops.minimum(rise, fall)  # (3)

    def get_config(self) -> dict:
        """All arguments."""
        return {"peak": self.peak, "warmup_steps": self.warmup_steps, "total_steps": self.total_steps}


class TranslationBatches(keras.utils.PyDataset):
    """Pairs of sentences as batches of few shapes: one for each boundary, drawn anew in every epoch.

    A compiler works anew for every shape it has not seen. So each batch is filled up with rows of padding, which count
    nothing, until it is as large as all others.

    Args:
        sources: the ids of each source sentence.
        targets: the ids of each target sentence, without start and end.
        start_id: the id that starts every target.
        end_id: the id that ends every target.
        batch_size: how many pairs a batch has.
        boundaries: the lengths that batches are padded to; the longest sentence (with its start or end) must fit.
        seed: of the drawing.

    Shapes: each batch {"source": (batch_size, boundary), "target": (batch_size, boundary)}, (batch_size, boundary).

    Raises:
        ValueError: if there is no pair, there are not as many of one side as of the other, a sentence is empty, or one
            is longer than the last boundary.
    """

    def __init__(
        self,
        sources: Sequence[Sequence[int]],
        targets: Sequence[Sequence[int]],
        start_id: int,
        end_id: int,
        batch_size: int,
        boundaries: Sequence[int],
        seed: int = 0,
    ) -> None:
        super().__init__()
        shifted = [shift(ids, start_id, end_id) for ids in targets]
        self.sources = [list(ids) for ids in sources]
        self.given = [given for given, _ in shifted]
        self.answers = [answers for _, answers in shifted]
        if len(self.sources) != len(self.answers) or not self.sources:
            raise ValueError(
                f"sources has {len(self.sources)} sentences and targets {len(self.answers)};"
                " allowed: as many of each, one or more"
            )
        for name, sentences in (("sources", self.sources), ("targets", targets)):
            for place, ids in enumerate(sentences):
                if not len(ids):
                    raise ValueError(f"{name} holds an empty sentence at {place}; allowed: one token or more")
        self.lengths = [max(len(one), len(other)) for one, other in zip(self.sources, self.answers, strict=True)]
        self.batch_size, self.boundaries = require_integer("batch_size", batch_size, at_least=1), list(boundaries)
        if not self.boundaries:
            raise ValueError("boundaries is empty; allowed: one length or more")
        if max(self.lengths) > self.boundaries[-1]:
            raise ValueError(
                f"boundaries ends with {self.boundaries[-1]}; allowed: {max(self.lengths)} or more, as the longest has"
            )

        self.seed, self.epoch = seed, -1
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Draw the next epoch's batches."""
        self.epoch += 1
        seed = (self.seed, self.epoch)
        batches = bucket_batches(self.lengths, self.batch_size, self.boundaries, seed)
        # Keras looks at the first two batches to learn which axes vary: two lengths, where there are two.
        other = next((place for place, (length, _) in enumerate(batches) if length != batches[0][0]), 0)
        batches.insert(1, batches.pop(other))
        self.batches = batches

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
        length, rows = self.batches[index]
        source, given, answers = (
            self._filled([side[row] for row in rows], length) for side in (self.sources, self.given, self.answers)
        )
        return {"source": source, "target": given}, answers

    def _filled(self, sentences: list[list[int]], length: int) -> np.ndarray:
        return pad(sentences + [[]] * (self.batch_size - len(sentences)), length)


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
        validation_batches = _batches_of_all(*validation, start_id, end_id, batch_size, boundaries)
    steps = epochs * len(batches)
    warmup_steps = max(1, steps // 10) if warmup_steps is None else warmup_steps
    schedule = WarmUp(learning_rate, warmup_steps, max(steps, warmup_steps) + 1)
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
    return _loss_per_token(model, _batches_of_all(sources, targets, start_id, end_id, batch_size, boundaries or ()))


def _batches_of_all(
    sources: list[list[int]],
    targets: list[list[int]],
    start_id: int,
    end_id: int,
    batch_size: int,
    boundaries: Sequence[int],
) -> TranslationBatches:
    """Batches to measure a loss on; sentences that are longer than every boundary get one of their own."""
    longest = thirds(sources, targets)[-1]
    boundaries = [*(each for each in boundaries if each < longest), max([longest, *boundaries])]
    return TranslationBatches(sources, targets, start_id, end_id, batch_size, sorted(set(boundaries)))


def _loss_per_token(model: Transformer, batches: TranslationBatches) -> float:
    """The total cross-entropy of all tokens that are no padding, by their number."""
    total = tokens = 0.0
    for inputs, answers in map(batches.__getitem__, range(len(batches))):
        losses = ops.convert_to_numpy(cross_entropy(answers, model.predict_on_batch(inputs)))
        total += float(losses[answers != PAD].sum(dtype=np.float64))
        tokens += int((answers != PAD).sum())
    return total / tokens


def thirds(sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[int]:
    """Boundaries of three batch shapes, so that about a third of the pairs falls below each; fewer where they coincide.

    Args:
        sources: the ids of each source sentence.
        targets: the ids of each target sentence, without start and end.

    Returns:
        The boundaries in rising order, the last as long as the longest sentence with its end.
    """
    lengths = sorted(max(len(one), len(other) + 1) for one, other in zip(sources, targets, strict=True))
    return sorted({lengths[-(-len(lengths) * part // 3) - 1] for part in (1, 2, 3)})


def checked_pairs(
    model: Transformer,
    sources: Sequence[Sequence[int]],
    targets: Sequence[Sequence[int]],
    start_id: int,
    end_id: int,
    name: str = "",
) -> tuple[list[list[int]], list[list[int]]]:
    """Both sides as lists of ids; raises where there are none, or the model cannot take them.

    Args:
        model: whose vocabularies and length they must fit.
        sources: the ids of each source sentence.
        targets: the ids of each target sentence, without start and end.
        start_id: the id that starts every target.
        end_id: the id that ends every target.
        name: how errors call the pair, in front of its sides.
    """
    label = f"{name} " if name else ""
    checked_markers(model, start_id, end_id)
    # A target and its start, or its end, take one position more.
    sources = checked_sentences(f"{label}sources", sources, model.source_vocabulary_size, model.max_length)
    targets = checked_sentences(f"{label}targets", targets, model.target_vocabulary_size, model.max_length - 1)
    if len(sources) != len(targets):
        raise ValueError(
            f"{label}sources has {len(sources)} sentences and targets {len(targets)}; allowed: as many of each"
        )
    return sources, targets


def checked_markers(model: Transformer, start_id: int, end_id: int) -> None:
    """Raise unless start and end are two ids of the target, none of them padding."""
    for name, value in (("start_id", start_id), ("end_id", end_id)):
        require_integer(name, value, at_least=1, at_most=model.target_vocabulary_size - 1)
    if start_id == end_id:
        raise ValueError(f"end_id is {end_id}, and so is start_id; allowed: another id")


def checked_sentences(
    name: str, sentences: Sequence[Sequence[int]], vocabulary_size: int, max_length: int
) -> list[list[int]]:
    """Sentences as lists of ids; raises where there is none, or one is empty, too long or holds another id.

    Args:
        name: how errors call them.
        sentences: the ids of each.
        vocabulary_size: what every id must be less than.
        max_length: how many ids a sentence may have.

    Raises:
        TypeError: if they are no lists of whole numbers.
        ValueError: if there is none, or one is empty, longer than `max_length`, or holds padding or an id that is not
            in the vocabulary.
    """
    require_words(name, sentences)
    checked = []
    for number, sentence in enumerate(sentences):
        require_words(f"{name}[{number}]", sentence)
        ids = checked_ids(f"{name}[{number}]", sentence, vocabulary_size)
        if not ids:
            raise ValueError(f"{name}[{number}] is empty; allowed: one id or more")
        if len(ids) > max_length:
            raise ValueError(f"{name}[{number}] has {len(ids)} ids; allowed: {max_length}")
        if PAD in ids:
            raise ValueError(f"{name}[{number}] holds {PAD}, which is padding; allowed: 1 to {vocabulary_size - 1}")
        checked.append(ids)
    if not checked:
        raise ValueError(f"{name} holds no sentence; allowed: one or more")
    return checked
