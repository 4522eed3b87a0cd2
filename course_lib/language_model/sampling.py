"""From scores to one token: which tokens may be drawn, and how boldly.

Each rule takes the scores of all tokens (logits) and gives them back with -inf where a token is excluded, so that rules
can follow one another; softmax of what remains is the distribution that is drawn from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from course_lib.base.arguments import checked_ids, require_integer, require_number, require_positive

_EXCLUDED = -np.inf


def keep_top(logits: ArrayLike, count: int) -> np.ndarray:
    """Top-k: exclude all but the best tokens; of equal ones those with the smaller id stay.

    Args:
        logits: the scores.
        count: how many stay, k.

    Shapes: (vocabulary,) → (vocabulary,), float64.

    Raises:
        TypeError: if `count` is no whole number.
        ValueError: if it is less than 1 or more than there are tokens.

    Source: A. Fan, M. Lewis and Y. Dauphin, "Hierarchical Neural Story Generation", 2018 (arXiv:1805.04833).
    """
    logits = _checked(logits)
    require_integer("count", count, at_least=1, at_most=len(logits))
    return _only(logits, _from_best(logits)[:count])


def keep_nucleus(logits: ArrayLike, share: float) -> np.ndarray:
    """Top-p: exclude all but the smallest set of best tokens that together hold this share of the probability.

    Args:
        logits: the scores.
        share: p, above 0 and at most 1; 1 keeps all.

    Shapes: (vocabulary,) → (vocabulary,), float64.

    Raises:
        TypeError: if `share` is no number.
        ValueError: if it is out of its range.

    Source: A. Holtzman et al., "The Curious Case of Neural Text Degeneration", 2020 (arXiv:1904.09751), equation 2.
    """
    logits = _checked(logits)
    _require_share("share", share)
    order = _from_best(logits)
    held = np.cumsum(_softmax(logits)[order])
    # A token is kept while those before it do not yet hold the share; the best one always is.
    before = np.concatenate([[0.0], held[:-1]])
    kept = order if share == 1 else order[before < share - 1e-12]
    return _only(logits, kept)


def keep_probable(logits: ArrayLike, share: float) -> np.ndarray:
    """Min-p: exclude tokens whose probability is less than a share of the best one's.

    Args:
        logits: the scores.
        share: above 0 and at most 1; 1 keeps the best ones alone.

    Shapes: (vocabulary,) → (vocabulary,), float64.

    Raises:
        TypeError: if `share` is no number.
        ValueError: if it is out of its range.

    Source: N. Nguyen et al., "Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM Outputs", 2024
    (arXiv:2407.01082).
    """
    logits = _checked(logits)
    _require_share("share", share)
    # p ≥ share · p_best, as logits, so that nothing underflows.
    return np.where(logits - logits.max() >= np.log(share), logits, _EXCLUDED)


def penalise_repetition(logits: ArrayLike, previous: Sequence[int], penalty: float) -> np.ndarray:
    """Make tokens that were written less likely: their scores are divided by the penalty, negative ones multiplied.

    Args:
        logits: the scores.
        previous: the ids so far; how often one occurs makes no difference.
        penalty: 1 changes nothing.

    Shapes: (vocabulary,) → (vocabulary,), float64.

    Raises:
        TypeError: if an id is no whole number.
        ValueError: if the penalty is not positive, or an id is none of the vocabulary.

    Source: N. S. Keskar et al., "CTRL: A Conditional Transformer Language Model for Controllable Generation", 2019
    (arXiv:1909.05858), section 4.1. There scores of all signs are divided, which rewards the repetition of a negative
    one; multiplying those is what libraries do since.
    """
    logits = _checked(logits).copy()
    require_number("penalty", penalty)
    require_positive("penalty", penalty)
    written = np.unique(np.array(checked_ids("previous", previous, len(logits)), dtype=np.int64))
    scores = logits[written]
    logits[written] = np.where(scores > 0, scores / penalty, scores * penalty)
    return logits


@dataclass(frozen=True)
class Sampler:
    """How the next token is drawn: penalty, temperature, then the rules that exclude, in this order.

    Args:
        temperature: below 1 the likely becomes likelier, above 1 all become more alike.
        greedy: take the best token instead of drawing one.
        top_k: how many tokens stay; None for all.
        nucleus: the share of probability that stays; None for all.
        min_p: the share of the best probability that a token must have; None for none.
        repetition_penalty: what scores of written tokens are divided by; 1 for none.

    Raises:
        TypeError: if a setting is no number.
        ValueError: if one is out of its range.
    """

    temperature: float = 1.0
    greedy: bool = False
    top_k: int | None = None
    nucleus: float | None = None
    min_p: float | None = None
    repetition_penalty: float = 1.0

    def __post_init__(self) -> None:
        require_number("temperature", self.temperature)
        if not 0 < self.temperature < float("inf"):
            raise ValueError(f"temperature is {self.temperature}; allowed: a number above 0 (or greedy=True)")
        if self.top_k is not None:
            require_integer("top_k", self.top_k, at_least=1)
        for name in ("nucleus", "min_p"):
            if getattr(self, name) is not None:
                _require_share(name, getattr(self, name))
        require_number("repetition_penalty", self.repetition_penalty)
        require_positive("repetition_penalty", self.repetition_penalty)

    def distribution(self, logits: ArrayLike, previous: Sequence[int] = ()) -> np.ndarray:
        """The probability of every token; 0 for what is excluded.

        Shapes: logits (vocabulary,) → (vocabulary,), float64.

        Raises:
            ValueError: if there is no score, one is NaN or +inf, all are -inf, or `top_k` is more than there are.
        """
        logits = _checked(logits)
        if self.repetition_penalty != 1:
            logits = penalise_repetition(logits, previous, self.repetition_penalty)
        if self.greedy:
            return _softmax(_only(logits, _from_best(logits)[:1]))
        logits = logits / self.temperature
        if self.top_k is not None:
            require_integer("top_k", self.top_k, at_least=1, at_most=len(logits))
            logits = keep_top(logits, self.top_k)
        if self.nucleus is not None:
            logits = keep_nucleus(logits, self.nucleus)
        if self.min_p is not None:
            logits = keep_probable(logits, self.min_p)
        return _softmax(logits)

    def draw(self, logits: ArrayLike, random: np.random.Generator, previous: Sequence[int] = ()) -> int:
        """One token.

        Args:
            logits: the scores of all tokens.
            random: draws it.
            previous: the ids so far, for the penalty.
        """
        chances = self.distribution(logits, previous)
        return int(random.choice(len(chances), p=chances))


def _checked(logits: ArrayLike) -> np.ndarray:
    logits = np.asarray(logits, dtype=np.float64)
    if logits.ndim != 1 or not logits.size:
        raise ValueError(f"logits has the shape {logits.shape}; allowed: (vocabulary,), one score or more")
    if np.isnan(logits).any() or logits.max() == np.inf:
        raise ValueError("logits holds NaN or +inf; allowed: finite scores, and -inf for what is excluded")
    if logits.max() == -np.inf:
        raise ValueError("logits is -inf for every token; allowed: one finite score or more")
    return logits


def _require_share(name: str, value: float) -> None:
    require_number(name, value)
    if not 0 < value <= 1:
        raise ValueError(f"{name} is {value}; allowed: above 0, at most 1")


def _from_best(logits: np.ndarray) -> np.ndarray:
    """The ids from the best score to the worst; of equal ones the smaller id first."""
    return np.argsort(-logits, kind="stable")


def _only(logits: np.ndarray, kept: np.ndarray) -> np.ndarray:
    scores = np.full(len(logits), _EXCLUDED)
    scores[kept] = logits[kept]
    return scores


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()
