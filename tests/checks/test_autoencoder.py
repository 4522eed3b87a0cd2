"""Each exercise of chapter 03 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest

from .answers import (
    SPOILT,
    SPOILT_BATCHES,
    each_fails,
    each_form_passes,
    each_gets_its_hint,
    each_passes,
    for_ever,
    must_cover,
    must_fail,
    must_pass,
    writing,
)


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
        "改写了传进来的 `pictures`",
    ),
    "multiplies the caller's array": (
        "03.3",
        pair_multiplied_in_place,
        "write into the caller's `pictures`",
        "改写了传进来的 `pictures`",
    ),
    "spoils the target too": ("03.3", pair_twice, "target is spoilt too", "目标也被破坏"),
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
        "left as they are",
        "保持原样",
    ),
    "turns the order around": ("03.4", lambda s, o: 1 - right_area(s, o), "ordinary* example scores", "平常"),
    "counts ties as wins": ("03.4", lambda s, o: compare(s, o, np.greater_equal), "full wins", "算成了赢"),
    "counts ties as losses": ("03.4", lambda s, o: compare(s, o, np.greater), "count for nothing", "不得分"),
    "counts and does not divide": (
        "03.4",
        lambda s, o: right_area(s, o) * o.sum() * (~o).sum(),
        "divide by how many",
        "除以配对的总数",
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
    "takes a mean of the units": (
        "03.5",
        lambda c, r: right_penalty(c, r) / c.shape[1],
        "(6) is a sum",
        "(6) 式是求和",
    ),
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
    "draws from a copy of the generator": (
        "03.3",
        lambda x, share, g: right_pair(x, share, copy.deepcopy(g)),
        "same noise both times",
        "噪声竟完全一样",
    ),
    "takes near scores for ties": (
        "03.4",
        lambda s, o: float(np.where(np.abs(s[o][:, None] - s[~o]) < 0.05, 0.5, s[o][:, None] > s[~o]).mean()),
        "are no tie",
        "不等于相等",
    ),
    "counts pairs of two outliers too": (
        "03.4",
        lambda s, o: right_area(s, o) * o.sum() * (~o).sum() / (len(s) * (len(s) - 1) / 2),
        "there are six pairs",
        "共有六对",
    ),
    "limits the numbers before the mean": (
        "03.5",
        lambda c, r: float(divergence(r, np.clip(c, 1e-6, 1 - 1e-6).mean(axis=0)).sum()),
        "Limit the means",
        "要限制的是平均值",
    ),
}


def pca_by_hand(inputs, code_dim):
    """The directions one by one, each row by itself, lists at the end."""
    mean = inputs.sum(axis=0) / len(inputs)
    kept = np.linalg.svd(inputs - mean, full_matrices=False)[2][:code_dim]
    found = []
    for row in inputs:
        again = mean.copy()
        for direction in kept:
            again += float((row - mean) @ direction) * direction
        found.append(again.tolist())
    return found


def nats_in_a_loop(targets, logits):
    found = []
    for xs, row in zip(targets, logits, strict=True):
        found.append(sum(max(a, 0) - a * x + math.log1p(math.exp(-abs(a))) for x, a in zip(xs, row, strict=True)))
    return found


def pair_by_a_copy(pictures, share, generator):
    noisy = pictures.copy()
    mask = generator.random(pictures.shape) < share
    noisy[mask] = 0
    return noisy, pictures


def pair_in_a_loop(pictures, share, generator):
    noisy = [[0.0 if generator.random() < share else float(each) for each in row] for row in pictures]
    return [noisy, pictures.tolist()]


def area_in_a_loop(scores, outlier):
    worth, count = 0.0, 0
    for score, strange in zip(scores, outlier, strict=True):
        for other, too in zip(scores, outlier, strict=True):
            if strange and not too:
                count += 1
                worth += 1 if score > other else 0.5 if score == other else 0
    return worth / count


def penalty_in_a_loop(code, rate):
    total = 0.0
    for column in code.T:
        q = min(max(sum(column) / len(column), 1e-6), 1 - 1e-6)
        total += rate * math.log(rate / q) + (1 - rate) * math.log((1 - rate) / (1 - q))
    return total


def single(function):
    """In float32 from its arguments to its answer."""
    return lambda *given: np.float32(function(*(g.astype(np.float32) if is_float(g) else g for g in given)))


def is_float(value):
    return isinstance(value, np.ndarray) and value.dtype == np.float64


MORE_RIGHT = [
    ("03.1", pca_by_hand),
    ("03.1", single(right_pca)),
    (
        "03.1",
        lambda x, k: (lambda u, s, v: (u[:, :k] * s[:k]) @ v[:k] + x.mean(0))(
            *np.linalg.svd(x - x.mean(0), full_matrices=False)
        ),
    ),
    ("03.1", lambda x, k: project(x, np.linalg.eigh(np.cov(x.T))[1][:, ::-1][:, :k].T, x.mean(0))),
    (
        "03.1",
        lambda x, k: x.mean(0) + np.einsum("nd,kd,ke->ne", x - x.mean(0), *[directions_of(x - x.mean(0))[:k]] * 2),
    ),
    ("03.2", nats_in_a_loop),
    ("03.2", single(right_nats)),
    ("03.2", single(stable_nats)),
    ("03.2", lambda x, a: (x * np.logaddexp(0, -a) + (1 - x) * np.logaddexp(0, a)).sum(-1)),
    ("03.2", lambda x, a: np.array([right_nats(x[i : i + 1], a[i : i + 1])[0] for i in range(len(x))])),
    ("03.3", pair_by_a_copy),
    ("03.3", pair_in_a_loop),
    ("03.3", lambda p, share, g: np.stack(right_pair(p, share, g))),
    ("03.3", lambda p, share, g: list(right_pair(p, share, g))),
    ("03.3", lambda p, share, g: tuple(np.float32(part) for part in right_pair(p, share, g))),
    ("03.3", lambda p, share, g: (p * g.binomial(1, 1 - share, p.shape), p)),
    ("03.3", lambda p, share, g: (np.multiply(p, g.random(p.shape) >= share), p.copy())),
    ("03.4", area_in_a_loop),
    ("03.4", lambda s, o: np.float32(right_area(s, o))),
    ("03.4", lambda s, o: np.array(right_area(s, o))),
    ("03.4", lambda s, o: 0.5 + 0.5 * np.sign(s[o][:, None] - s[~o]).mean()),
    ("03.4", lambda s, o: (compare(s, o, np.greater) + compare(s, o, np.greater_equal)) / 2),
    ("03.5", penalty_in_a_loop),
    ("03.5", single(right_penalty)),
    ("03.5", lambda c, r: np.array(right_penalty(c, r))),
    ("03.5", lambda c, r: sum(divergence(r, q) for q in kept_means(c))),
    (
        "03.5",
        lambda c, r: np.sum(
            r * (np.log(r) - np.log(kept_means(c))) + (1 - r) * (np.log1p(-r) - np.log1p(-kept_means(c)))
        ),
    ),
]


def by_columns(x, k, mean):
    return project(x, directions_of(x - mean)[:k], mean)


def spoiling(gone, clean=None):
    """A pair whose zeros come from elsewhere: `gone(pictures, share, generator)` says which."""
    return lambda p, share, g: (np.where(gone(p, share, g), 0, p), p if clean is None else clean(p))


def exactly(p, share, g):
    chosen = np.zeros(p.size, bool)
    chosen[g.permutation(p.size)[: int(share * p.size)]] = True
    return chosen.reshape(p.shape)


def row_by_row(p, share, g):
    return np.argsort(np.argsort(g.random(p.shape), axis=1), axis=1) < share * p.shape[1]


MORE_WRONG = [
    ("03.1", lambda x, k: right_pca(x, k + 1), "you keep 3"),
    ("03.1", lambda x, k: right_pca(x, k - 1), "you keep 1"),
    ("03.1", lambda x, k: right_pca(x, k) + x.mean(0), "added twice"),
    ("03.1", lambda x, k: by_columns(x, k, x.mean()), "mean of all"),
    ("03.1", lambda x, k: by_columns(x, k, x.mean(1, keepdims=True)), "mean of each example"),
    ("03.1", lambda x, k: project(x, directions_of(x - x.mean(0))[1 : k + 1], x.mean(0)), "first direction out"),
    ("03.1", lambda x, k: project(x, directions_of(x - x.mean(0))[k - 1 : k], x.mean(0)), "keep one direction"),
    (
        "03.1",
        lambda x, k: x @ directions_of(x - x.mean(0))[:k].T @ directions_of(x - x.mean(0))[:k],
        "encode the inputs",
    ),
    (
        "03.1",
        lambda x, k: x @ directions_of(x - x.mean(0))[:k].T @ directions_of(x - x.mean(0))[:k] + x.mean(0),
        "encode the inputs",
    ),
    ("03.1", lambda x, k: np.tile(x.mean(0), (len(x), 1)), "as the mean"),
    ("03.1", lambda x, k: by_columns(x / x.std(0), k, (x / x.std(0)).mean(0)) * x.std(0), "standard deviations"),
    ("03.1", lambda x, k: np.round(right_pca(x, k)), ""),
    ("03.1", lambda x, k: np.abs(right_pca(x, k) - 6), ""),
    ("03.1", lambda x, k: right_pca(x[:6], k), ""),
    ("03.1", lambda x, k: right_pca(x.T, k).T, ""),
    ("03.1", lambda x, k: directions_of(x - x.mean(0))[:k], "shape of the inputs"),
    ("03.1", lambda x, k: right_pca(x, 1), ""),
    ("03.1", lambda x, k: right_pca(x[:, :4], 2) if k == 2 else right_pca(x, k) * 1.01, ""),
    ("03.2", lambda x, a: stable_nats(x, a).mean(), "whole batch"),
    ("03.2", lambda x, a: np.sum(np.logaddexp(0, a) - x * a, axis=0), "sum over the batch"),
    ("03.2", lambda x, a: np.logaddexp(0, a) - x * a, "for each feature"),
    ("03.2", lambda x, a: np.sum((1 - x) * np.logaddexp(0, a), axis=1), "paper alone"),
    ("03.2", lambda x, a: right_nats(1 - x, a), "changed places"),
    (
        "03.2",
        lambda x, a: np.sum(x * np.logaddexp(0, -a) - (1 - x) * np.logaddexp(0, a), axis=1),
        "subtract the second",
    ),
    ("03.2", lambda x, a: np.sum(np.logaddexp(0, a) + x * a, axis=1), "you add it"),
    ("03.2", lambda x, a: np.sum(np.logaddexp(0, a), axis=1), "targets have no part"),
    ("03.2", lambda x, a: np.sum((x - 1 / (1 + np.exp(-a))) ** 2, axis=1), "squared errors"),
    ("03.2", lambda x, a: -np.sum(x * np.log(a) + (1 - x) * np.log(1 - a), axis=1), "for probabilities"),
    ("03.2", lambda x, a: right_nats(x, a) / np.log(2), "bits"),
    ("03.2", lambda x, a: -(x * (a - np.logaddexp.reduce(a, axis=1)[:, None])).sum(1), "softmax over the features"),
    ("03.2", lambda x, a: np.full(len(x), right_nats(x, a).mean()), "mean of the batch"),
    ("03.2", lambda x, a: right_nats(x > 0.5, a), "the loss is"),
    ("03.2", lambda x, a: right_nats(x, np.clip(a, -500, 500)), "Clipping"),
    ("03.2", lambda x, a: right_nats(x, np.clip(a, -30, 30)), "Clipping"),
    ("03.2", lambda x, a: first_form(x, a, 1e-12), ""),
    ("03.2", lambda x, a: right_nats(a, x), "the loss is"),
    ("03.2", lambda x, a: right_nats(x, a)[:, None], "shape"),
    ("03.2", lambda x, a: right_nats(np.squeeze(x), np.squeeze(a)), ""),
    ("03.3", lambda p, share, g: right_pair(p, share, g)[::-1], "order right"),
    ("03.3", lambda p, share, g: right_pair(p, share, g)[0], "two arrays"),
    ("03.3", lambda p, share, g: (p * (g.random(p.shape) >= share) / (1 - share), p), "as dropout does"),
    ("03.3", lambda p, share, g: (p + g.normal(size=p.shape) * share, p), "must stay as they are"),
    ("03.3", lambda p, share, g: (p * g.random(p.shape), p), "must stay as they are"),
    ("03.3", lambda p, share, g: (np.where(g.random(p.shape) < share, 1, p), p), "must stay as they are"),
    ("03.3", spoiling(lambda p, share, g: np.random.random(p.shape) < share), "global one"),
    ("03.3", spoiling(lambda p, share, g: np.random.default_rng(1).random(p.shape) < share), "Another generator"),
    ("03.3", spoiling(lambda p, share, g: np.random.default_rng().random(p.shape) < share), "global one"),
    ("03.3", spoiling(lambda p, share, g: g.random(p.shape) >= share), "keep what should be removed"),
    ("03.3", spoiling(lambda p, share, g: g.random(p.shape[1]) < share), "rows or columns"),
    ("03.3", spoiling(lambda p, share, g: g.random((len(p), 1)) < share), "rows or columns"),
    ("03.3", spoiling(exactly), "exactly as many"),
    ("03.3", spoiling(row_by_row), "exactly as many"),
    ("03.3", spoiling(lambda p, share, g: g.random(p.shape) < 0.3), "written into"),
    ("03.3", spoiling(lambda p, share, g: g.random(p.shape) < share / 2), "A share of 0.3"),
    ("03.3", spoiling(lambda p, share, g: p < np.quantile(p, share)), "Another generator"),
    ("03.3", spoiling(lambda p, share, g: g.normal(size=p.shape) < share), ""),
    ("03.3", spoiling(lambda p, share, g: g.random(p.shape) < share, lambda p: p * 0), "clean pictures"),
    ("03.3", lambda p, share, g: tuple(map(np.squeeze, right_pair(p, share, g))), "squeeze"),
    ("03.3", lambda p, share, g: (right_pair(np.abs(p), share, g)[0], p), "below 0"),
    ("03.3", lambda p, share, g: tuple(part[:200, :50] for part in right_pair(p, share, g)), ""),
    ("03.4", lambda s, o: right_area(s, o) * o.sum(), ""),
    ("03.4", lambda s, o: right_area(s, o) * o.sum() * (~o).sum() / len(s) ** 2, "all pairs"),
    ("03.4", lambda s, o: right_area(s, o) * o.sum() * (~o).sum() * 2 / len(s) / (len(s) - 1), "six pairs"),
    ("03.4", lambda s, o: right_area(s, o) * (~o).sum(), ""),
    ("03.4", lambda s, o: s[o].mean() - s[~o].mean(), "difference of the mean"),
    ("03.4", lambda s, o: float(s[o].mean() > s[~o].mean()), "0.6 lies below 0.7"),
    ("03.4", lambda s, o: compare(s, o, np.less), "ordinary"),
    ("03.4", lambda s, o: compare(s, o, lambda a, b: (a > b) + (a == b)), "full wins"),
    ("03.4", lambda s, o: compare(s, o, lambda a, b: (a > b) + 0.25 * (a == b)), "two ties"),
    ("03.4", lambda s, o: max(right_area(s, o), 1 - right_area(s, o)), ""),
    ("03.4", lambda s, o: right_area(np.argsort(np.argsort(s)), o), ""),
    ("03.4", lambda s, o: float(np.mean((s > 0.5) == o)), ""),
    ("03.4", lambda s, o: right_area(s[:5], o[:5]), ""),
    ("03.4", lambda s, o: 5 / 6, "same answer as before"),
    ("03.4", lambda s, o: [right_area(s, o)], "one number"),
    ("03.4", lambda s, o: 2 * right_area(s, o) - 1, ""),
    ("03.4", lambda s, o: right_area(s.round(), o), ""),
    ("03.4", lambda s, o: compare(s, o, lambda a, b: a > b) if len(s) == 5 else compare(s, o, np.greater_equal), ""),
    ("03.4", lambda s, o: float(np.mean([a > b for a, b in zip(s[o], s[~o], strict=False)])), ""),
    ("03.5", lambda c, r: divergence(r, np.clip(c.mean(), 1e-6, 1 - 1e-6)), "all numbers at once"),
    ("03.5", lambda c, r: divergence(r, np.clip(c, 1e-6, 1 - 1e-6)).sum(), "every number"),
    ("03.5", lambda c, r: divergence(r, np.clip(c, 1e-6, 1 - 1e-6)).mean(0).sum(), "every number"),
    ("03.5", lambda c, r: divergence(r, np.clip(c.sum(0), 1e-6, 1 - 1e-6)).sum(), "over the batch"),
    ("03.5", lambda c, r: np.sum((1 - r) * np.log((1 - r) / (1 - kept_means(c)))), "first term is missing"),
    ("03.5", lambda c, r: -right_penalty(c, r), "sign is turned"),
    ("03.5", lambda c, r: right_penalty(c, r) / np.log(2), "bits"),
    ("03.5", lambda c, r: np.sum((kept_means(c) - r) ** 2), "squared differences"),
    ("03.5", lambda c, r: np.sum(np.abs(kept_means(c) - r)), "plain differences"),
    ("03.5", lambda c, r: -np.sum(r * np.log(kept_means(c)) + (1 - r) * np.log(1 - kept_means(c))), "cross-entropy"),
    ("03.5", lambda c, r: np.sum(divergence(r, np.clip(c.mean(0), 1e-8, 1 - 1e-8))), "neither nearer nor farther"),
    ("03.5", lambda c, r: np.sum(divergence(r, np.clip(c.mean(0), 1e-6, None))), "always active"),
    ("03.5", lambda c, r: np.sum(divergence(r, np.clip(c.mean(0), None, 1 - 1e-6))), "never active"),
    ("03.5", lambda c, r: np.sum(divergence(r, np.clip(c.mean(0), 0.01, 0.99))), ""),
    ("03.5", lambda c, r: np.nansum(divergence(r, c.mean(0))[(c.mean(0) > 0) & (c.mean(0) < 1)]), ""),
    ("03.5", lambda c, r: right_penalty(c[:2], r), ""),
    ("03.5", lambda c, r: right_penalty(np.squeeze(c), r), ""),
    ("03.5", lambda c, r: [right_penalty(c, r)], "one number"),
    ("03.5", lambda c, r: right_penalty(c, r) * len(c), ""),
]

ARRAYS = {"03.1": right_pca, "03.2": right_nats}
SINGLE = {"03.4": right_area, "03.5": right_penalty}


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
    if (number, name) != ("03.1", "squeezed"):  # there is no axis of length 1
        must_fail(number, SPOILT_BATCHES[name][0](ARRAYS[number]))


@pytest.mark.parametrize("number", RIGHT)
def test_a_first_answer_kept_for_ever_is_refused(number):
    must_fail(number, for_ever(RIGHT[number][0]), "same answer as before")


WRITTEN = [("03.1", 1), ("03.2", 2), ("03.3", 1), ("03.4", 2), ("03.5", 1)]


@pytest.mark.parametrize(("number", "count"), WRITTEN)
def test_writing_into_what_was_given_is_refused(number, count):
    for place in range(count):
        must_fail(number, writing(place)(RIGHT[number][0]), "write into the caller's")


def test_a_mask_set_in_a_copy_is_no_writing_and_out_is():
    must_pass("03.3", pair_by_a_copy)
    must_fail(
        "03.3",
        lambda p, share, g: (np.multiply(p, g.random(p.shape) >= share, out=p), p + 0),
        "write into the caller's `p`",
    )


@pytest.mark.parametrize("number", RIGHT)
def test_every_right_answer_passes(number):
    for function in RIGHT[number]:
        must_pass(number, function)


test_a_wrong_answer_gets_the_hint_meant_for_it = each_gets_its_hint(WRONG)


def test_every_exercise_has_at_least_four_wrong_answers():
    must_cover(RIGHT, WRONG, at_least=4)
