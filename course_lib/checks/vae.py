"""The checks of chapter 04."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import agree, close, number, numbers, recognise, require_close
from course_lib.checks.calling import short
from course_lib.checks.core import Learner, exercise, require


def _array(value: object, shape: tuple[int, ...], names: str) -> np.ndarray:
    """The learner's result as an array of the shape that the exercise asks for, or a hint about the shape."""
    result = numbers(value)
    require(
        result.shape == shape,
        f"The result must have the shape ({names}) = {shape}; yours is {result.shape}. Which axis is summed or "
        "averaged?",
        f"结果的形状应为 ({names}) = {shape}；你的是 {result.shape}。是沿哪一个轴求和或求平均的？",
    )
    return result


def _kl(z_mean: np.ndarray, z_log_var: np.ndarray) -> np.ndarray:
    return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)


@exercise(
    "04.1",
    more=(
        "(6) is a sum over the dimensions of four terms. Three of them you have at once; the variance is the "
        "exponential of z_log_var. One number for each example is left: which axis goes?",
        "(6) 式对各维求和，每一维四项。其中三项现成；方差是 z_log_var 的指数。最后每个样本剩一个数：该去掉哪一个轴？",
    ),
)
def code_kl(learner: Learner) -> None:
    """Catches: the sign, a mean over dimensions or the batch, variance or deviation for its logarithm, a lost half."""
    z_mean = np.array([[1.0, -2.0, 0.5], [0.0, 0.3, 0.0]])
    z_log_var = np.array([[-1.0, 0.5, 0.2], [0.0, -0.4, 0.8]])
    each = _kl(z_mean, z_log_var)
    right = each.sum(axis=1)
    result = _array(learner(z_mean, z_log_var), (2,), "batch,")
    with np.errstate(all="ignore"):
        raw = 0.5 * (z_mean**2 + z_log_var - 1 - np.log(z_log_var))
    as_variance = 0.5 * (z_mean**2 + z_log_var - 1 - np.log(np.abs(z_log_var) + (z_log_var == 0)))
    variance = (
        "z_log_var is the logarithm of the variance; you use it as the variance itself.",
        "z_log_var 是方差的对数；你把它当成了方差本身。",
    )
    recognise(
        result,
        right,
        (
            -right,
            "The sign is turned: a divergence is never negative; this is minus the divergence.",
            "符号反了：散度从不为负，你得到的是负的散度。",
        ),
        (
            each.mean(axis=1),
            "You average over the dimensions: the nats of a code's dimensions add up.",
            "你对维度取了平均：编码各维的奈特数应当相加。",
        ),
        (2 * right, "Twice too much: the factor 1/2 of (6) is missing.", "大了一倍：漏了 (6) 式前面的 1/2。"),
        (as_variance.sum(axis=1), *variance),
        (raw.sum(axis=1), *variance),
        (
            0.5 * (z_mean**2 + z_log_var**2 - 1 - np.log(z_log_var**2 + (z_log_var == 0))).sum(axis=1),
            "z_log_var is the logarithm of the variance; you use it as the standard deviation.",
            "z_log_var 是方差的对数；你把它当成了标准差。",
        ),
        (
            0.5 * (z_mean**2 + np.exp(z_log_var) ** 2 - 1 - 2 * z_log_var).sum(axis=1),
            "z_log_var is the logarithm of the variance, not of the standard deviation: exp() of it is the variance.",
            "z_log_var 是方差的对数，不是标准差的对数：取 exp() 就是方差，不必再平方。",
        ),
        (
            0.5 * (z_mean**2 + np.exp(0.5 * z_log_var) - 1 - z_log_var).sum(axis=1),
            "In (6) stands the variance, exp(z_log_var), and not the standard deviation, its root.",
            "(6) 式里是方差 exp(z_log_var)，不是它的平方根（标准差）。",
        ),
        (
            (right + 0.5 * 3),
            "The -1 of (6) is missing: a code like the prior must cost nothing.",
            "漏了 (6) 式里的 -1：与先验相同的编码不应有代价。",
        ),
        (
            right - 0.5 * 2,
            "The -1 of (6) stands in every dimension; you take it off once for the whole code.",
            "(6) 式里的 -1 每一维都有；你对整个编码只减了一次。",
        ),
        (
            right + 0.5 * 2,
            "The -1 of (6) stands in every dimension; you take it off once for the whole code.",
            "(6) 式里的 -1 每一维都有；你对整个编码只减了一次。",
        ),
        (
            (0.5 * z_mean**2).sum(axis=1),
            "You charge for the means alone: the variances have their price, too.",
            "你只算了均值的代价：方差也有代价。",
        ),
        (
            (each - 0.5 * z_mean**2).sum(axis=1),
            "You charge for the variances alone: the means have their price, too.",
            "你只算了方差的代价：均值也有代价。",
        ),
        (
            right / np.log(2),
            "Those are bits: (6) is in nats, with the natural logarithm.",
            "这是比特：(6) 式以奈特计，用自然对数。",
        ),
        (
            np.repeat(right.mean(), 2),
            "Both examples get the mean of the batch: each has a divergence of its own.",
            "两个样本得到的都是整批的平均：每个样本有自己的散度。",
        ),
    )
    require(
        close(result, right),
        f"For means {short(z_mean[0])} and log-variances {short(z_log_var[0])} the divergence is {right[0]:.6g}, for "
        f"{short(z_mean[1])} and {short(z_log_var[1])} it is {right[1]:.6g}; yours are {short(result)}.",
        f"均值为 {short(z_mean[0])}、对数方差为 {short(z_log_var[0])} 时，散度是 {right[0]:.6g}，"
        f"均值为 {short(z_mean[1])}、对数方差为 {short(z_log_var[1])} 时是 {right[1]:.6g}；你得到 {short(result)}。",
    )
    random = np.random.default_rng(4)
    agree(
        learner,
        lambda z_mean, z_log_var: _kl(z_mean, z_log_var).sum(axis=1),
        tuple(random.normal(size=(2, 5, 4))),
        tuple(random.normal(size=(2, 1, 3))),
        tuple(random.normal(size=(2, 4, 1))),
        (np.zeros((2, 2)), np.zeros((2, 2))),
        (np.full((3, 2), -4.0), np.array([[-30.0, 3.0], [5.0, -20.0], [0.0, 0.0]])),
        (np.array([[0.5, 1.0, -1.0], [2.0, 0.1, 0.3]]), np.array([[0.2, -0.1, 1.0], [-1.0, 0.4, 0.0]])),  # as the first
    )


