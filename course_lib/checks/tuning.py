"""The checks of chapter 08."""

from __future__ import annotations

import numpy as np

from course_lib.checks.core import Learner, exercise, require


@exercise("08.1")
def range_test_rates(learner: Learner) -> None:
    """Catches: even differences, the last rate missing, the exponents in place of the rates, falling, one too many."""
    result = np.asarray(learner(1e-5, 1e-1, 9), dtype=float)
    require(
        result.shape == (9,),
        f"One rate for each step: the shape must be (9,); yours is {result.shape}.",
        f"每一步一个学习率：形状应为 (9,)；你的是 {result.shape}。",
    )
    require(
        not np.allclose(result, np.linspace(1e-5, 1e-1, 9)),
        "Even differences: all but one of your rates lie above 0.01. Each must be the same multiple of the one before.",
        "你的间隔是等差的：除第一个以外，学习率全在 0.01 以上。应当让每一个都是前一个的同样倍数。",
    )
    require(
        not np.allclose(result, np.linspace(-5, -1, 9)),
        "These are the exponents; the rates are ten to their power.",
        "这是指数；学习率是 10 的这些次方。",
    )
    right = 1e-5 * 1e4 ** (np.arange(9) / 8)
    require(
        not np.allclose(result, right[::-1], rtol=1e-6, atol=0),
        "The rates fall; the test begins with the smallest.",
        "学习率在下降；测试要从最小的开始。",
    )
    require(
        not np.allclose(result, 1e-5 * 1e4 ** (np.arange(9) / 9), rtol=1e-6, atol=0),
        "The last rate is not reached: nine rates have eight gaps between them.",
        "没有到达最后的学习率：九个数之间只有八个间隔。",
    )
    require(
        not np.allclose(result, 1e-5 * 1e4 ** (np.arange(1, 10) / 9), rtol=1e-6, atol=0),
        "The first rate is left out: step 0 takes the smallest.",
        "漏掉了第一个学习率：第 0 步应取最小值。",
    )
    require(
        np.allclose(result, right, rtol=1e-6, atol=0),
        f"Expected {right.round(6)}; yours is {result.round(6)}.",
        f"应得 {right.round(6)}；你得到 {result.round(6)}。",
    )
    other = np.asarray(learner(1e-3, 1.0, 4), dtype=float)
    require(
        np.allclose(other, [1e-3, 1e-2, 1e-1, 1.0], rtol=1e-6),
        "From 0.001 to 1 in 4 steps your answer is another: are numbers written into the code?",
        "从 0.001 到 1 分 4 步时结果就不对了：代码里是不是写死了数字？",
    )


@exercise("08.2")
def warm_up_cosine(learner: Learner) -> None:
    """Catches: no warm-up, a first step of zero, the cosine counted from step 0, not halved, no peak, a wrong end."""
    peak, warmup, total = 0.4, 4, 12

    def curve(rise, fall):
        return np.array([rise(t) if t < warmup else fall(t) for t in range(total)])

    def half(share):
        return peak * 0.5 * (1 + np.cos(np.pi * share))

    values = np.array([float(learner(step, peak, warmup, total)) for step in range(total)])
    right = curve(lambda t: peak * (t + 1) / warmup, lambda t: half((t - warmup) / (total - warmup)))
    require(
        not np.isclose(values[0], 0),
        "Step 0 has the rate 0 and changes nothing: the rise begins at peak / warmup_steps.",
        "第 0 步的学习率是 0，等于白走一步：上升应从 peak / warmup_steps 开始。",
    )
    require(
        not np.allclose(values[:warmup], half(np.arange(warmup) / total)),
        "There is no warm-up: in the first warmup_steps the rate must rise.",
        "没有预热：前 warmup_steps 步学习率应当上升。",
    )
    require(
        not np.allclose(values, curve(lambda t: peak * (t + 1) / warmup, lambda t: half(t / total))),
        "After the warm-up the rate jumps: count the cosine's steps from the end of the warm-up, not from 0.",
        "预热结束时学习率突然跳了一下：余弦要从预热结束处数起，而不是从 0 数起。",
    )
    require(
        not np.allclose(
            values,
            curve(lambda t: peak * (t + 1) / warmup, lambda t: peak * np.cos(np.pi * (t - warmup) / (total - warmup))),
        ),
        "The rate becomes negative: a cosine goes from 1 to -1; add 1 and halve.",
        "学习率变成了负数：余弦从 1 走到 -1；要加 1 再除以 2。",
    )
    require(
        not np.allclose(values, right / peak),
        "The peak is missing: your curve goes up to 1.",
        "忘了乘 peak：你的曲线最高到 1。",
    )
    require(
        np.allclose(values, right, atol=1e-9),
        f"Expected {right.round(3)}; yours is {values.round(3)}.",
        f"应得 {right.round(3)}；你得到 {values.round(3)}。",
    )
    require(
        np.isclose(float(learner(total, peak, warmup, total)), 0, atol=1e-9),
        "At step total_steps the rate must have fallen to 0.",
        "到第 total_steps 步，学习率应已降到 0。",
    )


