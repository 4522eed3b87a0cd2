"""The dial gives the settings of the chosen scale, holds results against the right ranges, refuses what is unclear."""

from __future__ import annotations

import pytest

import course_lib
from course_lib import data
from course_lib.base.errors import UsageError
from course_lib.session import scale
from course_lib.showing import display

SETTINGS = {"smoke": {"reviews": 10}, "quick": {"reviews": 100}, "full": {"reviews": 1_000}}
EXPECTED = {"quick": {"accuracy": (0.8, 0.9)}, "full": {"accuracy": (0.88, 0.92)}, "sample": {"accuracy": (0.5, 0.7)}}


@pytest.fixture
def shown(monkeypatch) -> list[display.Line]:
    lines: list[display.Line] = []
    monkeypatch.setattr(display, "show", lines.append)
    return lines


@pytest.fixture
def at(monkeypatch):
    def choose(name: str, sample: bool = False) -> scale.Dial:
        monkeypatch.setenv("COURSE_SCALE", name)
        monkeypatch.setattr(data, "samples_in_use", lambda: frozenset({"imdb"} if sample else ()))
        return course_lib.dial(SETTINGS, EXPECTED)

    return choose


@pytest.mark.parametrize(("name", "reviews"), [("smoke", 10), ("quick", 100), ("full", 1_000)])
def test_a_setting_is_the_one_of_the_chosen_scale(at, shown, name, reviews):
    assert at(name).reviews == reviews


def test_quick_is_the_default(monkeypatch):
    monkeypatch.delenv("COURSE_SCALE")
    assert scale.current() == "quick"


def test_an_unknown_scale_is_an_error_that_names_the_known(monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "huge")
    with pytest.raises(UsageError, match=r"'huge'.*smoke, quick, full"):
        course_lib.dial(SETTINGS)


def test_an_unknown_setting_is_an_error_that_names_the_known(at, shown):
    with pytest.raises(AttributeError, match=r"'epochs'.*reviews"):
        _ = at("quick").epochs


@pytest.mark.parametrize(
    ("name", "sample", "value", "within"),
    [
        ("quick", False, 0.85, True),
        ("quick", False, 0.8, True),
        ("quick", False, 0.79, False),
        ("quick", False, 0.91, False),
        ("full", False, 0.91, True),
        ("full", False, 0.85, False),
        ("quick", True, 0.6, True),
        ("quick", True, 0.85, False),
        ("full", True, 0.85, False),
        ("smoke", False, 0.1, None),
    ],
)
def test_a_result_is_held_against_the_range_that_holds_here(at, shown, name, sample, value, within):
    at(name, sample).report("accuracy", value)
    result = dict(shown[-1].data)[scale.RESULT_MIME]
    assert (result["within"], result["value"], result["scale"]) == (within, value, name)
    assert result["data"] == ("sample" if sample else "real")
    assert ("on the sample" in shown[-1].text) == sample, "readers are told of a sample, and of nothing else"


def test_a_result_outside_its_range_says_so_in_words(at, shown):
    at("quick").report("accuracy", 0.1)
    assert "outside" in shown[-1].text
    assert "0.8 – 0.9" in shown[-1].text
    assert shown[-1].mood == "bad"


def test_the_dial_promises_every_result_before_it_is_there(at, shown):
    at("quick")
    assert dict(shown[0].data)[scale.EXPECTED_MIME]["names"] == ["accuracy"]


def test_at_smoke_scale_nothing_is_promised(at, shown):
    at("smoke")
    assert dict(shown[0].data)[scale.EXPECTED_MIME]["names"] == []


def test_a_result_nobody_expects_is_an_error(at, shown):
    with pytest.raises(UsageError, match=r"'acuracy'.*accuracy"):
        at("quick").report("acuracy", 0.5)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "high", None, [0.5, 0.6]])
def test_a_result_must_be_one_finite_number(at, shown, value):
    with pytest.raises(ValueError, match="accuracy"):
        at("quick").report("accuracy", value)


def test_results_are_kept(at, shown):
    course = at("quick")
    course.report("accuracy", 0.85)
    assert course.results == {"accuracy": 0.85}


@pytest.mark.parametrize(
    ("settings", "expected", "message"),
    [
        ({"quick": {}}, None, "smoke, quick, full"),
        ({**SETTINGS, "huge": {"reviews": 1}}, None, "smoke, quick, full"),
        ({**SETTINGS, "quick": {"review": 1}}, None, "same names"),
        (SETTINGS, {"smoke": {}}, "full, quick, sample"),
        (SETTINGS, {"quick": {"accuracy": (0.9, 0.8)}}, "low <= high"),
    ],
)
def test_a_dial_that_is_not_whole_is_refused(settings, expected, message):
    with pytest.raises(ValueError, match=message):
        course_lib.dial(settings, expected)


def test_the_seed_is_the_courses_own_unless_the_reader_sets_one(at, shown, monkeypatch):
    monkeypatch.delenv("COURSE_SEED", raising=False)
    assert at("quick").seed == scale.DEFAULT_SEED
    monkeypatch.setenv("COURSE_SEED", "7")
    assert at("quick").seed == 7


@pytest.mark.parametrize("given", ["-1", "1.5", "seven", "2147483648"])
def test_a_seed_that_is_none_is_an_error_that_names_the_allowed(monkeypatch, given):
    monkeypatch.setenv("COURSE_SEED", given)
    with pytest.raises(UsageError, match=f"COURSE_SEED is '{given}'; allowed: a whole number from 0"):
        scale.seed()


def test_a_setting_may_not_take_a_name_that_the_dial_itself_has():
    with pytest.raises(ValueError, match="settings may not be called seed"):
        course_lib.dial({name: {"seed": 1} for name in scale.SCALES})
