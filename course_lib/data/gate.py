"""The one door that every file of a data set passes, whether it is fetched, verified or loaded.

A file is opened once, is a regular one and not larger than its card allows, and is read by the loader's own reader;
whatever that reader stumbles over is a damaged file. Only a disk that cannot be read is another matter: what could not
be read is not known to be damaged, and stays.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeVar

from course_lib.base.errors import CourseError, DataCorrupt, DataUnavailable
from course_lib.data.registry import Card, PublishedFile

Content = TypeVar("Content")

# What a reader meets that was led astray by the file itself: it seeks to a place before the beginning, say.
LED_ASTRAY = {None, errno.EINVAL, errno.EOVERFLOW}


@dataclass(frozen=True)
class Opened:
    """A file that is through the door.

    Args:
        path: where it lies.
        stream: the open file; None where a data set is a folder of files.
        at_most: how many bytes may be read of it, unpacked ones too.
        published: whether its checksum has shown it to be the published file.
    """

    path: Path
    stream: BinaryIO | None
    at_most: int
    published: bool = False

    def content(self) -> bytes:
        """All of it.

        Raises:
            DataCorrupt: if it has grown beyond what may be read.
        """
        return bounded(self.stream, self.at_most, self.path)

    def text(self) -> str:
        """All of it, as UTF-8, without a byte order mark.

        Raises:
            DataCorrupt: if it is not UTF-8, or has grown beyond what may be read.
        """
        return decoded(self.content(), str(self.path))


def passing(
    card: Card, place: Path, reader: Callable[[Opened], Content], ours: bool = False, at_most: int | None = None
) -> Content:
    """What a reader makes of a file.

    Args:
        card: the card of the data set.
        place: the file, or the folder of files.
        reader: makes the content from it, or raises.
        ours: whether the course put it there: then it must be the published file.
        at_most: how many bytes may be read of it; None for what the card allows.

    Raises:
        DataCorrupt: if it is not what it should be, in whichever way the reader noticed.
        DataUnavailable: if it cannot be read.
    """
    try:
        with opening(place, card.largest if at_most is None else at_most) as opened:
            return reader(_recognised(opened, card.file, ours))
    except CourseError:
        raise
    except OSError as problem:
        if problem.errno not in LED_ASTRAY:
            raise DataUnavailable(f"{card.id}: {place} cannot be read: {problem.strerror}") from problem
        raise _damaged(place, problem) from problem
    # A reader may stumble over a damaged file in any way: NotImplementedError, RuntimeError, MemoryError, zlib.error …
    except Exception as problem:
        raise _damaged(place, problem) from problem


@contextmanager
def opening(place: Path, at_most: int) -> Iterator[Opened]:
    """Open a file for reading, or name a folder.

    Args:
        place: the file or folder.
        at_most: how many bytes it may have.

    Raises:
        DataCorrupt: if it is neither a regular file nor a folder, or has more bytes.
        OSError: if it cannot be opened.
    """
    if place.is_dir():
        yield Opened(place, None, at_most)
        return
    # Without O_NONBLOCK a pipe would wait for somebody who writes into it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(place, flags)
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise DataCorrupt(f"{place}: not a regular file")
        if facts.st_size > at_most:
            raise DataCorrupt(f"{place}: has {facts.st_size:,} bytes; at most {at_most:,} are read")
        with open(descriptor, "rb", closefd=False) as stream:
            yield Opened(place, stream, at_most)
    finally:
        os.close(descriptor)


def bounded(stream: BinaryIO, at_most: int, place: object) -> bytes:
    """All that a stream has; no more is ever held than is allowed and one block.

    Args:
        stream: what is read.
        at_most: how many bytes it may have.
        place: what to call it.

    Raises:
        DataCorrupt: if it has more.
    """
    content = io.BytesIO()
    while block := stream.read(2**20):
        if content.tell() + len(block) > at_most:
            raise DataCorrupt(f"{place}: has more than {at_most:,} bytes")
        content.write(block)
    return content.getvalue()


def decoded(content: bytes, place: str) -> str:
    """Bytes as UTF-8, without a byte order mark.

    Raises:
        DataCorrupt: naming the first byte that is not.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DataCorrupt(f"{place}: not UTF-8 (byte {problem.start})") from problem


def check(opened: Opened, file: PublishedFile) -> None:
    """Check a file against the size and the checksum of its card, and go back to its beginning.

    Raises:
        DataCorrupt: naming the file, what was expected and what was got.
    """
    size = os.fstat(opened.stream.fileno()).st_size
    if file.size is not None and size != file.size:
        raise DataCorrupt(f"{opened.path}: expected {file.size:,} bytes, got {size:,}")
    if file.checksum is not None:
        algorithm, expected = file.checksum
        got = hashlib.file_digest(opened.stream, algorithm).hexdigest()
        opened.stream.seek(0)
        if got != expected:
            raise DataCorrupt(f"{opened.path}: expected {algorithm} {expected}, got {got}")


def _recognised(opened: Opened, file: PublishedFile | None, ours: bool) -> Opened:
    if file is None or opened.stream is None:
        return opened
    # A reader's own copy may be packed otherwise; only one of the same size can be the published file.
    if not ours and (file.checksum is None or os.fstat(opened.stream.fileno()).st_size != file.size):
        return opened
    try:
        check(opened, file)
    except DataCorrupt:
        if ours:
            raise
        return opened
    return replace(opened, published=file.checksum is not None)


def _damaged(place: Path, problem: Exception) -> DataCorrupt:
    return DataCorrupt(f"{place}: cut short or damaged ({str(problem) or type(problem).__name__})")
