"""An alarm on a stream: it sums up what is worse than usual, and goes off where the sum grows too high."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_lib.base.arguments import require_integer, require_not_negative, require_number, require_positive


class Cusum:
    """The one-sided cumulative sum: S(t) = max(0, S(t - 1) + x(t) - mean - slack); an alarm where S(t) > threshold.

    Args:
        mean: what x(t) is as long as nothing has changed.
        slack: how far above that x(t) may lie without being counted; half of the change that is to be found.
        threshold: how high the sum may grow.

    Raises:
        ValueError: if `slack` is below 0, or `threshold` not above 0.

    Source: E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954.
    """

    def __init__(self, mean: float, slack: float, threshold: float) -> None:
        require_number("mean", mean)
        require_not_negative("slack", slack)
        require_positive("threshold", threshold)
        self.mean, self.slack, self.threshold = float(mean), float(slack), float(threshold)

    def sums(self, values: Sequence[float]) -> np.ndarray:
        """The sum after each value; it is not reset by an alarm.

        Shapes: (time,) → (time,), float64.
        """
        total, found = 0.0, []
        for value in np.asarray(values, dtype=np.float64):
            total = max(0.0, total + value - self.mean - self.slack)
            found.append(total)
        return np.array(found)

    def alarms(self, values: Sequence[float]) -> list[int]:
        """At which places an alarm goes off; after each the sum begins at zero again.

        Args:
            values: the stream.
        """
        total, found = 0.0, []
        for place, value in enumerate(np.asarray(values, dtype=np.float64)):
            total = max(0.0, total + value - self.mean - self.slack)
            if total > self.threshold:
                found.append(place)
                total = 0.0
        return found


def alarm_times(alarms: Sequence[int], change: int, length: int) -> tuple[int | None, int]:
    """The delay of the first alarm at or after a change, and how many came before it.

    Args:
        alarms: their places, rising.
        change: the place of the first value after the change; `length` where there is none.
        length: of the stream.

    Returns:
        The delay, None where no alarm came; the number of false alarms.

    Raises:
        ValueError: if `change` is not from 0 to `length`.
    """
    require_integer("change", change, at_least=0, at_most=length)
    after = [place for place in alarms if place >= change]
    return (after[0] - change if after else None), len(alarms) - len(after)


def opinion_stream(
    labels: Sequence[int],
    days: int,
    change: int,
    before: Sequence[float],
    after: Sequence[float],
    per_day: int = 20,
    seed: int = 0,
) -> np.ndarray:
    """A stream of news whose mixture of opinions changes on one day: which sentences come on which day.

    Args:
        labels: the label of each sentence that there is, from 0.
        days: how many days.
        change: the first day of the other mixture.
        before: the share of each label up to then.
        after: the shares from then on.
        per_day: how many sentences come each day.
        seed: of the drawing.

    Shapes: labels (sentences,) → (days, per_day), numbers of sentences.

    Raises:
        ValueError: if shares are not those of the labels or do not add up to 1, or a label that is wanted has no
            sentence.
    """
    labels = np.asarray(labels)
    require_integer("change", change, at_least=0, at_most=require_integer("days", days, at_least=1))
    kinds = int(labels.max()) + 1
    places = [np.flatnonzero(labels == kind) for kind in range(kinds)]
    for name, shares in (("before", before), ("after", after)):
        if len(shares) != kinds or min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
            raise ValueError(f"{name} is {list(shares)}; allowed: {kinds} shares that add up to 1")
        if any(share and not len(own) for share, own in zip(shares, places, strict=True)):
            raise ValueError(f"{name} asks for a label of which there is no sentence")
    random = np.random.default_rng(seed)
    counts = np.array([len(own) for own in places])
    found = np.empty((days, per_day), np.int64)
    for day in range(days):
        drawn = random.choice(kinds, size=per_day, p=before if day < change else after)
        which = (random.random(per_day) * counts[drawn]).astype(np.int64)
        found[day] = [places[kind][place] for kind, place in zip(drawn, which, strict=True)]
    return found
