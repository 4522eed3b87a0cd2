"""What there is: the backend, the cores, the accelerators, and what they are good at."""

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
    """The number of CPU cores this process may use: fewer than the machine has where a container allows fewer."""
    import joblib

    return joblib.cpu_count()


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


def best_devices() -> list[str]:
    """The devices that training belongs on: all TPUs, else all GPUs, else the CPU, as Keras names them (`"gpu:0"`).

    In a group of several machines those of all of them.
    """
    import keras

    if keras.backend.backend() == "torch":
        return _of_torch()
    try:
        return keras.distribution.list_devices()
    except (AttributeError, RuntimeError, ValueError, NotImplementedError):
        return ["cpu:0"]


def computes_in_bfloat16(device: str) -> bool:
    """Whether a device multiplies bfloat16 faster than float32: every TPU does, and GPUs since NVIDIA's Ampere (2020).

    Args:
        device: as `best_devices` names it.
    """
    kind, _, number = device.partition(":")
    if kind != "gpu":
        return kind == "tpu"
    return _compute_capability(int(number or 0)) >= (8, 0)


def _compute_capability(number: int) -> tuple[int, int]:
    """What NVIDIA calls a GPU's generation; (0, 0) where nothing says it."""
    import keras

    backend = keras.backend.backend()
    try:
        if backend == "jax":
            import jax

            major, minor = str(jax.devices("gpu")[number].compute_capability).split(".")
            return int(major), int(minor)
        if backend == "tensorflow":
            import tensorflow as tf

            gpu = tf.config.list_physical_devices("GPU")[number]
            return tuple(tf.config.experimental.get_device_details(gpu)["compute_capability"])
        import torch

        return torch.cuda.get_device_capability(number)
    except (ImportError, AttributeError, IndexError, KeyError, RuntimeError, ValueError):
        return 0, 0


def _of_torch() -> list[str]:
    import torch

    return [f"gpu:{number}" for number in range(torch.cuda.device_count())] or ["cpu:0"]


def steps_in_a_call(steps: int) -> int:
    """How many training steps `compile(steps_per_execution=…)` may be asked for; PyTorch takes one at a time.

    Args:
        steps: how many there should be.
    """
    import keras

    return 1 if keras.backend.backend() == "torch" else steps


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
