"""Runs a module of the course in a process of its own, without what Keras brings along and no training needs.

Started as `python -m course_lib.scaling.alone MODULE JSON` by `processes.start`. Each of these processes would take a
hundred megabytes and a second more for the tables and plots that Keras can do with, and several run side by side.
"""

from __future__ import annotations

import importlib
import runpy
import sys

UNUSED = ("IPython", "matplotlib", "pandas", "sklearn")


def main() -> None:
    """Import Keras alone, then run the module that the first argument names; the second is for it."""
    for name in UNUSED:
        sys.modules[name] = None  # makes its import raise an ImportError, which Keras expects
    try:
        importlib.import_module("keras")
    finally:
        for name in UNUSED:
            del sys.modules[name]
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
