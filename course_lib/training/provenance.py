"""What a recorded run says of itself: what it cost, on what kind of machine, with which versions."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from course_lib.base.files import write_atomically
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


def rounded(minutes: Minutes, digits: int = 2) -> tuple[dict[str, float], dict[str, float]]:
    """By step the minutes by the clock, and by step those of processors' work, as a record holds them.

    Args:
        minutes: from `clock`.
        digits: how many are kept behind the point.
    """
    return tuple({step: round(both[place], digits) for step, both in minutes.items()} for place in range(2))


def this_machine() -> dict[str, object]:
    """The kind of this machine, without its name."""
    return {"processor": platform.machine(), "system": platform.system(), "cores": os.cpu_count()}


def peak_memory() -> float | None:
    """The highest memory of this process so far, in megabytes; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # on Windows
        return None
    # Linux counts in kibibytes, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


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


def write_record(target: Path, found: Mapping[str, object], minutes: Minutes) -> None:
    """Write what a search found, and what it took: by the clock, on which machine, with which versions.

    Args:
        target: the file.
        found: what is recorded besides.
        minutes: what `clock` has added up.
    """
    took = {name: [round(part, 2) for part in parts] for name, parts in minutes.items()}
    record = {**found, "minutes": took, "machine": this_machine(), "versions": these_versions()}
    write_atomically(target, json.dumps(record, indent=1, sort_keys=True).encode("utf-8") + b"\n")
