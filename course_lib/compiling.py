"""One way to compile a model that is going to be trained."""

from __future__ import annotations

import keras


def compile_for_training(model: keras.Model, input_shape: object, optimizer: keras.Optimizer, **options) -> None:
    """Compile the model, with its weights and the optimiser's variables made at once.

    TensorFlow would make the optimiser's while it traces the first step, and then trace that step a second time: on two
    cores a second or more for each model.

    Args:
        model: the model.
        input_shape: the shape of a batch; a model that has its weights already does not look at it.
        optimizer: a fresh one.
        options: what else `compile` takes, such as the loss.
    """
    if not model.built:
        model.build(input_shape)
    optimizer.build(model.trainable_variables)
    model.compile(optimizer=optimizer, **options)
