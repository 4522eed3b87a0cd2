"""What a person sees of runs: a table that lives while they go on, one of results when they are done.

Without a terminal both are plain lines.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, NamedTuple

import click

from course_lib.base.errors import ChapterFailed
from course_lib.base.language import tr

if TYPE_CHECKING:
    from rich.table import Table

    from course_lib.publishing.records import RunRecord
    from course_lib.publishing.schedule import Job, Watcher

# The width of lines in logs and files.
PLAIN_WIDTH = 100


class Failed(NamedTuple):
    """A run that stopped at an error or showed a wrong result."""

    slug: str
    language: str
    edition: str
    scale: str


@contextmanager
def progress(name: str) -> Iterator[Callable[[int, int, str], None] | None]:
    """Show on stderr how far the run of a lesson is.

    Args:
        name: the run, in a few words.

    Yields:
        What the executor calls before each cell; None where there is no terminal.
    """
    if not sys.stderr.isatty():
        click.echo(tr(f"running {name}", f"正在运行 {name}"), err=True)
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[cell]}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None, cell=tr("starting", "启动中"))

        def on_cell(place: int, total: int, cell_id: str) -> None:
            bar.update(task, completed=place - 1, total=total, cell=f"{place}/{total} {cell_id}")

        yield on_cell


@contextmanager
def watching(jobs: Sequence[Job]) -> Iterator[Watcher]:
    """Show on stderr how far lessons are that run side by side.

    Args:
        jobs: the lessons, in the order in which they are begun.

    Yields:
        Who is to be told how far they are.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        yield Lines(jobs)
        return
    from rich.live import Live

    shown = LiveTable(jobs, lambda: console.height)
    with Live(get_renderable=shown.render, console=console, refresh_per_second=4, transient=True):
        yield shown


