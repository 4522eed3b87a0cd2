"""Proves on small data that the study and the tuned rung write whole records, that a search of the rung reads no test
review, that what moved away from its record is told, and that both commands come again from their seeds.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from course_lib.data import imdb
from course_lib.sentiment.encoding import Encoded, encode, task
from course_lib.tuning import n_grams, study

pytestmark = pytest.mark.slow

VALUES = {"longest": 3, "min_reviews": 2, "alpha": 1.0, "l2": 1e-5, "learning_rate": 0.05, "epochs": 2}


@pytest.fixture(scope="module")
def encoded() -> Encoded:
    return encode(*(imdb.load(part, sample="only") for part in ("train", "unlabelled", "test")), processes=1)


@pytest.mark.slow
def test_the_tuned_rung_has_the_best_settings_found_and_what_they_cost(encoded: Encoded) -> None:
    record = n_grams.tune(encoded, 2, seed=1)
    assert (record.model, record.seed, record.settings["trials"], record.settings["failed"]) == (
        "tuned-n-grams",
        1,
        2,
        0,
    )
    assert record.validation > 0.5 and record.test > 0.5
    assert set(record.minutes) == set(record.processor_minutes) == {"features", "search", "training"}
    search = n_grams.search_settings(task(encoded, 1), 2, seed=1)
    assert record.settings["validation_loss"] == pytest.approx(min(trial.score for trial in search.trials), abs=1e-4)


def test_no_label_of_the_test_reaches_the_search(encoded: Encoded) -> None:
    turned = replace(encoded, asked=replace(encoded.asked, labels=1 - np.asarray(encoded.asked.labels)))
    one, other = (n_grams.search_settings(task(each, 1), 1, seed=1).best for each in (encoded, turned))
    assert (one.values, one.score) == (other.values, other.score)


@pytest.mark.parametrize("longest", [1, 2])
def test_longer_n_grams_are_left_out(encoded: Encoded, longest: int) -> None:
    given, read = task(encoded, 1), encoded.known[:4]

    def logits(features, longest: int) -> np.ndarray:
        values = {**VALUES, "longest": longest}
        return n_grams.fitted_logits(encoded, given.labels, given.training, features, values, seed=1)

    without = read.copy()
    without.data[without.indices >= encoded.n_grams.offsets[longest]] = 0
    without.eliminate_zeros()
    np.testing.assert_allclose(logits(read, longest), logits(without, longest))
    assert not np.allclose(logits(read, longest), logits(read, longest + 1))


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"EPOCHS": 2, "TRIALS": 2, "ITERATIONS": 1}.items():
        monkeypatch.setattr(study, name, value)


def test_the_study_is_recorded_whole_and_comes_again(short, tmp_path: Path, monkeypatch, capsys) -> None:
    assert study.main(["--seeds", "2", "--folder", str(tmp_path)]) == 0
    found = json.loads((tmp_path / study.FILE).read_text(encoding="utf-8"))
    assert {method: len(runs) for method, runs in found.items()} == {"random": 2, "bayesian": 2, "hyperband": 2}
    for runs in found.values():
        for run in runs:
            assert run["epochs"] > 0 and 0 <= run["test"] <= 1 and run["claimed"] > 0
    monkeypatch.setattr(study, "recorded_searches", lambda: found)
    assert study.main(["--seeds", "2"]) == 0
    moved = {method: [{**run, "test": run["test"] + 0.9} for run in runs] for method, runs in found.items()}
    monkeypatch.setattr(study, "recorded_searches", lambda: moved)
    assert study.main(["--seeds", "2"]) == 1
    assert "random: test" in capsys.readouterr().out


def test_one_seed_has_no_spread(capsys) -> None:
    with pytest.raises(SystemExit):
        study.main(["--seeds", "1"])
    assert "allowed: 2 or more" in capsys.readouterr().err
