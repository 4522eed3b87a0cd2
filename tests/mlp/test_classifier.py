"""The Keras classifier: its logits, gradients, seeds and files, and that training it does what the arguments say."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from course_lib import mlp
from course_lib.mlp.classifier import _Batches


def numpy(values) -> np.ndarray:
    return ops.convert_to_numpy(values)


def striped(examples: int = 96, seed: int = 0):
    """Pictures of 4×4 with one bright row, whose number is the label, in noise."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 4, size=examples)
    images = 0.5 * random.random((examples, 4, 4))
    images[np.arange(examples), labels] += 0.5
    return images.astype("float32"), labels


def small(**settings) -> mlp.MLP:
    model = mlp.MLP(4, **{"hidden_dims": (12, 8), "seed": 1, **settings})
    model.build((None, 4, 4))
    return model


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_the_logits_are_those_of_the_network_by_hand(activation):
    model, (images, _) = small(activation=activation), striped()
    values = model.get_weights()
    layers = list(zip(values[0::2], values[1::2], strict=True))
    expected, _ = mlp.forward(layers, images.reshape(len(images), -1), activation)
    np.testing.assert_allclose(numpy(model(images)), expected, atol=1e-5)
    np.testing.assert_allclose(numpy(model(images.reshape(len(images), -1))), expected, atol=1e-5)


def test_no_hidden_layer_is_logistic_regression():
    model = mlp.MLP(4, hidden_dims=())
    model.build((None, 16))
    assert [values.shape for values in model.get_weights()] == [(16, 4), (4,)]


def test_weights_begin_with_the_variance_of_he_and_no_two_layers_alike():
    model = mlp.MLP(300, hidden_dims=(300, 300), seed=3)
    model.build((None, 300))
    first, _, second, _, last, _ = model.get_weights()
    for weights in (first, second, last):
        # Keras cuts the normal distribution at two deviations and widens it to the same variance.
        assert weights.var() == pytest.approx(2 / 300, rel=0.03)
    assert np.abs(first - second).max() > 0.1 and np.abs(second - last).max() > 0.1
    assert not any(values.any() for values in model.get_weights()[1::2])


