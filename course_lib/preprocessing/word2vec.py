"""Word2Vec: skip-gram with negative sampling, word vectors from telling real neighbours from made-up ones.

Source: T. Mikolov et al., "Distributed Representations of Words and Phrases and their Compositionality", 2013
(arXiv:1310.4546).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import keras
import numpy as np
from keras import ops

from course_lib.preprocessing.arguments import require_integer
from course_lib.preprocessing.vocabulary import UNK


def subsample(ids: np.ndarray, counts: np.ndarray, threshold: float = 1e-4, seed: int = 0) -> np.ndarray:
    """Which tokens stay when frequent words are skipped at random: each with probability sqrt(threshold / frequency).

    Args:
        ids: the ids of a text.
        counts: how often each word of the vocabulary occurs.
        threshold: words rarer than this share of all tokens always stay.
        seed: the same seed skips the same tokens.

    Returns:
        True for the tokens that stay.

    Shapes: ids (tokens,), counts (vocabulary,) → boolean (tokens,).

    Raises:
        ValueError: if `threshold` is not positive.

    Source: section 2.3, equation 5.
    """
    if not threshold > 0:
        raise ValueError(f"threshold is {threshold}; allowed: more than 0")
    frequency = np.asarray(counts) / max(np.sum(counts), 1)  # (vocabulary,)
    stay = np.sqrt(threshold / np.maximum(frequency, 1e-12))  # (5): 1 minus the probability of being discarded
    return np.random.default_rng(seed).random(len(ids)) < stay[ids]


def skip_gram_pairs(id_lists: Iterable[Sequence[int]], window: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Pair each word with its neighbours. Each centre draws its own window from 1 to `window`: near words come more often.

    Args:
        id_lists: one sequence of ids per text; the ids 0, padding, and 1, unknown words, take up room and make no pairs.
        window: the largest distance.
        seed: the same seed draws the same windows.

    Returns:
        The centres and the contexts.

    Shapes: (pairs,) and (pairs,), int32.

    Raises:
        ValueError: if `window` is less than 1.
    """
    require_integer("window", window, at_least=1)
    id_lists = [np.asarray(ids, dtype=np.int32) for ids in id_lists]
    ids = np.concatenate([*id_lists, np.zeros(0, dtype=np.int32)])  # (tokens,)
    texts = np.repeat(np.arange(len(id_lists)), [len(text) for text in id_lists])  # (tokens,)
    reach = np.random.default_rng(seed).integers(1, window + 1, size=len(ids))  # (tokens,)
    centers, contexts = [], []
    for distance in range(1, window + 1):
        left, right = slice(None, -distance), slice(distance, None)
        together = (texts[left] == texts[right]) & (ids[left] > UNK) & (ids[right] > UNK)
        for center, context in ((left, right), (right, left)):
            chosen = together & (reach[center] >= distance)
            centers.append(ids[center][chosen])
            contexts.append(ids[context][chosen])
    return np.concatenate(centers), np.concatenate(contexts)


def negative_distribution(counts: np.ndarray, power: float = 0.75) -> np.ndarray:
    """The probabilities from which made-up contexts are drawn: counts to the power 3/4, so that rare words get their turn.

    The ids 0 and 1, padding and unknown words, are never drawn.

    Shapes: counts (vocabulary,) → (vocabulary,).

    Raises:
        ValueError: if a count is negative, or no word was ever seen.

    Source: section 2.2.
    """
    counts = np.asarray(counts, dtype=np.float64)
    if (counts < 0).any() or not counts[UNK + 1 :].any():
        raise ValueError("counts holds a negative number or no word at all; allowed: counts of at least one word")
    weights = np.where(np.arange(len(counts)) > UNK, counts**power, 0.0)
    return weights / weights.sum()


