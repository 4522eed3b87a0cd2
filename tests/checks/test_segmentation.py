"""Each exercise of chapter 01 about words where no blank stands accepts right answers in any style, and catches wrong
ones with the hint meant for them.
"""

from __future__ import annotations

import math
import re
from functools import cache

import numpy as np
import pytest

from .answers import (
    as_a_class,
    each_fails,
    each_gets_its_hint,
    each_kept_fails,
    each_written_fails,
    must_cover,
    must_pass,
)

# ── Right answers, each exercise in several styles


def backward(text, words):
    found, end = [], len(text)
    while end > 0:
        for start in range(end):
            if text[start:end] in words or start == end - 1:
                found.append(text[start:end])
                end = start
                break
    return found[::-1]


def backward_by_recursion(text, words):
    if not text:
        return []
    for start in range(len(text)):
        if text[start:] in words or start == len(text) - 1:
            return [*backward_by_recursion(text[:start], words), text[start:]]


def backward_by_length(text, words):
    longest = max(map(len, words), default=1)
    found = ()
    while text:
        size = next((n for n in range(min(longest, len(text)), 1, -1) if text[-n:] in words), 1)
        text, found = text[:-size], (text[-size:], *found)
    return found


def backward_by_mirror(text, words):
    turned, left, found = {word[::-1] for word in words}, text[::-1], []
    while left:
        fitting = [left[:n] for n in range(1, len(left) + 1) if left[:n] in turned] or [left[0]]
        found.append(fitting[-1][::-1])
        left = left[len(fitting[-1]) :]
    return list(reversed(found))


def backward_by_pattern(text, words):
    if not text:
        return []
    longest_first = sorted((word[::-1] for word in words), key=len, reverse=True)
    pattern = "|".join([*map(re.escape, longest_first), "."])
    return [word[::-1] for word in re.findall(pattern, text[::-1])][::-1]


def likeliest(text, scores, unknown):
    best, back = [0.0] + [-math.inf] * len(text), [0] * (len(text) + 1)
    for end in range(1, len(text) + 1):
        for start in range(end):
            word = text[start:end]
            score = scores.get(word, unknown if len(word) == 1 else -math.inf)
            if best[start] + score > best[end]:
                best[end], back[end] = best[start] + score, start
    found, end = [], len(text)
    while end:
        found.insert(0, text[back[end] : end])
        end = back[end]
    return found


def likeliest_forward(text, scores, unknown):
    best = {0: (0.0, ())}
    longest = max([1, *map(len, scores)])
    for start in range(len(text)):
        value, words = best.pop(start)
        for size in range(1, min(longest, len(text) - start) + 1):
            word = text[start : start + size]
            if word in scores or size == 1:
                way = (value + scores.get(word, unknown), (*words, word))
                if start + size not in best or way[0] > best[start + size][0]:
                    best[start + size] = way
    return best[len(text)][1]


def likeliest_from_the_end(text, scores, unknown):
    route = [(0.0, 0)] * (len(text) + 1)
    for start in reversed(range(len(text))):
        ends = [e for e in range(start + 1, min(start + 8, len(text)) + 1) if e == start + 1 or text[start:e] in scores]
        route[start] = max((scores.get(text[start:e], unknown) + route[e][0], e) for e in ends)
    found, place = [], 0
    while place < len(text):
        found.append(text[place : route[place][1]])
        place = route[place][1]
    return found


def likeliest_in_arrays(text, scores, unknown):
    size = len(text)
    arcs = np.full((size + 1, size + 1), -np.inf, np.float32)
    for start in range(size):
        for end in range(start + 1, min(start + 8, size) + 1):
            arcs[start, end] = scores.get(text[start:end], unknown if end == start + 1 else -np.inf)
    best, back = np.full(size + 1, -np.inf), np.zeros(size + 1, int)
    best[0] = 0
    for end in range(1, size + 1):
        ways = best[:end] + arcs[:end, end]
        back[end], best[end] = ways.argmax(), ways.max()
    found = []
    while size:
        found.append(text[back[size] : size])
        size = back[size]
    return np.array(found[::-1], dtype=str)


def likeliest_remembered(text, scores, unknown):
    @cache
    def way(start):
        if start == len(text):
            return 0.0, None
        reach = range(start + 1, min(start + 8, len(text)) + 1)
        ends = [end for end in reach if end == start + 1 or text[start:end] in scores]
        return max((scores.get(text[start:end], unknown) + way(end)[0], end) for end in ends)

    for start in reversed(range(len(text))):
        way(start)
    found, place = [], 0
    while place < len(text):
        end = way(place)[1]
        found.append(text[place:end])
        place = end
    return found


