"""AdaLoRA: a budget of ranks for a whole model, spent where they matter.

Each change is kept as P Λ Q, as a singular value decomposition writes it: a direction is a column of P, a number of Λ
and a row of Q, and to set its number to zero takes it away. Which ones go, `budget.py` says.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from course_lib.base.arguments import checked_seed, require_integer, require_not_negative
from course_lib.bert.grafting import DenseGraft
from course_lib.bert.low_rank import Merging
from course_lib.bert.matrices import MATRICES

# How the weights of a graft are called, by which the optimiser knows them.
LEFT, VALUES, RIGHT = "left_directions", "singular_values", "right_directions"


class SingularGraft(DenseGraft):
    """x W + b becomes x W + b + x P Λ Q, where Λ begins with zeros and P and Q are kept nearly orthogonal by the loss.

    Args:
        rank: how many directions there are.
        orthogonality: γ, what the distance of PᵀP and QQᵀ from the identity costs.
        seed: of P and Q.

    Shapes: inputs (…, width), outputs (…, units) → (…, units).

    Raises:
        TypeError: if `rank` is no whole number.
        ValueError: if it is less than 1, or `orthogonality` is negative.

    Source: Zhang et al., 2023, equations 3 and 4.
    """

    def __init__(self, rank: int, orthogonality: float = 0.1, seed: int | None = None, **kwargs: object) -> None:
        rank = require_integer("rank", rank, at_least=1)
        require_not_negative("orthogonality", orthogonality)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.rank, self.orthogonality, self.seed = rank, orthogonality, seed

    def build(self, inputs_shape, outputs_shape=None) -> None:
        """Make P, Λ and Q for a matrix of this shape."""
        width, units = inputs_shape
        draws = keras.random.SeedGenerator(self.seed)
        for name, shape in ((LEFT, (width, self.rank)), (RIGHT, (self.rank, units))):
            # Each direction begins with a length of about 1.
            unit = keras.initializers.RandomNormal(stddev=max(shape) ** -0.5, seed=draws)
            setattr(self, name, self.add_weight(shape=shape, initializer=unit, name=name))
        self.singular_values = self.add_weight(shape=(self.rank,), initializer="zeros", name=VALUES)

    def call(self, inputs, outputs, training: bool = False):
        """Add the change.

        Shapes: as for the layer.
        """
        if training and self.orthogonality:
            self.add_loss(self.orthogonality * self.crookedness())
        scaled = ops.matmul(inputs, self.left_directions) * self.singular_values
        return outputs + ops.matmul(scaled, self.right_directions)  # (3)

    def crookedness(self):
        """‖PᵀP − I‖² + ‖QQᵀ − I‖², in float32.

        Shapes: ().
        """
        left, right = (ops.cast(one, "float32") for one in (self.left_directions, self.right_directions))
        identity = ops.eye(self.rank, dtype="float32")
        return ops.sum((ops.matmul(ops.transpose(left), left) - identity) ** 2) + ops.sum(
            (ops.matmul(right, ops.transpose(right)) - identity) ** 2
        )  # (4)

    def change(self):
        """What is added to the matrix: P Λ Q.

        Shapes: (width, units).
        """
        return ops.matmul(self.left_directions.value * self.singular_values.value, self.right_directions.value)


@keras.saving.register_keras_serializable("course_lib")
class AdaLoRA(Merging):
    """A model that learns by `SingularGraft` alone; `AdaLoRAOptimizer` trains it, and spends the budget.

    Args:
        model: a model that has its weights.
        rank: of every change at first.
        orthogonality: as for `SingularGraft`.
        targets: names of dense layers.
        trained: names of layers that learn as well.
        seed: of the first weights.

    Shapes: those of the model.

    Raises:
        TypeError, ValueError: as `FewWeights` and `SingularGraft`.

    Source: Zhang et al., 2023, section 3; the paper grafts on all six matrices of a layer.
    """

    def __init__(
        self,
        model: keras.Model,
        rank: int = 12,
        orthogonality: float = 0.1,
        targets: Sequence[str] = MATRICES,
        trained: Sequence[str] = (),
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        settings = {"rank": rank, "orthogonality": orthogonality}
        super().__init__(model, targets, trained, seed, settings, **kwargs)

    def make_graft(self, layer: keras.layers.Dense, name: str, seed: int | None) -> SingularGraft:
        """P, Λ and Q."""
        return SingularGraft(**self.settings, seed=seed, dtype=layer.dtype_policy, name=name)

    def ranks(self) -> dict[str, int]:
        """How many directions each grafted layer has left: the numbers of Λ that are not zero."""
        return {
            path: int((ops.convert_to_numpy(graft.singular_values) != 0).sum())
            for path, graft in zip(self.grafted(), self.grafts, strict=True)
        }
