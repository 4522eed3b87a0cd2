"""What a person sees of a run: a bar while it goes on, a table when it is done; plain lines without a terminal."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from course_lib.publishing.records import RunRecord

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
        click.echo(f"running {name}", err=True)
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[cell]}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None, cell="starting")

        def on_cell(place: int, total: int, cell_id: str) -> None:
            bar.update(task, completed=place - 1, total=total, cell=f"{place}/{total} {cell_id}")

        yield on_cell


def table(records: list[RunRecord], failed: list[Failed]) -> None:
    """Print what each run took and found; on a terminal with colours, elsewhere as plain text."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=SIMPLE, pad_edge=False, show_edge=False)
    shown.add_column("chapter", no_wrap=True)
    shown.add_column("language")
    shown.add_column("minutes", justify="right")
    shown.add_column("peak memory", justify="right", no_wrap=True)
    shown.add_column("data")
    shown.add_column("results against their expected ranges")
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
        shown.add_row(run.slug, run.language, "", "", "", Text("✘ failed", "red"))
    if sys.stdout.isatty():
        Console().print(shown)
        return
    console = Console(width=PLAIN_WIDTH, no_color=True, force_terminal=False, highlight=False)
    with console.capture() as captured:
        console.print(shown)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def results_of_seed(slug: str, seed: int, results: dict[str, float]) -> None:
    """Print what a lesson gave with one seed, so that it is not lost if the next one takes too long."""
    click.echo(f"{slug}, seed {seed}: " + ", ".join(f"{name} {_number(value)}" for name, value in results.items()))


def spread(slug: str, values: dict[str, list[float]]) -> None:
    """Print how far each result of a lesson moved between seeds: mean, standard deviation, least, most, all of them."""
    if min(map(len, values.values()), default=0) < 2:
        click.echo(f"{slug}: fewer than two seeds went well, so that there is no spread to show")
        return
    click.echo(f"{slug}\n  {'result':<32}{'mean':>10}{'sd':>10}{'least':>10}{'most':>10}  each")
    for name, found in values.items():
        numbers = (statistics.mean(found), statistics.stdev(found), min(found), max(found))
        columns = "".join(f"{_number(number):>10}" for number in numbers)
        click.echo(f"  {name:<32}{columns}  {' '.join(map(_number, found))}")


def _result(result: dict[str, object]) -> tuple[str, str]:
    """One result in words, and its colour."""
    value = f"{result['name']} {_number(result['value'])}"
    if result["within"] is None:
        return value, ""
    span = f"{_number(result['low'])} to {_number(result['high'])}"
    return (f"✔ {value} ({span})", "green") if result["within"] else (f"✘ {value}, not {span}", "red")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def as_json(records: list[RunRecord], failed: list[Failed]) -> str:
    """The same for programs."""
    said = {"runs": [asdict(record) for record in records], "failed": [run._asdict() for run in failed]}
    return json.dumps(said, ensure_ascii=False, indent=1)