def spans(words):
    found, start = [], 0
    for word in words:
        found.append((start, start + len(word)))
        start += len(word)
    return found


def f1(gold, found):
    right = len(set(spans(gold)) & set(spans(found)))
    return 2 * right / (len(gold) + len(found)) if right else 0


def f1_of_both(gold, found):
    right = len(set(spans(gold)) & set(spans(found)))
    if not right:
        return 0.0
    precision, recall = right / len(found), right / len(gold)
    return np.float32(2 * precision * recall / (precision + recall))


def f1_in_step(gold, found):
    gold, found, right, i, j, a, b = list(gold), list(found), 0, 0, 0, 0, 0
    while i < len(gold) and j < len(found):
        if a == b and len(gold[i]) == len(found[j]):
            right += 1
        if a + len(gold[i]) <= b + len(found[j]):
            a, i = a + len(gold[i]), i + 1
        else:
            b, j = b + len(found[j]), j + 1
    return right * 2 / max(len(gold) + len(found), 1)


def f1_of_arrays(gold, found):
    tables = []
    for words in (gold, found):
        ends = np.cumsum([0, *map(len, words)])
        tables.append(set(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)))
    return np.array(2 * len(tables[0] & tables[1]) / max(sum(map(len, tables)), 1))


def f1_of_texts(gold, found):
    def marked(words):
        places, text = {}, ""
        for word in words:
            places[len(text)] = word
            text += word
        return places.items()

    right = sum(item in marked(gold) for item in marked(found))
    return right / ((len(gold) + len(found)) / 2) if right else 0.0


RIGHT = {"01.6": backward, "01.7": likeliest, "01.8": f1}
ALSO_RIGHT = [
    ("01.6", backward_by_recursion),
    ("01.6", backward_by_length),
    ("01.6", backward_by_mirror),
    ("01.6", backward_by_pattern),
    ("01.7", likeliest_forward),
    ("01.7", likeliest_from_the_end),
    ("01.7", likeliest_in_arrays),
    ("01.7", likeliest_remembered),
    ("01.8", f1_of_both),
    ("01.8", f1_in_step),
    ("01.8", f1_of_arrays),
    ("01.8", f1_of_texts),
]

# ── Wrong answers


def forward(text, words):
    return [word[::-1] for word in reversed(backward(text[::-1], {word[::-1] for word in words}))]


def shortest(text, words):
    found, end = [], len(text)
    while end:
        start = next((s for s in range(end - 1, -1, -1) if text[s:end] in words), end - 1)
        found.insert(0, text[start:end])
        end = start
    return found


def only_known(text, words):
    return [word for word in backward(text, words) if word in words]


def at_most(size):
    return lambda text, words: backward(text, {word for word in words if len(word) <= size})


def unknown_together(text, words):
    found = []
    for word in backward(text, words):
        if found and word not in words and found[-1] not in words:
            found[-1] += word
        else:
            found.append(word)
    return found


def fewest(text, words):
    return min((forward(text, words), backward(text, words)), key=len)


def greedy(text, scores, unknown):
    found, start = [], 0
    while start < len(text):
        ends = [e for e in range(start + 1, len(text) + 1) if e == start + 1 or text[start:e] in scores]
        end = max(ends, key=lambda e: scores.get(text[start:e], unknown))
        found.append(text[start:end])
        start = end
    return found


def longest_first(text, scores, unknown):
    return forward(text, set(scores))


def least(text, scores, unknown):
    return likeliest(text, {word: -score for word, score in scores.items()}, -unknown)


def fewest_words(text, scores, unknown):
    return likeliest(text, {word: -1 + score / 1e6 for word, score in scores.items()}, -1 + unknown / 1e6)


def by_mean(text, scores, unknown):
    @cache
    def ways(start):
        if start == len(text):
            return [(0.0, ())]
        found = []
        for end in range(start + 1, len(text) + 1):
            word = text[start:end]
            if word in scores or end == start + 1:
                found += [(scores.get(word, unknown) + value, (word, *rest)) for value, rest in ways(end)]
        return found

    if len(text) > 20:
        return likeliest(text, scores, unknown)
    return list(max(ways(0), key=lambda way: way[0] / max(len(way[1]), 1))[1])


def cheap_unknown(text, scores, unknown):
    return likeliest(text, scores, 0.0)


def dear_unknown(text, scores, unknown):
    return likeliest(text, scores, -1000.0)


