"""Language models that only count: single words, n-grams mixed with shorter ones, and Kneser-Ney's counts.

All of them spread probability over the ids 1 to vocabulary_size - 1 ([UNK] is a word like any other) and give none to
0, padding, which is never a target. A context is what `contexts_and_targets` makes: the nearest word last.

Source: S. F. Chen and J. Goodman, "An empirical study of smoothing techniques for language modeling", Computer Speech &
Language 13, 1999.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_lib.base.arguments import checked_ids, require_integer, require_positive, require_whole_numbers


class _Level:
    """How often each gram of one length occurs; a gram is one whole number, its words as digits."""

    def __init__(self, grams: np.ndarray, vocabulary_size: int) -> None:
        # Hundreds of thousands of grams are kept: their counts take four bytes each.
        self.grams, counts = np.unique(grams, return_counts=True)
        self.counts = counts.astype(np.int32)
        # What stands before the last word: how often it occurs, and how many different words follow it.
        self.contexts, places = np.unique(self.grams // vocabulary_size, return_inverse=True)
        self.totals = np.bincount(places, weights=self.counts).astype(np.int32)
        self.types = np.bincount(places).astype(np.int32)
        self._size = vocabulary_size

    def count(self, grams: np.ndarray) -> np.ndarray:
        return _look_up(self.grams, self.counts, grams)

    def followers(self, contexts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.look_up_context(self.totals, contexts), self.look_up_context(self.types, contexts)

    def followers_by_count(self, most: int) -> np.ndarray:
        """How many different words follow each context once, twice, …, `most` times or more: (contexts, most)."""
        kinds = np.zeros((len(self.contexts), most), np.int32)
        places = np.searchsorted(self.contexts, self.grams // self._size)
        np.add.at(kinds, (places, np.minimum(self.counts, most) - 1), 1)
        return kinds

    def look_up_context(self, values: np.ndarray, contexts: np.ndarray) -> np.ndarray:
        """The value, or the row of values, of each context; 0 where it was never seen."""
        return _look_up(self.contexts, values, contexts)


def _look_up(keys: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The value of each wanted key, 0 where it is not there."""
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    there = (keys[places] == wanted).reshape(-1, *[1] * (values.ndim - 1))
    return np.where(there, values[places], 0).astype(np.float64)


