"""A large batch in parts: whose mean is whose, and weights by which the parts add up to the batch exactly."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

from course_lib.base.arguments import require_integer

Batch = tuple[np.ndarray, np.ndarray, np.ndarray]


def mean_of_batch(losses: np.ndarray, counted: np.ndarray) -> float:
    """The loss of a batch: the sum over its counted tokens, divided by how many these are.

    Args:
        losses: of every token.
        counted: which ones count; padding does not.

    Shapes: both (rows, time).
    """
    return float((losses * counted).sum() / counted.sum())


def mean_of_means(losses: np.ndarray, counted: np.ndarray, parts: int) -> float:
    """What plain accumulation computes: the mean of the parts' own means.

    Args:
        losses: of every token.
        counted: which ones count.
        parts: into how many parts the rows are cut.

    Shapes: both (rows, time).
    """
    of_parts = zip(np.array_split(losses, parts), np.array_split(counted, parts), strict=True)
    return float(np.mean([mean_of_batch(*part) for part in of_parts]))


def token_weights(counted: np.ndarray, parts: int) -> np.ndarray:
    """A weight for every token, by which the mean of the parts' **sums** is the mean of the whole batch.

    Args:
        counted: which tokens count.
        parts: into how many parts the rows are cut.

    Returns:
        parts / (counted tokens of the whole batch) for a token that counts, else 0.

    Shapes: (rows, time) → (rows, time), float32.

    Raises:
        ValueError: if no token counts.
    """
    require_integer("parts", parts, at_least=1)
    total = np.sum(counted)
    if not total:
        raise ValueError("counted holds no token that counts; allowed: one or more")
    return (np.asarray(counted) * (parts / total)).astype(np.float32)


class Parts(keras.utils.PyDataset):
    """Large batches, each handed over in parts of equal numbers of rows, with `token_weights`.

    It goes together with a loss that adds up (`reduction="sum"`) and an optimiser with `gradient_accumulation_steps` of
    as many parts: their step is then that of the large batch.

    Args:
        batch: gives inputs, targets and which targets count, by the number of the large batch.
        count: how many large batches there are.
        parts: into how many parts each is cut.

    Raises:
        ValueError: if the rows cannot be cut evenly.
    """

    def __init__(self, batch: Callable[[int], Batch], count: int, parts: int) -> None:
        super().__init__()
        self.batch, self.count = batch, require_integer("count", count, at_least=1)
        self.parts = require_integer("parts", parts, at_least=1)

    def __len__(self) -> int:
        return self.count * self.parts

    def __getitem__(self, index: int) -> Batch:
        inputs, targets, counted = self.batch(index // self.parts)
        if len(targets) % self.parts:
            raise ValueError(f"parts is {self.parts}; allowed: a divisor of the batch's {len(targets)} rows")
        rows = len(targets) // self.parts
        own = slice(index % self.parts * rows, (index % self.parts + 1) * rows)
        return inputs[own], targets[own], token_weights(counted, self.parts)[own]
