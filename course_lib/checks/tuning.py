"""The checks of chapter 08.

A mistake is a function that makes it. The reader who gets the same numbers has made the same mistake, and the first
one found decides the hint; what no mistake explains is shown beside what was expected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from course_lib.checks.answers import as_array, parts
from course_lib.checks.core import Hint, Learner, exercise, require

# What makes the mistake, and what is said about it in English and in Chinese.
Mistake = tuple[Callable, str, str]


def _same(one: object, other: object) -> bool:
    return np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=1e-6, atol=1e-12)


def _refuse(result: object, mistakes: Sequence[Mistake], outcome: Callable[[Callable], object]) -> None:
    """Give the hint of the first mistake whose outcome is the reader's result."""
    for mistake, english, chinese in mistakes:
        require(not _same(result, outcome(mistake)), english, chinese)


@contextmanager
def _instead_of(errors: Sequence[str], english: str, chinese: str) -> Iterator[None]:
    """Give this hint where the reader's function stops with an error that says one of these."""
    try:
        yield
    except Hint as hint:
        require(not any(error in str(hint) for error in errors), english, chinese)
        raise


_MIXED = (
    "np.log10 goes with 10 to the power of, np.log with np.exp; you mixed the two.",
    "np.log10 对应 10 的多少次方，np.log 对应 np.exp；你把两者混用了。",
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
        "np.logspace 要的是指数，你给它的却是学习率：10 的很小次方约等于 1。应给它 np.log10，或改用 np.geomspace。",
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


@exercise("08.1")
def range_test_rates(learner: Learner) -> None:
    """Catches: even differences, exponents, an end missing, a slip of precedence, falling, one too many, no factor."""
    case = 1e-5, 1e-1, 9
    result = np.asarray(learner(*case), dtype=float)
    require(
        result.shape == (9,),
        f"One rate for each step: the shape must be (9,); yours is {result.shape}.",
        f"每一步一个学习率：形状应为 (9,)；你的是 {result.shape}。",
    )
    _refuse(result, _NOT_EVEN_FACTORS, lambda mistake: mistake(*case))
    right = np.geomspace(*case)
    require(
        _same(result, right),
        f"Expected {right.round(6)}; yours is {result.round(6)}.",
        f"应得 {right.round(6)}；你得到 {result.round(6)}。",
    )
    require(
        _same(learner(1e-3, 1.0, 4), [1e-3, 1e-2, 1e-1, 1.0]),
        "From 0.001 to 1 in 4 steps your answer is another: are numbers written into the code?",
        "从 0.001 到 1 分 4 步时结果就不对了：代码里是不是写死了数字？",
    )
    require(
        _same(learner(0.02, 0.5, 6), np.geomspace(0.02, 0.5, 6)),
        "From 0.02 to 0.5 in 6 steps your answer is another: the ends need not be powers of ten.",
        "从 0.02 到 0.5 分 6 步时结果就不对了：两端不一定是 10 的整数次方。",
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


@exercise("08.2")
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
    _refuse(values[:warmup], _NOT_RISING, lambda mistake: [mistake(step, *case) for step in range(warmup)])
    _refuse(values[warmup:], _NOT_FALLING, lambda mistake: [mistake(step, *case) for step in range(warmup, total + 1)])
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
    with _instead_of(["ZeroDivisionError"], *without), np.errstate(all="ignore"):
        values = curve(learner, none)
    require(np.allclose(values, curve(right, none), atol=1e-9), *without)


def _kept(count: int, factor: int) -> int:
    return max(count // factor, 1)


def _rounds(factor: int, epochs: int) -> list[int]:
    ends = [1]
    while ends[-1] < epochs:
        ends.append(min(ends[-1] * factor, epochs))
    return ends


def _halving(
    losses: np.ndarray,
    factor: int,
    keep: Callable[[int, int], int] = _kept,
    rounds: Callable[[int, int], Sequence[int]] = _rounds,
    look: Callable[[np.ndarray, int], np.ndarray] = lambda rows, end: rows[:, end - 1],
    price: Callable[[int, int, int, int], int] = lambda before, after, done, end: before * (end - done),
    pick: Callable[[np.ndarray], int] = lambda left: left[0],
) -> tuple[int, int]:
    """The setting that successive halving leaves and what it spends; each argument is one thing to get wrong."""
    left, done, spent = np.arange(len(losses)), 0, 0
    for end in rounds(factor, losses.shape[1]):
        kept = left[np.argsort(look(losses[left], end))][: keep(len(left), factor)]
        spent += price(len(left), len(kept), done, end)
        left, done = kept, end
    return int(pick(left)), spent


def _races() -> list[tuple[np.ndarray, int]]:
    """Losses (settings, epochs) and a factor, six times."""
    # Of the first race the best in the end is slow: it is thrown out in the first round.
    start, pace, floor = np.array(
        [
            (1.20, 0.2, 0.50), (1.10, 0.6, 0.35), (0.90, 0.3, 0.45), (1.60, 0.5, 0.00), (1.30, 0.4, 0.40),
            (1.05, 0.7, 0.20), (0.95, 0.9, 0.30), (1.40, 0.3, 0.45), (1.50, 0.2, 0.50),
        ]
    ).T[:, :, None]  # fmt: skip
    return [
        (start / (1 + pace * np.arange(1, 10)) + floor, 3),
        # No count of settings or epochs is a power of the factor here.
        (np.random.default_rng(1).random((11, 10)), 3),
        (np.array([[4.0, 1.0, 1.0, 1.0], [3.0, 3.0, 1.0, 2.0], [2.0, 2.0, 9.0, 4.0], [1.0, 4.0, 9.0, 3.0]]), 2),
        # Four rounds.
        (np.random.default_rng(7).random((8, 8)), 2),
        # Two settings are left after the last round.
        (np.random.default_rng(2).random((9, 2)), 2),
        # Two train in the last round, and its own last epoch turns their order round.
        (np.array([[0.3, 0.9], [0.5, 0.2], [0.1, 0.8], [0.2, 0.1], [0.6, 0.0]]), 2),
    ]


_THREE_ROUNDS = (
    "Exactly three rounds are written in; there are as many as it takes to reach the last column: with 8 columns"
    " and factor 2 they end at 1, 2, 4 and 8.",
    "你写死了三个回合；到最后一列要几个回合就有几个：8 列、因子 2 时，各回合应分别到第 1、2、4、8 轮为止。",
)
# How many are kept and when the rounds end: told from the epochs spent.
_WRONG_ROUNDS: tuple[Mistake, ...] = (
    (
        lambda losses, factor: _halving(losses, factor, keep=lambda n, f: -(-n // f)),
        "You round up. Of 11 settings and factor 3, 11 / 3 rounded down are kept, which is 3.",
        "你向上取整了。11 组、因子 3 时，11 / 3 应向下取整，留下 3 组。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, keep=lambda n, f: max(round(n / f), 1)),
        "You round to the nearest. Of 11 settings and factor 3, 11 / 3 rounded down are kept, which is 3.",
        "你四舍五入了。11 组、因子 3 时，11 / 3 应向下取整，留下 3 组。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, keep=lambda n, f: min(n, f)),
        "You keep `factor` settings; keep one in `factor` of them.",
        "你留下了 `factor` 组；应留下其中的 `factor` 分之一。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, keep=lambda n, f: max(n - n // f, 1)),
        "You throw out one in `factor`; that many are kept, and all others go.",
        "你淘汰了 `factor` 分之一；应当只留下这么多，其余全部淘汰。",
    ),
    (
        lambda losses, factor: _halving(losses, 2),
        "With factor 3 your answer is another. Is a 2 written in the code?",
        "因子为 3 时结果就不对了。代码里是不是把 2 写死了？",
    ),
    (
        lambda losses, factor: _halving(losses, factor, rounds=lambda f, n: [e for e in _rounds(f, n * f) if e <= n]),
        "The last round is missing where the number of epochs is not a power of the factor: with 10 columns and"
        " factor 3 the rounds end at 1, 3, 9 and 10.",
        "总轮数不是 factor 的乘方时，少了最后一回合：10 列、因子 3 时，各回合应分别到第 1、3、9、10 轮为止。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, rounds=lambda f, n: [e for e in (1, f, f * f) if e <= n]),
        *_THREE_ROUNDS,
    ),
    (lambda losses, factor: _halving(losses, factor, rounds=lambda f, n: sorted({1, min(f, n), n})), *_THREE_ROUNDS),
    (
        lambda losses, factor: _halving(losses, factor, rounds=lambda f, n: [*range(1, n, f), n]),
        "You add `factor` from round to round; multiply by it: with factor 3 the rounds end at 1, 3, 9, …",
        "你每一回合加上 factor；应当乘以它：因子 3 时，各回合应分别到第 1、3、9……轮为止。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, rounds=lambda f, n: range(1, n + 1)),
        "You throw settings out after every epoch; with factor 3 only after epochs 1, 3, 9, …",
        "你每一轮之后都在淘汰；因子 3 时，只在第 1、3、9……轮之后淘汰。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, rounds=lambda f, n: _rounds(f, n)[1:]),
        "Your first round is as long as the second should be: train all for one epoch first.",
        "你的第一回合就训练了本该第二回合才到的轮数：先让所有设置只训练一轮。",
    ),
)

# What is paid: told from the epochs spent.
_WRONG_PRICES: tuple[Mistake, ...] = (
    (
        lambda losses, factor: (0, losses.size),
        "81 epochs is the price of training all nine to the end; the point is to stop most of them early.",
        "81 轮是把九组全部训练到底的价钱；逐次减半正是要早早停掉其中大多数。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, price=lambda before, after, done, end: before * end),
        "27 epochs: each round starts anew. Those that go on go on from where they were: 9·1 + 3·2 + 1·6.",
        "27 轮：每一回合都从头训练了。留下的应接着原来的进度训练：9·1 + 3·2 + 1·6。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, price=lambda before, after, done, end: after * (end - done)),
        "You pay only for those that go on; those thrown out after a round were trained in it, too.",
        "你只算了留下的那些；回合结束时被淘汰的，在这一回合里也训练过。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, price=lambda before, after, done, end: end - done),
        "You count the epochs of one setting; each setting that trains in a round pays for it.",
        "你只数了一组设置的轮数；一回合里有几组在训练，就要付几份。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, price=lambda before, after, done, end: before),
        "You count settings; each pays for as many epochs as the round is long.",
        "你数的是组数；一回合有多少轮，每组就要付多少轮。",
    ),
    (
        lambda losses, factor: _halving(
            losses, factor, price=lambda before, after, done, end: before * (end - done) * (before > 1)
        ),
        "You stop as soon as one setting is left; it is trained to the last column, and that is paid for.",
        "只剩一组时你就停了；它还要训练到最后一列，这些轮数也要付。",
    ),
)

_AHEAD = (
    "You look one epoch ahead: what a setting loses after e epochs stands in column e - 1.",
    "你多看了一轮：训练 e 轮之后的损失在第 e - 1 列。",
)
# By which losses the settings are judged: told from the setting that is left.
_WRONG_LOOKS: tuple[Mistake, ...] = (
    (
        lambda losses, factor: _halving(
            losses, factor, look=lambda rows, end: np.arange(len(rows)) if end == losses.shape[1] else rows[:, end - 1]
        ),
        "Yours does not judge the last round: where several settings train to the last column, the losses there say "
        "which of them is the best.",
        "你的最后一回合没有评判：有几组设置一起训练到最后一列时，要由那里的损失决定哪一组最好。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, pick=min),
        "With 9 settings, 2 epochs and factor 2, two are left after the last round: return the best of them, not the"
        " one that stands first in the table.",
        "9 组、2 轮、因子 2 时，最后一回合后还剩两组：应返回其中最好的，而不是表里排在前面的。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, look=lambda rows, end: rows[:, :end].min(axis=1)),
        "You judge by the best loss so far; judge by the loss of the round's last epoch.",
        "你是按到目前为止的最好损失来评判的；应按这一回合最后一轮的损失来评判。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, look=lambda rows, end: rows[:, :end].mean(axis=1)),
        "You judge by the mean of the losses so far; judge by the loss of the round's last epoch.",
        "你是按到目前为止的平均损失来评判的；应按这一回合最后一轮的损失来评判。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, look=lambda rows, end: rows[:, min(end, rows.shape[1] - 1)]),
        *_AHEAD,
    ),
    (
        lambda losses, factor: _halving(losses, factor, look=lambda rows, end: rows[:, max(end - 2, 0)]),
        "You look one epoch too early: what a setting loses after e epochs stands in column e - 1.",
        "你少看了一轮：训练 e 轮之后的损失在第 e - 1 列。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, look=lambda rows, end: rows[:, -1]),
        "You chose by losses of epochs that had not been trained yet: the setting that is best at epoch 9 looks bad"
        " after epoch 1.",
        "你用了还没训练到的轮次的损失来选：第 9 轮最好的那组，第 1 轮时看起来很差。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, look=lambda rows, end: rows.min(axis=1)),
        "You chose by the best loss of the whole row; most of its epochs had not been trained yet.",
        "你按整行的最好损失来选；其中大多数轮次那时还没训练到。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, look=lambda rows, end: rows.mean(axis=1)),
        "You chose by the mean of the whole row; most of its epochs had not been trained yet.",
        "你按整行的平均损失来选；其中大多数轮次那时还没训练到。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, look=lambda rows, end: rows[:, 0]),
        "That is the best after one epoch; each round must judge by the losses of its own last epoch.",
        "那是第 1 轮后的最好者；每一回合都要按自己最后一轮的损失来评判。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, look=lambda rows, end: -rows[:, end - 1]),
        "You keep the worst: a smaller loss is better.",
        "你留下的是最差的：损失越小越好。",
    ),
)


def _winner_and_price(answer: object) -> tuple[int, int]:
    found = parts(
        answer,
        2,
        "Return two numbers: which setting is left, and how many epochs were spent.",
        "要返回两个数：剩下的是哪组设置，一共花了多少轮。",
    )
    winner, spent = map(as_array, found)
    require(
        spent.size == 1,
        f"The epochs spent are one number, of all settings together; you return {spent.size}.",
        f"花掉的轮数是一个数，所有设置合在一起；你返回了 {spent.size} 个。",
    )
    require(
        winner.size == 1,
        f"One setting's row number is asked for, the best of those left; you return {winner.size}.",
        f"要的是一组设置的行号，也就是剩下的里面最好的那组；你返回了 {winner.size} 个。",
    )
    require(
        winner.item() == int(winner.item()),
        f"{winner.item():.3f} is a loss; return the number of the setting's row.",
        f"{winner.item():.3f} 是损失；应返回这组设置的行号。",
    )
    return int(winner.item()), int(spent.item())


@exercise("08.3")
def successive_halving(learner: Learner) -> None:
    """Catches: wrong rounding, rounds, prices, epochs looked at, an index into what is left, a written-in factor."""
    races = _races()
    with (
        _instead_of(
            ["size 0", "empty", "list index out of range"],
            "1 // 3 is 0: after the last round your function has no setting left to return. Keep at least one.",
            "1 // 3 等于 0：最后一回合之后，你的函数一组也没有留下，没有可返回的。至少要留一组。",
        ),
        _instead_of(["index 9 is out of bounds"], *_AHEAD),
    ):
        answers = [_winner_and_price(learner(*races[0]))]
    with _instead_of(
        ["index 26 is out of bounds"],
        "A round goes past the last column where the number of epochs is not a power of the factor: with 10 columns"
        " and factor 3 the rounds end at 1, 3, 9 and 10.",
        "总轮数不是 factor 的乘方时，有一回合超出了最后一列：10 列、因子 3 时，各回合应分别到第 1、3、9、10 轮为止。",
    ):
        answers += [_winner_and_price(learner(*race)) for race in races[1:]]
    right = [_halving(*race) for race in races]
    require(
        answers != [(spent, winner) for winner, spent in right],
        "The two numbers are changed over: first the setting, then the epochs.",
        "两个数的次序反了：先写设置，再写轮数。",
    )
    winners, prices = zip(*answers, strict=True)
    _refuse(prices, _WRONG_ROUNDS + _WRONG_PRICES, lambda mistake: [mistake(*race)[1] for race in races])
    require(
        any(winners[:4]),
        "Your setting is always number 0: an index into what is left is not the setting's number in the table.",
        "你的设置总是第 0 组：它在剩下的那些里的位置，不是它在表中的行号。",
    )
    _refuse(winners, _WRONG_LOOKS, lambda mistake: [mistake(*race)[0] for race in races])
    require(
        answers[:2] != right[:2] or answers[2] == right[2],
        f"Four settings, four epochs, factor 2: setting 2 is left after 8 epochs; yours: {answers[2]}. Is a 3 written"
        " in the code?",
        f"四组、四轮、因子 2：应剩下第 2 组，花 8 轮；你得到 {answers[2]}。代码里是不是把 3 写死了？",
    )
    for (losses, factor), (winner, spent), (best, cost) in zip(races, answers, right, strict=True):
        settings, epochs = losses.shape
        require(
            winner == best,
            f"{settings} settings, {epochs} epochs, factor {factor}: setting {best} should be left; yours is {winner}.",
            f"{settings} 组、{epochs} 轮、因子 {factor}：应剩下第 {best} 组；你剩下的是第 {winner} 组。",
        )
        require(
            spent == cost,
            f"{settings} settings, {epochs} epochs, factor {factor}: it costs {cost} epochs; you counted {spent}.",
            f"{settings} 组、{epochs} 轮、因子 {factor}：应花费 {cost} 轮；你数出 {spent} 轮。",
        )


def _advantage(scores: np.ndarray, elsewhere: Callable[[np.ndarray, int, int], float]) -> np.ndarray:
    """By how much each run's winning score is above what (scores, winner, run) has elsewhere: (runs,)"""
    return np.array([scores[w, run] - elsewhere(scores, w, run) for run, w in enumerate(scores.argmax(axis=0))])


def _in_other_runs(scores: np.ndarray, winner: int, run: int) -> float:
    return np.delete(scores[winner], run).mean()


_ONE_FOR_ALL = (
    "You take the setting that is best over all runs; each run must choose its own winner, by its own scores.",
    "你取的是各次运行平均最好的那组；每次运行只能凭自己的分数选自己的赢家。",
)
_OF_ROWS = (
    "You take each row's maximum, the best run of each setting; each column, a run, has its winner.",
    "你取了每一行的最大值，也就是每组设置最好的一次运行；应当是每一列（一次运行）有一个赢家。",
)
_NOT_OPTIMISM: tuple[Mistake, ...] = (
    (
        lambda s: _advantage(s, lambda s, w, run: s[w].mean()).mean(),
        "The run that chose the winner is in your mean, too: leave it out, it is the one that flatters.",
        "你的平均里包含了选出赢家的那次运行：要去掉它，夸大的正是它。",
    ),
    (
        lambda s: _advantage(s, lambda s, w, run: (s[w].sum() - s[w, run]) / s.shape[1]).mean(),
        "You left the run's own score out, but still divide by the number of all runs: the others are one fewer.",
        "你去掉了那次运行自己的分数，却仍除以全部运行的次数：其他运行少一次。",
    ),
    (
        lambda s: -_advantage(s, _in_other_runs).mean(),
        "The sign is changed over: what was claimed, less what came of it.",
        "符号反了：应是宣称的分数减去后来的分数。",
    ),
    (lambda s: s[s.mean(axis=1).argmax()].max() - s[s.mean(axis=1).argmax()].mean(), *_ONE_FOR_ALL),
    (lambda s: s.max(axis=0).mean() - s[s.mean(axis=1).argmax()].mean(), *_ONE_FOR_ALL),
    (
        # Whatever the scores: what one run gains another loses.
        lambda s: 0.0,
        "Yours is 0 for any scores: you compare winners with the winners of other runs, or follow one setting through"
        " all runs. Each run has its own winner; compare it with the same setting in the other runs.",
        "不管分数是多少，你的结果都是 0：你拿赢家与别的运行里的赢家比，或者在各次运行里跟的是同一组设置。"
        "每次运行有自己的赢家；要比的是同一组设置在其他运行里的分数。",
    ),
    (
        lambda s: _advantage(s.T, _in_other_runs).mean(),
        "The axes are changed over: rows are settings, columns are runs; each column has its winner.",
        "两个轴弄反了：行是设置，列是运行；每一列有自己的赢家。",
    ),
    (lambda s: np.mean([row.max() - np.delete(row, row.argmax()).mean() for row in s]), *_OF_ROWS),
    (lambda s: (s.max(axis=1) - s.mean(axis=1)).mean(), *_OF_ROWS),
    (
        lambda s: s.max(axis=0).mean() - s.mean(),
        "You take away the mean of all settings; take away what the winner alone has in the other runs.",
        "你减去了所有设置的平均；要减去的只是赢家自己在其他运行里的平均。",
    ),
    (
        lambda s: _advantage(s, lambda s, w, run: np.delete(s[:, run], w).mean()).mean(),
        "You compare the winner with the other settings of its run; compare it with itself in the other runs.",
        "你拿赢家与同一次运行里的其他设置比；要拿它与自己在其他运行里的分数比。",
    ),
    (
        lambda s: s.max() - _in_other_runs(s, *np.unravel_index(s.argmax(), s.shape)),
        "That is one winner, the highest score of all; every run has one, and their mean is asked for.",
        "这里只有一个赢家，即全部分数中最高的；每次运行都有一个赢家，要求的是它们的平均。",
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
        "你取了每次运行里最低的分数；这里是分数，赢家应是最高的。",
    ),
    (
        lambda s: s.max(axis=0).mean(),
        "That is what the winners claim; take away what the same settings have in the other runs.",
        "这是赢家宣称的分数；还要减去同样的设置在其他运行里的平均。",
    ),
)


@exercise("08.4")
def optimism(learner: Learner) -> None:
    """Catches: the own run in the mean, another winner, another comparison, one run alone, the sign, the axes."""
    scores = np.random.default_rng(14).normal(0.8, 0.02, (6, 4))
    with _instead_of(
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
    _refuse(value, _NOT_OPTIMISM, lambda mistake: mistake(scores))
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
    with _instead_of(["Error"], *written):
        value = float(learner(other))
    require(np.isclose(value, right, atol=1e-9), *written)
