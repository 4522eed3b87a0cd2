"""The checks of chapter 04."""

from __future__ import annotations

import numpy as np

from course_lib.checks.core import Learner, exercise, require


def _array(value: object, shape: tuple[int, ...], name: str) -> np.ndarray:
    """The learner's result as an array of the shape that the exercise asks for, or a hint about the shape."""
    result = np.asarray(value, dtype=np.float64)
    require(
        result.shape == shape,
        f"The result must have the shape {name} = {shape}; yours is {result.shape}. Which axis is summed or averaged?",
        f"结果的形状应为 {name} = {shape}；你的是 {result.shape}。是沿哪一个轴求和或求平均的？",
    )
    return result


def _number(value: object) -> float:
    """The learner's result as one number, or a hint that it is more than one."""
    result = np.asarray(value, dtype=np.float64)
    require(
        result.size == 1,
        f"Return one number; yours has the shape {result.shape}.",
        f"应返回一个数；你返回的形状是 {result.shape}。",
    )
    return float(result.reshape(()))


def _kl(z_mean: np.ndarray, z_log_var: np.ndarray) -> np.ndarray:
    return 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)


@exercise("04.1")
def code_kl(learner: Learner) -> None:
    """Catches: the sign, a mean over dimensions or the batch, variance or deviation for its logarithm, a lost half."""
    z_mean = np.array([[1.0, -2.0, 0.5], [0.0, 0.3, 0.0]])
    z_log_var = np.array([[-1.0, 0.5, 0.2], [0.0, -0.4, 0.8]])
    right = _kl(z_mean, z_log_var)
    result = _array(learner(z_mean, z_log_var), (2,), "(batch,)")
    require(
        not np.allclose(result, -right.sum(axis=1)),
        "The sign is turned: a divergence is never negative; this is minus the divergence.",
        "符号反了：散度从不为负，你得到的是负的散度。",
    )
    require(
        not np.allclose(result, right.mean(axis=1)),
        "You average over the dimensions: the nats of a code's dimensions add up.",
        "你对维度取了平均：编码各维的奈特数应当相加。",
    )
    require(
        not np.allclose(result, 2 * right.sum(axis=1)),
        "Twice too much: the factor 1/2 of (6) is missing.",
        "大了一倍：漏了 (6) 式前面的 1/2。",
    )
    as_variance = 0.5 * (z_mean**2 + z_log_var - 1 - np.log(np.abs(z_log_var) + (z_log_var == 0)))
    as_deviation = 0.5 * (z_mean**2 + np.exp(z_log_var) ** 2 - 1 - 2 * z_log_var)
    with np.errstate(all="ignore"):
        raw = 0.5 * (z_mean**2 + z_log_var - 1 - np.log(z_log_var))
    require(
        not any(np.allclose(result, wrong.sum(axis=1), equal_nan=True) for wrong in (as_variance, raw)),
        "z_log_var is the logarithm of the variance; you use it as the variance itself.",
        "z_log_var 是方差的对数；你把它当成了方差本身。",
    )
    require(
        not np.allclose(result, as_deviation.sum(axis=1)),
        "z_log_var is the logarithm of the variance, not of the standard deviation: exp() of it is the variance.",
        "z_log_var 是方差的对数，不是标准差的对数：取 exp() 就是方差，不必再平方。",
    )
    expected = right.sum(axis=1)
    require(
        np.allclose(result, expected),
        f"For means {z_mean[0]} and log-variances {z_log_var[0]} the divergence is {expected[0]:.4f}; "
        f"yours is {result[0]:.4f}.",
        f"均值为 {z_mean[0]}、对数方差为 {z_log_var[0]} 时，散度是 {expected[0]:.4f}；你得到 {result[0]:.4f}。",
    )