def _codes(z_mean: np.ndarray, z_log_var: np.ndarray, noise: np.ndarray) -> np.ndarray:
    return z_mean + np.exp(0.5 * z_log_var) * noise


@exercise(
    "04.2",
    more=(
        "(7) has one thing to scale and one to shift by. What noise of deviation 1 is multiplied with is a deviation; "
        "you are given the logarithm of its square.",
        "(7) 式里有一个量用来缩放，一个量用来平移。标准差为 1 的噪声要乘以标准差；给你的是标准差平方的对数。",
    ),
)
def draw_codes(learner: Learner) -> None:
    """Catches: variance for deviation, log-variance for deviation, noise of its own, one noise for all, no mean."""
    random = np.random.default_rng(7)
    z_mean, z_log_var, noise = random.normal(size=(3, 4, 3))
    right, deviation = _codes(z_mean, z_log_var, noise), np.exp(0.5 * z_log_var)
    result = _array(learner(z_mean, z_log_var, noise), (4, 3), "batch, latent_dim")
    shared = (
        "All examples share one noise: each needs its own row.",
        "所有样本共用了一份噪声：每个样本要用自己那一行。",
    )
    recognise(
        result,
        right,
        (
            z_mean + np.exp(z_log_var) * noise,
            "You multiply by the variance; noise is scaled by the standard deviation, its root: exp(0.5 · "
            "log-variance).",
            "你乘的是方差；噪声应乘以标准差，即方差的平方根：exp(0.5 · 对数方差)。",
        ),
        (
            z_mean + z_log_var * noise,
            "You multiply by the logarithm: first turn the log-variance into a standard deviation.",
            "你直接乘了对数：先把对数方差变成标准差。",
        ),
        (
            z_mean + 0.5 * z_log_var * noise,
            "You multiply by half the logarithm: its exponential is the standard deviation.",
            "你乘了对数的一半：还要取指数，才是标准差。",
        ),
        (
            z_mean + np.exp(2 * z_log_var) * noise,
            "You multiply by the square of the variance; noise is scaled by its root.",
            "你乘的是方差的平方；应乘以方差的平方根。",
        ),
        (
            z_mean + 0.5 * np.exp(z_log_var) * noise,
            "You take half of the variance; its root is the exponential of half the log-variance.",
            "你取了方差的一半；方差的平方根应是对数方差一半的指数。",
        ),
        (
            z_mean + np.sqrt(np.abs(z_log_var)) * noise,
            "You take the root of the logarithm: first turn the log-variance into a variance.",
            "你对对数开了平方根：先把对数方差变成方差。",
        ),
        (
            z_mean + noise / deviation,
            "You divide by the standard deviation: noise is multiplied by it.",
            "你除以了标准差：噪声应乘以它。",
        ),
        (deviation * noise, "The codes lie around 0: the mean is missing.", "编码都围着 0：漏了均值。"),
        (
            z_mean - deviation * noise,
            "The noise is subtracted: (7) adds it.",
            "你减去了噪声：(7) 式是加上。",
        ),
        (
            deviation * (z_mean + noise),
            "You scale the mean as well: only the noise is multiplied by the standard deviation.",
            "你把均值也缩放了：只有噪声要乘以标准差。",
        ),
        (z_mean + deviation * noise[:1], *shared),
        (
            z_mean + deviation * noise[:, :1],
            "All dimensions share one noise: each needs its own.",
            "所有维度共用了一份噪声：每一维要用自己的。",
        ),
        (
            z_mean + deviation,
            "You add the whole deviation: where has the noise gone?",
            "你加上了整个标准差：噪声到哪里去了？",
        ),
        (
            z_mean + noise,
            "The noise is not scaled: multiply it by the standard deviation.",
            "噪声没有缩放：要乘以标准差。",
        ),
        (z_mean, "You return the mean: where has the noise gone?", "你返回的是均值：噪声到哪里去了？"),
        (
            noise,
            "You return the noise itself: scale it, and shift it by the mean.",
            "你返回的是噪声本身：要缩放，再用均值平移。",
        ),
    )
    if not close(result, right):
        other = _array(learner(z_mean, z_log_var, noise), (4, 3), "batch, latent_dim")
        without = _array(learner(z_mean, z_log_var, np.zeros_like(noise)), (4, 3), "batch, latent_dim")
        require(
            close(result, other) and not close(result, without),
            "Your codes do not depend on `noise` alone: use the noise you are given, and draw none yourself.",
            "你的编码并不只取决于 `noise`：要用给你的噪声，不要自己再抽。",
        )
    require(
        close(result, right),
        f"With mean {z_mean[0, 0]:.3f}, log-variance {z_log_var[0, 0]:.3f} and noise {noise[0, 0]:.3f} the code is "
        f"{right[0, 0]:.6g}; yours is {result[0, 0]:.6g}."
        if not close(result[0, 0], right[0, 0])
        else "The first code is right, another is not: is each made from its own mean, log-variance and noise?",
        f"均值 {z_mean[0, 0]:.3f}、对数方差 {z_log_var[0, 0]:.3f}、噪声 {noise[0, 0]:.3f} 时，编码应为 "
        f"{right[0, 0]:.6g}；你得到 {result[0, 0]:.6g}。"
        if not close(result[0, 0], right[0, 0])
        else "第一个编码对了，别的却不对：每个编码用的是自己的均值、对数方差和噪声吗？",
    )
    agree(
        learner,
        _codes,
        (z_mean, z_log_var, -noise),
        (z_mean, z_log_var, np.zeros_like(noise)),
        tuple(random.normal(size=(3, 5, 2))),
        tuple(random.normal(size=(3, 1, 4))),
        tuple(random.normal(size=(3, 6, 1))),
    )
    agree(
        learner,
        _codes,
        (np.array([[20.0, -9.0]]), np.array([[4.0, -12.0]]), np.array([[3.5, -4.0]])),
        english="A code may lie far from 0:",
        chinese="编码可以离 0 很远：",
    )


