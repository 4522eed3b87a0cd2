"""Where no blank stands between words: cut by a dictionary, always taking the longest word that fits.

White space always parts words and is in none of them; otherwise the words, put together, are the text again. What no
word of the dictionary begins with stands alone, one character at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from course_lib.base.arguments import require_function, require_text
from course_lib.preprocessing.dictionary import Dictionary, as_dictionary
from course_lib.preprocessing.text import CJK

Words = Dictionary | Mapping[str, float] | Iterable[str]


def forward_matching(text: str, words: Words) -> list[str]:
    """Maximum matching from the left: the longest word that begins here, then the longest that begins behind it.

    Args:
        text: any text.
        words: the dictionary.

    Returns:
        The words in their order.

    Raises:
        TypeError: if `text` is no str; for `words` as `Dictionary`.
        ValueError: as `Dictionary`.

    Source: Liang Nanyuan, "CDWS: a word segmentation system for written Chinese", Journal of Chinese Information
    Processing 1(2), 1987.
    """
    require_text("text", text)
    dictionary = as_dictionary(words)
    found = []
    for piece in text.split():
        start = 0
        while start < len(piece):
            fits = (length for length in dictionary.lengths if piece[start : start + length] in dictionary.counts)
            length = min(next(fits, 1), len(piece) - start)
            found.append(piece[start : start + length])
            start += length
    return found


def backward_matching(text: str, words: Words) -> list[str]:
    """Maximum matching from the right: the longest word that ends here, then the longest that ends before it.

    Args:
        text: any text.
        words: the dictionary.

    Returns:
        The words in their order.

    Raises:
        TypeError, ValueError: as `forward_matching`.
    """
    require_text("text", text)
    dictionary = as_dictionary(words)
    found = []
    for piece in reversed(text.split()):
        end = len(piece)
        while end > 0:
            fits = (length for length in dictionary.lengths if piece[max(end - length, 0) : end] in dictionary.counts)
            length = min(next(fits, 1), end)
            found.append(piece[end - length : end])
            end -= length
    return found[::-1]


def bidirectional_matching(text: str, words: Words) -> list[str]:
    """The better of both: fewer words; if equal, fewer of one character; if equal again, the backward one.

    The rules are of thumb: long words are seldom there by chance, and Chinese phrases have their head at the end.

    Args:
        text: any text.
        words: the dictionary.

    Returns:
        The words in their order.

    Raises:
        TypeError, ValueError: as `forward_matching`.
    """
    dictionary = as_dictionary(words)
    both = backward_matching(text, dictionary), forward_matching(text, dictionary)
    return min(both, key=lambda found: (len(found), sum(len(word) == 1 for word in found)))


_RUN = re.compile(rf"(?P<chinese>{CJK.pattern}+)|\d+(?:[.,]\d+)*|(?:(?!{CJK.pattern})[^\W\d_])+|\S")


def cut_runs(text: str, cut: Callable[[str], list[str]]) -> list[str]:
    """Cut a mixed text: a segmenter gets the runs of Chinese characters; a number or a run of other letters is a word.

    Args:
        text: any text.
        cut: makes words of a run of Chinese characters.

    Returns:
        The words in their order; every other sign is one of its own.

    Raises:
        TypeError: if `text` is no str, or `cut` no function.
    """
    require_text("text", text)
    require_function("cut", cut)
    found: list[str] = []
    for run in _RUN.finditer(text):
        found.extend(cut(run[0]) if run["chinese"] else [run[0]])
    return found
