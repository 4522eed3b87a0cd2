"""Proves that lessons run side by side, and that however a run ends nothing is half-written and no kernel left."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from course_lib.base.errors import ChapterFailed
from course_lib.cli import report
from course_lib.publishing import executor, memory, schedule, source
from course_lib.publishing.records import RunRecord
from course_lib.training import devices

from .conftest import Answer, lesson

Course = Callable[..., Answer]
Start = Callable[..., subprocess.Popen[str]]

# A machine of two cores with enough memory for both, whichever the tests run on.
TWO_FIT = """
from course_lib.publishing import memory
from course_lib.training import devices
devices.cores, memory.free_gigabytes = lambda: 2, lambda: 8.0
"""

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")


@pytest.fixture(autouse=True)
def _two_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same in this process."""
    monkeypatch.setattr(devices, "cores", lambda: 2)
    monkeypatch.setattr(memory, "free_gigabytes", lambda: 8.0)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An executor that notes what begins and what ends, a lesson that says `slow = True` taking longer."""
    noted = []

    def run(chapter, language, edition, scale, *, build_folder, publication, on_cell):
        noted.append(f"begin {chapter.slug} {language}")
        on_cell(1, 2, "count")
        time.sleep(0.6 if "slow" in chapter.cell("count").code else 0.1)
        noted.append(f"end {chapter.slug} {language}")
        if "fails" in chapter.cell("count").code:
            raise ChapterFailed(f"{chapter.slug} stopped")
        return RunRecord(chapter.number, chapter.slug, "", language, edition, scale, "real", 90.0, {}, 1104.2)

    monkeypatch.setattr(executor, "run", run)
    return noted


@pytest.mark.seconds
def test_two_lessons_run_at_a_time_and_the_table_keeps_the_lessons_order(
    course: Course, checkout: Path, runs: list[str]
) -> None:
    (checkout / "chapters" / "01_counting.py").write_text(lesson("slow = True"), encoding="utf-8")
    answer = course("run", "--language", "both", "--scale", "quick")
    assert answer.code == 0
    assert {word.split()[0] for word in runs[:2]} == {"begin"}, "the second begins before the first has ended"
    assert answer.err.splitlines()[0] == "2 lessons run at a time, the longest first"
    assert answer.err.splitlines()[-1].endswith(", 4 of 4")
    said = json.loads(course("run", "--language", "both", "--scale", "quick", "--json").out)["runs"]
    assert [(one["slug"], one["language"]) for one in said] == [
        ("01_counting", "en"), ("01_counting", "zh"), ("02_adding", "en"), ("02_adding", "zh"),
    ]  # fmt: skip


def test_never_more_run_than_were_asked_for(course: Course, checkout: Path, runs: list[str]) -> None:
    assert course("run", "--language", "both", "--jobs", "1").code == 0
    assert [word.split()[0] for word in runs] == ["begin", "end"] * 4


@pytest.mark.seconds
def test_the_longest_is_begun_first(course: Course, checkout: Path, runs: list[str]) -> None:
    place = checkout / "course_lib" / "session" / "measured.json"
    place.parent.mkdir()
    place.write_text('{"01": {"quick": {"seconds": 20}}, "02": {"quick": {"seconds": 50}, "full": {}}}')
    for scale in ("quick", "smoke", "full"):
        runs.clear()
        assert course("run", "--jobs", "1", "--scale", scale).code == 0
        assert runs[0] == "begin 02_adding en", scale
    place.write_text('{"02": {"quick": {"seconds": 50}}}')
    runs.clear()
    course("run", "--jobs", "1")
    assert runs[0] == "begin 01_counting en", "what nobody has measured may be the longest"


@pytest.mark.parametrize(
    ("cores", "gigabytes", "wanted", "allowed"),
    [
        (2, 8.0, None, 2), (8, 8.0, None, 5), (8, 0.3, None, 1), (1, 64.0, None, 1),
        (2, 8.0, 1, 1), (2, 8.0, 1000, 2), (8, 3.1, 8, 2), (8, 0.3, 3, 1),
    ],
)  # fmt: skip
def test_cores_and_memory_decide_how_many(
    cores: int, gigabytes: float, wanted: int | None, allowed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "cores", lambda: cores)
    monkeypatch.setattr(memory, "free_gigabytes", lambda: gigabytes)
    assert schedule.side_by_side(wanted) == allowed


@pytest.mark.parametrize("given", ["0", "-1", "x", "1.5", "", "²"])
@pytest.mark.parametrize("command", ["run", "all"])
def test_a_number_of_lessons_that_is_none_is_refused(
    course: Course, checkout: Path, runs: list[str], command: str, given: str
) -> None:
    answer = course(command, "--jobs", given)
    assert (answer.code, runs) == (2, [])
    assert answer.err == (
        f"error: --jobs is {given!r}; allowed: a whole number from 1, how many lessons run side by side\n"
    )


def test_more_than_the_machine_has_room_for_is_less_and_said_in_a_sentence(
    course: Course, checkout: Path, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = course("run", "--language", "both", "--jobs", "1000")
    assert answer.code == 0
    note, *rest = answer.err.splitlines()
    assert note.startswith("note: --jobs is 1000, and 2 run at a time: 2 cores and 8.0 GB of free memory, 1.5 GB for")
    assert not any(line.startswith("note") for line in rest)
    monkeypatch.setattr(memory, "free_gigabytes", lambda: 1.0)
    assert "1 run at a time: 2 cores and 1.0 GB" in course("run", "--jobs", "2").err
    assert "note" not in course("run", "1", "--jobs", "2").err, "one lesson takes no room for two"


def test_what_readers_are_told_is_measured_alone(course: Course, checkout: Path, runs: list[str]) -> None:
    refused = course("run", "--scale", "quick", "--record", "--jobs", "2")
    assert (refused.code, runs) == (2, [])
    assert "when it runs alone, and --jobs is 2; allowed: 1" in refused.err


def test_a_fault_that_is_no_lessons_stops_the_others_and_is_raised(checkout: Path, monkeypatch) -> None:
    begun = []

    def run(chapter, *_, **__):
        begun.append(chapter.slug)
        raise RuntimeError("a mistake of the course's own")

    monkeypatch.setattr(executor, "run", run)
    lessons = [source.parse(path) for path in (checkout / "chapters").glob("*.py")]
    jobs = [schedule.Job(one, "en", "solution", "smoke") for one in lessons]
    with pytest.raises(RuntimeError, match="of the course's own"):
        schedule.execute(jobs, 1, report.Lines(jobs), build_folder=checkout / "build")
    assert len(begun) == 1


def _drawn(table: report.LiveTable, height: int = 24) -> list[str]:
    """The lines that a terminal would show."""
    console = Console(width=100, height=height, force_terminal=True, color_system=None)
    with console.capture() as captured:
        console.print(table.render())
    return [line.rstrip() for line in captured.get().splitlines()]


def test_the_table_tells_what_runs_what_is_done_and_what_is_left(checkout: Path) -> None:
    paths = sorted((checkout / "chapters").glob("*.py"))
    jobs = [
        schedule.Job(source.parse(path), language, "solution", "quick") for path in paths for language in ("en", "zh")
    ]
    height = 24
    table = report.LiveTable(jobs, lambda: height)
    table.started(jobs[0])
    table.started(jobs[1])
    table.at_cell(jobs[1], 3, 6, "count")
    table.ended(jobs[0], RunRecord(1, "", "", "en", "solution", "quick", "real", 90.0, {}, 1104.2))
    table.started(jobs[2])
    lines = _drawn(table)
    assert [line.split()[:2] for line in lines[:4]] == [
        ["✔", "01_counting"], ["▶", "01_counting"], ["▶", "02_adding"], ["·", "02_adding"],
    ]  # fmt: skip
    assert lines[0].endswith("1:30") and "3/6 count" in lines[1] and lines[1].split()[-1] == "0:00"
    assert "starting" in lines[2] and lines[3].split()[-1] == "left"
    assert "2 running · 1 of 4 done · 1 left" in lines[4]
    table.ended(jobs[1], ChapterFailed("it stopped"))
    assert "1 running · 2 of 4 done · 1 failed · 1 left" in _drawn(table)[-1]
    height = 5
    assert len(_drawn(table)) <= height, "a low terminal shows what runs, and counts the rest"
    assert any(line.startswith("▶") for line in _drawn(table))


def _waiting(checkout: Path, number: int) -> Path:
    """Make a lesson that notes its kernel's process and its folder, and waits; gives the note."""
    note = checkout / f"kernel-{number}"
    path = next((checkout / "chapters").glob(f"{number:02d}_*.py"))
    code = (
        f"import os, pathlib, time\nnote = pathlib.Path({str(note)!r})\n"
        "note.with_suffix('.new').write_text(f'{os.getpid()} {os.getcwd()}')\n"
        "note.with_suffix('.new').rename(note)\ntime.sleep(300)"
    )
    path.write_text(lesson(code), encoding="utf-8")
    return note