def test_the_seed_decides_how_a_model_begins():
    first, again, other = (small(seed=seed).get_weights()[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_an_initialiser_may_draw_nothing():
    assert not any(values.any() for values in small(initializer="zeros").get_weights())
    assert (small(initializer="ones").get_weights()[0] == 1).all()


def test_widths_may_come_from_numpy(tmp_path):
    model = mlp.MLP(np.int64(4), hidden_dims=np.array([12, 8]), seed=1)
    model.build((None, 4, 4))
    model.save(tmp_path / "model.keras")  # JSON takes no number of NumPy's
    assert keras.saving.load_model(tmp_path / "model.keras").get_config() == small().get_config() | {"name": model.name}


def test_every_weight_gets_a_finite_gradient_that_is_not_zero():
    model, (images, labels) = small(dropout=0.2, l1=1e-4, l2=1e-3), striped()
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss=mlp.CrossEntropy())
    before = [values.copy() for values in model.get_weights()]
    model.train_on_batch(images, labels)
    for old, new in zip(before, model.get_weights(), strict=True):
        assert np.isfinite(new).all() and np.abs(old - new).max() > 1e-6


def test_penalties_are_added_to_the_loss():
    model, (images, _) = small(l1=0.01, l2=0.1), striped()
    model(images)
    expected = sum(0.01 * np.abs(kernel).sum() + 0.1 * np.square(kernel).sum() for kernel in model.get_weights()[0::2])
    assert sum(float(value) for value in model.losses) == pytest.approx(expected, rel=1e-5)


def test_dropout_is_at_work_in_training_only():
    model, (images, _) = small(dropout=0.5), striped()
    still = numpy(model(images))
    np.testing.assert_array_equal(numpy(model(images, training=False)), still)
    first, second = numpy(model(images, training=True)), numpy(model(images, training=True))
    assert np.abs(first - still).max() > 0.01 and np.abs(first - second).max() > 0.01


def test_a_trained_model_is_the_same_after_saving_and_loading(tmp_path):
    model, (images, labels) = small(dropout=0.1, l2=1e-3, activation="tanh"), striped()
    mlp.train_classifier(model, images, labels, epochs=1, batch_size=32)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.get_config() == model.get_config()
    np.testing.assert_allclose(numpy(again(images)), numpy(model(images)), atol=1e-6)
    assert isinstance(again.loss, mlp.CrossEntropy)


def test_compiled_by_xla_it_gives_the_same():
    results = []
    for compiled in (False, True):
        model, (images, labels) = small(), striped()
        model.compile(optimizer=keras.optimizers.SGD(0.1), loss=mlp.CrossEntropy(), jit_compile=compiled)
        losses = [float(model.train_on_batch(images, labels)) for _ in range(3)]
        results.append([*losses, *model.get_weights()[0].ravel()])
    np.testing.assert_allclose(*results, atol=1e-5)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_logits_are_float32_under_a_half_precision_policy(policy):
    images, _ = striped()
    expected, before = numpy(small()(images)), keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = small()
        assert model.hidden[0].compute_dtype == policy.removeprefix("mixed_")
        logits = model(images)
    finally:
        keras.config.set_dtype_policy(before)
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    np.testing.assert_allclose(numpy(logits), expected, atol=0.05)


def test_a_model_has_the_policy_it_was_given_and_keeps_it(tmp_path):
    model = small(dtype="mixed_bfloat16")
    assert {layer.compute_dtype for layer in model.hidden} == {"bfloat16"} and model.logits.compute_dtype == "float32"
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert {layer.compute_dtype for layer in again.hidden} == {"bfloat16"}
    np.testing.assert_array_equal(numpy(again(striped()[0])), numpy(model(striped()[0])))


# --- Training ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_it_learns_and_tells_what_it_learned_epoch_by_epoch():
    (images, labels), validation = striped(240), striped(60, seed=5)
    model = small()
    history = mlp.train_classifier(
        model, images, labels, epochs=12, batch_size=16, learning_rate=0.01, validation=validation
    )
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(len(values) == 12 for values in history.values())
    assert history["val_accuracy"][-1] > 0.95
    said = numpy(model(validation[0])).argmax(axis=1)
    assert history["val_accuracy"][-1] == pytest.approx(np.mean(said == validation[1]), abs=1e-6)


def test_one_batch_is_learned_by_heart():
    random = np.random.default_rng(0)
    images, labels = random.random((16, 4, 4)), random.integers(0, 4, size=16)  # nothing but chance to learn
    model = small(hidden_dims=(48,))
    history = mlp.train_classifier(model, np.tile(images, (25, 1, 1)), np.tile(labels, 25), 6, 16, learning_rate=0.02)
    assert history["accuracy"][-1] == 1 and history["loss"][-1] < 0.05


@pytest.mark.slow
def test_the_same_seed_gives_the_same_losses_and_another_seed_others():
    def run(seed):
        return mlp.train_classifier(small(dropout=0.2), *striped(), epochs=2, batch_size=16, seed=seed)["loss"]

    first, again, other = run(1), run(1), run(2)
    np.testing.assert_allclose(first, again, rtol=1e-6)
    assert np.abs(np.array(first) - other).max() > 1e-4


def test_every_epoch_changes_every_picture_anew_in_another_order():
    images = np.arange(32, dtype="float32")[:, None] / 32
    seen = []

    def watch(batch, random):
        seen.append(batch[:, 0].copy())
        return np.clip(batch + 0.01 * random.random(batch.shape, dtype=np.float32), 0, 1)

    model = mlp.MLP(2, hidden_dims=(3,), seed=0)
    mlp.train_classifier(model, images, np.zeros(32, int), epochs=2, batch_size=8, change=watch)
    epochs = [np.concatenate(seen[-8:-4]), np.concatenate(seen[-4:])]
    for epoch in epochs:
        np.testing.assert_allclose(np.sort(epoch), images[:, 0])
    assert (epochs[0] != epochs[1]).any()


def test_a_batch_asked_for_twice_is_changed_alike():
    """Keras asks for some batches more than once, and from whatever thread it likes."""
    batches = _Batches(np.ones((12, 2)), np.zeros(12, int), 4, lambda batch, random: batch * random.random(), seed=3)
    first = [batches[number][0] for number in (0, 1, 2)]
    for number in (2, 0, 1):
        np.testing.assert_array_equal(batches[number][0], first[number])
    assert len({batch[0, 0] for batch in first}) == 3
    batches.on_epoch_end()
    assert batches[0][0][0, 0] != first[0][0, 0]


def test_the_learning_rate_falls_to_zero_along_half_a_cosine():
    images, labels = striped(64)
    model = small()
    mlp.train_classifier(model, images, labels, epochs=4, batch_size=16, learning_rate=0.01)
    schedule = model.optimizer.get_config()["learning_rate"]["config"]
    assert schedule["initial_learning_rate"] == 0.01 and schedule["decay_steps"] == 16
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-6)


