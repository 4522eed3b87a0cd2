"""The checks of chapter 11; that of a step in float16 is in `loss_scaling`."""

from __future__ import annotations

import numpy as np

from course_lib.checks import loss_scaling  # noqa: F401  registers 11.3
from course_lib.checks.answers import (
    agree,
    later_case,
    number,
    numbers,
    recognise,
    require_close,
    require_shape,
)
from course_lib.checks.core import Learner, exercise, require
from course_lib.checks.mistakes import instead_of


def _days(weights: float, tokens: float, devices: float, peak: float, utilisation: float) -> float:
    return 6 * weights * tokens / (devices * peak * utilisation) / 86_400


@exercise(
    "11.1",
    more=(
        "Three steps, each one line. How many operations are there in all? How many does the whole machine do in a "
        "second: devices times what one of them really reaches? Their quotient is seconds, and a day has 24 hours of "
        "3,600 of them.",
        "分三步，每步一行。总共有多少次运算？整台机器一秒做多少次：设备数，乘以一台实际达到的速度？两者之商是秒数，"
        "而一天有 24 小时，每小时 3,600 秒。",
    ),
)
def training_days(learner: Learner) -> None:
    """Catches: other factors, other units, the share upside down or missing, devices forgotten or turned round."""
    given = (7e9, 2e12, 512, 312e12, 0.4)
    weights, tokens, devices, _, share = given
    right = _days(*given)
    found = number(learner(*given))
    wrong = (
        (
            right * 86_400,
            "You give seconds; divide by the seconds of a day.",
            "你给的是秒；还要除以一天的秒数。",
        ),
        (right * 24, "You give hours; a day has 24.", "你给的是小时；一天有 24 小时。"),
        (right * 1_440, "You give minutes; a day has 1,440.", "你给的是分钟；一天有 1,440 分钟。"),
        (
            right / 3,
            "You count 2 operations for each weight and token; the way back takes 4 more.",
            "你给每个权重、每个词元算了 2 次运算；返回还要 4 次。",
        ),
        (
            right / 6,
            "The 6 is missing: each weight takes 6 operations for each token.",
            "少了 6：每个权重对每个词元要 6 次运算。",
        ),
        (
            right * 4 / 3,
            "You count 8 operations for each weight and token; without recomputation it is 6.",
            "你给每个权重、每个词元算了 8 次运算；不重算时是 6 次。",
        ),
        (
            right * share,
            "The utilisation is missing: devices reach only that share of their peak.",
            "少了利用率：设备只能达到峰值的这个比例。",
        ),
        (
            right * share * share,
            "You multiply by the utilisation; a smaller share makes a longer training, so it stands in the divisor.",
            "你乘上了利用率；利用率越小，训练越久，它应当在分母里。",
        ),
        (
            right * devices,
            "The number of devices is missing: they share the work.",
            "少了设备数：工作由它们分担。",
        ),
        (
            right * devices * devices,
            "You multiply by the number of devices; more of them make it shorter.",
            "你乘上了设备数；设备越多，时间越短。",
        ),
        (
            right * share / (1 - share),
            "You take 1 - utilisation; the utilisation itself is what is reached.",
            "你用的是 1 - 利用率；达到的正是利用率本身。",
        ),
        (1 / right, "Your quotient is upside down: operations divided by speed.", "你的商上下颠倒了：运算量除以速度。"),
        (
            6 * weights * tokens,
            "These are the operations; divide them by what all devices do in a second, then by the seconds of a day.",
            "这是运算量；还要除以所有设备一秒做的次数，再除以一天的秒数。",
        ),
        (
            right / 365,
            "You give years; days are asked for.",
            "你给的是年；这里要天数。",
        ),
        (
            float(int(right)),
            "You cut off the fraction; days need not be whole.",
            "你去掉了小数部分；天数不必是整数。",
        ),
        (
            float(np.ceil(right)),
            "You round up; days need not be whole.",
            "你向上取整了；天数不必是整数。",
        ),
        (
            float(round(right)),
            "You round; days need not be whole.",
            "你四舍五入了；天数不必是整数。",
        ),
    )
    for value, english, chinese in wrong:
        require(not np.isclose(found, value, rtol=1e-6, atol=0), english, chinese)
    _require_days(found, right)
    others = (
        (175e9, 300e9, 1024, 125e12, 0.35),
        (1e6, 1e6, 1, 1e9, 1.0),
        (3e8, 6e9, 8, 60e12, 0.52),
    )
    for case in others:
        with later_case(learner):
            _require_days(number(learner(*case)), _days(*case))


def _require_days(found: float, right: float) -> None:
    require(
        np.isclose(found, right, rtol=1e-4, atol=0),
        f"The training takes {right:.6g} days; yours are {found:.6g}.",
        f"训练应需 {right:.6g} 天；你得到 {found:.6g} 天。",
    )


def _whole(gradients: np.ndarray, counts: np.ndarray) -> np.ndarray:
    kept = np.asarray(counts) > 0
    if not kept.any():
        return np.zeros(np.shape(gradients)[1])
    return np.average(np.asarray(gradients, np.float64)[kept], axis=0, weights=np.asarray(counts, np.float64)[kept])


