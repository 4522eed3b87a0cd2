"""A tuned rung for lesson 07's ladder: the settings of weighted n-grams, searched on reviews of other films.

`python -m course_lib.tuning.n_grams --seeds 1 2 3 --folder FOLDER` searches, trains the winner on all labelled reviews,
scores the test once, and writes what it found and what it cost; without a folder it repeats the recorded searches and
fails where an accuracy leaves its recorded range. With `--reviews` it takes a part, to see that it works.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import keras_tuner
import numpy as np

from course_lib import metrics
from course_lib.base.docstrings import docstring
from course_lib.data import imdb
from course_lib.sentiment import records
from course_lib.sentiment.encoding import Encoded, Task, encode, task
from course_lib.sentiment.ladder import compare, scored
from course_lib.sentiment.n_grams import n_gram_logits
from course_lib.sentiment.rungs import fit_frequent
from course_lib.training.provenance import clock
from course_lib.training.recorded import recorded_in
from course_lib.tuning.searching import Job, Search, run_search

MODEL = "tuned-n-grams"


def search_space() -> keras_tuner.HyperParameters:
    """What is searched; lesson 07 had chosen these by hand."""
    space = keras_tuner.HyperParameters()
    space.Choice("longest", [1, 2, 3], default=3)
    space.Int("min_reviews", 2, 8)
    space.Float("alpha", 0.05, 4.0, sampling="log", default=1.0)
    space.Float("l2", 1e-7, 1e-3, sampling="log", default=1e-5)
    space.Float("learning_rate", 5e-4, 5e-2, sampling="log", default=0.005)
    space.Int("epochs", 2, 8, default=5)
    return space


def fitted_logits(encoded: Encoded, labels: np.ndarray, rows: np.ndarray, asked, values: Mapping, seed: int):
    """The logits of other reviews by a model of some labelled ones.

    Args:
        encoded: all reviews.
        labels: of the labelled ones.
        rows: which of them to learn from.
        asked: the features of the others.
        values: the hyperparameters.
        seed: of the order of the reviews.

    Shapes: labels (labelled,), rows (learnt,), asked (others, n-grams) → (others,).
    """
    own = encoded.known[rows]
    if values["longest"] < len(encoded.n_grams.offsets) - 1:
        own, asked = (part[:, : encoded.n_grams.offsets[values["longest"]]] for part in (own, asked))
    model, keep = fit_frequent(own, labels[rows], values, seed, least=values["min_reviews"])
    return n_gram_logits(model, asked[:, keep])


def search_settings(given: Task, trials: int, seed: int, folder: Path | None = None) -> Search:
    """Search at random for the settings with the least loss on the validation reviews.

    Args:
        given: the split by film.
        trials: how many settings are tried.
        seed: of what is drawn.
        folder: where the search is kept, so that it can be taken up again.
    """
    asked, labels = given.encoded.known[given.validation], given.labels[given.validation]

    def evaluate(job: Job) -> float:
        logits = fitted_logits(given.encoded, given.labels, given.training, asked, job.values, seed)
        return float(np.mean(np.logaddexp(0, logits) - labels * logits))  # binary cross-entropy

    return run_search(evaluate, search_space(), "random", trials, 1, seed, folder=folder)


def tune(encoded: Encoded, trials: int, seed: int, folder: Path | None = None) -> records.Record:
    """Search, train the winner on all labelled reviews, and score the test once.

    Args:
        encoded: from `encode`.
        trials: how many settings are tried.
        seed: of the split and of everything drawn.
        folder: where the search is kept.
    """
    given = task(encoded, seed)
    with clock(given.minutes, "search"):
        search = search_settings(given, trials, seed, folder)
    values, everything = search.best.values, np.arange(len(given.labels))
    with clock(given.minutes, "training"):
        chosen = fitted_logits(encoded, given.labels, given.training, encoded.known[given.validation], values, seed)
        final = fitted_logits(encoded, given.labels, everything, encoded.test, values, seed)
    found = {"trials": trials, "failed": len(search.failures), "validation_loss": round(float(search.best.score), 5)}
    return scored(given, MODEL, seed, {**values, **found}, chosen, final, ("search", "training"))


def recorded_rung() -> list[records.Record]:
    """The runs on record, by seed."""
    return records.load_records(str(recorded_in("course_lib.tuning") / "n_grams"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Tune from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.tuning.n_grams", description=docstring(sys.modules[__name__]).splitlines()[0]
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--reviews", type=int, help="how many labelled and how many test reviews; all without it")
    parser.add_argument("--folder", type=Path, help="where records are written; none without it")
    parser.add_argument("--searches", type=Path, help="where searches are kept, so that they can be taken up again")
    chosen = parser.parse_args(arguments)
    parts = [imdb.load(part, limit=chosen.reviews, seed=0, sample="never") for part in ("train", "unlabelled", "test")]
    encoded = encode(*parts)
    known, differences = [] if chosen.reviews else recorded_rung(), []
    for seed in chosen.seeds:
        folder = None if chosen.searches is None else chosen.searches / str(seed)
        record = tune(encoded, chosen.trials, seed, folder)
        error = metrics.standard_error(record.test, len(encoded.asked))
        print(f"seed {seed}: validation {record.validation:.4f}, test {record.test:.4f} ± {error:.4f}", flush=True)
        print(record.settings, record.minutes, flush=True)
        if chosen.folder is not None:
            records.save_record(record, chosen.folder)
        differences += compare([record], known)
    print("\n".join(differences) or "within the recorded ranges")
    return int(bool(differences))


if __name__ == "__main__":
    sys.exit(main())
