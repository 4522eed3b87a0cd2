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
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import keras
import numpy as np
from keras import ops

from course_lib import metrics
from course_lib.base.arguments import require_choice
from course_lib.base.docstrings import docstring
from course_lib.base.files import write_atomically
from course_lib.bert.ada_lora import AdaLoRA
from course_lib.bert.adapters import Adapters
from course_lib.bert.budget import AdaLoRAOptimizer
from course_lib.bert.checkpoint import load_encoder
from course_lib.bert.encoder import BertEncoder
from course_lib.bert.fine_tuning import LabelledBatches, freeze_bottom, head_and_tail
from course_lib.bert.freezing import set_trainable
from course_lib.bert.heads import BertClassifier
from course_lib.bert.layerwise import LayerwiseAdam, rates_by_layer
from course_lib.bert.low_rank import LoRA
from course_lib.bert.prefixes import Prefixes
from course_lib.bert.tokens import BertTokenizer
from course_lib.data import imdb, minilm
from course_lib.data.reviews import Reviews
from course_lib.mlp.losses import CrossEntropy
from course_lib.preprocessing.batches import pad
from course_lib.sentiment import ladder, rungs
from course_lib.sentiment.calibration import fit_calibration
from course_lib.sentiment.encoding import digests, encode, task
from course_lib.sentiment.protocol import Protocol
from course_lib.training.compiling import compile_for_training
from course_lib.training.provenance import Minutes, clock, peak_memory, these_versions, this_machine
from course_lib.training.recorded import differences, read_records, write_record
from course_lib.training.resuming import fit_resumable
from course_lib.transformer.schedules import WarmUp

# All that is recorded of this lesson's runs.
RECORDED = resources.files("course_lib.bert") / "recorded"

COMPARED = ("full", "top4", "head", "lora", "adalora", "adapters", "prefixes")
LONG = "imdb"
METHODS = (*COMPARED, LONG)

# What all of them have in common, and what is a method's own. "parts" are stretches of a pass after which the state is
# kept and some validation reviews are read; "read" is how much of a review is read when nothing is learnt any more.
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
SETTINGS: dict[str, dict[str, object]] = {
    "full": {"learning_rate": 1e-4, "layer_decay": 0.9, "frozen": 0},
    "top4": {"learning_rate": 1e-4, "layer_decay": 0.9, "frozen": 2},
    "head": {"learning_rate": 1e-2, "passes": 20},
    "lora": {"learning_rate": 2e-3, "rank": 8, "targets": ("query", "value")},
    "adalora": {"learning_rate": 2e-3, "rank": 8, "kept": 0.5},
    "adapters": {"learning_rate": 2e-3, "bottleneck": 32},
    "prefixes": {"learning_rate": 5e-3, "length": 16},
}
SETTINGS[LONG] = {
    "learning_rate": 1e-4,
    "layer_decay": 0.9,
    "frozen": 0,
    "reviews": 20_000,
    "validation": 5_000,
    "watched": 1_000,
    "passes": 1,
    "parts": 10,
    "batch_size": 32,
    "cut": (48, 144),
    "read": (48, 144),
    "boundaries": (128, 160, 192),
}
SCALES: dict[str, dict[str, object]] = {
    "recorded": {},
    "full": {"passes": 3, "cut": (128, 384), "read": (128, 384), "boundaries": (128, 256, 384, 512)},
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
        validation: accuracy on the validation reviews.
        test: accuracy on the test reviews, scored once; None where it was no final model.
        averaged: with lesson 07's models: which ("of"), "slopes", "intercept", accuracies on "validation" and "test",
            and for each model alone "validation_of"; empty where it was not averaged.
        minutes: by the clock, by step.
        processor_minutes: of processors' work.
        peak_memory: the highest memory of the process, in MiB; None where it is not told.
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
