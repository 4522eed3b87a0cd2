"""Each exercise of chapter 05 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from .answers import (
    SPOILT,
    SPOILT_BATCHES,
    as_a_class,
    each_fails,
    each_form_passes,
    each_gets_its_hint,
    for_ever,
    kept_for_a_shape,
    must_cover,
    must_fail,
    must_pass,
    writing,
)


def softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def scores_of(queries, keys, power=0.5):
    return queries @ keys.T / keys.shape[1] ** power


def careless(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)


def right_masked(scores, mask):
    hidden = np.where(mask, scores, -1e30)
    powers = np.where(mask, np.exp(hidden - hidden.max(axis=-1, keepdims=True)), 0)
    return powers / np.maximum(powers.sum(axis=-1, keepdims=True), 1e-30)


def masked_by_the_largest_of_all(scores, mask):
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
    "keys by queries": ("05.1", lambda q, k: softmax(scores_of(q, k)).T, "Queries are rows", "你的行是键"),
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
    "reshape alone": (
        "05.3",
        lambda x, h: x.reshape(len(x), h, x.shape[1], -1),
        "A reshape alone mixes words",
        "只用 reshape",
    ),
    "forgets to swap": ("05.3", lambda x, h: x.reshape(*x.shape[:2], h, -1), "behind the time", "时间之后"),
    "every second number": (
        "05.3",
        lambda x, h: x.reshape(*x.shape[:2], -1, h).transpose(0, 3, 1, 2),
        "every second number",
        "隔一个数",
    ),
    "three axes": ("05.3", lambda x, h: x.reshape(len(x) * h, x.shape[1], -1), "should have the shape", "形状应为"),
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
    "either is enough": ("05.4", lambda n, t: tokens(n, t) | causal(t), "if either is true", "满足一个条件"),
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


def less_the_largest(scores, of):
    powers = np.exp(scores - of(scores).max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def one_by_one(queries, keys):
    weights = []
    for query in queries:
        powers = [float(query @ key) / len(key) ** 0.5 for key in keys]
        powers = [2.718281828459045 ** (power - max(powers)) for power in powers]
        weights.append([power / sum(powers) for power in powers])
    return weights


def with_keras(queries, keys):
    scores = keras.ops.matmul(queries, keras.ops.transpose(keys)) / keys.shape[1] ** 0.5
    powers = keras.ops.exp(scores - keras.ops.max(scores, axis=-1, keepdims=True))
    return powers / keras.ops.sum(powers, axis=-1, keepdims=True)


def masked_with_keras(scores, mask):
    best = keras.ops.max(keras.ops.where(mask, scores, -1e9), axis=-1, keepdims=True)
    powers = keras.ops.where(mask, keras.ops.exp(keras.ops.where(mask, scores - best, 0.0)), 0.0)
    return powers / keras.ops.maximum(keras.ops.sum(powers, axis=-1, keepdims=True), 1e-30)


def masked_row_by_row(scores, mask):
    rows = []
    for row, keep in zip(scores, mask, strict=True):
        kept = [score for score, seen in zip(row, keep, strict=True) if seen]
        total = sum(np.exp(score - max(kept)) for score in kept)
        rows.append([np.exp(score - max(kept)) / total if seen else 0 for score, seen in zip(row, keep, strict=True)])
    return rows


def masked_with_infinity(scores, mask):
    lowest = np.where(mask.any(axis=1, keepdims=True), -np.inf, 0)
    hidden = np.where(mask, scores, lowest)
    return softmax(hidden) * mask


def nan_to_nothing(scores, mask):
    powers = np.exp(np.where(mask, scores, -np.inf))
    return np.nan_to_num(powers / powers.sum(-1, keepdims=True))


def cut_in_loops(inputs, heads):
    batch, time, width = inputs.shape
    size = width // heads
    result = np.empty((batch, heads, time, size))
    for head in range(heads):
        result[:, head] = inputs[:, :, head * size : (head + 1) * size]
    return result


def mask_in_place(lengths, time):
    result = np.repeat(causal(time)[None], len(lengths), axis=0)
    for row, length in enumerate(lengths):
        result[row, :, length:] = False
    return result


ALSO_RIGHT = {
    "weights in loops, as lists": ("05.1", one_by_one),
    "weights by keras": ("05.1", with_keras),
    "weights by einsum": ("05.1", lambda q, k: softmax(np.einsum("qd,kd->qk", q, k) / np.sqrt(q.shape[-1]))),
    "queries scaled first": ("05.1", lambda q, k: softmax((q / np.sqrt(q.shape[1])) @ k.T)),
    "the softmax of the transposed": ("05.1", lambda q, k: softmax(k @ q.T / np.sqrt(k.shape[1]), 0).T),
    "masked by keras": ("05.2", masked_with_keras),
    "masked row by row": ("05.2", masked_row_by_row),
    "masked with infinity": ("05.2", masked_with_infinity),
    "the largest of all taken away": ("05.2", masked_by_the_largest_of_all),
    "NaN made nothing": ("05.2", nan_to_nothing),
    "renormalised": (
        "05.2",
        lambda s, m: softmax(s) * m / np.maximum((softmax(s) * m).sum(-1, keepdims=True), 1e-300),
    ),
    "a masked array": (
        "05.2",
        lambda s, m: np.where(m, np.exp(s), 0) / np.where(m.any(1), np.where(m, np.exp(s), 0).sum(1), 1)[:, None],
    ),
    "cut in loops": ("05.3", cut_in_loops),
    "cut by swapping": ("05.3", lambda x, h: np.swapaxes(x.reshape(*x.shape[:2], h, -1), 1, 2)),
    "cut by keras": (
        "05.3",
        lambda x, h: keras.ops.transpose(keras.ops.reshape(x, (*x.shape[:2], h, x.shape[2] // h)), (0, 2, 1, 3)),
    ),
    "cut as lists": ("05.3", lambda x, h: right_cut(x, h).tolist()),
    "cut by einsum": ("05.3", lambda x, h: np.einsum("bthd->bhtd", x.reshape(*x.shape[:2], h, -1))),
    "both masks": ("05.4", lambda n, t: causal(t) & tokens(n, t)),
    "masks multiplied": ("05.4", lambda n, t: (causal(t) * tokens(n, t)).astype(bool)),
    "mask written in place": ("05.4", mask_in_place),
    "masks as lists": ("05.4", lambda n, t: right_mask(n, t).tolist()),
    "mask by keras": ("05.4", lambda n, t: keras.ops.convert_to_tensor(right_mask(n, t))),
    "the smaller bound": (
        "05.4",
        lambda n, t: np.arange(t) < np.minimum(n[:, None], np.arange(1, t + 1))[:, :, None],
    ),
    "scores without a loop": ("05.5", lambda q, k, w, u, v: np.tanh((q @ w.T)[:, None] + k @ u.T) @ v),
    "scores by einsum": (
        "05.5",
        lambda q, k, w, u, v: np.einsum(
            "qkh,h->qk", np.tanh(np.einsum("hd,qd->qh", w, q)[:, None] + np.einsum("hd,kd->kh", u, k)[None]), v
        ),
    ),
    "scores by keras": (
        "05.5",
        lambda q, k, w, u, v: keras.ops.sum(keras.ops.tanh((q @ w.T)[:, None] + (k @ u.T)[None]) * v, axis=-1),
    ),
    "scores as lists": (
        "05.5",
        lambda q, k, w, u, v: [[float(v @ np.tanh(w @ a + u @ b)) for b in k] for a in q],
    ),
    "a column of v": (
        "05.5",
        lambda q, k, w, u, v: (np.tanh((w @ q.T).T[:, None] + (u @ k.T).T[None]) @ v[:, None])[..., 0],
    ),
}


def filled(low, again=True):
    def answer(scores, mask):
        weights = softmax(np.where(mask, scores, low))
        return np.where(mask, weights, 0) if again else weights * mask.any(-1, keepdims=True)

    return answer


def zeros_are_hidden(scores, mask):
    hidden = scores * mask
    return right_masked(scores, hidden != 0)


def shifted_by(axis):
    def answer(queries, keys):
        scores = scores_of(queries, keys)
        powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    return answer


def clipped(queries, keys):
    return careless(np.clip(scores_of(queries, keys), -700, 700))


MORE_WRONG = [
    ("05.1", kept_for_a_shape(RIGHT["05.1"]), "same answer as before"),
    ("05.1", lambda q, k: less_the_largest(q @ k.T / q.shape[1] ** 0.5, np.abs), "with its sign"),
    ("05.2", lambda s, m: (p := np.exp(s - s.max(1, keepdims=True)) * m) / (p.sum(1, keepdims=True) + 1e-9), "kept"),
    ("05.5", kept_for_a_shape(RIGHT["05.5"]), "same answer as before"),
    ("05.1", shifted_by(None), "not of the whole table"),
    ("05.1", shifted_by(0), "largest of each row"),
    ("05.1", clipped, "0.731"),
    ("05.1", lambda q, k: softmax(q @ k.T / len(k) ** 0.5), "number of queries or keys"),
    ("05.1", lambda q, k: softmax(q @ k.T / len(q) ** 0.5), "number of queries or keys"),
    ("05.1", lambda q, k: softmax(q @ k.T * k.shape[1] ** 0.5), "multiply by"),
    ("05.1", lambda q, k: softmax(-scores_of(q, k)), "a minus too many"),
    ("05.1", lambda q, k: np.exp(scores_of(q, k)), "do not sum to one"),
    ("05.1", lambda q, k: q @ k.T, "These are the scores"),
    ("05.1", lambda q, k: scores_of(q, k) / scores_of(q, k).sum(1, keepdims=True), "exponentials first"),
    ("05.1", lambda q, k: softmax(q @ k.T / 2), "At [0]"),
    ("05.1", lambda q, k: np.full((len(q), len(k)), 1 / len(k)), "At [0]"),
    ("05.1", lambda q, k: 1 / (1 + np.exp(-scores_of(q, k))), "At [0]"),
    ("05.1", lambda q, k: softmax(q @ k / 2), "stopped with"),
    ("05.2", filled(-1.0), "should be"),
    ("05.2", filled(-100.0), "lower than any score"),
    ("05.2", filled(-100.0, again=False), "exactly 0"),
    ("05.2", filled(-10.0, again=False), "exactly 0"),
    ("05.2", zeros_are_hidden, "score of exactly 0 gets no weight"),
    ("05.2", lambda s, m: softmax(s), "mask has no effect"),
    ("05.2", lambda s, m: softmax(s + m), "add the mask"),
    ("05.2", lambda s, m: softmax(s * m) * m, "stays in the denominator"),
    ("05.2", lambda s, m: np.exp(s) * m, "divided by its sum"),
    ("05.2", lambda s, m: m / np.maximum(m.sum(1, keepdims=True), 1), "scores have no effect"),
    ("05.2", lambda s, m: s * m, "scores that are kept"),
    ("05.2", lambda s, m: softmax(np.where(m, s, -1e30), 0), "columns sum to one"),
    ("05.2", lambda s, m: softmax(np.where(m, s, -1e30), (0, 1)), "together sum to one"),
    ("05.2", lambda s, m: softmax(np.where(m, s, -1e30)) if m.any(1).all() else np.zeros(s.shape), "everything kept"),
    ("05.2", lambda s, m: right_masked(s, np.tril(m)), "should be"),
    ("05.2", lambda s, m: np.maximum(right_masked(s, m), 1e-9), "exactly 0"),
    ("05.2", lambda s, m: right_masked(s[:, :1], m), "scores have no effect"),
    ("05.3", lambda x, h: right_cut(x, h).transpose(1, 0, 2, 3), "before the batch"),
    ("05.3", lambda x, h: right_cut(x, h).swapaxes(2, 3), "last axis is the time"),
    ("05.3", lambda x, h: right_cut(x, h)[:, ::-1], "reverse order"),
    ("05.3", lambda x, h: right_cut(x, h)[:, :1].repeat(h, 1), "the same piece"),
    ("05.3", lambda x, h: right_cut(x, h).mean(1), "should have the shape"),
    ("05.3", lambda x, h: x.reshape(len(x), h, -1, x.shape[2] // h)[:, :, ::-1], "should be"),
    ("05.3", lambda x, h: right_cut(x, 2), "same answer as before"),
    ("05.3", lambda x, h: right_cut(x, h)[..., ::-1], "should be"),
    ("05.3", lambda x, h: x.reshape(len(x), x.shape[1], h, 4).swapaxes(1, 2), "stopped with"),
    ("05.3", lambda x, h: x, "should have the shape"),
    ("05.3", lambda x, h: right_cut(x.swapaxes(0, 1), h), "should have the shape"),
    ("05.3", lambda x, h: np.array_split(x, h, axis=1), "numbers"),
    ("05.4", lambda n, t: ~right_mask(n, t), "Upside down"),
    ("05.4", lambda n, t: causal(t) & tokens(n + 1, t), "One key too many"),
    ("05.4", lambda n, t: causal(t) & tokens(n - 1, t), "One key too few"),
    ("05.4", lambda n, t: causal(t) & tokens(n, t)[:, :, ::-1], "padding is on the right"),
    ("05.4", lambda n, t: causal(t) & tokens(n, t).swapaxes(1, 2), "hide all from queries"),
    ("05.4", lambda n, t: right_mask(n, t).swapaxes(1, 2), "look ahead"),
    ("05.4", lambda n, t: tokens(n, t) & ~causal(t), "turn the comparison"),
    ("05.4", lambda n, t: tokens(n, t) & causal(t).T & causal(t), "should be"),
    ("05.4", lambda n, t: right_mask(n[:1], t).repeat(len(n), 0), "future is hidden, but padding is not"),
    ("05.4", lambda n, t: right_mask(n, t)[:, None], "should have the shape"),
    ("05.4", lambda n, t: right_mask(n, t).astype(int), "boolean"),
    ("05.4", lambda n, t: causal(t)[None] & (np.arange(t) < n)[:, None], "stopped with"),
    ("05.4", lambda n, t: right_mask(np.maximum(n, 1), t), "without words"),
    ("05.5", lambda q, k, w, u, v: np.tanh(((q @ w.T)[:, None] + k @ u.T) @ v), "at the very end"),
    ("05.5", lambda q, k, w, u, v: np.tanh((q @ w.T)[:, None] + k @ u.T).sum(-1), "Where is v?"),
    ("05.5", lambda q, k, w, u, v: np.tanh((q @ w.T)[:, None] + k @ u.T).mean(-1), "Where is v?"),
    ("05.5", lambda q, k, w, u, v: np.tanh((q @ w.T)[:, None] - k @ u.T) @ v, "subtract"),
    ("05.5", lambda q, k, w, u, v: np.tanh((q @ w.T)[:, None] * (k @ u.T)) @ v, "multiply the two parts"),
    ("05.5", lambda q, k, w, u, v: right_additive(q, k, w, u, v) / len(v), "mean over the hidden"),
    ("05.5", lambda q, k, w, u, v: np.maximum((q @ w.T)[:, None] + k @ u.T, 0) @ v, "ReLU"),
    ("05.5", lambda q, k, w, u, v: 1 / (1 + np.exp(-(q @ w.T)[:, None] - k @ u.T)) @ v, "sigmoid"),
    ("05.5", lambda *given: softmax(right_additive(*given)), "before the softmax"),
    ("05.5", lambda q, k, w, u, v: right_additive(q, 0 * k, w, u, v), "keys play no part"),
    ("05.5", lambda q, k, w, u, v: np.tanh((q @ w)[:, None] + k @ u) @ v, "stopped with"),
    ("05.5", lambda q, k, w, u, v: np.array([np.tanh(w @ a + u @ b) @ v for a, b in zip(q, k, strict=False)]), "shape"),
    ("05.5", lambda q, k, w, u, v: right_additive(q, k, w, u, np.abs(v)), "should be"),
    ("05.5", lambda q, k, w, u, v: right_additive(q, k, w, u, v) / np.sqrt(len(v)), "should be"),
]

REAL = [number for number in RIGHT if number != "05.4"]  # a mask is no number: its forms are above


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number):
    must_pass(number, RIGHT[number])
    must_pass(number, as_a_class(RIGHT[number]))


@pytest.mark.parametrize("name", ALSO_RIGHT)
def test_another_way_to_be_right_passes(name):
    must_pass(*ALSO_RIGHT[name])


test_numbers_may_come_in_any_form = each_form_passes({number: RIGHT[number] for number in REAL})


test_a_wrong_answer_gets_the_hint_meant_for_it = each_gets_its_hint(WRONG)


test_more_wrong_answers_are_refused_by_what_is_wrong = each_fails(MORE_WRONG)


@pytest.mark.parametrize("name", SPOILT | SPOILT_BATCHES)
@pytest.mark.parametrize("number", RIGHT)
def test_spoilt_answers_are_refused(number, name):
    change, words = (SPOILT | SPOILT_BATCHES)[name]
    must_fail(number, change(RIGHT[number]), words if name in {"squeezed", "its first answer for ever"} else "")


@pytest.mark.parametrize(
    ("number", "place"), [(number, place) for number in RIGHT for place in range(2)] + [("05.5", 4)]
)
def test_writing_into_what_was_given_is_refused(number, place):
    if (number, place) not in {("05.3", 1), ("05.4", 1)}:  # these are plain numbers
        must_fail(number, writing(place)(RIGHT[number]), "write into the caller's")


def test_a_first_answer_of_the_right_shape_is_found_out():
    must_fail("05.5", for_ever(RIGHT["05.5"]), "same answer as before")


def test_every_exercise_has_at_least_twenty_wrong_answers():
    must_cover(RIGHT, WRONG, at_least=3)
    several = [number for number, *_ in [*WRONG.values(), *MORE_WRONG]]
    assert min(several.count(number) for number in RIGHT) + len(SPOILT) >= 20
