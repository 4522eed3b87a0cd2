"""A search as it is served: words, vectors where there are some, both merged; nothing to find is no error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from course_lib.applications.ranking import ranked
from course_lib.applications.search import BM25, fuse


class Hit(NamedTuple):
    """A document that was found.

    Args:
        document: its number.
        title: its title.
        text: its text.
        score: what it was sorted by.
    """

    document: int
    title: str
    text: str
    score: float


class Finder:
    """Documents, found by their words and, where vectors are given, by what they are about.

    Args:
        titles: of the documents.
        texts: of the documents.
        vectors: of the documents, of length 1; None for a search by words alone.
        encode: gives the vector of a question, of length 1; needed with `vectors`.

    Shapes: vectors (documents, width).

    Raises:
        ValueError: if the numbers of titles, texts and vectors differ, or vectors are given without `encode`.
    """

    def __init__(
        self,
        titles: Sequence[str],
        texts: Sequence[str],
        vectors: np.ndarray | None = None,
        encode: Callable[[str], np.ndarray] | None = None,
    ) -> None:
        counts = [len(titles), len(texts), len(texts) if vectors is None else len(vectors)]
        if len(set(counts)) > 1:
            raise ValueError(f"titles, texts and vectors have {counts} entries; allowed: as many of each")
        if (vectors is None) != (encode is None):
            raise ValueError("vectors and encode belong together; allowed: both, or neither")
        self.titles, self.texts, self.vectors, self.encode = list(titles), list(texts), vectors, encode
        self.words = BM25(f"{title} {text}" for title, text in zip(titles, texts, strict=True))

    def find(self, question: str, count: int = 5) -> list[Hit]:
        """The best documents, best first; none where no word of the question is known and there are no vectors.

        Args:
            question: what is asked.
            count: how many at most.
        """
        if not len(self.words):
            return []
        scores = self.words.scores(question)
        if self.vectors is not None:
            near = self.vectors @ np.asarray(self.encode(question))
            scores = fuse([scores, near])
        best = [place for place in ranked(scores, count) if scores[place] > 0]
        return [Hit(int(place), self.titles[place], self.texts[place], float(scores[place])) for place in best]
