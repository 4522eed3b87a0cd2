"""An environment like that of a reader who installed what requirements.txt names, and nothing for sites or tests."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]

# Python's own way to modules, which finds those of the other packages no more.
SITECUSTOMIZE = """\
import sys
from importlib.machinery import PathFinder

HIDDEN = frozenset({hidden!r})


class Finder(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in HIDDEN else super().find_spec(name, path, target)


sys.meta_path[sys.meta_path.index(PathFinder)] = Finder
"""


def needed(requirements: Iterable[str]) -> set[str]:
    """The names of all packages that these requirements bring to this machine."""
    found: set[str] = set()
    waiting = [(Requirement(one), frozenset()) for one in requirements]
    while waiting:
        one, extras = waiting.pop()
        if one.marker is not None and not any(one.marker.evaluate({"extra": extra}) for extra in (extras or {""})):
            continue
        name = canonical(one.name)
        if name in found and not one.extras:
            continue
        found.add(name)
        try:
            brings = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        waiting += [(Requirement(each), frozenset(one.extras)) for each in brings]
    return found


def canonical(name: str) -> str:
    """A package's name as all agree to write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def hidden_modules(requirements: Iterable[str]) -> set[str]:
    """The modules that are installed here and that these requirements do not bring."""
    there, kept = metadata.packages_distributions(), needed(requirements)
    return {
        module
        for module, packages in there.items()
        if not kept & set(map(canonical, packages)) and not {"course-lib", "pip", "setuptools"} & set(packages)
    }


def hide_all_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes that start from now on find no package that requirements.txt does not bring."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    hidden = hidden_modules(line.partition(" #")[0].strip() for line in lines if line and not line.startswith("#"))
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE.format(hidden=sorted(hidden)), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
