"""What every test stands on: a cache of its own, no net, the smoke scale, the English edition."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import sys
import threading
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent

# Before any import of Keras, so that a test process is quiet and never takes a GPU's memory by surprise.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Processes that tests start take the library of this checkout too, whichever is installed.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))

# What a shell without job control starts in the background ignores Ctrl-C, and so would all that a test starts.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN and threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Tests side by side in several processes: those of one group stay in one, since they share what one of them prepared.
# (Marks of groups, which pytest-xdist 3.8 looks for, have no effect from pytest 9.2 on.)
TOGETHER = {
    "tests/data/test_imdb_real.py": "reviews",
    "tests/data/test_management.py::test_the_real_data_sets_are_good": "reviews",
    "tests/training/devices/": "devices",
    "tests/vae/test_backends.py": "a variational autoencoder on devices",
    # What these prepare, once in each process, takes longer than most of their tests: a model, encoded reviews.
    **{
        place: place
        for place in (
            "tests/bert/test_pretraining.py",
            "tests/bert/test_study.py",
            "tests/binder/test_links.py",
            "tests/language_model/test_generation.py",
            "tests/mlp/test_language_model.py",
            "tests/sentiment/test_ladder.py",
            "tests/transformer/test_decoding.py",
            "tests/transformer/test_study.py",
            "tests/transformer/test_training.py",
            "tests/tuning/test_recorded_runs.py",
        )
    },
}


def group_of(nodeid: str) -> str:
    """The group of a test, by where it is; a test of none is its own."""
    return next((group for place, group in TOGETHER.items() if nodeid.startswith(place)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Groups of tests by where they are; each other test alone."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadGroupScheduling

    class Together(LoadGroupScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return Together(config, log)


# Where others' warnings that pyproject.toml does not name are shown and fail no test: what starts servers, kernels and
# browsers by the dozen, measures, or runs for hours; and on other backends than TensorFlow.
WARNINGS_PASS = ("benchmark", "browser", "chapters", "long", "net", "site")
PLACES_WHERE_WARNINGS_PASS = ("tests/training/devices/", "tests/training/interruptions/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let others' warnings pass where they may; the course's own are errors everywhere."""
    shown = pytest.mark.filterwarnings("default", r"error:::course_lib\..*")
    elsewhere = (os.environ.get("KERAS_BACKEND") or "tensorflow") != "tensorflow"
    for item in items:
        apart = item.nodeid.startswith(PLACES_WHERE_WARNINGS_PASS)
        if "step_by_step" in getattr(item, "fixturenames", ()):
            # TensorFlow tells that its data sets are traced all the same.
            item.add_marker(pytest.mark.filterwarnings("ignore:Even though the `tf.config:UserWarning"))
        if elsewhere or apart or any(item.get_closest_marker(part) for part in WARNINGS_PASS):
            item.add_marker(shown, append=False)  # what a test says of its own warnings comes before


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What gathering tests makes, stays: nothing of it is looked through for what could be given back."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_report_header() -> str:
    """What the tests run on."""
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    return f"Keras on {backend}, real data: {os.environ.get('COURSE_DATA') or 'none (COURSE_DATA is not set)'}"


@pytest.fixture(scope="session", autouse=True)
def _isolated_session(tmp_path_factory: pytest.TempPathFactory):
    """No test reads or writes the reader's cache, asks the net, or runs at a scale set outside."""
    patch = pytest.MonkeyPatch()
    patch.setenv("COURSE_CACHE", str(tmp_path_factory.mktemp("course-cache")))
    patch.setenv("COURSE_OFFLINE", "1")
    patch.setenv("COURSE_SCALE", "smoke")
    if os.environ.get("COURSE_DATA"):
        # Tests work in folders of their own: a relative path must not change its meaning there.
        patch.setenv("COURSE_DATA", str(Path(os.environ["COURSE_DATA"]).expanduser().absolute()))
    yield
    patch.undo()


# A process that runs thousands of tests keeps what was compiled for each; past so many bytes it lets go of it, and
# again each time that it has grown by so much.
MUCH, MORE = 2.5e9, 1e9


@pytest.fixture(scope="session")
def _limit() -> list[float]:
    """The bytes past which memory is given back next; what is imported by now is left alone from here on."""
    gc.collect()
    gc.freeze()
    return [MUCH]


@pytest.fixture(autouse=True, scope="module")
def _memory_given_back(_limit: list[float]):
    """Between files a process that has grown forgets what was traced and compiled; the next file compiles its own.

    Python looks through all objects for those that only hold each other. Keras asks for that often, and of a few
    million objects it takes seconds: so those of the files before are left out, until memory is given back.
    """
    yield
    gc.freeze()
    process = psutil.Process()
    if process.memory_info().rss < _limit[0]:
        return
    if "keras" in sys.modules:
        sys.modules["keras"].utils.clear_session(free_memory=False)
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):  # glibc alone keeps freed memory until it is asked for it
        ctypes.CDLL(None).malloc_trim(0)
    _limit[0] = max(MUCH, process.memory_info().rss + MORE)


@pytest.fixture(autouse=True)
def _english():
    """Each test starts in the English edition, whatever the test before it chose."""
    from course_lib.showing import language

    language.use("en")
    yield
    language.use("en")


@pytest.fixture(scope="module")
def step_by_step():
    """Nothing is traced on TensorFlow: for tests of what a run does, whose few steps no tracing repays."""
    if (os.environ.get("KERAS_BACKEND") or "tensorflow") != "tensorflow":
        yield
        return
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder for one test."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("COURSE_CACHE", str(folder))
    return folder


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder named by `COURSE_DATA`."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("COURSE_DATA", str(folder))
    return folder


@pytest.fixture
def no_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader has set no `COURSE_DATA`."""
    monkeypatch.delenv("COURSE_DATA", raising=False)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets; a test that needs it is skipped where `COURSE_DATA` is not set."""
    folder = os.environ.get("COURSE_DATA")
    if not folder:
        pytest.skip("needs real data: set COURSE_DATA")
    return Path(folder)
