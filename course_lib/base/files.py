"""Files that are either as they were or whole: nothing is ever half-written."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from course_lib.base.errors import EnvironmentProblem
from course_lib.base.language import tr


def write_atomically(path: Path, content: bytes, durable: bool = False) -> None:
    """Put a file in its place in one step, so that a kill in the middle leaves the old file or none.

    Args:
        path: where it goes; folders are made as needed.
        content: the whole file.
        durable: wait until the disk has it, so that a power cut leaves the old file or the new one as well.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        # Not by `tempfile`, whose files only their owner may read: a notebook in a shared checkout is for everyone.
        with temporary.open("xb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException as problem:
        temporary.unlink(missing_ok=True)
        if isinstance(problem, OSError) and problem.filename is None:
            # A full disk shows while something is written, where the system no longer knows the file's name.
            problem.filename = str(path)
        raise


def remove_unfinished(folder: Path, names: str = "*") -> None:
    """Remove what `write_atomically` left behind where it was killed; nobody else may be writing there.

    Args:
        folder: where the files go.
        names: a pattern of their names.
    """
    for path in folder.glob(f".{names}.part"):
        path.unlink(missing_ok=True)


def check_room(folder: Path, megabytes: float) -> None:
    """See that files can be written to a folder, and to the system's folder for temporary ones, before work begins.

    Args:
        folder: where they go; where it is not there yet, the nearest folder above it is asked.
        megabytes: how much they take.

    Raises:
        EnvironmentProblem: if it cannot be written, or its disk is too full.
    """
    place = next((place for place in (folder, *folder.parents) if os.path.lexists(place)), Path.cwd())
    try:
        free = shutil.disk_usage(place).free / 1e6
        if free < megabytes:
            raise EnvironmentProblem(
                tr(
                    f"the disk of {shown(folder)} is nearly full: {free:.0f} MB are free, {megabytes:.0f} MB are"
                    " needed; make room and run this again",
                    f"{shown(folder)} 所在的磁盘快满了：剩余 {free:.0f} MB，需要 {megabytes:.0f} MB；"
                    "请腾出空间后重新运行",
                )
            )
        # Rights, a quota or a limit show only where something is written.
        with tempfile.TemporaryFile(dir=place) as probe:
            probe.write(bytes(1_000_000))
    except OSError as error:
        raise EnvironmentProblem(
            tr(
                f"{shown(folder)} cannot be written ({error.strerror}), and results are kept there;"
                " mend that and run this again",
                f"{shown(folder)} 无法写入（{error.strerror}），而结果要存在那里；请解决后重新运行",
            )
        ) from None
    try:
        tempfile.gettempdir()
    except OSError:
        raise EnvironmentProblem(
            tr(
                "no folder for temporary files can be written; make room, or name one: export TMPDIR=…",
                "没有可写的临时文件夹；请腾出空间，或指定一个：export TMPDIR=…",
            )
        ) from None


@contextmanager
def workshop(prefix: str, parent: Path | None = None) -> Iterator[Path]:
    """A folder to work in, which is gone afterwards; those that killed processes left behind are swept first.

    Args:
        prefix: how its name begins; whatever beside it begins so, and belongs to no living process, is removed.
        parent: where it is made; None for the system's place for such folders.

    Raises:
        OSError: if it cannot be made.
    """
    from filelock import FileLock

    parent = Path(tempfile.gettempdir()) if parent is None else parent
    for path in parent.glob(f"{prefix}*"):
        if path.is_dir() and not path.is_symlink():
            _sweep(path)
    # A process holds the lock beside its folder as long as it lives; the system lets go of it for one that is killed.
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=_LOCK, dir=parent)
    os.close(handle)
    folder = Path(name.removesuffix(_LOCK))
    try:
        with FileLock(name):
            try:
                folder.mkdir(mode=0o700)
                yield folder
            finally:
                # On Windows a file that is still open stays until the next sweep.
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        with suppress(OSError):
            Path(name).unlink()


# What the name of a workshop's lock ends in.
_LOCK = ".lock"


def _sweep(folder: Path) -> None:
    """Remove a workshop, unless the process that works in it is alive or it is somebody else's."""
    from filelock import FileLock, Timeout

    lock = Path(f"{folder}{_LOCK}")
    if lock.is_symlink():  # none of ours
        return
    try:
        with FileLock(lock, timeout=0):
            shutil.rmtree(folder, ignore_errors=True)
        lock.unlink(missing_ok=True)
    except (Timeout, OSError):
        return


def shown(path: Path) -> str:
    """The path as a reader would type it: relative to the working folder where it lies below, with forward slashes."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return path.as_posix()
