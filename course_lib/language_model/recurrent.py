"""Recurrent networks that write: one token after the other changes a state, and the state says what comes next.

The cells stand here as equations, with their weights laid out as Keras lays them out; the model takes Keras's layers,
which compute the same for whole sequences.
"""

from __future__ import annotations

import keras
from keras import ops

from course_lib.attention.functions import on_each_position
from course_lib.base.arguments import checked_seed, require_choice, require_integer, require_share
from course_lib.base.tensors import floating
from course_lib.mlp.seeds import offset_seed

Shape = tuple[int | None, ...]
_LAYERS = {"rnn": keras.layers.SimpleRNN, "gru": keras.layers.GRU, "lstm": keras.layers.LSTM}
CELLS = tuple(_LAYERS)


def rnn_step(inputs, state, kernel, recurrent_kernel, bias):
    """One step of the simple recurrent network: h = tanh(x W + h U + b).

    Args:
        inputs: x, the vector of a token.
        state: h, after the token before it.
        kernel: W.
        recurrent_kernel: U.
        bias: b.

    Returns:
        The new state.

    Shapes: inputs (batch, width), state (batch, units), kernel (width, units), recurrent_kernel (units, units), bias
    (units,) → (batch, units).

    Source: J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990.
    """
    inputs, state, kernel, recurrent_kernel, bias = map(floating, (inputs, state, kernel, recurrent_kernel, bias))
    return ops.tanh(ops.matmul(inputs, kernel) + ops.matmul(state, recurrent_kernel) + bias)


def gru_step(inputs, state, kernel, recurrent_kernel, bias):
    """One step of a gated recurrent unit: a gate z keeps the old state, a gate r hides it from the new candidate.

    z = σ(x W_z + h U_z + b_z), r likewise, ĥ = tanh(x W_h + b_h + r ⊙ (h U_h + b′_h)), h = z ⊙ h + (1 - z) ⊙ ĥ. Each
    gate has two biases, of x and of h, as in cuDNN and PyTorch.

    Args:
        inputs: x, the vector of a token.
        state: h, after the token before it.
        kernel: W_z, W_r and W_h side by side.
        recurrent_kernel: U_z, U_r and U_h.
        bias: those of x, then those of h.

    Returns:
        The new state.

    Shapes: inputs (batch, width), state (batch, units), kernel (width, 3 units), recurrent_kernel (units, 3 units),
    bias (2, 3 units) → (batch, units).

    Source: K. Cho et al., "Learning Phrase Representations using RNN Encoder–Decoder", 2014 (arXiv:1406.1078); r after
    the product, as in cuDNN. In the paper z is the share that is kept, as here.
    """
    inputs, state, kernel, recurrent_kernel, bias = map(floating, (inputs, state, kernel, recurrent_kernel, bias))
    given = ops.split(ops.matmul(inputs, kernel) + bias[0], 3, axis=-1)
    kept = ops.split(ops.matmul(state, recurrent_kernel) + bias[1], 3, axis=-1)
    keep = ops.sigmoid(given[0] + kept[0])  # z
    show = ops.sigmoid(given[1] + kept[1])  # r
    candidate = ops.tanh(given[2] + show * kept[2])  # ĥ
    return keep * state + (1 - keep) * candidate


def lstm_step(inputs, state, kernel, recurrent_kernel, bias):
    """One step of a long short-term memory: c is added to and forgotten from, h is what c shows.

    i = σ(x W_i + h U_i + b_i), f and o likewise, ĉ = tanh(x W_c + h U_c + b_c), c = f ⊙ c + i ⊙ ĉ, h = o ⊙ tanh(c).

    Args:
        inputs: x, the vector of a token.
        state: h and c, after the token before it.
        kernel: W_i, W_f, W_c and W_o side by side.
        recurrent_kernel: U_i, U_f, U_c and U_o.
        bias: b_i, b_f, b_c and b_o.

    Returns:
        The new h and c.

    Shapes: inputs (batch, width), state twice (batch, units), kernel (width, 4 units), recurrent_kernel (units, 4
    units), bias (4 units,) → twice (batch, units).

    Source: S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", Neural Computation 9, 1997; the gate f: F. A.
    Gers, J. Schmidhuber and F. Cummins, "Learning to Forget", Neural Computation 12, 2000.
    """
    inputs, shown, memory, kernel, recurrent_kernel, bias = map(
        floating, (inputs, *state, kernel, recurrent_kernel, bias)
    )
    scores = ops.matmul(inputs, kernel) + ops.matmul(shown, recurrent_kernel) + bias
    write, forget, candidate, show = ops.split(scores, 4, axis=-1)  # i, f, ĉ, o before their curves
    memory = ops.sigmoid(forget) * memory + ops.sigmoid(write) * ops.tanh(candidate)  # c
    return ops.sigmoid(show) * ops.tanh(memory), memory