class Lines:
    """Tells how far lessons are in lines, one for each step.

    Args:
        jobs: the lessons.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.ended_jobs: dict[Job, RunRecord | ChapterFailed] = {}
        self.jobs = jobs

    def started(self, job: Job) -> None:
        """Say that a lesson begins."""
        click.echo(tr(f"running {job.name}", f"正在运行 {job.name}"), err=True)

    def at_cell(self, job: Job, place: int, total: int, cell_id: str) -> None:
        """Say nothing: a lesson has dozens of cells."""

    def ended(self, job: Job, outcome: RunRecord | ChapterFailed) -> None:
        """Say how a lesson ended, and how many have."""
        self.ended_jobs[job] = outcome
        done, jobs = len(self.ended_jobs), len(self.jobs)
        if isinstance(outcome, ChapterFailed):
            click.echo(tr(f"error: {outcome}", f"错误：{outcome}"), err=True)
            click.echo(tr(f"failed {job.name}, {done} of {jobs}", f"失败 {job.name}，{done}/{jobs}"), err=True)
        else:
            minutes = f"{outcome.seconds / 60:.1f}"
            click.echo(
                tr(
                    f"done {job.name} in {minutes} min, {done} of {jobs}",
                    f"完成 {job.name}，用时 {minutes} 分钟，{done}/{jobs}",
                ),
                err=True,
            )


class LiveTable:
    """Tells how far lessons are in a table: what runs and where it is, what is done, what is left.

    Args:
        jobs: the lessons, in the order in which they are begun.
        height: the terminal's lines; where they are too few, what is done and what is left are only counted.
    """

    def __init__(self, jobs: Sequence[Job], height: Callable[[], int]) -> None:
        self.jobs = jobs
        self.height = height
        self.ended_jobs: dict[Job, RunRecord | ChapterFailed] = {}
        self.steps: dict[Job, tuple[int, int, str]] = {}
        self.begun: dict[Job, float] = {}
        self.clock = time.monotonic()

    def started(self, job: Job) -> None:
        """A lesson begins."""
        self.begun[job] = time.monotonic()
        self.steps[job] = (0, 1, tr("starting", "启动中"))

    def at_cell(self, job: Job, place: int, total: int, cell_id: str) -> None:
        """A lesson is at a cell."""
        self.steps[job] = (place, total, cell_id)

    def ended(self, job: Job, outcome: RunRecord | ChapterFailed) -> None:
        """A lesson has ended; what stopped it stays to be read."""
        self.ended_jobs[job] = outcome
        if isinstance(outcome, ChapterFailed):
            click.echo(tr(f"error: {outcome}", f"错误：{outcome}"), err=True)

    def render(self) -> Table:
        """The table as it is now."""
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        # Another thread draws this: what it goes through must not change meanwhile.
        ended, begun, now = dict(self.ended_jobs), dict(self.begun), time.monotonic()
        running = [job for job in begun if job not in ended]
        done, left = list(ended), [job for job in self.jobs if job not in begun]
        room = max(0, self.height() - len(running) - 3)
        # What is next and what was just done is worth more of the room than what lies far off.
        listed_left = left[: max(room // 2, room - len(done))]
        listed_done = done[len(done) - min(len(done), room - len(listed_left)) :]

        grid = Table.grid(padding=(0, 2))
        for _ in range(2):
            grid.add_column(no_wrap=True)
        grid.add_column(width=20)
        grid.add_column(no_wrap=True, overflow="ellipsis", max_width=32)
        grid.add_column(justify="right", no_wrap=True)
        for job in listed_done:
            outcome = ended[job]
            failed = isinstance(outcome, ChapterFailed)
            mark = Text("✘", "red") if failed else Text("✔", "green")
            took = "" if failed else _clock(outcome.seconds)
            grid.add_row(mark, job.name, "", tr("failed", "失败") if failed else tr("done", "完成"), took)
        for job in running:
            place, total, cell = self.steps[job]
            bar = ProgressBar(total=total, completed=max(0, place - 1), width=20)
            grid.add_row("▶", Text(job.name, "bold"), bar, f"{place}/{total} {cell}", _clock(now - begun[job]))
        for job in listed_left:
            grid.add_row("·", Text(job.name, "dim"), "", Text(tr("left", "等待"), "dim"), "")
        failures = sum(isinstance(outcome, ChapterFailed) for outcome in ended.values())
        counts = [
            tr(f"{len(running)} running", f"{len(running)} 课运行中"),
            tr(f"{len(done)} of {len(self.jobs)} done", f"完成 {len(done)}/{len(self.jobs)}"),
            tr(f"{len(left)} left", f"等待 {len(left)} 课"),
        ]
        if failures:
            counts.insert(2, tr(f"{failures} failed", f"失败 {failures} 课"))
        grid.add_row("", Text(" · ".join(counts), "bold"), "", "", _clock(now - self.clock))
        return grid


def _clock(seconds: float) -> str:
    """Minutes and seconds as a clock shows them."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def table(records: list[RunRecord], failed: list[Failed]) -> None:
    """Print what each run took and found; on a terminal with colours, elsewhere as plain text."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=SIMPLE, pad_edge=False, show_edge=False)
    shown.add_column(tr("chapter", "课"), no_wrap=True)
    shown.add_column(tr("language", "语言"))
    shown.add_column(tr("minutes", "分钟"), justify="right")
    shown.add_column(tr("peak memory", "内存峰值"), justify="right", no_wrap=True)
    shown.add_column(tr("data", "数据"))
    shown.add_column(tr("results against their expected ranges", "结果与预期范围"))
    for record in records:
        shown.add_row(
            record.slug,
            record.language,
            f"{record.seconds / 60:.1f}",
            f"{record.peak_memory_mb / 1000:.2f} GB",
            record.data,
            Text("\n").join(Text(*_result(result)) for result in record.results) if record.results else "–",
        )
    for run in failed:
        shown.add_row(run.slug, run.language, "", "", "", Text(tr("✘ failed", "✘ 失败"), "red"))
    if sys.stdout.isatty():
        Console().print(shown)
        return
    console = Console(width=PLAIN_WIDTH, no_color=True, force_terminal=False, highlight=False)
    with console.capture() as captured:
        console.print(shown)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def results_of_seed(slug: str, seed: int, results: dict[str, float]) -> None:
    """Print what a lesson gave with one seed, so that it is not lost if the next one takes too long."""
    click.echo(
        tr(f"{slug}, seed {seed}: ", f"{slug}，种子 {seed}：")
        + ", ".join(f"{name} {_number(value)}" for name, value in results.items())
    )


def spread(slug: str, values: dict[str, list[float]]) -> None:
    """Print how far each result of a lesson moved between seeds: mean, standard deviation, least, most, all of them."""
    if min(map(len, values.values()), default=0) < 2:
        click.echo(
            tr(
                f"{slug}: fewer than two seeds went well, so that there is no spread to show",
                f"{slug}：成功的种子不到两个，没有变动可看",
            )
        )
        return
    click.echo(
        tr(
            f"{slug}\n  {'result':<32}{'mean':>10}{'sd':>10}{'least':>10}{'most':>10}  each",
            f"{slug}\n  {'结果':<30}{'均值':>8}{'标准差':>7}{'最小':>8}{'最大':>8}  各次",
        )
    )
    for name, found in values.items():
        numbers = (statistics.mean(found), statistics.stdev(found), min(found), max(found))
        columns = "".join(f"{_number(number):>10}" for number in numbers)
        click.echo(f"  {name:<32}{columns}  {' '.join(map(_number, found))}")


def _result(result: dict[str, object]) -> tuple[str, str]:
    """One result in words, and its colour."""
    value = f"{result['name']} {_number(result['value'])}"
    if result["within"] is None:
        return value, ""
    low, high = _number(result["low"]), _number(result["high"])
    span = tr(f"{low} to {high}", f"{low} 到 {high}")
    if result["within"]:
        return f"✔ {value} ({span})", "green"
    return tr(f"✘ {value}, not {span}", f"✘ {value}，不在 {span} 之间"), "red"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def as_json(records: list[RunRecord], failed: list[Failed]) -> str:
    """The same for programs."""
    said = {"runs": [asdict(record) for record in records], "failed": [run._asdict() for run in failed]}
    return json.dumps(said, ensure_ascii=False, indent=1)
