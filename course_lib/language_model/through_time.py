"""How far back a recurrent network learns: what is left of a gradient after 1, 10, 100 steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from keras import ops

from course_lib.base.arguments import checked_ids, require_integer
from course_lib.language_model.recurrent import RecurrentLanguageModel, gru_step, lstm_step, rnn_step

_STEPS = {"rnn": rnn_step, "gru": gru_step, "lstm": lstm_step}


def gradient_through_time(model: RecurrentLanguageModel, token_ids: Sequence[int], reach: int = 100) -> np.ndarray:
    """How much the output after the last token changes with the state so many steps before.

    The gradient ∂h_T / ∂s_(T-k) is a product of k matrices, one for each step: numbers below one vanish, above one they
    explode. Its size is the root of the mean square over all directions of h: 1 where k is 0.

    Args:
        model: a model of one layer, trained or not.
        token_ids: what it reads; the gradient goes back from the last one.
        reach: how many steps back, at most.

    Returns:
        The size for k = 0, 1, …, reach.

    Shapes: (reach + 1,), float64.

    Raises:
        TypeError: if an id or `reach` is no whole number.
        ValueError: if the model has several layers, an id lies outside the vocabulary, or there are fewer tokens than
            steps.

    Source: Y. Bengio, P. Simard and P. Frasconi, "Learning long-term dependencies with gradient descent is difficult",
    IEEE Transactions on Neural Networks 5, 1994; R. Pascanu, T. Mikolov and Y. Bengio, 2013 (arXiv:1211.5063).
    """
    if len(model.recurrent_layers) != 1:
        raise ValueError(f"model has {len(model.recurrent_layers)} recurrent layers; allowed: 1")
    token_ids = checked_ids("token_ids", token_ids, model.vocabulary_size)
    require_integer("reach", reach, at_least=1, at_most=len(token_ids))
    vectors = ops.convert_to_numpy(model.token_vectors(np.array([token_ids])))[0]  # (time, width)
    weights = [ops.convert_to_numpy(weight) for weight in model.recurrent_layers[0].get_weights()]
    parts = 2 if model.cell == "lstm" else 1

    def step(vector: np.ndarray, states: np.ndarray) -> np.ndarray:
        """One token read in many states: (states, parts · units) → the same."""
        inputs = np.broadcast_to(vector, (len(states), len(vector)))
        given = tuple(np.split(states, 2, axis=-1)) if parts == 2 else states
        read = _STEPS[model.cell](inputs, given, *weights)
        return np.concatenate([ops.convert_to_numpy(part) for part in (read if parts == 2 else (read,))], axis=-1)

    states = [np.zeros((1, parts * model.units), dtype=np.float32)]
    for vector in vectors:
        states.append(step(vector, states[-1]))
    gradient = np.eye(model.units, parts * model.units)  # ∂h_T / ∂s_T
    sizes = [_size(gradient)]
    for back in range(1, reach + 1):
        gradient = gradient @ _slopes(step, vectors[-back], states[-back - 1])
        sizes.append(_size(gradient))
    return np.array(sizes)


def _slopes(step, vector: np.ndarray, state: np.ndarray, move: float = 1e-2) -> np.ndarray:
    """∂s_t / ∂s_(t-1), from moving each number of the state a little up and down.

    Shapes: (size, size), a row for each new number, a column for each old one.
    """
    moved = move * np.eye(state.shape[-1], dtype=np.float32)
    up, down = np.split(step(vector, np.concatenate([state + moved, state - moved])), 2)
    return (up - down).T.astype(np.float64) / (2 * move)


def _size(gradient: np.ndarray) -> float:
    return float(np.sqrt((gradient**2).sum() / len(gradient)))
