"""What tests of servers share: a free port, waiting until an address answers, stopping a process at the end."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, patience: float) -> None:
    """Wait until an address answers; fail with the process's last words where it ends before or takes too long.

    Args:
        url: the address, its token included.
        process: the server.
        log: where it writes.
        patience: how many seconds to wait.
    """
    end = time.monotonic() + patience
    while True:
        words = log.read_text(encoding="utf-8", errors="replace")[-3000:]
        assert process.poll() is None and time.monotonic() < end, words
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.3)


@contextmanager
def stopping(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Stop a process at the end: it is asked first, and killed after half a minute."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
