"""Proves that the VAE is what its equations say: an oracle of loops in float64, gradients against central differences,
nothing leaks ahead in an autoregressive decoder, every setting changes the loss as it should, and a saved model is the
same model.
"""

from __future__ import annotations

import itertools
import math

import keras
import numpy as np
import pytest
from keras import ops

from course_lib import data, vae
from course_lib.vae.model import log_likelihood

from .samples import small

numpy = keras.ops.convert_to_numpy
RANDOM = np.random.default_rng(0)
IMAGES = (RANDOM.random((6, 16)) < 0.5).astype(np.float32)


def compiled(model: vae.VAE, **settings: object) -> vae.VAE:
    model.compile(
        optimizer=settings.pop("optimizer", "adam"),
        loss=vae.ReconstructionLoss(model.likelihood, model.noise_std),
        **settings,
    )
    return model


def dense(values: np.ndarray, layer: keras.layers.Dense, activation=lambda x: x) -> np.ndarray:
    kernel, bias = (numpy(weight).astype(np.float64) for weight in layer.weights)
    result = np.zeros((len(values), kernel.shape[1]))
    for row in range(len(values)):
        for unit in range(kernel.shape[1]):
            total = bias[unit]
            for feature in range(kernel.shape[0]):
                total += values[row, feature] * kernel[feature, unit]
            result[row, unit] = activation(total)
    return result


