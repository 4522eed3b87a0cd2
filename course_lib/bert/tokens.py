"""Text to BERT's ids: what is done to a text before WordPiece, and what stands around it afterwards.

[CLS] first text [SEP], or [CLS] first text [SEP] second text [SEP]; 0 marks what belongs to the first, 1 the second.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from course_lib.base.arguments import require_integer, require_text, require_words
from course_lib.base.errors import DataCorrupt
from course_lib.preprocessing.batches import pad
from course_lib.preprocessing.subwords import WordPiece

PAD, UNK, CLS, SEP, MASK = SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
# A longer word is "[UNK]", however it might be spelt.
LONGEST_WORD = 100
_MASK = re.compile(re.escape(MASK))
# Blocks of Chinese characters, which stand for words or parts of them and are written without spaces.
_CHINESE = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class _Table(dict):
    """A table for `str.translate` that works out a character when it is first met.

    Args:
        rule: what becomes of a character.
    """

    def __init__(self, rule: Callable[[str], str]) -> None:
        super().__init__()
        self._rule = rule

    def __missing__(self, code: int) -> str:
        self[code] = found = self._rule(chr(code))
        return found


def _cleaned(character: str) -> str:
    """Nothing for a control character, a space for any white one, spaces around a Chinese one."""
    if character in "\t\n\r":
        return " "
    if character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs"):
        return ""
    if character.isspace():
        return " "
    return f" {character} " if any(low <= ord(character) <= high for low, high in _CHINESE) else character


def _folded(character: str) -> str:
    """In lower case; nothing for an accent, which `NFD` has parted from its letter."""
    return "" if unicodedata.category(character) == "Mn" else character.lower()


def _parted(character: str) -> str:
    """Spaces around punctuation, among which BERT counts every symbol of ASCII."""
    alone = character in string.punctuation or unicodedata.category(character)[0] == "P"
    return f" {character} " if alone else character


_CLEANED, _FOLDED, _PARTED = _Table(_cleaned), _Table(_folded), _Table(_parted)


def basic_tokens(text: str, lower_case: bool = True) -> list[str]:
    """The words that WordPiece is given: cleaned, in lower case without accents, parted at spaces and punctuation.

    Args:
        text: any text.
        lower_case: whether case and accents go; a cased model keeps both.

    Returns:
        The words; each punctuation mark and each Chinese character is one.

    Raises:
        TypeError: if `text` is no str.

    Source: Devlin et al., 2019 (arXiv:1810.04805), and the code of its authors.
    """
    require_text("text", text)
    text = text.translate(_CLEANED)
    if lower_case:
        text = text.lower() if text.isascii() else unicodedata.normalize("NFD", text).translate(_FOLDED)
    return text.translate(_PARTED).split()


class BertTokenizer(WordPiece):
    """WordPiece of lesson 01 with BERT's own preparation of a text, and its five special tokens.

    In a text "[MASK]" is read as the token, so that a gap can be written down; the other special ones are read as text,
    so that no text can end itself.

    Args:
        tokens: the token of each id, "[PAD]" first.
        lower_case: whether case and accents go.

    Raises:
        TypeError: if `tokens` is one str.
        ValueError: if a special token is missing, "[PAD]" is not the first, or a token comes twice.

    Source: Devlin et al., 2019, section 3.
    """

    def __init__(self, tokens: Iterable[str], lower_case: bool = True) -> None:
        super().__init__(tokens)
        missing = [token for token in SPECIAL_TOKENS if token not in self._ids]
        if missing:
            raise ValueError(f"tokens has no {', '.join(missing)}; allowed: a vocabulary of BERT's")
        if self.tokens[0] != PAD:
            raise ValueError(f"tokens begins with {self.tokens[0]!r}; allowed: {PAD!r}, whose id is 0")
        if len(self._ids) < len(self.tokens):
            twice = next(token for place, token in enumerate(self.tokens) if self._ids[token] != place)
            raise ValueError(f"tokens holds {twice!r} twice; allowed: each token once")
        self.lower_case = lower_case
        self._goes_on = np.array([token.startswith(self.PREFIX) and token != self.PREFIX for token in self.tokens])
        self.special_ids = {token: self._ids[token] for token in SPECIAL_TOKENS}

    @classmethod
    def from_file(cls, path: Path | str, lower_case: bool = True) -> BertTokenizer:
        """A tokenizer with a published vocabulary.

        Args:
            path: `vocab.txt`, one token a line.
            lower_case: as for the class.

        Raises:
            DataCorrupt: if it is no UTF-8, or no vocabulary of BERT's.
            OSError: if it cannot be read.
        """
        try:
            lines = Path(path).read_text(encoding="utf-8").split("\n")
            return cls(lines[:-1] if lines[-1] == "" else lines, lower_case)
        except ValueError as problem:
            raise DataCorrupt(f"{path}: {problem}") from problem

    @classmethod
    def train(
        cls,
        texts_or_word_counts: Iterable[str] | Mapping[str, int],
        vocabulary_size: int,
        score: str = "likelihood",
        lower_case: bool = True,
    ) -> BertTokenizer:
        """Learn a vocabulary as `WordPiece.train` does, from words as BERT parts them; special tokens come first.

        Args:
            texts_or_word_counts: texts, or how often each word occurs.
            vocabulary_size: how many tokens there shall be, the special ones included.
            score: as for `WordPiece.train`.
            lower_case: as for the class.

        Raises:
            TypeError, ValueError: as `WordPiece.train`.
        """
        require_words("texts_or_word_counts", texts_or_word_counts)
        counts: Counter[str] = Counter()
        is_counted = isinstance(texts_or_word_counts, Mapping)
        for text, count in texts_or_word_counts.items() if is_counted else ((text, 1) for text in texts_or_word_counts):
            for word in basic_tokens(text, lower_case):
                counts[word] += require_integer(f"texts_or_word_counts[{text[:20]!r}]", count, at_least=0)
        more = len(SPECIAL_TOKENS) - 2  # two of them WordPiece has itself
        require_integer("vocabulary_size", vocabulary_size, at_least=more + 1)
        tokens = WordPiece.train(counts, vocabulary_size - more, score).tokens
        return cls([*SPECIAL_TOKENS, *tokens[2:]], lower_case)

    def _pieces(self, text: str) -> list[str]:
        if MASK not in text:
            return basic_tokens(text, self.lower_case)
        parts = [basic_tokens(part, self.lower_case) for part in _MASK.split(text)]
        return [piece for part in parts[:-1] for piece in (*part, MASK)] + parts[-1]

    def _split(self, piece: str) -> list[str]:
        if piece == MASK:
            return [MASK]
        # Between brackets no special token can stand: punctuation was parted.
        return [UNK] if len(piece) > LONGEST_WORD else super()._split(piece)

    def ids_of(self, text: str, pair: str | None = None, max_length: int | None = None) -> tuple[list[int], list[int]]:
        """The ids of a text, or of two, with the special tokens around them, and the segment of each.

        Args:
            text: the text.
            pair: a second text.
            max_length: how many ids there may be, the special ones included; None for any number. Of two texts the
                longer is cut first.

        Returns:
            The ids, and as many segments, 0 or 1.

        Raises:
            TypeError: if a text is no str.
            ValueError: if `max_length` leaves no room for the special tokens.
        """
        return self.joined(
            self.to_ids(self.encode(text)), None if pair is None else self.to_ids(self.encode(pair)), max_length
        )

    def joined(
        self, first: Sequence[int], second: Sequence[int] | None = None, max_length: int | None = None
    ) -> tuple[list[int], list[int]]:
        """As `ids_of`, for texts that are ids already.

        Args:
            first: ids without special ones.
            second: those of a second text.
            max_length: as for `ids_of`.
        """
        around = 2 if second is None else 3
        lengths = len(first), 0 if second is None else len(second)
        if max_length is not None:
            lengths = kept_lengths(*lengths, require_integer("max_length", max_length, at_least=around) - around)
        begin, end = self.special_ids[CLS], self.special_ids[SEP]
        ids = [begin, *first[: lengths[0]], end]
        segments = [0] * len(ids)
        if second is not None:
            ids += [*second[: lengths[1]], end]
            segments += [1] * (len(ids) - len(segments))
        return ids, segments

    def batch(
        self,
        texts: Sequence[str],
        pairs: Sequence[str] | None = None,
        max_length: int | None = None,
        length: int | None = None,
    ) -> dict[str, np.ndarray]:
        """Texts, or pairs of them, as what an encoder is given.

        Args:
            texts: the texts.
            pairs: a second text for each.
            max_length: as for `ids_of`.
            length: how long every row becomes; None for the longest of these.

        Returns:
            "token_ids" (0 for padding), "segment_ids" (0 there too), "padding_mask" (True for a token).

        Shapes: each (texts, length).

        Raises:
            TypeError: if `texts` is one str, or a text is none.
            ValueError: if there are not as many pairs as texts, or `length` is less than a row needs.
        """
        require_words("texts", texts)
        if pairs is not None:
            require_words("pairs", pairs)
            if len(pairs) != len(texts):
                raise ValueError(f"pairs has {len(pairs)} texts and texts {len(texts)}; allowed: as many of each")
        rows = [
            self.ids_of(text, None if pairs is None else pairs[place], max_length) for place, text in enumerate(texts)
        ]
        longest = max((len(ids) for ids, _ in rows), default=0)
        if length is not None and require_integer("length", length, at_least=0) < longest:
            raise ValueError(f"length is {length}; allowed: {longest} or more, or a max_length that cuts the texts")
        token_ids = pad([ids for ids, _ in rows], longest if length is None else length)
        segment_ids = pad([segments for _, segments in rows], token_ids.shape[1])
        return {"token_ids": token_ids, "segment_ids": segment_ids, "padding_mask": token_ids != 0}

    def is_continuation(self, token_ids: np.ndarray) -> np.ndarray:
        """True where a token goes on with the word of the one before it.

        Shapes: (…) → boolean (…).
        """
        return self._goes_on[np.asarray(token_ids)]


def kept_lengths(first: int, second: int, at_most: int) -> tuple[int, int]:
    """How much of two texts is kept where together they are too long: the longer is cut until both are of one length.

    Args:
        first: the length of one.
        second: the length of the other.
        at_most: how many tokens both may have.

    Returns:
        Both new lengths; of two that are cut to one length the second keeps the odd one.
    """
    if first + second <= at_most:
        return first, second
    half = at_most // 2
    if first > second:
        second = min(second, half)
        return at_most - second, second
    first = min(first, half)
    return first, at_most - first
