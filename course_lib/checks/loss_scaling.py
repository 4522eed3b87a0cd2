"""The check of exercise 11.3: a step of training in float16, with a scale that looks after itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_lib.checks.answers import close, later_case, number, numbers, parts, recognise, require_close, require_shape
from course_lib.checks.core import Learner, exercise, require

# Of most cases.
_RATE, _SCALE = 0.5, 64.0

# What a step in float16 leaves behind: weights, the scale, the count of good steps.
Stepped = tuple[np.ndarray, float, float]


def _stepped(
    weights: np.ndarray, gradient: np.ndarray, rate: float, scale: float, quiet: int, patience: int
) -> Stepped:
    if not np.isfinite(gradient).all():
        return np.asarray(weights, np.float64), scale / 2, 0
    moved = weights - rate * gradient.astype(np.float64) / scale
    return (moved, 2 * scale, 0) if quiet + 1 == patience else (moved, scale, quiet + 1)


def _ask_to_step(learner: Learner, *given: object) -> Stepped:
    weights = given[0]
    found = parts(
        learner(*given),
        3,
        "Return three things: the new weights, the next scale, and how many good steps there were since it changed.",
        "应返回三样：新的权重，下一步的因子，以及它改变以来有多少个好的步。",
    )
    after = numbers(found[0])
    require_shape(
        after,
        weights.shape,
        f"The weights come first, and keep their shape {weights.shape}; yours have {after.shape}.",
        f"第一样是权重，形状应保持 {weights.shape}；你的是 {after.shape}。",
    )
    return after, number(found[1]), number(found[2])


def _require_stepped(
    found: Stepped,
    given: tuple,
    after: Sequence[tuple[object, str, str]] = (),
    scales: Sequence[tuple[float, str, str]] = (),
    counts: Sequence[tuple[float, str, str]] = (),
) -> None:
    """Hold a step's three parts against ours; mistakes are known by what they give."""
    right = _stepped(*given)
    recognise(found[0], right[0], *after)
    require_close(found[0], right[0], "The weights:", "权重：")
    recognise(found[1], right[1], *scales)
    require_close(found[1], right[1], "The scale:", "因子：")
    recognise(found[2], right[2], *counts)
    require_close(found[2], right[2], "The count of good steps:", "好的步数：")


def _ask_for_a_good_step(learner: Learner, weights: np.ndarray, gradient: np.ndarray) -> None:
    rate, scale = _RATE, _SCALE
    moving = gradient.astype(np.float64)
    given = (weights, gradient, rate, scale, 3, 10)
    _require_stepped(
        _ask_to_step(learner, *given),
        given,
        (
            (
                weights,
                "Every number is finite here, so the step is taken; your weights stay where they were.",
                "这里每个数都有限，这一步要走；你的权重却没有动。",
            ),
            (
                weights - rate * moving,
                "The gradient is that of the loss times the scale: divide it by the scale.",
                "这是损失乘上因子之后的梯度：要除以因子。",
            ),
            (
                weights - rate * moving * scale,
                "You multiply by the scale once more; divide by it.",
                "你又乘了一次因子；应当除以它。",
            ),
            (
                weights + rate * moving / scale,
                "A step goes against the gradient: subtract.",
                "走的是梯度的反方向：应当减。",
            ),
            (weights - moving / scale, "The rate is missing.", "少了学习率。"),
            (weights - moving / scale / rate, "You divide by the rate; multiply by it.", "你除以了学习率；应当乘。"),
            (
                -rate * moving / scale,
                "That is the movement; add it to the weights.",
                "这是移动量；还要加到权重上。",
            ),
            (moving / scale, "That is the gradient; move the weights by it.", "这是梯度；还要用它来更新权重。"),
            (
                weights.astype(np.float16) - np.float16(rate) * gradient / np.float16(scale),
                "Your weights have only 16 bits left; weights are kept in 32.",
                "你的权重只剩 16 位了；权重要用 32 位保存。",
            ),
            (
                (weights - rate * moving / scale).astype(np.float16),
                "Your weights have only 16 bits left; weights are kept in 32.",
                "你的权重只剩 16 位了；权重要用 32 位保存。",
            ),
        ),
        (
            (
                2 * scale,
                "You double the scale after one good step; wait until there were `patience` of them.",
                "才走了一个好的步，你就把因子加倍；要等满 `patience` 步。",
            ),
            (
                scale / 2,
                "You halve the scale, though nothing overflowed.",
                "没有溢出，你却把因子减半了。",
            ),
            (1.0, "You forget the scale; without an overflow it stays.", "你把因子丢了；没有溢出时，它保持不变。"),
        ),
        (
            (3, "This step was a good one as well: count it.", "这一步也是好的：要数上它。"),
            (
                0,
                "You begin to count anew, though the scale has not changed.",
                "因子没有改变，你却重新数起了。",
            ),
            (1, "You forget the good steps before: there were 3.", "你忘了先前的好步：已经有 3 个。"),
        ),
    )


