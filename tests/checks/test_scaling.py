"""Each exercise of chapter 11 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import math

import numpy as np
from keras import ops

from course_lib.scaling import LossScale

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


def step_made(is_whole=None, divide=None, on_overflow=None, after=None):
    """A step of float16 training made of parts, each of which may be wrong.

    Args:
        is_whole: whether the gradient serves.
        divide: the gradient without the scale.
        on_overflow: the new weights, scale and count of a step that is left out, of all that was given.
        after: scale and count after a good step, of scale, count and patience.
    """

    def answer(weights, gradient, rate, scale, quiet, patience):
        if not (is_whole or (lambda array: np.isfinite(array).all()))(gradient):
            left_out = on_overflow or (lambda w, g, r, s, q, p: (w, s / 2, 0))
            return left_out(weights, gradient, rate, scale, quiet, patience)
        gradient = (divide or (lambda array, factor: array.astype(np.float32) / factor))(gradient, scale)
        grown = after or (lambda s, q, p: (2 * s, 0) if q + 1 == p else (s, q + 1))
        return weights - rate * gradient, *grown(scale, quiet, patience)

    return answer


scaled = step_made()


def scaled_by_branches(weights, gradient, rate, scale, quiet, patience):
    for number in gradient.tolist():
        if math.isnan(number) or math.isinf(number):
            return weights.copy(), scale * 0.5, 0
    new = [w - rate * (g / scale) for w, g in zip(weights.tolist(), gradient.tolist(), strict=True)]
    quiet += 1
    if quiet >= patience:
        scale, quiet = scale + scale, 0
    return new, scale, quiet


def scaled_in_doubles(weights, gradient, rate, scale, quiet, patience):
    whole = np.all(np.abs(gradient.astype(np.float64)) < np.inf)
    moved = np.where(whole, weights - np.where(whole, gradient, 0).astype(np.float64) * (rate / scale), weights)
    good = (quiet + 1) * whole
    due = good == patience
    return moved, scale * (2 if due else 1 if whole else 0.5), 0 if due else good


def scaled_by_the_largest(weights, gradient, rate, scale, quiet, patience):
    if not np.abs(gradient).max() <= 65_504:  # nan is not either
        return [weights, scale / 2, 0]
    moved = weights - np.float32(rate) * (np.float32(1 / scale) * np.float32(gradient))
    return [moved, scale * 2 ** (quiet + 1 == patience), (quiet + 1) % patience]


def scaled_by_the_sum_in_32_bits(weights, gradient, rate, scale, quiet, patience):
    wide = gradient.astype(np.float32)
    if not np.isfinite(wide.sum()):
        return weights, scale / 2, 0
    weights = weights - wide * rate / scale
    return (weights, 2 * scale, 0) if quiet == patience - 1 else (weights, scale, quiet + 1)


def scaled_by_zero(weights, gradient, rate, scale, quiet, patience):
    if (gradient * 0 != 0).any():
        return weights, scale / 2, 0
    return weights - rate * (gradient.astype("float64") / scale), *(
        (2 * scale, 0) if quiet + 1 == patience else (scale, quiet + 1)
    )


def scaled_by_keras(weights, gradient, rate, scale, quiet, patience):
    wide = ops.cast(ops.convert_to_tensor(gradient), "float32")
    if not bool(ops.all(ops.isfinite(wide))):
        return weights, scale / 2, 0
    moved = ops.convert_to_tensor(weights) - rate * (wide / scale)
    return (moved, 2 * scale, 0) if quiet + 1 == patience else (moved, scale, quiet + 1)


def scaled_by_a_class(weights, gradient, rate, scale, quiet, patience):
    keeper = LossScale(scale, patience, quiet)
    divided = keeper.unscale(gradient)
    return weights if divided is None else weights - rate * divided, keeper.value, keeper.quiet


def scaled_by_logarithms(weights, gradient, rate, scale, quiet, patience):
    power = math.log2(scale)
    if np.count_nonzero(np.isfinite(gradient)) < gradient.size:
        return np.array(weights), 2 ** (power - 1), 0
    weights = weights - rate * np.ldexp(gradient.astype(np.float64), -int(power))
    return weights, 2 ** (power + (quiet + 1) // patience), (quiet + 1) % patience


RIGHT = {"11.1": days, "11.2": combined, "11.3": scaled}
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
            scaled,
            scaled_by_branches,
            scaled_in_doubles,
            scaled_by_the_largest,
            scaled_by_the_sum_in_32_bits,
            scaled_by_zero,
            scaled_by_keras,
            scaled_by_a_class,
            scaled_by_logarithms,
        )
    ),
]


def times(change):
    """The right days, multiplied by something."""
    return lambda *given: days(*given) * change(*given)


def to_weights(change):
    """The right step, with something else done to the weights: of the new ones, and of all that was given."""

    def answer(*given):
        moved, *rest = scaled(*given)
        return change(moved, *given), *rest

    return answer


def whole(*names):
    """Which gradients serve: those in which none of these stands."""
    tests = {"nan": np.isnan, "inf": np.isposinf, "-inf": np.isneginf}
    return lambda array: not any(tests[name](array).any() for name in names)


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
    "no step": ("11.3", to_weights(lambda m, w, *g: w), "stay where they were", "没有动"),
    "not divided": ("11.3", step_made(divide=lambda g, s: g.astype(float)), "divide it by the scale", "要除以因子"),
    "multiplied": ("11.3", step_made(divide=lambda g, s: g.astype(float) * s), "once more", "又乘了一次"),
    "uphill": ("11.3", to_weights(lambda m, w, *g: 2 * w - m), "subtract", "应当减"),
    "no rate": ("11.3", to_weights(lambda m, w, g, r, *k: w + (m - w) / r), "rate is missing", "少了学习率"),
    "by the rate": (
        "11.3",
        to_weights(lambda m, w, g, r, *k: w + (m - w) / r**2),
        "divide by the rate",
        "除以了学习率",
    ),
    "the movement": ("11.3", to_weights(lambda m, w, *g: m - w), "That is the movement", "这是移动量"),
    "the gradient": ("11.3", to_weights(lambda m, w, g, r, *k: (w - m) / r), "That is the gradient", "这是梯度"),
    "weights of 16 bits": (
        "11.3",
        to_weights(lambda m, *g: m.astype(np.float16)),
        "weights are kept in 32",
        "权重要用 32 位",
    ),
    "divided in 16 bits": ("11.3", step_made(divide=lambda g, s: g / s), "turned into zero", "变成了零"),
    "32 bits too late": (
        "11.3",
        step_made(divide=lambda g, s: (g / np.float16(s)).astype(np.float32)),
        "before you divide",
        "再做除法",
    ),
    "doubled at once": ("11.3", step_made(after=lambda s, q, p: (2 * s, 0)), "after one good step", "才走了一个好的步"),
    "halved at once": ("11.3", step_made(after=lambda s, q, p: (s / 2, 0)), "though nothing overflowed", "没有溢出"),
    "never counted": ("11.3", step_made(after=lambda s, q, p: (s, q)), "count it", "要数上它"),
    "counted anew": ("11.3", step_made(after=lambda s, q, p: (s, 0)), "has not changed", "因子没有改变"),
    "one at most": ("11.3", step_made(after=lambda s, q, p: (s, 1)), "there were 3", "已经有 3 个"),
    "nan alone": ("11.3", step_made(is_whole=whole("nan")), "is infinity", "是无穷"),
    "infinity alone": ("11.3", step_made(is_whole=whole("nan", "inf")), "is minus infinity", "是负无穷"),
    "no nan": ("11.3", step_made(is_whole=whole("inf", "-inf")), "is nan", "是nan"),
    "the largest above all": (
        "11.3",
        step_made(is_whole=lambda g: not g.max() > 65_504),
        "is minus infinity",
        "是负无穷",
    ),
    "all of them": (
        "11.3",
        step_made(is_whole=lambda g: np.isfinite(g).any()),
        "gets into your weights",
        "混进了你的权重",
    ),
    "never left out": ("11.3", step_made(is_whole=lambda g: True), "must be left out", "应当跳过"),
    "holes as zeros": (
        "11.3",
        step_made(on_overflow=lambda w, g, r, s, q, p: (w - r * np.where(np.isfinite(g), g, 0) / s, s / 2, 0)),
        "whole step is left out",
        "整步都要跳过",
    ),
    "scale kept": ("11.3", step_made(on_overflow=lambda w, g, r, s, q, p: (w, s, 0)), "is halved", "要减半"),
    "scale doubled": ("11.3", step_made(on_overflow=lambda w, g, r, s, q, p: (w, 2 * s, 0)), "halve it", "应当减半"),
    "scale quartered": ("11.3", step_made(on_overflow=lambda w, g, r, s, q, p: (w, s / 4, 0)), "twice", "两次"),
    "scale less one": ("11.3", step_made(on_overflow=lambda w, g, r, s, q, p: (w, s - 1, 0)), "subtract 1", "减了 1"),
    "count kept": (
        "11.3",
        step_made(on_overflow=lambda w, g, r, s, q, p: (w, s / 2, q)),
        "the old count",
        "还留着原来的数",
    ),
    "count goes on": (
        "11.3",
        step_made(on_overflow=lambda w, g, r, s, q, p: (w, s / 2, q + 1)),
        "no good step",
        "不算好的步",
    ),
    "count from one": (
        "11.3",
        step_made(on_overflow=lambda w, g, r, s, q, p: (w, s / 2, 1)),
        "0, not 1",
        "是 0，不是 1",
    ),
    "a sum in 16 bits": (
        "11.3",
        step_made(is_whole=lambda g: np.isfinite(g.sum())),
        "each of them finite",
        "每个都有限",
    ),
    "a length in 16 bits": (
        "11.3",
        step_made(is_whole=lambda g: np.isfinite(np.sqrt((g**2).sum()))),
        "each of them finite",
        "每个都有限",
    ),
    "below the largest": (
        "11.3",
        step_made(is_whole=lambda g: (np.abs(g) < 65_504).all()),
        "65,504 itself",
        "65,504 本身",
    ),
    "the next scale": (
        "11.3",
        lambda w, g, r, s, q, p: scaled(w, g, r, s * (2 if q + 1 == p and np.isfinite(g).all() else 1), q, p),
        "the old scale",
        "原来的因子",
    ),
    "one late": (
        "11.3",
        step_made(after=lambda s, q, p: (2 * s, 0) if q == p else (s, q + 1)),
        "not later",
        "现在就该加倍",
    ),
    "one early": (
        "11.3",
        step_made(after=lambda s, q, p: (2 * s, 0) if q + 2 >= p else (s, q + 1)),
        "too early",
        "早了一步",
    ),
    "never doubled": ("11.3", step_made(after=lambda s, q, p: (s, q + 1)), "doubled now", "现在就该加倍"),
    "one more": ("11.3", step_made(after=lambda s, q, p: (s + 1, 0) if q + 1 == p else (s, q + 1)), "add 1", "加了 1"),
    "the count goes on": (
        "11.3",
        step_made(after=lambda s, q, p: (2 * s if (q + 1) % p == 0 else s, q + 1)),
        "begins anew at 0",
        "从 0 数起",
    ),
    "anew at one": (
        "11.3",
        step_made(after=lambda s, q, p: (2 * s, 1) if q + 1 == p else (s, q + 1)),
        "not 1",
        "不是 1",
    ),
    "halved and doubled": (
        "11.3",
        step_made(on_overflow=lambda w, g, r, s, q, p: (w, s if q + 1 == p else s / 2, 0)),
        "not doubled as well",
        "不再加倍",
    ),
    "weights alone": ("11.3", lambda *given: scaled(*given)[0], "three things", "三样"),
    "no count": ("11.3", lambda *given: scaled(*given)[:2], "three things", "三样"),
    "the scale first": ("11.3", lambda *given: scaled(*given)[::-1], "weights come first", "第一样是权重"),
    "no weights": (
        "11.3",
        step_made(on_overflow=lambda w, g, r, s, q, p: (None, s / 2, 0)),
        "made of numbers",
        "由数组成",
    ),
    "written into": (
        "11.3",
        lambda w, g, *k: (np.subtract(w, scaled(w, g, *k)[0] * 0, out=w), *scaled(w, g, *k)[1:]),
        "",
        "",
    ),
}


def test_every_exercise_has_wrong_answers() -> None:
    must_cover(RIGHT, MISTAKES, 20)


test_a_right_answer_in_any_style_passes = each_passes(STYLES)
test_a_mistake_gets_its_hint = each_gets_its_hint(MISTAKES)
test_a_right_answer_in_any_form_passes = each_form_passes({number: RIGHT[number] for number in RIGHT})
test_a_spoilt_answer_fails = each_spoilt_fails(
    RIGHT,
    [(number, name) for number in RIGHT for name in SPOILT if (number, name) != ("11.1", "rounded to tenths")],
)
test_a_first_answer_for_ever_fails = each_kept_fails(RIGHT)
test_what_is_given_may_not_be_written_into = each_written_fails(
    RIGHT, [("11.2", 0), ("11.2", 1), ("11.3", 0), ("11.3", 1)]
)
test_a_stub_is_told_and_a_second_failure_is_told_more = each_stub_is_told(RIGHT)
test_other_answers_fail = each_fails(
    [
        ("11.1", lambda *g: days(*g[:3], 312e12, g[4]), ""),
        ("11.3", kept_for_a_shape(scaled), ""),
    ]
)
