"""How much of a text was written before: its longest span that stands word for word in another, and its new n-grams."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from course_lib.base.arguments import require_integer, require_text


def longest_copied_span(text: str, source: str) -> str:
    """The longest part of a text that stands in the source, character for character; the first of several.

    Args:
        text: what a model wrote.
        source: what it had read.

    Raises:
        TypeError: if one is no str.
    """
    require_text("text", text)
    require_text("source", source)
    best, start = "", 0
    # A longer span than the best can only start where one as long as the best, and one character more, is copied.
    while start + len(best) < len(text):
        end = start + len(best) + 1
        if text[start:end] not in source:
            start += 1
            continue
        while end < len(text) and text[start : end + 1] in source:
            end += 1
        best = text[start:end]
    return best


def novel_share(tokens: Sequence[Hashable], source: Sequence[Hashable], n: int) -> float:
    """The share of the n-grams of a text that do not occur in the source.

    Args:
        tokens: what a model wrote, words or ids.
        source: what it had read.
        n: how long a gram is.

    Raises:
        TypeError: if `n` is no whole number.
        ValueError: if it is less than 1, or the text has fewer tokens.
    """
    require_integer("n", n, at_least=1)
    if len(tokens) < n:
        raise ValueError(f"tokens has {len(tokens)} tokens; allowed: {n} or more, for one n-gram")
    grams = list(_grams(tokens, n))
    # Of a long source only what the text has is kept.
    sought = set(grams)
    known = {gram for gram in _grams(source, n) if gram in sought}
    return sum(gram not in known for gram in grams) / len(grams)


def _grams(tokens: Sequence[Hashable], n: int) -> Iterator[tuple[Hashable, ...]]:
    return (tuple(tokens[place : place + n]) for place in range(len(tokens) - n + 1))
