"""The cache: entries appear whole or not at all, are checked when read, and are written by one process at a time.

An entry is a folder of files with a manifest of their sizes and checksums. It is written under another name and moved
into place when it is complete, so a process that is killed leaves nothing that could be taken for an entry.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import socket
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from course_lib.base import settings
from course_lib.base.errors import DataUnavailable
from course_lib.base.files import write_atomically
from course_lib.data import gate
from course_lib.showing import display
from course_lib.showing.language import tr

_MANIFEST = "manifest.json"
UNFINISHED = ".unfinished-"
# The first wait is silent. The second is longer than IMDB takes on a slow line: 84 MB at one megabit.
_PATIENCE = 1.0
WAIT_SECONDS = 900
_SPARE_BYTES = 16 * 2**20
_LARGEST_MANIFEST = 2**16


class Busy(DataUnavailable):
    """Another process holds a data set's lock and does not let go of it."""


def folder(card_id: str) -> Path:
    """Where everything of one data set is kept; it need not exist."""
    return settings.cache_folder() / card_id


@contextmanager
def locked(card_id: str) -> Iterator[None]:
    """Hold the lock of one data set: a second process waits here, says for whom, and gives up in the end.

    Raises:
        Busy: if the other process does not let go in time.
        OSError: if the cache cannot be written.
    """
    import filelock

    locks = settings.cache_folder() / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    holder = locks / f"{card_id}.holder"
    lock = filelock.FileLock(locks / f"{card_id}.lock")
    try:
        lock.acquire(timeout=_PATIENCE)
    except filelock.Timeout:
        who = _told(holder)
        display.show(
            display.Line(
                tr(
                    f"Another notebook is preparing {card_id} ({who}); waiting for it.",
                    f"另一个笔记本正在准备 {card_id}（{who}），请稍候。",
                )
            )
        )
        try:
            lock.acquire(timeout=WAIT_SECONDS)
        except filelock.Timeout:
            raise Busy(
                f"{card_id}: another process has held the cache for {WAIT_SECONDS / 60:,.0f} minutes "
                f"({_told(holder)}); wait for it or end it, then run this again"
            ) from None
    try:
        # Only a line for whoever waits: a disk without room for it is no reason to stop.
        with suppress(OSError):
            write_atomically(holder, f"process {os.getpid()} on {socket.gethostname()}".encode())
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _told(holder: Path) -> str:
    """Who holds a lock, as it was written down."""
    try:
        with gate.opening(holder, 1000) as opened:
            return "".join(one for one in opened.text() if one.isprintable())
    except OSError:
        return "its number is not known"


def why(problem: OSError) -> str:
    """What a reader is told of a file that cannot be written."""
    if isinstance(problem, DataUnavailable):
        return str(problem)
    return "the disk is full" if problem.errno in (errno.ENOSPC, errno.EDQUOT) else problem.strerror or str(problem)


def require_room(place: Path, needed: int) -> None:
    """Make sure that a disk has room, and some to spare.

    Raises:
        DataUnavailable: if it has not.
    """
    free = shutil.disk_usage(place).free
    if free < needed + _SPARE_BYTES:
        raise DataUnavailable(
            f"{place}: not enough room on the disk: needed {(needed + _SPARE_BYTES) / 2**20:,.0f} MiB, "
            f"free {free / 2**20:,.0f} MiB; make room, or set COURSE_CACHE to a folder on another disk"
        )


def begun(part: Path) -> int:
    """How many bytes of an unfinished file are there; a link or anything else under its name is taken away.

    Raises:
        OSError: if it cannot be taken away.
    """
    try:
        facts = part.lstat()
    except FileNotFoundError:
        return 0
    # What has a second name elsewhere would be changed there.
    if stat.S_ISREG(facts.st_mode) and facts.st_nlink == 1:
        return facts.st_size
    part.unlink()
    return 0


def open_part(part: Path, append: bool = False) -> BinaryIO:
    """Open an unfinished file for writing; never through a link.

    Args:
        part: the file.
        append: go on behind what is there; otherwise there must be nothing.

    Raises:
        OSError: if it cannot be opened, or is a link.
    """
    flags = os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    flags |= os.O_APPEND if append else os.O_CREAT | os.O_EXCL
    return open(os.open(part, flags, 0o666), "ab" if append else "wb")


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
        manifest = _manifest(entry)
        files = {name: _content(entry / name, manifest[name][0]) for name in names}
        sound = all(_facts(content) == manifest[name] for name, content in files.items())
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None
    return files if sound else None


def is_sound(entry: Path) -> bool:
    """Whether an entry has all its files, unchanged."""
    try:
        names = _manifest(entry)
    except (OSError, ValueError):
        return False
    return isinstance(names, dict) and read(entry, names) is not None


def _manifest(entry: Path) -> object:
    try:
        return json.loads(_content(entry / _MANIFEST, _LARGEST_MANIFEST))
    except RecursionError as problem:
        raise ValueError("brackets in brackets") from problem


def _content(path: Path, at_most: int) -> bytes:
    with gate.opening(path, at_most) as opened:
        return opened.content()


def sweep(place: Path) -> None:
    """Remove what a killed process left unfinished. Hold the data set's lock."""
    for left in place.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)


def _facts(content: bytes) -> list[object]:
    return [len(content), hashlib.sha256(content).hexdigest()]
