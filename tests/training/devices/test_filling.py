"""Proves that rows are written where they belong, on any backend, and that rows of another weight are refused."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib.training import devices
from tensors import numpy


@pytest.mark.parametrize(("begin", "count"), [(0, 5), (0, 2), (2, 2), (4, 1), (3, 0)])
def test_rows_are_written_and_all_others_stay(begin: int, count: int) -> None:
    weight = keras.Variable(np.arange(15, dtype=np.float32).reshape(5, 3))
    rows = -np.arange(3 * count, dtype=np.float64).reshape(count, 3)
    expected = np.array(numpy(keras.ops.copy(weight)))
    expected[begin : begin + count] = rows
    devices.put_rows(weight, begin, rows.astype(np.float32))
    np.testing.assert_array_equal(numpy(keras.ops.copy(weight)), expected)


@pytest.mark.parametrize(("begin", "shape"), [(4, (2, 3)), (-1, (1, 3)), (0, (2, 4)), (0, (2,))])
def test_rows_that_do_not_fit_are_refused(begin: int, shape: tuple[int, ...]) -> None:
    weight = keras.Variable(np.zeros((5, 3), np.float32))
    with pytest.raises(ValueError, match="rows of a weight of"):
        devices.put_rows(weight, begin, np.ones(shape, np.float32))
    assert not numpy(keras.ops.copy(weight)).any()
