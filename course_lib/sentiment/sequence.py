"""Models that read a review word by word: the mean of its word vectors, an LSTM, a small Transformer encoder.

All take padded ids, 0 for padding, and give one logit for each review, in float32 under any precision policy.
"""

from __future__ import annotations

import keras
import numpy as np
from keras import layers, ops

from course_lib.base.arguments import require_choice, require_integer, require_share
from course_lib.base.tensors import require_shape
from course_lib.mlp.seeds import offset_seed
from course_lib.preprocessing.batches import masked_mean, padding_mask
from course_lib.transformer import SinusoidalPositions, TransformerEncoderLayer

POOLINGS = ("last", "mean", "max")


@keras.saving.register_keras_serializable("course_lib")
class WordMask(layers.Layer):
    """`padding_mask` as a layer: True where there is a word.

    Shapes: token_ids (batch, time) → boolean (batch, time).
    """

    def call(self, token_ids):
        """The mask."""
        return padding_mask(token_ids)

    def compute_output_spec(self, token_ids: keras.KerasTensor) -> keras.KerasTensor:
        """A boolean for each id, whatever the precision policy."""
        return keras.KerasTensor(token_ids.shape, dtype="bool")


@keras.saving.register_keras_serializable("course_lib")
class Pool(layers.Layer):
    """One vector for a review from one for each word; padding does not count.

    Args:
        how: "mean" or "max".

    Shapes: vectors (batch, time, width), token_ids (batch, time) → (batch, width).

    Raises:
        ValueError: if `how` is unknown.
    """

    def __init__(self, how: str = "mean", **kwargs) -> None:
        require_choice("how", how, POOLINGS[1:])
        super().__init__(**kwargs)
        self.how = how
        self.supports_masking = True  # it takes its own mask from the ids

    def compute_mask(self, *_args, **_kwargs) -> None:
        """No time is left to be masked."""
        return None

    def call(self, vectors, token_ids):
        """The mean or the largest of each number; zeros for a review without words."""
        keep = padding_mask(token_ids)
        if self.how == "mean":
            return masked_mean(vectors, keep)
        require_shape("token_ids", keep.shape, vectors.shape[:2])
        largest = ops.max(ops.where(keep[..., None], vectors, ops.full_like(vectors, -np.inf)), axis=1)
        return ops.where(ops.any(keep, axis=1, keepdims=True), largest, ops.zeros_like(largest))

    def get_config(self) -> dict:
        """The arguments this layer was made with."""
        return {**super().get_config(), "how": self.how}


def build_fasttext(
    vocabulary_size: int,
    width: int = 64,
    dropout: float = 0.0,
    vectors: np.ndarray | None = None,
    seed: int | None = None,
) -> keras.Model:
    """The mean of the vectors of words (or n-grams), and one number from it.

    Args:
        vocabulary_size: how many ids there are.
        width: the length of a vector.
        dropout: the share of the mean that is set to zero in training.
        vectors: vectors to begin with; None for random ones.
        seed: of the first weights and of dropout.

    Shapes: ids (batch, time) → logits (batch,); vectors (vocabulary_size, width).

    Raises:
        ValueError: if a size is less than 1, `dropout` not from 0 to less than 1, or the vectors do not fit.

    Source: A. Joulin et al., "Bag of Tricks for Efficient Text Classification", EACL 2017 (arXiv:1607.01759).
    """
    require_share("dropout", dropout)
    ids = keras.Input((None,), dtype="int32", name="ids")
    mean = Pool("mean", name="mean")(_embed(ids, vocabulary_size, width, vectors, seed), ids)
    return keras.Model(ids, _logit(mean, dropout, seed), name="fasttext")


