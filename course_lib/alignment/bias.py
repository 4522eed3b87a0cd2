"""Whom a model treats otherwise: sentences that differ in one word, and what a space of vectors puts together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from course_lib.base.arguments import listed, require_integer

# So many ways of dealing out the words are tried one by one; of more, as many are drawn.
_MOST_DEALS = 20_000


def fill_templates(templates: Sequence[str], groups: Mapping[str, Sequence[str]], gap: str = "{}") -> dict:
    """Every template with every word: what differs within a template is the word alone.

    Args:
        templates: sentences with a gap.
        groups: a name for each group, and its words.
        gap: what the word takes the place of.

    Returns:
        For each group its sentences, one list for each word, in the order of the templates.

    Raises:
        TypeError: if a list is one text.
        ValueError: if there is none, or a template has no gap.
    """
    templates = listed("templates", templates)
    if not templates or not groups:
        raise ValueError("templates or groups is empty; allowed: one or more of each")
    for template in templates:
        if template.count(gap) != 1:
            raise ValueError(f"templates holds {template!r}; allowed: texts with {gap!r} in them once")
    return {
        group: [[template.replace(gap, word) for template in templates] for word in listed(f"groups[{group!r}]", words)]
        for group, words in groups.items()
    }


def association(vectors: ArrayLike, one: ArrayLike, other: ArrayLike) -> np.ndarray:
    """How much nearer each word is to the first attributes than to the second: a difference of mean cosines.

    Shapes: vectors (words, width), one and other (attributes, width) → (words,).

    Raises:
        ValueError: if a set is empty, a vector is zero, or widths differ.

    Source: A. Caliskan, J. J. Bryson and A. Narayanan, "Semantics derived automatically from language corpora contain
    human-like biases", Science 356, 2017 (arXiv:1608.07187).
    """
    vectors, one, other = (_unit(name, each) for name, each in (("vectors", vectors), ("one", one), ("other", other)))
    if len({each.shape[1] for each in (vectors, one, other)}) > 1:
        raise ValueError(f"vectors have the widths {vectors.shape[1]}, {one.shape[1]}, {other.shape[1]}; allowed: one")
    return (vectors @ one.T).mean(axis=1) - (vectors @ other.T).mean(axis=1)


def association_test(
    targets: ArrayLike, other_targets: ArrayLike, one: ArrayLike, other: ArrayLike, seed: int = 0
) -> tuple[float, float]:
    """The word embedding association test: effect and p-value.

    The effect is the difference of the two sets' mean associations, over the deviation of all of them: from −2 to 2.
    The p-value is how many of all ways to deal the same words out into two such sets give as large a difference.

    Args:
        targets: vectors of words, such as names of one group.
        other_targets: those of another.
        one: vectors of attributes.
        other: those of the opposite ones.
        seed: of the deals, where there are too many to try all.

    Shapes: each (words, width).

    Raises:
        ValueError: as `association`, or if all associations are equal.

    Source: Caliskan et al., 2017, with the sum over a set's words as the test's measure.
    """
    first, second = association(targets, one, other), association(other_targets, one, other)
    together = np.concatenate([first, second])
    spread = together.std(ddof=1)
    if not spread > 0:
        raise ValueError("all words are associated alike; allowed: words of which some differ")
    effect = (first.mean() - second.mean()) / spread
    size, total = len(first), len(together)
    if comb(total, size) <= _MOST_DEALS:
        deals = np.array([together[list(chosen)].mean() for chosen in combinations(range(total), size)])
        share = (deals >= first.mean() - 1e-12).mean()
    else:
        random = np.random.default_rng(seed)
        deals = np.array([random.permutation(together)[:size].mean() for _ in range(_MOST_DEALS)])
        share = ((deals >= first.mean() - 1e-12).sum() + 1) / (_MOST_DEALS + 1)
    return float(effect), float(share)


def without_direction(vectors: ArrayLike, pairs: ArrayLike, directions: int = 1) -> np.ndarray:
    """Vectors without what tells the two sides of some pairs apart: the main directions of their differences.

    Args:
        vectors: of any words.
        pairs: vectors of pairs such as he and she.
        directions: how many directions are taken out.

    Shapes: vectors (words, width), pairs (pairs, 2, width) → (words, width).

    Raises:
        TypeError: if `directions` is no whole number.
        ValueError: if shapes do not fit, or there are fewer pairs than directions.

    Source: T. Bolukbasi et al., "Man is to computer programmer as woman is to homemaker?", 2016 (arXiv:1607.06520),
    section 5 (without the step that equalises pairs).
    """
    vectors, pairs = np.asarray(vectors, np.float64), np.asarray(pairs, np.float64)
    if vectors.ndim != 2 or pairs.ndim != 3 or pairs.shape[1:] != (2, vectors.shape[1]):
        raise ValueError(
            f"vectors and pairs have the shapes {vectors.shape} and {pairs.shape}; allowed: (words, width) and (pairs, "
            "2, width)"
        )
    require_integer("directions", directions, at_least=1, at_most=min(len(pairs), vectors.shape[1]))
    # Around its pair's middle each side is half the difference: the main directions of these are those of differences.
    _, _, main = np.linalg.svd(pairs[:, 0] - pairs[:, 1], full_matrices=False)
    main = main[:directions]
    return vectors - vectors @ main.T @ main


def _unit(name: str, vectors: ArrayLike) -> np.ndarray:
    vectors = np.asarray(vectors, np.float64)
    if vectors.ndim != 2 or not vectors.size:
        raise ValueError(f"{name} has the shape {vectors.shape}; allowed: (words, width), none of them 0")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (lengths > 0).all() or not np.isfinite(lengths).all():
        raise ValueError(f"{name} holds a vector of zeros, NaN or infinity; allowed: vectors with a direction")
    return vectors / lengths
