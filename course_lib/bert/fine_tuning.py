"""Fine-tuning: a pre-trained encoder learns a task with small steps, smaller ones the further down a layer lies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from keras import ops

from course_lib.base.arguments import (
    checked_id_lists,
    require_integer,
    require_share,
)
from course_lib.base.examples import checked_labels
from course_lib.bert.encoder import BertEncoder
from course_lib.bert.freezing import set_trainable
from course_lib.bert.heads import BertClassifier
from course_lib.bert.layerwise import LayerwiseAdam, rates_by_layer
from course_lib.mlp.losses import CrossEntropy
from course_lib.preprocessing.batches import bucket_batches, pad
from course_lib.training.compiling import compile_for_training
from course_lib.training.resuming import fit_resumable
from course_lib.transformer.schedules import WarmUp


def head_and_tail(token_ids: Sequence[int], head: int = 33, tail: int = 95) -> list[int]:
    """The beginning and the end of a text that is too long: in a review the verdict stands in one of them, mostly.

    Args:
        token_ids: a text, special tokens included, so that "[CLS]" is kept with the head and "[SEP]" with the tail.
        head: how many ids are kept of the beginning.
        tail: how many of the end.

    Returns:
        The ids; all of them where there are no more than head and tail together.

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if one is less than 1.

    Source: C. Sun et al., "How to Fine-Tune BERT for Text Classification?", 2019 (arXiv:1905.05583), section 5.3.1.
    """
    require_integer("head", head, at_least=1)
    require_integer("tail", tail, at_least=1)
    token_ids = list(token_ids)
    return token_ids if len(token_ids) <= head + tail else [*token_ids[:head], *token_ids[-tail:]]


def windows(token_ids: Sequence[int], length: int = 256) -> list[list[int]]:
    """The windows through which an encoder can read a whole text: evenly spread, they overlap where they must.

    Args:
        token_ids: a text; its first and its last id, "[CLS]" and "[SEP]", go with every window.
        length: how many ids a window has.

    Returns:
        The ids of each window, as few windows as hold every id; the text alone where it is no longer than one.

    Raises:
        TypeError: if `length` is no whole number.
        ValueError: if it is less than 3.
    """
    length = require_integer("length", length, at_least=3)
    token_ids = list(token_ids)
    if len(token_ids) <= length:
        return [token_ids]
    first, *inner, last = token_ids
    room = length - 2
    starts = np.linspace(0, len(inner) - room, -(-len(inner) // room)).round().astype(int)
    return [[first, *inner[start : start + room], last] for start in starts]


def freeze_bottom(encoder: BertEncoder, num_layers: int) -> None:
    """Freeze the first layers of an encoder, and with them the vectors of tokens; all others learn.

    Args:
        encoder: the encoder; freeze before compiling.
        num_layers: how many layers; 0 for none, and the vectors of tokens learn too.

    Raises:
        TypeError: if `num_layers` is no whole number.
        ValueError: if it is negative or more than there are.
    """
    count = len(encoder.encoder_layers)
    num_layers = require_integer("num_layers", num_layers, at_least=0, at_most=count)
    set_trainable(encoder, True)
    for layer in [encoder.embeddings, *encoder.encoder_layers[:num_layers]] if num_layers else []:
        set_trainable(layer, False)


class LabelledBatches(keras.utils.PyDataset):
    """Texts with labels as batches of few shapes; the order of an epoch is drawn from (seed, epoch).

    Args:
        texts: the ids of each text, special tokens included.
        labels: the class of each.
        batch_size: how many texts a batch has; what does not fill one waits for another epoch.
        boundaries: the lengths that texts are padded or cut to, in rising order.
        seed: of the order.
        epoch: the number of the epoch.

    Raises:
        TypeError: if an id or a label is no whole number.
        ValueError: if there are not as many labels as texts, or too few texts for one batch.
    """

    def __init__(
        self,
        texts: Sequence[Sequence[int]],
        labels: Sequence[int],
        batch_size: int,
        boundaries: Sequence[int],
        seed: int = 0,
        epoch: int = 0,
    ) -> None:
        super().__init__()
        self.texts = checked_id_lists("texts", texts)
        self.labels = checked_labels("texts", labels, len(self.texts)).astype(np.int32)
        self.batch_size, self.boundaries = batch_size, list(boundaries)
        require_integer("seed", seed, at_least=0)
        require_integer("epoch", epoch, at_least=0)
        lengths = [len(text) for text in self.texts]
        self._batches = bucket_batches(lengths, batch_size, self.boundaries, (seed, epoch), drop_remainder=True)
        if not self._batches:
            raise ValueError(f"batch_size is {batch_size}; allowed: no more than there are texts of one bucket")
        # What the first two batches have in common TensorFlow expects of all: let their lengths differ where any do.
        others = (place for place, (length, _) in enumerate(self._batches) if length != self._batches[0][0])
        if (place := next(others, 1)) > 1:
            self._batches[1], self._batches[place] = self._batches[place], self._batches[1]

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Ids and labels.

        Shapes: (batch_size, boundary), (batch_size,).
        """
        if not 0 <= index < len(self):
            raise IndexError(f"index is {index}; allowed: 0 to {len(self) - 1}")
        length, rows = self._batches[index]
        return pad([self.texts[row] for row in rows], length), self.labels[rows]


