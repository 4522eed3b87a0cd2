"""Where a data set comes from: the reader's folder, then the verified cache, then its own site."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from course_lib.base import settings
from course_lib.base.errors import DataCorrupt, DataUnavailable, UsageError
from course_lib.data import cache, gate, registry
from course_lib.data.gate import Opened
from course_lib.data.progress import Progress, reporting

SAMPLE_CHOICES = ("fallback", "never", "only")

# What the course put there itself.
_OURS = {"cache", "download"}

Content = TypeVar("Content")


@dataclass(frozen=True)
class Found:
    """A data set's file (or unpacked folder), and how it was come by.

    Args:
        path: the file or folder.
        source: `"folder"` (named by COURSE_DATA), `"cache"`, `"download"`, `"package"` or `"sample"`.
    """

    path: Path
    source: str


def in_folder(card: registry.Card) -> Path | None:
    """The data set, or the first of its files, in the folder named by `COURSE_DATA`, or None.

    Raises:
        UsageError: if `COURSE_DATA` names no folder.
    """
    folder = settings.data_folder()
    if folder is None:
        return None
    places = (folder / place for part in card.parts for place in part.local)
    return next((place for place in places if place.exists()), None)


def in_cache(card: registry.Card) -> Path | None:
    """The published file in the cache, or None; of a file whose size is fixed, only one of that size counts."""
    if card.file is None:
        return None
    path = cache.folder(card.id) / card.file.name
    try:
        size = path.stat().st_size
    except OSError:
        return None
    return path if card.file.size in (None, size) else None


def here(card: registry.Card) -> Found | None:
    """The data set if it is on this machine, all files of it, or None."""
    if card.files:
        found = each_here(card)
        return None if None in found else together(found)
    if card.origin == "package":
        return Found(registry.packaged_path(card), "package")
    if card.origin == "course":
        return Found(registry.sample_path(card), "sample")
    if path := in_folder(card):
        return Found(path, "folder")
    if path := in_cache(card):
        return Found(path, "cache")
    return None


def each_here(card: registry.Card) -> list[Found | None]:
    """Each file of a data set that is on this machine; None for one that is not."""
    return [here(part) for part in card.parts]


def together(found: list[Found]) -> Found:
    """Several files as one: where the one is that came the longest way."""
    if len(found) == 1:
        return found[0]
    last = max(found, key=lambda one: ("folder", "cache", "download").index(one.source))
    return Found(last.path.parent, last.source)


def obtain(card: registry.Card, progress: Progress = None, asked: bool = False) -> Found:
    """The data set from the first of its three ways in that has it.

    Args:
        card: the card of the data set.
        progress: see `download.download`.
        asked: whether the reader asked for this data set by name; only then is one fetched that is not `automatic`.

    Raises:
        DataUnavailable: if there is no way to it; the message says what to do.
        DataCorrupt: if its site sends something else.
        UsageError: if `COURSE_DATA` names no folder.
    """
    if found := here(card):
        return found
    if settings.offline():
        raise DataUnavailable(f"{_missing(card)}; COURSE_OFFLINE forbids a download")
    if not (asked or card.automatic):
        raise DataUnavailable(f"{_missing(card)}; it is fetched only when you ask for it: course data fetch {card.id}")
    from course_lib.data import checking, download

    def check(part: Path) -> None:
        gate.passing(card, part, checking.whole(card), ours=True)

    path = download.fetch(
        card.id, card.file, cache.folder(card.id) / card.file.name, progress, patient=asked, check=check
    )
    return Found(path, "download")


def read(card: registry.Card, reader: Callable[[Opened], Content]) -> tuple[Content, str]:
    """Read a data set from the first of its ways in that has it; a damaged copy in the cache is fetched again.

    Args:
        card: the card of the data set.
        reader: makes the content from the file, or raises.

    Returns:
        The content, and where it came from.

    Raises:
        DataUnavailable: if there is no way to it, or it cannot be read.
        DataCorrupt: if what the reader put into `COURSE_DATA`, or what the site sends, is damaged.
        UsageError: if `COURSE_DATA` names no folder.
    """
    content, found = passed(card, reader)
    return content, found.source


def passed(
    card: registry.Card, reader: Callable[[Opened], Content], progress: Progress = None, asked: bool = False
) -> tuple[Content, Found]:
    """As `read` for a card of one file, with the file itself; `progress` and `asked` as in `obtain`."""
    found = obtain(card, progress, asked)
    before = _identity(found.path)
    try:
        return gate.passing(card, found.path, reader, ours=found.source in _OURS), found
    except DataCorrupt as problem:
        if found.source == "folder":
            raise DataCorrupt(
                f"{problem}; it lies in COURSE_DATA: put a whole copy there, or take it away"
            ) from problem
        if found.source == "package":
            raise DataCorrupt(f"{problem}; install the package again") from problem
        if found.source == "sample":
            raise DataCorrupt(f"{problem}; install course_lib again") from problem
        damage = problem
    _remove(card, found.path, before, damage)
    if found.source == "download":
        raise damage
    try:
        found = obtain(card, progress, asked)
    except DataUnavailable as problem:
        raise DataUnavailable(f"{damage}; it was removed from the cache. {problem}") from problem
    return gate.passing(card, found.path, reader, ours=found.source in _OURS), found


def read_all(card: registry.Card, reader: Callable[[registry.Card, Opened], Content]) -> tuple[list[Content], str]:
    """As `read`, of every file of a data set, in the order of its card.

    Args:
        card: the card of the data set.
        reader: makes the content from the card of the one file and the file.
    """
    contents, found = passed_all(card, reader)
    return contents, together(found).source


def passed_all(
    card: registry.Card,
    reader: Callable[[registry.Card, Opened], Content],
    progress: Progress = None,
    asked: bool = False,
) -> tuple[list[Content], list[Found]]:
    """As `read_all`, with the files themselves; `progress` and `asked` as in `obtain`."""
    with _one_progress(card, progress) as of:
        both = [passed(part, partial(reader, part), of(part), asked) for part in card.parts]
    return [content for content, _ in both], [found for _, found in both]


@contextmanager
def _one_progress(card: registry.Card, progress: Progress) -> Iterator[Callable[[registry.Card], Progress]]:
    """One bar or one line for all files that must be fetched."""
    missing = [part.file for part in card.parts if here(part) is None] if card.files else []
    if not missing:
        yield lambda part: progress
        return
    sizes = [file.size for file in missing]
    total = None if None in sizes else sum(sizes)
    came: dict[str, int] = {}
    with reporting(progress, card.id) as report:

        def of(part: registry.Card) -> Progress:
            def count(done: int, _: int | None) -> None:
                came[part.file.name] = done
                report(sum(came.values()), total)

            return count

        yield of


def _identity(path: Path) -> tuple[int, ...] | None:
    try:
        facts = path.lstat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns


def _remove(card: registry.Card, path: Path, before: tuple[int, ...] | None, damage: DataCorrupt) -> None:
    """Take a damaged file out of the cache, unless another process has put a whole one there meanwhile.

    Raises:
        DataUnavailable: if the cache cannot be changed.
    """
    try:
        with cache.locked(card.id):
            if _identity(path) == before:
                path.unlink(missing_ok=True)
    except OSError as problem:
        raise DataUnavailable(f"{damage}; it cannot be removed from the cache: {cache.why(problem)}") from problem


def is_readers_own(card: registry.Card, problem: DataUnavailable) -> bool:
    """Whether the problem is a damaged copy in `COURSE_DATA`: then no sample may stand in quietly."""
    return isinstance(problem, DataCorrupt) and in_folder(card) is not None


def _missing(card: registry.Card) -> str:
    folder = settings.data_folder()
    places = f"in {folder} ({', '.join(card.local)})" if folder else "in COURSE_DATA (not set)"
    return f"{card.id}: {card.file.name} is neither {places} nor in the cache {cache.folder(card.id)}"


def choice(value: object, what: str, allowed: tuple[object, ...]) -> None:
    """Check an argument that has few allowed values.

    Raises:
        UsageError: if the value is none of them.
    """
    if value not in allowed:
        raise UsageError.unknown(what, value, allowed)


def checked_limit(limit: object, available: int) -> int:
    """How many to load: the limit, or everything.

    Args:
        limit: None or a whole number.
        available: how many there are.

    Raises:
        UsageError: if the limit is no whole number from 1 to `available`.
    """
    if limit is None:
        return available
    if isinstance(limit, bool) or not hasattr(limit, "__index__") or not 1 <= limit <= available:
        raise UsageError(f"limit must be None or a whole number from 1 to {available:,}; given: {limit!r}")
    return int(limit)


def at_most(limit: int | None, available: int) -> int | None:
    """The limit, or what there is of a sample if that is less."""
    return None if limit is None else min(checked_limit(limit, sys.maxsize), available)