def test_encoder_and_decoder_are_those_of_loops_in_float64() -> None:
    model = small()
    hidden = dense(IMAGES, model.encoder_hidden[0], np.tanh)
    z_mean, z_log_var = dense(hidden, model.z_mean_head), dense(hidden, model.z_log_var_head)
    ours = model.encode(IMAGES)
    np.testing.assert_allclose(numpy(ours[0]), z_mean, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(numpy(ours[1]), z_log_var, rtol=1e-4, atol=1e-6)
    decoded = dense(dense(z_mean, model.decoder_hidden[0], np.tanh), model.decoder_head)
    np.testing.assert_allclose(numpy(model.decode(ours[0])), decoded, rtol=1e-4, atol=1e-5)


def test_the_loss_is_reconstruction_plus_beta_times_divergence_in_nats_per_image() -> None:
    """With the noise switched off (a tiny variance is not enough: the draw itself is replaced), nothing is random."""
    for beta in (0.0, 1.0, 4.0):
        model = small(beta=beta)
        model.sampling.call = lambda inputs: inputs[0]
        z_mean, z_log_var = (numpy(part).astype(np.float64) for part in model.encode(IMAGES))
        logits = numpy(model.decode(z_mean.astype(np.float32))).astype(np.float64)
        reconstruction = -np.sum(IMAGES * logits - np.logaddexp(0, logits), axis=1)
        kl = 0.5 * np.sum(z_mean**2 + np.exp(z_log_var) - 1 - z_log_var, axis=1)
        measured = compiled(model, run_eagerly=True).evaluate(IMAGES, batch_size=6, verbose=0, return_dict=True)
        assert measured["loss"] == pytest.approx(np.mean(reconstruction + beta * kl), rel=1e-4)
        assert measured["reconstruction"] == pytest.approx(reconstruction.mean(), rel=1e-4)
        assert measured["kl"] == pytest.approx(kl.mean(), rel=1e-4)
        assert measured["elbo"] == pytest.approx(-np.mean(reconstruction + kl), rel=1e-4)


def test_codes_are_drawn_with_the_mean_and_the_deviation_that_the_encoder_says() -> None:
    layer = vae.Sampling(seed=3)
    z_mean = np.tile(np.float32([1.0, -2.0]), (20_000, 1))
    z_log_var = np.tile(np.log(np.float32([0.25, 4.0])), (20_000, 1))
    drawn = numpy(layer([z_mean, z_log_var]))
    np.testing.assert_allclose(drawn.mean(axis=0), [1.0, -2.0], atol=0.05)
    np.testing.assert_allclose(drawn.std(axis=0), [0.5, 2.0], rtol=0.03)
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.03
    assert not np.allclose(drawn, numpy(layer([z_mean, z_log_var])))


def test_free_bits_raise_the_loss_and_leave_the_measures_alone() -> None:
    plain, freed = (
        compiled(small(free_bits=bits)).evaluate(IMAGES, batch_size=6, verbose=0, return_dict=True)
        for bits in (0.0, 50.0)
    )
    assert freed["loss"] == pytest.approx(plain["loss"] - plain["kl"] + 3 * 50.0, rel=1e-4)
    assert freed["kl"] == pytest.approx(plain["kl"], rel=1e-5) and freed["elbo"] == pytest.approx(
        plain["elbo"], rel=1e-5
    )


def weights_after_a_step(model: vae.VAE) -> list[np.ndarray]:
    compiled(model, optimizer=keras.optimizers.SGD(1.0)).fit(IMAGES, batch_size=6, epochs=1, shuffle=False, verbose=0)
    return [numpy(variable).astype(np.float64) for variable in model.trainable_variables]


@pytest.mark.parametrize("autoregressive", [False, True])
def test_every_weight_gets_a_finite_gradient_that_is_not_zero(autoregressive: bool) -> None:
    model = small(autoregressive=autoregressive)
    before = [numpy(variable).astype(np.float64) for variable in model.trainable_variables]
    for variable, start, end in zip(model.trainable_variables, before, weights_after_a_step(model), strict=True):
        assert np.isfinite(end).all() and np.abs(end - start).max() > 1e-4, variable.path


@pytest.mark.slow
def test_gradients_are_central_differences_of_the_loss() -> None:
    """One step of descent with rate 1 moves a weight by minus its gradient; the same seed draws the same noise."""
    model = small()
    names = ["z_mean", "z_log_var", "encoder_hidden_1", "decoded"]
    before = {v.path: numpy(v).astype(np.float64) for v in model.trainable_variables}
    after = dict(zip(before, weights_after_a_step(model), strict=True))
    for path in before:
        if not any(name in path for name in names) or "bias" in path:
            continue
        losses = []
        for sign in (1, -1):
            moved = small()
            variable = next(v for v in moved.trainable_variables if v.path.split("/")[1:] == path.split("/")[1:])
            shifted = numpy(variable).copy()
            shifted.flat[0] += sign * 1e-2
            variable.assign(shifted)
            losses.append(compiled(moved).evaluate(IMAGES, batch_size=6, verbose=0, return_dict=True)["loss"])
        gradient = (losses[0] - losses[1]) / 2e-2
        assert (before[path] - after[path]).flat[0] == pytest.approx(gradient, rel=2e-2, abs=2e-3), path


def test_an_autoregressive_decoder_sees_earlier_pixels_and_never_later_ones() -> None:
    model = small(autoregressive=True)
    z = np.zeros((1, 3), np.float32)
    before = numpy(model.decode(z, IMAGES[:1]))[0]
    for pixel in range(16):
        changed = IMAGES[:1].copy()
        changed[0, pixel] = 1 - changed[0, pixel]
        after = numpy(model.decode(z, changed))[0]
        np.testing.assert_array_equal(after[: pixel + 1], before[: pixel + 1])
        if pixel < 15:
            assert not np.array_equal(after[pixel + 1 :], before[pixel + 1 :])


def test_previous_pixels_are_those_of_a_loop() -> None:
    layer = vae.PreviousPixels(reach=2, hidden_dim=3)
    layer.build((None, 16))
    kernel, bias, head = (np.random.default_rng(4).normal(size=w.shape).astype(np.float32) for w in layer.weights)
    layer.set_weights([kernel, bias, head])
    ours = numpy(layer(IMAGES[:2]))
    for example in range(2):
        image = IMAGES[example].reshape(4, 4)
        for row in range(4):
            for column in range(4):
                seen = []
                for up in (2, 1, 0):
                    for across in range(-2, 3 if up else 0):
                        y, x = row - up, column + across
                        seen.append(image[y, x] if 0 <= y < 4 and 0 <= x < 4 else 0.0)
                expected = np.maximum(seen @ kernel + bias, 0) @ head
                assert ours[example, 4 * row + column] == pytest.approx(expected[0], rel=1e-4, abs=1e-5)


def test_the_plain_model_has_one_hidden_layer_of_400_on_either_side() -> None:
    encoder = 784 * 400 + 400 + 2 * (400 * 20 + 20)
    decoder = 20 * 400 + 400 + 400 * 784 + 784
    # 24 earlier pixels: three rows of seven above, and three to the left. They share 32 hidden units.
    for autoregressive, more in ((False, 0), (True, 24 * 32 + 32 + 32)):
        model = vae.VAE(784, 20, autoregressive=autoregressive)
        model.build((None, 784))
        assert sum(math.prod(weight.shape) for weight in model.trainable_weights) == encoder + decoder + more


def test_an_autoregressive_decoder_asks_for_images() -> None:
    with pytest.raises(ValueError, match=r"^images is None; an autoregressive decoder reads earlier pixels from them$"):
        small(autoregressive=True).decode(np.zeros((1, 3), np.float32))


def test_half_precision_keeps_codes_logits_and_losses_in_float32() -> None:
    model = small(dtype="mixed_float16")
    result = model(IMAGES)
    assert keras.backend.standardize_dtype(result["decoded"].dtype) == "float32"
    assert keras.backend.standardize_dtype(result["kl"].dtype) == "float32"
    assert keras.backend.standardize_dtype(model.encoder_hidden[0](IMAGES).dtype) == "float16"
    full = small()
    np.testing.assert_allclose(numpy(result["kl"]), numpy(full(IMAGES)["kl"]), rtol=0.05, atol=0.02)
    losses = [compiled(m).evaluate(IMAGES, batch_size=6, verbose=0, return_dict=True)["loss"] for m in (model, full)]
    assert losses[0] == pytest.approx(losses[1], rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, {"autoregressive": True, "dropout": 0.2}, {"likelihood": "gaussian"}])
