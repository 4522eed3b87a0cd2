"""Proves of the small network that its gradient is that of its loss; of noise, laws and halves that they find what was
put in; of the two parameterisations that they are one at the base width.
"""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.scaling import (
    Law,
    LossScale,
    NextCharacter,
    Point,
    Roof,
    bootstrap_laws,
    characters_of,
    cost_of_batch,
    examples_of,
    fit_law,
    losses_by_rate,
    lost,
    measure_noise,
    product_intensity,
    product_speed,
    train_and_measure,
)

RANDOM = np.random.default_rng(5)
IDS = np.cumsum(RANDOM.choice([1, 2, 5], 6_000)) % 20


def test_the_gradient_is_that_of_the_loss() -> None:
    model = NextCharacter(7, 6, context=3, vector_dim=2, seed=1)
    model.weights = {name: weight.astype(np.float64) for name, weight in model.weights.items()}
    for bias in ("first_bias", "middle_bias", "last_bias"):
        model.weights[bias] = model.weights[bias] + RANDOM.normal(size=model.weights[bias].shape)
    before, following = RANDOM.integers(0, 7, (9, 3)), RANDOM.integers(0, 7, 9)
    _, gradients = model.gradients(before, following)
    assert set(gradients) == set(model.weights)
    for name, weight in model.weights.items():
        place = np.unravel_index(np.abs(gradients[name]).argmax(), weight.shape)
        ends = []
        for move in (1e-6, -1e-6):
            weight[place] += move
            ends.append(model.losses(before, following).mean())
            weight[place] -= move
        assert gradients[name][place] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-4), name


def test_both_parameterisations_are_one_at_the_base_width_and_part_beyond() -> None:
    for width, same in ((32, True), (64, False)):
        ends = [losses_by_rate(IDS, 20, width, [0.01], way, 12)[0] for way in ("standard", "scaled")]
        assert (ends[0] == ends[1]) == same


def test_a_training_nears_the_lowest_loss_there_is_and_repeats() -> None:
    tokens = [640, 1_280, 5_888]
    points = train_and_measure(IDS, IDS[:500], 20, 32, tokens, learning_rate=0.02)
    assert [point.tokens for point in points] == tokens
    losses = [point.loss for point in points]
    assert losses[0] > losses[1] > losses[2] > np.log(3) - 0.05
    assert losses[2] < 1.6
    assert points == train_and_measure(IDS, IDS[:500], 20, 32, tokens, learning_rate=0.02)


def test_a_law_is_found_again_from_its_points_and_predicts_others() -> None:
    law = Law(1.5, 40.0, 0.45, 300.0, 0.6)
    sizes = [(n, d) for n in np.geomspace(1e3, 1e5, 6) for d in np.geomspace(1e4, 1e6, 5)]
    exact = [Point(n, d, law.loss(n, d)) for n, d in sizes]
    found = fit_law(exact)
    assert (found.floor, found.alpha, found.beta) == pytest.approx((1.5, 0.45, 0.6), rel=0.02)
    noisy = [Point(p.weights, p.tokens, p.loss * np.exp(RANDOM.normal(0, 0.002))) for p in exact]
    laws = bootstrap_laws(noisy, 12)
    assert np.percentile([one.alpha for one in laws], 5) < 0.47
    assert np.percentile([one.alpha for one in laws], 95) > 0.43
    assert fit_law(noisy).loss(1e6, 1e7) == pytest.approx(law.loss(1e6, 1e7), rel=0.02)


def test_the_best_size_is_the_lowest_point_of_all_that_cost_the_same() -> None:
    law, flops = Law(1.5, 40.0, 0.45, 300.0, 0.6), 1e12
    weights = np.geomspace(1e2, 1e7, 4001)
    assert law.best_weights(flops) == pytest.approx(weights[law.loss(weights, flops / 6 / weights).argmin()], rel=0.01)


def test_noise_is_found_again_from_two_sizes_of_batch() -> None:
    mean, deviation = np.full(50, 0.3), 2.0
    draws = {size: mean + RANDOM.normal(0, deviation / size**0.5, (4_000, 50)) for size in (4, 64)}
    noise = measure_noise(draws[4], draws[64], 4, 64)
    assert noise.signal == pytest.approx(4.5, rel=0.05)
    assert noise.scatter == pytest.approx(200, rel=0.05)
    assert cost_of_batch(noise.critical_batch, noise.critical_batch) == (2, 2)


def test_halves_lose_what_is_small_and_what_is_large_and_a_factor_shifts_it() -> None:
    values = np.array([1e-9, 1e-8, 1e-5, 1.0, 1e5])
    assert lost(values) == (0.4, 0.2)
    assert lost(values, 2.0**15) == (0.0, 0.2)
    assert lost(values, 2.0**20) == (0.0, 0.4)


def test_a_loss_scale_leaves_out_what_overflowed_and_never_hands_on_what_is_no_number() -> None:
    scale = LossScale(2.0**15, patience=3)
    true = np.array([3e-8, 2.0], np.float32)
    steps = []
    for _ in range(40):
        with np.errstate(over="ignore"):
            given = (true * np.float32(scale.value)).astype(np.float16)
        found = scale.unscale(given)
        if found is not None:
            assert np.all(np.isfinite(found))
            steps.append(found)
    assert scale.skipped > 2 and len(steps) > 25
    np.testing.assert_allclose(steps[-1], true, rtol=0.05)
    assert scale.unscale(np.array([np.nan])) is None


def test_characters_and_examples_of_a_text() -> None:
    ids, count = characters_of("Aab abc zz", most=4)
    assert count == 4 and ids.max() == 3 and ids.tolist()[:3] == [1, 1, ids[2]]
    before, following = examples_of([4, 5, 6, 7], 2)
    assert before.tolist() == [[4, 5], [5, 6]] and following.tolist() == [6, 7]


def test_a_roof_is_the_lower_of_its_limits() -> None:
    roof = Roof(100.0, 10.0)
    assert [roof.attainable(each) for each in (1, 10, 50)] == [10, 100, 100] and roof.ridge == 10
    assert product_intensity(1, 1000) == pytest.approx(0.5, rel=0.01)
    assert product_speed(8, 16, 0.01) > 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: NextCharacter(5, 0), "width is 0"),
        (lambda: NextCharacter(5, 4, parameterisation="other"), "parameterisation is 'other'"),
        (lambda: examples_of([1, 2], 2), "ids are 2; allowed: more than context, 2"),
        (lambda: characters_of(""), "text is empty"),
        (lambda: fit_law([Point(1, 1, 1)] * 5), "points are 5"),
        (lambda: train_and_measure(IDS, IDS, 20, 4, [256, 128]), r"tokens are \[256, 128\]"),
        (lambda: train_and_measure(IDS, IDS, 20, 4, [10**6]), "places; allowed: up to 5992"),
        (lambda: measure_noise(np.ones((2, 2)), np.ones((2, 2)), 4, 4), "large_batch is 4"),
        (lambda: lost(np.zeros(3)), "values holds zeros alone"),
        (lambda: LossScale(0.0), "value is 0.0"),
        (lambda: losses_by_rate(IDS, 20, 4, [0.0], "scaled", 1), "rates is 0.0"),
    ],
)
def test_bad_input_is_named(wrong, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        wrong()
