"""Proves that the models that read word by word do not feel padding (and that the documents' LSTM does), that order
matters to those that know it, that every weight learns, and that they come back from disk.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib.sentiment import build_fasttext, build_lstm, build_transformer

from .samples import numpy

WORDS, WIDTH = 12, 8
BUILD = {
    "fasttext": lambda **given: build_fasttext(WORDS, WIDTH, **given),
    "lstm": lambda **given: build_lstm(WORDS, WIDTH, 6, **given),
    "lstm both ways": lambda **given: build_lstm(WORDS, WIDTH, 6, 1, bidirectional=True, pooling="max", **given),
    "lstm mean": lambda **given: build_lstm(WORDS, WIDTH, 6, 1, pooling="mean", **given),
    "transformer": lambda **given: build_transformer(WORDS, 20, WIDTH, 2, 16, **given),
}
IDS = np.array([[3, 4, 5, 6], [7, 8, 0, 0], [2, 0, 0, 0]])


def _stirred(name: str, **given) -> keras.Model:
    """A model whose weights are not those it begins with: zeros hide mistakes."""
    model, random = BUILD[name](seed=1, **given), np.random.default_rng(2)
    for weight in model.trainable_weights:
        weight.assign(numpy(weight) + 0.3 * random.normal(size=weight.shape))
    return model


@pytest.mark.parametrize("name", BUILD)
def test_one_logit_for_each_review_in_float32(name: str) -> None:
    logits = _stirred(name)(IDS)
    assert tuple(logits.shape) == (3,)
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"


@pytest.mark.parametrize("name", BUILD)
def test_more_padding_changes_nothing(name: str) -> None:
    model = _stirred(name)
    longer = np.pad(IDS, [(0, 0), (0, 5)])
    np.testing.assert_allclose(numpy(model(longer)), numpy(model(IDS)), atol=2e-5)


def test_the_documents_lstm_does_feel_padding() -> None:
    model = _stirred("lstm", use_mask=False)
    assert np.abs(numpy(model(np.pad(IDS, [(0, 0), (0, 5)]))) - numpy(model(IDS))).min() > 1e-4


@pytest.mark.parametrize("name", BUILD)
def test_a_review_without_words_has_a_finite_logit(name: str) -> None:
    assert np.isfinite(numpy(_stirred(name)(np.zeros((2, 4), int)))).all()


@pytest.mark.parametrize("name", BUILD)
def test_order_matters_to_all_but_the_mean_of_words(name: str) -> None:
    model = _stirred(name)
    change = np.abs(numpy(model(IDS[:1, ::-1])) - numpy(model(IDS[:1]))).max()
    assert (change < 1e-6) if name == "fasttext" else (change > 1e-4)


def test_the_mean_of_words_is_that_of_a_loop() -> None:
    model = _stirred("fasttext")
    vectors, kernel, bias = (numpy(weight) for weight in model.weights)
    for row, logit in zip(IDS, numpy(model(IDS)), strict=True):
        mean = np.mean([vectors[word] for word in row if word], axis=0)
        np.testing.assert_allclose(logit, mean @ kernel[:, 0] + bias[0], rtol=1e-4)


@pytest.mark.parametrize("name", BUILD)
def test_given_vectors_are_where_it_begins_and_they_learn(name: str) -> None:
    vectors = np.random.default_rng(3).normal(size=(WORDS, WIDTH)).astype("float32")
    model = BUILD[name](vectors=vectors, seed=1)
    np.testing.assert_array_equal(numpy(model.get_layer("words").embeddings), vectors)
    assert any(weight is model.get_layer("words").embeddings for weight in model.trainable_weights)
    with pytest.raises(ValueError, match="vectors has the shape"):
        BUILD[name](vectors=vectors[:, :3])


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILD)
def test_every_weight_moves_in_a_step_and_none_becomes_nan(name: str) -> None:
    model = _stirred(name)
    before = [numpy(weight) for weight in model.trainable_weights]
    model.compile(keras.optimizers.SGD(0.5), keras.losses.BinaryCrossentropy(from_logits=True))
    model.train_on_batch(IDS, np.array([1.0, 0.0, 1.0]))
    for weight, old in zip(model.trainable_weights, before, strict=True):
        assert np.isfinite(numpy(weight)).all()
        if not weight.path.endswith("key/bias"):  # the softmax does not feel what is added to all scores
            assert not np.array_equal(numpy(weight), old), weight.path


@pytest.mark.parametrize("name", BUILD)
def test_same_seed_same_model_and_back_from_disk(name: str, tmp_path: Path) -> None:
    first, again, other = (BUILD[name](seed=seed, dropout=0.1) for seed in (4, 4, 5))
    np.testing.assert_array_equal(
        numpy(first.get_layer("words").embeddings), numpy(again.get_layer("words").embeddings)
    )
    assert not np.array_equal(numpy(first.get_layer("words").embeddings), numpy(other.get_layer("words").embeddings))
    model = _stirred(name)
    model.save(tmp_path / "model.keras")
    np.testing.assert_allclose(
        numpy(keras.saving.load_model(tmp_path / "model.keras")(IDS)), numpy(model(IDS)), atol=1e-5
    )


def test_arguments_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="pooling"):
        build_lstm(WORDS, pooling="first")
    with pytest.raises(ValueError, match="num_layers"):
        build_transformer(WORDS, 10, num_layers=0)
    with pytest.raises(ValueError, match=r"rate|dropout"):
        build_fasttext(WORDS, dropout=1.0)
