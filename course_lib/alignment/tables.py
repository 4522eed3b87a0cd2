"""Policies so small that every text can be written down: what an estimator gives on average is summed, not sampled."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from course_lib.base.arguments import require_integer, require_positive

# All texts of a policy are held in memory at once.
_MOST_TEXTS = 100_000


def all_texts(vocabulary_size: int, length: int) -> np.ndarray:
    """Every text of this length, in the order of a dictionary.

    Args:
        vocabulary_size: how many tokens there are.
        length: how many tokens a text has.

    Shapes: (vocabulary_size ** length, length), int64.

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if one is less than 1, or there are more than 100,000 texts.
    """
    require_integer("vocabulary_size", vocabulary_size, at_least=1)
    require_integer("length", length, at_least=1)
    if vocabulary_size**length > _MOST_TEXTS:
        raise ValueError(
            f"{vocabulary_size} tokens make {vocabulary_size**length:,} texts of {length}; allowed: 100,000"
        )
    return np.array(list(product(range(vocabulary_size), repeat=length)), dtype=np.int64)


def table_log_probs(logits: ArrayLike, texts: ArrayLike) -> np.ndarray:
    """The logarithm of each text's probability under a policy that is a table: π(x) = Π_t softmax(θ[x_(t-1)])[x_t].

    Args:
        logits: θ: for each token the scores of what follows it; the last row is for the beginning of a text.
        texts: the texts.

    Shapes: logits (vocabulary + 1, vocabulary), texts (texts, length) → (texts,).

    Raises:
        TypeError: if a token is no whole number.
        ValueError: if shapes do not fit, or a token lies outside the vocabulary.
    """
    logits, texts = _checked(logits, texts)
    log_probs = _log_softmax(logits)
    return log_probs[_before(logits, texts), texts].sum(axis=1)


def table_gradients(logits: ArrayLike, texts: ArrayLike) -> np.ndarray:
    """∇ log π of each text: at every token one-hot of what came, minus the probabilities of what could have come.

    Shapes: logits (vocabulary + 1, vocabulary), texts (texts, length) → (texts, vocabulary + 1, vocabulary).

    Raises:
        TypeError, ValueError: as `table_log_probs`.
    """
    logits, texts = _checked(logits, texts)
    chances = np.exp(_log_softmax(logits))
    before = _before(logits, texts)
    gradients = np.zeros((len(texts), *logits.shape))
    rows = np.arange(len(texts))
    for place in range(texts.shape[1]):
        gradients[rows, before[:, place]] -= chances[before[:, place]]
        gradients[rows, before[:, place], texts[:, place]] += 1
    return gradients


def tilted(log_probs: ArrayLike, rewards: ArrayLike, beta: float) -> np.ndarray:
    """The distribution with the best reward less β times its KL from a reference: π*(x) ∝ π_ref(x) exp(r(x) / β).

    Args:
        log_probs: log π_ref of every possible text.
        rewards: r of each.
        beta: what a nat of KL costs.

    Shapes: both (texts,) → (texts,), probabilities.

    Raises:
        TypeError: if `beta` is no number.
        ValueError: if it is not above 0, or the shapes differ.

    Source: R. Rafailov et al., "Direct Preference Optimization", 2023 (arXiv:2305.18290), equation 4.
    """
    require_positive("beta", beta)
    log_probs, rewards = np.asarray(log_probs, np.float64), np.asarray(rewards, np.float64)
    if log_probs.ndim != 1 or log_probs.shape != rewards.shape:
        raise ValueError(f"rewards has the shape {rewards.shape}; allowed: that of log_probs, {log_probs.shape}")
    return np.exp(_log_softmax(log_probs + rewards / beta))


def _before(logits: np.ndarray, texts: np.ndarray) -> np.ndarray:
    """What stands before each token; at the beginning the number of the last row."""
    begin = np.full((len(texts), 1), len(logits) - 1)
    return np.concatenate([begin, texts[:, :-1]], axis=1)


def _log_softmax(scores: np.ndarray) -> np.ndarray:
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _checked(logits: ArrayLike, texts: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    logits, texts = np.asarray(logits, np.float64), np.asarray(texts)
    if logits.ndim != 2 or len(logits) != logits.shape[1] + 1:
        raise ValueError(f"logits has the shape {logits.shape}; allowed: (vocabulary + 1, vocabulary)")
    if texts.ndim != 2 or not texts.size:
        raise ValueError(f"texts has the shape {texts.shape}; allowed: (texts, length), none of them 0")
    if texts.dtype.kind not in "iu":
        raise TypeError(f"texts holds values of type {texts.dtype}; allowed: whole numbers")
    if texts.min() < 0 or texts.max() >= logits.shape[1]:
        raise ValueError(f"texts holds tokens from {texts.min()} to {texts.max()}; allowed: 0 to {logits.shape[1] - 1}")
    return logits, texts
