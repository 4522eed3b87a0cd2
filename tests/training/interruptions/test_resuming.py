"""Proves that a training taken up again ends with the same weights as one that nothing disturbed, that a damaged state
is known and the one before it taken, that a state of another training is refused, and that a full disk costs nothing.
"""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib.base.errors import UsageError
from course_lib.mlp import MLP, CrossEntropy
from course_lib.training import checkpoints, resuming
from course_lib.training.compiling import compile_for_training
from course_lib.training.devices import set_seeds
from course_lib.training.resuming import fit_resumable
from course_lib.vae import VAE, BinarisedImages, ReconstructionLoss

from .training import examples
from .training import model as compiled_model

# A training or two in each.
pytestmark = pytest.mark.slow


def model() -> keras.Model:
    """The model, small enough not to be compiled."""
    return compiled_model(eager=True)


def _fit(folder: Path, epochs: int, made: keras.Model | None = None, **options):
    made = made or model()
    history = fit_resumable(made, examples(), epochs, folder, **{"batch_size": 64, "seed": 4} | options)
    return made.get_weights(), history


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.npz"))


def _same(one, other) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("eager", [True, False])
def test_a_training_in_two_parts_has_the_weights_and_the_history_of_one_in_one(eager: bool, tmp_path: Path) -> None:
    whole, history = _fit(tmp_path / "whole", 4, compiled_model(eager))
    _fit(tmp_path / "parts", 2, compiled_model(eager))
    parts, of_parts = _fit(tmp_path / "parts", 4, compiled_model(eager))
    assert _same(whole, parts)
    assert history == of_parts and len(history["loss"]) == 4


def test_a_finished_training_is_given_back_without_an_epoch(tmp_path: Path) -> None:
    whole, history = _fit(tmp_path, 2)
    before = _files(tmp_path)
    again, same = _fit(tmp_path, 2)
    assert _same(whole, again) and history == same and _files(tmp_path) == before


