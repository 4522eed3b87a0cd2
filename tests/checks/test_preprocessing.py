"""Each exercise of chapter 01 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from .answers import must_cover, must_get_its_hint, must_pass


def right_document_frequency(documents):
    return dict(Counter(word for document in documents for word in set(document)))


def right_pairs(tokens, window, skip):
    return [
        (a, b)
        for i, a in enumerate(tokens)
        for j, b in enumerate(tokens)
        if i != j and abs(i - j) <= window and not {a, b} & skip
    ]


def scores(pieces, weighted=True):
    symbols, pairs = Counter(), Counter()
    for word, frequency in pieces.items():
        frequency = frequency if weighted else 1
        for symbol in word:
            symbols[symbol] += frequency
        for pair in pairwise(word):
            pairs[pair] += frequency
    return pairs, {pair: count / (symbols[pair[0]] * symbols[pair[1]]) for pair, count in pairs.items()}


def right_merge(pieces):
    score = scores(pieces)[1]
    return min(score, key=lambda pair: (-score[pair], pair))


def right_mean(vectors, mask):
    return (vectors * mask[..., None]).sum(1) / np.maximum(mask.sum(1), 1)[:, None]


def split(word, vocabulary, marker="##", shortest=False, give_up=True):
    pieces, start = [], 0
    while start < len(word):
        ends = range(start + 1, len(word) + 1) if shortest else range(len(word), start, -1)
        for end in ends:
            piece = (marker if start else "") + word[start:end]
            if piece in vocabulary:
                pieces.append(piece)
                start = end
                break
        else:
            return ["[UNK]"] if give_up else [*pieces, "[UNK]"]
    return pieces


RIGHT = {
    "01.1": right_document_frequency,
    "01.2": right_pairs,
    "01.3": right_merge,
    "01.4": right_mean,
    "01.5": split,
}


def merge(pieces, pair_weighted=True, once=False, per_pair=False):
    symbols, pairs = Counter(), Counter()
    for word, frequency in pieces.items():
        for symbol in set(word) if once else word:
            symbols[symbol] += 0 if per_pair else frequency
        for pair in set(pairwise(word)) if once else pairwise(word):
            pairs[pair] += frequency if pair_weighted else 1
            for symbol in pair:
                symbols[symbol] += frequency if per_pair else 0
    return min(pairs, key=lambda pair: (-pairs[pair] / (symbols[pair[0]] * symbols[pair[1]]), pair))


def split_by_trying(word, vocabulary, marker=""):
    """The longest piece first, but with another try where the rest does not fit."""
    if not word:
        return []
    for end in range(len(word), 0, -1):
        if marker + word[:end] in vocabulary and (rest := split_by_trying(word[end:], vocabulary, "##")) != ["[UNK]"]:
            return [marker + word[:end], *rest]
    return ["[UNK]"]


def split_leniently(word, vocabulary, first=False):
    """As it should be, but a piece is found with and without its mark."""
    known = vocabulary | ({piece.removeprefix("##") for piece in vocabulary} if first else set())
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = word[start:end]
            if (start and ("##" + piece in known or (not first and piece in known))) or (not start and piece in known):
                pieces.append(("##" if start else "") + piece)
                start = end
                break
        else:
            return ["[UNK]"]
    return pieces


COUNT_ALL = ("as often as it stands in the word", "在词里出现的次数")

WRONG = {
    "drops repeats side by side alone": (
        "01.1",
        lambda documents: dict(Counter(w for d in documents for i, w in enumerate(d) if not i or d[i - 1] != w)),
        "each word counts once",
        "只算一次",
    ),
    "goes back": ("01.5", split_by_trying, "do not go back", "不回头"),
    "finds later pieces without ##": ("01.5", split_leniently, "with '##' alone", "只能带 ##"),
    "finds a first piece with ##": (
        "01.5",
        lambda word, vocabulary: split_leniently(word, vocabulary, first=True),
        "does not stand for 'able'",
        "不能当作 able",
    ),
    "counts every occurrence": (
        "01.1",
        lambda documents: dict(Counter(word for document in documents for word in document)),
        "set(document)",
        "set(document)",
    ),
    "the last document overwrites": (
        "01.1",
        lambda documents: {word: 1 for document in documents for word in document},
        "overwrite",
        "覆盖",
    ),
    "sees the first document alone": (
        "01.1",
        lambda documents: {word: 1 for word in documents[0]},
        "every word of every document",
        "每篇文档的每个词",
    ),
    "fails without documents": (
        "01.1",
        lambda documents: right_document_frequency(documents) if documents else {"": 0},
        "empty dictionary",
        "空字典",
    ),
    "pairs a word with itself": (
        "01.2",
        lambda tokens, window, skip: [
            (a, b) for i, a in enumerate(tokens) for j, b in enumerate(tokens) if abs(i - j) <= window
        ],
        "paired with itself",
        "自己",
    ),
    "looks to the right only": (
        "01.2",
        lambda tokens, window, skip: [
            (a, tokens[j]) for i, a in enumerate(tokens) for j in range(i + 1, min(len(tokens), i + window + 1))
        ],
        "both sides",
        "左右两侧",
    ),
    "range ends too early": (
        "01.2",
        lambda tokens, window, skip: [
            (a, tokens[j])
            for i, a in enumerate(tokens)
            for j in range(max(0, i - window), min(len(tokens), i + window))
            if i != j
        ],
        "range()",
        "range()",
    ),
    "compares words": (
        "01.2",
        lambda tokens, window, skip: [pair for pair in right_pairs(tokens, window, skip) if pair[0] != pair[1]],
        "compare positions",
        "比较位置",
    ),
    "closes the gap": (
        "01.2",
        lambda tokens, window, skip: right_pairs([token for token in tokens if token not in skip], window, set()),
        "three positions apart",
        "三个位置",
    ),
    "forgets to skip": ("01.2", lambda tokens, window, skip: right_pairs(tokens, window, set()), "skipped", "跳过"),
    "takes the most frequent pair": (
        "01.3",
        lambda pieces: max(sorted(scores(pieces)[0]), key=scores(pieces)[0].get),
        "byte-pair encoding",
        "字节对编码",
    ),
    "counts every word once": (
        "01.3",
        lambda pieces: min(
            scores(pieces, False)[1],
            key=lambda pair: (-round(scores(pieces, False)[1][pair], 9), pair != ("l", "y"), pair),
        ),
        "frequency says",
        "频次",
    ),
    "ignores ties": (
        "01.3",
        lambda pieces: max(sorted(scores(pieces)[1], reverse=True), key=scores(pieces)[1].get),
        "alphabetical",
        "字母顺序",
    ),
    "counts pairs without the frequencies": ("01.3", lambda pieces: merge(pieces, pair_weighted=False), *COUNT_ALL),
    "counts a symbol once per word": ("01.3", lambda pieces: merge(pieces, once=True), *COUNT_ALL),
    "counts a symbol once per pair": ("01.3", lambda pieces: merge(pieces, per_pair=True), *COUNT_ALL),
    "joins the pair": ("01.3", lambda pieces: "".join(right_merge(pieces)), "pair (left, right)", "一对符号"),
    "plain mean": ("01.4", lambda vectors, mask: vectors.mean(axis=1), "padding is still in it", "填充也算进去"),
    "divides by the full length": (
        "01.4",
        lambda vectors, mask: (vectors * mask[..., None]).mean(axis=1),
        "full length",
        "整个长度",
    ),
    "takes the first positions": (
        "01.4",
        lambda vectors, mask: np.stack(
            [row[: max(n, 1)].mean(0) * (n > 0) for row, n in zip(vectors, mask.sum(1), strict=True)]
        ),
        "need not come first",
        "不一定排在最前面",
    ),
    "averages over the batch": ("01.4", lambda vectors, mask: vectors.mean(axis=0), "Which axis is time", "哪一个轴"),
    "divides by zero": (
        "01.4",
        lambda vectors, mask: (vectors * mask[..., None]).sum(1) / mask.sum(1)[:, None],
        "empty review",
        "空评论",
    ),
    "no marker": (
        "01.5",
        lambda word, vocabulary: [piece.removeprefix("##") for piece in split(word, vocabulary)],
        "with '##' in front",
        "##",
    ),
    "marker on the first piece": (
        "01.5",
        lambda word, vocabulary: ["##" + split(word, vocabulary)[0], *split(word, vocabulary)[1:]],
        "without '##'",
        "不带 ##",
    ),
    "shortest first": (
        "01.5",
        lambda word, vocabulary: split(word, vocabulary, shortest=True),
        "take the longest",
        "最长",
    ),
    "unknown in the middle": (
        "01.5",
        lambda word, vocabulary: split(word, vocabulary, give_up=False),
        "whole word becomes",
        "整个词变为",
    ),
}


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number):
    must_pass(number, RIGHT[number])


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_answer_gets_the_hint_meant_for_it(mistake):
    must_get_its_hint(WRONG[mistake])


def test_every_exercise_has_at_least_two_wrong_answers():
    must_cover(RIGHT, WRONG, at_least=2)
