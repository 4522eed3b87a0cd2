"""How well words were found: precision, recall and F1 over the spans that they cover."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from course_lib.base.arguments import listed


@dataclass(frozen=True)
class SpanScore:
    """What came of a segmentation.

    Args:
        right: how many spans are in both.
        found: how many the segmentation has.
        gold: how many there should be.
    """

    right: int
    found: int
    gold: int

    @property
    def precision(self) -> float:
        """The share of the found words that are right; 0 where nothing was found."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """The share of the gold words that were found; 0 where there are none."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both, 2PR / (P + R)."""
        return 2 * self.right / (self.found + self.gold) if self.found + self.gold else 0.0


def word_spans(words: Iterable[str]) -> set[tuple[int, int]]:
    """From where to where each word reaches, counted in characters of the text without white space.

    Args:
        words: the words of a text in their order.

    Returns:
        A pair of places for each word: its first character, and the one behind its last.

    Raises:
        TypeError: if `words` is one text, or holds something that is no str.
        ValueError: if a word is empty or holds white space.
    """
    spans, start = set(), 0
    for word in listed("words", words):
        if not word or word.split() != [word]:
            raise ValueError(f"words holds {word!r}; allowed: words of one character or more, without white space")
        spans.add((start, start + len(word)))
        start += len(word)
    return spans


def span_score(gold: Sequence[Sequence[str]], found: Sequence[Sequence[str]]) -> SpanScore:
    """Compare segmentations with what they should be, all sentences counted together.

    A word is right if it begins and ends where a gold word does; one cut in the wrong place costs both its neighbours.

    Args:
        gold: the words of each sentence as they should be.
        found: the words of each as they were cut.

    Returns:
        The counts, with `precision`, `recall` and `f1`.

    Raises:
        TypeError: if a sentence is one text, or holds something that is no str.
        ValueError: if there are not as many sentences, or one is not made of the same characters.
    """
    gold, found = list(gold), list(found)
    if len(gold) != len(found):
        raise ValueError(f"found has {len(found)} sentences; allowed: {len(gold)}, as many as gold")
    right = cut = there = 0
    for place, (true, guess) in enumerate(zip(gold, found, strict=True)):
        true_spans, spans = word_spans(true), word_spans(guess)
        if "".join(true) != "".join(guess):
            raise ValueError(f"found[{place}] is made of other characters than gold[{place}]: {''.join(guess)[:40]!r}")
        right, cut, there = right + len(true_spans & spans), cut + len(spans), there + len(true_spans)
    return SpanScore(right, cut, there)
