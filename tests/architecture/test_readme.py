"""Proves that the README tells the truth where it can be checked: links, commands, variables, its example."""

from __future__ import annotations

import re

import click
import pytest

from course_lib.cli import course
from course_lib.publishing.lesson import digest

from .tree import ROOT, texts

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_link_leads_to_a_file_or_a_heading() -> None:
    headings = {re.sub(r"[^\w\u4e00-\u9fff -]", "", text).strip().lower().replace(" ", "-")
                for text in re.findall(r"^#+ (.+)$", README, re.M)}  # fmt: skip
    for target in re.findall(r"\]\(([^)]+)\)", README):
        if target.startswith("#"):
            assert target[1:] in headings, target
        else:
            assert (ROOT / target).is_file(), target


def test_every_make_target_it_names_is_one() -> None:
    targets = set(re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.M)[0].split())
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", README, re.M))
    assert {"course", "test", "test-fast", "lab", "bench", "lock", "clean"} <= named
    assert named <= targets


def _exists(command: click.Command, words: list[str]) -> bool:
    if not words or not isinstance(command, click.Group):
        return True
    return words[0] in command.commands and _exists(command.commands[words[0]], words[1:])


def test_every_command_it_names_exists() -> None:
    named = re.findall(r"(?:`|\\)course ((?:[a-z]+ ?){1,2})", README)
    assert len(named) > 10
    for words in named:
        assert _exists(course, words.split()), f"course {words}"


def test_every_option_of_run_and_build_it_names_exists() -> None:
    for name in ("run", "build"):
        known = {option for parameter in course.commands[name].params for option in parameter.opts}
        english, chinese = re.findall(rf"^\| `course {name}.*$", README, re.M)
        named = set(re.findall(r"`(--[a-z]+)", english))
        assert named and named <= known
        assert set(re.findall(r"`(--[a-z]+)", chinese)) == named


def test_both_languages_have_the_same_tables_of_extras_commands_and_variables() -> None:
    english, chinese = README.split("## 中文说明")
    for begin in ("`site`", "`course doctor`", "`COURSE_DATA`"):
        tables = [re.search(rf"^\| {begin}(?:.+\n)+", part, re.M)[0] for part in (english, chinese)]
        first = [[row.split("|")[1].split("`")[1] for row in table.splitlines()] for table in tables]
        assert first[0] == [name.replace("[课…]", "[CHAPTER…]") for name in first[1]]


def test_every_variable_it_names_is_read_somewhere_and_every_one_that_is_read_is_named() -> None:
    code = "\n".join(text for path, text in texts(".py").items() if path.startswith("course_lib/"))
    read = set(re.findall(r"environ(?:\.get\(|\[)\"(COURSE_[A-Z]+)\"", code))
    assert set(re.findall(r"^\| `(COURSE_[A-Z]+)`", README, re.M)) == read


def test_every_exit_code_is_explained() -> None:
    for code in ("0", "1", "2", "3", "4", "130"):
        assert f"**{code}** " in README


def test_the_hash_in_its_example_is_that_of_its_example() -> None:
    english = re.search(r'lang="en"\n# (## Scores)\n', README)[1]
    assert f'of="{digest(english)}"' in README


def test_every_chapter_is_in_its_table_and_no_other_is_offered() -> None:
    offered = set(re.findall(r"\(chapters/\w\w/(\d\d_\w+)\.ipynb\)", README))
    assert offered == {path.stem for path in (ROOT / "chapters").glob("[0-9][0-9]_*.py")}


@pytest.mark.parametrize("part", README.split("## 中文说明"), ids=["English", "Chinese"])
def test_both_languages_begin_with_the_same_commands(part: str) -> None:
    for line in ("make course ", "make test ", "py -3.12 -m venv .venv", r".venv\Scripts\course all"):
        assert f"\n{line}" in part


def test_the_budget_of_each_part_of_the_tests_is_the_one_that_they_are_held_against() -> None:
    code = (ROOT / "tests" / "run_all.py").read_text(encoding="utf-8")
    parts = dict(re.findall(r'Part\(\s*"([^"]+)",(?:(?!Part\().)*?budget=(\d+)', code, re.S))
    table = re.findall(r"^\| ([^|]+) \| (\d+) \|$", README, re.M)
    told = {next((part for part in parts if name.startswith(part)), name): minutes for name, minutes in table}
    assert len(parts) == 4 and parts == told
    assert sum(int(minutes) for name, minutes in parts.items() if name != "site, browser") <= 30
