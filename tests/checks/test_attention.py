"""Each exercise of chapter 05 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import numpy as np
import pytest

from .answers import must_cover, must_get_its_hint, must_pass


def softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def scores_of(queries, keys, power=0.5):
    return queries @ keys.T / keys.shape[1] ** power


def careless(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)


def right_masked(scores, mask):
    powers = np.where(mask, np.exp(scores - scores.max()), 0)
    return powers / np.maximum(powers.sum(axis=-1, keepdims=True), 1e-300)


def right_cut(inputs, heads):
    return np.stack(np.split(inputs, heads, axis=-1), axis=1)


def right_mask(lengths, time):
    return np.array([[[k <= q and k < length for k in range(time)] for q in range(time)] for length in lengths])


def causal(time):
    return np.tril(np.ones((time, time), bool))


def tokens(lengths, time):
    return np.broadcast_to(np.arange(time) < np.asarray(lengths)[:, None, None], (len(lengths), time, time))


def right_additive(queries, keys, w, u, v):
    return np.array([[v @ np.tanh(w @ q + u @ k) for k in keys] for q in queries])


RIGHT = {
    "05.1": lambda queries, keys: softmax(scores_of(queries, keys)),
    "05.2": right_masked,
    "05.3": right_cut,
    "05.4": right_mask,
    "05.5": right_additive,
}

WRONG = {
    "returns scores": ("05.1", scores_of, "These are the scores", "这是得分"),
    "does not scale": ("05.1", lambda q, k: softmax(q @ k.T), "sharper than they should be", "更尖锐"),
    "divides by d": ("05.1", lambda q, k: softmax(scores_of(q, k, 1)), "You divide by d", "除以了 d"),
    "softmax over queries": ("05.1", lambda q, k: softmax(scores_of(q, k), 0), "columns sum to one", "各列之和"),
    "softmax over all": ("05.1", lambda q, k: softmax(scores_of(q, k), (0, 1)), "together sum to one", "全部权重"),
    "overflows": ("05.1", lambda q, k: careless(scores_of(q, k)), "exp(1000) overflows", "溢出"),
    "keys by queries": ("05.1", lambda q, k: softmax(scores_of(q, k)).T, "must have the shape", "形状应为"),
    "masks afterwards": ("05.2", lambda s, m: softmax(s) * m, "after the softmax", "softmax 之后"),
    "mask upside down": ("05.2", lambda s, m: right_masked(s, ~m), "True = keep", "True 表示保留"),
    "zeros for scores": ("05.2", lambda s, m: softmax(s * m), "exp(0) is 1", "exp(0) 等于 1"),
    "not a number": ("05.2", lambda s, m: careless(np.where(m, s, -np.inf)), "gives NaN", "得到 NaN"),
    "an empty row looks everywhere": (
        "05.2",
        lambda s, m: softmax(np.where(m, s, -1e30)),
        "looks at hidden keys",
        "看了被遮住的键",
    ),
    "reshape alone": ("05.3", lambda x, h: x.reshape(2, h, 3, -1), "A reshape alone mixes words", "只用 reshape"),
    "forgets to swap": ("05.3", lambda x, h: x.reshape(2, 3, h, -1), "behind the time", "时间之后"),
    "every second number": (
        "05.3",
        lambda x, h: x.reshape(2, 3, -1, h).transpose(0, 3, 1, 2),
        "every second number",
        "隔一个数",
    ),
    "three axes": ("05.3", lambda x, h: x.reshape(2 * h, 3, -1), "must have the shape", "形状应为"),
    "causal alone": (
        "05.4",
        lambda lengths, time: np.array([causal(time)] * len(lengths)),
        "padding is not",
        "填充却没有",
    ),
    "padding alone": ("05.4", tokens, "the future is not", "未来却没有"),
    "looks ahead": ("05.4", lambda n, t: tokens(n, t) & causal(t).T, "look ahead", "往前偷看"),
    "does not see itself": ("05.4", lambda n, t: tokens(n, t) & np.tril(causal(t), -1), "see themselves", "看不见自己"),
    "hides from padding": (
        "05.4",
        lambda n, t: right_mask(n, t) & tokens(n, t).transpose(0, 2, 1),
        "Only keys are masked",
        "只需遮住键",
    ),
    "as long as the longest": (
        "05.4",
        lambda n, t: right_mask(n, int(np.max(n))),
        "`time` = 2 positions",
        "`time` = 2 个位置",
    ),
    "numbers": ("05.4", lambda n, t: right_mask(n, t).astype(float), "boolean", "布尔值"),
    "either is enough": ("05.4", lambda n, t: tokens(n, t) | causal(t), "the future is not", "未来却没有"),
    "no tanh": (
        "05.5",
        lambda q, k, w, u, v: ((q @ w.T)[:, None] + k @ u.T) @ v,
        "Without the tanh",
        "没有 tanh",
    ),
    "tanh of each part": (
        "05.5",
        lambda q, k, w, u, v: (np.tanh(q @ w.T)[:, None] + np.tanh(k @ u.T)) @ v,
        "around the sum",
        "先相加",
    ),
    "dot product": ("05.5", lambda q, k, w, u, v: (q @ w.T) @ (k @ u.T).T, "dot product", "点积"),
    "rows are keys": ("05.5", lambda *given: right_additive(*given).T, "Your rows are keys", "你的行是键"),
    "hidden units left": (
        "05.5",
        lambda q, k, w, u, v: np.tanh((q @ w.T)[:, None] + k @ u.T) * v,
        "hidden units are still there",
        "轴还在",
    ),
}


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number):
    must_pass(number, RIGHT[number])


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_answer_gets_the_hint_meant_for_it(mistake):
    must_get_its_hint(WRONG[mistake])


def test_every_exercise_has_at_least_three_wrong_answers():
    must_cover(RIGHT, WRONG, at_least=3)
