"""Deep learning for language, from a word count to a Transformer, in Keras 3: the library behind the lessons.

Importing it is instant: Keras and everything else that is heavy is imported when it is first used.
"""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

_LAZY = {
    "check": "course_lib.checks",
    "dial": "course_lib.scale",
    "start": "course_lib.session",
    "tr": "course_lib.language",
}

__all__ = ["__version__", "check", "dial", "start", "tr"]


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
