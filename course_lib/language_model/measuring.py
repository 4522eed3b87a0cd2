"""What a trained model pays for a text: for each token, for each place in its context, on average."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from course_lib.base.arguments import one_list, require_ids, require_integer, require_whole_numbers
from course_lib.language_model.packing import UNCOUNTED, Packed
from course_lib.language_model.recurrent import RecurrentLanguageModel

# How many tokens a recurrent model reads in one call; its state goes on, so that the number changes nothing.
_PIECE = 256


class Scorer(keras.Model):
    """A model's prices instead of its scores, made where the model computes: far fewer numbers leave the device.

    Compiled once, it is used for as many measurements as are wanted; it has no weights of its own.

    Args:
        language_model: the model that is measured.

    Shapes: {"token_ids", "targets", perhaps "segment_ids": (batch, time)} → nats (batch, time), float32; with "state"
    also the state after the last token.
    """

    def __init__(self, language_model: keras.Model) -> None:
        super().__init__()
        self.language_model = language_model
        if not language_model.built:
            language_model.build((None, None))
        self.built = True

    def call(self, inputs):
        token_ids, targets = inputs["token_ids"], inputs["targets"]
        if "state" in inputs:
            logits, state = self.language_model(token_ids, inputs["state"])
            return _prices(targets, logits), state
        if "segment_ids" in inputs:
            return _prices(targets, self.language_model(token_ids, inputs["segment_ids"]))
        return _prices(targets, self.language_model(token_ids))


def _prices(targets, logits):
    """-ln p of each target; of one that is not counted any number."""
    return ops.sparse_categorical_crossentropy(ops.maximum(targets, 0), logits, from_logits=True)


def surprise(
    model: keras.Model,
    token_ids: Sequence[int],
    context: int | None = None,
    stride: int | None = None,
    batch_size: int = 8,
) -> np.ndarray:
    """What each token of a text costs after those before it, -ln p in nats; the first one is given and costs nothing.

    A window as long as the context slides over the text. In the first one all tokens are priced, in each other the last
    `stride`, so that every token is priced exactly once, and after at least `context - stride + 1` tokens where the
    text has them. A smaller stride is fairer to the model and takes longer. A recurrent model that is given no
    context reads the whole text in one pass instead.

    Args:
        model: the model, of either kind.
        token_ids: the text; put a separator in front so that its first token is priced too.
        context: the tokens of a window; None for the model's `max_length`, for a recurrent model the whole text.
        stride: by how many tokens the window moves; None for half of it.
        batch_size: windows in a batch; it changes the time alone.

    Shapes: (tokens,) → (tokens - 1,), float64.

    Raises:
        TypeError: if an id or a number is no whole one.
        ValueError: if there are fewer than two tokens, an id lies outside the vocabulary, or a number is out of its
            range.
    """
    token_ids = _checked(model, token_ids)
    require_integer("batch_size", batch_size, at_least=1)
    recurrent = isinstance(model, RecurrentLanguageModel)
    if context is None and recurrent:
        if stride is not None:
            raise ValueError(f"stride is {stride} without a context; allowed: both, for a recurrent model")
        return _in_one_pass(Scorer(model), token_ids)
    longest = None if recurrent else model.max_length
    context = longest if context is None else require_integer("context", context, at_least=1, at_most=longest)
    stride = (context + 1) // 2 if stride is None else require_integer("stride", stride, at_least=1, at_most=context)
    tokens = len(token_ids) - 1
    starts = np.arange(0, max(tokens - context, 0) + stride, stride)
    # What the last window has too much is filled up; no token sees what stands after it.
    filled = np.pad(token_ids, (0, int(starts[-1]) + context - tokens))
    places = starts[:, None] + np.arange(context)  # (windows, context)
    prices = _of_rows(Scorer(model), {"token_ids": filled[places], "targets": filled[places + 1]}, batch_size)
    new = places >= np.where(starts[:, None] == 0, 0, starts[:, None] + context - stride)
    return prices[new & (places < tokens)]


def loss_by_position(model: keras.Model, token_ids: Sequence[int], length: int, batch_size: int = 8) -> np.ndarray:
    """What a token costs on average after 1, 2, …, `length` tokens: what a longer context buys.

    The text is cut into rows, each of which the model reads without those before it; the last row is left out where it
    is not whole.

    Args:
        model: the model, of either kind.
        token_ids: the text.
        length: how many tokens a row has.
        batch_size: rows in a batch.

    Returns:
        The mean -ln p at each position, in nats.

    Shapes: (tokens,) → (length,), float64.

    Raises:
        TypeError: if an id or a number is no whole one.
        ValueError: if the text has no whole row, an id lies outside the vocabulary, or a number is out of its range.
    """
    token_ids = _checked(model, token_ids)
    longest = None if isinstance(model, RecurrentLanguageModel) else model.max_length
    require_integer("length", length, at_least=1, at_most=longest)
    require_integer("batch_size", batch_size, at_least=1)
    rows = (len(token_ids) - 1) // length
    if not rows:
        raise ValueError(f"token_ids has {len(token_ids)} tokens; allowed: {length + 1} or more, for one row")
    given = token_ids[: rows * length].reshape(rows, length)
    targets = token_ids[1 : rows * length + 1].reshape(rows, length)
    return _of_rows(Scorer(model), {"token_ids": given, "targets": targets}, batch_size).mean(axis=0)


def loss_per_token(model: keras.Model, packed: Packed, batch_size: int = 8, use_segments: bool = True) -> float:
    """The mean price of all targets that count, in nats: exp of it is the perplexity.

    A row is read without those before it; a recurrent model reads all rows in one pass, as the text they were.

    Args:
        model: the model, of either kind, or its `Scorer`, which need not be compiled again.
        packed: from `pack`.
        batch_size: rows in a batch.
        use_segments: whether a document is kept from looking into those before it in its row.

    Raises:
        ValueError: if no target counts.
    """
    scorer = model if isinstance(model, Scorer) else Scorer(model)
    counted = packed.targets != UNCOUNTED
    if not counted.any():
        raise ValueError("packed has no target that counts; allowed: one or more")
    if isinstance(scorer.language_model, RecurrentLanguageModel):
        return float(_in_one_pass(scorer, as_stream(packed)).mean())
    rows = {"token_ids": packed.token_ids, "targets": packed.targets}
    if use_segments:
        rows["segment_ids"] = packed.segment_ids
    return float(_of_rows(scorer, rows, batch_size)[counted].mean())


def as_stream(packed: Packed) -> np.ndarray:
    """The text that was cut into rows: all documents with their separators, the last one closed.

    Args:
        packed: from `pack`.

    Shapes: (tokens + 1,).
    """
    counted = packed.targets != UNCOUNTED
    return np.append(packed.token_ids[counted], packed.targets[counted][-1])


def _of_rows(scorer: Scorer, rows: dict[str, np.ndarray], batch_size: int) -> np.ndarray:
    """What each target of some rows costs: (rows, time), float64."""
    count = len(rows["targets"])
    prices = []
    for first in range(0, count, batch_size):
        # A compiler works anew for every shape: the last batch is filled up with rows that were read already.
        places = np.arange(first, first + batch_size) % count
        prices.append(scorer.predict_on_batch({name: part[places] for name, part in rows.items()}))
    return np.concatenate(prices)[:count].astype(np.float64)


def _in_one_pass(scorer: Scorer, token_ids: np.ndarray) -> np.ndarray:
    """What each token after the first costs a model that remembers all of those before it: (tokens - 1,), float64."""
    tokens = len(token_ids) - 1
    filled = np.pad(token_ids, (0, -tokens % _PIECE))
    state, prices = scorer.language_model.empty_state(1), []
    for first in range(0, tokens, _PIECE):
        given, targets = (filled[None, first + after : first + after + _PIECE] for after in (0, 1))
        found, state = scorer.predict_on_batch({"token_ids": given, "targets": targets, "state": state})
        prices.append(found[0])
    return np.concatenate(prices)[:tokens].astype(np.float64)


def _checked(model: keras.Model, token_ids: Sequence[int]) -> np.ndarray:
    token_ids = one_list("token_ids", token_ids)
    if len(token_ids) < 2:
        raise ValueError(f"token_ids has {len(token_ids)} tokens; allowed: 2 or more, of which the first is given")
    require_whole_numbers("token_ids", token_ids)
    require_ids("token_ids", token_ids, model.vocabulary_size)
    return token_ids.astype(np.int32)
