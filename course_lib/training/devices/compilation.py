"""A function that reads a model's weights as one compiled call, with nothing around it of what `predict` does."""

from __future__ import annotations

from collections.abc import Callable


def compiled(function: Callable[..., object], model: object, often: bool = False) -> Callable[..., object]:
    """The function as one compiled call, for many short steps, of which each takes in what the one before gave.

    `predict_on_batch` takes all that comes out to NumPy, and spends milliseconds on itself. Here arrays and tensors go
    in, tensors come out and stay where they were computed. It is compiled anew for each shape of what goes in; PyTorch
    compiles nothing.

    Args:
        function: takes arrays, nested or not, calls the model, and changes no variable.
        model: a model that has its weights. New values of them are seen, other variables are not.
        often: whether a shape is called so often that it pays to have TensorFlow compile it by XLA on a CPU too, which
            takes about three times as long.

    Returns:
        A function of the same arguments.
    """
    import keras

    backend = keras.backend.backend()
    if backend == "tensorflow":
        return _on_tensorflow(function, model, often)
    return _on_jax(function, model) if backend == "jax" else _on_torch(function)


def _on_tensorflow(function: Callable[..., object], model: object, often: bool) -> Callable[..., object]:
    import keras
    import tensorflow as tf

    # Keras leaves XLA out on a CPU; a layer on cuDNN can do without it alone.
    by_xla = all(layer.supports_jit for layer in model._flatten_layers()) if often else model.jit_compile
    # TensorFlow would need half a millisecond to find the trace that fits, which is as long as a short step.
    traces: dict[tuple[object, ...], Callable[..., object]] = {}

    def call(*arguments):
        tensors = keras.tree.map_structure(tf.convert_to_tensor, arguments)
        key = tuple((*tensor.shape, tensor.dtype) for tensor in keras.tree.flatten(tensors))
        if key not in traces:
            traced = tf.function(function, autograph=False, jit_compile=by_xla)
            traces[key] = traced.get_concrete_function(*tensors)
        return traces[key](*tensors)

    return call


def _on_jax(function: Callable[..., object], model: object) -> Callable[..., object]:
    import jax
    import keras

    variables = model.variables

    @jax.jit
    def call(values, arguments):
        with keras.StatelessScope(state_mapping=zip(variables, values, strict=True)):
            return function(*arguments)

    return lambda *arguments: call([variable.value for variable in variables], arguments)


def _on_torch(function: Callable[..., object]) -> Callable[..., object]:
    import keras
    import torch

    def call(*arguments):
        with torch.no_grad():
            return function(*keras.tree.map_structure(keras.ops.convert_to_tensor, arguments))

    return call
