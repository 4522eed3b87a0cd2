"""What the `course data` command does: fetch, look at, check and clear data sets."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from course_lib.base.errors import DataUnavailable, EnvironmentProblem
from course_lib.data import cache, checking, registry, sources
from course_lib.data.checking import Finding
from course_lib.data.progress import Progress


@dataclass(frozen=True)
class Status:
    """Where a data set would come from now.

    Args:
        id: the data set.
        where: `"folder"`, `"cache"`, `"package"`, `"course"` (it is part of the course) or `"missing"`.
        path: the file or folder; None where it is missing.
        size: its bytes on this machine, or those to fetch where it is missing; None where that is not known.
        cached: the bytes the cache holds of it, parsed data included.
    """

    id: str
    where: str
    path: Path | None
    size: int | None
    cached: int


def fetch(card_id: str, progress: Progress = None) -> Path:
    """Make sure a data set is on this machine and whole, large ones too.

    Args:
        card_id: the data set.
        progress: None or True for a bar (a quiet line in a notebook), False for nothing, or a function that is
            given the bytes that have come and how many there will be (or None).

    Returns:
        Its file, or the folder of its files: in `COURSE_DATA`, the cache, an installed package or the course.

    Raises:
        UsageError: if no data set has this name, or `COURSE_DATA` names no folder.
        DataUnavailable: if it cannot be had.
        DataCorrupt: if the copy in `COURSE_DATA` is damaged, or its site sends something else.
        EnvironmentProblem: if the package that ships it is not installed.
    """
    card = registry.card(card_id)
    sources.passed_all(card, lambda part, opened: checking.whole(part)(opened), progress, asked=True)
    return sources.here(card).path


def status(card_id: str) -> Status:
    """Where a data set would come from now.

    Raises:
        UsageError: if no data set has this name, or `COURSE_DATA` names no folder.
    """
    card = registry.card(card_id)
    cached = sum(_size(path) for path in _ours(card))
    try:
        found = sources.here(card)
    except EnvironmentProblem:
        found = None
    if found is None and (parsed := [path for path in _ours(card) if path.name.startswith("parsed-")]):
        found = sources.Found(parsed[0], "cache")
    if found is None:
        return Status(card_id, "missing", None, _to_fetch(card), cached)
    where = "course" if found.source == "sample" else found.source
    # Beside the files of a data set others may lie in the same folder.
    paths = [one.path for one in sources.each_here(card)] if card.files else [found.path]
    return Status(card_id, where, found.path, sum(map(_size, paths)), cached)


def verify(card_id: str) -> list[Finding]:
    """Check every copy of a data set on this machine: in `COURSE_DATA`, in the cache, in a package or in the course.

    Returns:
        One finding a copy, or one that says there is none.

    Raises:
        UsageError: if no data set has this name, or `COURSE_DATA` names no folder.
    """
    return checking.findings(registry.card(card_id))


def clear(card_ids: Iterable[str] | None = None) -> int:
    """Remove data sets from the cache; nothing else is touched, in the cache's folder or outside.

    Args:
        card_ids: the data sets; None for all.

    Returns:
        How many bytes were freed.

    Raises:
        UsageError: if no data set has one of the names; then nothing is removed.
        DataUnavailable: if the cache cannot be changed.
    """
    chosen = registry.cards() if card_ids is None else [registry.card(card_id) for card_id in card_ids]
    return sum(_clear(card) for card in chosen if cache.folder(card.id).is_dir())


def _clear(card: registry.Card) -> int:
    freed = 0
    try:
        with cache.locked(card.id):
            for path in _ours(card):
                size = _size(path)
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
                freed += size
            folder = cache.folder(card.id)
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
    except OSError as problem:
        raise DataUnavailable(f"the cache of {card.id} cannot be cleared: {problem}") from problem
    return freed


def _ours(card: registry.Card) -> list[Path]:
    """What the course itself put into the cache: a reader may have chosen a folder that holds other things."""
    files = [part.file for part in card.parts if part.file]
    names = [name for file in files for name in (file.name, f"{file.name}.part")]
    patterns = (*names, "parsed-*", f"{cache.UNFINISHED}*", "glove.6B.*d.txt", "glove.6B.*d.txt.part")
    return sorted({path for pattern in patterns for path in cache.folder(card.id).glob(pattern)})


def _to_fetch(card: registry.Card) -> int | None:
    sizes = [part.file.size for part in card.parts if part.file]
    return sum(sizes) if sizes and None not in sizes else None


def _size(path: Path) -> int:
    if path.is_dir() and not path.is_symlink():
        return sum(file.lstat().st_size for file in path.rglob("*"))
    return path.lstat().st_size
