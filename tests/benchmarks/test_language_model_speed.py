"""A decoder's training step beside the same model of Keras's own layers: the ratio in one run.

The contenders take turns, call by call, so that a busy machine is busy for all of them; the best time of each counts.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from course_lib.language_model import DecoderLanguageModel
from course_lib.training.compiling import compile_for_training

from .contenders import best_seconds

pytestmark = pytest.mark.benchmark

BATCH, TIME, WIDTH, HEADS, LAYERS, VOCABULARY = 8, 128, 192, 4, 4, 2048


class KerasBlock(keras.layers.Layer):
    """The same block from Keras's parts alone."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = keras.layers.MultiHeadAttention(HEADS, WIDTH // HEADS)
        self.norms = [keras.layers.LayerNormalization(epsilon=1e-5) for _ in range(2)]
        self.hidden, self.outward = keras.layers.Dense(4 * WIDTH, activation="gelu"), keras.layers.Dense(WIDTH)

    def call(self, inputs):
        """Normalise, look back, add; normalise, think, add."""
        given = self.norms[0](inputs)
        inputs = inputs + self.attention(given, given, use_causal_mask=True)
        return inputs + self.outward(self.hidden(self.norms[1](inputs)))


class KerasDecoder(keras.Model):
    """The same model from Keras's parts alone, vectors shared with the output."""

    def __init__(self) -> None:
        super().__init__()
        self.vectors, self.places = keras.layers.Embedding(VOCABULARY, WIDTH), keras.layers.Embedding(TIME, WIDTH)
        self.blocks = [KerasBlock() for _ in range(LAYERS)]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5)

    def call(self, token_ids):
        """Ids to logits."""
        outputs = self.vectors(token_ids) + self.places(ops.cumsum(ops.ones_like(token_ids), axis=1) - 1)
        for block in self.blocks:
            outputs = block(outputs)
        return ops.matmul(self.norm(outputs), ops.transpose(self.vectors.embeddings))


def test_a_training_step_is_not_slower_than_one_of_keras() -> None:
    random = np.random.default_rng(0)
    given, targets = (random.integers(0, VOCABULARY, size=(BATCH, TIME), dtype=np.int32) for _ in range(2))
    models = {
        "ours": DecoderLanguageModel(VOCABULARY, WIDTH, LAYERS, HEADS, max_length=TIME, positions="learned"),
        "Keras": KerasDecoder(),
    }
    steps = {}
    for name, model in models.items():
        model(given)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        compile_for_training(model, None, keras.optimizers.Adam(1e-3), loss=loss)
        steps[name] = lambda model=model: model.train_on_batch(given, targets)
    assert len({model.count_params() for model in models.values()}) == 1
    best = best_seconds(steps, rounds=20, warm=2)
    assert best["ours"] <= 1.05 * best["Keras"]
