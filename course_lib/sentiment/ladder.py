"""The full-scale ladder: every model from the raw reviews, chosen on validation, scored once, recorded.

`python -m course_lib.sentiment.ladder --seeds 1 2 3 --folder records` writes a record for each model and seed, and
compares each with the course's own.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy import sparse

from course_lib.data import imdb
from course_lib.data.reviews import Reviews
from course_lib.preprocessing.corpus import Corpus, texts_to_ids
from course_lib.preprocessing.vocabulary import Vocabulary
from course_lib.sentiment import records
from course_lib.sentiment.bayes import count_reviews, log_count_ratios
from course_lib.sentiment.calibration import fit_calibration
from course_lib.sentiment.documents import latent_space, train_documents
from course_lib.sentiment.features import NGramVocabulary
from course_lib.sentiment.lexicon import lexicon_score
from course_lib.sentiment.n_grams import fit_n_grams, n_gram_logits
from course_lib.sentiment.protocol import Protocol, digest

# How far an accuracy may lie from the recorded one of the same seed: sums in another order move some verdicts.
TOLERANCE = 0.004

SETTINGS: dict[str, dict[str, object]] = {
    "words": {"l2": 1e-4, "epochs": 3, "learning_rate": 0.005},
    "n_grams": {"min_reviews": [2, 3, 3], "alpha": 1.0, "l2": 3e-5, "epochs": 3, "learning_rate": 0.005},
    "documents": {"min_reviews": 20, "dim": 150, "epochs": 3, "learning_rate": 0.01, "threshold": 100.0, "l2": 5e-5},
}


Minutes = dict[str, tuple[float, float]]


@dataclass
class Encoded:
    """All reviews as ids and as n-grams; the same for every seed."""

    labelled: Reviews
    asked: Reviews
    words: Vocabulary
    corpora: tuple[Corpus, Corpus]
    single_words: int
    known: sparse.csr_matrix
    unlabelled: sparse.csr_matrix
    test: sparse.csr_matrix
    data: dict[str, str]
    minutes: Minutes


@dataclass
class Task:
    """What one seed makes of them: which labelled reviews are for training, and which for choosing."""

    encoded: Encoded
    protocol: Protocol
    training: np.ndarray
    validation: np.ndarray
    labels: np.ndarray
    minutes: Minutes = field(default_factory=dict)


@contextmanager
def _clock(minutes: Minutes, name: str) -> Iterator[None]:
    """Add what the step takes: minutes by the clock, and of processors' work (that of ended helpers as well)."""
    started, worked = time.perf_counter(), sum(os.times()[:4])
    yield
    before = minutes.get(name, (0.0, 0.0))
    minutes[name] = (
        before[0] + (time.perf_counter() - started) / 60,
        before[1] + (sum(os.times()[:4]) - worked) / 60,
    )


def encode(labelled: Reviews, unlabelled: Reviews, test: Reviews, processes: int = 2) -> Encoded:
    """Count the n-grams of all reviews but the test's, and encode all.

    Args:
        labelled: the labelled training reviews.
        unlabelled: those without a label.
        test: the test reviews; nothing is counted in them.
        processes: how many processes tokenise.
    """
    minutes: Minutes = {}
    with _clock(minutes, "features"):
        words, corpus = texts_to_ids([*labelled.texts, *unlabelled.texts], min_count=2, processes=processes)
        _, asked = texts_to_ids(test.texts, words, processes=processes)
        end = corpus.offsets[len(labelled)]
        known = Corpus(corpus.ids[:end], corpus.offsets[: len(labelled) + 1])
        others = Corpus(corpus.ids[end:], corpus.offsets[len(labelled) :] - end)
        vocabulary = NGramVocabulary.build(words, [known, others], SETTINGS["n_grams"]["min_reviews"])
        matrices = [vocabulary.encode(each) for each in (known, others, asked)]
    data = {"train": digest(*_sorted(labelled)), "test": digest(*_sorted(test))}
    return Encoded(labelled, test, words, (known, asked), int(vocabulary.offsets[1]), *matrices, data, minutes)


def _sorted(reviews: Reviews) -> tuple[list[str], list[int]]:
    """Texts and labels in one order, whatever the seed they were drawn with."""
    both = sorted(zip(reviews.texts, reviews.labels.tolist(), strict=True))
    return [text for text, _ in both], [label for _, label in both]