@exercise("08.3")
def successive_halving(learner: Learner) -> None:
    """Catches: a look at the end, one look, the worst kept, rounds paid anew, all paid to the end, a factor."""
    # Nine settings over nine epochs. The best in the end is slow: it is thrown out in the first round.
    losses = np.array(
        [[start / (1 + pace * epoch) + floor for epoch in range(1, 10)] for start, pace, floor in (
            (0.95, 0.9, 0.30), (1.10, 0.6, 0.35), (0.90, 0.3, 0.45), (1.60, 0.5, 0.00), (1.30, 0.4, 0.40),
            (1.05, 0.7, 0.20), (1.20, 0.2, 0.50), (1.40, 0.3, 0.45), (1.50, 0.2, 0.50),
        )]
    )  # fmt: skip
    answer = learner(losses, 3)
    require(
        isinstance(answer, tuple | list) and len(answer) == 2,
        "Return two numbers: which setting is left, and how many epochs were spent.",
        "要返回两个数：剩下的是哪组设置，一共花了多少轮。",
    )
    winner, spent = int(answer[0]), int(answer[1])
    alive, done, cost = np.arange(9), 0, 0
    for epochs in (1, 3, 9):
        cost += len(alive) * (epochs - done)
        done = epochs
        alive = alive[np.argsort(losses[alive, epochs - 1])][: max(len(alive) // 3, 1)]
    right = int(alive[0])
    require(
        spent != 81,
        "81 epochs is the price of training all nine to the end; the point is to stop most of them early.",
        "81 轮是把九组全部训练到底的价钱；逐次减半正是要早早停掉其中大多数。",
    )
    require(
        winner != int(losses[:, -1].argmin()),
        "You chose by losses of epochs that had not been trained yet: the setting that is best at epoch 9 looks bad"
        " after epoch 1.",
        "你用了还没训练到的轮次的损失来选：第 9 轮最好的那组，第 1 轮时看起来很差。",
    )
    require(
        winner != int(losses[:, 0].argmin()) or right == int(losses[:, 0].argmin()),
        "That is the best after one epoch; each round must judge by the losses of its own last epoch.",
        "那是第 1 轮后的最好者；每一回合都要按自己最后一轮的损失来评判。",
    )
    require(
        spent != 27,
        "27 epochs: each round starts anew. Those that go on go on from where they were: 9·1 + 3·2 + 1·6.",
        "27 轮：每一回合都从头训练了。留下的应接着原来的进度训练：9·1 + 3·2 + 1·6。",
    )
    worst, kept = np.arange(9), None
    for epochs in (1, 3, 9):
        worst = worst[np.argsort(-losses[worst, epochs - 1])][: max(len(worst) // 3, 1)]
        kept = int(worst[0])
    require(
        winner != kept,
        "You keep the worst: a smaller loss is better.",
        "你留下的是最差的：损失越小越好。",
    )
    require(
        winner == right,
        f"Setting {right} should be left; yours is {winner}.",
        f"应剩下第 {right} 组；你剩下的是第 {winner} 组。",
    )
    require(
        spent == cost,
        f"It costs {cost} epochs; you counted {spent}.",
        f"应花费 {cost} 轮；你数出 {spent} 轮。",
    )
    four = learner(
        np.array([[4.0, 1.0, 1.0, 1.0], [3.0, 3.0, 1.0, 2.0], [2.0, 2.0, 9.0, 4.0], [1.0, 4.0, 9.0, 3.0]]), 2
    )
    require(
        tuple(map(int, four)) == (2, 8),
        f"Four settings, four epochs, factor 2: setting 2 is left after 8 epochs; yours: {tuple(four)}. Is a 3 written"
        " in the code?",
        f"四组、四轮、因子 2：应剩下第 2 组，花 8 轮；你得到 {tuple(four)}。代码里是不是把 3 写死了？",
    )


@exercise("08.4")
def optimism(learner: Learner) -> None:
    """Catches: the own run in the mean, one winner for all runs, the sign, the wrong axis, the best of the others."""
    scores = np.random.default_rng(3).normal(0.8, 0.02, (6, 4))
    value = learner(scores)
    require(
        np.ndim(value) == 0,
        f"The optimism is one number; yours has the shape {np.shape(value)}.",
        f"乐观偏差是一个数；你的形状是 {np.shape(value)}。",
    )
    value = float(value)
    runs = np.arange(4)
    winners = scores.argmax(axis=0)
    claimed = scores[winners, runs]
    others = np.array([np.delete(scores[winner], run).mean() for run, winner in enumerate(winners)])
    right = (claimed - others).mean()
    require(
        not np.isclose(value, (claimed - scores[winners].mean(axis=1)).mean()),
        "The run that chose the winner is in your mean, too: leave it out, it is the one that flatters.",
        "你的平均里包含了选出赢家的那次运行：要去掉它，夸大的正是它。",
    )
    require(
        not np.isclose(value, -right),
        "The sign is changed over: what was claimed, less what came of it.",
        "符号反了：应是宣称的分数减去后来的分数。",
    )
    best = scores.mean(axis=1).argmax()
    require(
        not np.isclose(value, scores[best].max() - scores[best].mean())
        and not np.isclose(value, claimed.mean() - scores[best].mean()),
        "You take the setting that is best over all runs; each run must choose its own winner, by its own scores.",
        "你取的是各次运行平均最好的那组；每次运行只能凭自己的分数选自己的赢家。",
    )
    best_others = np.array([np.delete(scores, run, axis=1).max(axis=0).mean() for run in runs])
    require(
        not np.isclose(value, (claimed - best_others).mean()),
        "You compare with the winners of the other runs; compare with the same setting there.",
        "你比的是别的运行里的赢家；要比的是同一组设置在那里的分数。",
    )
    columns = scores.T
    wrong_winners = columns.argmax(axis=0)
    wrong = np.mean([columns[w, s] - np.delete(columns[w], s).mean() for s, w in enumerate(wrong_winners)])
    require(
        not np.isclose(value, wrong),
        "The axes are changed over: rows are settings, columns are runs; each column has its winner.",
        "两个轴弄反了：行是设置，列是运行；每一列有自己的赢家。",
    )
    require(
        np.isclose(value, right, atol=1e-9),
        f"Expected {right:.5f}; yours is {value:.5f}.",
        f"应得 {right:.5f}；你得到 {value:.5f}。",
    )
