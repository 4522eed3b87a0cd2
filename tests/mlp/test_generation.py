"""A temperature is softmax of divided logits; a text goes on by what the model holds likely and by the seed alone."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib import mlp


@pytest.mark.parametrize("temperature", [0.2, 0.7, 1.0, 3.0])
def test_a_temperature_divides_the_logits(temperature):
    logits = np.array([[2.0, 0.5, -1.0], [0.0, 0.0, 4.0]])
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    divided = np.exp(logits / temperature)
    np.testing.assert_allclose(mlp.soften(chances, temperature), divided / divided.sum(axis=1, keepdims=True))


def test_cold_takes_the_best_and_hot_makes_all_alike_and_the_impossible_stays_impossible():
    chances = np.array([0.5, 0.3, 0.2, 0.0])
    np.testing.assert_allclose(mlp.soften(chances, 1e-3), [1, 0, 0, 0], atol=1e-100)
    np.testing.assert_allclose(mlp.soften(chances, 1e6), [1 / 3, 1 / 3, 1 / 3, 0], atol=1e-5)
    np.testing.assert_allclose(mlp.soften(7 * chances, 1.0), chances)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
def test_a_temperature_that_is_none_is_refused(temperature):
    with pytest.raises(ValueError, match="temperature is"):
        mlp.soften(np.ones(2), temperature)


@pytest.mark.parametrize("chances", [[0.0, 0.0], [-0.1, 1.0], [np.nan, 1.0]])
def test_what_are_no_chances_are_refused(chances):
    with pytest.raises(ValueError, match="probabilities holds"):
        mlp.soften(np.array(chances), 1.0)


def next_in_the_circle(ids) -> np.ndarray:
    """Most likely the next number up to 5, then 2 again; padding and the unknown word are likely as well."""
    chances = np.full(6, 0.01)
    chances[[0, 1]] = 0.4
    chances[ids[-1] + 1 if ids and ids[-1] < 5 else 2] = 0.3
    return chances


def test_cold_it_follows_the_likeliest_that_is_not_forbidden():
    assert mlp.generate(next_in_the_circle, [3], length=6, temperature=0.05) == [3, 4, 5, 2, 3, 4, 5]
    assert set(mlp.generate(next_in_the_circle, [3], 200, forbidden=())) >= {0, 1}
    assert not set(mlp.generate(next_in_the_circle, [3], 200)) & {0, 1}


def test_words_are_drawn_as_often_as_they_are_likely():
    drawn = np.array(mlp.generate(lambda ids: np.array([0.9, 0.0, 0.1, 0.3]), [], 4000, seed=1))
    # 0 is forbidden, so 2 and 3 share the rest as 1 to 3; the standard error is 0.7 points.
    assert np.mean(drawn == 3) == pytest.approx(0.75, abs=0.03)
    assert set(drawn) == {2, 3}


def test_the_seed_decides_and_the_chances_and_the_beginning_stay():
    start, chances = [2], np.array([0.0, 0.0, 0.4, 0.3, 0.3])
    first, again, other = (mlp.generate(lambda ids: chances, start, 30, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert start == [2] and first[0] == 2 and len(first) == 31
    np.testing.assert_array_equal(chances, [0, 0, 0.4, 0.3, 0.3])


def test_no_word_more_is_the_beginning_and_less_is_refused():
    assert mlp.generate(next_in_the_circle, [4], length=0) == [4]
    with pytest.raises(ValueError, match="length is -1"):
        mlp.generate(next_in_the_circle, [4], length=-1)


def test_nothing_but_forbidden_words_is_refused():
    with pytest.raises(ValueError, match="zeros alone"):
        mlp.generate(lambda ids: np.array([0.5, 0.5, 0.0]), [], length=1)
