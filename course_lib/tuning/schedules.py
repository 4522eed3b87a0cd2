"""The learning rate of each step, as plain functions: warm-up, cosine, steps; and what a larger batch asks for."""

from __future__ import annotations

import math

from course_lib.base.arguments import require_choice, require_integer, require_number, require_positive, require_share


def warm_up(step: int, warmup_steps: int) -> float:
    """The share of the peak that is reached at a step, counted from 0: a line from 1 / warmup_steps up to 1.

    Args:
        step: the step.
        warmup_steps: how many steps the rise takes; 0 for none.

    Raises:
        TypeError: if an argument is no whole number.
        ValueError: if one is negative.

    Source: P. Goyal et al., "Accurate, Large Minibatch SGD", 2017, section 2.2 (arXiv:1706.02677).
    """
    require_integer("step", step, at_least=0)
    require_integer("warmup_steps", warmup_steps, at_least=0)
    return 1.0 if step >= warmup_steps else (step + 1) / warmup_steps


def cosine(step: int, total_steps: int) -> float:
    """The share of the peak on half a cosine, from 1 at step 0 to 0 at `total_steps`, where it stays.

    Raises:
        TypeError: if an argument is no whole number.
        ValueError: if `step` is negative, or `total_steps` less than 1.

    Source: I. Loshchilov and F. Hutter, "SGDR", 2017, equation 5 (arXiv:1608.03983), without restarts.
    """
    _check(step, total_steps)
    return 0.5 * (1 + math.cos(math.pi * min(step / total_steps, 1.0)))


def step_decay(step: int, total_steps: int, drops: int = 3, factor: float = 0.3) -> float:
    """The share of the peak on a stair: multiplied by `factor` at `drops` places, evenly spread over the run.

    Args:
        step: the step, counted from 0.
        total_steps: how many steps the run has.
        drops: how often the rate falls; 0 for never.
        factor: what is left of it each time, above 0 and at most 1.

    Raises:
        TypeError: if a number of steps or drops is no whole number, or `factor` no number.
        ValueError: if an argument is out of its range.
    """
    _check(step, total_steps)
    require_integer("drops", drops, at_least=0)
    require_number("factor", factor)
    if not 0 < factor <= 1:
        raise ValueError(f"factor is {factor}; allowed: a number above 0, at most 1")
    return factor ** min(drops, step * (drops + 1) // total_steps)


def _constant(step: int, total_steps: int) -> float:
    """The share of the peak where it stays."""
    _check(step, total_steps)
    return 1.0


def _linear(step: int, total_steps: int) -> float:
    """The share of the peak on a line, from 1 at step 0 to 0 at `total_steps`, where it stays."""
    _check(step, total_steps)
    return max(0.0, 1 - step / total_steps)


def _check(step: int, total_steps: int) -> None:
    require_integer("step", step, at_least=0)
    require_integer("total_steps", total_steps, at_least=1)


# What a schedule does after its warm-up; `step` and `total_steps` are then counted without it.
SCHEDULES = {"constant": _constant, "cosine": cosine, "step": step_decay, "linear": _linear}


def learning_rate_at(
    step: int, peak: float, total_steps: int, schedule: str = "constant", warmup_share: float = 0.0
) -> float:
    """The learning rate of a step of a run.

    Args:
        step: counted from 0.
        peak: the highest learning rate.
        total_steps: how many steps the run has.
        schedule: "constant", "cosine", "linear" or "step".
        warmup_share: which share of the steps the rise to the peak takes.

    Raises:
        TypeError: if a number of steps is no whole number, or the peak or the share no number.
        ValueError: if an argument is out of its range, or the schedule unknown.
    """
    _check(step, total_steps)
    require_number("peak", peak)
    require_number("warmup_share", warmup_share)
    require_positive("peak", peak)
    require_share("warmup_share", warmup_share)
    require_choice("schedule", schedule, SCHEDULES)
    warmup_steps = round(warmup_share * total_steps)
    if step < warmup_steps:
        return peak * warm_up(step, warmup_steps)  # (2)
    return peak * SCHEDULES[schedule](step - warmup_steps, max(total_steps - warmup_steps, 1))


def linear_scaling(learning_rate: float, batch_size: int, new_batch_size: int) -> float:
    """The learning rate for another batch size, if k times as many examples are to allow k times as long a step.

    Raises:
        TypeError: if a batch size is no whole number, or the learning rate no number.
        ValueError: if an argument is not above 0.

    Source: P. Goyal et al., 2017, section 2.1. It was found for SGD and breaks for large k.
    """
    require_number("learning_rate", learning_rate)
    require_positive("learning_rate", learning_rate)
    require_integer("batch_size", batch_size, at_least=1)
    require_integer("new_batch_size", new_batch_size, at_least=1)
    return learning_rate * new_batch_size / batch_size  # (3)
