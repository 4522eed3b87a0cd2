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

import numpy as np
from filelock import FileLock, Timeout

from course_lib.base.errors import EnvironmentProblem, UsageError
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
        path: the file it was read from.
    """

    epoch: int
    state: Mapping[str, np.ndarray]
    settings: Mapping[str, str] = field(default_factory=dict)
    history: Mapping[str, list[float]] = field(default_factory=dict)
    path: Path | None = field(default=None, compare=False)


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
        self._damaged: list[Path] = []

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
        # What was found to be damaged goes, and what is older than the last few; a state that is further on never does.
        older = [
            one for one in self._newest_first() if one not in {path, *self._damaged} and _epoch(one) <= checkpoint.epoch
        ]
        for old in [*self._damaged, *older[max(0, self.keep - 1) :]]:
            old.unlink(missing_ok=True)
        self._damaged.clear()
        return path

    def latest(self) -> tuple[Checkpoint | None, list[Path]]:
        """The newest whole checkpoint, or None where there is none; and the damaged files that are newer.

        Raises:
            EnvironmentProblem: if a newer one cannot be read now: nobody knows that it is damaged.
            UsageError: if a newer one is whole and no state of a training.
        """
        self._damaged = []
        for path in self._newest_first():
            if (found := _read(path)) is not None:
                return found, self._damaged.copy()
            self._damaged.append(path)
        return None, self._damaged.copy()

    def _newest_first(self) -> list[Path]:
        found = (path for path in self.path.glob("epoch-*.npz") if _NAME.fullmatch(path.name) and path.is_file())
        return sorted(found, reverse=True)


def _epoch(path: Path) -> int:
    return int(_NAME.fullmatch(path.name)["epoch"])


def _read(path: Path) -> Checkpoint | None:
    """Read a checkpoint; None where its bytes are not those that were written.

    Raises:
        EnvironmentProblem: if the file cannot be read.
        UsageError: if its bytes are as its name says and it is no checkpoint.
    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise EnvironmentProblem(
            f"{shown(path)} cannot be read ({problem.strerror or problem}), and may be whole; make it readable, or "
            "name another folder"
        ) from problem
    if hashlib.sha256(content).hexdigest()[:16] != _NAME.fullmatch(path.name)["digest"]:
        return None
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            state = {name: arrays[name] for name in arrays.files if name != _NOTES}
            notes = json.loads(arrays[_NOTES].tobytes().decode("utf-8"))
        return _checked(notes, state, path)
    # Somebody gave the name of a checkpoint to something else; a library may stumble over that in any way.
    except Exception as problem:
        what = f"it has no {problem}" if isinstance(problem, KeyError) else problem
        raise UsageError(
            f"{shown(path)} is no state of a training ({what}); take it away, or name another folder"
        ) from problem


def _checked(notes: object, state: Mapping[str, np.ndarray], path: Path) -> Checkpoint:
    """A checkpoint of notes that are of the right form.

    Raises:
        KeyError: if one is missing.
        ValueError: if one is of another form.
    """
    if not isinstance(notes, dict):
        raise ValueError(f"its notes are of type {type(notes).__name__}")
    epoch, settings, history = notes["epoch"], notes["settings"], notes["history"]
    if type(epoch) is not int or epoch != _epoch(path):
        raise ValueError(f"its notes are of epoch {epoch!r}")
    if not isinstance(settings, dict) or not all(isinstance(value, str) for value in settings.values()):
        raise ValueError("its settings are not names with words")
    measures = list(history.values()) if isinstance(history, dict) else [None]
    if not all(isinstance(one, list) and all(isinstance(value, float) for value in one) for one in measures):
        raise ValueError("its history is not names with numbers")
    if any(len(one) > epoch for one in measures):
        raise ValueError("its history is longer than its epochs")
    return Checkpoint(epoch, state, settings, history, path)
