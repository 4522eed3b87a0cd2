"""The rungs of the ladder that read word by word, and the documents' LSTM with its repairs.

They are trained on some of the training reviews, once: the epoch is chosen on the validation reviews, and the test is
scored by the same weights. Steps on the way from the documents' LSTM to the mended one are choices: nobody scores them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import keras
import numpy as np

from course_lib.mlp.seeds import offset_seed
from course_lib.preprocessing.batches import pad
from course_lib.preprocessing.corpus import Corpus
from course_lib.preprocessing.vocabulary import UNK
from course_lib.sentiment.encoding import Task
from course_lib.sentiment.n_grams import LogitLoss
from course_lib.sentiment.rungs import Climbed, learn_documents
from course_lib.sentiment.sequence import build_fasttext, build_lstm, build_transformer
from course_lib.training.compiling import compile_for_training
from course_lib.training.devices import set_seeds
from course_lib.training.provenance import clock

# What all of them share; a rung's own settings come on top.
COMMON: dict[str, object] = {
    **{"words": 20_000, "reviews": 25_000, "length": 256, "truncate": "left"},
    **{"batch_size": 100, "clipnorm": 1.0},
}

SETTINGS: dict[str, dict[str, object]] = {
    "mean-of-words": {"width": 64, "dropout": 0.3, "epochs": 10, "learning_rate": 0.01, "length": 400},
    "encoder": {
        **{"max_length": 128, "width": 64, "num_heads": 4, "hidden_dim": 128, "dropout": 0.3},
        **{"length": 128, "epochs": 4, "learning_rate": 0.002},
    },
    # As meant, at the documents' own size, batches and epochs: padding read, gradients not clipped, and the last 128
    # words, for `pad_sequences` cuts a longer review at its front unless it is told otherwise.
    "lstm": {
        **{"width": 128, "units": 128, "num_layers": 2, "use_mask": False},
        **{"length": 128, "epochs": 10, "learning_rate": 0.001, "batch_size": 32, "clipnorm": None},
    },
}

# The same network at a size that six trainings with three seeds can afford, and each repair on top of those before.
_SMALL = {"width": 64, "units": 32, "num_layers": 1, "use_mask": False, "reviews": 5_000, "epochs": 4}
_REPAIRS: dict[str, dict[str, object]] = {
    "0-as-meant": {**_SMALL, "length": 128, "learning_rate": 0.003, "scored": False},
    "1-mask": {"use_mask": True},
    "2-length": {"length": 256},
    "3-both-ways": {"bidirectional": True, "pooling": "max"},
    "4-dropout": {"dropout": 0.5},
    "5-vectors": {"pretrained": True, "scored": True},
}
_together: dict[str, object] = {}
for _name, _change in _REPAIRS.items():
    _together = {**_together, **_change}
    SETTINGS[f"lstm-{_name}"] = _together
# With all repairs, on as many reviews as the others.
SETTINGS["lstm-mended"] = {**_together, "reviews": 25_000}
REPAIRED = tuple(f"lstm-{name}" for name in _REPAIRS)

BUILDERS: dict[str, Callable[..., keras.Model]] = {
    "mean-of-words": build_fasttext,
    "encoder": build_transformer,
    **dict.fromkeys(("lstm", *REPAIRED, "lstm-mended"), build_lstm),
}
_OF_TRAINING = (*COMMON, "epochs", "learning_rate", "pretrained", "scored")


def settings_of(name: str) -> dict[str, object]:
    """All settings of a rung; none where it is no rung of this file."""
    return {**COMMON, **SETTINGS[name]} if name in SETTINGS else {}


def padded(corpus: Corpus, rows: np.ndarray, words: int, length: int, truncate: str) -> np.ndarray:
    """Some reviews as ids of the most frequent words, in one length.

    Args:
        corpus: reviews as ids.
        rows: which of them.
        words: how many ids are known; rarer words become the unknown word.
        length: how many words are kept.
        truncate: "right" keeps the first of a longer review, "left" the last.

    Shapes: rows (reviews,) → (reviews, length), int32.
    """
    found = [np.where((ids := corpus[int(row)]) < words, ids, UNK) for row in rows]
    return pad(found, length, truncate=truncate)


def word_vectors(given: Task, seed: int, words: int, width: int) -> np.ndarray:
    """Vectors of the most frequent words, from what was learnt of all training reviews without labels.

    Of the learnt vectors' directions the widest are kept. They are scaled to the spread of random first vectors; a word
    that is too rare to have one begins at random.

    Shapes: (words, width), float32.
    """
    columns, learnt = learn_documents(given, seed)
    single = columns < given.encoded.n_grams.offsets[1]
    ids = given.encoded.n_grams.keys[0][columns[single]]
    known = learnt.n_grams[single][ids < words]
    _, directions = np.linalg.eigh(known.T @ known)  # the widest last
    known = known @ directions[:, -width:]
    spread = 0.05 / 3**0.5  # of numbers drawn evenly from -0.05 to 0.05
    vectors = np.random.default_rng(seed).normal(0, spread, (words, known.shape[1])).astype(np.float32)
    vectors[ids[ids < words]] = known * (spread / known.std())
    vectors[0] = 0
    return vectors


def read(name: str, given: Task, seed: int) -> Climbed:
    """Train the network of this name, and choose its epoch on the validation reviews.

    Args:
        name: a key of `SETTINGS`.
        given: from `task`.
        seed: of first weights, orders and dropout.
    """
    settings = settings_of(name)
    words = min(settings["words"], len(given.encoded.words))
    sizes = {key: value for key, value in settings.items() if key not in _OF_TRAINING}
    if settings.get("pretrained"):
        sizes["vectors"] = word_vectors(given, seed, words, settings["width"])
    rows = np.random.default_rng(seed).permutation(given.training)[: settings["reviews"]]
    known, asked = given.encoded.corpora
    with clock(given.minutes, f"{name}: training"):
        as_read = partial(padded, words=words, length=settings["length"], truncate=settings["truncate"])
        own, held = as_read(known, rows), as_read(known, given.validation)
        set_seeds(offset_seed(seed, 7))
        model = BUILDERS[name](words, seed=seed, **sizes)
        optimizer = keras.optimizers.Adam(settings["learning_rate"], clipnorm=settings["clipnorm"])
        compile_for_training(model, own.shape, optimizer, loss=LogitLoss())
        best, weights, logits, curve = -1.0, None, None, []
        for _ in range(settings["epochs"]):
            model.fit(own, given.labels[rows].astype("float32"), batch_size=settings["batch_size"], verbose=0)
            found = model.predict(held, batch_size=250, verbose=0)
            curve.append(round(given.protocol.choose(found), 5))
            if curve[-1] > best:
                best, weights, logits = curve[-1], model.get_weights(), found
        model.set_weights(weights)
        final = None
        if settings.get("scored", True):
            final = model.predict(as_read(asked, np.arange(len(asked))), batch_size=250, verbose=0)
    return logits, final, {"reviews": len(rows), "validation_by_epoch": curve}
