"""The full-scale ladder: every model from the raw reviews, chosen on validation, scored once, recorded.

`python -m course_lib.sentiment.ladder --seeds 1 2 3 --folder records` writes a record for each model and seed, and
compares each with the course's own; `--models` climbs some rungs alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from course_lib.base.docstrings import docstring
from course_lib.data import imdb
from course_lib.sentiment import reading_rungs, records, rungs
from course_lib.sentiment.calibration import fit_calibration
from course_lib.sentiment.encoding import Encoded, Task, encode, task
from course_lib.sentiment.rungs import Rung
from course_lib.training.provenance import rounded, these_versions, this_machine
from course_lib.training.recorded import differences

# How far an accuracy may lie from the recorded one of the same seed: sums in another order move some verdicts. Each
# backend draws a network's dropout in its own way, so its best epoch may be another: 1.9 points lay between two.
TOLERANCE = 0.004
NETWORK_TOLERANCE = 0.025

RUNGS: dict[str, Rung] = {
    "majority": rungs.majority,
    "lexicon": rungs.lexicon,
    "bag-of-words": rungs.bag_of_words,
    "nb-n-grams": rungs.nb_n_grams,
    "ends": rungs.ends,
    "documents": rungs.documents,
    "pseudo-labels": rungs.pseudo_labels,
    **{name: partial(reading_rungs.read, name) for name in reading_rungs.SETTINGS},
}
AVERAGED = ("nb-n-grams", "ends", "documents")
AVERAGE = "average"
MODELS = (*RUNGS, AVERAGE)


def run(encoded: Encoded, seed: int, keep: Callable[[records.Record], object], models: Sequence[str] = MODELS) -> None:
    """Climb the ladder once.

    Args:
        encoded: from `encode`.
        seed: of the split and of everything drawn.
        keep: is given the record of each rung, the average last.
        models: which rungs; with the average come those that it is of.

    Raises:
        ValueError: if a model is unknown.
    """
    unknown = sorted(set(models) - set(MODELS))
    if unknown:
        raise ValueError(f"models names {unknown}; allowed: {', '.join(MODELS)}")
    climbed = {*models, *(AVERAGED if AVERAGE in models else ())}
    given = task(encoded, seed)
    validation: dict[str, np.ndarray] = {}
    asked: dict[str, np.ndarray] = {}

    def record(name: str, settings: dict[str, object], parts: Sequence[str]) -> None:
        keep(scored(given, name, seed, settings, validation[name], asked[name], parts))

    for name in (name for name in RUNGS if name in climbed):
        validation[name], asked[name], noted = RUNGS[name](given, seed)
        known = rungs.SETTINGS.get(name) or reading_rungs.settings_of(name)
        borrowed = ["documents"] if known.get("pretrained") else []
        record(name, {**known, **noted}, [name, *borrowed])
    if AVERAGE not in models:
        return
    # How much each counts is fitted on the validation reviews, which neither model was trained on.
    held = given.labels[given.validation]
    weights = fit_calibration(held, np.column_stack([validation[name] for name in AVERAGED]))
    validation[AVERAGE] = weights.logits(np.column_stack([validation[name] for name in AVERAGED]))
    asked[AVERAGE] = weights.logits(np.column_stack([asked[name] for name in AVERAGED]))
    settings = {"of": list(AVERAGED), "slopes": list(weights.slopes), "intercept": weights.intercept}
    record(AVERAGE, settings, AVERAGED)


def scored(
    given: Task,
    name: str,
    seed: int,
    settings: Mapping[str, object],
    validation: np.ndarray,
    asked: np.ndarray | None,
    parts: Sequence[str],
) -> records.Record:
    """What is written down of one rung; its test is scored here, once.

    Args:
        given: the split by film, with the minutes of each step.
        name: of the model.
        seed: of the split and of everything drawn.
        settings: what was chosen and what was found on the way.
        validation: logits of the validation reviews.
        asked: logits of the test reviews; None where the test is not to be scored.
        parts: the steps whose minutes are this model's, as far as the colon.

    Shapes: validation (held out,), asked (test,).
    """
    took = dict(given.encoded.minutes)
    took.update({step: both for step, both in given.minutes.items() if step.split(":")[0] in parts})
    return records.Record(
        name,
        seed,
        dict(settings),
        round(given.protocol.choose(validation), 5),
        None if asked is None else round(given.protocol.score(name, asked), 5),
        *rounded(took, 3),
        given.encoded.data,
        this_machine(),
        these_versions(),
    )


def compare(found: Sequence[records.Record], recorded: Sequence[records.Record]) -> list[str]:
    """What differs from the record by more than the tolerance, in words; nothing where the record holds.

    Args:
        found: what a run gave.
        recorded: what is on record.
    """
    known = {(record.model, record.seed): record for record in recorded}
    told = []
    for record in found:
        other = known.get((record.model, record.seed))
        if other is None:
            continue
        if record.data != other.data:
            told.append(f"{record.model}, seed {record.seed}: the data differs from the recorded data")
            continue
        tolerance = NETWORK_TOLERANCE if record.model in reading_rungs.SETTINGS else TOLERANCE
        scored_both = [name for name in ("validation", "test") if None not in (vars(record)[name], vars(other)[name])]
        told += differences(record, [other], ("model", "seed"), scored_both, tolerance, digits=4)
    return told


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the ladder from the command line; 1 where it differs from the record."""
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.sentiment.ladder", description=docstring(sys.modules[__name__]).splitlines()[0]
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS, metavar="MODEL", help=", ".join(MODELS))
    parser.add_argument("--folder", type=Path, help="where records are written; none without it")
    chosen = parser.parse_args(arguments)
    parts = [imdb.load(part, seed=0, sample="never") for part in ("train", "unlabelled", "test")]
    encoded = encode(*parts)
    known, moved = records.load_records(), []

    def keep(record: records.Record) -> None:
        took = f"{sum(record.minutes.values()):.1f} min, {sum(record.processor_minutes.values()):.1f} min of work"
        test = "not scored" if record.test is None else f"{record.test:.4f}"
        said = f"validation {record.validation:.4f}, test {test}"
        print(f"seed {record.seed} {record.model}: {said}, {took}", flush=True)
        if chosen.folder:
            records.save_record(record, chosen.folder)
        moved.extend(compare([record], known))

    for seed in chosen.seeds:
        run(encoded, seed, keep, chosen.models)
    print("\n".join(moved) or "within the recorded ranges")
    return int(bool(moved))


if __name__ == "__main__":
    sys.exit(main())
