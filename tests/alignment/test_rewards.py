"""Proves that what each objective gives on average over all texts of a tiny policy is what its formula promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from keras import ops

from course_lib import alignment
from course_lib.training.devices import gradients
from tensors import numpy

SIZE, LENGTH = 3, 3
TEXTS = alignment.all_texts(SIZE, LENGTH)
RANDOM = np.random.default_rng(5)
THETA = RANDOM.normal(size=(SIZE + 1, SIZE))
REFERENCE = THETA + 0.5 * RANDOM.normal(size=THETA.shape)
REWARDS = RANDOM.normal(size=len(TEXTS)) + (TEXTS == 1).sum(axis=1)


def log_probs(theta):
    return alignment.table_log_probs(theta, TEXTS)


def by_differences(function, theta=THETA, move=1e-5):
    """The gradient of a number from moving each entry of the table a little up and down."""
    found = np.zeros_like(theta)
    for place in np.ndindex(*theta.shape):
        step = np.zeros_like(theta)
        step[place] = move
        found[place] = (function(theta + step) - function(theta - step)) / (2 * move)
    return found


def expected_reward(theta):
    return (np.exp(log_probs(theta)) * REWARDS).sum()


def logits_of(theta):
    """The scores at each place of every text, in `keras.ops`: the gradient goes through the library's own losses."""
    before = np.concatenate([np.full((len(TEXTS), 1), SIZE), TEXTS[:, :-1]], axis=1)
    return ops.take(theta, before, axis=0)


def summed_gradient(loss_of, weights):
    """The gradient of a loss for each text, weighted, by the backend's own differentiation."""

    def total(theta):
        chosen = alignment.token_log_probs(logits_of(theta[0]), TEXTS)
        return ops.sum(ops.multiply(loss_of(ops.sum(chosen, axis=1)), ops.cast(weights, "float32")))[None]

    return gradients(total, THETA[None])[0]


def test_all_texts_are_written_once_and_their_probabilities_sum_to_one():
    assert len({tuple(text) for text in TEXTS.tolist()}) == SIZE**LENGTH
    assert np.exp(log_probs(THETA)).sum() == pytest.approx(1)


def test_a_texts_probability_is_the_product_over_its_tokens():
    text, product, before = [2, 0, 1], 1.0, SIZE
    for token in text:
        row = np.exp(THETA[before])
        product *= row[token] / row.sum()
        before = token
    assert alignment.table_log_probs(THETA, [text])[0] == pytest.approx(math.log(product))


def test_the_tables_gradient_is_that_of_differences():
    for place in (0, 13, 26):
        found = alignment.table_gradients(THETA, TEXTS[[place]])[0]
        np.testing.assert_allclose(found, by_differences(lambda theta, at=place: log_probs(theta)[at]), atol=1e-7)


@pytest.mark.parametrize("baseline", [0.0, 3.0, -40.0])
def test_reinforce_gives_the_exact_gradient_on_average_whatever_the_baseline(baseline):
    chances = np.exp(log_probs(THETA))
    found = -summed_gradient(lambda chosen: alignment.reinforce_loss(chosen, REWARDS - baseline), chances)
    np.testing.assert_allclose(found, by_differences(expected_reward), atol=1e-4)


def test_a_baseline_of_the_mean_makes_the_estimate_vary_less():
    chances, gradient = np.exp(log_probs(THETA)), alignment.table_gradients(THETA, TEXTS)

    def variance(baseline):
        estimates = (REWARDS - baseline)[:, None, None] * gradient
        mean = (chances[:, None, None] * estimates).sum(axis=0)
        return (chances[:, None, None] * (estimates - mean) ** 2).sum()

    assert variance(expected_reward(THETA)) < 0.8 * variance(0.0) < variance(-10.0)


def test_the_gradient_with_kl_in_the_reward_is_that_of_the_penalised_objective():
    beta, reference = 0.3, log_probs(REFERENCE)

    def objective(theta):
        own = log_probs(theta)
        return (np.exp(own) * (REWARDS - beta * (own - reference))).sum()

    own = log_probs(THETA)
    worth = REWARDS - beta * (own - reference)
    found = -summed_gradient(lambda chosen: alignment.reinforce_loss(chosen, worth), np.exp(own))
    np.testing.assert_allclose(found, by_differences(objective), atol=1e-4)


def test_a_clipped_loss_begins_as_reinforce_and_goes_flat_where_enough_has_moved():
    own, chances = log_probs(THETA), np.exp(log_probs(THETA))
    found = -summed_gradient(lambda chosen: alignment.clipped_loss(chosen, own, REWARDS, 0.2), chances)
    np.testing.assert_allclose(found, by_differences(expected_reward), atol=1e-4)

    def slope(ratio, advantage):
        return gradients(lambda x: alignment.clipped_loss(x, [0.0], [advantage], 0.2), np.log([ratio]))[0]

    assert slope(1.3, 2.0) == 0 and slope(0.7, -2.0) == 0
    assert slope(0.7, 2.0) == pytest.approx(-1.4, abs=1e-5) and slope(1.3, -2.0) == pytest.approx(2.6, abs=1e-5)


@pytest.mark.parametrize(("ratio", "advantage", "loss"), [(1.5, 2, -2.4), (0.5, 2, -1), (0.5, -2, 1.6), (1.5, -2, 3)])
def test_the_clipped_loss_is_its_formula(ratio, advantage, loss):
    assert numpy(alignment.clipped_loss([math.log(ratio)], [0.0], [advantage], 0.2))[0] == pytest.approx(loss, abs=1e-5)


