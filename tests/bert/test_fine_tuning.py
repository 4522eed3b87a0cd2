"""Proves that each layer's steps are as large as its rate says, on every backend; that frozen layers stay; that long
texts keep both ends, or are seen whole through windows; and that fine-tuning learns, and goes on after a kill.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib.base.errors import UsageError
from course_lib.bert import (
    BertClassifier,
    LabelledBatches,
    LayerwiseAdam,
    class_probabilities,
    fine_tune,
    freeze_bottom,
    head_and_tail,
    rates_by_layer,
    windows,
)
from course_lib.mlp import CrossEntropy
from course_lib.training import compile_for_training
from tensors import normal, numpy

from .samples import batch, small


def _classifier(**options: object) -> BertClassifier:
    return BertClassifier(small(seed=0, **options), 2, dropout=0.0, seed=0)


def _texts(rows: int = 24) -> tuple[list[list[int]], np.ndarray]:
    """Texts of two kinds, which have no word in common."""
    random = np.random.default_rng(1)
    labels = np.arange(rows) % 2
    lengths = random.integers(3, 6, size=rows)
    words = [
        random.integers(5 + 7 * label, 12 + 7 * label, size=length)
        for label, length in zip(labels, lengths, strict=True)
    ]
    return [[2, *one.tolist(), 3] for one in words], labels.astype(np.int32)


def test_the_rates_shrink_from_layer_to_layer() -> None:
    rates = rates_by_layer(3, 0.5)
    assert rates == {"/embeddings/": 0.0625, "/layer_0/": 0.125, "/layer_1/": 0.25, "/layer_2/": 0.5}
    assert set(rates_by_layer(12, 1.0).values()) == {1.0}
    # "layer_1" is not the beginning of "layer_10".
    assert rates_by_layer(12, 0.9)["/layer_1/"] < rates_by_layer(12, 0.9)["/layer_10/"]


def test_the_first_step_of_every_weight_is_as_long_as_its_rate() -> None:
    """Adam's first step moves every number by the rate, whatever its gradient: so the factors can be read off."""
    model = _classifier()
    optimizer = LayerwiseAdam(0.01, rates_by_layer(2, 0.5), decay=0.0, epsilon=1e-12)
    optimizer.build(model.trainable_variables)
    before = [numpy(weight) for weight in model.trainable_variables]
    gradients = [normal(*weight.shape, seed=place) for place, weight in enumerate(model.trainable_variables)]
    optimizer.apply([keras.ops.convert_to_tensor(one) for one in gradients], model.trainable_variables)
    expected = {"embeddings": 0.125, "layer_0": 0.25, "layer_1": 0.5, "head": 1.0}
    met = set()
    for weight, old, gradient in zip(model.trainable_variables, before, gradients, strict=True):
        name = next(name for name in expected if f"/{name}/" in f"/{weight.path}")
        met.add(name)
        np.testing.assert_allclose(numpy(weight) - old, -0.01 * expected[name] * np.sign(gradient), atol=1e-6)
    assert met == set(expected)


@pytest.mark.slow
def test_within_fit_too_steps_are_as_long_as_the_rates() -> None:
    texts, labels = _texts(8)
    ids = batch(8)["token_ids"]
    moved = {}
    for decay in (1.0, 0.25):
        model = _classifier()
        before = {weight.path.split("/", 1)[1]: numpy(weight) for weight in model.trainable_variables}
        optimizer = LayerwiseAdam(0.01, rates_by_layer(2, decay), decay=0.0)
        compile_for_training(model, None, optimizer, loss=CrossEntropy(), run_eagerly=True)
        model.fit(ids, labels, batch_size=8, epochs=1, verbose=0)
        moved[decay] = {
            weight.path.split("/", 1)[1]: np.abs(numpy(weight) - before[weight.path.split("/", 1)[1]]).max()
            for weight in model.trainable_variables
        }
    for name, factor in (("layer_0/feed_forward_hidden/kernel", 1 / 16), ("layer_1/feed_forward_hidden/kernel", 1 / 4)):
        assert moved[0.25][name] / moved[1.0][name] == pytest.approx(factor, rel=0.02)
    assert moved[0.25]["head/kernel"] == pytest.approx(moved[1.0]["head/kernel"], rel=1e-4)
    assert texts


