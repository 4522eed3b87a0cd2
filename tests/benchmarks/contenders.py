"""What the benchmarks of layers share: gradients as compiled functions, and contenders that take turns."""

from __future__ import annotations

import time
from collections.abc import Callable

import keras
import numpy as np


def gradient_step(
    layer: keras.layers.Layer, loss: Callable[[object], object], inputs: np.ndarray | dict[str, np.ndarray]
) -> Callable[[], object]:
    """A compiled function that computes the gradient of a loss for all weights of a layer, and waits for it.

    Args:
        layer: a layer that has its weights.
        loss: calls the layer with the inputs, and makes one number of what comes out.
        inputs: what it is called with; a dictionary if it takes one.
    """
    if keras.backend.backend() == "jax":
        import jax

        fixed = [one.value for one in layer.non_trainable_variables]
        weights = [one.value for one in layer.trainable_variables]

        def loss_of(weights, inputs):
            scope = keras.StatelessScope(
                state_mapping=[
                    *zip(layer.trainable_variables, weights, strict=True),
                    *zip(layer.non_trainable_variables, fixed, strict=True),
                ]
            )
            with scope:
                return loss(inputs)

        gradient = jax.jit(jax.grad(loss_of))
        return lambda: jax.block_until_ready(gradient(weights, inputs))
    import tensorflow as tf

    @tf.function
    def gradient(inputs):
        with tf.GradientTape() as tape:
            value = loss(inputs)
        found = tape.gradient(value, [one.value for one in layer.trainable_variables])
        # That of a table is kept as the rows that were read; a weight that the loss does not know of has none.
        return tf.nest.flatten([one for one in found if one is not None], expand_composites=True)

    tensor = keras.tree.map_structure(tf.constant, inputs)
    return lambda: gradient(tensor)[0].numpy()


def best_seconds(steps: dict[str, Callable[[], object]], rounds: int, warm: int, label: str = "") -> dict[str, float]:
    """The best time of each contender, printed beside that of "ours".

    They take turns, call by call, so that a busy machine is busy for all of them; forwards and backwards, so that none
    always follows the same other, whose threads may still be waiting for work (PyTorch's do).

    Args:
        steps: what each of them does; one is called "ours".
        rounds: how many calls of each are measured.
        warm: how many come before, in which functions are compiled.
        label: what stands in front of the names.
    """
    best = dict.fromkeys(steps, float("inf"))
    for number in range(warm + rounds):
        turns = list(steps.items())
        for name, step in turns if number % 2 else reversed(turns):
            begun = time.perf_counter()
            step()
            if number >= warm:
                best[name] = min(best[name], time.perf_counter() - begun)
    for name, seconds in best.items():
        print(f"\n{label}{name:>16} {1e3 * seconds:9.2f} ms {seconds / best['ours']:6.2f} ×", end="")
    return best
