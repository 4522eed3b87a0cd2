"""Writing: one token after the other, each drawn from what the model expects after those before it.

A model with a cache takes in the prompt in one pass and after that one token a step, for it has kept what it needs of
the others; without a cache every step takes in the whole text anew. Both write the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import keras
import numpy as np
from keras import ops

from course_lib.base.arguments import checked_ids, checked_seed, require_integer
from course_lib.language_model.sampling import Sampler
from course_lib.training.devices import compiled

# Texts are filled up to one of few lengths, so that few are compiled: 16, 32, 64, …
_SHORTEST = 16

_AS_LEARNT = Sampler()


def generate(
    model: keras.Model,
    prompt_ids: Sequence[int],
    new_tokens: int,
    sampler: Sampler = _AS_LEARNT,
    seed: int | None = 0,
    stop: int | None = None,
    cached: bool = True,
) -> list[int]:
    """Continue a text; `stream` with the same arguments gives the same tokens as they come.

    Returns:
        The new tokens, without the prompt.
    """
    return list(stream(model, prompt_ids, new_tokens, sampler, seed, stop, cached))


def stream(
    model: keras.Model,
    prompt_ids: Sequence[int],
    new_tokens: int,
    sampler: Sampler = _AS_LEARNT,
    seed: int | None = 0,
    stop: int | None = None,
    cached: bool = True,
) -> Iterator[int]:
    """Continue a text, and give each token as soon as it is drawn.

    A decoder looks back over `max_length` tokens. When the text has outgrown them the window moves: it keeps its last
    half, which is read anew as if the text began there, and there is room again.

    Args:
        model: a `DecoderLanguageModel`, or a recurrent model with `empty_state`.
        prompt_ids: the beginning.
        new_tokens: how many tokens are written at most.
        sampler: how each is drawn; its penalty looks at the whole text, prompt included.
        seed: the same seed draws the same tokens; None for others each time.
        stop: the id that ends a text, and is not given; None for none.
        cached: keep what the model has computed of earlier tokens; else compute it anew at every step.

    Returns:
        An iterator over the new tokens.

    Raises:
        TypeError: if the model is no language model, the sampler no `Sampler`, or a number no whole one.
        ValueError: if the prompt is empty, longer than the model can look back, or holds an id outside the vocabulary;
            if `new_tokens` is less than 1, `stop` no id, or the sampler's `top_k` larger than the vocabulary.
    """
    ids = _checked_prompt(model, prompt_ids)
    require_integer("new_tokens", new_tokens, at_least=1)
    if not isinstance(sampler, Sampler):
        raise TypeError(f"sampler is {sampler!r} of type {type(sampler).__name__}; allowed: a Sampler")
    if sampler.top_k is not None:
        require_integer("top_k", sampler.top_k, at_least=1, at_most=model.vocabulary_size)
    if stop is not None:
        require_integer("stop", stop, at_least=0, at_most=model.vocabulary_size - 1)
    random = np.random.default_rng(checked_seed(seed))
    return _drawn(_passes_of(model), ids, new_tokens, sampler, random, stop, cached)


def _checked_prompt(model: keras.Model, prompt_ids: Sequence[int]) -> list[int]:
    if not (hasattr(model, "empty_cache") or hasattr(model, "empty_state")):
        raise TypeError(f"model is of type {type(model).__name__}; allowed: one with empty_cache or empty_state")
    if np.ndim(prompt_ids) != 1:
        raise ValueError(f"prompt_ids has {np.ndim(prompt_ids)} axes; allowed: one, a list of ids")
    ids = checked_ids("prompt_ids", prompt_ids, model.vocabulary_size)
    if not ids:
        raise ValueError("prompt_ids is empty; allowed: one id or more")
    reach = _reach(model)
    if reach is not None and len(ids) > reach:
        raise ValueError(f"prompt_ids has {len(ids)} tokens; allowed: {reach}, which is the model's max_length")
    return ids


def _reach(model: keras.Model) -> int | None:
    """How many tokens it looks back over; None for all, in a recurrent model's state."""
    return None if hasattr(model, "empty_state") else model.max_length