def test_weights_decay_by_their_own_rate_and_biases_and_norms_do_not() -> None:
    model = _classifier()
    optimizer = LayerwiseAdam(0.1, rates_by_layer(2, 0.5), decay=0.3)
    optimizer.build(model.trainable_variables)
    before = [numpy(weight) for weight in model.trainable_variables]
    zeros = [keras.ops.zeros(weight.shape) for weight in model.trainable_variables]
    optimizer.apply(zeros, model.trainable_variables)
    for weight, old in zip(model.trainable_variables, before, strict=True):
        factor = {"embeddings": 0.125, "layer_0": 0.25, "layer_1": 0.5}.get(weight.path.split("/")[1], 1.0)
        kept = 1.0 if weight.path.endswith(("bias", "beta", "gamma")) else 1 - 0.1 * 0.3 * factor
        np.testing.assert_allclose(numpy(weight), kept * old, atol=1e-6)


def test_the_optimiser_comes_back_with_its_settings() -> None:
    optimizer = LayerwiseAdam(0.1, {"/a/": 0.5}, decay=0.2, beta_2=0.98)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert isinstance(again, LayerwiseAdam) and again.get_config() == optimizer.get_config()


@pytest.mark.slow
@pytest.mark.parametrize("count", [0, 1, 2])
def test_frozen_layers_stay_and_all_others_move(count: int) -> None:
    model = _classifier()
    freeze_bottom(model.encoder, 2)
    freeze_bottom(model.encoder, count)  # the last word counts
    frozen = [f"layer_{number}/" for number in range(count)] + (["embeddings/"] if count else [])
    before = {weight.path: numpy(weight) for weight in model.weights if "seed" not in weight.path}
    optimizer = LayerwiseAdam(0.01, rates_by_layer(2, 0.9))
    compile_for_training(model, None, optimizer, loss=CrossEntropy(), run_eagerly=True)
    model.fit(batch(8)["token_ids"], np.arange(8) % 2, batch_size=4, epochs=2, verbose=0)
    for weight in model.weights:
        if weight.path in before:
            stays = any(f"/{piece}" in weight.path for piece in frozen)
            assert np.array_equal(numpy(weight), before[weight.path]) == stays, weight.path


def test_long_texts_keep_both_ends() -> None:
    text = [2, *range(10, 500), 3]
    cut = head_and_tail(text)
    assert len(cut) == 128 and cut[:33] == text[:33] and cut[33:] == text[-95:]
    assert head_and_tail(text[:128]) == text[:128] and head_and_tail([2, 3]) == [2, 3]
    assert head_and_tail(np.array(text), 2, 1) == [2, 10, 3]


