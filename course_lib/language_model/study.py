"""Four novels read, one to choose on, one asked once: what the page of lesson 09 has no time to train.

`python -m course_lib.language_model.study` repeats the recorded runs and fails where one leaves its recorded range;
`--folder FOLDER` records anew; `--models` and `--seeds` choose some. Both networks have as many weights, read the same
tokens, and are trained as long by the processor's clock; nothing was chosen on the test novel.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from course_lib.base.arguments import require_choice
from course_lib.base.docstrings import docstring
from course_lib.base.files import write_atomically
from course_lib.data import novels
from course_lib.language_model.decoder import DecoderLanguageModel
from course_lib.language_model.kneser_ney import ModifiedKneserNey
from course_lib.language_model.measures import bits_per_byte
from course_lib.language_model.measuring import loss_by_position, surprise
from course_lib.language_model.packing import pack
from course_lib.language_model.recurrent import RecurrentLanguageModel
from course_lib.language_model.training import train_language_model
from course_lib.mlp.language_model import contexts_and_targets
from course_lib.preprocessing.subwords import BytePairEncoding
from course_lib.training.kept import keep_weights, with_kept_weights
from course_lib.training.provenance import Minutes, clock, rounded, these_versions, this_machine
from course_lib.training.recorded import differences, read_records, recorded_in, write_record

# Records and weights of this lesson's runs.
RECORDED = recorded_in("course_lib.language_model")

MODELS = ("transformer", "lstm")
TOKENS = 2_048
LENGTH = 128
SETTINGS = {
    "transformer": {"width": 128, "num_layers": 4, "num_heads": 4, "max_length": LENGTH, "dropout": 0.1},
    "lstm": {"width": 128, "units": 372, "num_layers": 1, "dropout": 0.2},
}
TRAINING = {
    "transformer": {"steps": 5_000, "batch_size": 8, "learning_rate": 3e-3},
    "lstm": {"steps": 7_000, "batch_size": 8, "learning_rate": 3e-3},
}
# The run whose weights are kept, for readers who want to see it write.
KEPT = ("transformer", 1)
# In what steps they are kept, so that no file of the course is larger than a mebibyte.
LEVELS = 127
# How far a repeated run's bits per byte may be from the record's: other machines add up in another order.
TOLERANCE = 0.02


class Novels(NamedTuple):
    """The text of the study: what is learnt from, what is chosen on, what is asked once.

    Args:
        training: the first four novels.
        validation: *Northanger Abbey*.
        test: *Persuasion*.
    """

    training: str
    validation: str
    test: str


def split() -> Novels:
    """The six novels by the year they appeared, whole books held out; of the sample's tales the last two."""
    texts = [novel.text for novel in novels.load()]
    return Novels("\n\n".join(texts[:-2]), texts[-2], texts[-1])


@dataclass(frozen=True)
class Raced:
    """One network, trained once.

    Args:
        model: one of `MODELS`.
        seed: of the first weights and of the order.
        settings: of model and training.
        weights: how many numbers were trained.
        curve: for each report the processor seconds so far and the validation novel's bits per byte, each row read
            without those before it.
        validation_bits: bits per byte of the validation novel, with a sliding window.
        test_bits: the same of the test novel.
        by_position: nats of a token of the validation novel after 1, 2, … tokens.
        minutes: by the clock, by step.
        processor_minutes: of processors' work.
        data: a digest of the novels.
        machine: kind of processor and number of cores.
        versions: of Python, Keras, its backend, NumPy.
    """

    model: str
    seed: int
    settings: Mapping[str, object]
    weights: int
    curve: Sequence[tuple[float, float]]
    validation_bits: float
    test_bits: float
    by_position: Sequence[float]
    minutes: Mapping[str, float]
    processor_minutes: Mapping[str, float]
    data: str = ""
    machine: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


def make(model: str, vocabulary_size: int, seed: int, **changes: object) -> keras.Model:
    """A network of the study, with its first weights.

    Args:
        model: one of `MODELS`.
        vocabulary_size: how many ids there are.
        seed: of the first weights.
        changes: settings other than the study's.

    Raises:
        ValueError: if `model` is another.
    """
    require_choice("model", model, MODELS)
    kind = DecoderLanguageModel if model == "transformer" else RecurrentLanguageModel
    return kind(vocabulary_size, seed=seed, **{**SETTINGS[model], **changes})


def bits_of(model: keras.Model, token_ids: Sequence[int], text: str, separator: int) -> float:
    """What a model pays for a byte of a text, with a sliding window; the first token comes after a separator."""
    return bits_per_byte(float(surprise(model, [separator, *token_ids]).sum()), text)


def counted_bits(tokens: BytePairEncoding, learnt: str, asked: str, order: int = 5) -> float:
    """What modified Kneser–Ney pays for a byte of a text.

    Args:
        tokens: what both texts are cut by.
        learnt: the text it counts.
        asked: the text it pays for.
        order: the longest n-gram.
    """
    known, told = (tokens.to_ids(tokens.encode(text)) for text in (learnt, asked))
    model = ModifiedKneserNey(*contexts_and_targets([known], order), len(tokens), order)
    return bits_per_byte(float(model.surprisals(*contexts_and_targets([told], order)).sum()), asked)


