"""Reading archives without unpacking them: every member's name is checked before its content is looked at.

Nothing is ever written by a name from an archive, and an archive that holds a name or a link leading outside is refused
as a whole: it is not what its site published.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from course_lib.base.errors import DataCorrupt

# Far above any file the course reads in one piece; a "review" beyond it is a bomb, not a review.
_LARGEST = 64 * 2**20
_BLOCK = 2**20

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


def tar_files(archive: Path, wanted: Callable[[str], bool] = bool) -> Iterator[tuple[str, bytes]]:
    """The name and the content of each file of a tar archive, in one pass, with one file in memory at a time.

    Args:
        archive: a tar file, compressed by gzip or not at all.
        wanted: tells from a file's name whether to read it; the others are only passed by.

    Raises:
        DataCorrupt: if the archive is cut short or damaged, or a member is a link or leads outside.
        OSError: if the archive cannot be opened.
    """
    try:
        with _unzipped(archive) as content, tarfile.open(fileobj=content, mode="r|", tarinfo=_Header) as stream:
            for member in stream:
                # A stream is never searched, and 100,000 remembered headers would take 100 MB.
                stream.members = []
                name = safe_name(member.name, archive)
                if member.isdir():
                    continue
                if not member.isfile():
                    raise DataCorrupt(f"{archive}: the member {name!r} is a link or a device; the file is not used")
                if not wanted(name):
                    continue
                if member.size > _LARGEST:
                    raise DataCorrupt(
                        f"{archive}: the member {name!r} has {member.size:,} bytes; at most {_LARGEST:,} are read"
                    )
                text = stream.fileobj.read(member.size)
                if len(text) < member.size:
                    raise DataCorrupt(f"{archive}: cut short in the member {name!r}")
                yield name, text
            # The checksum stands at the very end, behind what tarfile reads.
            while content.read(_BLOCK):
                pass
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as problem:
        raise DataCorrupt(f"{archive}: cut short or damaged ({problem})") from problem


class _Header(tarfile.TarInfo):
    """A member's header, read in half the time if it is of the plainest kind: a short name, a size, no owner asked for.

    100,000 reviews are 100,000 headers, and they would cost more than everything else about the archive.
    """

    @classmethod
    def frombuf(cls, buf: bytes, encoding: str, errors: str) -> tarfile.TarInfo:
        plain = len(buf) == tarfile.BLOCKSIZE and buf[0] and not buf[345] and buf[156:157] == tarfile.REGTYPE
        fields = _NUMBERS.fullmatch(buf, 124, 154) if plain else None
        if fields is None or sum(buf) - sum(buf[148:156]) + 8 * ord(" ") != int(fields["checksum"], 8):
            return super().frombuf(buf, encoding, errors)
        made = cls(buf[:100].rstrip(b"\0").decode(encoding, errors))
        made.size = int(fields["size"], 8)
        return made


def _unzipped(archive: Path) -> IO[bytes]:
    # tarfile would unpack a stream by itself, and take no notice of its checksum.
    with archive.open("rb") as stream:
        is_gzip = stream.read(2) == b"\x1f\x8b"
    return gzip.open(archive) if is_gzip else archive.open("rb")


def zip_file(archive: Path, name: str) -> bytes:
    """The content of one file of a zip archive.

    Raises:
        DataCorrupt: if the archive is cut short or damaged, lacks the file, or has a member that leads outside.
        OSError: if the archive cannot be opened.
    """
    with _zip_member(archive, name) as (size, stream):
        if size > _LARGEST:
            raise DataCorrupt(f"{archive}: {name!r} has {size:,} bytes; at most {_LARGEST:,} are read")
        return stream.read()


def unpack_one(archive: Path, name: str, target: Path) -> None:
    """Write one file of a zip archive; it appears under its name when it is whole.

    Args:
        archive: the zip archive.
        name: the file in it.
        target: where it is written; the name in the archive plays no part in that.

    Raises:
        DataCorrupt: if the archive is cut short or damaged, lacks the file, or has a member that leads outside.
        OSError: if the archive cannot be opened or the target cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    try:
        with _zip_member(archive, name) as (_, stream), part.open("wb") as out:
            shutil.copyfileobj(stream, out, 2**20)
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def _zip_member(archive: Path, name: str) -> Iterator[tuple[int, IO[bytes]]]:
    try:
        with zipfile.ZipFile(archive) as opened:
            members = {safe_name(info.filename, archive): info for info in opened.infolist()}
            if name not in members:
                raise DataCorrupt(f"{archive}: has no file {name!r}")
            with opened.open(members[name]) as stream:
                yield members[name].file_size, stream
    except (zipfile.BadZipFile, EOFError, zlib.error) as problem:
        raise DataCorrupt(f"{archive}: cut short or damaged ({problem})") from problem
