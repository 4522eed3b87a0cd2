"""Proves that records come back as they were written, and that tables are drawn from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_lib.sentiment import Record, load_records, save_record, table


def _record(**changes) -> Record:
    known = {
        "model": "bag",
        "seed": 1,
        "settings": {"epochs": 2},
        "validation": 0.9,
        "test": 0.88,
        "minutes": {"features": 1.0, "training": 0.5},
        "processor_minutes": {"features": 1.5, "training": 1.0},
        "data": {"train": "a" * 16, "test": "b" * 16},
    }
    return Record(**{**known, **changes})


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    records = [_record(seed=2, test=None), _record(), _record(model="average")]
    for record in records:
        save_record(record, tmp_path)
    assert load_records(tmp_path) == [records[2], records[1], records[0]]


def test_a_folder_that_is_not_there_holds_no_records(tmp_path: Path) -> None:
    assert load_records(tmp_path / "nowhere") == []


def test_a_table_has_a_row_for_each_model(tmp_path: Path) -> None:
    rows = table([_record(), _record(seed=2, validation=0.8, test=0.86), _record(model="open", test=None)])
    assert rows["bag"]["seeds"] == [1, 2]
    assert rows["bag"]["mean_test"] == pytest.approx(0.87)
    assert rows["bag"]["mean_validation"] == pytest.approx(0.85)
    assert rows["bag"]["mean_minutes"] == pytest.approx(1.5)
    assert rows["bag"]["mean_work"] == pytest.approx(2.5)
    assert rows["open"]["mean_test"] is None


def test_a_file_that_holds_no_record_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"model": "bag"}', encoding="utf-8")
    with pytest.raises(ValueError, match="holds no record"):
        load_records(tmp_path)
