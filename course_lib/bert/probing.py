"""What a trained encoder knows, layer by layer: its vectors, and how far a plain classifier comes with them alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from keras import ops

from course_lib.base.arguments import checked_id_lists, require_choice, require_integer
from course_lib.base.examples import checked_labels
from course_lib.bert.encoder import BertEncoder
from course_lib.bert.heads import first_vector, mean_vector
from course_lib.preprocessing.batches import filled_batches

PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0)


def text_vectors(
    encoder: BertEncoder,
    texts: Sequence[Sequence[int]],
    pooling: str = "mean",
    max_length: int = 128,
    batch_size: int = 32,
) -> np.ndarray:
    """One vector for each text from each layer; the first are those that go into the first layer.

    Args:
        encoder: a trained encoder.
        texts: the ids of each text, special tokens included.
        pooling: "mean" of all tokens, special ones included, or "first".
        max_length: what longer texts are cut to.
        batch_size: how many are read at a time, those of similar length together.

    Returns:
        A float32 array.

    Shapes: (num_layers + 1, texts, width).

    Raises:
        TypeError: if an id is no whole number.
        ValueError: if there is no text, one is empty, or `pooling` is unknown.
    """
    require_choice("pooling", pooling, ["mean", "first"])
    require_integer("max_length", max_length, at_least=1, at_most=encoder.max_length)
    require_integer("batch_size", batch_size, at_least=1)
    texts = [text[:max_length] for text in checked_id_lists("texts", texts, encoder.vocabulary_size)]
    if not texts or not all(map(len, texts)):
        raise ValueError("texts is empty or holds an empty text; allowed: one text or more, of one id or more")
    found = np.empty((len(encoder.encoder_layers) + 1, len(texts), encoder.width), np.float32)
    for rows, token_ids in filled_batches(texts, batch_size, 16, max_length):
        for layer, states in enumerate(encoder(token_ids, return_hidden_states=True)):
            vectors = mean_vector(states, token_ids != 0) if pooling == "mean" else first_vector(states)
            found[layer, rows] = ops.convert_to_numpy(ops.cast(vectors, "float32"))[: len(rows)]
    return found


@dataclass(frozen=True)
class Probe:
    """How far logistic regression came with the vectors of one layer.

    Args:
        layer: 0 for what goes into the first layer.
        penalty: the inverse strength of regularisation that was best on the validation set.
        accuracy: on the validation set.
        control: the same with labels that were dealt out at random, which shows what the classifier learns by heart.
    """

    layer: int
    penalty: float
    accuracy: float
    control: float


def probe_layers(
    vectors: np.ndarray,
    labels: Sequence[int],
    validation_vectors: np.ndarray,
    validation_labels: Sequence[int],
    penalties: Sequence[float] = PENALTIES,
    seed: int = 0,
) -> list[Probe]:
    """Ask each layer's vectors for the labels, by logistic regression on standardised numbers.

    Args:
        vectors: from `text_vectors`.
        labels: the class of each text.
        validation_vectors: of other texts.
        validation_labels: their classes.
        penalties: which inverse strengths of regularisation are tried.
        seed: of the control's labels.

    Returns:
        One probe for each layer.

    Shapes: vectors (layers, texts, width), validation_vectors (layers, other texts, width).

    Raises:
        TypeError: if labels are no whole numbers.
        ValueError: if shapes do not fit, a number is not finite, or there is one class alone.

    Source: G. Alain and Y. Bengio, 2016 (arXiv:1610.01644); the control after J. Hewitt and P. Liang, "Designing and
    Interpreting Probes with Control Tasks", EMNLP 2019 (arXiv:1909.03368), with labels for texts in place of words.
    """
    vectors, validation_vectors = (
        _checked(name, each) for name, each in (("vectors", vectors), ("validation_vectors", validation_vectors))
    )
    if vectors.shape[::2] != validation_vectors.shape[::2]:
        raise ValueError(
            f"validation_vectors has the shape {validation_vectors.shape}; allowed: as many layers and numbers as in"
            f" {vectors.shape}"
        )
    labels = checked_labels("vectors", labels, vectors.shape[1])
    validation_labels = checked_labels("validation_vectors", validation_labels, validation_vectors.shape[1])
    if len(np.unique(labels)) < 2:
        raise ValueError(f"labels holds the class {labels[0]} alone; allowed: two classes or more")
    random = np.random.default_rng(seed)
    # Dealt out anew on both sides: nothing can be told from a text, and what is right is right by chance.
    dealt, dealt_too = random.permutation(labels), random.permutation(validation_labels)
    probes = []
    for layer, (given, asked) in enumerate(zip(vectors, validation_vectors, strict=True)):
        mean, deviation = given.mean(axis=0), given.std(axis=0) + 1e-6
        given, asked = (given - mean) / deviation, (asked - mean) / deviation
        scores = [_accuracy(given, labels, asked, validation_labels, penalty) for penalty in penalties]
        best = int(np.argmax(scores))
        control = _accuracy(given, dealt, asked, dealt_too, penalties[best])
        probes.append(Probe(layer, penalties[best], scores[best], control))
    return probes


def _accuracy(given: np.ndarray, labels: np.ndarray, asked: np.ndarray, right: np.ndarray, penalty: float) -> float:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=penalty, max_iter=1_000)
    return float(model.fit(given, labels).score(asked, right))


def _checked(name: str, vectors: np.ndarray) -> np.ndarray:
    vectors = np.asarray(vectors)
    if vectors.ndim != 3 or not vectors.size:
        raise ValueError(f"{name} has the shape {vectors.shape}; allowed: (layers, texts, width), none of them 0")
    if not np.isfinite(vectors).all():
        raise ValueError(f"{name} holds NaN or infinity; allowed: finite numbers")
    return vectors
