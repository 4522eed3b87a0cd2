"""Words to counts: a vocabulary, bags of words, TF-IDF weights and one-hot vectors."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from scipy import sparse

from course_lib.preprocessing.arguments import require_choice, require_integer, require_words

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
        return cls.from_counts(Counter(chain.from_iterable(_each(token_lists))), max_size, min_count)

    @classmethod
    def from_counts(cls, counts: dict[str, int], max_size: int | None = None, min_count: int = 1) -> Vocabulary:
        """Build from words that were counted already; the arguments as for `build`."""
        require_integer("min_count", min_count, at_least=1)
        if max_size is not None:
            require_integer("max_size", max_size, at_least=len(SPECIAL_WORDS))
            max_size -= len(SPECIAL_WORDS)
        known = [word for word, count in counts.items() if count >= min_count and word not in SPECIAL_WORDS]
        known.sort(key=lambda word: (-counts[word], word))
        return cls(known[:max_size])

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """Words to ids; an unknown word becomes 1."""
        require_words("tokens", tokens)
        return [self._ids.get(token, UNK) for token in tokens]

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Ids to words.

        Raises:
            ValueError: if an id is negative or not less than the size of the vocabulary.
        """
        ids = [int(index) for index in ids]
        for index in ids:
            require_integer("ids holds an id that", index, at_least=0, at_most=len(self) - 1)
        return [self.words[index] for index in ids]

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
        """Write the words as JSON."""
        text = json.dumps({"words": self.words[len(SPECIAL_WORDS) :]}, ensure_ascii=False, indent=0)
        Path(path).write_text(text, encoding="utf-8")

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


def bag_of_words(token_lists: Iterable[Iterable[str]], vocabulary: Vocabulary) -> sparse.csr_matrix:
    """Count every known word of every text; the order of the words is lost, unknown words are not counted.

    Args:
        token_lists: one list of words per text.
        vocabulary: gives each word its column.

    Returns:
        The counts, int64.

    Shapes: (documents, vocabulary_size), nearly all zeros and therefore sparse.

    Raises:
        TypeError: if `token_lists` is one str or one list of str.
    """
    columns: list[int] = []
    row_ends = [0]
    for tokens in _each(token_lists):
        columns += [index for index in vocabulary.encode(tokens) if index != UNK]
        row_ends.append(len(columns))
    ones = np.ones(len(columns), dtype=np.int64)
    counts = sparse.csr_matrix((ones, columns, row_ends), shape=(len(row_ends) - 1, len(vocabulary)), dtype=np.int64)
    counts.sum_duplicates()
    return counts


def _each(token_lists: Iterable[Iterable[str]]) -> Iterable[Iterable[str]]:
    """The token lists one by one, each looked at: a plain text in their place would be taken apart into letters."""
    require_words("token_lists", token_lists)
    for tokens in token_lists:
        require_words("token_lists holds what", tokens)
        yield tokens


def inverse_document_frequency(counts: sparse.spmatrix | np.ndarray, smooth: bool = True) -> np.ndarray:
    """How much a word tells: the fewer texts hold it, the more.

    Args:
        counts: a bag of words.
        smooth: count one more text that holds every word once, so that a word of no text does not divide by zero.
            Without it, such a word is treated as a word of one text.

    Returns:
        One weight per word, at least 1.

    Shapes: counts (documents, vocabulary_size) → (vocabulary_size,).

    Source: K. Spärck Jones, "A statistical interpretation of term specificity", Journal of Documentation 28(1), 1972;
    the constants are scikit-learn's.
    """
    counts = sparse.csr_matrix(counts)
    documents = counts.shape[0]
    holding = np.bincount(counts.indices[counts.data != 0], minlength=counts.shape[1])  # texts that hold each word
    if smooth:
        return np.log((1 + documents) / (1 + holding)) + 1
    return np.log(np.maximum(documents, 1) / np.maximum(holding, 1)) + 1


def tf_idf(
    counts: sparse.spmatrix | np.ndarray, idf: np.ndarray | None = None, norm: str | None = "l2"
) -> sparse.csr_matrix:
    """Weigh each count by what its word tells, then scale each text to length one.

    Args:
        counts: a bag of words.
        idf: the weights of `inverse_document_frequency`, those of the training texts; None computes them from `counts`.
        norm: "l2" (Euclidean length one), "l1" (absolute values sum to one) or None.

    Returns:
        The weighted counts, float64. A text without known words stays all zeros.

    Shapes: (documents, vocabulary_size) → the same.

    Raises:
        ValueError: if `norm` is unknown, or `idf` has not one weight per word.

    Source: equal to scikit-learn's TfidfTransformer.
    """
    require_choice("norm", norm, ["l2", "l1", None])
    counts = sparse.csr_matrix(counts, dtype=np.float64)
    idf = inverse_document_frequency(counts) if idf is None else np.asarray(idf, dtype=np.float64)
    if idf.shape != (counts.shape[1],):
        raise ValueError(f"idf has the shape {idf.shape}; allowed: {(counts.shape[1],)}, one weight per word")
    weighted = counts @ sparse.diags(idf)  # tf(word, text) · idf(word)
    if norm is None:
        return weighted.tocsr()
    lengths = abs(weighted).sum(axis=1).A1 if norm == "l1" else np.sqrt(weighted.multiply(weighted).sum(axis=1).A1)
    return (sparse.diags(1 / np.where(lengths == 0, 1, lengths)) @ weighted).tocsr()


def one_hot(ids: Sequence[int] | np.ndarray, depth: int):
    """A vector per id, all zeros but for a one at the id.

    Args:
        ids: whole numbers, an array of any shape. An id outside 0 … depth - 1 gives all zeros.
        depth: the length of a vector, the size of the vocabulary.

    Returns:
        A float32 tensor of the Keras backend.

    Shapes: ids (...) → (..., depth).

    Raises:
        ValueError: if `depth` is less than 1.
    """
    from keras import ops

    require_integer("depth", depth, at_least=1)
    ids = ops.expand_dims(ops.convert_to_tensor(ids, dtype="int32"), -1)  # (..., 1)
    return ops.cast(ids == ops.arange(depth, dtype="int32"), "float32")  # (..., depth)