def skip_gram_loss(center, positive, negative, num_negatives: float | None = None):
    """The loss of each pair: -log σ(u_o · v_c) - Σ_k log σ(-u_k · v_c) (the negative of equation 4).

    The made-up contexts are shared by all pairs, so that their scores are one matrix product.

    Args:
        center: the vector of each centre.
        positive: the vector of each centre's real context.
        negative: the vectors of the made-up contexts.
        num_negatives: how many made-up contexts a pair is to count for; None for as many as there are.

    Shapes: center (pairs, dim), positive (pairs, dim), negative (negatives, dim) → (pairs,).
    """
    real = ops.sum(center * positive, axis=-1)  # (pairs,)
    fake = ops.matmul(center, ops.transpose(negative))  # (pairs, negatives)
    # -log σ(x) = softplus(-x), and never the logarithm of a zero
    surprise = ops.softplus(fake)
    surprise = ops.sum(surprise, axis=-1) if num_negatives is None else num_negatives * ops.mean(surprise, axis=-1)
    return ops.softplus(-real) + surprise  # (4)


@keras.saving.register_keras_serializable("course_lib")
class SkipGram(keras.Model):
    """Two vectors per word, one as a centre and one as a context; the output is the loss of each pair.

    Args:
        vocabulary_size: how many words there are.
        dim: the length of a vector.
        num_negatives: how many made-up contexts count for each pair.
        seed: of the first, random vectors.

    Shapes: centers (pairs,), contexts (pairs,), negatives (negatives,) → (pairs,).
    """

    def __init__(self, vocabulary_size: int, dim: int, num_negatives: int = 5, seed: int = 0, **kwargs) -> None:
        super().__init__(**kwargs)
        require_integer("vocabulary_size", vocabulary_size, at_least=1)
        require_integer("dim", dim, at_least=1)
        require_integer("num_negatives", num_negatives, at_least=1)
        self.vocabulary_size, self.dim = vocabulary_size, dim
        self.num_negatives, self.seed = num_negatives, seed
        # The paper's code starts contexts at zero; with the few, large steps taken here that costs the first epoch.
        first = [keras.initializers.RandomNormal(stddev=0.1, seed=seed + place) for place in range(2)]
        self.center_vectors = self.add_weight(shape=(vocabulary_size, dim), initializer=first[0], name="center_vectors")
        self.context_vectors = self.add_weight(
            shape=(vocabulary_size, dim), initializer=first[1], name="context_vectors"
        )

    def call(self, inputs):
        centers, contexts, negatives = inputs
        return skip_gram_loss(
            ops.take(self.center_vectors, centers, axis=0),
            ops.take(self.context_vectors, contexts, axis=0),
            ops.take(self.context_vectors, negatives, axis=0),
            self.num_negatives,
        )

    def vectors(self) -> np.ndarray:
        """The vector of each word as a centre.

        Shapes: (vocabulary_size, dim).
        """
        return ops.convert_to_numpy(self.center_vectors)

    def get_config(self) -> dict[str, object]:
        config = super().get_config()
        own = {"vocabulary_size": self.vocabulary_size, "dim": self.dim}
        return {**config, **own, "num_negatives": self.num_negatives, "seed": self.seed}


@keras.saving.register_keras_serializable("course_lib")
class PairLoss(keras.losses.Loss):
    """The sum of the losses that `SkipGram` returns: each pair takes its own step, whatever its batch, as in the paper."""

    def __init__(self, name: str = "pair_loss", **kwargs) -> None:
        super().__init__(**{"reduction": "sum", **kwargs, "name": name})

    def call(self, y_true, y_pred):
        return y_pred


