"""Word2Vec: pairs, subsampling and loss equal loops; its step descends the loss; it learns what gensim does.

The step is written with closed-form derivatives, so it is measured against differences of the loss itself.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from gensim.models import Word2Vec
from keras import ops

from course_lib.preprocessing import steps, word2vec

TOPIC_SIZE = 12
VOCABULARY_SIZE = 2 + 2 * TOPIC_SIZE
TRAINING = {"dim": 12, "window": 3, "epochs": 6, "batch_size": 256, "threshold": 1.0}


def two_topics(texts: int = 240, seed: int = 0) -> list[list[int]]:
    """Texts that each hold words of one topic alone: ids 2 to 13, or 14 to 25."""
    random = np.random.default_rng(seed)
    return [
        list(random.integers(2 + TOPIC_SIZE * (n % 2), 2 + TOPIC_SIZE * (n % 2 + 1), size=10)) for n in range(texts)
    ]


def topic(word_id: int) -> int:
    return (word_id - 2) // TOPIC_SIZE


def separation(vectors: np.ndarray) -> float:
    """How much more alike the words of one topic are than the words of two (mean cosines); rows without ids 0 and 1."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    same = np.arange(len(unit)) // TOPIC_SIZE
    together = (same[:, None] == same) & ~np.eye(len(unit), dtype=bool)
    return float(cosines[together].mean() - cosines[same[:, None] != same].mean())


