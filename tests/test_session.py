"""The first cell of a lesson says one line, and keeps quiet what a backend mutters while it is imported."""

import os
import subprocess
import sys

import pytest

from course_lib import devices, session


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
    session._split_no_small_operations()
    assert tuple(map(os.environ.get, THREADS)) == threads


def test_the_readers_own_threads_stay(monkeypatch):
    monkeypatch.setattr(devices, "cores", lambda: 2)
    monkeypatch.setattr(os, "environ", dict.fromkeys(THREADS, "5"))
    session._split_no_small_operations()
    assert set(os.environ.values()) == {"5"}


def test_what_is_muttered_at_an_import_is_not_heard(capfd):
    with session._unheard():
        os.write(2, b"I0000 a note\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_what_is_muttered_is_told_when_the_import_fails(capfd):
    with pytest.raises(ImportError), session._unheard():
        os.write(2, b"no such instruction\n")
        raise ImportError
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "no such instruction\nafter\n"


def test_without_an_error_stream_it_works_all_the_same(monkeypatch):
    def closed(_stream):
        raise OSError("bad file descriptor")

    monkeypatch.setattr(session.os, "dup", closed)
    with session._unheard():
        pass
