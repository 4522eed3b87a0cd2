"""Which lessons are executed when: as many side by side as cores and memory allow, the longest first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

from course_lib.base.errors import ChapterFailed
from course_lib.publishing import executor, kernel, memory
from course_lib.publishing.lesson import Chapter
from course_lib.publishing.notebooks import Publication
from course_lib.publishing.records import RunRecord
from course_lib.training import devices

# What a lesson is given room for: it takes up to 1.2 GB, and what executes it and the rest of the machine some more.
GIGABYTES_EACH = 1.5

# How often, in seconds, the waiting thread wakes up: on Windows nothing else lets it see an interrupt.
_LOOK_UP = 0.2


# Each is itself, whatever equals it: the same lesson may be asked for twice.
@dataclass(frozen=True, eq=False)
class Job:
    """One lesson to execute, in one language.

    Args:
        lesson: the lesson.
        language: `"en"` or `"zh"`.
        edition: `"student"` or `"solution"`.
        scale: `"smoke"`, `"quick"` or `"full"`.
    """

    lesson: Chapter
    language: str
    edition: str
    scale: str

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"{self.lesson.slug} ({self.language}, {self.edition}, {self.scale})"


class Watcher(Protocol):
    """Who is told how far the jobs are, always from the thread that called `execute`."""

    def started(self, job: Job) -> None:
        """A job begins."""

    def at_cell(self, job: Job, place: int, total: int, cell_id: str) -> None:
        """A job begins with a cell, given as `executor.run` gives it."""

    def ended(self, job: Job, outcome: RunRecord | ChapterFailed) -> None:
        """A job is done, or has failed."""


def side_by_side(wanted: int | None = None) -> int:
    """How many lessons may run at a time here.

    Args:
        wanted: no more than these; None for as many as this machine allows.

    Returns:
        One at least, and no more than there are cores and free memory for.
    """
    fitting = max(1, min(devices.cores(), int(memory.free_gigabytes() / GIGABYTES_EACH)))
    return fitting if wanted is None else max(1, min(wanted, fitting))


def longest_first(jobs: Iterable[Job], measured: Mapping[str, Mapping[str, Mapping]]) -> list[Job]:
    """The jobs in the order in which they are begun, so that no long one is left for the end, when cores stand idle.

    Args:
        jobs: what is to be executed.
        measured: what `records.measured` gives: by chapter and scale, the seconds of an earlier run.

    Returns:
        The longest first; before all others those that were never measured.
    """
    return sorted(jobs, key=lambda job: -seconds(job, measured))


def seconds(job: Job, measured: Mapping[str, Mapping[str, Mapping]]) -> float:
    """How long a job took when it was measured, at its scale or else at another; infinity where it never was.

    Args:
        job: the job.
        measured: as for `longest_first`.
    """
    scales = measured.get(f"{job.lesson.number:02d}", {})
    # At a scale that nobody has measured a lesson is long where it is long at another.
    for name in (job.scale, "quick", "full"):
        if "seconds" in scales.get(name, {}):
            return scales[name]["seconds"]
    return float("inf")


def execute(
    jobs: Sequence[Job], at_once: int, watcher: Watcher, *, build_folder: Path, publication: Publication | None = None
) -> dict[Job, RunRecord | ChapterFailed]:
    """Execute lessons, several at a time; one that fails does not keep the others from running.

    Args:
        jobs: what is executed, begun in this order.
        at_once: how many may run at a time.
        watcher: is told how far they are.
        build_folder: the checkout's `build/`.
        publication: the course's address and recorded runs, for the opening cell.

    Returns:
        How each job ended.

    Raises:
        KeyboardInterrupt: if interrupted; every kernel is killed first.
        Exception: whatever else goes wrong in a job, such as a full disk; the others are stopped first.
    """
    waiting = iter(jobs)
    news: SimpleQueue[Callable[[], None]] = SimpleQueue()
    threads: dict[Job, threading.Thread] = {}
    outcomes: dict[Job, RunRecord | ChapterFailed] = {}

    def work(job: Job) -> None:
        def on_cell(*step: object) -> None:
            news.put(lambda: watcher.at_cell(job, *step))

        try:
            outcome = executor.run(
                job.lesson, job.language, job.edition, job.scale,
                build_folder=build_folder, publication=publication, on_cell=on_cell,
            )  # fmt: skip
        except BaseException as error:
            outcome = error
        news.put(lambda: end(job, outcome))

    def end(job: Job, outcome: RunRecord | BaseException) -> None:
        threads.pop(job).join()
        if isinstance(outcome, BaseException) and not isinstance(outcome, ChapterFailed):
            raise outcome
        outcomes[job] = outcome
        watcher.ended(job, outcome)
        begin_next()

    def begin_next() -> None:
        job = next(waiting, None)
        if job is not None:
            watcher.started(job)
            threads[job] = threading.Thread(target=work, args=(job,), name=job.name, daemon=True)
            threads[job].start()

    try:
        for _ in range(at_once):
            begin_next()
        while threads:
            try:
                told = news.get(timeout=_LOOK_UP)
            except Empty:
                continue
            told()
    finally:
        _stop(threads.values())
    return outcomes


def _stop(threads: Iterable[threading.Thread]) -> None:
    """Stop what still runs and wait until it has cleared up, however often somebody interrupts that."""
    while True:
        try:
            if not any(thread.is_alive() for thread in threads):
                return
            # Again and again: one may only now be starting its kernel.
            kernel.stop_all()
            for thread in threads:
                thread.join(timeout=_LOOK_UP)
        except KeyboardInterrupt:
            continue
