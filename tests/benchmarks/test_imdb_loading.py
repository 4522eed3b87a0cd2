"""Measures how fast IMDB is parsed from its archive and loaded from the cache, and how much memory each takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.benchmark

PARTS = {"train": 25_000, "test": 25_000, "unlabelled": 50_000}

# Loads one part in a process of its own; tells the seconds, and the most memory it ever held, in MB.
LOAD = """
import json, sys, time
from course_lib.data import imdb
begun, worked = time.perf_counter(), time.process_time()
reviews = imdb.load(sys.argv[1], sample="never")
seconds, worked = time.perf_counter() - begun, time.process_time() - worked
import psutil
usage = psutil.Process().memory_info()
peak = next((int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")), None) \\
    if sys.platform == "linux" else getattr(usage, "peak_wset", usage.rss) / 2**20
print(json.dumps([len(reviews), seconds, worked, peak]))
"""


def _load(part: str, cache: Path, what: str) -> tuple[int, float, float]:
    """How many reviews were loaded, the seconds on the clock, and the peak in MB."""
    command = [sys.executable, "-c", LOAD, part]
    environment = {**os.environ, "COURSE_CACHE": str(cache)}
    answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    count, seconds, worked, peak = json.loads(answer.stdout.splitlines()[-1])
    print(f"\n{what:<32} {seconds:5.2f} s ({worked:.2f} s of one core), {peak:4.0f} MB", end="")
    return count, seconds, peak


def test_all_texts_are_parsed_within_thirty_seconds_and_then_loaded_within_two(real_data: Path, cache: Path) -> None:
    count, seconds, peak = _load("train", cache, "parse all 100,000, load train")
    assert count == PARTS["train"] and seconds <= 30 and peak <= 250
    for part, expected in PARTS.items():
        count, seconds, peak = _load(part, cache, f"load {part} from the cache")
        assert count == expected and seconds <= 2
        # A part and its packed texts, and little else: the other parts stay on the disk.
        assert peak <= (300 if part == "unlabelled" else 200)
