"""Proves on the course's sample that the ladder goes from raw reviews to records, that the same seed gives the same,
that nothing of the test reviews is learnt from, and that a difference from the record is told.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from course_lib.data import imdb
from course_lib.sentiment import Record, ladder
from course_lib.sentiment.ladder import compare, encode, run, task


@pytest.fixture(scope="module")
def small():
    patch = pytest.MonkeyPatch()
    documents = {**ladder.SETTINGS["documents"], "min_reviews": 3, "dim": 8, "epochs": 1}
    patch.setitem(ladder.SETTINGS, "documents", documents)
    for name in ("words", "n_grams"):
        patch.setitem(ladder.SETTINGS, name, {**ladder.SETTINGS[name], "epochs": 1, "learning_rate": 0.05})
    parts = [imdb.load(part, sample="only") for part in ("train", "unlabelled", "test")]
    yield encode(*parts, processes=1)
    patch.undo()


def _climb(encoded, seed: int) -> list[Record]:
    found: list[Record] = []
    run(encoded, seed, found.append)
    return found


@pytest.fixture(scope="module")
def climbed(small) -> list[Record]:
    return _climb(small, 1)


def test_every_rung_has_a_record_and_the_average_comes_last(small, climbed) -> None:
    assert [record.model for record in climbed] == [*ladder.RUNGS, "average"]
    assert climbed[0].test == pytest.approx(0.5, abs=0.1)
    for record in climbed:
        assert 0 <= record.test <= 1
        assert record.data == small.data
        assert set(record.minutes) == set(record.processor_minutes)
        assert "features" in record.minutes
    assert {"nb-n-grams: training", "documents: reading"} <= set(climbed[-1].minutes)
    assert len(climbed[-1].settings["slopes"]) == len(ladder.AVERAGED)


def test_learning_beats_saying_always_the_same(climbed) -> None:
    by_name = {record.model: record.test for record in climbed}
    assert by_name["nb-n-grams"] > by_name["majority"] + 0.1
    assert by_name["documents"] > by_name["majority"]


def test_the_same_seed_gives_the_same_records_and_another_another_split(small, climbed) -> None:
    again = _climb(small, 1)
    assert [(record.model, record.validation, record.test) for record in again] == [
        (record.model, record.validation, record.test) for record in climbed
    ]
    assert not np.array_equal(task(small, 1).validation, task(small, 2).validation)


def test_training_and_validation_share_no_film_and_leave_none_out(small) -> None:
    given = task(small, 3)
    films = small.labelled.film_ids
    assert not set(films[given.training]) & set(films[given.validation])
    assert len(given.training) + len(given.validation) == len(small.labelled)
    np.testing.assert_array_equal(small.labelled.labels[given.validation], given.protocol.validation.labels)


def test_no_n_gram_of_the_test_alone_is_known(small) -> None:
    met = np.asarray(small.known.sum(axis=0) + small.unlabelled.sum(axis=0)).ravel()
    assert (met > 0).all()


def test_a_difference_from_the_record_is_told(climbed) -> None:
    assert compare(climbed, climbed) == []
    moved = [replace(record, test=record.test + 0.01) for record in climbed]
    assert len(compare(moved, climbed)) == len(climbed)
    assert "recorded" in compare(moved, climbed)[0]
    other = [replace(climbed[0], data={"train": "x", "test": "y"})]
    assert compare(other, climbed) == ["majority, seed 1: the data differs from the recorded data"]
    assert compare([replace(climbed[0], seed=99)], climbed) == []
