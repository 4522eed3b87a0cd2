"""Finding documents by their words, and putting two lists of results together.

text → `words_of` → `BM25` scores; several lists of scores → `fuse`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from course_lib.applications.ranking import ranked
from course_lib.base.arguments import require_not_negative, require_text

# A run of letters and digits is a word; of Chinese, which has no blanks, each character, and beside it each pair.
_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")


def words_of(text: str) -> list[str]:
    """The words that are searched for: in lower case; Chinese as single characters and pairs of neighbours.

    Args:
        text: English, Chinese or both.

    Raises:
        TypeError: if it is no str.
    """
    require_text("text", text)
    found = []
    for run in _WORD.findall(text.lower()):
        if run[0] < "\u3400":
            found.append(run)
            continue
        found += run
        found += [run[place : place + 2] for place in range(len(run) - 1)]
    return found


def rarity(size: int, holding: int) -> float:
    """What a word counts that some documents hold: ln(1 + (N - n + 0.5) / (n + 0.5)).

    Args:
        size: how many documents there are.
        holding: in how many the word stands.
    """
    return float(np.log(1 + (size - holding + 0.5) / (holding + 0.5)))


class BM25:
    """Scores of documents by the words that they share with a question.

    A word counts more the rarer it is, with every further occurrence less, and less in a long document:

        score = sum over the question's words of idf(w) · f (k1 + 1) / (f + k1 (1 - b + b · length / mean length)),
        idf(w) = ln(1 + (N - n + 0.5) / (n + 0.5)),

    where f is how often w stands in the document, and n in how many of the N documents.

    Args:
        documents: the texts; none is an empty index, which finds nothing.
        k1: how soon further occurrences stop counting; 0 for at once.
        b: how much the length matters, from 0 to 1.
        cut: makes words of a text.

    Raises:
        TypeError: if a document is no str.
        ValueError: if `k1` is below 0 or `b` not from 0 to 1.

    Source: S. Robertson and H. Zaragoza, "The probabilistic relevance framework: BM25 and beyond", 2009.
    """

    def __init__(
        self,
        documents: Iterable[str],
        k1: float = 1.2,
        b: float = 0.75,
        cut: Callable[[str], list[str]] = words_of,
    ) -> None:
        require_not_negative("k1", k1)
        if not 0 <= b <= 1:
            raise ValueError(f"b is {b}; allowed: from 0 to 1")
        self.k1, self.b, self.cut = k1, b, cut
        counts = [Counter(cut(document)) for document in documents]
        self.lengths = np.array([sum(count.values()) for count in counts], dtype=np.float64)
        places: dict[str, list[tuple[int, int]]] = {}
        for number, count in enumerate(counts):
            for word, times in count.items():
                places.setdefault(word, []).append((number, times))
        # The inverted index: by word the documents that hold it, and how often.
        self.postings = {word: tuple(np.array(found).T) for word, found in places.items()}

    def __len__(self) -> int:
        return len(self.lengths)

    def idf(self, word: str) -> float:
        """What a word counts: the rarer, the more; 0 for one that no document holds.

        Args:
            word: as `cut` makes it.
        """
        if word not in self.postings:
            return 0.0
        count = len(self.postings[word][0])
        return rarity(len(self), count)

    def scores(self, question: str) -> np.ndarray:
        """One score for each document; a word that comes twice in the question counts twice.

        Shapes: → (documents,), float64.
        """
        total = np.zeros(len(self))
        if not len(self):
            return total
        normal = self.k1 * (1 - self.b + self.b * self.lengths / max(self.lengths.mean(), 1e-9))
        for word, times in Counter(self.cut(question)).items():
            if word in self.postings:
                documents, counts = self.postings[word]
                total[documents] += times * self.idf(word) * counts * (self.k1 + 1) / (counts + normal[documents])
        return total

    def top(self, question: str, count: int = 10) -> list[tuple[int, float]]:
        """The best documents with their scores, best first; those that share no word are left out.

        Args:
            question: what is asked.
            count: how many at most.
        """
        scores = self.scores(question)
        return [(int(place), float(scores[place])) for place in ranked(scores, count) if scores[place] > 0]


def fuse(lists: Sequence[Sequence[float]], k: float = 60.0) -> np.ndarray:
    """Reciprocal rank fusion: several scores of the same documents as one, by their ranks alone.

    A document gets 1 / (k + rank) from each list, ranks counted from 1, so that scores on different scales need not be
    compared.

    Args:
        lists: of each system the score of every document.
        k: how little the very first places stand out.

    Shapes: lists (systems, documents) → (documents,), float64.

    Raises:
        ValueError: if there is no list, they differ in length, or `k` is below 0.

    Source: G. Cormack, C. Clarke and S. Büttcher, SIGIR 2009.
    """
    require_not_negative("k", k)
    if len({len(scores) for scores in lists}) != 1:
        raise ValueError(
            f"lists has the lengths {[len(scores) for scores in lists]}; allowed: one or more of one length"
        )
    total = np.zeros(len(lists[0]))
    for scores in lists:
        ranks = np.empty(len(total))
        ranks[ranked(scores)] = np.arange(1, len(total) + 1)
        total += 1 / (k + ranks)
    return total
