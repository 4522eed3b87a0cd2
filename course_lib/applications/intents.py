"""What somebody wants of a service, and when to say that it is none of the things that it can do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_lib.base.arguments import require_positive


class IntentClassifier:
    """Logistic regression over intents on one vector for each request.

    Args:
        penalty: the inverse strength of regularisation.

    Attributes:
        intents: their names, in the order of the probabilities; after `fit`.
    """

    def __init__(self, penalty: float = 10.0) -> None:
        require_positive("penalty", penalty)
        self.penalty = penalty
        self.intents: list[str] = []

    def fit(self, vectors: np.ndarray, intents: Sequence[str]) -> IntentClassifier:
        """Learn from requests.

        Args:
            vectors: of the requests, dense or sparse.
            intents: what each wants.

        Shapes: vectors (requests, width), intents (requests,).

        Raises:
            ValueError: if the two differ in length, or there is one intent alone.
        """
        from sklearn.linear_model import LogisticRegression

        if vectors.shape[0] != len(intents):
            raise ValueError(f"intents has {len(intents)} entries; allowed: {vectors.shape[0]}, one for each vector")
        self._model = LogisticRegression(C=self.penalty, max_iter=500).fit(vectors, intents)
        self.intents = [str(name) for name in self._model.classes_]
        return self

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """How probable each intent is, were there no others.

        Shapes: (requests, width) → (requests, intents).

        Raises:
            ValueError: before `fit`.
        """
        if not self.intents:
            raise ValueError("the classifier has learnt nothing; allowed: fit() before it is asked")
        return self._model.predict_proba(vectors)

    def decide(self, vectors: np.ndarray, threshold: float = 0.0) -> tuple[list[str | None], np.ndarray]:
        """The most probable intent of each request and its probability; None below the threshold.

        Args:
            vectors: of the requests.
            threshold: the least probability with which an intent is believed.

        Shapes: vectors (requests, width).
        """
        shares = self.probabilities(vectors)
        sure = shares.max(axis=1)
        names = [self.intents[place] for place in shares.argmax(axis=1)]
        return [name if share >= threshold else None for name, share in zip(names, sure, strict=True)], sure


def alarm_threshold(confidences: Sequence[float], false_alarms: float = 0.05) -> float:
    """Below which confidence a request is called out of scope, so that few that are within scope are turned away.

    Args:
        confidences: of requests that are within scope; others than the classifier learnt from.
        false_alarms: the share of these that may be turned away, less than 1.

    Returns:
        The largest of the confidences below which at most this share lies.

    Raises:
        ValueError: if there is no confidence, or the share is not from 0 to less than 1.
    """
    return threshold_of_share(confidences, false_alarms, "confidences", "requests", "false_alarms")


def threshold_of_share(numbers: Sequence[float], share: float, argument: str, unit: str, share_argument: str) -> float:
    """The largest of some numbers below which at most a share of them lies.

    Args:
        numbers: one at least.
        share: less than 1.
        argument: what an error calls the numbers.
        unit: and what there is one for each of.
        share_argument: what it calls the share.

    Raises:
        ValueError: if there is no number, or the share is not from 0 to less than 1.
    """
    numbers = np.sort(np.asarray(numbers, dtype=np.float64))
    if numbers.ndim != 1 or not numbers.size or np.isnan(numbers).any():
        raise ValueError(f"{argument} has the shape {numbers.shape}, or holds NaN; allowed: ({unit},), numbers")
    if not 0 <= share < 1:
        raise ValueError(f"{share_argument} is {share}; allowed: from 0 to less than 1")
    # As many as may lie below stand before this place; of equal ones none is below its own value. Of 0.15 times
    # 20 floating point makes a little less than 3.
    return float(numbers[int(len(numbers) * share + 1e-9)])
