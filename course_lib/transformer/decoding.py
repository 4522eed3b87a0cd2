"""Writing a translation: the likeliest token each time, or several beginnings side by side; with keys and values kept.

A whole search, from the encoder to the last token, is one computation of fixed shapes with a loop inside: it is
compiled once for each shape and runs on any device without a word from Python in between.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from course_lib.base.arguments import require_integer, require_not_negative
from course_lib.preprocessing.batches import pad, padding_mask
from course_lib.preprocessing.vocabulary import PAD
from course_lib.transformer.arguments import checked_markers, checked_sentences
from course_lib.transformer.model import Transformer

# Below any score, and still finite, so that sums of it are numbers.
LOWEST_SCORE = -1e30

# Sources are padded to a multiple of this, so that few shapes occur.
_STRIDE = 8


def length_penalty(length, alpha: float):
    """What the score of a sentence is divided by, so that none is preferred for being short: ((5 + n) / 6)^α.

    Args:
        length: how many tokens it has.
        alpha: 0 for no penalty; 1 for about the score per token.

    Shapes: length (...) → (...).

    Source: Y. Wu et al., "Google's Neural Machine Translation System", 2016 (arXiv:1609.08144), equation 14.
    """
    return ((5.0 + length) / 6.0) ** alpha


class _Search(keras.Model):
    """What both searches share: the checks, batches of one shape, and cutting what was found at its end."""

    def __init__(
        self,
        model: Transformer,
        start_id: int,
        end_id: int,
        max_length: int | None = None,
        batch_size: int = 64,
        use_cache: bool = True,
        **kwargs: object,
    ) -> None:
        checked_markers(model, start_id, end_id)
        max_length = model.max_length if max_length is None else max_length
        require_integer("max_length", max_length, at_least=1, at_most=model.max_length)
        require_integer("batch_size", batch_size, at_least=1)
        super().__init__(dtype=model.dtype_policy, **kwargs)
        self.model, self.start_id, self.end_id = model, start_id, end_id
        self.max_length, self.batch_size, self.use_cache = max_length, batch_size, use_cache
        self.built = True

    def translate(self, sources: Sequence[Sequence[int]]) -> tuple[list[list[int]], np.ndarray]:
        """Translate sentences.

        Args:
            sources: the ids of each sentence.

        Returns:
            The ids of each translation, without start and end, and its score: the logarithm of its probability.

        Raises:
            TypeError: if they are no lists of whole numbers.
            ValueError: if there is none, or one is empty, too long or holds an id outside the vocabulary.
        """
        sources = checked_sentences("sources", sources, self.model.source_vocabulary_size, self.model.max_length)
        order = sorted(range(len(sources)), key=lambda row: len(sources[row]))
        longest = len(sources[order[-1]])
        length = min(-(-longest // _STRIDE) * _STRIDE, self.model.max_length)
        found, scores = [[] for _ in sources], np.zeros(len(sources), dtype=np.float32)
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            batch = [sources[row] for row in rows] + [[]] * (self.batch_size - len(rows))
            written, score = self.predict_on_batch(pad(batch, length))
            for place, row in enumerate(rows):
                found[row], scores[row] = self._cut(written[place]), score[place]
        return found, scores

    def _cut(self, written: np.ndarray) -> list[int]:
        ends = np.flatnonzero((written == self.end_id) | (written == PAD))
        return written[: ends[0] if len(ends) else None].tolist()

    def _next(self, source, memory, written, cache, index):
        """The logarithm of each token's probability at place `index`, and the cache of the next step.

        Shapes: written (batch, max_length) → (batch, target_vocabulary_size).
        """
        starts = ops.full((ops.shape(written)[0], 1), self.start_id, dtype="int32")
        given = ops.concatenate([starts, written[:, :-1]], axis=1)  # (batch, max_length)
        mask = padding_mask(source)
        if self.use_cache:
            newest = ops.expand_dims(ops.take(given, index, axis=1), 1)
            logits, cache = self.model.decode_step(newest, mask, cache, index)
            logits = logits[:, 0]
        else:
            logits = ops.take(self.model.decode(given, memory, mask), index, axis=1)
        # Padding and the start are no tokens of a sentence.
        forbidden = np.zeros(self.model.target_vocabulary_size, dtype=bool)
        forbidden[[PAD, self.start_id]] = True
        return ops.log_softmax(ops.where(forbidden, LOWEST_SCORE, logits), axis=-1), cache


class GreedySearch(_Search):
    """Takes the likeliest token at every step, until the sentence ends.

    Keep the object where you translate more than once: what was compiled for it is used again.

    Args:
        model: the translator.
        start_id: the id that starts every target.
        end_id: the id that ends every target.
        max_length: how many tokens a translation may have, its end included; None for as many as the model can.
        batch_size: how many sentences are translated at once.
        use_cache: keep the keys and values of the tokens written so far; else compute them anew at every step.

    Shapes: ids (batch_size, source time) → ids (batch_size, max_length), scores (batch_size,).

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if a number is outside its range.
    """

    def call(self, source):
        """Translate a batch; what follows the end of a sentence is padding."""
        memory = self.model.encode(source)
        rows = source.shape[0]
        cache = self.model.make_cache(memory, self.max_length) if self.use_cache else []

        def going_on(index, written, score, finished, cache):
            return ops.logical_and(index < self.max_length, ops.logical_not(ops.all(finished)))

        def step(index, written, score, finished, cache):
            likelihoods, cache = self._next(source, memory, written, cache, index)
            token = ops.where(finished, PAD, ops.cast(ops.argmax(likelihoods, axis=-1), "int32"))
            score = score + ops.where(finished, 0.0, ops.max(likelihoods, axis=-1))
            here = ops.equal(ops.arange(self.max_length), index)
            written = ops.where(here, ops.expand_dims(token, 1), written)
            finished = ops.logical_or(finished, ops.equal(token, self.end_id))
            return index + 1, written, score, finished, cache

        begin = (
            ops.convert_to_tensor(0, dtype="int32"),
            ops.full((rows, self.max_length), PAD, dtype="int32"),
            ops.zeros((rows,), dtype="float32"),
            # A row that only fills the batch has nothing to say.
            ops.logical_not(ops.any(padding_mask(source), axis=1)),
            cache,
        )
        _, written, score, _, _ = ops.while_loop(going_on, step, begin)
        return written, score


def greedy_search(
    model: Transformer,
    sources: Sequence[Sequence[int]],
    start_id: int,
    end_id: int,
    max_length: int | None = None,
    batch_size: int = 64,
    use_cache: bool = True,
) -> list[list[int]]:
    """Translate sentences by `GreedySearch`, which is made for this one call; the other arguments are its own.

    Args:
        sources: the ids of each sentence.

    Returns:
        The ids of each translation, without start and end.
    """
    return _translated_once(GreedySearch, model, sources, start_id, end_id, max_length, batch_size, use_cache)


class BeamSearch(_Search):
    """Keeps the best few beginnings at every step, and in the end the best sentence by its penalised score.

    A beginning that has ended stays among them, with the score it has, until better ones push it out. With one
    beginning this is the greedy search. The other arguments are those of `GreedySearch`.

    Args:
        beam_width: how many beginnings are kept for each sentence.
        alpha: the strength of `length_penalty`.

    Shapes: ids (batch_size, source time) → ids (batch_size, max_length), scores (batch_size,).

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if a number is outside its range, or `beam_width` larger than the vocabulary.

    Source: Wu et al., 2016, section 7, without its coverage penalty.
    """

    def __init__(self, *args: object, beam_width: int = 4, alpha: float = 0.6, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        require_integer("beam_width", beam_width, at_least=1, at_most=self.model.target_vocabulary_size)
        require_not_negative("alpha", alpha)
        self.beam_width, self.alpha = beam_width, alpha

    def call(self, source):
        """Translate a batch; what follows the end of a sentence is padding."""
        rows, beams, vocabulary = source.shape[0], self.beam_width, self.model.target_vocabulary_size
        memory = self.model.encode(source)
        if self.use_cache:
            cache = _each(self.model.make_cache(memory, self.max_length), lambda kept: ops.repeat(kept, beams, axis=0))
        else:
            cache = []
        # From here on the beginnings of one sentence stand one below the other: (rows · beams, ...).
        wide_source, memory = ops.repeat(source, beams, axis=0), ops.repeat(memory, beams, axis=0)
        first_row = ops.reshape(ops.arange(rows) * beams, (rows, 1))
        # What an ended beginning may go on with: padding, at no cost.
        only_padding = np.full(vocabulary, LOWEST_SCORE, dtype=np.float32)
        only_padding[PAD] = 0.0

        def going_on(index, written, score, length, finished, cache):
            return ops.logical_and(index < self.max_length, ops.logical_not(ops.all(finished)))

        def step(index, written, score, length, finished, cache):
            likelihoods, cache = self._next(wide_source, memory, written, cache, index)
            likelihoods = ops.reshape(likelihoods, (rows, beams, vocabulary))
            likelihoods = ops.where(ops.expand_dims(finished, -1), only_padding, likelihoods)
            total = ops.expand_dims(score, -1) + likelihoods  # (rows, beams, vocabulary)
            longer = length + ops.cast(ops.logical_not(finished), "float32")
            ranked = total / ops.expand_dims(length_penalty(longer, self.alpha), -1)  # (14)
            _, best = ops.top_k(ops.reshape(ranked, (rows, beams * vocabulary)), beams)
            score = ops.take_along_axis(ops.reshape(total, (rows, beams * vocabulary)), best, axis=1)
            origin, token = best // vocabulary, ops.cast(best % vocabulary, "int32")  # (rows, beams)
            length = ops.take_along_axis(longer, origin, axis=1)
            finished = ops.take_along_axis(finished, origin, axis=1)
            finished = ops.logical_or(finished, ops.equal(token, self.end_id))
            chosen = ops.reshape(first_row + ops.cast(origin, first_row.dtype), (-1,))
            # The source's keys and values are those of the sentence, whichever of its beginnings goes on.
            cache = [
                {**kept, "target": _each(kept["target"], lambda one: ops.take(one, chosen, axis=0))} for kept in cache
            ]
            written = ops.take(written, chosen, axis=0)
            here = ops.equal(ops.arange(self.max_length), index)
            written = ops.where(here, ops.reshape(token, (-1, 1)), written)
            return index + 1, written, score, length, finished, cache

        empty = ops.logical_not(ops.any(padding_mask(source), axis=1))  # rows that only fill the batch
        begin = (
            ops.convert_to_tensor(0, dtype="int32"),
            ops.full((rows * beams, self.max_length), PAD, dtype="int32"),
            # One beginning alone: equal ones would go on in the same way.
            ops.tile(ops.convert_to_tensor([[0.0] + [LOWEST_SCORE] * (beams - 1)], dtype="float32"), (rows, 1)),
            ops.zeros((rows, beams), dtype="float32"),
            ops.repeat(ops.expand_dims(empty, 1), beams, axis=1),
            cache,
        )
        _, written, score, length, _, _ = ops.while_loop(going_on, step, begin)
        best = ops.argmax(score / length_penalty(length, self.alpha), axis=1)
        place = ops.reshape(first_row, (-1,)) + ops.cast(best, first_row.dtype)
        return ops.take(written, place, axis=0), ops.take(ops.reshape(score, (-1,)), place, axis=0)


def beam_search(
    model: Transformer,
    sources: Sequence[Sequence[int]],
    start_id: int,
    end_id: int,
    max_length: int | None = None,
    batch_size: int = 64,
    use_cache: bool = True,
    beam_width: int = 4,
    alpha: float = 0.6,
) -> list[list[int]]:
    """Translate sentences by `BeamSearch`, which is made for this one call; the other arguments are its own.

    Args:
        sources: the ids of each sentence.

    Returns:
        The ids of each translation, without start and end.
    """
    options = {"beam_width": beam_width, "alpha": alpha}
    return _translated_once(BeamSearch, model, sources, start_id, end_id, max_length, batch_size, use_cache, **options)


def _translated_once(
    kind: type[_Search],
    model: Transformer,
    sources: Sequence[Sequence[int]],
    start_id: int,
    end_id: int,
    max_length: int | None,
    batch_size: int,
    use_cache: bool,
    **options: object,
) -> list[list[int]]:
    sources = checked_sentences("sources", sources, model.source_vocabulary_size, model.max_length)
    # No larger than it must be: rows that only fill a batch cost as much as others.
    batch_size = min(require_integer("batch_size", batch_size, at_least=1), len(sources))
    return kind(model, start_id, end_id, max_length, batch_size, use_cache, **options).translate(sources)[0]


def _each(cache, change):
    """The cache with every tensor in it changed."""
    return keras.tree.map_structure(change, cache)
