"""Measures how soon the command answers and the library is there."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.benchmark


def _seconds(code: str, runs: int = 9) -> float:
    """The median time of a fresh Python that runs the code."""
    taken = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)
        taken.append(time.perf_counter() - begun)
    # The first run may have to compile modules.
    return statistics.median(taken[1:])


def test_help_answers_within_three_tenths_of_a_second() -> None:
    seconds = _seconds("import sys\nsys.argv = ['course', '--help']\nfrom course_lib.cli import main\nmain()")
    print(f"\ncourse --help: {seconds * 1000:.0f} ms")
    assert seconds <= 0.3


def test_importing_the_library_takes_no_more_than_fifty_milliseconds() -> None:
    seconds = _seconds("import course_lib") - _seconds("pass")
    print(f"\nimport course_lib: {seconds * 1000:.0f} ms more than Python alone")
    assert seconds <= 0.05
