"""Proves that the gradient through time is the product that equations give, and what PyTorch computes."""

from __future__ import annotations

try:
    import torch  # before TensorFlow: some builds of the two clash otherwise
except ImportError:
    torch = None

import numpy as np
import pytest

from course_lib.language_model import RecurrentLanguageModel, gradient_through_time
from course_lib.language_model.recurrent import CELLS
from tensors import normal, numpy

UNITS, TOKENS = 6, 14
IDS = np.random.default_rng(2).integers(0, 11, TOKENS).tolist()


def model_of(cell: str) -> RecurrentLanguageModel:
    model = RecurrentLanguageModel(11, 5, UNITS, cell, seed=1)
    model.build((None, None))
    for place, weight in enumerate(model.trainable_variables):
        weight.assign(numpy(weight) + 0.3 * normal(*weight.shape, seed=place))
    return model


def test_the_simple_network_by_its_equation() -> None:
    model = model_of("rnn")
    kernel, recurrent, bias = (weight.astype(np.float64) for weight in model.recurrent_layers[0].get_weights())
    state, slopes = np.zeros(UNITS), []
    for token in IDS:
        state = np.tanh(numpy(model.token_vectors.embeddings)[token] @ kernel + state @ recurrent + bias)
        slopes.append(np.diag(1 - state**2) @ recurrent.T)  # ∂h_t / ∂h_(t-1)
    gradient, sizes = np.eye(UNITS), [1.0]
    for slope in reversed(slopes):
        gradient = gradient @ slope
        sizes.append(np.linalg.norm(gradient) / UNITS**0.5)
    np.testing.assert_allclose(gradient_through_time(model, IDS, TOKENS), sizes, rtol=5e-3)


@pytest.mark.skipif(torch is None, reason="needs PyTorch")
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("back", [1, 5, 12])
def test_pytorch_finds_the_same(cell: str, back: int) -> None:
    model = model_of(cell)
    kernel, recurrent, bias = (
        torch.tensor(weight, dtype=torch.float64) for weight in model.recurrent_layers[0].get_weights()
    )
    vectors = torch.tensor(numpy(model.token_vectors.embeddings)[IDS], dtype=torch.float64)

    def step(vector, state):
        if cell == "rnn":
            return torch.tanh(vector @ kernel + state @ recurrent + bias)
        if cell == "gru":
            given, kept = (vector @ kernel + bias[0]).split(UNITS), (state @ recurrent + bias[1]).split(UNITS)
            keep, show = torch.sigmoid(given[0] + kept[0]), torch.sigmoid(given[1] + kept[1])
            return keep * state + (1 - keep) * torch.tanh(given[2] + show * kept[2])
        shown, memory = state.split(UNITS)
        write, forget, new, show = (vector @ kernel + shown @ recurrent + bias).split(UNITS)
        memory = torch.sigmoid(forget) * memory + torch.sigmoid(write) * torch.tanh(new)
        return torch.cat([torch.sigmoid(show) * torch.tanh(memory), memory])

    state = torch.zeros(UNITS * (2 if cell == "lstm" else 1), dtype=torch.float64)
    for vector in vectors[:-back]:
        state = step(vector, state)

    def rest(state):
        for vector in vectors[-back:]:
            state = step(vector, state)
        return state[:UNITS]

    expected = torch.linalg.norm(torch.autograd.functional.jacobian(rest, state)) / UNITS**0.5
    assert gradient_through_time(model, IDS, back)[-1] == pytest.approx(float(expected), rel=5e-3)


def test_it_begins_with_one_and_the_smaller_the_matrix_the_faster_it_vanishes() -> None:
    model = model_of("rnn")
    before = gradient_through_time(model, IDS, 10)
    assert before.shape == (11,) and before[0] == 1
    recurrent = model.recurrent_layers[0].weights[1]
    recurrent.assign(0.5 * numpy(recurrent))
    assert (gradient_through_time(model, IDS, 10)[3:] < before[3:]).all()


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: gradient_through_time(RecurrentLanguageModel(9, 8, 8, num_layers=2), IDS), ValueError, "model has 2"),
        (lambda: gradient_through_time(model_of("rnn"), [11], 1), ValueError, "token_ids holds ids from 11"),
        (lambda: gradient_through_time(model_of("rnn"), IDS, 15), ValueError, "reach is 15; allowed: 1 to 14"),
        (lambda: gradient_through_time(model_of("rnn"), IDS, 2.0), TypeError, r"reach is 2\.0"),
    ],
)
def test_a_wrong_argument_is_named(make, error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        make()