class Spy:
    """Stands in front of `skip_gram_step` and remembers what each call was given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple] = []
        original = word2vec.skip_gram_step

        def step(centers_table, contexts_table, *rest):
            self.center_table = centers_table
            self.calls.append(rest)
            original(centers_table, contexts_table, *rest)

        monkeypatch.setattr(word2vec, "skip_gram_step", step)

    def pairs(self) -> list[tuple[int, int]]:
        return [pair for centers, contexts, *_ in self.calls for pair in zip(centers, contexts, strict=True)]


# --- Pairs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", [1, 2, 5, 40])
@pytest.mark.parametrize("seed", [0, 7])
def test_pairs_equal_those_of_a_loop_that_draws_the_same_windows(window, seed):
    random = np.random.default_rng(3)
    texts = [random.integers(0, 9, size=size).tolist() for size in (12, 0, 1, 7, 20)]
    drawn = iter(np.random.default_rng(seed).integers(1, window + 1, size=40))
    expected = Counter()
    for text in texts:
        for place, center in enumerate(text):
            reach = next(drawn)
            for other, context in enumerate(text):
                if other != place and abs(other - place) <= reach and center > 1 and context > 1:
                    expected[center, context] += 1
    centers, contexts = word2vec.skip_gram_pairs(texts, window, seed)
    assert centers.dtype == contexts.dtype == np.int32
    assert Counter(zip(centers.tolist(), contexts.tolist(), strict=True)) == expected


def test_padding_and_unknown_words_take_up_room_and_make_no_pairs():
    centers, contexts = word2vec.skip_gram_pairs([[2, 1, 3], [4, 0, 5], [6, 7]], window=1)
    assert sorted(zip(centers.tolist(), contexts.tolist(), strict=True)) == [(6, 7), (7, 6)]


def test_words_of_two_texts_are_never_a_pair():
    centers, contexts = word2vec.skip_gram_pairs([[2, 3], [], [4, 5]], window=9)
    together = {frozenset(pair) for pair in zip(centers.tolist(), contexts.tolist(), strict=True)}
    assert together == {frozenset({2, 3}), frozenset({4, 5})}


def test_no_text_makes_no_pair():
    for nothing in ([], [[]], [[2]]):
        centers, contexts = word2vec.skip_gram_pairs(nothing, window=2)
        assert centers.shape == contexts.shape == (0,)


# --- Subsampling ---------------------------------------------------------------------------------------------------


def test_rare_words_always_stay_and_frequent_ones_at_the_rate_of_equation_5():
    counts = np.array([0, 0, 90_000, 9_000, 900, 100])
    ids = np.repeat(np.arange(6), counts)
    threshold = 0.01
    stays = word2vec.subsample(ids, counts, threshold, seed=5)
    assert stays.dtype == bool and stays.shape == ids.shape
    assert stays[ids >= 4].all()
    for word in (2, 3):
        rate = math.sqrt(threshold / (counts[word] / 100_000))
        deviation = math.sqrt(rate * (1 - rate) / counts[word])
        assert abs(stays[ids == word].mean() - rate) < 4 * deviation


def test_the_seed_decides_which_tokens_are_skipped():
    ids, counts = np.full(500, 2), np.array([0, 0, 500])
    first, again, other = (word2vec.subsample(ids, counts, 0.25, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


# --- Made-up contexts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("power", [0.75, 1.0, 0.0])
def test_made_up_contexts_are_drawn_by_counts_to_a_power_and_never_padding_or_unknown(power):
    counts = [50, 70, 1, 16, 81]
    total = sum(count**power for count in counts[2:])
    expected = [0.0, 0.0, *(count**power / total for count in counts[2:])]
    np.testing.assert_allclose(word2vec.negative_distribution(np.array(counts), power), expected, rtol=1e-12)


def test_the_power_is_three_quarters_unless_another_is_asked_for():
    np.testing.assert_allclose(word2vec.negative_distribution(np.array([0, 0, 1, 16])), [0, 0, 1 / 9, 8 / 9])


@pytest.mark.parametrize("power", [0.75, 0.0])
def test_a_word_that_never_occurs_is_a_made_up_context_only_at_power_zero(power):
    drawn = word2vec.negative_distribution(np.array([0, 0, 3, 0]), power)
    assert (drawn[3] > 0) == (power == 0)


@pytest.mark.parametrize("counts", [[0, 0, 3, -1], [5, 5, 0, 0], [5, 5], []])
def test_counts_without_a_word_or_below_zero_are_refused(counts):
    with pytest.raises(ValueError, match=r"counts.*allowed"):
        word2vec.negative_distribution(np.array(counts))


# --- Loss and step -------------------------------------------------------------------------------------------------


def looped_loss(center, positive, negative, num_negatives=None) -> list[float]:
    """Equation 4 as it is printed, in float64, sign turned."""
    losses = []
    for v, u in zip(center, positive, strict=True):
        real = -math.log(1 / (1 + math.exp(-sum(a * b for a, b in zip(u, v, strict=True)))))
        fakes = [-math.log(1 / (1 + math.exp(sum(a * b for a, b in zip(u, v, strict=True))))) for u in negative]
        share = 1 if num_negatives is None else num_negatives / len(fakes)
        losses.append(real + share * sum(fakes))
    return losses


@pytest.mark.parametrize("num_negatives", [None, 5, 2.5])
def test_the_loss_equals_a_loop_over_equation_4(num_negatives):
    random = np.random.default_rng(0)
    center, positive, negative = (random.normal(size=(rows, 4)) for rows in (6, 6, 3))
    loss = word2vec.skip_gram_loss(
        *(ops.convert_to_tensor(x, "float32") for x in (center, positive, negative)), num_negatives
    )
    np.testing.assert_allclose(
        ops.convert_to_numpy(loss), looped_loss(center, positive, negative, num_negatives), rtol=1e-5
    )


def test_the_loss_stays_finite_where_a_sigmoid_is_zero_in_float32():
    far = ops.convert_to_tensor([[200.0]])
    loss = ops.convert_to_numpy(word2vec.skip_gram_loss(far, -far, far))
    np.testing.assert_allclose(loss, [80_000.0])


def batch_with_repeats() -> tuple[np.ndarray, ...]:
    """Centres, contexts and made-up contexts: words repeat in each, and two are real and made up at once."""
    return np.array([2, 3, 2, 2, 5]), np.array([3, 2, 3, 4, 2]), np.array([4, 3, 4, 6, 6, 2, 4])


def test_a_step_goes_down_the_slope_of_the_loss():
    random = np.random.default_rng(1)
    before = [random.normal(0, 0.7, (8, 3)).astype(np.float32) for _ in range(2)]
    centers, contexts, negatives = batch_with_repeats()

    def total(tables: list[np.ndarray]) -> float:
        vectors = (tables[0][centers], tables[1][contexts], tables[1][negatives])
        return float(np.sum(ops.convert_to_numpy(word2vec.skip_gram_loss(*vectors, 5.0)), dtype=np.float64))

    after = [table.copy() for table in before]
    word2vec.skip_gram_step(*after, centers, contexts, negatives, 0.3, 5.0)
    small = 1e-2
    for which in range(2):
        for place in np.ndindex(before[which].shape):
            sides = []
            for sign in (1, -1):
                tables = [table.copy() for table in before]
                tables[which][place] += sign * small
                sides.append(total(tables))
            slope = (sides[0] - sides[1]) / (2 * small)
            assert after[which][place] == pytest.approx(before[which][place] - 0.3 * slope, abs=6e-4)


def test_a_step_equals_the_closed_form_pair_by_pair_in_float64():
    random = np.random.default_rng(2)
    v, u = (random.normal(0, 0.7, (8, 3)) for _ in range(2))
    centers, contexts, negatives = batch_with_repeats()
    expected_v, expected_u = v.copy(), u.copy()
    for c, o in zip(centers, contexts, strict=True):
        miss = 1 / (1 + math.exp(-(v[c] @ u[o]))) - 1
        expected_v[c] -= 0.1 * miss * u[o]
        expected_u[o] -= 0.1 * miss * v[c]
        for k in negatives:
            guess = 4 / len(negatives) / (1 + math.exp(-(v[c] @ u[k])))
            expected_v[c] -= 0.1 * guess * u[k]
            expected_u[k] -= 0.1 * guess * v[c]
    word2vec.skip_gram_step(v, u, centers, contexts, negatives, 0.1, 4)
    np.testing.assert_allclose(v, expected_v, rtol=1e-12)
    np.testing.assert_allclose(u, expected_u, rtol=1e-12)


def test_words_outside_the_batch_do_not_move():
    random = np.random.default_rng(4)
    before = random.normal(size=(9, 3))
    v, u = before.copy(), before.copy()
    word2vec.skip_gram_step(v, u, np.array([2]), np.array([3]), np.array([4]), 0.5, 1)
    assert [i for i in range(9) if (v[i] != before[i]).any()] == [2]
    assert [i for i in range(9) if (u[i] != before[i]).any()] == [3, 4]


def test_sigmoid_is_right_and_never_overflows():
    with np.errstate(over="raise", invalid="raise"):
        found = steps.sigmoid(np.array([-1e4, -2.0, 0.0, 2.0, 1e4]))
    np.testing.assert_allclose(found, [0, 1 / (1 + math.exp(2)), 0.5, 1 / (1 + math.exp(-2)), 1], atol=1e-15)


def test_sum_by_row_adds_up_repeated_rows_and_keeps_the_type():
    random = np.random.default_rng(6)
    rows, values = random.integers(0, 5, size=30), random.normal(size=(30, 4)).astype(np.float32)
    expected = np.zeros((7, 4))
    for row, value in zip(rows, values, strict=True):
        expected[row] += value
    found = steps.sum_by_row(rows, values, 7)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)


# --- Training ------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_vectors_and_another_seed_others():
    texts = two_topics(40)
    first, again, other = (
        word2vec.train_skip_gram(texts, VOCABULARY_SIZE, seed=seed, **TRAINING) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert first.shape == (VOCABULARY_SIZE, 12) and first.dtype == np.float32
    assert np.abs(first - other).max() > 0.01


def test_padding_and_unknown_words_are_never_trained():
    texts = [[*text[:5], 1, 0, *text[5:]] for text in two_topics(40)]
    slow, fast = (
        word2vec.train_skip_gram(texts, VOCABULARY_SIZE, learning_rate=rate, **TRAINING) for rate in (0.01, 0.05)
    )
    np.testing.assert_array_equal(slow[:2], fast[:2])
    assert (slow[2:] != fast[2:]).any(axis=1).all()


def test_the_rate_falls_in_a_line_and_stops_at_a_fiftieth(monkeypatch):
    spy = Spy(monkeypatch)
    word2vec.train_skip_gram(two_topics(40), VOCABULARY_SIZE, learning_rate=0.04, **{**TRAINING, "batch_size": 8})
    rates = [call[3] for call in spy.calls]
    assert rates[0] == 0.04
    assert all(later <= earlier for earlier, later in pairwise(rates))
    assert rates[-1] == pytest.approx(0.04 * 0.02)
    assert rates[len(rates) // 2] == pytest.approx(0.02, rel=0.03)


def test_every_pair_of_an_epoch_is_used_once_and_shuffled(monkeypatch):
    spy = Spy(monkeypatch)
    texts = [[2, 3, 4], [5, 6]] * 50
    settings = {**TRAINING, "window": 1, "epochs": 2, "batch_size": 32}
    word2vec.train_skip_gram(texts, 7, **settings)
    once = {(2, 3): 50, (3, 2): 50, (3, 4): 50, (4, 3): 50, (5, 6): 50, (6, 5): 50}
    half = len(spy.calls) // 2
    first, second = spy.pairs()[:300], spy.pairs()[300:]
    assert half == 10 and len(second) == 300
    assert Counter(first) == Counter(second) == once
    assert len(set(first[:32])) == 6 and first != second


def test_training_draws_made_up_contexts_as_often_as_their_distribution_says(monkeypatch):
    spy = Spy(monkeypatch)
    texts = [[2] * 8 + [3, 1]] * 200
    settings = {**TRAINING, "batch_size": 128, "shared_negatives": 50, "num_negatives": 3}
    word2vec.train_skip_gram(texts, 5, learning_rate=1e-6, **settings)
    drawn = np.concatenate([call[2] for call in spy.calls])
    assert all(len(call[2]) == 50 and call[4] == 3 for call in spy.calls)
    share = 1 / (1 + 8**0.75)
    assert set(drawn.tolist()) == {2, 3}
    assert abs((drawn == 3).mean() - share) < 5 * math.sqrt(share * (1 - share) / len(drawn))


def test_training_skips_frequent_words_and_still_keeps_texts_apart(monkeypatch):
    spy = Spy(monkeypatch)
    texts = [[2, 3, 2, 2, 2, 4], [5, 6, 5, 5, 5, 7]] * 100
    word2vec.train_skip_gram(texts, 8, **{**TRAINING, "threshold": 0.02, "epochs": 2})
    pairs = Counter(spy.pairs())
    assert all((center < 5) == (context < 5) for center, context in pairs)
    # All twos kept, neighbouring ones alone would come 800 times in two epochs; only a fourth of them stays.
    assert 0 < pairs[2, 2] < 300
    assert pairs[3, 4] > 0  # too far apart for the window of 3, unless what stands between them is skipped


def test_unknown_words_do_not_make_known_ones_look_rare(monkeypatch):
    spy = Spy(monkeypatch)
    texts = [[2, 3, *[1] * 98]] * 200
    word2vec.train_skip_gram(texts, 4, **{**TRAINING, "window": 1, "threshold": 0.02, "epochs": 2})
    # Half of all known words each: a fifth of them stays, and 1 in 25 pairs. Among all tokens they would be rare.
    assert 0 < Counter(spy.pairs())[2, 3] < 100


def test_each_epoch_draws_windows_of_its_own(monkeypatch):
    spy = Spy(monkeypatch)
    word2vec.train_skip_gram(two_topics(10), VOCABULARY_SIZE, **{**TRAINING, "epochs": 2, "batch_size": 10_000})
    first, second = (Counter(zip(call[0].tolist(), call[1].tolist(), strict=True)) for call in spy.calls)
    assert first != second


def test_what_comes_back_are_the_vectors_of_the_centres(monkeypatch):
    spy = Spy(monkeypatch)
    vectors = word2vec.train_skip_gram(two_topics(10), VOCABULARY_SIZE, **TRAINING)
    np.testing.assert_array_equal(vectors, spy.center_table)


def test_ours_and_gensims_vectors_both_separate_two_topics():
    texts = two_topics()
    ours = word2vec.train_skip_gram(texts, VOCABULARY_SIZE, **TRAINING)[2:]
    model = gensim_model(texts)
    theirs = np.array([model.wv[str(word)] for word in range(2, VOCABULARY_SIZE)])
    untrained = np.random.default_rng(0).normal(size=ours.shape)
    assert abs(separation(untrained)) < 0.1
    assert separation(ours) > 0.5
    assert separation(theirs) > 0.3
    for vectors in (ours, theirs):
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        nearest = np.argsort(-(unit @ unit.T), axis=1)[:, 1]
        assert [topic(word + 2) for word in nearest] == [topic(word + 2) for word in range(len(unit))]


def gensim_model(texts: list[list[int]]) -> Word2Vec:
    sentences = [[str(word) for word in text] for text in texts]
    return Word2Vec(
        sentences, vector_size=12, window=3, sg=1, negative=5, sample=0, min_count=1, epochs=60, workers=1, seed=1
    )


def test_our_loss_is_lower_on_vectors_that_gensim_trained_than_on_the_same_ones_shuffled():
    texts = two_topics()
    model = gensim_model(texts)
    rows = [model.wv.key_to_index[str(word)] for word in range(2, VOCABULARY_SIZE)]
    pad = np.zeros((2, 12), dtype=np.float32)
    v, u = (np.concatenate([pad, table[rows]]) for table in (model.wv.vectors, model.syn1neg))
    centers, contexts = word2vec.skip_gram_pairs(texts, 3)
    negatives = np.arange(2, VOCABULARY_SIZE)

    def mean_loss(center_vectors: np.ndarray) -> float:
        losses = word2vec.skip_gram_loss(center_vectors[centers], u[contexts], u[negatives], 5)
        return float(ops.convert_to_numpy(ops.mean(losses)))

    trained = mean_loss(v)
    for seed in range(3):
        order = np.concatenate([[0, 1], 2 + np.random.default_rng(seed).permutation(VOCABULARY_SIZE - 2)])
        assert trained < mean_loss(v[order]) - 0.1
    assert trained < 6 * math.log(2) - 0.1  # what vectors of zeros cost


# --- What is refused -----------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_training_that_diverges_names_the_learning_rate():
    with pytest.raises(ValueError, match=r"learning_rate 1e\+30 diverged.*allowed"):
        word2vec.train_skip_gram(two_topics(20), VOCABULARY_SIZE, learning_rate=1e30, **TRAINING)


SIZES = ["vocabulary_size", "dim", "window", "epochs", "batch_size", "num_negatives", "shared_negatives"]


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize(("given", "error"), [(0, ValueError), (2.0, TypeError), (True, TypeError)])
def test_sizes_that_are_no_whole_number_above_zero_are_refused_by_name(name, given, error):
    with pytest.raises(error, match=rf"^{name} is {given}\b.*allowed"):
        word2vec.train_skip_gram(**{"id_lists": [[2, 3]], "vocabulary_size": 4, name: given})


@pytest.mark.parametrize("name", ["learning_rate", "threshold"])
@pytest.mark.parametrize("given", [0.0, -1.0, float("nan"), float("inf")])
def test_rates_that_are_not_above_zero_are_refused_by_name(name, given):
    with pytest.raises(ValueError, match=rf"^{name} is {given}.*allowed"):
        word2vec.train_skip_gram([[2, 3]], 4, **{name: given})


@pytest.mark.parametrize("texts", [[[2, 4]], [[-1, 2]]])
def test_ids_outside_the_vocabulary_are_refused(texts):
    with pytest.raises(ValueError, match=r"^id_lists holds ids from .* allowed: 0 to 3"):
        word2vec.train_skip_gram(texts, 4)


@pytest.mark.parametrize("texts", [[], [[]], [[2], [3]], [[2, 1, 0]]])
def test_texts_that_make_no_pair_are_refused(texts):
    with pytest.raises(ValueError, match=r"^id_lists makes no pair.*allowed"):
        word2vec.train_skip_gram(texts, 4)


def test_a_bad_window_or_threshold_is_refused_where_it_is_used_alone():
    with pytest.raises(ValueError, match=r"^window is 0"):
        word2vec.skip_gram_pairs([[2, 3]], 0)
    with pytest.raises(ValueError, match=r"^threshold is 0"):
        word2vec.subsample(np.array([2]), np.array([0, 0, 1]), 0)