def _drawn(
    passes: _Passes,
    ids: list[int],
    new_tokens: int,
    sampler: Sampler,
    random: np.random.Generator,
    stop: int | None,
    cached: bool,
) -> Iterator[int]:
    start, kept = 0, None
    for _ in range(new_tokens):
        if passes.reach is not None and len(ids) - start > passes.reach:
            # What was kept belongs to places that these tokens have no longer: the window begins anew.
            start, kept = len(ids) - max(1, passes.reach // 2), None
        window = ids[start:]
        if not cached:
            scores = passes.whole(window)
        elif kept is None:
            scores, kept = passes.begin(window)
        else:
            scores, kept = passes.go_on(window, kept)
        token = sampler.draw(scores, random, previous=ids)
        if token == stop:
            return
        ids.append(token)
        yield token


class _Passes:
    """The compiled calls of a model: scores of a whole window, and scores by what is kept of earlier tokens."""

    def __init__(self, model: keras.Model) -> None:
        self.reach = _reach(model)
        self.recurrent = self.reach is None
        self.empty = model.empty_state(1) if self.recurrent else model.empty_cache(1)

        # Shapes: ids (1, time), last and first () → scores (vocabulary_size,), of what follows the last token
        def whole(ids, last):
            return ops.take(model(ids)[0], last, axis=0)

        def keeping(ids, last, kept, first):
            before = {"state": kept} if self.recurrent else {"cache": kept, "first": first}
            logits, kept = model(ids, **before)
            return ops.take(logits[0], last, axis=0), kept

        self._whole, self._begin = compiled(whole, model), compiled(keeping, model)
        self._step = compiled(keeping, model, often=True)

    def whole(self, window: list[int]) -> np.ndarray:
        """The scores after the window; nothing is kept."""
        return ops.convert_to_numpy(self._whole(*_filled(window, self._room(len(window)))))

    def begin(self, window: list[int]):
        """The scores after the window, and what is kept of it."""
        if not self.recurrent:
            # What fills the cache behind the window is not seen, and is written over by the tokens to come.
            return self._pair(window, self._room(len(window)), self.empty)
        kept, place = self.empty, 0
        while place < len(window):  # a state must take in no token that is none
            size = _SHORTEST if len(window) - place >= _SHORTEST else 1
            scores, kept = self._pair(window[place : place + size], size, kept)
            place += size
        return scores, kept

    def go_on(self, window: list[int], kept):
        """The same, where all but the window's last token are kept."""
        return self._pair(window[-1:], 1, kept, len(window) - 1)

    def _room(self, count: int) -> int:
        room = max(_SHORTEST, 1 << (count - 1).bit_length())
        return room if self.reach is None else min(room, self.reach)

    def _pair(self, ids: list[int], room: int, kept, first: int = 0):
        read = self._step if room == 1 else self._begin
        scores, kept = read(*_filled(ids, room), kept, np.array(first, "int32"))
        return ops.convert_to_numpy(scores), kept


def _filled(ids: list[int], room: int) -> tuple[np.ndarray, np.ndarray]:
    """Ids with zeros behind them, and the place of the last."""
    row = np.zeros((1, room), "int32")
    row[0, : len(ids)] = ids
    return row, np.array(len(ids) - 1, "int32")


@lru_cache(maxsize=4)
def _compiled_before(model: keras.Model, variables: tuple[int, ...]) -> _Passes:
    """What was compiled for the last few models serves every text they write, until their variables are others."""
    return _Passes(model)


def _passes_of(model: keras.Model) -> _Passes:
    if not model.built:
        model.build((None, None))
    return _compiled_before(model, tuple(map(id, model.variables)))
