"""Lessons in both languages, two at a time on two cores, take 0.6 of the sum of their times alone, or less.

Both are measured in one run. `COURSE_BENCH_LESSONS=all` takes every lesson, `COURSE_BENCH_LESSONS=2,5` these two, and
without it four that differ stand for all.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from course_lib.base.errors import ChapterFailed
from course_lib.cli import report
from course_lib.publishing import executor, records, schedule, source

ROOT = Path(__file__).resolve().parents[2]

SHARE = 0.6
# Lessons that differ: one of text and linear models, one of many small steps, the longest of all, one of large arrays.
REPRESENTATIVE = (1, 2, 6, 7)


@pytest.mark.benchmark
@pytest.mark.skipif(schedule.side_by_side() < 2, reason="two lessons at a time need two cores and 3 GB of free memory")
def test_lessons_side_by_side_take_little_more_than_half_of_their_times_alone(tmp_path: Path) -> None:
    asked = os.environ.get("COURSE_BENCH_LESSONS", "")
    lessons = source.chapters(ROOT / "chapters")
    if asked != "all":
        numbers = [int(word) for word in asked.split(",") if word] or REPRESENTATIVE
        lessons = [lesson for lesson in lessons if lesson.number in numbers]
    jobs = [schedule.Job(lesson, language, "solution", "quick") for lesson in lessons for language in ("en", "zh")]
    jobs = schedule.longest_first(jobs, records.measured(ROOT / "course_lib" / "session" / "measured.json"))
    alone = 0.0
    for job in jobs:
        begun = time.monotonic()
        executor.run(job.lesson, job.language, job.edition, job.scale, build_folder=tmp_path / "alone")
        alone += time.monotonic() - begun
        print(f"\nalone {job.name}: {time.monotonic() - begun:.0f} s", end="")
    begun = time.monotonic()
    outcomes = schedule.execute(jobs, 2, report.Lines(jobs), build_folder=tmp_path / "both")
    both = time.monotonic() - begun
    print(f"\n{len(jobs)} lessons: {alone:.0f} s alone, {both:.0f} s two at a time, {both / alone:.2f} of it")
    assert not [outcome for outcome in outcomes.values() if isinstance(outcome, ChapterFailed)]
    assert both <= SHARE * alone
