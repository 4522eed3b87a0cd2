"""Proves on real digits what the lesson claims: a linear autoencoder ends in the plane of the principal components, a
deep one beats it, noise in training removes noise, one seed is one result; and that unfit data are refused.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib.autoencoder import (
    Autoencoder,
    Corruption,
    ReconstructionLoss,
    SparsityPenalty,
    corrupt,
    fit_principal_components,
    principal_angles,
    reconstruction_errors,
    train_autoencoder,
)

from .samples import digits, numpy

TRAIN, TEST = digits()


@pytest.mark.slow
def test_a_linear_autoencoder_ends_in_the_plane_of_the_principal_components() -> None:
    pca = fit_principal_components(TRAIN, 3)
    model = Autoencoder(64, 3, loss="squared_error", seed=1)
    start = principal_angles(model.decoder.get_layer("output").get_weights()[0], pca.components).max()
    train_autoencoder(model, TRAIN - pca.mean, epochs=40, batch_size=64, learning_rate=0.02, seed=1)
    # Of the decoder: the encoder's weights from pixels that are never inked are not determined by anything.
    end = principal_angles(model.decoder.get_layer("output").get_weights()[0], pca.components).max()
    assert start > 45 and end < 3
    ours = reconstruction_errors(model, TEST - pca.mean).mean()
    assert ours == pytest.approx(reconstruction_errors(pca, TEST).mean(), rel=0.005)


@pytest.mark.slow
def test_a_deep_autoencoder_loses_less_than_pca_on_held_out_digits() -> None:
    pca = fit_principal_components(TRAIN, 4)
    model = Autoencoder(64, 4, (96, 48), activation="elu", seed=1)
    history = train_autoencoder(model, TRAIN, validation=TEST, epochs=40, batch_size=64, learning_rate=5e-3, seed=1)
    gap = reconstruction_errors(pca, TEST) - reconstruction_errors(model, TEST)
    assert gap.mean() > 5 * gap.std(ddof=1) / np.sqrt(len(gap))
    assert gap.mean() > 0.15 * reconstruction_errors(pca, TEST).mean()
    nats = reconstruction_errors(model, TEST, measure="cross_entropy").mean()
    assert history["val_loss"][-1] == pytest.approx(nats, rel=1e-4)


@pytest.mark.slow
def test_noise_in_training_teaches_to_remove_noise() -> None:
    noisy = np.asarray(corrupt(TEST, "gaussian", 0.3, seed=9))
    cleaned = {}
    for corruption in (None, Corruption("gaussian", 0.3, seed=1)):
        model = Autoencoder(64, 16, (96,), activation="elu", corruption=corruption, seed=1)
        train_autoencoder(model, TRAIN, epochs=25, batch_size=64, learning_rate=5e-3, seed=1)
        cleaned[corruption is not None] = reconstruction_errors(model, noisy, TEST)
    gap = cleaned[False] - cleaned[True]
    assert gap.mean() > 5 * gap.std(ddof=1) / np.sqrt(len(gap))
    best_of_pca = min(
        reconstruction_errors(fit_principal_components(TRAIN, size), noisy, TEST).mean() for size in range(4, 40, 4)
    )
    assert cleaned[True].mean() < best_of_pca


def trained(seed: int, corruption: bool = True) -> tuple[dict, list[np.ndarray]]:
    """Losses and weights of a short training with this seed everywhere."""
    noise = Corruption("masking", 0.3, seed=seed) if corruption else None
    model = Autoencoder(64, 4, (8,), corruption=noise, seed=seed)
    history = train_autoencoder(model, TRAIN[:200], validation=TEST[:50], epochs=2, batch_size=32, seed=seed)
    return history, model.get_weights()


@pytest.mark.slow
def test_one_seed_gives_one_result_and_another_seed_another() -> None:
    (first, weights), (again, same), (other, _) = trained(1), trained(1), trained(2)
    assert first == again and first != other
    for a, b in zip(weights, same, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_what_was_drawn_before_changes_no_training() -> None:
    losses = []
    for others in (3, 4):
        model = Autoencoder(64, 4, hidden_dims=(), seed=1)
        keras.utils.set_random_seed(others)
        losses.append(train_autoencoder(model, TRAIN[:200], epochs=2, batch_size=32, seed=5)["loss"])
    assert losses[0] == losses[1]


def test_several_steps_in_one_call_are_the_same_as_one_by_one() -> None:
    """200 examples in batches of 32 make six full ones and one of eight, 17 steps do not fill two calls of 16."""
    inputs = TRAIN[:530]
    histories = []
    for steps in (1, 16):
        keras.utils.set_random_seed(3)
        model = Autoencoder(64, 4, (8,), seed=3)
        model.compile(keras.optimizers.SGD(0.01), ReconstructionLoss("cross_entropy"), steps_per_execution=steps)
        model.fit(inputs, inputs, batch_size=32, epochs=2, shuffle=False, verbose=0)
        histories.append((int(model.optimizer.iterations), model.get_weights()))
    assert histories[0][0] == histories[1][0] == 34
    for one, several in zip(histories[0][1], histories[1][1], strict=True):
        np.testing.assert_allclose(one, several, rtol=1e-4, atol=1e-6)


def test_the_learning_rate_falls_to_zero_at_the_last_step() -> None:
    model = Autoencoder(64, 2, loss="squared_error")
    train_autoencoder(model, TRAIN[:100], epochs=3, batch_size=30, learning_rate=0.01)
    assert int(model.optimizer.iterations) == 12
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-8)


def test_the_learning_rate_begins_as_adams_own() -> None:
    model = Autoencoder(64, 2, loss="squared_error")
    train_autoencoder(model, TRAIN[:64], epochs=1, batch_size=64)
    begun = model.optimizer.get_config()["learning_rate"]["config"]["initial_learning_rate"]
    assert begun == pytest.approx(float(keras.optimizers.Adam().learning_rate))


@pytest.mark.slow
def test_hidden_words_are_guessed_from_shown_ones() -> None:
    """Two kinds of text use two halves of a vocabulary: one number must tell them apart."""
    random = np.random.default_rng(0)
    kind = random.integers(0, 2, 300)
    odds = np.where(kind[:, None] == 0, [0.15, 0.05], [0.05, 0.15]).repeat(5, axis=1)  # (300, 10)
    shown, hidden = (np.stack([random.multinomial(20, odd) for odd in odds]).astype(np.float32) for _ in range(2))
    model = Autoencoder(10, 1, loss="words", seed=1)
    train_autoencoder(model, shown / 20, hidden, epochs=30, batch_size=30, learning_rate=0.05, seed=1)
    nats = reconstruction_errors(model, shown / 20, hidden, measure="words")
    blind = -hidden @ np.log(hidden.sum(axis=0) / hidden.sum())
    assert nats.mean() < blind.mean() - 1
    code = model.encode(shown / 20)[:, 0]
    assert abs(np.corrcoef(code, kind)[0, 1]) > 0.8


def test_errors_are_those_of_single_examples() -> None:
    model = Autoencoder(64, 3, seed=1)
    squared = reconstruction_errors(model, TEST[:20])
    nats = reconstruction_errors(model, TEST[:20], measure="cross_entropy")
    for row in (0, 7):
        back = model.reconstruct(TEST[row : row + 1])[0].astype(np.float64)
        exact = TEST[row].astype(np.float64)
        assert squared[row] == pytest.approx(np.mean((back - exact) ** 2), rel=1e-4)
        cost = -np.sum(exact * np.log(back) + (1 - exact) * np.log(1 - back))
        assert nats[row] == pytest.approx(cost, rel=1e-4)
    other = reconstruction_errors(model, TEST[:5], TEST[5:10])
    np.testing.assert_allclose(other, np.mean((model.reconstruct(TEST[:5]) - TEST[5:10]) ** 2, axis=1), rtol=1e-5)


@pytest.mark.slow
def test_sparsity_is_part_of_the_loss_and_not_of_the_error() -> None:
    model = Autoencoder(64, 100, code_activation="relu", sparsity=SparsityPenalty(5.0), seed=1)
    history = train_autoencoder(model, TRAIN[:100], validation=TEST[:64], epochs=1, batch_size=50, seed=1)
    nats = reconstruction_errors(model, TEST[:64], measure="cross_entropy").mean()
    price = 5.0 * np.abs(model.encode(TEST[:64])).sum(axis=1).mean()
    assert history["val_loss"][0] == pytest.approx(nats + price, rel=1e-3) and price > 1


def spoilt(value: float) -> np.ndarray:
    """Digits with one number that is no shade."""
    images = TRAIN[:10].copy()
    images[3, 5] = value
    return images


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"inputs": TRAIN[:10].reshape(10, 8, 8)}, ValueError, r"^inputs has the shape \(10, 8, 8\).*flatten pictures"),
        ({"inputs": TRAIN[0]}, ValueError, r"^inputs has the shape \(64,\); allowed: \(examples, 64\)$"),
        ({"inputs": TRAIN[:10, :63]}, ValueError, r"^inputs has the shape \(10, 63\); allowed: \(examples, 64\)$"),
        ({"inputs": TRAIN[:0]}, ValueError, r"^inputs is empty, of shape \(0, 64\)"),
        ({"inputs": spoilt(np.nan)}, ValueError, r"^inputs holds NaN or infinity in 1 of 10 examples"),
        ({"inputs": spoilt(np.inf)}, ValueError, r"^inputs holds NaN or infinity in 1 of 10 examples"),
        ({"inputs": spoilt(1.01)}, ValueError, r"^inputs holds values from 0 to 1.01; allowed: 0 to 1; beyond"),
        ({"inputs": spoilt(-0.5)}, ValueError, r"^inputs holds values from -0.5 to 1; allowed: 0 to 1; beyond"),
        ({"inputs": np.full((3, 64), "1")}, TypeError, r"^inputs holds values of type <U1; allowed: numbers$"),
        ({"targets": spoilt(2.0)}, ValueError, r"^targets holds values from 0 to 2; allowed: 0 to 1"),
        ({"targets": TRAIN[:9]}, ValueError, r"^targets holds 9 examples; allowed: 10, as many as inputs$"),
        ({"validation": TRAIN[:9, :5]}, ValueError, r"^validation inputs has the shape \(9, 5\)"),
        ({"validation": (TRAIN[:9], TRAIN[:8])}, ValueError, r"^validation targets holds 8 examples; allowed: 9"),
        ({"epochs": 0}, ValueError, r"^epochs is 0; allowed: 1 or more$"),
        ({"batch_size": 0}, ValueError, r"^batch_size is 0; allowed: 1 or more$"),
        ({"learning_rate": 0.0}, ValueError, r"^learning_rate is 0.0; allowed: a number above 0$"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_and_named(arguments: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        train_autoencoder(Autoencoder(64, 2), **{"inputs": TRAIN[:10], **arguments})


@pytest.mark.slow
def test_squared_error_takes_any_finite_numbers_and_noisy_inputs_need_clean_targets_only() -> None:
    train_autoencoder(Autoencoder(64, 2, loss="squared_error"), spoilt(-7.0), epochs=1)
    train_autoencoder(Autoencoder(64, 2), spoilt(-7.0), TRAIN[:10], epochs=1)
    with pytest.raises(ValueError, match=r"^targets holds values from -7 to 1; allowed: 0 or more; they are counts"):
        train_autoencoder(Autoencoder(64, 2, loss="words"), TRAIN[:10], spoilt(-7.0), epochs=1)


def test_nats_are_refused_for_a_model_without_logits() -> None:
    with pytest.raises(ValueError, match=r"^measure is 'cross_entropy' and the model was made for 'squared_error'"):
        reconstruction_errors(Autoencoder(64, 2, loss="squared_error"), TEST, measure="cross_entropy")
    with pytest.raises(ValueError, match=r"^measure is 'words' and the model was made for 'values'"):
        reconstruction_errors(fit_principal_components(TRAIN, 2), TEST, measure="words")


def test_what_is_given_is_never_changed() -> None:
    inputs, kept = TRAIN[:64].copy(), TRAIN[:64].copy()
    model = Autoencoder(64, 2, corruption=Corruption("gaussian", 0.5))
    train_autoencoder(model, inputs, epochs=1)
    reconstruction_errors(model, inputs)
    np.testing.assert_array_equal(inputs, kept)
    assert np.isfinite(numpy(model(inputs))).all()
