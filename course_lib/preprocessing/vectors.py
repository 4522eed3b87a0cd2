"""Word vectors in use: similarity, nearest words, analogies, and the text format in which GloVe's are published."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from course_lib.preprocessing.arguments import require_integer, require_words


def cosine_similarity(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The cosine of the angle between vectors: 1 for one direction, 0 for a right angle, and 0 for a vector of zeros.

    Shapes: first (…, dim), second (…, dim), broadcast against each other → (…).
    """
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    lengths = np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1)
    products = np.sum(first * second, axis=-1)
    return np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)


def nearest(word: str, words: Sequence[str], vectors: np.ndarray, k: int = 10) -> list[tuple[str, float]]:
    """The words whose vectors point most nearly the same way, the nearest first, without the word itself.

    Args:
        word: the word to start from.
        words: the word of each row.
        vectors: one row per word.
        k: how many words to return.

    Shapes: vectors (words, dim).

    Raises:
        ValueError: if the word is not among `words`, their number is not that of the rows, or k is less than 1.
    """
    rows = _rows(words, vectors, [word])
    return _nearest(vectors[rows[0]], words, vectors, k, without=rows)


def analogy(a: str, b: str, c: str, words: Sequence[str], vectors: np.ndarray, k: int = 5) -> list[tuple[str, float]]:
    """What is to c as b is to a: the words nearest to b - a + c, without the three themselves.

    Args:
        a, b, c: as in "man is to woman as king is to …".
        words: the word of each row.
        vectors: one row per word.
        k: how many words to return.

    Shapes: vectors (words, dim).

    Raises:
        ValueError: as `nearest`.

    Source: T. Mikolov, W. Yih and G. Zweig, "Linguistic Regularities in Continuous Space Word Representations", 2013.
    """
    rows = _rows(words, vectors, [a, b, c])
    start, end, other = vectors[rows] / np.maximum(np.linalg.norm(vectors[rows], axis=1, keepdims=True), 1e-12)
    return _nearest(end - start + other, words, vectors, k, without=rows)


def save_vectors(path: Path | str, words: Sequence[str], vectors: np.ndarray) -> None:
    """Write one line per word, the word and then its numbers, as the GloVe files are written.

    Raises:
        ValueError: if the number of words is not that of the rows, or a word is empty or holds white space.
    """
    _rows(words, vectors, [])
    for word in words:
        if not word or word.split() != [word]:
            raise ValueError(f"words holds {word!r}; allowed: words without white space, which separates the numbers")
    lines = (f"{word} {' '.join(f'{value:.6g}' for value in row)}\n" for word, row in zip(words, vectors, strict=True))
    Path(path).write_text("".join(lines), encoding="utf-8")


def load_vectors(path: Path | str, words: Collection[str] | None = None) -> tuple[list[str], np.ndarray]:
    """Read vectors from a text file of one word and its numbers per line.

    Args:
        path: the file.
        words: read these alone, which saves memory; None for all.

    Returns:
        The words found, in the order of the file, and a float32 array with one row for each.

    Shapes: (words, dim).

    Raises:
        ValueError: if a line has another number of values than the first, or one that is no number; it names the line.
    """
    wanted = None if words is None else frozenset(words)
    found: list[str] = []
    rows: list[np.ndarray] = []
    dim = None
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            word, *values = line.rstrip("\n").split(" ")
            dim = len(values) if dim is None else dim
            if len(values) != dim or dim == 0:
                raise ValueError(
                    f"{path}:{number}: {len(values)} numbers behind {word!r}; allowed: {dim or 'at least 1'}"
                )
            if wanted is None or word in wanted:
                try:
                    rows.append(np.array(values, dtype=np.float32))
                except ValueError:
                    raise ValueError(f"{path}:{number}: what stands behind {word!r} are not all numbers") from None
                found.append(word)
    return found, np.stack(rows) if rows else np.zeros((0, dim or 0), dtype=np.float32)


def _rows(words: Sequence[str], vectors: np.ndarray, asked: list[str]) -> list[int]:
    """The rows of the words asked for."""
    require_words("words", words)
    if len(words) != len(vectors):
        raise ValueError(f"words has {len(words)} entries and vectors {len(vectors)} rows; allowed: as many of each")
    place = {word: row for row, word in enumerate(words) if word in asked}
    for word in asked:
        if word not in place:
            raise ValueError(f"{word!r} has no vector; allowed: one of the {len(words):,} words")
    return [place[word] for word in asked]


def _nearest(
    target: np.ndarray, words: Sequence[str], vectors: np.ndarray, k: int, without: list[int]
) -> list[tuple[str, float]]:
    require_integer("k", k, at_least=1)
    similarities = cosine_similarity(vectors, target)  # (words,)
    similarities[without] = -np.inf
    order = np.argsort(-similarities, kind="stable")[: min(k, len(words) - len(set(without)))]
    return [(words[row], float(similarities[row])) for row in order]
