"""Word2Vec: skip-gram with negative sampling, word vectors from telling real neighbours from made-up ones.

Source: T. Mikolov et al., "Distributed Representations of Words and Phrases and their Compositionality", 2013
(arXiv:1310.4546).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from keras import ops

from course_lib.base.arguments import (
    checked_id_lists,
    one_list,
    require_ids,
    require_integer,
    require_not_negative,
    require_positive,
    require_whole_numbers,
)
from course_lib.base.tensors import wide
from course_lib.preprocessing.steps import sigmoid, sum_by_row
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
        TypeError: if an id is no whole number.
        ValueError: if `threshold` is not positive, a count is negative or not finite, or an id has no count.

    Source: section 2.3, equation 5.
    """
    require_positive("threshold", threshold)
    counts, ids = np.asarray(counts, dtype=np.float64), one_list("ids", ids)
    _require_counts(counts)
    if ids.size:  # what is empty has no type that could be asked for
        require_whole_numbers("ids", ids)
    require_ids("ids", ids, len(counts))
    frequency = counts / max(np.sum(counts), 1)  # (vocabulary,)
    stay = np.sqrt(threshold / np.maximum(frequency, 1e-12))  # (5): 1 minus the probability of being discarded
    return np.random.default_rng(seed).random(len(ids)) < stay[ids.astype(np.int64)]


def _require_counts(counts: np.ndarray) -> None:
    if counts.ndim != 1:
        raise ValueError(f"counts has the shape {counts.shape}; allowed: (vocabulary,)")
    if not (np.isfinite(counts) & (counts >= 0)).all():
        raise ValueError("counts holds a negative number, NaN or infinity; allowed: 0 or more")


