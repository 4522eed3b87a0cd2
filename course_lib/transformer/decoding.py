"""Writing a translation: the likeliest token each time, or several beginnings side by side; with keys and values kept.

A whole search, from the encoder to the last token, is one computation of fixed shapes with a loop inside: it is
compiled once for each shape and runs on any device without a word from Python in between.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from course_lib.arguments import require_integer
from course_lib.preprocessing.batches import pad, padding_mask
from course_lib.transformer.model import Transformer
from course_lib.transformer.training import PAD, checked_markers, checked_sentences

# Below any score that a token can have, and still finite.
_NEVER = -1e30
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
        return ops.log_softmax(ops.where(forbidden, _NEVER, logits), axis=-1), cache


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
    """Translate sentences by `GreedySearch`, which is made for this one call.

    Args:
        model: the translator.
        sources: the ids of each sentence.
        start_id: the id that starts every target.
        end_id: the id that ends every target.
        max_length: how many tokens a translation may have, its end included; None for as many as the model can.
        batch_size: how many sentences are translated at once.
        use_cache: keep the keys and values of the tokens written so far.

    Returns:
        The ids of each translation, without start and end.
    """
    search = GreedySearch(model, start_id, end_id, max_length, min(batch_size, max(1, len(sources))), use_cache)
    return search.translate(sources)[0]
