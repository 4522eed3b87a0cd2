"""Words that no dictionary has, found by where in a word each character likes to stand: a hidden Markov model.

Each character is at the Beginning, in the Middle or at the End of a word, or a word by itSelf; the model sees
characters and looks for the likeliest sequence of these four tags.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from course_lib.base.arguments import require_text
from course_lib.preprocessing.dictionary import as_dictionary
from course_lib.preprocessing.segmentation import Words
from course_lib.preprocessing.text import CJK

TAGS = "BMES"
_CHINESE = re.compile(f"{CJK.pattern}+")
# Which tags may stand before each.
_BEFORE = {"B": "ES", "M": "BM", "E": "BM", "S": "ES"}


def word_tags(word: str) -> str:
    """The tags of a word's characters: "S", "BE", "BME", "BMME" and so on.

    Args:
        word: a word of one character or more.

    Raises:
        TypeError: if it is no str.
        ValueError: if it is empty.
    """
    require_text("word", word)
    if not word:
        raise ValueError("word is empty; allowed: one character or more")
    return "S" if len(word) == 1 else "B" + "M" * (len(word) - 2) + "E"


class WordTagger:
    """A hidden Markov model of the four tags, counted from words as if they had been drawn one by one.

    Emissions are smoothed by adding one for each character and one for all that were never seen.

    Args:
        words: the words with their counts; those that do not consist of Chinese characters are left out.

    Raises:
        TypeError: as `Dictionary`.
        ValueError: as `Dictionary`, or if there are not both words of one character and of several.

    Source: L. R. Rabiner, "A tutorial on hidden Markov models", Proceedings of the IEEE 77(2), 1989; the four tags
    after N. Xue, "Chinese word segmentation as character tagging", Computational Linguistics and Chinese Language
    Processing 8(1), 2003.
    """

    def __init__(self, words: Words) -> None:
        counts: Mapping[str, float] = as_dictionary(words).counts
        emitted: dict[str, Counter[str]] = {tag: Counter() for tag in TAGS}
        moves: Counter[tuple[str, str]] = Counter()
        for word, count in counts.items():
            if not _CHINESE.fullmatch(word):
                continue
            tags = word_tags(word)
            for tag, character in zip(tags, word, strict=True):
                emitted[tag][character] += count
            for move in pairwise(tags):
                moves[move] += count
        single, several = emitted["S"].total(), emitted["B"].total()
        if not (single and several):
            raise ValueError("words must hold Chinese words of one character and of several")
        # After a word comes any other, whatever the first was.
        begin = {"B": math.log(several / (single + several)), "S": math.log(single / (single + several))}
        self._moves = {(before, tag): begin[tag] for before in "ES" for tag in "BS"}
        for before in "BM":
            both = sum(moves[before, tag] + 1 for tag in "ME")
            self._moves |= {(before, tag): math.log((moves[before, tag] + 1) / both) for tag in "ME"}
        kinds = len(set().union(*emitted.values())) + 1
        self._emissions, self._unseen = {}, {}
        for tag, seen in emitted.items():
            all_of_it = seen.total() + kinds
            self._emissions[tag] = {character: math.log((n + 1) / all_of_it) for character, n in seen.items()}
            self._unseen[tag] = -math.log(all_of_it)
        self._begin = begin

    def score(self, text: str, tags: str) -> float:
        """The log-probability of a text with its tags; minus infinity where a tag may not stand where it does.

        Args:
            text: the characters.
            tags: as many of the letters B, M, E and S.

        Raises:
            ValueError: if there are not as many tags as characters, or one is none of the four.
        """
        if len(text) != len(tags) or set(tags) - set(TAGS):
            raise ValueError(f"tags is {tags!r}; allowed: one of the letters {TAGS} for each of {len(text)} characters")
        if not tags:
            return 0.0
        if tags[-1] not in "ES":
            return -math.inf
        total = self._begin.get(tags[0], -math.inf)
        total += sum(self._moves.get(move, -math.inf) for move in pairwise(tags))
        return total + sum(self._emission(tag, character) for tag, character in zip(tags, text, strict=True))

    def segment(self, text: str) -> list[str]:
        """The words that the likeliest tags make, by Viterbi's algorithm.

        Args:
            text: a run of Chinese characters.

        Returns:
            The words in their order.

        Raises:
            TypeError: if `text` is no str.
        """
        require_text("text", text)
        if not text:
            return []
        best = {tag: self._begin.get(tag, -math.inf) + self._emission(tag, text[0]) for tag in TAGS}
        back: list[dict[str, str]] = []
        for character in text[1:]:
            ways = {
                tag: max((best[before] + self._moves[before, tag], before) for before in _BEFORE[tag]) for tag in TAGS
            }
            best = {tag: score + self._emission(tag, character) for tag, (score, _) in ways.items()}
            back.append({tag: before for tag, (_, before) in ways.items()})
        tags = [max("ES", key=best.__getitem__)]
        for came in reversed(back):
            tags.append(came[tags[-1]])
        found = [""]
        for tag, character in zip(reversed(tags), text, strict=True):
            found[-1] += character
            if tag in "ES":
                found.append("")
        return found[:-1]

    def _emission(self, tag: str, character: str) -> float:
        return self._emissions[tag].get(character, self._unseen[tag])
