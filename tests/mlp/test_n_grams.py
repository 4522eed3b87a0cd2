"""Counting models equal loops over a small text, their chances add up to one, and Kneser-Ney counts contexts."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import numpy as np
import pytest

from course_lib import mlp

SIZE = 7


def texts(number: int = 30, seed: int = 0) -> list[list[int]]:
    """Texts in which some words like to follow others."""
    random = np.random.default_rng(seed)
    lists = []
    for _ in range(number):
        words = [int(random.integers(1, SIZE))]
        while len(words) < 9:
            words.append(words[-1] % (SIZE - 1) + 1 if random.random() < 0.6 else int(random.integers(1, SIZE)))
        lists.append(words)
    return lists


def pairs(lists, context_length: int = 3):
    return mlp.contexts_and_targets(lists, context_length)


def all_models():
    training = pairs(texts())
    return {
        "unigram": mlp.Unigram(*training, SIZE),
        "interpolated": mlp.InterpolatedNGrams(*training, SIZE, held_out=pairs(texts(8, seed=1))),
        "kneser-ney 1": mlp.KneserNey(*training, SIZE, order=1),
        "kneser-ney 2": mlp.KneserNey(*training, SIZE, order=2),
        "kneser-ney 3": mlp.KneserNey(*training, SIZE, order=3),
        "kneser-ney 4": mlp.KneserNey(*training, SIZE, order=4),
    }


MODELS = all_models()
CONTEXTS = [(), (3,), (0, 0, 0), (1, 2, 3), (6, 6, 6), (5, 1, 5), (2, 4, 6, 1, 2)]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("context", CONTEXTS)
def test_chances_add_up_to_one_and_padding_has_none(name, context):
    chances = MODELS[name].distribution(context)
    assert chances.shape == (SIZE,)
    assert chances.sum() == pytest.approx(1, abs=1e-12)
    assert chances[0] == 0 and (chances[1:] > 0).all()


@pytest.mark.parametrize("name", MODELS)
def test_the_chances_of_many_are_those_of_each(name):
    contexts, targets = pairs(texts(3, seed=7))
    model = MODELS[name]
    each = [model.distribution(context)[target] for context, target in zip(contexts, targets, strict=True)]
    np.testing.assert_allclose(model.probabilities(contexts, targets), each, rtol=1e-12)
    np.testing.assert_allclose(model.surprisals(contexts, targets), -np.log(each), rtol=1e-12)


def test_the_unigram_is_the_share_of_each_word():
    lists = texts()
    counts = Counter(word for text in lists for word in text)
    total = sum(counts.values()) + SIZE - 1
    for word in range(1, SIZE):
        assert MODELS["unigram"].distribution(())[word] == pytest.approx((counts[word] + 1) / total)


def kneser_ney_by_loops(lists, order, context, word):
    """The interpolated form with one discount for each length, over tuples."""
    grams = [Counter() for _ in range(order + 1)]
    for text in lists:
        padded = [0] * (order - 1) + text
        for end in range(order - 1, len(padded)):
            grams[order][tuple(padded[end - order + 1 : end + 1])] += 1
    for length in range(order - 1, 0, -1):  # how many different words stand before each gram
        for gram in grams[length + 1]:
            grams[length][gram[1:]] += 1
    chance = 1 / (SIZE - 1)
    for length in range(1, order + 1):
        counts = grams[length]
        seen = [list(counts.values()).count(times) for times in (1, 2)]
        discount = seen[0] / (seen[0] + 2 * seen[1]) if all(seen) else 0.5
        before = tuple(context[len(context) - length + 1 :]) if length > 1 else ()
        followers = {gram[-1]: count for gram, count in counts.items() if gram[:-1] == before}
        if followers:
            total = sum(followers.values())
            chance = (max(followers.get(word, 0) - discount, 0) + discount * len(followers) * chance) / total
    return chance


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_kneser_ney_equals_loops(order):
    lists = texts()
    for context in [(1, 2, 3), (0, 0, 0), (6, 6, 6), (5, 4, 1), (0, 0, 2)]:
        for word in (1, 3, 6):
            expected = kneser_ney_by_loops(lists, order, context, word)
            assert MODELS[f"kneser-ney {order}"].distribution(context)[word] == pytest.approx(expected, rel=1e-12)


def test_kneser_ney_does_not_guess_san_franciscos_francisco_elsewhere():
    # Word 2 is frequent but follows 1 alone; word 3 is rarer and follows many. After a new word 3 is the better guess.
    lists = [[1, 2]] * 20 + [[word, 3] for word in (1, 2, 4, 5, 6)] * 2
    model = mlp.KneserNey(*pairs(lists), SIZE, order=2)
    unseen = model.distribution((3,))
    assert unseen[3] > 1.5 * unseen[2]
    assert mlp.Unigram(*pairs(lists), SIZE).distribution(())[2] > mlp.Unigram(*pairs(lists), SIZE).distribution(())[3]


def test_interpolation_equals_loops_with_the_weights_it_found():
    lists, model = texts(), MODELS["interpolated"]
    counts = [defaultdict(Counter) for _ in range(3)]
    for text in lists:
        padded = [0, 0, *text]
        for end in range(2, len(padded)):
            for length in range(3):
                counts[length][tuple(padded[end - length : end])][padded[end]] += 1
    for context in [(1, 2), (0, 0), (6, 6), (4, 2)]:
        shares = [1 / (SIZE - 1)]
        for length in range(3):
            followers = counts[length][tuple(context[2 - length :])]
            shares.append(followers[5] / sum(followers.values()) if followers else shares[-1])
        expected = sum(weight * share for weight, share in zip(model.weights, shares, strict=True))
        assert model.distribution(context)[5] == pytest.approx(expected, rel=1e-12)


def test_the_weights_add_up_to_one_and_no_others_nearby_are_better_on_the_held_out_texts():
    held_out = pairs(texts(8, seed=1))
    model = mlp.InterpolatedNGrams(*pairs(texts()), SIZE, held_out=held_out, rounds=3000)
    assert model.weights.sum() == pytest.approx(1)
    best = model.surprisals(*held_out).mean()
    found = model.weights
    random = np.random.default_rng(0)
    for _ in range(50):
        nearby = np.maximum(found + 0.02 * random.normal(size=4), 0)
        model.weights = nearby / nearby.sum()
        assert model.surprisals(*held_out).mean() >= best - 1e-5


def test_more_rounds_never_fit_worse():
    held_out = pairs(texts(8, seed=1))
    fits = [
        mlp.InterpolatedNGrams(*pairs(texts()), SIZE, held_out=held_out, rounds=rounds).surprisals(*held_out).mean()
        for rounds in (1, 2, 5, 30)
    ]
    assert fits == sorted(fits, reverse=True)


def test_longer_contexts_help_on_text_in_which_they_matter():
    test = pairs(texts(60, seed=5))
    perplexities = {name: mlp.perplexity(model.surprisals(*test)) for name, model in MODELS.items()}
    assert perplexities["kneser-ney 2"] < 0.9 * perplexities["unigram"]
    assert perplexities["kneser-ney 3"] < 0.9 * perplexities["unigram"]
    assert perplexities["interpolated"] < 0.9 * perplexities["unigram"]
    assert perplexities["unigram"] < SIZE


def test_no_word_is_impossible_not_even_one_never_seen():
    model = mlp.KneserNey(*pairs([[1, 2, 1, 2]]), 5)
    for word in (3, 4):
        assert 0 < model.distribution((1, 2))[word] < 0.5
        assert math.isfinite(mlp.Unigram(*pairs([[1]]), 5).surprisals(np.zeros((1, 0)), np.array([word]))[0])


@pytest.mark.parametrize("bad", [[0, 1], [1, SIZE], [-1, 2]])
def test_targets_outside_the_vocabulary_are_refused(bad):
    for model in MODELS.values():
        with pytest.raises(ValueError, match=rf"targets holds ids .* allowed: 1 to {SIZE - 1}"):
            model.probabilities(np.ones((2, 3), int), np.array(bad))


def test_contexts_too_short_or_outside_the_vocabulary_are_refused():
    model = MODELS["kneser-ney 3"]
    with pytest.raises(ValueError, match=r"allowed: \(tokens, 2 or more\)"):
        model.probabilities(np.ones((2, 1), int), np.array([1, 2]))
    with pytest.raises(ValueError, match="allowed"):
        model.probabilities(np.ones((3, 2), int), np.array([1, 2]))
    with pytest.raises(ValueError, match=rf"contexts holds ids from 1 to {SIZE}"):
        model.probabilities(np.array([[1, SIZE]]), np.array([1]))


def test_what_are_no_ids_is_refused():
    model = MODELS["kneser-ney 3"]
    with pytest.raises(TypeError, match=r"contexts holds values of type float64; allowed: whole numbers"):
        model.probabilities(np.ones((2, 2)), np.array([1, 2]))
    with pytest.raises(TypeError, match=r"targets holds values of type float64"):
        model.probabilities(np.ones((2, 2), int), np.array([1.0, 2.7]))


def test_settings_out_of_range_are_refused():
    training = pairs(texts(2))
    with pytest.raises(ValueError, match="extra is 0"):
        mlp.Unigram(*training, SIZE, extra=0)
    with pytest.raises(ValueError, match=r"vocabulary_size is 1; allowed: .*2"):
        mlp.Unigram(np.zeros((3, 1), int), np.ones(3, int), 1)
    assert mlp.Unigram(np.zeros((3, 1), int), np.ones(3, int), 2).distribution([])[1] == 1
    with pytest.raises(ValueError, match="order is 0"):
        mlp.KneserNey(*training, SIZE, order=0)
    with pytest.raises(ValueError, match=r"order is 9 with 10000 words; allowed: vocabulary_size \*\* order < 2\*\*63"):
        mlp.KneserNey(*training, 10_000, order=9)
    with pytest.raises(ValueError, match="rounds is 0"):
        mlp.InterpolatedNGrams(*training, SIZE, held_out=training, rounds=0)
