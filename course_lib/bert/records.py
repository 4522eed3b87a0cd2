"""What is recorded of fine-tuning: seven ways on few reviews, and the best of them on many; settings and records."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from course_lib.bert.matrices import MATRICES
from course_lib.training.recorded import differences, read_records, recorded_in

# Records and weights of this lesson's runs.
RECORDED = recorded_in("course_lib.bert")

COMPARED = ("full", "top4", "head", "lora", "adalora", "adapters", "prefixes")
LONG = "imdb"
METHODS = (*COMPARED, LONG)

# What all of them have in common, and what is a method's own. "parts" are stretches of a pass after which the state is
# kept and some validation reviews are read; "read" is how much of a review is read then, and in the end,
# unless a method reads whole reviews there, through windows of "window" tokens.
TRAINING: dict[str, object] = {
    "reviews": 2_000,
    "validation": 2_000,
    "watched": 500,
    "passes": 2,
    "parts": 1,
    "batch_size": 16,
    "cut": (33, 95),
    "read": (33, 95),
    "boundaries": (128,),
    "pooling": "mean",
    "warmup_share": 0.1,
    "precision": "mixed_bfloat16",
}
# Rates were chosen on the validation reviews of seed 1: for AdaLoRA 2e-3 gave 83.1%. LoRA on queries and values alone,
# at 2e-3, gave 85.1%; on all six matrices that rate did not settle. In bfloat16 a core that has it in hardware, with
# AVX-512, trains on TensorFlow a quarter faster than in float32.
SETTINGS: dict[str, dict[str, object]] = {
    "full": {"learning_rate": 1e-4, "layer_decay": 0.9, "frozen": 0},
    "top4": {"learning_rate": 2e-4, "layer_decay": 0.9, "frozen": 2},
    "head": {"learning_rate": 1e-2, "passes": 20},
    "lora": {"learning_rate": 1e-3, "rank": 8, "targets": MATRICES},
    "adalora": {"learning_rate": 1e-2, "rank": 8, "kept": 0.5},
    "adapters": {"learning_rate": 2e-3, "bottleneck": 32},
    "prefixes": {"learning_rate": 5e-3, "length": 16},
}
# As many reviews, once, as an hour of one core is enough for, those of the test set included. Two thirds of the weights
# stay as published, so that a step takes a third less time. What has learnt from the ends of reviews judges whole ones:
# 91.8% of seed 2's validation reviews rightly, where their ends alone gave 90.9.
# `SCALES` has what a larger machine can do.
SETTINGS[LONG] = {
    "learning_rate": 2e-4,
    "layer_decay": 0.9,
    "frozen": 2,
    "reviews": 18_000,
    "validation": 5_000,
    "watched": 500,
    "passes": 1,
    "parts": 6,
    "batch_size": 32,
    "cut": (64, 192),
    "read": (64, 192),
    "window": 256,
    "boundaries": (128, 192, 256),
}
SCALES: dict[str, dict[str, object]] = {
    "recorded": {},
    "full": {
        "reviews": 20_000,
        "passes": 3,
        "frozen": 0,
        "cut": (128, 384),
        "read": (128, 384),
        "window": 512,
        "boundaries": (128, 256, 384, 512),
    },
}
# How far a repeated run's accuracies may be from the record's: other machines add up in another order.
TOLERANCE = 0.015


@dataclass(frozen=True)
class Tuned:
    """An encoder, fine-tuned once.

    Args:
        method: one of `METHODS`.
        seed: of the split by film, of first weights, of the order.
        settings: what it was trained with.
        trainable: how many weights learnt.
        share: what share of all of the model's weights, which the method's own are added to, that is.
        curve: for each part the reviews read so far, the processor seconds so far, the mean loss, and the accuracy on
            the first validation reviews ("watched" of them).
        validation: accuracy on the validation reviews, read whole where the settings have "window".
        test: accuracy on the test reviews, scored once; None where it was no final model.
        averaged: with lesson 07's models: which ("of"), "slopes", "intercept", accuracies on "validation" and "test",
            and for each model alone "validation_of"; empty where it was not averaged.
        minutes: by the clock, by step.
        processor_minutes: of processors' work.
        peak_memory: the highest memory of the process, in megabytes; None where it is not told.
        data: digests of the training and the test reviews.
        machine: kind of processor and number of cores.
        versions: of Python, Keras, its backend, NumPy.
        note: what else there is to know.
    """

    method: str
    seed: int
    settings: Mapping[str, object]
    trainable: int
    share: float
    curve: Sequence[Sequence[float]]
    validation: float
    test: float | None
    averaged: Mapping[str, object]
    minutes: Mapping[str, float]
    processor_minutes: Mapping[str, float]
    peak_memory: float | None
    data: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def recorded_runs() -> list[Tuned]:
    """The runs on record, by method and seed; none where there is no record."""
    found = read_records(Tuned, RECORDED, tuple(f"{method}." for method in METHODS))
    return sorted(found, key=lambda each: (METHODS.index(each.method), each.seed))


def recorded_logits(seed: int) -> dict[str, np.ndarray]:
    """Logits of one run of `imdb`: "validation" and "test" by the encoder, "nb-n-grams.test" and so on by others.

    The reviews come in the order of `imdb.load(part, seed=0)`, those for validation as lesson 07's `Protocol` splits
    them with this seed.

    Args:
        seed: of the run.

    Raises:
        FileNotFoundError: if no run with this seed is on record.
    """
    with np.load(io.BytesIO((RECORDED / f"logits.{seed}.npz").read_bytes()), allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}


def compare(found: Tuned, recorded: Sequence[Tuned]) -> list[str]:
    """What differs from the record by more than the tolerance, in words."""
    measures = ("validation",) if found.test is None else ("validation", "test")
    return differences(found, recorded, ("method", "seed"), measures, TOLERANCE)
