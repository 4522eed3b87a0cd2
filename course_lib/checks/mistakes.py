"""Mistakes that are told by what they give.

A mistake is a function that makes it. The reader who gets the same numbers has made the same mistake, and the first
one found decides the hint; what no mistake explains is shown beside what was expected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from course_lib.checks.hints import Hint, require

# What makes the mistake, and what is said about it in English and in Chinese.
Mistake = tuple[Callable, str, str]


def same(one: object, other: object) -> bool:
    """Whether two results have one shape and the same numbers, as far as float32 can tell."""
    return np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=1e-5, atol=1e-12)


def refuse(result: object, mistakes: Sequence[Mistake], outcome: Callable[[Callable], object]) -> None:
    """Give the hint of the first mistake whose outcome is the reader's result."""
    for mistake, english, chinese in mistakes:
        require(not same(result, outcome(mistake)), english, chinese)


@contextmanager
def instead_of(errors: Sequence[str], english: str, chinese: str) -> Iterator[None]:
    """Give this hint where the reader's function stops with an error that says one of these."""
    try:
        yield
    except Hint as hint:
        require(not any(error in str(hint) for error in errors), english, chinese)
        raise
