"""Reading archives without unpacking them: every member's name is checked before its content is looked at.

Nothing is ever written by a name from an archive, and an archive that holds a name or a link leading outside is refused
as a whole: it is not what its site published. What comes in has passed the door (`gate`), and whatever is raised here
is turned into one sentence there.
"""

from __future__ import annotations

import gzip
import os
import re
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.data import cache, gate
from course_lib.data.gate import Opened

# Far above any file the course reads in one piece; a "review" beyond it is a bomb, not a review.
_LARGEST = 64 * 2**20
_BLOCK = 2**20
# IMDB has 100,021 members; a zip of the course has fewer than a hundred. A name has at most 64 KiB.
_MOST_MEMBERS = 200_000
_LARGEST_DIRECTORY = 2**20
_LONGEST_HEADER = 2**16
_EXTENDED = {
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
}
# The end of a zip archive: signature, disks, members, size and place of the directory, length of a comment.
_END_OF_ZIP = struct.Struct("<4s4H2LH")
# In front of it, in an archive of more than 4 GiB, stands where the larger numbers are.
_LOCATOR_BYTES = 20

# A plain header's size, time and checksum: octal digits.
_NUMBERS = re.compile(rb"(?P<size>[0-7]{11})[\0 ].{12}(?P<checksum>[0-7]{6})", re.DOTALL)

# A name without any of these leads nowhere else; one with them is looked at closely.
_SUSPICIOUS = re.compile(r"\.\.|//|/\./|\A[./]|/\Z|[\\:\0]")


def safe_name(name: str, archive: Path) -> str:
    """A member's name without a leading `./`.

    Raises:
        DataCorrupt: if the name leads out of the folder an archive would be unpacked into.
    """
    if not _SUSPICIOUS.search(name):
        return name
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name:
        raise DataCorrupt(f"{archive}: the member {name!r} leads out of the archive; the file is not used")
    return str(path)


def tar_files(opened: Opened, wanted: Callable[[str], bool] = bool) -> Iterator[tuple[str, bytes]]:
    """The name and the content of each file of a tar archive, in one pass, with one file in memory at a time.

    Args:
        opened: a tar file, compressed by gzip or not at all.
        wanted: tells from a file's name whether to read it; the others are only passed by.

    Raises:
        DataCorrupt: if a member is a link or leads outside, or there is more of anything than the course reads.
        Exception: whatever a damaged archive makes a reader stumble over.
    """
    content = _Bounded(_unzipped(opened), opened)
    with tarfile.open(fileobj=content, mode="r|", tarinfo=_Header) as stream:
        for count, member in enumerate(stream, start=1):
            # A stream is never searched, and 100,000 remembered headers would take 100 MB.
            stream.members = []
            name = safe_name(member.name, opened.path)
            if count > _MOST_MEMBERS:
                raise DataCorrupt(f"{opened.path}: has more than {_MOST_MEMBERS:,} members")
            if member.isdir():
                continue
            if not member.isfile() or member.issparse():
                raise DataCorrupt(f"{opened.path}: the member {name!r} is a link or a device; the file is not used")
            if not wanted(name):
                continue
            if not 0 <= member.size <= _LARGEST:
                raise DataCorrupt(
                    f"{opened.path}: the member {name!r} has {member.size:,} bytes; at most {_LARGEST:,} are read"
                )
            text = stream.fileobj.read(member.size)
            if len(text) < member.size:
                raise DataCorrupt(f"{opened.path}: cut short in the member {name!r}")
            yield name, text
        # The checksum stands at the very end, behind what tarfile reads.
        while content.read(_BLOCK):
            pass


class _Bounded:
    """A stream that gives no more than may be read: what a few bytes unpack to can fill any disk or memory."""

    def __init__(self, stream: BinaryIO, opened: Opened) -> None:
        self._stream, self._opened, self._count = stream, opened, 0

    def read(self, size: int) -> bytes:
        block = self._stream.read(size)
        self._count += len(block)
        if self._count > self._opened.at_most:
            raise DataCorrupt(f"{self._opened.path}: unpacks to more than {self._opened.at_most:,} bytes")
        return block


class _Header(tarfile.TarInfo):
    """A member's header, read in half the time if it is of the plainest kind: a short name, a size, no owner asked for.

    100,000 reviews are 100,000 headers, and they would cost more than everything else about the archive.
    """

    @classmethod
    def frombuf(cls, buf: bytes, encoding: str, errors: str) -> tarfile.TarInfo:
        # Long names and other extended headers: tarfile would read any length of them into memory.
        if buf[156:157] in _EXTENDED and not 0 <= tarfile.nti(buf[124:136]) <= _LONGEST_HEADER:
            raise DataCorrupt(f"a header in the archive has more than {_LONGEST_HEADER:,} bytes")
        plain = len(buf) == tarfile.BLOCKSIZE and buf[0] and not buf[345] and buf[156:157] == tarfile.REGTYPE
        fields = _NUMBERS.fullmatch(buf, 124, 154) if plain else None
        if fields is None or sum(buf) - sum(buf[148:156]) + 8 * ord(" ") != int(fields["checksum"], 8):
            return super().frombuf(buf, encoding, errors)
        made = cls(buf[:100].rstrip(b"\0").decode(encoding, errors))
        made.size = int(fields["size"], 8)
        return made


