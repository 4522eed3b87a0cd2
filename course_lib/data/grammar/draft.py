"""What every construction makes: a sentence in both languages and the words that mark it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple, TypeVar

Option = TypeVar("Option")


class Draft(NamedTuple):
    """A sentence in both languages, and its key words: with the construction they make the combination."""

    words: tuple[str, ...]
    english: str
    chinese: str


def tell(words: Iterable[str], english: str, chinese: str) -> Draft:
    """A statement or a request: capital and full stop are added."""
    return Draft(tuple(words), english[0].upper() + english[1:] + ".", chinese + "。")


def ask(words: Iterable[str], english: str, chinese: str) -> Draft:
    """A question: capital and question marks are added."""
    return Draft(tuple(words), english[0].upper() + english[1:] + "?", chinese + "？")


def digest(*what: object) -> str:
    """A fixed pseudo-random string for anything that prints the same on every machine."""
    return hashlib.sha256(repr(what).encode()).hexdigest()


def choose(options: Iterable[Option], count: int, *by: object) -> list[Option]:
    """Some of the options, as if drawn by lot, and the same on every machine and under every version of Python.

    Args:
        options: what to draw from; equal ones count once.
        count: how many to draw, or all if there are fewer.
        by: what the draw depends on, beside the options.
    """
    return sorted(dict.fromkeys(options), key=lambda option: digest(by, option))[:count]
