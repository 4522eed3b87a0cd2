"""What word vectors are used for: finding the nearest words, solving analogies; and their file format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from course_lib.base.arguments import require_integer, require_words
from course_lib.base.files import write_atomically
from course_lib.preprocessing.vocabulary import SPECIAL_WORDS


def cosine_similarity(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The cosine of the angle between vectors: 1 where they point the same way, 0 at a right angle, -1 opposite.

    Args:
        a: vectors.
        b: vectors, or one for all of `a`.

    Returns:
        One number per pair; 0 where a vector has no length.

    Shapes: a (..., dim), b (..., dim) → (...), broadcast as NumPy does it.
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    lengths = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    return np.sum(a * b, axis=-1) / np.where(lengths == 0, 1, lengths)  # a·b / (|a| |b|)


def nearest(word: str, words: Sequence[str], vectors: np.ndarray, k: int = 10) -> list[tuple[str, float]]:
    """The k words whose vectors point most nearly where the word's own does.

    Args:
        word: one of the words.
        words: the word of each row of `vectors`.
        vectors: their vectors.
        k: how many words to find.

    Returns:
        Words and their cosine similarities, the nearest first, without the word itself, "[PAD]" and "[UNK]".

    Shapes: vectors (vocabulary_size, dim).

    Raises:
        ValueError: if `word` is none of the words, there are more or fewer words than vectors, or k is less than 1.
    """
    return _nearest_to(_unit_vector(word, words, vectors), words, vectors, k, without={word})


def analogy(a: str, b: str, c: str, words: Sequence[str], vectors: np.ndarray, k: int = 10) -> list[tuple[str, float]]:
    """What is to c as b is to a? The words nearest to b - a + c: man, king, woman → queen.

    Args:
        a: a word, as in "a is to b".
        b: a word.
        c: a word, as in "c is to …".
        words: the word of each row of `vectors`.
        vectors: their vectors; each is scaled to length one first.
        k: how many words to find.

    Returns:
        Words and their cosine similarities, the nearest first, without the three given ones, "[PAD]" and "[UNK]".

    Shapes: vectors (vocabulary_size, dim).

    Raises:
        ValueError: if a word is none of the words, there are more or fewer words than vectors, or k is less than 1.

    Source: T. Mikolov, W. Yih and G. Zweig, "Linguistic Regularities in Continuous Space Word Representations", 2013.
    """
    unit = {word: _unit_vector(word, words, vectors) for word in (a, b, c)}
    return _nearest_to(unit[b] - unit[a] + unit[c], words, vectors, k, without={a, b, c})


def _unit_vector(word: str, words: Sequence[str], vectors: np.ndarray) -> np.ndarray:
    require_words("words", words)
    if len(words) != len(vectors):
        raise ValueError(f"words has {len(words)} words for {len(vectors)} vectors; allowed: one word per vector")
    if word not in words:
        raise ValueError(f"{word!r} is not among the {len(words):,} words; allowed: {', '.join(words[:5])}, …")
    vector = np.asarray(vectors[words.index(word)], dtype=np.float64)
    return vector / max(np.linalg.norm(vector), np.finfo(float).tiny)


def _nearest_to(
    vector: np.ndarray, words: Sequence[str], vectors: np.ndarray, k: int, without: set[str]
) -> list[tuple[str, float]]:
    require_integer("k", k, at_least=1)
    similarities = cosine_similarity(vectors, vector)  # (vocabulary_size,)
    left_out = without.union(SPECIAL_WORDS)
    found = (index for index in np.argsort(-similarities, kind="stable") if words[index] not in left_out)
    return [(words[index], float(similarities[index])) for index, _ in zip(found, range(k), strict=False)]


def save_vectors(path: Path | str, words: Sequence[str], vectors: np.ndarray) -> None:
    """Write vectors as GloVe's text files hold them: per line a word, a space, its numbers with spaces between them.

    A file that was there is replaced whole or not at all.

    Args:
        path: the file.
        words: the word of each row.
        vectors: their vectors.

    Shapes: vectors (words, dim).

    Raises:
        ValueError: if there are more or fewer words than vectors, or a word is empty or holds white space.
    """
    require_words("words", words)
    vectors = np.asarray(vectors, dtype=np.float32)
    if vectors.ndim != 2 or len(words) != len(vectors):
        raise ValueError(f"vectors has the shape {vectors.shape}; allowed: ({len(words)}, dim), one vector per word")
    for word in words:
        if word.split() != [word]:
            raise ValueError(f"words holds {word!r}; allowed: words that are not empty and hold no white space")
    lines = (f"{word} {' '.join(map(str, vector))}\n" for word, vector in zip(words, vectors, strict=True))
    write_atomically(Path(path), "".join(lines).encode("utf-8"))


def load_vectors(path: Path | str, words: Iterable[str] | None = None) -> tuple[list[str], np.ndarray]:
    """Read vectors from a text file of GloVe's format (or word2vec's, whose first line gives the number and size).

    Args:
        path: the file.
        words: read only these words; None for all.

    Returns:
        The words found, in the order of the file, and their vectors, float32.

    Shapes: (words found, dim).

    Raises:
        ValueError: if a line does not end in as many numbers as the first one has; of words that are not asked for,
            only how many there are is looked at. What stands before the numbers is the word, spaces included, because
            published files hold a few such words; a number too many thus joins its word.
    """
    wanted = None
    if words is not None:
        require_words("words", words)
        wanted = frozenset(words)
    found: list[str] = []
    seen: set[str] = set()
    rows: list[np.ndarray] = []
    dim = None
    with Path(path).open(encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            fields = line.rstrip("\r\n ").split(" ")
            if number == 1 and len(fields) == 2 and all(field.isdecimal() for field in fields):
                continue  # word2vec's header
            dim = dim or len(fields) - 1
            word = " ".join(fields[:-dim])  # a few published words hold a space
            if not word:
                raise _broken(path, number, line, dim)
            if word in seen or (wanted is not None and word not in wanted):
                continue  # where a word comes twice, the first line counts
            seen.add(word)
            try:
                rows.append(np.array(fields[-dim:], dtype=np.float32))
            except ValueError:
                raise _broken(path, number, line, dim) from None
            found.append(word)
    return found, np.array(rows, dtype=np.float32).reshape(len(found), dim or 0)


def _broken(path: Path | str, number: int, line: str, dim: int) -> ValueError:
    return ValueError(f"line {number} of {path} is {line[:40]!r}; allowed: a word and {dim} numbers")