def _noted(note: Path, process: subprocess.Popen[str]) -> tuple[psutil.Process, Path]:
    """The kernel that left the note, and the folder of its run."""
    until = time.monotonic() + 120
    while not note.is_file():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)
    pid, folder = note.read_text().split(maxsplit=1)
    return psutil.Process(int(pid)), Path(folder).parent


@posix_only
@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "word"),
    [
        (signal.SIGINT, 130, "interrupted"),
        (getattr(signal, "SIGTERM", 0), 143, "terminated"),
    ],
)
def test_a_signal_in_the_middle_of_two_lessons_leaves_no_kernel_no_folder_and_no_half_file(
    checkout: Path, course_process: Start, number: int, code: int, word: str
) -> None:
    notes = [_waiting(checkout, lesson_number) for lesson_number in (1, 2)]
    process = course_process("run", "--scale", "smoke", first=TWO_FIT, KERAS_BACKEND="numpy")
    kernels, folders = zip(*(_noted(note, process) for note in notes), strict=True)
    assert all(folder.name.startswith("course-run-") and folder.is_dir() for folder in folders)
    process.send_signal(number)
    time.sleep(0.05)
    # Somebody is impatient.
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert err.rstrip().endswith(f"error: {word}") and "Traceback" not in err
    _, alive = psutil.wait_procs(kernels, timeout=10)
    assert not alive
    assert not any(folder.exists() for folder in folders)
    assert not (checkout / "build").exists()