@pytest.mark.parametrize("count", [2, 3, 9, 10, 11, 17, 18, 19, 60, 500])
def test_windows_hold_every_id_between_the_special_ones_and_are_as_few_and_as_even_as_can_be(count: int) -> None:
    text = [2, *range(10, 8 + count), 3]
    seen = windows(text, 10)
    assert {id for window in seen for id in window} == set(text)
    assert all((window[0], window[-1], len(window)) == (2, 3, min(count, 10)) for window in seen)
    # Between [CLS] and [SEP] each window is a stretch of the text as it stands there.
    assert all(window[1:-1] == list(range(window[1], window[1] + len(window) - 2)) for window in seen if count > 2)
    assert len(seen) == max(1, -(-(count - 2) // 8))
    starts = [text.index(window[1]) for window in seen]
    assert starts == sorted(set(starts)) and np.ptp(np.diff(starts)) <= 1 if len(seen) > 1 else len(starts) == 1


def test_a_text_of_one_window_is_left_as_it_is() -> None:
    assert windows([2, 7, 3], 3) == [[2, 7, 3]] and windows(np.array([2, 7, 8, 3]), 3) == [[2, 7, 3], [2, 8, 3]]


def test_batches_hold_every_text_once_and_come_in_another_order_in_every_epoch() -> None:
    texts, labels = _texts(20)
    batches = LabelledBatches(texts, labels, 4, (5, 8), seed=1)
    seen = []
    for index in range(len(batches)):
        ids, classes = batches[index]
        assert ids.shape in ((4, 5), (4, 8)) and classes.shape == (4,)
        for row, label in zip(ids, classes, strict=True):
            place = next(
                place for place, text in enumerate(texts) if text == row[row != 0].tolist() and place not in seen
            )
            assert labels[place] == label
            seen.append(place)
    again, later = (LabelledBatches(texts, labels, 4, (5, 8), seed=1, epoch=epoch) for epoch in (0, 1))
    np.testing.assert_array_equal(again[0][0], batches[0][0])
    assert any(later[index][0].tolist() != batches[index][0].tolist() for index in range(len(later)))


@pytest.mark.slow
def test_batches_of_several_lengths_are_read_whichever_come_first() -> None:
    """What TensorFlow makes a reader for is the first two batches: of one length, they would shut out all others."""
    texts = [[2, *range(5, 8), 3]] * 14 + [[2, *range(5, 11), 3]] * 2
    batches = [LabelledBatches(texts, [0, 1] * 8, 2, (5, 8), epoch=epoch) for epoch in range(6)]
    assert all(one[0][0].shape != one[1][0].shape and len(one) == 8 for one in batches)
    model = _classifier(num_layers=1)
    compile_for_training(model, None, keras.optimizers.Adam(0.01), loss=CrossEntropy())
    history = model.fit(batches[0], shuffle=False, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert sorted(one[0].shape[1] for one in batches[0]) == [5] * 7 + [8]
    alike = LabelledBatches(texts[:14], [0, 1] * 7, 2, (5, 8))
    assert {alike[index][0].shape for index in range(len(alike))} == {(2, 5)}


@pytest.mark.slow
def test_fine_tuning_learns_and_goes_on_after_a_kill(tmp_path: Path) -> None:
    texts, labels = _texts(24)
    options = {"batch_size": 8, "boundaries": (8,), "learning_rate": 0.02, "layer_decay": 0.8}

    def trained(folder: Path) -> tuple[dict[str, list[float]], BertClassifier]:
        model = _classifier(num_layers=1)
        return fine_tune(model, texts, labels, folder, epochs=8, **options), model

    history, model = trained(tmp_path / "whole")
    assert len(history["loss"]) == 8 and history["loss"][-1] < 0.5 * history["loss"][0]
    found = class_probabilities(model, texts, max_length=8, batch_size=10)
    assert found.shape == (24, 2)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    assert (found.argmax(axis=1) == labels).mean() > 0.85
    # Take away the last two states, as if it had been killed after the sixth epoch; then train on.
    kept = sorted((tmp_path / "whole").glob("epoch-*.npz"))
    kept[-1].unlink()
    again, other = trained(tmp_path / "whole")
    assert again["loss"] == pytest.approx(history["loss"], abs=1e-6)
    for one, two in zip(model.trainable_variables, other.trainable_variables, strict=True):
        np.testing.assert_array_equal(numpy(one), numpy(two))
    with pytest.raises(UsageError, match="holds the states of another training"):
        fine_tune(_classifier(num_layers=1), texts, labels, tmp_path / "whole", epochs=8, **{**options, "seed": 2})


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: head_and_tail([2, 3], 0, 1), ValueError, "head is 0"),
        (lambda: windows([2, 7, 3], 2), ValueError, "length is 2; allowed: 3 or more"),
        (lambda: windows([2, 7, 3], 3.0), TypeError, "length is 3.0"),
        (lambda: rates_by_layer(2, 1.5), ValueError, "decay is 1.5; allowed: above 0 and up to 1"),
        (lambda: rates_by_layer(0, 0.5), ValueError, "num_layers is 0"),
        (lambda: freeze_bottom(small(), 3), ValueError, "num_layers is 3; allowed: 0 to 2"),
        (lambda: LayerwiseAdam(0.1, {"/a/": 0}), ValueError, r"factors\['/a/'\] is 0"),
        (lambda: LayerwiseAdam(0.1, decay=-1), ValueError, "decay is -1"),
        (lambda: LabelledBatches([[2, 3]], [0, 1], 1, (4,)), ValueError, r"the labels of texts have the shape \(2,\)"),
        (lambda: LabelledBatches([[2, 3]], [0], 2, (4,)), ValueError, "batch_size is 2; allowed: no more than"),
        (lambda: fine_tune(small(), [[2, 3]], [0], "x"), TypeError, "model is of type BertEncoder"),
        (lambda: class_probabilities(None, []), ValueError, "texts is empty"),
    ],
)
def test_wrong_arguments_are_refused_by_name(make, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


def test_two_factors_for_one_weight_are_refused() -> None:
    with pytest.raises(ValueError, match="factors holds '/layer_0/' and '/attention/', both in"):
        LayerwiseAdam(0.1, {"/layer_0/": 0.5, "/attention/": 0.5}).build(_classifier().trainable_variables)
