"""The gradient of what a function gives with respect to what it is given, on any backend."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def gradients(function: Callable[[object], object], inputs: np.ndarray) -> np.ndarray:
    """∂ Σ function(inputs) / ∂ inputs: of a function that treats each example by itself, the gradient of each.

    Weights of a model that the function calls are read and not changed.

    Args:
        function: takes a tensor of the backend, uses `keras.ops` alone, and returns a tensor.
        inputs: the numbers at which the gradient is taken.

    Returns:
        An array of the shape of `inputs`, float32.
    """
    import keras

    inputs = np.asarray(inputs, np.float32)
    backend = keras.backend.backend()
    if backend == "tensorflow":
        return _on_tensorflow(function, inputs)
    return _on_jax(function, inputs) if backend == "jax" else _on_torch(function, inputs)


def _on_tensorflow(function: Callable[[object], object], inputs: np.ndarray) -> np.ndarray:
    import tensorflow as tf

    given = tf.convert_to_tensor(inputs)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(given)
        total = tf.reduce_sum(function(given))
    found = tape.gradient(total, given)
    return np.zeros_like(inputs) if found is None else found.numpy()


def _on_jax(function: Callable[[object], object], inputs: np.ndarray) -> np.ndarray:
    import jax

    return np.asarray(jax.grad(lambda given: function(given).sum())(jax.numpy.asarray(inputs)))


def _on_torch(function: Callable[[object], object], inputs: np.ndarray) -> np.ndarray:
    import keras
    import torch

    given = keras.ops.convert_to_tensor(inputs).detach().requires_grad_(True)
    (found,) = torch.autograd.grad(function(given).sum(), [given], allow_unused=True)
    return np.zeros_like(inputs) if found is None else found.detach().cpu().numpy()
