"""Proves that densities and bounds have finite gradients at their edges, as differences of the value in float64."""

from __future__ import annotations

import math

import keras
import numpy as np
import pytest

from course_lib import vae

numpy = keras.ops.convert_to_numpy


def gradients(function, *inputs: np.ndarray) -> list[np.ndarray]:
    """The gradient of a sum of outputs for each input, on any backend."""
    inputs = [np.asarray(each, np.float32) for each in inputs]
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tensors = [tf.constant(each) for each in inputs]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            total = keras.ops.sum(function(*tensors))
        return [numpy(each) for each in tape.gradient(total, tensors)]
    if backend == "jax":
        import jax

        places = tuple(range(len(inputs)))
        return [np.asarray(each) for each in jax.grad(lambda *given: keras.ops.sum(function(*given)), places)(*inputs)]
    import torch

    tensors = [torch.tensor(each, requires_grad=True, device="cpu") for each in inputs]
    return [each.numpy() for each in torch.autograd.grad(keras.ops.sum(function(*tensors)).cpu(), tensors)]


def density(value: float, mean: float, log_var: float) -> float:
    """The log-density of one number in float64."""
    return -0.5 * ((value - mean) ** 2 * math.exp(-log_var) + log_var + math.log(2 * math.pi))


@pytest.mark.parametrize("log_var", [-200.0, -100.0, -90.0, -3.0, 0.0, 60.0])
def test_at_the_mean_the_density_and_its_slopes_are_finite_however_narrow_it_is(log_var: float) -> None:
    value = np.array([[0.25]])
    found = numpy(vae.log_normal(value, value, [[log_var]]))[0]
    assert found == pytest.approx(density(0.25, 0.25, log_var), rel=1e-6)
    by_value, by_mean, by_log_var = gradients(vae.log_normal, value, value, [[log_var]])
    above, below = (density(0.25, 0.25, log_var + step) for step in (1e-3, -1e-3))
    assert by_value.item() == by_mean.item() == 0
    assert by_log_var.item() == pytest.approx((above - below) / 2e-3, rel=1e-5)


@pytest.mark.parametrize(("value", "mean", "log_var"), [(0.5, 0.25, -2.0), (1.0, -1.0, 3.0), (1e-20, 0.0, -90.0)])
def test_beside_the_mean_the_slopes_are_differences_of_the_density(value: float, mean: float, log_var: float) -> None:
    assert numpy(vae.log_normal([[value]], [[mean]], [[log_var]]))[0] == pytest.approx(
        density(value, mean, log_var), rel=1e-5
    )
    found = gradients(vae.log_normal, [[value]], [[mean]], [[log_var]])
    point = [value, mean, log_var]
    for place, slope in enumerate(found):
        step = 1e-5 * math.exp(log_var / 2) if place < 2 else 1e-5
        above, below = ([*point[:place], point[place] + sign * step, *point[place + 1 :]] for sign in (1, -1))
        assert slope.item() == pytest.approx((density(*above) - density(*below)) / (2 * step), rel=1e-3)


def test_a_bound_of_impossible_samples_is_minus_infinity_with_no_slope() -> None:
    weights = np.array([[-np.inf, -np.inf, -1.0], [-np.inf, -2.0, -3.0]])
    found = numpy(vae.importance_bound(weights))
    expected = [-np.inf, -2 - math.log(2), math.log((math.exp(-1) + math.exp(-3)) / 2)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    (slope,) = gradients(vae.importance_bound, weights)
    share = 1 / (1 + math.exp(-2))
    np.testing.assert_allclose(slope, [[0, 0, share], [0, 1, 1 - share]], rtol=1e-5)


def test_a_sample_that_is_no_number_is_not_taken_for_an_impossible_one() -> None:
    assert np.isnan(numpy(vae.importance_bound(np.array([np.nan, np.nan]))))


@pytest.mark.parametrize(
    ("noise_std", "error"), [(0, ValueError), (-1.0, ValueError), (math.nan, ValueError), ("1", TypeError)]
)
def test_a_standard_deviation_that_is_none_is_named(noise_std, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^noise_std is"):
        vae.gaussian_log_likelihood([[1.0]], [[1.0]], noise_std=noise_std)


ONES = np.ones((5, 4), np.float32)


@pytest.mark.parametrize("shape", [(5, 1), (1, 4), (4,), (5, 3)])
@pytest.mark.parametrize(
    ("name", "compute"),
    [
        ("images", lambda other: vae.bernoulli_log_likelihood(other, ONES)),
        ("values", lambda other: vae.gaussian_log_likelihood(other, ONES, 1.0)),
        ("z_log_var", lambda other: vae.gaussian_kl(ONES, other)),
        ("z_log_var", lambda other: vae.sample_latent(ONES, other, ONES)),
        ("noise", lambda other: vae.sample_latent(ONES, ONES, other)),
    ],
)
def test_what_has_another_shape_is_refused_and_not_broadcast(name: str, compute, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=rf"^{name} has the shape .*; allowed: \(5, 4\)$"):
        compute(np.ones(shape, np.float32))


@pytest.mark.parametrize("pixel", [1.01, -0.01, math.nan, math.inf])
def test_a_number_that_is_no_pixel_is_refused(pixel: float) -> None:
    with pytest.raises(ValueError, match=r"^images holds a number outside 0 to 1, or NaN"):
        vae.bernoulli_log_likelihood([[0.5, pixel]], [[0.0, 1.0]])


@pytest.mark.parametrize("name", ["beta", "free_bits"])
@pytest.mark.parametrize(
    ("wrong", "error"),
    [(-1.0, ValueError), (math.nan, ValueError), (math.inf, ValueError), (None, TypeError), ("a", TypeError)],
)
def test_the_weight_of_a_penalty_is_no_negative_number(name: str, wrong, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"^{name} is"):
        vae.kl_penalty(ONES, **{name: wrong})


def test_the_weight_of_a_penalty_may_be_a_variable_or_a_tensor() -> None:
    for weight in (keras.Variable(2.0), keras.ops.convert_to_tensor(2.0)):
        assert float(vae.kl_penalty(ONES, beta=weight)) == 8.0


@pytest.mark.parametrize("shape", [(4,), (), (2, 5, 4)])
def test_a_divergence_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"^kl has the shape .*; allowed: \(None, None\)$"):
        vae.kl_penalty(np.ones(shape, np.float32))