def test_a_saved_model_is_the_same_model(settings: dict, tmp_path) -> None:
    model = compiled(small(beta=2.0, free_bits=0.1, noise_std=0.5, **settings))
    model.beta.assign(0.7)
    model.fit(IMAGES, batch_size=3, epochs=1, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.get_config() == model.get_config() and float(again.beta) == pytest.approx(0.7)
    assert again.free_bits is not model.free_bits and float(again.free_bits) == pytest.approx(0.1)
    np.testing.assert_array_equal(vae.log_weights(model, IMAGES, 2), vae.log_weights(again, IMAGES, 2))
    assert again.loss.likelihood == model.likelihood and again.loss.noise_std == 0.5
    vae.VAE.from_config(model.get_config())


@pytest.mark.parametrize("layer", [vae.Sampling(seed=4), vae.PreviousPixels(reach=1, hidden_dim=7)])
def test_layers_are_made_again_from_their_configuration(layer: keras.layers.Layer) -> None:
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_losses_and_another_seed_others() -> None:
    def losses(seed: int) -> list[float]:
        return compiled(small(seed=seed)).fit(IMAGES, batch_size=3, epochs=2, shuffle=False, verbose=0).history["loss"]

    assert losses(0) == losses(0) != losses(1)


def test_dropout_acts_in_training_alone() -> None:
    model = small(dropout=0.5)
    assert not np.allclose(numpy(model.encode(IMAGES, training=True)[0]), numpy(model.encode(IMAGES, training=True)[0]))
    np.testing.assert_array_equal(numpy(model.encode(IMAGES)[0]), numpy(model.encode(IMAGES)[0]))


def test_two_layers_drop_different_places() -> None:
    model = vae.VAE(16, 3, hidden_dims=(200, 200), dropout=0.5, seed=0)
    drops = [layer for layer in model.encoder_hidden + model.decoder_hidden if isinstance(layer, keras.layers.Dropout)]
    masks = [numpy(layer(np.ones((1, 200), np.float32), training=True)) > 0 for layer in drops]
    assert len(masks) == 4
    for one, other in itertools.combinations(masks, 2):
        assert 0.3 < (one != other).mean() < 0.7


def test_examples_have_no_weights() -> None:
    model = compiled(small())
    with pytest.raises(ValueError, match=r"sample_weight or class_weight is given; allowed: none"):
        model.fit(IMAGES, IMAGES, sample_weight=np.ones(6), verbose=0)


@pytest.mark.slow
def test_one_batch_is_learnt_by_heart() -> None:
    digits = data.digits.load(8).images[:8].reshape(8, -1)
    batch = vae.binarise(digits, 0)
    keras.utils.set_random_seed(0)
    model = vae.VAE(64, 8, (64,), seed=0)
    again_and_again = np.tile(batch, (400, 1))
    compiled(model, optimizer=keras.optimizers.Adam(0.01)).fit(again_and_again, batch_size=8, shuffle=False, verbose=0)
    reconstruction, kl = vae.elbo_terms(model, batch, num_samples=20)
    # Eight images need ln 8 nats each to be told apart; the rest is what a few noisy codes cost. It began at about -45.
    assert -8.0 < np.mean(reconstruction - kl) < -np.log(8) + 0.1


def test_tensors_of_images_pass_through_the_whole_model() -> None:
    result = small()(ops.convert_to_tensor(IMAGES))
    assert tuple(result["decoded"].shape) == (6, 16) and tuple(result["kl"].shape) == (6, 3)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"input_dim": 0}, ValueError, r"^input_dim is 0; allowed: 1 or more$"),
        ({"latent_dim": 0}, ValueError, r"^latent_dim is 0; allowed: 1 or more$"),
        ({"latent_dim": 2.0}, TypeError, r"^latent_dim is 2.0 of type float; allowed: a whole number$"),
        ({"latent_dim": 17}, ValueError, r"^latent_dim is 17, wider than the input; allowed: 1 to input_dim = 16$"),
        ({"hidden_dims": 5}, TypeError, r"^hidden_dims is 5, one number; allowed: a list of widths, such as \(5,\)$"),
        ({"hidden_dims": (5, 0)}, ValueError, r"^hidden_dims is 0; allowed: 1 or more$"),
        ({"beta": -0.1}, ValueError, r"^beta is -0.1; allowed: a number from 0 upwards$"),
        ({"beta": float("nan")}, ValueError, r"^beta is nan; allowed"),
        ({"free_bits": -1}, ValueError, r"^free_bits is -1; allowed: a number from 0 upwards$"),
        ({"dropout": 1.0}, ValueError, r"^dropout is 1.0; allowed: from 0 to less than 1$"),
        ({"likelihood": "normal"}, ValueError, r"^likelihood is 'normal'; allowed: 'bernoulli', 'gaussian'$"),
        ({"noise_std": 0}, ValueError, r"^noise_std is 0; allowed: a number above 0$"),
    ],
)
def test_wrong_arguments_are_named(settings: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        vae.VAE(**{"input_dim": 16, "latent_dim": 3, **settings})


@pytest.mark.parametrize("shape", [(16,), (2, 4, 4), (2, 15)])
def test_images_of_another_shape_are_named(shape: tuple[int, ...]) -> None:
    with pytest.raises(
        ValueError, match=r"images have the shape .*; allowed: \(batch, input_dim\) with input_dim = 16"
    ):
        vae.VAE(16, 3)(np.zeros(shape, np.float32))


def test_neighbours_need_square_images() -> None:
    with pytest.raises(ValueError, match="images of 15 pixels are not square"):
        vae.VAE(15, 3, autoregressive=True).build((None, 15))
    with pytest.raises(ValueError, match=r"^reach is 0; allowed: 1 or more$"):
        vae.PreviousPixels(reach=0)


def test_a_wrong_loss_is_named() -> None:
    with pytest.raises(ValueError, match=r"^likelihood is 'mse'; allowed: 'bernoulli', 'gaussian'$"):
        log_likelihood(IMAGES, IMAGES, "mse")
    with pytest.raises(ValueError, match=r"^likelihood is 'mse'; allowed: 'bernoulli', 'gaussian'$"):
        vae.ReconstructionLoss("mse")
    with pytest.raises(ValueError, match=r"^noise_std is -1; allowed: a number above 0$"):
        vae.ReconstructionLoss("gaussian", noise_std=-1)
