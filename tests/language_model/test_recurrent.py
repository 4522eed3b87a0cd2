"""Proves that the cells are those of Keras and of PyTorch, and that the model reads a text piece by piece as in one
pass, and never ahead.
"""

from __future__ import annotations

try:
    import torch  # before TensorFlow: some builds of the two clash otherwise
except ImportError:
    torch = None

import keras
import numpy as np
import pytest
from keras import ops

from course_lib.language_model import RecurrentLanguageModel, gru_step, lstm_step, rnn_step
from course_lib.language_model.recurrent import CELLS
from tensors import normal, numpy

STEPS = {"rnn": rnn_step, "gru": gru_step, "lstm": lstm_step}
GATES = {"rnn": 1, "gru": 3, "lstm": 4}
WIDTH, UNITS = 5, 4


def weights_of(cell: str, seed: int = 0) -> list[np.ndarray]:
    """A kernel, a recurrent kernel and biases that are not 0, as Keras lays them out."""
    columns = GATES[cell] * UNITS
    bias = (2, columns) if cell == "gru" else (columns,)
    shapes = [(WIDTH, columns), (UNITS, columns), bias]
    return [normal(*shape, seed=seed + place) for place, shape in enumerate(shapes)]


def read(cell: str, vectors: np.ndarray, weights: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The shown states after each vector, and all parts of the last state."""
    zeros = np.zeros((len(vectors), UNITS), dtype=np.float32)
    state, shown = (zeros, zeros) if cell == "lstm" else zeros, []
    for vector in np.swapaxes(vectors, 0, 1):
        state = STEPS[cell](vector, state, *weights)
        shown.append(numpy(state[0] if cell == "lstm" else state))
    last = [numpy(part) for part in (state if cell == "lstm" else (state,))]
    return np.stack(shown, axis=1), np.stack(last)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_is_that_of_keras(cell: str) -> None:
    vectors, weights = normal(3, 6, WIDTH, seed=9), weights_of(cell)
    layer = {"rnn": keras.layers.SimpleRNN, "gru": keras.layers.GRU, "lstm": keras.layers.LSTM}[cell](
        UNITS, return_sequences=True, return_state=True
    )
    layer.build(vectors.shape)
    layer.set_weights(weights)
    theirs, *last = layer(vectors)
    ours, our_last = read(cell, vectors, weights)
    np.testing.assert_allclose(ours, numpy(theirs), atol=1e-5)
    np.testing.assert_allclose(our_last, np.stack([numpy(part) for part in last]), atol=1e-5)


@pytest.mark.skipif(torch is None, reason="needs PyTorch")
@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_is_that_of_pytorch(cell: str) -> None:
    vectors, weights = normal(3, 6, WIDTH, seed=9), weights_of(cell)
    # PyTorch's GRU has its gates in the order r, z, ĥ.
    order = {"gru": [1, 0, 2]}.get(cell, range(GATES[cell]))

    def turned(weight: np.ndarray) -> np.ndarray:
        parts = np.split(weight, GATES[cell], axis=-1)
        return np.concatenate([parts[place] for place in order], axis=-1).T

    bias = turned(weights[2])
    biases = [bias[:, 0], bias[:, 1]] if cell == "gru" else [bias, np.zeros_like(bias)]
    layer = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell](WIDTH, UNITS, batch_first=True)
    with torch.no_grad():
        for theirs, ours in zip(layer.parameters(), [turned(weights[0]), turned(weights[1]), *biases], strict=True):
            theirs.copy_(torch.tensor(ours))
        expected = layer(torch.tensor(vectors))[0].numpy()
    np.testing.assert_allclose(read(cell, vectors, weights)[0], expected, atol=1e-5)


def model_of(cell: str = "lstm", **changes: object) -> RecurrentLanguageModel:
    """A small model with weights unlike their first values."""
    model = RecurrentLanguageModel(11, WIDTH, UNITS, cell, **{"num_layers": 2, "seed": 3, **changes})
    model.build((None, None))
    for place, weight in enumerate(model.trainable_variables):
        weight.assign(numpy(weight) + 0.3 * normal(*weight.shape, seed=place))
    return model


def ids_of(batch: int = 2, time: int = 9, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 11, size=(batch, time))


@pytest.mark.parametrize("cell", CELLS)
def test_the_model_is_its_cells_one_above_the_other(cell: str) -> None:
    model, ids = model_of(cell), ids_of()
    vectors = table = numpy(model.token_vectors.embeddings)
    vectors = table[ids]
    for layer in model.recurrent_layers:
        vectors, _ = read(cell, vectors, layer.get_weights())
    expected = vectors @ numpy(model.to_width.kernel) @ table.T
    logits = model(ids)
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    np.testing.assert_allclose(numpy(logits), expected, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_no_position_sees_a_later_one(cell: str) -> None:
    model, ids = model_of(cell), ids_of()
    before = numpy(model(ids))
    for place in (1, 8):
        changed = ids.copy()
        changed[:, place:] = (changed[:, place:] + 1) % 11
        after = numpy(model(changed))
        np.testing.assert_allclose(after[:, :place], before[:, :place], atol=1e-6)
        assert np.abs(after[:, place] - before[:, place]).max() > 1e-3


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("pieces", [[1] * 9, [4, 5]])
def test_piece_by_piece_with_the_state_carried_equals_one_pass(cell: str, pieces: list[int]) -> None:
    model, ids = model_of(cell), ids_of()
    state, first, found = model.empty_state(2), 0, []
    for piece in pieces:
        logits, state = model(ids[:, first : first + piece], state)
        found.append(numpy(logits))
        first += piece
    np.testing.assert_allclose(np.concatenate(found, axis=1), numpy(model(ids)), atol=1e-5)
    without = numpy(model(ids[:, -1:]))
    assert np.abs(without - found[-1][:, -1:]).max() > 1e-3  # the state matters


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        # 11 vectors of 5; an LSTM of 4 (5 + 4 + 1) 4 numbers, one of 4 (4 + 4 + 1) 4; a matrix of 4 × 5.
        ({}, 11 * 5 + 160 + 144 + 20),
        ({"tied": False}, 11 * 5 + 160 + 144 + 4 * 11),
        ({"num_layers": 1, "cell": "gru"}, 11 * 5 + 3 * 4 * (5 + 4 + 2) + 20),
        ({"num_layers": 1, "cell": "rnn", "units": 5}, 11 * 5 + 5 * (5 + 5 + 1)),
    ],
)
def test_weights_are_as_many_as_one_counts(changes: dict[str, object], count: int) -> None:
    model = RecurrentLanguageModel(**{"vocabulary_size": 11, "width": 5, "units": 4, "num_layers": 2, **changes})
    model.build((None, None))
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_variables) == count


@pytest.mark.parametrize("cell", CELLS)
def test_a_fresh_model_knows_nothing(cell: str) -> None:
    model = RecurrentLanguageModel(500, 16, 32, cell, seed=0)
    ids = np.random.default_rng(0).integers(0, 500, size=(4, 16))
    losses = keras.losses.sparse_categorical_crossentropy(ids[:, 1:], model(ids[:, :-1]), from_logits=True)
    assert float(ops.mean(losses)) == pytest.approx(np.log(500), abs=0.05)


def test_dropout_is_at_work_in_training_alone() -> None:
    model, ids = model_of(dropout=0.5), ids_of()
    np.testing.assert_array_equal(numpy(model(ids)), numpy(model(ids)))
    first, second = (numpy(model(ids, training=True)) for _ in range(2))
    assert np.abs(first - second).max() > 1e-3


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("cell", CELLS)
def test_a_saved_model_is_read_back_and_says_the_same(cell: str, tied: bool, tmp_path) -> None:
    model, ids = model_of(cell, tied=tied), ids_of()
    model.save(tmp_path / "writer.keras")
    again = keras.saving.load_model(tmp_path / "writer.keras")
    np.testing.assert_allclose(numpy(again(ids)), numpy(model(ids)), atol=1e-6)


def test_the_same_seed_draws_the_same_weights_and_another_others() -> None:
    first, again, other = (RecurrentLanguageModel(11, 5, 4, num_layers=2, seed=seed) for seed in (1, 1, 30))
    for model in (first, again, other):
        model.build((None, None))
    for one, two, three in zip(*(model.get_weights() for model in (first, again, other)), strict=True):
        np.testing.assert_array_equal(one, two)
        assert one.ndim == 1 or not np.allclose(one, three)


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: RecurrentLanguageModel(0, 8, 8), ValueError, "vocabulary_size is 0"),
        (lambda: RecurrentLanguageModel(9, 8, 1.5), TypeError, r"units is 1\.5"),
        (lambda: RecurrentLanguageModel(9, 8, 8, "transformer"), ValueError, "cell is 'transformer'; allowed: 'rnn'"),
        (lambda: RecurrentLanguageModel(9, 8, 8, num_layers=0), ValueError, "num_layers is 0"),
        (lambda: RecurrentLanguageModel(9, 8, 8, dropout=1), ValueError, "dropout is 1"),
        (lambda: RecurrentLanguageModel(9, 8, 8, seed=-1), ValueError, "seed is -1"),
        (lambda: RecurrentLanguageModel(9, 8, 8).empty_state(0), ValueError, "batch_size is 0"),
    ],
)
def test_a_wrong_argument_is_named(make, error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        make()
