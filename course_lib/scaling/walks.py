"""A text that is made up: every number is followed by one of three, so that the lowest loss is known, ln 3."""

from __future__ import annotations

import numpy as np

from course_lib.base.arguments import require_integer

STEPS = (1, 2, 5)


def walks(rows: int, length: int, vocabulary_size: int = 32, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows of numbers that go on by 1, 2 or 5, round and round, and for each number the one after it.

    Args:
        rows: how many.
        length: how long.
        vocabulary_size: how many numbers there are.
        seed: of the draws.

    Shapes: twice int32 (rows, length).

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if one is out of its range.
    """
    require_integer("rows", rows, at_least=1)
    require_integer("length", length, at_least=1)
    require_integer("vocabulary_size", vocabulary_size, at_least=6)
    random = np.random.default_rng(seed)
    begins = random.integers(0, vocabulary_size, (rows, 1))
    moves = random.choice(STEPS, (rows, length))
    path = np.concatenate([begins, begins + np.cumsum(moves, axis=1)], axis=1) % vocabulary_size
    return path[:, :-1].astype(np.int32), path[:, 1:].astype(np.int32)
