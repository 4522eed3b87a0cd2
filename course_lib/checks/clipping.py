"""What the checks of exercises 09.3 and 11.3 share: gradients that are shortened together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_lib.checks.answers import numbers, parts, require_shape
from course_lib.checks.core import Learner


def common_length(gradients: Sequence[np.ndarray]) -> float:
    """The length of all arrays laid end to end."""
    return float(np.sqrt(sum(float(np.sum(np.square(each, dtype=np.float64))) for each in gradients)))


def clipped(gradients: Sequence[np.ndarray], limit: float) -> list[np.ndarray]:
    """The arrays, all multiplied by one factor where their common length is above the limit."""
    length = common_length(gradients)
    factor = limit / length if length > limit else 1.0
    return [each * factor for each in gradients]


def ask_to_clip(learner: Learner, gradients: list[np.ndarray], limit: float) -> list[np.ndarray]:
    """The learner's arrays, or a hint that they are too few or too many, or of other shapes."""
    count = len(gradients)
    found = parts(
        learner(gradients, limit),
        count,
        f"Return a list of as many arrays as were given, {count}, and nothing besides.",
        f"应返回一个列表，给了几个数组就有几个，这里是 {count} 个，别无其他。",
    )
    found = [numbers(each) for each in found]
    for place, (each, gradient) in enumerate(zip(found, gradients, strict=True)):
        require_shape(
            each,
            gradient.shape,
            f"Array {place} must keep its shape {gradient.shape}; yours is {each.shape}.",
            f"第 {place} 个数组的形状应保持 {gradient.shape}；你的是 {each.shape}。",
        )
    return found