def _elbo(images: np.ndarray, logits: np.ndarray, z_mean: np.ndarray, z_log_var: np.ndarray) -> float:
    pixels = images * logits - np.logaddexp(0, logits)
    return float(np.mean(pixels.sum(axis=1) - _kl(z_mean, z_log_var).sum(axis=1)))


@exercise(
    "04.3",
    more=(
        "Two numbers for each image: the log-probability of its pixels, a sum over pixels, and the price of its code, "
        "exercise 04.1. Their difference is the ELBO of that image; the mean comes last. For the pixels, write log p "
        "and log(1 - p) by means of log(1 + e^a).",
        "每张图有两个数：像素的对数概率（对像素求和）和编码的代价（见练习 04.1）。两者之差是这张图的 ELBO；最后取平均。"
        "像素部分，用 log(1 + e^a) 来写 log p 和 log(1 - p)。",
    ),
)
def mean_elbo(learner: Learner) -> None:
    """Catches: a mean over pixels, KL added, KL left out, the negative, a sum over the batch, overflow."""
    random = np.random.default_rng(11)
    images = (random.random((3, 6)) < 0.5).astype(np.float64)
    logits = random.normal(size=(3, 6))
    z_mean, z_log_var = random.normal(size=(2, 3, 3))
    pixels = images * logits - np.logaddexp(0, logits)  # (batch, pixels)
    reconstruction, prices = pixels.sum(axis=1), _kl(z_mean, z_log_var)
    kl = prices.sum(axis=1)
    right = float(np.mean(reconstruction - kl))
    answer = numbers(learner(images, logits, z_mean, z_log_var))
    require(
        answer.shape != (3,),
        "You return one ELBO for each image: take their mean.",
        "你返回的是每张图的 ELBO：还要取平均。",
    )
    result = number(answer)
    with np.errstate(all="ignore"):
        unsquashed = images * np.log(logits) + (1 - images) * np.log(1 - logits)
    recognise(
        result,
        right,
        (
            np.mean(pixels.mean(axis=1) - kl),
            "The reconstruction is a mean over pixels: then the KL weighs too much. Sum over pixels.",
            "重构项对像素取了平均，KL 就太重了。应对像素求和。",
        ),
        (
            np.mean(reconstruction - prices.mean(axis=1)),
            "The KL is a mean over the dimensions of the code: their nats add up.",
            "KL 对编码的各维取了平均：各维的奈特应当相加。",
        ),
        (
            np.mean(pixels.mean(axis=1) - prices.mean(axis=1)),
            "You average over pixels and over the code's dimensions: both are sums.",
            "你对像素和编码的各维都取了平均：两处都应求和。",
        ),
        (
            np.mean(reconstruction + kl),
            "You add the KL: it is a price, taken off the reconstruction.",
            "你加上了 KL：它是代价，应从重构项中减去。",
        ),
        (
            np.mean(kl - reconstruction),
            "That is the loss, the negative ELBO: turn its sign.",
            "这是损失，即负的 ELBO：把符号反过来。",
        ),
        (
            np.mean(-reconstruction - kl),
            "The reconstruction has the wrong sign: the logarithm of a probability is below 0.",
            "重构项的符号反了：概率的对数小于 0。",
        ),
        (
            np.mean(reconstruction),
            "That is the reconstruction alone: the KL is missing.",
            "这只是重构项：漏了 KL。",
        ),
        (np.mean(-kl), "That is the KL alone: the reconstruction is missing.", "这只是 KL：漏了重构项。"),
        (
            np.sum(reconstruction - kl),
            "That is the sum over the batch: return the mean per image.",
            "这是整批的总和：应返回每张图的平均。",
        ),
        (
            np.mean(reconstruction - 2 * kl),
            "The KL is twice too large: the factor 1/2 of (6) is missing.",
            "KL 大了一倍：漏了 (6) 式前面的 1/2。",
        ),
        (
            np.mean((images * -np.logaddexp(0, -logits)).sum(axis=1) - kl),
            "You count the white pixels alone; the black ones have their probability, too: (1 - x) log(1 - p).",
            "你只算了白色像素；黑色像素也有概率：(1 - x) log(1 - p)。",
        ),
        (
            np.mean((pixels - 2 * (images * logits) + logits).sum(axis=1) - kl),
            "Black and white have changed places: the logit is that of a pixel being 1.",
            "黑白颠倒了：logit 说的是像素为 1 的可能。",
        ),
        (
            np.mean(unsquashed.sum(axis=1) - kl),
            "You take the logits for probabilities: σ() turns them into some.",
            "你把 logits 当成了概率：要用 σ() 变成概率。",
        ),
        (
            np.mean(-((images - 1 / (1 + np.exp(-logits))) ** 2).sum(axis=1) - kl),
            "You take squared errors: for black and white images it is the logarithm of a probability.",
            "你用的是平方误差：黑白图像要用概率的对数。",
        ),
        (
            reconstruction[0] - kl[0],
            "That is the ELBO of the first image alone: return the mean of all.",
            "这只是第一张图的 ELBO：应返回所有图的平均。",
        ),
    )
    require(
        close(result, right),
        f"For three small images the mean ELBO is {right:.6g}, {reconstruction.mean():.6g} for the pixels and "
        f"{-kl.mean():.6g} for the codes; yours is {result:.6g}.",
        f"三张小图的平均 ELBO 是 {right:.6g}，其中像素占 {reconstruction.mean():.6g}，编码占 {-kl.mean():.6g}；"
        f"你得到 {result:.6g}。",
    )

    def case(batch: int, pixels: int, latent_dim: int) -> tuple[np.ndarray, ...]:
        white = (random.random((batch, pixels)) < 0.5).astype(np.float64)
        return (white, random.normal(size=(batch, pixels)), *random.normal(size=(2, batch, latent_dim)))

    agree(learner, _elbo, case(5, 4, 3), case(1, 6, 2), case(4, 4, 4), case(2, 1, 1))
    extreme, code = np.array([[1000.0, -1000.0]]), np.zeros((1, 2))
    sure = number(learner(np.array([[1.0, 0.0]]), extreme, code, code))
    mistaken = number(learner(np.array([[0.0, 1.0]]), extreme, code, code))
    require(
        close(sure, 0.0) and close(mistaken, -2000.0),
        f"Logits of ±1,000 give {sure:.6g} where they are right and {mistaken:.6g} where they are wrong; it should be "
        "0 and -2000. exp(1000) overflows, log(0) is infinite: np.logaddexp(0, logits) is log(1 + e^logit) without "
        "either.",
        f"logits 为 ±1,000 时，判断正确得到 {sure:.6g}，判断错误得到 {mistaken:.6g}；应为 0 和 -2000。"
        "exp(1000) 会溢出，log(0) 是无穷：np.logaddexp(0, logits) 算 log(1 + e^logit) 时两者都能避免。",
    )
    mixed = np.array([[1000.0, -1.0], [0.5, -1000.0], [-1000.0, 2.0]])
    agree(
        learner,
        _elbo,
        (np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]), mixed, np.zeros((3, 1)), np.zeros((3, 1))),
        english="Logits of ±1,000 beside small ones:",
        chinese="±1,000 的 logits 与小的并存时：",
    )


