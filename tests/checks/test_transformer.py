"""Each exercise of chapter 06 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from .answers import must_cover, must_get_its_hint, must_pass


def table(length, width, exponent=2, first=0, swap=False, halves=False):
    rows = []
    for position in range(first, first + length):
        angles = [position / 10_000 ** (exponent * hand / width) for hand in range(width // 2)]
        pairs = [(math.sin(angle), math.cos(angle)) for angle in angles]
        pairs = [pair[::-1] for pair in pairs] if swap else pairs
        rows.append(
            [pair[side] for side in (0, 1) for pair in pairs] if halves else [x for pair in pairs for x in pair]
        )
    return np.array(rows)


def own_speeds(length, width):
    angles = np.arange(length)[:, None] / 10_000 ** (np.arange(width) / width)
    return np.where(np.arange(width) % 2, np.cos(angles), np.sin(angles))


def padded(rows, side="right"):
    room = max(map(len, rows))
    return np.array(
        [row + [0] * (room - len(row)) if side == "right" else [0] * (room - len(row)) + row for row in rows]
    )


def forced(sentences, start, end, side="right"):
    return padded([[start, *ids] for ids in sentences], side), padded([[*ids, end] for ids in sentences], side)


def late_end(sentences, start, end):
    given, _ = forced(sentences, start, end)
    return given, padded([[*ids, *[0] * (max(map(len, sentences)) - len(ids)), end] for ids in sentences])


def end_is_given(sentences, start, end):
    room = max(map(len, sentences)) + 1
    framed = [[start, *ids, end] for ids in sentences]
    return padded(framed)[:, :room], padded([[*row[1:], 0] for row in framed])[:, :room]


def no_end(sentences, start, end):
    given, _ = forced(sentences, start, end)
    return given, padded([[*ids, 0] for ids in sentences])


def losses_of(logits, answers, epsilon, keep=1.0, share=1.0):
    log_p = logits - logits.max(-1, keepdims=True)
    log_p = log_p - np.log(np.exp(log_p).sum(-1, keepdims=True))
    right = np.take_along_axis(log_p, answers[..., None], -1)[..., 0]
    return -(1 - keep * epsilon) * right - epsilon * share * log_p.mean(-1)


def smoothed(logits, answers, epsilon, **changes):
    return losses_of(logits, answers, epsilon, **changes)[answers != 0].mean()


def careless(logits, answers, epsilon):
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    right = np.take_along_axis(log_p, answers[..., None], -1)[..., 0]
    return (-(1 - epsilon) * right - epsilon * log_p.mean(-1))[answers != 0].mean()


def by_sentence(logits, answers, epsilon):
    losses = losses_of(logits, answers, epsilon) * (answers != 0)
    return (losses.sum(1) / (answers != 0).sum(1)).mean()


def grams(text, n):
    return Counter(text[i : i + n] for i in range(len(text) - n + 1))


def bleu(ours, references, clip=True, brief=True, arithmetic=False, reward=False):
    shares = []
    for n in range(1, 5):
        pairs = [(grams(mine, n), grams(right, n)) for mine, right in zip(ours, references, strict=True)]
        if clip:
            hits = sum(sum((mine & right).values()) for mine, right in pairs)
        else:
            hits = sum(count for mine, right in pairs for piece, count in mine.items() if piece in right)
        shares.append(hits / max(1, sum(sum(mine.values()) for mine, _ in pairs)))
    factor = math.exp(1 - sum(map(len, references)) / sum(map(len, ours))) if brief else 1.0
    mean = sum(shares) / 4 if arithmetic else math.prod(shares) ** 0.25
    return 100 * (factor if reward else min(1.0, factor)) * mean


def sentence_bleu(ours, references):
    return np.mean([bleu([mine], [right]) for mine, right in zip(ours, references, strict=True)])


def logarithms(ours, references):
    shares = [
        sum(sum((grams(m, n) & grams(r, n)).values()) for m, r in zip(ours, references, strict=True))
        / np.float64(sum(max(len(m) - n + 1, 0) for m in ours))
        for n in range(1, 5)
    ]
    factor = min(1.0, math.exp(1 - sum(map(len, references)) / sum(map(len, ours))))
    return 100 * factor * np.exp(np.log(shares).mean())


def step(scores, log_p, width):
    pairs = [(b, t) for b in range(len(scores)) for t in range(log_p.shape[1])]
    return sorted(pairs, key=lambda pair: -(scores[pair[0]] + log_p[pair]))[:width]


def step_by(value):
    def answer(scores, log_p, width):
        pairs = [(b, t) for b in range(len(scores)) for t in range(log_p.shape[1])]
        return sorted(pairs, key=lambda pair: -value(scores[pair[0]], log_p[pair]))[:width]

    return answer


def best_of_each(scores, log_p, width):
    order = np.argsort(-scores)[:width]
    return [(int(b), int(log_p[b].argmax())) for b in order]


def count(width, hidden, heads, decoder, bias=1, matrices=4, norms=True, times=1, looks=None, norm_looks=None):
    looks = (2 if decoder else 1) if looks is None else looks
    norm_looks = looks if norm_looks is None else norm_looks
    attention = matrices * (width * width + bias * width) * times
    network = 2 * width * hidden + bias * (hidden + width)
    return looks * attention + network + (norm_looks + 1) * 2 * width * norms


RIGHT = {
    "06.1": table,
    "06.2": forced,
    "06.3": smoothed,
    "06.4": bleu,
    "06.5": step,
    "06.6": count,
}

WRONG = {
    "two halves": ("06.1", lambda n, d: table(n, d, halves=True), "take turns", "交替排列"),
    "sine and cosine changed": ("06.1", lambda n, d: table(n, d, swap=True), "changed places", "放反了"),
    "a speed for each column": ("06.1", own_speeds, "a speed of its own", "各有各的快慢"),
    "i for 2i": ("06.1", lambda n, d: table(n, d, exponent=1), "not i/d", "不是 i/d"),
    "counts from one": ("06.1", lambda n, d: table(n, d, first=1), "begin at 1", "从 1 开始"),
    "turned round": ("06.1", lambda n, d: table(n, d).T, "must have the shape", "形状应为"),
    "no shift": ("06.2", lambda s, a, e: (forced(s, a, e)[0],) * 2, "learn to copy", "照抄"),
    "wrong way": ("06.2", lambda s, a, e: forced(s, a, e)[::-1], "the wrong way", "方向反了"),
    "end after padding": ("06.2", late_end, "behind its padding", "填充后面"),
    "padding on the left": ("06.2", lambda s, a, e: forced(s, a, e, "left"), "fill up on the right", "右边补齐"),
    "end is given": ("06.2", end_is_given, "The end is among what is given", "给出的里面有结束符"),
    "no end": ("06.2", no_end, "teaches the model to stop", "教模型停下来"),
    "no room for the end": (
        "06.2",
        lambda s, a, e: (padded(s), padded(s)),
        "must have the shape",
        "形状应为",
    ),
    "one array": ("06.2", lambda s, a, e: forced(s, a, e)[0], "Return two arrays", "返回两个数组"),
    "padding counts": ("06.3", lambda x, a, e: losses_of(x, a, e).mean(), "Padding counts", "把填充也算进去"),
    "divides by padding": (
        "06.3",
        lambda x, a, e: (losses_of(x, a, e) * (a != 0)).mean(),
        "you still divide by it",
        "除数里却还有它",
    ),
    "mean of sentences": ("06.3", by_sentence, "each sentence first", "每句的平均"),
    "sum": ("06.3", lambda x, a, e: losses_of(x, a, e)[a != 0].sum(), "This is the sum", "这是总和"),
    "no smoothing": ("06.3", lambda x, a, e: smoothed(x, a, 0), "no effect", "没有起作用"),
    "whole doubt for each": (
        "06.3",
        lambda x, a, e: smoothed(x, a, e, share=x.shape[-1]),
        "shared among all V",
        "均分",
    ),
    "gives nothing away": ("06.3", lambda x, a, e: smoothed(x, a, e, keep=0), "gives ε away", "让出 ε"),
    "overflows": ("06.3", careless, "exp(1000) overflows", "溢出"),
    "a loss for each": ("06.3", losses_of, "one number", "一个数"),
    "no clipping": ("06.4", lambda a, b: bleu(a, b, clip=False), "not clipped", "没有截断"),
    "brevity is free": ("06.4", lambda a, b: bleu(a, b, brief=False), "costs nothing", "没有付代价"),
    "arithmetic mean": ("06.4", lambda a, b: bleu(a, b, arithmetic=True), "arithmetic mean", "算术平均"),
    "mean of sentences' scores": ("06.4", sentence_bleu, "mean of the sentences' scores", "各句得分的平均"),
    "from 0 to 1": ("06.4", lambda a, b: bleu(a, b) / 100, "from 0 to 1", "0 到 1"),
    "length is rewarded": ("06.4", lambda a, b: bleu(a, b, reward=True), "rewarded", "得了奖励"),
    "not a number": ("06.4", logarithms, "Where nothing matches", "什么都对不上"),
    "forgets where it came from": ("06.5", step_by(lambda s, p: p), "plays no part", "没有考虑开头"),
    "best of each": ("06.5", best_of_each, "two heirs", "两个后代"),
    "multiplies logarithms": ("06.5", step_by(lambda s, p: s * p), "multiply logarithms", "对数相乘"),
    "token first": (
        "06.5",
        lambda s, p, w: [pair[::-1] for pair in step(s, p, w)],
        "the beam comes first",
        "先写 beam",
    ),
    "worst first": ("06.5", lambda s, p, w: step(s, p, w)[::-1], "not the best first", "没有把最好的排在前面"),
    "too many": ("06.5", lambda s, p, w: step(s, p, w + 1), "pairs (beam, token)", "个 (beam, token)"),
    "no biases": ("06.6", lambda *given: count(*given, bias=0), "no biases", "没有偏置"),
    "no norms": ("06.6", lambda *given: count(*given, norms=False), "The norms are missing", "漏了归一化"),
    "three matrices": ("06.6", lambda *given: count(*given, matrices=3), "four matrices", "四个矩阵"),
    "heads counted": ("06.6", lambda d, h, n, dec: count(d, h, n, dec, times=n), "number of heads", "头数不影响"),
    "one attention in a decoder": ("06.6", lambda *given: count(*given, looks=1), "a second attention", "第二个注意力"),
    "two norms in a decoder": (
        "06.6",
        lambda *given: count(*given, norm_looks=1),
        "norm of its branch",
        "那条支路的归一化",
    ),
}


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number):
    must_pass(number, RIGHT[number])


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_answer_gets_the_hint_meant_for_it(mistake):
    must_get_its_hint(WRONG[mistake])


def test_every_exercise_has_at_least_three_wrong_answers():
    must_cover(RIGHT, WRONG, at_least=3)