def _unzipped(opened: Opened) -> BinaryIO:
    # tarfile would unpack a stream by itself, and take no notice of its checksum.
    is_gzip = opened.stream.read(2) == b"\x1f\x8b"
    opened.stream.seek(0)
    return gzip.GzipFile(fileobj=opened.stream) if is_gzip else opened.stream


def gzip_content(opened: Opened) -> bytes:
    """The content of a file that is compressed by gzip.

    Raises:
        DataCorrupt: if it unpacks to more than may be read.
        Exception: whatever a damaged file makes a reader stumble over.
    """
    return gate.bounded(gzip.GzipFile(fileobj=opened.stream), opened.at_most, opened.path)


def zip_file(opened: Opened, name: str) -> bytes:
    """The content of one file of a zip archive.

    Raises:
        DataCorrupt: if the archive lacks the file, has a member that leads outside, or more than may be read.
        Exception: whatever a damaged archive makes a reader stumble over.
    """
    with _zip_member(opened, name) as stream:
        return gate.bounded(stream, min(opened.at_most, _LARGEST), f"{opened.path}: {name!r}")


def unpack_one(opened: Opened, name: str, target: Path) -> None:
    """Write one file of a zip archive; it appears under its name when it is whole.

    Args:
        opened: the zip archive.
        name: the file in it.
        target: where it is written; the name in the archive plays no part in that.

    Raises:
        DataCorrupt: if the archive lacks the file, has a member that leads outside, or more than may be read.
        DataUnavailable: if the target cannot be written.
        Exception: whatever a damaged archive makes a reader stumble over.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        with _zip_member(opened, name) as stream:
            with _writing(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                cache.require_room(target.parent, stream.size)
                part.unlink(missing_ok=True)
                out = cache.open_part(part)
            try:
                while block := stream.read(_BLOCK):
                    with _writing(target):
                        out.write(block)
                with _writing(target):
                    out.flush()
            finally:
                # What could not be written would be tried once more.
                with suppress(OSError):
                    out.close()
        with _writing(target):
            os.replace(part, target)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except DataUnavailable:
        raise
    except OSError as problem:
        raise DataUnavailable(f"{target} cannot be written: {cache.why(problem)}") from problem


class _Member(_Bounded):
    """A file of a zip archive, and how many bytes it says it has."""

    def __init__(self, stream: BinaryIO, opened: Opened, size: int) -> None:
        super().__init__(stream, opened)
        self.size = size


@contextmanager
def _zip_member(opened: Opened, name: str) -> Iterator[_Member]:
    _check_directory(opened)
    with zipfile.ZipFile(opened.stream) as archive:
        members = {safe_name(info.filename, opened.path): info for info in archive.infolist()}
        if name not in members:
            raise DataCorrupt(f"{opened.path}: has no file {name!r}")
        info = members[name]
        # Other methods unpack without a bound, and none of the published archives uses them.
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.file_size > opened.at_most:
            raise DataCorrupt(
                f"{opened.path}: {name!r} has {info.file_size:,} bytes, packed by method {info.compress_type}; "
                f"allowed: at most {opened.at_most:,}, stored or deflated"
            )
        with archive.open(info) as stream:
            yield _Member(stream, opened, info.file_size)


def _check_directory(opened: Opened) -> None:
    """zipfile reads the directory of an archive as a whole: look before how large it says it is."""
    if opened.published:
        return
    size = opened.stream.seek(0, os.SEEK_END)
    opened.stream.seek(max(0, size - _END_OF_ZIP.size - 2**16 - _LOCATOR_BYTES))
    tail = opened.stream.read()
    opened.stream.seek(0)
    # The last one counts, but for one that ends with the file.
    for start in {tail.rfind(b"PK\5\6"), tail.find(b"PK\5\6", len(tail) - _END_OF_ZIP.size)}:
        if not 0 <= start <= len(tail) - _END_OF_ZIP.size:
            continue
        directory = _END_OF_ZIP.unpack_from(tail, start)[5]
        if directory > _LARGEST_DIRECTORY or tail[max(0, start - _LOCATOR_BYTES) :].startswith(b"PK\6\7"):
            raise DataCorrupt(
                f"{opened.path}: its directory has {directory:,} bytes; at most {_LARGEST_DIRECTORY:,} are read"
            )