@pytest.mark.parametrize("forgotten", ["model_", "optimizer_"])
def test_it_would_show_if_a_part_of_the_state_were_forgotten(
    forgotten: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = _fit(tmp_path / "whole", 4)
    _fit(tmp_path / "parts", 2)
    restore = resuming._restore

    def forget(made: keras.Model, found: checkpoints.Checkpoint) -> None:
        fresh = resuming._state(made)
        state = {name: fresh[name] if name.startswith(forgotten) else value for name, value in found.state.items()}
        restore(made, dataclasses.replace(found, state=state))

    monkeypatch.setattr(resuming, "_restore", forget)
    parts, _ = _fit(tmp_path / "parts", 4)
    assert not _same(whole, parts)


def test_seed_generators_are_among_what_is_kept() -> None:
    made = model()
    kept = [id(variable) for variable in resuming._variables(made).values()]
    states = [variable for variable in made.variables if "seed_generator" in variable.path]
    assert states and all(id(variable) in kept for variable in states)


@pytest.mark.slow
def test_data_that_are_made_anew_in_every_epoch_come_in_the_same_order_too(tmp_path: Path) -> None:
    images = np.random.default_rng(0).random((64, 16)).astype(np.float32)

    def batches(epoch: int) -> BinarisedImages:
        return BinarisedImages(images, 16, seed=epoch)

    def fit(folder: Path, epochs: int):
        set_seeds(0)  # of the first weights
        made = VAE(16, 3, (5,), seed=0)
        compile_for_training(made, (None, 16), keras.optimizers.Adam(0.01), loss=ReconstructionLoss())
        fit_resumable(made, batches, epochs, folder, settings={"images": "64 at random"})
        return made.get_weights()

    whole = fit(tmp_path / "whole", 3)
    fit(tmp_path / "parts", 1)
    assert _same(whole, fit(tmp_path / "parts", 3))


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied"])
def test_a_damaged_state_is_told_and_the_one_before_it_is_taken(damage: str, tmp_path: Path) -> None:
    whole, _ = _fit(tmp_path / "whole", 3)
    _fit(tmp_path / "hurt", 2)
    newest = _files(tmp_path / "hurt")[-1]
    content = bytearray(newest.read_bytes())
    if damage == "changed":
        content[len(content) // 2] ^= 1
    newest.write_bytes(content if damage == "changed" else content[: len(content) // 2 if damage == "cut" else 0])
    with pytest.warns(UserWarning, match="is damaged"):
        hurt, _ = _fit(tmp_path / "hurt", 3)
    assert _same(whole, hurt)


def test_with_every_state_damaged_training_begins_anew(tmp_path: Path) -> None:
    whole, _ = _fit(tmp_path, 2)
    for path in _files(tmp_path):
        path.write_bytes(b"")
    with pytest.warns(UserWarning, match="is damaged"):
        again, history = _fit(tmp_path, 2)
    assert _same(whole, again) and len(history["loss"]) == 2


def test_the_first_weights_are_kept_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in the first epoch, a training whose weights were drawn without a seed goes on from those it had."""

    def made() -> keras.Model:
        one = MLP(3, (4,))
        compile_for_training(one, (None, 8), keras.optimizers.SGD(0.1), loss=CrossEntropy(), run_eagerly=True)
        return one

    first, second = made(), made()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(first, "fit", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt))
        fit_resumable(first, examples(), 1, tmp_path)
    begun = first.get_weights()
    monkeypatch.setattr(second, "fit", lambda **_: keras.callbacks.History())
    monkeypatch.setattr(keras.callbacks.History, "history", {"loss": [0.0]}, raising=False)
    assert not _same(begun, second.get_weights())
    fit_resumable(second, examples(), 1, tmp_path)
    assert _same(begun, second.get_weights())


def test_the_last_two_states_are_kept(tmp_path: Path) -> None:
    _fit(tmp_path, 4)
    assert [path.name[:12] for path in _files(tmp_path)] == ["epoch-000003", "epoch-000004"]


def _other(**changes) -> keras.Model:
    settings = {"hidden": (16,), "rate": 0.01} | changes
    made = MLP(3, settings["hidden"], dropout=0.3, seed=1)
    compile_for_training(
        made, (None, 8), keras.optimizers.Adam(settings["rate"]), loss=CrossEntropy(), run_eagerly=True
    )
    return made


@pytest.mark.parametrize(
    ("named", "change"),
    [
        ("model", {"made": lambda: _other(hidden=(12,))}),
        ("optimizer", {"made": lambda: _other(rate=0.02)}),
        ("seed", {"seed": 5}),
        ("batch_size", {"batch_size": 32}),
        ("vocabulary", {"settings": {"vocabulary": 7}}),
    ],
)
def test_the_state_of_another_training_is_refused_and_left_alone(named: str, change: dict, tmp_path: Path) -> None:
    _fit(tmp_path, 1)
    before = {path.name: path.read_bytes() for path in _files(tmp_path)}
    made = change.pop("made", model)()
    with pytest.raises(UsageError, match=f"another training: its {named} "):
        _fit(tmp_path, 2, made, **change)
    assert {path.name: path.read_bytes() for path in _files(tmp_path)} == before


@pytest.mark.parametrize("change", ["missing", "of another shape"])
def test_a_state_without_an_array_is_refused_by_name_and_changes_no_weight(tmp_path: Path, change: str) -> None:
    _fit(tmp_path, 1)
    kept = checkpoints.CheckpointFolder(tmp_path)
    found, _ = kept.latest()
    last = max(name for name in found.state if name.startswith("model_"))
    state = {name: array for name, array in found.state.items() if name != last}
    if change == "of another shape":
        state[last] = np.zeros((1, 2, 3))
    path = kept.save(checkpoints.Checkpoint(1, state, found.settings, found.history))
    found.path.unlink()
    made = model()
    before = made.get_weights()
    with pytest.raises(UsageError, match=f"{path.name} is no state of this training: its array {last}"):
        _fit(tmp_path, 2, made)
    assert _same(before, made.get_weights()) and path.exists()


def test_other_data_are_another_training(tmp_path: Path) -> None:
    _fit(tmp_path, 1)
    inputs, targets = examples()
    with pytest.raises(UsageError, match="its data is"):
        fit_resumable(model(), (inputs + 1e-3, targets), 2, tmp_path, batch_size=64, seed=4)


def test_the_same_model_made_again_in_this_process_goes_on(tmp_path: Path) -> None:
    """Keras calls it mlp_1, mlp_2, …: a notebook's cell may be run twice."""
    _fit(tmp_path, 1, model())
    _, history = _fit(tmp_path, 2, model())
    assert len(history["loss"]) == 2


def test_it_stops_where_the_history_says_so_and_stays_stopped(tmp_path: Path) -> None:
    enough = lambda history: len(history["loss"]) == 2  # noqa: E731
    _, history = _fit(tmp_path, 5, stop=enough)
    assert len(history["loss"]) == 2
    _, history = _fit(tmp_path, 5, stop=enough)
    assert len(history["loss"]) == 2


def test_a_model_that_is_not_ready_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="compile_for_training"):
        fit_resumable(MLP(3, (4,)), examples(), 1, tmp_path)
    with pytest.raises(ValueError, match="epochs is 0"):
        _fit(tmp_path, 0)


def test_a_second_training_in_the_folder_is_refused_while_the_first_is_there(tmp_path: Path) -> None:
    with checkpoints.CheckpointFolder(tmp_path).alone(), pytest.raises(UsageError, match="another process"):
        _fit(tmp_path, 1)


def test_a_full_disk_costs_no_training_and_no_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = _fit(tmp_path / "whole", 4)
    _fit(tmp_path / "full", 2)
    before = {path.name: path.read_bytes() for path in _files(tmp_path / "full")}

    def full(*_arguments, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "write_atomically", full)
        with pytest.warns(UserWarning, match="No space left.*training goes on"):
            weights, history = _fit(tmp_path / "full", 4)
    assert _same(whole, weights) and len(history["loss"]) == 4
    assert {path.name: path.read_bytes() for path in _files(tmp_path / "full")} == before
    assert _same(whole, _fit(tmp_path / "full", 4)[0])


def test_on_a_disk_that_is_really_full_the_states_before_stay_whole() -> None:
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("needs root on Linux, to mount a small disk")
    disk = Path(tempfile.mkdtemp())
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], check=False).returncode:
        disk.rmdir()
        pytest.skip("this machine lets nobody mount a disk")
    try:
        _fit(disk / "states", 2)
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as stream:
            while (free := shutil.disk_usage(disk).free) > 0:
                stream.write(bytes(min(4096, free)))
        with pytest.warns(UserWarning, match="could not be kept"):
            whole, _ = _fit(disk / "states", 4)
        assert [path.name[:12] for path in _files(disk / "states")] == ["epoch-000001", "epoch-000002"]
        assert not list((disk / "states").glob(".epoch-*"))
        filler.unlink()
        assert _same(whole, _fit(disk / "states", 4)[0])
        assert _files(disk / "states")[-1].name.startswith("epoch-000004")
    finally:
        subprocess.run(["umount", disk], check=True)
        disk.rmdir()


def test_what_a_killed_process_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".epoch-000001-0123456789abcdef.npz.x.part").write_bytes(b"half")
    _fit(tmp_path, 1)
    assert not list(tmp_path.glob(".epoch-*.part"))


