"""One way to compile a model that is going to be trained, to begin again with it, and the optimiser of most."""

from __future__ import annotations

from collections.abc import Callable

import keras

from course_lib.training import devices

# Small networks spend most of their time between two steps; so many steps in one call spare it.
STEPS_IN_A_CALL = 8


def compile_for_training(
    model: keras.Model,
    input_shape: object,
    optimizer: keras.Optimizer,
    short_steps: int | None = None,
    **options: object,
) -> None:
    """Compile the model, with its weights and the optimiser's variables made at once.

    TensorFlow would make the optimiser's while it traces the first step, and then trace that step a second time: on two
    cores a second or more for each model.

    Args:
        model: the model.
        input_shape: the shape of a batch; a model that has its weights already does not look at it.
        optimizer: a fresh one.
        short_steps: how many steps an epoch has, if they are so short that several had better run in one call,
            where the backend can.
        options: what else `compile` takes, such as the loss.
    """
    if not model.built:
        model.build(input_shape)
    optimizer.build(model.trainable_variables)
    if short_steps is not None:
        options["steps_per_execution"] = devices.steps_in_a_call(min(short_steps, STEPS_IN_A_CALL))
    model.compile(optimizer=optimizer, **options)


def starting_point(model: keras.Model) -> Callable[[], None]:
    """Remember a compiled model as it is now, so that it can be trained from here more than once.

    Args:
        model: a model whose weights and optimiser's variables are made.

    Returns:
        A function that puts the weights and the optimiser's state back. Where the model draws random numbers, their
        sequence goes on: each training draws other ones.
    """
    variables = [*model.weights, *model.optimizer.variables]
    values = [keras.ops.convert_to_numpy(variable) for variable in variables]

    def begin_again() -> None:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)

    return begin_again


def adamw(learning_rate: object, weight_decay: float, **options: object) -> keras.Optimizer:
    """AdamW; without decay it is plain Adam, for Keras's AdamW goes through all weights to take nothing from them.

    Args:
        learning_rate: a number or a schedule.
        weight_decay: what share of a weight a step with a learning rate of 1 would take from it; 0 for none.
        options: what else Adam takes.

    Source: Loshchilov and Hutter (2019).
    """
    return keras.optimizers.Adam(learning_rate, weight_decay=weight_decay or None, **options)
