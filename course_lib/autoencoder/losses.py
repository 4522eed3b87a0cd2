"""What a reconstruction costs: three losses, each computed in float32 from what the decoder gives back."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from course_lib.base.arguments import require_choice
from course_lib.base.tensors import concrete, require_probabilities, require_shape


def binary_cross_entropy(targets, logits):
    """The nats it takes to write down each example's features, each a shade between 0 and 1.

    For logits a and targets x it is Σ -x log σ(a) - (1 - x) log(1 - σ(a)) = Σ log(1 + exp(a)) - x a (equation 4 of
    the lesson). The second form never takes the logarithm of a zero.

    Args:
        targets: what should come back, within 0 and 1. Beyond that range the loss has no lower bound: numbers are
            refused there; of a tensor, whose values a compiled step cannot look at, the loss is computed.
        logits: what the decoder gives, before the sigmoid.

    Returns:
        The sum over the features of each example, in nats.

    Shapes: targets and logits (batch, features) → (batch,).

    Raises:
        ValueError: if targets and logits differ in shape, or targets that are no tensor hold a number outside 0 to 1.
    """
    require_probabilities("targets", targets)
    targets, logits = _alike("targets", targets, logits)
    return ops.sum(ops.softplus(logits) - targets * logits, axis=-1)  # (4)


def squared_error(targets, values):
    """The mean squared difference of each example's features (equation 1 of the lesson).

    Shapes: targets and values (batch, features) → (batch,).

    Raises:
        ValueError: if they differ in shape.
    """
    targets, values = _alike("targets", targets, values)
    return ops.mean(ops.square(targets - values), axis=-1)  # (1)


def word_cross_entropy(counts, logits):
    """The nats it takes to write down each text's words, their order left out: -Σ n_w log softmax(a)_w (equation 7).

    Divided by the number of words this is the logarithm of a perplexity per word. A text without words costs nothing.

    Args:
        counts: how often each word occurs.
        logits: what the decoder gives, before the softmax over the vocabulary.

    Shapes: counts and logits (batch, vocabulary) → (batch,).

    Raises:
        ValueError: if they differ in shape, or counts that are no tensor hold NaN or a number below 0.
    """
    if concrete(counts) and not (np.asarray(counts) >= 0).all():
        raise ValueError("counts holds a number below 0, or NaN; allowed: how often each word occurs")
    counts, logits = _alike("counts", counts, logits)
    return -ops.sum(counts * ops.log_softmax(logits, axis=-1), axis=-1)  # (7)


def _alike(name: str, wanted, given) -> tuple:
    """Both in float32; raises a ValueError unless they have one shape: a smaller one would be broadcast in silence."""
    wanted, given = ops.cast(wanted, "float32"), ops.cast(given, "float32")
    require_shape(name, wanted.shape, given.shape)
    return wanted, given


LOSSES = {
    "cross_entropy": binary_cross_entropy,
    "squared_error": squared_error,
    "words": word_cross_entropy,
}


@keras.saving.register_keras_serializable("course_lib.autoencoder")
class ReconstructionLoss(keras.losses.Loss):
    """One of the three losses, averaged over the examples of a batch.

    Args:
        kind: `"cross_entropy"` (nats an image), `"squared_error"` (mean over features) or `"words"` (nats a text).

    Raises:
        ValueError: for any other kind.
    """

    def __init__(self, kind: str = "cross_entropy", name: str = "reconstruction", **kwargs) -> None:
        require_choice("kind", kind, LOSSES)
        kwargs.setdefault("dtype", "float32")  # whatever the precision policy
        super().__init__(name=name, **kwargs)
        self.kind = kind

    def call(self, y_true, y_pred):
        """The loss of each example.

        Shapes: y_true and y_pred (batch, features) → (batch,).
        """
        return LOSSES[self.kind](y_true, y_pred)

    def get_config(self) -> dict:
        """What it takes to make the same loss again."""
        return {**super().get_config(), "kind": self.kind, "dtype": self.dtype}
