"""A learning rate that warms up and falls."""

from __future__ import annotations

import keras
from keras import ops

from course_lib.base.arguments import (
    require_integer,
    require_positive,
)


@keras.saving.register_keras_serializable("course_lib")
class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises along a line to its peak, then falls: as 1 / √step, or along a line to zero.

    Args:
        peak: the highest learning rate.
        warmup_steps: at which step it is reached.
        total_steps: at which step it has fallen to zero; None for the fall of 2017, as 1 / √step, which has no end.

    Raises:
        ValueError: if `peak` is not above 0, `warmup_steps` is less than 1, or `total_steps` is not above it.

    Source: Vaswani et al., 2017, equation 3, where the peak is 1 / √(width · warmup_steps).
    """

    def __init__(self, peak: float, warmup_steps: int, total_steps: int | None = None) -> None:
        super().__init__()
        require_positive("peak", peak)
        require_integer("warmup_steps", warmup_steps, at_least=1)
        if total_steps is not None:
            require_integer("total_steps", total_steps, at_least=warmup_steps + 1)
        self.peak, self.warmup_steps, self.total_steps = peak, warmup_steps, total_steps

    @classmethod
    def of_width(cls, width: int, warmup_steps: int) -> WarmUp:
        """The schedule of 2017: width^-0.5 · min(step^-0.5, step · warmup_steps^-1.5)."""
        require_integer("width", width, at_least=1)
        require_integer("warmup_steps", warmup_steps, at_least=1)
        return cls((width * warmup_steps) ** -0.5, warmup_steps)

    @classmethod
    def over(cls, peak: float, warmup_steps: int, steps: int) -> WarmUp:
        """The schedule of a training of so many steps: it falls along a line, and the last step is one, too.

        Args:
            peak: the highest learning rate.
            warmup_steps: at which step it is reached; a shorter training ends on its way up.
            steps: how many steps the training has.
        """
        return cls(peak, warmup_steps, max(steps, warmup_steps) + 1)

    def __call__(self, step):
        """The learning rate of a step; Keras counts from 0, the equation from 1.

        Shapes: () → ().
        """
        step = ops.cast(step, "float32") + 1.0
        rise = step / self.warmup_steps
        if self.total_steps is None:
            fall = ops.rsqrt(step / self.warmup_steps)
        else:
            fall = ops.maximum(self.total_steps - step, 0.0) / (self.total_steps - self.warmup_steps)
        return self.peak * ops.minimum(rise, fall)  # (3)

    def get_config(self) -> dict:
        """All arguments."""
        return {"peak": self.peak, "warmup_steps": self.warmup_steps, "total_steps": self.total_steps}