def task(encoded: Encoded, seed: int) -> Task:
    """Split the labelled reviews by film.

    Args:
        encoded: from `encode`.
        seed: of the split.
    """
    protocol = Protocol(encoded.labelled, encoded.asked, seed=seed)
    # No film is on both sides, so that its films tell the validation reviews.
    held = np.isin(encoded.labelled.film_ids, np.unique(protocol.validation.film_ids))
    labels = encoded.labelled.labels.astype(int)
    return Task(encoded, protocol, np.flatnonzero(~held), np.flatnonzero(held), labels)


# What a rung gives: logits of the validation reviews by a model of the training reviews, and logits of the test reviews
# by one of all labelled reviews; and what is to be noted. It adds to the task's minutes what it takes.
Climbed = tuple[np.ndarray, np.ndarray, dict[str, object]]
Rung = Callable[[Task, int], Climbed]


def majority(given: Task, seed: int) -> Climbed:
    """The more frequent label, whatever is asked."""
    logit = 1.0 if given.labels[given.training].mean() > 0.5 else -1.0
    return np.full(len(given.validation), logit), np.full(len(given.encoded.asked), logit), {}


def lexicon(given: Task, seed: int) -> Climbed:
    """Praising words less blaming ones."""
    with _clock(given.minutes, "lexicon"):
        worth = np.array([lexicon_score([word]) for word in given.encoded.words.words], dtype=float)
        known, asked = (np.array([worth[ids].sum() for ids in corpus]) for corpus in given.encoded.corpora)
    return known[given.validation], asked, {}


def _linear(given: Task, seed: int, name: str, settings: dict, columns: np.ndarray, bayes: bool):
    """Logistic regression over n-grams, once for choosing and once for good."""
    logits, features = [], given.encoded.known
    for step, rows, asked in (
        ("choosing", given.training, features[given.validation]),
        ("training", np.arange(len(given.labels)), given.encoded.test),
    ):
        with _clock(given.minutes, f"{name}: {step}"):
            own, labels = features[rows], given.labels[rows]
            seen = np.bincount(own.indices, minlength=own.shape[1]) >= 2
            keep = np.flatnonzero(seen & columns)
            own = own[:, keep]
            ratios = np.ones(len(keep))
            if bayes:
                positive = count_reviews(own, labels)
                ratios = log_count_ratios(positive, count_reviews(own, 1 - labels), settings["alpha"])
            how = {key: settings[key] for key in ("l2", "epochs", "learning_rate")}
            model = fit_n_grams(own, labels, ratios, seed=seed, **how)
            logits.append(n_gram_logits(model, asked[:, keep]))
    return *logits, {"n_grams": len(keep)}


def bag_of_words(given: Task, seed: int) -> Climbed:
    """Logistic regression over single words."""
    single = np.arange(given.encoded.known.shape[1]) < given.encoded.single_words
    return _linear(given, seed, "bag-of-words", SETTINGS["words"], single, bayes=False)


def nb_n_grams(given: Task, seed: int) -> Climbed:
    """Logistic regression over words, pairs and triples weighted by their log-count ratios."""
    everything = np.ones(given.encoded.known.shape[1], bool)
    return _linear(given, seed, "nb-n-grams", SETTINGS["n_grams"], everything, bayes=True)


def documents(given: Task, seed: int) -> Climbed:
    """Logistic regression over vectors of reviews that were learnt from all training reviews without their labels."""
    settings, encoded = SETTINGS["documents"], given.encoded
    with _clock(given.minutes, "documents: vectors"):
        everything = sparse.vstack([encoded.known, encoded.unlabelled], format="csr")
        reviews = np.bincount(everything.indices, minlength=everything.shape[1])
        frequent = np.flatnonzero(reviews >= settings["min_reviews"])
        everything = everything[:, frequent]
        space = latent_space(everything, settings["dim"], seed=seed)
        how = {key: settings[key] for key in ("epochs", "learning_rate", "threshold")}
        learnt = train_documents(everything, space, seed=seed, **how)
    with _clock(given.minutes, "documents: reading"):
        # Training, validation and test reviews are read in the same way, by what was learnt.
        known, asked = (learnt.vectors(part[:, frequent], seed=seed) for part in (encoded.known, encoded.test))
    with _clock(given.minutes, "documents: training"):
        chosen, final = (
            fit_calibration(given.labels[rows], known[rows], l2=settings["l2"], targets_smoothed=False)
            for rows in (given.training, np.arange(len(known)))
        )
    return chosen.logits(known[given.validation]), final.logits(asked), {"losses": list(learnt.losses)}


