"""Published weights, taught IMDB's verdicts: seven ways on few reviews, then the best of them on many, scored once.

`python -m course_lib.bert.study` repeats the recorded runs and fails where one leaves its recorded range; `--folder
FOLDER` records anew; `--methods` and `--seeds` choose some; `--states FOLDER` lets a killed run go on; `--scale full`
trains the method `imdb` on whole reviews, which takes a machine of many processors or an accelerator.

The seven ways read the same reviews, and are compared on reviews of other films; the test set is asked by `imdb` alone.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np

from course_lib.base.arguments import require_choice
from course_lib.base.docstrings import docstring
from course_lib.base.files import write_atomically
from course_lib.bert.checkpoint import load_encoder
from course_lib.bert.encoder import BertEncoder
from course_lib.bert.fine_tuning import head_and_tail
from course_lib.bert.methods import count_weights, make, optimizer_for, train_head
from course_lib.bert.parts import Parts, accuracy, fit_parts, kept_folder, logits_of, logits_of_whole
from course_lib.bert.records import LONG, METHODS, SCALES, SETTINGS, TRAINING, Tuned, compare, recorded_runs
from course_lib.bert.tokens import BertTokenizer
from course_lib.data import imdb, minilm
from course_lib.data.reviews import Reviews
from course_lib.sentiment import ladder
from course_lib.sentiment.calibration import fit_calibration
from course_lib.sentiment.encoding import digests, encode, task
from course_lib.sentiment.protocol import Protocol
from course_lib.training.provenance import Minutes, clock, peak_memory, rounded, these_versions, this_machine
from course_lib.training.recorded import write_record

PARTS = ("validation", "test")


@dataclass
class Task:
    """What one seed makes of the reviews: which ones are for training, which for choosing, and all of them as ids."""

    protocol: Protocol
    training: list[list[int]]
    validation: list[list[int]]
    data: dict[str, str]
    tokenizer: BertTokenizer
    minutes: Minutes = field(default_factory=dict)


def split(labelled: Reviews, test: Reviews, tokenizer: BertTokenizer, seed: int) -> Task:
    """Split the labelled reviews by film, as lesson 07 does, and cut them into tokens.

    Args:
        labelled: the labelled training reviews.
        test: the test reviews.
        tokenizer: the encoder's.
        seed: of the split.
    """
    minutes: Minutes = {}
    with clock(minutes, "cutting"):
        protocol = Protocol(labelled, test, seed=seed)
        training, validation = (
            [tokenizer.ids_of(text)[0] for text in part.texts] for part in (protocol.train, protocol.validation)
        )
    return Task(protocol, training, validation, digests(labelled, test), tokenizer, minutes)


@contextmanager
def precision(policy: str) -> Iterator[None]:
    """Make models of a precision, then of the one before."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def run(
    given: Task,
    method: str,
    seed: int,
    load: Callable[[], BertEncoder],
    changes: Mapping[str, object] | None = None,
    *,
    folder: Path | None = None,
    others: Callable[[], Mapping[str, tuple[np.ndarray, np.ndarray]]] | None = None,
    tell: Callable[[Mapping[str, float]], None] | None = None,
) -> tuple[Tuned, dict[str, np.ndarray]]:
    """Fine-tune one encoder, and measure it on the validation reviews; the method `imdb` asks the test set too.

    Args:
        given: from `split`.
        method: one of `METHODS`.
        seed: of all that is drawn.
        load: gives the encoder with its published weights.
        changes: settings other than the study's.
        folder: where the states are kept, so that a killed run goes on.
        others: gives by name other models' logits of all validation and of all test reviews, to be averaged with.
        tell: told the numbers of each part.

    Returns:
        The record, and the logits of the validation reviews and, where it was asked, of the test reviews.
    """
    require_choice("method", method, METHODS)
    settings = {**TRAINING, **SETTINGS[method], **(changes or {})}
    minutes: Minutes = dict(given.minutes)

    def cut(texts: Sequence[Sequence[int]], how: str) -> list[list[int]]:
        return [head_and_tail(text, *settings[how]) for text in texts]

    chosen, held = settings["reviews"], settings["validation"]
    labels, right = (
        np.asarray(part.labels, dtype=int)[:count]
        for part, count in ((given.protocol.train, chosen), (given.protocol.validation, held))
    )
    few, few_right = cut(given.validation[: settings["watched"]], "read"), right[: settings["watched"]]
    with precision(settings["precision"]):
        model = make(method, load(), settings, seed)
        weights = count_weights(model.trainable_variables)
        parts = Parts(cut(given.training[:chosen], "cut"), labels, settings, seed)
        with kept_folder(folder) as place:
            if method == "head":
                history = train_head(model, parts, few, few_right, place, tell)
            else:
                optimizer = optimizer_for(model, method, parts)
                same = {name: settings[name] for name in ("cut", "read", "watched")}
                history = fit_parts(
                    model, optimizer, parts, lambda: accuracy(few_right, logits_of(model, few)), place, same, tell
                )
    wall, work = (sum(history[name]) / 60 for name in ("seconds", "processor_seconds"))
    minutes["training"] = (wall, work)

    def judged(texts: Sequence[Sequence[int]]) -> np.ndarray:
        if "window" in settings:
            return logits_of_whole(model, texts, settings["window"])
        return logits_of(model, cut(texts, "read"))

    logits = {}
    with clock(minutes, "validation"):
        logits["validation"] = judged(given.validation[:held])
    test, averaged = None, {}
    if method == LONG:
        with clock(minutes, "test"):
            logits["test"] = judged([given.tokenizer.ids_of(text)[0] for text in given.protocol.test_texts])
        test = round(given.protocol.score(LONG, logits["test"]), 5)
    if method == LONG and others is not None:
        with clock(minutes, "others"):
            known = others()
        averaged = average(given.protocol, logits, known)
        for name, both in known.items():
            logits.update({f"{name}.{part}": each for part, each in zip(PARTS, both, strict=True)})
    times = np.cumsum(history["processor_seconds"])
    reviews = np.cumsum(history["texts"])
    found = Tuned(
        method,
        seed,
        settings,
        weights,
        round(weights / count_weights(model.variables), 5),
        [
            [int(read), round(float(seconds), 1), round(loss, 4), round(right, 4)]
            for read, seconds, loss, right in zip(reviews, times, history["loss"], history["watched"], strict=True)
        ],
        round(accuracy(right, logits["validation"]), 5),
        test,
        averaged,
        *rounded(minutes),
        peak_memory(),
        given.data,
        this_machine(),
        these_versions(),
    )
    return found, logits


