"""Proves that readers are given a named release, and that an address can become no code and no other link."""

from __future__ import annotations

import pytest

from course_lib.base.errors import CourseError
from course_lib.publishing.addresses import checked_repository, launch_addresses, without_release
from course_lib.publishing.setup_cell import setup_code

PINNED = "https://github.com/example/course@v1.0"


@pytest.mark.parametrize("given", ["", PINNED, "https://git.example.org/group/sub/course@0a1b2c3", f"{PINNED}-rc.1"])
def test_an_address_with_its_release_is_taken(given: str) -> None:
    assert checked_repository(given) == given


@pytest.mark.parametrize(
    "given",
    [
        "https://github.com/example/course",  # what is installed would change under the reader
        "http://github.com/example/course@v1.0",
        'https://github.com/example/course"; print(1); "@v1.0',
        "https://github.com/example/course@v1.0'",
        "https://github.com/example/course@--upgrade",
        "https://github.com/example/course@v1.0\nimport os",
        "https://github.com/example/course @v1.0",
        "git@github.com:example/course.git@v1.0",
        "https://user:word@github.com/example/course@v1.0",
        7,
    ],
)
def test_any_other_is_refused_by_name(given: object) -> None:
    with pytest.raises(CourseError, match=r"repository in pyproject\.toml is .*@v1\.0"):
        checked_repository(given)


def test_notebooks_and_links_name_the_same_release() -> None:
    assert f'"git+{PINNED}"' in setup_code(1, "en", PINNED)
    links = launch_addresses("01_preprocessing", "zh", PINNED)
    assert list(links) == ["Binder", "Colab", "Kaggle"]
    assert "/example/course/v1.0?" in links["Binder"]
    assert all("/blob/v1.0/chapters/zh/01_preprocessing.ipynb" in links[place] for place in ("Colab", "Kaggle"))
    assert without_release(PINNED) == "https://github.com/example/course"


@pytest.mark.parametrize("given", ["", "https://git.example.org/group/course@v1"])
def test_a_place_that_opens_github_alone_is_not_offered_for_others(given: str) -> None:
    assert launch_addresses("01_preprocessing", "en", given) == {}
