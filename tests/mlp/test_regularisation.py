"""Penalties, dropout and moved pictures do what their formulas say; a moved picture is the same picture elsewhere."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from course_lib import mlp


def numpy(values) -> np.ndarray:
    return ops.convert_to_numpy(values)


def test_penalties_are_sums_over_weights():
    weights = np.array([[1.0, -2.0], [0.0, 3.0]], dtype="float32")
    assert float(mlp.l1_penalty(weights, 0.5)) == pytest.approx(3.0)
    assert float(mlp.l2_penalty(weights, 0.5)) == pytest.approx(7.0)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_drops_its_share_and_keeps_the_mean(rate):
    dropped = numpy(mlp.dropout(np.full((400, 500), 2.0, "float32"), rate, seed=3))
    zero = dropped == 0
    assert zero.mean() == pytest.approx(rate, abs=0.005)
    np.testing.assert_allclose(dropped[~zero], 2 / (1 - rate), rtol=1e-5)
    assert dropped.mean() == pytest.approx(2, rel=0.03)
    # Every value on its own: rows and columns have their share as well.
    assert abs(zero.mean(axis=0) - rate).max() < 0.13 and abs(zero.mean(axis=1) - rate).max() < 0.13


def test_a_rate_of_zero_drops_nothing():
    values = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    np.testing.assert_allclose(numpy(mlp.dropout(values, 0.0, seed=1)), values)


def test_the_layer_drops_in_training_only_and_anew_each_time():
    layer, values = mlp.Dropout(0.5, seed=7), np.ones((20, 20), "float32")
    np.testing.assert_array_equal(numpy(layer(values)), values)
    np.testing.assert_array_equal(numpy(layer(values, training=False)), values)
    first, second = numpy(layer(values, training=True)), numpy(layer(values, training=True))
    assert (first == 0).any() and (first != second).any()
    np.testing.assert_array_equal(numpy(mlp.Dropout(0.5, seed=7)(values, training=True)), first)
    assert (numpy(mlp.Dropout(0.5, seed=8)(values, training=True)) != first).any()


def test_the_layer_survives_a_round_trip():
    layer = mlp.Dropout(0.3, seed=5, name="drop")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert (again.rate, again.seed, again.name) == (0.3, 5, "drop")


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5, float("nan")])
def test_a_rate_out_of_range_is_refused(rate):
    with pytest.raises(ValueError, match=r"rate is .* allowed: from 0 to less than 1"):
        mlp.Dropout(rate)
    with pytest.raises(ValueError, match="rate is"):
        mlp.dropout(np.ones(3), rate, seed=0)


# --- Moved pictures -------------------------------------------------------------------------------------------------


def picture(size: int = 28) -> np.ndarray:
    """A smooth blot, off the middle, that no edge cuts."""
    y, x = np.mgrid[:size, :size]
    return np.exp(-((y - 11) ** 2) / 12 - ((x - 16) ** 2) / 20).astype("float32")


def middle_of(image: np.ndarray) -> np.ndarray:
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    return np.array([(y * image).sum(), (x * image).sum()]) / image.sum()


STILL = {"shift": 0.0, "rotate": 0.0, "zoom": 0.0, "slant": 0.0}


def test_no_movement_changes_nothing():
    images = np.random.default_rng(0).random((3, 28, 28)).astype("float32")
    np.testing.assert_allclose(mlp.move_images(images, **STILL), images, atol=1e-5)


@pytest.mark.parametrize("what", ["shift", "rotate", "zoom", "slant"])
def test_each_movement_equals_scipys_of_the_same_numbers(what):
    from scipy.ndimage import map_coordinates

    limits = {**STILL, what: {"shift": 3.0, "rotate": 20.0, "zoom": 0.2, "slant": 0.3}[what]}
    images = np.stack([picture()] * 6)
    moved = mlp.move_images(images, **limits, seed=4)
    random = np.random.default_rng(4)
    largest = [np.deg2rad(limits["rotate"]), limits["zoom"], limits["slant"], limits["shift"], limits["shift"]]
    angle, zoom, slant, down, right = [random.uniform(-limit, limit, size=6) for limit in largest]
    y, x = np.mgrid[:28, :28] - 13.5
    for number in range(6):
        pushed, grown = x + slant[number] * y, 1 + zoom[number]
        cosine, sine = np.cos(angle[number]), np.sin(angle[number])
        rows = (cosine * y - sine * pushed) / grown - down[number] + 13.5
        columns = (sine * y + cosine * pushed) / grown - right[number] + 13.5
        expected = map_coordinates(images[number], [rows, columns], order=1, mode="grid-constant")
        np.testing.assert_allclose(moved[number], expected, atol=1e-4)
    assert np.abs(moved - images).max() > 0.05


def test_a_shift_moves_the_middle_and_keeps_the_ink():
    images = np.stack([picture()] * 40)
    moved = mlp.move_images(images, **{**STILL, "shift": 4.0}, seed=1)
    ways = np.array([middle_of(image) for image in moved]) - middle_of(images[0])
    assert np.abs(ways).max() < 4.05 and np.ptp(ways, axis=0).min() > 4
    np.testing.assert_allclose(moved.sum(axis=(1, 2)), images[0].sum(), rtol=0.01)


def test_pictures_keep_their_range_and_get_paper_from_outside():
    full = np.ones((30, 28, 28), "float32")
    moved = mlp.move_images(full, shift=6, rotate=40, zoom=0.3, slant=0.4, seed=2)
    assert moved.min() >= 0 and moved.max() <= 1 + 1e-5
    assert (moved[:, [0, 0, -1, -1], [0, -1, 0, -1]] == 0).any()
    assert moved.dtype == np.float32 and moved.shape == full.shape


def test_every_picture_moves_its_own_way_and_the_seed_decides():
    images = np.stack([picture()] * 3)
    first, again, other = (mlp.move_images(images, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.05
    assert np.abs(first[0] - first[1]).max() > 0.05
    generator = np.random.default_rng(1)
    np.testing.assert_array_equal(mlp.move_images(images, seed=generator), first)
    assert np.abs(mlp.move_images(images, seed=generator) - first).max() > 0.05


def test_the_pictures_given_stay_and_need_not_be_square_nor_float():
    images = np.full((2, 10, 16), 1, dtype=np.int64)
    mlp.move_images(images, seed=0)
    assert (images == 1).all()
    assert mlp.move_images(images[:0]).shape == (0, 10, 16)


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"shift": -1}, "shift is -1"), ({"zoom": 1.0}, "zoom is 1.0"), ({"rotate": float("inf")}, "rotate is inf")],
)
def test_movements_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        mlp.move_images(np.zeros((1, 4, 4)), **settings)


def test_flat_pictures_are_refused():
    with pytest.raises(ValueError, match=r"shape \(5, 784\); allowed: \(batch, height, width\)"):
        mlp.move_images(np.zeros((5, 784)))
