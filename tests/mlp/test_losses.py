"""Losses equal loops in float64 and other libraries', never overflow, and leave padding out, whatever stands there."""

from __future__ import annotations

import math

import keras
import numpy as np
import pytest
from keras import ops

from course_lib import mlp


def numpy(values) -> np.ndarray:
    return ops.convert_to_numpy(values)


def surprise(row, label: int) -> float:
    return -math.log(math.exp(row[label]) / sum(map(math.exp, row)))


@pytest.fixture
def logits() -> np.ndarray:
    return np.random.default_rng(4).normal(size=(3, 5, 6)).astype("float32") * 2


@pytest.fixture
def labels() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 6, size=(3, 5))


def test_cross_entropy_equals_loops(logits, labels):
    expected = [[surprise(logits[b, t].tolist(), labels[b, t]) for t in range(5)] for b in range(3)]
    np.testing.assert_allclose(numpy(mlp.cross_entropy(labels, logits)), expected, rtol=1e-5)


def test_cross_entropy_equals_torch(logits, labels):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.functional.cross_entropy(
        torch.tensor(logits.reshape(-1, 6)), torch.tensor(labels.ravel()), reduction="none"
    )
    np.testing.assert_allclose(numpy(mlp.cross_entropy(labels, logits)).ravel(), theirs.numpy(), rtol=1e-5)


def test_binary_cross_entropy_equals_its_definition():
    z, y = np.linspace(-6, 6, 25), np.tile([0.0, 1.0, 0.25, 1.0, 0.0], 5)
    p = 1 / (1 + np.exp(-z))
    expected = -y * np.log(p) - (1 - y) * np.log(1 - p)
    np.testing.assert_allclose(numpy(mlp.binary_cross_entropy(y, z)), expected, rtol=1e-5, atol=2e-6)


def test_binary_cross_entropy_is_that_of_two_classes_with_the_logits_0_and_z():
    z = np.array([-3.0, -0.2, 0.0, 5.0], dtype="float32")
    for label in (0, 1):
        two = np.stack([np.zeros(4, "float32"), z], axis=-1)
        np.testing.assert_allclose(
            numpy(mlp.binary_cross_entropy(np.full(4, float(label)), z)),
            numpy(mlp.cross_entropy(np.full(4, label), two)),
            rtol=1e-5,
            atol=1e-6,
        )


@pytest.mark.parametrize("z", [-1e4, -100.0, 100.0, 1e4])
def test_no_logit_is_too_large(z):
    assert float(mlp.binary_cross_entropy(1.0, np.float32(z))) == pytest.approx(max(-z, 0), abs=1e-6)
    assert float(mlp.binary_cross_entropy(0.0, np.float32(z))) == pytest.approx(max(z, 0), abs=1e-6)
    row = np.array([z, 0.0], dtype="float32")
    assert float(mlp.cross_entropy(0, row)) == pytest.approx(max(-z, 0), abs=1e-6)
    gradient = numpy(mlp.cross_entropy_gradient(0, row))
    assert np.isfinite(gradient).all() and gradient.sum() == pytest.approx(0, abs=1e-6)


def test_ignorance_costs_the_logarithm_of_the_number_of_classes():
    assert float(mlp.cross_entropy(3, np.zeros(1000, "float32"))) == pytest.approx(math.log(1000), rel=1e-5)


def test_the_gradient_is_the_slope_of_the_loss(logits, labels):
    gradient = numpy(mlp.cross_entropy_gradient(labels, logits))
    assert gradient.shape == logits.shape
    wide = logits.astype("float64")
    for place in [(0, 0, 0), (1, 3, labels[1, 3]), (2, 4, 5)]:
        b, t, k = place
        above, below = wide[b, t].copy(), wide[b, t].copy()
        above[k] += 1e-5
        below[k] -= 1e-5
        slope = (surprise(above, labels[b, t]) - surprise(below, labels[b, t])) / 2e-5
        assert gradient[place] == pytest.approx(slope, abs=1e-5)


def test_softmax_adds_up_to_one_over_the_classes_and_ignores_a_shift(logits):
    probabilities = numpy(mlp.softmax(logits))
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, rtol=1e-5)
    np.testing.assert_allclose(numpy(mlp.softmax(logits + 100)), probabilities, rtol=1e-3)
    one = [math.exp(value) for value in logits[0, 0].tolist()]
    np.testing.assert_allclose(probabilities[0, 0], np.array(one) / sum(one), rtol=1e-5)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_logits_are_computed_in_float32(dtype):
    # In float16 the exponentials of these logits would overflow, and 12.03 would be rounded to 12.
    logits = ops.convert_to_tensor(np.array([[12.0, 0.0, -3.0]]), dtype=dtype)
    loss = mlp.cross_entropy(np.array([1]), logits)
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    assert float(loss[0]) == pytest.approx(12.0000064, abs=1e-5)
    for other in (mlp.softmax(logits), mlp.cross_entropy_gradient(np.array([1]), logits)):
        assert keras.backend.standardize_dtype(other.dtype) == "float32"
    assert keras.backend.standardize_dtype(mlp.binary_cross_entropy(1.0, logits).dtype) == "float32"


