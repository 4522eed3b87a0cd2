"""Where things are: the cache, the reader's own data folder, the checkout. Read from the environment at each call."""

from __future__ import annotations

import os
from pathlib import Path

from course_lib.base.errors import UsageError


def cache_folder() -> Path:
    """Where downloads and parsed data are kept: `COURSE_CACHE`, or the system's place for caches. It need not exist."""
    chosen = os.environ.get("COURSE_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("course_lib", appauthor=False))


def data_folder() -> Path | None:
    """The reader's own folder of data sets, `COURSE_DATA`, or None where it is not set.

    Raises:
        UsageError: if `COURSE_DATA` names something that is no folder.
    """
    chosen = os.environ.get("COURSE_DATA")
    if not chosen:
        return None
    folder = Path(chosen).expanduser()
    if not folder.is_dir():
        raise UsageError(f"COURSE_DATA names {chosen!r}, which is no folder; name an existing folder or unset it")
    return folder


def offline() -> bool:
    """Whether `COURSE_OFFLINE` forbids downloads.

    Raises:
        UsageError: if it is neither a yes nor a no.
    """
    given = os.environ.get("COURSE_OFFLINE", "").strip().lower()
    if given in {"1", "true", "yes", "on"}:
        return True
    if given in {"", "0", "false", "no", "off"}:
        return False
    raise UsageError(f"COURSE_OFFLINE is {given!r}; allowed: 1 (no downloads) or 0")


def repository_root() -> Path | None:
    """The checkout of the course, or None where only the library is installed.

    The working folder and its parents are tried first, so that a second checkout works on itself; then the library's
    own place.
    """
    for start in (Path.cwd(), Path(__file__).resolve().parent):
        for folder in (start, *start.parents):
            if (
                (folder / "pyproject.toml").is_file()
                and (folder / "chapters").is_dir()
                and (folder / "course_lib").is_dir()
            ):
                return folder
    return None