def test_weights_in_bfloat16_are_kept_to_the_last_bit(tmp_path: Path) -> None:
    def made() -> keras.Model:
        layers = [keras.Input((8,)), keras.layers.Dense(3, dtype="bfloat16")]
        one = keras.Sequential(layers)
        compile_for_training(one, None, keras.optimizers.SGD(0.1), loss=CrossEntropy(), run_eagerly=True)
        return one

    first = made()
    fit_resumable(first, examples(), 1, tmp_path)
    second = made()
    fit_resumable(second, examples(), 1, tmp_path)
    before, after = ([np.asarray(array, np.float32) for array in one.get_weights()] for one in (first, second))
    assert _same(before, after) and first.get_weights()[0].dtype.name == "bfloat16"


def test_validation_data_is_measured_after_every_epoch_before_a_kill_and_after(tmp_path: Path) -> None:
    inputs, targets = examples()
    held_out = (inputs[:20] + 0.5, targets[:20])
    _fit(tmp_path, 1, validation_data=held_out)
    made = model()
    _, history = _fit(tmp_path, 2, made, validation_data=held_out)
    assert len(history["val_loss"]) == 2
    assert history["val_loss"][-1] == pytest.approx(
        made.evaluate(*held_out, verbose=0, return_dict=True)["loss"], rel=1e-5
    )
