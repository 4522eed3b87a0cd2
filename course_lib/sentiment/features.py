"""Reviews as rows of zeros and ones: which n-grams occur in each, in compiled code from end to end."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import sparse

from course_lib.base.arguments import require_integer
from course_lib.base.files import write_atomically
from course_lib.preprocessing.corpus import Corpus
from course_lib.preprocessing.vocabulary import UNK, Vocabulary


class NGramVocabulary:
    """The n-grams a model knows, each with its column: first all single words, then all pairs, then all triples.

    An n-gram of word ids is packed into one whole number, so that looking up millions of them is one binary search.
    N-grams with an unknown word are left out.

    Args:
        words: the words.
        keys: for n = 1, 2, …, the packed n-grams in rising order, int64.

    Attributes:
        offsets: the column at which each n begins, and the number of columns.

    Raises:
        ValueError: if keys do not rise, or n-grams of so many words cannot be packed.

    Shapes: keys, each (n-grams,).
    """

    def __init__(self, words: Vocabulary, keys: Sequence[np.ndarray]) -> None:
        if len(words) ** max(len(keys), 1) > 2**62:
            raise ValueError(
                f"{len(keys)} words of {len(words):,} cannot be packed into 62 bits; allowed: fewer of either"
            )
        self.words = words
        self.keys = [np.asarray(each, dtype=np.int64) for each in keys]
        if any((np.diff(each) <= 0).any() for each in self.keys):
            raise ValueError("keys holds numbers that do not rise; allowed: each packed n-gram once, in rising order")
        self.offsets = np.cumsum([0, *map(len, self.keys)])

    @classmethod
    def build(
        cls, words: Vocabulary, corpora: Sequence[Corpus], min_reviews: Sequence[int] = (2, 2, 2)
    ) -> NGramVocabulary:
        """Collect the n-grams of some corpora.

        Args:
            words: the words of which the corpora are ids.
            corpora: reviews as ids, such as the labelled and the unlabelled ones.
            min_reviews: for n = 1, 2, …, in how many reviews of all an n-gram must occur.

        Raises:
            TypeError: if a number of reviews is no whole number.
            ValueError: if one is less than 1.
        """
        keys = []
        for n, least in enumerate(min_reviews, start=1):
            require_integer("min_reviews holds what", least, at_least=1)
            # Each n-gram once per review, then in how many reviews it was met.
            met = np.concatenate(
                [np.zeros(0, np.int64), *(_once(*_packed(corpus, n, len(words)))[1] for corpus in corpora)]
            )
            found, reviews = np.unique(met, return_counts=True)
            keys.append(found[reviews >= least])
        return cls(words, keys)

    def __len__(self) -> int:
        return int(self.offsets[-1])

    def encode(self, corpus: Corpus) -> sparse.csr_matrix:
        """One row per review: 1 for each n-gram that occurs in it, however often.

        Shapes: (reviews, n-grams), float32.
        """
        rows, columns = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for n, known in enumerate(self.keys, start=1):
            if not len(known):
                continue
            row, key = _once(*_packed(corpus, n, len(self.words)))
            place = np.minimum(np.searchsorted(known, key), len(known) - 1)
            there = known[place] == key
            rows.append(row[there])
            columns.append(place[there] + self.offsets[n - 1])
        row, column = np.concatenate(rows), np.concatenate(columns)
        matrix = sparse.csr_matrix((np.ones(len(row), np.float32), (row, column)), shape=(len(corpus), len(self)))
        matrix.sort_indices()
        return matrix

    def text(self, column: int) -> str:
        """The n-gram of a column, as text.

        Raises:
            TypeError: if the column is no whole number.
            ValueError: if there is no such column.
        """
        require_integer("column", column, at_least=0, at_most=len(self) - 1)
        order = int(np.searchsorted(self.offsets, column, side="right")) - 1
        key, ids = int(self.keys[order][column - self.offsets[order]]), []
        for _ in range(order + 1):
            key, last = divmod(key, len(self.words))
            ids.append(last)
        return " ".join(self.words.decode(reversed(ids)))

    def subset(self, keep: np.ndarray) -> NGramVocabulary:
        """The same words with some of the n-grams.

        Shapes: keep boolean (n-grams,).
        """
        keep = np.asarray(keep, dtype=bool)
        parts = [keep[start:end] for start, end in zip(self.offsets, self.offsets[1:], strict=False)]
        return NGramVocabulary(self.words, [keys[part] for keys, part in zip(self.keys, parts, strict=True)])

    def save(self, folder: Path | str) -> None:
        """Write words and n-grams into a folder."""
        self.words.save(Path(folder) / "words.json")
        stream = io.BytesIO()
        np.savez_compressed(stream, *self.keys)
        write_atomically(Path(folder) / "n_grams.npz", stream.getvalue())

    @classmethod
    def load(cls, folder: Path | str) -> NGramVocabulary:
        """Read what `save` wrote."""
        # Opened here: of a file that is damaged NumPy leaves open what it opened itself.
        with (Path(folder) / "n_grams.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
            keys = [stored[f"arr_{n}"] for n in range(len(stored.files))]
        return cls(Vocabulary.load(Path(folder) / "words.json"), keys)


def _packed(corpus: Corpus, n: int, words: int) -> tuple[np.ndarray, np.ndarray]:
    """The review and the packed number of every n-gram without an unknown word.

    Shapes: (n-grams met,) and (n-grams met,), int64.
    """
    ids = corpus.ids.astype(np.int64)
    review = np.repeat(np.arange(len(corpus)), corpus.lengths)
    starts = max(len(ids) - n + 1, 0)
    whole = review[:starts] == review[n - 1 :] if starts else np.zeros(0, bool)  # all within one review
    key = np.zeros(starts, dtype=np.int64)
    for place in range(n):
        at = ids[place : place + starts]
        whole &= at > UNK
        key = key * words + at
    return review[:starts][whole], key[whole]


def _once(review: np.ndarray, key: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each n-gram once per review, in the order of the n-grams: looked up so, neighbours lie side by side in memory."""
    order = np.argsort(key, kind="stable")  # reviews come in their order, and stay in it
    review, key = review[order], key[order]
    first = np.ones(len(key), dtype=bool)
    first[1:] = (review[1:] != review[:-1]) | (key[1:] != key[:-1])
    return review[first], key[first]
