"""Proves, by killing real processes at random moments, that training, a download and `course run` go on from the last
whole state: nothing half-written is ever read, and the end is the same as without a kill.

`make test` kills a few times, `make test-long` fifty. `COURSE_KILL_SEED` chooses other moments.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from course_lib.training.checkpoints import CheckpointFolder
from data import tiny
from data.test_processes import LOAD

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
# A share of the fifty for every run of the tests, and all of them on request.
SHARES = [pytest.param(False, marks=pytest.mark.slow, id="few"), pytest.param(True, marks=pytest.mark.long, id="many")]
PATIENCE = 900.0

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals of POSIX")


@pytest.fixture
def moments() -> random.Random:
    """When to kill; the seed is shown where a test fails."""
    seed = int(os.environ.get("COURSE_KILL_SEED", "6"))
    print(f"COURSE_KILL_SEED={seed}")
    return random.Random(seed)


def _start(command: list[str], environment: dict[str, str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start a process whose words go into a file: a pipe would break, and so tell it, when this side is gone."""
    inherited = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, *command],
            env={**inherited, "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
            cwd=folder,
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )


def _until(condition: Callable[[], object], process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until something is so; fail where the process ends before, by itself and badly."""
    end = time.monotonic() + PATIENCE
    while not condition():
        code = process.poll()
        assert code in (None, 0), log.read_text(encoding="utf-8", errors="replace")[-3000:]
        if code == 0:
            return
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def _killed(process: subprocess.Popen[bytes], after: float) -> bool:
    """Kill it some seconds from now, unless it ends before; whether it was killed."""
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait(60) == -signal.SIGKILL


@pytest.mark.parametrize(
    ("backend", "many"),
    [
        # TensorFlow takes long to start.
        pytest.param("jax", False, marks=pytest.mark.slow, id="jax-few"),
        pytest.param("jax", True, marks=pytest.mark.long, id="jax-many"),
        pytest.param("tensorflow", True, marks=pytest.mark.long, id="tensorflow-many"),
    ],
)
def test_a_training_killed_again_and_again_ends_with_the_weights_of_one_that_was_not(
    backend: str, many: bool, tmp_path: Path, moments: random.Random
) -> None:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"needs {backend}")
    wanted, epochs = (12, 60) if many else (2, 20)
    environment = {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    log = tmp_path / "log"

    def start(folder: Path, weights: Path) -> subprocess.Popen[bytes]:
        command = [str(HERE / "training.py"), str(folder), str(weights), str(epochs)]
        return _start(command, environment, tmp_path, log)

    undisturbed = tmp_path / "undisturbed.npz"
    process = start(tmp_path / "alone", undisturbed)
    _until(lambda: b"begun" in log.read_bytes(), process, log)
    begun = time.monotonic()
    assert process.wait(PATIENCE) == 0, log.read_text(encoding="utf-8")
    lasts = time.monotonic() - begun

    kills, series, progress = 0, 0, []
    while kills < wanted:
        series += 1
        folder, weights = tmp_path / f"killed-{series}", tmp_path / f"killed-{series}.npz"
        while not weights.exists():
            process = start(folder, weights)
            _until(lambda: b"begun" in log.read_bytes(), process, log)
            if kills < wanted and _killed(process, moments.uniform(0, lasts)):
                kills += 1
                kept, damaged = CheckpointFolder(folder).latest()
                assert damaged == [], "a kill left a state that is not whole"
                progress.append(kept.epoch if kept else 0)
            else:
                assert process.wait(PATIENCE) == 0, log.read_text(encoding="utf-8")
        with np.load(undisturbed) as one, np.load(weights) as other:
            assert one.files == other.files
            for name in one.files:
                np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    print(f"{backend}: {kills} kills, after the epochs {progress}; {series} trainings, each ended the same")


@pytest.mark.parametrize("many", SHARES)
def test_a_download_killed_again_and_again_ends_whole(many: bool, tmp_path: Path, moments: random.Random) -> None:
    wanted = 16 if many else 2
    environment = {
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests" / "data"))),
        "PYTHONUTF8": "1",
        "COURSE_OFFLINE": "0",
        "COURSE_DATA": "",
    }
    log, kills, had = tmp_path / "log", 0, []
    content = tiny.pack_once()
    with tiny.site(tiny.Behaviour(content, pause=0.02)) as url:
        series = 0
        while kills < wanted:
            series += 1
            cache = tmp_path / f"cache-{series}"
            part = cache / "imdb" / f"{tiny.ARCHIVE}.part"
            done = False
            while not done:
                process = _start(["-c", LOAD, url], {**environment, "COURSE_CACHE": str(cache)}, tmp_path, log)
                before = part.stat().st_size if part.exists() else 0
                _until(lambda: part.exists() and part.stat().st_size > before, process, log)  # noqa: B023
                longest = 0.03 * (1 + len(content) // 512)
                if kills < wanted and _killed(process, moments.uniform(0, longest)):
                    kills += 1
                    had.append(part.stat().st_size if part.exists() else len(content))
                    assert not part.exists() or content.startswith(part.read_bytes()), "the part is not of the file"
                else:
                    assert process.wait(PATIENCE) == 0, log.read_text(encoding="utf-8")
                    done = True
            told = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
            assert len(told["texts"]) == 12, told
            assert (cache / "imdb" / tiny.ARCHIVE).read_bytes() == content
    print(f"download: {kills} kills, with {had} of {len(content)} bytes there")


LESSON = """\
# %% [markdown] id="title" lang="en"
# # Counting
# %% [markdown] id="title" lang="zh" of="{of}"
# # 数数
# %% id="count"
import time
time.sleep(0.5)
print({number} + 1)
"""


@pytest.mark.parametrize("many", SHARES)
def test_course_run_killed_again_and_again_goes_on_and_leaves_whole_files_and_no_kernel(
    many: bool, tmp_path: Path, moments: random.Random
) -> None:
    from course_lib.publishing.lesson import digest

    wanted, runs = (10, 4) if many else (1, 2)
    root = tmp_path / "checkout"
    for folder in ("chapters", "course_lib"):
        (root / folder).mkdir(parents=True)
    (root / "pyproject.toml").write_text('[tool.course]\nrepository = ""\n', encoding="utf-8")
    for number in (1, 2):
        text = LESSON.format(of=digest("# Counting"), number=number)
        (root / "chapters" / f"{number:02d}_counting.py").write_text(text, encoding="utf-8")
    backend = "jax" if importlib.util.find_spec("jax") else "tensorflow"
    environment = {"PYTHONPATH": str(ROOT), "KERAS_BACKEND": backend}
    code = "from course_lib.cli import main; main()"
    log, results = tmp_path / "log", root / "build" / "results"

    def start(*options: str) -> subprocess.Popen[bytes]:
        command = ["-c", code, "run", "--scale", "smoke", "--language", "both" if many else "en", *options]
        return _start(command, environment, root, log)

    process, begun = start(), time.monotonic()
    assert process.wait(PATIENCE) == 0, log.read_text(encoding="utf-8")
    lasts = time.monotonic() - begun
    undisturbed = _outputs(root)
    assert len(undisturbed) == runs

    kills, left = 0, []
    while kills < wanted:
        for path in results.glob("*.json"):
            path.unlink()
        while True:
            process = start("--resume")
            children = _kernels_after(process, moments.uniform(0, lasts)) if kills < wanted else []
            if kills < wanted and _killed(process, 0):
                kills += 1
                left.append(len(list(results.glob("*.json"))))
                for path in (root / "build").rglob("*.*"):
                    if path.suffix in (".json", ".ipynb") and not path.name.startswith("."):
                        json.loads(path.read_text(encoding="utf-8"))
                gone, alive = psutil.wait_procs(children, timeout=60)
                assert not alive, f"{len(alive)} of {len(gone) + len(alive)} kernels outlived the command"
            else:
                assert process.wait(PATIENCE) == 0, log.read_text(encoding="utf-8")
                break
        assert _outputs(root) == undisturbed and len(list(results.glob("*.json"))) == runs
    # What is done is not done again.
    assert start("--resume").wait(PATIENCE) == 0
    assert log.read_text(encoding="utf-8").count("kept 0") == runs
    print(f"course run: {kills} kills, with {left} of {runs} runs kept")


def _kernels_after(process: subprocess.Popen[bytes], seconds: float) -> list[psutil.Process]:
    """Wait, and see which processes it has started by then."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        try:
            return psutil.Process(process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
    return []


def _outputs(root: Path) -> dict[str, str]:
    """What each executed notebook printed in its last cell."""
    found = {}
    for path in sorted((root / "build" / "executed").rglob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found[path.relative_to(root).as_posix()] = json.dumps(cells[-1]["outputs"])
    return found
