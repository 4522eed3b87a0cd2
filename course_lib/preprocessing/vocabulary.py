"""Words to ids and back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from course_lib.base.arguments import checked_ids, listed, require_integer, require_words
from course_lib.base.files import write_atomically

PAD, UNK = 0, 1
SPECIAL_WORDS = ("[PAD]", "[UNK]")


class Vocabulary:
    """The words a model knows, each with its id: 0 is padding, 1 stands for every unknown word, then the words.

    Args:
        words: the known words, in the order of their ids, without "[PAD]" and "[UNK]".

    Attributes:
        words: all words by id, the two special ones included: `words[id]` is a word.

    Raises:
        TypeError: if `words` is a single str or holds something that is no str.
        ValueError: if a word comes twice.
    """

    def __init__(self, words: Iterable[str]) -> None:
        require_words("words", words)
        self.words: list[str] = [*SPECIAL_WORDS, *words]
        self._ids = {word: index for index, word in enumerate(self.words)}
        for word in self._ids:
            if not isinstance(word, str):
                raise TypeError(f"words holds {word!r} of type {type(word).__name__}; allowed: str")
        if len(self._ids) < len(self.words):
            twice = next(word for word, count in Counter(self.words).items() if count > 1)
            raise ValueError(
                f"words holds {twice!r} twice; allowed: each word once, without {' and '.join(SPECIAL_WORDS)}"
            )

    @classmethod
    def build(cls, token_lists: Iterable[Iterable[str]], max_size: int | None = None, min_count: int = 1) -> Vocabulary:
        """Collect the words of many texts, the most frequent first, equally frequent ones in alphabetical order.

        Args:
            token_lists: one list of words per text.
            max_size: how many ids there may be, the two special ones included; None for no limit.
            min_count: how often a word must occur to be known.

        Returns:
            The vocabulary.

        Raises:
            TypeError: if `token_lists` is one str or one list of str.
            ValueError: if `max_size` is less than 2 or `min_count` less than 1.
        """
        return cls.from_counts(Counter(chain.from_iterable(each_token_list(token_lists))), max_size, min_count)

    @classmethod
    def from_counts(cls, counts: dict[str, int], max_size: int | None = None, min_count: int = 1) -> Vocabulary:
        """Build from words that were counted already; the arguments as for `build`."""
        require_integer("min_count", min_count, at_least=1)
        if max_size is not None:
            require_integer("max_size", max_size, at_least=len(SPECIAL_WORDS))
            max_size -= len(SPECIAL_WORDS)
        for word, count in counts.items():
            require_integer(f"counts[{word!r}]", count, at_least=0)
        known = [word for word, count in counts.items() if count >= min_count and word not in SPECIAL_WORDS]
        known.sort(key=lambda word: (-counts[word], word))
        return cls(known[:max_size])

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """Words to ids; an unknown word becomes 1.

        Raises:
            TypeError: if `tokens` is one str, or holds something that is no str.
        """
        return [self._ids.get(token, UNK) for token in listed("tokens", tokens)]

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Ids to words.

        Raises:
            TypeError: if an id is no whole number.
            ValueError: if an id is negative or not less than the size of the vocabulary.
        """
        return [self.words[index] for index in checked_ids("ids", ids, len(self))]

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self._ids

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.words == other.words

    __hash__ = None

    def __repr__(self) -> str:
        return f"Vocabulary({len(self):,} words: {', '.join(self.words[:6])}, …)"

    def save(self, path: Path | str) -> None:
        """Write the words as JSON, in one step: a file that was there is replaced whole or not at all."""
        text = json.dumps({"words": self.words[len(SPECIAL_WORDS) :]}, ensure_ascii=False, indent=0)
        write_atomically(Path(path), text.encode("utf-8"))

    @classmethod
    def load(cls, path: Path | str) -> Vocabulary:
        """Read what `save` wrote.

        Raises:
            ValueError: if the file holds no vocabulary.
        """
        try:
            words = json.loads(Path(path).read_text(encoding="utf-8"))["words"]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"path names {str(path)!r}, which holds no vocabulary; allowed: a file `save` wrote"
            ) from error
        return cls(words)


def each_token_list(token_lists: Iterable[Iterable[str]]) -> Iterable[Iterable[str]]:
    """The token lists one by one, each looked at: a plain text in their place would be taken apart into letters."""
    require_words("token_lists", token_lists)
    for tokens in token_lists:
        require_words("token_lists holds what", tokens)
        yield tokens
