"""Proves the bound where the truth is known. In a linear-Gaussian model log p(x) has a formula: the ELBO never exceeds
it, equals it at the true posterior, where every importance weight is p(x) itself, and training finds that maximum.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest
from scipy import stats

from course_lib import vae

FEATURES, LATENT, NOISE_STD = 6, 2, 0.6
RANDOM = np.random.default_rng(5)
# Orthogonal columns: the true posterior then has independent dimensions, as the encoder's distribution must.
LOADINGS = np.linalg.qr(RANDOM.normal(size=(FEATURES, LATENT)))[0] * np.array([2.0, 1.0])
OFFSET = RANDOM.normal(size=FEATURES)
COVARIANCE = LOADINGS @ LOADINGS.T + NOISE_STD**2 * np.eye(FEATURES)
TRUTH = stats.multivariate_normal(OFFSET, COVARIANCE)
DATA = TRUTH.rvs(400, random_state=6).astype(np.float32)
PRECISION = 1 + np.sum(LOADINGS**2, axis=0) / NOISE_STD**2  # of the posterior, (latent,)


def at_the_truth() -> vae.VAE:
    """A linear VAE whose decoder is the model that made the data and whose encoder is its true posterior."""
    model = vae.VAE(FEATURES, LATENT, hidden_dims=(), likelihood="gaussian", noise_std=NOISE_STD, seed=0)
    model.build((None, FEATURES))
    encode = LOADINGS / NOISE_STD**2 / PRECISION
    model.z_mean_head.set_weights([encode, -OFFSET @ encode])
    model.z_log_var_head.set_weights([np.zeros((FEATURES, LATENT)), -np.log(PRECISION)])
    model.decoder_head.set_weights([LOADINGS.T, OFFSET])
    return model


def test_at_the_true_posterior_every_importance_weight_is_the_likelihood() -> None:
    weights = vae.log_weights(at_the_truth(), DATA[:50], num_samples=4)
    np.testing.assert_allclose(weights, np.tile(TRUTH.logpdf(DATA[:50]), (4, 1)), atol=2e-4)


def test_at_the_true_posterior_the_bound_is_the_likelihood() -> None:
    reconstruction, kl = vae.elbo_terms(at_the_truth(), DATA, num_samples=200)
    bound, error = vae.mean_and_error(reconstruction - kl - TRUTH.logpdf(DATA))
    assert abs(bound) < 4 * error + 1e-4 and error < 0.02


@pytest.mark.parametrize("spoil", ["mean", "variance", "both"])
def test_away_from_it_the_bound_falls_short_by_the_divergence_between_the_posteriors(spoil: str) -> None:
    model = at_the_truth()
    shift = 0.5 if spoil != "variance" else 0.0
    widen = 0.8 if spoil != "mean" else 0.0
    kernel, bias = model.z_mean_head.get_weights()
    model.z_mean_head.set_weights([kernel, bias + shift])
    kernel, bias = model.z_log_var_head.get_weights()
    model.z_log_var_head.set_weights([kernel, bias + widen])
    gap = 0.5 * np.sum(shift**2 * PRECISION + np.exp(widen) - 1 - widen)  # KL(q ‖ posterior)
    reconstruction, kl = vae.elbo_terms(model, DATA, num_samples=200)
    missing, error = vae.mean_and_error(TRUTH.logpdf(DATA) - (reconstruction - kl))
    assert gap > 0.2 and missing == pytest.approx(gap, abs=4 * error + 1e-3)


def test_the_importance_bound_lies_between_the_bound_and_the_likelihood() -> None:
    model = at_the_truth()
    kernel, bias = model.z_mean_head.get_weights()
    model.z_mean_head.set_weights([kernel, bias + 0.4])
    weights = vae.log_weights(model, DATA, num_samples=100, seed=1)
    bounds = [float(keras.ops.convert_to_numpy(vae.importance_bound(weights[:k])).mean()) for k in (1, 10, 100)]
    truth = TRUTH.logpdf(DATA).mean()
    assert bounds[0] < bounds[1] < bounds[2] <= truth + 0.01
    assert truth - bounds[2] < 0.1 * (truth - bounds[0])


@pytest.mark.slow
def test_training_finds_the_likelihood_of_the_best_linear_model() -> None:
    keras.utils.set_random_seed(3)
    model = vae.VAE(FEATURES, LATENT, hidden_dims=(), likelihood="gaussian", noise_std=NOISE_STD, seed=3)
    vae.train(model, DATA, epochs=60, batch_size=50, learning_rate=0.03)
    reconstruction, kl = vae.elbo_terms(model, DATA, num_samples=50)
    # Tipping and Bishop (1999): the maximum, with the noise given, has the leading principal directions.
    values, vectors = np.linalg.eigh(np.cov(DATA.T, bias=True))
    best = vectors[:, -LATENT:] * np.sqrt(values[-LATENT:] - NOISE_STD**2)
    maximum = stats.multivariate_normal(DATA.mean(axis=0), best @ best.T + NOISE_STD**2 * np.eye(FEATURES))
    assert maximum.logpdf(DATA).mean() - 0.15 < np.mean(reconstruction - kl) < maximum.logpdf(DATA).mean() + 0.02
