"""Reading archives without unpacking them: every member's name is checked before its content is looked at.

Nothing is ever written by a name from an archive, and an archive that holds a name or a link leading outside is refused as a
whole: it is not what its site published.
"""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from course_lib.errors import DataCorrupt

# Far above any file the course reads in one piece; a "review" beyond it is a bomb, not a review.
_LARGEST = 64 * 2**20


def safe_name(name: str, archive: Path) -> str:
    """A member's name without a leading `./`.

    Raises:
        DataCorrupt: if the name leads out of the folder an archive would be unpacked into.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name:
        raise DataCorrupt(f"{archive}: the member {name!r} leads out of the archive; the file is not used")
    return str(path)


def tar_files(archive: Path) -> Iterator[tuple[str, bytes]]:
    """The name and the content of each file of a tar archive, in one pass, with one file in memory at a time.

    Args:
        archive: a tar file, compressed or not.

    Raises:
        DataCorrupt: if the archive is cut short or damaged, or a member is a link or leads outside.
        OSError: if the archive cannot be opened.
    """
    try:
        with tarfile.open(archive, "r|*") as stream:
            for member in stream:
                # A stream is never searched, and 100,000 remembered headers would take 100 MB.
                stream.members = []
                name = safe_name(member.name, archive)
                if member.isdir():
                    continue
                if not member.isfile():
                    raise DataCorrupt(f"{archive}: the member {name!r} is a link or a device; the file is not used")
                if member.size > _LARGEST:
                    raise DataCorrupt(
                        f"{archive}: the member {name!r} has {member.size:,} bytes; at most {_LARGEST:,} are read"
                    )
                yield name, stream.extractfile(member).read()
    except (tarfile.TarError, EOFError, zlib.error) as problem:
        raise DataCorrupt(f"{archive}: cut short or damaged ({problem})") from problem


def zip_file(archive: Path, name: str) -> bytes:
    """The content of one file of a zip archive.

    Raises:
        DataCorrupt: if the archive is cut short or damaged, lacks the file, or has a member that leads outside.
        OSError: if the archive cannot be opened.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            names = {safe_name(info.filename, archive): info for info in opened.infolist()}
            if name not in names:
                raise DataCorrupt(f"{archive}: has no file {name!r}")
            if names[name].file_size > _LARGEST:
                raise DataCorrupt(
                    f"{archive}: {name!r} has {names[name].file_size:,} bytes; at most {_LARGEST:,} are read"
                )
            return opened.read(names[name])
    except (zipfile.BadZipFile, EOFError, zlib.error) as problem:
        raise DataCorrupt(f"{archive}: cut short or damaged ({problem})") from problem
