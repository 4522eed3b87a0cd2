"""What becomes of a step on JAX: its operations, what it keeps for the way back, and what devices tell each other."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from course_lib.base.errors import EnvironmentProblem

# A line of the compiled program: a name, its type, and what gives it.
_EXCHANGES = re.compile(
    r"^.* = .*?\b(all-reduce|all-gather|reduce-scatter|all-to-all|collective-permute)(?:-start)?\(", re.MULTILINE
)

Loss = Callable[[object, object], object]


@dataclass(frozen=True)
class Counted:
    """A step, before it is compiled.

    Args:
        forward_flops: operations of the forward pass.
        flops: operations of the forward pass and of the way back.
        kept_bytes: what the forward pass keeps for the way back, besides the weights.
    """

    forward_flops: float
    flops: float
    kept_bytes: int


def count_step(model: object, loss: Loss, inputs: object, targets: object) -> Counted:
    """What a step computes and keeps, as JAX writes it down; nothing is compiled and nothing computed.

    Every operation counts, those of norms and activations as well, before a compiler leaves out what is computed twice.

    Args:
        model: a Keras model that has its weights.
        loss: of targets and outputs, one number.
        inputs: a batch.
        targets: its targets.

    Raises:
        EnvironmentProblem: if Keras does not run on JAX.
    """
    forward, values = _forward_of(model)
    import jax

    def value(trainable):
        return loss(targets, forward(trainable, values[1], inputs))

    forwards = jax.jit(lambda trainable: forward(trainable, values[1], inputs)).lower(values[0]).cost_analysis()
    both = jax.jit(jax.value_and_grad(value)).lower(values[0]).cost_analysis()
    # The function that goes back holds what was kept for it.
    back = jax.eval_shape(lambda trainable: jax.vjp(value, trainable)[1], values[0])
    kept = _bytes(jax.tree.leaves(back)) - _bytes(values[0])
    return Counted(float(forwards["flops"]), float(both["flops"]), max(0, kept))


def exchanges(model: object, inputs: object, loss: Loss | None = None, targets: object = None) -> dict[str, int]:
    """How often devices tell each other something in a forward pass, by kind; with a loss on the way back as well.

    Args:
        model: a Keras model that has its weights, where the distribution in use has put them.
        inputs: a batch.
        loss: of targets and outputs, one number.
        targets: the batch's.

    Raises:
        EnvironmentProblem: if Keras does not run on JAX.
    """
    forward, values = _forward_of(model)
    import jax

    def value(trainable, others, given, wanted):
        return loss(wanted, forward(trainable, others, given))

    if loss is None:
        lowered = jax.jit(forward).lower(*values, _placed(inputs))
    else:
        lowered = jax.jit(jax.grad(value)).lower(*values, _placed(inputs), _placed(targets))
    return dict(Counter(_EXCHANGES.findall(lowered.compile().as_text())))


def _forward_of(model: object) -> tuple[Callable[..., object], list[list[object]]]:
    """The forward pass as a function of weights, other variables and a batch; and the values of both."""
    import keras

    if keras.backend.backend() != "jax":
        raise EnvironmentProblem(
            f"steps are inspected on JAX alone, and Keras runs on {keras.backend.backend()!r}; set KERAS_BACKEND=jax"
        )

    def forward(trainable, others, given):
        outputs, _ = model.stateless_call(trainable, others, given, training=True)
        return outputs

    groups = (model.trainable_variables, model.non_trainable_variables)
    return forward, [[variable.value for variable in group] for group in groups]


def _placed(batch: object) -> object:
    """A batch where the distribution in use would put it."""
    import keras

    engine = keras.distribution.distribution()
    if engine is None:
        return batch
    return keras.tree.map_structure(
        lambda part: keras.distribution.distribute_tensor(part, engine.get_data_layout(part.shape)), batch
    )


def _bytes(arrays: list[object]) -> int:
    return sum(math.prod(array.shape) * array.dtype.itemsize for array in arrays)
