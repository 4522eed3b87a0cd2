"""A whole collection of texts to ids, on several processes: one flat array, and where each text begins in it."""

from __future__ import annotations

import multiprocessing
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import count

import numpy as np

from course_lib.base.arguments import require_integer, require_text, require_words
from course_lib.preprocessing.text import clean, tokenize
from course_lib.preprocessing.vocabulary import Vocabulary

TEXTS_PER_TASK = 2_000  # so many that handing them over costs little, so few that both processors end together


@dataclass(frozen=True)
class Corpus:
    """Many texts as ids: a list of lists would take ten times the memory.

    Args:
        ids: the ids of all texts, one text behind the other, int32.
        offsets: where each text begins in `ids`, and where the last one ends, int64.

    Shapes: ids (tokens,), offsets (texts + 1,).
    """

    ids: np.ndarray
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> np.ndarray:
        """The ids of one text.

        Shapes: (tokens of the text,).
        """
        if not -len(self) <= index < len(self):
            raise IndexError(f"index is {index}; allowed: {-len(self)} to {len(self) - 1}")
        index %= len(self)
        return self.ids[self.offsets[index] : self.offsets[index + 1]]

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[index] for index in range(len(self)))

    @property
    def lengths(self) -> np.ndarray:
        """How many tokens each text has.

        Shapes: (texts,).
        """
        return np.diff(self.offsets)

    def first(self, count: int) -> Corpus:
        """Of each text its first tokens alone; all of a shorter one.

        Args:
            count: how many.

        Raises:
            TypeError: if `count` is no whole number.
            ValueError: if it is less than 1.
        """
        require_integer("count", count, at_least=1)
        return self._only(self._places() < count)

    def last(self, count: int) -> Corpus:
        """Of each text its last tokens alone, as `first`."""
        require_integer("count", count, at_least=1)
        return self._only(self._places() >= np.repeat(self.lengths - count, self.lengths))

    def _places(self) -> np.ndarray:
        """At which place of its text each token stands, counted from 0."""
        return np.arange(len(self.ids)) - np.repeat(self.offsets[:-1], self.lengths)

    def _only(self, kept: np.ndarray) -> Corpus:
        """The same texts, with some of the tokens."""
        return Corpus(self.ids[kept], np.concatenate([[0], np.cumsum(kept)])[self.offsets])


def texts_to_ids(
    texts: Sequence[str],
    vocabulary: Vocabulary | None = None,
    max_size: int | None = None,
    min_count: int = 1,
    processes: int = 2,
) -> tuple[Vocabulary, Corpus]:
    """Clean and tokenise texts, collect their words, and turn them into ids.

    The result is the same for any number of processes: it equals `clean`, `tokenize`, `Vocabulary.build` and
    `Vocabulary.encode`, one after the other.

    Args:
        texts: the texts.
        vocabulary: the words to know; None collects them from the texts.
        max_size: how many ids a new vocabulary may have, the two special ones included; None for no limit.
        min_count: how often a word must occur to enter a new vocabulary.
        processes: how many processes work; with 1, or where there are few texts, no other process is started. A script
            that asks for more must guard its own start by `if __name__ == "__main__":`, as all do that start processes.

    Returns:
        The vocabulary and the ids.

    Raises:
        TypeError: if `texts` is one str, or holds something that is no str.
        ValueError: if `processes`, `max_size` or `min_count` is too small, or a limit is given with a vocabulary.
    """
    require_integer("processes", processes, at_least=1)
    require_words("texts", texts)
    if vocabulary is not None and (max_size is not None or min_count != 1):
        raise ValueError("max_size and min_count limit a new vocabulary; allowed: leave them out where one is given")
    texts = list(texts)
    for text in texts:
        require_text("texts holds what", text)
    parts = [texts[start : start + TEXTS_PER_TASK] for start in range(0, len(texts), TEXTS_PER_TASK)]
    numbered = list(_on_processes(parts, min(processes, len(parts))))
    if vocabulary is None:
        counts: Counter[str] = Counter()
        for words, numbers, _ in numbered:
            counts.update(dict(zip(words, np.bincount(numbers, minlength=len(words)).tolist(), strict=True)))
        vocabulary = Vocabulary.from_counts(counts, max_size, min_count)
    ids = [np.array(vocabulary.encode(words), dtype=np.int32)[numbers] for words, numbers, _ in numbered]
    lengths = np.concatenate([[0], *(lengths for _, _, lengths in numbered)])
    return vocabulary, Corpus(np.concatenate([np.zeros(0, np.int32), *ids]), np.cumsum(lengths, dtype=np.int64))


def _on_processes(parts: list[list[str]], processes: int) -> Iterable[tuple[list[str], np.ndarray, list[int]]]:
    """Number the words of each part, the parts spread over processes where that is possible."""
    if processes <= 1 or multiprocessing.current_process().daemon:  # a daemon must not have children
        return map(number_words, parts)
    # A fresh process each, no fork: a fork of a process in which TensorFlow or JAX runs threads can hang.
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(processes, mp_context=context) as executor:
            return list(executor.map(number_words, parts))
    except (BrokenProcessPool, OSError) as error:
        warnings.warn(f"no further process could be started ({error}); one does all the work", stacklevel=3)
        return map(number_words, parts)


def number_words(texts: list[str]) -> tuple[list[str], np.ndarray, list[int]]:
    """Give the words of some texts numbers of their own, in the order in which they appear.

    Returns:
        The words, the number of every token, and how many tokens each text has.

    Shapes: numbers (tokens,).
    """
    numbering: dict[str, int] = defaultdict(count().__next__)
    numbers: list[int] = []
    lengths = []
    for text in texts:
        tokens = tokenize(clean(text))
        numbers += map(numbering.__getitem__, tokens)
        lengths.append(len(tokens))
    return list(numbering), np.array(numbers, dtype=np.int32), lengths
