"""A function that reads a model's weights as one compiled call, with nothing around it of what `predict` does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

# After how many calls of one shape XLA has paid for its compiling: 1 to 2 seconds and tens of megabytes, against a
# millisecond or two a call.
_PATIENCE = 1_000


def compiled(function: Callable[..., object], model: object, often: bool = False) -> Callable[..., object]:
    """The function as one compiled call, for many short steps, of which each takes in what the one before gave.

    `predict_on_batch` takes all that comes out to NumPy, and spends milliseconds on itself. Here arrays and tensors go
    in, tensors come out and stay where they were computed. It is compiled anew for each shape of what goes in; PyTorch
    compiles nothing.

    Args:
        function: takes arrays, nested or not, calls the model, and changes no variable.
        model: a model that has its weights. New values of them are seen, other variables are not.
        often: whether TensorFlow, which leaves XLA out on a CPU, compiles a shape by it all the same once it was called
            a thousand times. XLA adds up in another order: numbers move by rounding then.

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

    # TensorFlow would need half a millisecond to find the trace that fits, which is as long as a short step.
    traces: dict[tuple[object, ...], Callable[..., object]] = {}
    calls: Counter[tuple[object, ...]] = Counter()

    def traced(tensors, by_xla: bool):
        return tf.function(function, autograph=False, jit_compile=by_xla).get_concrete_function(*tensors)

    def call(*arguments):
        tensors = keras.tree.map_structure(tf.convert_to_tensor, arguments)
        key = tuple((*tensor.shape, tensor.dtype) for tensor in keras.tree.flatten(tensors))
        if key not in traces:
            traces[key] = traced(tensors, model.jit_compile)
        calls[key] += 1
        if often and calls[key] == _PATIENCE and not model.jit_compile:
            faster = traced(tensors, by_xla=True)
            try:
                found = faster(*tensors)
            except tf.errors.OpError:  # something in it, such as a layer on cuDNN, is not for XLA
                return traces[key](*tensors)
            traces[key] = faster
            return found
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
