"""Chinese words with their counts: the dictionary that comes with jieba."""

from __future__ import annotations

from course_lib.base.errors import DataCorrupt
from course_lib.data import registry, sources
from course_lib.data.gate import Opened


def load() -> dict[str, int]:
    """Load the words of jieba's dictionary, some 349,000, each with how often it was counted.

    Returns:
        The counts by word, in the order of the file; there are words of Latin letters among them.

    Raises:
        EnvironmentProblem: if jieba is not installed.
        DataCorrupt: if its file is damaged.

    Source: Sun Junyi, jieba (MIT), github.com/fxsjy/jieba.
    """
    card = registry.card("jieba_words")
    words, _ = sources.read(card, lambda opened: read(card, opened))
    return words


def read(card: registry.Card, opened: Opened) -> dict[str, int]:
    """The words of the file: in each line a word, its count and a letter for its part of speech.

    Args:
        card: its card, which says how many words there are at least.
        opened: `dict.txt` of jieba.

    Raises:
        DataCorrupt: if it is not of this form, or shorter.
    """
    words: dict[str, int] = {}
    for number, line in enumerate(opened.text().splitlines(), start=1):
        fields = line.split(" ")
        if len(fields) != 3 or not fields[0] or not fields[1].isdecimal() or int(fields[1]) < 1:
            raise DataCorrupt(f"{opened.path}: line {number}: expected a word, a count and a letter, got {line[:60]!r}")
        words[fields[0]] = int(fields[1])
    least = card.contents["words_at_least"]
    if len(words) < least:
        raise DataCorrupt(f"{opened.path}: expected at least {least:,} words, got {len(words):,}")
    return words