RUNGS: dict[str, Rung] = {
    "majority": majority,
    "lexicon": lexicon,
    "bag-of-words": bag_of_words,
    "nb-n-grams": nb_n_grams,
    "documents": documents,
}
AVERAGED = ("nb-n-grams", "documents")


def run(encoded: Encoded, seed: int, keep: Callable[[records.Record], object]) -> None:
    """Climb the whole ladder once.

    Args:
        encoded: from `encode`.
        seed: of the split and of everything drawn.
        keep: is given the record of each rung, the average of the best last.
    """
    given = task(encoded, seed)
    machine, versions = records.this_machine(), records.these_versions()
    validation: dict[str, np.ndarray] = {}
    asked: dict[str, np.ndarray] = {}

    def record(name: str, settings: dict[str, object], parts: Sequence[str]) -> None:
        took = dict(encoded.minutes)
        took.update({step: both for step, both in given.minutes.items() if step.split(":")[0] in parts})
        keep(
            records.Record(
                name,
                seed,
                settings,
                round(given.protocol.choose(validation[name]), 5),
                round(given.protocol.score(name, asked[name]), 5),
                {step: round(wall, 3) for step, (wall, _) in took.items()},
                {step: round(work, 3) for step, (_, work) in took.items()},
                encoded.data,
                machine,
                versions,
            )
        )

    for name, rung in RUNGS.items():
        validation[name], asked[name], noted = rung(given, seed)
        settings = SETTINGS.get({"bag-of-words": "words", "nb-n-grams": "n_grams"}.get(name, name), {})
        record(name, {**settings, **noted}, [name])
    # How much each counts is fitted on the validation reviews, which neither model was trained on.
    held = given.labels[given.validation]
    weights = fit_calibration(held, np.column_stack([validation[name] for name in AVERAGED]))
    validation["average"] = weights.logits(np.column_stack([validation[name] for name in AVERAGED]))
    asked["average"] = weights.logits(np.column_stack([asked[name] for name in AVERAGED]))
    settings = {"of": list(AVERAGED), "slopes": list(weights.slopes), "intercept": weights.intercept}
    record("average", settings, AVERAGED)


def compare(
    found: Sequence[records.Record], recorded: Sequence[records.Record], tolerance: float = TOLERANCE
) -> list[str]:
    """What differs from the record by more than the tolerance, in words; nothing where the record holds.

    Args:
        found: what a run gave.
        recorded: what is on record.
        tolerance: how far accuracies may differ.
    """
    known = {(record.model, record.seed): record for record in recorded}
    differences = []
    for record in found:
        other = known.get((record.model, record.seed))
        if other is None:
            continue
        if record.data != other.data:
            differences.append(f"{record.model}, seed {record.seed}: the data differs from the recorded data")
            continue
        for name in ("validation", "test"):
            ours, theirs = getattr(record, name), getattr(other, name)
            if ours is not None and theirs is not None and abs(ours - theirs) > tolerance:
                differences.append(f"{record.model}, seed {record.seed}: {name} {ours:.4f}, recorded {theirs:.4f}")
    return differences


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the ladder from the command line; 1 where it differs from the record."""
    parser = argparse.ArgumentParser(prog="python -m course_lib.sentiment.ladder", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--folder", type=Path, help="where records are written; none without it")
    chosen = parser.parse_args(arguments)
    parts = [imdb.load(part, seed=0, sample="never") for part in ("train", "unlabelled", "test")]
    encoded = encode(*parts)
    known, differences = records.load_records(), []

    def keep(record: records.Record) -> None:
        took = f"{sum(record.minutes.values()):.1f} min, {sum(record.processor_minutes.values()):.1f} min of work"
        said = f"validation {record.validation:.4f}, test {record.test:.4f}"
        print(f"seed {record.seed} {record.model}: {said}, {took}", flush=True)
        if chosen.folder:
            records.save_record(record, chosen.folder)
        differences.extend(compare([record], known))

    for seed in chosen.seeds:
        run(encoded, seed, keep)
    print("\n".join(differences) or "within the recorded ranges")
    return int(bool(differences))


if __name__ == "__main__":
    sys.exit(main())
