"""Proves on the course's sample that rows hold whole texts, that pre-training makes hidden words easier to guess and
goes on after a kill, that every fine-tuning begins where it ended; and that the records are whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from course_lib.bert import BertTokenizer, pretraining, study
from course_lib.data import imdb
from tensors import numpy

ENCODER = {"width": 16, "num_layers": 1}
READING = {"batch_size": 4, "learning_rate": 0.01, "report_every": 15}
TUNING = {"reviews": 16, "validation": 12, "passes": 2, "batch_size": 4, "cut": (6, 10), "boundaries": (16,)}


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return imdb.load("unlabelled", sample="only").texts


@pytest.fixture(scope="module")
def tokenizer(texts: list[str]) -> BertTokenizer:
    return pretraining.learn_tokens(texts, 200)


@pytest.fixture(scope="module")
def rows(texts: list[str], tokenizer: BertTokenizer) -> tuple[list[list[int]], list[list[int]]]:
    return pretraining.rows_of(texts[8:], tokenizer), pretraining.rows_of(texts[:8], tokenizer)


@pytest.fixture(scope="module")
def given(tokenizer: BertTokenizer) -> study.Task:
    labelled, test = (imdb.load(part, sample="only") for part in ("train", "test"))
    return study.split(labelled, test, tokenizer, 1)


def _run(given: study.Task, rows: tuple, steps: int, **options: object) -> tuple[pretraining.Pretrained, object]:
    how = {"encoder": ENCODER, "reading": READING, "tuning": TUNING, "seeds": (1, 2), **options}
    return pretraining.run(given, rows, steps, **how)


def test_rows_hold_texts_from_one_end_to_the_other(texts: list[str], tokenizer: BertTokenizer) -> None:
    text = max(texts, key=len)
    ids = tokenizer.to_ids(tokenizer.encode(text))
    cut = pretraining.rows_of([text], tokenizer, length=20)
    assert {row[0] for row in cut} == {2} and {row[-1] for row in cut} == {3}
    together = [id for row in cut for id in row[1:-1]]
    assert together == ids[: len(together)] and len(ids) - len(together) < 18 // 4
    assert {len(row) for row in cut[:-1]} == {20}
    assert pretraining.rows_of(["good"], tokenizer) == []


def test_a_run_reads_then_learns_labels(given: study.Task, rows: tuple) -> None:
    told: list[Mapping[str, float]] = []
    found, model = _run(given, rows, 30, tell=told.append)
    assert [numbers["step"] for numbers in told[:2]] == [15, 30] == [row[0] for row in found.curve]
    assert len(told) == 2 + 2 * 2 and found.curve[1][2] < found.curve[0][2]
    # No better than a guess by how frequent words are, and better than a blind one.
    assert 2 < found.hidden_loss < np.log(200)
    assert (found.hidden_loss, found.hidden_right) == tuple(
        round(each, 4) for each in pretraining.guessed(model, rows[1], given.tokenizer)
    )
    assert set(found.tuned) == {"1", "2"} and all(len(curve) == 2 for curve in found.tuned.values())
    assert found.validation == pytest.approx(np.mean([curve[-1] for curve in found.tuned.values()]), abs=1e-4)
    assert pretraining.Pretrained(**json.loads(json.dumps(asdict(found)))).curve == [list(row) for row in found.curve]


def test_without_pre_training_nothing_is_read(given: study.Task, rows: tuple) -> None:
    found, model = _run(given, rows, 0)
    first = pretraining.make(200, 0, **ENCODER)
    for one, other in zip(model.weights, first.weights, strict=True):
        np.testing.assert_array_equal(numpy(one), numpy(other))
    assert found.curve == [] and found.hidden_loss is None and found.processor_minutes["pre-training"] == 0


def test_every_fine_tuning_begins_with_what_was_read(given: study.Task, rows: tuple) -> None:
    both, _ = _run(given, rows, 15)
    alone, _ = _run(given, rows, 15, seeds=(2,))
    assert both.tuned["2"] == alone.tuned["2"]


def test_a_run_that_was_killed_ends_as_if_it_had_not_been(given: study.Task, rows: tuple, tmp_path: Path) -> None:
    whole, model = _run(given, rows, 30, folder=tmp_path)
    max((tmp_path / "reading.30").glob("epoch-*.npz")).unlink()
    max((tmp_path / "30.2").glob("epoch-*.npz")).unlink()
    told: list[Mapping[str, float]] = []
    again, other = _run(given, rows, 30, folder=tmp_path, tell=told.append)
    assert len(told) == 2 and again.tuned == whole.tuned
    for one, two in zip(model.weights, other.weights, strict=True):
        np.testing.assert_array_equal(numpy(one), numpy(two))
    assert pretraining.compare(again, [whole]) == []
    assert pretraining.compare(replace(again, validation=whole.validation + 1), [whole])
