"""What is on record of this lesson's longer runs, and of what needs JAX where a reader has none."""

from __future__ import annotations

import json

from course_lib.base.arguments import require_choice
from course_lib.scaling.laws import Point
from course_lib.training.recorded import recorded_in

RECORDED = recorded_in("course_lib.scaling")
NAMES = ("backends", "counts", "devices", "killed", "laws", "rates")


def recorded(name: str) -> dict:
    """A record by its name, as `study` wrote it.

    Args:
        name: one of `NAMES`.

    Returns:
        What was "found", what it took ("minutes"), and where it ran ("machine", "versions").

    Raises:
        ValueError: if there is none of the name.
    """
    require_choice("name", name, NAMES)
    return json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))


def recorded_points() -> list[Point]:
    """The losses of the recorded study of scaling."""
    return [Point(**point) for point in recorded("laws")["found"]["points"]]


def recorded_rates() -> dict[str, dict[int, list[float]]]:
    """For both parameterisations and each width the losses by rate of the recorded sweep."""
    ways = recorded("rates")["found"]["losses"]
    return {way: {int(width): losses for width, losses in widths.items()} for way, widths in ways.items()}
