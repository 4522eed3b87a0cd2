"""Proves that every model of the course loses the same on every backend, compiled and in half precision, from the same
weights; and that a machine without TensorFlow, as one with a TPU is, needs none.

`make test` trains all models on TensorFlow and on JAX, and a few in the other ways; `make test-long` all in all.
"""

from __future__ import annotations

import os
import pkgutil
import subprocess
import sys

import pytest

import course_lib

from . import processes
from .processes import ROOT, require_close, run

# Three epochs of two steps; float32 sums in another order.
SAME = 1e-5
# One for each way of training: a plain classifier, losses added inside, a loss over tokens.
FEW = ("MLP", "VAE", "translator")


def _every() -> tuple[str, ...]:
    return tuple(_names())


def _names() -> list[str]:
    """The names of the table, without importing Keras into this process."""
    import ast

    tree = ast.parse((processes.HERE / "models.py").read_text(encoding="utf-8"))
    (table,) = [node for node in tree.body if isinstance(node, ast.AnnAssign) and node.target.id == "EXAMPLES"]
    return [key.value for key in table.value.keys]


@pytest.mark.slow
def test_every_model_loses_the_same_on_tensorflow_and_on_jax() -> None:
    require_close(run("jax", _every()), run("tensorflow", _every()), SAME)


@pytest.mark.long
def test_every_model_loses_the_same_on_pytorch() -> None:
    require_close(run("torch", _every()), run("tensorflow", _every()), SAME)


@pytest.mark.slow
def test_a_few_models_compiled_by_xla_lose_the_same_as_not_compiled() -> None:
    require_close(run("tensorflow", FEW, jit=True), run("tensorflow", _every()), SAME)


@pytest.mark.long
def test_every_model_compiled_by_xla_loses_the_same_as_not_compiled() -> None:
    require_close(run("tensorflow", _every(), jit=True), run("tensorflow", _every()), SAME)


@pytest.mark.long
def test_every_model_not_compiled_on_jax_loses_the_same_as_compiled() -> None:
    require_close(run("jax", _every(), jit=False), run("jax", _every(), jit=True), SAME)


@pytest.mark.slow
def test_a_few_models_in_mixed_bfloat16_come_within_a_hundredth() -> None:
    half = run("jax", FEW, use={"precision": "mixed_bfloat16"})
    require_close(half, run("jax", _every()), 0.01)
    assert half["losses"] != {name: run("jax", _every())["losses"][name] for name in FEW}


@pytest.mark.long
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_every_model_in_mixed_bfloat16_comes_within_a_hundredth(backend: str) -> None:
    require_close(run(backend, _every(), use={"precision": "mixed_bfloat16"}), run(backend, _every()), 0.01)


@pytest.mark.slow
def test_every_model_trains_on_jax_and_tensorflow_is_not_imported_though_it_is_there() -> None:
    assert run("jax", _every())["tensorflow"] is False


@pytest.mark.long
def test_every_model_trains_where_tensorflow_cannot_be_imported() -> None:
    """What a TPU needs that a CPU can show: JAX alone, compiled, fixed shapes, no strings in the graph."""
    alone = run("jax", _every(), without_tensorflow=True, jit=True)
    require_close(alone, run("jax", _every()), SAME)


WITHOUT_TENSORFLOW = """
import importlib, sys
from train import _NoTensorFlow
sys.meta_path.insert(0, _NoTensorFlow())
for name in sys.argv[1:]:
    importlib.import_module(name)
import course_lib
course_lib.start(chapter=1)
assert "tensorflow" not in sys.modules
print("imported", len(sys.argv) - 1)
"""


@pytest.mark.slow
def test_the_whole_library_is_imported_and_a_lesson_starts_where_tensorflow_cannot_be_imported() -> None:
    names = [
        module.name
        for module in pkgutil.walk_packages(course_lib.__path__, "course_lib.")
        # What lessons import; the publisher and the command line are not needed to read one.
        if not module.name.startswith(("course_lib.publishing", "course_lib.cli"))
    ]
    environment = {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(processes.HERE))),
    }
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, *names],
        env=environment,
        capture_output=True,
        text=True,
        timeout=processes.SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"imported {len(names)}" in done.stdout and len(names) > 80
