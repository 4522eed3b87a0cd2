"""Proves that a label that is no class, a mask of another kind and a number that is none are refused or, inside a
compiled step, give one and the same answer on every backend.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib import mlp
from course_lib.mlp.losses import CrossEntropy
from course_lib.transformer import SmoothedCrossEntropy, smoothed_cross_entropy

numpy, tensor = keras.ops.convert_to_numpy, keras.ops.convert_to_tensor
LOGITS = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
LOSSES = [mlp.cross_entropy, mlp.cross_entropy_gradient, smoothed_cross_entropy]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([0, 1, -1], ValueError, r"^labels holds labels from -1 to 1; allowed: 0 to 3$"),
        ([0, 1, 4], ValueError, r"^labels holds labels from 0 to 4; allowed: 0 to 3$"),
        ([0, 1, 2**32 + 1], ValueError, r"^labels holds labels from 0 to 4294967297; allowed: 0 to 3$"),
        ([0.7, 1, 2], TypeError, r"^labels holds values of type float64; allowed: whole numbers$"),
        ([0, 1], ValueError, r"^labels has the shape \(2,\); allowed: \(3,\)$"),
        ([[0], [1], [2]], ValueError, r"^labels has the shape \(3, 1\); allowed: \(3,\)$"),
    ],
)
def test_a_label_that_is_no_class_is_refused_where_labels_are_numbers(loss, labels, error, message: str) -> None:
    for given in (labels, np.array(labels)):
        with pytest.raises(error, match=message):
            loss(given, LOGITS)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("dtype", ["int32", "float32"])
@pytest.mark.parametrize("wrong", [-1, 4, 100])
def test_in_a_tensor_its_loss_is_nan_and_the_others_are_what_they_were(loss, dtype: str, wrong: int) -> None:
    right = numpy(loss(np.array([0, 1, 2]), LOGITS))
    found = numpy(loss(tensor(np.array([0, wrong, 2]), dtype=dtype), LOGITS))
    np.testing.assert_allclose(found[[0, 2]], right[[0, 2]], rtol=1e-6)
    assert np.isnan(found[1]).all() and np.isfinite(right).all()


@pytest.mark.parametrize("wrong", [0.7, -0.5, np.nan, 3e9])
def test_a_share_of_a_class_in_a_tensor_is_no_class(wrong: float) -> None:
    found = numpy(mlp.cross_entropy(tensor(np.array([0, wrong, 2], np.float32)), LOGITS))
    assert np.isnan(found).tolist() == [False, True, False]


def test_the_losses_for_training_say_nan_as_well() -> None:
    found = float(numpy(CrossEntropy()(np.array([0, 4, 2]), LOGITS)))
    assert np.isnan(found)
    assert np.isnan(float(numpy(SmoothedCrossEntropy()(np.array([[1, 4, 2]]), LOGITS[None]))))
    each = [float(numpy(mlp.cross_entropy(label, row))) for label, row in zip([0, 3, 2], LOGITS, strict=True)]
    assert float(numpy(CrossEntropy()(np.array([0, 3, 2]), LOGITS))) == pytest.approx(np.mean(each), rel=1e-5)


@pytest.mark.parametrize(
    ("smoothing", "error"), [(-1, ValueError), (1.0, ValueError), (np.nan, ValueError), ("a", TypeError)]
)
def test_a_share_to_smooth_by_is_looked_at(smoothing, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^smoothing is"):
        smoothed_cross_entropy(np.array([0, 1, 2]), LOGITS, smoothing=smoothing)


@pytest.mark.parametrize("labels", [[2.0, 0, 1], [-0.1, 0, 1], [np.nan, 0, 1]])
def test_what_is_no_probability_is_refused(labels: list[float]) -> None:
    with pytest.raises(ValueError, match=r"^labels holds a number outside 0 to 1, or NaN; allowed: probabilities$"):
        mlp.binary_cross_entropy(labels, LOGITS[:, 0])


@pytest.mark.parametrize("shape", [(3, 1), (1,), (2,)])
def test_labels_are_not_broadcast_against_logits(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"^labels has the shape .*; allowed: \(3,\) or \(\)$"):
        mlp.binary_cross_entropy(np.ones(shape, np.float32), LOGITS[:, 0])


@pytest.mark.parametrize("shape", [(2, 1), (2,), (2, 3, 1), (1, 1)])
def test_a_mask_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    ids, logits = np.zeros((2, 3), int), np.zeros((2, 3, 4), np.float32)
    with pytest.raises(ValueError, match=r"^mask has the shape .*; allowed: \(2, 3\) or \(1, 3\) or \(3,\)$"):
        mlp.next_token_cross_entropy(ids, logits, np.ones(shape, bool))


def test_masks_of_floats_are_refused() -> None:
    with pytest.raises(TypeError, match=r"^mask is of type float32; allowed: bool"):
        mlp.next_token_cross_entropy(np.zeros((2, 3), int), np.zeros((2, 3, 4)), np.zeros((2, 3), np.float32))
    with pytest.raises(TypeError, match=r"^mask is of type float64; allowed: bool"):
        mlp.perplexity([1.0, 2.0], [0.0, 1.0])


@pytest.mark.parametrize(("ids", "error"), [([2.7], TypeError), ([7], ValueError), ([-1], ValueError)])
def test_models_that_count_and_texts_that_go_on_know_ids_alone(ids: list, error: type[Exception]) -> None:
    contexts, targets = mlp.contexts_and_targets([[1, 2, 3]], 2)
    with pytest.raises(error, match=r"^context holds"):
        mlp.KneserNey(contexts, targets, 5, order=2).distribution(ids)
    if error is TypeError:
        with pytest.raises(error, match=r"^start holds"):
            mlp.generate(lambda _: np.ones(5), ids, 1)
    with pytest.raises(error, match=r"^forbidden holds"):
        mlp.generate(lambda _: np.ones(5), [1], 1, forbidden=ids)


def test_an_infinite_probability_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^probabilities holds a negative number, NaN, infinity"):
        mlp.soften([1.0, np.inf], 1.0)
