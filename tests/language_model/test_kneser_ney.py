"""Proves that modified Kneser–Ney equals its formulae written as loops over dictionaries, adds up to one after every
context, and guesses better than one discount does.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from course_lib.language_model import ModifiedKneserNey
from course_lib.mlp import KneserNey, contexts_and_targets

SIZE = 7


def _texts(seed: int, count: int = 60) -> list[list[int]]:
    """Texts in which a token depends on the one before it, so that some grams are frequent and many are rare."""
    random = np.random.default_rng(seed)
    chances = np.random.default_rng(0).dirichlet(0.3 * np.ones(SIZE - 1), size=SIZE)
    texts = []
    for _ in range(count):
        text = [0]
        for _ in range(random.integers(1, 12)):
            text.append(int(random.choice(np.arange(1, SIZE), p=chances[text[-1]])))
        texts.append(text[1:])
    return texts


class ByLoops:
    """Chen and Goodman's equations, one dictionary per length; a gram is a tuple with padding in front."""

    def __init__(self, texts: list[list[int]], order: int) -> None:
        self.order = order
        padded = [[0] * (order - 1) + text for text in texts]
        longest = Counter(
            tuple(text[end - order + 1 : end + 1]) for text in padded for end in range(order - 1, len(text))
        )
        self.counts = {order: longest}
        for length in range(order - 1, 0, -1):
            before = defaultdict(set)
            for gram in self.counts[length + 1]:
                before[gram[1:]].add(gram[0])
            self.counts[length] = Counter({gram: len(firsts) for gram, firsts in before.items()})
        self.discounts = {length: self._discounts(counts) for length, counts in self.counts.items()}

    @staticmethod
    def _discounts(counts: Counter) -> dict[int, float]:
        n = Counter(counts.values())
        if not all(n[times] for times in (1, 2, 3, 4)):
            return {1: 0.5, 2: 0.5, 3: 0.5}
        y = n[1] / (n[1] + 2 * n[2])
        return {
            1: min(1.0, max(0.0, 1 - 2 * y * n[2] / n[1])),
            2: min(2.0, max(0.0, 2 - 3 * y * n[3] / n[2])),
            3: min(3.0, max(0.0, 3 - 4 * y * n[4] / n[3])),
        }

    def probability(self, context: tuple[int, ...], token: int, length: int | None = None) -> float:
        length = self.order if length is None else length
        if length == 0:
            return 1 / (SIZE - 1)
        near = context[len(context) - length + 1 :]
        shorter = self.probability(context, token, length - 1)
        following = {gram[-1]: count for gram, count in self.counts[length].items() if gram[:-1] == near}
        if not following:
            return shorter
        discount, count = self.discounts[length], following.get(token, 0)
        kept = count - discount[min(count, 3)] if count else 0.0
        given = sum(discount[min(other, 3)] for other in following.values())
        return (kept + given * shorter) / sum(following.values())


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("count", [3, 60])
def test_it_equals_the_equations_written_as_loops(order: int, count: int) -> None:
    texts, asked = _texts(1, count), _texts(2, 10)
    ours = ModifiedKneserNey(*contexts_and_targets(texts, max(order - 1, 1)), SIZE, order)
    theirs = ByLoops(texts, order)
    contexts, targets = contexts_and_targets(asked, max(order - 1, 1))
    expected = [
        theirs.probability(tuple(context)[-(order - 1) :] if order > 1 else (), int(target))
        for context, target in zip(contexts.tolist(), targets, strict=True)
    ]
    np.testing.assert_allclose(ours.probabilities(contexts, targets), expected, rtol=1e-12)


def test_the_three_discounts_are_at_work_in_the_comparison() -> None:
    model = ModifiedKneserNey(*contexts_and_targets(_texts(1), 2), SIZE, 3)
    one, two, more = model.discounts[-1]
    assert len({round(one, 6), round(two, 6), round(more, 6)}) == 3 and one != 0.5


def test_chances_add_up_to_one_after_every_context() -> None:
    model = ModifiedKneserNey(*contexts_and_targets(_texts(1), 3), SIZE, 4)
    for context in ([], [0, 0, 3], [2, 5], [6, 6, 6], [1, 2, 3, 4, 5, 6]):
        chances = model.distribution(context)
        assert chances.sum() == pytest.approx(1) and chances[0] == 0 and (chances[1:] > 0).all()


def test_three_discounts_guess_no_worse_than_one() -> None:
    texts, asked = contexts_and_targets(_texts(3, 400), 3), contexts_and_targets(_texts(4, 400), 3)
    modified = ModifiedKneserNey(*texts, SIZE, 4).surprisals(*asked).mean()
    assert modified < KneserNey(*texts, SIZE, 4).surprisals(*asked).mean() + 1e-3


def test_ids_outside_the_vocabulary_are_refused() -> None:
    with pytest.raises(ValueError, match="targets holds ids from 7 to 7; allowed: 1 to 6"):
        ModifiedKneserNey(np.zeros((1, 4), int), np.array([7]), SIZE)
