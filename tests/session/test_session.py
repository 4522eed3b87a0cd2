"""The first cell of a lesson says one line, and keeps quiet what a backend mutters while it is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import resources

import numpy as np
import pytest

import course_lib
from course_lib.base import errors
from course_lib.session import starting
from course_lib.training import devices


@pytest.mark.slow
def test_the_first_cell_says_one_line_and_nothing_else():
    command = "from course_lib import start; start(1); import keras; keras.ops.matmul([[1.0]], [[1.0]])"
    told = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert told.stderr == ""
    assert told.stdout.count("\n") == 1
    assert told.stdout.startswith("Keras 3.")


THREADS = "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"


@pytest.mark.parametrize(
    ("cores", "threads"),
    [(1, ("1", "1", "1")), (2, ("1", "1", "2")), (3, ("1", None, None))],
)
def test_two_cores_or_one_split_no_small_operations(monkeypatch, cores, threads):
    monkeypatch.setattr(devices, "cores", lambda: cores)
    monkeypatch.setattr(os, "environ", {})
    starting._split_no_small_operations()
    assert tuple(map(os.environ.get, THREADS)) == threads


def test_the_readers_own_threads_stay(monkeypatch):
    monkeypatch.setattr(devices, "cores", lambda: 2)
    monkeypatch.setattr(os, "environ", dict.fromkeys(THREADS, "5"))
    starting._split_no_small_operations()
    assert set(os.environ.values()) == {"5"}


def test_what_is_muttered_at_an_import_is_not_heard(capfd):
    with starting._unheard():
        os.write(2, b"I0000 a note\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_what_is_muttered_is_told_when_the_import_fails(capfd):
    with pytest.raises(ImportError), starting._unheard():
        os.write(2, b"no such instruction\n")
        raise ImportError
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "no such instruction\nafter\n"


def test_without_an_error_stream_it_works_all_the_same(monkeypatch):
    def closed(_stream):
        raise OSError("bad file descriptor")

    monkeypatch.setattr(starting.os, "dup", closed)
    with starting._unheard():
        pass


def test_the_first_line_of_a_lesson_says_what_it_runs_on(capsys):
    course_lib.start(chapter=1, language="zh")
    line = capsys.readouterr().out.strip()
    assert line.count("\n") == 0
    assert line.startswith("Keras 3.")
    assert devices.backend_name() in line
    assert "规模 smoke" in line


def test_a_lesson_starts_from_the_same_random_numbers(capsys):
    import keras

    course_lib.start(chapter=1)
    first = np.random.rand(), float(keras.random.normal((), seed=keras.random.SeedGenerator()))
    course_lib.start(chapter=1)
    assert (np.random.rand(), float(keras.random.normal((), seed=keras.random.SeedGenerator()))) == first


_START = """
import os, sys
import course_lib
course_lib.start(1)
print("jax" in sys.modules)
import jax
print(jax.__name__)
print({"pandas", "sklearn"} & sys.modules.keys() or "neither")
import numpy as np
import pandas as pd
import sklearn.linear_model
import keras
model = keras.Sequential([keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(pd.DataFrame({"one": [1.0, 2.0], "two": [2.0, 3.0]}), pd.Series([1.0, 2.0]), verbose=0)
print(model.predict(pd.DataFrame(np.ones((3, 2))), verbose=0).shape)
"""


@pytest.mark.slow
@pytest.mark.own_backend
@pytest.mark.parametrize(
    ("settings", "backend"), [("{}", "TensorFlow"), ('{"backend": "jax"}', "JAX"), ("[", "TensorFlow")]
)
def test_a_lesson_does_without_jax_where_nobody_chose_it_and_without_tables(tmp_path, settings, backend):
    pytest.importorskip("jax")
    pytest.importorskip("pandas")
    (tmp_path / "keras.json").write_text(settings, encoding="utf-8")
    environment = {**os.environ, "KERAS_HOME": str(tmp_path)}
    environment.pop("KERAS_BACKEND", None)
    done = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, check=True, env=environment)
    first, loaded, usable, tables, predicted = done.stdout.splitlines()
    assert backend in first
    assert loaded == str(backend == "JAX")
    assert usable == "jax"
    assert (tables, predicted) == ("neither", "(3, 1)"), "tables are there for who imports them, and Keras takes them"


def test_a_lesson_in_an_unknown_language_does_not_start():
    with pytest.raises(errors.UsageError, match="'fr'"):
        course_lib.start(chapter=1, language="fr")


def test_the_recorded_cost_is_read_in_minutes_and_gigabytes(monkeypatch, tmp_path):
    (tmp_path / "measured.json").write_text(json.dumps({"03": {"quick": {"seconds": 90, "peak_memory_mb": 1100}}}))
    monkeypatch.setattr(resources, "files", lambda package: tmp_path)
    assert starting.recorded_cost(3, "quick") == (1.5, 1.1)
    assert starting.recorded_cost(3, "full") is None
    assert starting.recorded_cost(4, "quick") is None
