"""Each exercise of chapter 08 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import numpy as np
import pytest

from .answers import (
    each_form_passes,
    each_gets_its_hint,
    each_kept_fails,
    each_written_fails,
    must_cover,
    must_pass,
)


def rates(lowest, highest, steps):
    return lowest * (highest / lowest) ** (np.arange(steps) / (steps - 1))


def schedule(step, peak, warmup, total):
    if step < warmup:
        return peak * (step + 1) / warmup
    return fall((step - warmup) / (total - warmup), peak)


def fall(share, peak):
    return peak * (1 + np.cos(np.pi * share)) / 2


def with_rise(rise):
    return "08.2", lambda t, p, w, n: rise(t, p, w, n) if t < w else schedule(t, p, w, n)


def with_fall(other):
    return "08.2", lambda t, p, w, n: schedule(t, p, w, n) if t < w else other(t, p, w, n)


def halving(losses, factor, look=None, keep=None, times=None, start=1, pay=None):
    alive, epochs, done, spent = np.arange(len(losses)), start, 0, 0
    while True:
        order = np.argsort(losses[alive, epochs - 1] if look is None else look(losses[alive], epochs))
        kept = alive[order][: max(len(alive) // factor, 1) if keep is None else keep(len(alive), factor)]
        spent += len(alive) * (epochs - done) if pay is None else pay(len(alive), len(kept), done, epochs)
        alive, done = kept, epochs
        if epochs == losses.shape[1]:
            return int(alive[0]), spent
        epochs = min(epochs * factor if times is None else times(epochs, factor), losses.shape[1])


def judged(look):
    return "08.3", lambda x, k: halving(x, k, look=look)


def keeping(keep):
    return "08.3", lambda x, k: halving(x, k, keep=keep)


def paying(pay):
    return "08.3", lambda x, k: halving(x, k, pay=pay)


def over(ends):
    def answer(losses, factor):
        alive, done, spent = np.arange(len(losses)), 0, 0
        for end in ends(losses, factor):
            spent, done = spent + len(alive) * (end - done), end
            alive = alive[np.argsort(losses[alive, end - 1])][: max(len(alive) // factor, 1)]
        return alive[0], spent

    return "08.3", answer


def powers(losses, factor):
    return [factor**power for power in range(9) if factor**power <= losses.shape[1]]


def always_one_more(losses, factor):
    if powers(losses, factor)[-1] != losses.shape[1]:
        return [*powers(losses, factor), powers(losses, factor)[-1] * factor]
    return powers(losses, factor)


def place_among_the_left(losses, factor):
    _, spent = halving(losses, factor)
    while len(losses) > 1 and losses.shape[1]:
        losses = losses[np.argsort(losses[:, 0])][: max(len(losses) // factor, 1), 1:]
    return 0, spent


def numbers_of_places(losses, factor):
    left, epochs = np.arange(len(losses)), 1
    while epochs < losses.shape[1]:
        left = np.argsort(losses[left, epochs - 1])[: max(len(left) // factor, 1)]
        epochs = min(epochs * factor, losses.shape[1])
    return np.argsort(losses[left, epochs - 1])[0], halving(losses, factor)[1]


def first_in_the_table(losses, factor):
    left, epochs = np.arange(len(losses)), 1
    while True:
        left = np.sort(left[np.argsort(losses[left, epochs - 1])][: max(len(left) // factor, 1)])
        if epochs == losses.shape[1]:
            return left[0], halving(losses, factor)[1]
        epochs = min(epochs * factor, losses.shape[1])


def all_that_are_left(losses, factor):
    left, epochs = np.arange(len(losses)), 1
    while True:
        left = left[np.argsort(losses[left, epochs - 1])][: max(len(left) // factor, 1)]
        if epochs == losses.shape[1]:
            return left, halving(losses, factor)[1]
        epochs = min(epochs * factor, losses.shape[1])


def none_kept_in_a_list(losses, factor):
    left = list(range(len(losses)))
    for end in (1, 3, 9):
        left = sorted(left, key=lambda row: losses[row, end - 1])[: len(left) // factor]
    return left[0], 21


def none_kept_and_searched(losses, factor):
    left = np.arange(len(losses))
    for end in (1, 3, 9):
        left = left[np.argsort(losses[left, end - 1])][: len(left) // factor]
    return losses[left, -1].argmin(), 21


def last_round_not_judged(losses, factor):
    """Returns the one that was best before the last round."""
    left, done, end, spent = np.arange(len(losses)), 0, 1, 0
    while True:
        spent += len(left) * (end - done)
        if end == losses.shape[1]:
            return left[0], spent
        left = left[np.argsort(losses[left, end - 1])][: max(len(left) // factor, 1)]
        done, end = end, min(end * factor, losses.shape[1])


def by_hand(losses, factor):
    """Without NumPy's sorting: a list of rows that shrinks."""
    left, done, spent, end = list(range(len(losses))), 0, 0, 1
    while done < losses.shape[1]:
        spent, done = spent + len(left) * (end - done), end
        left = sorted(left, key=lambda row: losses[row][done - 1])[: max(1, int(len(left) / factor))]
        end = min(end * factor, losses.shape[1])
    return [left[0], spent]


