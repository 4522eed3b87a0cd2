"""A dictionary to cut text by: words, and how often each was counted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from numbers import Real

from course_lib.base.arguments import listed


class Dictionary:
    """Words with their counts, and what a search among them needs to know: how long they are, and how many in all.

    Args:
        words: how often each word was counted; or the words alone, each counted once.

    Raises:
        TypeError: if `words` is one text, a word is no str, or a count no number.
        ValueError: if a word is empty or holds white space, or a count is not finite and above 0.
    """

    def __init__(self, words: Mapping[str, float] | Iterable[str]) -> None:
        counts = dict(words) if isinstance(words, Mapping) else dict.fromkeys(listed("words", words), 1)
        listed("words", counts)
        _require_words_and_counts(counts)
        self.counts: dict[str, float] = counts
        # Only words of these lengths need be looked up, the longest first.
        self.lengths = tuple(sorted(set(map(len, counts)), reverse=True))
        self.total = sum(counts.values())

    def __contains__(self, word: str) -> bool:
        return word in self.counts

    def __len__(self) -> int:
        return len(self.counts)

    def __iter__(self) -> Iterator[str]:
        return iter(self.counts)

    def __repr__(self) -> str:
        return f"Dictionary({len(self):,} words)"

    def with_words(self, words: Mapping[str, float]) -> Dictionary:
        """The same with some more words, or with other counts for some: a reader's own list.

        Args:
            words: their counts.

        Raises:
            TypeError, ValueError: as above.
        """
        return Dictionary({**self.counts, **words})


def _require_words_and_counts(counts: Mapping[str, float]) -> None:
    # All at once first: among hundreds of thousands the wrong one is looked for only where there is one.
    if "" in counts or len("".join(counts).split()) > 1 or any(map(str.isspace, counts)):
        wrong = next((word for word in counts if word.split() != [word]), "")
        raise ValueError(f"words holds {wrong!r}; allowed: words of one character or more, without white space")
    for kind in set(map(type, counts.values())):
        if kind is bool or not issubclass(kind, Real):
            word = next(word for word, count in counts.items() if type(count) is kind)
            raise TypeError(f"the count of {word!r} is {counts[word]!r}; allowed: a number")
    if not all(0 < count < math.inf for count in counts.values()):
        word = next(word for word, count in counts.items() if not 0 < count < math.inf)
        raise ValueError(f"the count of {word!r} is {counts[word]!r}; allowed: a number above 0")


def as_dictionary(words: Dictionary | Mapping[str, float] | Iterable[str]) -> Dictionary:
    """A `Dictionary` of what may be one already.

    Args:
        words: a dictionary, counts, or words.

    Raises:
        TypeError, ValueError: as `Dictionary`.
    """
    return words if isinstance(words, Dictionary) else Dictionary(words)
