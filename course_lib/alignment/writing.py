"""Many short texts at once: written by drawing, and weighed by the model that wrote them or by another."""

from __future__ import annotations

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from course_lib.alignment.rewards import token_log_probs
from course_lib.base.arguments import require_ids, require_integer, require_positive
from course_lib.training.devices import compiled


class Written(NamedTuple):
    """Texts of one length, each ended by its first stop.

    Args:
        token_ids: what was written; after the end the stop again.
        counted: True for what was drawn, the stop that ends a text included.
        log_probs: the logarithm of the probability that each token had, at temperature 1; 0 where none was drawn.
    """

    token_ids: np.ndarray
    counted: np.ndarray
    log_probs: np.ndarray

    def texts(self, stop: int) -> list[list[int]]:
        """The ids of each text without its stop."""
        return [
            [number for number in row[counted].tolist() if number != stop]
            for row, counted in zip(self.token_ids, self.counted, strict=True)
        ]


class Writer:
    """A language model that writes many short texts side by side; every text begins after the same token.

    Args:
        model: from token ids to logits, with a cache of what it has read, such as a `DecoderLanguageModel`.
        stop: the id that begins and ends a text.
        length: how many tokens a text has at most.
        at_once: how many texts are written or weighed side by side; the last ones are filled up to as many, so that
            the model is compiled for this number alone.

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if `stop` is no id of the model, `length` less than 1 or more than the model can look back, or
            `at_once` less than 1.
    """

    def __init__(self, model: keras.Model, stop: int, length: int, at_once: int = 64) -> None:
        require_integer("stop", stop, at_least=0, at_most=model.vocabulary_size - 1)
        require_integer("length", length, at_least=1, at_most=model.max_length)
        self.at_once = require_integer("at_once", at_once, at_least=1)
        self.model, self.stop, self.length = model, stop, length
        if not model.built:
            model.build((None, None))

        def next_logits(token_ids, place, cache):
            logits, cache = model(token_ids, cache=cache, first=place)
            return logits[:, 0], cache

        def log_probs(before, token_ids):
            return token_log_probs(model(before), token_ids)

        self._next_logits, self._log_probs = compiled(next_logits, model), compiled(log_probs, model)

    def write(self, count: int, seed: int = 0, temperature: float = 1.0) -> Written:
        """Draw texts.

        Args:
            count: how many.
            seed: the same seed draws the same texts from the same weights.
            temperature: what logits are divided by before drawing.

        Raises:
            TypeError: if a number is none.
            ValueError: if `count` is less than 1, or `temperature` not above 0.

        Shapes: each (count, length).
        """
        require_integer("count", count, at_least=1)
        require_positive("temperature", temperature)
        random = np.random.default_rng(seed)
        # Logits of a whole vocabulary for every place: some texts at a time, or they would fill the memory.
        parts = [self._draw(random, temperature) for _ in range(0, count, self.at_once)]
        return Written(*(np.concatenate(each)[:count] for each in zip(*parts, strict=True)))

    def _draw(self, random: np.random.Generator, temperature: float) -> Written:
        count = self.at_once
        rows = np.full((count, self.length + 1), self.stop, np.int32)
        log_probs = np.zeros((count, self.length))
        counted = np.zeros((count, self.length), bool)
        open_yet = np.ones(count, bool)
        cache = self.model.empty_cache(count)
        for place in range(self.length):
            logits, cache = self._next_logits(rows[:, place : place + 1], np.array(place, "int32"), cache)
            logits = ops.convert_to_numpy(logits).astype(np.float64)
            # The largest of logit plus Gumbel noise is a draw from the softmax.
            drawn = (logits / temperature + random.gumbel(size=logits.shape)).argmax(axis=1)
            peak = logits.max(axis=1)
            total = peak + np.log(np.exp(logits - peak[:, None]).sum(axis=1))
            counted[:, place] = open_yet
            rows[open_yet, place + 1] = drawn[open_yet]
            log_probs[open_yet, place] = (logits[np.arange(count), drawn] - total)[open_yet]
            open_yet &= drawn != self.stop
            if not open_yet.any():
                break
        return Written(rows[:, 1:], counted, log_probs)

    def before(self, token_ids: np.ndarray) -> np.ndarray:
        """What the model reads to say each of these tokens: the stop, then all tokens but the last.

        Shapes: (count, length) → the same, int32.
        """
        token_ids = np.asarray(token_ids, np.int32)
        if token_ids.ndim != 2 or token_ids.shape[1] != self.length:
            raise ValueError(f"token_ids has the shape {token_ids.shape}; allowed: (texts, {self.length})")
        require_ids("token_ids", token_ids, self.model.vocabulary_size)
        return np.concatenate([np.full((len(token_ids), 1), self.stop, np.int32), token_ids[:, :-1]], axis=1)

    def log_probs(self, written: Written) -> np.ndarray:
        """The logarithms that this writer's model gives to tokens, whoever wrote them; 0 where none was drawn.

        Shapes: (count, length), float64.
        """
        before, token_ids = self.before(written.token_ids), np.asarray(written.token_ids, np.int32)
        filling = ((0, -len(token_ids) % self.at_once), (0, 0))
        before, token_ids = np.pad(before, filling), np.pad(token_ids, filling)
        parts = [
            ops.convert_to_numpy(self._log_probs(before[place], token_ids[place]))
            for start in range(0, len(token_ids), self.at_once)
            for place in [slice(start, start + self.at_once)]
        ]
        return np.where(written.counted, np.concatenate(parts)[: len(written.counted)], 0.0).astype(np.float64)
