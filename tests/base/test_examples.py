"""Proves that a reader's examples come in as one table of finite numbers, each with a label, and all else is named."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.base.examples import checked_examples, checked_labels

TABLE = np.array([[0.0, 0.5], [1.0, 0.25], [0.5, 0.5]])


def test_numbers_of_any_type_come_back_as_the_type_asked_for() -> None:
    for values in (TABLE, TABLE.tolist(), TABLE.astype(np.float16)):
        checked = checked_examples("inputs", values, features=2, low=0, high=1)
        assert checked.dtype == np.float32 and np.array_equal(checked, TABLE)
    assert checked_examples("inputs", [[True, False]]).tolist() == [[1.0, 0.0]]
    assert checked_examples("inputs", [[1, 2]], dtype="float64").dtype == np.float64


def test_an_array_that_is_right_is_not_copied() -> None:
    values = TABLE.astype(np.float32)
    assert checked_examples("inputs", values) is values


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ([["a", "b"]], TypeError, r"^inputs holds values of type <U1; allowed: numbers$"),
        (None, TypeError, r"^inputs holds values of type object"),
        ([[1, 2], [3]], ValueError, r"^inputs holds examples of different lengths; allowed: \(examples, 2\)$"),
        ([1, 2], ValueError, r"^inputs has the shape \(2,\); allowed: \(examples, 2\)$"),
        ([[1, 2, 3]], ValueError, r"^inputs has the shape \(1, 3\); allowed: \(examples, 2\)$"),
        (np.zeros((3, 2, 2)), ValueError, r"flatten pictures first: images.reshape\(len\(images\), -1\)$"),
        (TABLE[:0], ValueError, r"^inputs is empty, of shape \(0, 2\); allowed: one example or more$"),
        ([[0, np.nan], [0, 1]], ValueError, r"^inputs holds NaN or infinity in 1 of 2 examples"),
        ([[0, np.nan], [np.inf, np.nan], [0, 1]], ValueError, r"^inputs holds NaN or infinity in 2 of 3 examples"),
        ([[0, np.inf]], ValueError, r"^inputs holds NaN or infinity in 1 of 1 examples"),
        ([[0, 255]], ValueError, r"^inputs holds values from 0 to 255; allowed: 0 to 1 \(divide by 255\)$"),
        ([[-0.1, 1]], ValueError, r"^inputs holds values from -0.1 to 1; allowed: 0 to 1"),
    ],
)
def test_what_is_no_table_of_numbers_is_named(values: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        checked_examples("inputs", values, features=2, low=0, high=1, reason=" (divide by 255)")


def test_a_bound_may_be_on_one_side() -> None:
    with pytest.raises(ValueError, match=r"^counts holds values from -1 to 7; allowed: 0 or more$"):
        checked_examples("counts", [[-1, 7]], low=0)


def test_every_example_has_a_label_that_is_a_class() -> None:
    assert checked_labels("inputs", [0, 2, 1], 3).tolist() == [0, 2, 1]
    assert checked_labels("inputs", [0, 2, 1], 3, num_classes=3).tolist() == [0, 2, 1]
    for labels, error, message in [
        ([0, 1], ValueError, r"^the labels of inputs have the shape \(2,\); allowed: \(3,\)$"),
        ([[0], [1], [2]], ValueError, r"^the labels of inputs have the shape \(3, 1\)"),
        ([0.0, 1.0, 1.0], TypeError, r"^the labels of inputs holds values of type float64; allowed: whole numbers$"),
        ([0, 1, 3], ValueError, r"^the labels of inputs holds labels from 0 to 3; allowed: 0 to 2$"),
    ]:
        with pytest.raises(error, match=message):
            checked_labels("inputs", labels, 3, num_classes=3)
    with pytest.raises(ValueError, match=r"^the labels of inputs holds labels from -1 to 1; allowed: 0 to 1$"):
        checked_labels("inputs", [-1, 0, 1], 3)