@keras.saving.register_keras_serializable("course_lib")
class RecurrentLanguageModel(keras.Model):
    """ids → vectors → recurrent layers → scores of the next token, by the same vectors that stand for tokens.

    Args:
        vocabulary_size: how many ids there are.
        width: the length of a vector.
        units: the size of a layer's state.
        cell: `"lstm"`, `"gru"` or `"rnn"`.
        num_layers: how many layers stand one above the other.
        dropout: the share of the vectors, and of each layer's outputs, that is set to zero in training; what goes from
            step to step stays whole.
        tied: whether the vectors of tokens are used a second time for the scores; where `units` differs from `width`, a
            matrix leads from one to the other. Without, scores have a matrix of their own.
        seed: of the first weights and of the dropout.

    Shapes: ids (batch, time) → logits (batch, time, vocabulary_size), float32.

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if an argument is out of its range.

    Source: T. Mikolov et al., "Recurrent neural network based language model", Interspeech 2010; dropout: W. Zaremba,
    I. Sutskever and O. Vinyals, 2014 (arXiv:1409.2329); shared vectors: O. Press and L. Wolf, 2017 (arXiv:1608.05859).
    """

    def __init__(
        self,
        vocabulary_size: int,
        width: int,
        units: int,
        cell: str = "lstm",
        num_layers: int = 1,
        dropout: float = 0.0,
        tied: bool = True,
        seed: int | None = None,
        **kwargs: object,
    ) -> None:
        numbers = {
            "vocabulary_size": vocabulary_size,
            "width": width,
            "units": units,
            "num_layers": num_layers,
        }
        for name, value in numbers.items():
            require_integer(name, value, at_least=1)
        require_choice("cell", cell, CELLS)
        require_share("dropout", dropout)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.settings = {**numbers, "cell": cell, "dropout": dropout, "tied": tied, "seed": seed}
        self.vocabulary_size, self.width, self.units = vocabulary_size, width, units
        self.cell, self.dropout, self.tied = cell, dropout, tied
        self.seed_generator = keras.random.SeedGenerator(seed)
        small = keras.initializers.RandomNormal(stddev=0.1, seed=offset_seed(seed, 0))
        self.token_vectors = keras.layers.Embedding(vocabulary_size, width, small, name="token_vectors")
        self.recurrent_layers = [
            _LAYERS[cell](
                units,
                return_sequences=True,
                return_state=True,
                kernel_initializer=keras.initializers.GlorotUniform(offset_seed(seed, 2 * place + 1)),
                recurrent_initializer=keras.initializers.Orthogonal(seed=offset_seed(seed, 2 * place + 2)),
                dtype=self.dtype_policy,
                name=f"{cell}_{place}",
            )
            for place in range(num_layers)
        ]
        self.to_width = None
        if tied and units != width:
            begin = keras.initializers.GlorotUniform(offset_seed(seed, 2 * num_layers + 1))
            self.to_width = keras.layers.Dense(width, use_bias=False, kernel_initializer=begin, name="to_width")
        self.scores = None
        if not tied:
            begin = keras.initializers.RandomNormal(stddev=0.02, seed=offset_seed(seed, 2 * num_layers + 2))
            self.scores = keras.layers.Dense(vocabulary_size, use_bias=False, kernel_initializer=begin, name="scores")

    def build(self, input_shape: Shape) -> None:
        """Make all weights."""
        self.token_vectors.build(input_shape)
        for place, layer in enumerate(self.recurrent_layers):
            layer.build((*input_shape[:2], self.units if place else self.width))
        for dense in (self.to_width, self.scores):
            if dense is not None:
                dense.build((None, self.units))
        self.built = True

    def call(self, token_ids, state=None, training: bool = False):
        """Say what comes next at every position.

        Args:
            token_ids: the tokens.
            state: from `empty_state`, or what a call returned for the tokens before these; None for nothing before.
            training: whether dropout is at work.

        Returns:
            The logits; with a state a pair of these and the state after the last token.

        Shapes: token_ids (batch, time) → (batch, time, vocabulary_size), float32.
        """
        outputs = self._drop(self.token_vectors(token_ids), training)
        ended = []
        for place, layer in enumerate(self.recurrent_layers):
            begun = None if state is None else list(state[place])
            outputs, *last = layer(outputs, initial_state=begun, training=training)
            outputs = self._drop(outputs, training)
            ended.append(tuple(last))
        logits = on_each_position(self._scores, outputs)
        return logits if state is None else (logits, ended)

    def _drop(self, inputs, training: bool):
        if not (self.dropout and training):
            return inputs
        return keras.random.dropout(inputs, self.dropout, seed=self.seed_generator)

    def _scores(self, rows):
        if self.scores is not None:
            return ops.cast(self.scores(rows), "float32")
        rows = rows if self.to_width is None else self.to_width(rows)
        # The table of token vectors, used a second time.
        table = ops.cast(self.token_vectors.embeddings, rows.dtype)
        return ops.cast(ops.matmul(rows, ops.transpose(table)), "float32")

    def empty_state(self, batch_size: int):
        """The state before the first token: zeros.

        Shapes: for each layer a tuple of (batch_size, units), one for each part of the cell's state: h, and c.
        """
        require_integer("batch_size", batch_size, at_least=1)
        parts = 2 if self.cell == "lstm" else 1
        zeros = ops.zeros((batch_size, self.units), dtype=self.compute_dtype)
        return [(zeros,) * parts for _ in self.recurrent_layers]

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), **self.settings}