def _ask_for_overflows(learner: Learner, weights: np.ndarray, gradient: np.ndarray) -> None:
    rate, scale = _RATE, _SCALE
    for place, (broken, english, chinese) in enumerate(
        ((np.inf, "infinity", "无穷"), (-np.inf, "minus infinity", "负无穷"), (np.nan, "nan", "nan"))
    ):
        bad = np.roll(gradient, place)
        bad[1 + place] = broken
        given = (weights, bad, rate, scale, 3, 10)
        clean = np.nan_to_num(bad.astype(np.float64), nan=0, posinf=0, neginf=0)
        with later_case(learner):
            found = _ask_to_step(learner, *given)
            require(
                np.isfinite(found[0]).all(),
                f"One number of the gradient is {english}, and it gets into your weights: the step must be left out.",
                f"梯度里有一个数是{chinese}，它混进了你的权重：这一步应当跳过。",
            )
            _require_stepped(
                found,
                given,
                (
                    (
                        weights - rate * clean / scale,
                        f"One number of the gradient is {english}. Then the whole step is left out, for every weight.",
                        f"梯度里有一个数是{chinese}。这时整步都要跳过，所有的权重都不动。",
                    ),
                ),
                (
                    (
                        scale,
                        f"One number of the gradient is {english}: the scale was too large, and is halved.",
                        f"梯度里有一个数是{chinese}：说明因子太大，要减半。",
                    ),
                    (
                        2 * scale,
                        "After an overflow you double the scale; halve it.",
                        "溢出之后你把因子加倍了；应当减半。",
                    ),
                    (scale / 4, "You halve the scale twice.", "你把因子减半了两次。"),
                    (scale - 1, "You subtract 1 from the scale; halve it.", "你把因子减了 1；应当减半。"),
                ),
                (
                    (
                        3,
                        "After an overflow the good steps are counted anew, from 0; you keep the old count.",
                        "溢出之后，好的步要从 0 数起；你还留着原来的数。",
                    ),
                    (
                        4,
                        "A step that is left out is no good step; the count begins anew at 0.",
                        "跳过的步不算好的步；要从 0 数起。",
                    ),
                    (
                        1,
                        "A step that is left out is no good step: 0, not 1.",
                        "跳过的步不算好的步：是 0，不是 1。",
                    ),
                ),
            )


def _ask_for_large_numbers(learner: Learner, weights: np.ndarray) -> None:
    large = np.array([60_000, -50_000, 100, 65_504, 20_000], np.float16)
    given = (weights, large, 2.0**-7, _SCALE, 3, 10)
    with later_case(learner):
        found = _ask_to_step(learner, *given)
        require(
            not close(found[0], weights),
            "The numbers are large and each of them finite, so the step is taken. Ask every number by itself: a sum "
            "or a square of finite numbers may overflow, and 65,504 itself does not.",
            "这些数很大，但每个都有限，这一步要走。要逐个去问：有限的数求和、平方都可能溢出，而 65,504 本身没有。",
        )
        _require_stepped(found, given)


