"""The checks of chapter 07."""

from __future__ import annotations

import numpy as np

from course_lib.checks.core import Learner, exercise, require


@exercise("07.1")
def log_count_ratios(learner: Learner) -> None:
    """Catches: no smoothing, no division by the sums, sums before smoothing, the sign, no logarithm."""
    positive, negative = np.array([3.0, 1.0, 2.0, 0.0]), np.array([0.0, 2.0, 2.0, 6.0])
    result = np.asarray(learner(positive, negative, 1.0), dtype=float)
    require(
        result.shape == (4,),
        f"One number for each word: the shape must be (4,); yours is {result.shape}.",
        f"每个词一个数：形状应为 (4,)；你的是 {result.shape}。",
    )
    require(
        np.isfinite(result).all(),
        "A word that one class never used has become infinite: add alpha to every count first.",
        "某一类从没用过的词变成了无穷大：先给每个计数加上 alpha。",
    )
    p, q = positive + 1, negative + 1
    right = np.log(p / p.sum()) - np.log(q / q.sum())
    require(
        not np.allclose(result, -right),
        "Praise and blame are changed over: a word from positive reviews must come out above 0.",
        "褒贬颠倒了：出自好评的词应当大于 0。",
    )
    require(
        not np.allclose(result, np.log(p) - np.log(q)),
        "Divide by the sums: negative reviews hold more words here, and that alone must not count against a word.",
        "要除以总和：这里的差评用词更多，不能单凭这一点就让一个词吃亏。",
    )
    before = np.log(p / positive.sum()) - np.log(q / negative.sum())
    require(
        not np.allclose(result, before),
        "Sum after adding alpha: the shares of a class must add up to one.",
        "先加 alpha 再求和：一类之内各词的份额之和应为 1。",
    )
    require(
        not np.allclose(result, p / p.sum() / (q / q.sum())),
        "That is the ratio itself; its logarithm makes praise and blame two sides of 0.",
        "这是比值本身；取对数，褒贬才会落在 0 的两边。",
    )
    require(
        np.allclose(result, right, atol=1e-6),
        f"Expected {right.round(3)}; yours is {result.round(3)}.",
        f"应得 {right.round(3)}；你得到 {result.round(3)}。",
    )
    half = np.asarray(learner(positive, negative, 0.5), dtype=float)
    p, q = positive + 0.5, negative + 0.5
    require(
        np.allclose(half, np.log(p / p.sum()) - np.log(q / q.sum()), atol=1e-6),
        "With alpha = 0.5 your answer is another: is a 1 written in the code?",
        "alpha = 0.5 时结果就不对了：代码里是不是把 1 写死了？",
    )


@exercise("07.2")
def area_under_roc(learner: Learner) -> None:
    """Catches: ties counted whole or not at all, accuracy in its place, classes changed over, pairs of one class."""
    labels, scores = np.array([1, 0, 1, 0, 1]), np.array([0.9, 0.9, 0.2, 0.4, 0.7])
    value = learner(labels, scores)
    require(
        np.ndim(value) == 0,
        f"The area is one number; yours has the shape {np.shape(value)}.",
        f"面积是一个数；你的形状是 {np.shape(value)}。",
    )
    value = float(value)
    pairs = [(a, b) for a in scores[labels == 1] for b in scores[labels == 0]]
    above, tied = sum(a > b for a, b in pairs), sum(a == b for a, b in pairs)
    right = (above + tied / 2) / len(pairs)
    require(
        not np.isclose(value, above / len(pairs)),
        "A tie counts for nothing in your sum; a model that gives all the same score would get 0, not one half.",
        "你的和里，平局一点也不算；给所有影评同一个分数的模型会得 0，而它应得二分之一。",
    )
    require(
        not np.isclose(value, (above + tied) / len(pairs)),
        "A tie counts whole in your sum; a model that gives all the same score would look perfect.",
        "你的和里，平局算全对；给所有影评同一个分数的模型就成了满分。",
    )
    require(
        not np.isclose(value, 1 - right),
        "The classes are changed over: count the pairs in which the positive review scores higher.",
        "两类弄反了：要数的是好评得分更高的那些对。",
    )
    require(
        not np.isclose(value, np.mean((scores > 0.5) == labels)),
        "That is an accuracy at the threshold 0.5; the area needs no threshold.",
        "这是阈值 0.5 下的准确率；面积用不着阈值。",
    )
    require(
        not np.isclose(value, (above + tied / 2) / 10),
        "You divide by all pairs of reviews; only pairs of a positive and a negative one count.",
        "你除以的是所有的影评对；比较的只是一好一差的对。",
    )
    require(
        np.isclose(value, right, atol=1e-9),
        f"Expected {right:.4f}; yours is {value:.4f}.",
        f"应得 {right:.4f}；你得到 {value:.4f}。",
    )


