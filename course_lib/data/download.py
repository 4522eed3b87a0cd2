"""Downloads: one process at a time, resumed or restarted, checked, and moved into place only when whole.

What has come of a cut download waits beside its place under the name `….part`, if a checksum will tell whether the rest
fits it.

Where the site of a data set cannot be reached, `COURSE_MIRROR` may name a second place: an address below which files
lie as `DATA_SET/FILE`, or one with `{url}` in it, which stands for the file's own address. Only files whose checksum is
known are taken from there, since nothing else says that they are what was published.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit

from course_lib.base import settings
from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.data import cache, client, gate
from course_lib.data.client import Interrupted
from course_lib.data.progress import Progress, Report, reporting
from course_lib.data.registry import PublishedFile

PAUSE_SECONDS = 1.0
TRIES = 2

# After the net gave no answer, lessons do not wait for it again and again.
FORGET_SILENCE_SECONDS = 60

_silent_since: float | None = None
# Sites of their own that gave no answer, and when: a mirror is then asked at once.
_silent_sites: dict[str, float] = {}

Check = Callable[[Path], None]


def fetch(
    card_id: str,
    file: PublishedFile,
    target: Path,
    progress: Progress = None,
    patient: bool = True,
    check: Check | None = None,
) -> Path:
    """Download a published file, unless another process has done so meanwhile.

    Args:
        card_id: the data set, whose lock is held.
        file: where it is published, and what it must look like.
        target: where it is put.
        progress: None or True for a bar (a quiet line in a notebook), False for nothing, or a function that is
            given the bytes that have come and, where it is known, how many there will be.
        patient: whether to ask a net that gave no answer a moment ago.
        check: raises if the file is not what a loader needs; it is asked before the file is put in its place. None
            for its size and checksum alone.

    Returns:
        The target.

    Raises:
        DataUnavailable: if it cannot be had or the cache cannot be written; what came before a cut is kept for the
            next run.
        DataCorrupt: if the site sends something else.
        UsageError: if `COURSE_MIRROR` is no address.
    """
    if not patient and _silent_since is not None and time.monotonic() - _silent_since < FORGET_SILENCE_SECONDS:
        raise DataUnavailable(f"{card_id}: the net gave no answer a moment ago, {file.url} was not asked")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with cache.locked(card_id):
            if not (target.is_file() and file.size in (None, target.stat().st_size)):
                with reporting(progress, file.name) as report:
                    _from_anywhere(card_id, file, target, report, check or (lambda part: _check(part, file)))
    except DataUnavailable:
        raise
    except OSError as problem:
        raise DataUnavailable(
            f"{card_id}: {file.name} cannot be written to the cache {target.parent}: {cache.why(problem)}"
        ) from problem
    return target


def mirrored(card_id: str, file: PublishedFile) -> str | None:
    """Where the mirror has a file; None where there is no mirror, or no checksum to hold what it sends against.

    Args:
        card_id: the data set.
        file: its published file.

    Raises:
        UsageError: if `COURSE_MIRROR` is no address.
    """
    mirror = settings.mirror()
    if mirror is None or file.checksum is None:
        return None
    if "{url}" in mirror:
        return mirror.replace("{url}", file.url)
    return f"{mirror.rstrip('/')}/{quote(card_id)}/{quote(file.name)}"


def _from_anywhere(card_id: str, file: PublishedFile, target: Path, report: Report, check: Check) -> None:
    """From the file's own site, else from the mirror."""
    mirror = mirrored(card_id, file)
    if mirror is None:
        _download(file, target, report, check)
        return
    site = urlsplit(file.url).netloc
    silent = _silent_sites.get(site)
    first: DataUnavailable | None = None
    if silent is None or time.monotonic() - silent >= FORGET_SILENCE_SECONDS:
        try:
            _download(file, target, report, check)
            return
        except DataUnavailable as problem:
            if isinstance(problem.__cause__, Interrupted) and not problem.__cause__.answered:
                _silent_sites[site] = time.monotonic()
            first = problem
    try:
        _download(replace(file, url=mirror), target, report, check)
    except DataUnavailable as problem:
        own = first or f"{site} gave no answer a moment ago"
        raise DataUnavailable(f"{own}; nor from the mirror: {problem}") from problem


def _download(file: PublishedFile, target: Path, report: Report, check: Check) -> None:
    global _silent_since
    part = target.with_name(f"{target.name}.part")
    if file.checksum is None:
        part.unlink(missing_ok=True)
    for attempt in range(1, TRIES + 1):
        had = cache.begun(part)
        try:
            _receive(file, part, report)
            _silent_since = None
            _accept(file, part, target, check)
            return
        except Interrupted as problem:
            if not problem.answered:
                _silent_since = time.monotonic()
            if attempt == TRIES or not problem.again:
                raise DataUnavailable(f"{file.name} could not be fetched from {file.url}: {problem}") from problem
            time.sleep(PAUSE_SECONDS)
        except DataCorrupt:
            part.unlink(missing_ok=True)
            # A part of an earlier run may not fit what the site publishes now; without one there is nothing to blame.
            if not had or attempt == TRIES:
                raise
        except DataUnavailable:
            raise
        except OSError:
            # A full disk: leave it no fuller than it was.
            part.unlink(missing_ok=True)
            raise


def _accept(file: PublishedFile, part: Path, target: Path, check: Check) -> None:
    try:
        check(part)
    except DataCorrupt as problem:
        raise DataCorrupt(f"{file.url} sends something else than was published: {client.plain(problem)}") from problem
    os.replace(part, target)


def _receive(file: PublishedFile, part: Path, report: Report) -> None:
    """Append to the part what is missing of it, or start it again where the server does not resume."""
    had = cache.begun(part)
    if file.size is not None and had == file.size:
        return
    at_most = file.largest if file.size is None else file.size
    with client.answer(file.url, had) as answer:
        if not answer.resumed:
            had = 0
        total = file.size if answer.length is None else had + answer.length
        if file.size is not None and total != file.size:
            raise DataCorrupt(f"{file.url}: expected {file.size:,} bytes, the site offers {total:,}")
        if total is not None and total > at_most:
            raise DataCorrupt(f"{file.url}: expected at most {at_most:,} bytes, the site offers {total:,}")
        cache.require_room(part.parent, max((total or 0) - had, 0))
        if not had:
            part.unlink(missing_ok=True)
        with cache.open_part(part, append=bool(had)) as out:
            try:
                for block in answer.blocks():
                    had += len(block)
                    if had > (at_most if total is None else total):
                        raise DataCorrupt(f"{file.url}: expected {total or at_most:,} bytes, the site sends more")
                    out.write(block)
                    out.flush()
                    report(had, total)
            except Interrupted as problem:
                of = "" if total is None else f" of {total:,}"
                raise Interrupted(f"{problem} after {had:,}{of} bytes") from problem
            os.fsync(out.fileno())
    if total is not None and had < total:
        raise Interrupted(f"cut off after {had:,} of {total:,} bytes")


def _check(part: Path, file: PublishedFile) -> None:
    with gate.opening(part, file.largest if file.size is None else max(file.size, part.stat().st_size)) as opened:
        gate.check(opened, file)
