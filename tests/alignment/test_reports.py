"""Proves that typing mistakes, abstaining, cards and energy are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib import alignment
from course_lib.showing import language

WORDS = ["a", "perfectly", "good", "film", ",", "10", "out", "of", "10"]


def test_typos_touch_the_share_that_is_asked_for_and_nothing_short_or_without_letters():
    assert alignment.with_typos(WORDS, 0.0) == WORDS
    changed = alignment.with_typos(WORDS, 1.0, seed=1)
    assert [new for new, old in zip(changed, WORDS, strict=True) if old in {"a", ",", "10"}] == ["a", ",", "10", "10"]
    many = ["wonderful"] * 2_000
    found = alignment.with_typos(many, 0.3, seed=2)
    assert 0.2 < np.mean([word != "wonderful" for word in found]) < 0.35
    assert max(abs(len(word) - 9) for word in found) == 1
    assert alignment.with_typos(many, 0.3, seed=2) == found != alignment.with_typos(many, 0.3, seed=3)


def test_the_surest_answers_come_first_and_all_of_them_are_the_accuracy():
    labels, chances = np.array([1, 0, 1, 0]), np.array([0.99, 0.6, 0.2, 0.05])
    coverage, risk = alignment.risk_coverage(labels, chances)
    np.testing.assert_allclose(coverage, [0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(risk, [0, 0, 1 / 3, 0.5])


def test_a_card_names_what_was_not_said_in_both_languages():
    rows = dict(alignment.model_card({"model": "bag of words", "numbers": {"accuracy": "86%", "ε": 2}}))
    assert rows["Model"] == "bag of words" and rows["Measured"] == "accuracy: 86%; ε: 2"
    assert rows["Privacy"] == "not stated" and len(rows) == 9
    language.use("zh")
    try:
        assert dict(alignment.data_sheet({}))["使用条款"] == "未说明"
    finally:
        language.use("en")


def test_energy_is_power_times_time_and_carbon_follows():
    found = alignment.energy_of(3600, cores=2, watts=(5, 10), overhead=(1, 2), grams=(100, 500))
    assert found.watt_hours == pytest.approx((10, 40)) and found.grams == pytest.approx((1, 20))
    assert alignment.energy_of(60).watt_hours[0] < alignment.energy_of(60).watt_hours[1]


def test_the_course_knows_how_long_its_lessons_took():
    found = alignment.measured_seconds()
    assert len(found) >= 9 and list(found) == sorted(found) and all(1 < each < 1_000 for each in found.values())
    assert alignment.measured_seconds("nowhere") == {}


@pytest.mark.parametrize(
    ("call", "words", "error"),
    [
        (lambda: alignment.with_typos(["a"], 1.5), "share is 1.5", ValueError),
        (lambda: alignment.with_typos("a", 0.5), "words", TypeError),
        (lambda: alignment.risk_coverage([1], [1.5]), "outside 0 to 1", ValueError),
        (lambda: alignment.risk_coverage([1], [0.5, 0.5]), "shapes", ValueError),
        (lambda: alignment.model_card({"colour": "red"}), "'colour'", ValueError),
        (lambda: alignment.energy_of(0), "seconds is 0", ValueError),
        (lambda: alignment.energy_of(1, watts=(5, 1)), "watts is", ValueError),
    ],
)
def test_what_cannot_be_is_named(call, words, error):
    with pytest.raises(error, match=words):
        call()