@exercise("07.3")
def hold_out_films(learner: Learner) -> None:
    """Catches: a split by review, all or no reviews held out, far from the share or always one share, always the same
    films.
    """
    films = np.repeat([f"tt{number:02d}" for number in range(40)], np.tile([1, 3, 5, 7], 10))
    shuffled = np.random.default_rng(0).permutation(films)
    held = np.asarray(learner(shuffled, 0.25, 0))
    require(
        held.shape == shuffled.shape and held.dtype == bool,
        f"Return one True or False for each review: a boolean array of shape {shuffled.shape}; yours is {held.dtype},"
        f" {held.shape}.",
        f"每条影评一个 True 或 False：形状为 {shuffled.shape} 的布尔数组；你的是 {held.dtype}、{held.shape}。",
    )
    require(
        held.any() and not held.all(),
        "One side is empty.",
        "有一边是空的。",
    )
    both = set(shuffled[held]) & set(shuffled[~held])
    require(
        not both,
        f"{len(both)} films are on both sides: draw films, not reviews.",
        f"有 {len(both)} 部电影两边都有：要抽的是电影，不是影评。",
    )
    share = held.mean()
    require(
        not 0.6 < share < 0.88,
        "The shares are changed over: True is for the reviews held out, a quarter of them here.",
        "两边弄反了：True 表示留出的影评，这里是四分之一。",
    )
    require(
        0.12 < share < 0.4,
        f"A quarter was asked for, and {share:.0%} of the reviews are held out.",
        f"要留出四分之一，你留出了 {share:.0%}。",
    )
    others = [set(shuffled[np.asarray(learner(shuffled, 0.25, seed))]) for seed in (1, 2, 3)]
    require(
        len({frozenset(films) for films in others}) > 1,
        "Every seed holds out the same films: with the first of an ordered list you test on films of one letter.",
        "不管种子是几，留出的总是同样的电影：取有序列表的开头，测到的只是片号靠前的那些。",
    )
    require(
        np.array_equal(held, np.asarray(learner(shuffled, 0.25, 0))),
        "The same seed gives another split: draw with np.random.default_rng(seed).",
        "同一个种子给出了不同的划分：请用 np.random.default_rng(seed) 来抽。",
    )
    half = np.asarray(learner(shuffled, 0.5, 0)).mean()
    require(
        0.35 < half < 0.65,
        f"With fraction=0.5 you hold out {half:.0%} of the reviews: is a quarter written into the code?",
        f"fraction=0.5 时你留出了 {half:.0%} 的影评：是不是把四分之一写死在代码里了？",
    )


@exercise("07.4")
def last_words_state(learner: Learner) -> None:
    """Catches: the last place, one too far, the mean, the sum, the first place."""
    states = np.random.default_rng(1).normal(size=(3, 5, 2))
    ids = np.array([[4, 7, 9, 0, 0], [3, 0, 0, 0, 0], [5, 6, 7, 8, 9]])
    result = np.asarray(learner(states, ids), dtype=float)
    require(
        result.shape == (3, 2),
        f"One state for each review: the shape must be (3, 2); yours is {result.shape}.",
        f"每条影评一个状态：形状应为 (3, 2)；你的是 {result.shape}。",
    )
    lengths = (ids != 0).sum(axis=1)
    right = states[np.arange(3), lengths - 1]
    require(
        not np.allclose(result, states[:, -1]),
        "These are the states at the last place, which is E27 itself: two of the reviews have ended before.",
        "你取的是最后一个位置的状态，这正是 E27：其中两条影评早就结束了。",
    )
    require(
        not np.allclose(result, states[np.arange(3), np.minimum(lengths, 4)]),
        "One place too far: a review of n words has its last word at n - 1.",
        "多走了一步：有 n 个词的影评，最后一个词在位置 n - 1。",
    )
    keep = (ids != 0)[:, :, None]
    require(
        not np.allclose(result, (states * keep).sum(axis=1) / keep.sum(axis=1)),
        "That is the mean over the words; asked for is the state after the last one.",
        "这是对各个词求的平均；要的是最后一个词之后的状态。",
    )
    require(
        not np.allclose(result, states[:, 0]),
        "That is the state after the first word.",
        "这是第一个词之后的状态。",
    )
    require(
        np.allclose(result, right),
        f"The state of the first review should be {right[0].round(3)}; yours is {result[0].round(3)}.",
        f"第一条影评的状态应是 {right[0].round(3)}；你得到 {result[0].round(3)}。",
    )
