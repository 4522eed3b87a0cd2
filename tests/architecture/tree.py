"""The course's own files, as the checks of this folder see them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the course, relative to its folder: what git tracks, or all but what tools leave behind."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        names = [name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        left_behind = {".git", ".venv", "build", "__pycache__", ".pytest_cache", ".ruff_cache", "mutants"}
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        names = [path for path in found if not left_behind & set(path.parts)]
    return tuple(sorted(Path(name) for name in names if (ROOT / name).is_file()))


@cache
def texts(*endings: str) -> dict[str, str]:
    """The texts of tracked files by their path, those with these endings, or all that are UTF-8 text."""
    found = {}
    for path in tracked():
        if endings and path.suffix not in endings:
            continue
        try:
            found[path.as_posix()] = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found
