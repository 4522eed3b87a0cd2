"""Proves that the vectors of texts are those of each layer whatever they are batched with, and that probes find what is
there, and where, and nothing where nothing is.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from course_lib.bert import BertTokenizer, load_encoder, probe_layers, text_vectors
from course_lib.data import minilm
from tensors import normal, numpy

from .samples import small


@pytest.mark.parametrize("pooling", ["mean", "first"])
def test_vectors_are_those_of_every_layer_whatever_they_are_batched_with(pooling: str) -> None:
    encoder = small()
    random = np.random.default_rng(0)
    texts = [[2, *random.integers(5, 19, size=size).tolist(), 3] for size in (6, 1, 4, 2, 8, 3, 5)]
    found = text_vectors(encoder, texts, pooling, max_length=10, batch_size=3)
    assert found.shape == (3, 7, 12) and found.dtype == np.float32
    for place, text in enumerate(texts):
        for layer, states in enumerate(encoder(np.array([text]), return_hidden_states=True)):
            expected = numpy(states)[0].mean(axis=0) if pooling == "mean" else numpy(states)[0, 0]
            np.testing.assert_allclose(found[layer, place], expected, atol=1e-5)
    cut = text_vectors(encoder, texts, pooling, max_length=4)
    np.testing.assert_allclose(cut, text_vectors(encoder, [text[:4] for text in texts], pooling, 10), atol=1e-5)


def test_probes_find_what_is_there_and_where() -> None:
    labels = np.arange(300) % 2
    vectors = np.stack([normal(300, 6, seed=layer) for layer in range(3)])
    vectors[1, :, 2] += 3 * labels  # layer 1 alone knows
    vectors[:, :, 0] *= 1_000  # a number that is large and knows nothing
    probes = probe_layers(vectors[:, :200], labels[:200], vectors[:, 200:], labels[200:])
    assert [probe.layer for probe in probes] == [0, 1, 2]
    assert probes[1].accuracy > 0.85
    assert max(probes[0].accuracy, probes[2].accuracy) < 0.68
    assert all(probe.control < 0.68 for probe in probes)


def test_several_classes_are_told_apart() -> None:
    labels = np.arange(240) % 4
    vectors = 0.5 * normal(1, 240, 5)
    vectors[0, np.arange(240), labels] += 2
    (probe,) = probe_layers(vectors[:, :160], labels[:160], vectors[:, 160:], labels[160:], penalties=(1.0,))
    assert probe.accuracy > 0.9 and probe.penalty == 1.0 and probe.control < 0.5


@pytest.mark.seconds
def test_the_real_encoder_knows_one_meaning_of_a_word_from_another(real_data: Path) -> None:
    if not (real_data / "minilm").exists():
        pytest.skip("needs minilm in COURSE_DATA")
    files = minilm.load()
    encoder, words = load_encoder(files.weights, files.config), BertTokenizer.from_file(files.vocabulary)
    texts = [
        "she put her money into the bank",
        "the bank raised its interest rates",
        "they sat on the bank of the river",
    ]
    rows = [words.ids_of(text)[0] for text in texts]
    bank = words.to_ids(["bank"])[0]
    vectors = [numpy(encoder(np.array([row])))[0, row.index(bank)] for row in rows]
    vectors = [one / np.linalg.norm(one) for one in vectors]
    assert vectors[0] @ vectors[1] > max(vectors[0] @ vectors[2], vectors[1] @ vectors[2]) + 0.02


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: text_vectors(small(), [], max_length=8), "texts is empty"),
        (lambda: text_vectors(small(), [[2, 3], []], max_length=8), "holds an empty text"),
        (lambda: text_vectors(small(), [[2, 3]], "max"), "pooling is 'max'"),
        (lambda: text_vectors(small(), [[2, 3]]), "max_length is 128; allowed: 1 to 10"),
        (lambda: text_vectors(small(), [[2, 19]], max_length=8), "holds ids from 2 to 19"),
        (lambda: probe_layers(normal(2, 4), [0] * 4, normal(2, 4), [0] * 4), "vectors has the shape"),
        (lambda: probe_layers(normal(2, 4, 3), [0, 1], normal(2, 4, 3), [0] * 4), "the labels of vectors"),
        (lambda: probe_layers(normal(2, 4, 3), [1] * 4, normal(2, 4, 3), [0] * 4), "the class 1 alone"),
        (lambda: probe_layers(normal(2, 4, 3), [0, 1] * 2, normal(1, 4, 3), [0] * 4), "as many layers"),
        (lambda: probe_layers(normal(2, 4, 3) * np.nan, [0, 1] * 2, normal(2, 4, 3), [0] * 4), "NaN"),
    ],
)
def test_wrong_arguments_are_refused_by_name(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
