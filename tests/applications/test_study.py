"""Proves that the records are the study's, hold what the lesson says, and that a run that moved is told."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from course_lib.applications import study
from course_lib.applications.records import recorded_runs


def test_every_run_of_the_study_is_on_record_with_what_it_took() -> None:
    found = recorded_runs()
    assert set(found) == set(study.runs(study.Vectors(None)))
    for run in found.values():
        assert run.processor_minutes and run.versions and run.machine and all(count > 200 for count in run.examples)
        assert all(0 < share <= 1 for share in run.results.values())


def test_the_lesson_says_of_the_records_what_they_hold() -> None:
    found = {name: run.results for name, run in recorded_runs().items()}
    for collection in ("clinc150", "banking77"):
        assert found[f"{collection} by vectors"]["accuracy"] > found[f"{collection} by words"]["accuracy"]
    words, vectors = found["clinc150 by words"], found["clinc150 by vectors"]
    assert vectors["noticed"] > words["noticed"] + 0.1
    assert all(abs(own["turned_away"] - 0.05) < 0.01 for own in (words, vectors))
    for language in ("en", "zh"):
        reader = found[f"reader {language}"]
        assert reader["found_first"] > 0.9 and 0.3 < reader["searched_f1"] < reader["given_f1"] < 0.4
    chinese = found["reader cmrc2018"]
    for way in ("given", "searched"):
        assert chinese[f"{way}_exact"] < chinese[f"{way}_run_f1"] <= chinese[f"{way}_f1"] < 0.4
    latency = found["latency"]
    for size in (1, 16):
        assert latency[f"int8_{size}"] < latency[f"onnx_{size}"] < latency[f"keras_{size}"]
    assert abs(latency["int8_ndcg"] - latency["onnx_ndcg"]) < 0.02 and latency["int8_share"] < 0.3


def test_vectors_are_kept_and_not_made_again(tmp_path: Path) -> None:
    kept = np.eye(3, 4)
    np.save(tmp_path / "some.npy", 2 * kept)
    vectors = study.Vectors(tmp_path)
    np.testing.assert_allclose(vectors.of("some", ["a", "b", "c"]), kept)
    assert vectors.kept


def test_a_run_that_moved_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys) -> None:
    run = recorded_runs()["reader en"]
    moved = dataclasses.replace(run, results={**run.results, "given_f1": 0.9})
    monkeypatch.setattr(study, "runs", lambda _: {"reader en": lambda: moved})
    assert study.main(["--only", "reader en"]) == 1
    assert "given_f1 0.900, recorded" in capsys.readouterr().out
    monkeypatch.setattr(study, "runs", lambda _: {"reader en": lambda: run})
    assert study.main([]) == 0
    assert study.main(["--folder", str(tmp_path)]) == 0 and (tmp_path / "study-reader-en.json").is_file()
