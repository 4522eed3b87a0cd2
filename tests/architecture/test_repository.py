"""Proves that the course's folder holds what it should and nothing else: rooms, sizes, notebooks, terms."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from course_lib.publishing import builder

from .tree import ROOT, texts, tracked

ROOMS = {".ci", ".github", "binder", "chapters", "course_lib", "datasets", "tests"}
FILES = {
    ".gitattributes", ".gitignore", "LICENSE", "LICENSE-CONTENT", "Makefile", "README.md", "pyproject.toml",
    "requirements.lock", "requirements.txt",
}  # fmt: skip
LARGEST = 2**20


def test_a_thing_stands_in_a_room_that_the_house_has() -> None:
    tops = {path.parts[0] for path in tracked()}
    assert tops <= ROOMS | FILES, f"no room is called {sorted(tops - ROOMS - FILES)}"
    assert tops >= FILES


def test_every_file_is_smaller_than_one_mebibyte() -> None:
    large = [
        f"{path} ({(ROOT / path).stat().st_size})" for path in tracked() if (ROOT / path).stat().st_size >= LARGEST
    ]
    assert not large, "\n".join(large)


def test_the_notebooks_are_what_their_sources_build() -> None:
    differences = builder.check(ROOT)
    assert not differences, "\n".join(f"{one.path}: {one.hint}" for one in differences)


def test_there_is_at_least_one_lesson_with_a_notebook_in_each_language() -> None:
    names = {path.as_posix() for path in tracked()}
    sources = [path for path in tracked() if re.fullmatch(r"chapters/\d\d_\w+\.py", path.as_posix())]
    assert sources
    for source in sources:
        for language in ("en", "zh"):
            assert f"chapters/{language}/{source.stem}.ipynb" in names


def test_no_notebook_carries_outputs_or_run_counts() -> None:
    for path, text in texts(".ipynb").items():
        for cell in json.loads(text)["cells"]:
            assert not cell.get("outputs"), f"{path}: {cell['id']}"
            assert cell.get("execution_count") is None, f"{path}: {cell['id']}"


# A folder of somebody's machine: a home, a root's home, or the folders in which automatic builds work.
_MACHINE_PATH = re.compile(
    r"(?<![\w.~/>])/(?:home|Users|root|work|farm|builds|github/workspace)/[\w.-]+|\b[A-Z]:\\Users\\\w+"
)
# What a document may say that looks like one.
_ALLOWED = ("/Users/you", "/home/you", "/home/reader")


# Put together, so that this file names none either.
@pytest.mark.parametrize(
    ("slash", "sample"),
    [
        ("/", "x = '{0}home/ann/course'"),
        ("/", "see {0}root/.cache"),
        ("\\", "C:{0}Users{0}ann"),
        ("/", '"{0}work/course"'),
    ],
)
def test_the_check_for_machine_paths_would_see_one(slash: str, sample: str) -> None:
    assert _MACHINE_PATH.search(sample.format(slash))


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in texts().items()
        for number, line in enumerate(text.splitlines(), start=1)
        for match in _MACHINE_PATH.finditer(line)
        if not match[0].startswith(_ALLOWED)
    ]
    assert not found, "\n".join(found)


def test_no_file_carries_an_executable_bit_but_scripts() -> None:
    executable = {path.as_posix() for path in tracked() if (ROOT / path).stat().st_mode & 0o100}
    assert executable <= {".ci/run", "binder/postBuild", "binder/start"}


def test_every_term_of_the_glossary_has_its_english_and_its_chinese_once() -> None:
    terms = tomllib.loads((ROOT / "chapters" / "glossary.toml").read_text(encoding="utf-8"))
    from course_lib.publishing.site import content

    read = content.glossary(ROOT / "chapters" / "glossary.toml")
    assert terms
    for language in ("en", "zh"):
        names = [term.name[language].lower() for term in read]
        assert all(name.strip() for name in names)
        assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    assert all(re.search(r"[\u4e00-\u9fff]", term.name["zh"]) or term.name["zh"].isascii() for term in read)
