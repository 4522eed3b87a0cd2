"""The checks of chapter 03."""

from __future__ import annotations

import numpy as np

from course_lib.checks.core import Learner, exercise, require


def _cloud() -> np.ndarray:
    """Six examples of four features, far from zero, in which one direction dominates."""
    random = np.random.default_rng(3)
    return 5 + np.outer([-3.0, -2, -1, 1, 2, 3], [1.0, 0.5, -0.5, 2.0]) + 0.3 * random.normal(size=(6, 4))


@exercise("03.1")
def pca_reconstruction(learner: Learner) -> None:
    """Catches: no centring, a mean not added back, all or the last components, columns for rows, codes returned."""
    cloud = _cloud()
    mean = cloud.mean(axis=0)
    directions = np.linalg.svd(cloud - mean, full_matrices=False)[2]
    result = np.asarray(learner(cloud, 2))
    require(
        result.shape != (6, 2),
        "You return the codes. Decode them as well: back to four features.",
        "你返回的是编码。还要解码，回到四个特征。",
    )
    require(
        result.shape == (6, 4),
        f"The result should have the shape of the inputs, (6, 4); yours has {result.shape}.",
        f"结果的形状应与输入相同，即 (6, 4)；你的是 {result.shape}。",
    )
    require(
        not np.allclose(result, cloud),
        "You return the inputs unchanged: keep the first code_dim directions only.",
        "你原样返回了输入：只能保留前 code_dim 个方向。",
    )
    expected = (cloud - mean) @ directions[:2].T @ directions[:2] + mean
    require(
        not np.allclose(result, expected - mean),
        "Everything is right but for the mean: you took it away before encoding; add it back after decoding.",
        "只差均值：编码之前减去了，解码之后要加回来。",
    )
    raw = np.linalg.svd(cloud, full_matrices=False)[2][:2]
    require(
        not np.allclose(result, cloud @ raw.T @ raw),
        "You did not centre the data. Without that the first direction only points from zero to the mean.",
        "你没有先减去均值。那样的话，第一个方向只是从零指向均值。",
    )
    require(
        not np.allclose(result, (cloud - mean) @ raw.T @ raw + mean),
        "You centre when encoding, but not before np.linalg.svd: its directions then belong to the uncentred data.",
        "编码时减了均值，调用 np.linalg.svd 时却没有减：得到的方向属于未中心化的数据。",
    )
    columns = directions[:, :2]
    require(
        not np.allclose(result, (cloud - mean) @ columns @ columns.T + mean),
        "You take the first columns of svd's third matrix; the directions are its rows.",
        "你取的是 svd 第三个矩阵的前几列；方向是它的行。",
    )
    require(
        not np.allclose(result, (cloud - mean) @ directions[-2:].T @ directions[-2:] + mean),
        "You keep the last directions, in which the data vary least.",
        "你保留的是最后几个方向，那是数据变化最小的方向。",
    )
    require(
        np.allclose(result, expected),
        f"For 2 components the first example should come back as {np.round(expected[0], 3)}; yours is {result[0]}.",
        f"取 2 个成分时，第一个样本应还原为 {np.round(expected[0], 3)}；你得到 {result[0]}。",
    )
    one = (cloud - mean) @ directions[:1].T @ directions[:1] + mean
    require(
        np.allclose(np.asarray(learner(cloud, 1)), one),
        "With code_dim=1 the result is another one: does your function always keep the same number of components?",
        "code_dim=1 时结果不对：你的函数是不是总保留同样多的成分？",
    )


