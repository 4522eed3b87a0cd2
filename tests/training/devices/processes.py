"""Training in processes of their own, one for each backend and set of devices, and what they lost."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SECONDS = 1800


def start(backend: str, models: list[str], **task: object) -> subprocess.Popen[str]:
    """Start `train.py` on a backend."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"needs {backend}")
    environment = {
        **os.environ,
        "KERAS_BACKEND": backend,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(HERE))),
        # Compiling is what takes the time here, and small shapes do not repay its last optimisations.
        "XLA_FLAGS": "--xla_backend_optimization_level=0" if backend == "jax" else "",
    }
    environment.pop("TF_CONFIG", None)
    asked = json.dumps({"backend": backend, "models": list(models), **task})
    command = [sys.executable, str(HERE / "train.py"), asked]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def answer(process: subprocess.Popen[str]) -> dict:
    """What a process said at its end."""
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, err[-3000:]
    return json.loads(out.splitlines()[-1])


@cache
def _once(backend: str, models: tuple[str, ...], task: str) -> dict:
    return answer(start(backend, list(models), **json.loads(task)))


def run(backend: str, models: list[str] | tuple[str, ...], **task: object) -> dict:
    """Train on a backend; the same again in the same test process is remembered."""
    return _once(backend, tuple(models), json.dumps(task, sort_keys=True))


def farthest(one: dict, other: dict) -> dict[str, float]:
    """For each model the largest relative difference between the losses of two answers."""
    return {
        name: max(abs(a - b) / max(abs(b), 1e-6) for a, b in zip(losses, other["losses"][name], strict=True))
        for name, losses in one["losses"].items()
    }


def require_close(one: dict, other: dict, tolerance: float) -> None:
    """Fail where a model's losses differ by more than a share of them, or a loss is no number or does not move."""
    for name, losses in one["losses"].items():
        assert all(abs(loss) < 1e6 for loss in losses), f"{name}: {losses}"
        assert losses[0] != losses[-1], f"{name} learns nothing: {losses}"
    differences = farthest(one, other)
    wrong = {name: difference for name, difference in differences.items() if difference > tolerance}
    assert not wrong, f"beyond {tolerance:g}: {wrong}\n{one['losses']}\n{other['losses']}"
