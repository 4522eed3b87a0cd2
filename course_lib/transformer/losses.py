"""The cross-entropy that leaves some probability for every token."""

from __future__ import annotations

import keras
from keras import ops

from course_lib.base.arguments import (
    require_share,
)
from course_lib.mlp.losses import cross_entropy
from course_lib.preprocessing.batches import padding_mask


def smoothed_cross_entropy(token_ids, logits, smoothing: float = 0.1):
    """The cross-entropy with a target that leaves some probability for every token: (1 - ε) right + ε uniform.

    Args:
        token_ids: the right tokens.
        logits: the scores of the whole vocabulary.
        smoothing: ε, the share that is spread evenly over the vocabulary, from 0 to less than 1.

    Shapes: token_ids (...), logits (..., vocabulary) → (...), in float32.

    Raises:
        TypeError, ValueError: as `cross_entropy`, or if `smoothing` is out of its range. Of an id in a tensor that is
            none of the vocabulary the loss is NaN.

    Source: C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016 (arXiv:1512.00567),
    section 7.
    """
    require_share("smoothing", smoothing)
    right = cross_entropy(token_ids, logits)
    if not smoothing:
        return right
    logits = ops.cast(logits, right.dtype)
    uniform = ops.logsumexp(logits, axis=-1) - ops.mean(logits, axis=-1)  # Σ (1 / V) (-log p)
    return (1 - smoothing) * right + smoothing * uniform


@keras.saving.register_keras_serializable("course_lib")
class SmoothedCrossEntropy(keras.losses.Loss):
    """`smoothed_cross_entropy` as a loss for `compile`: the total over all tokens that are no padding, by their number.

    Args:
        smoothing: the share of probability that is spread over the vocabulary; 0 for the plain cross-entropy.
        name: what the loss is called.

    Raises:
        ValueError: if `smoothing` is not from 0 to less than 1.
    """

    def __init__(self, smoothing: float = 0.1, name: str = "smoothed_cross_entropy", **kwargs: object) -> None:
        require_share("smoothing", smoothing)
        # Whatever the policy computes in, a loss is a float32 number.
        kwargs.setdefault("dtype", "float32")
        super().__init__(name=name, **kwargs)
        self.smoothing = smoothing

    def call(self, y_true, y_pred):
        """One number for each example, whose mean, weighted or not, is the loss; 0 where all is padding.

        Shapes: y_true ids (batch, time), y_pred logits (batch, time, vocabulary) → (batch,).
        """
        losses = smoothed_cross_entropy(y_true, y_pred, self.smoothing)
        kept = padding_mask(y_true)
        # `where` and not a product: 0 × NaN would be NaN.
        totals = ops.sum(ops.where(kept, losses, ops.zeros_like(losses)), axis=-1)  # (batch,)
        # The mean of these numbers is the total over all tokens by their number. They have an axis: Keras divides what
        # it reduces by the number of replicas, whose gradients it adds, and no scalar.
        tokens = ops.maximum(ops.sum(ops.cast(kept, losses.dtype)), 1.0)
        return totals * (ops.cast(ops.shape(losses)[0], losses.dtype) / tokens)

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), "smoothing": self.smoothing, "dtype": self.dtype}
