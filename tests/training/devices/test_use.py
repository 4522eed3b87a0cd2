"""Proves that `devices.use` says what it found in the reader's language, sets what it says, and refuses what cannot be.

Devices are simulated in processes of their own by the tests beside this one; here one CPU is all there is.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib.base.errors import EnvironmentProblem, UsageError
from course_lib.showing import language
from course_lib.training import devices
from course_lib.training.devices import placement as placing

BACKEND = keras.backend.backend()


@pytest.fixture(autouse=True)
def _one_device_in_float32_afterwards():
    yield
    devices.use("none", "float32", quiet=True)


def _placement(**changes) -> devices.Placement:
    given = {"backend": "jax", "devices": ("tpu:0",) * 8, "distribution": "data", "precision": "mixed_bfloat16"}
    return devices.Placement(**given | {"replicas": 8} | changes)


def test_on_one_cpu_it_takes_one_device_and_float32_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    found = devices.use()
    assert (found.kind, found.distribution, found.precision, found.replicas) == ("cpu", "none", "float32", 1)
    said = capsys.readouterr().out
    assert devices.backend_name() in said and "1 × CPU" in said and "precision float32" in said
    assert said.count("\n") == 1


def test_it_speaks_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    language.use("zh")
    devices.use()
    assert "由一个设备计算" in capsys.readouterr().out
    assert "每一批分成 8 份（数据并行）" in str(_placement())
    assert "每个矩阵分成 4 份，每一批分成 2 份（模型并行）" in str(_placement(distribution="model", replicas=2))
    assert "，共 2 台机器" in str(_placement(workers=2))


def test_what_it_says_of_many_devices() -> None:
    assert "8 × TPU · every batch is cut into 8 parts (data parallel) · precision mixed_bfloat16" in str(_placement())
    assert "on 2 machines" in str(_placement(workers=2))


def test_quiet_means_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    devices.use(quiet=True)
    assert capsys.readouterr().out == ""


def test_a_precision_holds_for_the_models_made_afterwards() -> None:
    devices.use(precision="mixed_bfloat16", quiet=True)
    assert keras.layers.Dense(1).compute_dtype == "bfloat16"
    devices.use(quiet=True)
    assert keras.layers.Dense(1).compute_dtype == "float32"


def test_a_seed_is_set() -> None:
    drawn = []
    for seed in (3, 3, 4):
        devices.use(seed=seed, quiet=True)
        drawn.append(float(keras.ops.convert_to_numpy(keras.random.normal(()))))
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"distribution": "spread"}, ValueError, "distribution is 'spread'; allowed: 'auto', 'none', 'data', 'model'"),
        ({"precision": "float8"}, ValueError, "precision is 'float8'; allowed: 'auto', 'float32'"),
        ({"num_devices": 2}, UsageError, r"num_devices is 2; allowed: 1 to 1, there are cpu:0"),
        ({"num_devices": 0}, ValueError, "num_devices is 0; allowed: 1 or more"),
        ({"num_devices": 1.5}, TypeError, "num_devices is 1.5 of type float; allowed: a whole number"),
        ({"model_parts": 2}, ValueError, "model_parts is 2 and distribution 'auto'; allowed: with 'model' only"),
        ({"workers": ["a:1", "b:1"], "worker": 2}, ValueError, "worker is 2; allowed: 0 to 1"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(options: dict, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        devices.use(**options)


def test_a_model_is_not_cut_on_tensorflow() -> None:
    with pytest.raises(EnvironmentProblem, match="KERAS_BACKEND=jax"):
        placing._on_tensorflow("model", ["cpu:0"], None)


@pytest.mark.parametrize("backend", ["tensorflow", "torch"])
def test_several_machines_train_on_jax_alone(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    with pytest.raises(EnvironmentProblem, match=f"with JAX alone, and runs on '{backend}'; set KERAS_BACKEND=jax"):
        devices.use(workers=["first:4321", "second:4321"], worker=1)


@pytest.mark.parametrize("distribution", ["data", "model"])
def test_nothing_is_spread_on_pytorch(distribution: str) -> None:
    with pytest.raises(EnvironmentProblem, match="not on PyTorch"):
        placing._on_torch(distribution, ["gpu:0", "gpu:1"], None)


@pytest.mark.parametrize(("parts", "words"), [(3, "a divisor of 8"), (9, "1 to 8"), (0, "1 to 8")])
def test_matrices_are_cut_into_equal_parts(parts: int, words: str) -> None:
    with pytest.raises(ValueError, match=f"model_parts is {parts}; allowed: {words}"):
        placing._on_jax("model", [f"cpu:{number}" for number in range(8)], parts)


def test_a_batch_must_be_divisible_among_the_replicas() -> None:
    eight = _placement()
    eight.require_batch_size(64)
    eight.require_batch_size(64, examples=72)
    with pytest.raises(ValueError, match="batch_size is 30; allowed: a multiple of 8"):
        eight.require_batch_size(30)
    with pytest.raises(ValueError, match=r"75 examples leave a last batch of 11; .* the first 72 examples"):
        eight.require_batch_size(64, examples=75)


def test_each_process_takes_its_part_of_a_batch() -> None:
    second = _placement(workers=2, worker=1)
    rows = np.arange(4)
    assert second.share(rows).tolist() == [2, 3]
    assert _placement().share(rows) is rows
    inputs, targets = second.share(({"source": rows}, rows))
    assert inputs["source"].tolist() == targets.tolist() == [2, 3]
    with pytest.raises(ValueError, match="a batch of 3 cannot be divided among 2 machines"):
        second.share(rows[:3])


@pytest.mark.parametrize(
    ("device", "capability", "half"),
    [("tpu:0", (0, 0), True), ("gpu:0", (8, 0), True), ("gpu:1", (7, 5), False), ("cpu:0", (9, 0), False)],
)
def test_bfloat16_is_for_devices_that_are_made_for_it(
    device: str, capability: tuple[int, int], half: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from course_lib.training.devices import detection

    monkeypatch.setattr(detection, "_compute_capability", lambda number: capability)
    assert detection.computes_in_bfloat16(device) is half


def test_the_scope_of_one_device_is_none() -> None:
    with devices.use("none", quiet=True).scope():
        assert keras.layers.Dense(1) is not None
