"""The data sets of the course: cards, verified downloads, one loader each. Nothing is imported before it is used."""

from __future__ import annotations

import importlib

_MODULES = ("digits", "glove", "imdb", "phrases", "registry", "stopwords", "tatoeba")
_FUNCTIONS = {
    "samples_in_use": "samples",
    "clear": "management",
    "fetch": "management",
    "status": "management",
    "verify": "management",
}

__all__ = sorted((*_MODULES, *_FUNCTIONS))


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _FUNCTIONS:
        return getattr(importlib.import_module(f"{__name__}.{_FUNCTIONS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
