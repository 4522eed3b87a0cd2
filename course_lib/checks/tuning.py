"""The checks of chapter 08; that of successive halving is in `halving`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_lib.checks import halving  # noqa: F401  registers 08.3
from course_lib.checks.core import Learner, exercise, require
from course_lib.checks.mistakes import Mistake, instead_of, refuse, same

_MIXED = (
    "np.log10 goes with 10 to the power of, np.log with np.exp; you mixed the two.",
    "np.log10 对应 10 的乘方，np.log 对应 np.exp；你把两者混用了。",
)
_NOT_EVEN_FACTORS: tuple[Mistake, ...] = (
    (
        np.linspace,
        "Even differences: all but one of your rates lie above 0.01. Each must be the same multiple of the one before.",
        "你的间隔是等差的：除第一个以外，学习率全在 0.01 以上。应当让每一个都是前一个的同样倍数。",
    ),
    (
        np.logspace,
        "np.logspace wants the exponents, and you gave it the rates: 10 to the power of a small number is about 1."
        " Give it np.log10 of both, or take np.geomspace.",
        "np.logspace 要的是指数，你给它的却是学习率：10 的极小次方约等于 1。应给它 np.log10，或改用 np.geomspace。",
    ),
    (
        lambda low, high, n: np.linspace(np.log10(low), np.log10(high), n),
        "These are the exponents; the rates are ten to their power.",
        "这是指数；学习率是 10 的这些次方。",
    ),
    (
        lambda low, high, n: np.linspace(np.log(low), np.log(high), n),
        "These are the logarithms; the rates are np.exp of them.",
        "这是对数；再取 np.exp 才是学习率。",
    ),
    (lambda low, high, n: np.exp(np.linspace(np.log10(low), np.log10(high), n)), *_MIXED),
    (lambda low, high, n: 10 ** np.linspace(np.log(low), np.log(high), n), *_MIXED),
    (
        lambda low, high, n: np.geomspace(high, low, n),
        "The rates fall; the test begins with the smallest.",
        "学习率在下降；测试要从最小的开始。",
    ),
    (
        lambda low, high, n: np.geomspace(low, high, n + 1)[:-1],
        "The last rate is not reached: nine rates have eight gaps between them.",
        "没有到达最后的学习率：九个数之间只有八个间隔。",
    ),
    (
        lambda low, high, n: np.geomspace(low, high, n + 1)[1:],
        "The first rate is left out: step 0 takes the smallest.",
        "漏掉了第一个学习率：第 0 步应取最小值。",
    ),
    (
        lambda low, high, n: np.geomspace(low, high, n) * (high / low) ** (1 / (n - 1)),
        "Your rates begin one step too far and end above the highest: t runs from 0 to steps - 1.",
        "你的学习率从第二个开始，最后超过了最大值：t 应从 0 到 steps - 1。",
    ),
    (
        lambda low, high, n: low * (high / low) ** np.arange(n) / (n - 1),
        "A power comes before a division: x ** t / (n - 1) divides the power. Write x ** (t / (n - 1)).",
        "乘方先于除法：x ** t / (n - 1) 除的是乘方的结果。应写成 x ** (t / (n - 1))。",
    ),
    (
        lambda low, high, n: low * high / low ** (np.arange(n) / (n - 1)),
        "A power comes before a division: yours raises only the divisor. Write (highest / lowest) ** …",
        "乘方先于除法：不加括号，乘方只作用在除数上。应写成 (highest / lowest) ** …",
    ),
    (
        lambda low, high, n: np.geomspace(1, high / low, n),
        "These are the multiples of the lowest rate, from 1 on; multiply them by `lowest`.",
        "这是最小学习率的倍数，从 1 开始；还要乘以 `lowest`。",
    ),
    (
        lambda low, high, n: low * (high - low) ** (np.arange(n) / (n - 1)),
        "From the lowest to the highest rate is a factor: highest / lowest, not highest - lowest.",
        "从最小到最大是一个倍数：highest / lowest，而不是 highest - lowest。",
    ),
)


@exercise(
    "08.1",
    more=(
        "How large is the one factor between neighbours, if so many of them lead from the lowest rate to the "
        "highest? Count the gaps, not the rates. Or: equal factors of the rates are equal differences of "
        "something else.",
        "相邻两个学习率之间的那个倍数有多大，才能用这么多个倍数从最小走到最大？要数间隔，不是数学习率。或者：学习率的"
        "倍数相等，就是另一个量的差相等。",
    ),
)
def range_test_rates(learner: Learner) -> None:
    """Catches: even differences, exponents, an end missing, a slip of precedence, falling, one too many, no factor."""
    case = 1e-5, 1e-1, 9
    result = np.asarray(learner(*case), dtype=float)
    require(
        result.shape == (9,),
        f"One rate for each step: the shape must be (9,); yours is {result.shape}.",
        f"每一步一个学习率：形状应为 (9,)；你的是 {result.shape}。",
    )
    refuse(result, _NOT_EVEN_FACTORS, lambda mistake: mistake(*case))
    right = np.geomspace(*case)
    require(
        same(result, right),
        f"Expected {right.round(6)}; yours is {result.round(6)}.",
        f"应得 {right.round(6)}；你得到 {result.round(6)}。",
    )
    require(
        same(learner(1e-3, 1.0, 4), [1e-3, 1e-2, 1e-1, 1.0]),
        "From 0.001 to 1 in 4 steps your answer is another: are numbers written into the code?",
        "从 0.001 到 1 分 4 步时结果就不对了：代码里是不是写死了数字？",
    )
    require(
        same(learner(0.02, 0.5, 6), np.geomspace(0.02, 0.5, 6)),
        "From 0.02 to 0.5 in 6 steps your answer is another: the ends need not be powers of ten.",
        "从 0.02 到 0.5 分 6 步时结果就不对了：两端不一定是 10 的整数次方。",
    )
    require(
        same(learner(0.03, 0.2, 4), np.geomspace(0.03, 0.2, 4)),
        "From 0.03 to 0.2 in 4 steps your answer is another: highest / lowest need not be a whole number.",
        "从 0.03 到 0.2 分 4 步时结果就不对了：highest / lowest 不一定是整数。",
    )


def _cosine(peak: float, share: float) -> float:
    return peak * 0.5 * (1 + np.cos(np.pi * share))


_JUMPS = (
    "After the warm-up the rate jumps: count the cosine's steps from the end of the warm-up, not from 0.",
    "预热结束时学习率突然跳了一下：余弦要从预热结束处数起，而不是从 0 数起。",
)
# Each takes the step t, the peak p, the warm-up's steps w and all steps n.
_NOT_RISING: tuple[Mistake, ...] = (
    (
        lambda t, p, w, n: (t + 1) / w,
        "The peak is missing: your curve goes up to 1.",
        "忘了乘 peak：你的曲线最高到 1。",
    ),
    (
        lambda t, p, w, n: p * (t + 1) / n,
        "You divide the rise by total_steps: after warmup_steps the peak must be reached.",
        "上升段除以了 total_steps：走完 warmup_steps 步就应到达峰值。",
    ),
    (
        lambda t, p, w, n: p * (t + 1) / (w + 1),
        "The last step of the warm-up does not have the peak: divide by warmup_steps, not by one more.",
        "预热的最后一步没有到达峰值：应除以 warmup_steps，不要再加 1。",
    ),
    (
        lambda t, p, w, n: p * t + 1 / w,
        "Parentheses are missing in the rise: (step + 1) / warmup_steps.",
        "上升段少了括号：应是 (step + 1) / warmup_steps。",
    ),
)
_NOT_FALLING: tuple[Mistake, ...] = (
    (
        lambda t, p, w, n: p * (t + 1) / w if t == w else _cosine(p, (t - w) / (n - w)),
        "At step warmup_steps the rate is above the peak. Counted from 0, the warm-up is over there: `<`, not `<=`.",
        "到第 warmup_steps 步，学习率超过了峰值。步数从 0 数起，到这里预热已经结束：应写 `<`，不是 `<=`。",
    ),
    (lambda t, p, w, n: _cosine(p, t / n), *_JUMPS),
    (lambda t, p, w, n: _cosine(p, t / (n - w)), *_JUMPS),
    (
        lambda t, p, w, n: _cosine(p, (t - w) / n),
        "You divide by total_steps; the fall is total_steps - warmup_steps long, so that yours does not reach 0.",
        "你除以了 total_steps；下降段只有 total_steps - warmup_steps 步，所以你的学习率降不到 0。",
    ),
    (
        lambda t, p, w, n: _cosine(p, (t - w) / (n - w - 1)),
        "Your rate is 0 one step too early: it is 0 at total_steps, so do not take 1 away from the number of steps.",
        "你的学习率早一步到了 0：到 total_steps 时才是 0，步数不要减 1。",
    ),
    (
        lambda t, p, w, n: _cosine(p, (t - w + 1) / (n - w)),
        "Your fall is one step ahead: at step warmup_steps it has just begun, and the rate is the peak.",
        "你的下降早了一步：第 warmup_steps 步才刚开始降，学习率应等于峰值。",
    ),
    (
        lambda t, p, w, n: p * np.cos(np.pi * (t - w) / (n - w)),
        "The rate becomes negative: a cosine goes from 1 to -1; add 1 and halve.",
        "学习率变成了负数：余弦从 1 走到 -1；要加 1 再除以 2。",
    ),
    (
        lambda t, p, w, n: p * 0.5 * np.cos(np.pi * (t - w) / (n - w)),
        "The rate becomes negative: a cosine goes from 1 to -1; add 1 before you halve.",
        "学习率变成了负数：余弦从 1 走到 -1；除以 2 之前要加 1。",
    ),
    (
        lambda t, p, w, n: 2 * _cosine(p, (t - w) / (n - w)),
        "The fall begins at twice the peak: 1 plus a cosine goes up to 2; halve it.",
        "下降从两倍的峰值开始：1 加余弦最大是 2，还要除以 2。",
    ),
    (
        lambda t, p, w, n: p * 0.5 * 1 + np.cos(np.pi * (t - w) / (n - w)),
        "Parentheses are missing in the fall: it is the sum 1 + cos … that is halved and multiplied by the peak.",
        "下降段少了括号：减半和乘以 peak 的，应是 1 + cos … 这个和。",
    ),
    (
        lambda t, p, w, n: _cosine(p, (t - w) / n - w),
        "Parentheses are missing in the fall: divide by (total_steps - warmup_steps).",
        "下降段少了括号：应除以 (total_steps - warmup_steps)。",
    ),
    (
        lambda t, p, w, n: p * (1 - (t - w) / (n - w)),
        "You fall along a line; formula (2) falls along a cosine, slowly at first and slowly at the end.",
        "你是沿直线下降的；(2) 式沿余弦下降，开头慢，结尾也慢。",
    ),
    (
        lambda t, p, w, n: p * np.cos(np.pi / 2 * (t - w) / (n - w)),
        "That is a quarter of a wave, which is steepest at the end; formula (2) takes half a wave, plus 1, halved.",
        "这是四分之一个波，到最后最陡；(2) 式用半个波，加 1，再除以 2。",
    ),
    (
        lambda t, p, w, n: p * 0.5 * (1 + np.cos((t - w) / (n - w))),
        "π is missing: np.cos takes radians, and the share must run from 0 to π.",
        "漏了 π：np.cos 用的是弧度，角度应从 0 走到 π。",
    ),
    (
        lambda t, p, w, n: p * 0.5 * (1 + np.cos(180 * (t - w) / (n - w))),
        "np.cos takes radians: write np.pi, not 180.",
        "np.cos 用的是弧度：应写 np.pi，不是 180。",
    ),
    (
        lambda t, p, w, n: p - _cosine(p, (t - w) / (n - w)),
        "After the warm-up your rate rises from 0 to the peak: 1 plus the cosine, not minus.",
        "预热之后，你的学习率从 0 升到峰值：应是 1 加余弦，不是减。",
    ),
    (
        lambda t, p, w, n: _cosine(1.0, (t - w) / (n - w)),
        "The peak is missing in the fall: multiply there, too.",
        "下降段忘了乘 peak：那里也要乘。",
    ),
    (
        lambda t, p, w, n: p,
        "After the warm-up your rate stays at the peak: it must fall to 0.",
        "预热之后，你的学习率一直停在峰值：应当降到 0。",
    ),
)


@exercise(
    "08.2",
    more=(
        "Two cases, by an `if` on the step. Write down for each which share of its stretch is done at its first "
        "and at its last step: the rise has no step at 0, the fall begins at the peak and is 0 at total_steps.",
        "用 if 按步数分两种情况。各写下第一步和最后一步时这一段走完了几分之几：上升段没有为 0 的一步，下降段从"
        "峰值开始，到 total_steps 为 0。",
    ),
)
def warm_up_cosine(learner: Learner) -> None:
    """Catches: no warm-up, a rise or a fall off by one or over the wrong steps, no cosine, no peak, written numbers."""

    def right(step: int, peak: float, warmup: int, total: int) -> float:
        return peak * (step + 1) / warmup if step < warmup else _cosine(peak, (step - warmup) / (total - warmup))

    def curve(function: Callable, case: tuple[float, int, int]) -> np.ndarray:
        return np.array([float(function(step, *case)) for step in range(case[2] + 1)])

    case = peak, warmup, total = 0.4, 3, 12
    values, expected = curve(learner, case), curve(right, case)
    require(
        not np.isclose(values[0], 0),
        "Step 0 has the rate 0 and changes nothing: the rise begins at peak / warmup_steps.",
        "第 0 步的学习率是 0，等于白走一步：上升应从 peak / warmup_steps 开始。",
    )
    require(
        not np.isclose(values[0], peak),
        "There is no warm-up: in the first warmup_steps the rate must rise.",
        "没有预热：前 warmup_steps 步学习率应当上升。",
    )
    refuse(values[:warmup], _NOT_RISING, lambda mistake: [mistake(step, *case) for step in range(warmup)])
    refuse(values[warmup:], _NOT_FALLING, lambda mistake: [mistake(step, *case) for step in range(warmup, total + 1)])
    require(
        np.isclose(values[total], 0, atol=1e-9),
        f"At step total_steps the rate must have fallen to 0; yours is {values[total]:.3f}.",
        f"到第 total_steps 步，学习率应已降到 0；你的是 {values[total]:.3f}。",
    )
    require(
        np.allclose(values, expected, atol=1e-9),
        f"Expected {expected.round(3)}; yours is {values.round(3)}.",
        f"应得 {expected.round(3)}；你得到 {values.round(3)}。",
    )
    for other in ((0.4, 2, 10), (0.02, 3, 12)):
        require(
            np.allclose(curve(learner, other), curve(right, other), atol=1e-9),
            f"With peak {other[0]}, {other[1]} steps of warm-up and {other[2]} in all your answer is another: are"
            " numbers written into the code?",
            f"peak 为 {other[0]}、预热 {other[1]} 步、共 {other[2]} 步时，结果就不对了：代码里是不是写死了数字？",
        )
    none = 0.3, 0, 5
    without = (
        "With warmup_steps = 0 there is no warm-up, and step 0 has the peak: divide by warmup_steps only where"
        " step < warmup_steps.",
        "warmup_steps = 0 就是不预热，第 0 步就用峰值：只有 step < warmup_steps 时才除以 warmup_steps。",
    )
    with instead_of(["ZeroDivisionError"], *without), np.errstate(all="ignore"):
        values = curve(learner, none)
    require(np.allclose(values, curve(right, none), atol=1e-9), *without)


def _advantage(scores: np.ndarray, elsewhere: Callable[[np.ndarray, int, int], float]) -> np.ndarray:
    """By how much each run's winning score is above what (scores, winner, run) has elsewhere: (runs,)"""
    return np.array([scores[w, run] - elsewhere(scores, w, run) for run, w in enumerate(scores.argmax(axis=0))])


