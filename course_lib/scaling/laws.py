"""Many small trainings, one curve: loss against weights and data, its uncertainty, and what it predicts.

L(N, D) = E + A / N^α + B / D^β: what no model can avoid, what a small one misses, what little data leaves unlearnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.base.arguments import require_integer, require_positive
from course_lib.scaling.small import NextCharacter, examples_of, one_thread


@dataclass(frozen=True)
class Point:
    """A loss, and what it took.

    Args:
        weights: that every token is multiplied with.
        tokens: that were read.
        loss: on held-out text, in nats.
    """

    weights: float
    tokens: float
    loss: float

    @property
    def flops(self) -> float:
        """6·N·D."""
        return 6.0 * self.weights * self.tokens


@dataclass(frozen=True)
class Law:
    """The curve E + A / N^α + B / D^β.

    Args:
        floor: E.
        of_weights: A.
        alpha: how fast it falls with weights.
        of_tokens: B.
        beta: how fast it falls with tokens.
    """

    floor: float
    of_weights: float
    alpha: float
    of_tokens: float
    beta: float

    def loss(self, weights, tokens):
        """What it predicts.

        Args:
            weights: how many.
            tokens: how many.

        Shapes: any two that broadcast → the same.
        """
        return (
            self.floor + self.of_weights / np.power(weights, self.alpha) + self.of_tokens / np.power(tokens, self.beta)
        )

    def best_weights(self, flops: float) -> float:
        """How many weights are best for so many operations, if 6·N·D of them are spent.

        Args:
            flops: operations.

        Source: J. Hoffmann et al., 2022 (arXiv:2203.15556), equation 4.
        """
        require_positive("flops", flops)
        ratio = (self.alpha * self.of_weights / (self.beta * self.of_tokens)) ** (1 / (self.alpha + self.beta))
        return ratio * (flops / 6) ** (self.beta / (self.alpha + self.beta))


def fit_law(points: Sequence[Point], start: Law | None = None) -> Law:
    """The curve that is nearest to the points, in the logarithm of the loss, where far points count less.

    Args:
        points: six or more, of different sizes.
        start: where to begin; None for several beginnings, of which the best end is taken.

    Source: J. Hoffmann et al., "Training Compute-Optimal Large Language Models", 2022 (arXiv:2203.15556), section 3.3.

    Raises:
        ValueError: if there are too few points.
    """
    from scipy.optimize import least_squares

    if len(points) < 6:
        raise ValueError(f"points are {len(points)}; allowed: 6 or more for five unknown numbers")
    weights, tokens, losses = (np.array([getattr(p, name) for p in points]) for name in ("weights", "tokens", "loss"))

    def misses(unknown: np.ndarray) -> np.ndarray:
        floor, a, alpha, b, beta = unknown
        # Sums of exponentials, so that no number can turn negative on the way.
        terms = np.exp(floor), np.exp(a - alpha * np.log(weights)), np.exp(b - beta * np.log(tokens))
        return np.log(sum(terms)) - np.log(losses)

    if start is not None:
        begins = [(np.log(start.floor), np.log(start.of_weights), start.alpha, np.log(start.of_tokens), start.beta)]
    else:
        begins = [
            (np.log(floor * losses.min()), exponent * 5, exponent, exponent * 9, exponent)
            for floor in (0.3, 0.7, 0.95)
            for exponent in (0.2, 0.5, 0.8)
        ]
    low, high = (-10, -20, 0.01, -20, 0.01), (np.log(losses.min()), 40, 3, 40, 3)
    ends = [
        least_squares(misses, np.clip(begin, np.add(low, 1e-6), np.subtract(high, 1e-6)), bounds=(low, high),
                      loss="huber", f_scale=0.01, x_scale=(0.3, 3, 0.3, 3, 0.3))
        for begin in begins
    ]  # fmt: skip
    floor, a, alpha, b, beta = min(ends, key=lambda end: end.cost).x
    return Law(float(np.exp(floor)), float(np.exp(a)), float(alpha), float(np.exp(b)), float(beta))


def bootstrap_laws(points: Sequence[Point], draws: int, seed: int = 0) -> list[Law]:
    """Laws of other draws of the models: how much the fit owes to which ones happened to be trained.

    Whole models are drawn, with all their points, since the points of one training are no independent witnesses.

    Args:
        points: as for `fit_law`.
        draws: how many laws.
        seed: of the draws.

    Raises:
        ValueError: if a number is out of its range.
    """
    require_integer("draws", draws, at_least=1)
    random = np.random.default_rng(seed)
    whole = fit_law(points)
    sizes = sorted({point.weights for point in points})
    groups = [[point for point in points if point.weights == size] for size in sizes]
    laws = []
    while len(laws) < draws:
        drawn = random.integers(0, len(groups), len(groups))
        if len(set(drawn.tolist())) < 3:  # two sizes say nothing of a curve with a floor
            continue
        laws.append(fit_law([point for group in drawn for point in groups[group]], start=whole))
    return laws


def train_and_measure(
    ids: np.ndarray,
    held: np.ndarray,
    characters: int,
    width: int,
    tokens: Sequence[int],
    learning_rate: float = 0.004,
    batch_size: int = 128,
    seed: int = 0,
) -> list[Point]:
    """Train one network once through a text, and measure it after so many tokens each.

    A training that is measured half-way must not be half-way through its schedule, or the loss is that of a worse
    training. So the rate stays as it is, and what is measured is a running average of the weights, which does for it
    what a fall of the rate would.

    Args:
        ids: of the characters of a text, which are read in an order drawn from the seed, each once.
        held: of another text.
        characters: how many different ones there are.
        width: of the network.
        tokens: after how many it is measured, in rising order.
        learning_rate: of Adam, in the width-scaled parameterisation, so that one serves all widths.
        batch_size: places of a batch.
        seed: of weights and order.

    Raises:
        ValueError: if the text has not as many places, or the numbers do not rise.
    """
    marks = [tokens_read // batch_size for tokens_read in tokens]
    if not marks or any(a >= b for a, b in zip([0, *marks], marks, strict=False)):
        raise ValueError(f"tokens are {list(tokens)}; allowed: rising numbers, from {batch_size} on")
    model = NextCharacter(characters, width, seed=seed)
    before, following = examples_of(ids, model.context)
    if marks[-1] * batch_size > len(following):
        raise ValueError(f"tokens ask for {tokens[-1]} places; allowed: up to {len(following)}, which ids hold")
    order = np.random.default_rng(seed + 1).permutation(len(following))
    held_before, held_following = examples_of(held, model.context)
    average = {name: weight.copy() for name, weight in model.weights.items()}
    points = []
    with one_thread():
        for step in range(marks[-1]):
            rows = order[step * batch_size : (step + 1) * batch_size]
            model.step(before[rows], following[rows], learning_rate)
            # The newest weights count (k + 1)/(t + k + 1), k = 8: about the last ninth of the steps so far.
            share = np.float32(9 / (step + 10))
            for name, weight in model.weights.items():
                average[name] += share * (weight - average[name])
            if step + 1 in marks:
                moving, model.weights = model.weights, average
                loss = float(model.losses(held_before, held_following).mean())
                model.weights = moving
                points.append(Point(model.multiplied(), (step + 1) * batch_size, loss))
    return points