@exercise(
    "11.2",
    more=(
        "Turn the means back into sums first: the gradient of a part's sum is that of its mean, times its number of "
        "tokens. Sums of parts add up to the sum of the batch, and the batch has as many tokens as its parts together. "
        "A part with no token must be left out before anything is multiplied: nan times 0 is nan.",
        "先把平均变回总和：一份总和的梯度，等于它平均的梯度乘以它的词元数。各份的总和加起来是整批的总和，"
        "整批的词元数是各份之和。没有词元的份，要在相乘之前就排除：nan 乘以 0 还是 nan。",
    ),
)
def batch_gradient(learner: Learner) -> None:
    """Catches: the mean of means, sums, other divisors, nan of empty parts, no part at all, axes confused."""

    def ask(gradients: np.ndarray, counts: np.ndarray) -> np.ndarray:
        with instead_of(
            ["could not be broadcast", "not aligned", "ZeroDivision", "Weights sum to zero"],
            "The shapes or the counts trip your function: gradients is (parts, numbers), counts is (parts,), and a "
            "count, or all of them, may be 0.",
            "你的函数出了错：gradients 是 (parts, numbers)，counts 是 (parts,)；词元数可能是 0，甚至全是 0。",
        ):
            found = numbers(learner(gradients, counts))
        require_shape(
            found,
            (gradients.shape[1],),
            f"The answer has one number for each weight, {gradients.shape[1]}; yours has the shape {found.shape}.",
            f"答案应对每个权重有一个数，共 {gradients.shape[1]} 个；你的形状是 {found.shape}。",
        )
        return found

    random = np.random.default_rng(11)
    gradients, counts = random.normal(size=(3, 5)), np.array([1, 12, 7])
    right = _whole(gradients, counts)
    found = ask(gradients, counts)
    weighed = gradients * counts[:, None]
    recognise(
        found,
        right,
        (
            gradients.mean(axis=0),
            "That is the mean of the parts' means: a part with one token weighs as much as one with twelve.",
            "这是各份平均的平均：只有一个词元的份，与有十二个的一样重。",
        ),
        (
            gradients.sum(axis=0),
            "You add up means; weigh each with its tokens.",
            "你把平均加了起来；应按各自的词元数加权。",
        ),
        (
            weighed.sum(axis=0),
            "That is the gradient of the sum; divide by the tokens of the whole batch.",
            "这是总和的梯度；还要除以整批的词元数。",
        ),
        (
            weighed.mean(axis=0),
            "You divide by the number of parts; divide by the number of tokens.",
            "你除以的是份数；应除以词元数。",
        ),
        (
            (gradients / counts[:, None]).sum(axis=0),
            "You divide each part by its tokens; it is a mean already: multiply.",
            "你把每一份又除以它的词元数；它已经是平均：应当乘。",
        ),
        (
            weighed.sum(axis=0) / counts.max(),
            "You divide by the largest count; divide by their sum.",
            "你除以的是最大的词元数；应除以总和。",
        ),
        (
            gradients[counts.argmax()],
            "You keep only the part with the most tokens.",
            "你只留下了词元最多的那一份。",
        ),
        (
            gradients.sum(axis=0) / counts.sum(),
            "You divide the sum of means by all tokens; multiply each mean by its own count before.",
            "你把平均之和除以了总词元数；相加之前，每个平均要先乘以自己的词元数。",
        ),
        (
            np.average(gradients, axis=0, weights=np.sqrt(counts)),
            "You weigh with the root of the counts; weigh with the counts themselves.",
            "你用词元数的平方根加权；应直接用词元数加权。",
        ),
        (
            np.average(gradients, axis=0, weights=np.exp(counts - counts.max())),
            "You weigh with a softmax of the counts; weigh with their shares.",
            "你用词元数的 softmax 加权；应按它们的比例加权。",
        ),
    )
    require_close(found, right)
    holes = random.normal(size=(4, 3))
    holes[1], holes[3] = np.nan, np.inf
    with_holes = np.array([5, 0, 2, 0])
    with later_case(learner):
        found = ask(holes, with_holes)
    require(
        np.all(np.isfinite(found)),
        "A part without a counted token holds nan or infinity, and in yours it gets into the answer: nan times 0 is "
        "nan. Leave such parts out before you multiply.",
        "没有计数词元的份里是 nan 或无穷，它混进了你的答案：nan 乘以 0 还是 nan。相乘之前就要排除这样的份。",
    )
    require_close(found, _whole(holes, with_holes))
    nothing = np.full((2, 4), np.nan), np.array([0, 0])
    with later_case(learner):
        found = ask(*nothing)
    require(
        not np.any(found) and np.all(np.isfinite(found)),
        "If no part has a counted token, the answer is zeros; yours is not.",
        "如果每份都没有计数的词元，答案是全零；你的不是。",
    )
    agree(
        learner,
        _whole,
        (random.normal(size=(3, 5)), np.array([4, 1, 9])),
        (random.normal(size=(1, 2)), np.array([3])),
        (random.normal(size=(6, 1)), np.array([2, 2, 0, 5, 1, 30])),
        (random.normal(size=(2, 2)), np.array([100_000, 1])),
    )
