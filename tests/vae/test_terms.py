"""Proves that every term of the bound equals loops in float64 and independent implementations (torch, SciPy, Keras), is
in nats and float32 whatever it is given, and survives the numbers that break naive formulas.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest
from scipy import stats
from scipy.special import logsumexp

from course_lib import vae

numpy = keras.ops.convert_to_numpy
RANDOM = np.random.default_rng(0)
Z_MEAN, Z_LOG_VAR, NOISE = RANDOM.normal(size=(3, 5, 4))
IMAGES = (RANDOM.random((5, 6)) < 0.5).astype(np.float64)
LOGITS = 3 * RANDOM.normal(size=(5, 6))


def test_a_code_is_mean_plus_deviation_times_noise() -> None:
    drawn = numpy(vae.sample_latent(Z_MEAN, Z_LOG_VAR, NOISE))
    for example in range(5):
        for j in range(4):
            deviation = np.sqrt(np.exp(Z_LOG_VAR[example, j]))
            assert drawn[example, j] == pytest.approx(Z_MEAN[example, j] + deviation * NOISE[example, j], rel=1e-5)


def test_the_divergence_is_that_of_a_loop_dimension_by_dimension() -> None:
    kl = numpy(vae.gaussian_kl(Z_MEAN, Z_LOG_VAR))
    assert kl.shape == (5, 4)
    for example in range(5):
        for j in range(4):
            mean, log_var = Z_MEAN[example, j], Z_LOG_VAR[example, j]
            assert kl[example, j] == pytest.approx(0.5 * (mean**2 + np.exp(log_var) - 1 - log_var), rel=1e-5)


def test_the_divergence_is_that_of_torch() -> None:
    torch = pytest.importorskip("torch")
    normal = torch.distributions.Normal
    q = normal(torch.tensor(Z_MEAN), torch.tensor(np.exp(0.5 * Z_LOG_VAR)))
    theirs = torch.distributions.kl_divergence(q, normal(0.0, 1.0)).numpy()
    np.testing.assert_allclose(numpy(vae.gaussian_kl(Z_MEAN, Z_LOG_VAR)), theirs, rtol=1e-5)


def test_the_divergence_is_the_integral_it_stands_for() -> None:
    grid = np.linspace(-12, 12, 20_001)
    for mean, log_var in zip(Z_MEAN[0], Z_LOG_VAR[0], strict=True):
        q = stats.norm(mean, np.exp(0.5 * log_var))
        integral = np.trapezoid(q.pdf(grid) * (q.logpdf(grid) - stats.norm.logpdf(grid)), grid)
        assert float(vae.gaussian_kl(mean, log_var)) == pytest.approx(integral, rel=1e-4)


def test_the_divergence_is_zero_at_the_prior_and_exact_close_to_it() -> None:
    assert float(vae.gaussian_kl(0.0, 0.0)) == 0.0
    tiny = np.float32(1e-3)  # naively 1 + tiny - 1 - tiny, which rounds to garbage in float32
    assert float(vae.gaussian_kl(0.0, tiny)) == pytest.approx(0.5 * (np.expm1(1e-3) - 1e-3), rel=1e-3)


def test_the_log_density_is_that_of_scipy() -> None:
    theirs = stats.norm.logpdf(NOISE, Z_MEAN, np.exp(0.5 * Z_LOG_VAR)).sum(axis=-1)
    np.testing.assert_allclose(numpy(vae.log_normal(NOISE, Z_MEAN, Z_LOG_VAR)), theirs, rtol=1e-5)
    standard = stats.norm.logpdf(NOISE).sum(axis=-1)
    np.testing.assert_allclose(numpy(vae.log_normal(NOISE, 0.0, 0.0)), standard, rtol=1e-5)


def test_black_and_white_pixels_are_summed_as_in_a_loop() -> None:
    ours = numpy(vae.bernoulli_log_likelihood(IMAGES, LOGITS))
    assert ours.shape == (5,)
    for row in range(5):
        total = 0.0
        for pixel, logit in zip(IMAGES[row], LOGITS[row], strict=True):
            probability = 1 / (1 + np.exp(-logit))
            total += np.log(probability if pixel else 1 - probability)
        assert ours[row] == pytest.approx(total, rel=1e-5)


def test_black_and_white_pixels_are_minus_keras_cross_entropy_times_their_number() -> None:
    theirs = numpy(keras.losses.binary_crossentropy(IMAGES, LOGITS, from_logits=True))
    np.testing.assert_allclose(numpy(vae.bernoulli_log_likelihood(IMAGES, LOGITS)), -6 * theirs, rtol=1e-4)


def test_a_grey_pixel_is_a_mixture_of_black_and_white() -> None:
    grey = float(vae.bernoulli_log_likelihood([0.3], [1.7]))
    black, white = (float(vae.bernoulli_log_likelihood([pixel], [1.7])) for pixel in (1.0, 0.0))
    assert grey == pytest.approx(0.3 * black + 0.7 * white, rel=1e-5)


def test_sure_logits_neither_overflow_nor_become_nan() -> None:
    right, wrong = numpy(vae.bernoulli_log_likelihood([[1.0, 0.0], [0.0, 1.0]], [[1e4, -1e4], [1e4, -1e4]]))
    assert right == 0.0 and wrong == -2e4


def test_real_numbers_are_summed_as_in_scipy() -> None:
    theirs = stats.norm.logpdf(IMAGES, LOGITS, 0.7).sum(axis=-1)
    np.testing.assert_allclose(numpy(vae.gaussian_log_likelihood(IMAGES, LOGITS, 0.7)), theirs, rtol=1e-5)


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
def test_terms_are_float32_even_from_half_precision(half: str) -> None:
    mean, log_var = keras.ops.cast(Z_MEAN, half), keras.ops.cast(Z_LOG_VAR, half)
    results = [
        vae.sample_latent(mean, log_var, mean),
        vae.gaussian_kl(mean, log_var),
        vae.log_normal(mean, mean, log_var),
        vae.bernoulli_log_likelihood(mean, log_var),
        vae.gaussian_log_likelihood(mean, log_var, 1.0),
        vae.kl_penalty(mean),
        vae.importance_bound(mean),
    ]
    assert {keras.backend.standardize_dtype(result.dtype) for result in results} == {"float32"}


def test_784_pixels_are_summed_without_the_rounding_of_half_precision() -> None:
    images, logits = np.ones((1, 784), np.float16), np.full((1, 784), -3.0, np.float16)
    exact = -784 * np.log1p(np.exp(3.0))
    assert float(vae.bernoulli_log_likelihood(images, logits)[0]) == pytest.approx(exact, rel=1e-5)


def test_the_penalty_is_the_batchs_mean_of_the_sum_over_dimensions() -> None:
    kl = np.abs(Z_MEAN)
    assert float(vae.kl_penalty(kl)) == pytest.approx(np.mean(np.sum(kl, axis=1)), rel=1e-5)
    assert float(vae.kl_penalty(kl, beta=4.0)) == pytest.approx(4 * np.mean(np.sum(kl, axis=1)), rel=1e-5)


def test_free_bits_are_a_floor_for_each_dimension_on_the_batchs_average() -> None:
    kl = np.array([[0.0, 2.0, 0.1], [0.8, 1.0, 0.1], [0.1, 3.0, 0.1]])
    assert float(vae.kl_penalty(kl, free_bits=0.25)) == pytest.approx(0.3 + 2.0 + 0.25)
    assert float(vae.kl_penalty(kl, beta=2.0, free_bits=0.25)) == pytest.approx(2 * (0.3 + 2.0 + 0.25))


def test_the_importance_bound_is_scipys_logsumexp_less_the_logarithm_of_the_samples() -> None:
    log_weights = 5 * RANDOM.normal(size=(7, 3))
    theirs = logsumexp(log_weights, axis=0) - np.log(7)
    np.testing.assert_allclose(numpy(vae.importance_bound(log_weights)), theirs, rtol=1e-5)
    np.testing.assert_allclose(numpy(vae.importance_bound(log_weights.T, axis=1)), theirs, rtol=1e-5)


def test_the_importance_bound_of_weights_far_below_the_smallest_number_is_finite() -> None:
    assert float(vae.importance_bound(np.full(4, -2000.0))) == pytest.approx(-2000.0)
    assert float(vae.importance_bound(np.array([-2000.0, -5000.0]))) == pytest.approx(-2000 - np.log(2), rel=1e-6)


def test_the_importance_bound_grows_with_samples_and_never_passes_the_evidence() -> None:
    mean, deviation = 0.4, 0.7  # q; the model is p(z) = N(0, 1), p(x|z) = N(z, 1) and x = 1: p(x) = N(0, 2)
    z = mean + deviation * np.random.default_rng(1).standard_normal((64, 20_000))
    log_weights = stats.norm.logpdf(z) + stats.norm.logpdf(1.0, z, 1.0) - stats.norm.logpdf(z, mean, deviation)
    evidence = stats.norm.logpdf(1.0, 0.0, np.sqrt(2))
    bounds = [float(numpy(vae.importance_bound(log_weights[:k])).mean()) for k in (1, 4, 16, 64)]
    assert bounds == sorted(bounds) and bounds[0] < bounds[-1] - 0.01
    assert evidence - 0.002 < bounds[-1] < evidence + 0.002


def test_active_are_the_dimensions_whose_mean_varies() -> None:
    z_mean = np.random.default_rng(2).normal(size=(500, 4)) * np.array([1.0, 0.05, 0.2, 0.0])
    z_mean[:, 3] = 7.0  # far from the prior, and the same for every example
    assert numpy(vae.active_units(z_mean)).tolist() == [True, False, True, False]
    assert numpy(vae.active_units(z_mean, threshold=0.1)).tolist() == [True, False, False, False]
