"""GloVe: word vectors from a table of how often words stand near each other.

Source: J. Pennington, R. Socher and C. Manning, "GloVe: Global Vectors for Word Representation", 2014.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import keras
import numpy as np
from keras import ops
from scipy import sparse

from course_lib.preprocessing.arguments import require_integer


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
        ValueError: if `window` or `vocabulary_size` is less than 1, or an id lies outside the vocabulary.
    """
    require_integer("vocabulary_size", vocabulary_size, at_least=1)
    require_integer("window", window, at_least=1)
    id_lists = [np.asarray(ids, dtype=np.int64) for ids in id_lists]
    ids = np.concatenate([*id_lists, np.zeros(0, dtype=np.int64)])  # (tokens,)
    texts = np.repeat(np.arange(len(id_lists)), [len(text) for text in id_lists])  # (tokens,)
    if len(ids) and not 0 <= ids.min() <= ids.max() < vocabulary_size:
        raise ValueError(f"id_lists holds ids from {ids.min()} to {ids.max()}; allowed: 0 to {vocabulary_size - 1}")
    shape = (vocabulary_size, vocabulary_size)
    total = sparse.csr_matrix(shape, dtype=np.float64)
    for distance in range(1, window + 1):
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


@keras.saving.register_keras_serializable("course_lib")
class GloVe(keras.Model):
    """Two vectors and two biases per word; a pair's prediction is w · w̃ + b + b̃.

    Args:
        vocabulary_size: how many words there are.
        dim: the length of a vector.
        seed: of the first, random vectors.

    Shapes: pairs (batch, 2) of ids → (batch, 1).
    """

    def __init__(self, vocabulary_size: int, dim: int, seed: int = 0, **kwargs) -> None:
        super().__init__(**kwargs)
        require_integer("vocabulary_size", vocabulary_size, at_least=1)
        require_integer("dim", dim, at_least=1)
        self.vocabulary_size, self.dim, self.seed = vocabulary_size, dim, seed
        small = [keras.initializers.RandomUniform(-0.5 / dim, 0.5 / dim, seed=seed + place) for place in range(2)]
        self.word_vectors = self.add_weight(shape=(vocabulary_size, dim), initializer=small[0], name="word_vectors")
        self.context_vectors = self.add_weight(
            shape=(vocabulary_size, dim), initializer=small[1], name="context_vectors"
        )
        self.word_biases = self.add_weight(shape=(vocabulary_size,), initializer="zeros", name="word_biases")
        self.context_biases = self.add_weight(shape=(vocabulary_size,), initializer="zeros", name="context_biases")

    def call(self, pairs):
        word, context = pairs[:, 0], pairs[:, 1]
        products = ops.sum(
            ops.take(self.word_vectors, word, axis=0) * ops.take(self.context_vectors, context, axis=0), axis=-1
        )
        biases = ops.take(self.word_biases, word, axis=0) + ops.take(self.context_biases, context, axis=0)
        return ops.expand_dims(products + biases, axis=-1)

    def vectors(self) -> np.ndarray:
        """The sum of both vectors of each word (section 4.2).

        Shapes: (vocabulary_size, dim).
        """
        return ops.convert_to_numpy(self.word_vectors) + ops.convert_to_numpy(self.context_vectors)

    def get_config(self) -> dict[str, object]:
        config = super().get_config()
        return {**config, "vocabulary_size": self.vocabulary_size, "dim": self.dim, "seed": self.seed}


@keras.saving.register_keras_serializable("course_lib")
class GloVeLoss(keras.losses.Loss):
    """`glove_loss` summed over the batch, as AdaGrad wants it: a pair's step must not depend on its company."""

    def __init__(self, x_max: float = 100.0, alpha: float = 0.75, name: str = "glove_loss", **kwargs) -> None:
        super().__init__(**{"reduction": "sum", **kwargs, "name": name})
        self.x_max, self.alpha = x_max, alpha

    def call(self, y_true, y_pred):
        return glove_loss(y_pred[:, 0], y_true[:, 0], self.x_max, self.alpha)

    def get_config(self) -> dict[str, object]:
        return {**super().get_config(), "x_max": self.x_max, "alpha": self.alpha}


def train_glove(
    counts: sparse.spmatrix,
    dim: int = 50,
    epochs: int = 10,
    batch_size: int = 32_768,
    learning_rate: float = 0.1,
    x_max: float = 100.0,
    seed: int = 0,
    verbose: int = 0,
) -> np.ndarray:
    """Train word vectors on a co-occurrence table, by AdaGrad as in the paper.

    Args:
        counts: the table that `cooccurrence` returns.
        dim: the length of a vector.
        epochs: how often every pair is seen.
        batch_size: how many pairs make a step.
        learning_rate: AdaGrad's.
        x_max: the count from which on pairs weigh the same.
        seed: of the first vectors and of the order of pairs.
        verbose: as for `keras.Model.fit`.

    Returns:
        One vector per word, float32.

    Shapes: counts (vocabulary_size, vocabulary_size) → (vocabulary_size, dim).

    Raises:
        ValueError: if `counts` is not square or holds no pair, or a size is less than 1.
    """
    require_integer("epochs", epochs, at_least=1)
    require_integer("batch_size", batch_size, at_least=1)
    table = sparse.coo_matrix(counts)
    if table.shape[0] != table.shape[1] or table.nnz == 0:
        raise ValueError(
            f"counts has the shape {table.shape} and {table.nnz} pairs; allowed: square, at least one pair"
        )
    pairs = np.stack([table.row, table.col], axis=1).astype(np.int32)  # (pairs, 2)
    values = table.data.astype(np.float32)[:, None]  # (pairs, 1)
    random = np.random.default_rng(seed)
    model = GloVe(table.shape[0], dim, seed=seed)
    model.compile(keras.optimizers.Adagrad(learning_rate, initial_accumulator_value=0.1), GloVeLoss(x_max))
    for _ in range(epochs):
        order = random.permutation(len(pairs))
        model.fit(pairs[order], values[order], batch_size=batch_size, shuffle=False, verbose=verbose)
    return model.vectors()
