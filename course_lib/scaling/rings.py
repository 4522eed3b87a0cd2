"""What devices tell each other, in NumPy, with every number that travels counted.

A device is a place in a list here, and a message is a copy; nothing is hidden in a library.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from course_lib.base.arguments import require_integer


@dataclass(frozen=True)
class Exchanged:
    """What every device holds after an exchange, and what it took.

    Args:
        results: for each device what it holds.
        sent: for each device how many numbers it sent.
        rounds: how often all devices sent at once.
    """

    results: list[np.ndarray]
    sent: list[int]
    rounds: int


def all_reduce_by_one(parts: Sequence[np.ndarray]) -> Exchanged:
    """The plain way to add up: all send to the first device, which adds and sends the sum back to each.

    Args:
        parts: what each device holds, all of one shape.

    Shapes: n times (…) → n times (…).

    Raises:
        ValueError: if there is none, or the shapes differ.
    """
    held = _checked(parts)
    count, size = len(held), held[0].size
    total = np.sum(held, axis=0)
    sent = [size * (count - 1) if device == 0 else size for device in range(count)]
    # The first device's line carries all of it, one message behind the other.
    return Exchanged([total.copy() for _ in held], sent, 2 * (count - 1))


def reduce_scatter(parts: Sequence[np.ndarray]) -> Exchanged:
    """First half of the ring: after n - 1 rounds device d holds the sum of piece (d + 1) mod n, and of no other.

    Args:
        parts: what each device holds, all of one length.

    Returns:
        For each device all n pieces one behind the other, of which only its own is the whole sum.

    Shapes: n times (numbers,) → n times (numbers,).

    Raises:
        ValueError: if there is none, or the shapes differ.
    """
    return _once_round([part.ravel().copy() for part in _checked(parts)], first=0, add=True)


def all_gather(held: Sequence[np.ndarray]) -> Exchanged:
    """Second half of the ring: the whole sums go once round, and overwrite what is not whole.

    Args:
        held: the results of `reduce_scatter`.

    Shapes: n times (numbers,) → n times (numbers,).

    Raises:
        ValueError: if there is none, or the shapes differ.
    """
    return _once_round([part.copy() for part in _checked(held)], first=1, add=False)


def _once_round(held: list[np.ndarray], first: int, add: bool) -> Exchanged:
    """Each device sends a piece on, n - 1 times: that of its own number plus `first`, then the one before it."""
    count = len(held)
    pieces = _pieces(held[0].size, count)
    sent = [0] * count
    for turn in range(count - 1):
        # All send at once: what travels is copied before anything arrives.
        travelling = []
        for device in range(count):
            piece = pieces[(device + first - turn) % count]
            travelling.append((piece, held[device][piece].copy()))
            sent[device] += piece.stop - piece.start
        for device, (piece, numbers) in enumerate(travelling):
            arrived = held[(device + 1) % count][piece]
            arrived[:] = arrived + numbers if add else numbers
    return Exchanged(held, sent, count - 1)


def ring_all_reduce(parts: Sequence[np.ndarray]) -> Exchanged:
    """Add up round a ring: every device ends with the sum, having sent 2·(n - 1)/n times its numbers, whatever n is.

    Args:
        parts: what each device holds, all of one shape.

    Shapes: n times (…) → n times (…).

    Source: P. Patarasuk and X. Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations", Journal of
    Parallel and Distributed Computing 69 (2), 2009.

    Raises:
        ValueError: if there is none, or the shapes differ.
    """
    shape = np.shape(parts[0]) if len(parts) else ()
    scattered = reduce_scatter(parts)
    gathered = all_gather(scattered.results)
    sent = [first + second for first, second in zip(scattered.sent, gathered.sent, strict=True)]
    results = [result.reshape(shape) for result in gathered.results]
    return Exchanged(results, sent, scattered.rounds + gathered.rounds)


def _pieces(size: int, count: int) -> list[slice]:
    """As many stretches as there are devices, of lengths that differ by one at most."""
    ends = [size * number // count for number in range(count + 1)]
    return [slice(begin, end) for begin, end in pairwise(ends)]


def _checked(parts: Sequence[np.ndarray]) -> list[np.ndarray]:
    held = [np.asarray(part) for part in parts]
    if not held:
        raise ValueError("parts is empty; allowed: what one device holds, or more")
    shapes = {part.shape for part in held}
    if len(shapes) > 1:
        raise ValueError(f"parts have the shapes {sorted(shapes)}; allowed: one shape for all devices")
    return held


def split_network(
    inputs: np.ndarray, first: np.ndarray, second: np.ndarray, devices: int
) -> tuple[np.ndarray, Exchanged]:
    """A small network whose matrices are cut: the first by its columns, the second by its rows; one exchange suffices.

    Each device computes its own hidden numbers, and a part of every output; the parts are added round the ring.

    Args:
        inputs: the vectors, which every device has.
        first: the matrix that widens.
        second: the matrix that brings back.
        devices: into how many parts both are cut.

    Returns:
        The outputs, and what was exchanged.

    Shapes: inputs (batch, width), first (width, hidden), second (hidden, width) → (batch, width).

    Source: M. Shoeybi et al., "Megatron-LM", 2019 (arXiv:1909.08053), section 3.

    Raises:
        ValueError: if the hidden numbers cannot be dealt out evenly.
    """
    require_integer("devices", devices, at_least=1)
    hidden = first.shape[1]
    if hidden % devices:
        raise ValueError(f"devices is {devices}; allowed: a divisor of the hidden width, {hidden}")
    columns, rows = np.split(first, devices, axis=1), np.split(second, devices, axis=0)
    # ReLU works on each hidden number by itself, so no device needs another's.
    parts = [np.maximum(inputs @ own, 0) @ own_rows for own, own_rows in zip(columns, rows, strict=True)]
    exchanged = ring_all_reduce(parts)
    return exchanged.results[0], exchanged
