"""Proves that each look at an argument lets all that is allowed pass, to its edges, and names the first that is not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from course_lib.base import arguments as look

INFINITY = float("inf")

ALLOWED: list[Callable[[], object]] = [
    lambda: look.require_text("text", ""),
    lambda: look.require_words("words", []),
    lambda: look.require_words("words", ["a"]),
    lambda: look.require_integer("n", 0, at_least=0),
    lambda: look.require_integer("n", np.int64(3), at_least=0, at_most=3),
    lambda: look.require_number("x", -1.5),
    lambda: look.require_number("x", np.float32(2)),
    lambda: look.require_choice("c", "b", iter(["a", "b"])),
    lambda: look.require_positive("x", 1e-300),
    lambda: look.require_not_negative("x", 0),
    lambda: look.require_share("x", 0),
    lambda: look.require_share("x", 0.999),
    lambda: look.require_whole_numbers("ids", np.array([1], dtype=np.uint8)),
    lambda: look.require_int32("ids", np.array([-(2**31), 2**31 - 1])),
    lambda: look.require_int32("ids", np.array([], dtype=int)),
    lambda: look.require_ids("ids", np.array([0, 4]), 5),
    lambda: look.require_ids("ids", np.array([], dtype=int), 5),
    lambda: look.require_labels("labels", np.array([0, 1]), 2),
    lambda: look.require_labels("labels", np.array([], dtype=int), 2),
    lambda: look.require_patience(None, None),
    lambda: look.require_patience(1, ("inputs", "labels")),
]


@pytest.mark.parametrize("call", ALLOWED)
def test_what_is_allowed_passes(call: Callable[[], object]) -> None:
    call()


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: look.require_text("text", b"a"), TypeError, r"text is bytes; decode it first"),
    (lambda: look.require_text("text", 7), TypeError, r"text is 7 of type int; allowed: a str"),
    (lambda: look.require_words("words", "a cat"), TypeError, r"words is one str, 'a cat'"),
    (lambda: look.require_integer("n", True, at_least=0), TypeError, r"n is True of type bool"),
    (lambda: look.require_integer("n", 2.0, at_least=0), TypeError, r"n is 2\.0 of type float"),
    (lambda: look.require_integer("n", -1, at_least=0), ValueError, r"n is -1; allowed: 0 or more"),
    (lambda: look.require_integer("n", 4, at_least=0, at_most=3), ValueError, r"n is 4; allowed: 0 to 3"),
    (lambda: look.checked_seed(-1), ValueError, r"seed is -1"),
    (lambda: look.require_widths("widths", 8), TypeError, r"widths is 8, one number"),
    (lambda: look.require_widths("widths", [8, 0]), ValueError, r"widths is 0; allowed: 1 or more"),
    (lambda: look.require_number("x", True), TypeError, r"x is True of type bool; allowed: a number"),
    (lambda: look.require_number("x", "1"), TypeError, r"x is '1' of type str; allowed: a number"),
    (lambda: look.require_choice("c", "d", ["a", "b"]), ValueError, r"c is 'd'; allowed: 'a', 'b'"),
    (lambda: look.require_positive("x", 0), ValueError, r"x is 0; allowed: a number above 0"),
    (lambda: look.require_positive("x", INFINITY), ValueError, r"x is inf"),
    (lambda: look.require_positive("x", float("nan")), ValueError, r"x is nan"),
    (lambda: look.require_not_negative("x", -1e-9), ValueError, r"x is -1e-09; allowed: a number from 0 upwards"),
    (lambda: look.require_not_negative("x", INFINITY), ValueError, r"x is inf"),
    (lambda: look.require_share("x", 1.0), ValueError, r"x is 1\.0; allowed: from 0 to less than 1"),
    (lambda: look.require_share("x", -0.1), ValueError, r"x is -0\.1"),
    (lambda: look.require_whole_numbers("ids", np.array([1.0])), TypeError, r"ids holds values of type float64"),
    (lambda: look.require_whole_numbers("ids", np.array([True])), TypeError, r"ids holds values of type bool"),
    (lambda: look.require_int32("ids", np.array([2**31])), ValueError, r"ids holds 2147483648"),
    (lambda: look.require_int32("ids", np.array([-(2**31) - 1])), ValueError, r"ids holds -2147483649"),
    (lambda: look.require_ids("ids", np.array([0, 5]), 5), ValueError, r"ids holds ids from 0 to 5; allowed: 0 to 4"),
    (lambda: look.require_ids("ids", np.array([-1, 2]), 5), ValueError, r"ids holds ids from -1 to 2; allowed: 0 to 4"),
    (
        lambda: look.require_labels("labels", np.array([0, 2]), 2),
        ValueError,
        r"labels holds labels from 0 to 2; allowed: 0 to 1",
    ),
    (lambda: look.require_labels("labels", np.array([-1]), 2), ValueError, r"labels holds labels from -1 to -1"),
    (lambda: look.require_labels("labels", np.array([0.5]), 2), TypeError, r"labels holds values of type float64"),
    (lambda: look.require_patience(0, "some"), ValueError, r"patience is 0; allowed: 1 or more"),
    (lambda: look.require_patience(2, None), ValueError, r"patience is given without a validation set"),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_what_is_not_allowed_is_named(call: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{message}"):
        call()


def test_what_is_checked_comes_back_as_plain_numbers() -> None:
    assert (
        look.require_integer("n", np.int8(3), at_least=0) == 3 and type(look.require_integer("n", np.int8(3), 0)) is int
    )
    assert look.checked_seed(None) is None and look.checked_seed(np.uint32(7)) == 7
    assert look.require_widths("widths", [np.int64(4), 2]) == (4, 2)
    assert look.checked_ids("ids", iter([0, 3]), 4) == [0, 3] and look.checked_ids("ids", (), 4) == []
    with pytest.raises(ValueError, match="ids holds ids from 4 to 4; allowed: 0 to 3"):
        look.checked_ids("ids", [4], 4)
    with pytest.raises(TypeError, match="ids holds values of type float64"):
        look.checked_ids("ids", [0.5], 4)
