"""An environment like that of a reader who installed what requirements.txt names, and nothing for sites or tests."""

from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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


def needed(package: str) -> set[str]:
    """The names of a package and of all that it brings to this machine, whatever it has in extras left out."""
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(package)]
    while waiting:
        one = waiting.pop()
        asked = canonicalize_name(one.name), frozenset(one.extras)
        if asked in found:
            continue
        found.add(asked)
        try:
            brings = map(Requirement, metadata.requires(one.name) or [])
        except metadata.PackageNotFoundError:
            continue
        environments = [{"extra": extra} for extra in ("", *one.extras)]
        waiting += [each for each in brings if not each.marker or any(map(each.marker.evaluate, environments))]
    return {name for name, _ in found}


def hide_all_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes that start from now on find no package that the course does not bring to every reader."""
    kept = needed("course-lib") | {"pip", "setuptools"}
    hidden = sorted(
        module
        for module, packages in metadata.packages_distributions().items()
        if not kept & set(map(canonicalize_name, packages))
    )
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE.format(hidden=hidden), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
