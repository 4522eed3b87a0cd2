"""Proves that a split by film leaks neither film nor text, and that splits and draws are balanced and repeatable."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.data.reviews import Review, Reviews, draw, split_by_film


def _reviews(films: list[str], labels: list[int], texts: list[str] | None = None) -> Reviews:
    made = np.array(labels, dtype=np.int8)
    texts = texts or [f"review {number}" for number in range(len(films))]
    return Reviews(texts, made, np.where(made == 1, 8, 3).astype(np.int8), np.array(films), "sample")


def _random(seed: int, count: int = 600) -> Reviews:
    """Reviews like IMDB's: many films of one review, a few of up to thirty, each film liked or disliked by most."""
    rng = np.random.default_rng(seed)
    films, labels = [], []
    while len(films) < count:
        size = min(int(rng.geometric(0.25)), 30)
        taste = rng.random()
        films += [f"tt{len(films):07}"] * size
        labels += [int(rng.random() < taste) for _ in range(size)]
    return _reviews(films, labels)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("fraction", [0.1, 0.2, 0.5])
def test_no_film_is_on_both_sides_and_the_labels_stay_in_balance(seed: int, fraction: float) -> None:
    reviews = _random(seed)
    training, validation = split_by_film(reviews, fraction, seed)
    assert not set(training.film_ids) & set(validation.film_ids)
    assert sorted(training.texts + validation.texts) == sorted(reviews.texts)
    assert abs(len(validation) / len(reviews) - fraction) < 0.01
    for side in (training, validation):
        assert abs(side.labels.mean() - reviews.labels.mean()) < 0.01


def test_each_review_keeps_its_own_label_rating_and_film() -> None:
    reviews = _random(1)
    rows = {reviews[index].text: reviews[index] for index in range(len(reviews))}
    for side in split_by_film(reviews):
        assert all(side[index] == rows[side[index].text] for index in range(len(side)))


def test_films_that_share_a_text_stay_together_through_any_chain() -> None:
    films = [f"film {number // 2}" for number in range(200)]
    texts = [f"text {(number + 1) // 2}" for number in range(100)] + [f"other {number}" for number in range(100)]
    chained = _reviews(films, [0, 1] * 100, texts)
    for seed in range(20):
        training, validation = split_by_film(chained, 0.5, seed)
        assert not set(training.texts) & set(validation.texts)
        assert not set(training.film_ids) & set(validation.film_ids)
        sides = {("text 3" in side.texts, "text 40" in side.texts) for side in (training, validation)}
        assert sides == {(True, True), (False, False)}


def test_a_split_depends_on_the_seed_alone() -> None:
    reviews = _random(2)
    first, again, other = (split_by_film(reviews, seed=seed)[1].texts for seed in (5, 5, 6))
    assert first == again != other


def test_both_sides_keep_the_order_in_which_the_reviews_were() -> None:
    reviews = _random(3)
    place = {text: index for index, text in enumerate(reviews.texts)}
    for side in split_by_film(reviews):
        assert [place[text] for text in side.texts] == sorted(place[text] for text in side.texts)


def test_reviews_without_labels_are_split_by_their_number() -> None:
    reviews = _reviews([f"film {number // 3}" for number in range(300)], [-1] * 300)
    training, validation = split_by_film(reviews, 0.2)
    assert (len(training), len(validation)) == (240, 60)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan")])
def test_a_fraction_that_is_none_is_refused(fraction: float) -> None:
    with pytest.raises(ValueError, match="fraction must be between 0 and 1; given: "):
        split_by_film(_random(0), fraction)


@pytest.mark.parametrize("films", [[], ["one"], ["one"] * 10])
def test_what_cannot_be_split_is_refused(films: list[str]) -> None:
    with pytest.raises(ValueError, match="cannot be split"):
        split_by_film(_reviews(films, [0, 1] * (len(films) // 2) + [0] * (len(films) % 2)))


def test_a_subset_is_taken_by_numbers_by_a_mask_and_by_a_slice() -> None:
    reviews = _reviews(["a", "b", "c"], [0, 1, 0])
    assert reviews.subset([2, 0]).texts == ["review 2", "review 0"]
    assert reviews.subset(np.array([False, True, True])).film_ids.tolist() == ["b", "c"]
    assert reviews[1:].labels.tolist() == [1, 0] and reviews[::-1].texts[0] == "review 2"
    assert len(reviews.subset([])) == 0 and reviews.subset([]).source == "sample"
    assert reviews[1] == Review("review 1", 1, 8, "b") and reviews[-1].text == "review 2"
    with pytest.raises(IndexError):
        reviews[3]
    with pytest.raises(IndexError):
        reviews.subset([3])
    with pytest.raises(IndexError):
        reviews.subset([True, False])


@pytest.mark.parametrize("seed", range(5))
def test_a_draw_is_balanced_at_every_size_and_grows_from_the_smaller_ones(seed: int) -> None:
    labels = np.array([0] * 50 + [1] * 20)
    before: set[int] = set()
    for count in range(1, 71):
        chosen = draw(labels, count, seed)
        assert len(set(chosen.tolist())) == count
        ones = int(labels[chosen].sum())
        assert ones == 20 if count >= 40 else ones in {count // 2, (count + 1) // 2}
        assert before < set(chosen.tolist())
        before = set(chosen.tolist())


def test_drawn_labels_come_neither_in_order_nor_in_turn() -> None:
    labels = np.array([0, 1] * 200)
    for seed in range(5):
        changes = int(np.abs(np.diff(labels[draw(labels, 400, seed)])).sum())
        assert 150 < changes < 250


def test_draws_of_another_seed_are_others_and_every_item_has_its_chance() -> None:
    labels = np.arange(100) % 2
    drawn = [draw(labels, 10, seed) for seed in range(300)]
    assert not np.array_equal(drawn[0], drawn[1]) and np.array_equal(drawn[0], draw(labels, 10, 0))
    times = np.bincount(np.concatenate(drawn), minlength=100)
    assert times.min() > 10 and times.max() < 60
