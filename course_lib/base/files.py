"""Files that are either as they were or whole: nothing is ever half-written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, content: bytes, durable: bool = False) -> None:
    """Put a file in its place in one step, so that a kill in the middle leaves the old file or none.

    Args:
        path: where it goes; folders are made as needed.
        content: the whole file.
        durable: wait until the disk has it, so that a power cut leaves the old file or the new one as well.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        # mkstemp makes files only their owner may read; a notebook in a shared checkout is for everyone.
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def remove_unfinished(folder: Path, names: str = "*") -> None:
    """Remove what `write_atomically` left behind where it was killed; nobody else may be writing there.

    Args:
        folder: where the files go.
        names: a pattern of their names.
    """
    for path in folder.glob(f".{names}.part"):
        path.unlink(missing_ok=True)


def shown(path: Path) -> str:
    """The path as a reader would type it: relative to the working folder where it lies below, with forward slashes."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
