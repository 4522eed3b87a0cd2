"""Proves that a compiled call gives what the plain one gives, takes what it gave before, and sees new values."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from course_lib.training.devices import compiled


@pytest.mark.parametrize("often", [False, True])
def test_a_compiled_call_is_the_plain_one_traced_once_for_each_shape(often: bool) -> None:
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(3)])
    traced = []

    def step(inputs, kept):
        traced.append(tuple(inputs.shape))
        outputs = model(inputs) + kept["sum"]
        return outputs, {"sum": outputs}

    call = compiled(step, model, often)
    random = np.random.default_rng(0)
    for rows in (2, 4):
        expected = np.zeros((rows, 3), "float32")
        kept = {"sum": expected}
        for _ in range(4):
            kernel, inputs = random.normal(size=(3, 3)), random.normal(size=(rows, 3)).astype("float32")
            model.layers[0].kernel.assign(kernel)
            found, kept = call(inputs, kept)
            expected = inputs @ kernel + expected
            np.testing.assert_allclose(ops.convert_to_numpy(found), expected, rtol=1e-4, atol=1e-5)
            assert ops.is_tensor(kept["sum"])
    if keras.backend.backend() != "torch":
        assert traced == [(2, 3), (4, 3)]
