"""Proves that the course fits into Binder: every lesson runs, one after the other, two kernels open, on one core and in
2 GB, driven by a browser in the JupyterLab that `binder/start` starts among the packages that the image would have.

It makes an environment with them, which takes minutes and the net; `COURSE_BINDER_PYTHON` names one that is there
already, and the course is installed there anew.

Where the kernel of the system lets groups of processes be limited (cgroups, for root), what goes beyond 2 GB is killed,
as on Binder; elsewhere the memory of all processes is watched. `COURSE_RECORD=1` keeps what was measured in
`course_lib/session/measured.json`; `COURSE_BINDER_SCALE=smoke` is a rehearsal.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from course_lib.cli import examination

from . import image

pytestmark = [pytest.mark.long, pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")]

LIMIT = 2 * 2**30
MINUTES = 60
_GROUPS = Path("/sys/fs/cgroup")

_NOTEBOOK = "window.jupyterapp?.shell?.currentWidget"
_READY = (
    "(name) => { const one = " + _NOTEBOOK + "; return one?.context?.path?.endsWith(name)"
    " && one.sessionContext?.session?.kernel?.status === 'idle' && one.content.widgets.length > 3; }"
)
_RUN_ALL = "() => { window.done = false; window.jupyterapp.commands.execute('notebook:run-all-cells')" + (
    ".then((well) => { window.done = true; }); }"
)
_ERRORS = f"""() => {_NOTEBOOK}.content.widgets.filter((cell) => cell.model.type === 'code').flatMap((cell) =>
  cell.model.outputs.toJSON().filter((output) => output.output_type === 'error')
    .map((output) => `${{cell.model.id}}: ${{output.ename}}: ${{output.evalue}}`))"""
_NOT_RUN = f"""() => {_NOTEBOOK}.content.widgets.filter((cell) => cell.model.type === 'code'
  && cell.model.sharedModel.getSource().trim() && !cell.model.executionCount).map((cell) => cell.model.id)"""


class Limit:
    """A group of processes that together have 2 GB and one core; where there are no groups, it only watches."""

    def __init__(self, group: Path | None) -> None:
        self.group = group
        self.pid = 0
        self.peak = 0
        self._stop = threading.Event()

    def enter(self) -> None:
        """Called in the new process, before it becomes JupyterLab."""
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        if self.group is not None:
            (self.group / "cgroup.procs").write_text(str(os.getpid()))

    def used(self) -> int:
        """Bytes that these processes need; files that were only read, which the system may drop again, left out."""
        if self.group is not None:
            stat = dict(line.split() for line in (self.group / "memory.stat").read_text().splitlines())
            # Version 1 of these groups, then version 2; programs that are mapped stay where they are used.
            own, mapped = ("rss", "mapped_file") if "rss" in stat else ("anon", "file_mapped")
            return int(stat[own]) + int(stat[mapped])
        total = 0
        for process in [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]:
            try:
                total += process.memory_full_info().pss
            except psutil.Error:
                continue
        return total

    def deaths(self) -> int:
        """How many processes the limit has killed."""
        if self.group is None:
            return 0
        for name in ("memory.oom_control", "memory.events"):
            if (self.group / name).exists():
                told = dict(line.split() for line in (self.group / name).read_text().splitlines())
                return int(told.get("oom_kill", 0))
        return 0

    def watch(self, pid: int) -> None:
        """Remember the most, from now until `stop`."""
        self.pid = pid

        def look() -> None:
            while not self._stop.wait(0.25):
                self.peak = max(self.peak, self.used())

        threading.Thread(target=look, daemon=True).start()

    def stop(self) -> None:
        """Watch no longer."""
        self._stop.set()


@contextmanager
def limited() -> Iterator[Limit]:
    """A group with Binder's limits, removed afterwards."""
    group = None
    for parent, setting in ((_GROUPS / "memory", "memory.limit_in_bytes"), (_GROUPS, "memory.max")):
        try:
            made = parent / f"course-{os.getpid()}"
            made.mkdir()
        except OSError:
            continue
        try:
            (made / setting).write_text(str(LIMIT))
            group = made
            break
        except OSError:
            made.rmdir()
    limit = Limit(group)
    try:
        yield limit
    finally:
        limit.stop()
        if group is not None:
            end = time.monotonic() + 60
            while (group / "cgroup.procs").read_text().strip() and time.monotonic() < end:
                time.sleep(0.2)
            group.rmdir()


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with the image's packages."""
    named = os.environ.get("COURSE_BINDER_PYTHON")
    if named:
        return Path(named)
    pytest.importorskip("repo2docker", reason="needs jupyter-repo2docker, which knows the packages of its base")
    version = (image.BINDER / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    here = ".".join(map(str, sys.version_info[:2]))
    found = sys.executable if here == version else shutil.which(f"python{version}")
    if found is None or subprocess.run([found, "--version"], capture_output=True, check=False).returncode:
        pytest.skip(f"needs Python {version}, as Binder has it")
    try:
        return image.rebuild(tmp_path_factory.mktemp("image") / "venv", found)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"Binder's packages cannot be had here: {(error.stderr or '')[-300:]}")