def _ask_for_patience(learner: Learner, weights: np.ndarray, gradient: np.ndarray) -> None:
    rate, scale = _RATE, _SCALE
    moving = gradient.astype(np.float64)
    given = (weights, gradient, rate, scale, 9, 10)
    with later_case(learner):
        _require_stepped(
            _ask_to_step(learner, *given),
            given,
            (
                (
                    weights - rate * moving / (2 * scale),
                    "This gradient was multiplied with the old scale: divide by that one, and double afterwards.",
                    "这个梯度乘的是原来的因子：先除以原来的，再加倍。",
                ),
            ),
            (
                (
                    scale,
                    "With this step there are `patience` good ones in a row: the scale is doubled now, and not later.",
                    "算上这一步，已经连着有 `patience` 个好的步：因子现在就该加倍。",
                ),
                (scale + 1, "You add 1 to the scale; double it.", "你给因子加了 1；应当加倍。"),
            ),
            (
                (
                    10,
                    "The scale has changed, so the count begins anew at 0.",
                    "因子变了，所以要从 0 数起。",
                ),
                (
                    1,
                    "This step made the scale change; the count after it is 0, not 1.",
                    "因子正是因这一步而变的；之后的步数是 0，不是 1。",
                ),
            ),
        )
    given = (weights, gradient, rate, scale, 8, 10)
    with later_case(learner):
        found = _ask_to_step(learner, *given)
        require(
            not close(found[1], 2 * scale),
            "You double one step too early: with this one there are 9 good steps, and the patience is 10.",
            "你早了一步加倍：算上这一步是 9 个好的步，而 patience 是 10。",
        )
        _require_stepped(found, given)
    overflown = np.where(np.arange(5) == 2, np.float16(np.inf), gradient)
    given = (weights, overflown, rate, scale, 9, 10)
    with later_case(learner):
        found = _ask_to_step(learner, *given)
        require(
            close(found[1], scale / 2),
            "The step would have been the last of `patience` good ones, and overflowed: the scale is halved, and not "
            "doubled as well.",
            "这一步本来会凑满 `patience` 个好的步，却溢出了：因子减半，不再加倍。",
        )
        _require_stepped(found, given)


def _ask_for_small_numbers(learner: Learner) -> None:
    small = np.array([0.5, -0.02, 0.004, -0.0007], np.float16)
    nothing = np.zeros(4, np.float32)
    for scale in (2.0**15, 2.0**20):  # the second is infinity itself in float16
        with later_case(learner), np.errstate(over="ignore"):
            after, *rest = _ask_to_step(learner, nothing, small, 1.0, scale, 0, 2000)
            in_sixteen = small / np.float16(scale)
            _require_stepped(
                # Times the scale, so that what is compared is not small.
                (after * scale, *rest),
                (nothing, small, scale, scale, 0, 2000),
                (
                    (
                        -in_sixteen.astype(np.float64) * scale,
                        "Small numbers have turned into zero: in 16 bits the quotient is too small. Turn the gradient "
                        "into 32 bits before you divide; an array of 16 bits, divided by a number of Python, stays one "
                        "of 16.",
                        "小的数变成了零：商太小，16 位装不下。先把梯度变成 32 位，再做除法；16 位的数组"
                        "除以 Python 的数，结果还是 16 位。",
                    ),
                ),
            )


@exercise(
    "11.3",
    more=(
        "There are two cases. First ask one thing of the whole array: is every number finite? If not, nothing moves; "
        "say what becomes of the scale and of the count. If so, turn the gradient into 32 bits, and only then divide, "
        "by the scale that it was multiplied with. Count the step, and compare the new count with the patience last.",
        "分两种情形。先对整个数组问一件事：是不是每个数都有限？不是，权重就不动，只需说清因子和步数变成什么。是，"
        "就先把梯度变成 32 位，再做除法，除以当初乘上的那个因子。然后数上这一步，最后拿新的步数与 patience 比较。",
    ),
)
def scaled_step(learner: Learner) -> None:
    """Catches: no, half or late division, 16 bits kept, overflows not seen or half obeyed, counts and scales."""
    random = np.random.default_rng(12)
    weights = random.normal(size=5).astype(np.float32)
    gradient = (random.normal(size=5) * 30).astype(np.float16)
    _ask_for_a_good_step(learner, weights, gradient)
    _ask_for_overflows(learner, weights, gradient)
    _ask_for_large_numbers(learner, weights)
    _ask_for_patience(learner, weights, gradient)
    _ask_for_small_numbers(learner)
    for case in (
        (np.array([2.0], np.float32), np.array([-3.0], np.float16), 0.1, 0.5, 0, 1),
        (np.array([1.0, -1.0], np.float32), np.array([np.nan, np.nan], np.float16), 0.1, 1.0, 0, 1),
        (random.normal(size=3).astype(np.float32), np.zeros(3, np.float16), 0.2, 65_536.0, 5, 7),
        (random.normal(size=4).astype(np.float32), random.normal(size=4).astype(np.float16), 0.03, 8.0, 1999, 2000),
        (random.normal(size=2).astype(np.float32), np.array([np.inf, -np.inf], np.float16), 0.03, 2.0**24, 0, 2000),
    ):
        with later_case(learner):
            _require_stepped(_ask_to_step(learner, *case), case)