def fine_tune(
    model: BertClassifier,
    texts: Sequence[Sequence[int]],
    labels: Sequence[int],
    folder: Path | str,
    *,
    epochs: int = 2,
    batch_size: int = 16,
    boundaries: Sequence[int] = (128,),
    learning_rate: float = 5e-5,
    layer_decay: float = 0.95,
    weight_decay: float = 0.01,
    warmup_share: float = 0.1,
    validation_data: object = None,
    seed: int = 0,
    verbose: int = 0,
) -> dict[str, list[float]]:
    """Fine-tune a classifier; called again after a kill with the same arguments, it goes on where it was.

    Args:
        model: a fresh one, its frozen layers frozen.
        texts: the ids of each text, special tokens included.
        labels: the class of each.
        folder: where the states of this training are kept.
        epochs: how often every text is read.
        batch_size: how many texts make a step.
        boundaries: as for `LabelledBatches`.
        learning_rate: its peak, above the encoder.
        layer_decay: by how much it shrinks from a layer to the one below it.
        weight_decay: as for `LayerwiseAdam`.
        warmup_share: during which share of all steps the rate rises; then it falls to zero.
        validation_data: as in `fit`.
        seed: of the order of the texts.
        verbose: as in `fit`.

    Returns:
        For each measure its value after every epoch.

    Raises:
        TypeError, ValueError: if an argument is out of its range.
        UsageError: if the folder holds the states of another training.

    Source: Devlin et al., 2019 (arXiv:1810.04805), appendix A.3; Sun et al., 2019, section 5.
    """
    if not isinstance(model, BertClassifier):
        raise TypeError(f"model is of type {type(model).__name__}; allowed: a BertClassifier")
    require_integer("epochs", epochs, at_least=1)
    require_share("warmup_share", warmup_share)

    def batches(epoch: int) -> LabelledBatches:
        return LabelledBatches(texts, labels, batch_size, boundaries, seed, epoch)

    steps = epochs * len(batches(0))
    warmup_steps = max(1, round(warmup_share * steps))
    rate = WarmUp.over(learning_rate, warmup_steps, steps)
    factors = rates_by_layer(len(model.encoder.encoder_layers), layer_decay)
    optimizer = LayerwiseAdam(rate, factors, weight_decay, global_clipnorm=1.0)
    compile_for_training(model, None, optimizer, loss=CrossEntropy(), metrics=["accuracy"])
    settings = {"texts": len(texts), "batch_size": batch_size, "boundaries": tuple(boundaries), "seed": seed}
    return fit_resumable(
        model,
        batches,
        epochs,
        folder,
        validation_data=validation_data,
        settings=settings,
        verbose=verbose,
    )


def class_probabilities(
    model: keras.Model, texts: Sequence[Sequence[int]], max_length: int = 128, batch_size: int = 64
) -> np.ndarray:
    """The probability of each class for each text.

    Args:
        model: from ids to a logit for each class.
        texts: the ids of each text, special tokens included.
        max_length: what longer ones are cut to, and all are padded to.
        batch_size: how many are read at a time.

    Shapes: (texts, classes).

    Raises:
        TypeError: if an id is no whole number.
        ValueError: if there is no text.
    """
    texts = checked_id_lists("texts", texts)
    if not texts:
        raise ValueError("texts is empty; allowed: one text or more")
    found = []
    for begin in range(0, len(texts), batch_size):
        part = texts[begin : begin + batch_size]
        # The last batch is filled up, so that a compiler meets one shape.
        rows = pad([*part, *([part[-1]] * (batch_size - len(part)))], max_length)
        logits = ops.cast(model(rows, training=False), "float32")
        found.append(ops.convert_to_numpy(ops.softmax(logits, axis=-1))[: len(part)])
    return np.concatenate(found)
