"""What a search costs before it is run: the brackets of Hyperband, and the epochs that they add up to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from course_lib.base.arguments import require_integer


@dataclass(frozen=True)
class Round:
    """One round of successive halving.

    Args:
        trials: how many settings are in it.
        epochs: how many epochs each has been trained for at its end.

    Raises:
        TypeError: if one is no whole number.
        ValueError: if one is less than 1.
    """

    trials: int
    epochs: int

    def __post_init__(self) -> None:
        require_integer("trials", self.trials, at_least=1)
        require_integer("epochs", self.epochs, at_least=1)


def hyperband_brackets(max_epochs: int, factor: int = 3) -> list[list[Round]]:
    """The brackets of the paper, the most impatient first.

    Args:
        max_epochs: R, how long one setting is trained at most.
        factor: η; after each round the best of every η go on, for η times as long.

    Raises:
        TypeError: if an argument is no whole number.
        ValueError: if one is out of its range.

    Source: L. Li et al., "Hyperband", JMLR 18, 2018, algorithm 1.
    """
    _check(max_epochs, factor)
    most = 0  # floor(log_η R), without the rounding errors of logarithms
    while factor ** (most + 1) <= max_epochs:
        most += 1
    brackets = []
    for s in range(most, -1, -1):
        first = math.ceil((most + 1) * factor**s / (s + 1))  # n = ⌈(s_max + 1) / (s + 1) · η^s⌉
        brackets.append(
            [Round(first // factor**i, max_epochs * factor**i // factor**s) for i in range(s + 1)]  # n_i = ⌊n η^-i⌋
        )
    return brackets


def keras_tuner_brackets(max_epochs: int, factor: int = 3) -> list[list[Round]]:
    """The brackets that KerasTuner runs, somewhat dearer than the paper's.

    It rounds up where the paper rounds down, the settings of a round as well as its epochs. The first bracket is the
    paper's where `max_epochs` is a power of `factor`; with 10 epochs its rounds are (12, 2), (4, 4), (2, 10), settings
    and epochs, and not (9, 1), (3, 3), (1, 10).

    Args:
        max_epochs: how long one setting is trained at most.
        factor: after each round the best of so many go on.

    Raises:
        TypeError: if an argument is no whole number.
        ValueError: if one is out of its range.
    """
    import keras_tuner

    _check(max_epochs, factor)
    oracle = keras_tuner.oracles.HyperbandOracle(objective="loss", max_epochs=max_epochs, factor=factor)
    return [
        [Round(oracle._get_size(s, i), oracle._get_epochs(s, i)) for i in range(oracle._get_num_rounds(s))]
        for s in range(oracle._get_num_brackets() - 1, -1, -1)
    ]


def epochs_spent(brackets: Iterable[Sequence[Round]], continued: bool = True) -> int:
    """The epochs that all rounds cost together.

    Args:
        brackets: from `hyperband_brackets` or `keras_tuner_brackets`.
        continued: whether a setting that goes on goes on from where it was; else it starts anew in each round.

    Raises:
        TypeError: if the brackets are no lists of rounds.
    """
    brackets = list(brackets) if isinstance(brackets, Iterable) else brackets
    if not isinstance(brackets, list) or not all(map(_is_bracket, brackets)):
        raise TypeError(f"brackets is {brackets!r}; allowed: lists of Round(...), one for each bracket")
    total = 0
    for rounds in brackets:
        before = 0
        for each in rounds:
            total += each.trials * (each.epochs - (before if continued else 0))
            before = each.epochs
    return total


def _is_bracket(rounds: object) -> bool:
    return isinstance(rounds, Sequence) and all(isinstance(each, Round) for each in rounds)


def _check(max_epochs: int, factor: int) -> None:
    require_integer("max_epochs", max_epochs, at_least=1)
    require_integer("factor", factor, at_least=2)
