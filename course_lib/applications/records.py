"""What is on record of the applications at full size: settings, results, minutes, versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from course_lib.training.recorded import read_records, recorded_in

RECORDED = recorded_in("course_lib.applications")


@dataclass(frozen=True)
class Measured:
    """A run, and what came of it.

    Args:
        name: of the task and the way, such as "clinc150 by vectors".
        seed: of all that was drawn.
        settings: of the run.
        examples: how many were learnt from, and how many asked.
        results: shares from 0 to 1, by name.
        processor_minutes: by step.
        machine: what it ran on.
        versions: of the packages.
    """

    name: str
    seed: int
    settings: Mapping[str, object]
    examples: tuple[int, int]
    results: Mapping[str, float]
    processor_minutes: Mapping[str, float]
    machine: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


def recorded_runs() -> dict[str, Measured]:
    """The recorded runs by their names."""
    return {run.name: run for run in read_records(Measured, RECORDED, "study-")}
