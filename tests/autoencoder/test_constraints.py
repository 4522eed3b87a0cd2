"""Proves that noise spoils the share it promises, in training alone and from its own stream, and that the price of an
active code is that of a loop, reaches the loss and pushes units towards silence.
"""

from __future__ import annotations

from math import log

import keras
import numpy as np
import pytest

from course_lib.autoencoder import Autoencoder, Corruption, SparsityPenalty, absolute_sum, corrupt, rate_divergence

from .samples import numpy

ONES = np.ones((400, 100), dtype=np.float32)
CODE = np.random.default_rng(2).random((6, 4)).astype(np.float32)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.7, 1.0])
def test_masking_sets_its_share_to_zero_and_leaves_the_rest(share: float) -> None:
    spoilt = numpy(corrupt(ONES, "masking", share, seed=1))
    assert set(np.unique(spoilt)) <= {0.0, 1.0}
    assert (spoilt == 0).mean() == pytest.approx(share, abs=0.012)  # five standard errors of 40,000 draws


def test_gaussian_noise_has_its_deviation_and_no_mean() -> None:
    noise = numpy(corrupt(ONES, "gaussian", 0.4, seed=1)) - 1
    assert noise.std() == pytest.approx(0.4, rel=0.02) and noise.mean() == pytest.approx(0, abs=0.01)
    np.testing.assert_array_equal(numpy(corrupt(ONES, "gaussian", 0.0, seed=1)), ONES)


@pytest.mark.parametrize("kind", ["masking", "gaussian"])
def test_noise_follows_its_seed_and_never_touches_the_callers_array(kind: str) -> None:
    kept = ONES.copy()
    first, again, other = (numpy(corrupt(kept, kind, 0.3, seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.3
    np.testing.assert_array_equal(kept, ONES)


@pytest.mark.parametrize("kind", ["masking", "gaussian"])
def test_whole_numbers_are_spoilt_as_numbers(kind: str) -> None:
    spoilt = corrupt(ONES.astype(np.int64), kind, 0.3, seed=1)
    np.testing.assert_array_equal(numpy(spoilt), numpy(corrupt(ONES, kind, 0.3, seed=1)))


@pytest.mark.parametrize("kind", ["masking", "gaussian"])
def test_the_layer_spoils_in_training_alone_and_anew_each_time(kind: str) -> None:
    layer = Corruption(kind, 0.3, seed=4)
    np.testing.assert_array_equal(numpy(layer(ONES)), ONES)
    np.testing.assert_array_equal(numpy(layer(ONES, training=False)), ONES)
    first, second = numpy(layer(ONES, training=True)), numpy(layer(ONES, training=True))
    assert (first != ONES).mean() > 0.25 and (first != second).mean() > 0.25
    again = Corruption.from_config(layer.get_config())
    np.testing.assert_array_equal(numpy(again(ONES, training=True)), first)
    assert layer.compute_output_shape((None, 9)) == (None, 9)


def test_masking_draws_every_number_on_its_own() -> None:
    gone = numpy(corrupt(ONES, "masking", 0.5, seed=3)) == 0
    for axis in (0, 1):  # the spread of the shares of rows and columns is that of independent draws
        assert gone.mean(axis=axis).std() == pytest.approx(0.5 / np.sqrt(gone.shape[axis]), rel=0.25)


def test_the_absolute_sum_is_that_of_a_loop() -> None:
    code = CODE - 0.5
    expected = sum(sum(abs(float(z)) for z in row) for row in code) / len(code)
    assert float(absolute_sum(code)) == pytest.approx(expected, rel=1e-6)


def test_the_rate_divergence_is_that_of_a_loop_and_zero_at_the_rate() -> None:
    expected = 0.0
    for column in CODE.T.astype(float):
        mean = sum(column) / len(column)
        expected += 0.1 * log(0.1 / mean) + 0.9 * log(0.9 / (1 - mean))
    assert float(rate_divergence(CODE, 0.1)) == pytest.approx(expected, rel=1e-5)
    assert float(rate_divergence(np.full((5, 3), 0.1, np.float32), 0.1)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("activity", [0.0, 1.0])
def test_units_that_are_never_or_always_active_cost_much_and_not_infinitely_much(activity: float) -> None:
    cost = float(rate_divergence(np.full((5, 3), activity, np.float32), 0.05))
    assert np.isfinite(cost) and cost > 1


@pytest.mark.parametrize("kind", ["absolute", "rate"])
def test_the_penalty_passes_the_code_on_and_adds_its_weighted_price(kind: str) -> None:
    layer = SparsityPenalty(0.7, kind, rate=0.2)
    np.testing.assert_array_equal(numpy(layer(CODE)), CODE)
    price = absolute_sum(CODE) if kind == "absolute" else rate_divergence(CODE, 0.2)
    assert [float(loss) for loss in layer.losses] == pytest.approx([0.7 * float(price)], rel=1e-6)
    again = SparsityPenalty.from_config(layer.get_config())
    assert (again.weight, again.kind, again.rate) == (0.7, kind, 0.2)
    assert layer.compute_output_shape((None, 9)) == (None, 9)


@pytest.mark.parametrize("kind", ["absolute", "rate"])
def test_the_price_is_float32_under_any_policy(kind: str) -> None:
    layer = SparsityPenalty(1.0, kind, dtype="float16")
    layer(np.full((2, 4), 0.5, np.float16))
    assert keras.backend.standardize_dtype(layer.losses[0].dtype) == "float32"


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "activation"), [("absolute", "relu"), ("rate", "sigmoid")])
def test_a_higher_price_makes_a_quieter_code(kind: str, activation: str) -> None:
    random = np.random.default_rng(0)
    inputs = random.random((256, 8)).astype(np.float32)
    activity = []
    for weight in (1e-4, 1.0):
        model = Autoencoder(
            8, 16, code_activation=activation, sparsity=SparsityPenalty(weight, kind), loss="squared_error", seed=1
        )
        model.compile(keras.optimizers.Adam(0.02), keras.losses.MeanSquaredError())
        model.fit(inputs, inputs, epochs=15, verbose=0)
        activity.append(model.encode(inputs).mean())
    assert activity[1] < 0.5 * activity[0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Corruption("dropout", 0.1), r"^kind is 'dropout'; allowed: 'masking', 'gaussian'$"),
        (lambda: Corruption("masking", 1.2), r"^amount is 1.2; allowed for masking: a share from 0 to 1$"),
        (lambda: Corruption("masking", -0.1), r"^amount is -0.1; allowed for masking"),
        (lambda: Corruption("masking", float("nan")), r"^amount is nan; allowed for masking"),
        (lambda: Corruption("gaussian", -1), r"^amount is -1; allowed for Gaussian noise: a standard deviation"),
        (lambda: corrupt(ONES, "gaussian", float("inf"), 0), r"^amount is inf; allowed for Gaussian noise"),
        (lambda: SparsityPenalty(0.0), r"^weight is 0.0; allowed: a number above 0$"),
        (lambda: SparsityPenalty(1.0, "l1"), r"^kind is 'l1'; allowed: 'absolute', 'rate'$"),
        (lambda: SparsityPenalty(1.0, "rate", rate=1.0), r"^rate is 1.0; allowed: a number between 0 and 1$"),
        (lambda: rate_divergence(CODE, 0.0), r"^rate is 0.0; allowed: a number between 0 and 1$"),
    ],
)
def test_wrong_arguments_are_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
