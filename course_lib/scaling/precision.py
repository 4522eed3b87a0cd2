"""What sixteen bits hold, what they lose, and the factor that keeps small gradients from turning into zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.base.arguments import require_integer, require_positive


def lost(values: np.ndarray, scale: float = 1.0) -> tuple[float, float]:
    """What becomes of numbers in float16: the share that turns into zero, and the share that turns into infinity.

    Args:
        values: none of them zero.
        scale: what they are multiplied by before.

    Shapes: any.

    Raises:
        ValueError: if the scale is not above 0, or there are no values other than zero.
    """
    require_positive("scale", scale)
    values = np.asarray(values, np.float64)
    values = values[values != 0]
    if not values.size:
        raise ValueError("values holds zeros alone; allowed: one other number or more")
    with np.errstate(over="ignore"):
        halves = (values * scale).astype(np.float16)
    return float(np.mean(halves == 0)), float(np.mean(np.isinf(halves)))


@dataclass
class LossScale:
    """A factor for the loss that looks after itself: halved at an overflow, doubled after enough steps without one.

    Args:
        value: the factor now.
        patience: after how many steps without an overflow it is doubled.
        quiet: how many there were since.
        skipped: how many steps were left out.

    Source: P. Micikevicius et al., "Mixed Precision Training", 2018 (arXiv:1710.03740), section 3.2.

    Raises:
        ValueError: if a number is out of its range.
    """

    value: float = 2.0**15
    patience: int = 2000
    quiet: int = 0
    skipped: int = 0

    def __post_init__(self) -> None:
        require_positive("value", self.value)
        require_integer("patience", self.patience, at_least=1)

    def unscale(self, gradient: np.ndarray) -> np.ndarray | None:
        """The gradient in float32, divided by the factor; None where it overflowed, and the step must be left out.

        Args:
            gradient: of the scaled loss, in float16.

        Shapes: any → the same.
        """
        if not np.all(np.isfinite(gradient)):
            self.value, self.quiet, self.skipped = self.value / 2, 0, self.skipped + 1
            return None
        divided = np.asarray(gradient, np.float32) / np.float32(self.value)
        self.quiet += 1
        if self.quiet == self.patience:
            self.value, self.quiet = self.value * 2, 0
        return divided
