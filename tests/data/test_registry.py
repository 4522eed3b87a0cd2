"""Proves that the cards hold the published facts and that files are found where the library is installed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from course_lib.base.errors import EnvironmentProblem, UsageError
from course_lib.data import registry
from course_lib.showing import language

IDS = ["imdb", "tatoeba", "stopwords", "glove.6B", "digits8", "mnist5000", "mnist"]
IDS += ["jane_austen", "tinyshakespeare", "song_ci", "tang_shi", "tang_300", "stories260k"]
IDS += ["film_reviews", "phrases", "tales", "quatrains"]
IDS += ["minilm"]
IDS += ["jieba_words", "gsd_simplified", "segmented"]
IDS += ["waimai_10k", "chnsenticorp_htl", "chinese_reviews"]
IDS += ["cranfield", "xquad", "cmrc2018", "clinc150", "banking77", "financial_phrasebank", "movielens_small"]
IDS += ["passages", "library_requests", "company_news", "invented_ratings"]


def test_every_data_set_of_the_course_has_a_card() -> None:
    assert [card.id for card in registry.cards()] == IDS


@pytest.mark.parametrize("card_id", IDS)
def test_a_card_says_what_it_is_in_both_languages_and_under_which_terms(card_id: str) -> None:
    card = registry.card(card_id)
    assert card.title and card.summary and card.licence and card.citation
    language.use("zh")
    assert re.search(r"[\u4e00-\u9fff]", card.title) and re.search(r"[\u4e00-\u9fff]", card.summary)


@pytest.mark.parametrize("card_id", IDS)
def test_a_card_has_exactly_what_its_origin_needs(card_id: str) -> None:
    card = registry.card(card_id)
    files = [part.file for part in card.parts if part.file]
    assert (card.file is None) or not card.files
    assert bool(files) == (card.origin == "download")
    assert bool(card.local) == (card.origin == "download")
    assert (card.package is not None) == (card.origin == "package")
    assert card.sample is not None if card.origin == "course" else True
    for file in files:
        assert file.url.startswith("https://") and file.url.endswith(f"/{file.name}")
        assert file.checksum is None or file.size
    assert len({file.name for file in files}) == len(files)


def test_what_a_site_renews_has_no_checksum_and_a_bound_and_all_else_has_both_size_and_checksum() -> None:
    parts = [part for card in registry.cards() for part in card.parts if part.file]
    renewed = {part.id for part in parts if part.file.checksum is None}
    assert renewed == {"tatoeba", "stopwords", "jane_austen", "financial_phrasebank", "movielens_small"}
    assert all(part.file.largest <= part.largest for part in parts if part.id in renewed)


def test_a_card_of_several_files_has_a_part_for_each_with_places_of_its_own() -> None:
    parts = registry.card("jane_austen").parts
    assert [part.file.name for part in parts] == [f"pg{number}.txt" for number in (161, 1342, 141, 158, 121, 105)]
    assert parts[0].local == ("jane_austen/pg161.txt", "jane_austen/sensesensibility.txt")
    assert {part.id for part in parts} == {"jane_austen"} and all(part.parts == (part,) for part in parts)
    assert registry.card("imdb").parts == (registry.card("imdb"),)


def test_imdb_is_known_by_the_size_and_checksum_its_site_gives() -> None:
    file = registry.card("imdb").file
    assert (file.size, file.checksum) == (84_125_825, ("md5", "7c2ac02c03563afcf9b574c7e56c153a"))


def test_what_is_large_or_without_a_licence_is_never_fetched_unasked_and_everything_else_may_be() -> None:
    unasked = [card.id for card in registry.cards() if not card.automatic]
    assert unasked == ["glove.6B", "mnist", "waimai_10k", "chnsenticorp_htl", "financial_phrasebank"]
    assert {card_id for card_id in unasked if "none stated" in registry.card(card_id).licence} == set(unasked[2:4])
    assert "not for commercial use" in registry.card("financial_phrasebank").licence
    assert registry.card("glove.6B").file.checksum[0] == "sha256"


def test_an_unknown_data_set_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UsageError, match=r"unknown data set 'imbd'; allowed: imdb, tatoeba"):
        registry.card("imbd")


def test_samples_travel_inside_an_installed_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "site-packages" / "course_lib"
    (installed / "data").mkdir(parents=True)
    monkeypatch.setattr(registry, "__file__", str(installed / "data" / "registry.py"))
    with pytest.raises(EnvironmentProblem, match="install course_lib again"):
        registry.datasets_folder()
    (installed / "_datasets").mkdir()
    (installed / "_datasets" / "registry.toml").write_text("")
    assert registry.datasets_folder() == installed / "_datasets"
    with pytest.raises(EnvironmentProblem, match=r"film_reviews\.csv is missing"):
        registry.sample_path(registry.card("film_reviews"))


def test_a_package_that_is_not_installed_is_named_with_the_line_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EnvironmentProblem, match="pip install scikit-learn"):
        registry.packaged_path(registry.card("digits8"))


def test_every_data_set_that_a_lesson_says_to_fetch_has_a_card() -> None:
    lessons = Path(__file__).resolve().parents[2] / "chapters"
    told = {
        card_id
        for path in lessons.glob("*.py")
        for card_id in re.findall(r"course data fetch ([\w.]*\w)", path.read_text(encoding="utf-8"))
    }
    assert "glove.6B" in told
    assert told <= set(IDS)
