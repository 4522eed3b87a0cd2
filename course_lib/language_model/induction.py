"""Inside: heads that copy. After A B … A they look at B, which followed the last A, and so foresee it.

A random sequence that stands twice shows them: nothing foretells its first copy, and nothing but copying the second.

Source: C. Olsson et al., "In-context Learning and Induction Heads", 2022 (arXiv:2209.11895); N. Elhage et al., "A
Mathematical Framework for Transformer Circuits", 2021.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from course_lib.base.arguments import checked_seed, require_ids, require_integer, require_whole_numbers
from course_lib.language_model.decoder import DecoderLanguageModel
from course_lib.mlp.losses import cross_entropy

# A layer and one of its heads.
Head = tuple[int, int]


class CopyLosses(NamedTuple):
    """What the tokens of either copy cost on average, in nats; without the first of each, which nothing foretells."""

    first: float
    second: float


class AblatedLosses(NamedTuple):
    """The losses of a whole model, without some heads, and without as many others, chosen at random several times."""

    whole: CopyLosses
    without: CopyLosses
    without_others: list[CopyLosses]


def repeated_sequences(
    batch_size: int, length: int, vocabulary_size: int, seed: int | None = 0, first_id: int = 0
) -> np.ndarray:
    """Random sequences, each of them twice in a row; no token occurs twice in one copy.

    Args:
        batch_size: how many.
        length: of one copy.
        vocabulary_size: how many ids there are.
        seed: the same seed draws the same sequences.
        first_id: the first id that is drawn; those before it are special.

    Shapes: (batch_size, 2 · length), int32.

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if `length` is less than 2 or more than there are ids to draw, or another number out of its range.
    """
    require_integer("batch_size", batch_size, at_least=1)
    require_integer("vocabulary_size", vocabulary_size, at_least=2)
    require_integer("first_id", first_id, at_least=0, at_most=vocabulary_size - 2)
    require_integer("length", length, at_least=2, at_most=vocabulary_size - first_id)
    ids = np.tile(np.arange(first_id, vocabulary_size, dtype=np.int32), (batch_size, 1))
    copy = np.random.default_rng(checked_seed(seed)).permuted(ids, axis=1)[:, :length]
    return np.concatenate([copy, copy], axis=1)


def repeat_losses(model: keras.Model, token_ids: np.ndarray) -> np.ndarray:
    """What each token costs after those before it, -ln p, averaged over the batch; the first token has no cost.

    Shapes: (batch, time) → (time - 1,), float64.

    Raises:
        TypeError: if the ids are no whole numbers.
        ValueError: if they are no batch of two tokens or more, or one is outside the vocabulary.
    """
    token_ids = _checked_ids(model, token_ids)
    losses = ops.convert_to_numpy(cross_entropy(token_ids[:, 1:], model(token_ids[:, :-1])))
    return losses.mean(axis=0, dtype=np.float64)


def copy_losses(model: keras.Model, repeated_ids: np.ndarray) -> CopyLosses:
    """What the tokens of the first copy cost, and those of the second.

    Args:
        model: a language model.
        repeated_ids: from `repeated_sequences`.

    Shapes: repeated_ids (batch, 2 · length).

    Raises:
        TypeError: if the ids are no whole numbers.
        ValueError: if one is outside the vocabulary, or the two halves are not the same.
    """
    length = _length_of_a_copy(_checked_ids(model, repeated_ids))
    losses = repeat_losses(model, repeated_ids)
    return CopyLosses(float(losses[: length - 1].mean()), float(losses[length:].mean()))


def attention_weights(model: DecoderLanguageModel, token_ids: np.ndarray) -> np.ndarray:
    """How much each position looks at each, in every head of every layer: computed anew, for no run keeps it.

    Shapes: (batch, time) → (layers, batch, num_heads, time, time), float32.

    Raises:
        TypeError: if the ids are no whole numbers.
        ValueError: if they are no batch of two tokens or more, or one is outside the vocabulary.
    """
    token_ids = _checked_ids(model, token_ids)
    if not model.built:
        model.build((None, None))
    vectors, found = model.embed(token_ids), []
    for block in model.blocks:
        found.append(ops.convert_to_numpy(block.attention.weights_of(block.attention_norm(vectors))))
        vectors = block(vectors)
    return np.stack(found)


def induction_scores(weights: np.ndarray) -> np.ndarray:
    """How much each head, in the second copy, looks at what followed the same token in the first: 0 to 1.

    Args:
        weights: `attention_weights` of `repeated_sequences`.

    Shapes: weights (layers, batch, num_heads, 2 · length, 2 · length) → (layers, num_heads).

    Raises:
        ValueError: if the shape is another, or the two copies together have an odd length.
    """
    weights = np.asarray(weights)
    if weights.ndim != 5 or weights.shape[-1] != weights.shape[-2] or weights.shape[-1] % 2:
        raise ValueError(f"weights has the shape {weights.shape}; allowed: (layers, batch, heads, 2n, 2n)")
    length = weights.shape[-1] // 2
    places = np.arange(length, 2 * length)  # i, in the second copy
    return weights[..., places, places - length + 1].mean(axis=(1, -1))


@contextmanager
def without_heads(model: DecoderLanguageModel, heads: Iterable[Head]) -> Iterator[DecoderLanguageModel]:
    """The same model, in which what some heads say is taken as zero as long as the context lasts.

    Args:
        model: the model; afterwards its weights are what they were.
        heads: layer and head of each.

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if there is no such layer or head.
    """
    if not model.built:
        model.build((None, None))
    heads = _checked_heads(model, heads)
    kernels = {layer: model.blocks[layer].attention.output_dense.kernel for layer, _ in heads}
    before = {layer: np.array(ops.convert_to_numpy(kernel)) for layer, kernel in kernels.items()}
    try:
        for layer, kernel in kernels.items():
            # A head has some rows of the last projection for its own.
            rows = np.split(before[layer].copy(), model.blocks[layer].attention.num_heads)
            for of_layer, head in heads:
                if of_layer == layer:
                    rows[head][:] = 0
            kernel.assign(np.concatenate(rows))
        yield model
    finally:
        for layer, kernel in kernels.items():
            kernel.assign(before[layer])


def ablated_losses(
    model: DecoderLanguageModel,
    repeated_ids: np.ndarray,
    heads: Sequence[Head],
    controls: int = 3,
    seed: int | None = 0,
) -> AblatedLosses:
    """What copying costs without some heads, and, for comparison, without as many others.

    Args:
        model: the model.
        repeated_ids: from `repeated_sequences`.
        heads: layer and head of each.
        controls: how many times others are chosen.
        seed: chooses them.

    Shapes: repeated_ids (batch, 2 · length).

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if there is no such head, or there are not as many others.
    """
    heads = _checked_heads(model, heads)
    require_integer("controls", controls, at_least=0)
    others = [
        (layer, head)
        for layer, block in enumerate(model.blocks)
        for head in range(block.attention.num_heads)
        if (layer, head) not in heads
    ]
    if controls and len(heads) > len(others):
        raise ValueError(f"heads has {len(heads)} heads; allowed: {len(others)}, so that as many others are left")
    random = np.random.default_rng(checked_seed(seed))

    def losses(left_out: Iterable[Head]) -> CopyLosses:
        with without_heads(model, left_out):
            return copy_losses(model, repeated_ids)

    chosen = [random.choice(len(others), len(heads), replace=False) for _ in range(controls)]
    return AblatedLosses(losses([]), losses(heads), [losses(others[place] for place in places) for places in chosen])


def _checked_ids(model: keras.Model, token_ids: np.ndarray) -> np.ndarray:
    token_ids = np.asarray(token_ids)
    if token_ids.ndim != 2 or token_ids.shape[1] < 2 or not len(token_ids):
        raise ValueError(f"token_ids has the shape {token_ids.shape}; allowed: (batch, time), two tokens or more")
    require_whole_numbers("token_ids", token_ids)
    require_ids("token_ids", token_ids, model.vocabulary_size)
    return token_ids.astype(np.int32, copy=False)


def _length_of_a_copy(repeated_ids: np.ndarray) -> int:
    length = repeated_ids.shape[1] // 2
    if length < 2 or not np.array_equal(repeated_ids[:, :length], repeated_ids[:, length:]):
        raise ValueError("repeated_ids has two halves that differ; allowed: a sequence of two or more, twice in a row")
    return length


def _checked_heads(model: DecoderLanguageModel, heads: Iterable[Head]) -> list[Head]:
    found = []
    for layer, head in heads:
        layer = require_integer("layer", layer, at_least=0, at_most=len(model.blocks) - 1)
        head = require_integer("head", head, at_least=0, at_most=model.blocks[layer].attention.num_heads - 1)
        if (layer, head) not in found:
            found.append((layer, head))
    return found
