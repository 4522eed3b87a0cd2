"""The memory that a computation takes beyond what its process held before, as Linux tells it."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells a process's peak of memory on Linux alone")


def _kilobytes(field: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def most_megabytes(step: Callable[[], object], repeats: int) -> float:
    """The most memory of this process in some repeats of a step, in MB, beyond what it holds now.

    Args:
        step: what is measured; it ran before on less, since what a compiler and its threads hold is not its own.
        repeats: how often it runs.
    """
    ctypes.CDLL("libc.so.6").malloc_trim(0)  # what is free already would hide what is taken
    before = _kilobytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    for _ in range(repeats):
        step()
    return (_kilobytes("VmHWM") - before) / 1024


def printed_by(program: str, *arguments: object, count: int = 1) -> list[float]:
    """The numbers that a program prints at its end, a line each, run as a process of its own.

    Args:
        program: its code.
        arguments: what it is told.
        count: how many numbers there are.
    """
    command = [sys.executable, "-c", program, *map(str, arguments)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return [float(line) for line in answer.stdout.splitlines()[-count:]]
