"""A lesson at quick scale stays within 60 s and 1.2 GB on two quiet cores; what it took is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_lib.publishing import executor, source

ROOT = Path(__file__).resolve().parents[2]

SECONDS, MEGABYTES = 60, 1200


@pytest.mark.benchmark
@pytest.mark.parametrize("chapter", source.chapters(ROOT / "chapters"), ids=lambda chapter: chapter.slug)
def test_a_lesson_takes_a_minute_and_little_memory(chapter, tmp_path):
    record = executor.run(chapter, "en", "solution", "quick", build_folder=tmp_path)
    print(f"\n{chapter.slug}: {record.seconds:.0f} s, {record.peak_memory_mb:.0f} MB, {record.data} data")
    for cell, seconds in sorted(record.seconds_per_cell.items(), key=lambda pair: -pair[1])[:6]:
        print(f"  {cell:<24} {seconds:5.1f} s")
    assert record.seconds <= SECONDS
    assert record.peak_memory_mb <= MEGABYTES
