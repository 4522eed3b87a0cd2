"""Proves that a compiled call gives what the plain one gives, takes what it gave before, and sees new values."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from course_lib.training.devices import compiled


@pytest.mark.seconds
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


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow alone leaves XLA out")
def test_a_shape_that_is_called_often_is_compiled_by_xla_in_the_end_and_gives_the_same(monkeypatch) -> None:
    import tensorflow as tf

    monkeypatch.setattr("course_lib.training.devices.compilation._PATIENCE", 3)
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(3)])
    inputs, made = np.ones((2, 3), "float32"), []
    function = tf.function

    def noted(*given, **how):
        made.append(how["jit_compile"])
        return function(*given, **how)

    monkeypatch.setattr(tf, "function", noted)
    call, never = compiled(model, model, often=True), compiled(model, model)
    for _ in range(5):
        np.testing.assert_allclose(call(inputs), model(inputs), rtol=1e-5)
        never(inputs)
    assert made == [False, False, True]


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow alone leaves XLA out")
def test_what_xla_cannot_compile_goes_on_without_it(monkeypatch) -> None:
    import tensorflow as tf

    monkeypatch.setattr("course_lib.training.devices.compilation._PATIENCE", 2)
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(3)])

    def with_something_outside(inputs):
        return tf.numpy_function(lambda values: values + 1, [model(inputs)], tf.float32)

    call, inputs = compiled(with_something_outside, model, often=True), np.ones((2, 3), "float32")
    for _ in range(4):
        np.testing.assert_allclose(call(inputs), model(inputs) + 1, rtol=1e-5)
