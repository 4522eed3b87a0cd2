"""A learning rate for each layer: the lower a layer, the more general what it knows, and the smaller its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import keras
from keras import ops

from course_lib.base.arguments import require_integer, require_not_negative, require_positive

# The names of weights that are not drawn towards zero: shifts, and a norm's scales.
_NOT_DECAYED = ("bias", "beta", "gamma")


def rates_by_layer(num_layers: int, decay: float) -> dict[str, float]:
    """What the learning rate is multiplied with: 1 above the encoder, `decay` in its last layer, and so on down.

    Args:
        num_layers: how many layers the encoder has.
        decay: by how much the rate shrinks from a layer to the one below it, above 0 and up to 1.

    Returns:
        Factors by a piece of the paths of weights, as `LayerwiseAdam` takes them.

    Raises:
        TypeError: if `num_layers` is no whole number.
        ValueError: if it is less than 1, or `decay` is out of its range.

    Source: Sun et al., 2019, section 5.3.4, after J. Howard and S. Ruder, 2018 (arXiv:1801.06146), section 3.2.
    """
    require_integer("num_layers", num_layers, at_least=1)
    require_positive("decay", decay)
    if decay > 1:
        raise ValueError(f"decay is {decay}; allowed: above 0 and up to 1")
    # θᵏ⁻¹ = ξ · θᵏ, where ξ is the decay
    layers = {f"/layer_{number}/": decay ** (num_layers - number) for number in range(num_layers)}
    return {"/embeddings/": decay ** (num_layers + 1), **layers}


@keras.saving.register_keras_serializable("course_lib")
class LayerwiseAdam(keras.optimizers.Adam):
    """AdamW with a learning rate for each layer, the same on every backend.

    To scale gradients would not do: Adam divides by their size.

    Args:
        learning_rate: a number or a schedule.
        factors: by a piece of a weight's path what its learning rate is multiplied with; a weight whose path holds none
            of the pieces has the whole rate.
        decay: what share of a weight a step with a learning rate of 1 takes from it, biases and norms left out.
        options: what else Adam takes.

    Raises:
        TypeError: if a factor is no number.
        ValueError: if a factor is not above 0, `decay` is negative, or a weight's path holds two of the pieces.

    Source: I. Loshchilov and F. Hutter, 2019 (arXiv:1711.05101), for the decay.
    """

    def __init__(
        self,
        learning_rate: object,
        factors: Mapping[str, float] | None = None,
        decay: float = 0.01,
        **options: object,
    ) -> None:
        factors = dict(factors or {})
        for piece, factor in factors.items():
            require_positive(f"factors[{piece!r}]", factor)
        require_not_negative("decay", decay)
        options.setdefault("name", "layerwise_adam")
        super().__init__(learning_rate, **options)
        self.factors, self.decay = factors, decay

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Make Adam's averages, and look up every weight's factor."""
        if self.built:
            return
        super().build(variables)
        self._factor_of = [self._factor(variable.path) for variable in variables]
        self._decay_of = [
            0.0 if variable.path.rpartition("/")[2] in _NOT_DECAYED else self.decay for variable in variables
        ]

    def _factor(self, path: str) -> float:
        found = [piece for piece in self.factors if piece in f"/{path}"]
        if len(found) > 1:
            raise ValueError(f"factors holds {found[0]!r} and {found[1]!r}, both in {path}; allowed: one of them")
        return self.factors[found[0]] if found else 1.0

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Move one weight.

        Shapes: gradient as the weight, learning_rate ().
        """
        number = self._get_variable_index(variable)
        rate = ops.cast(learning_rate, variable.dtype) * self._factor_of[number]
        if decay := self._decay_of[number]:
            self.assign_sub(variable, ops.multiply(rate * decay, variable))
        super().update_step(gradient, variable, rate)

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), "factors": self.factors, "decay": self.decay}
