"""Proves that what is reported of a model is right: both terms and the importance weights against loops in float64, the
standard error, samples from the prior, pixels drawn one after the other, and bad input refused by name.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib import vae

from .samples import small

numpy = keras.ops.convert_to_numpy
IMAGES = (np.random.default_rng(0).random((7, 16)) < 0.5).astype(np.float32)


def test_both_terms_are_those_of_a_loop() -> None:
    model = small()
    z_mean, z_log_var = (part.astype(np.float64) for part in vae.encode(model, IMAGES))
    noise = np.random.default_rng(5).standard_normal((3, 7, 3), dtype=np.float32)
    reconstruction, kl = vae.elbo_terms(model, IMAGES, num_samples=3, seed=5)
    for row in range(7):
        total = 0.0
        for sample in range(3):
            z = z_mean[row] + np.exp(0.5 * z_log_var[row]) * noise[sample, row]
            logits = numpy(model.decode(z[None].astype(np.float32)))[0].astype(np.float64)
            total += np.sum(IMAGES[row] * logits - np.log1p(np.exp(logits))) / 3
        assert reconstruction[row] == pytest.approx(total, rel=1e-4)
        exact = 0.5 * np.sum(z_mean[row] ** 2 + np.exp(z_log_var[row]) - 1 - z_log_var[row])
        assert kl[row] == pytest.approx(exact, rel=1e-4)


def test_weights_are_those_of_a_loop() -> None:
    model = small()
    z_mean, z_log_var = (part.astype(np.float64) for part in vae.encode(model, IMAGES))
    noise = np.random.default_rng(6).standard_normal((4, 7, 3), dtype=np.float32)
    weights = vae.log_weights(model, IMAGES, num_samples=4, seed=6)
    assert weights.shape == (4, 7)
    for sample in range(4):
        for row in range(7):
            z = z_mean[row] + np.exp(0.5 * z_log_var[row]) * noise[sample, row]
            logits = numpy(model.decode(z[None].astype(np.float32)))[0].astype(np.float64)
            likelihood = np.sum(IMAGES[row] * logits - np.log1p(np.exp(logits)))
            prior = -0.5 * np.sum(z**2 + np.log(2 * np.pi))
            posterior = -0.5 * np.sum(noise[sample, row] ** 2 + z_log_var[row] + np.log(2 * np.pi))
            assert weights[sample, row] == pytest.approx(likelihood + prior - posterior, rel=1e-4)


@pytest.mark.slow
def test_the_mean_of_the_weights_is_the_bound() -> None:
    model = small()
    reconstruction, kl = vae.elbo_terms(model, IMAGES, num_samples=400, seed=1)
    weights = vae.log_weights(model, IMAGES, num_samples=400, seed=2)
    np.testing.assert_allclose(weights.mean(axis=0), reconstruction - kl, atol=0.6)


@pytest.mark.parametrize("measure", [vae.elbo_terms, vae.log_weights])
def test_beta_and_free_bits_have_no_part_in_what_is_reported(measure) -> None:
    plain, other = (
        measure(small(**settings), IMAGES, num_samples=2) for settings in ({}, {"beta": 9.0, "free_bits": 1.0})
    )
    np.testing.assert_array_equal(plain, other)


@pytest.mark.slow
def test_batches_change_the_noise_and_nothing_else() -> None:
    together, apart = (vae.elbo_terms(small(), IMAGES, num_samples=300, batch_size=size) for size in (500, 3))
    np.testing.assert_allclose(together[1], apart[1], rtol=1e-5)
    np.testing.assert_allclose(together[0], apart[0], atol=0.6)
    np.testing.assert_allclose(vae.encode(small(), IMAGES, 3)[0], vae.encode(small(), IMAGES)[0], rtol=1e-5)


def test_an_autoregressive_model_is_told_the_images_it_is_tested_on() -> None:
    model = small(autoregressive=True)
    z_mean, _ = vae.encode(model, IMAGES)
    with_images = vae.elbo_terms(model, IMAGES, num_samples=1)[0]
    model.z_log_var_head.set_weights([np.zeros((5, 3)), np.full(3, -30.0)])  # no noise: the code is its mean
    exact = numpy(vae.bernoulli_log_likelihood(IMAGES, model.decode(z_mean, IMAGES)))
    np.testing.assert_allclose(vae.elbo_terms(model, IMAGES)[0], exact, rtol=1e-4)
    assert np.isfinite(with_images).all()


def test_the_standard_error_is_the_deviation_over_the_root_of_the_number() -> None:
    values = np.array([1.0, 2.0, 4.0, 9.0])
    mean, error = vae.mean_and_error(values)
    assert mean == 4.0 and error == pytest.approx(np.sqrt(np.sum((values - 4) ** 2) / 3 / 4))
    for wrong in ([1.0], np.ones((2, 2)), []):
        with pytest.raises(ValueError, match=r"allowed: \(examples,\) with two examples or more$"):
            vae.mean_and_error(wrong)


def test_samples_are_decoded_from_the_prior() -> None:
    model = small(hidden_dims=())  # the decoder as one line, whose codes can be read off its logits
    model.decoder_head.set_weights([np.eye(3, 16), np.zeros(16)])
    for spread in (1.0, 0.5):
        images = vae.generate(model, 20_000, seed=0, spread=spread)
        codes = np.log(images[:, :3] / (1 - images[:, :3]))
        assert images.shape == (20_000, 16)
        np.testing.assert_allclose(codes.mean(axis=0), 0, atol=0.03)
        np.testing.assert_allclose(codes.std(axis=0), spread, rtol=0.03)
    assert np.array_equal(vae.generate(model, 4, seed=1), vae.generate(model, 4, seed=1))
    assert not np.array_equal(vae.generate(model, 4, seed=1), vae.generate(model, 4, seed=2))


def test_gaussian_models_give_means() -> None:
    model = small(likelihood="gaussian")
    codes = np.random.default_rng(0).normal(size=(2, 3)).astype(np.float32)
    np.testing.assert_allclose(vae.draw_images(model, codes), numpy(model.decode(codes)), rtol=1e-5)


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_an_autoregressive_decoder_draws_each_pixel_given_those_before(likelihood: str) -> None:
    model = small(autoregressive=True, likelihood=likelihood, noise_std=1e-6)
    codes = np.zeros((1, 3), np.float32)
    count = 3000 if likelihood == "bernoulli" else 1
    drawn = vae.draw_images(model, np.repeat(codes, count, axis=0), seed=0)
    decoded = numpy(model.decode(np.repeat(codes, count, axis=0), drawn))
    if likelihood == "gaussian":  # without noise a pixel is its mean, given the pixels that were drawn before it
        np.testing.assert_allclose(drawn, decoded, atol=1e-3)
    else:  # on average over many, pixels are black as often as they were said to be
        assert set(np.unique(drawn)) <= {0.0, 1.0}
        np.testing.assert_allclose(drawn.mean(axis=0), (1 / (1 + np.exp(-decoded))).mean(axis=0), atol=0.04)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m: vae.elbo_terms(m, IMAGES, num_samples=0), ValueError, r"^num_samples is 0; allowed: 1 or more$"),
        (lambda m: vae.log_weights(m, IMAGES, num_samples=0), ValueError, r"^num_samples is 0; allowed: 1 or more$"),
        (lambda m: vae.log_weights(m, IMAGES, 2.5), TypeError, r"^num_samples is 2.5 of type float; allowed"),
        (lambda m: vae.encode(m, IMAGES, batch_size=0), ValueError, r"^batch_size is 0; allowed: 1 or more$"),
        (lambda m: vae.encode(m, IMAGES[0]), ValueError, r"^images has the shape \(16,\); allowed: \(examples, 16\)"),
        (lambda m: vae.elbo_terms(m, IMAGES * np.nan), ValueError, r"^images holds NaN or infinity"),
        (
            lambda m: vae.log_weights(m, IMAGES * 3, 2),
            ValueError,
            r"^images holds values from 0 to 3; allowed",
        ),
        (lambda m: vae.generate(m, 0), ValueError, r"^count is 0; allowed: 1 or more$"),
        (lambda m: vae.generate(m, 1, spread=0), ValueError, r"^spread is 0; allowed: a number above 0$"),
        (
            lambda m: vae.draw_images(m, np.zeros((2, 4))),
            ValueError,
            r"^codes has the shape \(2, 4\); allowed: \(examples, 3\)",
        ),
    ],
)
def test_wrong_arguments_are_named(call, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(small())
