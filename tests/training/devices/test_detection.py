"""Proves that the backend to come, its version and the cores this process may use are told right."""

from __future__ import annotations

import os

import pytest

from course_lib.training import devices


def test_the_backend_is_named_with_its_version():
    name, version = devices.backend_name().split(" ")
    assert name in {"TensorFlow", "JAX", "PyTorch"}
    assert version[0].isdigit()


@pytest.mark.parametrize(
    ("written", "backend"),
    [
        (b'{"backend": "jax"}', "jax"),
        (b'{"backend": "theano"}', "theano"),
        (b'{"backend": null}', "tensorflow"),
        (b"{}", "tensorflow"),
        (b"[]", "tensorflow"),
        (b"not JSON", "tensorflow"),
        (b"\xff", "tensorflow"),
        (None, "tensorflow"),
    ],
)
def test_the_backend_to_come_is_that_of_the_environment_then_of_the_readers_keras_settings(
    written, backend, tmp_path, monkeypatch
):
    if written is not None:
        (tmp_path / "keras.json").write_bytes(written)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_BACKEND", "")
    assert devices.configured_backend() == backend
    monkeypatch.delenv("KERAS_BACKEND")
    assert devices.configured_backend() == backend
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert devices.configured_backend() == "torch"


def test_the_readers_keras_settings_are_in_the_home_folder_unless_said_otherwise(tmp_path, monkeypatch):
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text('{"backend": "jax"}', encoding="utf-8")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert devices.configured_backend() == "jax"
    monkeypatch.setenv("KERAS_HOME", "~/.keras")
    assert devices.configured_backend() == "jax"
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert devices.configured_backend() == "tensorflow"


def test_cores_are_those_this_process_may_use():
    assert 1 <= devices.cores() <= (os.cpu_count() or 1)


def test_where_fewer_cores_are_allowed_fewer_are_counted(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0}, raising=False)
    assert devices.cores() == 1