@exercise("04.2")
def draw_codes(learner: Learner) -> None:
    """Catches: variance for deviation, log-variance for deviation, noise of its own, one noise for all, no mean."""
    random = np.random.default_rng(7)
    z_mean, z_log_var, noise = random.normal(size=(3, 4, 3))
    right = z_mean + np.exp(0.5 * z_log_var) * noise
    result = _array(learner(z_mean, z_log_var, noise), (4, 3), "(batch, latent_dim)")
    again = _array(learner(z_mean, z_log_var, noise), (4, 3), "(batch, latent_dim)")
    require(
        np.array_equal(result, again),
        "Two calls with the same noise differ: use the noise you are given, and draw none yourself.",
        "同样的噪声，两次调用的结果不同：要用给你的 noise，不要自己再抽。",
    )
    require(
        not np.allclose(result, z_mean + np.exp(z_log_var) * noise),
        "You multiply by the variance; noise is scaled by the standard deviation, its root: exp(0.5 · log-variance).",
        "你乘的是方差；噪声应乘以标准差，即方差的平方根：exp(0.5 · 对数方差)。",
    )
    require(
        not np.allclose(result, z_mean + z_log_var * noise),
        "You multiply by the logarithm: first turn the log-variance into a standard deviation.",
        "你直接乘了对数：先把对数方差变成标准差。",
    )
    require(
        not np.allclose(result, np.exp(0.5 * z_log_var) * noise),
        "The codes lie around 0: the mean is missing.",
        "编码都围着 0：漏了均值。",
    )
    require(
        not np.allclose(result, z_mean + np.exp(0.5 * z_log_var) * noise[:1]),
        "All examples share one noise: each needs its own row.",
        "所有样本共用了一份噪声：每个样本要用自己那一行。",
    )
    require(
        not np.allclose(result, z_mean),
        "You return the mean: where has the noise gone?",
        "你返回的是均值：噪声到哪里去了？",
    )
    require(
        np.allclose(result, right),
        f"With mean {z_mean[0, 0]:.3f}, log-variance {z_log_var[0, 0]:.3f} and noise {noise[0, 0]:.3f} the code is "
        f"{right[0, 0]:.3f}; yours is {result[0, 0]:.3f}.",
        f"均值 {z_mean[0, 0]:.3f}、对数方差 {z_log_var[0, 0]:.3f}、噪声 {noise[0, 0]:.3f} 时，编码应为 "
        f"{right[0, 0]:.3f}；你得到 {result[0, 0]:.3f}。",
    )


@exercise("04.3")
def mean_elbo(learner: Learner) -> None:
    """Catches: a mean over pixels, KL added, KL left out, the negative, a sum over the batch, overflow."""
    random = np.random.default_rng(11)
    images = (random.random((3, 6)) < 0.5).astype(np.float64)
    logits = random.normal(size=(3, 6))
    z_mean, z_log_var = random.normal(size=(2, 3, 2))
    pixels = images * logits - np.logaddexp(0, logits)  # (batch, pixels)
    reconstruction, kl = pixels.sum(axis=1), _kl(z_mean, z_log_var).sum(axis=1)
    right = float(np.mean(reconstruction - kl))
    result = _number(learner(images, logits, z_mean, z_log_var))
    require(
        not np.isclose(result, np.mean(pixels.mean(axis=1) - kl)),
        "The reconstruction is a mean over pixels: then the KL weighs too much. Sum over pixels.",
        "重构项对像素取了平均，KL 就太重了。应对像素求和。",
    )
    require(
        not np.isclose(result, np.mean(reconstruction + kl)),
        "You add the KL: it is a price, taken off the reconstruction.",
        "你加上了 KL：它是代价，应从重构项中减去。",
    )
    require(
        not np.isclose(result, np.mean(reconstruction)),
        "That is the reconstruction alone: the KL is missing.",
        "这只是重构项：漏了 KL。",
    )
    require(
        not np.isclose(result, -right),
        "That is the loss, the negative ELBO: turn its sign.",
        "这是损失，即负的 ELBO：把符号反过来。",
    )
    require(
        not np.isclose(result, np.sum(reconstruction - kl)),
        "That is the sum over the batch: return the mean per image.",
        "这是整批的总和：应返回每张图的平均。",
    )
    require(
        np.isclose(result, right),
        f"For three small images the mean ELBO is {right:.4f}; yours is {result:.4f}.",
        f"三张小图的平均 ELBO 是 {right:.4f}；你得到 {result:.4f}。",
    )
    with np.errstate(all="ignore"):
        sure = _number(
            learner(np.array([[1.0, 0.0]]), np.array([[1000.0, -1000.0]]), np.zeros((1, 2)), np.zeros((1, 2)))
        )
        mistaken = _number(
            learner(np.array([[0.0, 1.0]]), np.array([[1000.0, -1000.0]]), np.zeros((1, 2)), np.zeros((1, 2)))
        )
    require(
        np.isclose(sure, 0) and np.isclose(mistaken, -2000),
        f"Logits of ±1,000 give {sure} where they are right and {mistaken} where they are wrong; it should be 0 and "
        "-2000. exp(1000) overflows, log(0) is infinite: np.logaddexp(0, logits) is log(1 + e^logit) without either.",
        f"logits 为 ±1,000 时，判断正确得到 {sure}，判断错误得到 {mistaken}；应为 0 和 -2000。"
        "exp(1000) 会溢出，log(0) 是无穷：np.logaddexp(0, logits) 算 log(1 + e^logit) 时两者都能避免。",
    )


