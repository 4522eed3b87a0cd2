"""Proves that what is on record bears out what the page says of it, that what leaves its record is told, and that parts
of the study repeat theirs.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pytest

from course_lib.scaling import Sizes, fit_law, recorded, recorded_points, recorded_rates, study, training_flops
from course_lib.scaling.records import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_record_says_where_it_comes_from(name: str) -> None:
    assert {"found", "machine", "minutes", "versions"} <= set(recorded(name))


def test_counts_near_the_formula_as_the_width_grows_and_recomputation_keeps_a_tenth() -> None:
    found = recorded("counts")["found"]
    ratios = {}
    for settings, counted in zip(found["settings"], found["counted"], strict=True):
        width = settings["width"]
        sizes = Sizes(settings["num_layers"], width, 4 * width, settings["vocabulary_size"], settings["length"], 4)
        ratios[width] = counted["flops"] / training_flops(sizes, settings["batch_size"] * settings["length"])
        if set(settings) != set(found["settings"][0]):
            ratios.pop(width)
    assert 1 < ratios[256] < ratios[64] < 1.2
    plain, twice, half, part = (counted["kept_bytes"] for counted in found["counted"][:4])
    assert twice < plain / 8 and half < 0.75 * plain
    assert part == pytest.approx(plain / 4, rel=0.1)


def test_devices_and_processes_and_backends_trained_the_same() -> None:
    ways = recorded("devices")["found"]
    assert max(way["farthest_weight"] for way in ways.values()) < 1e-5
    assert ways["model"]["forward"] == {"all-reduce": 2} and ways["data"]["both_ways"] == {"all-reduce": 1}
    killed = recorded("killed")["found"]
    assert len(killed["losses"]) == 8 and 0 < killed["begin"] <= killed["told"] + 1
    losses = [one["losses"] for one in recorded("backends")["found"].values()]
    np.testing.assert_allclose(losses, [losses[0]] * len(losses), atol=2e-4)


def test_the_best_rate_walks_in_one_parameterisation_and_stays_in_the_other() -> None:
    best = {way: [int(np.argmin(ends)) for ends in widths.values()] for way, widths in recorded_rates().items()}
    assert best["standard"][0] - best["standard"][-1] >= 2
    assert np.ptp(best["scaled"]) <= 1


def test_the_law_of_all_but_the_largest_predicts_the_largest() -> None:
    points = recorded_points()
    largest = max(point.weights for point in points)
    law = fit_law([point for point in points if point.weights < largest])
    for point in points:
        if point.weights == largest:
            assert law.loss(point.weights, point.tokens) == pytest.approx(point.loss, abs=0.1)
    assert len({point.weights for point in points}) >= 13 and largest > 100 * min(point.weights for point in points)


def test_a_record_that_there_is_not_is_named() -> None:
    with pytest.raises(ValueError, match="name is 'speed'"):
        recorded("speed")


def _moved(part: str, factor: float) -> dict:
    """What is on record of a part, one number of which is changed."""
    found = copy.deepcopy(recorded(part)["found"])
    if part == "laws":
        found["points"][-1]["loss"] *= factor
    elif part == "rates":
        found["losses"]["scaled"]["64"][3] *= factor
    elif part == "counts":
        found["counted"][1]["kept_bytes"] *= factor
    else:
        run = {"backends": "torch", "devices": "model"}.get(part)
        (found[run] if run else found)["losses"][-1] *= factor
    return found


@pytest.mark.parametrize("part", NAMES)
def test_what_leaves_its_record_is_told(part: str) -> None:
    tolerance = study.TOLERANCES[part]
    assert study.measures(part, recorded(part)["found"])
    for factor in (1, 1 + 0.9 * tolerance, 1 - 0.9 * tolerance):
        assert study.compare(part, _moved(part, factor)) == []
    for factor in (1 + 1.1 * tolerance, 1 - 1.1 * tolerance, float("nan")):
        (told,) = study.compare(part, _moved(part, factor))
        assert told.startswith(f"{part}: ") and "recorded" in told


def test_a_weight_that_strays_and_an_exchange_that_is_gone_are_told() -> None:
    found = copy.deepcopy(recorded("devices")["found"])
    found["data"]["farthest_weight"] = 2 * study.ROUNDING
    found["model"]["forward"] = {}
    told = study.compare("devices", found)
    assert len(told) == 2 and "farthest weight" in told[0] and "all-reduces forward 0, recorded 2" in told[1]


def test_the_command_writes_a_record_and_fails_where_it_moved(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(study, "find", lambda part: recorded(part)["found"])
    assert study.main(["--folder", str(tmp_path)]) == 0
    assert "within the recorded ranges" in capsys.readouterr().out
    for part in NAMES:
        assert json.loads((tmp_path / f"{part}.json").read_text("utf-8"))["found"] == recorded(part)["found"]
    monkeypatch.setattr(study, "find", lambda part: _moved(part, 2.0))
    assert study.main(["--parts", "rates"]) == 1
    assert "rates: scaled, width 64, rate 0.0078" in capsys.readouterr().out


@pytest.mark.slow
def test_parts_of_the_study_repeat_their_record(real_data: Path) -> None:
    rates = study.rates_by_width([16])
    assert len(study.measures("rates", rates)) == 2 * len(study.RATES)
    assert study.compare("rates", rates) == []
    points = study.losses_by_size([4, 23], study.TOKENS[:3])
    known = study.measures("laws", recorded("laws")["found"])
    assert set(study.measures("laws", points)) <= set(known)
    assert study.compare("laws", points) == []
