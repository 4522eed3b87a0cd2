"""What tests of tensors share: numbers, NumPy arrays of any backend's tensors, gradients, compiled functions."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

numpy = keras.ops.convert_to_numpy


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    """Numbers around zero, in float32."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def value_and_gradients(layer: keras.layers.Layer, loss, *inputs: np.ndarray, **options: object):
    """The loss of a layer's outputs, its gradient for each weight, and for each input, on either backend."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tensors = [tf.constant(each) for each in inputs]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            value = loss(layer(*tensors, **options))
        gradients = tape.gradient(value, [*(one.value for one in layer.trainable_variables), *tensors])
    elif backend == "jax":
        import jax

        fixed = [each.value for each in layer.non_trainable_variables]

        def compute(weights, tensors):
            return loss(layer.stateless_call(weights, fixed, *tensors, **options)[0])

        weights = [each.value for each in layer.trainable_variables]
        value, parts = jax.value_and_grad(compute, argnums=(0, 1))(weights, list(inputs))
        gradients = [*parts[0], *parts[1]]
    else:
        raise NotImplementedError(backend)
    count = len(layer.trainable_variables)
    gradients = [numpy(each) for each in gradients]
    return float(numpy(value)), gradients[:count], gradients[count:]


def compiled(function):
    """The function, compiled by XLA on either backend."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(function, jit_compile=True)
    import jax

    return jax.jit(function)


def central_difference(weight: keras.Variable, place: tuple[int, ...], loss: Callable[[], object]) -> float:
    """The slope of a loss for one number of a weight, from moving it a little up and down; the weight is put back."""
    middle, losses = numpy(weight).copy(), []
    for step in (1e-2, -1e-2):
        moved = middle.copy()
        moved[place] += step
        weight.assign(moved)
        losses.append(float(numpy(loss())))
    weight.assign(middle)
    return (losses[0] - losses[1]) / 2e-2