def skip_gram_pairs(id_lists: Iterable[Sequence[int]], window: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Pair each word with its neighbours; a centre draws its own window up to `window`, so near words come more often.

    Args:
        id_lists: one sequence of ids per text; the ids 0 and 1 (padding, unknown words) take up room and make no pairs.
        window: the largest distance.
        seed: the same seed draws the same windows.

    Returns:
        The centres and the contexts.

    Shapes: (pairs,) and (pairs,), int32.

    Raises:
        TypeError: if an id is no whole number.
        ValueError: if `window` is less than 1, or an id is negative or none that int32 holds.
    """
    require_integer("window", window, at_least=1)
    id_lists = checked_id_lists("id_lists", id_lists)
    ids = np.concatenate([*id_lists, np.zeros(0, dtype=np.int32)])  # (tokens,)
    texts = np.repeat(np.arange(len(id_lists)), [len(text) for text in id_lists])  # (tokens,)
    reach = np.random.default_rng(seed).integers(1, window + 1, size=len(ids))  # (tokens,)
    centers, contexts = [], []
    for distance in range(1, min(window, max(map(len, id_lists), default=0)) + 1):  # no text holds a longer one
        left, right = slice(None, -distance), slice(distance, None)
        together = (texts[left] == texts[right]) & (ids[left] > UNK) & (ids[right] > UNK)
        for center, context in ((left, right), (right, left)):
            chosen = together & (reach[center] >= distance)
            centers.append(ids[center][chosen])
            contexts.append(ids[context][chosen])
    nothing = np.zeros(0, dtype=np.int32)
    return np.concatenate([nothing, *centers]), np.concatenate([nothing, *contexts])


def negative_distribution(counts: np.ndarray, power: float = 0.75) -> np.ndarray:
    """The probabilities of made-up contexts: counts to the power 3/4, so that rare words get their turn.

    The ids 0 and 1, padding and unknown words, are never drawn.

    Shapes: counts (vocabulary,) → (vocabulary,).

    Raises:
        ValueError: if a count is negative or not finite, no word was ever seen, or `power` is negative.

    Source: section 2.2.
    """
    counts = np.asarray(counts, dtype=np.float64)
    _require_counts(counts)
    if not counts[UNK + 1 :].any():
        raise ValueError("counts holds no word at all; allowed: counts of at least one word")
    require_not_negative("power", power)
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

    Shapes: center (pairs, dim), positive (pairs, dim), negative (negatives, dim) → (pairs,), in float32 at least.
    """
    center, positive, negative = map(wide, (center, positive, negative))
    real = ops.sum(center * positive, axis=-1)  # (pairs,)
    fake = ops.matmul(center, ops.transpose(negative))  # (pairs, negatives)
    # -log σ(x) = softplus(-x), and never the logarithm of a zero
    surprise = ops.softplus(fake)
    surprise = ops.sum(surprise, axis=-1) if num_negatives is None else num_negatives * ops.mean(surprise, axis=-1)
    return ops.softplus(-real) + surprise  # (4)


def skip_gram_step(
    center_vectors: np.ndarray,
    context_vectors: np.ndarray,
    centers: np.ndarray,
    contexts: np.ndarray,
    negatives: np.ndarray,
    learning_rate: float,
    num_negatives: float,
) -> None:
    """One step of gradient descent on the summed loss of some pairs; changes both tables in place.

    Args:
        center_vectors: the vector of each word as a centre.
        context_vectors: the vector of each word as a context.
        centers: the centre of each pair.
        contexts: its real context.
        negatives: the made-up contexts that all pairs share.
        learning_rate: how far to go.
        num_negatives: how many made-up contexts a pair is to count for.

    Shapes: both tables (vocabulary, dim), centers (pairs,), contexts (pairs,), negatives (negatives,).
    """
    center, positive = center_vectors[centers], context_vectors[contexts]  # (pairs, dim)
    negative = context_vectors[negatives]  # (negatives, dim)
    # The derivatives of (4) by the scores: σ(s) - 1 for a real pair, σ(s) for a made-up one.
    real = sigmoid(np.sum(center * positive, axis=1, keepdims=True)) - 1  # (pairs, 1)
    fake = sigmoid(center @ negative.T) * (num_negatives / len(negatives))  # (pairs, negatives)
    words = len(center_vectors)
    center_vectors -= learning_rate * sum_by_row(centers, real * positive + fake @ negative, words)
    context_vectors -= learning_rate * sum_by_row(contexts, real * center, words)
    context_vectors -= learning_rate * sum_by_row(negatives, fake.T @ center, words)


def train_skip_gram(
    id_lists: Sequence[Sequence[int]],
    vocabulary_size: int,
    dim: int = 64,
    window: int = 5,
    epochs: int = 3,
    batch_size: int = 4096,
    learning_rate: float = 0.05,
    num_negatives: int = 5,
    shared_negatives: int = 64,
    threshold: float = 1e-4,
    seed: int = 0,
) -> np.ndarray:
    """Train word vectors on texts, by gradient descent with a rate that falls in a straight line to a fiftieth.

    It is written in NumPy: a step looks up and changes a few rows of two tables, which a deep-learning framework does
    several times more slowly.

    Args:
        id_lists: one sequence of ids per text.
        vocabulary_size: how many ids there are.
        dim: the length of a vector.
        window: the largest distance between a centre and its context.
        epochs: how often the texts are read.
        batch_size: how many pairs make a step.
        learning_rate: the rate at the beginning.
        num_negatives: how many made-up contexts count for each pair.
        shared_negatives: how many made-up contexts are drawn for each step; all its pairs share them. With few of them
            and a large batch, steps grow so long that training diverges.
        threshold: words more frequent than this share of all tokens are skipped at random.
        seed: of the first vectors and of everything drawn; the same seed gives the same vectors.

    Returns:
        The vector of each word as a centre, float32.

    Shapes: (vocabulary_size, dim).

    Raises:
        ValueError: if a size or rate is out of range, an id lies outside the vocabulary, the texts make no pair, or
            training diverges.
    """
    sizes = {"vocabulary_size": vocabulary_size, "dim": dim, "epochs": epochs, "batch_size": batch_size}
    for name, value in {**sizes, "num_negatives": num_negatives, "shared_negatives": shared_negatives}.items():
        require_integer(name, value, at_least=1)
    require_positive("learning_rate", learning_rate)
    id_lists = [ids for ids in checked_id_lists("id_lists", id_lists, vocabulary_size) if len(ids)]
    ids = np.concatenate([*id_lists, np.zeros(0, dtype=np.int32)])  # (tokens,)
    texts = np.repeat(np.arange(len(id_lists)), [len(text) for text in id_lists])  # (tokens,)
    counts = np.bincount(ids, minlength=vocabulary_size)
    counts[: UNK + 1] = 0
    if not len(skip_gram_pairs(id_lists, window, seed)[0]):
        raise ValueError("id_lists makes no pair; allowed: at least one text with two known words within the window")
    cumulated = np.cumsum(negative_distribution(counts))
    random = np.random.default_rng(seed)
    # The paper's code starts the contexts at zero; with the few, large steps taken here that costs the first epoch.
    tables = [random.normal(0, 0.1, (vocabulary_size, dim)).astype(np.float32) for _ in range(2)]
    for epoch in range(epochs):
        drawn = int(random.integers(2**31))
        stays = subsample(ids, counts, threshold, drawn)
        ends = np.flatnonzero(np.diff(texts[stays])) + 1
        centers, contexts = skip_gram_pairs(np.split(ids[stays], ends), window, drawn)
        order = random.permutation(len(centers))
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            negatives = np.searchsorted(cumulated, random.random(shared_negatives), side="right")
            done = (epoch + start / len(order)) / epochs
            rate = learning_rate * max(1 - done, 0.02)
            skip_gram_step(*tables, centers[chosen], contexts[chosen], negatives, rate, num_negatives)
    if not np.isfinite(tables[0]).all():
        raise ValueError(
            f"learning_rate {learning_rate} diverged at batch_size {batch_size}, shared_negatives {shared_negatives}; "
            "allowed: a smaller rate or batch, or more shared negatives"
        )
    return tables[0]
