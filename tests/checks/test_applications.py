"""Each exercise of chapter 12 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from itertools import accumulate

import numpy as np
from keras import ops

from .answers import (
    each_fails,
    each_form_passes,
    each_gets_its_hint,
    each_kept_fails,
    each_passes,
    each_spoilt_fails,
    each_stub_is_told,
    each_written_fails,
    must_cover,
)

# 12.1


def scores(documents, question, k1, b):
    mean = sum(map(len, documents)) / len(documents)
    total = np.zeros(len(documents))
    for word in question:
        n = sum(word in words for words in documents)
        idf = np.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
        for place, words in enumerate(documents):
            f = words.count(word)
            if f:
                total[place] += idf * f * (k1 + 1) / (f + k1 * (1 - b + b * len(words) / mean))
    return total


def scores_by_matrix(documents, question, k1, b):
    lengths = np.array([len(words) for words in documents], np.float32)
    counts = np.array([[words.count(word) for word in question] for words in documents], np.float32)
    counts = counts.reshape(len(documents), len(question))
    holding = (counts > 0).sum(axis=0)
    idf = np.log1p((len(documents) - holding + 0.5) / (holding + 0.5))
    below = counts + k1 * (1 - b + b * lengths / lengths.mean())[:, None]
    parts = np.divide(counts * (k1 + 1), below, out=np.zeros_like(counts), where=counts > 0)
    return parts @ idf


def scores_by_counters(documents, question, k1, b):
    counters = [Counter(words) for words in documents]
    mean = sum(c.total() for c in counters) / len(counters)

    def one(counter):
        found = 0
        for word, times in Counter(question).items():
            if not counter[word]:
                continue
            n = sum(1 for other in counters if other[word])
            idf = math.log((len(counters) + 1) / (n + 0.5))
            f = counter[word]
            found += times * idf * f * (k1 + 1) / (f + k1 * (1 - b + b * counter.total() / mean))
        return found

    return [one(counter) for counter in counters]


def scores_by_postings(documents, question, k1, b):
    where: dict = {}
    for place, words in enumerate(documents):
        for word in words:
            where.setdefault(word, Counter())[place] += 1
    mean = np.mean([len(words) for words in documents])
    result = [0.0] * len(documents)
    for word in question:
        for place, f in where.get(word, {}).items():
            n = len(where[word])
            idf = math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
            result[place] += idf * f * (k1 + 1) / (f + k1 * (1 - b + b * len(documents[place]) / mean))
    return tuple(result)


def scores_by_keras(documents, question, k1, b):
    return ops.convert_to_tensor(scores(documents, question, k1, b), "float32")


def scored_with(
    idf: Callable = lambda n, count: np.log(1 + (count - n + 0.5) / (n + 0.5)),
    part: Callable = lambda f, k1, length: f * (k1 + 1) / (f + k1 * length),
    length: Callable = lambda words, mean, b: 1 - b + b * len(words) / mean,
    counted: Callable = lambda words, word: words.count(word),
    asked: Callable = list,
):
    """The right answer with one of its parts exchanged."""

    def answer(documents, question, k1, b):
        mean = sum(map(len, documents)) / len(documents)
        total = np.zeros(len(documents))
        for word in asked(question):
            n = sum(word in words for words in documents)
            for place, words in enumerate(documents):
                f = counted(words, word)
                if f:
                    total[place] += idf(n, len(documents)) * part(f, k1, length(words, mean, b))
        return total

    return answer


def with_nan(documents, question, k1, b):
    """Divides without asking whether a word stands there."""
    result = np.array(scores(documents, question, k1, b))
    if k1 == 0:
        result[:] = np.nan
    return result


def substrings(documents, question, k1, b):
    cut = [[" ".join(words)] for words in documents]
    result = np.zeros(len(documents))
    mean = sum(map(len, documents)) / len(documents)
    for word in question:
        n = sum(word in text[0] for text in cut)
        idf = np.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
        for place, words in enumerate(documents):
            f = cut[place][0].count(word)
            if f:
                result[place] += idf * f * (k1 + 1) / (f + k1 * (1 - b + b * len(words) / mean))
    return result


# 12.2


def fused(lists, count, k=60):
    total = np.zeros(count)
    for order in lists:
        for rank, document in enumerate(order, start=1):
            total[document] += 1 / (k + rank)
    return total


def fused_by_add_at(lists, count, k=60):
    total = np.zeros(count, np.float32)
    for order in lists:
        order = np.array(order, int)
        np.add.at(total, order, 1 / (k + np.arange(1, len(order) + 1)))
    return total


def fused_by_looking(lists, count, k=60):
    return [sum(1 / (k + order.index(d) + 1) for order in lists if d in order) for d in range(count)]


def fused_by_bincount(lists, count, k=60):
    if not any(map(len, lists)):
        return np.zeros(count)
    documents = np.concatenate([np.array(order, int) for order in lists])
    shares = np.concatenate([1 / (k + 1.0 + np.arange(len(order))) for order in lists])
    return np.bincount(documents, shares, minlength=count)


def fused_by_dictionary(lists, count, k=60):
    total = dict.fromkeys(range(count), 0.0)
    for order in lists:
        for document in order:
            total[document] = total[document] + (k + order.index(document) + 1) ** -1
    return tuple(total.values())


def fused_by_keras(lists, count, k=60):
    return ops.convert_to_tensor(fused(lists, count, k), "float32")


def fused_with(share: Callable):
    def answer(lists, count, k=60):
        total = np.zeros(count)
        for order in lists:
            for place, document in enumerate(order):
                total[document] += share(place, k)
        return total

    return answer


def overwritten(lists, count, k=60):
    total = np.zeros(count)
    for order in lists:
        for rank, document in enumerate(order, start=1):
            total[document] = 1 / (k + rank)
    return total


def in_all_lists(lists, count, k=60):
    shared = [all(d in order for order in lists) for d in range(count)]
    return np.where(shared, fused(lists, count, k), 0)


def behind_the_last(lists, count, k=60):
    total = fused(lists, count, k)
    for order in lists:
        for document in set(range(count)) - set(order):
            total[document] += 1 / (k + len(order) + 1)
    return total


def exchanged(lists, count, k=60):
    total = np.zeros(count)
    for order in lists:
        for place, document in enumerate(order):
            total[place] += 1 / (k + document + 1)
    return total


# 12.3


def f1(answer, right):
    if not answer or not right:
        return float(answer == right)
    shared = (Counter(answer) & Counter(right)).total()
    return 2 * shared / (len(answer) + len(right))


def f1_by_removing(answer, right):
    left, shared = list(right), 0
    for word in answer:
        if word in left:
            left.remove(word)
            shared += 1
    if not answer and not right:
        return 1
    if shared == 0:
        return 0
    precision, recall = shared / len(answer), shared / len(right)
    return 2 * precision * recall / (precision + recall)


def f1_by_sorting(answer, right):
    one, other, shared = sorted(answer), sorted(right), 0
    while one and other:
        if one[-1] == other[-1]:
            shared += 1
            one.pop()
            other.pop()
        elif one[-1] > other[-1]:
            one.pop()
        else:
            other.pop()
    lengths = len(answer) + len(right)
    return np.float32(2 * shared / lengths if lengths else 1.0)


def f1_by_numpy(answer, right):
    words = sorted({*answer, *right})
    if not words:
        return np.array(1.0)
    counts = np.array([[side.count(word) for word in words] for side in (answer, right)])
    return 2 * counts.min(axis=0).sum() / counts.sum()


def f1_of_counts(answer, right):
    said, wanted = Counter(answer), Counter(right)
    shared = sum(min(said[word], wanted[word]) for word in said)
    false, missed = len(answer) - shared, len(right) - shared
    return 1.0 if not (answer or right) else shared / (shared + (false + missed) / 2)


def harmonic(one, other):
    return 2 * one * other / (one + other) if one + other else 0.0


def guarded(inner: Callable):
    """A wrong answer that is right where one side has no word, so that it is told by its own mistake."""

    def answer(said, right):
        return inner(said, right) if said and right else float(said == right)

    return answer


def shares(said, right):
    both = (Counter(said) & Counter(right)).total()
    return both / len(said), both / len(right)


# 12.4


def alarms(values, mean, slack, threshold):
    total, found = 0.0, []
    for place, value in enumerate(values):
        total = max(0.0, total + value - mean - slack)
        if total > threshold:
            found.append(place)
            total = 0.0
    return found


def alarms_by_flags(values, mean, slack, threshold):
    flags, total = np.zeros(len(values), bool), 0.0
    for place in range(len(values)):
        total = np.maximum(total + values[place] - (mean + slack), 0)
        flags[place] = total > threshold
        total = 0.0 if flags[place] else total
    return np.flatnonzero(flags)


def alarms_in_turn(values, mean, slack, threshold):
    total = 0.0
    for place, value in enumerate(values):
        total += value - mean - slack
        if total < 0:
            total = 0.0
        if total > threshold:
            yield place
            total = 0.0


def alarms_again(values, mean, slack, threshold, begin=0):
    total = 0.0
    for place in range(begin, len(values)):
        total = max(0.0, total + values[place] - mean - slack)
        if total > threshold:
            return (place, *alarms_again(values, mean, slack, threshold, place + 1))
    return ()


def alarms_by_accumulate(values, mean, slack, threshold):
    def step(total, value):
        total = 0.0 if total > threshold else total
        return max(0.0, total + value - mean - slack)

    sums = list(accumulate(values, step, initial=0.0))[1:]
    return [place for place, total in enumerate(sums) if total > threshold]


def alarms_with(floor=True, again=True, at=False, sign=1.0, slack_sign=1.0, usual=1.0, first=False, shift=0):
    def answer(values, mean, slack, threshold):
        total, found = 0.0, []
        for place, value in enumerate(values):
            total += sign * (value - usual * mean) - slack_sign * slack
            if floor:
                total = max(0.0, total)
            if total > threshold or (at and total == threshold):
                found.append(place + shift)
                if first:
                    break
                if again:
                    total = 0.0
        return found

    return answer


RIGHT = {"12.1": scores, "12.2": fused, "12.3": f1, "12.4": alarms}

ALL_RIGHT = [
    *(("12.1", each) for each in (scores_by_matrix, scores_by_counters, scores_by_postings, scores_by_keras)),
    *(
        ("12.2", each)
        for each in (fused_by_add_at, fused_by_looking, fused_by_bincount, fused_by_dictionary, fused_by_keras)
    ),
    *(("12.3", each) for each in (f1_by_removing, f1_by_sorting, f1_by_numpy, f1_of_counts)),
    *(("12.4", each) for each in (alarms_by_flags, alarms_in_turn, alarms_again, alarms_by_accumulate)),
    *RIGHT.items(),
]

MISTAKES = {
    "no rarity": ("12.1", scored_with(idf=lambda n, count: 1.0), "rarity of the words is missing", "罕见程度"),
    "the rarity of TF-IDF": ("12.1", scored_with(idf=lambda n, count: np.log(count / n)), "ln(N / n)", "ln(N / n)"),
    "no 1 in the logarithm": (
        "12.1",
        scored_with(idf=lambda n, count: np.log((count - n + 0.5) / (n + 0.5))),
        "The 1 inside",
        "少了 1",
    ),
    "base 10": (
        "12.1",
        scored_with(idf=lambda n, count: np.log10(1 + (count - n + 0.5) / (n + 0.5))),
        "base 10",
        "以 10 为底",
    ),
    "no saturation": ("12.1", scored_with(part=lambda f, k1, length: f), "grows with every", "成正比"),
    "there or not": ("12.1", scored_with(part=lambda f, k1, length: 1.0), "whether a word stands", "有没有出现"),
    "no k1 + 1": ("12.1", scored_with(part=lambda f, k1, length: f / (f + k1 * length)), "k1 + 1", "k1 + 1"),
    "no length": (
        "12.1",
        scored_with(part=lambda f, k1, length: f * (k1 + 1) / (f + k1)),
        "length of the document has no effect",
        "与文档长度无关",
    ),
    "no k1 below": (
        "12.1",
        scored_with(part=lambda f, k1, length: f * (k1 + 1) / (f + length)),
        "Below the line k1",
        "分母里少了 k1",
    ),
    "b turned round": (
        "12.1",
        scored_with(length=lambda words, mean, b: b + (1 - b) * len(words) / mean),
        "b and 1 - b",
        "b 和 1 - b",
    ),
    "length as it is": (
        "12.1",
        scored_with(length=lambda words, mean, b: 1 - b + b * len(words)),
        "not divided by the mean",
        "没有除以平均长度",
    ),
    "length turned over": (
        "12.1",
        scored_with(length=lambda words, mean, b: 1 - b + b * mean / len(words)),
        "turned over",
        "弄反",
    ),
    "words once": (
        "12.1",
        lambda documents, *rest: scores([list(dict.fromkeys(words)) for words in documents], *rest),
        "every word of a document once",
        "只算一次",
    ),
    "settings exchanged": ("12.1", lambda d, q, k1, b: scores(d, q, b, k1), "k1 and b have changed", "k1 和 b"),
    "the sum": (
        "12.1",
        lambda d, *rest: np.full(len(d), scores(d, *rest).sum()),
        "not their sum",
        "不是总和",
    ),
    "the question as a set": (
        "12.1",
        scored_with(asked=lambda question: dict.fromkeys(question)),
        "counts twice",
        "要算两次",
    ),
    "fixed settings": ("12.1", lambda d, q, k1, b: scores(d, q, 1.2, 0.75), "not fixed numbers", "不要写死"),
    "NaN": ("12.1", with_nan, "NaN", "NaN"),
    "one number": ("12.1", lambda *given: float(scores(*given).sum()), "one score for each", "各给一个分数"),
    "parts of words": ("12.1", substrings, "should be", "应为"),
    "ranks from 0": ("12.2", fused_with(lambda place, k: 1 / (k + place)), "ranks begin at 1", "从 1 数起"),
    "no k": ("12.2", fused_with(lambda place, k: 1 / (place + 1)), "k is missing", "少了 k"),
    "sum of k + rank": ("12.2", fused_with(lambda place, k: k + place + 1), "You add up k + rank", "加的是 k + 名次"),
    "sum of ranks": ("12.2", fused_with(lambda place, k: place + 1), "You add up the ranks", "把名次加了起来"),
    "two fractions": (
        "12.2",
        fused_with(lambda place, k: 1 / k + 1 / (place + 1) if k else 1.0),
        "one fraction",
        "一个分数",
    ),
    "the mean": (
        "12.2",
        lambda lists, count, k=60: fused(lists, count, k) / max(1, len(lists)),
        "the mean over",
        "平均",
    ),
    "exchanged": ("12.2", exchanged, "exchanged", "弄反"),
    "in all lists": ("12.2", in_all_lists, "Documents that one list leaves out", "有一个列表没写到"),
    "behind the last": ("12.2", behind_the_last, "behind the last", "最后一名之后"),
    "from the end": (
        "12.2",
        lambda lists, count, k=60: fused([order[::-1] for order in lists], count, k),
        "from the end",
        "从末尾",
    ),
    "the last list": ("12.2", lambda lists, count, k=60: fused(lists[-1:], count, k), "Only the last", "只有最后一个"),
    "the first list": ("12.2", lambda lists, count, k=60: fused(lists[:1], count, k), "Only the first", "只有第一个"),
    "overwritten": ("12.2", overwritten, "writes over", "盖掉"),
    "the order": ("12.2", lambda *given: np.argsort(-fused(*given), kind="stable"), "order of the documents", "次序"),
    "fixed k": ("12.2", lambda lists, count, k=60: fused(lists, count), "k = 10", "k = 10"),
    "named ones alone": (
        "12.2",
        lambda lists, count, k=60: [x for x in fused(lists, count, k) if x],
        "also for one that no list names",
        "没有列表写到的也要给",
    ),
    "precision": ("12.3", guarded(lambda a, b: shares(a, b)[0]), "precision alone", "只是精确率"),
    "recall": ("12.3", guarded(lambda a, b: shares(a, b)[1]), "recall alone", "只是召回率"),
    "plain mean": ("12.3", guarded(lambda a, b: sum(shares(a, b)) / 2), "plain mean", "算术平均"),
    "no 2": ("12.3", guarded(lambda a, b: harmonic(*shares(a, b)) / 2), "factor 2", "因子 2"),
    "no sum below": ("12.3", guarded(lambda a, b: 2 * math.prod(shares(a, b))), "below the line", "分母"),
    "geometric": ("12.3", guarded(lambda a, b: math.prod(shares(a, b)) ** 0.5), "geometric", "几何平均"),
    "sets": (
        "12.3",
        guarded(lambda a, b: harmonic(len(set(a) & set(b)) / len(set(a)), len(set(a) & set(b)) / len(set(b)))),
        "You compare sets",
        "集合",
    ),
    "shared as a set": (
        "12.3",
        guarded(lambda a, b: 2 * len(set(a) & set(b)) / (len(a) + len(b))),
        "counted once each",
        "每个只算了一次",
    ),
    "every word of the answer": (
        "12.3",
        guarded(lambda a, b: harmonic(sum(w in b for w in a) / len(a), sum(w in b for w in a) / len(b))),
        "three times `re`",
        "`re` 说了三次",
    ),
    "every word of the right one": (
        "12.3",
        guarded(lambda a, b: harmonic(sum(w in a for w in b) / len(a), sum(w in a for w in b) / len(b))),
        "words of the right one",
        "正确答案里有多少词",
    ),
    "each side by itself": (
        "12.3",
        guarded(lambda a, b: harmonic(sum(w in b for w in a) / len(a), sum(w in a for w in b) / len(b))),
        "on each side",
        "在两边各数",
    ),
    "Jaccard": ("12.3", guarded(lambda a, b: len(set(a) & set(b)) / len({*a, *b})), "Jaccard", "Jaccard"),
    "the number": (
        "12.3",
        lambda a, b: float((Counter(a) & Counter(b)).total()),
        "number of shared words",
        "共有的词数",
    ),
    "place by place": (
        "12.3",
        guarded(lambda a, b: 2 * sum(x == y for x, y in zip(a, b, strict=False)) / (len(a) + len(b))),
        "place by place",
        "逐个位置",
    ),
    "divides by nothing": (
        "12.3",
        lambda a, b: 2 * math.prod(shares(a, b)) / sum(shares(a, b)),
        "divide by zero",
        "除以了零",
    ),
    "both empty is 0": ("12.3", lambda a, b: f1(a, b) if a or b else 0.0, "([], [])", "([], [])"),
    "empty is right": ("12.3", lambda a, b: f1(a, b) if a and b else 1.0, "With ([]", "([]"),
    "no floor": ("12.4", alarms_with(floor=False), "falls below zero", "低于零"),
    "goes on": ("12.4", alarms_with(again=False), "begins at zero again", "从零重新开始"),
    "at the threshold": ("12.4", alarms_with(at=True), "no alarm yet", "还不报警"),
    "no slack": ("12.4", alarms_with(slack_sign=0.0), "slack is missing", "少了容差"),
    "slack added": ("12.4", alarms_with(slack_sign=-1.0), "You add the slack", "加上了容差"),
    "no mean": ("12.4", alarms_with(usual=0.0), "usual value is missing", "少了平常的值"),
    "turned round": ("12.4", alarms_with(sign=-1.0), "below the mean", "低于平常"),
    "value by value": (
        "12.4",
        lambda values, mean, slack, threshold: np.flatnonzero(values > threshold),
        "each value with the threshold",
        "单个值",
    ),
    "excess by excess": (
        "12.4",
        lambda values, mean, slack, threshold: np.flatnonzero(values - mean - slack > threshold),
        "by itself",
        "单个",
    ),
    "the first alone": ("12.4", alarms_with(first=True), "first alarm", "第一次报警"),
    "from 1": ("12.4", alarms_with(shift=1), "counted from 0", "从 0 数起"),
    "one too low": ("12.4", alarms_with(shift=-1), "one too low", "少了 1"),
    "falling": ("12.4", lambda *given: alarms(*given)[::-1], "should rise", "从小到大"),
    "flags": (
        "12.4",
        lambda values, *rest: np.isin(np.arange(len(values)), alarms(values, *rest)).astype(int),
        "0 or 1 for each value",
        "0 或 1",
    ),
    "sums": (
        "12.4",
        lambda values, mean, slack, threshold: np.maximum(0, np.cumsum(values - mean - slack)) + 0.1,
        "whole numbers",
        "整数",
    ),
    "how many": ("12.4", lambda *given: len(alarms(*given)), "list of whole numbers", "位置的列表"),
    "fixed threshold": ("12.4", lambda v, m, s, h: alarms(v, m, s, 1.0), "the alarms are at", "报警"),
}

test_right_answers_pass = each_passes(ALL_RIGHT)
test_mistakes_get_their_hint = each_gets_its_hint(MISTAKES)
test_a_stub_is_told_and_asked_again_says_more = each_stub_is_told(RIGHT)
test_a_first_answer_for_ever_is_told = each_kept_fails(
    {number: answer for number, answer in RIGHT.items() if number != "12.1"}
)
test_other_forms_pass = each_form_passes({number: RIGHT[number] for number in ("12.1", "12.2")})
test_spoilt_answers_fail = each_spoilt_fails(
    RIGHT,
    [
        (number, name)
        for number in ("12.1", "12.2")
        for name in ("nothing", "the sign", "two per cent too much", "a text", "one axis more", "not a number")
    ]
    + [("12.3", name) for name in ("nothing", "the sign", "two per cent too much", "a text", "not a number")]
    + [("12.4", name) for name in ("a text", "one axis more", "the sign")],
)
test_writing_into_what_was_given_fails = each_written_fails(
    RIGHT, [("12.1", 0), ("12.1", 1), ("12.2", 0), ("12.3", 0), ("12.3", 1), ("12.4", 0)]
)
test_an_answer_that_raises_is_told = each_fails(
    [
        ("12.1", lambda documents, question, k1, b: 1 / 0, "stopped with ZeroDivisionError"),
        ("12.4", lambda values, mean, slack, threshold: values[99], "IndexError"),
    ]
)


def test_every_exercise_has_enough_wrong_answers() -> None:
    must_cover(RIGHT, MISTAKES, 16)