@exercise("04.4")
def tighter_bound(learner: Learner) -> None:
    """Catches: a mean of logarithms, a sum in place of the mean, overflow, the wrong axis, one maximum for all."""
    log_weights = np.array([[-2.0, -5.0, -3.0], [-1.0, -4.0, -3.0], [-6.0, -4.5, -3.0], [-2.5, -9.0, -3.0]])
    right = np.log(np.mean(np.exp(log_weights), axis=0))
    result = _array(learner(log_weights), (3,), "(images,)")
    require(
        not np.allclose(result, log_weights.mean(axis=0)),
        "That is the mean of the logarithms, the ELBO: (9) takes the logarithm of the mean.",
        "这是对数的平均，即 ELBO：(9) 要的是平均的对数。",
    )
    require(
        not np.allclose(result, log_weights.max(axis=0)),
        "That is the largest weight alone: the others count too.",
        "这只是最大的权重：其余的也要算进去。",
    )
    require(
        not np.allclose(result, np.log(np.sum(np.exp(log_weights), axis=0))),
        "That is the logarithm of the sum: divide by the number of samples, or the bound grows with K for nothing.",
        "这是和的对数：还要除以样本数，否则 K 越大，界就会平白变大。",
    )
    require(
        np.allclose(result, right),
        f"For the weights {log_weights[:, 0]} the bound is {right[0]:.4f}; yours is {result[0]:.4f}.",
        f"权重为 {log_weights[:, 0]} 时，界是 {right[0]:.4f}；你得到 {result[0]:.4f}。",
    )
    tiny = np.array([[-2000.0, -1.0], [-2001.0, -2.0]])
    with np.errstate(all="ignore"):
        result = np.asarray(learner(tiny), dtype=np.float64)
    require(
        np.allclose(result, [-2000.379885, -1.379885], atol=1e-5),
        f"Weights such as e^-2000 beside e^-1 give {result}: exp() became 0 or infinite. "
        "Subtract the largest logarithm of each image first, add it again afterwards.",
        f"e^-2000 与 e^-1 这样的权重并存时，你得到 {result}：exp() 变成了 0 或无穷。"
        "先减去每张图各自最大的对数，最后再加回来。",
    )


