"""What the tests of attention share: sequences, weights by name, layers whose weights are nothing special."""

from __future__ import annotations

import keras
import numpy as np

numpy = keras.ops.convert_to_numpy


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    """Numbers around zero, in float32."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def stir(layer: keras.layers.Layer, seed: int = 1, scale: float = 0.5) -> None:
    """Give a built layer weights that no initialiser makes: biases that are not zero, above all."""
    random = np.random.default_rng(seed)
    layer.set_weights([random.normal(size=weight.shape) * scale for weight in layer.get_weights()])


def named_weights(layer: keras.layers.Layer) -> dict[str, np.ndarray]:
    """The weights by sublayer and name, such as "query/kernel", in float64."""
    return {
        "/".join(weight.path.split("/")[-2:]): numpy(weight).astype(np.float64) for weight in layer.trainable_weights
    }


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
