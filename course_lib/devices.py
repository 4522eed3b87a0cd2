"""What differs by backend and by device, in one place."""

from __future__ import annotations

import importlib.metadata
import json
import os
from functools import cache
from pathlib import Path

_PACKAGES = {"tensorflow": ("tensorflow", "tensorflow-cpu"), "jax": ("jax",), "torch": ("torch",), "numpy": ("numpy",)}
BACKENDS = tuple(_PACKAGES)
_NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch", "numpy": "NumPy"}


def backend_name() -> str:
    """The name and version of the Keras backend in use, such as `"TensorFlow 2.21.0"`."""
    import keras

    return version_of(keras.backend.backend())


def configured_backend() -> str:
    """The backend that Keras will take: that of the environment, else that of its own settings, else TensorFlow.

    Whether there is such a backend is not asked, and nothing is imported.
    """
    if os.environ.get("KERAS_BACKEND"):
        return os.environ["KERAS_BACKEND"]
    folder = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    try:
        return json.loads((folder / "keras.json").read_text(encoding="utf-8")).get("backend") or "tensorflow"
    except (OSError, ValueError, AttributeError):
        return "tensorflow"


def version_of(backend: str) -> str:
    """The name and version of an installed backend, such as `"JAX 0.10.2"`, without importing it."""
    for package in _PACKAGES.get(backend, (backend,)):
        try:
            return f"{_NAMES.get(backend, backend)} {importlib.metadata.version(package)}"
        except importlib.metadata.PackageNotFoundError:
            continue
    return _NAMES.get(backend, backend)


def cores() -> int:
    """The number of CPU cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def accelerators() -> list[str]:
    """The GPUs and TPUs that the backend in use can see, as `keras.distribution` names them; empty on a CPU alone."""
    import keras

    found = []
    for kind in ("tpu", "gpu"):
        try:
            found += keras.distribution.list_devices(kind)
        except (AttributeError, RuntimeError, ValueError, NotImplementedError):
            # A backend that has no device of this kind, or no such function, says so by an error.
            continue
    return found


@cache
def has_fused_attention() -> bool:
    """Whether the backend brings a kernel for attention that is faster here than plain steps.

    PyTorch does everywhere, JAX on an accelerator. What Keras has for TensorFlow, and JAX for a CPU, are steps as well,
    and slower ones: on two cores, 16 examples, 8 heads of 32 and 256 positions, forward and backward on JAX took 174 ms
    against 129 ms (`tests/benchmarks/test_attention_speed.py` compares layers).
    """
    import keras

    backend = keras.backend.backend()
    return backend == "torch" or (backend == "jax" and bool(accelerators()))
