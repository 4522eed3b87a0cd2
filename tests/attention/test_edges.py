"""Proves that weights are right for every score that float32 holds, compiled or not, with finite gradients."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib.attention import masked_softmax
from tensors import compiled, numpy, value_and_gradients

LARGEST = float(np.finfo(np.float32).max)
ROWS = [
    ([-2e30, 5.0], [True, False]),
    ([-LARGEST, 5.0], [True, False]),
    ([-LARGEST, -LARGEST, 0.0], [True, True, False]),
    ([LARGEST, -LARGEST, LARGEST], [True, True, False]),
    ([-1e30, -1e30, 1.0], [True, False, False]),
    ([0.0, 1.0, 2.0], [True, False, True]),
    ([3.0, 4.0], [False, False]),
]


def _by_loop(scores: list[float], mask: list[bool]) -> list[float]:
    kept = [np.longdouble(np.float32(score)) for score, keep in zip(scores, mask, strict=True) if keep]
    powers = [np.exp(score - max(kept)) for score in kept]
    found = iter(powers)
    return [float(next(found) / sum(powers)) if keep else 0.0 for keep in mask]


@pytest.mark.parametrize(("scores", "mask"), ROWS)
def test_weights_are_those_of_a_loop_for_every_score_that_float32_holds(scores: list, mask: list) -> None:
    scores, mask = np.array([scores], np.float32), np.array([mask])
    expected = _by_loop(scores[0].tolist(), mask[0].tolist())
    np.testing.assert_allclose(numpy(masked_softmax(scores, mask))[0], expected, rtol=1e-6)
    if mask.any():
        np.testing.assert_allclose(numpy(masked_softmax(scores, mask, may_be_blind=False))[0], expected, rtol=1e-6)


class _Softmax(keras.layers.Layer):
    def call(self, scores, mask):
        return masked_softmax(scores, mask)


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="compiled functions and gradients of the other two")
def test_gradients_are_finite_and_zero_where_nothing_is_seen() -> None:
    scores = np.array([[-2e30, 5.0], [-LARGEST, 5.0], [3.0, 4.0], [1.0, 2.0]], np.float32)
    mask = np.array([[True, False], [True, False], [False, False], [True, True]])
    first = np.array([1.0, 0.0], np.float32)
    layer = _Softmax()
    _, _, (slope, *_) = (
        value_and_gradients(layer, lambda weights: keras.ops.sum(weights * first), scores, mask.astype(np.float32) > 0)
        if keras.backend.backend() == "tensorflow"
        else (0, 0, (_slope(scores, mask, first),))
    )
    share = 1 / (1 + np.exp(1.0))
    np.testing.assert_allclose(slope, [[0, 0], [0, 0], [0, 0], [share * (1 - share), -share * (1 - share)]], atol=1e-6)
    weights = compiled(lambda one, other: masked_softmax(one, other))(scores, mask)
    np.testing.assert_allclose(numpy(weights), [[1, 0], [1, 0], [0, 0], [share, 1 - share]], rtol=1e-5)


def _slope(scores: np.ndarray, mask: np.ndarray, first: np.ndarray) -> np.ndarray:
    import jax

    return np.asarray(jax.grad(lambda one: keras.ops.sum(masked_softmax(one, mask) * first))(scores))
