"""Proves that several devices, and several processes, lose what one loses: a batch cut into parts stays one batch."""

from __future__ import annotations

import pytest

from servers import free_port

from .processes import answer, farthest, require_close, run, start
from .test_backends import FEW, SAME, _every


@pytest.mark.slow
def test_a_few_models_lose_the_same_on_eight_devices_as_on_one() -> None:
    eight = run("jax", FEW, cpus=8)
    assert eight["replicas"] == 8 and "8 × CPU" in eight["placement"]
    require_close(eight, run("jax", _every()), SAME)


@pytest.mark.long
def test_every_model_loses_the_same_on_eight_devices_as_on_one() -> None:
    eight = run("jax", _every(), cpus=8)
    assert eight["replicas"] == 8
    require_close(eight, run("jax", _every()), SAME)


@pytest.mark.slow
def test_a_translator_whose_matrices_are_cut_into_four_loses_the_same_as_one_in_one_piece() -> None:
    cut = run("jax", ("translator", "encoder"), cpus=8, use={"distribution": "model", "model_parts": 4})
    assert cut["replicas"] == 2 and "4" in cut["placement"]
    require_close(cut, run("jax", _every()), SAME)


@pytest.mark.slow
def test_a_few_models_lose_the_same_on_two_devices_of_tensorflow_as_on_one() -> None:
    two = run("tensorflow", ("MLP", "translator"), cpus=2)
    assert two["replicas"] == 2 and "2 × CPU" in two["placement"]
    require_close(two, run("tensorflow", _every()), SAME)


@pytest.mark.long
def test_every_model_loses_the_same_on_two_devices_of_tensorflow_as_on_one() -> None:
    two, one = run("tensorflow", _every(), cpus=2)["losses"], run("tensorflow", _every())["losses"]
    for name in [name for name in two if "VAE" in name]:
        # `devices.use` says why these are compared no further than their first epoch.
        assert two.pop(name)[0] == pytest.approx(one[name][0], rel=1e-3)
    require_close({"losses": two}, {"losses": one}, SAME)


def _by_two_processes(models: tuple[str, ...]) -> list[dict]:
    workers = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    group = [start("jax", list(models), use={"workers": workers, "worker": place}) for place in range(2)]
    try:
        return [answer(process) for process in group]
    finally:
        for process in group:
            process.kill()


@pytest.mark.slow
def test_two_processes_lose_the_same_as_one() -> None:
    first, second = _by_two_processes(FEW)
    assert first["replicas"] == 2 and first["losses"] == second["losses"]
    require_close(first, run("jax", _every()), SAME)


@pytest.mark.long
def test_every_model_loses_the_same_by_two_processes() -> None:
    first, second = _by_two_processes(_every())
    assert max(farthest(first, second).values()) < 1e-6
    require_close(first, run("jax", _every()), SAME)
