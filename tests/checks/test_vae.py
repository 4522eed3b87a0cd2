"""Each exercise of chapter 04 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp

from course_lib import check

from .answers import must_cover, must_get_its_hint, must_pass


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
    "the noise taken off": ("04.2", lambda m, v, n: m - np.exp(v / 2) * n, "the code is", "编码应为"),
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
        "Return one number",
        "应返回一个数",
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
}


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number):
    must_pass(number, RIGHT[number])


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_answer_gets_the_hint_meant_for_it(mistake):
    must_get_its_hint(WRONG[mistake])


def test_every_exercise_has_at_least_four_wrong_answers():
    must_cover(RIGHT, WRONG, at_least=4)


@pytest.mark.parametrize("number", RIGHT)
def test_the_stub_is_not_attempted_yet(number: str) -> None:
    def stub(*_arguments):
        raise NotImplementedError

    assert check(number, stub).status == "not attempted"
