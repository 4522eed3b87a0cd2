"""Where the course is to be had in public: its repository, and the release that readers are given."""

from __future__ import annotations

import re

from course_lib.base.errors import CourseError

# No quote, blank or control character: the address becomes part of code, of links and of a command.
_PINNED = re.compile(r"(?P<repository>https://[\w.-]+(?:/[\w.~-]+)+?)(?:\.git)?/?@(?P<release>[\w][\w./-]*)", re.ASCII)
_GITHUB = re.compile(r"https://github\.com/(?P<project>[^/]+/[^/]+)")


def checked_repository(given: str) -> str:
    """The public address with its release, as `[tool.course] repository` names it; empty where there is none yet.

    A release is a tag or a commit: what a reader's notebook installs must not change under it.

    Raises:
        CourseError: if it is no https address followed by `@` and a release.
    """
    if not isinstance(given, str) or (given and not _PINNED.fullmatch(given)):
        raise CourseError(
            f"[tool.course] repository in pyproject.toml is {given!r}; allowed: an https address and, after @, a tag"
            " or a commit, such as https://github.com/you/course@v1.0, or nothing"
        )
    return given


def without_release(repository: str) -> str:
    """The address alone."""
    found = _PINNED.fullmatch(repository)
    return found["repository"] if found else ""


def release_of(repository: str) -> str:
    """The release alone."""
    found = _PINNED.fullmatch(repository)
    return found["release"] if found else ""


def launch_addresses(slug: str, language: str, repository: str) -> dict[str, str]:
    """Where a notebook is opened by a click, by the name of the place; nothing where the course is not on GitHub.

    Each opens the release, so that a notebook meets the library that it was written for. Binder's address goes through
    `course_lib.cli.door`, which gives JupyterLab the menus of the notebook's language.

    Args:
        slug: the chapter, `"01_preprocessing"`.
        language: `"en"` or `"zh"`.
        repository: the public address with its release; may be empty.
    """
    pinned = _PINNED.fullmatch(repository)
    project = _GITHUB.fullmatch(pinned["repository"]) if pinned else None
    if not project:
        return {}
    name, release, notebook = project["project"], pinned["release"], f"chapters/{language}/{slug}.ipynb"
    binders = release.replace("/", "%2F")  # there, a slash would end the release
    return {
        "Binder": f"https://mybinder.org/v2/gh/{name}/{binders}?urlpath=course/{language}/lab/tree/{notebook}",
        "Colab": f"https://colab.research.google.com/github/{name}/blob/{release}/{notebook}",
        "Kaggle": f"https://www.kaggle.com/kernels/welcome?src=https://github.com/{name}/blob/{release}/{notebook}",
    }
