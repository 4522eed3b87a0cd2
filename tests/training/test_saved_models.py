"""Proves that a saved model opens in a process that has imported `course_lib` and Keras and nothing else.

A model or two for every registered class go from one backend to another, in the long run to all of them: each process
loads what the one before it saved, holds its outputs against the first, and saves what it loaded.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

import course_lib

pytestmark = [pytest.mark.own_backend, pytest.mark.slow]

SAVE = """
import sys, json
from pathlib import Path
import numpy as np
import keras
from keras import layers
from course_lib import alignment, attention, autoencoder, bert, language_model, mlp, scaling, transformer, vae
from course_lib.applications import exporting, reading, recommendation
from course_lib.sentiment import n_grams, sequence

folder = Path(sys.argv[1])
words, pictures = keras.Input((5,), dtype="int32"), keras.Input((16,))
vectors = layers.Embedding(9, 8)(words)
ids = (np.arange(10).reshape(2, 5) % 8 + 1).astype("int32")
images = np.linspace(0.1, 0.9, 32).reshape(2, 16).astype("float32")

pooled = sequence.Pool("mean")(vectors, words)
keep = sequence.WordMask()(words)
looked = attention.MultiHeadAttention(2)(attention.AdditiveAttention(4)(vectors, padding_mask=keep))
placed = transformer.LearnedPositions(5)(transformer.SinusoidalPositions(5)(looked))
written = language_model.DecoderBlock(2, 8)(language_model.CausalSelfAttention(2)(placed))
encoded = transformer.TransformerEncoderLayer(2, 8)(written)
decoded = transformer.TransformerDecoderLayer(2, 8)(encoded, placed)
guessed = bert.MaskedWordHead(9)(bert.BertEmbeddings(9, 8)(words), np.linspace(-1, 1, 72).reshape(9, 8))
sampled = vae.Sampling(seed=1)([pooled, pooled])
changed = autoencoder.SparsityPenalty(0.1)(autoencoder.Corruption("masking", 0.2)(mlp.Dropout(0.1)(pictures)))
spans = np.linspace(-1, 1, 6 * len(reading.FEATURES)).reshape(2, 3, -1).astype("float32")
pair = {"source": ids, "target": ids}
def reader():
    return bert.BertClassifier(bert.BertEncoder(9, 8, 1, 2), 3)

models = {
    "words": (keras.Model(words, [pooled, decoded, guessed]), "mse", ids),
    "sampled": (keras.Model(words, sampled), mlp.CrossEntropy(), None),
    "pixels": (keras.Model(pictures, vae.PreviousPixels()(changed)), vae.ReconstructionLoss(), images),
    "mlp": (mlp.MLP(3, (4,)), mlp.CrossEntropy(), images),
    "language": (mlp.NeuralLanguageModel(9, 5), mlp.CrossEntropy(), ids),
    "writer": (
        language_model.DecoderLanguageModel(9, 8, 1, 2, num_key_value_heads=1, norm="rms", feed_forward="swiglu"),
        mlp.CrossEntropy(),
        ids,
    ),
    "forgetful": (scaling.RecomputingLanguageModel(9, 8, 1, 2), mlp.CrossEntropy(), ids),
    "remembering": (language_model.RecurrentLanguageModel(9, 8, 6, "gru"), mlp.CrossEntropy(), ids),
    "reader": (bert.BertPretrainer(bert.BertEncoder(9, 8, 1, 2, pooler=True), pairs=False), mlp.CrossEntropy(), ids),
    "classifier": (reader(), mlp.CrossEntropy(), ids),
    "lora": (bert.LoRA(reader()), bert.DistillationLoss(), ids),
    "ada_lora": (bert.AdaLoRA(reader(), 2), mlp.CrossEntropy(), ids),
    "adapters": (bert.Adapters(reader(), 2), mlp.CrossEntropy(), ids),
    "prefixes": (bert.Prefixes(reader(), 2), mlp.CrossEntropy(), ids),
    "autoencoder": (autoencoder.Autoencoder(16, 4), autoencoder.ReconstructionLoss(), images),
    "vae": (vae.VAE(16, 2, (8,), seed=1), vae.ReconstructionLoss(), None),
    "attentive": (alignment.AttentiveReader(9, 8, 4), n_grams.LogitLoss(), ids),
    "rewarded": (language_model.DecoderLanguageModel(9, 8, 1, 2), alignment.PolicyLoss(0.2), ids),
    "served": (exporting.SentenceEncoder(bert.BertEncoder(9, 8, 1, 2)), "mse", ids),
    "answering": (reading.SpanReader(4, seed=1), reading.SpanLoss(), spans),
    "recommending": (recommendation.MatrixFactorisation(9, 9, 4, seed=1), recommendation.PairLoss(), ids[:, :3]),
    "n_grams": (n_grams.NGramClassifier(9), n_grams.LogitLoss(), ids),
    "transformer": (
        transformer.Transformer(9, 9, width=8, num_heads=2, hidden_dim=8, num_layers=1),
        transformer.SmoothedCrossEntropy(),
        pair,
    ),
}
expected = {}
for name, (model, loss, inputs) in models.items():
    model(images if name == "vae" else ids if inputs is None else inputs)
    rate = transformer.WarmUp(0.1, 4)
    own = {"ada_lora": lambda: bert.AdaLoRAOptimizer(rate, 2, 9), "classifier": lambda: bert.LayerwiseAdam(rate)}
    model.compile(own.get(name, lambda: keras.optimizers.Adam(rate))(), loss)
    model.save(folder / f"{name}.keras")
    if inputs is not None:
        outputs = model(inputs)
        first = outputs[0] if isinstance(outputs, list) else outputs
        given = ids if inputs is pair else inputs
        np.savez(folder / f"{name}.npz", output=keras.ops.convert_to_numpy(first), inputs=given)
