"""Adapters: small networks inside the layers of a frozen model."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from course_lib.base.arguments import checked_seed, require_integer
from course_lib.bert.grafting import DenseGraft, FewWeights


class Adapter(DenseGraft):
    """What comes out of a dense layer, plus a small network of it: h + f(h W₁ + b₁) W₂ + b₂, at first nearly h.

    Args:
        bottleneck: the width of the network's hidden layer.
        activation: f.
        seed: of the first weights.

    Shapes: inputs (…, width), outputs (…, units) → (…, units).

    Raises:
        TypeError: if `bottleneck` is no whole number.
        ValueError: if it is less than 1.

    Source: N. Houlsby et al., "Parameter-Efficient Transfer Learning for NLP", ICML 2019 (arXiv:1902.00751), section
    2.1.
    """

    def __init__(self, bottleneck: int, activation: str = "gelu", seed: int | None = None, **kwargs: object) -> None:
        bottleneck = require_integer("bottleneck", bottleneck, at_least=1)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.bottleneck, self.activation, self.seed = bottleneck, activation, seed
        # In the paper near zero, so that a new adapter changes next to nothing.
        draws = keras.random.SeedGenerator(seed)
        small = keras.initializers.TruncatedNormal(stddev=0.01, seed=draws)
        options = {"kernel_initializer": small, "dtype": self.dtype_policy}
        self.down = keras.layers.Dense(bottleneck, activation, name="down", **options)
        self._options = options

    def build(self, inputs_shape, outputs_shape=None) -> None:
        """Make both layers, for what comes out of a matrix of this shape."""
        units = inputs_shape[-1]
        self.down.build((None, units))
        self.up = keras.layers.Dense(units, name="up", **self._options)
        self.up.build((None, self.bottleneck))

    def call(self, inputs, outputs, training: bool = False):
        """The outputs, moved a little.

        Shapes: as for the layer.
        """
        return outputs + self.up(self.down(outputs))


@keras.saving.register_keras_serializable("course_lib")
class Adapters(FewWeights):
    """A model that learns by adapters, two in each of its layers, behind attention and behind the small network.

    Args:
        model: a model that has its weights.
        bottleneck: the width of each adapter's hidden layer.
        activation: of the hidden layers.
        targets: names of dense layers, each of which gets an adapter.
        trained: names of layers that learn as well; in the paper the norms do.
        seed: of the first weights.

    Shapes: those of the model.

    Raises:
        TypeError, ValueError: as `FewWeights` and `Adapter`.

    Source: Houlsby et al., 2019, figure 2.
    """

    def __init__(
        self,
        model: keras.Model,
        bottleneck: int = 64,
        activation: str = "gelu",
        targets: Sequence[str] = ("output", "feed_forward_output"),
        trained: Sequence[str] = (),
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        settings = {"bottleneck": bottleneck, "activation": activation}
        super().__init__(model, targets, trained, seed, settings, **kwargs)

    def make_graft(self, layer: keras.layers.Dense, name: str, seed: int | None) -> Adapter:
        """A network of two layers."""
        return Adapter(**self.settings, seed=seed, dtype=layer.dtype_policy, name=name)
