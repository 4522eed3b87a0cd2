"""Proves that a step in parts, and a step that computes twice, move the weights as the plain step does, and that
Keras's own accumulation does not where the parts are unequal.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib.language_model import DecoderLanguageModel
from course_lib.scaling import Parts, RecomputingLanguageModel, mean_of_batch, mean_of_means, token_weights, walks
from course_lib.training import compile_for_training
from tensors import numpy

ROWS, TIME = 8, 6
INPUTS, TARGETS = walks(ROWS, TIME, 12)
# Of the first half of the rows few tokens count, of the second all.
UNEQUAL = np.ones((ROWS, TIME), bool)
UNEQUAL[:4, 1:] = False


def _step(counted: np.ndarray, parts: int, mended: bool) -> np.ndarray:
    """The weights after one step of SGD."""
    model = keras.Sequential([keras.layers.Embedding(12, 5), keras.layers.Dense(12)])
    model.build((None, TIME))
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=weight.shape) for weight in model.get_weights()])
    optimizer = keras.optimizers.SGD(0.1, gradient_accumulation_steps=parts if parts > 1 else None)
    reduction = "sum" if mended else "sum_over_batch_size"
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=reduction, ignore_class=None)
    if mended:
        model.compile(optimizer=optimizer, loss=loss)
        model.fit(Parts(lambda _: (INPUTS, TARGETS, counted), 1, parts), shuffle=False, verbose=0)
    else:
        # As a model counts that leaves padding out: the mean over what a batch has that counts.
        def masked(targets, logits):
            own = keras.ops.cast(targets >= 0, "float32")
            losses = keras.losses.sparse_categorical_crossentropy(keras.ops.maximum(targets, 0), logits, True)
            return keras.ops.sum(losses * own) / keras.ops.sum(own)

        model.compile(optimizer=optimizer, loss=masked)
        targets = np.where(counted, TARGETS, -1)
        model.fit(INPUTS, targets, batch_size=ROWS // parts, shuffle=False, verbose=0)
    return np.concatenate([weight.ravel() for weight in model.get_weights()])


@pytest.mark.seconds
def test_mended_accumulation_is_the_large_batch() -> None:
    whole = _step(UNEQUAL, 1, mended=False)
    for parts in (1, 2, 4):
        np.testing.assert_allclose(_step(UNEQUAL, parts, mended=True), whole, atol=1e-6)


@pytest.mark.seconds
def test_plain_accumulation_is_the_large_batch_for_equal_parts_alone() -> None:
    equal = np.ones((ROWS, TIME), bool)
    np.testing.assert_allclose(_step(equal, 2, mended=False), _step(equal, 1, mended=False), atol=1e-6)
    assert np.abs(_step(UNEQUAL, 2, mended=False) - _step(UNEQUAL, 1, mended=False)).max() > 1e-3


def test_the_mean_of_means_is_another_number_and_weights_mend_it() -> None:
    losses = np.random.default_rng(1).random((ROWS, TIME))
    whole = mean_of_batch(losses, UNEQUAL)
    assert mean_of_means(losses, UNEQUAL, 1) == pytest.approx(whole)
    assert abs(mean_of_means(losses, UNEQUAL, 2) - whole) > 0.01
    sums = [part.sum() for part in np.split(losses * token_weights(UNEQUAL, 2), 2)]
    assert np.mean(sums) == pytest.approx(whole)


@pytest.mark.seconds
def test_computing_twice_changes_no_weight() -> None:
    ends, loss = [], keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    for recompute in (False, True):
        made = RecomputingLanguageModel if recompute else DecoderLanguageModel
        model = made(12, 8, 2, 2, max_length=TIME, seed=0)
        compile_for_training(model, (None, TIME), keras.optimizers.SGD(0.1), loss=loss)
        model.fit(INPUTS, TARGETS, batch_size=4, shuffle=False, verbose=0)
        ends.append(np.concatenate([numpy(weight).ravel() for weight in model.weights]))
    np.testing.assert_allclose(ends[1], ends[0], atol=3e-6)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: token_weights(np.zeros((2, 2)), 2), "counted holds no token"),
        (
            lambda: Parts(lambda _: (INPUTS, TARGETS, UNEQUAL), 1, 3)[0],
            "parts is 3; allowed: a divisor of .* 8",
        ),
        (lambda: walks(0, 3), "rows is 0"),
    ],
)
def test_bad_input_is_named(wrong, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        wrong()
