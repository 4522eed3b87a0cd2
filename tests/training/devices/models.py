"""Every model of the course, small, with data of fixed shapes: what all tests of devices and backends train.

Noise that models draw is left out, since each backend draws other numbers from the same seed; weights come from NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from course_lib import attention, autoencoder, mlp, transformer, vae
from course_lib.preprocessing.glove import glove_loss
from course_lib.preprocessing.word2vec import skip_gram_loss
from course_lib.sentiment import n_grams, sequence

# Two batches of 16 rows, which eight devices can share.
ROWS, BATCH, EPOCHS = 32, 16, 3
WORDS, TIME = 12, 6


@dataclass(frozen=True)
class Example:
    """A model, what it is trained on, and how.

    Args:
        make: a new model; its weights are drawn anew by `trained`.
        inputs: one row for each example.
        targets: likewise.
        loss: what is minimised.
    """

    make: Callable[[], keras.Model]
    inputs: object
    targets: np.ndarray
    loss: Callable[[], object]


def _random() -> np.random.Generator:
    return np.random.default_rng(0)


def _ids(time: int = TIME, lowest: int = 1, padded: bool = False) -> np.ndarray:
    ids = _random().integers(lowest, WORDS, (ROWS, time)).astype(np.int32)
    if padded:
        # As much padding in each part of a batch: then the mean over tokens of the parts is that of the whole.
        ids[0::2, -2:] = 0
    return ids


def _classes(count: int) -> np.ndarray:
    return _random().integers(0, count, ROWS).astype(np.int32)


def _shades(width: int) -> np.ndarray:
    return _random().random((ROWS, width)).astype(np.float32)


def _bits(width: int) -> np.ndarray:
    return (_shades(width) < 0.5).astype(np.float32)


def _counts(width: int) -> np.ndarray:
    return _random().integers(0, 4, (ROWS, width)).astype(np.float32)


class Noiseless(vae.Sampling):
    """The mean of every code."""

    def call(self, inputs):
        return inputs[0] + 0.0 * inputs[1]


def _vae(**options) -> keras.Model:
    model = vae.VAE(16, 3, (5,), beta=0.5, activation="tanh", seed=0, **options)
    model.sampling = Noiseless(name="sampling", dtype="float32")
    return model


class Pairs(keras.Model):
    """Two tables of vectors, for the losses of Word2Vec and GloVe: its output is the loss of each pair."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.words = keras.layers.Embedding(WORDS, 4, dtype="float32", name="words")
        self.contexts = keras.layers.Embedding(WORDS, 4, dtype="float32", name="contexts")

    def build(self, _shape) -> None:
        self.words.build()
        self.contexts.build()
        self.built = True

    def call(self, pairs):
        words, contexts = self.words(pairs[:, 0]), self.contexts(pairs[:, 1])
        if self.kind == "skip-gram":
            return skip_gram_loss(words, contexts, self.contexts.embeddings[2:7])
        prediction = ops.sum(words * contexts, axis=-1)
        return glove_loss(prediction, ops.cast(pairs[:, 2] + 1, "float32"))


def _mean_of_outputs(_targets, outputs):
    return outputs


def _attentive(layer: keras.layers.Layer) -> keras.Model:
    ids = keras.Input((TIME,), dtype="int32")
    vectors = keras.layers.Embedding(WORDS, 8)(ids)
    mixed = layer(vectors, vectors, padding_mask=ops.not_equal(ids, 0))
    mean = keras.layers.GlobalAveragePooling1D()(mixed)
    return keras.Model(ids, keras.layers.Dense(3, dtype="float32")(mean))


def _translator() -> keras.Model:
    return transformer.Transformer(WORDS, WORDS, 8, 8, 2, 16, 1, dropout=0.0, seed=0)


def _n_grams() -> keras.Model:
    model = n_grams.NGramClassifier(WORDS - 1, l2=1e-3)
    model.set_ratios(_random().normal(size=WORDS - 1))
    return model


def _verdicts() -> np.ndarray:
    return _classes(2).astype(np.float32)


_images, _bits_16, _words = _shades(10), _bits(16), _counts(9)
_lines, _padded = _ids(), _ids(padded=True)
_softmax, _logit = mlp.CrossEntropy, n_grams.LogitLoss