"""

LOAD = """
import sys
IMPORTS
from pathlib import Path
import numpy as np

assert keras.backend.backend() == sys.argv[3], keras.backend.backend()
assert not {"course_lib.mlp", "course_lib.transformer", "course_lib.vae"} & set(sys.modules)
folder, following = Path(sys.argv[1]), Path(sys.argv[2])
for path in sorted(folder.glob("*.keras")):
    model = keras.saving.load_model(path)
    kept = folder / f"{path.stem}.npz"
    if kept.exists():
        arrays = np.load(kept)
        inputs = arrays["inputs"]
        outputs = model({"source": inputs, "target": inputs} if path.stem == "transformer" else inputs)
        first = outputs[0] if isinstance(outputs, list) else outputs
        np.testing.assert_allclose(keras.ops.convert_to_numpy(first), arrays["output"], atol=1e-4)
        (following / kept.name).write_bytes(kept.read_bytes())
    model.save(following / path.name)
    print(path.stem)
"""


def _run(code, backend, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.split()


def _names(folder):
    import zipfile

    return "".join(zipfile.ZipFile(path).read("config.json").decode() for path in folder.glob("*.keras"))


# PyTorch compiles nothing, so it makes models the fastest; the second is what a student has.
INSTALLED = [name for name in ("torch", "tensorflow", "jax") if importlib.util.find_spec(name)]


@pytest.mark.parametrize(
    "backends",
    [
        pytest.param(INSTALLED[:2], id="one-to-another"),
        # Each backend opens what another saved, the first opens what the last saved.
        pytest.param([*INSTALLED, INSTALLED[0]], id="all-around", marks=pytest.mark.long),
    ],
)
def test_a_saved_model_opens_where_nothing_but_the_course_and_keras_was_imported(backends, tmp_path):
    if len(INSTALLED) == 1:
        backends = INSTALLED * 2
    folders = [tmp_path / str(number) for number in range(len(backends) + 1)]
    for folder in folders:
        folder.mkdir()
    _run(SAVE, backends[0], folders[0])
    saved = _names(folders[0])
    assert [name for name in course_lib._REGISTERED if f'"{name}"' not in saved] == []
    orders = ["import course_lib\nimport keras", "import keras\nimport course_lib"]
    for number, backend in enumerate(backends[1:]):
        code = LOAD.replace("IMPORTS", orders[number % 2])
        assert len(_run(code, backend, folders[number], folders[number + 1], backend)) == len(
            list(folders[0].glob("*.keras"))
        )
