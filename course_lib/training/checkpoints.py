"""States of a training on the disk: each whole or not there, checked when it is read, the last few kept."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from filelock import FileLock, Timeout

from course_lib.base.errors import CourseError, UsageError
from course_lib.base.files import remove_unfinished, shown, write_atomically

_NAME = re.compile(r"epoch-(?P<epoch>\d{6})-(?P<digest>[0-9a-f]{16})\.npz")
_NOTES = "notes"


@dataclass(frozen=True)
class Checkpoint:
    """A training as it stood after an epoch.

    Args:
        epoch: how many epochs were done.
        state: every array that the training goes on from, by name.
        settings: what must be the same for another training to go on from it.
        history: the measures of each epoch.
    """

    epoch: int
    state: Mapping[str, np.ndarray]
    settings: Mapping[str, str] = field(default_factory=dict)
    history: Mapping[str, list[float]] = field(default_factory=dict)


class CheckpointFolder:
    """A folder of checkpoints of one training.

    A checkpoint is a plain `.npz` file whose name carries the first digits of its SHA-256: a file that was cut short or
    changed is known by its name, and the one before it is taken.

    Args:
        path: the folder; it is made as needed.
        keep: how many checkpoints stay, the newest ones.
    """

    def __init__(self, path: Path | str, keep: int = 2) -> None:
        self.path, self.keep = Path(path), keep

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes out of the folder; a process that dies lets go of it.

        Raises:
            UsageError: if another one is in it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise UsageError(
                f"another process is training in {shown(self.path)}; wait for it, or name another folder"
            ) from None
        try:
            remove_unfinished(self.path, "epoch-*")
            yield
        finally:
            lock.release()

    def save(self, checkpoint: Checkpoint) -> Path:
        """Write a checkpoint; only when it is whole and on the disk are older ones removed.

        Raises:
            OSError: if the disk is full; those that were there are still there.
        """
        notes = {
            "epoch": checkpoint.epoch,
            "settings": dict(checkpoint.settings),
            "history": {name: list(map(float, values)) for name, values in checkpoint.history.items()},
        }
        buffer = io.BytesIO()
        np.savez(buffer, **checkpoint.state, **{_NOTES: np.frombuffer(json.dumps(notes).encode("utf-8"), np.uint8)})
        content = buffer.getvalue()
        path = self.path / f"epoch-{checkpoint.epoch:06d}-{hashlib.sha256(content).hexdigest()[:16]}.npz"
        write_atomically(path, content, durable=True)
        for old in [one for one in self._newest_first() if one != path][max(0, self.keep - 1) :]:
            old.unlink(missing_ok=True)
        return path

    def latest(self) -> tuple[Checkpoint | None, list[Path]]:
        """The newest whole checkpoint, or None where there is none; and the damaged files that are newer."""
        damaged = []
        for path in self._newest_first():
            try:
                return _read(path), damaged
            except CourseError:
                damaged.append(path)
        return None, damaged

    def _newest_first(self) -> list[Path]:
        return sorted((path for path in self.path.glob("epoch-*.npz") if _NAME.fullmatch(path.name)), reverse=True)


def _read(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        CourseError: if the file is not what was written.
    """
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest()[:16] != _NAME.fullmatch(path.name)["digest"]:
            raise CourseError(f"{shown(path)} is damaged")
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            state = {name: arrays[name] for name in arrays.files if name != _NOTES}
            notes = json.loads(arrays[_NOTES].tobytes().decode("utf-8"))
        return Checkpoint(notes["epoch"], state, notes["settings"], notes["history"])
    except (OSError, ValueError, KeyError, BadZipFile) as problem:
        raise CourseError(f"{shown(path)} cannot be read: {problem}") from problem
