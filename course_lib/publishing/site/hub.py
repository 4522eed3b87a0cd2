"""A server for a class: how much memory it needs, and the links that open the right notebook on it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from urllib.parse import quote

from course_lib.publishing.addresses import release_of, without_release

# The hub, its proxy and the system itself, in gigabytes.
SERVER_GB = 2.0


def memory_for_one(measured: Mapping[str, Mapping[str, Mapping[str, float]]]) -> float:
    """Gigabytes that a student may take: the most that any lesson took on Binder, up to the next half.

    Args:
        measured: what runs cost, by chapter and scale, as `records.measured` reads it.
    """
    peaks = [scales["binder"]["peak_memory_mb"] for scales in measured.values() if "binder" in scales]
    return math.ceil(max(peaks, default=2000.0) / 500) / 2


def memory_for(students: int, each: float, at_once: float = 1.0) -> float:
    """Gigabytes that a server needs.

    Args:
        students: how many there are.
        each: gigabytes for one.
        at_once: which part of them works at the same time.
    """
    return math.ceil(students * at_once * each + SERVER_GB)


def pull_link(hub: str, slug: str, language: str, repository: str) -> str:
    """A link by nbgitpuller: it brings the release to the student's folder, and opens a lesson in its language.

    Args:
        hub: the server's address.
        slug: the lesson, `"05_attention"`.
        language: `"en"` or `"zh"`.
        repository: the public address of the course with its release.
    """
    address = without_release(repository)
    folder = address.rpartition("/")[2]
    place = f"course/{language}/lab/tree/{folder}/chapters/{language}/{slug}.ipynb"
    query = {"repo": address, "branch": release_of(repository), "urlpath": place}
    return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?" + "&".join(
        f"{name}={quote(value, safe='')}" for name, value in query.items()
    )
