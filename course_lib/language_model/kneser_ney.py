"""The best that counting can do: interpolated modified Kneser–Ney, the yardstick of every neural model since."""

from __future__ import annotations

import numpy as np

from course_lib.mlp.n_grams import KneserNey


class ModifiedKneserNey(KneserNey):
    """Kneser–Ney with three discounts: one for grams seen once, one for those seen twice, one for the rest.

    Grams seen once are taken off most of their count's share, for many of them are chance; what is taken off goes to
    the shorter context, in proportion to how many grams of each kind follow the longer one.

    Args:
        contexts: the tokens before each target of the training texts.
        targets: the tokens of the training texts.
        vocabulary_size: how many ids there are.
        order: the longest n-gram.

    Attributes:
        discounts: for each length, from short n-grams to long, what is taken off a count of 1, of 2, of 3 or more.

    Source: S. F. Chen and J. Goodman, "An empirical study of smoothing techniques for language modeling", Computer
    Speech & Language 13, 1999, section 3 (equations 26 to 28).
    """

    def __init__(self, contexts: np.ndarray, targets: np.ndarray, vocabulary_size: int, order: int = 5) -> None:
        super().__init__(contexts, targets, vocabulary_size, order)
        self._kinds = [level.followers_by_count(3) for level in self._levels]

    @staticmethod
    def _discount(counts: np.ndarray) -> np.ndarray:
        seen = [float(np.sum(counts == times)) for times in (1, 2, 3, 4)]
        if not all(seen):
            # Where no gram was seen once, twice, three or four times, the formulae say nothing: half a count, as ever.
            return np.full(3, 0.5)
        once_to_twice = seen[0] / (seen[0] + 2 * seen[1])  # Y
        discounts = [times - (times + 1) * once_to_twice * seen[times] / seen[times - 1] for times in (1, 2, 3)]
        # On small texts a formula may leave the range that keeps every chance above 0.
        return np.clip(discounts, 0.0, [1.0, 2.0, 3.0])

    def probabilities(self, contexts: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """The chance of each target: from equal chances, one token of context after the other is taken in.

        Shapes: contexts (tokens, at least order - 1), targets (tokens,) → (tokens,).
        """
        chances = np.full(len(targets), 1 / (self.vocabulary_size - 1))
        for level, kinds, discounts, gram in zip(
            self._levels, self._kinds, self.discounts, self._grams(contexts, targets), strict=True
        ):
            before = gram // self.vocabulary_size
            total, _ = level.followers(before)
            count = level.count(gram)
            taken = np.concatenate([[0.0], discounts])[np.minimum(count, 3).astype(int)]  # D(c)
            given = level.look_up_context(kinds, before) @ discounts  # D₁ N₁ + D₂ N₂ + D₃₊ N₃₊
            longer = (count - taken + given * chances) / np.maximum(total, 1)
            chances = np.where(total > 0, longer, chances)
        return chances
