"""Text from a language model: one word after the other, each drawn from what the model holds likely."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np

from course_lib.base.arguments import checked_ids, require_integer, require_positive


def soften(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities at another temperature: p^(1/T), brought back to a sum of one.

    Below 1 the likely becomes likelier, above 1 all become more alike. It is softmax of the logits divided by T.

    Args:
        probabilities: they need not add up to one.
        temperature: above 0.

    Shapes: (..., words) → (..., words).

    Raises:
        ValueError: if the temperature is not positive, or no probability is.
    """
    require_positive("temperature", temperature)
    probabilities = np.asarray(probabilities, dtype=np.float64)
    if not ((probabilities >= 0) & (probabilities < np.inf)).all() or not (probabilities.max(axis=-1) > 0).all():
        raise ValueError(
            "probabilities holds a negative number, NaN, infinity or zeros alone; allowed: at least one above 0"
        )
    with np.errstate(divide="ignore"):  # the logarithm of 0 is what it should be
        logs = np.log(probabilities) / temperature
    powers = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def generate(
    next_probabilities: Callable[[Sequence[int]], np.ndarray],
    start: Sequence[int],
    length: int,
    temperature: float = 1.0,
    forbidden: Collection[int] = (0, 1),
    seed: int = 0,
) -> list[int]:
    """Continue a text.

    Args:
        next_probabilities: the probability of every word after the ids so far.
        start: the ids of the beginning; may be empty.
        length: how many words are added.
        temperature: how daring it is; see `soften`.
        forbidden: ids that are never drawn: padding and the unknown word.
        seed: the same seed writes the same text.

    Returns:
        The beginning and what was added to it.

    Raises:
        TypeError: if `length` or an id is no whole number.
        ValueError: if `length` is negative, or nothing but forbidden ids is possible.
    """
    require_integer("length", length, at_least=0)
    random = np.random.default_rng(seed)
    ids = checked_ids("start", start, 2**31)
    forbidden = list(forbidden)
    for _ in range(length):
        chances = np.array(next_probabilities(ids), dtype=np.float64)
        chances[checked_ids("forbidden", forbidden, len(chances))] = 0
        chances = soften(chances, temperature)
        ids.append(int(random.choice(len(chances), p=chances)))
    return ids