@exercise("04.5")
def count_active(learner: Learner) -> None:
    """Catches: the wrong axis, means in place of their variance, a share or a mask, the deviation, the threshold."""
    random = np.random.default_rng(3)
    z_mean = random.normal(size=(200, 6)) * np.array([1.0, 0.001, 0.5, 0.05, 0.0, 2.0])
    z_mean -= z_mean.mean(axis=0)
    z_mean[:, [1, 4]] += 3.0  # far from 0, the same for every example: they say nothing
    result = learner(z_mean, 0.01)
    require(
        np.ndim(result) == 0,
        f"Return how many there are, one number; yours has the shape {np.shape(result)}.",
        f"应返回有几个，即一个数；你返回的形状是 {np.shape(result)}。",
    )
    count = _number(result)
    require(
        count != np.sum(z_mean.var(axis=1) > 0.01),
        "You count examples: the variance is taken over the examples, once for each dimension.",
        "你数的是样本：方差要在样本之间求，每一维一个。",
    )
    require(
        count != np.sum(z_mean.std(axis=0) > 0.01),
        "A dimension too many: you compare the standard deviation with the threshold, which is one for the variance.",
        "多数了一维：阈值是对方差说的，你拿标准差去比了。",
    )
    require(
        count not in (np.sum(np.abs(z_mean.mean(axis=0)) > 0.01), np.sum((z_mean**2).mean(axis=0) > 0.01)),
        "A mean far from 0 is no activity: if it is the same for every example, it says nothing about any of them.",
        "均值离 0 远不等于活跃：如果对每个样本都一样，就什么信息也没有。",
    )
    require(
        not 0 < count < 1,
        "That is a share: return the number of dimensions.",
        "这是比例：应返回维度的个数。",
    )
    require(
        count == 3, f"Three of the six are active here; you say {count:g}.", f"这里六维中有三维活跃；你得到 {count:g}。"
    )
    require(
        _number(learner(z_mean, 0.5)) == 2,
        "With threshold=0.5 two are active: does your function use the threshold it is given?",
        "threshold=0.5 时有两维活跃：你的函数用了传入的阈值吗？",
    )


@exercise("04.6")
def free_bits_penalty(learner: Learner) -> None:
    """Catches: the floor for each example, for the sum, min in place of max, no floor, a mean over dimensions."""
    kl = np.array([[0.0, 2.0, 0.1], [0.8, 1.0, 0.1], [0.1, 3.0, 0.1]])  # on average 0.3, 2.0 and 0.1
    floor = 0.25
    right = 0.3 + 2.0 + 0.25
    result = _number(learner(kl, floor))
    require(
        not np.isclose(result, np.mean(np.sum(np.maximum(kl, floor), axis=1))),
        "You raise every example to the free bits: average over the batch first, so that one example may say less.",
        "你把每个样本都抬到了自由比特：应先对整批取平均，允许个别样本少说一些。",
    )
    require(
        not np.isclose(result, np.mean(np.maximum(kl.mean(axis=0), floor))),
        "That is a mean over the dimensions: their nats add up.",
        "这是对维度取平均：各维的奈特应当相加。",
    )
    require(
        not np.isclose(result, np.sum(np.minimum(kl.mean(axis=0), floor))),
        "min() takes the price off whoever speaks most; free bits are a floor: max().",
        "用 min() 反而让说得最多的维度不花钱；自由比特是下限，应当用 max()。",
    )
    require(
        not np.isclose(result, np.sum(np.maximum(kl.mean(axis=0) - floor, 0))),
        "You subtract the free bits: (11) leaves what lies above them as it is.",
        "你减去了自由比特：(11) 式对高出的部分原样保留。",
    )
    generous = _number(learner(kl, 5.0))  # more than all dimensions carry together
    require(
        not np.isclose(generous, kl.mean(axis=0).sum()),
        "With 5 free nats for each of three dimensions you still return what they carry: the free bits are missing.",
        "三维各给 5 奈特自由额度，你返回的仍是它们携带的总量：漏了自由比特。",
    )
    require(
        not np.isclose(generous, 5.0),
        "The free bits are for each dimension; you compare them with the sum of all.",
        "自由比特是给每一维的；你拿去和总和比了。",
    )
    require(
        np.isclose(result, right),
        f"With the averages 0.3, 2.0 and 0.1 and 0.25 free nats the penalty is {right}; yours is {result:.4f}.",
        f"平均值为 0.3、2.0 和 0.1，自由奈特为 0.25 时，惩罚是 {right}；你得到 {result:.4f}。",
    )
