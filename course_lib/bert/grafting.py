"""Few weights on a large model: the model stays as it is, and small layers are grafted on some of its layers.

A grafted layer hands its inputs to the graft, which makes the outputs with the layer's own weights and a few more. The
model's code does not change, so this serves every model of the course; where a graft is taken off, nothing is left.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from course_lib.base.arguments import checked_seed, require_words
from course_lib.base.errors import DataCorrupt
from course_lib.base.files import write_atomically
from course_lib.bert.freezing import all_layers, set_trainable
from course_lib.mlp.seeds import offset_seed


class Graft(keras.layers.Layer):
    """A few weights for one layer of a frozen model; whoever made the graft saves it."""

    def around(self, layer: keras.layers.Layer) -> Callable:
        """What the layer does from now on, in place of its `call`.

        Args:
            layer: the layer, with its weights.
        """
        raise NotImplementedError


class DenseGraft(Graft):
    """A few weights for a dense layer; they change what comes out of x W + b, before its activation."""

    def around(self, layer: keras.layers.Dense) -> Callable:
        """The dense layer with this in its middle."""

        def call(inputs, training: bool = False):
            outputs = keras.ops.matmul(inputs, layer.kernel)
            if layer.use_bias:
                outputs = outputs + layer.bias
            outputs = self(inputs, outputs, training=training)
            return outputs if layer.activation is None else layer.activation(outputs)

        return call


class FewWeights(keras.Model):
    """A model whose own weights are frozen, with grafts that learn in their place; each method is a class of its own.

    Args:
        model: a model that has its weights.
        targets: names of layers, such as ("query", "value"); every layer of such a name gets a graft.
        trained: names of layers that learn as well, such as "head", the last layer of a `BertClassifier`.
        seed: of the grafts' first weights and of what they draw.
        settings: what else the method's grafts are made with.

    Raises:
        TypeError: if `targets` or `trained` is one str.
        ValueError: if the model has no weights yet or grafts already, or no layer of such a name.
    """

    # What kind of layer is grafted on.
    KIND: type[keras.layers.Layer] = keras.layers.Dense

    def __init__(
        self,
        model: keras.Model,
        targets: Sequence[str],
        trained: Sequence[str] = (),
        seed: int | None = None,
        settings: Mapping[str, object] | None = None,
        **kwargs: object,
    ) -> None:
        seed = checked_seed(seed)
        for name, names in (("targets", targets), ("trained", trained)):
            require_words(name, names)
        if not model.built:
            raise ValueError("model has no weights yet; allowed: one that was called once, or built")
        super().__init__(**kwargs)
        self.model, self.targets, self.trained, self.seed = model, tuple(targets), tuple(trained), seed
        self.settings = dict(settings or {})
        self._freeze()
        self.grafts = []
        for number, layer in enumerate(self.grafted().values()):
            if "call" in vars(layer):
                raise ValueError(f"model has a graft on {layer.path} already; allowed: one that is pruned or merged")
            graft = self.make_graft(layer, f"graft_{number}", offset_seed(seed, number))
            graft.build(self.shape_of(layer))
            self.grafts.append(graft)
        for layer, graft in zip(self.grafted().values(), self.grafts, strict=True):
            layer.call = graft.around(layer)
        self.built = True

    def make_graft(self, layer: keras.layers.Layer, name: str, seed: int | None) -> Graft:
        """The graft for one layer.

        Args:
            layer: the layer.
            name: what the graft is called.
            seed: of its first weights.
        """
        raise NotImplementedError

    def shape_of(self, layer: keras.layers.Layer) -> tuple[int, ...]:
        """What a graft is built for: of a dense layer the shape of its matrix."""
        return tuple(layer.kernel.shape)

    def grafted(self) -> dict[str, keras.layers.Layer]:
        """The layers that have a graft, by their paths below the model, in the order of the grafts.

        Raises:
            ValueError: if there is none of one of the names.
        """
        there = [layer for layer in all_layers(self.model) if isinstance(layer, self.KIND) and layer.built]
        for name in self.targets:
            if name not in {layer.name for layer in there}:
                names = ", ".join(sorted({layer.name for layer in there}))
                raise ValueError(f"targets holds {name!r}; allowed: names of {self.KIND.__name__} layers: {names}")
        return {_below(layer.path): layer for layer in there if layer.name in self.targets}

    def _freeze(self) -> None:
        """Freeze all layers but those that are to learn."""
        layers = list(all_layers(self.model))
        for name in self.trained:
            if name not in {layer.name for layer in layers}:
                raise ValueError(f"trained holds {name!r}; allowed: names of the model's layers")
        set_trainable(self.model, False)
        for layer in layers:
            if layer.name in self.trained:
                set_trainable(layer, True)

    def build(self, input_shape: object = None) -> None:
        """All weights are there already."""
        self.built = True

    def call(self, inputs, training: bool = False):
        """What the model makes of the inputs, grafts included.

        Shapes: those of the model.
        """
        return self.model(inputs, training=training)

    def prune(self) -> keras.Model:
        """Take the grafts off, and give the model back as it was before; its weights may learn again."""
        for layer in self.grafted().values():
            del layer.call
        set_trainable(self.model, True)
        return self.model

    def save_few(self, path: Path | str) -> None:
        """Write the weights that learn, and no others, to a file of arrays (`.npz`).

        Args:
            path: the file.
        """
        buffer = io.BytesIO()
        np.savez(buffer, **{name: keras.ops.convert_to_numpy(weight) for name, weight in self._few().items()})
        write_atomically(Path(path), buffer.getvalue())

    def load_few(self, path: Path | str) -> None:
        """Read what `save_few` wrote for the same method on the same model.

        Args:
            path: the file.

        Raises:
            DataCorrupt: if it holds other arrays; then no weight is changed.
            OSError: if it cannot be read.
        """
        few = self._few()
        try:
            with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                found = {name: arrays[name] for name in arrays.files}
        except OSError:
            raise
        # NumPy may stumble over a damaged file in any way.
        except Exception as problem:
            raise DataCorrupt(f"{path}: no file of arrays, or a damaged one ({problem})") from problem
        for name in sorted({*few, *found}):
            here = tuple(few[name].shape) if name in few else "none of this model"
            there = found[name].shape if name in found else "missing"
            if here != there:
                raise DataCorrupt(f"{path}: the array {name} is {there}; expected {here}")
        for name, weight in few.items():
            weight.assign(found[name])

    def _few(self) -> dict[str, keras.Variable]:
        """The weights that learn, by names that are the same in every process."""
        grafts = {
            f"{path}/{weight.path.rpartition(f'{graft.name}/')[2]}": weight
            for path, graft in zip(self.grafted(), self.grafts, strict=True)
            for weight in graft.trainable_variables
        }
        # A frozen model says that it has none; those of its layers that learn know better.
        own = [weight for weight in self.model.variables if weight.trainable]
        return {**grafts, **{_below(weight.path): weight for weight in own}}

    def get_config(self) -> dict:
        """The model, and all arguments."""
        own = {"targets": list(self.targets), "trained": list(self.trained), "seed": self.seed, **self.settings}
        return {**super().get_config(), "model": keras.saving.serialize_keras_object(self.model), **own}

    @classmethod
    def from_config(cls, config: dict) -> FewWeights:
        """Make the model first."""
        return cls(keras.saving.deserialize_keras_object(config.pop("model")), **config)


def _below(path: str) -> str:
    """A path without the model's own name, which Keras numbers."""
    return path.partition("/")[2] or path
