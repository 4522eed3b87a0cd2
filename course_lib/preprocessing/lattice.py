"""All ways to cut a text at once, as a lattice of words, and the likeliest way through it."""

from __future__ import annotations

import math

from course_lib.base.arguments import require_number, require_positive, require_text
from course_lib.preprocessing.dictionary import as_dictionary
from course_lib.preprocessing.segmentation import Words
from course_lib.preprocessing.word_tags import WordTagger


def word_lattice(text: str, words: Words) -> list[list[int]]:
    """Where the words end that begin at each place: every path from the first place to the last is a segmentation.

    Args:
        text: a text.
        words: the dictionary.

    Returns:
        For each character the ends of the words that begin with it, the nearest first; the place behind the character
        itself is always among them, whether it is a word or not.

    Shapes: (characters,), each a list of places from 1 to the number of characters.

    Raises:
        TypeError: if `text` is no str; for `words` as `Dictionary`.
        ValueError: as `Dictionary`.
    """
    require_text("text", text)
    dictionary = as_dictionary(words)
    lengths = [length for length in reversed(dictionary.lengths) if length > 1]
    size = len(text)
    return [
        [start + 1]
        + [
            start + length
            for length in lengths
            if start + length <= size and text[start : start + length] in dictionary.counts
        ]
        for start in range(size)
    ]


class UnigramSegmenter:
    """The segmentation whose words are most probable together, each word by itself: max Σ log P(w) over the lattice.

    P(w) is the word's share of all counts.

    Args:
        words: the dictionary with its counts.
        unknown: the count that a character has which is no word: the smaller, the dearer it is to use one.
        word_bonus: what is added to log P of every word. 0 is the model itself; above 0 more and shorter words win,
            below 0 fewer and longer ones, as some standards of what a word is would have it.
        tagger: where given, it cuts anew each run of words of one character that is no word itself: there a word may
            stand that the dictionary does not know.

    Raises:
        TypeError, ValueError: for `words` as `Dictionary`, or if a number is none or out of its range.
    """

    def __init__(
        self, words: Words, unknown: float = 1.0, word_bonus: float = 0.0, tagger: WordTagger | None = None
    ) -> None:
        require_positive("unknown", unknown)
        require_number("word_bonus", word_bonus)
        if not math.isfinite(word_bonus):
            raise ValueError(f"word_bonus is {word_bonus}; allowed: a finite number")
        self.dictionary, self.tagger = as_dictionary(words), tagger
        total = math.log(max(self.dictionary.total, unknown))
        self._scores = {word: math.log(count) - total + word_bonus for word, count in self.dictionary.counts.items()}
        self._unknown = math.log(unknown) - total + word_bonus

    def score(self, word: str) -> float:
        """log P of a word, with the bonus; of several characters that are no word, minus infinity.

        Args:
            word: what stands between two cuts.
        """
        return self._scores.get(word, self._unknown if len(word) == 1 else -math.inf)

    def segment(self, text: str) -> list[str]:
        """The best segmentation, by Viterbi's algorithm: at each place only the best way there is kept.

        Args:
            text: any text; white space parts words.

        Returns:
            The words in their order.

        Raises:
            TypeError: if `text` is no str.

        Source: A. J. Viterbi, "Error bounds for convolutional codes and an asymptotically optimum decoding algorithm",
        IEEE Transactions on Information Theory 13(2), 1967.
        """
        require_text("text", text)
        found = []
        for piece in text.split():
            best = self._best(piece)
            found.extend(best if self.tagger is None else self._with_unknown_words(best))
        return found

    def _best(self, text: str) -> list[str]:
        best = [0.0] + [-math.inf] * len(text)  # the score of the best way to each place
        back = [0] * (len(text) + 1)  # where its last word begins
        for start, ends in enumerate(word_lattice(text, self.dictionary)):
            for end in ends:
                score = best[start] + self.score(text[start:end])
                if score > best[end]:
                    best[end], back[end] = score, start
        found, end = [], len(text)
        while end:
            found.append(text[back[end] : end])
            end = back[end]
        return found[::-1]

    def _with_unknown_words(self, words: list[str]) -> list[str]:
        found, run = [], ""
        for word in [*words, ""]:  # what is empty ends the last run
            if len(word) == 1:
                run += word
                continue
            found.extend(self.tagger.segment(run) if run not in self.dictionary else list(run))
            found.extend([word] if word else [])
            run = ""
        return found
