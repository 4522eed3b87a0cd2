"""How much of a search's gain is luck: the best of many noisy scores is too good, and may not win again."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from course_lib.base.arguments import require_integer


def expected_maximum(count: int) -> float:
    """The mean of the largest of some independent standard normal numbers.

    If settings were all alike and their scores differed by chance alone, the best would look better than they are by so
    many standard deviations of a score.

    Raises:
        TypeError: if `count` is no whole number.
        ValueError: if it is less than 1.
    """
    require_integer("count", count, at_least=1)
    # E max = ∫ z d(Φ(z)^n): the mean of the quantiles Φ⁻¹(u^(1/n)) for u evenly spread over (0, 1).
    shares = (np.arange(20_000) + 0.5) / 20_000
    quantile = NormalDist().inv_cdf
    return float(np.mean([quantile(share) for share in shares ** (1 / count)]))  # (6)


@dataclass(frozen=True)
class Again:
    """What became of the best settings when everything was run again.

    Args:
        claimed: the mean of the scores with which each run's best setting was best.
        repeated: the mean of the same settings' scores in the other runs.
        optimism: how much better the first was.
        same_best: how often the setting that is best in one run is best in another.
        top_quarter: how often they are among the best quarter there, rounded up to whole settings: the best three of
            ten. Chance alone gives that share.
        noise: the standard deviation of one setting's scores, over runs.
        spread: the standard deviation of the settings' means.
    """

    claimed: float
    repeated: float
    optimism: float
    same_best: float
    top_quarter: float
    noise: float
    spread: float


def best_again(scores: ArrayLike, higher_is_better: bool = True) -> Again:
    """Let each run choose its best setting, and look this setting up in all other runs.

    Args:
        scores: of every setting in every run.
        higher_is_better: False for losses.

    Shapes: scores (settings, runs).

    Raises:
        ValueError: if there are fewer than two settings or runs, the settings have not as many runs each, or a score
            is no finite number.
    """
    try:
        scores = np.asarray(scores, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError("scores is no table of numbers; allowed: as many runs for every setting") from error
    if scores.ndim != 2 or min(scores.shape) < 2 or not np.isfinite(scores).all():
        raise ValueError(
            f"scores has the shape {scores.shape}; allowed: finite numbers (settings, runs), at least two of each"
        )
    better = scores if higher_is_better else -scores
    settings, runs = scores.shape
    best = better.argmax(axis=0)  # (runs,)
    claimed = scores[best, np.arange(runs)]
    # Where each setting stands in each run, 0 for the best.
    places = np.argsort(np.argsort(-better, axis=0), axis=0)
    repeated, again, top = [], [], []
    for run, row in enumerate(best):
        others = np.delete(np.arange(runs), run)
        repeated.append(scores[row, others].mean())
        again.append((best[others] == row).mean())
        top.append((places[row, others] < max(settings / 4, 1)).mean())
    sign = 1 if higher_is_better else -1
    return Again(
        float(claimed.mean()),
        float(np.mean(repeated)),
        float(sign * (claimed.mean() - np.mean(repeated))),
        float(np.mean(again)),
        float(np.mean(top)),
        float(np.sqrt(scores.var(axis=1, ddof=1).mean())),
        float(scores.mean(axis=1).std(ddof=1)),
    )
