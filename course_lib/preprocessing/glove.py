"""GloVe: word vectors from a table of how often words stand near each other.

Source: J. Pennington, R. Socher and C. Manning, "GloVe: Global Vectors for Word Representation", 2014.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from keras import ops
from scipy import sparse

from course_lib.base.arguments import checked_id_lists, require_integer, require_positive
from course_lib.preprocessing.steps import sum_by_row


def cooccurrence(id_lists: Iterable[Sequence[int]], vocabulary_size: int, window: int = 5) -> sparse.csr_matrix:
    """Count how often two words stand within the window; a pair at distance r counts 1/r (section 4.2).

    Args:
        id_lists: one sequence of ids per text; words of different texts are never near each other. The ids 0, padding,
            and 1, unknown words, take up room and are not counted.
        vocabulary_size: how many ids there are.
        window: the largest distance that counts.

    Returns:
        A symmetric sparse matrix.

    Shapes: (vocabulary_size, vocabulary_size).

    Raises:
        TypeError: if an id is no whole number.
        ValueError: if `window` or `vocabulary_size` is less than 1, or an id lies outside the vocabulary.
    """
    require_integer("vocabulary_size", vocabulary_size, at_least=1)
    require_integer("window", window, at_least=1)
    id_lists = checked_id_lists("id_lists", id_lists, vocabulary_size)
    ids = np.concatenate([*id_lists, np.zeros(0, dtype=np.int32)])  # (tokens,)
    texts = np.repeat(np.arange(len(id_lists)), [len(text) for text in id_lists])  # (tokens,)
    shape = (vocabulary_size, vocabulary_size)
    total = sparse.csr_matrix(shape, dtype=np.float64)
    for distance in range(1, min(window, max(map(len, id_lists), default=0)) + 1):  # no text holds a longer one
        left, right = ids[:-distance], ids[distance:]
        counted = (texts[:-distance] == texts[distance:]) & (left > 1) & (right > 1)
        weights = np.full(counted.sum(), 1 / distance)
        # Converting to rows adds up what stands in one place, so the table stays small while the text is long.
        total += sparse.coo_matrix((weights, (left[counted], right[counted])), shape=shape).tocsr()
    return (total + total.T).tocsr()


def glove_weight(count, x_max: float = 100.0, alpha: float = 0.75):
    """How much a pair counts in the loss: little where it is rare, never more than 1 (equation 9).

    Shapes: count (…) → (…).
    """
    return ops.minimum(1.0, ops.power(ops.convert_to_tensor(count, "float32") / x_max, alpha))  # (9)


def glove_loss(prediction, count, x_max: float = 100.0, alpha: float = 0.75):
    """The weighted squared error of one pair: f(X) (prediction - ln X)² (one term of equation 8).

    Args:
        prediction: w · w̃ + b + b̃.
        count: how often the pair occurs, more than 0.

    Shapes: prediction (…), count (…) → (…).
    """
    count = ops.convert_to_tensor(count, "float32")
    return glove_weight(count, x_max, alpha) * ops.square(prediction - ops.log(count))  # (8)


class _AdaGrad:
    """A table of parameters that remembers the squared gradients of each and takes ever smaller steps."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        self._squares = np.full_like(values, 0.1)

    def step(self, gradient: np.ndarray, learning_rate: float) -> None:
        self._squares += gradient**2
        self.values -= learning_rate * gradient / np.sqrt(self._squares)


def train_glove(
    counts: sparse.spmatrix,
    dim: int = 50,
    epochs: int = 10,
    batch_size: int = 8192,
    learning_rate: float = 0.1,
    x_max: float = 100.0,
    alpha: float = 0.75,
    seed: int = 0,
) -> np.ndarray:
    """Train word vectors on a co-occurrence table, by AdaGrad as in the paper; in NumPy, as `train_skip_gram` and why.

    Args:
        counts: the table that `cooccurrence` returns.
        dim: the length of a vector.
        epochs: how often every pair is seen.
        batch_size: how many pairs make a step.
        learning_rate: AdaGrad's.
        x_max: the count from which on pairs weigh the same.
        alpha: how fast the weight grows up to there.
        seed: of the first vectors and of the order of pairs; the same seed gives the same vectors.

    Returns:
        The sum of the two vectors of each word (section 4.2), float32.

    Shapes: counts (vocabulary_size, vocabulary_size) → (vocabulary_size, dim).

    Raises:
        ValueError: if `counts` is not square, holds no pair or a count that is not positive, or if a size or rate is
            out of range.
    """
    for name, value in {"dim": dim, "epochs": epochs, "batch_size": batch_size}.items():
        require_integer(name, value, at_least=1)
    for name, value in {"learning_rate": learning_rate, "x_max": x_max, "alpha": alpha}.items():
        require_positive(name, value)
    table = sparse.coo_matrix(counts)
    if table.shape[0] != table.shape[1] or table.nnz == 0 or not (np.isfinite(table.data) & (table.data > 0)).all():
        raise ValueError(
            f"counts has the shape {table.shape} and {table.nnz} pairs; "
            "allowed: a square table of at least one pair, all counts finite and above 0"
        )
    vocabulary_size = table.shape[0]
    logs = np.log(table.data).astype(np.float32)  # (pairs,)
    weights = np.minimum(1.0, (table.data / x_max) ** alpha).astype(np.float32)  # (9)
    random = np.random.default_rng(seed)
    words, contexts = (
        _AdaGrad(random.uniform(-0.5 / dim, 0.5 / dim, (vocabulary_size, dim)).astype(np.float32)) for _ in range(2)
    )
    word_biases, context_biases = (_AdaGrad(np.zeros((vocabulary_size, 1), dtype=np.float32)) for _ in range(2))
    for _ in range(epochs):
        order = random.permutation(table.nnz)
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            row, column = table.row[chosen], table.col[chosen]
            word, context = words.values[row], contexts.values[column]  # (batch, dim)
            prediction = np.sum(word * context, axis=1) + word_biases.values[row, 0] + context_biases.values[column, 0]
            slope = 2 * (weights[chosen] * (prediction - logs[chosen]))[:, None]  # (batch, 1): the derivative of (8)
            words.step(sum_by_row(row, slope * context, vocabulary_size), learning_rate)
            contexts.step(sum_by_row(column, slope * word, vocabulary_size), learning_rate)
            word_biases.step(sum_by_row(row, slope, vocabulary_size), learning_rate)
            context_biases.step(sum_by_row(column, slope, vocabulary_size), learning_rate)
    return words.values + contexts.values
