"""Each exercise of chapter 08 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import numpy as np
import pytest

from .answers import must_cover, must_get_its_hint, must_pass


def rates(lowest, highest, steps):
    return lowest * (highest / lowest) ** (np.arange(steps) / (steps - 1))


def schedule(step, peak, warmup, total):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 + np.cos(np.pi * (step - warmup) / (total - warmup))) / 2


def halving(losses, factor, look=None, sign=1, anew=False, to_the_end=False):
    alive, epochs, done, spent = np.arange(len(losses)), 1, 0, 0
    while True:
        spent += len(alive) * (epochs - (0 if anew else done))
        done = epochs
        order = np.argsort(sign * losses[alive, (epochs if look is None else look) - 1])
        alive = alive[order][: max(len(alive) // factor, 1)]
        if epochs == losses.shape[1]:
            return int(alive[0]), losses.size if to_the_end else spent
        epochs = min(epochs * factor, losses.shape[1])


def optimism(scores):
    found = []
    for run in range(scores.shape[1]):
        winner = scores[:, run].argmax()
        found.append(scores[winner, run] - np.delete(scores[winner], run).mean())
    return np.mean(found)


def one_winner(scores):
    best = scores.mean(axis=1).argmax()
    return scores.max(axis=0).mean() - scores[best].mean()


def own_run_too(scores):
    winners = scores.argmax(axis=0)
    return np.mean([scores[w, r] - scores[w].mean() for r, w in enumerate(winners)])


def winners_of_others(scores):
    runs = range(scores.shape[1])
    return np.mean([scores[:, r].max() - np.delete(scores, r, axis=1).max(axis=0).mean() for r in runs])


RIGHT = {"08.1": rates, "08.2": schedule, "08.3": halving, "08.4": optimism}

WRONG = {
    "even differences": ("08.1", np.linspace, "Even differences", "等差"),
    "exponents": ("08.1", lambda a, b, n: np.linspace(np.log10(a), np.log10(b), n), "exponents", "指数"),
    "last missing": ("08.1", lambda a, b, n: np.geomspace(a, b, n + 1)[:-1], "eight gaps", "八个间隔"),
    "first missing": ("08.1", lambda a, b, n: np.geomspace(a, b, n + 1)[1:], "first rate is left out", "漏掉了第一个"),
    "falling": ("08.1", lambda a, b, n: rates(b, a, n), "fall", "在下降"),
    "one too many": ("08.1", lambda a, b, n: rates(a, b, n + 1), "One rate for each", "每一步一个"),
    "numbers written in": ("08.1", lambda a, b, n: rates(1e-5, 1e-1, n), "written into", "写死"),
    "first step of zero": (
        "08.2",
        lambda t, p, w, n: p * t / w if t < w else schedule(t, p, w, n),
        "changes nothing",
        "白走一步",
    ),
    "no warm-up": ("08.2", lambda t, p, w, n: schedule(t, p, 0, n), "no warm-up", "没有预热"),
    "counted from 0": (
        "08.2",
        lambda t, p, w, n: schedule(t, p, w, n) if t < w else schedule(t, p, 0, n),
        "jumps",
        "跳了一下",
    ),
    "negative": (
        "08.2",
        lambda t, p, w, n: schedule(t, p, w, n) if t < w else p * np.cos(np.pi * (t - w) / (n - w)),
        "negative",
        "负数",
    ),
    "no peak": ("08.2", lambda t, p, w, n: schedule(t, 1.0, w, n), "peak is missing", "忘了乘"),
    "looks ahead": ("08.3", lambda x, k: halving(x, k, look=x.shape[1]), "not been trained", "还没训练到"),
    "all to the end": ("08.3", lambda x, k: halving(x, k, to_the_end=True), "81 epochs", "81 轮"),
    "one look": ("08.3", lambda x, k: halving(x, k, look=1), "after one epoch", "第 1 轮后"),
    "paid anew": ("08.3", lambda x, k: halving(x, k, anew=True), "starts anew", "从头训练"),
    "keeps the worst": ("08.3", lambda x, k: halving(x, k, sign=-1), "keep the worst", "最差的"),
    "factor written in": ("08.3", lambda x, k: halving(x, 3), "a 3 written", "写死"),
    "only the winner": ("08.3", lambda x, k: halving(x, k)[0], "two numbers", "两个数"),
    "own run too": ("08.4", own_run_too, "leave it out", "去掉它"),
    "sign": ("08.4", lambda s: -optimism(s), "changed over", "符号反了"),
    "one winner for all": ("08.4", one_winner, "each run must choose", "自己的赢家"),
    "winners of the others": ("08.4", winners_of_others, "same setting there", "同一组设置"),
    "axes": ("08.4", lambda s: optimism(s.T), "axes are changed over", "两个轴"),
    "one for each run": ("08.4", lambda s: s.max(axis=0), "one number", "一个数"),
}


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number: str) -> None:
    must_pass(number, RIGHT[number])


def test_another_right_way_passes() -> None:
    must_pass("08.1", np.geomspace)


@pytest.mark.parametrize("mistake", WRONG)
def test_a_typical_mistake_gets_its_hint(mistake: str) -> None:
    must_get_its_hint(WRONG[mistake])


def test_every_exercise_has_its_wrong_answers() -> None:
    must_cover(RIGHT, WRONG, at_least=4)