def _bound(log_weights: np.ndarray) -> np.ndarray:
    largest = log_weights.max(axis=0)
    return largest + np.log(np.mean(np.exp(log_weights - largest), axis=0))


@exercise(
    "04.4",
    more=(
        "(9) for one image: exponentials, their mean, a logarithm. Multiply all weights of an image by one number and "
        "the bound moves by its logarithm: choose for each image a number with which the largest weight becomes 1.",
        "对一张图，(9) 式是：取指数，求平均，取对数。把一张图的所有权重同乘一个数，界就移动这个数的对数："
        "为每张图选一个数，使最大的权重变成 1。",
    ),
)
def tighter_bound(learner: Learner) -> None:
    """Catches: a mean of logarithms, a sum in place of the mean, overflow, the wrong axis, one maximum for all."""
    log_weights = np.array(
        [[-2.0, -5.0, -3.0], [-1.0, -4.0, -3.5], [-6.0, -4.5, -3.2], [-2.5, -9.0, -3.1], [-2.2, -5.5, -3.4]]
    )
    right = _bound(log_weights)
    result = _array(learner(log_weights), (3,), "images,")
    recognise(
        result,
        right,
        (
            log_weights.mean(axis=0),
            "That is the mean of the logarithms, the ELBO: (9) takes the logarithm of the mean.",
            "这是对数的平均，即 ELBO：(9) 式要的是平均的对数。",
        ),
        (
            log_weights.max(axis=0),
            "That is the largest weight alone: the others count too.",
            "这只是最大的权重：其余的也要算进去。",
        ),
        (
            log_weights.sum(axis=0),
            "That is the sum of the logarithms: (9) takes the logarithm of the mean.",
            "这是对数的和：(9) 式要的是平均的对数。",
        ),
        (
            right + np.log(5),
            "That is the logarithm of the sum: divide by the number of samples, or the bound grows with K for nothing.",
            "这是和的对数：还要除以样本数，否则 K 越大，界就会平白变大。",
        ),
        (
            (right + np.log(5)) / 5,
            "You divide the logarithm by the number of samples: divide the sum before the logarithm.",
            "你先取了对数，再除以样本数：应先除，再取对数。",
        ),
        (
            right + np.log(5 / 3),
            "You divide by the number of images: divide by the number of samples.",
            "你除以了图的张数：应除以样本数。",
        ),
        (
            right - log_weights.max(axis=0),
            "You took the largest logarithm away and did not add it again.",
            "你减去了最大的对数，却没有加回来。",
        ),
        (np.exp(right), "That is the mean of the weights: its logarithm is missing.", "这是权重的平均：漏了取对数。"),
        (-right, "The sign is turned: the bound is below 0 here.", "符号反了：这里的界小于 0。"),
        (right / np.log(2), "Those are bits: (9) takes the natural logarithm.", "这是比特：(9) 式用自然对数。"),
    )
    require_close(result, right, "For the first small table:", "在第一个小表里：")
    random = np.random.default_rng(8)
    agree(
        learner,
        _bound,
        (random.normal(size=(5, 2)) * 2,),
        (random.normal(size=(3, 1)),),
        (random.normal(size=(1, 4)),),
        (random.normal(size=(3, 3)) * 2 - 5,),
    )
    for extreme in (
        np.array([[-2000.0, -1.0], [-2001.0, -2.0]]),
        np.array([[-2000.0, -3000.0, 0.5], [-2001.0, -2.0, -2500.0], [-1999.0, -2500.0, -1.0]]),
        np.array([[1000.0, -5000.0], [998.0, -5001.0]]),
    ):
        found, expected = _array(learner(extreme), extreme.shape[1:], "images,"), _bound(extreme)
        require(
            close(found, expected),
            f"For the log-weights {extreme.tolist()} you get {short(found)}, where it should be {short(expected)}: "
            "exp() became 0 or infinite. Subtract the largest logarithm of each image first, add it again afterwards.",
            f"对数权重为 {extreme.tolist()} 时，你得到 {short(found)}，应为 {short(expected)}：exp() 变成了 0 或无穷。"
            "先减去每张图各自最大的对数，最后再加回来。",
        )


