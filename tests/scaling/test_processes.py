"""Proves in processes of their own that several devices train what one trains, that two processes of which one is
killed end with the undisturbed weights, and that counts are those of the compiled step.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from course_lib.base.errors import EnvironmentProblem
from course_lib.scaling import (
    Sizes,
    counted_steps,
    forward_flops,
    many_devices,
    processes,
    together,
    training_flops,
)
from course_lib.scaling.alone import UNUSED

pytestmark = pytest.mark.own_backend


@pytest.fixture(autouse=True)
def _jax():
    pytest.importorskip("jax")


@pytest.mark.slow
def test_eight_devices_train_as_one_does_with_as_many_exchanges_as_megatron_has() -> None:
    found = many_devices(parts=3)
    one = found["none"]
    for way in ("data", "model"):
        assert found[way]["devices"] == 8
        assert found[way]["losses"] == pytest.approx(one["losses"], abs=1e-5)
        assert found[way]["farthest_weight"] < 1e-4
    # One block: attention's output and the network's output are each added up once.
    assert found["model"]["forward"] == {"all-reduce": 2}
    assert found["data"]["both_ways"]["all-reduce"] >= 1


@pytest.mark.slow
def test_counts_are_those_of_the_step_and_computing_twice_keeps_less() -> None:
    base = {"num_layers": 4, "width": 128, "num_heads": 4, "length": 32, "batch_size": 4, "vocabulary_size": 64}
    plain, twice = counted_steps([base, {**base, "recompute": True}])
    sizes = Sizes(4, 128, 512, 64, 32, 4)
    # What is left out, norms and activations, is a tenth at this width.
    assert 1 < plain["forward_flops"] / (sum(forward_flops(sizes).values()) * 4 * 32) < 1.15
    assert 1 < plain["flops"] / training_flops(sizes, 4 * 32) < 1.15
    assert twice["kept_bytes"] < plain["kept_bytes"] / 4
    assert 1.2 < twice["flops"] / plain["flops"] < 1.4


@pytest.mark.slow
def test_one_of_two_processes_is_killed_and_the_weights_are_the_undisturbed_ones(tmp_path: Path) -> None:
    undisturbed = together(4, tmp_path / "whole")
    draw = random.Random()
    kill_after, victim = draw.randrange(4), draw.randrange(2)
    killed = together(4, tmp_path / "killed", kill_after, victim)
    assert killed["losses"] == undisturbed["losses"]
    assert killed["digest"] == undisturbed["digest"], (kill_after, victim)
    assert killed["begin"] <= kill_after + 1


@pytest.mark.seconds
def test_a_process_starts_without_what_no_training_needs_and_can_import_it_later(tmp_path, monkeypatch) -> None:
    (tmp_path / "asked.py").write_text(
        "import json, sys\n"
        f"loaded = [name for name in {UNUSED} if name in sys.modules]\n"
        "keras, task = 'keras' in sys.modules, json.loads(sys.argv[1])\n"
        "import matplotlib\n"
        "print(json.dumps({'loaded': loaded, 'keras': keras, 'task': task, 'name': __name__}))\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = processes.answer(processes.start("asked", {"place": 1}))
    assert found == {"loaded": [], "keras": True, "task": {"place": 1}, "name": "__main__"}


@pytest.mark.seconds
def test_what_a_process_says_at_its_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    process = processes.start("course_lib.scaling.worker", {"place": 3, "workers": ["a:1"]})
    with pytest.raises(EnvironmentProblem, match="place is 3; allowed: 0 to 0"):
        processes.answer(process)
    monkeypatch.setattr(processes, "jax_is_here", lambda: False)
    with pytest.raises(EnvironmentProblem, match="JAX is not installed"):
        processes.start("course_lib.scaling.worker", {})
