"""What a long cell leaves behind in memory goes back to the system, so that a lesson fits where memory is scarce."""

from __future__ import annotations

import ctypes
import gc
import sys
import time
from types import SimpleNamespace

# What a kernel's process is started with. On Linux each thread of TensorFlow would put its arrays into a heap of its
# own, and keep there what it has freed; in one heap they use each other's room: 170 MB less at the peak of lesson 12.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}

# Shorter cells leave little, and readers would feel the pause after each.
LONG_SECONDS = 1.0


def tidy_after_long_cells() -> None:
    """From now on, tidy after each cell of the notebook that took longer than `LONG_SECONDS`.

    Graphs that Keras has traced refer to themselves in circles, which Python finds only when it looks for them. What
    exists by now (modules, above all) stays for the session and is left out of that search, here and ever after: it
    would take most of the time. Lesson 03 takes 60 MB less at its peak and 6 seconds less by both.

    Without a notebook around it nothing is done. Called again, it changes nothing.
    """
    shell = _shell()
    if shell is None or getattr(shell, "_course_tidies", False):
        return
    gc.collect()
    gc.freeze()
    started = SimpleNamespace(at=time.monotonic())

    def before(_info: object = None) -> None:
        started.at = time.monotonic()

    def after(_result: object = None) -> None:
        if time.monotonic() - started.at > LONG_SECONDS:
            tidy()

    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)
    shell._course_tidies = True


def tidy() -> None:
    """Free what nothing refers to any more, and hand free memory back to the system where the C library can (glibc)."""
    gc.collect()
    if sys.platform != "linux":
        return
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):
        # Another C library, such as musl: it gives memory back by itself, or not at all.
        return


def _shell():
    """The notebook's shell, or None; IPython is not imported to find out."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None
