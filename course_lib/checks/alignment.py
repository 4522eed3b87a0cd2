"""The checks of chapter 13: a clipped step, learning from preferences, a private gradient, an exposed secret."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import agree, later_case, number, numbers, recognise, require_close
from course_lib.checks.calling import Learner
from course_lib.checks.core import exercise, require


def _clipped(log_probs: np.ndarray, old: np.ndarray, advantages: np.ndarray, epsilon: float) -> float:
    ratio = np.exp(log_probs - old)
    return float(-np.minimum(ratio * advantages, np.clip(ratio, 1 - epsilon, 1 + epsilon) * advantages).mean())


def _step(ratios: list[float], advantages: list[float], epsilon: float, old: float = -3.0) -> tuple:
    log_probs = np.log(np.array(ratios)) + old
    return log_probs, np.full(len(ratios), old), np.array(advantages, np.float64), epsilon


@exercise(
    "13.1",
    more=(
        "Work on one text at first, with the ratio 1.5 and the advantage -2. Unclipped its worth is -3, clipped to 1.2 "
        "it is -2.4. Of the two the smaller worth counts, so that a text which got worse is never let off. Only when "
        "every text has its worth come the mean and the sign.",
        "先只看一篇文本，比值 1.5、优势 -2。不截断，它的价值是 -3；截到 1.2，是 -2.4。两者之中取较小的，"
        "变差的文本就不会被轻轻放过。每篇都有了价值，最后才取平均、变号。",
    ),
)
def clipped(learner: Learner) -> None:
    """Catches: the sign, max for min, only clipping, clipping advantages or logs, sums, a fixed epsilon, the ratio."""
    first = _step([1.5, 0.5, 1.4, 0.6, 1.05], [2.0, 1.0, -1.0, -3.0, 0.7], 0.2)
    log_probs, old, advantages, epsilon = first
    found, right = number(learner(*first)), _clipped(*first)
    ratio = np.exp(log_probs - old)
    held = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    recognise(
        found,
        right,
        (
            -right,
            "The sign is turned: a loss is made small, so what is good has to be negative.",
            "符号反了：损失是要变小的，好的应当是负数。",
        ),
        (
            right * len(ratio),
            "That is the sum over the texts; the mean is asked for.",
            "这是各篇之和；要的是平均值。",
        ),
        (
            float(-(held * advantages).mean()),
            "You clip always. The smaller of the clipped and the unclipped worth counts: a text with a negative "
            "advantage and a ratio of 1.5 must not look better than it is.",
            "你总是截断。应取截断与不截断两者中较小的：优势为负、比值为 1.5 的文本，不能显得比实际更好。",
        ),
        (
            float(-(ratio * advantages).mean()),
            "Nothing is clipped here: ratios beyond 1 + epsilon gain as much as they like.",
            "这里什么也没截断：比值超过 1 + epsilon 之后还在继续得分。",
        ),
        (
            float(-np.maximum(ratio * advantages, held * advantages).mean()),
            "The larger of the two was taken; formula (3) takes the smaller.",
            "你取了两者中较大的；公式 (3) 取较小的。",
        ),
        (
            _clipped(old, log_probs, advantages, epsilon),
            "The ratio is upside down: the probability now is divided by that of the draw.",
            "比值倒过来了：应当用现在的概率除以抽样时的概率。",
        ),
        (
            float(-np.minimum((log_probs - old) * advantages, np.clip(log_probs - old, -0.2, 0.2) * advantages).mean()),
            "The ratio is of probabilities; yours is a difference of logarithms. What undoes a logarithm?",
            "比值是概率之比；你用的是对数之差。什么能把对数还原？",
        ),
    )
    require_close(found, right)
    other = _step([1.3, 0.7, 2.0], [1.0, -1.0, -0.5], 0.4)
    with later_case(learner):
        found = number(learner(*other))
        recognise(
            found,
            _clipped(*other),
            (
                _clipped(*other[:3], 0.2),
                "Here epsilon is 0.4, and you clip at 0.2: use the argument.",
                "这里 epsilon 是 0.4，你却截在 0.2：要用参数。",
            ),
        )
        require_close(found, _clipped(*other))
    agree(
        learner,
        _clipped,
        _step([1.0], [1.0], 0.1),
        _step([1.15, 0.2], [-3.0, 5.0], 0.1, old=-40.0),
        _step([3.0, 0.1, 1.02, 0.97], [0.0, 2.0, -1.0, 1.0], 0.3),
        _step([0.5] * 5, [1.0, 2.0, 3.0, -4.0, 6.0], 0.2),
    )


def _preference(
    chosen: np.ndarray, rejected: np.ndarray, reference: np.ndarray, other: np.ndarray, beta: float
) -> float:
    return float(np.logaddexp(0, -beta * ((chosen - reference) - (rejected - other))).mean())


@exercise(
    "13.2",
    more=(
        "First the margin of each pair: how much the chosen text has gained over the reference, less how much the "
        "other one has. Times beta. Then -log(sigmoid(m)) is log(1 + exp(-m)); where m is -9000, exp overflows, and "
        "the function that computes log(exp(a) + exp(b)) without overflow has a name in NumPy.",
        "先算每个对子的差值：选中的文本比参考模型涨了多少，减去另一篇涨了多少，再乘 `beta`。-log(sigmoid(m)) 就是 "
        "log(1 + exp(-m))；m 是 -9000 时 exp 会溢出，而不溢出地计算 log(exp(a) + exp(b)) 的函数，NumPy 里现成就有。",
    ),
)
def preference(learner: Learner) -> None:
    """Catches: no reference, the sign, no beta, beta outside, sums, sigmoid alone, overflow, swapped references."""
    first = (
        np.array([-3.0, -5.0, -2.5]),
        np.array([-4.0, -3.5, -6.0]),
        np.array([-3.5, -4.0, -2.0]),
        np.array([-3.0, -5.5, -5.0]),
        0.5,
    )
    chosen, rejected, reference, other, beta = first
    margin = (chosen - reference) - (rejected - other)
    found, right = number(learner(*first)), _preference(*first)
    recognise(
        found,
        right,
        (
            float(np.logaddexp(0, -beta * (chosen - rejected)).mean()),
            "The reference is left out: what counts is how much each text has gained over it.",
            "漏了参考模型：要紧的是每篇文本比它涨了多少。",
        ),
        (
            float(np.logaddexp(0, beta * margin).mean()),
            "The sign within is turned: a chosen text that has gained more must make the loss smaller.",
            "里面的符号反了：选中的文本涨得多，损失应当变小。",
        ),
        (
            float(np.logaddexp(0, -margin).mean()),
            "beta is missing: it is multiplied with the difference.",
            "漏了 `beta`：它要乘在差值上。",
        ),
        (
            float(beta * np.logaddexp(0, -margin).mean()),
            "beta stands outside the logarithm; it belongs to the difference, within the sigmoid.",
            "`beta` 放到了对数外面；它应当乘在差值上，在 sigmoid 里面。",
        ),
        (right * len(chosen), "That is the sum over the pairs; the mean is asked for.", "这是各对之和；要的是平均值。"),
        (-right, "The sign is turned: -log of a probability is never negative.", "符号反了：概率的 -log 不会是负数。"),
        (
            float((1 / (1 + np.exp(-beta * margin))).mean()),
            "That is the mean probability; the loss is minus its logarithm.",
            "这是概率的平均值；损失是它的对数取负。",
        ),
        (
            float(-np.log((1 / (1 + np.exp(-beta * margin))).mean())),
            "The mean comes after the logarithm, not before.",
            "先取对数，再求平均，不是反过来。",
        ),
        (
            float(np.logaddexp(0, -beta * margin.mean())),
            "The mean comes last: each pair has a loss of its own.",
            "最后才求平均：每一对都有自己的损失。",
        ),
        (
            _preference(chosen, rejected, other, reference, beta),
            "The two references are swapped: each text is compared with its own.",
            "两个参考值换了位置：每篇文本都要与自己的参考值比。",
        ),
    )
    require_close(found, right)
    far = (np.array([-9000.0, -3.0]), np.array([-3.0, -9000.0]), np.array([-5.0, -5.0]), np.array([-5.0, -5.0]), 1.0)
    with later_case(learner):
        found = number(learner(*far))
        require(
            np.isfinite(found),
            f"Log-probabilities 9,000 apart give {found}: exp overflows, or the log of 0 is taken.",
            f"对数概率相差 9,000 时得到 {found}：exp 溢出了，或者取了 0 的对数。",
        )
        require_close(found, _preference(*far))
    agree(
        learner,
        _preference,
        (np.array([-1.0]), np.array([-2.0]), np.array([-1.0]), np.array([-2.0]), 0.1),
        (np.array([-7.0, -8.0]), np.array([-7.5, -6.0]), np.array([-9.0, -4.0]), np.array([-3.0, -6.5]), 0.05),
        (np.array([-2.0, -2.0, -9.0]), np.array([-1.0, -4.0, -9.5]), np.zeros(3), np.array([-1.0, -1.5, -2.0]), 2.0),
    )


def _noisy(gradients: np.ndarray, clip: float, sigma: float, z: np.ndarray, expected: float) -> np.ndarray:
    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
    factors = np.where(lengths > clip, clip / np.where(lengths > 0, lengths, 1), 1.0)
    return ((gradients * factors).sum(axis=0) + sigma * clip * z) / expected


@exercise(
    "13.3",
    more=(
        "Three steps. Each row by itself: its length, and if that is above clip the row times clip over length. Then "
        "the sum over the rows, which for no rows is a vector of zeros. Then the noise, once for the sum and not once "
        "for each row: its deviation is sigma times clip. The division comes last and takes in the noise as well.",
        "分三步。先逐行：求长度，超过 clip 的行乘以 clip 除以长度。再对各行求和，一行也没有时就是零向量。"
        "然后加噪声，只对和加一次，不是每行加一次：它的标准差是 sigma 乘 clip。最后才做除法，噪声也包括在内。",
    ),
)
def noisy_mean(learner: Learner) -> None:
    """Catches: no clipping, all scaled, entries clipped, noise without clip or after, another divisor, empty, zeros."""
    rows = np.array([[3.0, -4.0, 0.0], [0.3, 0.2, -0.1], [0.0, 0.0, 0.0], [-2.0, 1.0, 2.0]])
    first = (rows, 2.0, 0.6, np.array([1.0, -2.0, 0.4]), 5.0)
    gradients, clip, sigma, z, expected = first
    right = _noisy(*first)
    found = numbers(learner(*first), (3,), "weights")
    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
    summed = right * expected - sigma * clip * z
    require(
        not np.isnan(found).any(),
        "A row of zeros has the length 0, and dividing by it gives NaN.",
        "全零的行长度为 0，除以它会得到 NaN。",
    )
    recognise(
        found,
        right,
        (
            (gradients.sum(axis=0) + sigma * clip * z) / expected,
            "No row was clipped: the first has the length 5, and 2 is allowed.",
            "没有裁剪任何一行：第一行长度是 5，只允许 2。",
        ),
        (
            ((clip * gradients / np.maximum(lengths, 1e-12)).sum(axis=0) + sigma * clip * z) / expected,
            "Short rows were stretched to the length clip; they should stay as they are.",
            "短的行被拉长到了 clip；它们应当保持原样。",
        ),
        (
            (np.clip(gradients, -clip, clip).sum(axis=0) + sigma * clip * z) / expected,
            "Each number was clipped by itself; it is the length of the whole row that may not exceed clip.",
            "你逐个数裁剪了；不能超过 clip 的是整行的长度。",
        ),
        (
            (summed + sigma * z) / expected,
            "The noise has the deviation sigma times clip; yours has sigma.",
            "噪声的标准差是 sigma 乘 clip；你的只有 sigma。",
        ),
        (
            summed / expected + sigma * clip * z,
            "The noise belongs to the sum, and is divided with it.",
            "噪声属于那个和，要一起除。",
        ),
        (
            right * expected / len(gradients),
            "You divide by the number of rows that were drawn, which is itself private; divide by expected.",
            "你除以了实际抽中的行数，而这个数本身就是隐私；应除以 expected。",
        ),
        (right * expected, "The sum is not divided by expected.", "和还没有除以 expected。"),
        (
            (summed + len(gradients) * sigma * clip * z) / expected,
            "The noise was added once for each row; it is added once.",
            "每一行都加了一次噪声；只应加一次。",
        ),
        (summed / expected, "The noise is missing.", "没有加噪声。"),
        (
            (summed - sigma * clip * z) / expected,
            "The noise z is given, and is added, not taken off.",
            "噪声 z 已经给出，要加上，不是减去。",
        ),
    )
    require_close(found, right)
    empty = (np.zeros((0, 2)), 0.5, 2.0, np.array([1.0, -3.0]), 4.0)
    with later_case(learner):
        found = numbers(learner(*empty), (2,), "weights")
        require_close(found, _noisy(*empty), "Where no example was drawn:", "一个样本也没抽中时：")
    agree(
        learner,
        _noisy,
        (np.array([[6.0, 8.0]]), 1.0, 0.0, np.array([5.0, 5.0]), 1.0),
        (np.array([[0.1, 0.0, 0.2, 0.1], [4.0, 4.0, 4.0, 4.0]]), 3.0, 1.5, np.array([0.3, -0.2, 0.1, 0.9]), 2.5),
        (np.array([[-1e6], [2.0]]), 0.25, 1.0, np.array([0.7]), 8.0),
        (np.array([[1.0, 2.0], [-3.0, 0.5], [0.2, 0.1], [0.4, -2.0]]), 2.0, 0.3, np.array([0.5, -1.0]), 1.5),
        (np.array([[3.0, 4.0], [3.0, 4.0]]), 5.0, 0.1, np.array([-1.0, 2.0]), 2.0),
    )


def _exposed(costs: np.ndarray, secret: int) -> float:
    rank = (costs < costs[secret]).sum() + ((costs == costs[secret]).sum() + 1) / 2
    return float(np.log2(len(costs)) - np.log2(rank))


@exercise(
    "13.4",
    more=(
        "Count how many candidates are cheaper than the secret: with none of them the rank is 1. Then how many cost "
        "the same, the secret itself among them: with three equal ones they take three places in a row, and the "
        "middle one of these is the secret's. How far is the middle of m places from the one before them?",
        "先数有多少候选比秘密便宜：一个也没有，名次就是 1。再数有多少与它同价，秘密自己也算："
        "三个同价，就占连续三个名次，秘密的名次是中间那个。m 个名次的中间，离它们前面那一位有多远？",
    ),
)
def bits_exposed(learner: Learner) -> None:
    """Catches: ranks from 0, the dearest first, other logarithms, the first or last of equals, the rank, the sign."""
    costs = np.array([7.0, 3.0, 9.0, 11.0, 8.0, 4.0, 2.0, 6.0, 5.0, 10.0])
    place = 5
    first = (costs, place)
    rank = int((costs < costs[place]).sum()) + 1
    found, right = number(learner(*first)), _exposed(*first)
    size = len(costs)
    recognise(
        found,
        right,
        (
            float(np.log2(size) - np.log2(rank - 1)),
            "The rank counts from 1: a secret that nobody undercuts has the rank 1 and not 0.",
            "名次从 1 数起：没有谁比它便宜的秘密，名次是 1，不是 0。",
        ),
        (
            float(np.log2(size) - np.log2(size - rank + 1)),
            "The dearest candidate stands first in your ranks; the cheapest is the likeliest.",
            "你把最贵的排在了第一；最便宜的才是最可能的。",
        ),
        (
            float(np.log(size) - np.log(rank)),
            "Bits are counted with the logarithm to the base 2.",
            "比特要用以 2 为底的对数。",
        ),
        (
            float(rank),
            "That is the rank; the bits are log2 R less its log2.",
            "这是名次；比特数是 log2 R 减去名次的 log2。",
        ),
        (-right, "The sign is turned: a better rank exposes more.", "符号反了：名次越靠前，暴露越多。"),
        (float(np.log2(rank)), "That is log2 of the rank alone.", "这只是名次的 log2。"),
        (
            float(np.log2(size) - np.log2(place + 1)),
            "You took the secret's place in the list, or something near it, for its rank among the costs.",
            "你把秘密在列表里的位置当成了它按代价排的名次。",
        ),
    )
    require_close(found, right)
    equal = (np.array([5.0, 1.0, 5.0, 5.0, 9.0, 7.0, 7.5]), 2)
    with later_case(learner):
        found = number(learner(*equal))
        for rank, english, chinese in (
            (2, "first", "最前面"),
            (4, "last", "最后面"),
            (2.5, "half a place before the middle", "中间靠前半位"),
        ):
            recognise(
                found,
                _exposed(*equal),
                (
                    float(np.log2(7) - np.log2(rank)),
                    f"Of three candidates that cost the same your secret stands {english}; it stands in the middle.",
                    f"三个候选同价时，你的秘密排在{chinese}；应排在中间。",
                ),
            )
        require_close(found, _exposed(*equal))
    agree(
        learner,
        _exposed,
        (np.array([2.0]), 0),
        (np.array([1.0, 1.0, 1.0, 1.0]), 3),
        (np.array([-4.0, -6.0, -5.0]), 0),
        (np.array([3.0, 2.0, 8.0, 4.0, 7.0, 6.0, 1.0, 5.0]), 6),
        (np.array([0.5, 0.25, 0.25, 0.75, 0.1]), 1),
        (np.array([0.31, 0.12, 0.12, 0.27, 0.44, 0.38, 0.09, 0.51, 0.6, 0.33, 0.12, 0.47]), 9),
    )
