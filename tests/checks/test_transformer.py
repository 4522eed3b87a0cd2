"""Each exercise of chapter 06 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import math
from collections import Counter

import keras
import numpy as np
import pytest

from .answers import (
    SPOILT,
    SPOILT_BATCHES,
    as_a_class,
    each_fails,
    each_form_passes,
    each_gets_its_hint,
    each_kept_fails,
    each_spoilt_fails,
    each_written_fails,
    kept_for_a_shape,
    must_cover,
    must_pass,
)


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
    "a speed for each column": ("06.1", own_speeds, "a speed of its own", "各有各的频率"),
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
    "brevity is free": ("06.4", lambda a, b: bleu(a, b, brief=False), "costs nothing", "没有受罚"),
    "arithmetic mean": ("06.4", lambda a, b: bleu(a, b, arithmetic=True), "arithmetic mean", "算术平均"),
    "mean of sentences' scores": ("06.4", sentence_bleu, "mean of the sentences' scores", "各句得分的平均"),
    "from 0 to 1": ("06.4", lambda a, b: bleu(a, b) / 100, "from 0 to 1", "0 到 1"),
    "length is rewarded": ("06.4", lambda a, b: bleu(a, b, reward=True), "rewarded", "得了奖励"),
    "not a number": ("06.4", logarithms, "Where no piece", "一个也对不上"),
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


def table_by_slices(length, width):
    result = np.zeros((length, width), np.float32)
    speeds = np.exp(-np.log(10_000) * np.arange(0, width, 2) / width)
    result[:, 0::2] = np.sin(np.arange(length)[:, None] * speeds)
    result[:, 1::2] = np.cos(np.arange(length)[:, None] * speeds)
    return result


def table_by_phase(length, width):
    column = np.arange(width)
    return np.sin(np.arange(length)[:, None] / 10_000 ** (column // 2 * 2 / width) + np.pi / 2 * (column % 2))


def forced_from_one_row(sentences, start, end):
    longest = max(map(len, sentences))
    rows = [[start, *ids, end] for ids in sentences]
    return (
        [row[:-1] + [0] * (longest + 2 - len(row)) for row in rows],
        [row[1:] + [0] * (longest + 2 - len(row)) for row in rows],
    )


def smoothed_in_loops(logits, answers, epsilon):
    total = count = 0
    for row, ids in zip(logits, answers, strict=True):
        for scores, answer in zip(row, ids, strict=True):
            if answer:
                target = np.full(len(scores), epsilon / len(scores))
                target[answer] += 1 - epsilon
                total -= target @ (scores - scores.max() - np.log(np.exp(scores - scores.max()).sum()))
                count += 1
    return total / count


def smoothed_by_keras(logits, answers, epsilon):
    ones = np.eye(logits.shape[-1])[answers]
    target = (1 - epsilon) * ones + epsilon / logits.shape[-1]
    losses = -keras.ops.sum(target * keras.ops.log_softmax(logits, axis=-1), axis=-1)
    return keras.ops.sum(losses * (answers != 0)) / (answers != 0).sum()


def bleu_by_logarithms(ours, references):
    total = 0.0
    for n in range(1, 5):
        hits = sum(sum((grams(a, n) & grams(b, n)).values()) for a, b in zip(ours, references, strict=True))
        if hits == 0:
            return 0
        total += math.log(hits / sum(len(a) - n + 1 for a in ours if len(a) >= n))
    c, r = sum(map(len, ours)), sum(map(len, references))
    return 100 * math.exp(total / 4 + min(0, 1 - r / c))


def bleu_in_lists(ours, references):
    shares = []
    for n in (1, 2, 3, 4):
        hits = tried = 0
        for mine, right in zip(ours, references, strict=True):
            left = [right[i : i + n] for i in range(len(right) - n + 1)]
            for i in range(len(mine) - n + 1):
                tried += 1
                if mine[i : i + n] in left:
                    left.remove(mine[i : i + n])
                    hits += 1
        shares.append(hits / tried if tried else 0)
    c, r = len("".join(ours)), len("".join(references))
    return 100 * np.prod(shares) ** (1 / 4) * (1 if c >= r else np.exp(1 - r / c))


ALSO_RIGHT = {
    "a table by slices in float32": ("06.1", table_by_slices),
    "a table by phase": ("06.1", table_by_phase),
    "a table as lists": ("06.1", lambda n, d: table(n, d).tolist()),
    "a table by keras": (
        "06.1",
        lambda n, d: keras.ops.reshape(
            keras.ops.stack([keras.ops.sin(angles(n, d)), keras.ops.cos(angles(n, d))], axis=-1), (n, d)
        ),
    ),
    "two arrays stacked": ("06.2", lambda s, a, e: np.stack(forced(s, a, e))),
    "two arrays in a list": ("06.2", lambda s, a, e: list(forced(s, a, e))),
    "two lists": ("06.2", forced_from_one_row),
    "two tensors": ("06.2", lambda s, a, e: tuple(keras.ops.convert_to_tensor(each) for each in forced(s, a, e))),
    "a stacked tensor": ("06.2", lambda s, a, e: keras.ops.convert_to_tensor(np.stack(forced(s, a, e)))),
    "a loss in loops": ("06.3", smoothed_in_loops),
    "a loss by keras": ("06.3", smoothed_by_keras),
    "a loss as an array": ("06.3", lambda x, a, e: np.array(smoothed(x, a, e))),
    "a masked mean": (
        "06.3",
        lambda x, a, e: np.average(losses_of(x, a, e), weights=a > 0),
    ),
    "bleu by logarithms": ("06.4", bleu_by_logarithms),
    "bleu in lists": ("06.4", bleu_in_lists),
    "bleu as a number of NumPy": ("06.4", lambda a, b: np.float32(bleu(a, b))),
    "pairs by an array": ("06.5", lambda s, p, w: np.array(step(s, p, w))),
    "pairs by divmod": (
        "06.5",
        lambda s, p, w: [divmod(int(i), p.shape[1]) for i in np.argsort((s[:, None] + p).ravel())[::-1][:w]],
    ),
    "pairs by unravel_index": (
        "06.5",
        lambda s, p, w: list(
            zip(*np.unravel_index(np.argsort(-(s[:, None] + p), axis=None)[:w], p.shape), strict=True)
        ),
    ),
    "pairs as lists": ("06.5", lambda s, p, w: [list(pair) for pair in step(s, p, w)]),
    "parameters in NumPy": ("06.6", lambda *given: np.int64(count(*given))),
    "parameters as a float": ("06.6", lambda *given: float(count(*given))),
}


def in_eight_bits(length, width):
    """As in bfloat16, which knows every second whole number above 256 and every fourth above 512."""
    rows = [place if place < 256 else place // 2 * 2 if place < 512 else place // 4 * 4 for place in range(length)]
    return table(length, width)[rows]


def smoothed_by(logits, answers, epsilon, log):
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    log_p = log(powers / powers.sum(-1, keepdims=True))
    right = np.take_along_axis(log_p, answers[..., None], -1)[..., 0]
    return (-(1 - epsilon) * right - epsilon * log_p.mean(-1))[answers != 0].mean()


def by_score(scores, log_p, width):
    place = {scores[beam] + log_p[beam, token]: (beam, token) for beam, token in np.ndindex(log_p.shape)}
    return [place[score] for score in sorted(place, reverse=True)[:width]]


def angles(length, width):
    return np.arange(length)[:, None] / 10_000 ** (np.arange(0, width, 2) / width)


def scaled(factor):
    return lambda *given: smoothed(*given) * factor


def by_the_largest_of_all(logits, answers, epsilon):
    log_p = logits - logits.max()
    log_p = log_p - np.log(np.exp(log_p).sum(-1, keepdims=True))
    right = np.take_along_axis(log_p, answers[..., None], -1)[..., 0]
    return (-(1 - epsilon) * right - epsilon * log_p.mean(-1))[answers != 0].mean()


def to_the_others(logits, answers, epsilon):
    size = logits.shape[-1]
    return smoothed(logits, answers, epsilon * size / (size - 1))


def pooled(ours, references):
    shares = []
    for n in range(1, 5):
        mine, right = (sum((grams(text, n) for text in texts), Counter()) for texts in (ours, references))
        shares.append(sum((mine & right).values()) / max(1, sum(mine.values())))
    return 100 * min(1.0, math.exp(1 - sum(map(len, references)) / sum(map(len, ours)))) * math.prod(shares) ** 0.25


def of_kinds(ours, references):
    shares = []
    for n in range(1, 5):
        pairs = [(set(grams(a, n)), set(grams(b, n))) for a, b in zip(ours, references, strict=True)]
        shares.append(sum(len(a & b) for a, b in pairs) / max(1, sum(len(a) for a, _ in pairs)))
    return 100 * min(1.0, math.exp(1 - sum(map(len, references)) / sum(map(len, ours)))) * math.prod(shares) ** 0.25


def divided_by(length):
    def answer(scores, log_p, width):
        places = np.argsort(-(scores[:, None] + log_p).ravel())[:width]
        return [divmod(int(place), length(scores, log_p)) for place in places]

    return answer


def two_networks(width, hidden, heads, decoder):
    return count(width, hidden, heads, decoder) + decoder * (2 * width * hidden + hidden + width)


MORE_WRONG = [
    ("06.5", step_by(lambda s, p: np.exp(s) + p), "exp of a score"),
    ("06.5", step_by(lambda s, p: np.exp(s) + np.exp(p)), "You add probabilities"),
    ("06.6", lambda w, h, n, d: count(w, h, n, d) - (1 + d) * 3 * (w - w // n), "has 1,934 parameters"),
    ("06.1", lambda n, d: table(512, d)[:n], "should have the shape"),
    ("06.1", in_eight_bits, "Far out"),
    ("06.2", lambda s, a, e: tuple(each.astype(np.uint8) for each in forced(s, a, e)), "should be"),
    ("06.2", lambda s, a, e: forced([ids for ids in s if ids], a, e), "must have the shape"),
    ("06.2", lambda s, a, e: forced(s, 1, 2), "begin with the start"),
    ("06.2", lambda s, a, e: np.stack(forced(s, a, e), axis=1), "side by side"),
    ("06.3", lambda x, a, e: smoothed_by(x, a, e, np.log), "work out log p"),
    ("06.3", lambda x, a, e: smoothed_by(x, a, e, lambda p: np.log(p + 1e-9)), "work out log p"),
    ("06.4", lambda a, b: bleu([x.lower() for x in a], [x.lower() for x in b]), "Every character counts"),
    ("06.4", lambda a, b: bleu([x.replace(" ", "") for x in a], [x.replace(" ", "") for x in b]), "Every character"),
    ("06.5", step_by(lambda s, p: np.exp(s) * np.exp(p)), "Stay with the logarithms"),
    ("06.5", by_score, "the same score"),
    ("06.5", step_by(lambda s, p: np.nan_to_num(s + p, neginf=0.0)), "must not come"),
    ("06.5", kept_for_a_shape(step), "same answer as before"),
    ("06.1", lambda n, d: table(n, d, exponent=4), "counted twice"),
    ("06.1", lambda n, d: np.repeat(table(n, d)[:, ::2], 2, axis=1), "only sines"),
    ("06.1", lambda n, d: table(n, d)[::-1], "should be"),
    ("06.1", lambda n, d: table(n, d) if d == 6 else table(n, d, halves=True), "should be"),
    ("06.1", lambda n, d: table(5, 6), "same answer as before"),
    ("06.1", lambda n, d: table(n, 6)[:, :d], "should"),
    ("06.1", lambda n, d: np.sin(np.degrees(np.arcsin(table(n, d)))), "should be"),
    ("06.1", lambda n, d: table(n, d) * np.sqrt(d), "should be"),
    ("06.1", lambda n, d: np.squeeze(table(n, d)), "squeeze()"),
    ("06.1", lambda n, d: table(n + 1, d), "must have the shape"),
    ("06.2", lambda s, a, e: tuple(each[:, :-1] for each in forced(s, a, e)), "must have the shape"),
    ("06.2", lambda s, a, e: forced(s, e, a), "start is among the answers"),
    ("06.2", lambda s, a, e: (np.where(forced(s, a, e)[0] == 0, a, forced(s, a, e)[0]), forced(s, a, e)[1]), "zeros"),
    ("06.2", lambda s, a, e: (forced(s, a, e)[0], np.where(forced(s, a, e)[1] == 0, e, forced(s, a, e)[1])), "zeros"),
    ("06.2", lambda s, a, e: forced(s, 2, 3), "should be"),
    ("06.2", lambda s, a, e: tuple(map(np.squeeze, forced(s, a, e))), "must have the shape"),
    ("06.2", lambda s, a, e: np.concatenate(forced(s, a, e)), "Return two arrays"),
    ("06.2", lambda s, a, e: forced([ids[::-1] for ids in s], a, e), "should be"),
    ("06.2", lambda s, a, e: (forced(s, 0, e)[0], forced(s, a, e)[1]), "begin with the start"),
    ("06.2", lambda s, a, e: forced([*s[1:], s[0]], a, e), "should be"),
    ("06.2", lambda s, a, e: (*forced(s, a, e), 0), "Return two arrays"),
    ("06.3", by_the_largest_of_all, "largest logit of each place"),
    ("06.3", to_the_others, "V - 1 wrong"),
    ("06.3", scaled(-1), "sign is wrong"),
    ("06.3", scaled(1 / np.log(2)), "base 2"),
    ("06.3", lambda x, a, e: smoothed(x, a, 1 - e), "changed places"),
    ("06.3", lambda x, a, e: smoothed(x, a, e, share=0), "nobody gets it"),
    ("06.3", lambda x, a, e: losses_of(x, a, e)[a != 0].sum() / len(a), "number of sentences"),
    ("06.3", lambda x, a, e: smoothed(x.swapaxes(1, 2), a, e) if x.shape[1] > 4 else 1.0, "should be"),
    ("06.3", lambda x, a, e: smoothed(x, a, 0.2), "should be"),
    ("06.3", lambda x, a, e: smoothed(x, a, e, share=x.shape[-1] / 5), "should be"),
    ("06.3", lambda x, a, e: losses_of(x, a, e)[a != 0].max(), "should be"),
    ("06.3", lambda x, a, e: losses_of(x, a, e)[:, 0].mean(), "should be"),
    ("06.4", pooled, "reference of another"),
    ("06.4", lambda a, b: bleu(["".join(a)], ["".join(b)]), "one text"),
    ("06.4", of_kinds, "each kind of piece once"),
    ("06.4", lambda a, b: bleu(b, a), "changed places"),
    ("06.4", lambda a, b: bleu(a[:1], b[:1]), "should be"),
    ("06.4", lambda a, b: round(bleu(a, b)), "should be"),
    ("06.4", lambda a, b: bleu(a, b) ** 2 / 100, "should be"),
    ("06.4", lambda a, b: max(bleu(a, b), 1e-3), "BLEU is 0"),
    ("06.4", lambda a, b: [bleu([x], [y]) for x, y in zip(a, b, strict=True)], "one number"),
    ("06.4", lambda a, b: bleu([x.split() for x in a], [y.split() for y in b]), "stopped with"),
    ("06.5", step_by(lambda s, p: -s - p), "These are the worst"),
    ("06.5", step_by(lambda s, p: p - s), "subtract the score"),
    ("06.5", step_by(lambda s, p: s + np.exp(p)), "add probabilities"),
    ("06.5", lambda s, p, w: step(s, p, 3), "pairs (beam, token)"),
    ("06.5", lambda s, p, w: step(s, p, w)[:1] * w, "should be"),
    ("06.5", lambda s, p, w: [(float(s[b] + p[b, t]), t) for b, t in step(s, p, w)], "hold scores"),
    ("06.5", lambda s, p, w: [t for _, t in step(s, p, w)], "pairs (beam, token)"),
    ("06.5", lambda s, p, w: [(b, t + 1) for b, t in step(s, p, w)], "should be"),
    ("06.5", divided_by(lambda s, p: len(s)), "V places"),
    ("06.5", divided_by(lambda s, p: 4), "the best are"),
    ("06.5", lambda s, p, w: np.array(step(s, p, w)).T, "pairs (beam, token)"),
    ("06.5", lambda s, p, w: [(0, int(t)) for t in np.argsort(-p[s.argmax()])[:w]], "should be"),
    ("06.6", lambda d, h, n, dec: count(d, h, n, dec) - 2 * d, "one γ and β"),
    ("06.6", lambda d, h, n, dec: count(d, h, n, dec) - (4 + 2 * dec) * d, "norms are missing"),
    ("06.6", lambda d, h, n, dec: count(d, h, n, dec) - h - d, "network's two"),
    ("06.6", lambda d, h, n, dec: count(d, h, n, dec, bias=0, norms=False), "matrices alone"),
    ("06.6", lambda d, h, n, dec: count(d, h, n, dec) - d * h - d, "into the hidden width, and back"),
    ("06.6", lambda d, h, n, dec: count(d, h, n, True), "asked for was an encoder"),
    ("06.6", lambda d, h, n, dec: (1 + dec) * count(d, h, n, False), "not two encoder"),
    ("06.6", lambda d, h, n, dec: count(d, h, n, False) + 2 * d * dec, "not the attention in it"),
    (
        "06.6",
        lambda d, h, n, dec: count(d, h, n, dec, looks=2 if dec else 1) + dec * (2 * d * h + h + d),
        "one network",
    ),
    ("06.6", lambda d, h, n, dec: count(12, 50, n, dec), "same answer as before"),
    ("06.6", lambda d, h, n, dec: count(d, h, n, dec) + (n == 2), "2 heads"),
    ("06.6", lambda d, h, n, dec: count(d, 4 * d, n, dec), "yours:"),
    ("06.6", lambda d, h, n, dec: count(d, h, n, dec) / 1e3, "yours:"),
]

ARRAYS = ["06.1", "06.3", "06.6"]
BATCHES = ["06.1"]


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number):
    must_pass(number, RIGHT[number])
    must_pass(number, as_a_class(RIGHT[number]))


@pytest.mark.parametrize("name", ALSO_RIGHT)
def test_another_way_to_be_right_passes(name):
    must_pass(*ALSO_RIGHT[name])


test_answers_may_come_in_any_form = each_form_passes(RIGHT)


test_a_wrong_answer_gets_the_hint_meant_for_it = each_gets_its_hint(WRONG)


test_more_wrong_answers_are_refused_by_what_is_wrong = each_fails(MORE_WRONG)


test_spoilt_answers_are_refused = each_spoilt_fails(
    RIGHT,
    [(number, name) for number in ARRAYS for name in SPOILT if (number, name) != ("06.6", "rounded to tenths")]
    + [(number, name) for number in BATCHES for name in SPOILT_BATCHES],
)


test_a_first_answer_kept_for_ever_is_refused = each_kept_fails(RIGHT, words="")


test_writing_into_what_was_given_is_refused = each_written_fails(
    RIGHT, [("06.2", 0), ("06.3", 0), ("06.3", 1), ("06.4", 0), ("06.5", 1)]
)


def test_every_exercise_has_many_wrong_answers():
    must_cover(RIGHT, WRONG, at_least=3)
    several = [number for number, *_ in [*WRONG.values(), *MORE_WRONG]]
    assert min(several.count(number) for number in RIGHT) >= 16
