"""The runs that are on record: `python -m course_lib.scaling.study`, some minutes of one core.

Parts may be named: `laws` (trainings of 13 widths, one of them held out), `rates` (both parameterisations over widths
and rates), and what a page computes where JAX is installed: `devices`, `killed`, `counts`, `backends`.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

import numpy as np

from course_lib.scaling import laws, processes, small
from course_lib.scaling.records import NAMES
from course_lib.training.provenance import Minutes, clock, write_record

WIDTHS = (4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181)
HELD_OUT = 256
TOKENS = tuple(2**power for power in range(13, 19))
RATES = tuple(2.0**power for power in range(-10, -3))
RATE_WIDTHS = (16, 64, 256)
STEPS = 120

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
    ids, held, characters = text_of_study()
    if part == "rates":
        found = {
            way: {width: small.losses_by_rate(ids, characters, width, RATES, way, STEPS) for width in RATE_WIDTHS}
            for way in small.PARAMETERISATIONS
        }
        return {"rates": list(RATES), "steps": STEPS, "losses": found}
    points = []
    for width in (*WIDTHS, HELD_OUT):
        points += laws.train_and_measure(ids, held, characters, width, TOKENS)
        print(width, [round(point.loss, 3) for point in points[-len(TOKENS) :]], flush=True)
    return {"widths": [*WIDTHS, HELD_OUT], "points": [asdict(point) for point in points]}


def main() -> None:
    """Run the parts that are named, all by default, and write their records."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="*", choices=NAMES, default=list(NAMES))
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "recorded")
    options = parser.parse_args()
    for part in options.parts:
        minutes: Minutes = {}
        with clock(minutes, part):
            found = find(part)
        write_record(options.folder / f"{part}.json", {"found": found}, minutes)


if __name__ == "__main__":
    main()
