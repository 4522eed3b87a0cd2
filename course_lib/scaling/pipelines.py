"""Layers dealt out to devices one behind the other: who computes when, and how long each has nothing to do."""

from __future__ import annotations

from dataclasses import dataclass

from course_lib.base.arguments import require_integer


@dataclass(frozen=True)
class Task:
    """A stage's work on a part of the batch.

    Args:
        stage: which device, from 0.
        part: which part of the batch, from 0.
        backward: whether it is the way back.
        begin: when it begins, in units of a forward pass through one stage.
        end: when it ends.
    """

    stage: int
    part: int
    backward: bool
    begin: float
    end: float


def pipeline(stages: int, parts: int, backward_cost: float = 2.0) -> list[Task]:
    """Simulate a step: every stage takes the parts in order, first all forward, then all backward.

    A task begins when its stage is free and what it needs is there: forward the output of the stage before, backward
    the gradient of the stage behind.

    Args:
        stages: how many devices.
        parts: into how many parts the batch is cut.
        backward_cost: how long the way back through a stage takes, in units of the way there.

    Source: Y. Huang et al., "GPipe", 2019 (arXiv:1811.06965), figure 2.

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if one is less than 1.
    """
    require_integer("stages", stages, at_least=1)
    require_integer("parts", parts, at_least=1)
    free = [0.0] * stages
    ready: dict[tuple[int, int, bool], float] = {}
    tasks = []

    def compute(stage: int, part: int, backward: bool, needed: float) -> None:
        begin = max(free[stage], needed)
        end = begin + (backward_cost if backward else 1.0)
        free[stage] = ready[stage, part, backward] = end
        tasks.append(Task(stage, part, backward, begin, end))

    for part in range(parts):
        for stage in range(stages):
            compute(stage, part, False, ready.get((stage - 1, part, False), 0.0))
    for part in range(parts):
        for stage in reversed(range(stages)):
            needed = ready[stage, part, False] if stage == stages - 1 else ready[stage + 1, part, True]
            compute(stage, part, True, needed)
    return tasks


def bubble(tasks: list[Task]) -> float:
    """The share of all devices' time in which they have nothing to do.

    Args:
        tasks: from `pipeline`.

    Raises:
        ValueError: if there is none.
    """
    if not tasks:
        raise ValueError("tasks is empty; allowed: from pipeline")
    stages = 1 + max(task.stage for task in tasks)
    worked = sum(task.end - task.begin for task in tasks)
    return 1 - worked / (stages * max(task.end for task in tasks))


def bubble_formula(stages: int, parts: int) -> float:
    """The same share without a simulation: (p - 1)/(m + p - 1) for p stages and m parts.

    Args:
        stages: p.
        parts: m.

    Source: Huang et al., 2019, section 2.3.

    Raises:
        ValueError: if a number is less than 1.
    """
    require_integer("stages", stages, at_least=1)
    require_integer("parts", parts, at_least=1)
    return (stages - 1) / (parts + stages - 1)
