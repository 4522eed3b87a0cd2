"""Texts that are nearly the same, found among very many without comparing each with each: MinHash and bands."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np

from course_lib.base.arguments import require_integer, require_number, require_words

# Odd numbers whose bits look like noise: products with them, folded upon themselves, mix all 64 bits of a number.
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_EMPTY = np.uint64(2**64 - 1)


def shingles(words: Sequence[str], length: int = 5) -> set[int]:
    """All runs of so many words, each as a number of 32 bits.

    Args:
        words: of a text; one shorter than a run is one shingle.
        length: words of a run.

    Raises:
        TypeError: if one text is given for the words.
        ValueError: if the length is less than 1.
    """
    require_words("words", words)
    require_integer("length", length, at_least=1)
    count = max(1, len(words) - length + 1) if len(words) else 0
    return {zlib.crc32(" ".join(words[place : place + length]).encode()) for place in range(count)}


def jaccard(one: set[int], other: set[int]) -> float:
    """How alike two sets are: what they share, divided by what they have together; 1 for two empty ones.

    Args:
        one: a set.
        other: another.
    """
    together = len(one | other)
    return len(one & other) / together if together else 1.0


class MinHash:
    """Signatures: for each of some shuffles of all numbers the smallest that a set has.

    Every shuffle mixes the bits of a number with a key of its own, as the generator SplitMix64 mixes a counter.

    The chance that two sets have the same smallest number is their Jaccard similarity, so the share of equal entries
    estimates it.

    Args:
        shuffles: how many entries a signature has.
        seed: of the shuffles.

    Source: A. Broder, "On the resemblance and containment of documents", 1997.

    Raises:
        ValueError: if there are no shuffles.
    """

    def __init__(self, shuffles: int = 128, seed: int = 0) -> None:
        self.shuffles = require_integer("shuffles", shuffles, at_least=1)
        self._keys = np.random.default_rng(seed).integers(0, 1 << 64, shuffles, dtype=np.uint64)

    def signature(self, members: Iterable[int]) -> np.ndarray:
        """The signature of a set of 32-bit numbers.

        Args:
            members: of the set.

        Shapes: → (shuffles,), unsigned 64-bit.
        """
        numbers = np.fromiter(members, np.uint64)
        if not numbers.size:
            return np.full(self.shuffles, _EMPTY)
        mixed = (numbers[:, None] ^ self._keys) * _FIRST  # what is beyond 64 bits falls away, as it should
        mixed = (mixed ^ (mixed >> np.uint64(29))) * _SECOND
        return (mixed ^ (mixed >> np.uint64(32))).min(axis=0)


def _require_similarity(name: str, value: float) -> None:
    require_number(name, value)
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}; allowed: 0 to 1")


def chance_to_meet(similarity: float, bands: int, rows: int) -> float:
    """The chance that two signatures agree in all rows of at least one band: 1 - (1 - sʳ)ᵇ.

    Args:
        similarity: s, of the two sets.
        bands: b, how many.
        rows: r, entries of a band.

    Source: J. Leskovec, A. Rajaraman, J. Ullman, *Mining of Massive Datasets*, section 3.4.

    Raises:
        ValueError: if a number is out of its range.
    """
    _require_similarity("similarity", similarity)
    require_integer("bands", bands, at_least=1)
    require_integer("rows", rows, at_least=1)
    return 1 - (1 - similarity**rows) ** bands


def candidates(signatures: np.ndarray, bands: int) -> set[tuple[int, int]]:
    """Pairs of texts whose signatures agree in a whole band: only these are compared.

    Args:
        signatures: of all texts.
        bands: into how many bands each is cut.

    Shapes: (texts, shuffles).

    Raises:
        ValueError: if the entries cannot be dealt out evenly.
    """
    require_integer("bands", bands, at_least=1)
    if signatures.shape[1] % bands:
        raise ValueError(f"bands is {bands}; allowed: a divisor of {signatures.shape[1]}, the entries of a signature")
    found: set[tuple[int, int]] = set()
    for band in np.split(signatures, bands, axis=1):
        drawers = defaultdict(list)
        for place, entries in enumerate(band):
            drawers[entries.tobytes()].append(place)
        for together in drawers.values():
            found.update(combinations(together, 2))
    return found


def near_copies(
    sets: Sequence[set[int]], threshold: float = 0.7, shuffles: int = 128, bands: int = 32, seed: int = 0
) -> list[tuple[int, int, float]]:
    """Pairs of sets that are alike: candidates by their bands, each then compared exactly.

    Args:
        sets: of shingles, one for each text.
        threshold: how alike a pair must be.
        shuffles: entries of a signature.
        bands: into how many it is cut.
        seed: of the shuffles.

    Returns:
        The places of both, the first one smaller, and their similarity; in order.

    Raises:
        ValueError: if a number is out of its range.
    """
    _require_similarity("threshold", threshold)
    hashing = MinHash(shuffles, seed)
    if not sets:
        return []
    signatures = np.stack([hashing.signature(members) for members in sets])
    compared = ((one, other, jaccard(sets[one], sets[other])) for one, other in candidates(signatures, bands))
    return sorted(pair for pair in compared if pair[2] >= threshold)
