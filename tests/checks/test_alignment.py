"""Each exercise of chapter 13 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import math

import numpy as np
from keras import ops
from scipy.special import expit
from scipy.stats import rankdata

from .answers import (
    SPOILT,
    SPOILT_BATCHES,
    each_fails,
    each_form_passes,
    each_gets_its_hint,
    each_has_many,
    each_kept_fails,
    each_passes,
    each_spoilt_fails,
    each_stub_is_told,
    each_written_fails,
)

# 13.1


def step(log_probs, old, advantages, epsilon):
    ratio = np.exp(log_probs - old)
    return -np.minimum(ratio * advantages, np.clip(ratio, 1 - epsilon, 1 + epsilon) * advantages).mean()


def step_in_loops(log_probs, old, advantages, epsilon):
    losses = []
    for now, before, advantage in zip(log_probs, old, advantages, strict=True):
        ratio = math.exp(now - before)
        held = min(max(ratio, 1 - epsilon), 1 + epsilon)
        losses.append(-min(ratio * advantage, held * advantage))
    return sum(losses) / len(losses)


def step_by_sign(log_probs, old, advantages, epsilon):
    ratio = np.exp(log_probs) / np.exp(old)
    good = np.minimum(ratio, 1 + epsilon)
    bad = np.maximum(ratio, 1 - epsilon)
    return -np.mean(np.where(advantages > 0, good, bad) * advantages)


def step_as_a_larger_loss(log_probs, old, advantages, epsilon):
    ratio = np.exp(log_probs - old)
    return np.maximum(-ratio * advantages, -np.clip(ratio, 1 - epsilon, 1 + epsilon) * advantages).mean()


def step_by_keras(log_probs, old, advantages, epsilon):
    ratio = ops.exp(ops.cast(log_probs - old, "float32"))
    advantages = ops.cast(advantages, "float32")
    return -ops.mean(ops.minimum(ratio * advantages, ops.clip(ratio, 1 - epsilon, 1 + epsilon) * advantages))


def step_stacked(log_probs, old, advantages, epsilon):
    ratio = np.exp(np.subtract(log_probs, old))
    both = np.stack([ratio, ratio.clip(1 - epsilon, 1 + epsilon)]) * advantages
    return np.average(-both.min(axis=0))


class Stepper:
    def __call__(self, log_probs, old, advantages, epsilon):
        return np.float32(
            sum(self.one(*each, epsilon) for each in zip(log_probs, old, advantages, strict=True)) / len(old)
        )

    @staticmethod
    def one(now, before, advantage, epsilon):
        ratio = np.exp(now - before)
        if advantage > 0:
            return -advantage * min(ratio, 1 + epsilon)
        return -advantage * max(ratio, 1 - epsilon)


def stepped(change):
    """Of ratio, clipped ratio and advantages, something else than the worth."""

    def answer(log_probs, old, advantages, epsilon):
        ratio = np.exp(log_probs - old)
        return change(ratio, np.clip(ratio, 1 - epsilon, 1 + epsilon), advantages, epsilon)

    return answer


# 13.2


def prefer(chosen, rejected, reference, other, beta):
    return np.logaddexp(0, -beta * ((chosen - reference) - (rejected - other))).mean()


def prefer_in_loops(chosen, rejected, reference, other, beta):
    total = 0.0
    for a, b, c, d in zip(chosen, rejected, reference, other, strict=True):
        margin = beta * ((a - c) - (b - d))
        total += math.log1p(math.exp(-margin)) if margin > 0 else -margin + math.log1p(math.exp(margin))
    return total / len(chosen)


def prefer_by_softplus(chosen, rejected, reference, other, beta):
    margin = ops.cast(beta * (chosen - reference - rejected + other), "float32")
    return ops.mean(ops.softplus(-margin))


def prefer_by_log_sigmoid(chosen, rejected, reference, other, beta):
    gained = np.asarray(chosen, float) - reference, np.asarray(rejected, float) - other
    return float(
        -np.mean([ops.convert_to_numpy(ops.log_sigmoid(beta * (a - b))) for a, b in zip(*gained, strict=True)])
    )


def prefer_by_hand(chosen, rejected, reference, other, beta):
    margin = beta * (chosen - rejected) - beta * (reference - other)
    return np.mean(np.maximum(-margin, 0) + np.log1p(np.exp(-np.abs(margin))))


def prefer_as_two_classes(chosen, rejected, reference, other, beta):
    scores = beta * np.stack([chosen - reference, rejected - other])
    peak = scores.max(axis=0)
    return (peak + np.log(np.exp(scores - peak).sum(axis=0)) - scores[0]).mean()


class Preferrer:
    def __call__(self, chosen, rejected, reference, other, beta):
        self.beta = beta
        return np.array([self.one(*each) for each in zip(chosen, rejected, reference, other, strict=True)]).mean()

    def one(self, a, b, c, d):
        return np.logaddexp(0.0, self.beta * (b - d) - self.beta * (a - c))


def preferred(change):
    """Another function of the margin and beta."""
    return lambda a, b, c, d, beta: change((a - c) - (b - d), beta)


# 13.3


def noisy(gradients, clip, sigma, z, expected):
    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
    factors = np.minimum(1, clip / np.maximum(lengths, 1e-12))
    return ((gradients * factors).sum(axis=0) + sigma * clip * z) / expected


def noisy_in_loops(gradients, clip, sigma, z, expected):
    total = [sigma * clip * each for each in z]
    for gradient in gradients:
        length = math.sqrt(sum(each * each for each in gradient))
        factor = clip / length if length > clip else 1.0
        total = [old + factor * each for old, each in zip(total, gradient, strict=True)]
    return [each / expected for each in total]


def noisy_by_dividing_by_the_larger(gradients, clip, sigma, z, expected):
    clipped = gradients / np.maximum(1, np.linalg.norm(gradients, axis=1) / clip)[:, None]
    return np.sum(clipped, 0) / expected + sigma * clip / expected * z


def noisy_by_einsum(gradients, clip, sigma, z, expected):
    squares = np.einsum("ij,ij->i", gradients, gradients)
    factors = np.where(squares > clip**2, clip / np.sqrt(np.where(squares > 0, squares, 1)), 1)
    return (np.einsum("i,ij->j", factors, gradients) + clip * sigma * z) / expected


def noisy_by_keras(gradients, clip, sigma, z, expected):
    rows = ops.cast(gradients, "float32")
    lengths = ops.sqrt(ops.sum(rows * rows, axis=1, keepdims=True) + 1e-24)
    total = ops.sum(rows * ops.minimum(1.0, clip / lengths), axis=0)
    return (total + ops.cast(sigma * clip * z, "float32")) / expected


def noisy_in_place(gradients, clip, sigma, z, expected):
    rows = np.array(gradients, np.float64)
    long = np.linalg.norm(rows, axis=1) > clip
    rows[long] *= clip / np.linalg.norm(rows[long], axis=1, keepdims=True)
    return np.concatenate([rows, sigma * clip * z[None]]).sum(axis=0) / expected


class Noiser:
    def __call__(self, gradients, clip, sigma, z, expected):
        self.clip = clip
        total = np.zeros(len(z))
        for row in gradients:
            total += self.cut(row)
        return (total + sigma * clip * np.asarray(z)) / expected

    def cut(self, row):
        length = np.sqrt(row @ row)
        return row if length <= self.clip else row / length * self.clip


def summed(gradients, clip):
    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
    return (gradients * np.minimum(1, clip / np.maximum(lengths, 1e-12))).sum(axis=0)


def dividing_by_zero(gradients, clip, sigma, z, expected):
    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
    return ((gradients / lengths * np.minimum(lengths, clip)).sum(axis=0) + sigma * clip * z) / expected


# 13.4


def exposed(costs, secret):
    rank = (costs < costs[secret]).sum() + ((costs == costs[secret]).sum() + 1) / 2
    return np.log2(len(costs)) - np.log2(rank)


def exposed_in_loops(costs, secret):
    cheaper = equal = 0
    for cost in costs:
        cheaper += cost < costs[secret]
        equal += cost == costs[secret]
    return math.log2(len(costs) / (cheaper + (equal + 1) / 2))


def exposed_by_sorting(costs, secret):
    ordered = sorted(costs)
    first = ordered.index(costs[secret]) + 1
    last = len(ordered) - ordered[::-1].index(costs[secret])
    return math.log2(len(costs)) - math.log2((first + last) / 2)


def exposed_by_scipy(costs, secret):
    return np.log2(len(costs) / rankdata(costs)[secret])


def exposed_by_searching(costs, secret):
    ordered = np.sort(costs)
    low, high = np.searchsorted(ordered, costs[secret], "left"), np.searchsorted(ordered, costs[secret], "right")
    return -np.log2((low + 1 + high) / 2 / len(costs))


def exposed_by_keras(costs, secret):
    costs = ops.convert_to_tensor(costs)
    own = costs[secret]
    cheaper = ops.sum(ops.cast(costs < own, "float32"))
    equal = ops.sum(ops.cast(costs == own, "float32"))
    return ops.log2(ops.cast(costs.shape[0], "float32")) - ops.log2(cheaper + (equal + 1) / 2)


class Exposer:
    def __call__(self, costs, secret):
        signs = np.sign(np.asarray(costs) - costs[secret])
        rank = (1 + len(costs) - signs.sum()) / 2  # cheaper less dearer, from the middle
        return np.log(len(costs) / rank) / np.log(2)


def ranked(rank):
    """The bits of another rank."""
    return lambda costs, secret: np.log2(len(costs)) - np.log2(rank(np.asarray(costs), secret))


RIGHT = {"13.1": step, "13.2": prefer, "13.3": noisy, "13.4": exposed}
ALSO_RIGHT = [
    *(("13.1", each) for each in (step_in_loops, step_by_sign, step_as_a_larger_loss, step_by_keras, step_stacked)),
    ("13.1", Stepper()),
    *(("13.2", each) for each in (prefer_in_loops, prefer_by_softplus, prefer_by_hand, prefer_as_two_classes)),
    ("13.2", prefer_by_log_sigmoid),
    ("13.2", Preferrer()),
    *(("13.3", each) for each in (noisy_in_loops, noisy_by_dividing_by_the_larger, noisy_by_einsum, noisy_by_keras)),
    ("13.3", noisy_in_place),
    ("13.3", Noiser()),
    *(("13.4", each) for each in (exposed_in_loops, exposed_by_sorting, exposed_by_scipy, exposed_by_searching)),
    ("13.4", exposed_by_keras),
    ("13.4", Exposer()),
]

WRONG = {
    "a step whose sign is turned": ("13.1", lambda *given: -step(*given), "sign is turned", "符号反了"),
    "a sum of steps": ("13.1", lambda a, *rest: len(a) * step(a, *rest), "sum over the texts", "各篇之和"),
    "always clipped": ("13.1", stepped(lambda r, h, a, e: -(h * a).mean()), "clip always", "总是截断"),
    "never clipped": ("13.1", stepped(lambda r, h, a, e: -(r * a).mean()), "Nothing is clipped", "什么也没截断"),
    "the larger": ("13.1", stepped(lambda r, h, a, e: -np.maximum(r * a, h * a).mean()), "The larger", "较大的"),
    "upside down": ("13.1", lambda a, b, c, e: step(b, a, c, e), "upside down", "倒过来"),
    "a difference of logs": (
        "13.1",
        lambda a, b, c, e: -np.minimum((a - b) * c, np.clip(a - b, -e, e) * c).mean(),
        "difference of logarithms",
        "对数之差",
    ),
    "0.2 written in": ("13.1", lambda a, b, c, e: step(a, b, c, 0.2), "use the argument", "要用参数"),
    "no reference": ("13.2", lambda a, b, c, d, k: prefer(a, b, 0 * c, 0 * d, k), "left out", "漏了参考模型"),
    "the margin turned": ("13.2", lambda a, b, c, d, k: prefer(b, a, d, c, k), "sign within", "里面的符号"),
    "no beta": ("13.2", lambda a, b, c, d, k: prefer(a, b, c, d, 1.0), "beta is missing", "漏了 `beta`"),
    "beta outside": ("13.2", lambda a, b, c, d, k: k * prefer(a, b, c, d, 1.0), "outside", "对数外面"),
    "a sum of pairs": ("13.2", lambda a, *rest: len(a) * prefer(a, *rest), "sum over the pairs", "各对之和"),
    "a log, not minus": ("13.2", lambda *given: -prefer(*given), "sign is turned", "符号反了"),
    "a probability": ("13.2", preferred(lambda m, k: expit(k * m).mean()), "minus its logarithm", "对数取负"),
    "the mean first": ("13.2", preferred(lambda m, k: -np.log(expit(k * m).mean())), "not before", "先取对数"),
    "the mean margin": (
        "13.2",
        preferred(lambda m, k: np.logaddexp(0, -k * m.mean())),
        "mean comes last",
        "最后才求平均",
    ),
    "references swapped": ("13.2", lambda a, b, c, d, k: prefer(a, b, d, c, k), "swapped", "换了位置"),
    "overflow": ("13.2", preferred(lambda m, k: -np.log(expit(k * m)).mean()), "9,000 apart", "相差 9,000"),
    "not clipped": ("13.3", lambda g, c, s, z, e: (g.sum(0) + s * c * z) / e, "No row was clipped", "没有裁剪任何一行"),
    "stretched": (
        "13.3",
        lambda g, c, s, z, e: (
            ((c * g / np.maximum(np.linalg.norm(g, axis=1, keepdims=True), 1e-12)).sum(0) + s * c * z) / e
        ),
        "stretched",
        "拉长",
    ),
    "by numbers": ("13.3", lambda g, c, s, z, e: (np.clip(g, -c, c).sum(0) + s * c * z) / e, "by itself", "逐个数"),
    "noise without clip": ("13.3", lambda g, c, s, z, e: (summed(g, c) + s * z) / e, "yours has sigma", "只有 sigma"),
    "noise after": ("13.3", lambda g, c, s, z, e: summed(g, c) / e + s * c * z, "divided with it", "一起除"),
    "by the rows": (
        "13.3",
        lambda g, c, s, z, e: (summed(g, c) + s * c * z) / max(len(g), 1),
        "number of rows",
        "实际抽中的行数",
    ),
    "a noisy sum": ("13.3", lambda g, c, s, z, e: summed(g, c) + s * c * z, "not divided", "还没有除以"),
    "noise for each": (
        "13.3",
        lambda g, c, s, z, e: (summed(g, c) + len(g) * s * c * z) / e,
        "once for each row",
        "每一行都加",
    ),
    "no noise": ("13.3", lambda g, c, s, z, e: summed(g, c) / e, "noise is missing", "没有加噪声"),
    "noise off": ("13.3", lambda g, c, s, z, e: (summed(g, c) - s * c * z) / e, "not taken off", "不是减去"),
    "zeros divided": ("13.3", dividing_by_zero, "dividing by it", "除以它"),
    "ranks from 0": ("13.4", ranked(lambda c, s: (c < c[s]).sum()), "counts from 1", "从 1 数起"),
    "dearest first": ("13.4", ranked(lambda c, s: (c > c[s]).sum() + 1), "dearest", "最贵的"),
    "nats": ("13.4", lambda c, s: np.log(2) * exposed(c, s), "base 2", "以 2 为底"),
    "the rank": ("13.4", lambda c, s: float((c < c[s]).sum() + 1), "That is the rank", "这是名次"),
    "the sign of bits": ("13.4", lambda c, s: -exposed(c, s), "sign is turned", "符号反了"),
    "the log of the rank": ("13.4", lambda c, s: np.log2((c < c[s]).sum() + 1), "rank alone", "只是名次"),
    "its place": ("13.4", ranked(lambda c, s: s + 1), "place in the list", "在列表里的位置"),
    "first of equals": ("13.4", ranked(lambda c, s: (c < c[s]).sum() + 1), "stands first", "最前面"),
    "last of equals": ("13.4", ranked(lambda c, s: (c <= c[s]).sum()), "stands last", "最后面"),
    "before the middle": (
        "13.4",
        ranked(lambda c, s: (c < c[s]).sum() + (c == c[s]).sum() / 2 + (0.5 if (c == c[s]).sum() == 1 else 0)),
        "half a place",
        "靠前半位",
    ),
}

MORE_WRONG = [
    ("13.1", stepped(lambda r, h, a, e: -np.minimum(r * a, h * a)), "one number"),
    ("13.1", stepped(lambda r, h, a, e: -np.minimum(r, h).mean() * a.mean()), ""),
    ("13.1", stepped(lambda r, h, a, e: -np.minimum(r * a, np.minimum(r, 1 + e) * a).mean()), ""),
    ("13.1", stepped(lambda r, h, a, e: -np.median(np.minimum(r * a, h * a))), ""),
    ("13.1", lambda a, b, c, e: step(a, b, np.clip(c, 1 - e, 1 + e), e), ""),
    ("13.1", lambda a, b, c, e: step(a, b, np.abs(c), e), ""),
    ("13.1", lambda a, b, c, e: step(a, b, c - c.mean(), e), ""),
    ("13.1", lambda a, b, c, e: step(a / b, 0 * a, c, e), ""),
    ("13.1", lambda a, b, c, e: -(c * a).mean(), ""),
    ("13.1", stepped(lambda r, h, a, e: -np.where(a > 0, np.minimum(r, 1 + e), np.minimum(r, 1 - e)) @ a / len(a)), ""),
    ("13.1", lambda a, b, c, e: step(a[:1], b[:1], c[:1], e), ""),
    ("13.1", lambda a, b, c, e: step(a, b, c, 2 * e), ""),
    ("13.2", preferred(lambda m, k: np.logaddexp(0, -k * m)), "one number"),
    ("13.2", preferred(lambda m, k: np.maximum(0, 1 - k * m).mean()), ""),
    ("13.2", preferred(lambda m, k: np.logaddexp(0, -m / k).mean()), ""),
    ("13.2", preferred(lambda m, k: np.logaddexp(0, -k * m).mean() / np.log(2)), ""),
    ("13.2", preferred(lambda m, k: (k * m).mean()), ""),
    ("13.2", preferred(lambda m, k: ((k * m - 1) ** 2).mean()), ""),
    ("13.2", preferred(lambda m, k: np.log1p(np.exp(-np.clip(k * m, -50, 50))).mean()), ""),
    ("13.2", lambda a, b, c, d, k: prefer(a, b, c, 0 * d, k), ""),
    ("13.2", lambda a, b, c, d, k: prefer(a, b, 0 * c, d, k), ""),
    ("13.2", lambda a, b, c, d, k: prefer(np.exp(a), np.exp(b), np.exp(c), np.exp(d), k), ""),
    ("13.2", lambda a, b, c, d, k: prefer(a, b, c, d, 0.5), ""),
    ("13.2", lambda a, b, c, d, k: np.logaddexp(0, -k * (a / c - b / d)).mean(), ""),
    ("13.3", lambda g, c, s, z, e: noisy(g, c, s, z, len(g)), ""),
    ("13.3", lambda g, c, s, z, e: noisy(g, c, s, np.sign(z), e), ""),
    ("13.3", lambda g, c, s, z, e: noisy(g, 1.0, s, z, e), ""),
    ("13.3", lambda g, c, s, z, e: noisy(g.sum(0, keepdims=True), c, s, z, e), ""),
    ("13.3", lambda g, c, s, z, e: noisy(g.T, c, s, z, e), ""),
    ("13.3", lambda g, c, s, z, e: noisy(g, c**2, s, z, e), ""),
    ("13.3", lambda g, c, s, z, e: noisy(g[np.linalg.norm(g, axis=1) <= c], c, s, z, e), ""),
    ("13.3", lambda g, c, s, z, e: noisy(g / len(g), c, s, z, e), ""),
    ("13.3", lambda g, c, s, z, e: noisy(g, c, s, np.random.default_rng(0).normal(size=z.shape), e), ""),
    ("13.3", lambda g, c, s, z, e: (summed(g, c) + s * c**2 * z) / e, ""),
    ("13.3", lambda g, c, s, z, e: g.mean(axis=0) + s * z, ""),
    ("13.3", lambda g, c, s, z, e: summed(g, c) / e + s * c * z / len(g), ""),
    ("13.3", lambda g, c, s, z, e: noisy(g[: int(e)], c, s, z, e), ""),
    ("13.3", lambda g, c, s, z, e: noisy(g, c, s, z, max(e, len(g))), ""),
    ("13.3", lambda g, c, s, z, e: noisy(g, c, s, z, int(e)), ""),
    ("13.3", lambda g, c, s, z, e: noisy(np.unique(g, axis=0) if len(g) else g, c, s, z, e), ""),
    ("13.3", lambda g, c, s, z, e: noisy(g, c, s**2, z, e), "should be"),
    ("13.3", lambda g, c, s, z, e: noisy(g, c, s, np.clip(z, -2.5, 2.5), e), ""),
    ("13.3", lambda g, c, s, z, e: noisy(g, c, s, z, e) if len(g) else 0 * z, "no example was drawn"),
    ("13.4", ranked(lambda c, s: np.argsort(c)[s] + 1), ""),
    ("13.4", ranked(lambda c, s: (c < c[s] - 0.3).sum() + ((np.abs(c - c[s]) <= 0.3).sum() + 1) / 2), ""),
    ("13.4", lambda c, s: exposed(np.round(c), s), ""),
    ("13.4", ranked(lambda c, s: len(set(c[c < c[s]])) + ((c == c[s]).sum() + 1) / 2), ""),
    ("13.4", lambda c, s: exposed(c[:8], min(s, 7)), ""),
    ("13.4", lambda c, s: exposed(c, s) + np.log2((len(c) + 1) / len(c)), "should be"),
    ("13.4", lambda c, s: round(float(exposed(c, s))), "should be"),
    ("13.4", lambda c, s: np.log2(len(set(c))) - np.log2(len(c)) + exposed(c, s), ""),
    ("13.4", ranked(lambda c, s: np.argsort(np.argsort(c))[s] + 1), ""),
    ("13.4", lambda c, s: np.log10(len(c)) - np.log10((c < c[s]).sum() + 1), ""),
    ("13.4", lambda c, s: exposed(c, s) / np.log2(len(c)), ""),
    ("13.4", lambda c, s: np.log2(len(c) - 1) - np.log2((c < c[s]).sum() + 1), ""),
    ("13.4", lambda c, s: np.log2(len(c)) - c[s], ""),
    ("13.4", lambda c, s: np.log2(10) - np.log2((c < c[s]).sum() + 1), ""),
    ("13.4", lambda c, s: np.floor(exposed(c, s)), ""),
    ("13.4", lambda c, s: np.log2(len(c) / ((c < c[s]).sum() + 2)), ""),
    ("13.4", ranked(lambda c, s: len(set(c[c < c[s]])) + 1), ""),
    ("13.4", lambda c, s: 1.0, ""),
    ("13.4", lambda c, s: np.log2(c[s] / c.min()), ""),
]


test_a_right_answer_passes = each_passes([*RIGHT.items(), *ALSO_RIGHT])


test_answers_may_come_in_any_form = each_form_passes(RIGHT)


test_a_wrong_answer_gets_the_hint_meant_for_it = each_gets_its_hint(WRONG)


test_more_wrong_answers_are_refused_by_what_is_wrong = each_fails(MORE_WRONG)


test_spoilt_answers_are_refused = each_spoilt_fails(
    RIGHT,
    [(number, name) for number in RIGHT for name in SPOILT]
    + [("13.3", name) for name in SPOILT_BATCHES if name != "squeezed"],
)


test_a_first_answer_kept_for_ever_is_told_as_such = each_kept_fails(RIGHT)


test_writing_into_what_was_given_is_refused = each_written_fails(
    RIGHT,
    [
        *(("13.1", place) for place in range(3)),
        *(("13.2", place) for place in range(4)),
        ("13.3", 0),
        ("13.3", 3),
        ("13.4", 0),
    ],
)


test_every_exercise_has_many_wrong_answers = each_has_many(
    RIGHT, ALSO_RIGHT, WRONG, MORE_WRONG, hints=8, wrong=20, styles=6
)


test_a_stub_is_not_attempted_and_a_second_failure_says_more = each_stub_is_told(RIGHT)
