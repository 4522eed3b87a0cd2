"""Proves that `course data` tells where data sets are, fetches what can be had, sees bad copies, clears the cache."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.data import registry

from .conftest import Answer

pytestmark = pytest.mark.usefixtures("no_data_folder")
Course = Callable[..., Answer]


def test_list_says_of_every_data_set_where_it_would_come_from(course: Course, cache: Path) -> None:
    lines = course("data", "list").out.splitlines()
    where = {line.split()[0]: line for line in lines}
    assert "not here" in where["imdb"]
    assert "84.1 MB" in where["imdb"]
    assert "in a package" in where["digits8"]
    assert "in the course" in where["film_reviews"]


def test_list_long_names_licence_and_citation(course: Course, cache: Path) -> None:
    out = course("data", "list", "--long").out
    assert "Licence: CC BY 2.0 FR" in out
    assert "Learning Word Vectors for Sentiment Analysis" in out


def test_list_speaks_json_to_programs(course: Course, cache: Path) -> None:
    sets = {one["id"]: one for one in json.loads(course("data", "list", "--json").out)}
    assert sets["imdb"]["where"] == "missing"
    assert sets["imdb"]["automatic"] is True
    assert sets["glove.6B"]["automatic"] is False
    assert sets["digits8"]["path"].endswith("digits.csv.gz")


def test_list_shows_the_readers_own_folder(course: Course, cache: Path, data_folder: Path) -> None:
    (data_folder / "stopwords.zip").write_bytes(b"a" * 1234)
    (line,) = [line for line in course("data", "list").out.splitlines() if line.startswith("stopwords")]
    assert "in COURSE_DATA" in line
    assert "1.2 kB" in line


def test_a_folder_that_does_not_exist_is_wrong_usage(
    course: Course, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_DATA", "nowhere")
    answer = course("data", "list")
    assert answer.code == 2
    assert "COURSE_DATA names 'nowhere'" in answer.err


def test_fetch_leaves_with_3_and_names_each_set_that_cannot_be_had(course: Course, cache: Path) -> None:
    answer = course("data", "fetch")
    assert answer.code == 3
    errors = answer.err.splitlines()
    automatic = [card.id for card in registry.cards() if card.automatic and card.origin == "download"]
    assert [line.split()[1] for line in errors[:-1]] == [f"{card_id}:" for card_id in automatic]
    assert {"imdb", "tatoeba", "stopwords", "jane_austen", "stories260k"} <= set(automatic)
    assert errors[-1] == f"error: {len(automatic)} data sets could not be had"
    assert "COURSE_OFFLINE" in errors[0]


def test_fetch_takes_what_is_there_already_and_leaves_with_0(course: Course, cache: Path) -> None:
    answer = course("data", "fetch", "digits8", "film_reviews")
    assert answer.code == 0
    assert [line.split(":")[0] for line in answer.out.splitlines()] == ["digits8", "film_reviews"]


def test_one_wrong_name_fetches_nothing(course: Course, cache: Path) -> None:
    answer = course("data", "fetch", "digits8", "cifar")
    assert (answer.code, answer.out) == (2, "")


def test_large_data_sets_come_only_when_asked_for(course: Course, cache: Path) -> None:
    assert "glove" not in course("data", "fetch").err
    assert "glove" in course("data", "fetch", "glove.6B").err


def test_verify_finds_a_good_copy_a_bad_one_and_none(course: Course, cache: Path, data_folder: Path) -> None:
    good = course("data", "verify", "digits8")
    assert (good.code, good.out.split()[:2]) == (0, ["good", "digits8:"])
    none = course("data", "verify", "tatoeba")
    assert none.code == 3
    assert "course data fetch tatoeba" in none.err
    (data_folder / "cmn.txt").write_text("too little\n", encoding="utf-8")
    bad = course("data", "verify", "tatoeba", "digits8")
    assert bad.code == 1
    assert bad.out.startswith("bad     tatoeba: ")
    assert "good    digits8: " in bad.out


@pytest.mark.seconds
def test_verify_without_a_name_does_not_mind_what_is_not_here(course: Course, cache: Path) -> None:
    answer = course("data", "verify")
    assert answer.code == 0
    assert "absent  imdb: " in answer.out


def test_clear_empties_the_cache_and_nothing_beside_it(course: Course, cache: Path, data_folder: Path) -> None:
    mine = data_folder / "cmn.txt"
    cached = cache / "tatoeba" / "cmn-eng.zip"
    stranger = cache / "tatoeba" / "notes.txt"
    cached.parent.mkdir(parents=True)
    for path in (mine, cached, stranger):
        path.write_bytes(b"a" * 250_000)
    assert course("data", "clear", "imdb").out == "0.0 kB freed\n"
    assert cached.exists()
    assert course("data", "clear").out == "0.2 MB freed\n"
    assert mine.exists() and stranger.exists() and not cached.exists()
