"""What a recorded run says of itself: what it cost, on what kind of machine, with which versions."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from course_lib.training import devices

# By step: minutes by the clock, and minutes of processors' work.
Minutes = dict[str, tuple[float, float]]


@contextmanager
def clock(minutes: Minutes, name: str) -> Iterator[None]:
    """Add what the step takes: minutes by the clock, and of processors' work (that of ended helpers as well)."""
    started, worked = time.perf_counter(), sum(os.times()[:4])
    yield
    before = minutes.get(name, (0.0, 0.0))
    minutes[name] = (
        before[0] + (time.perf_counter() - started) / 60,
        before[1] + (sum(os.times()[:4]) - worked) / 60,
    )


def this_machine() -> dict[str, object]:
    """The kind of this machine, without its name."""
    return {"processor": platform.machine(), "system": platform.system(), "cores": os.cpu_count()}


def these_versions() -> dict[str, str]:
    """The versions that results depend on."""
    import keras

    backend = keras.config.backend()
    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "numpy": np.__version__,
        backend: devices.version_of(backend).rpartition(" ")[2],
    }
