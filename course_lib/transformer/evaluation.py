"""BLEU: how many short runs of tokens a translation shares with a human one, from scratch.

Source: K. Papineni, S. Roukos, T. Ward and W.-J. Zhu, "BLEU: a Method for Automatic Evaluation of Machine Translation",
ACL 2002.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np

from course_lib.base.arguments import require_integer, require_share, require_words

Tokens = Sequence[Hashable]
# Beyond any measure in use; the runs of all lengths of a long text would fill the memory.
MOST_ORDERS = 100


def bleu(hypotheses: Sequence[Tokens], references: Sequence[Sequence[Tokens]], max_order: int = 4) -> float:
    """The BLEU of a whole corpus, from 0 to 100.

    Args:
        hypotheses: the tokens of each translation.
        references: for each of them a list of right translations, each a list of tokens.
        max_order: the longest runs that are counted, from 1 to 100 tokens.

    Returns:
        The geometric mean of the precisions of runs of 1 to `max_order` tokens, times the penalty for being too short;
        0 where no run of some length is shared.

    Raises:
        TypeError: if a str stands where tokens should, or `max_order` is no whole number.
        ValueError: if there is no translation, not as many lists of references, or one without a reference, or
            `max_order` is out of its range.
    """
    return _score(_counts(hypotheses, references, max_order).sum(axis=0))


def bleu_interval(
    hypotheses: Sequence[Tokens],
    references: Sequence[Sequence[Tokens]],
    seed: int,
    draws: int = 1000,
    confidence: float = 0.95,
    max_order: int = 4,
) -> tuple[float, float]:
    """Between which values BLEU lies, had the test sentences been others of the same kind (bootstrap).

    Args:
        hypotheses: the tokens of each translation.
        references: for each of them a list of right translations, each a list of tokens.
        seed: of the drawing.
        draws: how many corpora are drawn, each as large as the one there is, with repetition.
        confidence: the share of them that lies between the two values.
        max_order: the longest runs that are counted, from 1 to 100 tokens.

    Returns:
        The lower and the upper value.

    Raises:
        TypeError: if a str stands where tokens should.
        ValueError: as `bleu`, or if `draws` is less than 1 or `confidence` not from 0 to less than 1.

    Source: P. Koehn, "Statistical Significance Tests for Machine Translation Evaluation", EMNLP 2004.
    """
    require_integer("draws", draws, at_least=1)
    require_share("confidence", confidence)
    counts = _counts(hypotheses, references, max_order)
    random = np.random.default_rng(seed)
    scores = [_score(counts[random.integers(len(counts), size=len(counts))].sum(axis=0)) for _ in range(draws)]
    low, high = np.quantile(scores, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def _counts(hypotheses: Sequence[Tokens], references: Sequence[Sequence[Tokens]], max_order: int) -> np.ndarray:
    """For each sentence: its length, that of its nearest reference, and for each order the shared runs and all runs.

    Shapes: (sentences, 2 + 2 · max_order).
    """
    require_integer("max_order", max_order, at_least=1, at_most=MOST_ORDERS)
    require_words("hypotheses", hypotheses)
    require_words("references", references)
    if len(hypotheses) != len(references) or not len(hypotheses):
        raise ValueError(
            f"hypotheses has {len(hypotheses)} sentences and references {len(references)};"
            " allowed: as many of each, one or more"
        )
    rows = []
    for number, (hypothesis, right) in enumerate(zip(hypotheses, references, strict=True)):
        require_words(f"hypotheses[{number}]", hypothesis)
        require_words(f"references[{number}]", right)
        if not len(right):
            raise ValueError(f"references[{number}] is empty; allowed: a list of one or more references")
        for place, reference in enumerate(right):
            _require_tokens(f"references[{number}][{place}]", reference)
        length = len(hypothesis)
        nearest = min((len(reference) for reference in right), key=lambda other: (abs(other - length), other))
        row = [length, nearest]
        for order in range(1, max_order + 1):
            runs, allowed = _runs(hypothesis, order), Counter()
            for reference in right:
                allowed |= _runs(reference, order)  # each run as often as the reference that has it most
            row += [(runs & allowed).total(), runs.total()]
        rows.append(row)
    return np.array(rows, dtype=np.int64)


def _require_tokens(name: str, tokens: object) -> None:
    require_words(name, tokens)
    if not isinstance(tokens, Sequence | np.ndarray):
        raise TypeError(f"{name} is {tokens!r}; allowed: a list of tokens (each sentence has a list of references)")


def _runs(tokens: Tokens, order: int) -> Counter:
    return Counter(tuple(tokens[start : start + order]) for start in range(len(tokens) - order + 1))


def _score(totals: np.ndarray) -> float:
    """BP · exp(Σ (1 / N) log p_n), in hundredths."""
    (length, reference_length), pairs = totals[:2], totals[2:].reshape(-1, 2)
    if (pairs[:, 0] == 0).any():
        return 0.0
    mean = float(np.log(pairs[:, 0] / pairs[:, 1]).mean())
    penalty = min(0.0, 1 - reference_length / length)  # log BP
    return 100 * math.exp(mean + penalty)
