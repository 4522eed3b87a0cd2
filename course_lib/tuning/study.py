"""Three searches at one price, repeated with many seeds: what one search on a page cannot show.

`python -m course_lib.tuning.study` repeats the recorded seeds and fails where a mean leaves its recorded range;
`--folder FOLDER` records anew. The task is small digits, which come with an installed package: it needs no download.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import keras_tuner
import numpy as np

from course_lib.base.docstrings import docstring
from course_lib.base.files import write_atomically
from course_lib.data import digits
from course_lib.training.recorded import recorded_in
from course_lib.tuning.searching import METHODS, Job, run_search
from course_lib.tuning.training import Settings, Training

# 25 trials of 9 epochs cost 225 epochs, and so do three passes of KerasTuner's Hyperband; the first 15 trials of its
# Bayesian search, three for each knob, are random.
EPOCHS, TRIALS, ITERATIONS = 9, 25, 3
FILE = "three_searches.json"


def search_space() -> keras_tuner.HyperParameters:
    """The five knobs of the lesson."""
    space = keras_tuner.HyperParameters()
    space.Float("learning_rate", 1e-4, 1e-1, sampling="log")
    space.Int("hidden_units", 4, 128, sampling="log")
    space.Float("dropout", 0.0, 0.6)
    space.Float("weight_decay", 1e-4, 1.0, sampling="log")
    space.Choice("batch_size", [16, 32, 64, 128])
    return space


def one_search(method: str, seed: int) -> dict[str, float]:
    """Search once, then train the winner with five seeds that the search had not used.

    Args:
        method: "random", "bayesian" or "hyperband".
        seed: of the split, the search and the training.

    Returns:
        "claimed" and "again" (validation losses of the winner: as found, and the mean of five more trainings), "test"
        (accuracy, their mean), "default" (accuracy of the default settings, likewise), "epochs" and "seconds".
    """
    drawn = digits.load(8, seed)
    pixels = drawn.images.reshape(len(drawn), -1)
    parts = [(pixels[a:b], drawn.labels[a:b]) for a, b in ((0, 600), (600, 900), (900, len(drawn)))]
    learnt, held, asked = parts

    def train(values: dict, epochs: int, number: int) -> Training:
        run = Training(Settings(**values), *learnt, EPOCHS, number)
        run.run(epochs)
        return run

    def evaluate(job: Job) -> float:
        run = Training(Settings(**job.values), *learnt, EPOCHS, seed)
        if job.previous is not None:
            run.load(job.previous)
        run.run(job.epochs - run.epoch)
        run.save(job.file)
        return run.measure(*held)[0]

    search = run_search(evaluate, search_space(), method, TRIALS, EPOCHS, seed, ITERATIONS)
    # Hyperband's winner may be one that it stopped early: it is trained as long as it was when it won.
    runs = [train(search.best.values, search.best.epochs, 1000 + seed + number) for number in range(5)]
    plain = [train({}, EPOCHS, 1000 + seed + number) for number in range(5)]
    return {
        "claimed": search.best.score,
        "again": float(np.mean([run.measure(*held)[0] for run in runs])),
        "test": float(np.mean([run.measure(*asked)[1] for run in runs])),
        "default": float(np.mean([run.measure(*asked)[1] for run in plain])),
        "epochs": search.epochs,
        "seconds": round(search.seconds, 2),
    }


def recorded_searches() -> dict[str, list[dict[str, float]]]:
    """What is on record: by method, one search for each seed 1, 2, …; nothing where there is no record."""
    path = recorded_in("course_lib.tuning") / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def summarise(found: dict[str, list[dict[str, float]]]) -> dict[str, dict[str, tuple[float, float]]]:
    """Mean and standard deviation over seeds of every number, by method."""
    return {
        method: {
            name: (float(np.mean([each[name] for each in runs])), float(np.std([each[name] for each in runs], ddof=1)))
            for name in runs[0]
        }
        for method, runs in found.items()
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study from the command line; 1 where it differs from the record."""
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.tuning.study", description=docstring(sys.modules[__name__]).splitlines()[0]
    )
    parser.add_argument("--seeds", type=int, default=10, help="how many, from 1 on; 2 or more")
    parser.add_argument("--folder", type=Path, help="where the record is written; none without it")
    chosen = parser.parse_args(arguments)
    if chosen.seeds < 2:
        parser.error(f"--seeds is {chosen.seeds}; allowed: 2 or more")
    found: dict[str, list[dict[str, float]]] = {method: [] for method in METHODS}
    for method, seed in itertools.product(METHODS, range(1, chosen.seeds + 1)):
        found[method].append(one_search(method, seed))
        print(method, seed, {name: round(number, 4) for name, number in found[method][-1].items()}, flush=True)
    ours = summarise(found)
    for method, row in ours.items():
        print(method, {name: f"{mean:.4f} ± {deviation:.4f}" for name, (mean, deviation) in row.items()}, flush=True)
    if chosen.folder is not None:
        write_atomically(chosen.folder / FILE, json.dumps(found, indent=1).encode() + b"\n")
        return 0
    known = {method: runs[: chosen.seeds] for method, runs in recorded_searches().items()}
    if not known:
        print("nothing is on record; --folder records it")
        return 0
    differences = []
    for method, row in summarise(known).items():
        for name in ("claimed", "again", "test", "default", "epochs"):
            mean, deviation = row[name]
            again = ours[method][name][0]
            if abs(again - mean) > max(2 * deviation, 1e-3):
                differences.append(f"{method}: {name} {again:.4f}, recorded {mean:.4f}")
    print("\n".join(differences) or "within the recorded ranges")
    return int(bool(differences))


if __name__ == "__main__":
    sys.exit(main())