@exercise("03.2")
def nats_per_picture(learner: Learner) -> None:
    """Catches: a mean, one number for the batch, the sign, the second term, overflow, clipped probabilities."""
    targets = np.array([[1.0, 0.0, 0.3], [0.5, 1.0, 0.0]])
    logits = np.array([[2.0, -1.0, 0.0], [1.0, 3.0, -2.0]])
    expected = np.sum(np.logaddexp(0, logits) - targets * logits, axis=1)
    with np.errstate(all="ignore"):
        result = np.asarray(learner(targets, logits), dtype=float)
        extreme = np.array([[1000.0, -1000.0], [1000.0, -1000.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
        far = np.asarray(learner(extreme[1], extreme[0]), dtype=float)
    require(
        result.shape != (),
        "You return one number for the whole batch; each example needs its own: sum over axis 1.",
        "你对整批返回了一个数；每个样本都该有自己的损失：沿轴 1 求和。",
    )
    require(
        not (result.shape == (2,) and np.allclose(result, expected / 3)),
        "You average over the features: (4) is a sum. A mean would make a wrong pixel 784 times cheaper.",
        "你对特征求了平均：(4) 是求和。求平均会让错一个像素便宜 784 倍。",
    )
    require(
        not (result.shape == (2,) and np.allclose(result, -expected)),
        "Your sign is turned around: a loss is what it costs, -log of a probability, never below zero here.",
        "正负号反了：损失是代价，是概率的负对数，在这里不可能小于零。",
    )
    ink_only = np.sum(targets * np.logaddexp(0, -logits), axis=1)
    require(
        not (result.shape == (2,) and np.allclose(result, ink_only)),
        "You count the ink alone; paper has a price too: (1 - x) log(1 - σ(a)).",
        "你只算了有墨的部分；没墨的部分也有代价：(1 - x) log(1 - σ(a))。",
    )
    require(
        result.shape == (2,) and np.allclose(result, expected),
        f"For targets {targets[0]} and logits {logits[0]} the loss is {expected[0]:.4f}; you return {result}.",
        f"目标为 {targets[0]}、logits 为 {logits[0]} 时，损失是 {expected[0]:.4f}；你返回了 {result}。",
    )
    require(
        np.isfinite(far).all(),
        "For logits of ±1,000 you get infinity or NaN: use log(1 + exp(a)) - x a with np.logaddexp(0, a).",
        "logits 为 ±1,000 时你得到无穷或 NaN：改用 log(1 + exp(a)) - x a，其中 np.logaddexp(0, a) 不会溢出。",
    )
    require(
        np.allclose(far, [0.0, 2000.0]),
        f"A logit of 1,000 where there is paper costs 1,000 nats; you return {far} for [0, 2000]. Clipping "
        "probabilities hides the worst mistakes: start from the logits.",
        f"没墨处 logit 为 1,000，代价是 1,000 奈特；应得 [0, 2000]，你返回 {far}。"
        "截断概率会掩盖最严重的错误：请直接从 logits 算。",
    )


@exercise("03.3")
def denoising_pair(learner: Learner) -> None:
    """Catches: a spoilt target, the caller's array changed, whole rows, a fixed number per row, another generator."""
    pictures = np.random.default_rng(5).uniform(0.2, 1, size=(200, 50))
    touched = []

    class Watched(np.ndarray):
        """Tells when somebody writes into it."""

        def __setitem__(self, key: object, value: object) -> None:
            touched.append(True)
            super().__setitem__(key, value)

        def __imul__(self, other: object) -> np.ndarray:
            touched.append(True)
            return super().__imul__(other)

        def __deepcopy__(self, memo: dict) -> np.ndarray:
            return self.copy()

    pair = learner(pictures.copy().view(Watched), 0.3, np.random.default_rng(1))
    require(
        isinstance(pair, tuple | list) and len(pair) == 2,
        "Return two arrays: what the network reads, and what it must give back.",
        "应返回两个数组：网络读到的，和它该交出的。",
    )
    spoilt, target = (np.asarray(part) for part in pair)
    require(
        spoilt.shape == target.shape == (200, 50),
        f"Both arrays have the shape of the pictures, (200, 50); yours have {spoilt.shape} and {target.shape}.",
        f"两个数组都应与图像同形状，即 (200, 50)；你的是 {spoilt.shape} 和 {target.shape}。",
    )
    require(
        not touched,
        "You write into the caller's array: afterwards nobody has the clean pictures any more. Make a new array.",
        "你直接改写了调用者的数组：之后谁也没有干净的图了。请生成一个新数组。",
    )
    require(
        np.allclose(spoilt, pictures) or not np.allclose(target, spoilt),
        "Your target is spoilt too: the network would learn to give back noise. The target is the clean picture.",
        "你的目标也被弄脏了：网络会学着交出噪声。目标应是干净的图。",
    )
    require(
        not np.allclose(spoilt, pictures),
        "Nothing is set to zero in what the network reads. Is the order right: first the spoilt, then the clean?",
        "网络读到的数组里没有任何数被置零。次序对吗？先是弄脏的，再是干净的。",
    )
    require(
        np.allclose(target, pictures),
        "The second array must be the clean pictures, all of them, unchanged.",
        "第二个数组必须是干净的图，一个数也不改。",
    )
    zero = spoilt == 0
    require(
        np.allclose(spoilt[~zero], pictures[~zero]),
        "Numbers that are not set to zero must stay as they are.",
        "没有被置零的数必须保持原样。",
    )
    require(
        not zero.all(axis=1).any() and not zero.all(axis=0).any(),
        "Whole rows or columns are zero: each number is drawn on its own; what shape does generator.random need?",
        "有整行或整列为零：每个数要各自抽取；generator.random 该用什么形状？",
    )
    require(
        not 0.65 < zero.mean() < 0.75,
        f"A share of 0.3 should go, and {zero.mean():.2f} is gone: you keep what should be removed.",
        f"应置零的比例是 0.3，你却置零了 {zero.mean():.2f}：该去掉的留下了。",
    )
    require(
        0.27 < zero.mean() < 0.33,
        f"A share of 0.3 should be zero; in yours it is {zero.mean():.2f}.",
        f"应有 0.3 的数为零；你的是 {zero.mean():.2f}。",
    )
    require(
        len(set(zero.sum(axis=1))) > 1,
        "Every picture loses exactly as many numbers: each number is drawn on its own, so the count must vary.",
        "每幅图被置零的个数完全一样：每个数要各自抽取，个数应当有多有少。",
    )
    same, other = (np.asarray(learner(pictures, 0.3, np.random.default_rng(seed))[0]) for seed in (1, 2))
    require(
        not np.array_equal(other, spoilt),
        "Another generator gives the same noise: draw from the generator you are given.",
        "换一个 generator，噪声还是一样：随机数要取自传入的 generator。",
    )
    require(
        np.array_equal(same, spoilt),
        "The same seed gives other noise: draw from the generator you are given, not from NumPy's global one.",
        "种子相同，噪声却不同：随机数要取自传入的 generator，而不是 NumPy 的全局随机数。",
    )
    more = np.mean(np.asarray(learner(pictures, 0.8, np.random.default_rng(1))[0]) == 0)
    require(
        0.77 < more < 0.83,
        f"With share=0.8 a share of 0.8 should be zero; in yours it is {more:.2f}. Is a number written into the code?",
        f"share=0.8 时，应有 0.8 的数为零；你的是 {more:.2f}。是不是把比例写死了？",
    )


@exercise("03.4")
def area_under_roc(learner: Learner) -> None:
    """Catches: the order turned around, ties counted as wins or losses, an accuracy, pairs of one kind."""
    scores = np.array([0.9, 0.7, 0.6, 0.4, 0.2])
    outlier = np.array([True, False, True, False, False])
    result = float(np.asarray(learner(scores, outlier)))
    require(
        not np.isclose(result, 1 / 6),
        "You get 1/6 where 5/6 is right: that is the probability that the *ordinary* example scores higher.",
        "应为 5/6，你得到 1/6：那是**平常**样本得分更高的概率。",
    )
    require(
        not np.isclose(result, 5),
        "You count the pairs; divide by how many there are: outliers times ordinary examples.",
        "你数的是对数；还要除以总对数：离群点个数乘以平常样本个数。",
    )
    require(
        not np.isclose(result, 5 / 25),
        "You divide by all pairs of examples; only pairs of one outlier and one ordinary example count.",
        "你除以了所有样本的配对数；只有一个离群点配一个平常样本的才算。",
    )
    require(
        np.isclose(result, 5 / 6),
        f"For the five scores of section 12 the area is 5/6 = 0.833; you return {result:.3f}.",
        f"第 12 节的五个得分，面积是 5/6 = 0.833；你返回 {result:.3f}。",
    )
    tied = np.array([0.5, 0.5, 0.5, 0.1])
    among = np.array([True, False, False, True])
    half = float(np.asarray(learner(tied, among)))
    require(
        not np.isclose(half, 0.5),
        "Ties count as full wins in yours (>=): a tie is worth one half.",
        "你把相等也算成赢（>=）：相等只算一半。",
    )
    require(
        not np.isclose(half, 0.0),
        "Ties count as losses in yours: a tie is worth one half.",
        "你把相等算成输：相等应算一半。",
    )
    require(
        np.isclose(half, 0.25),
        f"Scores {tied} with outliers {among}: two ties among four pairs give 0.25; you return {half:.3f}.",
        f"得分 {tied}、离群点 {among}：四对里有两对相等，应得 0.25；你返回 {half:.3f}。",
    )
    random = np.random.default_rng(0)
    many, which = random.normal(size=60), random.random(60) < 0.3
    expected = np.mean(many[which][:, None] > many[~which][None])
    found = float(np.asarray(learner(many, which)))
    require(
        np.isclose(found, expected),
        f"For 60 random scores the area is {expected:.4f}; you return {found:.4f}.",
        f"对 60 个随机得分，面积是 {expected:.4f}；你返回 {found:.4f}。",
    )


@exercise("03.5")
def rate_penalty(learner: Learner) -> None:
    """Catches: a mean over units, the divergence turned around, half of it, infinity for a silent or a busy unit."""
    code = np.array([[0.1, 0.6, 0.2], [0.3, 0.8, 0.0]])
    rate = 0.05

    def divergence(p: np.ndarray | float, q: np.ndarray | float) -> np.ndarray:
        return p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))

    mean = code.mean(axis=0)
    expected = divergence(rate, mean).sum()
    with np.errstate(all="ignore"):
        result = np.asarray(learner(code, rate), dtype=float)
        silent = np.asarray(learner(np.array([[0.0, 0.5], [0.0, 0.5]]), rate), dtype=float)
        busy = np.asarray(learner(np.array([[1.0, 0.5], [1.0, 0.5]]), 0.2), dtype=float)
    require(
        not (result.shape == (3,) and np.allclose(result, divergence(rate, mean))),
        "You return one number per unit; the penalty is their sum.",
        "你对每个单元各返回了一个数；惩罚是它们的和。",
    )
    require(
        result.shape == (),
        f"The penalty is one number; yours has the shape {result.shape}.",
        f"惩罚是一个数；你的形状是 {result.shape}。",
    )
    require(
        not np.isclose(result, divergence(rate, code.mean(axis=1)).sum()),
        "You average over the units of each example: the rate of a unit is its mean over the batch, axis 0.",
        "你对每个样本的各单元求了平均：单元的活跃度是它在整批上的平均，即轴 0。",
    )
    require(
        not np.isclose(result, divergence(mean, rate).sum()),
        "The divergence is turned around: (6) starts from the wanted rate, ρ log(ρ / mean).",
        "散度的方向反了：(6) 从想要的比例出发，是 ρ log(ρ / 平均值)。",
    )
    require(
        not np.isclose(result, np.sum(rate * np.log(rate / mean))),
        "The second term is missing: (1 - ρ) log((1 - ρ) / (1 - mean)). Without it a unit that is always active "
        "pays less than nothing.",
        "缺了第二项：(1 - ρ) log((1 - ρ) / (1 - 平均值))。没有它，始终活跃的单元付的钱比零还少。",
    )
    require(
        not np.isclose(result, expected / 3),
        "You average over the units; (6) is a sum.",
        "你对单元求了平均；(6) 是求和。",
    )
    require(
        np.isclose(result, expected),
        f"For the code {code.tolist()} and the rate {rate} the penalty is {expected:.4f}; "
        f"you return {float(result):.4f}.",
        f"编码为 {code.tolist()}、比例为 {rate} 时，惩罚是 {expected:.4f}；你返回 {float(result):.4f}。",
    )
    require(
        silent.shape == () and np.isfinite(silent),
        "A unit that is never active makes your penalty infinite or NaN: keep the means within 1e-6 and 1 - 1e-6.",
        "从不活跃的单元让你的惩罚变成无穷或 NaN：把平均值限制在 1e-6 与 1 - 1e-6 之间。",
    )
    kept = np.clip([0.0, 0.5], 1e-6, 1 - 1e-6)
    require(
        np.isclose(silent, divergence(rate, kept).sum()),
        f"A silent unit must still cost something: expected {divergence(rate, kept).sum():.4f}, "
        f"yours is {float(silent):.4f}.",
        f"沉默的单元也要付钱：应为 {divergence(rate, kept).sum():.4f}，你得到 {float(silent):.4f}。",
    )
    kept = np.clip([1.0, 0.5], 1e-6, 1 - 1e-6)
    require(
        busy.shape == () and np.isfinite(busy),
        "A unit that is always active makes your penalty infinite or NaN: keep the means below 1 - 1e-6, too.",
        "始终活跃的单元让你的惩罚变成无穷或 NaN：平均值也要限制在 1 - 1e-6 以下。",
    )
    require(
        np.isclose(busy, divergence(0.2, kept).sum()),
        "With a rate of 0.2 a unit that is always active beside one of 0.5 should cost "
        f"{divergence(0.2, kept).sum():.4f}; yours is {float(busy):.4f}. Is the rate written into the code?",
        f"比例为 0.2 时，一个始终活跃的单元加一个 0.5 的单元应付 {divergence(0.2, kept).sum():.4f}；"
        f"你得到 {float(busy):.4f}。是不是把比例写死了？",
    )
