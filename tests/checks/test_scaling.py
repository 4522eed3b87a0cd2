"""Each exercise of chapter 11 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import math

import numpy as np
from keras import ops

from .answers import (
    SPOILT,
    each_fails,
    each_form_passes,
    each_gets_its_hint,
    each_kept_fails,
    each_passes,
    each_spoilt_fails,
    each_stub_is_told,
    each_written_fails,
    kept_for_a_shape,
    must_cover,
)

# 11.1


def days(weights, tokens, devices, peak, utilisation):
    return 6 * weights * tokens / (devices * peak * utilisation) / 86_400


def days_in_steps(weights, tokens, devices, peak, utilisation):
    speed = peak * utilisation
    seconds = 6 * weights * tokens / speed / devices
    minutes = seconds / 60
    return minutes / 60 / 24


def days_by_logarithms(weights, tokens, devices, peak, utilisation):
    above = math.log(6) + math.log(weights) + math.log(tokens)
    return math.exp(above - math.log(devices) - math.log(peak) - math.log(utilisation) - math.log(86_400))


def days_by_the_pass(weights, tokens, devices, peak, utilisation):
    forward, backward = 2 * weights, 4 * weights
    day = 24 * 3600 * devices * peak * utilisation
    return (forward + backward) * tokens / day


def days_by_numpy(*given):
    weights, tokens, devices, peak, utilisation = np.array(given, np.float64)
    return np.prod([6, weights, tokens]) / np.prod([devices, peak, utilisation, 86_400])


def days_by_keras(weights, tokens, devices, peak, utilisation):
    per_token = ops.convert_to_tensor(6 * weights / peak, "float32")
    return per_token * (tokens / devices / 86_400) / utilisation


# 11.2


def combined(gradients, counts):
    total = np.zeros(gradients.shape[1])
    for gradient, count in zip(gradients, counts, strict=True):
        if count:
            total += gradient * count
    return total / max(1, sum(counts))


def combined_by_where(gradients, counts):
    shares = counts / max(counts.sum(), 1)
    return (np.where(counts[:, None] > 0, gradients, 0) * shares[:, None]).sum(axis=0)


def combined_by_average(gradients, counts):
    kept = counts > 0
    if not kept.any():
        return np.zeros(gradients.shape[1])
    return np.average(gradients[kept], axis=0, weights=counts[kept])


def combined_by_a_product(gradients, counts):
    kept = np.flatnonzero(counts)
    return counts[kept] @ gradients[kept] / max(1, counts.sum())


def combined_in_lists(gradients, counts):
    answer = []
    for column in gradients.T.tolist():
        sums = [value * int(count) for value, count in zip(column, counts, strict=True) if count]
        answer.append(sum(sums) / max(1, int(counts.sum())))
    return answer


def combined_by_keras(gradients, counts):
    many = ops.cast(counts, "float32")[:, None]
    clean = ops.where(many > 0, ops.cast(gradients, "float32"), 0.0)
    return ops.sum(clean * many, axis=0) / ops.maximum(ops.sum(many), 1.0)


def combined_by_einsum(gradients, counts):
    clean = np.array(gradients)
    clean[counts == 0] = 0
    return np.einsum("pn,p->n", clean, counts) / (counts.sum() or 1)


# 11.3


def clipped(gradients, limit):
    length = math.sqrt(sum(float((gradient**2).sum()) for gradient in gradients))
    factor = limit / length if length > limit else 1.0
    return [gradient * factor for gradient in gradients]


def clipped_by_norms(gradients, limit):
    length = np.linalg.norm([np.linalg.norm(np.ravel(gradient)) for gradient in gradients])
    return [gradient / max(1.0, length / limit) for gradient in gradients]


def clipped_in_one(gradients, limit):
    flat = np.concatenate([np.ravel(gradient) for gradient in gradients])
    flat = flat * min(1.0, limit / max(np.linalg.norm(flat), 1e-12))
    ends = np.cumsum([np.size(gradient) for gradient in gradients])[:-1]
    return [piece.reshape(np.shape(gradient)) for piece, gradient in zip(np.split(flat, ends), gradients, strict=True)]


def clipped_by_keras(gradients, limit):
    tensors = [ops.convert_to_tensor(gradient, "float32") for gradient in gradients]
    length = ops.sqrt(sum(ops.sum(ops.square(tensor)) for tensor in tensors))
    factor = ops.minimum(1.0, limit / ops.maximum(length, 1e-12))
    return [tensor * factor for tensor in tensors]


def clipped_by_branches(gradients, limit):
    squares = 0.0
    for gradient in gradients:
        for number in np.ravel(gradient):
            squares += number * number
    if squares <= limit * limit:
        return [np.array(gradient) for gradient in gradients]
    return tuple(np.array(gradient) * limit / squares**0.5 for gradient in gradients)


def clipped_by_vdot(gradients, limit):
    length = np.sqrt(sum(np.vdot(gradient, gradient) for gradient in gradients))
    return [np.divide(gradient, np.where(length > limit, length / limit, 1)) for gradient in gradients]


RIGHT = {"11.1": days, "11.2": combined, "11.3": clipped}
STYLES = [
    *(("11.1", a) for a in (days, days_in_steps, days_by_logarithms, days_by_the_pass, days_by_numpy, days_by_keras)),
    *(
        ("11.2", answer)
        for answer in (
            combined,
            combined_by_where,
            combined_by_average,
            combined_by_a_product,
            combined_in_lists,
            combined_by_keras,
            combined_by_einsum,
        )
    ),
    *(
        ("11.3", answer)
        for answer in (
            clipped,
            clipped_by_norms,
            clipped_in_one,
            clipped_by_keras,
            clipped_by_branches,
            clipped_by_vdot,
        )
    ),
]


def times(change):
    """The right days, multiplied by something."""
    return lambda *given: days(*given) * change(*given)


def of_lengths(change):
    """Each array, multiplied by a number made of it, of everything together and of the limit."""

    def answer(gradients, limit):
        flat = np.concatenate([np.ravel(gradient) for gradient in gradients])
        return [gradient * change(np.ravel(gradient), flat, limit) for gradient in gradients]

    return answer


def norm(x):
    return np.sqrt((x**2).sum())


MISTAKES = {
    "seconds": ("11.1", times(lambda *g: 86_400), "seconds of a day", "一天的秒数"),
    "hours": ("11.1", times(lambda *g: 24), "hours", "小时"),
    "minutes": ("11.1", times(lambda *g: 1_440), "minutes", "分钟"),
    "forward alone": ("11.1", times(lambda *g: 1 / 3), "2 operations", "2 次运算"),
    "no six": ("11.1", times(lambda *g: 1 / 6), "The 6 is missing", "少了 6"),
    "recomputed": ("11.1", times(lambda *g: 4 / 3), "8 operations", "8 次运算"),
    "no share": ("11.1", times(lambda *g: g[4]), "utilisation is missing", "少了利用率"),
    "times the share": ("11.1", times(lambda *g: g[4] ** 2), "multiply by the utilisation", "乘上了利用率"),
    "what is not reached": ("11.1", times(lambda *g: g[4] / (1 - g[4] + 1e-9)), "1 - utilisation", "1 - 利用率"),
    "one device": ("11.1", times(lambda *g: g[2]), "number of devices is missing", "少了设备数"),
    "times devices": ("11.1", times(lambda *g: g[2] ** 2), "multiply by the number", "乘上了设备数"),
    "upside down": ("11.1", lambda *g: 1 / days(*g), "upside down", "上下颠倒"),
    "operations": ("11.1", lambda n, d, *g: 6 * n * d, "These are the operations", "这是运算量"),
    "years": ("11.1", times(lambda *g: 1 / 365), "years", "年"),
    "cut off": ("11.1", lambda *g: int(days(*g)), "cut off", "去掉了小数"),
    "rounded up": ("11.1", lambda *g: math.ceil(days(*g)), "round up", "向上取整"),
    "rounded": ("11.1", lambda *g: round(days(*g)), "days need not be whole", "天数不必是整数"),
    "half of a day": ("11.1", times(lambda *g: 2), "The training takes", "训练应需"),
    "in billions": ("11.1", lambda n, *g: days(n * 1e9, *g), "The training takes", "训练应需"),
    "nothing at all": ("11.1", lambda *g: None, "returns nothing", "没有返回值"),
    "mean of means": ("11.2", lambda g, c: g.mean(axis=0), "mean of the parts' means", "各份平均的平均"),
    "sum of means": ("11.2", lambda g, c: g.sum(axis=0), "add up means", "把平均加了起来"),
    "sum of sums": ("11.2", lambda g, c: c @ g, "gradient of the sum", "总和的梯度"),
    "by parts": ("11.2", lambda g, c: c @ g / len(c), "number of parts", "份数"),
    "divided twice": ("11.2", lambda g, c: (g / c[:, None]).sum(axis=0), "it is a mean already", "它已经是平均"),
    "by the largest": ("11.2", lambda g, c: c @ g / c.max(), "largest count", "最大的词元数"),
    "the fullest alone": ("11.2", lambda g, c: g[c.argmax()], "most tokens", "词元最多"),
    "by all, not weighed": ("11.2", lambda g, c: g.sum(axis=0) / c.sum(), "its own count", "自己的词元数"),
    "roots": ("11.2", lambda g, c: np.average(g, axis=0, weights=np.sqrt(c)), "root of the counts", "平方根加权"),
    "softmax": (
        "11.2",
        lambda g, c: np.average(g, axis=0, weights=np.exp(c - c.max())),
        "softmax of the counts",
        "softmax 加权",
    ),
    "holes": ("11.2", lambda g, c: c @ g / max(1, c.sum()), "nan times 0", "nan 乘以 0"),
    "holes made zero too late": (
        "11.2",
        lambda g, c: np.where(c[:, None] > 0, g, 0).T @ c / c.sum(),
        "no part has a counted token",
        "每份都没有计数的词元",
    ),
    "holes as numbers": (
        "11.2",
        lambda g, c: np.average(np.nan_to_num(g), axis=0, weights=np.maximum(c, 1e-30)),
        "",
        "",
    ),
    "the other axis": ("11.2", lambda g, c: g.sum(axis=1), "one number for each weight", "对每个权重有一个数"),
    "a row": ("11.2", lambda g, c: combined(g, c)[None], "shape", "形状"),
    "whole numbers": ("11.2", lambda g, c: combined(g, c).round(), "", ""),
    "an empty part as one": ("11.2", lambda g, c: combined(np.nan_to_num(g), np.maximum(c, 1)), "", ""),
    "one kept for a shape": ("11.2", kept_for_a_shape(combined), "same answer as before", "与之前相同"),
    "two too few": ("11.2", lambda g, c: combined(g, c)[:-2], "shape", "形状"),
    "nothing": ("11.2", lambda g, c: None, "returns nothing", "没有返回值"),
    "not clipped": ("11.3", lambda g, limit: list(g), "Nothing is clipped", "没有裁剪"),
    "each by itself": ("11.3", of_lengths(lambda x, f, k: min(1, k / norm(x))), "by its own length", "自己的长度"),
    "each to the limit": ("11.3", of_lengths(lambda x, f, k: k / norm(x)), "to the limit by itself", "各自变成了"),
    "each number": ("11.3", lambda g, k: [np.clip(x, -k, k) for x in g], "clip each number", "裁剪的是每个数"),
    "no root": ("11.3", of_lengths(lambda x, f, k: k / norm(f) ** 2), "square of the length", "长度的平方"),
    "sum of sizes": ("11.3", of_lengths(lambda x, f, k: k / np.abs(f).sum()), "sum of sizes", "绝对值之和"),
    "the largest": ("11.3", of_lengths(lambda x, f, k: k / np.abs(f).max()), "largest number", "最大的数"),
    "sum of lengths": (
        "11.3",
        lambda g, k: [x * k / sum(norm(np.ravel(y)) for y in g) for x in g],
        "add up the arrays' lengths",
        "各数组的长度加了起来",
    ),
    "mean of squares": (
        "11.3",
        of_lengths(lambda x, f, k: k / (f**2).mean() ** 0.5),
        "mean of the squares",
        "平方的平均",
    ),
    "to one": ("11.3", of_lengths(lambda x, f, k: 1 / norm(f)), "length to 1", "变成了 1"),
    "times the limit": ("11.3", of_lengths(lambda x, f, k: k), "multiply by `limit`", "乘的是 `limit`"),
    "turned round": ("11.3", of_lengths(lambda x, f, k: norm(f) / k), "upside down", "上下颠倒"),
    "stretched": ("11.3", of_lengths(lambda x, f, k: k / max(norm(f), 1e-12)), "stretch it", "拉长"),
    "divides by zero": (
        "11.3",
        of_lengths(lambda x, f, k: k / norm(f) if not norm(f) <= k or norm(f) == 0 else 1),
        "divide by zero",
        "除以零",
    ),
    "one array": (
        "11.3",
        lambda g, k: np.concatenate([np.ravel(x) for x in clipped(g, k)]),
        "list of as many",
        "一个列表",
    ),
    "one too few": ("11.3", lambda g, k: clipped(g, k)[:-1], "list of as many", "一个列表"),
    "flat": ("11.3", lambda g, k: [np.ravel(x) for x in clipped(g, k)], "keep its shape", "形状应保持"),
    "the other order": ("11.3", lambda g, k: clipped(g, k)[::-1], "keep its shape", "形状应保持"),
    "a little short": ("11.3", of_lengths(lambda x, f, k: min(1, 0.98 * k / max(norm(f), 1e-9))), "Array 0", "第 0 个"),
    "without the signs": ("11.3", lambda g, k: [np.abs(x) for x in clipped(g, k)], "Array 0", "第 0 个"),
}


def test_every_exercise_has_wrong_answers() -> None:
    must_cover(RIGHT, MISTAKES, 20)


test_a_right_answer_in_any_style_passes = each_passes(STYLES)
test_a_mistake_gets_its_hint = each_gets_its_hint(MISTAKES)
test_a_right_answer_in_any_form_passes = each_form_passes({number: RIGHT[number] for number in ("11.1", "11.2")})
test_a_spoilt_answer_fails = each_spoilt_fails(
    RIGHT,
    [
        (number, name)
        for number in ("11.1", "11.2")
        for name in SPOILT
        if (number, name) != ("11.1", "rounded to tenths")
    ],
)
test_a_first_answer_for_ever_fails = each_kept_fails(RIGHT)
test_what_is_given_may_not_be_written_into = each_written_fails(RIGHT, [("11.2", 0), ("11.2", 1)])
test_a_stub_is_told_and_a_second_failure_is_told_more = each_stub_is_told(RIGHT)
test_other_answers_fail = each_fails(
    [
        ("11.1", lambda *g: days(*g[:3], 312e12, g[4]), ""),
        ("11.3", kept_for_a_shape(clipped), ""),
    ]
)
