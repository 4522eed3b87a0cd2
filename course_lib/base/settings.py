"""Where things are: the cache, the reader's own data folder, the checkout. Read from the environment at each call."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from course_lib.base.errors import UsageError
from course_lib.base.language import tr


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
        raise UsageError(
            tr(
                f"COURSE_DATA names {chosen!r}, which is no folder; name an existing folder or unset it",
                f"COURSE_DATA 指向 {chosen!r}，那里没有文件夹；请改为已有的文件夹，或取消这个变量",
            )
        )
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
    raise UsageError(
        tr(
            f"COURSE_OFFLINE is {given!r}; allowed: 1 (no downloads) or 0",
            f"COURSE_OFFLINE 的值是 {given!r}；可用的有：1（不下载）或 0",
        )
    )


def mirror() -> str | None:
    """The address of a second place for published files, `COURSE_MIRROR`, or None where it is not set.

    Raises:
        UsageError: if it is no address of the web, or has a name or a password in it.
    """
    chosen = os.environ.get("COURSE_MIRROR", "").strip()
    if not chosen:
        return None
    try:
        found = urlsplit(chosen)
        good = found.scheme in {"https", "http"} and bool(found.hostname) and "@" not in found.netloc
    except ValueError:  # brackets that are no address, say
        good = False
    if not good:
        raise UsageError(
            tr(
                "COURSE_MIRROR is no address that can be used; allowed: https://… or http://…, without a name or a"
                " password",
                "COURSE_MIRROR 不是可用的地址；可用的有：https://… 或 http://…，不带用户名和密码",
            )
        )
    return chosen


def repository_root() -> Path | None:
    """The checkout of the course, or None where only the library is installed.

    The working folder and its parents are tried first, so that a second checkout works on itself; then the library's
    own place.
    """
    found = (_checkout_around(place) for place in (Path.cwd(), library_folder()))
    return next(filter(None, found), None)


def library_folder() -> Path:
    """The folder `course_lib` that Python has taken this library from."""
    return Path(__file__).resolve().parents[1]


def other_checkout(place: Path) -> Path | None:
    """The checkout that a folder lies in, where it has a library of its own and Python has not taken that one.

    Args:
        place: the folder, such as that of a notebook.

    Returns:
        The checkout; None where the folder lies in none, or in that of this library.
    """
    root = _checkout_around(place)
    if root is None or not (root / "course_lib" / "base" / "settings.py").is_file():
        return None
    return None if (root / "course_lib").resolve() == library_folder() else root


def _checkout_around(place: Path) -> Path | None:
    """The checkout that a folder lies in; None where it lies in none."""
    for folder in (place, *place.parents):
        if (folder / "pyproject.toml").is_file() and all(
            (folder / name).is_dir() for name in ("chapters", "course_lib")
        ):
            return folder
    return None