EXAMPLES: dict[str, Example] = {
    "skip-gram": Example(lambda: Pairs("skip-gram"), _ids(3), np.zeros(ROWS, np.float32), lambda: _mean_of_outputs),
    "GloVe": Example(lambda: Pairs("GloVe"), _ids(3), np.zeros(ROWS, np.float32), lambda: _mean_of_outputs),
    "MLP": Example(lambda: mlp.MLP(3, (8,), l2=1e-3, seed=0), _images, _classes(3), _softmax),
    "next word": Example(
        lambda: mlp.NeuralLanguageModel(WORDS, 3, 4, 6, direct=True, seed=0), _ids(3, 0), _classes(WORDS), _softmax
    ),
    "autoencoder": Example(
        lambda: autoencoder.Autoencoder(10, 3, (6,)), _images, _images, autoencoder.ReconstructionLoss
    ),
    "sparse autoencoder": Example(
        lambda: autoencoder.Autoencoder(10, 12, code_activation="sigmoid", sparsity=autoencoder.SparsityPenalty(0.01)),
        _images,
        _images,
        autoencoder.ReconstructionLoss,
    ),
    "word autoencoder": Example(
        lambda: autoencoder.Autoencoder(9, 3, (6,), loss="words"),
        _words,
        _words,
        lambda: autoencoder.ReconstructionLoss("words"),
    ),
    "VAE": Example(_vae, _bits_16, _bits_16, vae.ReconstructionLoss),
    "autoregressive VAE": Example(
        lambda: _vae(autoregressive=True, free_bits=0.2), _bits_16, _bits_16, vae.ReconstructionLoss
    ),
    "additive attention": Example(lambda: _attentive(attention.AdditiveAttention(5)), _padded, _classes(3), _softmax),
    "multi-head attention": Example(
        lambda: _attentive(attention.MultiHeadAttention(2)), _padded, _classes(3), _softmax
    ),
    "translator": Example(
        _translator, {"source": _padded, "target": _lines}, _ids(padded=True), transformer.SmoothedCrossEntropy
    ),
    "n-grams": Example(_n_grams, _padded, _verdicts(), _logit),
    "fastText": Example(lambda: sequence.build_fasttext(WORDS, 8), _padded, _verdicts(), _logit),
    "LSTM": Example(lambda: sequence.build_lstm(WORDS, 6, 6, 1), _padded, _verdicts(), _logit),
    "LSTM both ways": Example(
        lambda: sequence.build_lstm(WORDS, 6, 6, 1, bidirectional=True, pooling="max"), _padded, _verdicts(), _logit
    ),
    "encoder": Example(
        lambda: sequence.build_transformer(WORDS, TIME, 8, 2, 16, 1, dropout=0.0), _padded, _verdicts(), _logit
    ),
}


def trained(
    name: str, jit: bool | str = "auto", share: Callable[[object], object] = lambda batch: batch
) -> list[float]:
    """The losses of a model, one for each epoch, from weights that NumPy draws.

    Args:
        name: one of `EXAMPLES`.
        jit: as in `compile`.
        share: this process's part of a batch, where several train together.
    """
    example = EXAMPLES[name]
    model = example.make()
    if not model.built:
        model.build((None, *example.inputs.shape[1:]))
    random = np.random.default_rng(1)
    for variable in model.trainable_variables:
        variable.assign(0.3 * random.standard_normal(variable.shape))
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), example.loss(), jit_compile=jit)
    history = model.fit(Batches(example, share), epochs=EPOCHS, shuffle=False, verbose=0)
    return history.history["loss"]


class Batches(keras.utils.PyDataset):
    """The batches of an example, in order."""

    def __init__(self, example: Example, share: Callable[[object], object]) -> None:
        super().__init__()
        self.example, self.share = example, share

    def __len__(self) -> int:
        return ROWS // BATCH

    def __getitem__(self, number: int) -> tuple[object, object]:
        rows = slice(number * BATCH, (number + 1) * BATCH)
        inputs = self.example.inputs
        batch = {name: part[rows] for name, part in inputs.items()} if isinstance(inputs, dict) else inputs[rows]
        return self.share((batch, self.example.targets[rows]))
