"""Proves that heads on an encoder score what they should: masked words by the table of words, pairs by the first
vector, classes by the vector that was asked for; that every weight learns, and that models come back.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib.bert import (
    BertClassifier,
    BertPretrainer,
    MaskedBatches,
    first_vector,
    mean_vector,
    vectors_at,
)
from course_lib.mlp import CrossEntropy
from course_lib.training import compile_for_training, fit_resumable
from course_lib.transformer import SmoothedCrossEntropy
from tensors import normal, numpy

from .samples import batch, gelu, norm, small, stir, tokenizer, weights_of


def test_one_vector_for_a_text_is_its_first_or_the_mean_of_its_tokens() -> None:
    vectors, mask = normal(2, 4, 3), np.array([[True, True, True, False], [True, True, False, False]])
    np.testing.assert_array_equal(numpy(first_vector(vectors)), vectors[:, 0])
    expected = [vectors[0, :3].mean(axis=0), vectors[1, :2].mean(axis=0)]
    np.testing.assert_allclose(numpy(mean_vector(vectors, mask)), expected, atol=1e-6)


def test_vectors_are_taken_from_the_positions_of_their_own_text() -> None:
    vectors, positions = normal(3, 5, 4), np.array([[4, 0], [2, 2], [1, 3]], dtype="int32")
    expected = np.take_along_axis(vectors, positions[:, :, None], axis=1)
    np.testing.assert_array_equal(numpy(vectors_at(vectors, positions)), expected)


def test_masked_words_are_scored_by_the_table_of_words() -> None:
    model = BertPretrainer(small(), seed=1)
    stir(model, 5)
    given = batch()
    positions = np.array([[1, 2], [6, 1], [3, 0]])
    found = numpy(model({**given, "positions": positions}))
    weights = {name.removeprefix("word_head/"): one for name, one in weights_of(model).items() if "word_head" in name}
    table = numpy(model.encoder.embeddings.token_vectors)
    rows = np.take_along_axis(numpy(model.encoder(given)), positions[:, :, None], axis=1).astype(np.float64)
    hidden = gelu(rows @ weights["dense/kernel"] + weights["dense/bias"])
    expected = norm(hidden, weights, "norm") @ table.T + weights["word_bias"]
    np.testing.assert_allclose(found, expected, atol=2e-5)
    everywhere = numpy(model(given))
    assert everywhere.shape == (3, 7, 19) and everywhere.dtype == np.float32
    np.testing.assert_allclose(np.take_along_axis(everywhere, positions[:, :, None], axis=1), found, atol=2e-5)


def test_a_pair_is_judged_by_the_pooled_first_vector() -> None:
    model = BertPretrainer(small(pooler=True), pairs=True, seed=1)
    given = batch()
    found = model(given)
    pooled = np.tanh(
        numpy(model.encoder(given))[:, 0] @ numpy(model.encoder.pooler.kernel) + numpy(model.encoder.pooler.bias)
    )
    expected = pooled @ numpy(model.pair_head.kernel) + numpy(model.pair_head.bias)
    np.testing.assert_allclose(numpy(found["pair"]), expected, atol=1e-5)
    assert set(found) == {"words", "pair"}


@pytest.mark.parametrize("pooling", ["first", "mean", "pooler"])
def test_classes_are_scored_by_the_vector_that_was_asked_for(pooling: str) -> None:
    encoder, given = small(pooler=True), batch()
    model = BertClassifier(encoder, 3, pooling)
    vectors = encoder(given)
    vector = {
        "first": lambda: first_vector(vectors),
        "mean": lambda: mean_vector(vectors, given["padding_mask"]),
        "pooler": lambda: encoder.pooler(first_vector(vectors)),
    }[pooling]()
    expected = numpy(vector) @ numpy(model.head.kernel) + numpy(model.head.bias)
    np.testing.assert_allclose(numpy(model(given)), expected, atol=1e-5)
    ids = given["token_ids"]
    without = {**given, "segment_ids": np.zeros_like(ids)}
    np.testing.assert_allclose(numpy(model(ids)), numpy(model(without)), atol=1e-5)
    longer = np.pad(ids, [(0, 0), (0, 3)])
    np.testing.assert_allclose(numpy(model(longer)), numpy(model(ids)), atol=1e-5)


def _moved(model: keras.Model, before: list[np.ndarray]) -> list[str]:
    """The paths of trainable weights that stayed as they were."""
    return [
        weight.path
        for weight, old in zip(model.trainable_variables, before, strict=True)
        if np.array_equal(numpy(weight), old)
    ]


@pytest.mark.slow
def test_pre_training_moves_every_weight_and_learns_a_text_by_heart() -> None:
    words = tokenizer()
    texts = [words.ids_of(text)[0] for text in ("the film is good !", "a very long film .", "the unwatchable film")] * 4
    model = BertPretrainer(small(seed=0, num_layers=1, width=24, hidden_dim=32), seed=0)
    compile_for_training(model, None, keras.optimizers.Adam(0.01), loss=SmoothedCrossEntropy(0.0))
    before = [numpy(weight) for weight in model.trainable_variables]
    batches = MaskedBatches(texts, words, 12, 8, seed=1)
    losses = [model.fit(batches.next_epoch(epoch), verbose=0).history["loss"][0] for epoch in range(60)]
    # Of the tables only rows that were read can move.
    assert _moved(model, before) == []
    assert np.mean(losses[-10:]) < 0.5 * losses[0]


@pytest.mark.slow
def test_pre_training_of_both_tasks_moves_both_heads() -> None:
    model = BertPretrainer(small(pooler=True), pairs=True, seed=0)
    losses = {"words": SmoothedCrossEntropy(0.0), "pair": CrossEntropy()}
    compile_for_training(model, None, keras.optimizers.Adam(0.01), loss=losses, run_eagerly=True)
    before = [numpy(weight) for weight in model.trainable_variables]
    given = {**batch(), "positions": np.array([[1, 2]] * 3, dtype="int32")}
    del given["padding_mask"]
    labels = {"words": np.array([[5, 0], [6, 7], [8, 9]]), "pair": np.array([0, 1, 1])}
    history = model.fit(given, labels, epochs=8, batch_size=3, verbose=0).history["loss"]
    assert _moved(model, before) == [] and history[-1] < history[0]


def test_labels_of_zero_count_nothing() -> None:
    model, given = BertPretrainer(small(), seed=0), batch()
    logits = model({**given, "positions": np.array([[1, 2]] * 3)})
    loss = SmoothedCrossEntropy(0.0)
    some, first = np.array([[5, 0], [6, 0], [7, 0]]), np.array([[5], [6], [7]])
    assert float(loss(some, logits)) == pytest.approx(float(loss(first, logits[:, :1])), abs=1e-5)


@pytest.mark.slow
def test_a_classifier_moves_every_weight_and_learns_a_batch_by_heart() -> None:
    model = BertClassifier(small(seed=0), 2, dropout=0.0, seed=0)
    compile_for_training(model, None, keras.optimizers.Adam(0.01), loss=CrossEntropy())
    before = [numpy(weight) for weight in model.trainable_variables]
    given = batch(rows=8)
    del given["padding_mask"]
    history = model.fit(given, np.arange(8) % 2, epochs=40, batch_size=8, verbose=0).history["loss"]
    assert _moved(model, before) == []
    assert history[-1] < 0.1


@pytest.mark.slow
def test_pre_training_goes_on_after_a_kill_as_if_nothing_had_happened(tmp_path: Path) -> None:
    words = tokenizer()
    texts = [words.ids_of(text)[0] for text in ("the film is good !", "a very long film .", "the unwatchable film")] * 2
    batches = MaskedBatches(texts, words, 3, 8, seed=1)

    def trained(folder: Path, *stops: int) -> list[np.ndarray]:
        for epochs in stops:
            model = BertPretrainer(small(seed=0, dropout=0.2, num_layers=1), seed=0)
            compile_for_training(model, None, keras.optimizers.Adam(0.01), loss=SmoothedCrossEntropy(0.0))
            fit_resumable(model, batches.next_epoch, epochs, folder)
        return [numpy(weight) for weight in model.weights]

    whole, in_parts = trained(tmp_path / "whole", 3), trained(tmp_path / "parts", 1, 3)
    for one, other in zip(whole, in_parts, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["words", "pairs", "classifier"])
def test_models_come_back_from_files(kind: str, tmp_path: Path) -> None:
    model = {
        "words": lambda: BertPretrainer(small()),
        "pairs": lambda: BertPretrainer(small(pooler=True), pairs=True),
        "classifier": lambda: BertClassifier(small(pooler=True), 4, "pooler", dropout=0.3, seed=5),
    }[kind]()
    stir(model, 9)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.get_config() == model.get_config()
    given = batch()
    for one, other in zip(*(keras.tree.flatten(each(given)) for each in (model, again)), strict=True):
        np.testing.assert_array_equal(numpy(one), numpy(other))


def test_first_weights_of_heads_come_from_their_seed_alone() -> None:
    one, same, other = (BertClassifier(small(), 3, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(numpy(one.head.kernel), numpy(same.head.kernel))
    assert not np.array_equal(numpy(one.head.kernel), numpy(other.head.kernel))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: BertClassifier("bert"), TypeError, "encoder is of type str; allowed: a BertEncoder"),
        (lambda: BertPretrainer(small(), pairs=True), ValueError, "pairs is True and the encoder has no pooler"),
        (lambda: BertClassifier(small(), pooling="pooler"), ValueError, "pooling is 'pooler' and the encoder has no"),
        (lambda: BertClassifier(small(), pooling="max"), ValueError, "pooling is 'max'; allowed: 'first', 'mean'"),
        (lambda: BertClassifier(small(), 1), ValueError, "num_classes is 1; allowed: 2 or more"),
        (lambda: BertClassifier(small(), dropout=1), ValueError, "dropout is 1"),
    ],
)
def test_heads_that_cannot_be_are_refused(make, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()
