"""Proves that a state of a training is lost only when it is known to be damaged: what cannot be read stops, what is no
state is named, and nothing that is whole and further on is ever removed."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from course_lib.base.errors import EnvironmentProblem, UsageError
from course_lib.training.checkpoints import Checkpoint, CheckpointFolder

STATE = {"model_0": np.arange(6, dtype=np.float32).reshape(2, 3), "optimizer_0": np.array(7)}
NOTES = {"epoch": 5, "settings": {"model": "MLP"}, "history": {"loss": [0.5, 0.25]}}


def _saved(folder: Path, *epochs: int) -> list[Path]:
    kept = CheckpointFolder(folder)
    return [kept.save(Checkpoint(epoch, STATE, {"model": "MLP"}, {"loss": [0.5] * epoch})) for epoch in epochs]


def _names(folder: Path) -> list[int]:
    return sorted(int(path.name[6:12]) for path in folder.glob("epoch-*"))


def _write(folder: Path, content: bytes, epoch: int = 5) -> Path:
    """A file whose name says that its bytes are as they were written."""
    path = folder / f"epoch-{epoch:06d}-{hashlib.sha256(content).hexdigest()[:16]}.npz"
    path.write_bytes(content)
    return path


def _packed(notes: object, **arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays, notes=np.frombuffer(json.dumps(notes).encode(), np.uint8))
    return stream.getvalue()


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES, errno.ESTALE])
@pytest.mark.parametrize("unreadable", [{6}, {5, 6}])
def test_a_state_that_cannot_be_read_now_stops_the_training_and_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, unreadable: set[int]
) -> None:
    paths = _saved(tmp_path, 5, 6)
    read = Path.read_bytes

    def fail(self: Path) -> bytes:
        if int(self.name[6:12]) in unreadable:
            raise OSError(code, os.strerror(code))
        return read(self)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", fail)
        with pytest.raises(EnvironmentProblem, match=f"epoch-000006-.*cannot be read .{os.strerror(code)}"):
            CheckpointFolder(tmp_path).latest()
    assert _names(tmp_path) == [5, 6] and CheckpointFolder(tmp_path).latest()[0].path == paths[1]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a user who may not read everything")
def test_a_file_of_another_user_stops_the_training(tmp_path: Path) -> None:
    _saved(tmp_path, 5, 6)[1].chmod(0)
    with pytest.raises(EnvironmentProblem, match="Permission denied"):
        CheckpointFolder(tmp_path).latest()


def test_a_damaged_state_is_removed_when_a_whole_one_is_there_and_the_one_before_stays(tmp_path: Path) -> None:
    first, second = _saved(tmp_path, 5, 6)
    second.write_bytes(second.read_bytes()[:-1])
    kept = CheckpointFolder(tmp_path)
    found, damaged = kept.latest()
    assert (found.epoch, damaged) == (5, [second]) and second.exists()
    kept.save(Checkpoint(6, STATE, {"model": "MLP"}, {"loss": [0.25] * 6}))
    assert first.exists() and not second.exists() and _names(tmp_path) == [5, 6]


def test_a_whole_state_that_is_further_on_is_never_removed(tmp_path: Path) -> None:
    _saved(tmp_path, 5, 6)
    _saved(tmp_path, 0, 1, 2)
    assert _names(tmp_path) == [1, 2, 5, 6]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_packed([1, 2], **STATE), "its notes are of type list"),
        (_packed({**NOTES, "epoch": 99}, **STATE), "its notes are of epoch 99"),
        (_packed({**NOTES, "epoch": "5"}, **STATE), "its notes are of epoch '5'"),
        (_packed({**NOTES, "epoch": True}, **STATE), "its notes are of epoch True"),
        (_packed({"epoch": 5, "history": {}}, **STATE), "it has no 'settings'"),
        (_packed({**NOTES, "settings": ["model"]}, **STATE), "its settings"),
        (_packed({**NOTES, "history": {"loss": ["low"]}}, **STATE), "its history is not"),
        (_packed({**NOTES, "history": [0.5]}, **STATE), "its history is not"),
        (_packed({**NOTES, "history": {"loss": [0.5] * 6}}, **STATE), "its history is longer"),
        (b"no archive", "is no state of a training"),
        (b"", "is no state of a training"),
        (_packed(NOTES, **STATE)[:-30], "is no state of a training"),
    ],
    ids=[
        *("a list", "epoch 99", "epoch in words", "epoch true", "no settings", "settings", "history in words"),
        *("history without names", "history too long", "no archive", "empty", "cut"),
    ],
)
def test_a_well_formed_file_that_is_no_state_is_refused_by_name_and_stays(
    tmp_path: Path, content: bytes, message: str
) -> None:
    _saved(tmp_path, 3, 4)
    path = _write(tmp_path, content)
    with pytest.raises(UsageError, match=message) as caught:
        CheckpointFolder(tmp_path).latest()
    assert path.name in str(caught.value) and "\n" not in str(caught.value)
    assert _names(tmp_path) == [3, 4, 5]


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = _write(tmp_path, _packed(NOTES, **STATE))
    found, damaged = CheckpointFolder(tmp_path).latest()
    assert (found.epoch, found.settings, found.history, damaged) == (5, {"model": "MLP"}, {"loss": [0.5, 0.25]}, [])
    assert all(np.array_equal(found.state[name], STATE[name]) for name in STATE) and found.path == path


def test_a_byte_changed_anywhere_makes_a_state_a_damaged_one(tmp_path: Path) -> None:
    _saved(tmp_path, 4)
    path = _saved(tmp_path, 5)[0]
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)
        found, damaged = CheckpointFolder(tmp_path).latest()
        assert found.epoch == 4 and damaged == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a system with pipes")
def test_a_pipe_under_the_name_of_a_state_hangs_nobody(tmp_path: Path) -> None:
    _saved(tmp_path, 4)
    os.mkfifo(tmp_path / f"epoch-000005-{'0' * 16}.npz")
    assert CheckpointFolder(tmp_path).latest()[0].epoch == 4