class _Pairs(keras.utils.PyDataset):
    """Batches of pairs, each batch with its own made-up contexts; every epoch skips and pairs words anew."""

    def __init__(
        self,
        id_lists: Sequence[Sequence[int]],
        counts: np.ndarray,
        window: int,
        threshold: float,
        batch_size: int,
        shared_negatives: int,
        seed: int,
    ) -> None:
        super().__init__()
        self._ids = np.concatenate([np.asarray(ids, dtype=np.int32) for ids in id_lists])  # (tokens,)
        self._texts = np.repeat(np.arange(len(id_lists)), [len(ids) for ids in id_lists])  # (tokens,)
        self._counts, self._window, self._threshold = counts, window, threshold
        self._batch_size, self._shared_negatives, self._seed = batch_size, shared_negatives, seed
        self._cumulated = np.cumsum(negative_distribution(counts))
        self._epoch = -1
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        self._epoch += 1
        seed = self._seed + 7919 * self._epoch  # a prime, so that neighbouring seeds do not share their epochs
        stays = subsample(self._ids, self._counts, self._threshold, seed)
        ends = np.flatnonzero(np.diff(self._texts[stays])) + 1
        self._centers, self._contexts = skip_gram_pairs(np.split(self._ids[stays], ends), self._window, seed)
        self._random = np.random.default_rng(seed)
        self._order = self._random.permutation(len(self._centers))

    def __len__(self) -> int:
        return max(len(self._order) // self._batch_size, 1)  # full batches alone: one shape, one compilation

    def __getitem__(self, batch: int) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        chosen = self._order[batch * self._batch_size : (batch + 1) * self._batch_size]
        drawn = np.random.default_rng((self._seed, self._epoch, batch)).random(self._shared_negatives)
        negatives = np.searchsorted(self._cumulated, drawn, side="right").astype(np.int32)
        return (self._centers[chosen], self._contexts[chosen], negatives), np.zeros(len(chosen), dtype=np.float32)


def train_skip_gram(
    id_lists: Sequence[Sequence[int]],
    vocabulary_size: int,
    dim: int = 64,
    window: int = 5,
    epochs: int = 3,
    batch_size: int = 4096,
    learning_rate: float = 0.05,
    num_negatives: int = 5,
    threshold: float = 1e-4,
    seed: int = 0,
    verbose: int = 0,
) -> np.ndarray:
    """Train word vectors on texts, by gradient descent with a rate that falls to zero, as in the paper.

    Args:
        id_lists: one sequence of ids per text.
        vocabulary_size: how many ids there are.
        dim: the length of a vector.
        window: the largest distance between a centre and its context.
        epochs: how often the texts are read.
        batch_size: how many pairs make a step; they share 64 made-up contexts.
        learning_rate: the rate at the beginning.
        num_negatives: how many made-up contexts count for each pair.
        threshold: words more frequent than this share of all tokens are skipped at random.
        seed: of the first vectors and of everything drawn.
        verbose: as for `keras.Model.fit`.

    Returns:
        One vector per word, float32.

    Shapes: (vocabulary_size, dim).

    Raises:
        ValueError: if a size is less than 1, an id lies outside the vocabulary, or the texts make no pair.
    """
    require_integer("epochs", epochs, at_least=1)
    require_integer("batch_size", batch_size, at_least=1)
    id_lists = [ids for ids in id_lists if len(ids)]
    counts = np.zeros(vocabulary_size)
    for ids in id_lists:
        if min(ids) < 0 or max(ids) >= vocabulary_size:
            raise ValueError(f"id_lists holds ids from {min(ids)} to {max(ids)}; allowed: 0 to {vocabulary_size - 1}")
        counts += np.bincount(ids, minlength=vocabulary_size)
    counts[: UNK + 1] = 0
    if not len(skip_gram_pairs(id_lists, window, seed)[0]):
        raise ValueError("id_lists makes no pair; allowed: at least one text with two known words within the window")
    pairs = _Pairs(id_lists, counts, window, threshold, batch_size, 64, seed)
    model = SkipGram(vocabulary_size, dim, num_negatives, seed)
    rate = keras.optimizers.schedules.PolynomialDecay(learning_rate, len(pairs) * epochs, learning_rate / 50)
    model.compile(keras.optimizers.SGD(rate), PairLoss())
    model.fit(pairs, epochs=epochs, shuffle=False, verbose=verbose)
    return model.vectors()
