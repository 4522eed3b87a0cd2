"""Proves that what is on record bears out what the page says of it, and that a part of the study repeats its record."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.scaling import Sizes, fit_law, recorded, recorded_points, recorded_rates, training_flops
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
