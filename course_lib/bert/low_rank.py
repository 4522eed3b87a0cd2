"""LoRA: what fine-tuning changes in a matrix is written as the product of a tall one and a wide one."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from course_lib.base.arguments import checked_seed, require_integer, require_positive, require_share
from course_lib.bert.grafting import DenseGraft, FewWeights


class LowRankGraft(DenseGraft):
    """x W + b becomes x W + b + (α / r) x A B, where B begins with zeros.

    Args:
        rank: r, how many columns A has, and B rows.
        alpha: α; None for r, so that the factor is 1.
        dropout: the share of x that is set to zero on its way into A in training.
        seed: of A and of the dropout.

    Shapes: inputs (…, width), outputs (…, units) → (…, units).

    Raises:
        TypeError: if `rank` is no whole number.
        ValueError: if it is less than 1, `alpha` not above 0, or `dropout` not from 0 to less than 1.

    Source: E. Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021 (arXiv:2106.09685), equation 3.
    """

    def __init__(
        self, rank: int, alpha: float | None = None, dropout: float = 0.0, seed: int | None = None, **kwargs: object
    ) -> None:
        rank = require_integer("rank", rank, at_least=1)
        alpha = float(rank) if alpha is None else alpha
        require_positive("alpha", alpha)
        require_share("dropout", dropout)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.rank, self.alpha, self.dropout, self.seed = rank, alpha, dropout, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, inputs_shape, outputs_shape=None) -> None:
        """Make A and B for a matrix of this shape."""
        width, units = inputs_shape
        small = keras.initializers.RandomNormal(stddev=width**-0.5, seed=self.seed)
        self.down = self.add_weight(shape=(width, self.rank), initializer=small, name="down")
        self.up = self.add_weight(shape=(self.rank, units), initializer="zeros", name="up")

    def call(self, inputs, outputs, training: bool = False):
        """Add the change.

        Shapes: as for the layer.
        """
        if self.dropout and training:
            inputs = keras.random.dropout(inputs, self.dropout, seed=self.seed_generator)
        return outputs + (self.alpha / self.rank) * ops.matmul(ops.matmul(inputs, self.down), self.up)  # (3)

    def change(self):
        """What is added to the matrix: (α / r) A B.

        Shapes: (width, units).
        """
        return (self.alpha / self.rank) * ops.matmul(self.down.value, self.up.value)


class Merging(FewWeights):
    """Grafts that are a change of a matrix: `change()`, of its shape."""

    def merge(self) -> keras.Model:
        """Add the changes to the model's own matrices, take the grafts off, and give the model back."""
        for layer, graft in zip(self.grafted().values(), self.grafts, strict=True):
            layer.kernel.assign(layer.kernel + ops.cast(graft.change(), layer.kernel.dtype))
        return self.prune()


@keras.saving.register_keras_serializable("course_lib")
class LoRA(Merging):
    """A model that learns by `LowRankGraft` alone.

    Args:
        model: a model that has its weights.
        rank: of every change.
        alpha: what a change is multiplied with, times the rank; None for the rank.
        dropout: as for `LowRankGraft`.
        targets: names of dense layers.
        trained: names of layers that learn as well.
        seed: of the first weights and of the dropout.

    Shapes: those of the model.

    Raises:
        TypeError, ValueError: as `FewWeights` and `LowRankGraft`.

    Source: Hu et al., 2021, section 4; queries and values after their table 5.
    """

    def __init__(
        self,
        model: keras.Model,
        rank: int = 8,
        alpha: float | None = None,
        dropout: float = 0.0,
        targets: Sequence[str] = ("query", "value"),
        trained: Sequence[str] = (),
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        settings = {"rank": rank, "alpha": alpha, "dropout": dropout}
        super().__init__(model, targets, trained, seed, settings, **kwargs)

    def make_graft(self, layer: keras.layers.Dense, name: str, seed: int | None) -> LowRankGraft:
        """A and B."""
        return LowRankGraft(**self.settings, seed=seed, dtype=layer.dtype_policy, name=name)