@pytest.mark.slow
def test_early_stopping_goes_back_to_the_best_weights():
    images, _ = striped(40)
    labels = np.random.default_rng(1).integers(0, 4, size=40)  # nothing but chance to learn
    validation = striped(60, seed=3)
    model = small(hidden_dims=(64,))
    history = mlp.train_classifier(
        model, images, labels, epochs=60, batch_size=20, learning_rate=0.02, validation=validation, patience=2
    )
    losses = history["val_loss"]
    assert len(losses) < 60
    best = float(np.mean(numpy(mlp.cross_entropy(validation[1], model(validation[0])))))
    assert best == pytest.approx(min(losses), rel=1e-4)


def test_fewer_examples_than_a_batch_are_a_batch():
    images, labels = striped(5)
    history = mlp.train_classifier(small(), images, labels, epochs=2, batch_size=64)
    assert np.isfinite(history["loss"]).all()


# --- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"num_classes": 1}, ValueError, "num_classes is 1"),
        ({"hidden_dims": (8, 0)}, ValueError, "hidden_dims"),
        ({"hidden_dims": (8.0,)}, TypeError, "whole number"),
        ({"hidden_dims": 8}, TypeError, r"hidden_dims is 8, one number; allowed: a list of widths, such as \(8,\)"),
        ({"dropout": 1.0}, ValueError, "dropout is 1.0; allowed: from 0 to less than 1"),
        ({"dropout": -0.1, "hidden_dims": ()}, ValueError, "dropout is -0.1"),
        ({"l2": -1e-3}, ValueError, "l2 is -0.001"),
        ({"l1": float("inf")}, ValueError, "l1 is inf"),
    ],
)
def test_a_model_that_cannot_be_is_refused(settings, error, message):
    with pytest.raises(error, match=message):
        mlp.MLP(**{"num_classes": 3, **settings})


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (
            lambda x, y: (x * 255, y),
            ValueError,
            r"inputs holds values from .* allowed: 0 to 1 \(divide pixels by 255\)",
        ),
        (lambda x, y: (x - 0.9, y), ValueError, "inputs holds values"),
        (lambda x, y: (np.where(x > 0.5, np.nan, x), y), ValueError, "inputs holds NaN or infinity in 8 of 8 examples"),
        (lambda x, y: (x[:, 0, 0], y), ValueError, r"inputs has the shape \(8,\)"),
        (lambda x, y: (x[:0], y[:0]), ValueError, "at least one example"),
        (lambda x, y: (x, y[:-1]), ValueError, r"labels of inputs have the shape \(7,\); allowed: \(8,\)"),
        (lambda x, y: (x, y[:, None]), ValueError, r"shape \(8, 1\)"),
        (lambda x, y: (x, y + 1), ValueError, "allowed: 0 to 3"),
        (lambda x, y: (x, y.astype(float)), TypeError, "float64"),
    ],
)
def test_data_that_cannot_be_learned_from_are_refused(spoil, error, message):
    images, labels = striped(8)[0], np.array([0, 1, 2, 3] * 2)
    with pytest.raises(error, match=message):
        mlp.train_classifier(small(), *spoil(images, labels))
    if "inputs has" not in message and "inputs holds" not in message:
        return
    with pytest.raises(error, match=message.replace("inputs", "validation")):
        mlp.train_classifier(small(), images, labels, validation=spoil(images, labels))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"batch_size": -1}, "batch_size is -1"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0"),
        ({"patience": 1}, "patience is given without a validation set"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        mlp.train_classifier(small(), *striped(8), **settings)
