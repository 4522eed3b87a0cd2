"""The recorded run of lesson 01, five splits of 10,000 reviews, gives again what the lesson says it gave."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import numpy as np
import pytest

import course_lib.preprocessing as prep
from course_lib.data import imdb, stopwords
from course_lib.publishing import source
from course_lib.publishing.wording import in_language
from course_lib.showing import display

ROOT = Path(__file__).resolve().parents[2]
LESSON = source.parse(ROOT / "chapters" / "01_preprocessing.py")

pytestmark = pytest.mark.benchmark


def recorded() -> dict[str, list[float]]:
    """The accuracies in percent that stand in the lesson, by recipe, one for each seed."""
    table = in_language(LESSON.cell("recipe-recorded-table").code, "en").code.split("plain = ")[0]
    known: dict[str, object] = {}
    exec(table, known)
    return known["recorded"]


def measured(seed: int) -> dict[str, float]:
    """The accuracies in percent that the lesson's own cell gives on one split."""
    reviews = imdb.load("train", limit=10_000, seed=seed, sample="never")
    train, validation = imdb.split_by_film(reviews, fraction=0.4, seed=seed)
    known = {
        "prep": prep,
        "display": display,
        "sqrt": sqrt,
        "stop_words": stopwords.load(),
        "train": train,
        "validation": validation,
        "train_tokens": [prep.tokenize(prep.clean(text)) for text in train.texts],
        "validation_tokens": [prep.tokenize(prep.clean(text)) for text in validation.texts],
    }
    for cell in ("recipe-run", "recipe-list", "recipe-hits"):
        exec(in_language(LESSON.cell(cell).code, "en").code, known)
    return {name: 100 * float(found.mean()) for name, found in known["right"].items()}


def test_the_recorded_accuracies_come_again(real_data: Path) -> None:
    table = recorded()
    again = [measured(seed) for seed in range(5)]
    for name, accuracies in table.items():
        found = [run[name] for run in again]
        print(f"{name:<26} recorded {np.mean(accuracies):6.2f}   again {np.mean(found):6.2f}   {np.round(found, 2)}")
        assert np.abs(np.array(found) - accuracies).max() < 0.3, name
