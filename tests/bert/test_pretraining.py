"""Proves on the course's sample that rows hold whole texts, that pre-training makes hidden words easier to guess and
goes on after a kill, that every fine-tuning begins where it ended; and that the records are whole.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from course_lib.bert import BertTokenizer, pretraining, study
from course_lib.data import imdb
from tensors import numpy

pytestmark = pytest.mark.usefixtures("step_by_step")

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


@dataclass(frozen=True)
class Whole:
    """Thirty steps and two fine-tunings: what came of them, what was told and kept, and how each tuning began."""

    found: pretraining.Pretrained
    model: object
    told: list[Mapping[str, float]]
    began: list[list[np.ndarray]]
    folder: Path


@pytest.fixture(scope="module")
def whole(given: study.Task, rows: tuple, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder, told, began = tmp_path_factory.mktemp("whole"), [], []
    fit = pretraining.fit_parts

    def noted(model, *arguments: object, **options: object) -> dict[str, list[float]]:
        began.append([numpy(weight) for weight in model.encoder.weights])
        return fit(model, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pretraining, "fit_parts", noted)
        return Whole(*_run(given, rows, 30, folder=folder, tell=told.append), told, began, folder)


def test_rows_hold_texts_from_one_end_to_the_other(texts: list[str], tokenizer: BertTokenizer) -> None:
    text = max(texts, key=len)
    ids = tokenizer.to_ids(tokenizer.encode(text))
    cut = pretraining.rows_of([text], tokenizer, length=20)
    assert {row[0] for row in cut} == {2} and {row[-1] for row in cut} == {3}
    together = [id for row in cut for id in row[1:-1]]
    assert together == ids[: len(together)] and len(ids) - len(together) < 18 // 4
    assert {len(row) for row in cut[:-1]} == {20}
    assert pretraining.rows_of(["good"], tokenizer) == []


@pytest.mark.slow
def test_a_run_reads_then_learns_labels(given: study.Task, rows: tuple, whole: Whole) -> None:
    found, model, told = whole.found, whole.model, whole.told
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


@pytest.mark.slow
def test_without_pre_training_nothing_is_read(given: study.Task, rows: tuple) -> None:
    found, model = _run(given, rows, 0, seeds=(1,))
    first = pretraining.make(200, 0, **ENCODER)
    for one, other in zip(model.weights, first.weights, strict=True):
        np.testing.assert_array_equal(numpy(one), numpy(other))
    assert found.curve == [] and found.hidden_loss is None and found.processor_minutes["pre-training"] == 0


@pytest.mark.slow
def test_every_fine_tuning_begins_with_what_was_read(whole: Whole) -> None:
    first = pretraining.make(200, 0, **ENCODER)
    assert len(whole.began) == 2
    for one, other, left, drawn in zip(*whole.began, whole.model.encoder.weights, first.encoder.weights, strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one, numpy(left))
        assert "token_vectors" not in left.path or np.abs(one - numpy(drawn)).max() > 1e-3


@pytest.mark.slow
def test_every_report_reads_other_rows_until_all_were_read(
    given: study.Task, rows: tuple, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read: list[list[int]] = []

    class Noted(pretraining.MaskedBatches):
        def __init__(self, texts: list[list[int]], *arguments: object, **options: object) -> None:
            read.append([some.index(text) for text in texts])
            super().__init__(texts, *arguments, **options)

    some = [[2, *row[1:-1], 3] for row in {tuple(row): row for row in rows[0]}.values()][:16]
    monkeypatch.setattr(pretraining, "MaskedBatches", Noted)
    model = pretraining.make(200, 0, **ENCODER)
    how = {**READING, "report_every": 2}
    history = pretraining.read(model, some, given.tokenizer, 5, 3, tmp_path, how)
    assert history["step"] == [2, 4, 5] and [len(part) for part in read] == [8, 8, 4]
    assert sorted(read[0] + read[1]) == list(range(16)) and read[2] == read[0][:4]


@pytest.mark.slow
def test_a_run_that_was_killed_ends_as_if_it_had_not_been(
    given: study.Task, rows: tuple, whole: Whole, tmp_path: Path
) -> None:
    shutil.copytree(whole.folder, tmp_path, dirs_exist_ok=True)
    max((tmp_path / "reading.30").glob("epoch-*.npz")).unlink()
    max((tmp_path / "30.2").glob("epoch-*.npz")).unlink()
    told: list[Mapping[str, float]] = []
    again, other = _run(given, rows, 30, folder=tmp_path, tell=told.append)
    assert len(told) == 2 and again.tuned == whole.found.tuned
    for one, two in zip(whole.model.weights, other.weights, strict=True):
        np.testing.assert_array_equal(numpy(one), numpy(two))
    assert pretraining.compare(again, [whole.found]) == []
    assert pretraining.compare(replace(again, validation=whole.found.validation + 1), [whole.found])


def test_the_records_are_whole_and_say_that_a_few_minutes_of_reading_do_not_pay() -> None:
    runs = pretraining.recorded_pretraining()
    assert [run.steps for run in runs] == list(pretraining.STEPS)
    spent = [run.processor_minutes["pre-training"] for run in runs]
    assert spent == sorted(spent) and spent[0] == 0
    assert len({json.dumps(run.settings) for run in runs}) == 1 and len({json.dumps(run.data) for run in runs}) == 1
    assert all(set(run.tuned) == {str(seed) for seed in pretraining.SEEDS} for run in runs)
    losses = [run.hidden_loss for run in runs[1:]]
    assert losses == sorted(losses, reverse=True)
    # As the page says: the hidden words are guessed better and better, and the labels are worth no more for it.
    assert losses[-1] < losses[0] - 0.5 and max(run.validation for run in runs) == runs[0].validation


def test_the_kept_reader_guesses_what_is_good() -> None:
    model, tokenizer = pretraining.recorded_reader()
    assert len(tokenizer) == pretraining.TOKENS == model.encoder.vocabulary_size
    text = "the [MASK] is very good ."
    ids = np.array([tokenizer.ids_of(text)[0]], np.int32)
    place = ids[0].tolist().index(tokenizer.special_ids["[MASK]"])
    best = np.argsort(-numpy(model({"token_ids": ids}))[0, place])[:2]
    assert {tokenizer.tokens[one] for one in best} == {"movie", "film"}
