"""Proves that the model is the composition of its layers (a loop in float64, PyTorch with copied weights), that it is
saved whole, that compiling and half precision change nothing that matters, and that every weight learns.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from course_lib.autoencoder import Autoencoder, Corruption, ReconstructionLoss, SparsityPenalty

from .samples import numpy, shake

INPUTS = np.random.default_rng(1).random((6, 5)).astype(np.float32)


def dense_layers(model: Autoencoder) -> list[keras.layers.Dense]:
    """Every dense layer, in the order of computing."""
    return [*model.encoder.layers, *model.decoder.layers]


def test_the_outputs_are_those_of_a_loop_in_float64() -> None:
    model = Autoencoder(5, 2, hidden_dims=(4, 3), activation="tanh", seed=3)
    shake(model)
    expected = []
    for values in INPUTS.astype(np.float64):
        for layer in dense_layers(model):
            kernel, bias = (weight.astype(np.float64) for weight in layer.get_weights())
            values = [sum(values[i] * kernel[i, j] for i in range(len(values))) + bias[j] for j in range(len(bias))]
            if layer.name not in ("code", "output"):
                values = [np.tanh(value) for value in values]
        expected.append(values)
    np.testing.assert_allclose(numpy(model(INPUTS)), expected, rtol=1e-4, atol=1e-5)


def test_the_outputs_are_those_of_pytorch_with_the_same_weights() -> None:
    torch = pytest.importorskip("torch")
    model = Autoencoder(5, 2, hidden_dims=(4,), seed=3)
    shake(model)
    layers = []
    for layer in dense_layers(model):
        kernel, bias = layer.get_weights()
        theirs = torch.nn.Linear(*kernel.shape)
        theirs.load_state_dict({"weight": torch.tensor(kernel.T.copy()), "bias": torch.tensor(bias)})
        layers += [theirs] if layer.name in ("code", "output") else [theirs, torch.nn.ReLU()]
    with torch.no_grad():
        expected = torch.nn.Sequential(*layers)(torch.tensor(INPUTS)).numpy()
    np.testing.assert_allclose(numpy(model(INPUTS)), expected, rtol=1e-4, atol=1e-6)


def test_decoder_widths_are_the_encoders_in_reverse() -> None:
    model = Autoencoder(9, 2, hidden_dims=(7, 5))
    assert [layer.units for layer in dense_layers(model)] == [7, 5, 2, 5, 7, 9]
    assert model.count_params() == sum((a + 1) * b for a, b in [(9, 7), (7, 5), (5, 2), (2, 5), (5, 7), (7, 9)])
    assert model.encode(INPUTS.repeat(2, axis=1)[:, :9]).shape == (6, 2)


@pytest.mark.parametrize(
    ("loss", "function"),
    [
        ("cross_entropy", lambda a: 1 / (1 + np.exp(-a))),
        ("squared_error", lambda a: a),
        ("words", lambda a: np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)),
    ],
)
def test_a_reconstruction_is_what_the_outputs_mean(loss: str, function) -> None:
    model = Autoencoder(5, 2, loss=loss)
    shake(model)
    outputs = numpy(model(INPUTS))
    np.testing.assert_allclose(model.reconstruct(INPUTS), function(outputs), rtol=1e-5)
    np.testing.assert_allclose(model.decode(model.encode(INPUTS)), model.reconstruct(INPUTS), rtol=1e-6)


@pytest.mark.parametrize("noise", [None, ("gaussian", 0.3), ("masking", 0.3)])
@pytest.mark.parametrize("price", [None, (0.1,), (0.1, "rate", 0.1)])
def test_a_saved_model_comes_back_whole(noise, price, tmp_path) -> None:
    corruption = Corruption(*noise, seed=2) if noise else None
    sparsity = SparsityPenalty(*price) if price else None
    model = Autoencoder(
        5, 3, hidden_dims=(4,), activation="elu", code_activation="sigmoid", corruption=corruption, sparsity=sparsity
    )
    shake(model)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(numpy(model(INPUTS)), numpy(again(INPUTS)))
    assert again.get_config() == model.get_config()
    if sparsity is not None:
        assert [float(loss) for loss in again.losses] == pytest.approx([float(loss) for loss in model.losses])
    if corruption is not None:
        assert (numpy(again(INPUTS, training=True)) != numpy(again(INPUTS))).any()


def test_a_trained_model_comes_back_with_its_own_loss_although_the_vae_has_one_of_that_name(tmp_path) -> None:
    from course_lib import vae  # noqa: F401 – what it registers must not take the place of what is registered here

    model = Autoencoder(5, 2, loss="squared_error")
    model.compile("sgd", ReconstructionLoss("squared_error"))
    model.fit(INPUTS, INPUTS, epochs=1, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert type(again.loss) is ReconstructionLoss and again.loss.kind == "squared_error"


def test_weights_follow_the_seed() -> None:
    first, again, other = (Autoencoder(5, 2, (4,), seed=seed) for seed in (1, 1, 2))
    for a, b, c in zip(first.get_weights(), again.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.ndim == 1 or (a != c).any()


def test_noise_reaches_the_outputs_in_training_alone() -> None:
    model = Autoencoder(5, 2, corruption=Corruption("gaussian", 1.0))
    quiet = numpy(model(INPUTS))
    np.testing.assert_array_equal(quiet, numpy(model(INPUTS, training=False)))
    assert (quiet != numpy(model(INPUTS, training=True))).any()


@pytest.mark.slow
@pytest.mark.parametrize("sparsity", [None, SparsityPenalty(0.05)])
def test_compiled_training_equals_eager_training(sparsity) -> None:
    histories = []
    for options in ({"run_eagerly": True}, {"jit_compile": True}):
        keras.utils.set_random_seed(0)
        model = Autoencoder(5, 2, (4,), activation="elu", sparsity=sparsity, seed=1)
        model.compile(keras.optimizers.SGD(0.1), ReconstructionLoss("cross_entropy"), **options)
        history = model.fit(INPUTS, INPUTS, batch_size=3, epochs=3, shuffle=False, verbose=0)
        histories.append((history.history["loss"], model.get_weights()))
    np.testing.assert_allclose(histories[0][0], histories[1][0], rtol=1e-4)
    for eager, compiled in zip(histories[0][1], histories[1][1], strict=True):
        np.testing.assert_allclose(eager, compiled, rtol=1e-3, atol=1e-5)


def test_half_precision_computes_in_half_and_answers_in_float32() -> None:
    full = Autoencoder(5, 2, (4,), sparsity=SparsityPenalty(0.1), seed=1)
    half = Autoencoder(5, 2, (4,), sparsity=SparsityPenalty(0.1), seed=1, dtype="mixed_float16")
    outputs = half(INPUTS)
    assert half.encoder.layers[0].compute_dtype == "float16"
    assert keras.backend.standardize_dtype(outputs.dtype) == "float32"
    assert all(keras.backend.standardize_dtype(loss.dtype) == "float32" for loss in half.losses)
    np.testing.assert_allclose(numpy(outputs), numpy(full(INPUTS)), atol=5e-3)
    assert (numpy(outputs) != numpy(full(INPUTS))).any()


@pytest.mark.slow
def test_every_weight_gets_a_gradient_and_one_batch_is_learned_by_heart() -> None:
    inputs = (np.random.default_rng(3).random((8, 12)) > 0.5).astype(np.float32)
    model = Autoencoder(12, 8, (32,), activation="elu", seed=2)
    before = model.get_weights()
    model.compile(keras.optimizers.SGD(0.05), ReconstructionLoss("cross_entropy"))
    first = model.train_on_batch(inputs, inputs)
    for old, new in zip(before, model.get_weights(), strict=True):
        moved = new - old
        assert np.isfinite(moved).all() and (moved != 0).mean() > 0.9
    model.compile(keras.optimizers.Adam(0.02), ReconstructionLoss("cross_entropy"), steps_per_execution=8)
    history = model.fit(inputs.repeat(8, axis=0), inputs.repeat(8, axis=0), batch_size=8, epochs=25, verbose=0)
    assert history.history["loss"][-1] < 0.02 * first


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error", "words"])
def test_a_gradient_step_is_that_of_central_differences(loss: str) -> None:
    """A step of plain gradient descent with rate 1 moves a weight by minus its derivative."""
    model = Autoencoder(5, 2, (3,), activation="tanh", loss=loss, sparsity=SparsityPenalty(0.3), seed=5)
    shake(model)
    objective = ReconstructionLoss(loss)

    def total(layer: keras.layers.Dense, change: float) -> float:
        kernel, bias = layer.get_weights()
        moved = kernel.copy()
        moved[1, 0] += change
        layer.set_weights([moved, bias])
        value = float(objective(INPUTS, model(INPUTS))) + sum(float(extra) for extra in model.losses)
        layer.set_weights([kernel, bias])
        return value

    layers = [model.encoder.layers[0], model.encoder.get_layer("code"), model.decoder.get_layer("output")]
    expected = [(total(layer, 1e-2) - total(layer, -1e-2)) / 2e-2 for layer in layers]
    before = [layer.get_weights()[0][1, 0] for layer in layers]
    model.compile(keras.optimizers.SGD(1.0), objective)
    model.train_on_batch(INPUTS, INPUTS)
    found = [old - layer.get_weights()[0][1, 0] for old, layer in zip(before, layers, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=0.02, atol=1e-3)


@pytest.mark.parametrize("extra", [{"corruption": Corruption("masking", 0.2)}, {"sparsity": SparsityPenalty(0.1)}])
def test_a_wide_code_is_allowed_where_something_keeps_the_network_from_copying(extra: dict) -> None:
    assert Autoencoder(5, 9, **extra).encode(INPUTS).shape == (6, 9)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"code_dim": 0}, ValueError, r"^code_dim is 0; allowed: 1 or more$"),
        ({"code_dim": -2}, ValueError, r"^code_dim is -2; allowed: 1 or more$"),
        ({"code_dim": 2.0}, TypeError, r"^code_dim is 2.0 of type float; allowed: a whole number$"),
        ({"code_dim": True}, TypeError, r"^code_dim is True of type bool"),
        ({"code_dim": 5}, ValueError, r"^code_dim is 5 and the input has 5 numbers.*allowed: 1 to 4, or any with"),
        ({"code_dim": 50}, ValueError, r"^code_dim is 50 and the input has 5 numbers"),
        ({"input_dim": 0}, ValueError, r"^input_dim is 0; allowed: 1 or more$"),
        ({"hidden_dims": (4, 0)}, ValueError, r"^hidden_dims is 0; allowed: 1 or more$"),
        ({"loss": "mse"}, ValueError, r"^loss is 'mse'; allowed: 'cross_entropy', 'squared_error', 'words'$"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Autoencoder(**{"input_dim": 5, "code_dim": 2, **arguments})