def unknown_runs(text, scores, unknown):
    known = {text[a:b]: scores.get(text[a:b], unknown) for a in range(len(text)) for b in range(a + 1, a + 5)}
    return likeliest(text, known, unknown)


def first_way(text, scores, unknown):
    best, back = {0: 0.0}, {}
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            word = text[start:end]
            if (word in scores or end == start + 1) and end not in best:
                best[end], back[end] = best[start] + scores.get(word, unknown), start
    found, end = [], len(text)
    while end:
        found.insert(0, text[back[end] : end])
        end = back[end]
    return found


def last_way(text, scores, unknown):
    back = {}
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            if text[start:end] in scores or end == start + 1:
                back[end] = start
    found, end = [], len(text)
    while end:
        found.insert(0, text[back[end] : end])
        end = back[end]
    return found


def bounded(size):
    return lambda text, scores, unknown: likeliest(text, {w: s for w, s in scores.items() if len(w) <= size}, unknown)


def as_sets(gold, found):
    right = len(set(gold) & set(found))
    return 2 * right / max(len(set(gold)) + len(set(found)), 1)


def by_order(gold, found):
    return 2 * sum(a == b for a, b in zip(gold, found, strict=False)) / max(len(gold) + len(found), 1)


def ends(words):
    return {end for _, end in spans(words)}


def by_ends(gold, found):
    return 2 * len(ends(gold) & ends(found)) / max(len(gold) + len(found), 1)


def inner(words):
    return {end for _, end in spans(words)[:-1]}


def by_inner_cuts(gold, found):
    return 2 * len(inner(gold) & inner(found)) / max(len(inner(gold)) + len(inner(found)), 1)


def right_of(gold, found):
    return len(set(spans(gold)) & set(spans(found)))


WRONG = {
    "from the left": ("01.6", forward, "match from the left", "从左边开始"),
    "the shortest": ("01.6", shortest, "shortest word", "最短的词"),
    "in reverse": ("01.6", lambda t, w: backward(t, w)[::-1], "turn them round", "倒过来"),
    "the last word alone": ("01.6", lambda t, w: backward(t, w)[-1:], "stop after one word", "取了一个词就停"),
    "without the first": ("01.6", lambda t, w: backward(t, w)[1:], "first word is missing", "缺了第一个词"),
    "characters": ("01.6", lambda t, w: list(t), "characters, no words", "不是词"),
    "each word in reverse": (
        "01.6",
        lambda t, w: [word[::-1] for word in backward(t, w)],
        "stand in reverse",
        "都倒过来了",
    ),
    "only known words": ("01.6", only_known, "stands alone", "取一个字"),
    "greedy": ("01.7", greedy, "Compare whole ways", "比较整条路径"),
    "the longest": ("01.7", longest_first, "Compare whole ways", "比较整条路径"),
    "the least probable": ("01.7", least, "least probable", "最不可能"),
    "words in reverse": ("01.7", lambda *g: likeliest(*g)[::-1], "turn them round", "要倒过来"),
    "single characters": ("01.7", lambda t, s, u: list(t), "several characters tried", "多个字的词"),
    "without the first word": ("01.7", lambda *g: likeliest(*g)[1:], "first word is missing", "缺了第一个词"),
    "the fewest words": ("01.7", fewest_words, "it is the sum that counts", "要看总和"),
    "an unknown character costs nothing": ("01.7", cheap_unknown, "", ""),
    "precision": ("01.8", lambda g, f: right_of(g, f) / max(len(f), 1), "That is precision", "这是精确率"),
    "recall": ("01.8", lambda g, f: right_of(g, f) / max(len(g), 1), "That is recall", "这是召回率"),
    "the plain mean": (
        "01.8",
        lambda g, f: (right_of(g, f) / max(len(g), 1) + right_of(g, f) / max(len(f), 1)) / 2,
        "harmonic mean",
        "调和平均",
    ),
    "ends alone": ("01.8", by_ends, "where words end", "词的终点"),
    "by order": ("01.8", by_order, "third word with the third", "第三个词"),
    "a percentage": ("01.8", lambda g, f: 100 * f1(g, f), "no percentage", "百分数"),
    "words without places": ("01.8", as_sets, "at another place", "位置不同"),
}

