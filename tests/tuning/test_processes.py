"""Real processes: a search that is killed by SIGKILL is taken up again, and a chief and two workers share one."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from servers import free_port

ROOT = Path(__file__).resolve().parents[2]
# These searches train nothing; what differs is how long a process takes to start.
BACKEND = "jax" if importlib.util.find_spec("jax") else "tensorflow"

pytestmark = [pytest.mark.slow, pytest.mark.own_backend, pytest.mark.timeout(600)]


@pytest.fixture
def started():
    """Starts searches, and leaves none behind."""
    processes = []

    def start(folder: Path, trials: int, seconds: float, **variables: str) -> subprocess.Popen:
        paths = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH")) if part)
        environment = {**os.environ, "PYTHONPATH": paths, "PYTHONWARNINGS": "ignore", "KERAS_BACKEND": BACKEND}
        environment.update(variables)
        command = [sys.executable, "-m", "tests.tuning.search_script", folder, folder / "log", trials, seconds]
        process = subprocess.Popen(
            [str(part) for part in command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def log(folder: Path) -> list[list[str]]:
    path = folder / "log"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def wait_for(condition, seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)


def statuses(folder: Path) -> list[str]:
    return [json.loads(path.read_text())["status"] for path in folder.glob("search/trial_*/trial.json")]


def grown(folder: Path, before: int) -> bool:
    return len(log(folder)) > before


def test_a_search_that_is_killed_three_times_loses_no_trial(tmp_path, started) -> None:
    draw = random.Random(0)
    for round_number in range(3):
        process = started(tmp_path, 12, 0.3)
        before = len(log(tmp_path))
        wait_for(functools.partial(grown, tmp_path, before))
        time.sleep(draw.uniform(0.0, 1.0))
        process.kill()
        process.wait()
        assert round_number == 2 or len(log(tmp_path)) < 24
    process = started(tmp_path, 12, 0.01)
    assert process.wait(timeout=240) == 0
    assert statuses(tmp_path) == ["COMPLETED"] * 12
    begun = Counter(trial for word, trial, _ in log(tmp_path) if word == "begin")
    assert len(begun) == 12 and sum(begun.values()) <= 12 + 3


def test_a_chief_and_two_workers_do_each_trial_once(tmp_path, started) -> None:
    where = {"KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": str(free_port())}
    processes = [started(tmp_path, 8, 0.5, KERASTUNER_TUNER_ID="chief", **where)]
    wait_for((tmp_path / "search" / "chief.json").exists)  # workers that find no chief ask again ever more seldom
    for name in ("worker0", "worker1"):
        processes.append(started(tmp_path, 8, 0.5, KERASTUNER_TUNER_ID=name, **where))
    for process in processes:
        assert process.wait(timeout=300) == 0
    assert statuses(tmp_path) == ["COMPLETED"] * 8
    begun = Counter(trial for word, trial, _ in log(tmp_path) if word == "begin")
    assert set(begun.values()) == {1} and len(begun) == 8
    assert {who for _, _, who in log(tmp_path)} <= {"worker0", "worker1"}


def test_the_trial_of_a_worker_that_was_killed_is_run_when_the_search_is_taken_up_again(tmp_path, started) -> None:
    where = {"KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": str(free_port())}
    chief = started(tmp_path, 4, 0.3, KERASTUNER_TUNER_ID="chief", **where)
    wait_for((tmp_path / "search" / "chief.json").exists)
    lost = started(tmp_path, 4, 1000.0, KERASTUNER_TUNER_ID="worker0", **where)
    wait_for(lambda: log(tmp_path))
    lost.kill()
    lost.wait()
    other = started(tmp_path, 4, 0.1, KERASTUNER_TUNER_ID="worker1", **where)
    assert other.wait(timeout=240) == 0
    assert sorted(statuses(tmp_path)) == ["COMPLETED"] * 3 + ["RUNNING"]
    chief.kill()  # it waits for the worker that is gone
    chief.wait()
    alone = started(tmp_path, 4, 0.1)
    assert alone.wait(timeout=240) == 0
    assert statuses(tmp_path) == ["COMPLETED"] * 4
