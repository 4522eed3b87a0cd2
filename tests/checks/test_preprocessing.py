"""Each exercise of chapter 01 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import itertools
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from course_lib.checks.preprocessing import _merge

from .answers import (
    FORMS,
    SPOILT,
    SPOILT_BATCHES,
    as_a_class,
    each_fails,
    each_gets_its_hint,
    each_kept_fails,
    each_written_fails,
    must_cover,
    must_fail,
    must_pass,
)


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


def merge_with(pieces, new_counts):
    """The best pair where the counts of pairs are made in another way."""
    symbols, pairs = Counter(), Counter()
    for word, frequency in pieces.items():
        for symbol in word:
            symbols[symbol] += frequency
        for pair, count in new_counts(pairs, word, frequency):
            pairs[pair] = count
    return min(pairs, key=lambda pair: (-pairs[pair] / (symbols[pair[0]] * symbols[pair[1]]), pair))


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
    "averages over the batch": ("01.4", lambda vectors, mask: vectors.mean(axis=0), "average over time", "对时间"),
    "divides by zero": (
        "01.4",
        lambda vectors, mask: (vectors * mask[..., None]).sum(1) / mask.sum(1)[:, None],
        "empty review",
        "空影评",
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
    "looks for the token in a text": (
        "01.2",
        lambda t, w, s: right_pairs(t, w, s | {token for token in t if token in " ".join(s)}),
        "not in a text",
        "一段文字",
    ),
    "skips capitals as well": (
        "01.2",
        lambda t, w, s: right_pairs(t, w, s | {token for token in t if token.lower() in s}),
        "capital or small",
        "区分大小写",
    ),
    "lets the more frequent pair win a tie": (
        "01.3",
        lambda p: min(scores(p)[0], key=lambda pair: (-scores(p)[1][pair], -scores(p)[0][pair], pair)),
        "the alphabet decides",
        "由字母顺序决定",
    ),
    "leaves out words of one symbol": (
        "01.3",
        lambda p: right_merge({word: count for word, count in p.items() if len(word) > 1}),
        "its symbol counts",
        "它的符号也要计数",
    ),
    "counts a pair once in a word": (
        "01.3",
        lambda p: merge_with(
            p, lambda pairs, word, count: [(pair, pairs[pair] + count) for pair in set(pairwise(word))]
        ),
        "stands twice in its word",
        "出现两次",
    ),
    "keeps the pairs of the last word": (
        "01.3",
        lambda p: merge_with(p, lambda pairs, word, count: [(pair, count) for pair in pairwise(word)]),
        "stands in two words",
        "出现在两个词里",
    ),
    "rounds the scores": (
        "01.3",
        lambda p: min(scores(p)[1], key=lambda pair: (-round(scores(p)[1][pair], 2), pair)),
        "not rounded",
        "四舍五入",
    ),
    "takes zeros for padding": (
        "01.4",
        lambda v, m: right_mean(v, m & (v != 0).any(-1)),
        "may hold zeros",
        "可以是零",
    ),
    "counts the numbers that are not zero": (
        "01.4",
        lambda v, m: (v * m[..., None]).sum(1) / np.maximum((v * m[..., None] != 0).sum(1), 1),
        "may hold zeros",
        "可以是零",
    ),
    "divides every row by one number": (
        "01.4",
        lambda v, m: (v * m[..., None]).sum(1) / max(m[0].sum(), 1),
        "the same number",
        "同一个数",
    ),
}


def frequencies_in_a_loop(documents):
    counts = {}
    for document in documents:
        for place, word in enumerate(document):
            if word not in document[:place]:
                counts[word] = counts.get(word, 0) + 1
    return counts


def pairs_in_a_loop(tokens, window, skip):
    found = []
    for i in range(len(tokens)):
        if tokens[i] in skip:
            continue
        for j in range(max(0, i - window), min(len(tokens), i + window + 1)):
            if j != i and tokens[j] not in skip:
                found.append([tokens[i], tokens[j]])
    return found


def mean_in_a_loop(vectors, mask):
    batch, time, dim = vectors.shape
    result = [[0.0] * dim for _ in range(batch)]
    for b in range(batch):
        kept = [vectors[b, t] for t in range(time) if mask[b, t]]
        if kept:
            result[b] = [sum(vector[d] for vector in kept) / len(kept) for d in range(dim)]
    return result


def split_from_the_left(word, vocabulary, first=True):
    if not word:
        return []
    for end in range(len(word), 0, -1):
        piece = word[:end] if first else "##" + word[:end]
        if piece in vocabulary:
            rest = split_from_the_left(word[end:], vocabulary, False)
            return ["[UNK]"] if rest == ["[UNK]"] else [piece, *rest]
    return ["[UNK]"]


ALSO_RIGHT = [
    ("01.1", frequencies_in_a_loop),
    ("01.1", lambda documents: Counter(itertools.chain.from_iterable(map(set, documents)))),
    ("01.1", lambda documents: {w: float(sum(w in d for d in documents)) for d in documents for w in d}),
    ("01.1", lambda documents: {w: np.sum([w in d for d in documents]) for d in documents for w in d}),
    ("01.2", pairs_in_a_loop),
    ("01.2", lambda *given: (pair for pair in right_pairs(*given))),
    ("01.2", lambda *given: tuple(right_pairs(*given)[::-1])),
    ("01.2", lambda *given: np.array(right_pairs(*given))),
    ("01.3", lambda pieces: list(right_merge(pieces))),
    ("01.3", lambda pieces: np.array(right_merge(pieces))),
    ("01.3", merge),
    ("01.3", lambda pieces: sorted(scores(pieces)[1].items(), key=lambda item: (-item[1], item[0]))[0][0]),
    ("01.4", mean_in_a_loop),
    ("01.4", lambda vectors, mask: np.einsum("btd,bt->bd", vectors, mask) / np.maximum(mask.sum(1), 1)[:, None]),
    ("01.4", lambda vectors, mask: (mask[:, None] @ vectors)[:, 0] / (mask.sum(1, keepdims=True) + 1e-9)),
    ("01.4", lambda vectors, mask: np.nan_to_num((vectors * mask[..., None]).sum(1) / mask.sum(1)[:, None])),
    (
        "01.4",
        lambda vectors, mask: np.stack(
            [v[m].mean(0) if m.any() else 0 * v[0] for v, m in zip(vectors, mask, strict=True)]
        ),
    ),
    ("01.5", split_from_the_left),
    ("01.5", lambda word, vocabulary: tuple(split(word, vocabulary))),
    ("01.5", lambda word, vocabulary: np.array(split(word, vocabulary))),
]


def by_index(tokens, window, skip):
    """`tokens.index(centre)`, which finds the first of several."""
    return [
        (centre, tokens[j])
        for centre in tokens
        for j in range(max(0, tokens.index(centre) - window), min(len(tokens), tokens.index(centre) + window + 1))
        if j != tokens.index(centre) and centre not in skip and tokens[j] not in skip
    ]


def steps(tokens, window, skip, steps_, bounded=True):
    return [
        (tokens[i], tokens[i + step])
        for i in range(len(tokens))
        for step in steps_(window)
        if (0 if bounded else -len(tokens)) <= i + step < len(tokens)
        and tokens[i] not in skip
        and tokens[i + step] not in skip
    ]


def around(window, left=0, right=0):
    return [step for step in range(-window + left, window + 1 + right) if step]


def stops_at_a_gap(tokens, window, skip):
    found = []
    for i, centre in enumerate(tokens):
        if centre in skip:
            continue
        for side in (-1, 1):
            for step in range(1, window + 1):
                j = i + side * step
                if not 0 <= j < len(tokens) or tokens[j] in skip:
                    break
                found.append((centre, tokens[j]))
    return found


def means(vectors, mask, divisor):
    return (vectors * mask[..., None]).sum(1) / np.maximum(divisor(mask), 1)


def without_empty(result):
    return np.where(np.isfinite(result), result, 0)


def endless(word, vocabulary):
    raise RecursionError("maximum recursion depth exceeded")


# The exercise, a wrong answer, words of its hint ("" where any will do).
MORE_WRONG = [
    ("01.1", lambda d: {w: sum(x.count(w) == 1 for x in d) for x in d for w in x}, "leave it out"),
    ("01.1", lambda d: {w: n / len(d) for w, n in right_document_frequency(d).items()}, "share"),
    ("01.1", lambda d: {w: {i for i, x in enumerate(d) if w in x} for x in d for w in x}, ""),
    ("01.1", lambda d: list(right_document_frequency(d).items()), "dictionary"),
    ("01.1", lambda d: set(right_document_frequency(d)), "dictionary"),
    ("01.1", lambda d: right_document_frequency([[w.lower() for w in x] for x in d]), "stay as they are"),
    ("01.1", lambda d: {w: sum(w in " ".join(x) for x in d) for x in d for w in x}, "whole words"),
    ("01.1", lambda d: right_document_frequency(d[:-1]), ""),
    ("01.1", lambda d: right_document_frequency(d[1:]), ""),
    ("01.1", lambda d: {w: n for w, n in right_document_frequency(d).items() if n > 1}, "keys"),
    ("01.1", lambda d: {w: n + 1 for w, n in right_document_frequency(d).items()}, "is in 2 documents; you say 3"),
    ("01.1", lambda d: {w: n for w, n in right_document_frequency(d).items() if len(w) > 1}, ""),
    ("01.1", lambda d: dict(Counter(w for x in d for w in set("".join(x)))), "keys"),
    ("01.1", lambda d: {n: w for w, n in right_document_frequency(d).items()}, "keys"),
    ("01.1", lambda d: {w: len(d) for x in d for w in x}, ""),
    ("01.1", lambda d: {w: sum(w in x for x in d) for w in d[0]}, "keys"),
    ("01.1", lambda d: {"good": 2, "bad": 1}, ""),
    ("01.1", lambda d: {"good": 3, "film": 2, "bad": 2, "so": 1}, "same answer as before"),
    ("01.2", by_index, "tokens.index()"),
    ("01.2", lambda t, w, s: steps(t, w, s, lambda w: around(w, left=1)), "range()"),
    ("01.2", lambda t, w, s: steps(t, w - 1, s, around), "range()"),
    ("01.2", lambda t, w, s: steps(t, w + 1, s, around), "too far apart"),
    ("01.2", lambda t, w, s: steps(t, w, s, lambda w: range(-w, 0)), "both sides"),
    ("01.2", lambda t, w, s: steps(t, w, s, lambda w: (-w, w)), "missing"),
    ("01.2", lambda t, w, s: steps(t, w, s, around, bounded=False), "negative index"),
    ("01.2", lambda t, w, s: steps(t, w, s, lambda w: (-1, 1)), "range()"),
    ("01.2", lambda t, w, s: steps(t, 2, s, around), "Use `window`"),
    ("01.2", lambda t, w, s: right_pairs(t, w, s) * 2, "twice"),
    ("01.2", lambda t, w, s: set(right_pairs(t, w, s)), "more than once"),
    ("01.2", lambda t, w, s: sorted({tuple(sorted(p)) for p in right_pairs(t, w, s)}), ""),
    ("01.2", stops_at_a_gap, "stop at a skipped word"),
    ("01.2", lambda t, w, s: [p for p in right_pairs(t, w, set()) if p[0] not in s], "as a centre and as a context"),
    ("01.2", lambda t, w, s: [p for p in right_pairs(t, w, set()) if p[1] not in s], "as a centre and as a context"),
    ("01.2", lambda t, w, s: right_pairs(t, w, {"very"}), "should not be there"),
    ("01.2", lambda t, w, s: [a + b for a, b in right_pairs(t, w, s)], "pairs (centre, context)"),
    ("01.2", lambda t, w, s: [(a, b, 1) for a, b in right_pairs(t, w, s)], "pairs (centre, context)"),
    ("01.2", lambda t, w, s: dict(right_pairs(t, w, s)), "pairs (centre, context)"),
    ("01.2", lambda t, w, s: right_pairs(t, w, s)[:-1], "missing"),
    ("01.2", lambda t, w, s: [(i, j) for i in range(len(t)) for j in range(len(t)) if 0 < abs(i - j) <= w], "missing"),
    ("01.3", lambda pieces: right_merge(pieces)[::-1], "left symbol comes first"),
    ("01.3", lambda pieces: (right_merge(pieces), 1.0, 2), "pair (left, right)"),
    ("01.3", lambda pieces: [right_merge(pieces)], "pair (left, right)"),
    ("01.3", lambda pieces: set(right_merge(pieces)), "pair (left, right)"),
    ("01.3", lambda pieces: _merge(pieces, score="sum"), ""),
    ("01.3", lambda pieces: _merge(pieces, score="left"), ""),
    ("01.3", lambda pieces: _merge(pieces, symbols_weighted=False), ""),
    ("01.3", lambda pieces: _merge(pieces, last=True), "alphabetical"),
    ("01.3", lambda pieces: ("l", "y"), ""),
    ("01.3", lambda pieces: max(scores(pieces)[1], key=scores(pieces)[1].get), "alphabetical"),
    ("01.3", lambda pieces: min(scores(pieces)[1], key=scores(pieces)[1].get), ""),
    ("01.3", lambda pieces: min(scores(pieces)[0]), ""),
    ("01.3", lambda pieces: right_merge(dict(list(pieces.items())[:1])), ""),
    ("01.3", lambda pieces: right_merge({w[:3]: n for w, n in pieces.items()}), ""),
    ("01.3", lambda pieces: right_merge({w: n for w, n in pieces.items() if len(w) > 2} or pieces), ""),
    (
        "01.3",
        lambda pieces: min(scores(pieces)[1], key=lambda p: (-scores(pieces)[1][p], p[::-1])),
        "alphabetical",
    ),
    ("01.4", lambda v, m: means(v, m, lambda m: m.sum(1)[:, None] + 1), "one more than"),
    ("01.4", lambda v, m: means(v, m, lambda m: m.sum()), "whole mask"),
    ("01.4", lambda v, m: means(v, m, lambda m: m.sum(1).max()), "same number"),
    ("01.4", lambda v, m: (v * m[..., None]).sum(1), "You get the sum"),
    ("01.4", lambda v, m: without_empty(right_mean(v, ~m)), "average the padding"),
    ("01.4", lambda v, m: v.sum(1) / np.maximum(m.sum(1), 1)[:, None], "still in the sum"),
    ("01.4", lambda v, m: v[m].mean(0), "axes is gone"),
    (
        "01.4",
        lambda v, m: np.stack([r[k].mean(0) if k.any() else r.mean(0) for r, k in zip(v, m, strict=True)]),
        "must give zeros",
    ),
    (
        "01.4",
        lambda v, m: np.stack([r[k].mean(0) if k.any() else r[0] * 0 + 1 for r, k in zip(v, m, strict=True)]),
        "must give zeros",
    ),
    ("01.4", lambda v, m: np.stack([r[k].mean(0) for r, k in zip(v, m, strict=True) if k.any()]), ""),
    (
        "01.4",
        lambda v, m: np.stack([np.median(r[k], 0) if k.any() else r[0] * 0 for r, k in zip(v, m, strict=True)]),
        "",
    ),
    ("01.4", lambda v, m: np.stack([r[k].max(0) if k.any() else r[0] * 0 for r, k in zip(v, m, strict=True)]), ""),
    ("01.4", lambda v, m: np.stack([r[k].mean() if k.any() else 0 for r, k in zip(v, m, strict=True)]), "axes is gone"),
    ("01.4", lambda v, m: v * m[..., None], "shape"),
    ("01.4", lambda v, m: np.stack([right_mean(v[:1], m[:1])[0]] * len(v)), ""),
    ("01.4", lambda v, m: np.stack([right_mean(r, k[None])[0] for r, k in zip(v[None], m, strict=False)]), ""),
    ("01.5", lambda w, v: split(w, v)[::-1], "wrong order"),
    ("01.5", lambda w, v: split(w, v)[:1], "first piece"),
    ("01.5", lambda w, v: split(w, v)[:-1] or split(w, v), "last piece"),
    ("01.5", lambda w, v: "[UNK]" if split(w, v) == ["[UNK]"] else split(w, v), "list of pieces"),
    ("01.5", lambda w, v: " ".join(split(w, v)), "list of pieces"),
    ("01.5", lambda w, v: [] if split(w, v) == ["[UNK]"] else split(w, v), "whole word becomes"),
    ("01.5", lambda w, v: ["[UNK]"] * len(w) if split(w, v) == ["[UNK]"] else split(w, v), "whole word becomes"),
    ("01.5", lambda w, v: [w] if split(w, v) == ["[UNK]"] else split(w, v), "whole word becomes"),
    ("01.5", lambda w, v: split(w.lower(), v), "capital or small"),
    ("01.5", lambda w, v: split(w, {p for p in v if len(p) < 9}), ""),
    ("01.5", lambda w, v: split(w, {p for p in v if len(p.removeprefix("##")) > 1}), ""),
    ("01.5", lambda w, v: split(w, v - {w}), ""),
    ("01.5", lambda w, v: list(dict.fromkeys(split(w, v))), "come again"),
    ("01.5", lambda w, v: ["un", "##watch", "##able"], ""),
    ("01.5", lambda w, v: ["un", "##watch", "##able"] if w == "unwatchable" else ["[UNK]"], ""),
    ("01.5", lambda w, v: split(w, v) if w[0] in v else ["[UNK]"], ""),
    ("01.5", lambda w, v: [p for p in sorted(v) if p.removeprefix("##") in w], ""),
    ("01.5", endless, "RecursionError"),
]


@pytest.mark.parametrize(("number", "answer"), ALSO_RIGHT)
def test_other_ways_to_be_right_pass(number, answer):
    must_pass(number, answer)
    must_pass(number, as_a_class(answer))


@pytest.mark.parametrize("form", FORMS)
def test_a_mean_may_come_in_any_form(form):
    must_pass("01.4", FORMS[form](right_mean))


test_more_wrong_answers_are_refused_by_what_is_wrong = each_fails(MORE_WRONG)


@pytest.mark.parametrize("name", SPOILT | SPOILT_BATCHES)
def test_a_spoilt_mean_is_refused(name):
    change, words = (SPOILT | SPOILT_BATCHES)[name]
    must_fail("01.4", change(right_mean), words)


test_a_first_answer_kept_for_ever_is_refused = each_kept_fails(RIGHT)


WRITTEN = [("01.1", 0), ("01.2", 0), ("01.2", 2), ("01.3", 0), ("01.4", 0), ("01.4", 1), ("01.5", 1)]


test_writing_into_what_was_given_is_refused = each_written_fails(RIGHT, WRITTEN)


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number):
    must_pass(number, RIGHT[number])


test_a_wrong_answer_gets_the_hint_meant_for_it = each_gets_its_hint(WRONG)


def test_every_exercise_has_at_least_two_wrong_answers():
    must_cover(RIGHT, WRONG, at_least=2)
