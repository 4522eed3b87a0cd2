"""Starts other Python processes for what must be set before a backend starts: several devices, several processes."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from course_lib.base.arguments import require_integer
from course_lib.base.errors import EnvironmentProblem

_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 1200.0


def jax_is_here() -> bool:
    """Whether JAX is installed; nothing is imported."""
    return importlib.util.find_spec("jax") is not None


def start(module: str, task: Mapping[str, object], devices: int = 1, backend: str = "jax") -> subprocess.Popen[str]:
    """Start a module of the course on a backend; on JAX with as many devices as are asked for, which its CPU plays.

    Args:
        module: its name, such as "course_lib.scaling.worker".
        task: what it shall do; JSON holds it.
        devices: how many.
        backend: Keras's name of it.

    Raises:
        EnvironmentProblem: if JAX is asked for and not installed.
        ValueError: if there is to be no device.
    """
    require_integer("devices", devices, at_least=1)
    if backend == "jax" and not jax_is_here():
        raise EnvironmentProblem("JAX is not installed; several devices and processes need it: pip install jax")
    # Compiling is what takes the time here, and small shapes do not repay its last optimisations.
    flags = f"--xla_backend_optimization_level=0 --xla_force_host_platform_device_count={devices}"
    environment = {
        **os.environ,
        "KERAS_BACKEND": backend,
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": flags,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    command = [sys.executable, "-m", "course_lib.scaling.alone", module, json.dumps(task)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def answer(process: subprocess.Popen[str], patience: float = _PATIENCE) -> dict:
    """What a process said last.

    Args:
        process: from `start`.
        patience: how many seconds to wait; one that takes longer is stopped.

    Raises:
        EnvironmentProblem: if it failed, with its last words.
    """
    try:
        out, errors = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise EnvironmentProblem(f"a process gave no answer for {patience:.0f} seconds and was stopped") from None
    if process.returncode:
        raise EnvironmentProblem(f"a process ended with {process.returncode}: {errors.strip()[-500:]}")
    return json.loads(out.splitlines()[-1])


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def together(parts: int, folder: Path, kill_after: int | None = None, victim: int = 1) -> dict:
    """Two processes train one model; one is killed on the way, and both are started again.

    What a process cannot survive by itself is the death of another: it waits for numbers that never come. So whoever
    started them stops the other, too, and starts both anew; they go on from the last whole state.

    Args:
        parts: how many parts of a training, of some steps each.
        folder: where states are kept; it must be empty for a training to begin at its beginning.
        kill_after: after how many parts one is killed; None for never.
        victim: which one.

    Returns:
        "losses" of all parts, a "digest" of the last weights, the part that it went on from ("begin"), how many parts
        were told before the kill ("told"), and "seconds".

    Raises:
        EnvironmentProblem: if a process failed that was not killed.
        ValueError: if a number is out of its range.
    """
    require_integer("parts", parts, at_least=1)
    require_integer("victim", victim, at_least=0, at_most=1)
    begun, told = time.perf_counter(), 0
    if kill_after is not None:
        require_integer("kill_after", kill_after, at_least=0, at_most=parts - 1)
        group = _group(parts, folder)
        try:
            while told < kill_after:
                if not group[victim].stdout.readline():
                    raise EnvironmentProblem(f"a process ended: {group[victim].stderr.read().strip()[-500:]}")
                told += 1
            group[victim].kill()
        finally:
            _end(group)
    group = _group(parts, folder)
    try:
        # Side by side: one whose words nobody reads waits when they are many, and the other waits for it.
        with ThreadPoolExecutor(len(group)) as readers:
            said = list(readers.map(answer, group))
    finally:
        _end(group)
    return {**said[0], "told": told, "seconds": time.perf_counter() - begun}


def _group(parts: int, folder: Path) -> list[subprocess.Popen[str]]:
    workers = [f"127.0.0.1:{free_port()}"] * 2
    task = {"workers": workers, "parts": parts, "folder": str(folder)}
    return [start("course_lib.scaling.worker", {**task, "place": place}) for place in range(2)]


def _end(group: list[subprocess.Popen[str]]) -> None:
    for process in group:
        process.kill()
    for process in group:
        process.communicate()


def killed_and_resumed(parts: int = 8, kill_after: int = 4) -> dict:
    """`together` in a folder that is thrown away.

    Args:
        parts: how many parts of a training.
        kill_after: after how many one of two processes is killed.
    """
    with tempfile.TemporaryDirectory() as folder:
        return together(parts, Path(folder), kill_after)


def many_devices(devices: int = 8, model_parts: int = 4, parts: int = 8) -> dict:
    """One training on one device, on several that share every batch, and on several that share every matrix.

    Args:
        devices: how many.
        model_parts: into how many parts matrices are cut.
        parts: how many parts of a training.
    """
    task = {"model_parts": model_parts, "parts": parts}
    return answer(start("course_lib.scaling.many_devices", task, devices))


def on_backend(backend: str, parts: int = 6) -> dict:
    """The Transformer of `many_devices`, from the same first weights, on another backend: losses and seconds.

    Args:
        backend: `"tensorflow"`, `"jax"` or `"torch"`.
        parts: how many parts of a training.
    """
    return answer(start("course_lib.scaling.many_devices", {"alone": True, "parts": parts}, backend=backend))


def counted_steps(settings: list[dict]) -> list[dict]:
    """What steps of Transformers compute and keep, as JAX counts it.

    Args:
        settings: for each step what `many_devices.count` takes.
    """
    return answer(start("course_lib.scaling.many_devices", {"count": settings}))["counted"]