@posix_only
@pytest.mark.slow
def test_after_a_kill_no_kernel_stays_and_resuming_repeats_only_what_was_not_done(
    checkout: Path, course_process: Start
) -> None:
    note = _waiting(checkout, 2)
    process = course_process("run", "--scale", "smoke", KERAS_BACKEND="numpy")
    kernel, folder = _noted(note, process)
    done = checkout / "build" / "results" / "01_counting.en.solution.smoke.json"
    until = time.monotonic() + 60
    while not done.exists() and time.monotonic() < until:
        time.sleep(0.05)
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs([kernel], timeout=30)
    assert not alive
    assert [path.name for path in (checkout / "build").rglob("*") if path.is_file()] == [
        "01_counting.ipynb", done.name,
    ]  # fmt: skip
    (checkout / "chapters" / "02_adding.py").write_text(lesson("print(2 + 2)"), encoding="utf-8")
    again = course_process("run", "--scale", "smoke", "--resume", KERAS_BACKEND="numpy")
    _, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    said = [line.split()[:2] for line in err.splitlines()]
    assert said == [["kept", "01_counting"], ["running", "02_adding"], ["done", "02_adding"]]
    # Nobody can clear up for a process that is killed outright; its folder is the system's to remove.
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_two_runs_at_once_do_not_disturb_each_other(checkout: Path, course_process: Start) -> None:
    both = [course_process("run", "--scale", "smoke", "--json", KERAS_BACKEND="numpy") for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=180)
        assert process.returncode == 0, err
        assert len(json.loads(out)["runs"]) == 2
    build = checkout / "build"
    assert len(list((build / "results").glob("*.json"))) == 2
    for path in build.rglob("*.*"):
        if path.is_file():
            json.loads(path.read_text(encoding="utf-8"))
    assert not list(build.rglob("*.part"))


@pytest.mark.slow
def test_a_run_measures_itself_and_not_the_one_beside_it(checkout: Path, course_process: Start) -> None:
    (checkout / "chapters" / "01_counting.py").write_text(
        lesson("import numpy, time\nlarge = numpy.ones(50_000_000)\ntime.sleep(3)"), encoding="utf-8"
    )
    process = course_process("run", "--scale", "smoke", "--json", KERAS_BACKEND="numpy")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    large, small = json.loads(out)["runs"]
    assert large["peak_memory_mb"] - small["peak_memory_mb"] > 350
    assert large["seconds_per_cell"]["count"] >= 3 > small["seconds_per_cell"]["count"]
