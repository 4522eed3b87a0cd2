"""Proves that signatures estimate what sets share, that planted copies are found, and that bad input is named."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.scaling import MinHash, candidates, chance_to_meet, jaccard, near_copies, shingles

RANDOM = np.random.default_rng(7)


def _sets(similarity: float, size: int = 3_000) -> tuple[set[int], set[int]]:
    """Two sets of this similarity."""
    shared = round(size * 2 * similarity / (1 + similarity))
    numbers = RANDOM.choice(2**32, 2 * size - shared, replace=False).tolist()
    return set(numbers[:size]), set(numbers[size - shared :])


@pytest.mark.parametrize("similarity", [0.0, 0.3, 0.8, 1.0])
def test_the_share_of_equal_entries_is_the_similarity(similarity: float) -> None:
    one, other = _sets(similarity)
    assert jaccard(one, other) == pytest.approx(similarity, abs=0.001)
    hashing = MinHash(1_000)
    equal = np.mean(hashing.signature(one) == hashing.signature(other))
    assert equal == pytest.approx(similarity, abs=4 * 0.016)


def test_entries_are_independent_of_each_other() -> None:
    # With one shuffle in many coats the share would jump from one pair to the next.
    hashing = MinHash(64)
    shares = []
    for _ in range(60):
        one, other = _sets(0.5, 60)
        shares.append(np.mean(hashing.signature(one) == hashing.signature(other)))
    assert np.std(shares) < 0.09


def test_shingles_are_runs_of_words() -> None:
    assert len(shingles(["a", "b", "c", "d", "e", "f"], 5)) == 2
    assert len(shingles(["a", "b"], 5)) == 1 and shingles([], 5) == set()
    assert jaccard(set(), set()) == 1


def test_the_chance_to_meet_is_what_bands_do() -> None:
    met = 0
    for seed in range(300):
        one, other = _sets(0.5, 40)
        hashing = MinHash(16, seed)
        met += bool(candidates(np.stack([hashing.signature(one), hashing.signature(other)]), 8))
    assert met / 300 == pytest.approx(chance_to_meet(0.5, 8, 2), abs=0.09)
    assert chance_to_meet(0.0, 8, 2) == 0 and chance_to_meet(1.0, 8, 2) == 1


def test_planted_copies_are_found_and_nothing_else() -> None:
    words = [f"w{number}" for number in range(500)]
    texts = [RANDOM.choice(words, 120).tolist() for _ in range(60)]
    planted = [*texts[7]]
    planted[40:42] = ["other", "words"]
    texts += [planted, list(texts[3])]
    found = near_copies([shingles(text, 3) for text in texts], 0.7)
    assert [(one, other) for one, other, _ in found] == [(3, 61), (7, 60)]
    assert near_copies([]) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: shingles("a text", 3), "words is one str"),
        (lambda: shingles(["a"], 0), "length is 0"),
        (lambda: candidates(np.zeros((2, 10)), 3), "bands is 3; allowed: a divisor of 10"),
        (lambda: chance_to_meet(1.2, 1, 1), "similarity is 1.2"),
        (lambda: near_copies([{1}], 2.0), "threshold is 2.0"),
        (lambda: MinHash(0), "shuffles is 0"),
    ],
)
def test_bad_input_is_named(wrong, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        wrong()
