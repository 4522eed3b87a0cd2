"""The autoencoder: an encoder, a code, a decoder."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from course_lib.autoencoder.constraints import Corruption, SparsityPenalty
from course_lib.autoencoder.losses import LOSSES
from course_lib.base.arguments import require_choice, require_integer, require_widths
from course_lib.base.language import tr


@keras.saving.register_keras_serializable("course_lib")
class Autoencoder(keras.Model):
    """A network that gives back its input through a code.

    Without hidden layers and with `loss="squared_error"` both halves are linear, and the best code is that of principal
    components.

    Args:
        input_dim: how many numbers an example has.
        code_dim: how many numbers the code has. It must be fewer than `input_dim`, unless a corruption or a sparsity
            penalty keeps the network from merely copying.
        hidden_dims: the widths of the encoder's hidden layers; the decoder has the same in reverse order.
        loss: `"cross_entropy"`, `"squared_error"` or `"words"`. It decides what the outputs mean: logits of shades from
            0 to 1, plain values, or logits over a vocabulary.
        activation: of the hidden layers.
        code_activation: of the code; a linear code may take any value.
        corruption: spoils the inputs during training, which makes it a denoising autoencoder.
        sparsity: the price of an active code.
        seed: of the first weights.

    Shapes: inputs (batch, input_dim) → outputs (batch, input_dim), by way of the code (batch, code_dim).

    Raises:
        TypeError: if a size is no whole number.
        ValueError: if a size is less than 1, the loss unknown, or the code as wide as the input without anything that
            keeps the network from copying.

    Source: G. Hinton, R. Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", 2006.
    """

    def __init__(
        self,
        input_dim: int,
        code_dim: int,
        hidden_dims: Sequence[int] = (),
        loss: str = "cross_entropy",
        activation: str = "relu",
        code_activation: str = "linear",
        corruption: Corruption | None = None,
        sparsity: SparsityPenalty | None = None,
        seed: int = 0,
        **kwargs,
    ) -> None:
        require_integer("input_dim", input_dim, at_least=1)
        require_integer("code_dim", code_dim, at_least=1)
        hidden_dims = require_widths("hidden_dims", hidden_dims)
        require_choice("loss", loss, LOSSES)
        if code_dim >= input_dim and corruption is None and sparsity is None:
            raise ValueError(
                tr(
                    f"code_dim is {code_dim} and the input has {input_dim} numbers: such a code can keep everything; "
                    f"allowed: 1 to {input_dim - 1}, or any with a corruption or a sparsity penalty",
                    f"code_dim 是 {code_dim}，而输入有 {input_dim} 个数：这样的编码可以原样保存一切；"
                    f"可用的是 1 到 {input_dim - 1}，加了噪声或稀疏惩罚时不限",
                )
            )
        super().__init__(**kwargs)
        self.input_dim, self.code_dim, self.hidden_dims = int(input_dim), int(code_dim), hidden_dims
        self.loss_kind, self.activation, self.code_activation = loss, activation, code_activation
        self.corruption, self.sparsity, self.seed = corruption, sparsity, require_integer("seed", seed, at_least=0)
        seeds = iter(np.random.SeedSequence(self.seed).generate_state(2 * len(self.hidden_dims) + 2) >> 1)

        def dense(width: int, activation: str, **options) -> keras.layers.Dense:
            first_weights = keras.initializers.GlorotUniform(seed=int(next(seeds)))
            return keras.layers.Dense(width, activation=activation, kernel_initializer=first_weights, **options)

        policy = self.dtype_policy
        self.encoder = keras.Sequential(
            [
                keras.Input((self.input_dim,)),
                *(dense(width, activation, dtype=policy) for width in self.hidden_dims),
                dense(self.code_dim, code_activation, dtype=policy, name="code"),
            ],
            name="encoder",
        )
        self.decoder = keras.Sequential(
            [
                keras.Input((self.code_dim,)),
                *(dense(width, activation, dtype=policy) for width in reversed(self.hidden_dims)),
                dense(self.input_dim, "linear", dtype="float32", name="output"),  # logits in float32, always
            ],
            name="decoder",
        )
        self.built = True

    def call(self, inputs, training=None):
        """What the decoder gives back: logits, or values with `loss="squared_error"`.

        Shapes: (batch, input_dim) → (batch, input_dim).
        """
        if self.corruption is not None:
            inputs = self.corruption(inputs, training=training)
        code = self.encoder(inputs)
        if self.sparsity is not None:
            code = self.sparsity(code)
        return self.decoder(code)

    def encode(self, inputs) -> np.ndarray:
        """The code of each example, without noise.

        Shapes: (batch, input_dim) → (batch, code_dim).
        """
        return ops.convert_to_numpy(self.encoder(ops.convert_to_tensor(inputs)))

    def decode(self, code) -> np.ndarray:
        """What each code stands for: shades from 0 to 1, plain values, or the probabilities of the words.

        Shapes: (batch, code_dim) → (batch, input_dim).
        """
        outputs = self.decoder(ops.convert_to_tensor(code))
        if self.loss_kind == "cross_entropy":
            outputs = ops.sigmoid(outputs)
        elif self.loss_kind == "words":
            outputs = ops.softmax(outputs, axis=-1)
        return ops.convert_to_numpy(outputs)

    def reconstruct(self, inputs) -> np.ndarray:
        """Encode and decode.

        Shapes: (batch, input_dim) → (batch, input_dim).
        """
        return self.decode(self.encode(inputs))

    def get_config(self) -> dict:
        """What it takes to make the same model again, its weights aside."""
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "code_dim": self.code_dim,
            "hidden_dims": list(self.hidden_dims),
            "loss": self.loss_kind,
            "activation": self.activation,
            "code_activation": self.code_activation,
            "corruption": keras.saving.serialize_keras_object(self.corruption),
            "sparsity": keras.saving.serialize_keras_object(self.sparsity),
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config: dict) -> Autoencoder:
        """The model that `get_config` describes, with first weights."""
        layers = {name: keras.saving.deserialize_keras_object(config[name]) for name in ("corruption", "sparsity")}
        return cls(**{**config, **layers})
