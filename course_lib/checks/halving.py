"""The check of successive halving, exercise 08.3: whole races, told by who is left and what was paid."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from course_lib.checks.answers import as_array, parts
from course_lib.checks.core import Learner, exercise, require
from course_lib.checks.mistakes import Mistake, instead_of, refuse


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
        "81 轮是把九组全部训练到底的计算量；逐次减半正是要早早停掉其中大多数。",
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
        "你只数了一组设置的轮数；一回合里有几组在训练，就要计入几份。",
    ),
    (
        lambda losses, factor: _halving(losses, factor, price=lambda before, after, done, end: before),
        "You count settings; each pays for as many epochs as the round is long.",
        "你数的是组数；一回合有多少轮，每组就要计入多少轮。",
    ),
    (
        lambda losses, factor: _halving(
            losses, factor, price=lambda before, after, done, end: before * (end - done) * (before > 1)
        ),
        "You stop as soon as one setting is left; it is trained to the last column, and that is paid for.",
        "只剩一组时你就停了；它还要训练到最后一列，这些轮数也要计入。",
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


@exercise(
    "08.3",
    more=(
        "Keep three things from round to round: the row numbers that are left, how many epochs they have had, "
        "and what has been paid. In a round: pay, look at one column of these rows, sort the row numbers by it, "
        "cut. Ask only then whether that column was the last.",
        "从一回合到下一回合要记住三样：剩下的行号、它们已训练的轮数、已花的轮数。每一回合：计入轮数，看这些行的一列，按它"
        "给行号排序，淘汰。然后才问：这是不是最后一列？",
    ),
)
def successive_halving(learner: Learner) -> None:
    """Catches: wrong rounding, rounds, prices, epochs looked at, an index into what is left, a written-in factor."""
    races = _races()
    with (
        instead_of(
            ["size 0", "empty", "list index out of range"],
            "1 // 3 is 0: after the last round your function has no setting left to return. Keep at least one.",
            "1 // 3 等于 0：最后一回合之后，你的函数一组也没有留下，没有可返回的。至少要留一组。",
        ),
        instead_of(["index 9 is out of bounds"], *_AHEAD),
    ):
        answers = [_winner_and_price(learner(*races[0]))]
    with instead_of(
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
    refuse(prices, _WRONG_ROUNDS + _WRONG_PRICES, lambda mistake: [mistake(*race)[1] for race in races])
    require(
        any(winners[:4]),
        "Your setting is always number 0: an index into what is left is not the setting's number in the table.",
        "你的设置总是第 0 组：它在剩下的那些里的位置，不是它在表中的行号。",
    )
    refuse(winners, _WRONG_LOOKS, lambda mistake: [mistake(*race)[0] for race in races])
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