def _in_other_runs(scores: np.ndarray, winner: int, run: int) -> float:
    return np.delete(scores[winner], run).mean()


_ONE_FOR_ALL = (
    "You take the setting that is best over all runs; each run must choose its own winner, by its own scores.",
    "你取的是各次运行平均最好的那组；每次运行只能凭自己的分数选自己胜出的设置。",
)
_OF_ROWS = (
    "You take each row's maximum, the best run of each setting; each column, a run, has its winner.",
    "你取了每一行的最大值，也就是每组设置最好的一次运行；应当是每一列（一次运行）有一组胜出的设置。",
)
_NOT_OPTIMISM: tuple[Mistake, ...] = (
    (
        lambda s: _advantage(s, lambda s, w, run: s[w].mean()).mean(),
        "The run that chose the winner is in your mean, too: leave it out, it is the one that flatters.",
        "你的平均里包含了选出胜出设置的那次运行：要去掉它，夸大的正是它。",
    ),
    (
        lambda s: _advantage(s, lambda s, w, run: (s[w].sum() - s[w, run]) / s.shape[1]).mean(),
        "You left the run's own score out, but still divide by the number of all runs: the others are one fewer.",
        "你去掉了那次运行自己的分数，却仍除以全部运行的次数：其他运行少一次。",
    ),
    (
        lambda s: -_advantage(s, _in_other_runs).mean(),
        "The sign is changed over: what was claimed, less what came of it.",
        "符号反了：应是胜出时的分数减去其他运行里的平均。",
    ),
    (lambda s: s[s.mean(axis=1).argmax()].max() - s[s.mean(axis=1).argmax()].mean(), *_ONE_FOR_ALL),
    (lambda s: s.max(axis=0).mean() - s[s.mean(axis=1).argmax()].mean(), *_ONE_FOR_ALL),
    (
        # Whatever the scores: what one run gains another loses.
        lambda s: 0.0,
        "Yours is 0 for any scores: you compare winners with the winners of other runs, or follow one setting through"
        " all runs. Each run has its own winner; compare it with the same setting in the other runs.",
        "不管分数是多少，你的结果都是 0：你拿胜出的设置与别的运行里胜出的设置比，或者在各次运行里跟的是同一组设置。"
        "每次运行有自己胜出的设置；要比的是同一组设置在其他运行里的分数。",
    ),
    (
        lambda s: _advantage(s.T, _in_other_runs).mean(),
        "The axes are changed over: rows are settings, columns are runs; each column has its winner.",
        "两个轴弄反了：行是设置，列是运行；每一列有自己胜出的设置。",
    ),
    (lambda s: np.mean([row.max() - np.delete(row, row.argmax()).mean() for row in s]), *_OF_ROWS),
    (lambda s: (s.max(axis=1) - s.mean(axis=1)).mean(), *_OF_ROWS),
    (
        lambda s: s.max(axis=0).mean() - s.mean(),
        "You take away the mean of all settings; take away what the winner alone has in the other runs.",
        "你减去了所有设置的平均；要减去的只是胜出设置自己在其他运行里的平均。",
    ),
    (
        lambda s: _advantage(s, lambda s, w, run: np.delete(s[:, run], w).mean()).mean(),
        "You compare the winner with the other settings of its run; compare it with itself in the other runs.",
        "你拿胜出的设置与同一次运行里的其他设置比；要拿它与自己在其他运行里的分数比。",
    ),
    (
        lambda s: s.max() - _in_other_runs(s, *np.unravel_index(s.argmax(), s.shape)),
        "That is one winner, the highest score of all; every run has one, and their mean is asked for.",
        "这里只有一组胜出的设置，即全部分数中最高的；每次运行都有一组胜出的设置，要求的是它们的平均。",
    ),
    (
        lambda s: _advantage(s, _in_other_runs)[0],
        "That is the first run alone; return the mean over all runs.",
        "这只是第一次运行的结果；要返回所有运行的平均。",
    ),
    (
        lambda s: _advantage(s, _in_other_runs)[-1],
        "That is the last run alone; return the mean over all runs.",
        "这只是最后一次运行的结果；要返回所有运行的平均。",
    ),
    (
        lambda s: _advantage(s, _in_other_runs).sum(),
        "That is the sum over the runs; return their mean.",
        "这是各次运行之和；要返回平均。",
    ),
    (
        lambda s: _advantage(s, _in_other_runs).max(),
        "That is the run that flatters most; return the mean over all runs.",
        "这是夸大得最厉害的那次运行；要返回所有运行的平均。",
    ),
    (
        lambda s: -_advantage(-s, _in_other_runs).mean(),
        "You take the lowest score of each run; these are scores, so the winner has the highest.",
        "你取了每次运行里最低的分数；这里是分数，胜出的应是最高的。",
    ),
    (
        lambda s: s.max(axis=0).mean(),
        "That is what the winners claim; take away what the same settings have in the other runs.",
        "这是胜出设置当时的分数；还要减去同样的设置在其他运行里的平均。",
    ),
)


