"""An encoder layer and a training step beside a peer of Keras's own layers and beside PyTorch, and beam search with
keys and values kept beside one without: ratios in one run.

The contenders take turns, call by call, so that a busy machine is busy for all of them; the best time of each counts.
KerasHub is compared where it is installed.
"""

from __future__ import annotations

import numpy as np
import pytest

try:
    import torch  # before TensorFlow: some builds of the two clash otherwise
except ImportError:
    torch = None

import keras
from keras import ops

from course_lib.transformer import (
    BeamSearch,
    SmoothedCrossEntropy,
    Transformer,
    TransformerDecoderLayer,
    TransformerEncoderLayer,
)

from .contenders import best_seconds, gradient_step

pytestmark = pytest.mark.benchmark

BATCH, TIME, WIDTH, HEADS, HIDDEN = 16, 64, 128, 4, 512
VOCABULARY = 1000
# Two runs of one and the same layer differ by so much.
NOISE = 1.15


class KerasEncoderLayer(keras.layers.Layer):
    """The same layer from Keras's parts alone."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = keras.layers.MultiHeadAttention(HEADS, WIDTH // HEADS)
        self.norms = [keras.layers.LayerNormalization(epsilon=1e-5) for _ in range(2)]
        self.hidden, self.outward = keras.layers.Dense(HIDDEN, activation="relu"), keras.layers.Dense(WIDTH)

    def call(self, inputs):
        """Normalise, look, add; normalise, think, add."""
        given = self.norms[0](inputs)
        inputs = inputs + self.attention(given, given)
        return inputs + self.outward(self.hidden(self.norms[1](inputs)))


class KerasDecoderLayer(keras.layers.Layer):
    """The same decoder layer from Keras's parts alone."""

    def __init__(self) -> None:
        super().__init__()
        self.own = keras.layers.MultiHeadAttention(HEADS, WIDTH // HEADS)
        self.across = keras.layers.MultiHeadAttention(HEADS, WIDTH // HEADS)
        self.norms = [keras.layers.LayerNormalization(epsilon=1e-5) for _ in range(3)]
        self.hidden, self.outward = keras.layers.Dense(HIDDEN, activation="relu"), keras.layers.Dense(WIDTH)

    def call(self, target, memory):
        """Look back, look across, think."""
        given = self.norms[0](target)
        target = target + self.own(given, given, use_causal_mask=True)
        target = target + self.across(self.norms[1](target), memory)
        return target + self.outward(self.hidden(self.norms[2](target)))


class Translator(keras.Model):
    """Two embeddings, one layer of each kind, and logits: all that differs is where the layers come from."""

    def __init__(self, encoder: keras.layers.Layer, decoder: keras.layers.Layer) -> None:
        super().__init__()
        self.embeddings = [keras.layers.Embedding(VOCABULARY, WIDTH) for _ in range(2)]
        self.encoder, self.decoder = encoder, decoder
        self.logits = keras.layers.Dense(VOCABULARY)

    def call(self, inputs):
        """Source and target to logits."""
        source, target = (
            embed(inputs[name]) for embed, name in zip(self.embeddings, ("source", "target"), strict=True)
        )
        return self.logits(self.decoder(target, self.encoder(source)))


def test_an_encoder_layer_is_not_slower_than_one_of_keras() -> None:
    inputs = np.random.default_rng(0).normal(size=(BATCH, TIME, WIDTH)).astype(np.float32)
    ours, theirs = TransformerEncoderLayer(HEADS, HIDDEN), KerasEncoderLayer()
    ours(inputs), theirs(inputs)
    contenders = {"ours": ours, "Keras": theirs}
    try:
        from keras_hub.layers import TransformerEncoder
    except ImportError:
        print("\nKerasHub is not installed", end="")
    else:
        contenders["KerasHub"] = TransformerEncoder(HIDDEN, HEADS, normalize_first=True)
        contenders["KerasHub"](inputs)
    steps = {
        name: gradient_step(layer, lambda given, layer=layer: ops.sum(ops.square(layer(given))), inputs)
        for name, layer in contenders.items()
    }
    if torch is not None:
        layer = torch.nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, 0.0, batch_first=True, norm_first=True)
        tensor = torch.tensor(inputs)

        def step() -> None:
            layer.zero_grad()
            layer(tensor).square().sum().backward()

        steps["PyTorch"] = step
    best = best_seconds(steps, rounds=20, warm=2)
    assert best["ours"] <= NOISE * min(seconds for name, seconds in best.items() if name.startswith("Keras"))


def test_a_training_step_is_not_slower_than_one_of_keras() -> None:
    random = np.random.default_rng(0)
    source, target, answers = (random.integers(1, VOCABULARY, size=(BATCH, TIME)) for _ in range(3))
    models = {
        "ours": Translator(TransformerEncoderLayer(HEADS, HIDDEN), TransformerDecoderLayer(HEADS, HIDDEN)),
        "Keras": Translator(KerasEncoderLayer(), KerasDecoderLayer()),
    }
    inputs = {"source": source, "target": target}
    steps = {}
    for name, model in models.items():
        model(inputs)
        optimizer = keras.optimizers.Adam(1e-3)
        optimizer.build(model.trainable_variables)
        model.compile(optimizer, SmoothedCrossEntropy(0.1))
        steps[name] = lambda model=model: model.train_on_batch(inputs, answers)
    best = best_seconds(steps, rounds=12, warm=2)
    assert best["ours"] <= NOISE * best["Keras"]


def test_keys_and_values_that_are_kept_make_beam_search_five_times_faster_at_length_64() -> None:
    model = Transformer(200, 200, 64, width=64, num_heads=4, hidden_dim=256, num_layers=2, dropout=0.0, seed=0)
    # The end is never the likeliest, so that every sentence is written to length 64.
    model.decoder_norm.beta.assign(10 * ops.convert_to_numpy(model.target_embedding.embeddings)[5])
    sources = np.random.default_rng(0).integers(4, 200, size=(8, 16)).tolist()
    searches = {
        name: BeamSearch(model, 2, 3, batch_size=8, use_cache=use_cache, beam_width=4)
        for name, use_cache in (("ours", True), ("without cache", False))
    }
    found = {name: search.translate(sources)[0] for name, search in searches.items()}
    assert found["ours"] == found["without cache"] and {len(each) for each in found["ours"]} == {64}
    steps = {name: lambda search=search: search.translate(sources) for name, search in searches.items()}
    best = best_seconds(steps, rounds=3, warm=0)
    assert 5 * best["ours"] <= best["without cache"]
