"""Cross-entropy for two classes, for many, and for the next token; all from logits, none can overflow.

Losses are computed in float32 (in float64 where the logits are) under any precision policy.
"""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from course_lib.base.arguments import require_labels
from course_lib.base.tensors import concrete, dtype_of, keep_mask, require_probabilities, require_shape, wide


def softmax(logits):
    """Probabilities from logits, along the last axis.

    Shapes: logits (..., classes) → (..., classes).
    """
    return ops.softmax(wide(logits), axis=-1)


def binary_cross_entropy(labels, logits):
    """The cross-entropy of each answer to a question with two answers: softplus(z) - y z.

    Args:
        labels: 1 for yes, 0 for no; a number in between is a probability of yes. One number serves all logits.
        logits: the score of yes, of the same shape.

    Shapes: labels (...), logits (...) → (...).

    Raises:
        ValueError: if labels and logits differ in shape, or labels that are no tensor hold a number outside 0 to 1.
    """
    logits = wide(logits)
    require_probabilities("labels", labels)
    labels = ops.cast(labels, logits.dtype)
    require_shape("labels", labels.shape, logits.shape, ())
    return ops.softplus(logits) - labels * logits


def cross_entropy(labels, logits):
    """The cross-entropy of each example: log Σ exp(z) - z of the right class.

    Args:
        labels: the right class of each example, from 0 to classes - 1. A label that is no class is refused; where
            labels are a tensor, whose values a compiled step cannot look at, its loss is NaN on every backend.
        logits: the score of each class.

    Shapes: labels (...), logits (..., classes) → (...).

    Raises:
        TypeError: if labels that are no tensor are no whole numbers.
        ValueError: if labels and logits do not fit, or labels that are no tensor hold what is no class.
    """
    logits = wide(logits)
    labels, is_class = _classes(labels, logits.shape)
    right = ops.take_along_axis(logits, ops.expand_dims(labels, -1), axis=-1)
    losses = ops.logsumexp(logits, axis=-1) - ops.squeeze(right, axis=-1)
    return ops.where(is_class, losses, np.nan)


def cross_entropy_gradient(labels, logits):
    """The gradient of `cross_entropy` for the logits: softmax minus one-hot; NaN where the loss is NaN.

    Shapes: labels (...), logits (..., classes) → (..., classes).

    Raises:
        TypeError, ValueError: as `cross_entropy`.
    """
    logits = wide(logits)
    labels, is_class = _classes(labels, logits.shape)
    gradient = ops.softmax(logits, axis=-1) - ops.one_hot(labels, logits.shape[-1], dtype=logits.dtype)
    return ops.where(ops.expand_dims(is_class, -1), gradient, np.nan)


def _classes(labels, logits_shape: tuple[int | None, ...]):
    """Labels as classes, and whether each was one.

    Shapes: labels (...) → int32 (...), boolean (...).
    """
    num_classes = logits_shape[-1]
    if concrete(labels):
        labels = np.asarray(labels)
        if labels.size:  # what is empty has no type that could be asked for
            require_labels("labels", labels, num_classes)
        labels = labels.astype(np.int32)
    labels = ops.convert_to_tensor(labels)
    require_shape("labels", labels.shape, logits_shape[:-1])
    classes = ops.cast(labels, "int32")
    is_class = ops.logical_and(classes >= 0, classes < num_classes)
    # What is cut off, or wraps in int32, does not come back.
    is_class = ops.logical_and(is_class, ops.equal(ops.cast(classes, dtype_of(labels)), labels))
    return ops.clip(classes, 0, num_classes - 1), is_class


def next_token_cross_entropy(token_ids, logits, mask=None):
    """The mean cross-entropy of the next token: the total over all tokens that count, by their number.

    Args:
        token_ids: the token that follows at each position.
        logits: the scores of the whole vocabulary at each position.
        mask: True where a position counts, for each example or for all alike; None where all do. What stands at the
            others does not change the number, as long as their ids lie in the vocabulary; where gradients are taken,
            their logits must be finite.

    Returns:
        One number; 0 where no position counts.

    Shapes: token_ids (batch, time), logits (batch, time, vocabulary), mask boolean (batch, time), (1, time) or (time,)
    → ().

    Raises:
        TypeError: if the mask holds floats, or token ids that are no tensor no whole numbers.
        ValueError: if the shapes do not fit, or token ids that are no tensor lie outside the vocabulary.
    """
    losses = cross_entropy(token_ids, logits)  # (batch, time)
    if mask is None:
        return ops.mean(losses)
    mask = keep_mask("mask", mask)
    require_shape("mask", mask.shape, losses.shape, (1, losses.shape[1]), losses.shape[1:])
    mask = ops.broadcast_to(mask, ops.shape(losses))
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
        TypeError: if the mask is not boolean.
        ValueError: if the shapes differ, no token counts, or a loss is negative or not a number.
    """
    losses = np.asarray(losses, dtype=np.float64)
    if mask is not None:
        mask = np.asarray(mask)
        if mask.dtype != bool:
            raise TypeError(f"mask is of type {mask.dtype}; allowed: bool, True for what counts")
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

    It is NaN where a label is no class.

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
        logits = wide(y_pred)
        classes, is_class = _classes(y_true, logits.shape)
        # The numbers of `cross_entropy`, by the backend's fused operation: training spends most of its time here.
        losses = ops.sparse_categorical_crossentropy(classes, logits, from_logits=True)
        return ops.where(is_class, losses, np.nan)
