"""Proves that records of runs are read as they were written, and that the recorded costs of other runs are kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from course_lib.base import files
from course_lib.base.errors import CourseError
from course_lib.publishing import source
from course_lib.publishing.opening import opening_text
from course_lib.publishing.records import RunRecord, load_all, measured, remember, remember_spread, spread
from course_lib.session import starting

ROOT = Path(__file__).resolve().parents[2]

RECORD = RunRecord(
    chapter=1,
    slug="01_preprocessing",
    title="预处理",
    language="zh",
    edition="solution",
    scale="quick",
    data="real",
    seconds=47.3,
    seconds_per_cell={"b": 1.0, "a": 2.0},
    peak_memory_mb=1103.6,
    results=[{"name": "accuracy", "value": 0.87, "low": 0.8, "high": 0.9, "within": True}],
    machine={"cores": 2},
)


def test_a_record_is_read_as_it_was_written(tmp_path: Path):
    path = RECORD.save(tmp_path / "results")
    assert path.name == "01_preprocessing.zh.solution.quick.json"
    (loaded,) = load_all(tmp_path / "results")
    assert loaded == RECORD
    assert list(loaded.seconds_per_cell) == ["b", "a"], "cells stay in the order of the notebook"
    assert "预处理" in path.read_text(encoding="utf-8")


def test_where_nothing_ran_there_are_no_records(tmp_path: Path):
    assert load_all(tmp_path / "results") == []


def test_what_a_run_costs_is_remembered_beside_the_others(tmp_path: Path):
    path = tmp_path / "measured.json"
    remember(replace(RECORD, chapter=2), path)
    remember(RECORD, path)
    remember(replace(RECORD, scale="full", seconds=900.2), path)
    remember(replace(RECORD, seconds=50.0), path)
    measured = json.loads(path.read_text(encoding="utf-8"))
    assert list(measured) == ["01", "02"]
    assert measured["01"] == {
        "full": {"seconds": 900, "peak_memory_mb": 1104, "cores": 2},
        "quick": {"seconds": 50, "peak_memory_mb": 1104, "cores": 2},
    }
    assert measured["02"]["quick"]["seconds"] == 47


def test_what_a_run_costs_on_another_backend_stands_beside_tensorflows(tmp_path: Path):
    path = tmp_path / "measured.json"
    on = {name: replace(RECORD, versions={"backend": name}) for name in ("tensorflow", "jax", "torch")}
    remember(replace(on["torch"], seconds=70.0), path)
    remember(on["tensorflow"], path)
    remember(replace(on["jax"], seconds=60.0, peak_memory_mb=900.0), path)
    assert json.loads(path.read_text(encoding="utf-8"))["01"]["quick"] == {
        "seconds": 47,
        "peak_memory_mb": 1104,
        "cores": 2,
        "on": {
            "jax": {"seconds": 60, "peak_memory_mb": 900, "cores": 2},
            "torch": {"seconds": 70, "peak_memory_mb": 1104, "cores": 2},
        },
    }
    remember(replace(on["tensorflow"], seconds=40.0), path)
    kept = json.loads(path.read_text(encoding="utf-8"))["01"]["quick"]
    assert kept["seconds"] == 40 and set(kept["on"]) == {"jax", "torch"}


def test_every_lesson_ran_within_its_ranges_on_every_backend():
    """As the page on where to run it says; only a run that does is remembered."""
    kept = measured(ROOT / "course_lib" / "session" / "measured.json")
    lessons = {f"{chapter.number:02d}" for chapter in source.chapters(ROOT / "chapters")}
    assert {number for number, scales in kept.items() if set(scales["quick"]["on"]) == {"jax", "torch"}} == lessons


def test_the_lesson_tells_its_readers_what_was_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    remember(RECORD, tmp_path / "measured.json")
    monkeypatch.setattr(starting.resources, "files", lambda _: tmp_path)
    assert starting.recorded_cost(1, "quick") == pytest.approx((47 / 60, 1.104))
    assert starting.recorded_cost(1, "full") is None


def test_a_write_that_is_cut_off_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "measured.json"
    remember(RECORD, path)
    before = path.read_bytes()

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "replace", cut_off)
    with pytest.raises(KeyboardInterrupt):
        remember(replace(RECORD, seconds=1.0), path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["measured.json"]


def test_the_spread_between_seeds_is_kept_beside_what_the_run_cost(tmp_path: Path):
    path = tmp_path / "measured.json"
    remember(RECORD, path)
    remember_spread(RECORD.chapter, RECORD.scale, [1, 2], {"accuracy": [0.8712345, 0.88]}, path)
    remember(replace(RECORD, seconds=50.0), path)
    kept = json.loads(path.read_text(encoding="utf-8"))[f"{RECORD.chapter:02d}"][RECORD.scale]
    assert kept["seconds"] == 50
    assert kept["spread"] == {"seeds": [1, 2], "results": {"accuracy": [0.87123, 0.88]}}
    assert spread(RECORD.chapter, RECORD.scale, path) == {"accuracy": [0.87123, 0.88]}
    assert spread(RECORD.chapter, "full", path) == spread(12, "quick", tmp_path / "none.json") == {}


def test_a_spread_without_a_run_tells_readers_no_cost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "measured.json"
    remember_spread(RECORD.chapter, RECORD.scale, [1, 2], {"accuracy": [0.1, 0.2]}, path)
    monkeypatch.setattr(starting.resources, "files", lambda _package: tmp_path)
    assert starting.recorded_cost(RECORD.chapter, RECORD.scale) is None
    measured = json.loads(path.read_text(encoding="utf-8"))[f"{RECORD.chapter:02d}"]
    assert opening_text(RECORD.slug, "en", measured, link_to_other=False) == ""


@pytest.mark.parametrize("text", ['{"01": {"quick"', "[]", ""])
def test_a_damaged_file_of_costs_is_named_and_kept(tmp_path: Path, text: str):
    path = tmp_path / "measured.json"
    path.write_text(text)
    for read in (lambda: measured(path), lambda: spread(1, "quick", path), lambda: remember(RECORD, path)):
        with pytest.raises(CourseError, match=r"measured\.json .*allowed"):
            read()
    assert path.read_text() == text


@pytest.mark.parametrize("text", ["{", "[]", '{"chapter": 1, "of_another_version": 2}'])
def test_a_record_that_is_none_is_named(tmp_path: Path, text: str):
    (tmp_path / "01.en.json").write_text(text)
    with pytest.raises(CourseError, match=r"01\.en\.json is no record .*run the lesson again"):
        load_all(tmp_path)
