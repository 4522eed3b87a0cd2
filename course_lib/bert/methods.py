"""Ways to fine-tune an encoder, by name: which weights learn, and by which optimiser."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
from keras import ops

from course_lib.base.arguments import require_choice
from course_lib.bert.ada_lora import AdaLoRA
from course_lib.bert.adapters import Adapters
from course_lib.bert.budget import AdaLoRAOptimizer
from course_lib.bert.encoder import BertEncoder
from course_lib.bert.fine_tuning import freeze_bottom
from course_lib.bert.freezing import set_trainable
from course_lib.bert.heads import BertClassifier
from course_lib.bert.layerwise import LayerwiseAdam, rates_by_layer
from course_lib.bert.low_rank import LoRA
from course_lib.bert.parts import Parts, Watch, accuracy, read_texts
from course_lib.bert.prefixes import Prefixes
from course_lib.bert.records import METHODS
from course_lib.mlp.losses import CrossEntropy
from course_lib.training.compiling import compile_for_training
from course_lib.training.resuming import fit_resumable


def make(method: str, encoder: BertEncoder, settings: Mapping[str, object], seed: int) -> keras.Model:
    """A classifier on an encoder, of which only what the method trains can learn.

    Args:
        method: one of `METHODS`.
        encoder: with its published weights.
        settings: the method's, and what all have in common.
        seed: of all weights that are new.

    Raises:
        ValueError: if `method` is another.
    """
    require_choice("method", method, METHODS)
    model = BertClassifier(encoder, 2, pooling=settings["pooling"], seed=seed)
    options = {"trained": ("head",), "seed": seed}
    if method == "lora":
        return LoRA(model, settings["rank"], targets=settings["targets"], **options)
    if method == "adalora":
        return AdaLoRA(model, settings["rank"], **options)
    if method == "adapters":
        return Adapters(model, settings["bottleneck"], **options)
    if method == "prefixes":
        return Prefixes(model, settings["length"], **options)
    if method == "head":
        set_trainable(encoder, False)
    else:
        freeze_bottom(encoder, settings["frozen"])
    if encoder.pooler is not None:
        set_trainable(encoder.pooler, False)  # it has no part in the answer
    return model


def optimizer_for(model: keras.Model, method: str, parts: Parts) -> keras.Optimizer:
    """The method's optimiser; its learning rate rises, then falls to zero.

    Args:
        model: from `make`.
        method: one of `METHODS`.
        parts: of the training.
    """
    settings, steps = parts.settings, parts.steps()
    rate, factors = parts.rate(steps), {}
    if method == "adalora":
        directions = settings["rank"] * len(model.grafts)
        return AdaLoRAOptimizer(rate, round(settings["kept"] * directions), steps, global_clipnorm=1.0)
    if "layer_decay" in settings:
        factors = rates_by_layer(len(model.encoder.encoder_layers), settings["layer_decay"])
    return LayerwiseAdam(rate, factors, global_clipnorm=1.0)


def train_head(
    model: BertClassifier,
    parts: Parts,
    asked: Sequence[Sequence[int]],
    right: np.ndarray,
    folder: Path,
    tell: Callable[[Mapping[str, float]], None] | None = None,
) -> dict[str, list[float]]:
    """Train the last layer alone: what the frozen encoder makes of the reviews is computed once.

    Args:
        model: from `make`, by the method "head".
        parts: of the training; each is a whole pass.
        asked: the validation reviews that are watched.
        right: their labels.
        folder: where the states are kept.
        tell: told the numbers of each part.

    Returns:
        As `fit_parts`; the first part's time is that of the reading, too.
    """

    def vectors_of(texts: Sequence[Sequence[int]]) -> np.ndarray:
        found = np.empty((len(texts), model.encoder.width), np.float32)
        for rows, token_ids, vectors in read_texts(model.encoder, texts):
            pooled = model.pooled(ops.convert_to_tensor(vectors), token_ids)
            found[rows] = ops.convert_to_numpy(ops.cast(pooled, "float32"))
        return found

    begun = (time.perf_counter(), time.process_time())
    vectors = vectors_of(parts.texts)
    reading = time.perf_counter() - begun[0], time.process_time() - begun[1]
    few = vectors_of(asked)
    size = parts.settings["batch_size"]
    head = keras.Sequential([model.head], name="head_alone")
    optimizer = LayerwiseAdam(parts.rate(parts.count * -(-len(vectors) // size)))
    compile_for_training(head, (None, model.encoder.width), optimizer, loss=CrossEntropy(), metrics=["accuracy"])

    def watched() -> float:
        scores = ops.convert_to_numpy(model.head(few))
        return accuracy(right, scores[:, 1] - scores[:, 0])

    history = fit_resumable(
        head,
        (vectors, np.asarray(parts.labels, np.int32)),
        parts.count,
        folder,
        batch_size=size,
        seed=parts.seed,
        callbacks=[Watch(watched, [len(vectors)] * parts.count, tell)],
    )
    for name, took in zip(("seconds", "processor_seconds"), reading, strict=True):
        history[name][0] += took
    return history


def count_weights(variables: Sequence[keras.Variable]) -> int:
    """How many numbers there are; the states of generators are no weights.

    Args:
        variables: of a model.
    """
    return sum(int(np.prod(each.shape)) for each in variables if "seed_generator" not in each.path)
