"""Proves that the accountant agrees with an independent one, that noise and clipping are as private training needs
them, and that what was repeated is what is remembered.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from course_lib import alignment

# dp-accounting 0.6.0 (Google), Poisson sampling, orders 2 to 256: share, noise, steps, delta, ε.
INDEPENDENT = [
    (0.01, 1.0, 1000, 1e-5, 2.1077530754515745),
    (0.05, 2.0, 400, 1e-4, 2.1307003177679125),
    (0.02, 0.8, 500, 1e-5, 5.397018914477776),
    (1.0, 4.0, 10, 1e-5, 3.6278518728252274),
    (0.1, 5.0, 200, 1e-4, 1.0270242000146608),
    (0.004, 0.6, 2000, 1e-6, 6.939789312402315),
]


@pytest.mark.parametrize(("share", "noise", "steps", "delta", "epsilon"), INDEPENDENT)
def test_the_accountant_agrees_with_an_independent_one(share, noise, steps, delta, epsilon):
    assert alignment.epsilon_of(share, noise, steps, delta) == pytest.approx(epsilon, rel=1e-9)


def test_the_recorded_numbers_are_still_those_of_the_package():
    rdp = pytest.importorskip("dp_accounting.rdp", reason="dp-accounting is not among the course's packages")
    events = pytest.importorskip("dp_accounting.dp_event")
    for share, noise, steps, delta, epsilon in INDEPENDENT:
        accountant = rdp.RdpAccountant(list(alignment.ORDERS))
        step = events.PoissonSampledDpEvent(share, events.GaussianDpEvent(noise))
        accountant.compose(events.SelfComposedDpEvent(step, steps))
        assert accountant.get_epsilon(delta) == pytest.approx(epsilon)


@pytest.mark.parametrize(("share", "noise", "order"), [(0.05, 2.0, 8), (0.3, 1.0, 3), (0.01, 0.8, 4), (1.0, 3.0, 5)])
def test_renyis_divergence_is_the_integral_that_defines_it(share, noise, order):
    """With the example the answer is a mixture of two normals, without it one: D_α of the first from the second."""

    def integrand(x):
        without = norm.pdf(x, 0, noise)
        return without * ((1 - share) + share * norm.pdf(x, 1, noise) / without) ** order

    moment, _ = quad(integrand, -12 * noise, order + 12 * noise, limit=400, points=[0, 1, order])
    assert alignment.gaussian_rdp(share, noise, order) == pytest.approx(np.log(moment) / (order - 1), rel=1e-6)


def test_more_noise_costs_less_and_more_steps_cost_more():
    spent = [alignment.epsilon_of(0.05, noise, 100, 1e-4) for noise in (0.7, 1.0, 2.0, 8.0)]
    assert sorted(spent, reverse=True) == spent
    assert alignment.epsilon_of(0.05, 1.0, 200, 1e-4) > spent[1]
    assert alignment.epsilon_of(0.05, 0, 1, 1e-4) == np.inf and alignment.epsilon_of(0.05, 1.0, 0, 1e-4) == 0


@pytest.mark.parametrize("epsilon", [0.5, 2.0, 8.0])
def test_the_noise_for_an_epsilon_spends_it(epsilon):
    noise = alignment.noise_for(epsilon, 0.05, 100, 1e-4)
    assert 0.98 * epsilon < alignment.epsilon_of(0.05, noise, 100, 1e-4) <= epsilon


def test_rows_are_clipped_to_a_length_and_short_ones_stay():
    found = alignment.clip_rows([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]], 1.0)
    np.testing.assert_allclose(found, [[0.6, 0.8], [0.3, 0.4], [0, 0]])


def test_one_example_moves_the_noisy_mean_by_no_more_than_the_norm_over_the_expected_number():
    random = np.random.default_rng(2)
    rows = random.normal(size=(9, 4)) * 10
    with_all, without = (
        alignment.private_gradient(given, 0.5, 1.3, 6.0, np.random.default_rng(7)) for given in (rows, rows[1:])
    )
    assert np.linalg.norm(with_all - without) == pytest.approx(0.5 / 6)


def test_the_noise_has_the_deviation_that_is_asked_for():
    draws = [alignment.private_gradient(np.zeros((0, 3)), 0.5, 2.0, 4.0, np.random.default_rng(k)) for k in range(3000)]
    assert np.std(draws) == pytest.approx(2.0 * 0.5 / 4, rel=0.03)


def blobs(count=400, seed=0):
    random = np.random.default_rng(seed)
    labels = random.integers(2, size=count)
    features = random.normal(size=(count, 5)) + 0.9 * (2 * labels - 1)[:, None]
    return features / np.linalg.norm(features, axis=1, keepdims=True), labels


def test_without_noise_it_learns_and_with_much_noise_it_does_not():
    features, labels = blobs()
    right = {}
    for noise in (0.0, 1.0, 500.0):
        model = alignment.train_private(features, labels, noise, share=0.1, steps=80, seed=1)
        right[noise] = ((model.logits(features) > 0) == (labels == 1)).mean()
    assert right[0.0] > 0.93 and right[1.0] > 0.85 and right[500.0] < 0.93


def test_without_noise_and_with_all_examples_a_step_is_plain_descent():
    features, labels = blobs(20)
    model = alignment.train_private(features, labels, 0.0, norm=1e9, share=1.0, steps=1, learning_rate=0.5)
    slope = ((0.5 - labels)[:, None] * np.column_stack([features, np.ones(20)])).mean(axis=0)
    np.testing.assert_allclose([*model.weights, model.bias], -0.5 * slope)


def test_exposure_counts_bits_of_rank():
    losses = np.array([[5.0, 1.0, 3.0, 2.0], [5.0, 1.0, 3.0, 2.0], [1.0, 1.0, 1.0, 1.0]])
    np.testing.assert_allclose(alignment.ranks_among(losses, [1, 0, 2]), [1, 4, 2.5])
    np.testing.assert_allclose(alignment.exposure(losses, [1, 0, 2]), [2, 0, 2 - np.log2(2.5)])


def test_of_secrets_that_were_never_seen_about_one_and_a_half_bits_are_guessed():
    random = np.random.default_rng(4)
    losses, places = random.normal(size=(3_000, 64)), random.integers(64, size=3_000)
    assert alignment.exposure(losses, places).mean() == pytest.approx(1.4, abs=0.15)


def test_exposure_falls_when_repetitions_are_taken_out():
    """A model of bigrams, counted with one more of each, on a text in which a secret of three digits is repeated."""
    random = np.random.default_rng(0)
    secret = [7, 3, 9]
    texts = [random.integers(10, size=4).tolist() for _ in range(60)] + [[10, *secret]] * 12

    def exposed(kept):
        counts = np.ones((11, 11))
        for text in kept:
            for before, after in pairwise(text):
                counts[before, after] += 1
        log_probs = np.log(counts / counts.sum(axis=1, keepdims=True))
        digits = np.stack(np.meshgrid(*[range(10)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
        losses = -(log_probs[10, digits[:, 0]] + log_probs[digits[:, 0], digits[:, 1]])
        losses -= log_probs[digits[:, 1], digits[:, 2]]
        return alignment.exposure(losses[None], [739])[0]

    stay = alignment.deduplicate(texts)
    assert len(stay) == 61
    assert exposed(texts) > exposed([texts[place] for place in stay]) + 1


def test_deduplication_by_spans_finds_what_is_hidden_in_longer_texts():
    texts = ["abcd", "xbcdy", "bc", "abcd", "bc"]
    assert alignment.deduplicate(texts) == [0, 1, 2]
    assert alignment.deduplicate(texts, span=3) == [0, 2]
    assert alignment.deduplicate(texts, span=1) == [0]


def test_membership_is_told_by_the_loss():
    assert alignment.membership_auc([0.1, 0.2], [0.3, 0.4]) == 1
    assert alignment.membership_auc([0.1, 0.3], [0.3, 0.1]) == 0.5


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: alignment.gaussian_rdp(1.5, 1.0, 2), "share is 1.5"),
        (lambda: alignment.gaussian_rdp(0.5, 0.0, 2), "noise is 0.0"),
        (lambda: alignment.gaussian_rdp(0.5, 1.0, 1), "order is 1"),
        (lambda: alignment.epsilon_of(0.5, 1.0, 5, 1.0), "delta is 1.0"),
        (lambda: alignment.noise_for(1e-9, 1.0, 10_000, 1e-5), "epsilon is 1e-09"),
        (lambda: alignment.clip_rows([1.0], 1.0), "gradients has the shape"),
        (lambda: alignment.clip_rows([[1.0]], 0.0), "norm is 0.0"),
        (lambda: alignment.train_private([[1.0]], [2], 1.0), "0 and 1"),
        (lambda: alignment.train_private([[1.0]], [1, 0], 1.0), "labels has the shape"),
        (lambda: alignment.train_private([[1.0]], [1], 1.0, share=2.0), "share is 2.0"),
        (lambda: alignment.exposure([[1.0]], [1]), "places holds 1"),
        (lambda: alignment.exposure([[np.nan]], [0]), "NaN"),
        (lambda: alignment.exposure([1.0], [0]), "shapes"),
        (lambda: alignment.membership_auc([], [1.0]), "empty"),
        (lambda: alignment.deduplicate([[1]], span=0), "span is 0"),
    ],
)
def test_what_cannot_be_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
