"""Proves that the tests run on the backend they are said to run on."""

from __future__ import annotations

import os

BACKEND = os.environ.get("KERAS_BACKEND") or "tensorflow"


def test_keras_runs_on_the_backend_that_was_chosen() -> None:
    import keras

    assert keras.backend.backend() == BACKEND
    assert type(keras.ops.ones(2)).__module__.partition(".")[0] in {BACKEND, f"{BACKEND}lib"}
