"""How subwords are learnt: again and again, the best pair of neighbours becomes one token."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

Pair = tuple[int, int]


def learn_merges(
    words: list[list[int]],
    word_counts: Sequence[int],
    tokens: list[str],
    join: Callable[[str, str], str],
    vocabulary_size: int,
    score: str,
) -> list[Pair]:
    """Merge the best pair of neighbouring tokens until the vocabulary is full or no pair is left.

    Args:
        words: each word as token ids; merged in place.
        word_counts: how often each word occurs.
        tokens: the token of each id; new ones are appended.
        join: what two tokens become.
        vocabulary_size: how many tokens there shall be.
        score: "count", the pair that occurs most often is the best; "likelihood", the pair that occurs most often
            compared with its parts, count(ab) / (count(a) count(b)): the usual short form of WordPiece's rule, which is
            not the same as the largest gain in likelihood.

    Returns:
        The pairs of ids in the order they were merged. Of equally good pairs the one with the lower ids comes first.

    Source: R. Sennrich, B. Haddow and A. Birch, "Neural Machine Translation of Rare Words with Subword Units", 2016
    (arXiv:1508.07909), algorithm 1; the other score is retold from M. Schuster and K. Nakajima, "Japanese and Korean
    voice search", 2012.
    """
    ids = {token: index for index, token in enumerate(tokens)}
    table = _PairTable(words, word_counts, vocabulary_size)
    merges = []
    while len(tokens) < vocabulary_size and (pair := table.best(score)) is not None:
        token = join(tokens[pair[0]], tokens[pair[1]])
        if token not in ids:  # two pairs can spell the same token, as "a" "bc" and "ab" "c" do
            ids[token] = len(tokens)
            tokens.append(token)
        merges.append(pair)
        table.merge(pair, ids[token])
    return merges


def merge_pair(symbols: list, pair: tuple, merged: object) -> list:
    """Replace every occurrence of the pair, from left to right, by the merged symbol."""
    left, right = pair
    result: list = []
    for symbol in symbols:
        if symbol == right and result and result[-1] == left:
            result[-1] = merged
        else:
            result.append(symbol)
    return result


class _PairTable:
    """How often each token and each pair of neighbours occurs, in arrays, so that the best pair is found at a glance.

    Counting anew after each merge would read all words thousands of times: only those that hold the pair are looked at.
    """

    def __init__(self, words: list[list[int]], word_counts: Sequence[int], vocabulary_size: int) -> None:
        self._words = words
        self._word_counts = word_counts
        self._rows: dict[Pair, int] = {}  # pair → its row in the two arrays below
        self._pairs = np.zeros((1024, 2), dtype=np.int64)  # (rows, 2)
        self._pair_counts = np.zeros(1024, dtype=np.int64)  # (rows,)
        self._token_counts = np.zeros(vocabulary_size, dtype=np.int64)  # (vocabulary_size,)
        self._places: dict[Pair, set[int]] = defaultdict(set)  # pair → the words that hold it, or once did
        changes: dict[Pair, int] = defaultdict(int)
        for place, (word, count) in enumerate(zip(words, word_counts, strict=True)):
            for token in word:
                self._token_counts[token] += count
            for pair in pairwise(word):
                changes[pair] += count
                self._places[pair].add(place)
        self._apply(changes)

    def best(self, score: str) -> Pair | None:
        """The pair with the highest score, or None where there are no two neighbours any more."""
        pairs, counts = self._pairs[: len(self._rows)], self._pair_counts[: len(self._rows)]
        if not counts.any():
            return None
        scores = counts
        if score == "likelihood":
            left, right = self._token_counts[pairs].T
            scores = counts / np.maximum(left * right, 1)  # count(ab) / (count(a) count(b))
        equals = pairs[scores == scores.max()]
        left, right = equals[np.lexsort((equals[:, 1], equals[:, 0]))[0]]
        return int(left), int(right)

    def merge(self, pair: Pair, merged: int) -> None:
        """Replace the pair everywhere, and bring all counts up to date."""
        changes: dict[Pair, int] = defaultdict(int)
        occurrences = 0
        for place in self._places.pop(pair):
            word, count = self._words[place], self._word_counts[place]
            shorter = merge_pair(word, pair, merged)
            if len(shorter) == len(word):
                continue
            for old in pairwise(word):
                changes[old] -= count
            for new in pairwise(shorter):
                changes[new] += count
                if merged in new:
                    self._places[new].add(place)
            self._words[place] = shorter
            occurrences += (len(word) - len(shorter)) * count
        for token, change in zip((*pair, merged), (-occurrences, -occurrences, occurrences), strict=True):
            self._token_counts[token] += change
        self._apply(changes)

    def _apply(self, changes: dict[Pair, int]) -> None:
        for pair, change in changes.items():
            row = self._rows.setdefault(pair, len(self._rows))
            if row == len(self._pair_counts):  # the arrays are full: double them
                self._pairs = np.concatenate([self._pairs, np.zeros_like(self._pairs)])
                self._pair_counts = np.concatenate([self._pair_counts, np.zeros_like(self._pair_counts)])
            self._pairs[row] = pair
            self._pair_counts[row] += change
