"""The runs that are on record, some minutes of one core, and what may not leave its recorded range.

`python -m course_lib.scaling.study` runs them. Parts may be named: `laws` (trainings of 13 widths, one of them held
out), `rates` (both parameterisations over widths and rates), and what a page computes where JAX is installed:
`devices`, `killed`, `counts`, `backends`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from course_lib.base.docstrings import docstring
from course_lib.scaling import laws, processes, small
from course_lib.scaling.records import NAMES, recorded
from course_lib.training.provenance import Minutes, clock, write_record

WIDTHS = (4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181)
HELD_OUT = 256
TOKENS = tuple(2**power for power in range(13, 19))
RATES = tuple(2.0**power for power in range(-10, -3))
RATE_WIDTHS = (16, 64, 256)
STEPS = 120

# How far a repeated run may be from its record, as a share of what is recorded. Another processor adds up in another
# order, which hundreds of steps make visible, most of all near the largest rate; what JAX counts moves with versions.
TOLERANCES = {"backends": 1e-3, "counts": 0.05, "devices": 1e-3, "killed": 1e-3, "laws": 0.01, "rates": 0.02}
# Besides, for what is zero but for rounding.
ROUNDING = 1e-5

# What a page counts: the plain step, then one thing changed at a time; the last two are wider.
BASE = {"num_layers": 4, "width": 64, "num_heads": 4, "length": 64, "batch_size": 16, "vocabulary_size": 64}
COUNTED = (
    BASE,
    {**BASE, "recompute": True},
    {**BASE, "precision": "mixed_bfloat16"},
    {**BASE, "batch_size": 4},
    {**BASE, "width": 256},
)


def text_of_study() -> tuple[np.ndarray, np.ndarray, int]:
    """The novels as ids: what is trained on, what is held out (the end of the last one), and how many ids there are."""
    from course_lib import data

    ids, characters = small.characters_of("\n".join(novel.text for novel in data.novels.load()))
    held = min(20_000, len(ids) // 10)
    return ids[:-held], ids[-held:], characters


def find(part: str) -> dict:
    """Run a part.

    Args:
        part: one of `NAMES`.
    """
    if part == "devices":
        return processes.many_devices()
    if part == "killed":
        return processes.killed_and_resumed(8, 4)
    if part == "counts":
        return {"settings": list(COUNTED), "counted": processes.counted_steps(list(COUNTED))}
    if part == "backends":
        return {backend: processes.on_backend(backend) for backend in ("tensorflow", "jax", "torch")}
    return rates_by_width(RATE_WIDTHS) if part == "rates" else losses_by_size((*WIDTHS, HELD_OUT), TOKENS)


def rates_by_width(widths: Sequence[int]) -> dict:
    """Where both parameterisations end by width and rate.

    Args:
        widths: of the networks.
    """
    ids, _, characters = text_of_study()
    found = {
        way: {width: small.losses_by_rate(ids, characters, width, RATES, way, STEPS) for width in widths}
        for way in small.PARAMETERISATIONS
    }
    return {"rates": list(RATES), "steps": STEPS, "losses": found}


def losses_by_size(widths: Sequence[int], tokens: Sequence[int]) -> dict:
    """The losses of networks of several widths after so many tokens.

    Args:
        widths: of the networks.
        tokens: where they are measured, in rising order.
    """
    ids, held, characters = text_of_study()
    points = []
    for width in widths:
        points += laws.train_and_measure(ids, held, characters, width, tokens)
        print(width, [round(point.loss, 3) for point in points[-len(tokens) :]], flush=True)
    return {"widths": list(widths), "points": [asdict(point) for point in points]}


def measures(part: str, found: Mapping) -> dict[str, float]:
    """The numbers of a run that its record holds it to, each under its name.

    Args:
        part: one of `NAMES`.
        found: from `find`, or what is on record under "found".
    """
    if part == "laws":
        return {f"{point['weights']:.0f} weights, {point['tokens']} tokens": point["loss"] for point in found["points"]}
    if part == "rates":
        return {
            f"{way}, width {width}, rate {rate:.4f}": loss
            for way, widths in found["losses"].items()
            for width, losses in widths.items()
            for rate, loss in zip(found["rates"], losses, strict=True)
        }
    if part == "counts":
        return {
            f"step {place}, {name}": count
            for place, counted in enumerate(found["counted"])
            for name, count in counted.items()
        }
    runs = {"two processes": found} if part == "killed" else found
    told = {}
    for name, run in runs.items():
        told |= {f"{name}, loss {place}": loss for place, loss in enumerate(run["losses"])}
        if part == "devices":
            told[f"{name}, farthest weight"] = run["farthest_weight"]
            for ways in ("forward", "both_ways"):
                told[f"{name}, all-reduces {ways}"] = run[ways].get("all-reduce", 0)
    return told


def compare(part: str, found: Mapping) -> list[str]:
    """What differs from the record by more than the tolerance, in words; what is not a number differs, too.

    Args:
        part: one of `NAMES`.
        found: from `find`; what the record has besides is not asked for.

    Raises:
        ValueError: if there is no such part.
    """
    known = measures(part, recorded(part)["found"])
    return [
        f"{part}: {name} {ours:.5g}, recorded {known[name]:.5g}"
        for name, ours in measures(part, found).items()
        if name in known and not abs(ours - known[name]) <= TOLERANCES[part] * abs(known[name]) + ROUNDING
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that are named, all by default; 1 where a result leaves its recorded range."""
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.scaling.study", description=docstring(sys.modules[__name__]).splitlines()[0]
    )
    parser.add_argument("--parts", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--folder", type=Path, help="where records are written; none without it")
    chosen = parser.parse_args(arguments)
    moved = []
    for part in chosen.parts:
        minutes: Minutes = {}
        with clock(minutes, part):
            found = find(part)
        moved += compare(part, found)
        if chosen.folder is not None:
            write_record(chosen.folder / f"{part}.json", {"found": found}, minutes)
    print("\n".join(moved) or "within the recorded ranges")
    return int(bool(moved))


if __name__ == "__main__":
    sys.exit(main())