MORE_WRONG = [
    ("01.6", at_most(2), ""),
    ("01.6", at_most(4), "may be one word"),
    ("01.6", unknown_together, "stands alone"),
    ("01.6", fewest, ""),
    ("01.6", lambda t, w: " ".join(backward(t, w)), "list of words"),
    ("01.6", lambda t, w: set(backward(t, w)), "list of words"),
    ("01.6", lambda t, w: backward(t, w) or [""], "empty text"),
    ("01.6", lambda t, w: backward(t, w) if t else None, "returns nothing"),
    ("01.6", lambda t, w: list(dict.fromkeys(backward(t, w))), "come again"),
    ("01.6", lambda t, w: ["研究", "生命", "起源"], "same answer as before"),
    ("01.6", lambda t, w: ["研究", "生命", "起源"] if t == "研究生命起源" else list(t), ""),
    ("01.6", lambda t, w: backward(t, {word for word in w if len(word) > 1} - {t}), ""),
    ("01.6", lambda t, w: [word for word in sorted(w) if word in t], "lost or come twice"),
    ("01.6", lambda t, w: backward(t + "。", w), "lost or come twice"),
    ("01.6", lambda t, w: backward(t, set(list(w)[:3])), ""),
    ("01.6", lambda t, w: None, "returns nothing"),
    ("01.7", last_way, ""),
    ("01.7", first_way, ""),
    ("01.7", by_mean, ""),
    ("01.7", dear_unknown, "cheaper"),
    ("01.7", unknown_runs, ""),
    ("01.7", bounded(2), ""),
    ("01.7", bounded(4), "may be long"),
    ("01.7", lambda t, s, u: "".join(likeliest(t, s, u)), "list of words"),
    ("01.7", lambda t, s, u: (likeliest(t, s, u), 0.0), ""),
    ("01.7", lambda t, s, u: likeliest(t, {w: math.exp(v) for w, v in s.items()}, math.exp(u)), ""),
    ("01.7", lambda t, s, u: likeliest(t, s, u) or [""], "empty text"),
    ("01.7", lambda t, s, u: [w for w in likeliest(t, s, u) if w in s], ""),
    ("01.7", lambda t, s, u: ["研究", "生命", "起源"], "same answer as before"),
    ("01.7", lambda t, s, u: likeliest(t, s, u)[:20], "300 times"),
    ("01.7", lambda t, s, u: backward(t, set(s)), ""),
    ("01.7", lambda t, s, u: list(dict.fromkeys(likeliest(t, s, u))), ""),
    ("01.8", by_inner_cuts, ""),
    ("01.8", lambda g, f: right_of(g, f), ""),
    ("01.8", lambda g, f: right_of(g, f) / max(len(set(spans(g)) | set(spans(f))), 1), ""),
    ("01.8", lambda g, f: float(g == f), ""),
    ("01.8", lambda g, f: 2 * right_of(g, f) / (len(g) + len(f)), "ZeroDivisionError"),
    ("01.8", lambda g, f: f1(g, f) or 1.0, "F1 is 0"),
    ("01.8", lambda g, f: f1(g, f) if g else 1.0, "F1 is 0"),
    ("01.8", lambda g, f: round(f1(g, f), 1), ""),
    ("01.8", lambda g, f: (0.4, 1 / 3, f1(g, f)), ""),
    ("01.8", lambda g, f: str(f1(g, f)), ""),
    ("01.8", lambda g, f: f1(g, f) / 2, ""),
    ("01.8", lambda g, f: 1 - f1(g, f), ""),
    ("01.8", lambda g, f: 8 / 11, "same answer as before"),
    ("01.8", lambda g, f: f1([w for w in g if len(w) > 1], [w for w in f if len(w) > 1]), ""),
    ("01.8", lambda g, f: None, ""),
]


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number):
    must_pass(number, RIGHT[number])


@pytest.mark.parametrize(("number", "answer"), ALSO_RIGHT)
def test_other_ways_to_be_right_pass(number, answer):
    must_pass(number, answer)
    must_pass(number, as_a_class(answer))


test_a_wrong_answer_gets_the_hint_meant_for_it = each_gets_its_hint(WRONG)
test_more_wrong_answers_are_refused_by_what_is_wrong = each_fails(MORE_WRONG)


test_a_first_answer_kept_for_ever_is_refused = each_kept_fails(RIGHT)


test_writing_into_what_was_given_is_refused = each_written_fails(
    RIGHT, [("01.6", 1), ("01.7", 1), ("01.8", 0), ("01.8", 1)]
)


def test_every_exercise_has_twenty_wrong_answers():
    must_cover(RIGHT, WRONG, at_least=7)
    for number in RIGHT:
        assert sum(mistake[0] == number for mistake in [*WRONG.values(), *MORE_WRONG]) >= 20