def optimism(scores):
    return each_run(scores).mean()


def each_run(scores, less=lambda scores, winner, run: np.delete(scores[winner], run).mean()):
    return np.array([scores[w, run] - less(scores, w, run) for run, w in enumerate(scores.argmax(axis=0))])


def less(what):
    return "08.4", lambda scores: each_run(scores, what).mean()


def one_winner(scores):
    best = scores.mean(axis=1).argmax()
    return scores.max(axis=0).mean() - scores[best].mean()


def one_setting_followed(scores):
    best = scores[scores.mean(axis=1).argmax()]
    return np.mean([best[run] - np.delete(best, run).mean() for run in range(len(best))])


def highest_of_all(scores):
    winner, run = np.unravel_index(scores.argmax(), scores.shape)
    return scores[winner, run] - np.delete(scores[winner], run).mean()


def four_runs(scores):
    winners = scores.argmax(axis=0)
    return np.mean([scores[winners[r], r] - np.delete(scores[winners[r]], r).mean() for r in range(4)])


RIGHT = {"08.1": rates, "08.2": schedule, "08.3": halving, "08.4": optimism}

OTHER_RIGHT = {
    "geomspace": ("08.1", np.geomspace),
    "logspace of logarithms": ("08.1", lambda a, b, n: np.logspace(np.log10(a), np.log10(b), n)),
    "a list": ("08.1", lambda a, b, n: [a * (b / a) ** (t / (n - 1)) for t in range(n)]),
    "the square of a cosine": with_fall(lambda t, p, w, n: p * np.cos(np.pi / 2 * (t - w) / (n - w)) ** 2),
    "both branches": (
        "08.2",
        lambda t, p, w, n: np.where(t < w, p * (t + 1) / max(w, 1), schedule(max(t, w), p, w, n)),
    ),
    "lists": ("08.3", by_hand),
    "an array and a float": ("08.3", lambda x, k: (np.array([halving(x, k)[0]]), float(halving(x, k)[1]))),
    "both in an array": ("08.3", lambda x, k: np.array(halving(x, k))),
    "both in a list": ("08.3", lambda x, k: [int(each) for each in halving(x, k)]),
    "both in a list of arrays": ("08.3", lambda x, k: [np.array(each) for each in halving(x, k)]),
    "means of means": (
        "08.4",
        lambda s: s.max(axis=0).mean() - np.mean([np.delete(s[w], r).mean() for r, w in enumerate(s.argmax(axis=0))]),
    ),
}

