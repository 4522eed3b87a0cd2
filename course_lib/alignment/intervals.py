"""A share with what it leaves uncertain, also where it is near 0 or 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from course_lib.base.arguments import require_integer, require_positive


def share_interval(count: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval of a share: the shares that so many of so many do not rule out.

    Args:
        count: how many times it was so.
        total: of how many.
        z: 1.96 for 95%.

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if `total` is less than 1, or `count` more than that.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
    """
    total = require_integer("total", total, at_least=1)
    count = require_integer("count", count, at_least=0, at_most=total)
    require_positive("z", z)
    share, more = count / total, z**2 / total
    middle = (share + more / 2) / (1 + more)
    half = z / (1 + more) * np.sqrt(share * (1 - share) / total + more / (4 * total))
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


@dataclass(frozen=True)
class Rate:
    """How often something was so in a group.

    Args:
        count: how many times.
        total: of how many.
        low: the lower end of the 95% interval.
        high: the upper end.
    """

    count: int
    total: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share; NaN in an empty group."""
        return self.count / self.total if self.total else float("nan")

    def __str__(self) -> str:
        if not self.total:
            return "–"
        return f"{self.share:.1%} [{self.low:.1%}, {self.high:.1%}]"


def rate(happened: ArrayLike) -> Rate:
    """The rate of what is True, with its interval; of an empty group nothing is known, from 0 to 1.

    Shapes: boolean (examples,).

    Raises:
        TypeError: if it is not boolean.
        ValueError: if there is not one axis.
    """
    happened = np.asarray(happened)
    if happened.dtype != bool:
        raise TypeError(f"happened holds values of type {happened.dtype}; allowed: bool")
    if happened.ndim != 1:
        raise ValueError(f"happened has the shape {happened.shape}; allowed: (examples,)")
    if not len(happened):
        return Rate(0, 0, 0.0, 1.0)
    count = int(happened.sum())
    return Rate(count, len(happened), *share_interval(count, len(happened)))