def average(
    protocol: Protocol, logits: Mapping[str, np.ndarray], others: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> dict[str, object]:
    """The encoder and lesson 07's models as one: how much each counts is fitted on the validation reviews.

    Args:
        protocol: scores the average, once.
        logits: the encoder's, of all "validation" and all "test" reviews.
        others: by name those of other models.

    Shapes: (validation reviews,), (test reviews,).
    """
    names = ["bert", *others]
    validation, test = (
        np.column_stack([logits[part], *(both[place] for both in others.values())]) for place, part in enumerate(PARTS)
    )
    weights = fit_calibration(np.asarray(protocol.validation.labels, dtype=int), validation)
    return {
        "of": names,
        "slopes": [round(slope, 5) for slope in weights.slopes],
        "intercept": round(weights.intercept, 5),
        "validation": round(protocol.choose(weights.logits(validation)), 5),
        "test": round(protocol.score("average", weights.logits(test)), 5),
        "validation_of": {
            name: round(protocol.choose(each), 5) for name, each in zip(names, validation.T, strict=True)
        },
    }


def models_of_lesson_07(
    labelled: Reviews, unlabelled: Reviews, test: Reviews, seed: int
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By name the logits of the validation and test reviews by the models that lesson 07 averages.

    Args:
        labelled: the labelled training reviews.
        unlabelled: those without a label.
        test: the test reviews.
        seed: of the split.

    Shapes: (validation reviews,), (test reviews,).
    """
    given = task(encode(labelled, unlabelled, test), seed)
    return {name: ladder.RUNGS[name](given, seed)[:2] for name in ladder.AVERAGED}


def _tell(numbers: Mapping[str, float]) -> None:
    said = f"part {numbers['part']}: {numbers['processor_seconds']:.0f} processor seconds, loss {numbers['loss']:.4f}"
    print(f"{said}, {100 * numbers['watched']:.1f}% of the validation reviews watched", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study from the command line; 1 where it differs from the record."""
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.bert.study", description=docstring(sys.modules[__name__]).splitlines()[0]
    )
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--scale", choices=SCALES, default="recorded", help="full: imdb on whole reviews, three passes")
    parser.add_argument("--reviews", type=int, help="how many are read; those of the record without it")
    parser.add_argument("--folder", type=Path, help="where records are written; none without it")
    parser.add_argument("--states", type=Path, help="where states are kept, so that a killed run goes on")
    chosen = parser.parse_args(arguments)
    labelled, test = (imdb.load(part, seed=0, sample="never") for part in ("train", "test"))
    files = minilm.load()
    tokenizer = BertTokenizer.from_file(files.vocabulary)
    changes = {} if chosen.reviews is None else {"reviews": chosen.reviews, "parts": 1}
    as_recorded = chosen.reviews is None and chosen.scale == "recorded"
    known, moved = recorded_runs() if as_recorded else [], []
    for seed in chosen.seeds:
        given = split(labelled, test, tokenizer, seed)
        for method in chosen.methods:

            def others(seed: int = seed) -> dict[str, tuple[np.ndarray, np.ndarray]]:
                return models_of_lesson_07(labelled, imdb.load("unlabelled", seed=0, sample="never"), test, seed)

            found, logits = run(
                given,
                method,
                seed,
                lambda: load_encoder(files.weights, files.config, dropout=0.0),
                {**(SCALES[chosen.scale] if method == LONG else {}), **changes},
                folder=None if chosen.states is None else chosen.states / f"{method}.{seed}",
                others=others,
                tell=_tell,
            )
            print(f"{method}, seed {seed}: {found.trainable:,} weights ({found.share:.2%}),", end=" ")
            print(f"validation {found.validation:.2%}", end="")
            print(
                "" if found.test is None else f", test {found.test:.2%}, averaged {found.averaged['test']:.2%}",
                flush=True,
            )
            if chosen.folder is not None:
                write_record(found, chosen.folder / f"{method}.{seed}.json")
                if method == LONG:
                    content = io.BytesIO()
                    np.savez_compressed(content, **{name: each.astype(np.float16) for name, each in logits.items()})
                    write_atomically(chosen.folder / f"logits.{seed}.npz", content.getvalue())
            moved += compare(found, known)
    print("\n".join(moved) or "within the recorded ranges")
    return int(bool(moved))


if __name__ == "__main__":
    sys.exit(main())