def run(
    texts: Novels,
    tokens: BytePairEncoding,
    model: str,
    seed: int,
    settings: Mapping[str, object] | None = None,
    training: Mapping[str, object] | None = None,
    on_report: Callable[[dict[str, float]], None] | None = None,
    folder: Path | None = None,
) -> tuple[Raced, keras.Model]:
    """Train one network on the novels, measure it on the one to choose on, ask the last one once.

    Args:
        texts: from `split`.
        tokens: what they are cut by.
        model: one of `MODELS`.
        seed: of all that is drawn.
        settings: changes to the model's settings.
        training: changes to the arguments of `train_language_model`.
        on_report: told the numbers of each report.
        folder: where the state is kept, so that a killed run goes on.

    Returns:
        The record, and the model.
    """
    minutes: Minutes = {}
    separator = len(tokens)
    with clock(minutes, "cutting"):
        ids = [tokens.to_ids(tokens.encode(text)) for text in texts]
        learnt, watched = (pack([part], LENGTH, separator) for part in ids[:2])
    network = make(model, separator + 1, seed, **(settings or {}))
    chosen = {**TRAINING[model], **(training or {})}
    with clock(minutes, "training"):
        history = train_language_model(
            network, learnt, validation=watched, seed=seed, on_report=on_report, folder=folder, **chosen
        )
    per_token = (len(ids[1]) + 1) / np.log(2) / len(texts.validation.encode())
    curve = zip(history["processor_seconds"], history["validation_loss"], strict=True)
    with clock(minutes, "measuring"):
        bits = [bits_of(network, part, text, separator) for part, text in zip(ids[1:], texts[1:], strict=True)]
        by_position = loss_by_position(network, [separator, *ids[1]], LENGTH)
    raced = Raced(
        model,
        seed,
        {**SETTINGS[model], **(settings or {}), **chosen, "tokens": len(tokens)},
        network.count_params(),
        [(round(seconds, 1), round(loss * per_token, 4)) for seconds, loss in curve],
        round(bits[0], 4),
        round(bits[1], 4),
        [round(float(nats), 4) for nats in by_position],
        *rounded(minutes),
        digest(texts),
        this_machine(),
        these_versions(),
    )
    return raced, network


def digest(texts: Novels) -> str:
    """The first digits of the SHA-256 of all texts."""
    return hashlib.sha256("\x00".join(texts).encode()).hexdigest()[:16]


def recorded_races() -> list[Raced]:
    """The runs on record, by model and seed; none where there is no record."""
    found = read_records(Raced, RECORDED, MODELS)
    return sorted(found, key=lambda each: (MODELS.index(each.model), each.seed))


def recorded_tokens() -> BytePairEncoding:
    """The tokens of the recorded runs, learnt from the training novels by byte-pair encoding."""
    kept = json.loads((RECORDED / "tokens.json").read_text("utf-8"))
    return BytePairEncoding(kept["tokens"], [tuple(pair) for pair in kept["merges"]])


def recorded_model() -> DecoderLanguageModel:
    """The Transformer of the recorded run whose weights were kept; its last id is the separator.

    A byte for each weight moves bits per byte by less than a thousandth.
    """
    model = make("transformer", len(recorded_tokens()) + 1, seed=KEPT[1])
    return with_kept_weights(model, RECORDED / "weights.npz")


def compare(found: Raced, recorded: Sequence[Raced]) -> list[str]:
    """What differs from the record by more than the tolerance, in words."""
    return differences(found, recorded, ("model", "seed"), ("validation_bits", "test_bits"), TOLERANCE)


def _tell(numbers: Mapping[str, float]) -> None:
    minutes = numbers["processor_seconds"] / 60
    print(f"step {numbers['step']:.0f}, {minutes:.1f} processor minutes,", file=sys.stderr, end=" ")
    print(f"{numbers['loss']:.3f}, validation {numbers['validation_loss']:.3f} nats", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m course_lib.language_model.study", description=docstring(sys.modules[__name__]).splitlines()[0]
    )
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--steps", type=int, help="how many; those of the record without it")
    parser.add_argument("--folder", type=Path, help="where records are written; none without it")
    parser.add_argument("--states", type=Path, help="where states are kept, so that a killed run goes on")
    chosen = parser.parse_args(arguments)
    texts = split()
    tokens = BytePairEncoding.train([texts.training], TOKENS)
    known, moved = recorded_races() if chosen.steps is None else [], []
    print(f"Kneser–Ney: {counted_bits(tokens, texts.training, texts.test):.4f} bits per byte of the test", flush=True)
    for seed in chosen.seeds:
        for model in chosen.models:
            changes = {} if chosen.steps is None else {"steps": chosen.steps}
            states = None if chosen.states is None else chosen.states / f"{model}.{seed}"
            found, network = run(texts, tokens, model, seed, training=changes, on_report=_tell, folder=states)
            print(f"{model}, seed {seed}: {found.weights:,} weights,", end=" ")
            print(f"validation {found.validation_bits:.4f}, test {found.test_bits:.4f} bits per byte", flush=True)
            if chosen.folder is not None:
                write_record(found, chosen.folder / f"{model}.{seed}.json")
                if (model, seed) == KEPT:
                    keep_weights(network, chosen.folder / "weights.npz", LEVELS)
                    cut = json.dumps({"tokens": tokens.tokens, "merges": tokens.merges}, ensure_ascii=False)
                    write_atomically(chosen.folder / "tokens.json", cut.encode() + b"\n")
            moved += compare(found, known)
    print("\n".join(moved) or "within the recorded ranges")
    return int(bool(moved))


if __name__ == "__main__":
    sys.exit(main())