@exercise(
    "04.5",
    more=(
        "For each dimension look down its column: how much does the mean differ from example to example? That is one "
        "variance for each dimension. Then compare, and count.",
        "对每一维，顺着它那一列往下看：各样本的均值相差多少？这样每一维得到一个方差。然后比较，再数个数。",
    ),
)
def count_active(learner: Learner) -> None:
    """Catches: the wrong axis, means in place of their variance, a share or a mask, the deviation, the threshold."""
    random = np.random.default_rng(3)
    # 11 dimensions. Three are active, three have a deviation above the threshold but no variance, five say nothing;
    # four of these five, and one that is active, lie far from 0.
    scale = np.array([1.0, 0.004, 0.5, 0.05, 0.0, 2.0, 0.06, 0.004, 0.04, 0.0, 0.004])
    z_mean = random.normal(size=(200, 11)) * scale
    z_mean -= z_mean.mean(axis=0)
    z_mean[:, [0, 1, 4, 7, 9]] += 3.0
    result = learner(z_mean, 0.01)
    answer = numbers(result)
    require(
        answer.shape == (),
        f"Return how many there are, one number; yours has the shape {answer.shape}.",
        f"应返回有几个，即一个数；你返回的形状是 {answer.shape}。",
    )
    count = number(answer)
    variance = z_mean.var(axis=0)
    absolute = (
        "A mean far from 0 is no activity: if it is the same for every example, it says nothing about any of them.",
        "均值离 0 远不等于活跃：如果对每个样本都一样，就什么信息也没有。",
    )
    recognise(
        count,
        3.0,
        (
            200.0,
            "You count examples: the variance is taken over the examples, once for each dimension.",
            "你数的是样本：方差要在样本之间求，每一维一个。",
        ),
        (
            float(np.sum(z_mean.std(axis=0) > 0.01)),
            "You count six: also three whose standard deviation lies above the threshold, while their variance does "
            "not. The threshold is one for the variance.",
            "你数了六维：其中三维的标准差高于阈值，方差却没有。阈值是对方差说的。",
        ),
        (float(np.sum(np.abs(z_mean.mean(axis=0)) > 0.01)), *absolute),
        (float(np.sum((z_mean**2).mean(axis=0) > 0.01)), *absolute),
        (8.0, "You count the dimensions that are not active.", "你数的是不活跃的维度。"),
        (
            11.0,
            "You count all dimensions: only those with a variance above the threshold are active.",
            "你把所有维度都数了：方差高于阈值的才活跃。",
        ),
        (3 / 11, "That is a share: return the number of dimensions.", "这是比例：应返回维度的个数。"),
        (
            float(variance[variance > 0.01].sum()),
            "You add the variances: return how many dimensions there are.",
            "你把方差加起来了：应返回有几维。",
        ),
        (
            float(np.sum(z_mean > 0.01)),
            "You count single numbers: return the number of dimensions.",
            "你数的是单个的数：应返回维度的个数。",
        ),
    )
    require(
        count == 3,
        f"Three of the eleven are active here; you say {count:g}.",
        f"这里十一维中有三维活跃；你得到 {count:g}。",
    )

    def ours(z_mean: np.ndarray, threshold: float = 0.01) -> int:
        return int(np.sum(z_mean.var(axis=0) > threshold))

    still = np.array([[2.0, -1.0, 5.0, 0.0]] * 6)
    moving = np.arange(6.0)[:, None] * np.array([1.0, -2.0, 0.5, 0.0])
    agree(learner, ours, (still, 0.01), (moving, 0.01), (moving[:, :2] + 7, 0.01), (moving[:, :1], 0.01))
    wide = number(learner(z_mean, 0.5))
    require(
        wide == 2,
        f"With threshold=0.5 two are active, and you say {wide:g}"
        + (": does your function use the threshold it is given?" if wide == count else "."),
        f"threshold=0.5 时有两维活跃，你得到 {wide:g}" + ("：你的函数用了传入的阈值吗？" if wide == count else "。"),
    )
    agree(learner, ours, (moving, 5.0))
    agree(
        learner,
        ours,
        (np.array([[0.17, -0.17]] * 18 + [[0.0, 0.0]] * 22), 0.01),
        english="The variance is the mean square around the mean, not around another middle:",
        chinese="方差是各数与均值（而不是别的中心）之差的平方的平均：",
    )
    agree(
        learner,
        ours,
        (np.array([[0.3], [-0.3]] * 50), 0.092),
        (np.array([[0.3], [-0.3]] * 50), 0.088),
        english="A variance of 0.09, compared as it is, not rounded:",
        chinese="方差 0.09 照原样比较，不要四舍五入：",
    )
    if learner.takes(1):  # who leaves the default out is not wrong
        agree(
            learner,
            ours,
            (0.1 * moving,),
            english="Called without a threshold, which is 0.01 then:",
            chinese="不给阈值，即取 0.01 时：",
        )
    require(
        number(learner(still, 0.0)) == 0,
        "A dimension that never changes is not active, with a threshold of 0 either: its variance must lie above it.",
        "从不变化的维度不活跃，阈值为 0 时也一样：方差必须大于阈值。",
    )


