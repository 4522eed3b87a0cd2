"""Where a search looks when it looks without learning: on a grid, or at random; and what chance gives."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from course_lib.base.arguments import require_choice, require_integer, require_number, require_text
from course_lib.tuning.arguments import checked_numbers


@dataclass(frozen=True)
class Axis:
    """One hyperparameter that is a number in an interval.

    Args:
        name: what it is called.
        low: the least value.
        high: the greatest.
        scale: "linear", or "log" where ratios count and not differences.

    Raises:
        TypeError: if the name is no text, or a limit no number.
        ValueError: if `low` is not below `high`, or not above 0 on a logarithmic scale, or a limit not finite.
    """

    name: str
    low: float
    high: float
    scale: str = "linear"

    def __post_init__(self) -> None:
        require_text("name", self.name)
        require_number("low", self.low)
        require_number("high", self.high)
        require_choice("scale", self.scale, ("linear", "log"))
        if not -math.inf < self.low < self.high < math.inf:
            raise ValueError(f"low is {self.low} and high {self.high}; allowed: low below high, both finite")
        if self.scale == "log" and self.low <= 0:
            raise ValueError(f"low is {self.low} on a logarithmic scale; allowed: a number above 0")

    def value(self, share: ArrayLike) -> np.ndarray:
        """The value at a share of the way from low to high.

        Raises:
            TypeError: if a share is no number.
            ValueError: if one is not from 0 to 1.
        """
        share = checked_numbers("share", share)
        if not ((share >= 0) & (share <= 1)).all():
            raise ValueError(f"share is {share}; allowed: from 0 to 1")
        if self.scale == "log":
            return self.low * (self.high / self.low) ** share
        return self.low + (self.high - self.low) * share


def grid_points(axes: Sequence[Axis], per_axis: int) -> np.ndarray:
    """Every combination of evenly spaced values, in the middles of as many equal pieces of each axis.

    Shapes: (per_axis ** axes, axes).

    Raises:
        TypeError: if `per_axis` is no whole number, or `axes` no list of axes.
        ValueError: if it is less than 1, or there is no axis.
    """
    _check(axes)
    require_integer("per_axis", per_axis, at_least=1)
    shares = (np.arange(per_axis) + 0.5) / per_axis
    return np.array(list(itertools.product(*(axis.value(shares) for axis in axes))))


def random_points(axes: Sequence[Axis], trials: int, seed: int = 0) -> np.ndarray:
    """Settings drawn independently and evenly along each axis (in its own scale).

    Shapes: (trials, axes).

    Raises:
        TypeError: if `trials` or `seed` is no whole number, or `axes` no list of axes.
        ValueError: if one is out of its range, or there is no axis.

    Source: J. Bergstra and Y. Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13, 2012.
    """
    _check(axes)
    require_integer("trials", trials, at_least=1)
    require_integer("seed", seed, at_least=0)
    shares = np.random.default_rng(seed).random((trials, len(axes)))
    return np.column_stack([axis.value(shares[:, number]) for number, axis in enumerate(axes)])


def _check(axes: Sequence[Axis]) -> None:
    if not isinstance(axes, Sequence) or not all(isinstance(axis, Axis) for axis in axes):
        raise TypeError(f"axes is {axes!r}; allowed: a list of Axis(...)")
    if not axes:
        raise ValueError("axes is empty; allowed: one axis or more")


def chance_of_top(share: float, trials: int) -> float:
    """How likely it is that at least one of some random trials lies among the best share of all settings.

    The share is one of the settings as they are drawn, evenly in the scale of each axis.

    Raises:
        TypeError: if `trials` is no whole number, or `share` no number.
        ValueError: if the share is not from 0 to 1, or `trials` negative.
    """
    require_integer("trials", trials, at_least=0)
    require_number("share", share)
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}; allowed: from 0 to 1")
    return 1 - (1 - share) ** trials  # (4)


def best_so_far(scores: ArrayLike) -> np.ndarray:
    """The least score up to each trial; trials that failed (NaN) leave it where it was.

    Shapes: (trials,) → (trials,).

    Raises:
        TypeError: if a score is no number.
        ValueError: if the scores are not of one axis.
    """
    scores = checked_numbers("scores", scores)
    if scores.ndim != 1:
        raise ValueError(f"scores has the shape {scores.shape}; allowed: (trials,)")
    return np.fmin.accumulate(scores)
