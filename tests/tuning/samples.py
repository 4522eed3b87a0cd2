"""What the tests of tuning share: a small task, a search space, and a loss that costs nothing."""

from __future__ import annotations

import keras_tuner
import numpy as np

from course_lib import tuning


def examples(count: int = 120, features: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points on both sides of a plane, with some noise: inputs (count, features), labels (count,)."""
    random = np.random.default_rng(seed)
    inputs = random.normal(size=(count, features)).astype("float32")
    return inputs, (inputs @ np.arange(1, features + 1) + random.normal(size=count) > 0).astype(int)


def space() -> keras_tuner.HyperParameters:
    """Two numbers."""
    found = keras_tuner.HyperParameters()
    found.Float("learning_rate", 1e-4, 1e-1, sampling="log")
    found.Int("hidden_units", 4, 64)
    return found


def bowl(job: tuning.Job) -> float:
    """Least at a rate of 0.01 and 32 units, and falling with the epochs."""
    rate, units = job.values["learning_rate"], job.values["hidden_units"]
    return (np.log10(rate) + 2) ** 2 + ((units - 32) / 32) ** 2 + 1 / job.epochs
