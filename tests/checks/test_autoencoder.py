"""Each exercise of chapter 03 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import numpy as np
import pytest

from .answers import must_cover, must_get_its_hint, must_pass


def directions_of(inputs):
    return np.linalg.svd(inputs, full_matrices=False)[2]


def right_pca(inputs, code_dim):
    mean = inputs.mean(axis=0)
    kept = directions_of(inputs - mean)[:code_dim]
    return (inputs - mean) @ kept.T @ kept + mean


def project(inputs, kept, mean):
    return (inputs - mean) @ kept.T @ kept + mean


def right_nats(targets, logits):
    return np.sum(np.logaddexp(0, logits) - targets * logits, axis=1)


def first_form(targets, logits, floor=0.0):
    p = np.clip(1 / (1 + np.exp(-logits)), floor, 1 - floor)
    return -np.sum(targets * np.log(p) + (1 - targets) * np.log(1 - p), axis=1)


def right_pair(pictures, share, generator):
    return pictures * (generator.random(pictures.shape) >= share), pictures


def pair_in_place(pictures, share, generator):
    pictures[generator.random(pictures.shape) < share] = 0
    return pictures, pictures


def pair_multiplied_in_place(pictures, share, generator):
    clean = np.array(pictures)
    pictures *= generator.random(pictures.shape) >= share
    return pictures, clean


def pair_twice(pictures, share, generator):
    spoilt = pictures * (generator.random(pictures.shape) >= share)
    return spoilt, spoilt


def right_area(scores, outlier):
    strange, usual = scores[outlier][:, None], scores[~outlier][None, :]
    return float(np.mean((strange > usual) + 0.5 * (strange == usual)))


def area_by_ranks(scores, outlier):
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    strange = outlier.sum()
    return (ranks[outlier].sum() - strange * (strange + 1) / 2) / (strange * (~outlier).sum())


def compare(scores, outlier, rule):
    return float(np.mean(rule(scores[outlier][:, None], scores[~outlier][None, :])))


def divergence(p, q):
    return p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))


def kept_means(code, axis=0):
    return np.clip(code.mean(axis=axis), 1e-6, 1 - 1e-6)


def right_penalty(code, rate):
    return float(divergence(rate, kept_means(code)).sum())


def right_directions(inputs, code_dim):
    """By eigenvectors of the covariance, as the library does it."""
    centred = inputs - inputs.mean(axis=0)
    return np.linalg.eigh(centred.T @ centred)[1].T[::-1][:code_dim]


def stable_nats(targets, logits):
    """The form that Keras and PyTorch use."""
    return np.sum(np.maximum(logits, 0) - targets * logits + np.log1p(np.exp(-np.abs(logits))), axis=1)


def pair_by_where(pictures, share, generator):
    return np.where(generator.random(pictures.shape) < share, 0, pictures), pictures.copy()


RIGHT = {
    "03.1": [right_pca, lambda inputs, code_dim: project(inputs, right_directions(inputs, code_dim), inputs.mean(0))],
    "03.2": [right_nats, stable_nats],
    "03.3": [right_pair, pair_by_where],
    "03.4": [right_area, area_by_ranks],
    "03.5": [right_penalty, lambda code, rate: divergence(rate, kept_means(code)).sum()],
}

WRONG = {
    "never centres": ("03.1", lambda x, k: project(x, directions_of(x)[:k], 0), "did not centre", "没有先减去均值"),
    "centres for encoding alone": (
        "03.1",
        lambda x, k: project(x, directions_of(x)[:k], x.mean(0)),
        "not before np.linalg.svd",
        "np.linalg.svd 时却没有",
    ),
    "forgets to add the mean": ("03.1", lambda x, k: right_pca(x, k) - x.mean(0), "add it back", "要加回来"),
    "takes columns for rows": (
        "03.1",
        lambda x, k: project(x, directions_of(x - x.mean(0))[:, :k].T, x.mean(0)),
        "are its rows",
        "它的行",
    ),
    "keeps the last directions": (
        "03.1",
        lambda x, k: project(x, directions_of(x - x.mean(0))[-k:], x.mean(0)),
        "vary least",
        "变化最小",
    ),
    "returns the codes": (
        "03.1",
        lambda x, k: (x - x.mean(0)) @ directions_of(x - x.mean(0))[:k].T,
        "return the codes",
        "返回的是编码",
    ),
    "keeps everything": ("03.1", lambda x, k: x, "inputs unchanged", "原样返回"),
    "always keeps two": ("03.1", lambda x, k: right_pca(x, 2), "same number of components", "同样多的成分"),
    "averages over the features": (
        "03.2",
        lambda x, a: right_nats(x, a) / x.shape[1],
        "average over the features",
        "求了平均",
    ),
    "sums over everything": ("03.2", lambda x, a: right_nats(x, a).sum(), "whole batch", "整批"),
    "turns the sign around": ("03.2", lambda x, a: -right_nats(x, a), "sign is turned around", "正负号反了"),
    "forgets the paper": (
        "03.2",
        lambda x, a: np.sum(x * np.logaddexp(0, -a), axis=1),
        "paper has a price",
        "没墨的部分",
    ),
    "overflows": ("03.2", first_form, "np.logaddexp(0, a)", "np.logaddexp(0, a)"),
    "clips probabilities": (
        "03.2",
        lambda x, a: first_form(x, a, 1e-7),
        "hides the worst mistakes",
        "掩盖最严重的错误",
    ),
    "takes probabilities for logits": (
        "03.2",
        lambda x, a: np.sum((x - a) ** 2, axis=1),
        "the loss is",
        "损失是",
    ),
    "changes the caller's array": (
        "03.3",
        pair_in_place,
        "write into the caller's `pictures`",
        "改写了调用者的 `pictures`",
    ),
    "multiplies the caller's array": (
        "03.3",
        pair_multiplied_in_place,
        "write into the caller's `pictures`",
        "改写了调用者的 `pictures`",
    ),
    "spoils the target too": ("03.3", pair_twice, "target is spoilt too", "目标也被弄脏"),
    "keeps what should go": (
        "03.3",
        lambda x, share, g: (x * (g.random(x.shape) < share), x),
        "keep what should be removed",
        "该去掉的留下了",
    ),
    "drops whole pictures": (
        "03.3",
        lambda x, share, g: (x * (g.random((len(x), 1)) >= share), x),
        "Whole rows",
        "整行或整列",
    ),
    "drops the same pixels everywhere": (
        "03.3",
        lambda x, share, g: (x * (g.random(x.shape[1]) >= share), x),
        "Whole rows or columns",
        "整行或整列",
    ),
    "turns the pair around": ("03.3", lambda *given: right_pair(*given)[::-1], "Is the order right", "次序对吗"),
    "returns one array": ("03.3", lambda *given: right_pair(*given)[0], "Return two arrays", "两个数组"),
    "brings its own generator": (
        "03.3",
        lambda x, share, g: right_pair(x, share, np.random.default_rng(0)),
        "draw from the generator",
        "取自传入的 generator",
    ),
    "asks NumPy's global generator": (
        "03.3",
        lambda x, share, g: (x * (np.random.random(x.shape) >= share), x),
        "not from NumPy's global one",
        "全局随机数",
    ),
    "writes the share into the code": (
        "03.3",
        lambda x, share, g: right_pair(x, 0.3, g),
        "written into the code",
        "写死",
    ),
    "drops as many in every picture": (
        "03.3",
        lambda x, share, g: (x * (g.random(x.shape).argsort(axis=1) >= round(share * x.shape[1])), x),
        "the count must vary",
        "有多有少",
    ),
    "scales what is left": (
        "03.3",
        lambda x, share, g: (right_pair(x, share, g)[0] / (1 - share), x),
        "stay as they are",
        "保持原样",
    ),
    "turns the order around": ("03.4", lambda s, o: 1 - right_area(s, o), "ordinary* example scores", "平常"),
    "counts ties as wins": ("03.4", lambda s, o: compare(s, o, np.greater_equal), "full wins", "也算成赢"),
    "counts ties as losses": ("03.4", lambda s, o: compare(s, o, np.greater), "as losses", "算成输"),
    "counts and does not divide": (
        "03.4",
        lambda s, o: right_area(s, o) * o.sum() * (~o).sum(),
        "divide by how many",
        "除以总对数",
    ),
    "divides by all pairs": (
        "03.4",
        lambda s, o: right_area(s, o) * o.sum() * (~o).sum() / len(s) ** 2,
        "all pairs of examples",
        "所有样本的配对数",
    ),
    "returns an accuracy": ("03.4", lambda s, o: float(np.mean((s > 0.5) == o)), "the area is 5/6", "面积是 5/6"),
    "averages over the units": (
        "03.5",
        lambda c, r: float(divergence(r, kept_means(c, axis=1)).sum()),
        "over the batch, axis 0",
        "轴 0",
    ),
    "turns the divergence around": (
        "03.5",
        lambda c, r: float(divergence(kept_means(c), r).sum()),
        "divergence is turned around",
        "方向反了",
    ),
    "forgets the second term": (
        "03.5",
        lambda c, r: float(np.sum(r * np.log(r / kept_means(c)))),
        "second term is missing",
        "缺了第二项",
    ),
    "takes a mean of the units": ("03.5", lambda c, r: right_penalty(c, r) / c.shape[1], "(6) is a sum", "(6) 是求和"),
    "lets a silent unit cost infinity": (
        "03.5",
        lambda c, r: float(divergence(r, c.mean(axis=0)).sum()),
        "infinite or NaN",
        "无穷或 NaN",
    ),
    "lets a busy unit cost infinity": (
        "03.5",
        lambda c, r: float(divergence(r, np.maximum(c.mean(axis=0), 1e-6)).sum()),
        "always active makes your penalty infinite",
        "始终活跃的单元让",
    ),
    "writes the rate into the code": (
        "03.5",
        lambda c, r: right_penalty(c, 0.05),
        "the rate written into the code",
        "把比例写死",
    ),
    "returns a number per unit": (
        "03.5",
        lambda c, r: divergence(r, kept_means(c)),
        "one number per unit",
        "每个单元各返回",
    ),
    "charges the absolute sum": (
        "03.5",
        lambda c, r: float(np.abs(c).sum(axis=1).mean()),
        "the penalty is",
        "惩罚是",
    ),
}


@pytest.mark.parametrize("number", RIGHT)
def test_every_right_answer_passes(number):
    for function in RIGHT[number]:
        must_pass(number, function)


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_answer_gets_the_hint_meant_for_it(mistake):
    must_get_its_hint(WRONG[mistake])


def test_every_exercise_has_at_least_four_wrong_answers():
    must_cover(RIGHT, WRONG, at_least=4)
