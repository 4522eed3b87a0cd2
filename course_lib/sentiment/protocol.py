"""The rules that make a number honest: choose on some training reviews, score the test once for each model."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import ArrayLike

from course_lib import metrics
from course_lib.base.language import tr
from course_lib.data.reviews import Reviews, split_by_film


class ScoredTwice(RuntimeError):
    """A model was to be scored on the test set a second time."""


class Protocol:
    """Training reviews, validation reviews of other films, and a test set that answers once for each final model.

    Args:
        labelled: the labelled training reviews.
        test: the test reviews; their labels stay in here.
        fraction: how much of the labelled reviews goes to validation.
        seed: of the split.

    Attributes:
        train: what models learn from while choices are made.
        validation: what every choice is made on.
        scores: the accuracy of each final model, by name, in the order in which they were scored.
    """

    def __init__(self, labelled: Reviews, test: Reviews, fraction: float = 0.2, seed: int = 0) -> None:
        self.train, self.validation = split_by_film(labelled, fraction, seed)
        self.test_texts: list[str] = test.texts
        self._labels = np.asarray(test.labels)
        self.scores: dict[str, float] = {}

    def choose(self, logits: ArrayLike) -> float:
        """The accuracy on the validation reviews, as often as you like.

        Shapes: logits (validation reviews,).
        """
        return metrics.accuracy(self.validation.labels, (np.asarray(logits) > 0).astype(int))

    def score(self, name: str, logits: ArrayLike) -> float:
        """The accuracy of a final model on the test reviews, once.

        Args:
            name: what the model is called in the table.
            logits: its logits for `test_texts`.

        Shapes: logits (test reviews,).

        Raises:
            ScoredTwice: if a model of this name was scored already.
            ValueError: if there is not one finite logit for each review.
        """
        if name in self.scores:
            raise ScoredTwice(
                tr(
                    f"{name!r} was scored already: {self.scores[name]:.4f}. A test set that is used twice becomes a "
                    "validation set; choose on `validation`, and score what was chosen once.",
                    f"{name!r} 已经评过分：{self.scores[name]:.4f}。测试集用两次就成了验证集；"
                    "请在 `validation` 上选择，选定之后只评一次。",
                )
            )
        logits = np.asarray(logits)
        if logits.shape != self._labels.shape or not np.isfinite(logits).all():
            raise ValueError(f"logits has the shape {logits.shape}; allowed: {len(self._labels)} finite numbers")
        self.scores[name] = metrics.accuracy(self._labels, (logits > 0).astype(int))
        return self.scores[name]

    def reveal(self) -> np.ndarray:
        """The test labels, for error analysis, once everything has been scored: after this nothing can be scored.

        Shapes: (test reviews,).
        """
        self.score = self._closed  # type: ignore[method-assign]
        return self._labels.copy()

    def _closed(self, name: str, logits: ArrayLike) -> float:
        raise ScoredTwice(
            tr(
                f"{name!r} comes too late: the test labels have been looked at",
                f"{name!r} 来晚了：测试集的标签已经看过",
            )
        )


def digest(texts: list[str], labels: ArrayLike) -> str:
    """A fingerprint of texts and labels in their order, 16 hexadecimal digits: equal where a record's data was equal.

    Raises:
        ValueError: if there is not one label for each text.
    """
    labels = np.asarray(labels)
    if labels.shape != (len(texts),):
        raise ValueError(f"labels has the shape {labels.shape}; allowed: ({len(texts)},), one for each text")
    known = hashlib.sha256()
    for text, label in zip(texts, labels.tolist(), strict=True):
        known.update(hashlib.sha256(text.encode()).digest() + str(int(label)).encode())
    return known.hexdigest()[:16]
