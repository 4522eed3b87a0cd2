"""A small network that predicts the next character, in NumPy: so quick that dozens of them are trained on a page.

Some characters before, each as a vector → two hidden layers of one width → scores of all characters. Its shape is that
of Bengio's model of lesson 02 with one layer more, so that there is a matrix from width to width, as in every model
that is made larger by making it wider.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

import numpy as np
import threadpoolctl

from course_lib.base.arguments import require_choice, require_integer, require_positive

PARAMETERISATIONS = ("standard", "scaled")
MATRICES = ("vectors", "first", "middle", "last")


class NextCharacter:
    """A network of one width, with its optimiser.

    `"standard"` draws every matrix by its inputs and moves all by one rate. `"scaled"` does as the maximal update
    parameterisation does: the middle matrix moves by a rate, the last by a rate and begins with numbers, that shrink as
    the width grows past `base_width`; at `base_width` both are the same.

    Args:
        characters: how many different ones there are.
        width: of both hidden layers.
        context: how many characters it sees.
        vector_dim: how long a character's vector is.
        parameterisation: one of `PARAMETERISATIONS`.
        base_width: where both parameterisations are the same.
        seed: of the first weights.

    Source: Y. Bengio et al., 2003; G. Yang et al., "Tensor Programs V: Tuning Large Neural Networks via Zero-Shot
    Hyperparameter Transfer", 2022 (arXiv:2203.03466), table 3, for Adam.

    Raises:
        TypeError: if a number is no whole one.
        ValueError: if one is out of its range.
    """

    def __init__(
        self,
        characters: int,
        width: int,
        context: int = 8,
        vector_dim: int = 12,
        parameterisation: str = "scaled",
        base_width: int = 32,
        seed: int = 0,
    ) -> None:
        for name, value in (("characters", characters), ("width", width), ("context", context)):
            require_integer(name, value, at_least=1)
        require_integer("vector_dim", vector_dim, at_least=1)
        require_integer("base_width", base_width, at_least=1)
        require_choice("parameterisation", parameterisation, PARAMETERISATIONS)
        self.characters, self.width, self.context, self.vector_dim = characters, width, context, vector_dim
        random = np.random.default_rng(seed)
        growth = width / base_width if parameterisation == "scaled" else 1.0

        def drawn(rows: int, columns: int, deviation: float) -> np.ndarray:
            return (random.normal(size=(rows, columns)) * deviation).astype(np.float32)

        inputs = context * vector_dim
        self.weights = {
            "vectors": drawn(characters, vector_dim, 1.0),
            "first": drawn(inputs, width, (2 / inputs) ** 0.5),
            "middle": drawn(width, width, (2 / width) ** 0.5),
            "last": drawn(width, characters, (1 / width) ** 0.5 / growth**0.5),
            "first_bias": np.zeros(width, np.float32),
            "middle_bias": np.zeros(width, np.float32),
            "last_bias": np.zeros(characters, np.float32),
        }
        # How much of the rate each moves by.
        self.shares = {**dict.fromkeys(self.weights, 1.0), "middle": 1 / growth, "last": 1 / growth}
        self.means = {name: np.zeros_like(weight) for name, weight in self.weights.items()}
        self.squares = {name: np.zeros_like(weight) for name, weight in self.weights.items()}
        self.steps = 0

    def count(self) -> int:
        """How many numbers it learns."""
        return sum(weight.size for weight in self.weights.values())

    def multiplied(self) -> int:
        """How many of them every character is multiplied with: those of the three matrices."""
        return sum(self.weights[name].size for name in ("first", "middle", "last"))

    def losses(self, before: np.ndarray, following: np.ndarray) -> np.ndarray:
        """The cross-entropy of each character, in nats.

        Args:
            before: ids of the characters before it.
            following: its id.

        Shapes: before (batch, context), following (batch,) → (batch,).
        """
        return self._forward(before, following)[0]

    def _forward(self, before: np.ndarray, following: np.ndarray) -> tuple[np.ndarray, ...]:
        weights = self.weights
        given = weights["vectors"][before].reshape(len(before), -1)
        first = np.maximum(given @ weights["first"] + weights["first_bias"], 0)
        middle = np.maximum(first @ weights["middle"] + weights["middle_bias"], 0)
        scores = middle @ weights["last"] + weights["last_bias"]
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        sums = powers.sum(axis=1, keepdims=True)
        losses = np.log(sums[:, 0]) - scores[np.arange(len(following)), following]
        return losses, powers / sums, given, first, middle

    def gradients(self, before: np.ndarray, following: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        """The mean loss of a batch, and its gradient for every weight.

        Args:
            before: ids of the characters before.
            following: the ids.

        Shapes: before (batch, context), following (batch,).
        """
        losses, chances, given, first, middle = self._forward(before, following)
        batch = len(following)
        of_scores = chances
        of_scores[np.arange(batch), following] -= 1
        of_scores /= batch
        of_middle = (of_scores @ self.weights["last"].T) * (middle > 0)
        of_first = (of_middle @ self.weights["middle"].T) * (first > 0)
        of_given = (of_first @ self.weights["first"].T).reshape(batch, self.context, self.vector_dim)
        # Added by a product: far quicker than one character after the other.
        which = np.zeros((before.size, self.characters), np.float32)
        which[np.arange(before.size), before.ravel()] = 1
        return float(losses.mean()), {
            "vectors": which.T @ of_given.reshape(-1, self.vector_dim),
            "first": given.T @ of_first,
            "middle": first.T @ of_middle,
            "last": middle.T @ of_scores,
            "first_bias": of_first.sum(axis=0),
            "middle_bias": of_middle.sum(axis=0),
            "last_bias": of_scores.sum(axis=0),
        }

    def step(self, before: np.ndarray, following: np.ndarray, learning_rate: float, clip: float | None = None) -> float:
        """One step of Adam; the loss before it.

        Args:
            before: ids of the characters before.
            following: the ids.
            learning_rate: how far; each matrix moves by its share of it.
            clip: the longest that the gradient of all weights together may be; None for any length.

        Shapes: before (batch, context), following (batch,).
        """
        loss, gradients = self.gradients(before, following)
        if clip is not None:
            length = sum(float(np.vdot(gradient, gradient)) for gradient in gradients.values()) ** 0.5
            shrink = np.float32(min(1.0, clip / (length + 1e-12)))
            gradients = {name: shrink * gradient for name, gradient in gradients.items()}
        self.steps += 1
        # The corrections of the first steps, put into the rate.
        rate = learning_rate * (1 - 0.99**self.steps) ** 0.5 / (1 - 0.9**self.steps)
        for name, gradient in gradients.items():
            mean, square = self.means[name], self.squares[name]
            mean += 0.1 * (gradient - mean)
            square += 0.01 * (gradient * gradient - square)
            self.weights[name] -= np.float32(rate * self.shares[name]) * mean / (np.sqrt(square) + np.float32(1e-8))
        return loss


def examples_of(ids: Sequence[int], context: int) -> tuple[np.ndarray, np.ndarray]:
    """Every place of a text that has enough before it: what stands before, and what follows.

    Args:
        ids: of the characters of a text.
        context: how many stand before.

    Shapes: (characters,) → (places, context), (places,).

    Raises:
        ValueError: if the text is too short.
    """
    require_integer("context", context, at_least=1)
    ids = np.asarray(ids)
    if len(ids) <= context:
        raise ValueError(f"ids are {len(ids)}; allowed: more than context, {context}")
    windows = np.lib.stride_tricks.sliding_window_view(ids, context + 1)
    return windows[:, :-1], windows[:, -1]


def characters_of(text: str, most: int = 48) -> tuple[np.ndarray, int]:
    """A text as ids of its most frequent characters; 0 stands for all others.

    Args:
        text: lower and upper case are one.
        most: how many different ids at most.

    Returns:
        The ids, and how many different ones there may be.

    Raises:
        TypeError: if `most` is no whole number.
        ValueError: if it is less than 2, or the text is empty.
    """
    require_integer("most", most, at_least=2)
    if not text:
        raise ValueError("text is empty; allowed: one character or more")
    points = np.frombuffer(text.lower().encode("utf-32-le"), np.uint32)
    known, places, counts = np.unique(points, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    numbers = np.zeros(len(known), np.int32)
    kept = order[: most - 1]
    numbers[kept] = np.arange(1, len(kept) + 1)
    return numbers[places], min(most, len(known) + 1)


def one_thread() -> AbstractContextManager:
    """Inside, NumPy multiplies with one thread: for small matrices a second one costs more than it saves."""
    return threadpoolctl.threadpool_limits(1, user_api="blas")


def losses_by_rate(
    ids: np.ndarray,
    characters: int,
    width: int,
    rates: Sequence[float],
    parameterisation: str,
    steps: int,
    batch_size: int = 128,
    seed: int = 0,
) -> list[float]:
    """Where training ends with each rate: the mean loss of the last tenth of its steps; infinite where it broke.

    Args:
        ids: of the characters of a text.
        characters: how many different ones there are.
        width: of the network.
        rates: learning rates.
        parameterisation: one of `PARAMETERISATIONS`.
        steps: of each training.
        batch_size: places of a batch.
        seed: of weights and batches, which are the same for all rates.

    Raises:
        ValueError: if a rate or a number is out of its range.
    """
    require_integer("steps", steps, at_least=1)
    before, following = examples_of(ids, 8)
    batches = np.random.default_rng(seed).integers(0, len(following), (steps, batch_size))
    ends = []
    for rate in rates:
        require_positive("rates", rate)
        model = NextCharacter(characters, width, parameterisation=parameterisation, seed=seed)
        with one_thread(), np.errstate(all="ignore"):
            losses = [model.step(before[rows], following[rows], rate) for rows in batches]
        end = float(np.mean(losses[-max(1, steps // 10) :]))
        ends.append(end if np.isfinite(end) else float("inf"))
    return ends
