"""Does it help to read first? A small encoder learns from reviews without labels, then from 2,000 labels.

`python -m course_lib.bert.pretraining` repeats the recorded runs and fails where one leaves its recorded range;
`--folder FOLDER` records anew; `--steps` chooses some; `--states FOLDER` lets a killed run go on. The run of 0 steps is
the same network without pre-training. All are compared on reviews of other films; the test set is not asked.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from keras import ops

from course_lib.base.docstrings import docstring
from course_lib.base.files import write_atomically
from course_lib.bert.encoder import BertEncoder
from course_lib.bert.fine_tuning import head_and_tail
from course_lib.bert.heads import BertClassifier, BertPretrainer
from course_lib.bert.masking import MaskedBatches, Masking
from course_lib.bert.methods import count_weights
from course_lib.bert.parts import Clocks, Parts, accuracy, fit_parts, kept_folder, logits_of
from course_lib.bert.records import RECORDED
from course_lib.bert.study import Task, split
from course_lib.bert.tokens import BertTokenizer
from course_lib.data import imdb
from course_lib.training.compiling import adamw, compile_for_training
from course_lib.training.kept import keep_weights, with_kept_weights
from course_lib.training.provenance import Minutes, clock, peak_memory, rounded, these_versions, this_machine
from course_lib.training.recorded import differences, read_records, write_record
from course_lib.training.resuming import fit_resumable
from course_lib.transformer.losses import SmoothedCrossEntropy
from course_lib.transformer.schedules import WarmUp

TOKENS = 4_096
LENGTH = 64
ENCODER = {"width": 128, "num_layers": 2, "num_heads": 2, "max_length": LENGTH, "dropout": 0.0}
READING = {"batch_size": 16, "learning_rate": 2e-3, "weight_decay": 0.01, "rate": 0.3, "report_every": 250}
STEPS = (0, 500, 2_000, 6_000)
TUNING: dict[str, object] = {
    "reviews": 2_000,
    "validation": 2_000,
    "passes": 3,
    "parts": 1,
    "batch_size": 16,
    "cut": (16, 48),
    "boundaries": (LENGTH,),
    "learning_rate": 1e-3,
    "weight_decay": 0.01,
    "warmup_share": 0.1,
}
SEEDS = (1, 2)
# The run whose weights are kept, for readers who want to see it guess.
KEPT = STEPS[-1]
LEVELS = 127
# How many rows of held-out reviews are guessed at.
HELD = 512
# How far a repeated run's accuracy may be from the record's: other machines add up in another order.
TOLERANCE = 0.03


@dataclass(frozen=True)
class Pretrained:
    """One small encoder: what it read without labels, and what that was worth.

    Args:
        steps: of pre-training; 0 for none.
        seed: of the first weights and of what was hidden.
        settings: of encoder, pre-training and fine-tuning.
        weights: how many the encoder has.
        curve: for each report of the pre-training its step, the processor seconds so far, and the mean loss since the
            report before, in nats per hidden word.
        hidden_loss: nats per hidden word on held-out reviews; None without pre-training.
        hidden_right: the share of these words whose best guess was right; None without pre-training.
        tuned: for each seed of the fine-tuning the accuracy on the validation reviews after each pass.
        validation: the mean over these seeds of the accuracy after the last pass.
        minutes: by the clock, by step.
        processor_minutes: of processors' work; "pre-training" is the budget.
        peak_memory: the highest memory of the process, in megabytes; None where it is not told.
        data: digests of the training and the test reviews.
        machine: kind of processor and number of cores.
        versions: of Python, Keras, its backend, NumPy.
    """

    steps: int
    seed: int
    settings: Mapping[str, object]
    weights: int
    curve: Sequence[Sequence[float]]
    hidden_loss: float | None
    hidden_right: float | None
    tuned: Mapping[str, Sequence[float]]
    validation: float
    minutes: Mapping[str, float]
    processor_minutes: Mapping[str, float]
    peak_memory: float | None
    data: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


def learn_tokens(texts: Sequence[str], count: int = TOKENS) -> BertTokenizer:
    """A small vocabulary of these texts: the most frequent pieces, which leave the fewest tokens to read.

    Pieces chosen by likelihood, as BERT's are said to be, leave three times as many tokens in so small a vocabulary.

    Args:
        texts: the texts.
        count: how many tokens there shall be.
    """
    return BertTokenizer.train(texts, count, score="count")


def rows_of(texts: Sequence[str], tokenizer: BertTokenizer, length: int = LENGTH) -> list[list[int]]:
    """Texts as rows for pre-training: each is cut into stretches of one length, special tokens around each.

    Args:
        texts: the texts.
        tokenizer: cuts them into tokens.
        length: how long a row is at most; a rest shorter than a quarter of it is left out.
    """
    room = length - 2
    found = []
    for text in texts:
        ids = tokenizer.to_ids(tokenizer.encode(text))
        stretches = [ids[begin : begin + room] for begin in range(0, len(ids), room)]
        found += [tokenizer.joined(one)[0] for one in stretches if len(one) >= room // 4]
    return found


def read(
    model: BertPretrainer,
    rows: Sequence[Sequence[int]],
    tokenizer: BertTokenizer,
    steps: int,
    seed: int,
    folder: Path,
    settings: Mapping[str, object] | None = None,
    tell: Callable[[Mapping[str, float]], None] | None = None,
) -> dict[str, list[float]]:
    """Pre-train: guess hidden words, for a number of steps; called again after a kill, go on after the last report.

    Args:
        model: the encoder with its head.
        rows: from `rows_of`; they begin anew where they are too few.
        tokenizer: theirs.
        steps: how many.
        seed: of the order of the rows and of what is hidden.
        folder: where the states are kept.
        settings: changes to `READING`.
        tell: told the numbers of each report.

    Returns:
        For each report "step", "loss" and "processor_seconds" of the steps since the one before.
    """
    chosen = {**READING, **(settings or {})}
    every, size = min(chosen["report_every"], steps), chosen["batch_size"]
    schedule = WarmUp.over(chosen["learning_rate"], max(1, steps // 10), steps)
    optimizer = adamw(schedule, chosen["weight_decay"], global_clipnorm=1.0)
    compile_for_training(model, None, optimizer, loss=SmoothedCrossEntropy(0.0))
    order = np.random.default_rng(seed).permutation(len(rows))
    masking = Masking(chosen["rate"])

    def batches(report: int) -> MaskedBatches:
        first = report * every * size
        count = min(every, steps - report * every) * size
        places = order[np.arange(first, first + count) % len(order)]
        texts = [rows[place] for place in places]
        return MaskedBatches(texts, tokenizer, size, LENGTH, masking, seed=seed, epoch=report)

    same = {"steps": steps, "seed": seed, "rows": len(rows), **chosen}
    count = -(-steps // every)
    return fit_resumable(model, batches, count, folder, settings=same, callbacks=[_Reports(steps, every, tell)])


class _Reports(Clocks):
    def __init__(self, steps: int, every: int, tell: Callable[[Mapping[str, float]], None] | None) -> None:
        super().__init__()
        self.steps, self.every, self.tell = steps, every, tell

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        super().on_epoch_end(epoch, logs)
        logs["step"] = min((epoch + 1) * self.every, self.steps)
        if self.tell is not None:
            self.tell(logs)


def guessed(
    model: BertPretrainer, rows: Sequence[Sequence[int]], tokenizer: BertTokenizer, rate: float = 0.15
) -> tuple[float, float]:
    """How well hidden words of held-out rows are guessed: nats per word, and the share of best guesses that are right.

    Args:
        model: the encoder with its head.
        rows: held-out ones, from `rows_of`.
        tokenizer: theirs.
        rate: the share of words that is hidden.
    """
    batches = MaskedBatches(rows, tokenizer, min(16, len(rows)), LENGTH, Masking(rate), seed=0)
    nats, right, count = 0.0, 0, 0
    for index in range(len(batches)):
        inputs, labels = batches[index]
        scores = ops.convert_to_numpy(ops.log_softmax(model(inputs), axis=-1))
        asked = labels != 0
        nats -= np.take_along_axis(scores, labels[..., None], axis=-1)[..., 0][asked].sum()
        right += (scores.argmax(axis=-1) == labels)[asked].sum()
        count += asked.sum()
    return float(nats / count), float(right / count)


def make(vocabulary_size: int, seed: int, **changes: object) -> BertPretrainer:
    """The small encoder with its head, with its first weights.

    Args:
        vocabulary_size: how many ids there are.
        seed: of the weights.
        changes: settings other than the study's.
    """
    return BertPretrainer(BertEncoder(vocabulary_size, seed=seed, **{**ENCODER, **changes}), seed=seed)


def run(
    given: Task,
    rows: tuple[Sequence[Sequence[int]], Sequence[Sequence[int]]],
    steps: int,
    seed: int = 0,
    *,
    encoder: Mapping[str, object] | None = None,
    reading: Mapping[str, object] | None = None,
    tuning: Mapping[str, object] | None = None,
    seeds: Sequence[int] = SEEDS,
    folder: Path | None = None,
    tell: Callable[[Mapping[str, float]], None] | None = None,
) -> tuple[Pretrained, BertPretrainer]:
    """Pre-train one small encoder, then fine-tune it on a few labels, once for each seed.

    Args:
        given: the labelled reviews, cut by the small vocabulary.
        rows: for pre-training, and held-out ones.
        steps: of pre-training; 0 for none.
        seed: of the first weights and of what is hidden.
        encoder: changes to `ENCODER`.
        reading: changes to `READING`.
        tuning: changes to `TUNING`.
        seeds: of the fine-tuning.
        folder: where the states are kept, so that a killed run goes on.
        tell: told the numbers of each report and each pass.

    Returns:
        The record, and the pre-trained model.
    """
    settings = {**TUNING, **(tuning or {})}
    minutes: Minutes = {}
    tokenizer = given.tokenizer
    model = make(len(tokenizer), seed, **(encoder or {}))
    history: dict[str, list[float]] = {"step": [], "processor_seconds": [], "seconds": [], "loss": []}
    hidden: tuple[float | None, float | None] = (None, None)
    with kept_folder(folder) as place:
        if steps:
            history = read(model, rows[0], tokenizer, steps, seed, place / f"reading.{steps}", reading, tell)
            with clock(minutes, "guessing"):
                hidden = tuple(round(each, 4) for each in guessed(model, rows[1], tokenizer))
        minutes["pre-training"] = sum(history["seconds"]) / 60, sum(history["processor_seconds"]) / 60
        learnt = model.encoder.get_weights()
        tuned = {}
        for number in seeds:
            with clock(minutes, "fine-tuning"):
                tuned[str(number)] = _tune(
                    model.encoder, learnt, given, settings, number, place / f"{steps}.{number}", tell
                )
    model.encoder.set_weights(learnt)
    seconds = np.cumsum(history["processor_seconds"])
    found = Pretrained(
        steps,
        seed,
        {
            **ENCODER,
            **(encoder or {}),
            "tokens": len(tokenizer),
            "reading": {**READING, **(reading or {})},
            "tuning": settings,
        },
        count_weights(model.encoder.trainable_variables),
        [
            [int(step), round(float(spent), 1), round(loss, 4)]
            for step, spent, loss in zip(history["step"], seconds, history["loss"], strict=True)
        ],
        *hidden,
        tuned,
        round(float(np.mean([curve[-1] for curve in tuned.values()])), 5),
        *rounded(minutes),
        peak_memory(),
        given.data,
        this_machine(),
        these_versions(),
    )
    return found, model


def _tune(
    encoder: BertEncoder,
    learnt: Sequence[np.ndarray],
    given: Task,
    settings: Mapping[str, object],
    seed: int,
    folder: Path,
    tell: Callable[[Mapping[str, float]], None] | None,
) -> list[float]:
    """Fine-tune from the weights that were learnt; the accuracy on the validation reviews after each pass."""
    encoder.set_weights(learnt)
    model = BertClassifier(encoder, 2, pooling="mean", seed=seed)
    texts, asked = (
        [head_and_tail(text, *settings["cut"]) for text in part[: settings[name]]]
        for part, name in ((given.training, "reviews"), (given.validation, "validation"))
    )
    labels, right = (
        np.asarray(part.labels, dtype=int)[: settings[name]]
        for part, name in ((given.protocol.train, "reviews"), (given.protocol.validation, "validation"))
    )
    parts = Parts(texts, labels, settings, seed)
    optimizer = adamw(parts.rate(parts.steps()), settings["weight_decay"], global_clipnorm=1.0)
    history = fit_parts(model, optimizer, parts, lambda: accuracy(right, logits_of(model, asked)), folder, tell=tell)
    return [round(each, 5) for each in history["watched"]]


def recorded_pretraining() -> list[Pretrained]:
    """The runs on record, by their number of steps; none where there is no record."""
    return sorted(read_records(Pretrained, RECORDED, "pretrained."), key=lambda each: each.steps)


def recorded_reader() -> tuple[BertPretrainer, BertTokenizer]:
    """The small encoder with its head as it was after the longest pre-training, and its tokenizer.

    A byte for each weight moves its guesses by little.
    """
    tokenizer = BertTokenizer(json.loads((RECORDED / "tokens.json").read_text("utf-8")))
    return with_kept_weights(make(len(tokenizer), 0), RECORDED / "reader.npz"), tokenizer


def compare(found: Pretrained, recorded: Sequence[Pretrained]) -> list[str]:
    """What differs from the record by more than the tolerance, in words."""
    return differences(found, recorded, ("steps",), ("validation",), TOLERANCE)


def _tell(numbers: Mapping[str, float]) -> None:
    said = f"{numbers['processor_seconds']:.0f} processor seconds, loss {numbers['loss']:.4f}"
    more = f"step {numbers['step']}" if "step" in numbers else f"pass {numbers['part']}, {numbers['watched']:.4f} right"
    print(f"{more}: {said}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study from the command line; 1 where it differs from the record."""
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.bert.pretraining", description=docstring(sys.modules[__name__]).splitlines()[0]
    )
    parser.add_argument("--steps", type=int, nargs="+", default=list(STEPS), help="of pre-training, one run for each")
    parser.add_argument("--reviews", type=int, help="how many without labels there are to read; all without it")
    parser.add_argument("--folder", type=Path, help="where records are written; none without it")
    parser.add_argument("--states", type=Path, help="where states are kept, so that a killed run goes on")
    chosen = parser.parse_args(arguments)
    labelled, test = (imdb.load(part, seed=0, sample="never") for part in ("train", "test"))
    unlabelled = imdb.load("unlabelled", limit=chosen.reviews, seed=0, sample="never").texts
    known, moved = recorded_pretraining() if chosen.reviews is None else [], []
    tokenizer = learn_tokens(unlabelled)
    held = max(1, len(unlabelled) // 50)
    rows = rows_of(unlabelled[held:], tokenizer), rows_of(unlabelled[:held], tokenizer)[:HELD]
    given = split(labelled, test, tokenizer, 1)
    for steps in chosen.steps:
        found, model = run(given, rows, steps, folder=chosen.states, tell=_tell)
        spent = found.processor_minutes["pre-training"]
        print(f"{steps} steps, {spent:.1f} processor minutes: validation {found.validation:.2%}", flush=True)
        if chosen.folder is not None:
            write_record(found, chosen.folder / f"pretrained.{steps}.json")
            if steps == KEPT:
                keep_weights(model, chosen.folder / "reader.npz", LEVELS)
                write_atomically(
                    chosen.folder / "tokens.json", json.dumps(tokenizer.tokens, ensure_ascii=False).encode() + b"\n"
                )
        moved += compare(found, known)
    print("\n".join(moved) or "within the recorded ranges")
    return int(bool(moved))


if __name__ == "__main__":
    sys.exit(main())