class _Counter:
    """What the models share: fitted once, asked for any number of tokens."""

    def __init__(self, vocabulary_size: int, order: int) -> None:
        vocabulary_size = require_integer("vocabulary_size", vocabulary_size, at_least=2)
        order = require_integer("order", order, at_least=1)
        if vocabulary_size**order >= 2**63:
            raise ValueError(
                f"order is {order} with {vocabulary_size} words; allowed: vocabulary_size ** order < 2**63"
            )
        self.vocabulary_size = vocabulary_size
        self.order = order

    def distribution(self, context: Sequence[int]) -> np.ndarray:
        """The probability of every word after one context.

        Args:
            context: the ids before it, any number of them; padding stands for missing ones.

        Shapes: context (any number,) → (vocabulary_size,).

        Raises:
            TypeError: if an id is no whole number.
            ValueError: if one lies outside the vocabulary.
        """
        size, reach = self.vocabulary_size, self.order - 1
        context = checked_ids("context", context, size)
        seen = [*[0] * reach, *context][len(context) :] if reach else []
        contexts = np.tile(np.array(seen, dtype=np.int64), (size - 1, 1))
        return np.concatenate([[0.0], self.probabilities(contexts, np.arange(1, size))])

    def surprisals(self, contexts: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """The negative log-likelihood of each target, in nats.

        Shapes: contexts (tokens, at least order - 1), targets (tokens,) → (tokens,).
        """
        return -np.log(self.probabilities(contexts, targets))

    def probabilities(self, contexts: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """The probability of each target after its context.

        Shapes: contexts (tokens, at least order - 1), targets (tokens,) → (tokens,).

        Raises:
            TypeError: if an id is no whole number.
            ValueError: if the shapes do not fit, or an id lies outside the vocabulary or is a target of 0.
        """
        raise NotImplementedError

    def _grams(self, contexts: np.ndarray, targets: np.ndarray) -> list[np.ndarray]:
        """The grams of 1, 2, … words that end in each target, as numbers."""
        contexts, targets = np.asarray(contexts), np.asarray(targets)
        reach = self.order - 1
        if targets.ndim != 1 or contexts.ndim != 2 or len(contexts) != len(targets) or contexts.shape[1] < reach:
            raise ValueError(
                f"contexts and targets have the shapes {contexts.shape} and {targets.shape}; allowed:"
                f" (tokens, {reach} or more) and (tokens,)"
            )
        near = contexts[:, contexts.shape[1] - reach :]
        for name, ids in (("contexts", near), ("targets", targets)):
            if ids.size:  # what is empty has no type that could be asked for
                require_whole_numbers(name, ids)
        near, targets = near.astype(np.int64), targets.astype(np.int64)
        size = self.vocabulary_size
        if len(targets) and not (targets.min() >= 1 and targets.max() < size):
            raise ValueError(f"targets holds ids from {targets.min()} to {targets.max()}; allowed: 1 to {size - 1}")
        if near.size and not (near.min() >= 0 and near.max() < size):
            raise ValueError(f"contexts holds ids from {near.min()} to {near.max()}; allowed: 0 to {size - 1}")
        grams = [targets]
        for distance in range(1, self.order):
            grams.append(near[:, -distance] * size**distance + grams[-1])
        return grams


class Unigram(_Counter):
    """The share of each word among all words, every count raised by `extra` so that none is impossible.

    Args:
        contexts: not looked at.
        targets: the words of the training texts.
        vocabulary_size: how many ids there are.
        extra: what is added to each count.

    Raises:
        ValueError: if an id is not allowed, or `extra` is not positive.
    """

    def __init__(self, contexts: np.ndarray, targets: np.ndarray, vocabulary_size: int, extra: float = 1.0) -> None:
        super().__init__(vocabulary_size, 1)
        require_positive("extra", extra)
        counts = np.bincount(self._grams(contexts, targets)[0], minlength=vocabulary_size) + extra
        counts[0] = 0
        self._shares = counts / counts.sum()

    def probabilities(self, contexts: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """The share of each target; contexts are not looked at.

        Shapes: contexts (tokens, any number), targets (tokens,) → (tokens,).
        """
        return self._shares[self._grams(contexts, targets)[0]]


class InterpolatedNGrams(_Counter):
    """A weighted mean of the shares after 0, 1, 2, … words and of equal chances, with weights fitted on other texts.

    Args:
        contexts: the words before each target of the training texts.
        targets: the words of the training texts.
        vocabulary_size: how many ids there are.
        held_out: contexts and targets of other texts, from which the weights are found.
        order: the longest n-gram.
        rounds: how often the weights are improved (by expectation and maximisation).

    Attributes:
        weights: of equal chances, then of the n-grams from short to long.

    Source: F. Jelinek and R. L. Mercer, "Interpolated estimation of Markov source parameters from sparse data", 1980.
    """

    def __init__(
        self,
        contexts: np.ndarray,
        targets: np.ndarray,
        vocabulary_size: int,
        held_out: tuple[np.ndarray, np.ndarray],
        order: int = 3,
        rounds: int = 20,
    ) -> None:
        super().__init__(vocabulary_size, order)
        require_integer("rounds", rounds, at_least=1)
        self._levels = [_Level(grams, vocabulary_size) for grams in self._grams(contexts, targets)]
        self.weights = np.full(order + 1, 1 / (order + 1))
        shares = self._shares(*held_out)
        for _ in range(rounds):
            # How much each share had to do with every word that came, and the mean of that.
            parts = shares * self.weights
            self.weights = (parts / parts.sum(axis=1, keepdims=True)).mean(axis=0)

    def _shares(self, contexts: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """The share of each target after 0, 1, 2, … words, behind equal chances.

        Shapes: (tokens, order + 1).
        """
        grams = self._grams(contexts, targets)
        columns = [np.full(len(grams[0]), 1 / (self.vocabulary_size - 1))]
        for level, gram in zip(self._levels, grams, strict=True):
            total, _ = level.followers(gram // self.vocabulary_size)
            # After words never seen together the shorter context speaks, so that chances still add up to one.
            columns.append(np.where(total > 0, level.count(gram) / np.maximum(total, 1), columns[-1]))
        return np.stack(columns, axis=1)

    def probabilities(self, contexts: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """The weighted mean of the shares of each target.

        Shapes: contexts (tokens, at least order - 1), targets (tokens,) → (tokens,).
        """
        return self._shares(contexts, targets) @ self.weights


class KneserNey(_Counter):
    """Interpolated Kneser-Ney: every count is a little discounted, and shorter n-grams count *different* contexts.

    "Francisco" is frequent and follows one word only; where the context is new, it should not be guessed. So below the
    longest n-grams the count of a gram is the number of different words seen before it.

    Args:
        contexts: the words before each target of the training texts.
        targets: the words of the training texts.
        vocabulary_size: how many ids there are.
        order: the longest n-gram.

    Attributes:
        discounts: what is taken off each count, from short n-grams to long, n1 / (n1 + 2 n2).

    Source: R. Kneser and H. Ney, "Improved backing-off for m-gram language modeling", 1995; Chen and Goodman, section
    2.7 (the interpolated form).
    """

    def __init__(self, contexts: np.ndarray, targets: np.ndarray, vocabulary_size: int, order: int = 3) -> None:
        super().__init__(vocabulary_size, order)
        grams = self._grams(contexts, targets)
        levels = [_Level(grams[-1], vocabulary_size)]
        for length in reversed(range(1, order)):
            # Each longer gram once: what remains without its first word is counted by different first words.
            levels.append(_Level(levels[-1].grams % vocabulary_size**length, vocabulary_size))
        self._levels = levels[::-1]
        self.discounts = [self._discount(level.counts) for level in self._levels]

    @staticmethod
    def _discount(counts: np.ndarray) -> float:
        once, twice = np.sum(counts == 1), np.sum(counts == 2)
        # Where nothing was seen twice (or once), the formula says nothing, and half a count is taken.
        return float(once / (once + 2 * twice)) if once and twice else 0.5

    def probabilities(self, contexts: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """The chance of each target: from equal chances, one word of context after the other is taken in.

        Shapes: contexts (tokens, at least order - 1), targets (tokens,) → (tokens,).
        """
        chances = np.full(len(targets), 1 / (self.vocabulary_size - 1))
        for level, discount, gram in zip(self._levels, self.discounts, self._grams(contexts, targets), strict=True):
            total, types = level.followers(gram // self.vocabulary_size)
            kept = np.maximum(level.count(gram) - discount, 0)
            longer = (kept + discount * types * chances) / np.maximum(total, 1)
            chances = np.where(total > 0, longer, chances)
        return chances
