"""Proves that the smoothed loss is what loops in float64 say, counts no padding whatever stands there, weighs examples
as Keras does, and is float32.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib.mlp.losses import next_token_cross_entropy
from course_lib.transformer import SmoothedCrossEntropy, smoothed_cross_entropy
from tensors import normal, numpy


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_the_smoothed_loss_is_that_of_a_loop(smoothing: float) -> None:
    logits, answers = 3 * normal(2, 3, 5), np.array([[1, 4, 0], [2, 0, 0]])
    total, tokens = 0.0, 0
    for row in range(2):
        for place in range(3):
            scores = logits[row, place].astype(np.float64)
            minus_log = np.log(np.exp(scores).sum()) - scores
            target = [smoothing / 5 + (1 - smoothing) * (token == answers[row, place]) for token in range(5)]
            loss = float(target @ minus_log)
            given = smoothed_cross_entropy(answers[row, place], logits[row, place], smoothing)
            assert float(numpy(given)) == pytest.approx(loss, rel=1e-5)
            if answers[row, place]:
                total, tokens = total + loss, tokens + 1
    assert tokens == 3
    assert float(numpy(SmoothedCrossEntropy(smoothing)(answers, logits))) == pytest.approx(total / tokens, rel=1e-5)


def test_without_smoothing_it_is_the_cross_entropy_of_next_tokens() -> None:
    logits, answers = normal(2, 3, 5), np.array([[1, 4, 0], [2, 0, 0]])
    expected = next_token_cross_entropy(answers, logits, answers != 0)
    assert float(numpy(SmoothedCrossEntropy(0.0)(answers, logits))) == pytest.approx(float(numpy(expected)), rel=1e-6)


def test_examples_may_weigh_differently() -> None:
    """The weights of Keras: each example's share of the total loss is multiplied by its own."""
    logits, answers, weights = normal(2, 3, 5), np.array([[1, 4, 0], [2, 0, 0]]), np.array([3.0, 0.5], np.float32)
    losses = numpy(smoothed_cross_entropy(answers, logits, 0.1))
    expected = (3.0 * (losses[0, 0] + losses[0, 1]) + 0.5 * losses[1, 0]) / 3
    given = SmoothedCrossEntropy(0.1)(answers, logits, sample_weight=weights)
    assert float(numpy(given)) == pytest.approx(expected, rel=1e-5)


def test_a_tenth_is_spread_where_nobody_chose() -> None:
    """As Vaswani et al. (2017, section 5.4) do; the function and the layer say the same."""
    logits = normal(2, 3, 5)
    answers = np.array([[1, 4, 2], [2, 3, 1]])
    expected = float(numpy(SmoothedCrossEntropy(0.1)(answers, logits)))
    assert float(numpy(SmoothedCrossEntropy()(answers, logits))) == expected
    assert float(numpy(smoothed_cross_entropy(answers, logits)).mean()) == pytest.approx(expected, rel=1e-6)


def test_what_stands_where_padding_is_does_not_matter_not_even_nan() -> None:
    loss, logits, answers = SmoothedCrossEntropy(0.1), normal(1, 3, 5), np.array([[1, 4, 0]])
    before = float(numpy(loss(answers, logits)))
    logits[0, 2] = np.nan
    assert float(numpy(loss(answers, logits))) == before
    assert float(numpy(loss(np.zeros((1, 3), int), logits))) == 0


def test_a_smoothed_loss_is_least_at_the_smoothed_target_and_float32() -> None:
    target = np.full(5, 0.1 / 5)
    target[2] += 0.9
    best = np.log(target).astype(np.float32)
    least = float(numpy(smoothed_cross_entropy(2, best, 0.1)))
    assert least == pytest.approx(-(target * np.log(target)).sum(), rel=1e-5)
    for place in range(5):
        moved = best.copy()
        moved[place] += 0.3
        assert float(numpy(smoothed_cross_entropy(2, moved, 0.1))) > least
    half = SmoothedCrossEntropy(0.1)(np.array([[2]]), keras.ops.cast(best[None, None], "bfloat16"))
    assert keras.backend.standardize_dtype(half.dtype) == "float32"


def test_the_loss_comes_back_from_its_config() -> None:
    loss = SmoothedCrossEntropy(0.3, name="mine")
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert again.get_config() == loss.get_config() and again.smoothing == 0.3
