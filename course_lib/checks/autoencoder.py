"""The checks of chapter 03."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import agree, close, number, numbers, parts, recognise, require_close, require_new
from course_lib.checks.calling import short
from course_lib.checks.core import Learner, exercise, require


def _cloud(examples: int = 6) -> np.ndarray:
    """Some examples of four features, far from zero, in which one direction dominates."""
    random = np.random.default_rng(3)
    along = np.linspace(-3, 3, examples)
    return 5 + np.outer(along, [1.0, 0.5, -0.5, 2.0]) + 0.3 * random.normal(size=(examples, 4)) + [0, 1, -2, 0.5]


def _pca(inputs: np.ndarray, code_dim: int) -> np.ndarray:
    mean = inputs.mean(axis=0)
    kept = np.linalg.svd(inputs - mean, full_matrices=False)[2][:code_dim]
    return (inputs - mean) @ kept.T @ kept + mean


@exercise(
    "03.1",
    more=(
        "Centre, encode, decode, and undo the centring. A code is what inputs without their mean give when multiplied "
        "with the kept directions; decoding multiplies with the same directions, the other way round.",
        "先中心化，再编码，再解码，最后撤销中心化。减去均值的输入乘以保留的方向就是编码；解码用的是同一批方向，转置过来相乘。",
    ),
)
def pca_reconstruction(learner: Learner) -> None:
    """Catches: no centring, a mean not added back, all or the last components, columns for rows, codes returned."""
    cloud = _cloud()
    mean = cloud.mean(axis=0)
    directions = np.linalg.svd(cloud - mean, full_matrices=False)[2]
    result = numbers(learner(cloud, 2))
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
    expected = _pca(cloud, 2)
    raw = np.linalg.svd(cloud, full_matrices=False)[2][:2]
    columns, centred = directions[:, :2], cloud - mean
    whole, rows = cloud.mean(), cloud.mean(axis=1, keepdims=True)
    by_whole = np.linalg.svd(cloud - whole, full_matrices=False)[2][:2]
    by_rows = np.linalg.svd(cloud - rows, full_matrices=False)[2][:2]
    deviation = cloud.std(axis=0)
    scaled = np.linalg.svd(centred / deviation, full_matrices=False)[2][:2]
    recognise(
        result,
        expected,
        (
            cloud,
            "You return the inputs unchanged: keep the first code_dim directions only.",
            "你原样返回了输入：只能保留前 code_dim 个方向。",
        ),
        (
            expected - mean,
            "Everything is right but for the mean: you took it away before encoding; add it back after decoding.",
            "只差均值：编码之前减去了，解码之后要加回来。",
        ),
        (
            expected + mean,
            "The mean is added twice: take it away before encoding, add it once after decoding.",
            "均值加了两次：编码之前要减去，解码之后加一次。",
        ),
        (
            cloud @ raw.T @ raw,
            "You did not centre the data. Without that the first direction only points from zero to the mean.",
            "你没有先减去均值。那样的话，第一个方向只是从零指向均值。",
        ),
        (
            centred @ raw.T @ raw + mean,
            "You centre when encoding, but not before np.linalg.svd: its directions then belong to the uncentred data.",
            "编码时减了均值，调用 np.linalg.svd 时却没有减：得到的方向属于未中心化的数据。",
        ),
        (
            cloud @ directions[:2].T @ directions[:2],
            "The directions are right, but you encode the inputs with their mean: take it away there, too, and add it "
            "back at the end.",
            "方向对了，可是编码时输入还带着均值：那里也要减去，最后再加回来。",
        ),
        (
            cloud @ directions[:2].T @ directions[:2] + mean,
            "The directions are right, but you encode the inputs with their mean: take it away there, too.",
            "方向对了，可是编码时输入还带着均值：那里也要减去。",
        ),
        (
            centred @ columns @ columns.T + mean,
            "You take the first columns of svd's third matrix; the directions are its rows.",
            "你取的是 svd 第三个矩阵的前几列；方向是它的行。",
        ),
        (
            centred @ directions[-2:].T @ directions[-2:] + mean,
            "You keep the last directions, in which the data vary least.",
            "你保留的是最后几个方向，那是数据变化最小的方向。",
        ),
        (
            centred @ directions[1:3].T @ directions[1:3] + mean,
            "You leave the first direction out: counting starts at 0, and it is the most important one.",
            "你漏掉了第一个方向：下标从 0 开始，而且它最重要。",
        ),
        *(
            (
                _pca(cloud, count),
                f"With code_dim=2 you keep {count}: [:code_dim] takes exactly as many.",
                f"code_dim=2 时你保留了 {count} 个：[:code_dim] 取的正好是这么多。",
            )
            for count in (1, 3)
        ),
        (
            centred @ directions[1:2].T @ directions[1:2] + mean,
            "You keep one direction, number code_dim - 1: keep all before code_dim.",
            "你只保留了第 code_dim - 1 个方向：应保留 code_dim 之前的全部。",
        ),
        (
            np.tile(mean, (6, 1)),
            "Every example comes back as the mean: nothing is left of the codes.",
            "每个样本还原出来都是均值：编码什么也没留下。",
        ),
        (
            (cloud - whole) @ by_whole.T @ by_whole + whole,
            "You take away one number, the mean of all: each feature has a mean of its own, axis 0.",
            "你减去的是一个总平均：每个特征有自己的均值，沿轴 0。",
        ),
        (
            (cloud - rows) @ by_rows.T @ by_rows + rows,
            "You take away the mean of each example: each feature has a mean of its own, axis 0.",
            "你减去的是每个样本的均值：每个特征有自己的均值，沿轴 0。",
        ),
        (
            (centred / deviation) @ scaled.T @ scaled * deviation + mean,
            "You divide by the standard deviations as well: these components only ask for a mean of zero.",
            "你还除以了标准差：这里的主成分只要求均值为零。",
        ),
    )
    require_close(
        result,
        expected,
        "For 2 components, with an example in each row:",
        "取 2 个成分时，每行一个样本：",
    )
    agree(learner, _pca, (_cloud(9), 2))
    one = numbers(learner(cloud, 1), (6, 4), "examples, features")
    require(
        close(one, _pca(cloud, 1)),
        "With code_dim=1 the result is another one: does your function always keep the same number of components?"
        if close(one, expected)
        else f"With code_dim=1 the result is another one. {short(one[0])} should be {short(_pca(cloud, 1)[0])}.",
        "code_dim=1 时结果不对：你的函数是不是总保留同样多的成分？"
        if close(one, expected)
        else f"code_dim=1 时结果不对：{short(one[0])} 应为 {short(_pca(cloud, 1)[0])}。",
    )
    agree(
        learner,
        _pca,
        (_cloud(9) * [2.0, 1.0, 0.5, 1.0], 3),
        (_cloud(7)[:, :2], 1),
        (_cloud(3), 1),
        (_cloud(5)[:, 1:], 3),
    )


def _nats(targets: np.ndarray, logits: np.ndarray) -> np.ndarray:
    return np.sum(np.logaddexp(0, logits) - targets * logits, axis=1)


@exercise(
    "03.2",
    more=(
        "Put p = σ(a) into (4) and simplify before you compute: log p and log(1 - p) differ by exactly a. What is left "
        "has one logarithm, log(1 + e^a), and a product.",
        "先把 p = σ(a) 代入 (4) 式化简，再动手算：log p 与 log(1 - p) 恰好相差 a。最后只剩一个对数和一个乘积。",
    ),
)
def nats_per_picture(learner: Learner) -> None:
    """Catches: a mean, one number for the batch, the sign, the second term, overflow, clipped probabilities."""
    targets = np.array([[1.0, 0.0, 0.3], [0.5, 1.0, 0.0]])
    logits = np.array([[2.0, -1.0, 0.4], [1.0, 3.0, -2.0]])
    expected = _nats(targets, logits)
    result = numbers(learner(targets, logits))
    require(
        result.shape != (),
        "You return one number for the whole batch; each example needs its own: sum over axis 1.",
        "你对整批返回了一个数；每个样本都该有自己的损失：沿轴 1 求和。",
    )
    require(
        result.shape != (2, 3),
        "You return one loss for each feature: sum over the features, axis 1.",
        "你对每个特征各返回了一个损失：要对特征（轴 1）求和。",
    )
    require(
        result.shape != (3,),
        "You sum over the batch: each example needs its own loss, so sum over the features, axis 1.",
        "你对批求了和：每个样本都该有自己的损失，应对特征（轴 1）求和。",
    )
    ink, paper = targets * np.logaddexp(0, -logits), (1 - targets) * np.logaddexp(0, logits)
    softmax = logits - np.logaddexp.reduce(logits, axis=1)[:, None]
    p = 1 / (1 + np.exp(-logits))
    with np.errstate(all="ignore"):
        unsquashed = -np.sum(targets * np.log(logits) + (1 - targets) * np.log(1 - logits), axis=1)
    recognise(
        result,
        expected,
        (
            expected / 3,
            "You average over the features: (4) is a sum. A mean would make a wrong pixel 784 times cheaper.",
            "你对特征求了平均：(4) 式是求和。求平均会让错一个像素的代价降到 1/784。",
        ),
        (
            -expected,
            "Your sign is turned around: a loss is what it costs, -log of a probability, never below zero here.",
            "正负号反了：损失是代价，是概率的负对数，在这里不可能小于零。",
        ),
        (
            ink.sum(axis=1),
            "You count the ink alone; paper has a price too: (1 - x) log(1 - σ(a)).",
            "你只算了有墨的部分；没墨的部分也有代价：(1 - x) log(1 - σ(a))。",
        ),
        (
            paper.sum(axis=1),
            "You count the paper alone; ink has a price too: x log σ(a).",
            "你只算了没墨的部分；有墨的部分也有代价：x log σ(a)。",
        ),
        (
            (ink - paper).sum(axis=1),
            "The two terms of (4) are added; you subtract the second.",
            "(4) 式的两项应相加；你减去了第二项。",
        ),
        (
            _nats(1 - targets, logits),
            "Ink and paper have changed places: the logit is that of ink.",
            "墨与纸颠倒了：logit 说的是有墨的可能。",
        ),
        (
            -(targets * softmax).sum(axis=1),
            "That is a softmax over the features: here each has a probability of its own, σ(a).",
            "这是对特征取 softmax：这里每个特征有自己的概率 σ(a)。",
        ),
        (
            ((targets - p) ** 2).sum(axis=1),
            "Those are squared errors: (4) is a cross-entropy.",
            "这是平方误差：(4) 式是交叉熵。",
        ),
        (
            unsquashed,
            "You take the logits for probabilities: σ() turns them into some.",
            "你把 logits 当成了概率：要用 σ() 变成概率。",
        ),
        (
            expected / np.log(2),
            "Those are bits: nats come from the natural logarithm, np.log.",
            "这是比特：奈特要用自然对数 np.log。",
        ),
        (
            np.repeat(expected.mean(), 2),
            "Both examples get the mean of the batch: each has a loss of its own.",
            "两个样本得到的都是整批的平均：每个样本有自己的损失。",
        ),
        (
            np.sum(np.logaddexp(0, logits) + targets * logits, axis=1),
            "x a is subtracted from log(1 + e^a); you add it.",
            "应从 log(1 + e^a) 中减去 x a；你加上了它。",
        ),
        (
            np.sum(np.logaddexp(0, logits), axis=1),
            "The targets have no part in your loss.",
            "你的损失里没有用到目标。",
        ),
    )
    numbers(result, (2,), "batch,")
    require(
        close(result, expected),
        f"For targets {short(targets[0])} and logits {short(logits[0])} the loss is {expected[0]:.6g}, for "
        f"{short(targets[1])} and {short(logits[1])} it is {expected[1]:.6g}; you return {short(result)}.",
        f"目标为 {short(targets[0])}、logits 为 {short(logits[0])} 时，损失是 {expected[0]:.6g}，"
        f"目标为 {short(targets[1])}、logits 为 {short(logits[1])} 时是 {expected[1]:.6g}；你返回了 {short(result)}。",
    )
    random = np.random.default_rng(2)
    agree(
        learner,
        _nats,
        (random.random((4, 3)), random.normal(size=(4, 3)) * 3),
        (random.random((1, 5)), random.normal(size=(1, 5))),
        (random.random((3, 1)), random.normal(size=(3, 1))),
    )
    targets, logits = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1000.0, -1000.0], [1000.0, -1000.0]])
    far = numbers(learner(targets, logits), (2,), "batch,")
    require(
        np.isfinite(far).all(),
        "For logits of ±1,000 you get infinity or NaN: use log(1 + exp(a)) - x a with np.logaddexp(0, a).",
        "logits 为 ±1,000 时你得到无穷或 NaN：改用 log(1 + exp(a)) - x a，其中 np.logaddexp(0, a) 不会溢出。",
    )
    clipped = (
        "Clipping probabilities hides the worst mistakes: start from the logits.",
        "截断概率会掩盖最严重的错误：请直接从 logits 算。",
    )
    require(
        close(far, [0.0, 2000.0]),
        f"A logit of 1,000 where there is paper costs 1,000 nats; you return {short(far)} for [0, 2000]. {clipped[0]}",
        f"没墨处 logit 为 1,000，代价是 1,000 奈特；应得 [0, 2000]，你返回 {short(far)}。{clipped[1]}",
    )
    agree(
        learner,
        _nats,
        (np.array([[0.0, 1.0, 0.3], [0.7, 0.0, 1.0]]), np.array([[40.0, -45.0, 1000.0], [-1000.0, 0.5, -60.0]])),
        english=f"Logits far from 0 beside small ones. {clipped[0]}",
        chinese=f"离 0 很远的 logits 与小的并存时。{clipped[1]}",
    )


@exercise(
    "03.3",
    more=(
        "A new array for what the network reads, with zeros where the draw of generator.random(pictures.shape) lies "
        "below share; the clean one is returned beside it as it came.",
        "网络读到的是一个新数组：generator.random(pictures.shape) 小于 share 的地方为零；干净的数组原样一起返回。",
    ),
)
def denoising_pair(learner: Learner) -> None:
    """Catches: a spoilt target, whole rows, a fixed number per row, another generator, values scaled or replaced."""

    def ask(pictures: np.ndarray, share: float, seed: int) -> list[np.ndarray]:
        answer = learner(pictures, share, np.random.default_rng(seed))
        found = [
            numbers(part)
            for part in parts(
                answer,
                2,
                "Return two arrays: what the network reads, and what it must give back.",
                "应返回两个数组：网络读到的，和它该交出的。",
            )
        ]
        if any(part.shape != pictures.shape for part in found):
            require_new(learner)
            shapes = f"{found[0].shape}", f"{found[1].shape}"
            lost = any(part.shape == tuple(size for size in pictures.shape if size != 1) for part in found)
            require(
                False,
                f"Both arrays have the shape of the pictures, {pictures.shape}; yours have {' and '.join(shapes)}."
                + (" Does squeeze() take an axis away?" if lost else ""),
                f"两个数组都应与图像同形状，即 {pictures.shape}；你的是 {' 和 '.join(shapes)}。"
                + ("是不是 squeeze() 去掉了一个轴？" if lost else ""),
            )
        return found

    pictures = np.random.default_rng(5).uniform(0.2, 1, size=(200, 50))
    spoilt, target = ask(pictures, 0.3, 1)
    require(
        not (close(spoilt, pictures) and not close(target, pictures)),
        "Nothing is set to zero in what the network reads. Is the order right: first the spoilt, then the clean?",
        "网络读到的数组里没有任何数被置零。次序对吗？先是破坏过的，再是干净的。",
    )
    require(
        close(spoilt, pictures) or not close(target, spoilt),
        "Your target is spoilt too: the network would learn to give back noise. The target is the clean picture.",
        "你的目标也被破坏了：网络会学着交出噪声。目标应是干净的图。",
    )
    require(
        not close(spoilt, pictures),
        "Nothing is set to zero in what the network reads.",
        "网络读到的数组里没有任何数被置零。",
    )
    require(
        close(target, pictures),
        "The second array must be the clean pictures, all of them, unchanged.",
        "第二个数组必须是干净的图，一个数也不改。",
    )
    zero = spoilt == 0
    with np.errstate(all="ignore"):
        grown = np.unique((spoilt / pictures)[~zero].round(4))
    require(
        not (zero.any() and len(grown) == 1 and close(grown, [1 / 0.7])),
        "You divide what stays by 1 - share, as dropout does: here numbers that stay are left as they are.",
        "你像暂退法那样把留下的数除以了 1 - share：这里留下的数应保持原样。",
    )
    require(
        close(spoilt[~zero], pictures[~zero]),
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
    more = np.mean(ask(pictures * 0.9, 0.8, 1)[0] == 0)
    require_new(learner)
    other, same, third = (ask(pictures, 0.3, seed)[0] for seed in (2, 1, 3))
    require(
        not close(other, spoilt),
        "Another generator gives the same noise: draw from the generator you are given.",
        "换一个 generator，噪声还是一样：随机数要取自传入的 generator。",
    )
    require(
        close(same, spoilt),
        "The same seed gives other noise: draw from the generator you are given, not from NumPy's global one.",
        "种子相同，噪声却不同：随机数要取自传入的 generator，而不是 NumPy 的全局随机数。",
    )
    first = learner(pictures, 0.3, np.random.default_rng(8))
    second = learner(pictures, 0.3, learner.handed[2])
    require(
        not close(*(numbers(parts(each, 2, "", "")[0], pictures.shape) for each in (first, second))),
        "Called twice with one generator, your function gives the same noise both times: draw from the generator "
        "itself, so that it moves on, not from a copy of it.",
        "用同一个 generator 调用两次，噪声竟完全一样：要从 generator 本身抽取，让它往前走，而不是从它的副本里抽。",
    )
    counts = {int(np.sum(each == 0)) for each in (spoilt, other, third)}
    require(
        len(set(zero.sum(axis=1))) > 1 and len(set(zero.sum(axis=0))) > 1 and len(counts) > 1,
        "Every time exactly as many numbers are lost: each number is drawn on its own, so the count must vary.",
        "每次被置零的个数完全一样：每个数要各自抽取，个数应当有多有少。",
    )
    require(
        0.77 < more < 0.83,
        f"With share=0.8 a share of 0.8 should be zero; in yours it is {more:.2f}. Is a number written into the code?",
        f"share=0.8 时，应有 0.8 的数为零；你的是 {more:.2f}。是不是把比例写死了？",
    )
    for shape, share in (((1, 80), 0.5), ((300, 1), 0.5), ((20, 20), 0.0), ((20, 20), 1.0)):
        given = np.linspace(-1, -0.1, int(np.prod(shape))).reshape(shape)
        read, clean = ask(given, share, 4)
        gone = np.mean(read == 0)
        require(
            abs(gone - share) < 0.25 * (0 < share < 1) + 1e-9,
            f"With share={share} and the shape {shape}, {gone:.2f} of the numbers are zero.",
            f"share={share}、形状为 {shape} 时，{gone:.2f} 的数为零。",
        )
        require(
            close(clean, given) and close(read[read != 0], given[read != 0]),
            f"For pictures of the shape {shape} with numbers below 0, what stays must be as it was, in both arrays.",
            f"形状为 {shape}、数值为负时，留下的数在两个数组里都必须保持原样。",
        )


def _area(scores: np.ndarray, outlier: np.ndarray) -> float:
    strange, usual = scores[outlier][:, None], scores[~outlier][None]
    return float(np.mean((strange > usual) + 0.5 * (strange == usual)))


@exercise(
    "03.4",
    more=(
        "Make all pairs of one outlier and one ordinary example; a pair is worth 1, one half or 0. The mean of what "
        "they are worth is the answer.",
        "列出一个离群点与一个平常样本的所有配对；每一对值 1、二分之一或 0。它们的平均就是答案。",
    ),
)
def area_under_roc(learner: Learner) -> None:
    """Catches: the order turned around, ties counted as wins or losses, an accuracy, pairs of one kind."""
    scores = np.array([0.9, 0.7, 0.6, 0.4, 0.2])
    outlier = np.array([True, False, True, False, False])
    result = number(learner(scores, outlier))
    right = 5 / 6
    recognise(
        result,
        right,
        (
            1 / 6,
            "You get 1/6 where 5/6 is right: that is the probability that the *ordinary* example scores higher.",
            "应为 5/6，你得到 1/6：那是**平常**样本得分更高的概率。",
        ),
        (
            5.0,
            "You count the pairs; divide by how many there are: outliers times ordinary examples.",
            "你数的是有多少对；还要除以配对的总数：离群点个数乘以平常样本个数。",
        ),
        *(
            (
                5 / count,
                "You divide by all pairs of examples; only pairs of one outlier and one ordinary example count.",
                "你除以了所有样本的配对数；只有一个离群点配一个平常样本的才算。",
            )
            for count in (25, 20)
        ),
        (
            5 / 10,  # what all pairs of two examples give, and much else besides
            "You get 1/2. Of two outliers and three ordinary examples there are six pairs, and five are won; pairs of "
            "two outliers, or of two ordinary examples, are not among them.",
            "你得到 1/2。两个离群点与三个平常样本共有六对，赢了五对；两个离群点之间、两个平常样本之间的配对都不算。",
        ),
        (
            5 / 2,
            "You divide by the number of outliers alone: divide by the number of pairs.",
            "你只除以了离群点的个数：应除以配对的总数。",
        ),
        (
            5 / 3,
            "You divide by the number of ordinary examples alone: divide by the number of pairs.",
            "你只除以了平常样本的个数：应除以配对的总数。",
        ),
        (
            float(scores[outlier].mean() - scores[~outlier].mean()),
            "That is the difference of the mean scores: compare pair by pair.",
            "这是平均得分之差：应逐对比较。",
        ),
        (
            1.0,
            "You get 1, as if each outlier scored above each ordinary example; 0.6 lies below 0.7. Compare all pairs.",
            "你得到 1，好像每个离群点的得分都高于每个平常样本；可是 0.6 低于 0.7。应比较所有配对。",
        ),
    )
    require(
        close(result, right),
        f"For the five scores of section 12 the area is 5/6 = 0.833333; you return {result:.6g}.",
        f"第 12 节的五个得分，面积是 5/6 = 0.833333；你返回 {result:.6g}。",
    )
    random = np.random.default_rng(0)
    agree(
        learner,
        _area,
        (random.normal(size=60), random.random(60) < 0.3),
        (-random.random(7) * 10, np.arange(7) % 3 == 1),
        (np.array([0.1, 0.9]), np.array([True, False])),
        (np.array([3.0, 1.0, 2.0]), np.array([True, False, False])),
    )
    tied = np.array([0.5, 0.5, 0.5, 0.1])
    among = np.array([True, False, False, True])
    half = number(learner(tied, among))
    recognise(
        half,
        0.25,
        (
            0.5,
            "Ties count as full wins in yours, as with >= or in the order of a sort: a tie is worth one half.",
            "你把相等算成了赢，比如用了 >=，或者按排序的先后：相等只算一半。",
        ),
        (
            0.0,
            "Ties count for nothing in yours, as with > or in the order of a sort: a tie is worth one half.",
            "相等在你这里不得分，比如用了 >，或者按排序的先后：相等应算一半。",
        ),
    )
    require(
        close(half, 0.25),
        f"Scores {short(tied)} with outliers {short(among)}: two ties among four pairs give 0.25; you return "
        f"{half:.6g}.",
        f"得分 {short(tied)}、离群点 {short(among)}：四对里有两对相等，应得 0.25；你返回 {half:.6g}。",
    )
    agree(
        learner,
        _area,
        (random.integers(0, 4, size=40).astype(np.float64), random.random(40) < 0.4),
        (np.zeros(5), np.arange(5) < 2),
        (np.array([1.0, 1.0, 1.0, 2.0, 2.0, 0.0]), np.array([True, True, False, True, False, False])),
        english="Several equal scores, also among outliers:",
        chinese="有几个得分相等，离群点之间也有：",
    )
    agree(
        learner,
        _area,
        (np.array([0.502, 0.5, 0.501]), np.array([True, False, False])),
        (np.array([0.3, 2.9, 2.1, 0.6]), np.array([False, True, False, True])),
        english="Scores that are near each other are no tie:",
        chinese="得分接近不等于相等：",
    )


def _divergence(p: np.ndarray | float, q: np.ndarray | float) -> np.ndarray:
    return p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))


def _rate_penalty(code: np.ndarray, rate: float) -> float:
    return float(_divergence(rate, np.clip(code.mean(axis=0), 1e-6, 1 - 1e-6)).sum())


@exercise(
    "03.5",
    more=(
        "One mean activity for each unit, kept away from 0 and 1; for each of them the two terms of (6); one sum. The "
        "rate is what is wanted, so it stands in front of the logarithms.",
        "每个单元一个平均活跃度，并与 0 和 1 保持距离；对每一个算 (6) 式的两项；最后求一个和。"
        "rate 是想要的比例，所以站在对数前面的是它。",
    ),
)
def rate_penalty(learner: Learner) -> None:
    """Catches: a mean over units, the divergence turned around, half of it, infinity for a silent or a busy unit."""
    code = np.array([[0.1, 0.6, 0.2], [0.3, 0.8, 0.0]])
    rate = 0.05
    mean = code.mean(axis=0)
    each = _divergence(rate, mean)
    expected = float(each.sum())
    answer = numbers(learner(code, rate))
    require(
        answer.shape != (3,),
        "You return one number per unit; the penalty is their sum.",
        "你对每个单元各返回了一个数；惩罚是它们的和。",
    )
    require(
        answer.shape == (),
        f"The penalty is one number; yours has the shape {answer.shape}.",
        f"惩罚是一个数；你的形状是 {answer.shape}。",
    )
    result = number(answer)
    kept = np.clip(code, 1e-6, 1 - 1e-6)
    recognise(
        result,
        expected,
        (
            _divergence(rate, code.mean(axis=1)).sum(),
            "You average over the units of each example: the rate of a unit is its mean over the batch, axis 0.",
            "你对每个样本的各单元求了平均：单元的活跃度是它在整批上的平均，即轴 0。",
        ),
        (
            _divergence(rate, code.mean()),
            "You average over all numbers at once: each unit has a rate of its own.",
            "你对所有的数取了一个总平均：每个单元有自己的活跃度。",
        ),
        *(
            (
                wrong,
                "You take the divergence of every number: first the mean of each unit over the batch, then the "
                "divergence.",
                "你对每个数都算了散度：应先求每个单元在整批上的平均，再算散度。",
            )
            for wrong in (_divergence(rate, kept).sum(), _divergence(rate, kept).mean(axis=0).sum())
        ),
        (
            _divergence(mean, rate).sum(),
            "The divergence is turned around: (6) starts from the wanted rate, ρ log(ρ / mean).",
            "散度的方向反了：(6) 式从想要的比例出发，是 ρ log(ρ / 平均值)。",
        ),
        (
            np.sum(rate * np.log(rate / mean)),
            "The second term is missing: (1 - ρ) log((1 - ρ) / (1 - mean)). Without it a unit that is always active "
            "pays less than nothing.",
            "缺了第二项：(1 - ρ) log((1 - ρ) / (1 - 平均值))。没有它，始终活跃的单元付的代价反而小于零。",
        ),
        (
            np.sum((1 - rate) * np.log((1 - rate) / (1 - mean))),
            "The first term is missing: ρ log(ρ / mean).",
            "缺了第一项：ρ log(ρ / 平均值)。",
        ),
        (
            np.sum(rate * np.log(rate / mean) - (1 - rate) * np.log((1 - rate) / (1 - mean))),
            "The two terms are added; you subtract the second.",
            "两项应相加；你减去了第二项。",
        ),
        (expected / 3, "You average over the units; (6) is a sum.", "你对单元求了平均；(6) 式是求和。"),
        (-expected, "Your sign is turned around: a divergence is never below 0.", "符号反了：散度从不小于 0。"),
        (
            expected / np.log(2),
            "Those are bits: (6) takes the natural logarithm, np.log.",
            "这是比特：(6) 式用自然对数 np.log。",
        ),
        (
            _divergence(rate, np.clip(code.sum(axis=0), 1e-6, 1 - 1e-6)).sum(),
            "You add the activities over the batch: take their mean.",
            "你把活跃度对批求了和：应取平均。",
        ),
        (
            np.sum((mean - rate) ** 2),
            "Those are squared differences: (6) is a divergence, with logarithms.",
            "这是差的平方：(6) 式是散度，带对数。",
        ),
        (
            np.sum(np.abs(mean - rate)),
            "Those are plain differences: (6) is a divergence, with logarithms.",
            "这是差的绝对值：(6) 式是散度，带对数。",
        ),
        (
            -np.sum(rate * np.log(mean) + (1 - rate) * np.log(1 - mean)),
            "That is a cross-entropy: (6) is 0 where the mean is the rate; ρ stands inside the logarithms, too.",
            "这是交叉熵：(6) 式在平均值等于 ρ 时为 0；对数里面也有 ρ。",
        ),
    )
    require(
        close(result, expected),
        f"For the code {code.tolist()} and the rate {rate} the penalty is {expected:.6g}; you return {result:.6g}.",
        f"编码为 {code.tolist()}、比例为 {rate} 时，惩罚是 {expected:.6g}；你返回 {result:.6g}。",
    )
    random = np.random.default_rng(7)
    busy_code = random.uniform(0.1, 0.9, size=(5, 2))
    recognise(
        number(learner(busy_code, 0.3)),
        _rate_penalty(busy_code, 0.3),
        (
            _rate_penalty(busy_code, rate),
            "With a rate of 0.3 you return what would be right for 0.05: is the rate written into the code?",
            "比例为 0.3 时，你返回的却是 0.05 时的结果：是不是把比例写死了？",
        ),
    )
    agree(
        learner,
        _rate_penalty,
        (busy_code, 0.3),
        (random.uniform(0.1, 0.9, size=(1, 4)), 0.1),
        (random.uniform(0.1, 0.9, size=(6, 1)), 0.05),
        (np.array([[0.2, 0.0], [0.0, 0.2]]), 0.1),
    )

    def extreme(code: list[list[float]], rate: float, english: str, chinese: str) -> None:
        # float32 knows 1 - 1e-6 to two digits only, and the logarithm of what is left of 1 to one per cent.
        found, right = number(learner(np.array(code), rate)), _rate_penalty(np.array(code), rate)
        require(np.isfinite(found), english, chinese)
        require(
            close(found, right, rtol=1e-2),
            f"For the code {code} and the rate {rate} the penalty is {right:.6g}, yours is {found:.6g}: keep the means "
            "between 1e-6 and 1 - 1e-6, neither nearer nor farther.",
            f"编码为 {code}、比例为 {rate} 时，惩罚是 {right:.6g}，你得到 {found:.6g}："
            "把平均值限制在 1e-6 与 1 - 1e-6 之间，不多也不少。",
        )

    silent = (
        "A unit that is never active makes your penalty infinite or NaN: keep the means within 1e-6 and 1 - 1e-6.",
        "从不活跃的单元让你的惩罚变成无穷或 NaN：把平均值限制在 1e-6 与 1 - 1e-6 之间。",
    )
    busy = (
        "A unit that is always active makes your penalty infinite or NaN: keep the means below 1 - 1e-6, too.",
        "始终活跃的单元让你的惩罚变成无穷或 NaN：平均值也要限制在 1 - 1e-6 以下。",
    )
    extreme([[0.0, 0.5], [0.0, 0.5]], rate, *silent)
    extreme([[1.0, 0.5], [1.0, 0.5]], 0.2, *busy)
    rare = np.array([[0.0, 0.5], [3e-6, 0.5]])
    found, right = number(learner(rare, 0.2)), _rate_penalty(rare, 0.2)
    require(
        close(found, right, rtol=1e-3),
        f"A mean of 1.5e-6 lies within 1e-6 and 1 - 1e-6 and stays as it is: for the code {rare.tolist()} and the rate "
        f"0.2 the penalty is {right:.6g}, yours is {found:.6g}. Limit the means, not the numbers they are made of, and "
        "add nothing.",
        f"平均值 1.5e-6 在 1e-6 与 1 - 1e-6 之间，应保持原样：编码为 {rare.tolist()}、比例为 0.2 时，"
        f"惩罚是 {right:.6g}，你得到 {found:.6g}。要限制的是平均值，而不是求平均之前的数；也不要另加什么。",
    )
    extreme([[0.0, 1.0, 0.3], [0.0, 1.0, 0.0]], 0.4, *busy)
