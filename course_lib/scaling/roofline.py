"""How fast this machine multiplies, how fast it moves numbers, and which of the two a product of matrices waits for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_lib.base.arguments import require_integer, require_positive


@dataclass(frozen=True)
class Roof:
    """The two limits of a machine.

    Args:
        peak: operations in a second that its best product of matrices reached.
        bandwidth: bytes in a second that its best copy moved, those read and those written.
    """

    peak: float
    bandwidth: float

    @property
    def ridge(self) -> float:
        """Operations for each byte at which both limits are met."""
        return self.peak / self.bandwidth

    def attainable(self, intensity: float) -> float:
        """Operations in a second, at most, for so many operations a byte.

        Args:
            intensity: operations for each byte that is moved.

        Source: S. Williams, A. Waterman, D. Patterson, "Roofline", Communications of the ACM 52 (4), 2009.
        """
        require_positive("intensity", intensity)
        return min(self.peak, intensity * self.bandwidth)


def best_seconds(work: Callable[[], object], seconds: float = 0.1, at_least: int = 3) -> float:
    """The shortest of several runs: what else the machine does can only make one longer.

    Args:
        work: what is timed.
        seconds: how long to repeat it.
        at_least: how often in any case.
    """
    work()
    best, begun, count = float("inf"), time.perf_counter(), 0
    while count < at_least or time.perf_counter() - begun < seconds:
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
        count += 1
    return best


def product_speed(rows: int, width: int, seconds: float = 0.1) -> float:
    """Operations in a second of a product (rows, width) by (width, width), in float32.

    Args:
        rows: of the left matrix, such as the tokens of a batch.
        width: of both.
        seconds: how long to measure.

    Raises:
        ValueError: if a size is less than 1.
    """
    require_integer("rows", rows, at_least=1)
    require_integer("width", width, at_least=1)
    random = np.random.default_rng(0)
    left = random.normal(size=(rows, width)).astype(np.float32)
    right = random.normal(size=(width, width)).astype(np.float32)
    result = np.empty((rows, width), np.float32)
    return 2 * rows * width * width / best_seconds(lambda: np.matmul(left, right, out=result), seconds)


def product_intensity(rows: int, width: int) -> float:
    """Operations for each byte of the product (rows, width) by (width, width), if each number is moved once.

    Args:
        rows: of the left matrix.
        width: of both.
    """
    return 2 * rows * width * width / (4 * (2 * rows * width + width * width))


def copy_speed(megabytes: int = 64, seconds: float = 0.1) -> float:
    """Bytes in a second that a copy of a large array moves, those read and those written.

    Args:
        megabytes: how large it is; more than the caches hold.
        seconds: how long to measure.
    """
    require_integer("megabytes", megabytes, at_least=1)
    source = np.ones(megabytes * 250_000, np.float32)
    target = np.empty_like(source)
    return 2 * source.nbytes / best_seconds(lambda: np.copyto(target, source), seconds)


def measure_roof(width: int = 1024, seconds: float = 0.2) -> Roof:
    """Measure both limits of this machine.

    Args:
        width: of the large product.
        seconds: how long to measure each.
    """
    return Roof(product_speed(width, width, seconds), copy_speed(64, seconds))
