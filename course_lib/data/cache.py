"""The cache: entries appear whole or not at all, are checked when read, and are written by one process at a time.

An entry is a folder of files with a manifest of their sizes and checksums. It is written under another name and moved
into place when it is complete, so a process that is killed leaves nothing that could be taken for an entry.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from course_lib.base import settings
from course_lib.showing import display
from course_lib.showing.language import tr

_MANIFEST = "manifest.json"
UNFINISHED = ".unfinished-"
_PATIENCE = 1.0


def folder(card_id: str) -> Path:
    """Where everything of one data set is kept; it need not exist."""
    return settings.cache_folder() / card_id


@contextmanager
def locked(card_id: str) -> Iterator[None]:
    """Hold the lock of one data set: a second process waits here, and says so.

    Raises:
        OSError: if the cache cannot be written.
    """
    import filelock

    locks = settings.cache_folder() / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(locks / f"{card_id}.lock")
    try:
        lock.acquire(timeout=_PATIENCE)
    except filelock.Timeout:
        display.show(
            display.Line(
                tr(
                    f"Another notebook is preparing {card_id}; waiting for it.",
                    f"另一个笔记本正在准备 {card_id}，请稍候。",
                )
            )
        )
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def writing(entry: Path) -> Iterator[Path]:
    """Fill a new folder that becomes the entry when the block ends well, and vanishes when it does not.

    Args:
        entry: the folder to make or to replace. Hold the data set's lock.

    Raises:
        OSError: if the cache cannot be written.
    """
    entry.parent.mkdir(parents=True, exist_ok=True)
    sweep(entry.parent)
    unfinished = entry.parent / f"{UNFINISHED}{os.getpid()}"
    unfinished.mkdir()
    try:
        yield unfinished
        files = {path.name: _facts(path.read_bytes()) for path in sorted(unfinished.iterdir())}
        (unfinished / _MANIFEST).write_text(json.dumps(files), encoding="utf-8")
        if entry.exists():
            os.replace(entry, unfinished / "replaced")
            os.replace(unfinished, entry)
            shutil.rmtree(entry / "replaced", ignore_errors=True)
        else:
            os.replace(unfinished, entry)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def read(entry: Path, names: Iterable[str]) -> dict[str, bytes] | None:
    """Some files of an entry, checked against its manifest; None where one of them is missing or damaged."""
    try:
        manifest = json.loads((entry / _MANIFEST).read_text(encoding="utf-8"))
        files = {name: (entry / name).read_bytes() for name in names}
        sound = all(_facts(content) == manifest[name] for name, content in files.items())
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return files if sound else None


def is_sound(entry: Path) -> bool:
    """Whether an entry has all its files, unchanged."""
    try:
        names = json.loads((entry / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(names, dict) and read(entry, names) is not None


def sweep(place: Path) -> None:
    """Remove what a killed process left unfinished. Hold the data set's lock."""
    for left in place.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)


def _facts(content: bytes) -> list[object]:
    return [len(content), hashlib.sha256(content).hexdigest()]
