"""Proves that what hangs together is found, through others too, and comes in a fixed order."""

from __future__ import annotations

import itertools
import random

from course_lib.data.groups import connected


def test_items_hang_together_through_others() -> None:
    assert connected([["a"], ["b"], ["a", "c"], [], ["c", "b"], ["d"]]) == [[0, 1, 2, 4], [3], [5]]
    assert connected([]) == []


def test_they_are_those_of_a_slow_search() -> None:
    rng = random.Random(0)
    for _ in range(50):
        keys = [[rng.randrange(12) for _ in range(rng.randrange(4))] for _ in range(15)]
        near = [
            {other for other in range(15) if other == own or set(keys[own]) & set(keys[other])} for own in range(15)
        ]
        for _, own in itertools.product(range(15), range(15)):
            near[own] |= set.union(*(near[other] for other in near[own]))
        assert connected(keys) == sorted(map(list, {tuple(sorted(group)) for group in near}))