WRONG = {
    "even differences": ("08.1", np.linspace, "Even differences", "等差"),
    "exponents": ("08.1", lambda a, b, n: np.linspace(np.log10(a), np.log10(b), n), "exponents; the rates", "这是指数"),
    "logarithms": ("08.1", lambda a, b, n: np.linspace(np.log(a), np.log(b), n), "These are the log", "这是对数"),
    "logspace of rates": ("08.1", np.logspace, "np.logspace wants", "np.logspace 要的是"),
    "log10 with exp": ("08.1", lambda a, b, n: np.exp(np.linspace(np.log10(a), np.log10(b), n)), "mixed", "混用"),
    "log with 10": ("08.1", lambda a, b, n: np.logspace(np.log(a), np.log(b), n), "mixed the two", "混用"),
    "last missing": ("08.1", lambda a, b, n: np.geomspace(a, b, n + 1)[:-1], "eight gaps", "八个间隔"),
    "first missing": ("08.1", lambda a, b, n: np.geomspace(a, b, n + 1)[1:], "first rate is left out", "漏掉了第一个"),
    "counted from 1": (
        "08.1",
        lambda a, b, n: a * (b / a) ** (np.arange(1, n + 1) / (n - 1)),
        "one step too far",
        "超过了最大值",
    ),
    "the power divided": (
        "08.1",
        lambda a, b, n: a * (b / a) ** np.arange(n) / (n - 1),
        "divides the power",
        "乘方的结果",
    ),
    "the divisor raised": (
        "08.1",
        lambda a, b, n: a * b / a ** (np.arange(n) / (n - 1)),
        "raises only the divisor",
        "只作用在除数上",
    ),
    "no lowest": ("08.1", lambda a, b, n: (b / a) ** (np.arange(n) / (n - 1)), "multiples of the lowest", "还要乘以"),
    "difference": ("08.1", lambda a, b, n: a * (b - a) ** (np.arange(n) / (n - 1)), "is a factor", "是一个倍数"),
    "falling": ("08.1", lambda a, b, n: rates(b, a, n), "fall", "在下降"),
    "one too many": ("08.1", lambda a, b, n: rates(a, b, n + 1), "One rate for each", "每一步一个"),
    "numbers written in": ("08.1", lambda a, b, n: rates(1e-5, 1e-1, n), "written into", "写死"),
    "half powers of ten": ("08.1", lambda a, b, n: a * 10 ** (np.arange(n) / 2), "written into", "写死"),
    "whole powers of ten": (
        "08.1",
        lambda a, b, n: np.logspace(round(np.log10(a)), round(np.log10(b)), n),
        "powers of ten",
        "整数次方",
    ),
    "no factor at all": ("08.1", lambda a, b, n: np.full(n, a), "Expected", "应得"),
    "first step of zero": (*with_rise(lambda t, p, w, n: p * t / w), "changes nothing", "白走一步"),
    "no warm-up": ("08.2", lambda t, p, w, n: schedule(t, p, 0, n), "no warm-up", "没有预热"),
    "peak at once": (*with_rise(lambda t, p, w, n: p), "no warm-up", "没有预热"),
    "no peak": ("08.2", lambda t, p, w, n: schedule(t, 1.0, w, n), "peak is missing: your", "忘了乘 peak：你的"),
    "no peak in the rise": (*with_rise(lambda t, p, w, n: (t + 1) / w), "peak is missing: your", "忘了乘 peak：你的"),
    "rise over all": (*with_rise(lambda t, p, w, n: p * (t + 1) / n), "You divide the rise", "上升段除以了"),
    "rise too flat": (*with_rise(lambda t, p, w, n: p * (t + 1) / (w + 1)), "does not have the peak", "没有到达峰值"),
    "no parentheses in the rise": (*with_rise(lambda t, p, w, n: p * t + 1 / w), "missing in the rise", "上升段少了"),
    "one step more of rise": (
        "08.2",
        lambda t, p, w, n: p * (t + 1) / w if t <= w else schedule(t, p, w, n),
        "not `<=`",
        "不是 `<=`",
    ),
    "counted from 0": (*with_fall(lambda t, p, w, n: fall(t / n, p)), "jumps", "跳了一下"),
    "counted from 0, over the rest": (*with_fall(lambda t, p, w, n: fall(t / (n - w), p)), "jumps", "跳了一下"),
    "over all steps": (
        *with_fall(lambda t, p, w, n: fall((t - w) / n, p)),
        "You divide by total_steps",
        "除以了 total",
    ),
    "over one step less": (*with_fall(lambda t, p, w, n: fall((t - w) / (n - 1 - w), p)), "too early", "早一步到"),
    "fall ahead": (*with_fall(lambda t, p, w, n: fall((t - w + 1) / (n - w), p)), "one step ahead", "下降早了一步"),
    "negative": (*with_fall(lambda t, p, w, n: p * np.cos(np.pi * (t - w) / (n - w))), "add 1 and halve", "加 1 再除"),
    "negative, halved": (
        *with_fall(lambda t, p, w, n: p / 2 * np.cos(np.pi * (t - w) / (n - w))),
        "add 1 before you halve",
        "除以 2 之前",
    ),
    "not halved": (*with_fall(lambda t, p, w, n: 2 * schedule(t, p, w, n)), "twice the peak", "两倍的峰值"),
    "no parentheses in the sum": (
        *with_fall(lambda t, p, w, n: p * 0.5 * 1 + np.cos(np.pi * (t - w) / (n - w))),
        "it is the sum",
        "这个和",
    ),
    "no parentheses in the divisor": (
        *with_fall(lambda t, p, w, n: fall((t - w) / n - w, p)),
        "divide by (total_steps",
        "应除以 (total_steps",
    ),
    "a line": (*with_fall(lambda t, p, w, n: p * (n - t) / (n - w)), "along a line", "沿直线"),
    "a quarter of a wave": (
        *with_fall(lambda t, p, w, n: p * np.cos(np.pi * (t - w) / (n - w) / 2)),
        "quarter of a wave",
        "四分之一个波",
    ),
    "no pi": (*with_fall(lambda t, p, w, n: fall((t - w) / (n - w) / np.pi, p)), "π is missing", "漏了 π"),
    "degrees": (*with_fall(lambda t, p, w, n: fall(180 / np.pi * (t - w) / (n - w), p)), "not 180", "不是 180"),
    "rises again": (*with_fall(lambda t, p, w, n: p - schedule(t, p, w, n)), "not minus", "不是减"),
    "no peak in the fall": (*with_fall(lambda t, p, w, n: schedule(t, 1.0, w, n)), "missing in the fall", "那里也要乘"),
    "no fall": (*with_fall(lambda t, p, w, n: p), "stays at the peak", "一直停在峰值"),
    "ends above 0": (*with_fall(lambda t, p, w, n: p * 0.9 ** (t - w)), "must have fallen to 0", "应已降到 0"),
    "falls by another law": (*with_fall(lambda t, p, w, n: p * ((n - t) / (n - w)) ** 2), "Expected", "应得"),
    "the steps written in": (
        "08.2",
        lambda t, p, w, n: p * (t + 1) / 3 if t < 3 else fall((t - 3) / 9, p),
        "numbers written into",
        "写死",
    ),
    "everything written in": ("08.2", lambda t, p, w, n: schedule(t, 0.4, 3, 12), "numbers written into", "写死"),
    "the peak written in": ("08.2", lambda t, p, w, n: schedule(t, 0.4, w, n), "numbers written into", "写死"),
    "divided before the if": (
        "08.2",
        lambda t, p, w, n: min(p * (t + 1) / w, schedule(t, p, w, n)),
        "With warmup_steps = 0",
        "就是不预热",
    ),
    "one step of warm-up at least": (
        "08.2",
        lambda t, p, w, n: schedule(t, p, max(w, 1), n),
        "With warmup_steps = 0",
        "就是不预热",
    ),
    "rounds up": (*keeping(lambda n, k: -(-n // k)), "You round up", "向上取整"),
    "rounds to the nearest": (*keeping(lambda n, k: max(round(n / k), 1)), "to the nearest", "四舍五入"),
    "keeps as many as the factor": (*keeping(lambda n, k: min(n, k)), "You keep `factor`", "你留下了 `factor` 组"),
    "throws too few out": (*keeping(lambda n, k: max(n - n // k, 1)), "You throw out one in", "你淘汰了"),
    "keeps none": (*keeping(lambda n, k: n // k), "Keep at least one", "至少要留一组"),
    "keeps none, in a list": ("08.3", none_kept_in_a_list, "Keep at least one", "至少要留一组"),
    "keeps none, and searches": ("08.3", none_kept_and_searched, "Keep at least one", "至少要留一组"),
    "3 written in": ("08.3", lambda x, k: halving(x, 3), "a 3 written", "把 3 写死"),
    "3 written in where it keeps": (*keeping(lambda n, k: max(n // 3, 1)), "a 3 written", "把 3 写死"),
    "3 written in where it waits": (
        "08.3",
        lambda x, k: halving(x, k, times=lambda epochs, k: 3 * epochs),
        "a 3 written",
        "把 3 写死",
    ),
    "2 written in": ("08.3", lambda x, k: halving(x, 2), "a 2 written", "把 2 写死"),
    "no last round": (*over(powers), "last round is missing", "少了最后一回合"),
    "three rounds": (*over(lambda x, k: [1, k, k * k][: x.shape[1]]), "Exactly three rounds", "写死了三个回合"),
    "three rounds to the end": (*over(lambda x, k: [1, k, x.shape[1]]), "Exactly three rounds", "写死了三个回合"),
    "past the last column": (*over(always_one_more), "goes past the last column", "超出了最后一列"),
    "adds the factor": ("08.3", lambda x, k: halving(x, k, times=lambda e, k: e + k), "You add `factor`", "应当乘以它"),
    "a round an epoch": (
        "08.3",
        lambda x, k: halving(x, k, times=lambda e, k: e + 1),
        "after every epoch",
        "每一轮之后",
    ),
    "first round too long": ("08.3", lambda x, k: halving(x, k, start=k), "Your first round", "你的第一回合"),
    "all to the end": ("08.3", lambda x, k: (halving(x, k)[0], x.size), "81 epochs", "81 轮"),
    "throws none out": (*keeping(lambda n, k: n), "81 epochs", "81 轮"),
    "paid anew": (*paying(lambda before, after, done, end: before * end), "starts anew", "从头训练"),
    "paid after the cut": (
        *paying(lambda before, after, done, end: after * (end - done)),
        "those that go on",
        "只算了",
    ),
    "paid for one": (*paying(lambda before, after, done, end: end - done), "epochs of one setting", "只数了一组"),
    "paid by the round": (*paying(lambda before, after, done, end: before), "You count settings", "你数的是组数"),
    "stops at one": (
        *paying(lambda before, after, done, end: before * (end - done) if before > 1 else 0),
        "You stop as soon as",
        "只剩一组时你就停了",
    ),
    "the best so far": (*judged(lambda rows, end: rows[:, :end].min(axis=1)), "best loss so far", "为止的最好损失"),
    "the mean so far": (
        *judged(lambda rows, end: rows[:, :end].mean(axis=1)),
        "mean of the losses so",
        "的平均损失来评判",
    ),
    "the sum so far": (
        *judged(lambda rows, end: rows[:, :end].sum(axis=1)),
        "mean of the losses so",
        "的平均损失来评判",
    ),
    "the column after": (*judged(lambda rows, end: rows[:, end]), "one epoch ahead", "多看了一轮"),
    "the column after, where there is one": (
        *judged(lambda rows, end: rows[:, end : end + 1].sum(axis=1) if end < rows.shape[1] else rows[:, -1]),
        "one epoch ahead",
        "多看了一轮",
    ),
    "the column before": (*judged(lambda rows, end: rows[:, max(end - 2, 0)]), "one epoch too early", "少看了一轮"),
    "looks ahead": (*judged(lambda rows, end: rows[:, -1]), "not been trained", "还没训练到"),
    "the best of the row": (
        *judged(lambda rows, end: rows.min(axis=1)),
        "best loss of the whole row",
        "整行的最好损失",
    ),
    "the mean of the row": (*judged(lambda rows, end: rows.mean(axis=1)), "mean of the whole row", "整行的平均损失"),
    "one look": (*judged(lambda rows, end: rows[:, 0]), "after one epoch", "第 1 轮后"),
    "keeps the worst": (*judged(lambda rows, end: -rows[:, end - 1]), "keep the worst", "最差的"),
    "place among the left": ("08.3", place_among_the_left, "an index into what is left", "不是它在表中的行号"),
    "rows taken for places": ("08.3", numbers_of_places, "an index into what is left", "不是它在表中的行号"),
    "first in the table": ("08.3", first_in_the_table, "stands first in the table", "表里排在前面"),
    "last round not judged": ("08.3", last_round_not_judged, "does not judge the last round", "最后一回合没有评判"),
    "all that are left": ("08.3", all_that_are_left, "One setting's row number", "一组设置的行号"),
    "the loss": ("08.3", lambda x, k: (x[halving(x, k)[0], -1], halving(x, k)[1]), "is a loss", "是损失"),
    "numbers changed over": ("08.3", lambda x, k: halving(x, k)[::-1], "changed over", "次序反了"),
    "only the winner": ("08.3", lambda x, k: halving(x, k)[0], "two numbers", "两个数"),
    "another winner": ("08.3", lambda x, k: (4, halving(x, k)[1]), "setting 5 should be left", "应剩下第 5 组"),
    "another price": (
        "08.3",
        lambda x, k: (halving(x, k)[0], halving(x, k)[1] + 1),
        "it costs 21 epochs",
        "应花费 21 轮",
    ),
    "own run too": (*less(lambda s, w, run: s[w].mean()), "leave it out", "去掉它"),
    "own run out, but counted": (
        *less(lambda s, w, run: (s[w].sum() - s[w, run]) / s.shape[1]),
        "one fewer",
        "其他运行少一次",
    ),
    "sign": ("08.4", lambda s: -optimism(s), "changed over", "符号反了"),
    "one winner for all": ("08.4", one_winner, "each run must choose", "只能凭自己的分数"),
    "one setting followed": ("08.4", one_setting_followed, "follow one setting", "跟的是同一组"),
    "winners of the others": (
        *less(lambda s, w, run: np.delete(s, run, axis=1).max(axis=0).mean()),
        "the winners of other runs",
        "别的运行里胜出的设置",
    ),
    "axes": ("08.4", lambda s: optimism(s.T), "axes are changed over", "两个轴"),
    "best run of each setting": (
        "08.4",
        lambda s: np.mean([row.max() - np.delete(row, row.argmax()).mean() for row in s]),
        "each row's maximum",
        "每一行的最大值",
    ),
    "rows less their means": (
        "08.4",
        lambda s: (s.max(axis=1) - s.mean(axis=1)).mean(),
        "each row's max",
        "每一行的最大",
    ),
    "less everything": ("08.4", lambda s: (s.max(axis=0) - s.mean()).mean(), "mean of all settings", "所有设置的平均"),
    "less all others": (
        *less(lambda s, w, run: np.delete(s, run, axis=1).mean()),
        "mean of all settings",
        "所有设置的平均",
    ),
    "less its neighbours": (
        *less(lambda s, w, run: np.delete(s[:, run], w).mean()),
        "with the other settings",
        "其他设置比",
    ),
    "a setting's number for a run's": (
        *less(lambda s, w, run: np.delete(s[w], w).mean()),
        "used as a run's",
        "当成了运行",
    ),
    "highest of all": ("08.4", highest_of_all, "one winner, the highest", "全部分数中最高的"),
    "first run": ("08.4", lambda s: each_run(s)[0], "first run alone", "第一次运行"),
    "last run": ("08.4", lambda s: each_run(s)[-1], "last run alone", "最后一次运行"),
    "sum": ("08.4", lambda s: each_run(s).sum(), "the sum over the runs", "运行之和"),
    "maximum": ("08.4", lambda s: each_run(s).max(), "flatters most", "最厉害的那次"),
    "lowest wins": ("08.4", lambda s: -optimism(-s), "the lowest score", "最低的分数"),
    "only what is claimed": ("08.4", lambda s: s.max(axis=0).mean(), "what the winners claim", "胜出设置当时的分数；"),
    "one for each run": ("08.4", each_run, "one number", "一个数"),
    "3 others": (
        *less(lambda s, w, run: (s[w].sum() - s[w, run]) / 3),
        "numbers written into",
        "写死",
    ),
    "4 runs": ("08.4", four_runs, "numbers written into", "写死"),
    "a whole number for the factor": (
        "08.1",
        lambda a, b, n: a * float(int(b / a)) ** (np.arange(n) / (n - 1)),
        "need not be a whole number",
        "不一定是整数",
    ),
    "negative ones turned": ("08.4", lambda s: np.abs(each_run(s)).mean(), "is negative, and stays", "差是负的"),
    "negative ones left out": ("08.4", lambda s: np.maximum(each_run(s), 0).mean(), "is negative, and stays", "差是负"),
    "each winner once": (
        "08.4",
        lambda s: np.mean([each_run(s)[s.argmax(axis=0) == w].mean() for w in set(s.argmax(axis=0).tolist())]),
        "Each run counts once",
        "每次运行算一次",
    ),
    "equal scores left out": (
        *less(lambda s, w, run: s[w][s[w] != s[w, run]].mean()),
        "whatever the scores in them",
        "不管分数是多少",
    ),
    "something else": ("08.4", lambda s: s.std(), "Expected", "应得"),
}


test_a_first_answer_kept_for_ever_is_refused = each_kept_fails(RIGHT, words="")


test_writing_into_what_was_given_is_refused = each_written_fails(RIGHT, [("08.3", 0), ("08.4", 0)])


test_answers_may_come_in_any_form = each_form_passes(RIGHT)


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number: str) -> None:
    must_pass(number, RIGHT[number])


@pytest.mark.parametrize("way", OTHER_RIGHT)
def test_another_right_way_passes(way: str) -> None:
    must_pass(*OTHER_RIGHT[way])


test_a_typical_mistake_gets_its_hint = each_gets_its_hint(WRONG)


def test_every_exercise_has_its_wrong_answers() -> None:
    must_cover(RIGHT, WRONG, at_least=19)
