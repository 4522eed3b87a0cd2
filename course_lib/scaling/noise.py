"""How noisy a batch's gradient is, and up to which size of batch it pays to make it larger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.base.arguments import require_integer, require_positive


@dataclass(frozen=True)
class Noise:
    """What gradients of small and of large batches tell about the gradient of everything.

    Args:
        signal: the square of its length.
        scatter: the variance of one example's gradient, all numbers together.
    """

    signal: float
    scatter: float

    @property
    def critical_batch(self) -> float:
        """The batch at which noise and signal are equal: `scatter / signal`; infinite where there is no signal."""
        return self.scatter / self.signal if self.signal > 0 else float("inf")


def measure_noise(small: np.ndarray, large: np.ndarray, small_batch: int, large_batch: int) -> Noise:
    """Take signal and noise apart by two sizes of batch.

    The expected square of a batch's gradient is `signal + scatter / batch`: two sizes are two equations.

    Args:
        small: gradients of small batches.
        large: gradients of large batches.
        small_batch: examples in a small one.
        large_batch: examples in a large one.

    Shapes: small (draws, numbers), large (other draws, numbers).

    Source: S. McCandlish et al., "An Empirical Model of Large-Batch Training", 2018 (arXiv:1812.06162), appendix A.1.

    Raises:
        TypeError: if a size is no whole number.
        ValueError: if the large batch is not larger.
    """
    require_integer("small_batch", small_batch, at_least=1)
    require_integer("large_batch", large_batch, at_least=small_batch + 1)
    square_small = float(np.mean(np.sum(np.square(small, dtype=np.float64), axis=1)))
    square_large = float(np.mean(np.sum(np.square(large, dtype=np.float64), axis=1)))
    signal = (large_batch * square_large - small_batch * square_small) / (large_batch - small_batch)
    scatter = (square_small - square_large) / (1 / small_batch - 1 / large_batch)
    return Noise(signal, scatter)


def cost_of_batch(batch: float, critical_batch: float) -> tuple[float, float]:
    """What a batch costs against the best there is: steps over the fewest steps, examples over the fewest examples.

    Args:
        batch: examples in a batch.
        critical_batch: from `measure_noise`.

    Source: McCandlish et al., 2018, equation 2.11.

    Raises:
        ValueError: if a number is not above 0.
    """
    require_positive("batch", batch)
    require_positive("critical_batch", critical_batch)
    return 1 + critical_batch / batch, 1 + batch / critical_batch
