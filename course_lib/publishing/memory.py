"""Memory: the most that a process and its children held at once, and what this machine or its container has left."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import psutil

_INTERVAL = 0.2
_GROUPS = Path("/proc/self/cgroup")
_LIMITS = Path("/sys/fs/cgroup")
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


class PeakMemory:
    """Watches a process while it runs; use it as a context manager and read `megabytes` afterwards.

    Linux counts the highest memory of a process itself (`VmHWM`), so that no short peak is missed; elsewhere, and for
    child processes, memory is looked at five times a second. What a child shares with its parent is counted once.

    Args:
        pid: the process.
    """

    def __init__(self, pid: int) -> None:
        self.megabytes = 0.0
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="peak memory", daemon=True)

    def __enter__(self) -> PeakMemory:
        self.look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self.look()

    def look(self) -> None:
        """Look at the memory now; a process that is gone adds nothing."""
        try:
            self.megabytes = max(self.megabytes, _highest(self._pid), _with_children(self._pid))
        except (psutil.Error, OSError):
            return

    def _watch(self) -> None:
        while not self._stop.wait(_INTERVAL):
            self.look()


def _highest(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if status.is_file():
        peak = _PEAK.search(status.read_text(encoding="ascii", errors="replace"))
        if peak:
            return int(peak[1]) * 1024 / 1e6
    return psutil.Process(pid).memory_info().rss / 1e6


def _with_children(pid: int) -> float:
    process = psutil.Process(pid)
    children = process.children(recursive=True)
    if not children:
        return 0.0
    return sum(_share(member) for member in (process, *children)) / 1e6


def _share(process: psutil.Process) -> int:
    """The process's memory, of which what it shares is divided among those who share it (where the system tells)."""
    try:
        memory = process.memory_full_info()
        return getattr(memory, "pss", 0) or memory.rss
    except psutil.AccessDenied:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0


def free_gigabytes() -> float:
    """Memory that programs can still have: the machine's, or less where a container's limit leaves less."""
    return max(0, min(psutil.virtual_memory().available, *_left_in_containers(_GROUPS, _LIMITS))) / 1e9


def _left_in_containers(groups: Path, mounted: Path) -> Iterator[float]:
    """What each limit of Linux's control groups leaves, old and new ones; infinity at least, where there is none.

    Args:
        groups: the file that says which groups this process is in.
        mounted: where the groups' limits can be read.
    """
    yield float("inf")
    try:
        lines = groups.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers not in ("", "memory"):
            continue
        names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        place, (limit, used, cached) = mounted / "memory", names
        if not controllers:
            place, (limit, used, cached) = mounted, ("memory.max", "memory.current", "inactive_file")
        # A limit holds for all groups below it. Inside a container the path may be one that only its host knows.
        for folder in (place / path.lstrip("/"), *(place / path.lstrip("/")).parents):
            if folder.is_relative_to(place):
                try:
                    counted = dict(line.split() for line in (folder / "memory.stat").read_text("ascii").splitlines())
                    held = int((folder / used).read_text("ascii")) - int(counted.get(cached, 0))
                    # Files that the system has read once and can forget count as used there.
                    yield int((folder / limit).read_text("ascii")) - held
                except (OSError, ValueError):  # no such group here, or no limit: "max"
                    continue
