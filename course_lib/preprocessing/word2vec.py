"""Word2Vec: skip-gram with negative sampling, word vectors from telling real neighbours from made-up ones.

Source: T. Mikolov, I. Sutskever, K. Chen, G. Corrado and J. Dean, "Distributed Representations of Words and Phrases and
their Compositionality", 2013 (arXiv:1310.4546). Sections and equations below are those of this paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import keras
import numpy as np
from keras import ops

from course_lib.preprocessing.arguments import require_integer
from course_lib.preprocessing.vocabulary import PAD, UNK

Seed = int | np.random.Generator


def subsample(ids: np.ndarray, counts: np.ndarray, threshold: float = 1e-4, seed: Seed = 0) -> np.ndarray:
    """Which tokens stay when frequent words are skipped at random: each with probability √(threshold / frequency).

    Args:
        ids: the ids of a text.
        counts: how often each word of the vocabulary occurs.
        threshold: words rarer than this share of all tokens always stay.
        seed: the same seed skips the same tokens.

    Returns:
        True for the tokens that stay.

    Shapes: ids (tokens,), counts (vocabulary_size,) → boolean (tokens,).

    Raises:
        ValueError: if `threshold` is not positive.

    Source: section 2.3, equation 5.
    """
    if not threshold > 0:
        raise ValueError(f"threshold is {threshold}; allowed: more than 0")
    frequency = np.asarray(counts) / max(np.sum(counts), 1)  # (vocabulary_size,)
    discard = 1 - np.sqrt(threshold / np.maximum(frequency, np.finfo(float).tiny))  # (5), negative for a rare word
    return np.random.default_rng(seed).random(len(ids)) >= discard[np.asarray(ids, dtype=np.int64)]


def skip_gram_pairs(
    id_lists: Iterable[Sequence[int]], window: int, seed: Seed = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Pair each word, the centre, with its neighbours, its contexts.

    Each centre draws its own window from 1 to `window`, so that near words are paired more often than distant ones.

    Args:
        id_lists: one sequence of ids per text. The ids 0, padding, and 1, unknown words, take up room and make no pairs.
        window: the largest distance.
        seed: the same seed draws the same windows.

    Returns:
        The centres and the contexts, in the order of the texts.

    Shapes: (pairs,) and (pairs,), int32.

    Raises:
        ValueError: if `window` is less than 1.

    Source: section 2; the windows of random size after arXiv:1301.3781, section 3.2.
    """
    centers, contexts = _neighbourhoods(id_lists, window, seed)
    row, column = np.nonzero(contexts)
    return centers[row], contexts[row, column]


def _neighbourhoods(id_lists: Iterable[Sequence[int]], window: int, seed: Seed) -> tuple[np.ndarray, np.ndarray]:
    """The pairs, grouped by their centre; 0 where a neighbour is out of reach, unknown or beyond the text's end.

    Shapes: centers (centers,), contexts (centers, 2 · window), int32.
    """
    require_integer("window", window, at_least=1)
    gap = np.full(window, PAD, dtype=np.int32)  # before, between and behind the texts: no window looks into another text
    parts = [part for ids in id_lists for part in (np.asarray(ids, dtype=np.int32), gap)]
    around = np.lib.stride_tricks.sliding_window_view(np.concatenate([gap, gap, *parts]), 2 * window + 1)
    around = around[around[:, window] > UNK]  # (centers, 2 · window + 1)
    reach = np.random.default_rng(seed).integers(1, window + 1, size=(len(around), 1))  # (centers, 1)
    distance = np.abs(np.arange(-window, window + 1))  # (2 · window + 1,)
    contexts = np.where((distance <= reach) & (around > UNK), around, PAD)
    return around[:, window], np.delete(contexts, window, axis=1)


def negative_distribution(counts: np.ndarray, power: float = 0.75) -> np.ndarray:
    """The probabilities of made-up contexts: counts to the power 3/4, which gives rare words their turn.

    Args:
        counts: how often each word of the vocabulary occurs.
        power: 1 keeps the words' own frequencies, 0 draws all words alike.

    Returns:
        One probability per word; 0 for the ids 0 and 1, padding and unknown words.

    Shapes: counts (vocabulary_size,) → (vocabulary_size,).

    Raises:
        ValueError: if a count is negative, or no word was ever seen.

    Source: section 2.2.
    """
    counts = np.asarray(counts, dtype=np.float64)
    if (counts < 0).any() or not counts[UNK + 1 :].any():
        raise ValueError("counts holds a negative number or no word at all; allowed: counts of at least one word")
    weights = np.where(counts > 0, counts**power, 0.0)
    weights[: UNK + 1] = 0.0
    return weights / weights.sum()


