"""Each exercise of chapter 07 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import numpy as np
import pytest

from .answers import must_cover, must_get_its_hint, must_pass


def ratios(p, q, alpha):
    return np.log((p + alpha) / (p + alpha).sum()) - np.log((q + alpha) / (q + alpha).sum())


def area(labels, scores, tie=0.5, pairs=None):
    one, other = scores[labels == 1], scores[labels == 0]
    higher = (one[:, None] > other).sum() + tie * (one[:, None] == other).sum()
    return higher / (pairs or len(one) * len(other))


def by_film(films, fraction, seed):
    kinds = np.unique(films)
    drawn = np.random.default_rng(seed).permutation(kinds)[: round(fraction * len(kinds))]
    return np.isin(films, drawn)


def last(states, ids):
    return states[np.arange(len(ids)), (ids != 0).sum(axis=1) - 1]


RIGHT = {"07.1": ratios, "07.2": area, "07.3": by_film, "07.4": last}

WRONG = {
    "no smoothing": ("07.1", lambda p, q, a: ratios(p, q, 0.0), "become infinite", "无穷大"),
    "changed over": ("07.1", lambda p, q, a: ratios(q, p, a), "changed over", "颠倒"),
    "no sums": ("07.1", lambda p, q, a: np.log(p + a) - np.log(q + a), "Divide by the sums", "除以总和"),
    "sums too early": (
        "07.1",
        lambda p, q, a: np.log((p + a) / p.sum()) - np.log((q + a) / q.sum()),
        "Sum after adding",
        "再求和",
    ),
    "no logarithm": ("07.1", lambda p, q, a: np.exp(ratios(p, q, a)), "ratio itself", "比值本身"),
    "alpha is one": ("07.1", lambda p, q, a: ratios(p, q, 1.0), "is a 1 written", "写死"),
    "ties are losses": ("07.2", lambda y, s: area(y, s, tie=0), "counts for nothing", "一点也不算"),
    "ties are wins": ("07.2", lambda y, s: area(y, s, tie=1), "counts whole", "算全对"),
    "classes changed over": ("07.2", lambda y, s: area(1 - y, s), "changed over", "弄反"),
    "accuracy": ("07.2", lambda y, s: np.mean((s > 0.5) == y), "accuracy at the threshold", "准确率"),
    "all pairs": ("07.2", lambda y, s: area(y, s, pairs=10), "only pairs of", "一好一差"),
    "by review": (
        "07.3",
        lambda films, share, seed: np.random.default_rng(seed).random(len(films)) < share,
        "films are on both sides",
        "两边都有",
    ),
    "the other side": ("07.3", lambda films, share, seed: ~by_film(films, share, seed), "changed over", "弄反"),
    "nothing": ("07.3", lambda films, share, seed: np.zeros(len(films), bool), "is empty", "是空的"),
    "the first films": (
        "07.3",
        lambda films, share, seed: np.isin(films, np.unique(films)[:10]),
        "same films",
        "同样的电影",
    ),
    "half": ("07.3", lambda films, share, seed: by_film(films, 0.5, seed), "was asked for", "四分之一"),
    "always a quarter": ("07.3", lambda films, share, seed: by_film(films, 0.25, seed), "written into", "写死"),
    "indices": ("07.3", lambda films, share, seed: np.flatnonzero(by_film(films, share, seed)), "boolean", "布尔"),
    "chance without a seed": (
        "07.3",
        lambda films, share, seed: by_film(films, share, None),
        "same seed",
        "同一个种子",
    ),
    "the last place": ("07.4", lambda states, ids: states[:, -1], "E27", "E27"),
    "one too far": (
        "07.4",
        lambda states, ids: states[np.arange(3), np.minimum((ids != 0).sum(1), 4)],
        "too far",
        "多走了一步",
    ),
    "the mean": (
        "07.4",
        lambda states, ids: (states * (ids != 0)[..., None]).sum(1) / (ids != 0).sum(1, keepdims=True),
        "mean over the words",
        "求的平均",
    ),
    "the first place": ("07.4", lambda states, ids: states[:, 0], "first word", "第一个词"),
    "all places": ("07.4", lambda states, ids: states, "One state for each", "一个状态"),
}


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number: str) -> None:
    must_pass(number, RIGHT[number])


def test_another_right_way_passes() -> None:
    must_pass("07.2", lambda y, s: np.mean([(a > b) + 0.5 * (a == b) for a in s[y == 1] for b in s[y == 0]]))


@pytest.mark.parametrize("mistake", WRONG)
def test_a_typical_mistake_gets_its_hint(mistake: str) -> None:
    must_get_its_hint(WRONG[mistake])


def test_every_exercise_has_its_wrong_answers() -> None:
    must_cover(RIGHT, WRONG, at_least=4)
