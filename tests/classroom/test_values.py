"""Values cross between two processes as they are, and nothing that comes across runs code or breaks the reader."""

from __future__ import annotations

import fractions
import json
import pickle

import numpy as np
import pytest

from course_lib.classroom.values import Foreign, Unreadable, dumps, loads, pack, take_over, unpack

VALUES = [
    None,
    True,
    3,
    2**80,
    -1.5,
    float("inf"),
    "词",
    b"\x00\xff",
    [1, [2.0, "x"], ()],
    ("a", {"b": 1}),
    {("l", "o"): 3, 2: [1]},
    {1, 2},
    frozenset({"x"}),
    np.arange(6.0).reshape(2, 3),
    np.array([True, False]),
    np.array(["tt1", "tt22"]),
    np.zeros((0, 4), np.float32),
    np.array(7),
]


def crossed(value):
    return unpack(loads(dumps(pack(value))))


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_across_as_it_is(value):
    found = crossed(value)
    assert type(found) is type(value)
    assert np.array_equal(found, value) if isinstance(value, np.ndarray) else found == value


def test_numbers_of_other_kinds_come_across_as_the_number_that_they_are():
    assert crossed(fractions.Fraction(1, 2)) == 0.5
    assert crossed(np.float32(0.5)) == 0.5 and crossed(np.int64(3)) == 3
    assert np.isnan(crossed(float("nan")))
    assert crossed(np.array([1, fractions.Fraction(1, 2)], object)).tolist() == [1, 0.5]
    assert list(crossed(iter([1, 2]))) == [1, 2]


def test_what_travels_is_json_that_any_reader_takes():
    """JSON knows no infinity; a number that it knows is written as one."""
    travels = dumps(pack([1.5, float("inf"), float("nan"), -float("inf")]))
    number, *others = json.loads(travels, parse_constant=pytest.fail)["list"]
    assert number == 1.5 and others == [{"float": "inf"}, {"float": "nan"}, {"float": "-inf"}]


def test_a_generator_goes_on_where_it_was():
    generator = np.random.default_rng(3)
    generator.random(5)
    found = crossed(generator)
    assert found.random() == generator.random()


def test_an_object_comes_across_as_its_name_and_is_equal_to_nothing():
    class Yes:
        def __eq__(self, other):
            return True

        __hash__ = None

        def __repr__(self):
            return "yes" * 1000

    found = crossed(Yes())
    assert isinstance(found, Foreign) and found.name == "Yes" and len(found.text) <= 200
    assert found != 1


def test_a_subclass_is_read_by_what_it_holds():
    class Text(str):
        def __eq__(self, other):
            return True

        __hash__ = str.__hash__

    found = crossed(Text("a"))
    assert type(found) is str and found != "b"


@pytest.mark.parametrize(
    "sent",
    [
        pickle.dumps(print),
        b"{",
        b"[" * 100_000,
        dumps([1]),
        dumps({"array": ["|O", [1], ""]}),
        dumps({"array": ["<f8", [2], "AAAA"]}),
        dumps({"array": ["<f8", [-1], ""]}),
        dumps({"array": ["<f8", [10**12], ""]}),
        dumps({"generator": ["os.system", {}]}),
        dumps({"generator": ["PCG64", {"state": 1}]}),
        dumps({"set": [{"list": []}]}),
        dumps({"dict": [[1]]}),
        dumps({"int": "9" * 1000}),
        dumps({"array": 1, "list": []}),
        dumps({"unknown": 1}),
        dumps({"scalar": 1}),
    ],
)
def test_what_is_no_value_is_refused(sent):
    with pytest.raises(Unreadable):
        unpack(loads(sent))


def test_what_a_call_did_to_its_arguments_is_done_here_as_well():
    before = (np.zeros(3), [1, 2], {"a": 1}, {1}, (np.zeros(2),), np.random.default_rng(1))
    moved = np.random.default_rng(1)
    moved.random()
    take_over(before, (np.ones(3), [1, 2, 3], {"b": 2}, {2}, (np.ones(2),), moved))
    assert before[0].sum() == 3 and before[1] == [1, 2, 3] and before[2] == {"b": 2} and before[3] == {2}
    assert before[4][0].sum() == 2 and before[5].random() == moved.random()
