"""A reader small enough to be explained: word vectors, one attention that averages them, a hidden layer, a logit."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from course_lib.attention.functions import masked_softmax
from course_lib.base.arguments import checked_seed, require_integer
from course_lib.mlp.seeds import offset_seed


@keras.saving.register_keras_serializable("course_lib")
class AttentiveReader(keras.Model):
    """ids → vectors x_t → weights a_t = softmax(v · tanh(W x_t)) → Σ a_t x_t → a hidden layer → one logit.

    Id 0 is padding and is not looked at.

    Args:
        vocabulary_size: how many ids there are.
        width: the length of a vector.
        hidden_dim: of the hidden layer, and of the attention's.
        seed: of the first weights.

    Shapes: ids (batch, time) → logits (batch,), float32.

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if it is less than 1.

    Source: the attention is that of D. Bahdanau, K. Cho and Y. Bengio, 2015 (arXiv:1409.0473), with one fixed query.
    """

    def __init__(
        self, vocabulary_size: int, width: int = 32, hidden_dim: int = 32, seed: int | None = None, **kwargs: object
    ) -> None:
        sizes = {"vocabulary_size": vocabulary_size, "width": width, "hidden_dim": hidden_dim}
        for name, size in sizes.items():
            require_integer(name, size, at_least=1)
        seed = checked_seed(seed)
        super().__init__(**kwargs)
        self.settings = {**sizes, "seed": seed}
        small = keras.initializers.RandomNormal(stddev=0.1, seed=offset_seed(seed, 1))
        self.word_vectors = keras.layers.Embedding(vocabulary_size, width, small, name="word_vectors")
        self.attention_dense = self._dense(hidden_dim, "tanh", "attention", 2)
        self.score_dense = self._dense(1, None, "score", 3, use_bias=False)  # a bias would move all scores alike
        self.hidden_dense = self._dense(hidden_dim, "tanh", "hidden", 4)
        self.logit_dense = self._dense(1, None, "logit", 5)

    def _dense(self, units: int, activation: str | None, name: str, number: int, **options: object):
        begin = keras.initializers.GlorotUniform(offset_seed(self.settings["seed"], number))
        return keras.layers.Dense(units, activation, kernel_initializer=begin, name=name, **options)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make all weights."""
        width, hidden = self.settings["width"], self.settings["hidden_dim"]
        self.word_vectors.build(input_shape)
        for dense, size in (
            (self.attention_dense, width),
            (self.score_dense, hidden),
            (self.hidden_dense, width),
            (self.logit_dense, hidden),
        ):
            dense.build((None, size))
        self.built = True

    def call(self, token_ids):
        """The logits."""
        return self.logits_of(self.word_vectors(token_ids), ops.not_equal(token_ids, 0))

    def logits_of(self, vectors, mask):
        """The logits of texts whose vectors are given, which is where gradients of words are taken.

        Shapes: vectors (batch, time, width), mask boolean (batch, time) → (batch,), float32.
        """
        vectors, mask = ops.convert_to_tensor(vectors), ops.convert_to_tensor(mask)
        weights = self.weights_of(vectors, mask)
        pooled = ops.sum(weights[..., None] * vectors, axis=1)
        return ops.cast(self.logit_dense(self.hidden_dense(pooled))[:, 0], "float32")

    def weights_of(self, vectors, mask):
        """How much each word is looked at; 0 for padding.

        Shapes: vectors (batch, time, width), mask boolean (batch, time) → (batch, time).
        """
        scores = self.score_dense(self.attention_dense(vectors))[..., 0]
        return ops.cast(masked_softmax(scores, mask), vectors.dtype)

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), **self.settings}


def reader_logits(reader: AttentiveReader, token_ids: np.ndarray, batch_size: int = 256) -> np.ndarray:
    """The logits of many texts.

    Shapes: token_ids (texts, time) → (texts,), float32.

    Raises:
        ValueError: if there are not two axes.
    """
    token_ids = np.asarray(token_ids)
    if token_ids.ndim != 2:
        raise ValueError(f"token_ids has the shape {token_ids.shape}; allowed: (texts, time)")
    require_integer("batch_size", batch_size, at_least=1)
    parts = [
        ops.convert_to_numpy(reader(token_ids[start : start + batch_size]))
        for start in range(0, len(token_ids), batch_size)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
