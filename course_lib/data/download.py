"""Downloads: one process at a time, resumed or restarted, checked, and moved into place only when whole.

What has come of a cut download waits beside its place under the name `….part`, if a checksum will tell whether the rest
fits it.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import shutil
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import course_lib
from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.data import cache
from course_lib.data.progress import Progress, Report, reporting
from course_lib.data.registry import PublishedFile

CONNECT_SECONDS = 10
READ_SECONDS = 30
PAUSE_SECONDS = 1.0
TRIES = 2

# After the net gave no answer, lessons do not wait for it again and again.
FORGET_SILENCE_SECONDS = 60
_BLOCK = 256 * 1024
_SPARE_BYTES = 16 * 2**20

_silent_since: float | None = None


class _Interrupted(Exception):
    """The net failed in a way that a second try may mend."""

    def __init__(self, message: str, answered: bool = True, again: bool = True) -> None:
        super().__init__(message)
        self.answered = answered
        self.again = again


def fetch(card_id: str, file: PublishedFile, target: Path, progress: Progress = None, patient: bool = True) -> Path:
    """Download a published file, unless another process has done so meanwhile.

    Args:
        card_id: the data set, whose lock is held.
        file: where it is published, and what it must look like.
        target: where it is put.
        progress: None or True for a bar (a quiet line in a notebook), False for nothing, or a function that is
            given the bytes that have come and, where it is known, how many there will be.
        patient: whether to ask a net that gave no answer a moment ago.

    Returns:
        The target.

    Raises:
        DataUnavailable: if it cannot be had or the cache cannot be written; what came before a cut is kept for the
            next run.
        DataCorrupt: if the site sends something else.
    """
    if not patient and _silent_since is not None and time.monotonic() - _silent_since < FORGET_SILENCE_SECONDS:
        raise DataUnavailable(f"{card_id}: the net gave no answer a moment ago, {file.url} was not asked")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with cache.locked(card_id):
            if not (target.is_file() and file.size in (None, target.stat().st_size)):
                with reporting(progress, file.name) as report:
                    _download(file, target, report)
    except DataUnavailable:
        raise
    except OSError as problem:
        why = "the disk is full" if problem.errno == errno.ENOSPC else str(problem)
        raise DataUnavailable(
            f"{card_id}: {file.name} cannot be written to the cache {target.parent}: {why}"
        ) from problem
    return target


def check(path: Path, file: PublishedFile) -> None:
    """Check a file against the size and the checksum of its card.

    Raises:
        DataCorrupt: naming the file, what was expected and what was got.
    """
    size = path.stat().st_size
    if file.size is not None and size != file.size:
        raise DataCorrupt(f"{path}: expected {file.size:,} bytes, got {size:,}")
    if file.checksum is not None:
        algorithm, expected = file.checksum
        with path.open("rb") as stream:
            got = hashlib.file_digest(stream, algorithm).hexdigest()
        if got != expected:
            raise DataCorrupt(f"{path}: expected {algorithm} {expected}, got {got}")


def _download(file: PublishedFile, target: Path, report: Report) -> None:
    global _silent_since
    part = target.with_name(f"{target.name}.part")
    if file.checksum is None:
        part.unlink(missing_ok=True)
    for attempt in range(1, TRIES + 1):
        had = part.stat().st_size if part.exists() else 0
        try:
            _receive(file, part, report)
            _silent_since = None
            _accept(file, part, target)
            return
        except _Interrupted as problem:
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


def _accept(file: PublishedFile, part: Path, target: Path) -> None:
    try:
        check(part, file)
    except DataCorrupt as problem:
        raise DataCorrupt(f"{file.url} sends something else than was published: {problem}") from problem
    os.replace(part, target)


def _receive(file: PublishedFile, part: Path, report: Report) -> None:
    """Append to the part what is missing of it, or start it again where the server does not resume."""
    had = part.stat().st_size if part.exists() else 0
    if file.size is not None and had == file.size:
        return
    with _response(file, had) as response:
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            had = 0
        length = response.length
        total = file.size if length is None else had + length
        if file.size is not None and total != file.size:
            raise DataCorrupt(f"{file.url}: expected {file.size:,} bytes, the site offers {total:,}")
        _check_space(part.parent, max((total or 0) - had, 0))
        with part.open("ab" if had else "wb") as out:
            for block in _blocks(response):
                had += len(block)
                if total is not None and had > total:
                    raise DataCorrupt(f"{file.url}: expected {total:,} bytes, the site sends more")
                out.write(block)
                out.flush()
                report(had, total)
            os.fsync(out.fileno())
    if total is not None and had < total:
        raise _Interrupted(f"cut off after {had:,} of {total:,} bytes")


@contextmanager
def _response(file: PublishedFile, had: int) -> Iterator[http.client.HTTPResponse]:
    # Some sites refuse a client that does not call itself Mozilla.
    headers = {"User-Agent": f"Mozilla/5.0 (compatible; course_lib/{course_lib.__version__})"}
    if had:
        headers["Range"] = f"bytes={had}-"
    opener = urllib.request.build_opener(_Plain, _Secure(context=_trust()))
    try:
        response = opener.open(urllib.request.Request(file.url, headers=headers), timeout=CONNECT_SECONDS)
    except urllib.error.HTTPError as problem:
        if problem.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and had:
            raise DataCorrupt(f"{file.url}: the site has fewer than the {had:,} bytes that came earlier") from problem
        raise _Interrupted(f"the site answers {problem.code} {problem.reason}", again=problem.code >= 500) from problem
    except urllib.error.URLError as problem:
        again = not isinstance(problem.reason, TimeoutError)
        raise _Interrupted(f"no connection ({problem.reason})", answered=False, again=again) from problem
    except (OSError, http.client.HTTPException) as problem:
        raise _Interrupted(f"no answer ({problem})", answered=False) from problem
    with response:
        start = response.headers.get("Content-Range", f"bytes {had}-")
        if response.status == http.HTTPStatus.PARTIAL_CONTENT and not start.startswith(f"bytes {had}-"):
            raise DataCorrupt(f"{file.url}: asked for the bytes from {had:,} on, the site sends {start!r}")
        yield response


def _blocks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while True:
        try:
            block = response.read1(_BLOCK)
        except (OSError, http.client.HTTPException) as problem:
            raise _Interrupted(f"cut off ({problem or type(problem).__name__})") from problem
        if not block:
            return
        yield block


def _check_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE_BYTES:
        raise DataUnavailable(
            f"{folder}: not enough room on the disk: needed {(needed + _SPARE_BYTES) / 2**20:,.0f} MiB, "
            f"free {free / 2**20:,.0f} MiB; make room, or set COURSE_CACHE to a folder on another disk"
        )


def _trust() -> ssl.SSLContext:
    """The certificates of the system, or those of certifi where Python came without any, as it may on macOS."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        with suppress(ImportError):
            import certifi

            context.load_verify_locations(certifi.where())
    return context


class _PlainConnection(http.client.HTTPConnection):
    """Waits briefly for a connection, and longer for data."""

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(READ_SECONDS)


class _SecureConnection(http.client.HTTPSConnection):
    """Waits briefly for a connection, and longer for data."""

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(READ_SECONDS)


class _Plain(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PlainConnection, request)


class _Secure(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_SecureConnection, request, context=self._context)
