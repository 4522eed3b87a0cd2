"""Hidden tests: other cases than the check on the page, of the same properties.

A check draws its cases from generators with fixed seeds; here it draws others. And each call that it makes of the
lesson's solution is varied: numbers change places, rows and texts their order. What is right on a page because it knows
the page's cases is wrong here.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from course_lib.checks import core
from course_lib.checks.answers import as_array, close
from course_lib.checks.calling import Learner, short
from course_lib.checks.hints import Hint, NotAttempted
from course_lib.showing.language import tr

# As many times the check is asked again with other cases, and as many calls of it are varied.
SEEDS, VARIED = 2, 8

# Several answers are right here: what holds is that the check holds, and no single solution can be compared with.
MANY_ANSWERS = frozenset({"02.4", "03.3", "07.3"})
# The check's hints speak of what its own cases hold: other ones would not have it.
OWN_CASES = frozenset({"08.3"})


class Case(NamedTuple):
    """Arguments, and what the solution answers."""

    arguments: tuple[object, ...]
    answer: object


@contextmanager
def other_cases(seed: int) -> Iterator[None]:
    """Inside, a check draws its cases from other generators than on the page."""
    usual = np.random.default_rng

    def drawn(given: object = None) -> np.random.Generator:
        return usual([seed, *np.atleast_1d(given).tolist()] if isinstance(given, int | list | tuple) else given)

    np.random.default_rng = drawn
    try:
        yield
    finally:
        np.random.default_rng = usual


def varied_cases(exercise: str, solution: Callable[..., object], seed: int) -> list[Case]:
    """Cases like those of a check, with the solution's answers.

    Args:
        exercise: its number, `"05.1"`.
        solution: the lesson's own solution.
        seed: of what is changed.
    """
    if exercise in MANY_ANSWERS:
        return []
    called: list[tuple[object, ...]] = []

    def recording(*arguments: object) -> object:
        called.append(copy.deepcopy(arguments))
        return solution(*arguments)

    core.check(exercise, recording)
    random = np.random.default_rng([seed, *map(ord, exercise)])
    cases = []
    for place in random.permutation(len(called)):
        arguments = varied_call(called[place], random)
        if repr(arguments) == repr(called[place]):
            continue
        try:
            with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
                warnings.simplefilter("error")
                answer = solution(*copy.deepcopy(arguments))
        except Exception:  # the solution need not stand what the text does not promise
            continue
        cases.append(Case(arguments, answer))
        if len(cases) == VARIED:
            break
    return cases


def varied_call(arguments: tuple[object, ...], random: np.random.Generator) -> tuple[object, ...]:
    """Arguments like these: whole numbers alone grow together, texts get other letters, all else another order."""
    if all(isinstance(each, int | float) for each in arguments):
        factor = int(random.integers(2, 6))  # a width stays a multiple of its heads
        return tuple(each * factor if type(each) is int else each for each in arguments)
    if isinstance(arguments[0], str):
        letters = {letter for letter in "".join(_texts(arguments)) if letter.islower() or "一" <= letter <= "鿿"}
        other = str.maketrans(dict(zip(sorted(letters), random.permutation(sorted(letters)).tolist(), strict=True)))
        return tuple(_translated(each, other) for each in arguments)
    return tuple(varied(each, random) for each in arguments)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple | set | frozenset):
        for each in value:
            yield from _texts(each)


def _translated(value: object, letters: Mapping[int, str]) -> object:
    if isinstance(value, str):
        return value.translate(letters)
    if isinstance(value, Mapping):
        return {_translated(key, letters): each for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(_translated(each, letters) for each in value)
    return value


def varied(value: object, random: np.random.Generator) -> object:
    """A value of the same kind: the same numbers or texts in another order."""
    if isinstance(value, np.random.Generator):
        return np.random.default_rng(int(random.integers(2**31)))
    if isinstance(value, np.ndarray):
        return _varied_array(value, random)
    if isinstance(value, list):
        return [varied(value[place], random) for place in random.permutation(len(value))]
    if isinstance(value, tuple):
        return tuple(varied(each, random) for each in value)
    if isinstance(value, Mapping):
        held = list(value.values())
        if all(isinstance(each, int | float) for each in held):
            held = [held[place] for place in random.permutation(len(held))]
        return dict(zip(value, held, strict=True))
    return value


def _varied_array(array: np.ndarray, random: np.random.Generator) -> np.ndarray:
    if array.ndim == 0:
        return array.copy()  # a number alone has no other order
    if array.ndim == 1:
        return random.permutation(array)
    # Where rows mean something, such as a distribution, a padded text or a mask of one, whole rows change places.
    rows = array.reshape(-1, array.shape[-1])
    shares = array.dtype.kind == "f" and (rows >= 0).all() and np.allclose(rows.sum(axis=-1), 1)
    if array.dtype.kind != "f" or shares:
        return random.permutation(array, axis=0)
    return random.permutation(array.ravel()).reshape(array.shape)


def same_answer(found: object, expected: object) -> bool:
    """Whether two answers say the same, whatever the types of their numbers and containers."""
    if isinstance(expected, str | bytes):
        return type(found) in (str, bytes, np.str_) and found == expected
    if isinstance(expected, Mapping):
        if not isinstance(found, Mapping) or set(found) != set(expected):
            return False
        return all(same_answer(found[key], expected[key]) for key in expected)
    if isinstance(expected, set | frozenset):
        return isinstance(found, set | frozenset) and found == expected
    if isinstance(expected, list | tuple):
        if isinstance(found, np.ndarray):
            found = list(found)
        if not isinstance(found, list | tuple) or len(found) != len(expected):
            return False
        return all(same_answer(one, other) for one, other in zip(found, expected, strict=True))
    try:
        return close(as_array(found), as_array(expected))
    except (Hint, TypeError, ValueError):
        return False


def ask(exercise: str, function: Callable[..., object], cases: list[Case], seed: int) -> Hint | NotAttempted | None:
    """Ask a function all the hidden tests of an exercise.

    Args:
        exercise: its number.
        function: what is tested.
        cases: those of `varied_cases`.
        seed: of the other cases that the check draws.

    Returns:
        The first mistake, or None.
    """
    for place in range(0 if exercise in OWN_CASES else SEEDS):
        with other_cases(seed + place):
            found = core.check(exercise, function, hint=1)
        if not found.passed:
            return Hint(found.message) if found.status == core.HINT else NotAttempted()
    learner = Learner(function)
    for case in cases:
        try:
            answer = learner(*case.arguments)
        except (Hint, NotAttempted) as found:
            return found
        if not same_answer(answer, case.answer):
            given = ", ".join(short(each) for each in case.arguments)
            return Hint(
                tr(
                    f"Called with ({given}), your function gives {short(answer)}; it should give {short(case.answer)}.",
                    f"用 ({given}) 调用时，你的函数返回 {short(answer)}；应当返回 {short(case.answer)}。",
                )
            )
    return None
