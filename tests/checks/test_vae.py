"""Each exercise of chapter 04 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import logsumexp

from course_lib import check

from .answers import (
    SPOILT,
    SPOILT_BATCHES,
    each_fails,
    each_form_passes,
    each_gets_its_hint,
    each_kept_fails,
    each_passes,
    kept_for_a_shape,
    must_cover,
    must_fail,
    must_pass,
    writing,
)


def kl(z_mean, z_log_var):
    return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)


def pixels(images, logits):
    return images * logits - np.logaddexp(0, logits)


def sigmoid_pixels(images, logits):
    with np.errstate(all="ignore"):
        probability = np.exp(logits) / (1 + np.exp(logits))
        return images * np.log(probability) + (1 - images) * np.log(1 - probability)


def normalised(log_weights, largest):
    with np.errstate(all="ignore"):
        return largest + np.log(np.mean(np.exp(log_weights - largest), axis=0))


RIGHT = {
    "04.1": lambda m, v: kl(m, v).sum(axis=-1),
    "04.2": lambda m, v, noise: m + np.sqrt(np.exp(v)) * noise,
    "04.3": lambda x, logits, m, v: np.mean(pixels(x, logits).sum(1) - kl(m, v).sum(1)),
    "04.4": lambda w: logsumexp(w, axis=0) - np.log(len(w)),
    "04.5": lambda m, threshold=0.01: np.sum(m.var(axis=0) > threshold),
    "04.6": lambda k, bits: np.maximum(k.mean(axis=0), bits).sum(),
}

WRONG = {
    "the sign is turned": ("04.1", lambda m, v: -kl(m, v).sum(-1), "sign is turned", "符号反了"),
    "a mean over dimensions": ("04.1", lambda m, v: kl(m, v).mean(-1), "add up", "应当相加"),
    "summed over the batch": ("04.1", lambda m, v: kl(m, v).sum(0), "Which axis", "哪一个轴"),
    "one number for all": ("04.1", lambda m, v: kl(m, v).sum(), "Which axis", "哪一个轴"),
    "the half is missing": ("04.1", lambda m, v: 2 * kl(m, v).sum(-1), "factor 1/2", "漏了"),
    "the log-variance as variance": (
        "04.1",
        lambda m, v: 0.5 * (m**2 + v - 1 - np.log(v)).sum(-1),
        "as the variance itself",
        "当成了方差本身",
    ),
    "the log-variance as log-deviation": (
        "04.1",
        lambda m, v: 0.5 * (m**2 + np.exp(v) ** 2 - 1 - 2 * v).sum(-1),
        "not of the standard deviation",
        "不是标准差的对数",
    ),
    "the means not squared": (
        "04.1",
        lambda m, v: 0.5 * (m + np.exp(v) - 1 - v).sum(-1),
        "the divergence is",
        "散度是",
    ),
    "the variance as deviation": ("04.2", lambda m, v, n: m + np.exp(v) * n, "by the variance", "乘的是方差"),
    "the logarithm as deviation": ("04.2", lambda m, v, n: m + v * n, "by the logarithm", "直接乘了对数"),
    "noise of its own": (
        "04.2",
        lambda m, v, n: m + np.exp(v / 2) * np.random.default_rng().normal(size=m.shape),
        "draw none yourself",
        "不要自己再抽",
    ),
    "one noise for all": ("04.2", lambda m, v, n: m + np.exp(v / 2) * n[0], "share one noise", "共用了一份噪声"),
    "no mean": ("04.2", lambda m, v, n: np.exp(v / 2) * n, "mean is missing", "漏了均值"),
    "no noise": ("04.2", lambda m, v, n: m, "where has the noise gone", "噪声到哪里去了"),
    "the noise taken off": ("04.2", lambda m, v, n: m - np.exp(v / 2) * n, "noise is subtracted", "减去了噪声"),
    "a mean over pixels": (
        "04.3",
        lambda x, logits, m, v: np.mean(pixels(x, logits).mean(1) - kl(m, v).sum(1)),
        "mean over pixels",
        "对像素取了平均",
    ),
    "the divergence added": (
        "04.3",
        lambda x, logits, m, v: np.mean(pixels(x, logits).sum(1) + kl(m, v).sum(1)),
        "You add the KL",
        "加上了 KL",
    ),
    "no divergence": ("04.3", lambda x, logits, m, v: np.mean(pixels(x, logits).sum(1)), "KL is missing", "漏了 KL"),
    "the loss": (
        "04.3",
        lambda x, logits, m, v: np.mean(kl(m, v).sum(1) - pixels(x, logits).sum(1)),
        "negative ELBO",
        "负的 ELBO",
    ),
    "a sum over the batch": (
        "04.3",
        lambda x, logits, m, v: np.sum(pixels(x, logits)) - np.sum(kl(m, v)),
        "sum over the batch",
        "整批的总和",
    ),
    "each image's own": (
        "04.3",
        lambda x, logits, m, v: pixels(x, logits).sum(1) - kl(m, v).sum(1),
        "one ELBO for each image",
        "每张图的 ELBO",
    ),
    "probabilities that overflow": (
        "04.3",
        lambda x, logits, m, v: np.mean(sigmoid_pixels(x, logits).sum(1) - kl(m, v).sum(1)),
        "overflows",
        "溢出",
    ),
    "the mean of logarithms": ("04.4", lambda w: w.mean(0), "mean of the logarithms", "对数的平均"),
    "the logarithm of the sum": ("04.4", lambda w: logsumexp(w, axis=0), "logarithm of the sum", "和的对数"),
    "the largest alone": ("04.4", lambda w: w.max(0), "largest weight alone", "只是最大的权重"),
    "over the images": ("04.4", lambda w: logsumexp(w, axis=1) - np.log(3), "Which axis", "哪一个轴"),
    "exponentials that vanish": ("04.4", lambda w: normalised(w, 0.0), "largest logarithm", "最大的对数"),
    "one maximum for all images": ("04.4", lambda w: normalised(w, w.max()), "largest logarithm", "最大的对数"),
    "examples counted": ("04.5", lambda m, t=0.01: np.sum(m.var(axis=1) > t), "count examples", "数的是样本"),
    "deviations compared": ("04.5", lambda m, t=0.01: np.sum(m.std(axis=0) > t), "standard deviation", "标准差"),
    "means compared": ("04.5", lambda m, t=0.01: np.sum(np.abs(m.mean(axis=0)) > t), "no activity", "不等于活跃"),
    "squares compared": ("04.5", lambda m, t=0.01: np.sum((m**2).mean(axis=0) > t), "no activity", "不等于活跃"),
    "a share": ("04.5", lambda m, t=0.01: np.mean(m.var(axis=0) > t), "That is a share", "这是比例"),
    "a mask": ("04.5", lambda m, t=0.01: m.var(axis=0) > t, "one number", "一个数"),
    "a threshold of its own": (
        "04.5",
        lambda m, t=0.01: np.sum(m.var(axis=0) > 0.01),
        "use the threshold",
        "用了传入的阈值",
    ),
    "every example raised": ("04.6", lambda k, b: np.maximum(k, b).sum(1).mean(), "every example", "每个样本都抬"),
    "the sum raised": ("04.6", lambda k, b: max(k.mean(0).sum(), b), "for each dimension", "给每一维"),
    "the lower of the two": ("04.6", lambda k, b: np.minimum(k.mean(0), b).sum(), "are a floor", "下限"),
    "free bits taken off": ("04.6", lambda k, b: np.maximum(k.mean(0) - b, 0).sum(), "You subtract", "减去了"),
    "a mean over dimensions of the floor": (
        "04.6",
        lambda k, b: np.maximum(k.mean(0), b).mean(),
        "nats add up",
        "应当相加",
    ),
    "squared": ("04.6", lambda k, b: np.sum(np.maximum(k.mean(0), b) ** 2), "the penalty is", "惩罚是"),
    "no free bits": ("04.6", lambda k, b: k.mean(0).sum(), "free bits are missing", "漏了自由比特"),
    "codes kept near 0": ("04.2", lambda m, v, e: np.clip(m + np.exp(v / 2) * e, -3, 3), "far from 0", "离 0 很远"),
    "another threshold by default": (
        "04.5",
        lambda m, threshold=0.1: np.sum(m.var(axis=0) > threshold),
        "without a threshold",
        "不给阈值",
    ),
    "squares around the median": (
        "04.5",
        lambda m, threshold=0.01: np.sum(((m - np.median(m, axis=0)) ** 2).mean(axis=0) > threshold),
        "not around another middle",
        "别的中心",
    ),
    "variances rounded": (
        "04.5",
        lambda m, threshold=0.01: np.sum(m.var(axis=0).round(1) > threshold),
        "not rounded",
        "四舍五入",
    ),
    "spread added up": (
        "04.5",
        lambda m, threshold=0.01: np.sum(((m - m.mean(axis=0)) ** 2).sum(axis=0) > threshold),
        "You count six",
        "数了六维",
    ),
    "free bits taken off the sum": (
        "04.6",
        lambda k, bits: max(k.mean(axis=0).sum() - bits, 0.0),
        "the penalty is",
        "惩罚是",
    ),
}


def kl_in_a_loop(z_mean, z_log_var):
    found = []
    for means, log_vars in zip(z_mean, z_log_var, strict=True):
        found.append(sum((m * m + math.exp(v) - 1 - v) / 2 for m, v in zip(means, log_vars, strict=True)))
    return found


def elbo_in_a_loop(images, logits, z_mean, z_log_var):
    total = 0.0
    for i in range(len(images)):
        for x, a in zip(images[i], logits[i], strict=True):
            total -= max(a, 0) - a * x + math.log1p(math.exp(-abs(a)))
        total -= kl_in_a_loop(z_mean[i : i + 1], z_log_var[i : i + 1])[0]
    return total / len(images)


def bound_in_a_loop(log_weights):
    found = []
    for column in log_weights.T:
        largest = max(column)
        found.append(largest + math.log(sum(math.exp(each - largest) for each in column) / len(column)))
    return found


def active_in_a_loop(z_mean, threshold=0.01):
    count = 0
    for column in zip(*z_mean, strict=True):
        middle = sum(column) / len(column)
        count += sum((each - middle) ** 2 for each in column) / len(column) > threshold
    return int(count)


def penalty_in_a_loop(kl, free_bits):
    total = 0.0
    for column in zip(*kl, strict=True):
        total += max(sum(column) / len(column), free_bits)
    return total


def single(function):
    """In float32 from its arguments to its answer."""
    return lambda *given: np.float32(function(*(np.float32(g) if isinstance(g, np.ndarray) else g for g in given)))


MORE_RIGHT = [
    ("04.1", kl_in_a_loop),
    ("04.1", lambda m, v: np.einsum("bd->b", kl(m, v))),
    ("04.1", lambda m, v: -0.5 * np.sum(1 + v - np.square(m) - np.exp(v), axis=-1)),
    ("04.1", lambda m, v: np.array([kl(*each).sum() for each in zip(m, v, strict=True)])),
    ("04.1", single(lambda m, v: kl(m, v).sum(1))),
    (
        "04.2",
        lambda m, v, noise: [
            [a + math.exp(b / 2) * c for a, b, c in zip(*row, strict=True)] for row in zip(m, v, noise, strict=True)
        ],
    ),
    ("04.2", lambda m, v, noise: m + np.exp(0.5 * v) * noise),
    ("04.2", lambda m, v, noise: np.add(m, np.multiply(np.power(np.e, v / 2), noise))),
    ("04.2", lambda m, v, noise: m + np.sqrt(np.diag(np.exp(v.ravel()))).dot(noise.ravel()).reshape(m.shape)),
    ("04.2", single(lambda m, v, noise: m + np.exp(0.5 * v) * noise)),
    ("04.3", elbo_in_a_loop),
    ("04.3", single(lambda x, a, m, v: np.mean(pixels(x, a).sum(1) - kl(m, v).sum(1)))),
    ("04.3", lambda x, a, m, v: float((pixels(x, a).sum() - kl(m, v).sum()) / len(x))),
    ("04.3", lambda x, a, m, v: np.mean(-np.logaddexp(0, np.where(x > 0, -a, a)).sum(1)) - kl(m, v).sum(1).mean()),
    ("04.3", lambda x, a, m, v: np.array(np.mean(pixels(x, a).sum(1) - kl(m, v).sum(1)))),
    ("04.4", bound_in_a_loop),
    ("04.4", lambda w: np.logaddexp.reduce(w, axis=0) - np.log(w.shape[0])),
    ("04.4", lambda w: normalised(w, w.max(axis=0, keepdims=True))[0]),
    ("04.4", lambda w: logsumexp(w, axis=0, b=1 / len(w)).tolist()),
    ("04.4", single(lambda w: normalised(w, w.max(axis=0)))),
    ("04.5", active_in_a_loop),
    ("04.5", lambda m, threshold=0.01: (np.var(m, axis=0, ddof=1) > threshold).sum()),
    ("04.5", lambda m, threshold=0.01: float(np.count_nonzero(np.std(m, axis=0) > np.sqrt(threshold)))),
    ("04.5", lambda m, threshold=0.01: len([1 for column in m.T if column.var() > threshold])),
    ("04.5", single(lambda m, threshold=0.01: np.sum(m.var(axis=0) > threshold))),
    ("04.5", lambda m, threshold=0.01: sum(m.var(axis=0) > threshold)),
    ("04.6", penalty_in_a_loop),
    ("04.6", lambda k, bits: np.clip(k.mean(axis=0), bits, None).sum()),
    ("04.6", lambda k, bits: np.where(k.mean(0) > bits, k.mean(0), bits).sum()),
    ("04.6", single(lambda k, bits: np.maximum(k.mean(axis=0), bits).sum())),
    ("04.6", lambda k, bits: float(sum(max(each, bits) for each in k.mean(axis=0)))),
]


@pytest.mark.slow  # loads a backend
def test_answers_in_tensors_pass():
    ops = pytest.importorskip("keras").ops

    def kl_of_tensors(m, v):
        return 0.5 * ops.sum(ops.square(m) + ops.exp(v) - 1 - v, axis=-1)

    def elbo_of_tensors(x, a, m, v):
        x, a, m, v = map(ops.convert_to_tensor, (x, a, m, v))
        return ops.mean(ops.sum(x * a - ops.softplus(a), axis=1) - kl_of_tensors(m, v))

    must_pass("04.1", lambda m, v: kl_of_tensors(ops.convert_to_tensor(m), ops.convert_to_tensor(v)))
    must_pass("04.2", lambda m, v, noise: ops.add(m, ops.multiply(ops.exp(0.5 * ops.convert_to_tensor(v)), noise)))
    must_pass("04.3", elbo_of_tensors)
    must_pass("04.4", lambda w: ops.logsumexp(w, axis=0) - math.log(len(w)))
    must_pass("04.5", lambda m, threshold=0.01: ops.sum(ops.cast(ops.var(m, axis=0) > threshold, "int32")))
    must_pass("04.6", lambda k, bits: ops.sum(ops.maximum(ops.mean(k, axis=0), bits)))


def right_elbo(x, a, m, v):
    return np.mean(pixels(x, a).sum(1) - kl(m, v).sum(1))


def right_bound(w):
    return normalised(w, w.max(axis=0))


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def clipped_pixels(x, a, floor=1e-7):
    p = np.clip(sigmoid(a), floor, 1 - floor)
    return x * np.log(p) + (1 - x) * np.log(1 - p)


def shift(change):
    """A code whose deviation is made in another way."""
    return lambda m, v, noise: m + change(v) * noise


MORE_WRONG = [
    ("04.1", kept_for_a_shape(RIGHT["04.1"]), "same answer as before"),
    ("04.1", lambda m, v: 0.5 * (m**2 + np.exp(v) - v).sum(-1), "-1 of (6) is missing"),
    ("04.1", lambda m, v: 0.5 * ((m**2 + np.exp(v) - v).sum(-1) - 1), "once for the whole code"),
    ("04.1", lambda m, v: 0.5 * (m**2).sum(-1), "means alone"),
    ("04.1", lambda m, v: 0.5 * (np.exp(v) - 1 - v).sum(-1), "variances alone"),
    ("04.1", lambda m, v: 0.5 * (m**2 + np.exp(v / 2) - 1 - v).sum(-1), "not the standard deviation"),
    ("04.1", lambda m, v: 0.5 * (m**2 + v**2 - 1 - np.log(v**2)).sum(-1), ""),
    ("04.1", lambda m, v: kl(m, v).sum(-1) / np.log(2), "bits"),
    ("04.1", lambda m, v: np.full(len(m), kl(m, v).sum(-1).mean()), "mean of the batch"),
    ("04.1", lambda m, v: kl(m, v), "Which axis"),
    ("04.1", lambda m, v: kl(m, v).sum(-1, keepdims=True), "Which axis"),
    ("04.1", lambda m, v: kl(m, v).sum(-1).mean(), "Which axis"),
    ("04.1", lambda m, v: np.abs(kl(m, v) - 0.2).sum(-1), "the divergence is"),
    ("04.1", lambda m, v: 0.5 * (m**2 + np.exp(v) + 1 - v).sum(-1), "the divergence is"),
    ("04.1", lambda m, v: 0.5 * (m**2 + np.exp(v) - 1 + v).sum(-1), "the divergence is"),
    ("04.1", lambda m, v: 0.5 * (m**2 + np.exp(-v) - 1 + v).sum(-1), "the divergence is"),
    ("04.1", lambda m, v: kl(m[:, :3], v[:, :3]).sum(-1), ""),
    ("04.1", lambda m, v: kl(np.squeeze(m), np.squeeze(v)).sum(-1), ""),
    ("04.1", lambda m, v: kl(m, np.clip(v, -10, 10)).sum(-1), ""),
    ("04.1", lambda m, v: kl(m, v).max(-1), ""),
    ("04.2", shift(lambda v: 1.0), "not scaled"),
    ("04.2", shift(lambda v: np.exp(v) * 0.5), "half of the variance"),
    ("04.2", shift(lambda v: np.exp(2 * v)), "square of the variance"),
    ("04.2", shift(lambda v: np.exp(-0.5 * v)), "divide by"),
    ("04.2", shift(lambda v: 0.5 * v), "half the logarithm"),
    ("04.2", shift(lambda v: np.sqrt(np.abs(v))), "root of the logarithm"),
    ("04.2", shift(lambda v: np.exp(0.5 * v) + 1e-2), "the code is"),
    ("04.2", shift(lambda v: np.exp(0.5 * v[:1])), ""),
    ("04.2", lambda m, v, n: m + np.exp(v / 2), "where has the noise gone"),
    ("04.2", lambda m, v, n: n, "noise itself"),
    ("04.2", lambda m, v, n: np.exp(v / 2) * (m + n), "scale the mean as well"),
    ("04.2", lambda m, v, n: m + np.exp(v / 2) * n[:, :1], "All dimensions share"),
    ("04.2", lambda m, v, n: m + np.exp(v / 2) * n[::-1], ""),
    ("04.2", lambda m, v, n: m + np.exp(v / 2) * np.abs(n), ""),
    ("04.2", lambda m, v, n: m + np.exp(v / 2) * n + np.random.normal(size=m.shape), "draw none yourself"),
    ("04.2", lambda m, v, n: m + np.exp(v / 2) * np.random.default_rng(0).normal(size=m.shape), "draw none yourself"),
    ("04.2", lambda m, v, n: (m + np.exp(v / 2) * n).mean(0), "Which axis"),
    ("04.2", lambda m, v, n: np.random.default_rng(1).normal(m, np.exp(v / 2)), "draw none yourself"),
    ("04.3", lambda x, a, m, v: np.mean(pixels(x, a).sum(1) - kl(m, v).mean(1)), "dimensions of the code"),
    ("04.3", lambda x, a, m, v: np.mean(pixels(x, a).mean(1) - kl(m, v).mean(1)), "both are sums"),
    ("04.3", lambda x, a, m, v: np.mean(pixels(x, a)) - np.mean(kl(m, v)), "both are sums"),
    ("04.3", lambda x, a, m, v: np.mean(pixels(x, a).sum(1) - 2 * kl(m, v).sum(1)), "twice too large"),
    ("04.3", lambda x, a, m, v: -np.mean(kl(m, v).sum(1)), "KL alone"),
    ("04.3", lambda x, a, m, v: np.mean(-pixels(x, a).sum(1) - kl(m, v).sum(1)), "wrong sign"),
    ("04.3", lambda x, a, m, v: np.mean((x * -np.logaddexp(0, -a)).sum(1) - kl(m, v).sum(1)), "black ones"),
    ("04.3", lambda x, a, m, v: right_elbo(1 - x, a, m, v), "changed places"),
    (
        "04.3",
        lambda x, a, m, v: np.mean((x * np.log(a) + (1 - x) * np.log(1 - a)).sum(1) - kl(m, v).sum(1)),
        "for probabilities",
    ),
    ("04.3", lambda x, a, m, v: np.mean(-((x - sigmoid(a)) ** 2).sum(1) - kl(m, v).sum(1)), "squared errors"),
    ("04.3", lambda x, a, m, v: right_elbo(x[:1], a[:1], m[:1], v[:1]), "first image alone"),
    ("04.3", lambda x, a, m, v: right_elbo(x[:3], a[:3], m[:3], v[:3]), ""),
    ("04.3", lambda x, a, m, v: np.mean(clipped_pixels(x, a).sum(1) - kl(m, v).sum(1)), "exp(1000) overflows"),
    ("04.3", lambda x, a, m, v: right_elbo(x, np.clip(a, -500, 500), m, v), "exp(1000) overflows"),
    ("04.3", lambda x, a, m, v: right_elbo(x, a, m, v) / np.log(2), ""),
    ("04.3", lambda x, a, m, v: right_elbo(x, a, v, m), ""),
    ("04.3", lambda x, a, m, v: right_elbo(a, x, m, v), ""),
    ("04.3", lambda x, a, m, v: [right_elbo(x, a, m, v)], "one number"),
    ("04.3", lambda x, a, m, v: np.mean(pixels(x, a).sum(0)) - np.mean(kl(m, v).sum(1)), ""),
    ("04.4", lambda w: w.sum(0), "sum of the logarithms"),
    ("04.4", lambda w: np.log(np.exp(w).sum(0)) / len(w), "divide the sum"),
    ("04.4", lambda w: np.log(np.exp(w).sum(0) / w.shape[1]), "number of images"),
    ("04.4", lambda w: right_bound(w) - w.max(0), "did not add it again"),
    ("04.4", lambda w: np.exp(right_bound(w)), "logarithm is missing"),
    ("04.4", lambda w: -right_bound(w), "sign is turned"),
    ("04.4", lambda w: right_bound(w) / np.log(2), "bits"),
    ("04.4", lambda w: right_bound(w.T), "Which axis"),
    ("04.4", lambda w: right_bound(w).mean(), "Which axis"),
    ("04.4", lambda w: np.log(np.mean(np.exp(w))), "Which axis"),
    ("04.4", lambda w: np.log(np.mean(np.exp(w), axis=0)), "became 0 or infinite"),
    ("04.4", lambda w: np.log(np.mean(np.exp(w), axis=0) + 1e-30), "became 0 or infinite"),
    ("04.4", lambda w: np.log(np.mean(np.exp(np.maximum(w, -700)), axis=0)), "became 0 or infinite"),
    ("04.4", lambda w: normalised(w, w.mean(0)), "became 0 or infinite"),
    ("04.4", lambda w: normalised(w, w[0]), "became 0 or infinite"),
    ("04.4", lambda w: normalised(w, w.min(0)), "became 0 or infinite"),
    ("04.4", lambda w: w.max(0) + np.log(np.mean(np.exp(w - w.max()), axis=0)), ""),
    ("04.4", lambda w: np.squeeze(right_bound(w)), ""),
    ("04.4", lambda w: logsumexp(w, axis=0) - np.log(4), ""),
    ("04.5", lambda m, threshold=0.01: np.sum(m.var(axis=0) <= threshold), "not active"),
    ("04.5", lambda m, threshold=0.01: m.shape[1], "all dimensions"),
    ("04.5", lambda m, threshold=0.01: np.mean(m.var(axis=0) > threshold), "share"),
    ("04.5", lambda m, threshold=0.01: m.var(axis=0)[m.var(axis=0) > threshold].sum(), "add the variances"),
    ("04.5", lambda m, threshold=0.01: np.sum(m > threshold), "single numbers"),
    ("04.5", lambda m, threshold=0.01: m.var(axis=0) > threshold, "shape"),
    ("04.5", lambda m, threshold=0.01: np.flatnonzero(m.var(axis=0) > threshold), "shape"),
    ("04.5", lambda m, threshold=0.01: [np.sum(m.var(axis=0) > threshold)], "shape"),
    ("04.5", lambda m, threshold=0.01: np.sum(m.var(axis=0) >= threshold), "never changes"),
    ("04.5", lambda m, threshold=0.01: np.sum(m.var() > threshold), ""),
    ("04.5", lambda m, threshold=0.01: np.sum(m.var(axis=0) > 0.01), "threshold it is given"),
    ("04.5", lambda m, threshold=0.01: np.sum(m.max(axis=0) > threshold), ""),
    ("04.5", lambda m, threshold=0.01: np.sum(np.ptp(m, axis=0) > threshold), ""),
    ("04.5", lambda m, threshold=0.01: 3, "same answer as before"),
    ("04.5", lambda m, threshold=0.01: np.sum(m.var(axis=0)[:11] > threshold) if m.shape[1] == 11 else 3, ""),
    ("04.5", lambda m, threshold=0.01: "three", "numbers"),
    ("04.5", lambda m, threshold=0.01: np.sum(m[:100].var(axis=0) > threshold) - 1, "you say 2"),
    ("04.6", lambda k, b: np.sum(np.maximum(k, b)), "and add them all"),
    ("04.6", lambda k, b: np.sum(np.maximum(k.sum(0), b)), "add over the batch"),
    ("04.6", lambda k, b: np.maximum(k.mean(0), b), "for each dimension"),
    ("04.6", lambda k, b: np.sum(np.where(k.mean(0) > b, k.mean(0), 0)), "below the free bits"),
    ("04.6", lambda k, b: np.sum(k.mean(0) + b), "to every dimension"),
    ("04.6", lambda k, b: np.sum(np.maximum(k.mean(1), b)), "axis 0"),
    ("04.6", lambda k, b: np.maximum(k.mean(0).sum(), b), "sum of all"),
    ("04.6", lambda k, b: np.mean(np.maximum(k.sum(1), b)), "sum of all"),
    ("04.6", lambda k, b: np.maximum(k.mean(0).sum(), b * k.shape[1]), ""),
    ("04.6", lambda k, b: -np.sum(np.maximum(k.mean(0), b)), "sign is turned"),
    ("04.6", lambda k, b: np.sum(np.maximum(k.mean(0), 0.25)), ""),
    ("04.6", lambda k, b: np.sum(np.maximum(k[0], b)), ""),
    ("04.6", lambda k, b: np.sum(np.maximum(np.median(k, 0), b)), ""),
    ("04.6", lambda k, b: np.sum(np.maximum(k.max(0), b)), ""),
    ("04.6", lambda k, b: np.sum(np.maximum(np.squeeze(k).mean(0), b)), ""),
    ("04.6", lambda k, b: np.sum(np.maximum(k.mean(0), b)) - b, ""),
    ("04.6", lambda k, b: np.sum(np.maximum(k.mean(0)[:3], b)), ""),
    ("04.6", lambda k, b: [np.sum(np.maximum(k.mean(0), b))], "one number"),
    ("04.6", lambda k, b: np.sum(np.maximum(k.sum(0) / 4, b)), ""),
]

ARRAYS = {"04.1": RIGHT["04.1"], "04.2": RIGHT["04.2"], "04.4": right_bound}
SINGLE = {"04.3": right_elbo, "04.6": RIGHT["04.6"]}


test_other_ways_to_be_right_pass = each_passes(MORE_RIGHT)


test_an_answer_may_come_in_any_form = each_form_passes(ARRAYS)


test_more_wrong_answers_are_refused_by_what_is_wrong = each_fails(MORE_WRONG)


@pytest.mark.parametrize("name", SPOILT)
@pytest.mark.parametrize("number", ARRAYS | SINGLE)
def test_spoilt_answers_are_refused(number, name):
    change, words = SPOILT[name]
    must_fail(number, change((ARRAYS | SINGLE)[number]), words)


@pytest.mark.parametrize("name", SPOILT_BATCHES)
@pytest.mark.parametrize("number", ARRAYS)
def test_spoilt_batches_are_refused(number, name):
    change, words = SPOILT_BATCHES[name]
    must_fail(number, change(ARRAYS[number]), words if words == "squeeze()" else "")


test_a_first_answer_kept_for_ever_is_refused = each_kept_fails(RIGHT)


WRITTEN = [("04.1", 2), ("04.2", 3), ("04.3", 4), ("04.4", 1), ("04.5", 1), ("04.6", 1)]


@pytest.mark.parametrize(("number", "count"), WRITTEN)
def test_writing_into_what_was_given_is_refused(number, count):
    for place in range(count):
        must_fail(number, writing(place)(RIGHT[number]), "write into the caller's")


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number):
    must_pass(number, RIGHT[number])


test_a_wrong_answer_gets_the_hint_meant_for_it = each_gets_its_hint(WRONG)


def test_every_exercise_has_at_least_four_wrong_answers():
    must_cover(RIGHT, WRONG, at_least=4)


@pytest.mark.parametrize("number", RIGHT)
def test_the_stub_is_not_attempted_yet(number: str) -> None:
    def stub(*_arguments):
        raise NotImplementedError

    assert check(number, stub).status == "not attempted"
