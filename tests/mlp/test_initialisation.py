"""Weights begin with the variance of their scheme, keep signals alive through many layers, and follow the seed."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib import mlp


@pytest.mark.parametrize(("scheme", "variance"), [("glorot", 2 / 900), ("he", 2 / 600), ("unit", 1.0), ("zeros", 0.0)])
def test_weights_have_the_variance_of_their_scheme_and_biases_are_zero(scheme, variance):
    ((weights, biases),) = mlp.initialise([600, 300], scheme, seed=3)
    assert weights.shape == (600, 300) and biases.shape == (300,)
    assert weights.dtype == biases.dtype == np.float32
    # The variance of 180,000 draws has a relative standard error of 0.33 %.
    assert weights.var() == pytest.approx(variance, rel=0.015)
    assert abs(weights.mean()) <= 5 * np.sqrt(variance / weights.size)
    assert not biases.any()


def test_the_same_seed_draws_the_same_weights_and_another_seed_others():
    first, again, other = (mlp.initialise([4, 3, 2], "he", seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0][0], again[0][0])
    assert (first[0][0] != other[0][0]).all()


def test_he_keeps_the_signal_through_thirty_relu_layers_and_unit_weights_blow_it_up():
    inputs = np.random.default_rng(0).normal(size=(100, 200))
    size = {}
    for scheme in ("he", "glorot", "unit"):
        logits, _ = mlp.forward(mlp.initialise([200] * 31, scheme, 0, "float64"), inputs)
        size[scheme] = np.sqrt(np.mean(logits**2))
    assert 0.3 < size["he"] < 4
    assert size["glorot"] < 1e-3
    assert size["unit"] > 1e20


@pytest.mark.parametrize("sizes", [[5], [], [3, 0], [3, -1, 2]])
def test_sizes_that_make_no_network_are_refused(sizes):
    with pytest.raises(ValueError, match="allowed"):
        mlp.initialise(sizes)


def test_half_a_unit_an_unknown_scheme_and_an_unknown_type_are_refused():
    with pytest.raises(TypeError, match="whole number"):
        mlp.initialise([3, 2.5])
    with pytest.raises(ValueError, match="scheme is 'xavier'; allowed: 'zeros', 'unit', 'glorot', 'he'"):
        mlp.initialise([3, 2], "xavier")
    with pytest.raises(ValueError, match="dtype is 'int8'"):
        mlp.initialise([3, 2], dtype="int8")
