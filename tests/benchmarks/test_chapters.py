"""A lesson at quick scale stays within 60 s and 1.2 GB on two quiet cores; what it took is printed."""

from __future__ import annotations

import pytest

from course_lib.publishing import executor
from tests import lessons

SECONDS, MEGABYTES = 60, 1200


@pytest.mark.benchmark
@pytest.mark.parametrize("slug", lessons.SLUGS)
def test_a_lesson_takes_a_minute_and_little_memory(slug, tmp_path):
    record = executor.run(lessons.lesson(slug), "en", "solution", "quick", build_folder=tmp_path)
    print(f"\n{slug}: {record.seconds:.0f} s, {record.peak_memory_mb:.0f} MB, {record.data} data")
    for cell, seconds in sorted(record.seconds_per_cell.items(), key=lambda pair: -pair[1])[:6]:
        print(f"  {cell:<24} {seconds:5.1f} s")
    assert record.seconds <= SECONDS
    assert record.peak_memory_mb <= MEGABYTES
