"""Distilling: a small model learns from a large one's doubts, not from the right answers alone."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from course_lib.base.arguments import require_integer, require_number, require_positive
from course_lib.base.examples import checked_labels
from course_lib.base.tensors import require_shape, wide
from course_lib.bert.encoder import BertEncoder
from course_lib.mlp.losses import cross_entropy


def distillation_loss(labels, logits, teacher_logits, temperature: float = 2.0, share: float = 0.5):
    """The cross-entropy with a teacher's softened answers, and with the right ones: s T² H(q, p) + (1 − s) H(y, p).

    Args:
        labels: the right class of each example.
        logits: the student's.
        teacher_logits: the teacher's.
        temperature: T, what both are divided by; the higher it is, the more the teacher's doubts count.
        share: s, how much the teacher counts.

    Shapes: labels (...), logits and teacher_logits (..., classes) → (...), float32.

    Raises:
        TypeError: if a number is none, or labels that are no tensor are no whole numbers.
        ValueError: if `temperature` is not above 0, `share` not from 0 to 1, or the shapes do not fit.

    Source: G. Hinton, O. Vinyals and J. Dean, "Distilling the Knowledge in a Neural Network", 2015 (arXiv:1503.02531),
    section 2.
    """
    _require_settings(temperature, share)
    logits, teacher_logits = wide(logits), wide(teacher_logits)
    require_shape("teacher_logits", teacher_logits.shape, logits.shape)
    softened = ops.softmax(teacher_logits / temperature, axis=-1)  # q
    doubts = -ops.sum(softened * ops.log_softmax(logits / temperature, axis=-1), axis=-1)
    # Gradients of the softened part shrink with 1 / T².
    return share * temperature**2 * doubts + (1 - share) * cross_entropy(labels, logits)


def with_teacher(labels: Sequence[int], teacher_logits: np.ndarray) -> np.ndarray:
    """Labels and a teacher's logits side by side, as `DistillationLoss` takes them for targets.

    Args:
        labels: the right class of each example.
        teacher_logits: what the teacher made of it.

    Shapes: labels (examples,), teacher_logits (examples, classes) → (examples, 1 + classes), float32.

    Raises:
        TypeError: if labels are no whole numbers.
        ValueError: if shapes do not fit, a label is no class, or a logit is not finite.
    """
    teacher_logits = np.asarray(teacher_logits, np.float32)
    if teacher_logits.ndim != 2 or not np.isfinite(teacher_logits).all():
        raise ValueError(
            f"teacher_logits has the shape {teacher_logits.shape}, or holds NaN or infinity; allowed: (examples, "
            "classes), finite numbers"
        )
    labels = checked_labels("teacher_logits", labels, *teacher_logits.shape)
    return np.concatenate([labels[:, None].astype(np.float32), teacher_logits], axis=1)


@keras.saving.register_keras_serializable("course_lib")
class DistillationLoss(keras.losses.Loss):
    """`distillation_loss` as a loss for `compile`; its targets are made by `with_teacher`.

    Args:
        temperature: as for `distillation_loss`.
        share: likewise.
        name: what the loss is called.

    Raises:
        TypeError, ValueError: as `distillation_loss`.
    """

    def __init__(
        self, temperature: float = 2.0, share: float = 0.5, name: str = "distillation", **kwargs: object
    ) -> None:
        _require_settings(temperature, share)
        kwargs.setdefault("dtype", "float32")
        super().__init__(name=name, **kwargs)
        self.temperature, self.share = temperature, share

    def call(self, y_true, y_pred):
        """The loss of each example, before the mean.

        Shapes: y_true (batch, 1 + classes), y_pred (batch, classes) → (batch,).
        """
        labels = ops.cast(y_true[:, 0], "int32")
        return distillation_loss(labels, y_pred, y_true[:, 1:], self.temperature, self.share)

    def get_config(self) -> dict:
        """All arguments."""
        own = {"temperature": self.temperature, "share": self.share, "dtype": self.dtype}
        return {**super().get_config(), **own}


def student_of(teacher: BertEncoder, layers: Sequence[int], seed: int | None = None) -> BertEncoder:
    """A smaller encoder that begins with some of a larger one's layers, and all that is not in a layer.

    Args:
        teacher: the larger encoder.
        layers: which of its layers, in rising order, such as (0, 2, 4).
        seed: of the student's dropout.

    Raises:
        TypeError: if a layer is no whole number.
        ValueError: if there is none, one does not exist, or they are not in rising order.

    Source: V. Sanh et al., "DistilBERT", 2019 (arXiv:1910.01108), section 3.
    """
    count = len(teacher.encoder_layers)
    layers = [require_integer("layers", layer, at_least=0, at_most=count - 1) for layer in layers]
    if not layers or sorted(set(layers)) != layers:
        raise ValueError(f"layers is {layers}; allowed: one or more numbers in rising order")
    student = BertEncoder(**{**teacher.settings, "num_layers": len(layers), "seed": seed}, dtype=teacher.dtype_policy)
    pairs = [(teacher.embeddings, student.embeddings)]
    pairs += [(teacher.encoder_layers[layer], own) for layer, own in zip(layers, student.encoder_layers, strict=True)]
    if teacher.pooler is not None:
        pairs.append((teacher.pooler, student.pooler))
    for theirs, own in pairs:
        own.set_weights(theirs.get_weights())
    return student


def _require_settings(temperature: float, share: float) -> None:
    require_positive("temperature", temperature)
    require_number("share", share)
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}; allowed: from 0 to 1")
