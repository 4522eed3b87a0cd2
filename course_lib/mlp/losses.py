"""Cross-entropy for two classes, for many, and for the next token; all from logits, none can overflow.

Losses are computed in float32 (in float64 where the logits are) under any precision policy.
"""

from __future__ import annotations

import keras
import numpy as np
from keras import ops


def _wide(values):
    """In float32 where the values are of half precision."""
    values = ops.convert_to_tensor(values)
    if keras.backend.standardize_dtype(values.dtype) in ("float32", "float64"):
        return values
    return ops.cast(values, "float32")


def softmax(logits):
    """Probabilities from logits, along the last axis.

    Shapes: logits (..., classes) → (..., classes).
    """
    return ops.softmax(_wide(logits), axis=-1)


def binary_cross_entropy(labels, logits):
    """The cross-entropy of each answer to a question with two answers: softplus(z) - y z.

    Args:
        labels: 1 for yes, 0 for no; a number in between is a probability of yes.
        logits: the score of yes, of the same shape.

    Shapes: labels (...), logits (...) → (...).
    """
    logits = _wide(logits)
    return ops.softplus(logits) - ops.cast(labels, logits.dtype) * logits


def cross_entropy(labels, logits):
    """The cross-entropy of each example: log Σ exp(z) - z of the right class.

    Args:
        labels: the right class of each example, from 0 to classes - 1.
        logits: the score of each class.

    Shapes: labels (...), logits (..., classes) → (...).
    """
    logits = _wide(logits)
    right = ops.take_along_axis(logits, ops.expand_dims(ops.cast(labels, "int32"), -1), axis=-1)
    return ops.logsumexp(logits, axis=-1) - ops.squeeze(right, axis=-1)


def cross_entropy_gradient(labels, logits):
    """The gradient of `cross_entropy` for the logits: softmax minus one-hot.

    Shapes: labels (...), logits (..., classes) → (..., classes).
    """
    logits = _wide(logits)
    return ops.softmax(logits, axis=-1) - ops.one_hot(labels, logits.shape[-1], dtype=logits.dtype)


def next_token_cross_entropy(token_ids, logits, mask=None):
    """The mean cross-entropy of the next token: the total over all tokens that count, by their number.

    Args:
        token_ids: the token that follows at each position.
        logits: the scores of the whole vocabulary at each position.
        mask: True where a position counts; None where all do. What stands at the others does not change the number, as
            long as their ids lie in the vocabulary; where gradients are taken, their logits must be finite.

    Returns:
        One number; 0 where no position counts.

    Shapes: token_ids (batch, time), logits (batch, time, vocabulary), mask boolean (batch, time) → ().
    """
    losses = cross_entropy(token_ids, logits)  # (batch, time)
    if mask is None:
        return ops.mean(losses)
    mask = ops.broadcast_to(ops.cast(mask, "bool"), ops.shape(losses))
    # `where` and not a product: 0 × NaN would be NaN.
    total = ops.sum(ops.where(mask, losses, ops.zeros_like(losses)))
    return total / ops.maximum(ops.sum(ops.cast(mask, losses.dtype)), 1.0)


def perplexity(losses: np.ndarray, mask: np.ndarray | None = None) -> float:
    """The exponential of the mean negative log-likelihood per token: exp(total / tokens).

    Args:
        losses: the negative log-likelihood of each token, in nats.
        mask: True where a token counts; None where all do.

    Returns:
        Among how many equally likely tokens the model hesitates: at least 1, but for rounding; infinite if a token was
            held impossible.

    Shapes: losses (...), mask boolean (...) → a number.

    Raises:
        ValueError: if the shapes differ, no token counts, or a loss is negative or not a number.
    """
    losses = np.asarray(losses, dtype=np.float64)
    if mask is not None:
        mask = np.asarray(mask, dtype=bool)
        if mask.shape != losses.shape:
            raise ValueError(f"mask has the shape {mask.shape}; allowed: that of losses, {losses.shape}")
        losses = losses[mask]
    if not losses.size:
        raise ValueError("losses holds no token that counts; allowed: at least one")
    # Rounding may bring the logarithm of a probability of one a little above zero.
    if np.isnan(losses).any() or losses.min() < -1e-5:
        raise ValueError("losses holds a negative number or NaN; allowed: negative log-likelihoods, from 0 upwards")
    with np.errstate(over="ignore"):
        return float(np.exp(losses.mean()))


@keras.saving.register_keras_serializable("course_lib")
class CrossEntropy(keras.losses.Loss):
    """`cross_entropy` as a loss for `compile`: the mean over a batch (weighted, where `fit` is given weights).

    Args:
        name: what the loss is called.
    """

    def __init__(self, name: str = "cross_entropy", **kwargs) -> None:
        # Whatever the policy computes in, a loss is a float32 number.
        kwargs.setdefault("dtype", "float32")
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        """The cross-entropy of each example, before the mean.

        Shapes: y_true (batch,) or (batch, 1), y_pred (batch, classes) → (batch,).
        """
        if len(y_true.shape) == len(y_pred.shape):
            y_true = ops.squeeze(y_true, axis=-1)
        # The numbers of `cross_entropy`, by the backend's fused operation: training spends most of its time here.
        return ops.sparse_categorical_crossentropy(ops.cast(y_true, "int32"), _wide(y_pred), from_logits=True)
