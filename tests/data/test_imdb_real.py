"""Proves, on the real data set, what the lessons say about it: counts, ratings, films, repeats, and a clean split."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from course_lib.data import cache as store
from course_lib.data import imdb, registry

pytestmark = pytest.mark.slow

COUNTS = {"train": 25_000, "test": 25_000, "unlabelled": 50_000}


@pytest.fixture(scope="module")
def parts(real_data: Path) -> dict[str, imdb.Reviews]:
    """All 100,000 reviews."""
    return {part: imdb.load(part, sample="never") for part in COUNTS}


@pytest.mark.parametrize("part", COUNTS)
def test_a_part_has_its_number_of_reviews_none_of_them_empty(parts: dict[str, imdb.Reviews], part: str) -> None:
    reviews = parts[part]
    assert len(reviews) == len(reviews.film_ids) == COUNTS[part]
    assert all(text.strip() for text in reviews.texts)


@pytest.mark.parametrize("part", ["train", "test"])
def test_half_are_positive_and_ratings_agree_with_labels(parts: dict[str, imdb.Reviews], part: str) -> None:
    reviews = parts[part]
    assert Counter(reviews.labels.tolist()) == {0: 12_500, 1: 12_500}
    assert set(reviews.ratings[reviews.labels == 1].tolist()) == {7, 8, 9, 10}
    assert set(reviews.ratings[reviews.labels == 0].tolist()) == {1, 2, 3, 4}


def test_unlabelled_reviews_tell_neither_label_nor_rating(parts: dict[str, imdb.Reviews]) -> None:
    assert set(parts["unlabelled"].labels.tolist()) == {-1} and set(parts["unlabelled"].ratings.tolist()) == {0}


def test_films_have_their_published_form_and_at_most_thirty_reviews_in_a_group(parts: dict[str, imdb.Reviews]) -> None:
    for part, reviews in parts.items():
        assert np.char.startswith(reviews.film_ids, "tt").all()
        for label in set(reviews.labels.tolist()):
            assert max(Counter(reviews.film_ids[reviews.labels == label].tolist()).values()) == 30, part


def test_a_film_is_the_right_one(parts: dict[str, imdb.Reviews]) -> None:
    # Reviews of one film name the same people. Films follow each other by number, so if they were read one line too
    # early or too late, the first and the last review under a film would be about two films, and share next to nothing.
    files = store.read(imdb._entry(registry.card("imdb")), imdb._names("train"))
    table = imdb._table("train", files, "cache")
    texts = [table.text(index).split() for index in range(12_500)]
    names = [{word for word in text if word.istitle() and word.isalpha() and len(word) > 3} for text in texts]
    frequency = Counter(name for found in names for name in found)
    rare = [{name for name in found if frequency[name] <= 40} for found in names]

    def sharing(shift: int) -> float:
        groups: dict[bytes, list[int]] = {}
        for index, film in enumerate(np.roll(table.film_ids[:12_500], shift).tolist()):
            groups.setdefault(film, []).append(index)
        return float(np.mean([bool(rare[group[0]] & rare[group[-1]]) for group in groups.values() if len(group) > 1]))

    assert sharing(0) > 0.3
    assert sharing(1) < 0.05 and sharing(-1) < 0.05


def test_train_and_test_share_one_film_and_the_unlabelled_share_none(parts: dict[str, imdb.Reviews]) -> None:
    films = {part: set(reviews.film_ids.tolist()) for part, reviews in parts.items()}
    assert films["train"] & films["test"] == {"tt0406816"}
    assert not films["unlabelled"] & (films["train"] | films["test"])
    assert {part: int((parts[part].film_ids == "tt0406816").sum()) for part in ("train", "test")} == {
        "train": 2,
        "test": 23,
    }


def test_texts_repeat_between_the_parts_as_often_as_the_lessons_say(parts: dict[str, imdb.Reviews]) -> None:
    texts = {part: set(reviews.texts) for part, reviews in parts.items()}
    assert len(texts["train"] & texts["test"]) == 123
    assert len(texts["test"] & texts["unlabelled"]) == 266


@pytest.mark.parametrize("seed", [0, 1])
def test_a_split_by_film_leaks_nothing(parts: dict[str, imdb.Reviews], seed: int) -> None:
    training, validation = imdb.split_by_film(parts["train"], 0.2, seed)
    assert (len(training), len(validation)) == (20_000, 5_000)
    assert not set(training.film_ids.tolist()) & set(validation.film_ids.tolist())
    assert not set(training.texts) & set(validation.texts)
    assert training.labels.mean() == validation.labels.mean() == 0.5


def test_a_limit_is_balanced(parts: dict[str, imdb.Reviews]) -> None:
    few = imdb.load("train", limit=5000, sample="never")
    assert few.labels.mean() == 0.5 and set(few.texts) <= set(parts["train"].texts)


def test_the_parsed_data_set_is_kept_in_one_entry(
    parts: dict[str, imdb.Reviews], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imdb.imdb_archive, "parse", lambda *arguments: pytest.fail("it was parsed again"))
    assert imdb.load("test", sample="never").texts == parts["test"].texts