def test_the_next_token_loss_is_the_total_over_the_tokens(logits, labels):
    mask = np.arange(5) < np.array([[5], [2], [1]])
    each = [surprise(logits[b, t].tolist(), labels[b, t]) for b in range(3) for t in range(5) if mask[b, t]]
    assert float(mlp.next_token_cross_entropy(labels, logits, mask)) == pytest.approx(sum(each) / 8, rel=1e-5)
    everything = [surprise(logits[b, t].tolist(), labels[b, t]) for b in range(3) for t in range(5)]
    assert float(mlp.next_token_cross_entropy(labels, logits)) == pytest.approx(sum(everything) / 15, rel=1e-5)


def test_one_mask_may_serve_every_example(logits, labels):
    mask = np.arange(5) < 3
    expected = float(mlp.next_token_cross_entropy(labels[:, :3], logits[:, :3]))
    for shared in (mask, mask[None]):
        assert float(mlp.next_token_cross_entropy(labels, logits, shared)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("rubbish", [0.0, 1e9, np.nan, np.inf])
def test_what_stands_at_padded_positions_changes_nothing_nor_does_more_padding(logits, labels, rubbish):
    mask = np.arange(5) < np.array([[5], [2], [1]])
    expected = float(mlp.next_token_cross_entropy(labels, logits, mask))
    spoilt = np.where(mask[..., None], logits, np.float32(rubbish)).astype("float32")
    spoilt = np.concatenate([spoilt, np.full((3, 4, 6), rubbish, "float32")], axis=1)
    longer = np.concatenate([labels, np.zeros((3, 4), int)], axis=1)
    wider = np.concatenate([mask, np.zeros((3, 4), bool)], axis=1)
    assert float(mlp.next_token_cross_entropy(longer, spoilt, wider)) == pytest.approx(expected, rel=1e-6)


def test_a_batch_of_padding_alone_costs_nothing(logits, labels):
    assert float(mlp.next_token_cross_entropy(labels, logits, np.zeros((3, 5), bool))) == 0


def test_perplexity_is_the_exponential_of_the_mean_and_no_mean_of_exponentials():
    losses = np.log([2.0, 4.0, 8.0])
    assert mlp.perplexity(losses) == pytest.approx(4)
    assert mlp.perplexity(losses) != pytest.approx(np.mean(np.exp(losses)))


def test_perplexity_counts_tokens_and_not_sentences_or_padding():
    losses = np.array([[np.log(2), np.log(2), np.log(2)], [np.log(32), np.nan, np.nan]])
    mask = np.array([[True, True, True], [True, False, False]])
    assert mlp.perplexity(losses, mask) == pytest.approx(4)


@pytest.mark.parametrize("size", [2, 1000])
def test_the_perplexity_of_equal_chances_is_the_number_of_words(size):
    assert mlp.perplexity(np.full(7, np.log(size))) == pytest.approx(size)


def test_an_impossible_token_makes_perplexity_infinite():
    assert mlp.perplexity([0.5, np.inf]) == np.inf
    assert mlp.perplexity([1e5]) == np.inf


@pytest.mark.parametrize("losses", [[], [np.nan, 1.0], [-0.5, 1.0]])
def test_what_is_no_list_of_surprises_has_no_perplexity(losses):
    with pytest.raises(ValueError, match=r"losses holds .* allowed"):
        mlp.perplexity(losses)


def test_a_mask_of_another_shape_or_without_a_token_is_refused():
    with pytest.raises(ValueError, match=r"mask has the shape \(3,\); allowed: that of losses, \(2,\)"):
        mlp.perplexity([1.0, 2.0], [True, True, False])
    with pytest.raises(ValueError, match="no token that counts"):
        mlp.perplexity([1.0, 2.0], [False, False])


@pytest.mark.parametrize("shape", [(3, 5), (3, 5, 1)])
def test_the_loss_object_is_the_mean_of_the_function(logits, labels, shape):
    loss = mlp.CrossEntropy()
    found = float(loss(labels.reshape(shape).astype("float32"), logits))
    assert found == pytest.approx(float(np.mean(numpy(mlp.cross_entropy(labels, logits)))), rel=1e-5)


def test_the_loss_object_weighs_examples_and_survives_a_round_trip():
    logits, labels = np.random.default_rng(0).normal(size=(4, 3)).astype("float32"), np.array([0, 1, 2, 0])
    each = numpy(mlp.cross_entropy(labels, logits))
    loss = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(mlp.CrossEntropy(name="mine")))
    assert isinstance(loss, mlp.CrossEntropy) and loss.name == "mine"
    weights = np.array([1.0, 0.0, 2.0, 0.0], dtype="float32")
    assert float(loss(labels, logits, sample_weight=weights)) == pytest.approx(float((each * weights).mean()), rel=1e-5)


def test_the_loss_object_computes_in_float32_under_a_half_precision_policy():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        loss = mlp.CrossEntropy()(np.array([1]), ops.convert_to_tensor([[900.0, 0.0]], dtype="float16"))
    finally:
        keras.config.set_dtype_policy(before)
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    assert float(loss) == pytest.approx(900, rel=1e-3)
