"""The recorded search of lesson 03: made by the code that is here, and what the lesson says of it is in it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from course_lib import autoencoder
from course_lib.autoencoder import search


def errors(size: int, recipe: str) -> np.ndarray:
    runs = autoencoder.recorded()["runs"]
    return np.array([run["error"] for run in runs if (run["size"], run["recipe"]) == (size, recipe)])


def test_the_record_has_every_recipe_at_every_size_with_every_seed():
    record = autoencoder.recorded()
    assert record["recipes"] == search.RECIPES
    assert {(run["size"], run["recipe"], run["seed"]) for run in record["runs"]} == {
        (size, recipe, seed) for size in search.SIZES for recipe in search.RECIPES for seed in search.SEEDS
    }
    assert len(record["runs"]) == len(search.SIZES) * len(search.RECIPES) * len(search.SEEDS)


def test_what_the_lesson_says_of_the_record_is_so():
    first, second = search.RECIPES
    assert (errors(32, first) < errors(32, second)).all()
    assert (errors(8, first) < errors(8, second)).sum() == 2
    assert errors(8, first).mean() < errors(8, second).mean()
    assert (
        abs(errors(2, first).mean() - errors(2, second).mean()) < np.ptp(errors(2, second)) < np.ptp(errors(2, first))
    )


@pytest.mark.seconds
def test_the_search_writes_such_a_record(tmp_path, monkeypatch):
    for name, value in {"SIZES": (2,), "SEEDS": (0, 1), "TRAINING": 200, "VALIDATION": 50}.items():
        monkeypatch.setattr(search, name, value)
    monkeypatch.setattr(search, "RECIPES", {"short": {"activation": "relu", "learning_rate": 0.003, "epochs": 1}})
    search.main(tmp_path / "search.json")
    made, kept = json.loads((tmp_path / "search.json").read_text("utf-8")), autoencoder.recorded()
    assert made.keys() == kept.keys()
    assert made["digits"] == {"training": 200, "validation": 50}
    assert [run.keys() for run in made["runs"]] == [kept["runs"][0].keys()] * 2
    first, second = (run["error"] for run in made["runs"])
    assert first != second
    assert 0 < first < 0.3