@exercise(
    "08.4",
    more=(
        "For one column by hand: which row wins, what is its score, and what is the mean of that row without "
        "this column? Then the same for every column, each with its own winner.",
        "先手算一列：哪一行赢，它的分数是多少，这一行去掉这一列之后的平均是多少？然后对每一列都这样做，每一列有自己的"
        "胜出的设置。",
    ),
)
def optimism(learner: Learner) -> None:
    """Catches: the own run in the mean, another winner, another comparison, one run alone, the sign, the axes."""
    scores = np.random.default_rng(14).normal(0.8, 0.02, (6, 4))
    with instead_of(
        ["is out of bounds"],
        "A setting's number is used as a run's, or a run's as a setting's: rows are settings, columns are runs.",
        "你把设置的序号当成了运行的序号，或者反过来：行是设置，列是运行。",
    ):
        value = learner(scores)
    require(
        np.ndim(value) == 0,
        f"The optimism is one number; yours has the shape {np.shape(value)}.",
        f"乐观偏差是一个数；你的形状是 {np.shape(value)}。",
    )
    value, right = float(value), _advantage(scores, _in_other_runs).mean()
    refuse(value, _NOT_OPTIMISM, lambda mistake: mistake(scores))
    require(
        np.isclose(value, right, atol=1e-9),
        f"Expected {right:.5f}; yours is {value:.5f}.",
        f"应得 {right:.5f}；你得到 {value:.5f}。",
    )
    other = np.random.default_rng(4).normal(0.5, 0.1, (5, 3))
    right = _advantage(other, _in_other_runs).mean()
    written = (
        "With 5 settings and 3 runs in place of 6 and 4 your answer is another: are numbers written into the code?",
        "换成 5 组设置、3 次运行（原来是 6 组、4 次），结果就不对了：代码里是不是写死了数字？",
    )
    with instead_of(["Error"], *written):
        value = float(learner(other))
    require(np.isclose(value, right, atol=1e-9), *written)
    # The first setting wins three runs: one in which it is worse than elsewhere, and two with the same score.
    again = np.array([[0.5, 0.9, 0.9, 0.7], [0.4, 0.3, 0.2, 0.8], [0.3, 0.2, 0.1, 0.1]])
    value, each = float(learner(again)), _advantage(again, _in_other_runs)
    for wrong in (np.abs(each).mean(), np.maximum(each, 0).mean()):
        require(
            not np.isclose(value, wrong, atol=1e-6),
            "A winner may do better in the other runs than in the one it won; such a difference is negative, and stays "
            "so in the mean.",
            "胜出的设置在其他运行里的分数可能比赢的那次还高；这时差是负的，求平均时就按负数算。",
        )
    require(
        np.isclose(value, each.mean(), atol=1e-6),
        "One setting wins three of four runs here, two of them with the same score. Each run counts once, and the other"
        f" runs are all but that one, whatever the scores in them: {each.mean():.4f}; yours is {value:.4f}.",
        "这里同一组设置赢了四次运行中的三次，其中两次分数相同。每次运行算一次；“其他运行”是除这一次以外的全部，"
        f"不管分数是多少：应得 {each.mean():.4f}；你得到 {value:.4f}。",
    )
