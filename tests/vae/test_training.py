"""Proves that training data are what they are said to be (binarised anew, shuffled, shifted, the same for a seed), that
beta can be changed while a compiled training runs, and that bad data are refused by name.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib import data, vae

DIGITS = data.digits.load(8).images.reshape(-1, 64)


def model_of(**settings: object) -> vae.VAE:
    return vae.VAE(64, 4, **({"hidden_dims": (16,), "seed": 0} | settings))


def test_pixels_are_black_as_often_as_their_grey_says() -> None:
    grey = np.tile(np.linspace(0, 1, 11, dtype=np.float32), (20_000, 1))
    drawn = vae.binarise(grey, seed=0)
    assert set(np.unique(drawn)) == {0.0, 1.0} and drawn.dtype == np.float32
    np.testing.assert_allclose(drawn.mean(axis=0), grey[0], atol=0.015)
    assert drawn[:, 0].max() == 0 and drawn[:, -1].min() == 1


def test_the_same_seed_draws_the_same_pixels() -> None:
    assert np.array_equal(vae.binarise(DIGITS, 3), vae.binarise(DIGITS, 3))
    assert not np.array_equal(vae.binarise(DIGITS, 3), vae.binarise(DIGITS, 4))


def epoch(batches: vae.BinarisedImages) -> np.ndarray:
    return np.concatenate([batches[index][0] for index in range(len(batches))])


def test_an_epoch_holds_every_image_once_in_a_new_order() -> None:
    marked = np.eye(64, dtype=np.float32)[np.arange(50)]  # black and white already: each tells which it is
    batches = vae.BinarisedImages(marked, batch_size=8, seed=0)
    assert len(batches) == 7 and [len(batches[index][0]) for index in range(7)] == [8] * 6 + [2]
    first = epoch(batches)
    batches.on_epoch_end()
    second = epoch(batches)
    assert sorted(first.argmax(axis=1)) == sorted(second.argmax(axis=1)) == list(range(50))
    assert first.argmax(axis=1).tolist() != second.argmax(axis=1).tolist() != list(range(50))


def test_a_batch_may_be_one_image() -> None:
    batches = vae.BinarisedImages(DIGITS[:3], batch_size=1, seed=0)
    assert len(batches) == 3 and batches[2][0].shape == (1, DIGITS.shape[1])


def test_an_epoch_draws_new_pixels_and_a_batch_asked_for_twice_is_the_same() -> None:
    grey = np.full((40, 64), 0.5, np.float32)
    batches = vae.BinarisedImages(grey, batch_size=40, seed=1)
    first = batches[0][0]
    assert np.array_equal(first, batches[0][0])
    assert np.array_equal(first, vae.BinarisedImages(grey, batch_size=40, seed=1)[0][0])
    batches.on_epoch_end()
    assert not np.array_equal(first, batches[0][0])
    assert not np.array_equal(first, vae.BinarisedImages(grey, batch_size=40, seed=2)[0][0])


def test_shifts_move_an_image_by_every_step_allowed_and_no_further() -> None:
    dot = np.zeros((400, 8, 8), np.float32)
    dot[:, 3, 4] = 1
    moved = epoch(vae.BinarisedImages(dot.reshape(400, 64), batch_size=100, seed=0, max_shift=2)).reshape(-1, 8, 8)
    assert (moved.sum(axis=(1, 2)) == 1).all()
    places = {tuple(place) for place in np.argwhere(moved)[:, 1:]}
    assert places == {(row, column) for row in range(1, 6) for column in range(2, 7)}


def test_a_shift_is_one_for_the_whole_image_and_leaves_white_behind() -> None:
    full = np.ones((200, 64), np.float32)
    moved = epoch(vae.BinarisedImages(full, batch_size=200, seed=0, max_shift=1)).reshape(-1, 8, 8)
    for image in moved:
        rows, columns = image.any(axis=1), image.any(axis=0)
        assert np.array_equal(image.astype(bool), np.outer(rows, columns)) and rows.sum() >= 7 and columns.sum() >= 7
    assert {int(image.sum()) for image in moved} == {64, 56, 49}


@pytest.mark.slow
def test_beta_rises_in_a_straight_line_and_a_compiled_training_feels_it() -> None:
    images = vae.binarise(DIGITS[:40], 0)
    model = model_of()
    seen, losses = [], []

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
            seen.append(float(model.beta))
            losses.append(logs["loss"] - logs["reconstruction"] - float(model.beta) * logs["kl"])

    model.compile(optimizer=keras.optimizers.SGD(1e-4), loss=vae.ReconstructionLoss())
    model.fit(images, batch_size=20, epochs=6, callbacks=[vae.BetaWarmUp(4, beta=2.0), Watch()], verbose=0)
    assert seen == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0, 2.0])
    np.testing.assert_allclose(losses, 0, atol=2e-3)  # the loss was computed with the beta of its epoch


def test_no_warm_up_means_full_beta_at_once() -> None:
    callback = vae.BetaWarmUp(0, beta=3.0)
    callback.set_model(model_of())
    callback.on_epoch_begin(0)
    assert float(callback.model.beta) == 3.0


@pytest.mark.slow
def test_training_raises_the_bound_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    keras.utils.set_random_seed(0)
    validation = vae.binarise(DIGITS[1500:1600], 0)
    history = vae.train(
        model_of(), DIGITS[:600], epochs=8, batch_size=50, learning_rate=0.01, weight_decay=1e-4, warm_up=3,
        validation_images=validation, max_shift=1, seed=1, every=3,
    )  # fmt: skip
    assert history["val_elbo"][0] < -33 and history["val_elbo"][-1] > -32.5
    assert history["elbo"][-1] == pytest.approx(-history["reconstruction"][-1] - history["kl"][-1], rel=1e-4)
    lines = capsys.readouterr().out.splitlines()
    assert [int(line.split()[0]) for line in lines] == [3, 6, 8] and "val_elbo" in lines[0]


@pytest.mark.slow
def test_gaussian_models_are_trained_on_numbers_as_they_are() -> None:
    values = np.random.default_rng(0).normal(3, 2, size=(40, 64))
    model = model_of(likelihood="gaussian", hidden_dims=(), noise_std=2.0)
    history = vae.train(model, values, epochs=3, batch_size=20, learning_rate=0.05)
    assert history["loss"][-1] < history["loss"][0]


@pytest.mark.slow
@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_training_depends_on_its_seed_and_on_nothing_else(likelihood: str) -> None:
    def losses(seed: int, elsewhere: int) -> list[float]:
        keras.utils.set_random_seed(0)
        model = model_of(likelihood=likelihood)
        model(DIGITS[:1])  # makes the weights
        keras.utils.set_random_seed(elsewhere)  # Python's, NumPy's and the backend's own generators
        return vae.train(model, DIGITS[:60], epochs=2, batch_size=20, max_shift=1, seed=seed)["loss"]

    first = losses(1, elsewhere=0)
    np.testing.assert_allclose(losses(1, elsewhere=9), first, rtol=1e-6)
    assert np.abs(np.array(losses(2, elsewhere=0)) - first).max() > 1e-3


@pytest.mark.slow
def test_beta_is_whole_again_after_training_however_training_ends() -> None:
    model = model_of(beta=0.5)
    vae.train(model, DIGITS[:40], epochs=2, batch_size=20, warm_up=5)
    assert float(model.beta) == 0.5

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
            self.model.stop_training = True

    model.compile("sgd", vae.ReconstructionLoss())
    model.fit(DIGITS[:40], epochs=9, callbacks=[vae.BetaWarmUp(5, beta=0.5), Stop()], verbose=0)
    assert float(model.beta) == 0.5


@pytest.mark.slow
def test_a_training_that_fails_leaves_beta_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(beta=0.5)

    def fail(self: object, epoch: int, logs: dict | None = None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("course_lib.vae.training.Progress.on_epoch_end", fail)
    with pytest.raises(KeyboardInterrupt):
        vae.train(model, DIGITS[:40], epochs=2, batch_size=20, warm_up=5, every=1)
    assert float(model.beta) == 0.5


BAD = {
    "one image without its batch": (
        DIGITS[0],
        r"^images has the shape \(64,\); allowed: \(examples, 64\)$",
    ),
    "images not flattened": (
        DIGITS.reshape(-1, 8, 8),
        r"^images has the shape \(1797, 8, 8\); allowed",
    ),
    "another width": (DIGITS[:, :60], r"^images has the shape \(1797, 60\); allowed: \(examples, 64\)"),
    "no images": (DIGITS[:0], r"^images is empty, of shape \(0, 64\); allowed: one example or more$"),
    "NaN": (np.where(np.eye(64) > 0, np.nan, 0), r"^images holds NaN or infinity in 64 of 64 examples; allowed"),
    "0 to 255": (255 * DIGITS, r"^images holds values from 0 to 255; allowed: 0 to 1$"),
    "below zero": (DIGITS - 0.5, r"^images holds values from -0.5 to 0.5; allowed: 0 to 1$"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_images_are_refused_by_training(case: str) -> None:
    images, message = BAD[case]
    with pytest.raises(ValueError, match=message):
        vae.train(model_of(), images, epochs=1)


def test_bad_validation_images_are_called_so() -> None:
    with pytest.raises(ValueError, match=r"^validation_images holds values from 0 to 255; allowed: 0 to 1$"):
        vae.train(model_of(), DIGITS, epochs=1, validation_images=255 * DIGITS)


def test_bad_images_are_refused_when_they_are_binarised() -> None:
    for images in (DIGITS * 2, DIGITS[0]):
        with pytest.raises(ValueError, match=r"^images "):
            vae.binarise(images, 0)
        with pytest.raises(ValueError, match=r"^images "):
            vae.BinarisedImages(images, 10, 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vae.train(model_of(), DIGITS, epochs=0), r"^epochs is 0; allowed: 1 or more$"),
        (lambda: vae.train(model_of(), DIGITS, 1, batch_size=0), r"^batch_size is 0; allowed: 1 or more$"),
        (lambda: vae.train(model_of(), DIGITS, 1, learning_rate=0), r"^learning_rate is 0; allowed: a number above 0$"),
        (lambda: vae.train(model_of(), DIGITS, 1, weight_decay=-1), r"^weight_decay is -1; allowed"),
        (lambda: vae.train(model_of(), DIGITS, 1, every=0), r"^every is 0; allowed: 1 or more$"),
        (lambda: vae.BinarisedImages(DIGITS, 10, 0, max_shift=-1), r"^max_shift is -1; allowed: 0 or more$"),
        (
            lambda: vae.BinarisedImages(DIGITS[:, :60], 10, 0, 1),
            r"^max_shift is 1, but images of 60 pixels are not",
        ),
        (lambda: vae.BetaWarmUp(-1), r"^epochs is -1; allowed: 0 or more$"),
        (lambda: vae.BetaWarmUp(1, beta=-2), r"^beta is -2; allowed: a number from 0 upwards$"),
    ],
)
def test_wrong_settings_are_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
