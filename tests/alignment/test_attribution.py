"""Proves that explanations are what their formulas say, and that one can be told from another by deleting."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from course_lib import alignment
from course_lib.sentiment import LogitLoss
from course_lib.training.devices import gradients
from tensors import numpy

IDS = np.array([[3, 5, 7, 2, 0], [4, 4, 1, 0, 0]])


@pytest.fixture(scope="module")
def reader():
    made = alignment.AttentiveReader(9, 6, 5, seed=2)
    made.build((None, 5))
    random = np.random.default_rng(1)
    for weight in made.weights:
        weight.assign(0.8 * random.normal(size=weight.shape))
    return made


@pytest.fixture(scope="module")
def logit(reader):
    """The first text's logit as a function of its vectors."""
    mask = IDS[:1] != 0

    def function(vectors):
        return reader.logits_of(vectors, np.repeat(mask, vectors.shape[0], axis=0))

    return function


@pytest.fixture(scope="module")
def vectors(reader):
    return numpy(reader.word_vectors(IDS[:1]))[0]


def test_the_reader_is_its_formula_in_loops(reader, vectors):
    W, c = reader.attention_dense.get_weights()
    (v,) = reader.score_dense.get_weights()
    scores = [float(np.tanh(x @ W + c) @ v[:, 0]) for x in vectors[:4]]
    weights = np.exp(scores) / np.exp(scores).sum()
    pooled = sum(weight * x for weight, x in zip(weights, vectors[:4], strict=True))
    U, b = reader.hidden_dense.get_weights()
    u, d = reader.logit_dense.get_weights()
    expected = np.tanh(pooled @ U + b) @ u[:, 0] + d[0]
    assert numpy(reader(IDS))[0] == pytest.approx(expected, abs=1e-5)
    found = numpy(reader.weights_of(vectors[None], IDS[:1] != 0))[0]
    np.testing.assert_allclose(found, [*weights, 0], atol=1e-6)


def test_padding_is_not_seen_and_batches_of_readers_agree(reader):
    longer = np.pad(IDS, ((0, 0), (0, 3)))
    np.testing.assert_allclose(numpy(reader(longer)), numpy(reader(IDS)), atol=1e-6)
    np.testing.assert_allclose(alignment.reader_logits(reader, IDS, 1), numpy(reader(IDS)), atol=1e-6)


@pytest.mark.seconds
def test_training_reaches_every_weight_and_it_can_learn_by_heart():
    made = alignment.AttentiveReader(9, 6, 5, seed=2)
    made.compile(keras.optimizers.Adam(0.05), loss=LogitLoss())
    made(IDS)
    begin = [np.array(weight) for weight in made.get_weights()]
    made.fit(IDS, np.array([1.0, 0.0]), epochs=40, verbose=0)
    assert all(np.abs(new - old).max() > 0 for new, old in zip(made.get_weights(), begin, strict=True))
    found = numpy(made(IDS))
    assert found[0] > 2 and found[1] < -2
    again = alignment.AttentiveReader.from_config(made.get_config())
    assert again.settings == made.settings


def test_gradients_are_those_of_differences(logit, vectors):
    found = gradients(logit, vectors[None])[0]
    for place in [(0, 0), (2, 4), (3, 1)]:
        step = np.zeros_like(vectors)
        step[place] = 1e-2
        slope = (numpy(logit((vectors + step)[None]))[0] - numpy(logit((vectors - step)[None]))[0]) / 2e-2
        assert found[place] == pytest.approx(slope, abs=2e-3)
    assert not found[4].any()  # padding


def test_a_function_that_does_not_look_has_no_gradient():
    assert not gradients(lambda given: 0.0 * given[:, 0] + 1.0, np.ones((2, 3))).any()


def test_integrated_gradients_add_up_to_the_difference_from_the_baseline(logit, vectors):
    for baseline in (np.zeros_like(vectors), np.full_like(vectors, 0.3)):
        ends = numpy(logit(np.stack([vectors, baseline])))
        found = alignment.integrated_gradients(logit, vectors, baseline, steps=200)
        assert found.sum() == pytest.approx(ends[0] - ends[1], abs=1e-3)
    plain = alignment.gradient_times_input(logit, vectors, baseline)
    assert abs(plain.sum() - (ends[0] - ends[1])) > 0.01  # the slope at the end alone does not


def test_of_a_linear_function_all_methods_say_the_same():
    weights = np.array([[1.0, -2.0], [0.5, 3.0], [0.0, 0.0]])
    x, nothing = np.array([[2.0, 1.0], [1.0, 1.0], [5.0, 5.0]]), np.array([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]])

    def linear(points):
        return ops.sum(ops.multiply(points, weights.astype("float32")), axis=(1, 2))

    shares = (x - nothing) * weights
    np.testing.assert_allclose(alignment.gradient_times_input(linear, x, nothing), shares, atol=1e-5)
    np.testing.assert_allclose(alignment.integrated_gradients(linear, x, nothing, 3), shares, atol=1e-5)
    np.testing.assert_allclose(alignment.leave_one_out(linear, x, nothing), shares.sum(axis=1), atol=1e-5)
    curve = alignment.deletion_curve(linear, x, shares.sum(axis=1), nothing)
    np.testing.assert_allclose(curve, np.sum(x * weights) - np.cumsum([0, 3.5, 1.0, 0.0]), atol=1e-5)


def test_a_saturated_function_fools_the_gradient_and_not_the_integral():
    """f = min(x, 1) at x = 3: the slope is zero, though all of f comes from x (Sundararajan et al., section 2.1)."""

    def flat(points):
        return ops.minimum(points[:, 0, 0], 1.0)

    x = np.array([[3.0]])
    assert alignment.gradient_times_input(flat, x).sum() == 0
    assert alignment.integrated_gradients(flat, x, steps=300).sum() == pytest.approx(1, abs=0.01)


def test_the_deletion_curve_falls_fastest_for_the_true_order(logit, vectors):
    true = alignment.leave_one_out(logit, vectors)
    right, wrong = (alignment.deletion_curve(logit, vectors, scores, most=2) for scores in (true, -true))
    assert right[0] == pytest.approx(wrong[0]) and right[1] < wrong[1] and len(right) == 3


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda f, x: alignment.integrated_gradients(f, x, x[:2]), "baseline has the shape"),
        (lambda f, x: alignment.integrated_gradients(f, x, steps=0), "steps is 0"),
        (lambda f, x: alignment.leave_one_out(f, x[0]), "inputs has the shape"),
        (lambda f, x: alignment.deletion_curve(f, x, [1.0]), "scores has the shape"),
        (lambda f, x: alignment.deletion_curve(f, x, [np.nan] * 5), "NaN"),
        (lambda f, x: alignment.deletion_curve(f, x, range(5), most=6), "most is 6"),
        (lambda f, x: alignment.reader_logits(None, np.zeros(3, int)), "token_ids has the shape"),
        (lambda f, x: alignment.AttentiveReader(0), "vocabulary_size is 0"),
    ],
)
def test_what_cannot_be_is_named(logit, vectors, call, words):
    with pytest.raises(ValueError, match=words):
        call(logit, vectors)
