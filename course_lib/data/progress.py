"""Showing how a download gets on: a bar in a terminal, one quiet line in a notebook."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from course_lib.showing import display
from course_lib.showing.language import tr

Report = Callable[[int, int | None], None]
Progress = bool | Report | None


@contextmanager
def reporting(progress: Progress, name: str) -> Iterator[Report]:
    """A function to be told the bytes that have come and how many there will be.

    Args:
        progress: None or True for a bar or a line, False for nothing, or the function itself.
        name: what is being fetched.
    """
    if callable(progress):
        yield progress
    elif progress is False:
        yield _silent
    elif sys.stderr.isatty() and not display.in_notebook():
        with _bar(name) as report:
            yield report
    else:
        yield _Line(name)


def _silent(done: int, total: int | None) -> None:
    pass


class _Line:
    """Says once what is being fetched and how much it is: a notebook keeps every line it is shown."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.said = False

    def __call__(self, done: int, total: int | None) -> None:
        if not self.said:
            self.said = True
            size = f" ({total / 1e6:,.1f} MB)" if total else ""
            display.show(display.Line(tr(f"Fetching {self.name}{size} …", f"正在下载 {self.name}{size}……")))


@contextmanager
def _bar(name: str) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