def build_lstm(
    vocabulary_size: int,
    width: int = 128,
    units: int = 128,
    num_layers: int = 2,
    use_mask: bool = True,
    bidirectional: bool = False,
    pooling: str = "last",
    dropout: float = 0.0,
    vectors: np.ndarray | None = None,
    seed: int | None = None,
) -> keras.Model:
    """LSTMs one above the other; the defaults with `use_mask=False` are the documents' model.

    Args:
        vocabulary_size: how many ids there are.
        width: the length of a word vector.
        units: the size of each LSTM's state.
        num_layers: how many there are.
        use_mask: pass over padding; without it an LSTM goes on reading zeros after the last word.
        bidirectional: read from both ends, and put both states side by side.
        pooling: "last", the state after the last word; "mean" or "max", over the states after each word.
        dropout: the share of word vectors' numbers, and of the pooled ones, that is set to zero in training.
        vectors: word vectors to begin with; None for random ones.
        seed: of the first weights and of dropout.

    Shapes: ids (batch, time) → logits (batch,); vectors (vocabulary_size, width).

    Raises:
        TypeError: if a size is no whole number.
        ValueError: if a size is less than 1, `dropout` not from 0 to less than 1, `pooling` unknown, or the vectors do
            not fit.
    """
    require_integer("units", units, at_least=1)
    require_integer("num_layers", num_layers, at_least=1)
    require_choice("pooling", pooling, POOLINGS)
    require_share("dropout", dropout)
    ids = keras.Input((None,), dtype="int32", name="ids")
    states = _embed(ids, vocabulary_size, width, vectors, seed)
    if dropout:
        states = layers.Dropout(dropout, seed=offset_seed(seed, 90), name="word_dropout")(states)
    mask = WordMask(name="mask")(ids) if use_mask else None
    for number in range(num_layers):
        every = pooling != "last" or number < num_layers - 1
        layer = layers.LSTM(
            units,
            return_sequences=every,
            kernel_initializer=keras.initializers.GlorotUniform(offset_seed(seed, 2 * number + 1)),
            recurrent_initializer=keras.initializers.Orthogonal(seed=offset_seed(seed, 2 * number + 2)),
            name=f"lstm_{number}",
        )
        if bidirectional:
            layer = layers.Bidirectional(layer, name=f"both_ways_{number}")
        states = layer(states, mask=mask)
    if pooling != "last":
        states = Pool(pooling, name="pool")(states, ids)
    return keras.Model(ids, _logit(states, dropout, seed), name="lstm")


def build_transformer(
    vocabulary_size: int,
    max_length: int,
    width: int = 64,
    num_heads: int = 4,
    hidden_dim: int = 128,
    num_layers: int = 1,
    dropout: float = 0.1,
    vectors: np.ndarray | None = None,
    seed: int | None = None,
) -> keras.Model:
    """Word vectors with positions, encoder layers of lesson 06, their mean, and one number from it.

    Args:
        vocabulary_size: how many ids there are.
        max_length: how many words a review may have.
        width: the length of every vector.
        num_heads: attentions side by side; a divisor of `width`.
        hidden_dim: the width of the hidden layer of each layer's small network.
        num_layers: how many layers.
        dropout: the share of sublayers' outputs, and of the mean, that is set to zero in training.
        vectors: word vectors to begin with; None for random ones.
        seed: of the first weights and of dropout.

    Shapes: ids (batch, time) → logits (batch,); vectors (vocabulary_size, width).

    Raises:
        ValueError: if a size is out of range, `num_heads` does not divide `width`, or the vectors do not fit.
    """
    require_integer("num_layers", num_layers, at_least=1)
    ids = keras.Input((None,), dtype="int32", name="ids")
    mask = WordMask(name="mask")(ids)
    states = _embed(ids, vocabulary_size, width, vectors, seed)
    # Rows begin far smaller than sines and cosines: without the factor the place would drown the word.
    states = layers.Rescaling(width**0.5, name="scale")(states)
    states = SinusoidalPositions(max_length, name="positions")(states)
    for number in range(num_layers):
        states = TransformerEncoderLayer(
            num_heads, hidden_dim, dropout, seed=offset_seed(seed, 10 + number), name=f"encoder_{number}"
        )(states, padding_mask=mask)
    states = layers.LayerNormalization(epsilon=1e-5, name="norm")(states)
    return keras.Model(ids, _logit(Pool("mean", name="pool")(states, ids), dropout, seed), name="transformer")


def _embed(ids, vocabulary_size: int, width: int, vectors: np.ndarray | None, seed: int | None):
    """The vector of each word.

    Shapes: ids (batch, time) → (batch, time, width).
    """
    require_integer("vocabulary_size", vocabulary_size, at_least=1)
    require_integer("width", width, at_least=1)
    if vectors is None:
        begin = keras.initializers.RandomUniform(-0.05, 0.05, seed=seed)
    else:
        vectors = np.asarray(vectors, dtype=np.float32)
        if vectors.shape != (vocabulary_size, width):
            raise ValueError(f"vectors has the shape {vectors.shape}; allowed: {(vocabulary_size, width)}")
        begin = "zeros"
    table = layers.Embedding(vocabulary_size, width, embeddings_initializer=begin, name="words")
    found = table(ids)
    if vectors is not None:
        table.set_weights([vectors])
    return found


def _logit(vector, dropout: float, seed: int | None):
    """One number from one vector.

    Shapes: (batch, width) → (batch,).
    """
    if dropout:
        vector = layers.Dropout(dropout, seed=offset_seed(seed, 91), name="dropout")(vector)
    begin = keras.initializers.GlorotUniform(offset_seed(seed, 92))
    logit = layers.Dense(1, kernel_initializer=begin, dtype="float32", name="logit")(vector)
    return layers.Reshape((), dtype="float32", name="verdict")(logit)
