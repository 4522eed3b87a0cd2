"""Training reaches every weight: each layer made for a model is in it, and a fit moves each of its trainable variables.

The lessons' own models are held to the same in tests/chapters.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers, ops

from course_lib import autoencoder, mlp, sentiment, transformer, vae
from tests.watching import Watch

RANDOM = np.random.default_rng(0)
IDS = RANDOM.integers(1, 12, size=(8, 6))
NUMBERS = RANDOM.random((8, 6)).astype("float32")
SQUARES = RANDOM.random((8, 9)).astype("float32")
CLASSES = RANDOM.integers(0, 2, size=8)
HALVES = CLASSES.astype("float32")
SPARSE = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
EAGERLY = keras.backend.backend() == "tensorflow"  # two steps are done sooner than a graph is made
BINARY = keras.losses.BinaryCrossentropy(from_logits=True)


def n_gram_classifier() -> keras.Model:
    model = sentiment.NGramClassifier(12)
    model.set_ratios(np.linspace(-1, 1, 12))
    return model


def translation(**options: object) -> keras.Model:
    return transformer.Transformer(12, 12, max_length=6, width=8, num_heads=2, hidden_dim=8, num_layers=2, **options)


# By name: a model, its loss, what goes in and what should come out.
MODELS = {
    "MLP": lambda: (mlp.MLP(2, (4, 4), dropout=0.1, l2=0.1, activation="tanh"), SPARSE, NUMBERS, CLASSES),
    "language model": lambda: (mlp.NeuralLanguageModel(12, 6, 4, 4, direct=True), SPARSE, IDS, IDS[:, 0]),
    "autoencoder": lambda: (autoencoder.Autoencoder(6, 2, (4,), activation="tanh"), "mse", NUMBERS, NUMBERS),
    "VAE": lambda: (vae.VAE(6, 2, (4,), activation="tanh"), vae.ReconstructionLoss(), NUMBERS, NUMBERS),
    "VAE that sees earlier pixels": lambda: (
        vae.VAE(9, 2, (4,), activation="tanh", autoregressive=True),
        vae.ReconstructionLoss(),
        SQUARES,
        SQUARES,
    ),
    "n-grams": lambda: (n_gram_classifier(), BINARY, IDS, HALVES),
    "fastText": lambda: (sentiment.build_fasttext(12, 4), BINARY, IDS, HALVES),
    "LSTM": lambda: (sentiment.build_lstm(12, 4, 4, bidirectional=True, pooling="max"), BINARY, IDS, HALVES),
    "encoder": lambda: (sentiment.build_transformer(12, 6, 8, 2, 8, 2), BINARY, IDS, HALVES),
    "translator": lambda: (translation(), SPARSE, {"source": IDS, "target": IDS}, IDS),
    "translator, learned positions": lambda: (
        translation(positions="learned", tie_embeddings=False, norm_first=False),
        SPARSE,
        {"source": IDS, "target": IDS},
        IDS,
    ),
}


@pytest.fixture
def watch():
    watch = Watch()
    yield watch
    watch.stop()


@pytest.mark.seconds
@pytest.mark.parametrize("name", MODELS)
def test_training_reaches_every_weight_that_was_made_for_a_model(watch, name):
    keras.utils.set_random_seed(0)
    model, loss, given, wanted = MODELS[name]()
    model.compile(keras.optimizers.Adam(0.01), loss, run_eagerly=EAGERLY)
    model.fit(given, wanted, batch_size=4, epochs=2, verbose=0)
    assert watch.fits == 1
    assert watch.loose() == []
    assert watch.still == []


def test_a_table_looked_up_on_a_constant_is_found(watch):
    ids = keras.Input((6,), dtype="int32")
    positions = layers.Embedding(6, 4)
    vectors = layers.Embedding(12, 4)(ids) + positions(ops.arange(6)[None])
    keras.Model(ids, layers.Dense(2)(vectors))
    assert [what for _, what in watch.loose()] == ["Embedding"]


def test_the_same_table_looked_up_on_places_made_from_the_input_is_part_of_the_model(watch):
    ids = keras.Input((6,), dtype="int32")
    positions = layers.Embedding(6, 4)
    vectors = layers.Embedding(12, 4)(ids) + positions(ops.cumsum(ops.ones_like(ids), axis=1) - 1)
    keras.Model(ids, layers.Dense(2)(vectors))
    assert watch.loose() == []


def test_a_variable_that_no_gradient_reaches_is_found(watch):
    numbers = keras.Input((6,))
    out = layers.Dense(1, name="seen")(numbers) + 0 * layers.Dense(1, name="lost")(numbers)
    model = keras.Model(numbers, out)
    model.compile(keras.optimizers.SGD(0.1), "mse", run_eagerly=EAGERLY)
    model.fit(NUMBERS, HALVES, verbose=0)
    assert [path for _, path in watch.still] == ["lost/kernel", "lost/bias"]


def test_keras_is_left_as_it_was(watch):
    watch.stop()
    made = len(watch.made)
    layers.Dense(2)
    assert len(watch.made) == made
    assert "fit" not in vars(keras.Model)