def _penalty(kl: np.ndarray, free_bits: float) -> float:
    return float(np.maximum(kl.mean(axis=0), free_bits).sum())


@exercise(
    "04.6",
    more=(
        "Three steps, in this order: the average over the batch for each dimension, the floor for each dimension, the "
        "sum over dimensions. Exchange two of them and it is another penalty.",
        "三步，次序不能变：每一维对整批取平均，让每一维不低于下限，再对各维求和。换了次序，就是另一种惩罚。",
    ),
)
def free_bits_penalty(learner: Learner) -> None:
    """Catches: the floor for each example, for the sum, min in place of max, no floor, a mean over dimensions."""
    kl = np.array(
        [[0.0, 2.0, 0.1, 0.2], [0.8, 1.0, 0.1, 0.1], [0.1, 3.0, 0.1, 0.0], [0.3, 1.2, 0.1, 0.3], [0.3, 1.8, 0.1, 0.15]]
    )
    floor = 0.2
    mean = kl.mean(axis=0)  # 0.3, 1.8, 0.1 and 0.15
    right = _penalty(kl, floor)
    answer = numbers(learner(kl, floor))
    require(
        answer.shape != (4,),
        "You return a penalty for each dimension: add them up.",
        "你返回的是每一维的惩罚：还要加起来。",
    )
    result = number(answer)
    recognise(
        result,
        right,
        (
            np.mean(np.sum(np.maximum(kl, floor), axis=1)),
            "You raise every example to the free bits: average over the batch first, so that one example may say less.",
            "你把每个样本都抬到了自由比特：应先对整批取平均，允许个别样本携带得少一些。",
        ),
        (
            np.sum(np.maximum(kl, floor)),
            "You raise every example to the free bits, and add them all: average over the batch first.",
            "你把每个样本都抬到了自由比特，再全部相加：应先对整批取平均。",
        ),
        (
            np.sum(np.maximum(kl.sum(axis=0), floor)),
            "You add over the batch: take the average over it.",
            "你对批求了和：应对批取平均。",
        ),
        (
            np.mean(np.maximum(mean, floor)),
            "That is a mean over the dimensions: their nats add up.",
            "这是对维度取平均：各维的奈特应当相加。",
        ),
        (
            np.sum(np.minimum(mean, floor)),
            "min() takes the price off whoever speaks most; free bits are a floor: max().",
            "用 min() 反而让携带最多的维度不受惩罚；自由比特是下限，应当用 max()。",
        ),
        (
            np.sum(np.maximum(mean - floor, 0)),
            "You subtract the free bits: (11) leaves what lies above them as it is.",
            "你减去了自由比特：(11) 式对高出的部分原样保留。",
        ),
        (
            np.sum(np.where(mean > floor, mean, 0)),
            "You drop what lies below the free bits: it costs as much as they do.",
            "你去掉了低于自由比特的维度：它们的代价等于自由比特。",
        ),
        (
            np.sum(mean + floor),
            "You add the free bits to every dimension: they are a floor, max().",
            "你给每一维都加上了自由比特：它是下限，应当用 max()。",
        ),
        (
            np.sum(np.maximum(kl.mean(axis=1), floor)),
            "You average over the dimensions of each example: average over the batch, axis 0.",
            "你对每个样本的各维取了平均：应对批（轴 0）取平均。",
        ),
        (-right, "The sign is turned: a penalty is added to the loss.", "符号反了：惩罚是加到损失上的。"),
    )
    if close(result, mean.sum()):
        generous = number(learner(kl, 5.0))  # more than all dimensions carry together
        require(
            not close(generous, mean.sum()),
            "With 5 free nats for each of four dimensions you still return what they carry: the free bits are missing.",
            "四维各给 5 奈特自由额度，你返回的仍是它们携带的总量：漏了自由比特。",
        )
        require(
            not close(generous, 5.0),
            "The free bits are for each dimension; you compare them with the sum of all.",
            "自由比特是给每一维的；你拿去和总和比了。",
        )
    require(
        close(result, right),
        f"With the averages 0.3, 1.8, 0.1 and 0.15 and {floor} free nats the penalty is {right:.6g}; yours is "
        f"{result:.6g}.",
        f"平均值为 0.3、1.8、0.1 和 0.15，自由奈特为 {floor} 时，惩罚是 {right:.6g}；你得到 {result:.6g}。",
    )
    random = np.random.default_rng(9)
    agree(
        learner,
        _penalty,
        (kl, 5.0),
        (random.random((5, 4)), 0.5),
        (random.random((1, 3)), 0.4),
        (random.random((6, 1)), 0.45),
        (random.random((3, 3)), 0.0),
        (random.random((2, 5)) * np.array([[1.0], [3.0]]), 0.9),
    )
