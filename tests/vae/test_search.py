"""The recorded search of lesson 04: made by the code that is here, and what the lesson says of it is in it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from course_lib import vae
from course_lib.vae import search


def bounds(candidate: str) -> np.ndarray:
    return np.array([run["elbo"] for run in vae.recorded()["runs"] if run["candidate"] == candidate])


def test_the_record_has_every_candidate_with_every_seed_and_its_settings():
    record = vae.recorded()
    runs = {(run["candidate"], run["seed"]) for run in record["runs"]}
    assert runs == {(name, seed) for name in search.CANDIDATES for seed in search.SEEDS}
    assert len(record["runs"]) == len(runs)
    expected = {name: {**search.COMMON, **choice} for name, choice in search.CANDIDATES.items()}
    assert record["settings"] == json.loads(json.dumps(expected))


def test_what_the_lesson_says_of_the_record_is_so():
    chosen, slower, moved = bounds("rate 0.005"), bounds("rate 0.003"), bounds("moved digits")
    for worse in ("dropout", "two layers"):
        assert bounds(worse).max() < chosen.min() - 2
    assert chosen.mean() == max(chosen.mean(), slower.mean(), moved.mean())
    assert chosen.mean() - moved.mean() < np.ptp(moved)
    gain = bounds("moved digits, swish, 160 epochs") - chosen
    assert 6.5 < gain.min() < gain.max() < 8


@pytest.mark.seconds
def test_the_search_writes_such_a_record(tmp_path, monkeypatch):
    for name, value in {"SEEDS": (0, 1), "TRAINING": 200, "VALIDATION": 50}.items():
        monkeypatch.setattr(search, name, value)
    monkeypatch.setattr(search, "CANDIDATES", {"short": {"epochs": 1, "hidden_dims": (8,)}})
    search.main(tmp_path / "search.json")
    made, kept = json.loads((tmp_path / "search.json").read_text("utf-8")), vae.recorded()
    assert made.keys() == kept.keys()
    assert made["digits"] == {"training": 200, "validation": 50}
    assert [run.keys() for run in made["runs"]] == [kept["runs"][0].keys()] * 2
    first, second = (run["elbo"] for run in made["runs"])
    assert first != second
    assert -784 < first < -100
