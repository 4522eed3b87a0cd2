"""Holding out every example once: k folds, their scores, and the outer folds of an honest estimate."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from course_lib.base.arguments import require_function, require_integer


def k_folds(
    examples: int, folds: int, seed: int = 0, groups: Sequence | None = None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Which examples are learnt from and which are held out, for each fold.

    Args:
        examples: how many there are.
        folds: k.
        seed: of the order.
        groups: one for each example, such as its film; a group is never parted. None for no groups. The folds are as
            even as the groups allow: one that holds most examples makes a fold of that size.

    Returns:
        For each fold the places of the examples to learn from and of those held out, in rising order.

    Raises:
        TypeError: if a number is no whole number.
        ValueError: if there are fewer examples or groups than folds, not one group for each example, or the seed is
            negative.
    """
    require_integer("examples", examples, at_least=2)
    require_integer("folds", folds, at_least=2)
    require_integer("seed", seed, at_least=0)
    if groups is None:
        members = np.arange(examples)
    else:
        groups = np.asarray(groups)
        if groups.shape != (examples,):
            raise ValueError(f"groups has the shape {groups.shape}; allowed: ({examples},), one for each example")
        members = np.unique(groups, return_inverse=True)[1]
    count = int(members.max()) + 1
    if count < folds:
        what = "examples" if groups is None else "groups"
        raise ValueError(f"folds is {folds}; allowed: 2 to {count}, the number of {what}")
    order = np.random.default_rng(seed).permutation(count)
    if groups is None:
        fold_of = np.empty(count, int)
        fold_of[order] = np.arange(count) % folds
    else:
        # The largest groups first, each into the fold that holds least so far.
        sizes = np.bincount(members)
        fold_of, filled = np.empty(count, int), np.zeros(folds)
        for group in order[np.argsort(-sizes[order], kind="stable")]:
            fold_of[group] = filled.argmin()
            filled[fold_of[group]] += sizes[group]
    folded = fold_of[members]
    return [(np.flatnonzero(folded != fold), np.flatnonzero(folded == fold)) for fold in range(folds)]


def cross_validate(
    evaluate: Callable[[np.ndarray, np.ndarray], float],
    examples: int,
    folds: int,
    seed: int = 0,
    groups: Sequence | None = None,
) -> np.ndarray:
    """The score on each fold.

    Args:
        evaluate: given the places to learn from and those held out, the score.
        examples: how many there are.
        folds: k.
        seed: of the order.
        groups: what is not to be parted.

    Shapes: (folds,).

    Raises:
        TypeError: if a number is no whole number, or `evaluate` is no function or returns no number.
        ValueError: as `k_folds`.
    """
    require_function("evaluate", evaluate)
    return np.array([_score(evaluate(known, held)) for known, held in k_folds(examples, folds, seed, groups)])


def nested(
    search: Callable[[np.ndarray, int], object],
    evaluate: Callable[[object, np.ndarray, np.ndarray], float],
    examples: int,
    folds: int,
    seed: int = 0,
    groups: Sequence | None = None,
) -> tuple[np.ndarray, list[object]]:
    """The score of the whole procedure, search included: each outer fold is held out from its own search.

    Args:
        search: given the places it may look at and a seed, the settings it would choose.
        evaluate: given settings, the places to learn from and those held out, the score.
        examples: how many there are.
        folds: of the outer parting.
        seed: of the order, and of the searches.
        groups: what is not to be parted.

    Returns:
        The score on each outer fold, and the settings that were chosen without it.

    Shapes: scores (folds,).

    Raises:
        TypeError: if a number is no whole number, `search` or `evaluate` no function, or `evaluate` returns no number.
        ValueError: as `k_folds`.

    Source: S. Varma and R. Simon, "Bias in error estimation when using cross-validation for model selection", BMC
    Bioinformatics 7, 2006.
    """
    require_function("search", search)
    require_function("evaluate", evaluate)
    scores, chosen = [], []
    for number, (known, held) in enumerate(k_folds(examples, folds, seed, groups)):
        chosen.append(search(known, seed + number))
        scores.append(_score(evaluate(chosen[-1], known, held)))
    return np.array(scores, dtype=float), chosen


def _score(returned: object) -> float:
    """What `evaluate` returned, as a number; one that a backend keeps in an array without axes is one, too."""
    try:
        if np.ndim(returned) == 0 and not isinstance(returned, str | bytes):
            return float(returned)
    except (TypeError, ValueError):
        pass  # the error below says more
    raise TypeError(f"evaluate returned {returned!r}; allowed: a number")