def test_every_lesson_runs_in_two_gigabytes_on_one_core_with_two_kernels_open(python: Path, tmp_path: Path) -> None:
    api = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install playwright")
    chromium = examination.find_chromium()
    if chromium is None:
        pytest.skip("needs Chromium; `course doctor` says how to install it")
    scale = os.environ.get("COURSE_BINDER_SCALE", "quick")
    environment = {**os.environ, "COURSE_SCALE": scale}
    # JupyterLab saves what it shows: it is given a copy.
    checkout = image.check_out(tmp_path / "checkout")
    answer = image.build(tmp_path, environment, python, checkout)
    assert answer.returncode == 0, answer.stderr
    # The two editions take turns: a reader has one of them open.
    lessons = [
        f"chapters/{('en', 'zh')[place % 2]}/{path.stem}.ipynb"
        for place, path in enumerate(sorted((image.ROOT / "chapters").glob("[0-9][0-9]_*.py")))
    ]
    rows: list[tuple[str, float, float]] = []
    with limited() as limit, image.lab(tmp_path, checkout, environment, limit.enter, python) as lab:
        limit.watch(lab.process.pid)
        with api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_context().new_page()
            page.set_default_timeout(MINUTES * 60_000)
            for lesson in lessons:
                _leave_one_kernel(lab)
                limit.peak = limit.used()
                language = lesson.split("/")[1]
                page.goto(f"{lab.address}/course/{language}/lab/tree/{lesson}?reset&token={lab.token}")
                page.wait_for_function(_READY, arg=lesson.rpartition("/")[2])
                begun = time.monotonic()
                page.evaluate(_RUN_ALL)
                page.wait_for_function("() => window.done")
                seconds = time.monotonic() - begun
                rows.append((lesson, seconds, limit.peak / 1e6))
                print(f"{lesson}: {seconds:.0f} s, {limit.peak / 1e6:.0f} MB, {len(_kernels(lab))} kernels", flush=True)
                assert limit.deaths() == 0, f"{lesson}: a kernel was killed at {LIMIT / 1e6:.0f} MB"
                assert page.evaluate(_ERRORS) == []
                assert page.evaluate(_NOT_RUN) == [], "cells that were never run: the kernel died"
                assert limit.peak < LIMIT
                assert len(_kernels(lab)) == min(2, len(rows))
            browser.close()
    assert len(rows) == len(lessons)
    if os.environ.get("COURSE_RECORD") == "1" and scale == "quick":
        _record(rows)


def _kernels(lab: image.Lab) -> list[dict]:
    return json.loads(lab.ask("/api/kernels"))


def _leave_one_kernel(lab: image.Lab) -> None:
    """Close all kernels but the last one that was busy, as the page of places advises."""
    for kernel in sorted(_kernels(lab), key=lambda one: one["last_activity"])[:-1]:
        lab.ask(f"/api/kernels/{kernel['id']}", "DELETE")


def _record(rows: list[tuple[str, float, float]]) -> None:
    from course_lib.publishing.records import RunRecord, remember

    for lesson, seconds, megabytes in rows:
        slug = Path(lesson).stem
        record = RunRecord(
            chapter=int(slug[:2]),
            slug=slug,
            title="",
            language=lesson.split("/")[1],
            edition="student",
            scale="binder",
            data="real",
            seconds=seconds,
            seconds_per_cell={},
            peak_memory_mb=megabytes,
            machine={"cores": 1},
        )
        remember(record, image.ROOT / "course_lib" / "session" / "measured.json")
