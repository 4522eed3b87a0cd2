"""Words to subwords: byte-pair encoding and WordPiece, trained and used, as small as they can be written.

Byte-pair encoding here loses nothing: `decode(encode(text)) == text` for every text, since a character it has never
seen is spelt by its UTF-8 bytes. WordPiece here is BERT's: lower case, spaces are not kept, an unknown word is
"[UNK]".
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

from course_lib.base.arguments import (
    checked_ids,
    listed,
    require_choice,
    require_integer,
    require_text,
    require_words,
)
from course_lib.preprocessing.merges import learn_merges, merge_pair
from course_lib.preprocessing.text import CJK, MARKS
from course_lib.preprocessing.vocabulary import PAD, SPECIAL_WORDS, UNK

BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
_BYTE_OF = {token: byte for byte, token in enumerate(BYTES)}
# No word is longer than 100 characters; what passes for one is cut, so that the work grows with the text and no faster.
_LONGEST = "{1,100}"


class _Subwords:
    """What both kinds share: tokens with ids, and a memory of the words that were split before."""

    def __init__(self, tokens: Iterable[str]) -> None:
        require_words("tokens", tokens)
        self.tokens = list(tokens)
        self._ids = {token: index for index, token in enumerate(self.tokens)}
        self._split_before: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, text: str) -> list[str]:
        """Split a text, or a word, into tokens.

        Args:
            text: any text.

        Returns:
            The tokens; an empty list for an empty text.

        Raises:
            TypeError: if `text` is no str.
        """
        require_text("text", text)
        tokens = []
        for piece in self._pieces(text):
            if piece not in self._split_before:
                self._split_before[piece] = self._split(piece)
            tokens += self._split_before[piece]
        return tokens

    def to_ids(self, tokens: Iterable[str]) -> list[int]:
        """Tokens to ids; what is no token becomes 1, "[UNK]"."""
        return [self._ids.get(token, UNK) for token in listed("tokens", tokens)]

    def _spelt(self, tokens: Iterable[str] | Iterable[int]) -> list[str]:
        """Tokens, or the tokens of ids, without padding."""
        require_words("tokens", tokens)
        tokens = list(tokens)
        if not all(isinstance(token, str) for token in tokens):
            tokens = [self.tokens[index] for index in checked_ids("tokens", tokens, len(self))]
        return [token for token in tokens if token != SPECIAL_WORDS[PAD]]

    @staticmethod
    def _pieces(text: str) -> Iterable[str]:
        """The parts of a text that are split each on its own."""
        raise NotImplementedError

    def _split(self, piece: str) -> list[str]:
        """The tokens of one part."""
        raise NotImplementedError


class BytePairEncoding(_Subwords):
    """Splits words by replaying, in their order, the merges that were most frequent in training.

    A space belongs to the word behind it, and every text is taken to begin with one, so that a word is split in the
    same way wherever it stands. The tokens are "[PAD]", "[UNK]" (never given out), 256 bytes, the characters of the
    training texts, and one for each merge.

    Args:
        tokens: the token of each id.
        merges: the pairs of tokens, the first to be merged first.

    Source: R. Sennrich, B. Haddow and A. Birch, "Neural Machine Translation of Rare Words with Subword Units", 2016
    (arXiv:1508.07909).
    """

    _PIECE = re.compile(rf" ?[\w{MARKS}]{_LONGEST}| ?[^\w\s{MARKS}]{_LONGEST}|\s{_LONGEST}(?!\S)|\s")

    def __init__(self, tokens: Iterable[str], merges: Iterable[tuple[str, str]]) -> None:
        super().__init__(tokens)
        self.merges = [(left, right) for left, right in merges]
        self._ranks = {pair: rank for rank, pair in reversed(list(enumerate(self.merges)))}

    @classmethod
    def train(cls, texts_or_word_counts: Iterable[str] | Mapping[str, int], vocabulary_size: int) -> BytePairEncoding:
        """Learn the merges.

        Args:
            texts_or_word_counts: texts, or how often each word occurs.
            vocabulary_size: how many tokens there shall be, at least 258 for the special ones and the bytes. Characters
                come next (where not all find room, the most frequent), then merges, as long as there is something to
                merge.

        Returns:
            The trained encoding.

        Raises:
            TypeError: if `texts_or_word_counts` is one str, a text or word is no str, or a count no whole number.
            ValueError: if `vocabulary_size` is less than 258, or a count negative.
        """
        tokens = [*SPECIAL_WORDS, *BYTES]
        require_integer("vocabulary_size", vocabulary_size, at_least=len(tokens))
        piece_counts = _count_pieces(texts_or_word_counts, cls._pieces)
        alphabet = _alphabet(piece_counts, at_most=vocabulary_size - len(tokens))
        tokens += alphabet
        ids = {token: index for index, token in enumerate(tokens)}
        # Where a character has no token of its own the vocabulary is full, and nothing will be merged.
        words = [[ids.get(character, UNK) for character in piece] for piece in piece_counts]
        merges = learn_merges(words, list(piece_counts.values()), tokens, str.__add__, vocabulary_size, score="count")
        return cls(tokens, [(tokens[left], tokens[right]) for left, right in merges])

    @classmethod
    def _pieces(cls, text: str) -> list[str]:
        return cls._PIECE.findall(f" {text}") if text else []

    def _split(self, piece: str) -> list[str]:
        symbols = []
        for character in piece:
            known = character in self._ids
            symbols += [character] if known else [BYTES[byte] for byte in character.encode("utf-8", "surrogatepass")]
        while len(symbols) > 1:
            best = min(pairwise(symbols), key=lambda pair: self._ranks.get(pair, math.inf))
            if best not in self._ranks:
                break
            symbols = merge_pair(symbols, best, best[0] + best[1])
        return symbols

    def decode(self, tokens: Iterable[str] | Iterable[int]) -> str:
        """Join tokens, or ids, to the text they were made from.

        Args:
            tokens: tokens or ids; padding is left out, and bytes that make no character become "�".

        Returns:
            The text.

        Raises:
            ValueError: if an id is negative or not less than the size of the vocabulary.
        """
        spelt = b"".join(
            bytes([_BYTE_OF[token]]) if token in _BYTE_OF else token.encode("utf-8", "surrogatepass")
            for token in self._spelt(tokens)
        )
        try:
            text = spelt.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            text = spelt.decode("utf-8", "replace")
        return text.removeprefix(" ")


class WordPiece(_Subwords):
    """Splits each word from left to right into the longest tokens it knows; a token inside a word begins with "##".

    Words are lower-cased and split much as BERT does it: at spaces, each punctuation mark and each CJK character on its
    own; unlike in BERT, kana and every other symbol stand alone, too, and accents stay. A word that cannot be spelt is
    "[UNK]".

    Args:
        tokens: the token of each id, the first two "[PAD]" and "[UNK]".

    Source: Y. Wu et al., "Google's Neural Machine Translation System", 2016 (arXiv:1609.08144), section 4.1; the greedy
    splitting and "##" after J. Devlin et al., "BERT", 2019 (arXiv:1810.04805).
    """

    _PIECE = re.compile(rf"[^\W_](?:[^\W_]|[{MARKS}])*|[^\w\s]|_")
    PREFIX = "##"

    def __init__(self, tokens: Iterable[str]) -> None:
        super().__init__(tokens)
        self._longest = max(map(len, self.tokens), default=0)

    @classmethod
    def train(
        cls, texts_or_word_counts: Iterable[str] | Mapping[str, int], vocabulary_size: int, score: str = "likelihood"
    ) -> WordPiece:
        """Learn the tokens.

        Args:
            texts_or_word_counts: texts, or how often each word occurs.
            vocabulary_size: how many tokens there shall be: two special ones, every character as the beginning of a
                word, and inside one where it was seen there; then merges, as long as there is something to merge.
            score: "likelihood" prefers pairs whose parts are rare elsewhere, as BERT's WordPiece is said to; "count"
                prefers frequent pairs, as byte-pair encoding does and the `tokenizers` library for WordPiece, too.

        Returns:
            The trained splitter.

        Raises:
            TypeError: if `texts_or_word_counts` is one str, a text or word is no str, or a count no whole number.
            ValueError: if `score` is unknown, a count negative, or `vocabulary_size` leaves no room for the characters.
        """
        require_choice("score", score, ["likelihood", "count"])
        piece_counts = _count_pieces(texts_or_word_counts, cls._pieces)
        spellings = {piece: [piece[0], *(cls.PREFIX + character for character in piece[1:])] for piece in piece_counts}
        symbols = {symbol for spelling in spellings.values() for symbol in spelling}.union(*piece_counts)
        tokens = [*SPECIAL_WORDS, *sorted(symbols, key=lambda symbol: (len(symbol), symbol))]
        require_integer("vocabulary_size", vocabulary_size, at_least=len(tokens))
        ids = {token: index for index, token in enumerate(tokens)}
        words = [[ids[symbol] for symbol in spelling] for spelling in spellings.values()]
        learn_merges(words, list(piece_counts.values()), tokens, cls._join, vocabulary_size, score)
        return cls(tokens)

    @classmethod
    def _join(cls, left: str, right: str) -> str:
        return left + right.removeprefix(cls.PREFIX)

    @classmethod
    def _pieces(cls, text: str) -> list[str]:
        return cls._PIECE.findall(CJK.sub(r" \g<0> ", text.lower()))

    def _split(self, piece: str) -> list[str]:
        found = []
        start = 0
        while start < len(piece):
            prefix = self.PREFIX if start else ""
            for end in range(min(len(piece), start + self._longest), start, -1):  # the longest first
                token = prefix + piece[start:end]
                if token in self._ids:
                    found.append(token)
                    start = end
                    break
            else:
                return [SPECIAL_WORDS[UNK]]
        return found

    def decode(self, tokens: Iterable[str] | Iterable[int]) -> str:
        """Join tokens, or ids, to words with one space between them; padding is left out.

        Raises:
            ValueError: if an id is negative or not less than the size of the vocabulary.
        """
        return " ".join(self._spelt(tokens)).replace(f" {self.PREFIX}", "")


def _count_pieces(
    texts_or_word_counts: Iterable[str] | Mapping[str, int], pieces: Callable[[str], Iterable[str]]
) -> Counter[str]:
    """How often each piece occurs in texts, or in words that were counted."""
    require_words("texts_or_word_counts", texts_or_word_counts)
    counts: Counter[str] = Counter()
    if isinstance(texts_or_word_counts, Mapping):
        for word, count in texts_or_word_counts.items():
            require_text("texts_or_word_counts holds what", word)
            count = require_integer(f"texts_or_word_counts[{word!r}]", count, at_least=0)
            for piece in pieces(word):
                counts[piece] += count
    else:
        for text in texts_or_word_counts:
            require_text("texts_or_word_counts holds what", text)
            counts.update(pieces(text))
    return counts


def _alphabet(piece_counts: Mapping[str, int], at_most: int) -> list[str]:
    """The characters of the pieces in the order of their code points; the most frequent where there is no room for
    all."""
    counts: Counter[str] = Counter()
    for piece, count in piece_counts.items():
        for character in piece:
            counts[character] += count
    return sorted(sorted(counts, key=lambda character: (-counts[character], character))[:at_most])
