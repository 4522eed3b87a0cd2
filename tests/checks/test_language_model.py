"""Each exercise of chapter 09 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import math

import numpy as np
from keras import ops

from .answers import (
    SPOILT,
    SPOILT_BATCHES,
    each_fails,
    each_form_passes,
    each_gets_its_hint,
    each_has_many,
    each_kept_fails,
    each_passes,
    each_spoilt_fails,
    each_stub_is_told,
    each_written_fails,
    kept_for_a_shape,
)


def softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def softmax_by_keras(scores):
    powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


# 09.1


def nats_of(losses):
    return sum(map(sum, losses))


def tokens_of(losses):
    return sum(map(len, losses))


def bytes_of(texts):
    return sum(len(text.encode()) for text in texts)


def scores(losses, texts):
    return math.exp(nats_of(losses) / tokens_of(losses)), nats_of(losses) / math.log(2) / bytes_of(texts)


def perplexity_by(change):
    return lambda losses, texts: (change(losses, texts), scores(losses, texts)[1])


def bits_by(change):
    return lambda losses, texts: (scores(losses, texts)[0], change(losses, texts))


def scores_in_loops(losses, texts):
    total = count = size = 0
    for nats, text in zip(losses, texts, strict=True):
        size += len(bytes(text, "utf-8"))
        for nat in nats:
            total += nat
            count += 1
    return [2 ** (total / math.log(2) / count), total * math.log2(math.e) / size]


def scores_vectorised(losses, texts):
    nats = np.concatenate([np.asarray(each, np.float32) for each in losses])
    return np.exp(nats.mean()), np.log2(np.exp(nats.mean())) * nats.size / len("".join(texts).encode())


def scores_by_keras(losses, texts):
    nats = ops.concatenate([ops.convert_to_tensor(each, "float32") for each in losses])
    return ops.stack([ops.exp(ops.mean(nats)), ops.sum(nats) / math.log(2) / bytes_of(texts)])


class Scores:
    def __call__(self, losses, texts):
        self.nats = [nat for each in losses for nat in each]
        return self.perplexity(), self.bits(texts)

    def perplexity(self):
        return math.exp(math.fsum(self.nats) / len(self.nats))

    def bits(self, texts):
        return math.fsum(self.nats) / math.log(2) / bytes_of(texts)


# 09.2


def stream_of(documents, separator):
    tokens, owners = [], []
    for number, document in enumerate(documents):
        tokens += [separator, *document]
        owners += [number] * (len(document) + 1)
    return tokens, owners


def rows_of(tokens, owners, length, rows=None, ahead=1):
    rows = (len(tokens) - 1) // length if rows is None else rows
    end = rows * length
    tokens = np.array([*tokens, *[0] * (end + ahead)])
    owners = np.array([*owners, *[owners[-1]] * (end + 1)])
    return tuple(part.reshape(rows, length) for part in (tokens[:end], tokens[ahead : end + ahead], owners[:end]))


def packed(documents, length, separator):
    return rows_of(*stream_of(documents, separator), length)


def packed_by(stream):
    return lambda documents, length, separator: rows_of(*stream(documents, separator), length)


def separator_behind(documents, separator):
    tokens = [token for document in documents for token in (*document, separator)]
    return tokens, [number for number, document in enumerate(documents) for _ in (*document, separator)]


def separator_between(documents, separator):
    tokens, owners = stream_of(documents, separator)
    return tokens[1:], owners[1:]


def separator_at_both_ends(documents, separator):
    tokens, owners = stream_of(documents, separator)
    return [*tokens, separator], [*owners, owners[-1]]


def no_separator(documents, separator):
    tokens = [token for document in documents for token in document]
    return tokens, [number for number, document in enumerate(documents) for _ in document]


def targets_by(change):
    def answer(documents, length, separator):
        inputs, targets, segments = packed(documents, length, separator)
        return inputs, change(inputs, targets, separator), segments

    return answer


def segments_by(change):
    def answer(documents, length, separator):
        inputs, targets, segments = packed(documents, length, separator)
        return inputs, targets, change(inputs, segments, separator)

    return answer


def row_by_row(documents, length, separator):
    rows = []
    for document in documents:
        tokens = [separator, *document]
        rows += [tokens[start : start + length + 1] for start in range(0, len(tokens) - length, length)]
    return [row[:-1] for row in rows], [row[1:] for row in rows], [[0] * length for _ in rows]


def steps_of_one_more(documents, length, separator):
    tokens, owners = stream_of(documents, separator)
    rows = len(tokens) // (length + 1)
    tokens = np.array(tokens[: rows * (length + 1)]).reshape(rows, -1)
    owners = np.array(owners[: rows * (length + 1)]).reshape(rows, -1)
    return tokens[:, :-1], tokens[:, 1:], owners[:, :-1]


def steps_of_one(documents, length, separator):
    tokens, owners = map(np.array, stream_of(documents, separator))
    places = np.arange(len(tokens) - length)[:, None] + np.arange(length)
    return tokens[places], tokens[places + 1], owners[places]


def segments_of_the_predicted(documents, length, separator):
    _, owners = stream_of(documents, separator)
    inputs, targets, _ = packed(documents, length, separator)
    return inputs, targets, np.array(owners[1 : inputs.size + 1]).reshape(inputs.shape)


def padded_at_the_end(documents, length, separator):
    tokens, owners = stream_of(documents, separator)
    return rows_of(tokens, owners, length, rows=-(-(len(tokens) - 1) // length))


def numbered_by_content(documents, length, separator):
    inputs, targets, segments = packed(documents, length, separator)
    return inputs, targets, np.vectorize(lambda number: documents.index(documents[number]), otypes=[int])(segments)


def packed_in_loops(documents, length, separator):
    flat = []
    for number in range(len(documents)):
        flat.append((separator, number))
        for token in documents[number]:
            flat.append((token, number))
    inputs, targets, segments = [], [], []
    start = 0
    while start + length + 1 <= len(flat):
        inputs.append([token for token, _ in flat[start : start + length]])
        targets.append([token for token, _ in flat[start + 1 : start + length + 1]])
        segments.append([number for _, number in flat[start : start + length]])
        start += length
    return inputs, targets, segments


def packed_by_counting(documents, length, separator):
    tokens = np.concatenate([[separator, *document] for document in documents]).astype(np.int32)
    owners = np.cumsum(tokens == separator) - 1
    windows = np.lib.stride_tricks.sliding_window_view(tokens, length + 1)[::length]
    return windows[:, :-1], windows[:, 1:], owners[: windows.shape[0] * length].reshape(-1, length)


def packed_by_keras(documents, length, separator):
    tokens, owners = (ops.convert_to_tensor(each, "int32") for each in stream_of(documents, separator))
    end = (len(tokens) - 1) // length * length
    return ops.stack([ops.reshape(part, (-1, length)) for part in (tokens[:end], tokens[1 : end + 1], owners[:end])])


def packed_by_a_generator(documents, length, separator):
    yield from packed(documents, length, separator)


class Packer:
    def __call__(self, documents, length, separator):
        self.tokens, self.owners = stream_of(documents, separator)
        starts = range(0, len(self.tokens) - length, length)
        return [
            np.array([part[start + ahead : start + ahead + length] for start in starts], np.int64)
            for part, ahead in ((self.tokens, 0), (self.tokens, 1), (self.owners, 0))
        ]


# 09.3


def length_of(gradients):
    return math.sqrt(sum(float(np.sum(np.square(gradient))) for gradient in gradients))


def clipped(gradients, limit):
    factor = min(1.0, limit / max(length_of(gradients), 1e-30))
    return tuple(gradient * factor for gradient in gradients)


def clipped_by(factor, only_down=True):
    def answer(gradients, limit):
        by = factor(gradients, limit)
        return [gradient * (min(1.0, by) if only_down else by) for gradient in gradients]

    return answer


def clipped_alone(gradients, limit):
    return [gradient * min(1.0, limit / np.linalg.norm(gradient)) for gradient in gradients]


def clipped_where_alone_too_long(gradients, limit):
    factor = limit / length_of(gradients)
    return [gradient * factor if np.linalg.norm(gradient) > limit else gradient for gradient in gradients]


def nothing_over_nothing(gradients, limit):
    length = np.float64(length_of(gradients))
    return [gradient / length * min(length, limit) for gradient in gradients]


def written_into(gradients, limit):
    factor = min(1.0, limit / max(length_of(gradients), 1e-30))
    for gradient in gradients:
        gradient *= factor
    return gradients


def clipped_in_loops(gradients, limit):
    total = 0.0
    for gradient in gradients:
        for number in gradient.flat:
            total += number * number
    if total <= limit * limit:
        return gradients
    return [gradient / total**0.5 * limit for gradient in gradients]


def clipped_as_one(gradients, limit):
    joined = np.concatenate([gradient.ravel() for gradient in gradients]).astype(np.float32)
    norm = np.linalg.norm(joined)
    joined = joined * limit / max(norm, limit)
    ends = np.cumsum([gradient.size for gradient in gradients])[:-1]
    return [part.reshape(g.shape) for part, g in zip(np.split(joined, ends), gradients, strict=True)]


def clipped_as_torch_does(gradients, limit):
    factor = limit / (np.linalg.norm([np.linalg.norm(gradient) for gradient in gradients]) + 1e-6)
    return [gradient * np.clip(factor, None, 1.0) for gradient in gradients]


def clipped_by_keras(gradients, limit):
    gradients = [ops.convert_to_tensor(gradient, "float32") for gradient in gradients]
    norm = ops.sqrt(sum(ops.sum(ops.square(gradient)) for gradient in gradients))
    return [gradient * limit / ops.maximum(norm, limit) for gradient in gradients]


class Clipper:
    def __call__(self, gradients, limit):
        norm = np.sqrt(np.add.reduce([np.vdot(gradient, gradient) for gradient in gradients]))
        return [(gradient * (limit / norm) if norm > limit else gradient.copy()).tolist() for gradient in gradients]


# 09.4


def nucleus(logits, temperature, share):
    return cut(softmax(logits / temperature), share)


def cut(chances, share, order=None, more=0):
    order = np.argsort(-chances, kind="stable") if order is None else order
    count = int((np.cumsum(chances[order]) - chances[order] < share).sum()) + more
    only = np.zeros_like(chances)
    only[order[:count]] = chances[order[:count]]
    return only / only.sum()


def nucleus_in_loops(logits, temperature, share):
    best = max(logits)
    powers = [math.exp((logit - best) / temperature) for logit in logits]
    chances = [power / sum(powers) for power in powers]
    held, kept = 0.0, set()
    while held < share - 1e-12:
        token = max((t for t in range(len(chances)) if t not in kept), key=chances.__getitem__)
        kept.add(token)
        held += chances[token]
    return [chance / held if token in kept else 0 for token, chance in enumerate(chances)]


def nucleus_by_the_last_kept(logits, temperature, share):
    chances = softmax(np.float32(logits) / np.float32(temperature))
    ranked = np.sort(chances)[::-1]
    smallest = ranked[np.searchsorted(np.cumsum(ranked), share)] if share < 1 else 0
    kept = np.where(chances >= smallest, chances, 0)
    return kept / kept.sum()


def nucleus_by_hidden_logits(logits, temperature, share):
    tempered = logits / temperature
    order = np.argsort(tempered)[::-1]
    held = np.cumsum(softmax(tempered)[order])
    drop = np.concatenate([[False], held[:-1] >= share])
    tempered[order[drop]] = -np.inf
    return softmax(tempered)


def nucleus_by_keras(logits, temperature, share):
    chances = softmax_by_keras(ops.convert_to_tensor(logits, "float32") / temperature)
    order = ops.argsort(-chances)
    ranked = ops.take(chances, order)
    kept = ops.where(ops.cumsum(ranked) - ranked < share, ranked, 0.0)
    return ops.take(kept / ops.sum(kept), ops.argsort(order))


def nucleus_by_logarithms(logits, temperature, share):
    scaled = np.asarray(logits) / temperature
    log_p = scaled - np.logaddexp.reduce(scaled)
    order = sorted(range(len(log_p)), key=lambda token: -log_p[token])
    result, held = np.zeros(len(log_p)), 0.0
    for token in order:
        result[token] = np.exp(log_p[token])
        held += result[token]
        if held >= share:
            break
    return result / held


class Nucleus:
    def __call__(self, logits, temperature, share):
        chances = softmax(logits / temperature)
        # each token asks how much the better ones hold
        better = np.array([chances[chances > chance].sum() for chance in chances])
        ties = np.array([(chances[:place] == chances[place]).sum() for place in range(len(chances))]) * chances
        kept = chances * (better + ties < share)
        return kept / kept.sum()


def tempered_afterwards(logits, temperature, share):
    kept = cut(softmax(logits), share) > 0
    return softmax(np.where(kept, logits / temperature, -np.inf))


def careless_nucleus(logits, temperature, share):
    powers = np.exp(logits / temperature)
    return cut(powers / powers.sum(), share)


def tempered_chances(logits, temperature, share):
    return cut(softmax(logits) / temperature, share)


def without_the_last(logits, temperature, share):
    chances = softmax(logits / temperature)
    order = np.argsort(-chances, kind="stable")
    kept = np.zeros_like(chances)
    inside = order[np.cumsum(chances[order]) <= share]
    kept[inside] = chances[inside]
    return kept / kept.sum()


def without_the_last_but_one(logits, temperature, share):
    chances = softmax(logits / temperature)
    result = without_the_last(logits, temperature, share)
    return np.where(np.isnan(result), chances == chances.max(), result)


def not_shared_out(logits, temperature, share):
    chances = softmax(logits / temperature)
    return chances * (cut(chances, share) > 0)


def kept_where(condition):
    def answer(logits, temperature, share):
        chances = softmax(logits / temperature)
        kept = chances * condition(chances, share)
        return kept / kept.sum()

    return answer


def and_one_at_equality(logits, temperature, share):
    chances = softmax(logits / temperature)
    order = np.argsort(-chances, kind="stable")
    return cut(chances, share, more=int((np.cumsum(chances[order]) == share).any()))


# 09.5


def attended(query, keys, values, scale=None, shift=True):
    products = np.einsum("hd,htd->ht", query, keys) / (np.sqrt(query.shape[-1]) if scale is None else scale)
    powers = np.exp(products - products.max(-1, keepdims=True) * shift)
    return np.einsum("ht,htd->hd", powers / powers.sum(-1, keepdims=True), values)


def longer(key, value, cache):
    return np.concatenate([cache[0], key[:, None]], 1), np.concatenate([cache[1], value[:, None]], 1)


def step(query, key, value, cache):
    keys, values = longer(key, value, cache)
    return attended(query, keys, values), (keys, values)


def step_by(change):
    """Another output, the right cache."""

    def answer(query, key, value, cache):
        keys, values = longer(key, value, cache)
        return change(query, keys, values), (keys, values)

    return answer


def step_with_cache(change):
    """The right output, another cache."""

    def answer(query, key, value, cache):
        return step(query, key, value, cache)[0], change(key, value, cache)

    return answer


def scaled(scale):
    return step_by(lambda q, k, v: attended(q, k, v, scale(q, k)))


def softmax_along(axis):
    def output(query, keys, values):
        products = np.einsum("hd,htd->ht", query, keys) / np.sqrt(query.shape[-1])
        return np.einsum("ht,htd->hd", softmax(products, axis), values)

    return step_by(output)


def new_before_old(key, value, cache):
    return np.concatenate([key[:, None], cache[0]], 1), np.concatenate([value[:, None], cache[1]], 1)


def less_the_largest_of_all(query, keys, values):
    products = np.einsum("hd,htd->ht", query, keys) / np.sqrt(query.shape[-1])
    powers = np.exp(products - products.max())
    return np.einsum("ht,htd->hd", powers / powers.sum(-1, keepdims=True), values)


def step_over_old_ones(query, key, value, cache):
    return attended(query, *cache), longer(key, value, cache)


def step_into_the_cache(query, key, value, cache):
    output, longer_cache = step(query, key, value, cache)
    if cache[0].size:
        cache[0][:, -1] = key
    return output, longer_cache


def step_in_loops(query, key, value, cache):
    outputs, keys, values = [], [], []
    for head in range(len(query)):
        old = [list(row) for row in cache[0][head]] + [list(key[head])]
        seen = [list(row) for row in cache[1][head]] + [list(value[head])]
        products = [sum(a * b for a, b in zip(query[head], row, strict=True)) / math.sqrt(len(row)) for row in old]
        powers = [math.exp(product - max(products)) for product in products]
        outputs.append(
            [sum(p * row[i] for p, row in zip(powers, seen, strict=True)) / sum(powers) for i in range(len(seen[0]))]
        )
        keys.append(old)
        values.append(seen)
    return outputs, [keys, values]


def step_vectorised(query, key, value, cache):
    keys, values = (np.append(old, new[:, np.newaxis], axis=1) for old, new in zip(cache, (key, value), strict=True))
    weights = softmax((keys @ query[:, :, None])[..., 0] / query.shape[1] ** 0.5)
    return (weights[:, None] @ values)[:, 0], np.stack([keys, values])


def step_by_keras(query, key, value, cache):
    keys = ops.concatenate([ops.cast(cache[0], "float32"), ops.cast(key, "float32")[:, None]], axis=1)
    values = ops.concatenate([ops.cast(cache[1], "float32"), ops.cast(value, "float32")[:, None]], axis=1)
    products = ops.einsum("hd,htd->ht", ops.cast(query, "float32"), keys) / query.shape[-1] ** 0.5
    return ops.einsum("ht,htd->hd", softmax_by_keras(products), values), [keys, values]


def step_in_float32(query, key, value, cache):
    return step(*(np.float32(each) for each in (query, key, value)), tuple(np.float32(each) for each in cache))


def step_by_a_joined_cache(query, key, value, cache):
    cache = np.concatenate([np.array(cache), np.stack([key, value])[:, :, None]], axis=2)
    return attended(query, *cache), cache


class Step:
    def __call__(self, query, key, value, cache):
        heads, old, width = cache[0].shape
        self.keys = np.empty((heads, old + 1, width))
        self.values = np.empty_like(self.keys)
        self.keys[:, :old], self.keys[:, old] = cache[0], key
        self.values[:, :old], self.values[:, old] = cache[1], value
        return [
            attended(q[None], k[None], v[None])[0] for q, k, v in zip(query, self.keys, self.values, strict=True)
        ], (
            self.keys,
            self.values,
        )


# 09.6


def induction(weights, n):
    return np.array([np.mean([head[n + i, i + 1] for i in range(n)]) for head in weights])


def looked(where, first=None, last=None):
    """The mean look from each position of the second copy at another."""

    def answer(weights, n):
        second = np.arange(n, 2 * n)[first:last]
        return weights[:, second, where(second, n)].mean(-1)

    return answer


def induction_by_a_diagonal(weights, n):
    return np.diagonal(weights[:, n:, 1 : n + 1], axis1=1, axis2=2).mean(axis=1)


def induction_by_a_mask(weights, n):
    mask = np.eye(2 * n, k=1 - n)
    mask[:n] = 0
    return (np.float32(weights) * mask).sum((1, 2)) / n


def induction_by_keras(weights, n):
    block = ops.convert_to_tensor(weights[:, n:, 1 : n + 1], "float32")
    return ops.sum(block * ops.eye(n), axis=(1, 2)) / n


def induction_by_einsum(weights, n):
    return np.einsum("hii->h", weights[:, n:, 1 : n + 1]) / n


class Induction:
    def __call__(self, weights, n):
        return [float(np.trace(head, offset=1 - n) - head[n - 1, 0]) / n for head in weights]


def with_one_of_the_first_copy(weights, n):
    return np.diagonal(weights, offset=1 - n, axis1=1, axis2=2).mean(-1)


def all_positions(weights, n):
    return looked(lambda i, n: i - n + 1)(weights, n) / 2


RIGHT = {
    "09.1": scores,
    "09.2": packed,
    "09.3": clipped,
    "09.4": nucleus,
    "09.5": step,
    "09.6": induction,
}

WRONG = {
    "mean of means": (
        "09.1",
        perplexity_by(lambda n, t: math.exp(np.mean([np.mean(each) for each in n]))),
        "average each text first",
        "每篇文字的平均",
    ),
    "mean of perplexities": (
        "09.1",
        perplexity_by(lambda n, t: np.mean([np.exp(np.mean(each)) for each in n])),
        "the texts' perplexities",
        "各篇困惑度的平均",
    ),
    "mean of exponentials": (
        "09.1",
        perplexity_by(lambda n, t: np.mean([np.exp(nat) for each in n for nat in each])),
        "average the exponentials",
        "对指数求了平均",
    ),
    "a number for each text": (
        "09.1",
        perplexity_by(lambda n, t: [np.exp(np.mean(each)) for each in n]),
        "a number for each text",
        "给每篇文字各算了一个数",
    ),
    "two to the power of nats": (
        "09.1",
        perplexity_by(lambda n, t: 2 ** (nats_of(n) / tokens_of(n))),
        "To nats belongs e",
        "奈特对应的底是 e",
    ),
    "no exponential": ("09.1", perplexity_by(lambda n, t: nats_of(n) / tokens_of(n)), "a cross-entropy", "交叉熵"),
    "characters": (
        "09.1",
        bits_by(lambda n, t: nats_of(n) / math.log(2) / len("".join(t))),
        "number of characters",
        "字符数",
    ),
    "nats for a byte": ("09.1", bits_by(lambda n, t: nats_of(n) / bytes_of(t)), "nats for a byte", "奈特数"),
    "bits for a token": (
        "09.1",
        bits_by(lambda n, t: nats_of(n) / math.log(2) / tokens_of(n)),
        "bits for a token",
        "每个词元的比特数",
    ),
    "mean of bits": (
        "09.1",
        bits_by(lambda n, t: np.mean([sum(a) / math.log(2) / len(b.encode()) for a, b in zip(n, t, strict=True)])),
        "texts' bits per byte",
        "各篇的每字节比特数",
    ),
    "bits first": ("09.1", lambda n, t: scores(n, t)[::-1], "changed places", "次序反了"),
    "separator behind": ("09.2", packed_by(separator_behind), "stand behind the documents", "文档后面"),
    "separator between": ("09.2", packed_by(separator_between), "between them", "文档之间"),
    "no separator": ("09.2", packed_by(no_separator), "have no separators", "没有分隔符"),
    "separator at both ends": ("09.2", packed_by(separator_at_both_ends), "a row too many", "多了一行"),
    "no shift": ("09.2", targets_by(lambda i, t, s: i), "learn to copy", "照抄"),
    "shift in a circle": ("09.2", targets_by(lambda i, t, s: np.roll(i, -1, 1)), "runs in a circle", "绕圈"),
    "shift the wrong way": (
        "09.2",
        targets_by(lambda i, t, s: np.roll(i, 1).reshape(i.shape)),
        "the tokens before",
        "前面的词元",
    ),
    "last targets lost": (
        "09.2",
        targets_by(lambda i, t, s: np.concatenate([t[:, :-1], 0 * t[:, :1] - 1], 1)),
        "beginning of the next",
        "下一行的开头",
    ),
    "segments of the predicted": ("09.2", segments_of_the_predicted, "those of the targets", "目标所属的文档"),
    "numbered from one": ("09.2", segments_by(lambda i, s, x: s + 1), "numbered from 1", "从 1 开始编号"),
    "numbered in each row": (
        "09.2",
        segments_by(lambda i, s, x: s - s[:, :1]),
        "begin anew in each row",
        "每行重新开始",
    ),
    "separator of the one before": (
        "09.2",
        segments_by(lambda i, s, x: np.maximum(s - (i == x), 0)),
        "document before",
        "属于前一篇",
    ),
    "steps of one more": ("09.2", steps_of_one_more, "every length + 1", "每 length + 1"),
    "steps of one": ("09.2", steps_of_one, "overlap", "重叠"),
    "row by row": ("09.2", row_by_row, "each document by itself", "每篇文档单独"),
    "padded": ("09.2", padded_at_the_end, "a row too many", "多了一行"),
    "one row too few": (
        "09.2",
        lambda d, n, s: tuple(part[:-1] for part in packed(d, n, s)),
        "lose a row",
        "少了一行",
    ),
    "each by itself": ("09.3", clipped_alone, "each array by itself", "各自缩短"),
    "each number": ("09.3", lambda g, c: [np.clip(x, -c, c) for x in g], "each number by itself", "单独截断"),
    "the largest number": (
        "09.3",
        clipped_by(lambda g, c: c / max(np.abs(x).max() for x in g)),
        "largest number for the length",
        "最大的那个数当成了长度",
    ),
    "always scaled": (
        "09.3",
        clipped_by(lambda g, c: c / max(length_of(g), 1e-30), only_down=False),
        "yours become longer",
        "变长了",
    ),
    "sum of lengths": (
        "09.3",
        clipped_by(lambda g, c: c / sum(np.linalg.norm(x) for x in g)),
        "add up the lengths",
        "长度相加",
    ),
    "squared length": ("09.3", clipped_by(lambda g, c: c / length_of(g) ** 2), "a length is its root", "平方根"),
    "no number for zeros": ("09.3", nothing_over_nothing, "zeros give NaN", "全为零时"),
    "written into": ("09.3", written_into, "write into the caller's", "改写了"),
    "nothing done": ("09.3", lambda g, c: [x.copy() for x in g], "Nothing is shortened", "什么也没有缩短"),
    "unit length": ("09.3", lambda g, c: [x / length_of(g) for x in g], "The length of yours is 1", "长度是 1"),
    "multiplied by the temperature": (
        "09.4",
        lambda x, t, s: cut(softmax(x * t), s),
        "multiply by the temperature",
        "乘上了温度",
    ),
    "no temperature": ("09.4", lambda x, t, s: cut(softmax(x), s), "has no effect", "没有起作用"),
    "tempered afterwards": ("09.4", tempered_afterwards, "at temperature 1", "在温度 1 下"),
    "tempered probabilities": ("09.4", tempered_chances, "divide the probabilities", "去除概率"),
    "not sorted": (
        "09.4",
        lambda x, t, s: cut(softmax(x / t), s, np.arange(len(x))),
        "in the order of the vocabulary",
        "按词表的次序",
    ),
    "the worst first": (
        "09.4",
        lambda x, t, s: cut(softmax(x / t), s, np.argsort(x)),
        "the least probable",
        "最不可能",
    ),
    "without the last": ("09.4", without_the_last, "is missing", "少了使累加和达到"),
    "one too many": ("09.4", lambda x, t, s: cut(softmax(x / t), s, more=1), "one token too many", "多留了一个"),
    "not shared out": ("09.4", not_shared_out, "does not sum to one", "加起来不是 1"),
    "overflows": ("09.4", careless_nucleus, "exp(1000) overflows", "exp(1000) 溢出"),
    "sorted": ("09.4", lambda *given: -np.sort(-nucleus(*given)), "are sorted", "排好序"),
    "only what stays": ("09.4", lambda *given: nucleus(*given)[nucleus(*given) > 0], "only the tokens", "只返回了留下"),
    "scaled by the width": ("09.5", scaled(lambda q, k: np.sqrt(q.size)), "width of all heads", "所有头合起来"),
    "not scaled": ("09.5", scaled(lambda q, k: 1), "do not divide by", "没有除以"),
    "scaled by d": ("09.5", scaled(lambda q, k: q.shape[1]), "divide by its root", "平方根"),
    "no new token": ("09.5", step_over_old_ones, "new token is missing", "没有新词元"),
    "cache as it was": ("09.5", step_with_cache(lambda k, v, cache: cache), "as many as before", "还是原来的"),
    "written into the cache": ("09.5", step_into_the_cache, "write into the caller's", "改写了"),
    "softmax over heads": ("09.5", softmax_along(0), "runs over the heads", "沿各个头"),
    "softmax over all": ("09.5", softmax_along((0, 1)), "together sum to one", "全部权重加起来"),
    "new before old": ("09.5", step_with_cache(new_before_old), "stands in front", "放在了最前面"),
    "changed in the cache": (
        "09.5",
        step_with_cache(lambda k, v, cache: longer(k, v, cache)[::-1]),
        "keys come first",
        "键在前",
    ),
    "exponentials of large scores": (
        "09.5",
        step_by(lambda q, k, v: attended(q, k, v, shift=False)),
        "exp(1000) overflows",
        "exp(1000) 溢出",
    ),
    "less the largest of all": ("09.5", step_by(less_the_largest_of_all), "of each head, not of all", "每个头各自"),
    "the same token": (
        "09.6",
        looked(lambda i, n: i - n),
        "the same token in the first copy",
        "落在第一遍里同一个词元上",
    ),
    "the token before": ("09.6", looked(lambda i, n: i - n - 1), "before the same one", "同一个词元前面"),
    "all positions": ("09.6", all_positions, "all 2n positions", "全部 2n 个位置"),
    "sum": ("09.6", lambda w, n: induction(w, n) * n, "This is the sum", "这是总和"),
    "largest": (
        "09.6",
        lambda w, n: w[:, np.arange(n, 2 * n), np.arange(1, n + 1)].max(-1),
        "the largest look",
        "最大的一个权重",
    ),
    "first copy": (
        "09.6",
        lambda w, n: w[:, np.arange(n), np.arange(1, n + 1)].mean(-1),
        "over the first copy",
        "第一遍的位置求了平均",
    ),
    "without the last position": ("09.6", looked(lambda i, n: i - n + 1, last=-1), "leave a position", "漏了第二遍"),
    "one of the first copy": ("09.6", with_one_of_the_first_copy, "one place too many", "多了一格"),
    "columns": (
        "09.6",
        lambda w, n: induction(w.swapaxes(1, 2), n),
        "exchanged rows and columns",
        "行和列弄反",
    ),
    "for each position": (
        "09.6",
        lambda w, n: w[:, np.arange(n, 2 * n), np.arange(1, n + 1)],
        "a number for each position",
        "每个位置各算了一个数",
    ),
}

ALSO_RIGHT = [
    ("09.1", scores_in_loops),
    ("09.1", scores_vectorised),
    ("09.1", scores_by_keras),
    ("09.1", Scores()),
    ("09.1", lambda n, t: np.array(scores(n, t), np.float32)),
    ("09.1", lambda n, t: (np.exp(np.average(np.hstack(n))), np.hstack(n).sum() / np.log(2) / bytes_of(t))),
    ("09.2", packed_in_loops),
    ("09.2", packed_by_counting),
    ("09.2", packed_by_keras),
    ("09.2", packed_by_a_generator),
    ("09.2", Packer()),
    ("09.2", lambda *given: np.stack(packed(*given))),
    ("09.2", lambda *given: [part.astype(np.int32) for part in packed(*given)]),
    ("09.3", clipped_in_loops),
    ("09.3", clipped_as_one),
    ("09.3", clipped_as_torch_does),
    ("09.3", clipped_by_keras),
    ("09.3", Clipper()),
    ("09.3", lambda g, c: (x * c / max(c, length_of(g)) for x in g)),
    ("09.3", lambda g, c: g if length_of(g) <= c else [np.float32(x) * np.float32(c / length_of(g)) for x in g]),
    ("09.4", nucleus_in_loops),
    ("09.4", nucleus_by_the_last_kept),
    ("09.4", nucleus_by_hidden_logits),
    ("09.4", nucleus_by_keras),
    ("09.4", nucleus_by_logarithms),
    ("09.4", Nucleus()),
    ("09.4", lambda x, t, s: nucleus(np.float32(x), np.float32(t), s)),
    ("09.5", step_in_loops),
    ("09.5", step_vectorised),
    ("09.5", step_by_keras),
    ("09.5", step_in_float32),
    ("09.5", step_by_a_joined_cache),
    ("09.5", Step()),
    ("09.5", lambda *given: [step(*given)[0].tolist(), [part.tolist() for part in step(*given)[1]]]),
    ("09.6", induction_by_a_diagonal),
    ("09.6", induction_by_a_mask),
    ("09.6", induction_by_keras),
    ("09.6", induction_by_einsum),
    ("09.6", Induction()),
    ("09.6", lambda w, n: sum(w[:, i, i - n + 1] for i in range(n, 2 * n)) / n),
    ("09.6", looked(lambda i, n: i - (n - 1))),
]


def shifted_softmax(scores, by):
    powers = np.exp(scores - by(scores, axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def attended_by(weigh, query, keys, values, *given):
    scores = np.einsum("hd,htd->ht", query, keys) / np.sqrt(query.shape[1])
    return np.einsum("ht,htd->hd", weigh(scores, *given), values)


MORE_WRONG = [
    ("09.1", perplexity_by(lambda n, t: np.exp(np.float64(nats_of(n)))), "exponential of the sum"),
    ("09.1", perplexity_by(lambda n, t: np.exp(np.float64(nats_of(n))) / tokens_of(n)), "divide first"),
    ("09.1", perplexity_by(lambda n, t: np.exp(nats_of(n) / math.log(2) / tokens_of(n))), "To bits belongs 2"),
    ("09.1", perplexity_by(lambda n, t: np.exp(-nats_of(n) / tokens_of(n))), "mean probability of a token"),
    ("09.1", perplexity_by(lambda n, t: np.exp(nats_of(n) / len(n))), "other than the number of tokens"),
    ("09.1", perplexity_by(lambda n, t: np.exp(nats_of(n) / bytes_of(t))), "other than the number of tokens"),
    ("09.1", perplexity_by(lambda n, t: np.exp(nats_of(n) / len(" ".join(t).split()))), "other than the number"),
    ("09.1", perplexity_by(lambda n, t: nats_of(n) / math.log(2) / tokens_of(n)), "number of bits for a token"),
    (
        "09.1",
        perplexity_by(lambda n, t: 1 / np.prod(np.exp([-x for each in n for x in each])) ** (1 / tokens_of(n))),
        "Add logarithms",
    ),
    ("09.1", perplexity_by(lambda n, t: np.exp(np.max(np.hstack(n)))), "The perplexity: The answer should be"),
    ("09.1", perplexity_by(lambda n, t: np.exp(np.median(np.hstack(n)))), "The perplexity: The answer should be"),
    ("09.1", perplexity_by(lambda n, t: np.exp(np.mean(n[0]))), "The perplexity: The answer should be"),
    ("09.1", lambda n, t: (np.exp(np.mean(n)), scores(n, t)[1]), "stopped with"),
    ("09.1", bits_by(lambda n, t: nats_of(n) * math.log(2) / bytes_of(t)), "multiply by ln 2"),
    ("09.1", bits_by(lambda n, t: nats_of(n) / math.log(10) / bytes_of(t)), "base 10"),
    ("09.1", bits_by(lambda n, t: nats_of(n) / math.log(2) / len(t)), "bits for a text"),
    ("09.1", bits_by(lambda n, t: nats_of(n) / math.log(2) / len(" ".join(t).split())), "bits for a word"),
    ("09.1", bits_by(lambda n, t: nats_of(n) / math.log(2)), "whole corpus"),
    ("09.1", bits_by(lambda n, t: nats_of(n) / math.log(2) / bytes_of(t) / 8), "by the bits of the texts"),
    ("09.1", bits_by(lambda n, t: nats_of(n) / len("".join(t))), "nats for a character"),
    ("09.1", bits_by(lambda n, t: math.log2(scores(n, t)[0]) / bytes_of(t)), "by the tokens and by the bytes"),
    ("09.1", bits_by(lambda n, t: bytes_of(t) * math.log(2) / max(nats_of(n), 1e-9)), "the other way round"),
    ("09.1", bits_by(lambda n, t: nats_of(n) / math.log(2) / sum(len(x.encode("utf-16")) for x in t)), "UTF-16"),
    ("09.1", bits_by(lambda n, t: nats_of(n) / math.log(2) / len("\n".join(t).encode())), "stand in no text"),
    ("09.1", bits_by(lambda n, t: nats_of(n) / math.log(2) / bytes_of([x.strip() for x in t])), "Bits per byte:"),
    ("09.1", bits_by(lambda n, t: nats_of(n) / math.log(2) / bytes_of(set(t))), "Bits per byte:"),
    ("09.1", bits_by(lambda n, t: nats_of(n) / math.log(2) / sum(1 + 2 * (c > "ÿ") for c in "".join(t))), "Bits per"),
    ("09.1", lambda n, t: scores(n, t)[0], "Return two numbers"),
    ("09.1", lambda n, t: dict(zip("ab", scores(n, t), strict=True)), "Return two numbers"),
    ("09.1", lambda n, t: (scores(n, t), scores(n, t)), "Return one number"),
    ("09.2", targets_by(lambda i, t, s: np.where(t == s, -1, t)), "a token to be guessed like any other"),
    ("09.2", targets_by(lambda i, t, s: np.append(t.ravel()[:-1], s + 50).reshape(t.shape)), "Only the very last"),
    ("09.2", targets_by(lambda i, t, s: np.append(t.ravel()[:-1], i[0, 0]).reshape(t.shape)), "Only the very last"),
    ("09.2", lambda d, n, s: rows_of(*stream_of(d, s), n, ahead=2), "two tokens ahead"),
    ("09.2", lambda d, n, s: tuple(packed(d, n, s)[place] for place in (1, 0, 2)), "changed places"),
    ("09.2", lambda d, n, s: packed([x[::-1] for x in d], n, s), "The inputs for"),
    ("09.2", lambda d, n, s: packed(sorted(d), n, s), "The inputs for"),
    ("09.2", lambda d, n, s: packed([x for x in d if x], n, s), "The inputs for"),
    ("09.2", lambda d, n, s: packed([[y for y in x if y] for x in d], n, s), ""),
    ("09.2", lambda d, n, s: packed(d, n, 1), ""),
    ("09.2", lambda d, n, s: packed(d, 4, s), ""),
    ("09.2", numbered_by_content, "The segments for"),
    ("09.2", segments_by(lambda i, s, x: (i == x).astype(int)), "mark where documents begin"),
    ("09.2", segments_by(lambda i, s, x: s * 0), "The segments for"),
    ("09.2", segments_by(lambda i, s, x: s * 0 + np.arange(len(s))[:, None]), "number the rows"),
    ("09.2", segments_by(lambda i, s, x: s - (i == x)), "document before"),
    ("09.2", segments_by(lambda i, s, x: s - (i == x) + 1), "document before"),
    ("09.2", segments_by(lambda i, s, x: s - s[:, :1] + 1), "begin anew"),
    ("09.2", segments_by(lambda i, s, x: np.cumsum(i == x, axis=1)), "begin anew"),
    ("09.2", segments_by(lambda i, s, x: np.cumsum(i == x, axis=1) - 1), "begin anew"),
    ("09.2", segments_by(lambda i, s, x: s.ravel()), "must have the shape"),
    ("09.2", lambda d, n, s: tuple(part.astype(np.uint8) for part in packed(d, n, s)), "The inputs for"),
    ("09.2", lambda d, n, s: np.stack(packed(d, n, s), axis=1), "Return three arrays"),
    ("09.2", lambda d, n, s: packed(d, n, s)[:2], "Return three arrays"),
    ("09.2", lambda d, n, s: tuple(part.T for part in packed(d, n, s)), "must have the shape"),
    ("09.2", lambda d, n, s: tuple(part.ravel() for part in packed(d, n, s)), "must have the shape"),
    (
        "09.2",
        lambda d, n, s: tuple(part[: (len(stream_of(d, s)[0]) - 2) // n] for part in packed(d, n, s)),
        "lose a row",
    ),
    ("09.2", lambda d, n, s: rows_of(*stream_of(d, s), n, rows=len(stream_of(d, s)[0]) // n), "a row too many"),
    ("09.2", lambda d, n, s: rows_of(*stream_of(d, s), n, rows=3), ""),
    ("09.3", clipped_where_alone_too_long, ""),
    ("09.3", clipped_by(lambda g, c: c / length_of(g) if length_of(g) ** 2 > c else 1, only_down=False), "should be"),
    ("09.3", lambda g, c: [-x for x in clipped(g, c)], "the opposite way"),
    ("09.3", lambda g, c: [np.float16(x) for x in clipped(g, c)], "should be"),
    ("09.3", clipped_by(lambda g, c: c / max(np.linalg.norm(x) for x in g)), "the longest array"),
    ("09.3", clipped_by(lambda g, c: c / np.mean([np.linalg.norm(x) for x in g])), "mean of the arrays' lengths"),
    ("09.3", clipped_by(lambda g, c: c / sum(np.abs(x).sum() for x in g)), "absolute values"),
    ("09.3", clipped_by(lambda g, c: c * sum(x.size for x in g) ** 0.5 / length_of(g)), ""),
    ("09.3", clipped_by(lambda g, c: (c / length_of(g)) ** 2), "a length is its root"),
    ("09.3", clipped_by(lambda g, c: (c / length_of(g)) ** 0.5), "a root too many"),
    ("09.3", clipped_by(lambda g, c: length_of(g) / c, only_down=False), "upside down"),
    ("09.3", clipped_by(lambda g, c: 1 / c, only_down=False), "divide by the limit"),
    ("09.3", clipped_by(lambda g, c: c, only_down=False), "multiply by the limit"),
    ("09.3", clipped_by(lambda g, c: c / abs(sum(x.sum() for x in g))), ""),
    ("09.3", clipped_by(lambda g, c: c / np.linalg.norm(g[0])), ""),
    ("09.3", clipped_by(lambda g, c: c / length_of(g[:-1]) if g[:-1] else 1.0), ""),
    ("09.3", clipped_by(lambda g, c: c / length_of(g) / len(g)), ""),
    ("09.3", lambda g, c: (list(clipped(g, c)), length_of(g)), "and nothing besides"),
    ("09.3", lambda g, c: [x * c / np.linalg.norm(x) for x in g], "each array to the length"),
    ("09.3", lambda g, c: np.concatenate([x.ravel() for x in clipped(g, c)]), "Return a list"),
    ("09.3", lambda g, c: [x.ravel() for x in clipped(g, c)], "must keep its shape"),
    ("09.3", lambda g, c: [np.abs(x) for x in clipped(g, c)], "the direction is another"),
    ("09.3", lambda g, c: clipped(g, c)[::-1], "must keep its shape"),
    ("09.3", lambda g, c: clipped(g[:1], c), "Return a list"),
    ("09.3", lambda g, c: [np.minimum(x, c) for x in g], "each number by itself"),
    ("09.3", lambda g, c: [x - (length_of(g) - c) * np.sign(x) / 10 for x in g], "The common length of what"),
    ("09.3", lambda g, c: [x * 0 if length_of(g) > c else x for x in g], "The common length of what"),
    ("09.3", lambda g, c: length_of(clipped(g, c)), "Return a list"),
    ("09.3", lambda g, c: [np.round(x, 2) for x in clipped(g, c)], ""),
    ("09.3", lambda g, c: clipped(g, 1.6), ""),
    (
        "09.3",
        lambda g, c: [
            x * min(1, c / np.linalg.norm(x, 2) if x.ndim == 2 else c / max(np.linalg.norm(x), 1e-9)) for x in g
        ],
        "",
    ),
    ("09.4", without_the_last_but_one, "is missing"),
    ("09.4", and_one_at_equality, '"at least"'),
    ("09.4", kept_where(lambda p, s: p >= s * p.max()), "a share of the largest"),
    ("09.4", kept_where(lambda p, s: p >= s), ""),
    ("09.4", kept_where(lambda p, s: p >= 1 - s), ""),
    ("09.4", kept_where(lambda p, s: p == p.max()), "Only the best token"),
    ("09.4", kept_where(lambda p, s: p > 0), "Nothing is cut off"),
    ("09.4", kept_where(lambda p, s: np.argsort(np.argsort(-p)) < np.ceil(s * len(p))), ""),
    ("09.4", kept_where(lambda p, s: np.cumsum(p) <= s), "in the order of the vocabulary"),
    ("09.4", kept_where(lambda p, s: np.argsort(np.argsort(-p)) < 3), ""),
    ("09.4", lambda *given: softmax(nucleus(*given)), ""),
    ("09.4", lambda *given: softmax(not_shared_out(*given)), "a softmax of probabilities"),
    ("09.4", lambda x, t, s: softmax(np.where(nucleus(x, t, s) > 0, x / t, 0)), "exp(0) is 1"),
    ("09.4", lambda *given: (nucleus(*given) > 0) / (nucleus(*given) > 0).sum(), "All that stay get the same"),
    ("09.4", lambda *given: np.log(nucleus(*given)), "not all numbers"),
    ("09.4", lambda *given: int(nucleus(*given).argmax()), "should have the shape"),
    ("09.4", lambda x, t, s: cut(softmax((x - x.max()) / t) * (x > -50), s) if x.max() < 500 else x * np.nan, "1,000"),
    ("09.4", lambda x, t, s: nucleus(np.clip(x / t, -700, 700), 1, s), ""),
    ("09.4", lambda x, t, s: cut(softmax(x - np.log(t)), s), "has no effect"),
    ("09.4", lambda x, t, s: nucleus(x, t, min(s, 0.57)), ""),
    ("09.4", lambda x, t, s: nucleus(x, max(t, 0.5), s), ""),
    ("09.4", lambda x, t, s: nucleus(x, t**0.5, s), "should"),
    ("09.4", lambda x, t, s: nucleus(x, t, 1 - s), ""),
    ("09.4", lambda x, t, s: cut(np.exp(x / t) / max(np.exp(x / t).sum(), 1e-300), s), ""),
    ("09.4", lambda x, t, s: cut(shifted_softmax(x / t, np.mean), s), "not the mean"),
    ("09.4", kept_for_a_shape(nucleus), "same answer as before"),
    ("09.5", scaled(lambda q, k: 1 / np.sqrt(q.shape[1])), "multiply by"),
    ("09.5", scaled(lambda q, k: np.sqrt(len(q))), "root of another length"),
    ("09.5", scaled(lambda q, k: np.sqrt(k.shape[1])), "root of another length"),
    ("09.5", scaled(lambda q, k: np.sqrt(2)), "The output:"),
    ("09.5", step_by(lambda q, k, v: v[:, -1]), "own value"),
    ("09.5", step_by(lambda q, k, v: v.mean(1)), "same weight"),
    ("09.5", step_by(lambda q, k, v: attended(q, k, k)), "You average the keys"),
    ("09.5", step_by(lambda q, k, v: attended(q, v, k)), "changed places"),
    ("09.5", step_by(lambda q, k, v: attended(q, v, v)), "made with the values"),
    ("09.5", step_by(lambda q, k, v: attended(k[:, -1], k, v)), "in place of the query"),
    ("09.5", step_by(lambda q, k, v: np.einsum("hd,htd,hte->he", q, k, v) / np.sqrt(q.shape[1])), "by the scores"),
    ("09.5", step_by(lambda q, k, v: attended(q, k, v).mean(0)), "are heads averaged"),
    ("09.5", step_by(lambda q, k, v: attended(q, k, v).ravel()), "are heads averaged"),
    ("09.5", step_by(lambda q, k, v: np.einsum("hd,htd->ht", q, k)), "the weights"),
    ("09.5", step_by(lambda q, k, v: attended(q, k, np.roll(v, 1, 1))), "value of another token"),
    ("09.5", step_by(lambda q, k, v: attended(np.float16(q), np.float16(k), np.float16(v))), ""),
    ("09.5", step_by(lambda q, k, v: attended(q[::-1], k, v)), "The output:"),
    ("09.5", step_by(lambda q, k, v: attended(q, k[:, 1:], v[:, 1:])), ""),
    ("09.5", step_by(lambda q, k, v: attended(q, np.clip(k, -700, 700), v)), ""),
    ("09.5", step_with_cache(lambda k, v, c: longer(k, v, c)[0]), ""),
    ("09.5", step_with_cache(lambda k, v, c: (longer(k, v, c)[0], c[1])), "The values of your cache are as many"),
    ("09.5", step_with_cache(lambda k, v, c: longer(v, k, c)), "went to the values"),
    (
        "09.5",
        step_with_cache(lambda k, v, c: tuple(p[:, 1:] for p in longer(k, v, c)) if c[0].size else longer(k, v, c)),
        "as many",
    ),
    ("09.5", step_with_cache(lambda k, v, c: tuple(p.swapaxes(0, 1) for p in longer(k, v, c))), "must have the shape"),
    ("09.5", step_with_cache(lambda k, v, c: tuple(p[::-1] for p in longer(k, v, c))), "The keys of the longer"),
    ("09.5", step_with_cache(lambda k, v, c: (k, v)), "must have the shape"),
    ("09.5", lambda *given: step(*given)[0], "Return two things"),
    ("09.5", lambda *given: step(*given)[::-1], "The two have changed places"),
    ("09.5", scaled(lambda q, k: np.sqrt(k.shape[1] - 1) or 1.0), "root of another length"),
    ("09.5", lambda *given: (step(*given)[0], *step(*given)[1]), "Return two things"),
    ("09.5", lambda q, k, v, c: (step(q, k, v, c)[0], longer(q, v, c)), "the query into the cache"),
    ("09.5", lambda q, k, v, c: step(q, k, v, (np.concatenate(c), c[1])), "stopped with"),
    ("09.5", lambda q, k, v, c: step(q, k, v, c) if c[0].size else (v * 0, longer(k, v, c)), "empty cache"),
    ("09.5", step_by(lambda q, k, v: attended_by(shifted_softmax, q, k, v, np.mean)), "not the mean"),
    ("09.5", step_by(lambda q, k, v: attended_by(shifted_softmax, q, k, v, np.min)), "or the smallest"),
    ("09.5", kept_for_a_shape(step), "same answer as before"),
    ("09.6", looked(lambda i, n: i - n + 2), "second token after"),
    ("09.6", looked(lambda i, n: i - 1), "just before in the row"),
    ("09.6", looked(lambda i, n: i), "looks at itself"),
    ("09.6", looked(lambda i, n: i - n + 1, first=1), ""),
    ("09.6", lambda w, n: induction(w, n) * n / max(n - 1, 1), "divide by n - 1"),
    ("09.6", lambda w, n: with_one_of_the_first_copy(w, n) * (n + 1) / n, "one place too many"),
    ("09.6", lambda w, n: w[:, n:, :n].sum(-1).mean(-1), "whole first copy"),
    ("09.6", lambda w, n: w[:, n:, :n].mean((1, 2)), "whole first copy"),
    ("09.6", lambda w, n: np.median(w[:, np.arange(n, 2 * n), np.arange(1, n + 1)], -1), "the median"),
    ("09.6", lambda w, n: (w[:, n:].argmax(-1) == np.arange(1, n + 1)).mean(-1), "how often"),
    ("09.6", lambda w, n: induction(w, n)[::-1], "opposite order"),
    ("09.6", lambda w, n: induction(w, n).mean(), "one number for all heads"),
    ("09.6", lambda w, n: induction(w[:1], n), "should have the shape"),
    ("09.6", lambda w, n: induction(w, 4), ""),
    ("09.6", lambda w, n: induction(w, n).round(2), ""),
    ("09.6", lambda w, n: w[:, np.arange(2 * n), np.arange(2 * n) - n + 1].mean(-1), "all 2n positions"),
    ("09.6", lambda w, n: induction(w, n) / w[:, n:].max((1, 2)), ""),
    ("09.6", lambda w, n: w[:, 2 * n - 1, n], ""),
    ("09.6", lambda w, n: w[:, n, 1], ""),
    ("09.6", lambda w, n: induction(np.tril(w, -1), n), "one token, read twice"),
    ("09.6", lambda w, n: induction(w - np.eye(2 * n) * w, n), "one token, read twice"),
    ("09.6", lambda w, n: np.exp(np.log(w[:, np.arange(n, 2 * n), np.arange(1, n + 1)]).mean(-1)), ""),
    ("09.6", lambda w, n: w[np.arange(n, 2 * n), :, np.arange(1, n + 1)].mean(-1), "stopped with"),
    ("09.6", lambda w, n: np.trace(w[:, n:, :n], axis1=1, axis2=2) / n, "the same token in the first copy"),
    ("09.6", kept_for_a_shape(induction), "same answer as before"),
]

BATCHES = ["09.2", "09.4", "09.5", "09.6"]


test_a_right_answer_passes = each_passes([*RIGHT.items(), *ALSO_RIGHT])


test_answers_may_come_in_any_form = each_form_passes(RIGHT)


test_a_wrong_answer_gets_the_hint_meant_for_it = each_gets_its_hint(WRONG)


test_more_wrong_answers_are_refused_by_what_is_wrong = each_fails(MORE_WRONG)


test_spoilt_answers_are_refused = each_spoilt_fails(
    RIGHT,
    [(number, name) for number in RIGHT for name in SPOILT if (number, name) != ("09.2", "rounded to tenths")]
    + [(number, name) for number in BATCHES for name in SPOILT_BATCHES],
)


test_a_first_answer_kept_for_ever_is_told_as_such = each_kept_fails(RIGHT)


test_writing_into_what_was_given_is_refused = each_written_fails(
    RIGHT,
    [
        ("09.1", 0),
        ("09.1", 1),
        ("09.2", 0),
        ("09.3", 0),
        ("09.4", 0),
        ("09.5", 0),
        ("09.5", 1),
        ("09.5", 2),
        ("09.6", 0),
    ],
)


test_every_exercise_has_many_wrong_answers = each_has_many(
    RIGHT, ALSO_RIGHT, WRONG, MORE_WRONG, hints=10, wrong=20, styles=6
)


test_a_stub_is_not_attempted_and_a_second_failure_says_more = each_stub_is_told(RIGHT)