def skip_gram_loss(center, positive, negative, num_negatives: float | None = None):
    """The loss of each pair: -log σ(u_o · v_c) - Σ_k log σ(-u_k · v_c), the negative of equation 4.

    The made-up contexts are shared by all pairs, so that their scores are one matrix product.

    Args:
        center: the vectors v_c of the centres.
        positive: the vectors u_o of their real contexts.
        negative: the vectors u_k of the made-up contexts.
        num_negatives: for how many made-up contexts the mean over all of them shall count, equation 4's k; None for as
            many as there are: then it is their sum.

    Shapes: center (..., dim), positive (..., dim), negative (negatives, dim) → (...); the axes before dim are broadcast.
    """
    real = ops.sum(center * positive, axis=-1)  # (...)
    made_up = ops.matmul(center, ops.transpose(negative))  # (..., negatives)
    surprise = ops.sum(ops.softplus(made_up), axis=-1)  # softplus(x) = -log σ(-x), and never the logarithm of zero
    if num_negatives is not None:
        surprise = surprise * (num_negatives / negative.shape[0])
    return ops.softplus(-real) + surprise  # (4)


@keras.saving.register_keras_serializable("course_lib")
class SkipGram(keras.Model):
    """Two vectors per word, one as a centre and one as a context; the output is the loss of each pair.

    Args:
        vocabulary_size: how many ids there are.
        dim: the length of a vector.
        num_negatives: for how many made-up contexts each pair counts.
        seed: of the first, random vectors.

    Shapes: centers (batch,), contexts (batch, neighbours) with 0 where there is none, negatives (negatives,)
    → (batch, neighbours), 0 where there is no neighbour.
    """

    def __init__(self, vocabulary_size: int, dim: int, num_negatives: int = 5, seed: int = 0, **kwargs) -> None:
        super().__init__(**kwargs)
        require_integer("vocabulary_size", vocabulary_size, at_least=UNK + 2)
        require_integer("dim", dim, at_least=1)
        require_integer("num_negatives", num_negatives, at_least=1)
        self.vocabulary_size, self.dim = vocabulary_size, dim
        self.num_negatives, self.seed = num_negatives, seed
        shape = (vocabulary_size, dim)
        normal = [keras.initializers.RandomNormal(stddev=0.2, seed=seed + place) for place in range(2)]
        self.center_vectors = self.add_weight(shape=shape, initializer=normal[0], name="center_vectors")
        self.context_vectors = self.add_weight(shape=shape, initializer=normal[1], name="context_vectors")
        self.built = True  # every weight is there

    def call(self, inputs):
        centers, contexts, negatives = inputs
        center = ops.expand_dims(ops.take(self.center_vectors, centers, axis=0), 1)  # (batch, 1, dim)
        positive = ops.take(self.context_vectors, contexts, axis=0)  # (batch, neighbours, dim)
        negative = ops.take(self.context_vectors, negatives, axis=0)  # (negatives, dim)
        # Each centre meets the made-up contexts once: that loss, (batch, 1), is the same for all its neighbours.
        losses = skip_gram_loss(center, positive, negative, self.num_negatives)
        return ops.where(ops.equal(contexts, PAD), 0.0, losses)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The mean over the pairs of a batch."""
        pairs = ops.sum(ops.cast(ops.not_equal(x[1], PAD), y_pred.dtype))
        return ops.sum(y_pred) / ops.maximum(pairs, 1.0)

    def vectors(self) -> np.ndarray:
        """The vector of each word as a centre.

        Shapes: (vocabulary_size, dim).
        """
        return ops.convert_to_numpy(self.center_vectors)

    def get_config(self) -> dict[str, object]:
        sizes = {"vocabulary_size": self.vocabulary_size, "dim": self.dim}
        return {**super().get_config(), **sizes, "num_negatives": self.num_negatives, "seed": self.seed}


class _Batches(keras.utils.PyDataset):
    """Centres with their contexts, and made-up contexts for each batch; words are skipped and paired anew each epoch."""

    # Made-up contexts that a batch shares: with few, their chance is all that frequent words would learn from.
    SHARED_NEGATIVES = 256

    def __init__(
        self, id_lists: list[np.ndarray], counts: np.ndarray, window: int, threshold: float, batch_size: int, seed: int
    ) -> None:
        super().__init__()
        self._id_lists, self._counts, self._window, self._threshold = id_lists, counts, window, threshold
        self._summed_probabilities = np.cumsum(negative_distribution(counts))
        self._random = np.random.default_rng(seed)
        centers, contexts = self._draw()
        if not contexts.any():
            raise ValueError("id_lists makes no pair; allowed: texts in which known words stand beside each other")
        self._batch_size = min(batch_size, len(centers))
        self._steps = len(centers) // self._batch_size
        self.pairs_per_batch = np.count_nonzero(contexts) / len(centers) * self._batch_size
        self._shuffle(centers, contexts)

    def _draw(self) -> tuple[np.ndarray, np.ndarray]:
        kept = [ids[subsample(ids, self._counts, self._threshold, self._random)] for ids in self._id_lists]
        return _neighbourhoods(kept, self._window, self._random)

    def _shuffle(self, centers: np.ndarray, contexts: np.ndarray) -> None:
        # As many full batches every epoch, whether a few words more or fewer were skipped: one shape, compiled once.
        order = np.resize(self._random.permutation(len(centers)), self._steps * self._batch_size)
        self._centers, self._contexts = centers[order], contexts[order]
        uniform = self._random.random((self._steps, self.SHARED_NEGATIVES))
        self._negatives = np.searchsorted(self._summed_probabilities, uniform, side="right").astype(np.int32)

    def on_epoch_end(self) -> None:
        self._shuffle(*self._draw())

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, index: int) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        rows = slice(index * self._batch_size, (index + 1) * self._batch_size)
        return ((self._centers[rows], self._contexts[rows], self._negatives[index]),)


def train_skip_gram(
    id_lists: Iterable[Sequence[int]],
    vocabulary_size: int,
    dim: int = 64,
    window: int = 5,
    epochs: int = 3,
    batch_size: int = 1024,
    learning_rate: float = 0.5,
    num_negatives: int = 5,
    threshold: float = 1e-4,
    seed: int = 0,
    verbose: int = 0,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> np.ndarray:
    """Train word vectors on texts.

    Two things differ from the paper, for speed: a batch shares its made-up contexts (256 of them, whose mean stands for
    equation 4's expectation), and AdaGrad takes the steps, which keeps a large batch of frequent words from running away.

    Args:
        id_lists: one sequence of ids per text.
        vocabulary_size: how many ids there are.
        dim: the length of a vector.
        window: the largest distance between a centre and its context.
        epochs: how often the texts are read.
        batch_size: how many centres, each with all its contexts, make a step.
        learning_rate: AdaGrad's at the beginning; it falls to zero in a straight line.
        num_negatives: for how many made-up contexts each pair counts.
        threshold: words more frequent than this share of all tokens are skipped at random.
        seed: of the first vectors and of everything drawn: the same seed gives the same vectors on one backend.
        verbose: as for `keras.Model.fit`; 2 prints one line per epoch.
        callbacks: as for `keras.Model.fit`.

    Returns:
        One vector per word, float32.

    Shapes: (vocabulary_size, dim).

    Raises:
        ValueError: if a size is less than 1, an id lies outside the vocabulary, or the texts make no pair.
    """
    require_integer("epochs", epochs, at_least=1)
    require_integer("batch_size", batch_size, at_least=1)
    model = SkipGram(vocabulary_size, dim, num_negatives, seed)
    id_lists = [np.asarray(ids, dtype=np.int32) for ids in id_lists]
    ids = np.concatenate([np.zeros(0, dtype=np.int32), *id_lists])
    if len(ids) and not 0 <= ids.min() <= ids.max() < vocabulary_size:
        raise ValueError(f"id_lists holds ids from {ids.min()} to {ids.max()}; allowed: 0 to {vocabulary_size - 1}")
    counts = np.bincount(ids[ids > UNK], minlength=vocabulary_size)
    batches = _Batches(id_lists, counts, window, threshold, batch_size, seed)
    rate = keras.optimizers.schedules.PolynomialDecay(learning_rate, epochs * len(batches), end_learning_rate=0.0)
    # The loss is a mean. These two make AdaGrad take the steps it would take on the sum, each pair its own, whatever the
    # size of the batch; the 10 holds the first steps back.
    start = 10 / batches.pairs_per_batch**2
    model.compile(keras.optimizers.Adagrad(rate, initial_accumulator_value=start, epsilon=0.0))
    model.fit(batches, epochs=epochs, shuffle=False, verbose=verbose, callbacks=list(callbacks))
    return model.vectors()
