"""What a training step reads: rows drawn anew in every pass, or streams in order with a state that goes on."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from course_lib.language_model.measuring import as_stream
from course_lib.language_model.packing import UNCOUNTED, Packed, streams

Batch = tuple[dict[str, np.ndarray], np.ndarray]


class DrawnRows:
    """Every row once, in an order drawn from the seed, then all again in another; a batch may hold rows of two passes.

    Args:
        packed: from `pack`; the row that was filled up is left out.
        batch_size: rows in a batch.
        use_segments: whether a batch says to which document a token belongs.
        seed: of the orders.

    Raises:
        ValueError: if no row is whole.
    """

    def __init__(self, packed: Packed, batch_size: int, use_segments: bool, seed: int) -> None:
        whole = (packed.targets != UNCOUNTED).all(axis=1)
        if not whole.any():
            raise ValueError(f"packed has no whole row of {packed.targets.shape[1]} tokens; allowed: one or more")
        self.packed = Packed(*(part[whole] for part in packed))
        self.batch_size, self.use_segments, self.seed = batch_size, use_segments, seed
        self._orders: dict[int, np.ndarray] = {}

    def batch(self, step: int) -> Batch:
        """The rows of a step, and their targets; the same whenever it is asked."""
        count = len(self.packed.targets)
        places = step * self.batch_size + np.arange(self.batch_size)
        rows = np.array([self._order(place // count)[place % count] for place in places.tolist()])
        inputs = {"token_ids": self.packed.token_ids[rows]}
        if self.use_segments:
            inputs["segment_ids"] = self.packed.segment_ids[rows]
        return inputs, self.packed.targets[rows]

    def _order(self, number: int) -> np.ndarray:
        if number not in self._orders:
            self._orders = {
                each: np.random.default_rng((self.seed, each)).permutation(len(self.packed.targets))
                for each in (number, number + 1)
            }
        return self._orders[number]


class StreamsInOrder:
    """The steps of `streams`, one after the other and then from the beginning; each says whether its text begins anew.

    Args:
        packed: from `pack`.
        batch_size: streams that are read side by side.
        carry: whether a step goes on with the text of the one before; without, each begins anew.

    Raises:
        ValueError: if the text is too short for one step.
    """

    def __init__(self, packed: Packed, batch_size: int, carry: bool) -> None:
        self.given, self.targets = streams(as_stream(packed), batch_size, packed.targets.shape[1])
        self.carry = carry

    def batch(self, step: int) -> Batch:
        """What a step reads, and its targets."""
        place = step % len(self.targets)
        begins = np.full((self.given.shape[1], 1), not (self.carry and place))
        return {"token_ids": self.given[place], "begins": begins}, self.targets[place]


class Steps(keras.utils.PyDataset):
    """Some steps, one after the other.

    Args:
        batch: gives the batch of a step by its number.
        first: the number of the first one.
        count: how many there are.
    """

    def __init__(self, batch: Callable[[int], Batch], first: int, count: int) -> None:
        super().__init__()
        self.batch, self.first, self.count = batch, first, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Batch:
        return self.batch(self.first + index)


class Learner(keras.Model):
    """A model that reads what a step is fed: one that looks back gets the numbers of documents, too.

    Args:
        language_model: the model that learns; all weights are its own.

    Shapes: {"token_ids", perhaps "segment_ids": (batch, time)} → logits (batch, time, vocabulary).
    """

    def __init__(self, language_model: keras.Model) -> None:
        super().__init__()
        self.language_model = language_model
        self.built = True

    def call(self, inputs, training: bool = False):
        return self.language_model(inputs["token_ids"], inputs.get("segment_ids"), training=training)

    def get_config(self) -> dict:
        return {"language_model": keras.saving.serialize_keras_object(self.language_model)}


class RememberingLearner(Learner):
    """A recurrent model that goes on where the last batch ended: its state is kept, and no gradient goes through it.

    Args:
        language_model: the recurrent model that learns.
        batch_size: streams that are read side by side.

    Shapes: {"token_ids": (batch, time), "begins": boolean (batch, 1)} → logits (batch, time, vocabulary).
    """

    def __init__(self, language_model: keras.Model, batch_size: int) -> None:
        super().__init__(language_model)
        self.form = language_model.empty_state(batch_size)
        self.kept = [
            self.add_weight(
                shape=part.shape, initializer="zeros", trainable=False, dtype=part.dtype, name=f"kept_{place}"
            )
            for place, part in enumerate(keras.tree.flatten(self.form))
        ]

    def call(self, inputs, training: bool = False):
        begins = inputs["begins"]
        kept = [ops.convert_to_tensor(part) for part in self.kept]
        begun = [ops.where(begins, ops.zeros_like(part), part) for part in kept]
        begun = keras.tree.pack_sequence_as(self.form, begun)
        logits, ended = self.language_model(inputs["token_ids"], begun, training=training)
        for kept, part in zip(self.kept, keras.tree.flatten(ended), strict=True):
            kept.assign(ops.stop_gradient(part))
        return logits


def mark_of(packed: Packed) -> int:
    """A number that other texts, or the same cut otherwise, hardly ever have.

    Args:
        packed: from `pack`.
    """
    mark = zlib.crc32(repr(packed.targets.shape).encode())
    for part in packed:
        mark = zlib.crc32(np.ascontiguousarray(part).tobytes(), mark)
    return mark