def test_groups_of_two_give_half_the_gradient_on_average_over_all_pairs():
    chances, gradient = np.exp(log_probs(THETA)), alignment.table_gradients(THETA, TEXTS)
    first, second = (each.ravel() for each in np.meshgrid(range(len(TEXTS)), range(len(TEXTS))))
    better = alignment.group_advantages(np.stack([REWARDS[first], REWARDS[second]], axis=1), scale=False)
    estimates = (better[:, :1, None] * gradient[first] + better[:, 1:, None] * gradient[second]) / 2
    mean = ((chances[first] * chances[second])[:, None, None] * estimates).sum(axis=0)
    np.testing.assert_allclose(mean, by_differences(expected_reward) / 2, atol=1e-6)


def test_scaled_groups_have_mean_0_and_deviation_1_and_equal_rewards_say_nothing():
    found = alignment.group_advantages([[1.0, 2.0, 6.0], [4.0, 4.0, 4.0]])
    np.testing.assert_allclose(found[0].mean(), 0, atol=1e-9)
    assert found[0].std() == pytest.approx(1, abs=1e-4) and not found[1].any()


@pytest.mark.parametrize("kind", ["k1", "k3"])
def test_both_estimates_of_kl_are_right_on_average_and_k3_is_never_negative(kind):
    own, reference = log_probs(THETA), log_probs(REFERENCE)
    each = numpy(alignment.kl_estimate(own, reference, kind))
    exact = (np.exp(own) * (own - reference)).sum()
    assert (np.exp(own) * each).sum() == pytest.approx(exact, abs=1e-5)
    assert (each >= -1e-6).all() == (kind == "k3")


def test_no_distribution_is_worth_more_than_the_tilted_one():
    beta, reference = 0.7, log_probs(REFERENCE)
    best = alignment.tilted(reference, REWARDS, beta)

    def worth(chances):
        return (chances * (REWARDS - beta * (np.log(chances) - reference))).sum()

    top = beta * math.log((np.exp(reference) * np.exp(REWARDS / beta)).sum())
    assert worth(best) == pytest.approx(top)
    for seed in range(20):
        other = best * np.random.default_rng(seed).uniform(0.5, 2, size=len(best))
        assert worth(other / other.sum()) < top


def test_preference_pairs_lead_to_the_tilted_distribution_without_a_reward_model():
    """At π* the expected DPO loss over all pairs of a judge of Bradley and Terry's kind has no slope."""
    beta, reference = 0.7, log_probs(REFERENCE)
    first, second = (each.ravel() for each in np.meshgrid(range(len(TEXTS)), range(len(TEXTS))))
    prefers = alignment.preference_probability(REWARDS[first], REWARDS[second])

    def slope(chosen):
        def total(scores):
            own = ops.log_softmax(scores, axis=-1)[0]
            one, other = ops.take(own, first), ops.take(own, second)
            right = alignment.preference_loss(one, other, reference[first], reference[second], beta)
            wrong = alignment.preference_loss(other, one, reference[second], reference[first], beta)
            share = ops.cast(prefers, "float32")
            return ops.mean(right * share + wrong * (1 - share))[None]

        return np.abs(gradients(total, chosen[None])).max()

    best = np.log(alignment.tilted(reference, REWARDS, beta))
    assert slope(best) < 1e-6 < 1e-3 < slope(reference)
    implied = beta * (best - reference)
    np.testing.assert_allclose(implied - implied.mean(), REWARDS - REWARDS.mean(), atol=1e-9)


def test_the_preference_loss_stays_finite():
    found = numpy(alignment.preference_loss([0.0, -9e3], [-9e3, 0.0], [0.0, 0.0], [0.0, 0.0], 1.0))
    np.testing.assert_allclose(found, [0, 9e3])


def test_best_of_n_moves_as_far_as_its_formula_says():
    """With n draws of a uniform policy of many texts the best one's KL is log n − (n − 1) / n."""
    assert alignment.best_of_n_kl(1) == 0
    cells = np.arange(1, 200_001) / 200_000
    for n in (2, 5):
        chances = np.diff(np.concatenate([[0], cells**n]))  # of the largest of n
        assert (chances * np.log(chances * len(cells))).sum() == pytest.approx(alignment.best_of_n_kl(n), abs=1e-3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: alignment.all_texts(10, 9), "100,000"),
        (lambda: alignment.table_log_probs(np.zeros((3, 3)), [[0]]), "logits has the shape"),
        (lambda: alignment.table_log_probs(THETA, [[3]]), "texts holds tokens from 3"),
        (lambda: alignment.token_log_probs(np.zeros((2, 3, 4)), np.zeros((2, 2), int)), "token_ids has the shape"),
        (lambda: alignment.reinforce_loss([0.0], [0.0, 1.0]), "advantages has the shape"),
        (lambda: alignment.clipped_loss([0.0], [0.0], [0.0], 0.0), "clip is 0.0"),
        (lambda: alignment.group_advantages([[1.0]]), "rewards has the shape"),
        (lambda: alignment.group_advantages([[1.0, np.nan]]), "finite"),
        (lambda: alignment.kl_estimate([0.0], [0.0], "k2"), "kind is 'k2'"),
        (lambda: alignment.preference_loss([0.0], [0.0], [0.0], [0.0], 0.0), "beta is 0.0"),
        (lambda: alignment.tilted([0.0], [0.0, 1.0], 1.0), "rewards has the shape"),
        (lambda: alignment.best_of_n_kl(0), "n is 0"),
    ],
)
def test_what_cannot_be_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
