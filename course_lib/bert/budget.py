"""AdaLoRA's optimiser: it judges directions by how much the loss would miss them, and keeps to a shrinking budget."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from course_lib.base.arguments import require_integer, require_share
from course_lib.bert.ada_lora import LEFT, RIGHT, VALUES


def budget_at(step, first: int, last: int, warmup_steps: int, end_step: int):
    """How many directions may be left at a step: all at first, then fewer along a cubic, then the last number.

    Args:
        step: the step, counted from 0.
        first: how many there are.
        last: how many shall be left.
        warmup_steps: until when all stay.
        end_step: from when on only `last` are left.

    Shapes: () → (), whole numbers.

    Source: Q. Zhang et al., "AdaLoRA", ICLR 2023 (arXiv:2303.10512), equation 12, counted from the end of the warm-up
    as its authors' code does, so that the curve has no jump.
    """
    step = ops.cast(step, "float32")
    left = 1.0 - ops.clip((step - warmup_steps) / max(1, end_step - warmup_steps), 0.0, 1.0)
    return ops.cast(ops.round(last + (first - last) * left**3), "int32")  # (12)


@keras.saving.register_keras_serializable("course_lib")
class AdaLoRAOptimizer(keras.optimizers.Adam):
    """Adam that judges directions by its gradients, and sets those that matter least to zero.

    Args:
        learning_rate: a number or a schedule.
        budget: how many directions shall be left in the whole model.
        total_steps: how many steps the training has.
        warmup_steps: for how many first steps all directions stay; None for a tenth of all.
        last_steps: for how many last steps those that are left train on; None for three tenths.
        interval: every how many steps directions are judged anew.
        smoothing: β₁, how slowly importance is averaged.
        doubt: β₂, how slowly its uncertainty is.
        options: what else Adam takes.

    Raises:
        TypeError: if a number of steps or directions is no whole number.
        ValueError: if a number is out of its range, or, once there are weights, none of them is of a `SingularGraft` or
            the budget is larger than what there is.

    Source: Zhang et al., 2023, algorithm 1.
    """

    def __init__(
        self,
        learning_rate: object,
        budget: int,
        total_steps: int,
        warmup_steps: int | None = None,
        last_steps: int | None = None,
        interval: int = 1,
        smoothing: float = 0.85,
        doubt: float = 0.85,
        **options: object,
    ) -> None:
        total_steps = require_integer("total_steps", total_steps, at_least=1)
        settings = {
            "budget": require_integer("budget", budget, at_least=1),
            "total_steps": total_steps,
            "warmup_steps": require_integer(
                "warmup_steps", total_steps // 10 if warmup_steps is None else warmup_steps, at_least=0
            ),
            "last_steps": require_integer(
                "last_steps", max(1, 3 * total_steps // 10) if last_steps is None else last_steps, at_least=1
            ),
            "interval": require_integer("interval", interval, at_least=1),
            "smoothing": smoothing,
            "doubt": doubt,
        }
        for name in ("smoothing", "doubt"):
            require_share(name, settings[name])
        if settings["warmup_steps"] + settings["last_steps"] > total_steps:
            raise ValueError(
                f"warmup_steps and last_steps are {settings['warmup_steps']} and {settings['last_steps']}; "
                f"allowed: together up to total_steps, {total_steps}"
            )
        options.setdefault("name", "ada_lora")
        super().__init__(learning_rate, **options)
        self.settings = settings
        self.budget, self.total_steps, self.warmup_steps, self.last_steps, self.interval = list(settings.values())[:5]
        self.smoothing, self.doubt = smoothing, doubt

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Make Adam's averages, and for every weight of a direction those of its importance."""
        if self.built:
            return
        super().build(variables)
        # By number: what an optimiser holds as an attribute it takes for a variable of its own.
        self._numbers = _triples_of(variables)
        if not self._numbers:
            raise ValueError("the optimiser is given no weights of AdaLoRA; allowed: a model of the class AdaLoRA")
        directions = sum(variables[values].shape[0] for _, values, _ in self._numbers)
        if self.budget > directions:
            raise ValueError(f"budget is {self.budget}; allowed: up to {directions}, which is what there is")
        parts = [variables[number] for triple in self._numbers for number in triple]
        self._importance = [self.add_variable_from_reference(part, "importance") for part in parts]
        self._uncertainty = [self.add_variable_from_reference(part, "uncertainty") for part in parts]
        # Which directions are left, for all triples one behind the other.
        self._left = self.add_variable(shape=(directions,), initializer="ones", dtype="float32", name="directions_left")

    def apply(self, grads: Sequence[object], trainable_variables: Sequence[keras.Variable] | None = None) -> None:
        """One step: judge by the gradients, move as Adam does, then keep to the budget."""
        grads = list(grads)
        given = self._trainable_variables if trainable_variables is None else list(trainable_variables)
        if not self.built:
            self.build(given)
        done = ops.cast(self.iterations, "int32") + 1  # a number of its own: the counter itself is about to move
        scores = self._judge(given, grads)
        super().apply(grads, trainable_variables)
        self._spend(given, done, scores)

    def _judge(self, variables: Sequence[keras.Variable], gradients: Sequence[object]):
        """The importance of every direction, after this step's gradients.

        Shapes: (directions,).
        """
        averages = zip(self._importance, self._uncertainty, strict=True)
        scores = []
        for triple in self._numbers:
            of_parts = []
            for number in triple:
                importance, uncertainty = next(averages)
                sensitivity = ops.abs(variables[number] * gradients[number])  # (8)
                mean = self.smoothing * importance + (1 - self.smoothing) * sensitivity  # (9)
                spread = self.doubt * uncertainty + (1 - self.doubt) * ops.abs(sensitivity - mean)  # (10)
                importance.assign(mean)
                uncertainty.assign(spread)
                of_parts.append(ops.cast(mean * spread, "float32"))  # (11)
            left, values, right = of_parts
            scores.append(values + ops.mean(left, axis=0) + ops.mean(right, axis=1))  # (7)
        return ops.concatenate(scores)

    def _spend(self, variables: Sequence[keras.Variable], done, scores) -> None:
        """Set to zero the numbers of all directions but the most important ones, as many as the budget allows."""
        end_step = self.total_steps - self.last_steps
        allowed = budget_at(done, scores.shape[0], self.budget, self.warmup_steps, end_step)
        # A direction's place among all, the most important first; of equal ones the earlier.
        places = ops.argsort(ops.argsort(-scores))
        judged = ops.logical_and(done > self.warmup_steps, done <= end_step)
        judged = ops.logical_and(judged, ops.logical_or(done % self.interval == 0, done == end_step))
        left = ops.where(judged, ops.cast(places < allowed, "float32"), ops.convert_to_tensor(self._left))
        self._left.assign(left)
        # Between two judgements a direction that was set to zero may come back; after the last none does.
        holds = ops.logical_or(judged, done > end_step)
        mask = ops.where(holds, left, ops.ones_like(left))
        begin = 0
        for _, number, _ in self._numbers:
            values = variables[number]
            end = begin + values.shape[0]
            values.assign(values * ops.cast(mask[begin:end], values.dtype))
            begin = end

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), **self.settings}


def _triples_of(variables: Sequence[keras.Variable]) -> list[tuple[int, ...]]:
    """Where P, Λ and Q of every graft stand among the variables."""
    found: dict[str, dict[str, int]] = {}
    for number, variable in enumerate(variables):
        graft, _, name = variable.path.rpartition("/")
        if name in (LEFT, VALUES, RIGHT):
            found.setdefault(graft, {})[name] = number
    return [tuple(parts[name] for name in (LEFT, VALUES, RIGHT)) for parts in found.values()]
