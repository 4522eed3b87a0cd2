"""Each exercise of chapter 10 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import math

import keras
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

# 10.1


def hidden(token_ids, positions, draws, others, mask_id):
    text, labels = np.array(token_ids), np.zeros(len(token_ids), int)
    for position, draw, other in zip(positions, draws, others, strict=True):
        labels[position] = token_ids[position]
        if draw < 0.8:
            text[position] = mask_id
        elif draw < 0.9:
            text[position] = other
    return text, labels


def hidden_by_where(token_ids, positions, draws, others, mask_id):
    old = token_ids[positions]
    text, labels = token_ids.copy(), np.zeros_like(token_ids)
    text[positions] = np.where(draws < 0.8, mask_id, np.where(draws < 0.9, others, old))
    labels[positions] = old
    return text, labels


def hidden_by_three_masks(token_ids, positions, draws, others, mask_id):
    text, labels = np.copy(token_ids), 0 * token_ids
    labels[positions] = text[positions]
    text[positions[draws < 0.8]] = mask_id
    swapped = np.logical_and(draws >= 0.8, draws < 0.9)
    text[positions[swapped]] = others[swapped]
    return [text, labels]


def hidden_in_lists(token_ids, positions, draws, others, mask_id):
    chosen = {int(p): (float(d), int(o)) for p, d, o in zip(positions, draws, others, strict=True)}
    text, labels = [], []
    for place, token in enumerate(token_ids.tolist()):
        draw, other = chosen.get(place, (1.0, 0))
        text.append(mask_id if draw < 0.8 else other if draw < 0.9 else token)
        labels.append(token if place in chosen else 0)
    return text, labels


def hidden_by_keras(token_ids, positions, draws, others, mask_id):
    ids, where = ops.convert_to_tensor(token_ids, "int32"), ops.convert_to_tensor(positions, "int32")[:, None]
    old = ops.take(ids, positions)
    new = ops.where(draws < 0.8, mask_id, ops.where(draws < 0.9, ops.cast(others, "int32"), old))
    labels = ops.scatter(where, old, ids.shape)
    return ops.scatter_update(ids, where, ops.cast(new, "int32")), labels


def hidden_by_digitising(token_ids, positions, draws, others, mask_id):
    choices = np.stack([np.full(len(positions), mask_id), others, token_ids[positions]])
    both = np.stack([token_ids, np.zeros_like(token_ids)])
    both[0, positions] = choices[np.digitize(draws, [0.8, 0.9]), np.arange(len(positions))]
    both[1, positions] = token_ids[positions]
    return both


def hidden_by_select(token_ids, positions, draws, others, mask_id):
    chosen = np.isin(np.arange(len(token_ids)), positions)
    draw, other = np.ones(len(token_ids), np.float32), np.zeros(len(token_ids), np.int32)
    draw[positions], other[positions] = draws, others
    return np.select([draw < 0.8, draw < 0.9], [mask_id, other], token_ids), token_ids * chosen


class Hider:
    def __call__(self, token_ids, positions, draws, others, mask_id):
        self.text, self.labels = list(token_ids), [0] * len(token_ids)
        for number in range(len(positions)):
            self.hide(positions[number], draws[number], others[number], mask_id)
        return np.array(self.text), np.array(self.labels)

    def hide(self, place, draw, other, mask_id):
        self.labels[place] = self.text[place]
        if draw >= 0.9:
            return
        self.text[place] = other if draw >= 0.8 else mask_id


def hidden_by(below, between, above):
    """Of the mask's id, the other and the token itself, what each range of draws gives."""

    def answer(token_ids, positions, draws, others, mask_id):
        text, labels = hidden(token_ids, positions, draws, others, mask_id)
        for position, draw, other in zip(positions, draws, others, strict=True):
            choice = below if draw < 0.8 else between if draw < 0.9 else above
            text[position] = choice(mask_id, other, token_ids[position])
        return text, labels

    return answer


def mask(m, o, t):
    return m


def other(m, o, t):
    return o


def itself(m, o, t):
    return t


def labelled(change):
    """The right text, other labels."""

    def answer(token_ids, positions, draws, others, mask_id):
        text, _ = hidden(token_ids, positions, draws, others, mask_id)
        return text, change(token_ids, positions, draws, others, mask_id, text)

    return answer


def at(positions, what, time, elsewhere=0):
    labels = np.full(time, elsewhere)
    labels[positions] = what
    return labels


def hidden_at(low, high):
    """The three ranges end at other places."""

    def answer(token_ids, positions, draws, others, mask_id):
        old = token_ids[positions]
        new = np.select([low(draws), high(draws)], [mask_id, others], old)
        text = token_ids.copy()
        text[positions] = new
        return text, at(positions, old, len(token_ids))

    return answer


def hidden_from_the_front(token_ids, positions, draws, others, mask_id):
    text, labels = token_ids.copy(), np.zeros_like(token_ids)
    for i in range(len(positions)):
        labels[positions[i]] = token_ids[positions[i]]
        if draws[i] < 0.8:
            text[i] = mask_id
        elif draws[i] < 0.9:
            text[i] = others[i]
    return text, labels


def hidden_wherever_the_token_stands(token_ids, positions, draws, others, mask_id):
    text, labels = hidden(token_ids, positions, draws, others, mask_id)
    for position, draw in zip(positions, draws, strict=True):
        if draw < 0.8:
            text[text == token_ids[position]] = mask_id
    return text, labels


def hidden_by_a_boolean_mask(token_ids, positions, draws, others, mask_id):
    return hidden(token_ids, np.sort(positions), draws, others, mask_id)


def hidden_into_the_text(token_ids, positions, draws, others, mask_id):
    labels = at(positions, token_ids[positions], len(token_ids))
    token_ids[positions[draws < 0.8]] = mask_id
    return token_ids, labels


def labels_of_what_was_changed(token_ids, positions, draws, others, mask_id):
    text, _ = hidden(token_ids, positions, draws, others, mask_id)
    return text, np.where(text != token_ids, token_ids, 0)


def hidden_but_for_the_ends(token_ids, positions, draws, others, mask_id):
    text, labels = hidden(token_ids, positions, draws, others, mask_id)
    text[positions[draws == 0.8]] = token_ids[positions[draws == 0.8]]
    return text, labels


def hidden_in_order(token_ids, positions, draws, others, mask_id):
    order = np.argsort(positions)
    return hidden(token_ids, positions[order], draws[order], others, mask_id)


def in_bytes(dtype):
    return lambda *given: tuple(part.astype(dtype) for part in hidden(*given))


# 10.2


def count(vocabulary, width, layers, hidden, positions=512, segments=2):
    return tables(vocabulary, width, positions, segments) + layers * layer(width, hidden)


def tables(vocabulary, width, positions, segments):
    return (vocabulary + positions + segments) * width + 2 * width


def layer(width, hidden):
    return 4 * width * (width + 1) + 2 * width * hidden + hidden + width + 4 * width


def count_in_loops(vocabulary, width, layers, hidden, positions=512, segments=2):
    total = 0
    for rows in (vocabulary, positions, segments):
        total += rows * width
    total += width + width
    for _ in range(layers):
        for inputs, outputs in [(width, width)] * 4 + [(width, hidden), (hidden, width)]:
            total += inputs * outputs + outputs
        for _ in range(2):
            total += 2 * width
    return total


def count_by_shapes(vocabulary, width, layers, hidden, positions=512, segments=2):
    once = [(vocabulary, width), (positions, width), (segments, width), (width,), (width,)]
    dense = [(width, width), (width,)] * 4 + [(width, hidden), (hidden,), (hidden, width), (width,)]
    return sum(map(math.prod, once + layers * (dense + 4 * [(width,)])))


def count_by_building(vocabulary, width, layers, hidden, positions=512, segments=2):
    if vocabulary * width + layers * width * hidden > 100_000:  # the same, without the memory
        return count(vocabulary, width, layers, hidden, positions, segments)
    arrays = [np.zeros((rows, width)) for rows in (vocabulary, positions, segments)] + [np.zeros((2, width))]
    for _ in range(layers):
        arrays += [np.zeros((width + 1, width)) for _ in "qkvo"] + [np.zeros((2, width)) for _ in range(2)]
        arrays += [np.zeros((width + 1, hidden)), np.zeros((hidden + 1, width))]
    return sum(array.size for array in arrays)


def count_by_keras(vocabulary, width, layers, hidden, positions=512, segments=2):
    rows = ops.sum(ops.convert_to_tensor([vocabulary, positions, segments, 2], "int32"))
    return rows * width + layers * ops.convert_to_tensor(layer(width, hidden), "int32")


def count_layer_by_layer(vocabulary, width, layers, hidden, positions=512, segments=2):
    if layers == 0:
        return sum(rows * width for rows in (vocabulary, positions, segments, 2))
    one = 4 * (width + 1) * width + (width + 1) * hidden + (hidden + 1) * width + 2 * (width + width)
    return count_layer_by_layer(vocabulary, width, layers - 1, hidden, positions, segments) + one


class Counter:
    def __call__(self, vocabulary, width, layers, hidden, positions=512, segments=2):
        self.width = width
        inside = 4 * self.dense(width, width) + self.dense(width, hidden) + self.dense(hidden, width)
        return float((vocabulary + positions + segments) * width + self.norm() + layers * (inside + 2 * self.norm()))

    def norm(self):
        return 2 * self.width

    @staticmethod
    def dense(inputs, outputs):
        return (inputs + 1) * outputs


def counted(outside=lambda V, n, P, S: 0, inside=lambda n, h: 0):
    """So much more outside the layers, and in each of them."""

    def answer(vocabulary, width, layers, hidden, positions=512, segments=2):
        more = outside(vocabulary, width, positions, segments) + layers * inside(width, hidden)
        return count(vocabulary, width, layers, hidden, positions, segments) + more

    return answer


def dense(n):
    return n * n + n


# 10.3


def unit(vectors):
    lengths = np.sqrt((vectors**2).sum(-1, keepdims=True))
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)


def mean_of(vectors, is_token):
    counts = np.maximum(is_token.sum(1, keepdims=True), 1)
    return (vectors * is_token[:, :, None]).sum(1) / counts


def sentences(vectors, is_token):
    return unit(mean_of(vectors, is_token))


def sentences_in_loops(vectors, is_token):
    rows = []
    for text, real in zip(vectors, is_token, strict=True):
        total, seen = [0.0] * len(text[0]), 0
        for vector, one in zip(text, real, strict=True):
            if one:
                seen += 1
                total = [a + b for a, b in zip(total, vector, strict=True)]
        mean = [number / seen for number in total] if seen else total
        length = math.sqrt(sum(number * number for number in mean))
        rows.append([number / length for number in mean] if length else mean)
    return rows


def sentences_one_by_one(vectors, is_token):
    result = np.zeros((len(vectors), vectors.shape[-1]), np.float32)
    for place in range(len(vectors)):
        kept = vectors[place][is_token[place]]
        if len(kept):
            mean = kept.mean(axis=0)
            result[place] = mean / np.linalg.norm(mean)
    return result


def sentences_by_einsum(vectors, is_token):
    sums = np.einsum("btw,bt->bw", vectors, is_token.astype(float))
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)


def sentences_by_weights(vectors, is_token):
    weights = is_token / np.maximum(is_token.sum(axis=-1, keepdims=True), 1)
    means = (weights[:, None] @ vectors)[:, 0]
    return means / np.sqrt(np.sum(means * means, axis=1) + 1e-24)[:, None]


def sentences_by_keras(vectors, is_token):
    vectors, kept = ops.cast(vectors, "float32"), ops.cast(is_token, "float32")[..., None]
    means = ops.sum(vectors * kept, axis=1) / ops.maximum(ops.sum(kept, axis=1), 1.0)
    return ops.normalize(means, axis=-1)


def sentences_by_masked_arrays(vectors, is_token):
    hiding = np.broadcast_to(~is_token[..., None], vectors.shape)
    means = np.ma.array(vectors, mask=hiding).mean(axis=1).filled(0.0)
    lengths = np.linalg.norm(means, axis=1)
    lengths[lengths == 0] = 1
    return means / lengths[:, np.newaxis]


def sentences_without_nan(vectors, is_token):
    sums = np.where(is_token[..., None], vectors, 0).mean(axis=1)  # any factor goes with the length
    return np.nan_to_num(sums / np.linalg.norm(sums, axis=1, keepdims=True))


class Sentences:
    def __call__(self, vectors, is_token):
        return np.stack([self.one(*each) for each in zip(vectors, is_token, strict=True)])

    def one(self, vectors, is_token):
        total = sum((vector for vector, real in zip(vectors, is_token, strict=True) if real), np.zeros(len(vectors[0])))
        return total / (np.sqrt(total @ total) or 1.0)


def sentence_by(change):
    """From the right means something else; zeros where there is no token."""
    return lambda v, k: change(mean_of(v, k)) * k.any(1, keepdims=True)


def last_token(vectors, is_token):
    return vectors[np.arange(len(vectors)), is_token.sum(1) - 1]


def largest_of_each(vectors, is_token):
    kept = np.where(is_token[..., None], vectors, -np.inf).max(1)
    return unit(np.where(np.isfinite(kept), kept, 0))


def from_the_front(vectors, is_token):
    return sentences(vectors, np.arange(is_token.shape[1]) < is_token.sum(1)[:, None])


def careless_of_empty_texts(vectors, is_token):
    means = mean_of(vectors, is_token)
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def squeezed_sentences(vectors, is_token):
    return sentences(vectors, is_token).squeeze()


def from_the_first_to_the_last(vectors, is_token):
    begun = np.cumsum(is_token, axis=1) > 0
    not_over = np.cumsum(is_token[:, ::-1], axis=1)[:, ::-1] > 0
    return sentences(vectors, begun & not_over)


# 10.4


def low_rank(x, W, b, A, B, alpha):
    merged = W + alpha / A.shape[1] * A @ B
    return x @ merged + b, merged


def low_rank_in_loops(x, W, b, A, B, alpha):
    n, r, m = len(A), len(B), len(b)
    merged = [[W[i][j] + alpha * sum(A[i][k] * B[k][j] for k in range(r)) / r for j in range(m)] for i in range(n)]
    outputs = [[b[j] + sum(row[i] * merged[i][j] for i in range(n)) for j in range(m)] for row in x]
    return outputs, merged


def low_rank_on_two_roads(x, W, b, A, B, alpha):
    scale = alpha / A.shape[-1]
    return x @ W + b + scale * (x @ A) @ B, W + scale * (A @ B)


def low_rank_by_keras(x, W, b, A, B, alpha):
    x, W, b, A, B = (ops.convert_to_tensor(each, "float32") for each in (x, W, b, A, B))
    change = ops.matmul(A, B) * (alpha / B.shape[0])
    return [ops.matmul(x, W) + ops.matmul(x, change) + b, W + change]


def low_rank_by_einsum(x, W, b, A, B, alpha):
    merged = W + np.einsum("nr,rm->nm", A, B) * alpha / np.shape(A)[1]
    return np.einsum("bn,nm->bm", x, merged) + b[None], merged


def low_rank_in_float32(x, W, b, A, B, alpha):
    return low_rank(*map(np.float32, (x, W, b, A, B)), np.float32(alpha))


def low_rank_by_directions(x, W, b, A, B, alpha):
    merged = W.copy()
    for column, row in zip(A.T, B, strict=True):
        merged += alpha / len(B) * np.outer(column, row)
    return np.dot(x, merged) + b, merged


def low_rank_as_one_product(x, W, b, A, B, alpha):
    joined = np.hstack([x, x @ A, np.ones((len(x), 1))]) @ np.vstack([W, B * alpha / A.shape[1], b])
    return joined, np.hstack([W, A * (alpha / A.shape[1])]) @ np.vstack([np.eye(W.shape[1]), B])


class LowRank:
    def __call__(self, x, W, b, A, B, alpha):
        self.W, self.b, self.change = W, b, A @ B * (alpha / A.shape[1])
        return np.stack([self.outputs(row) for row in x]).tolist(), (self.W + self.change).tolist()

    def outputs(self, row):
        return row @ self.W + row @ self.change + self.b


def with_factor(factor):
    """Another factor, in both answers."""

    def answer(x, W, b, A, B, alpha):
        merged = W + factor(x, A, B, alpha) * (A @ B)
        return x @ merged + b, merged

    return answer


def with_outputs(change):
    return lambda *given: (change(*given), low_rank(*given)[1])


def with_merged(change):
    return lambda *given: (low_rank(*given)[0], change(*given))


def merged_into_the_matrix(x, W, b, A, B, alpha):
    W += alpha / A.shape[1] * A @ B
    return x @ W + b, W


def change_of(A, B, alpha):
    return alpha / A.shape[1] * A @ B


# 10.5


def kept(values, stays):
    ends = np.cumsum([len(each) for each in values])[:-1]
    return [np.where(stay, each, 0.0) for stay, each in zip(np.split(stays, ends), values, strict=True)]


def first(order, budget):
    stays = np.zeros(len(order), bool)
    stays[np.asarray(order, int)[: max(budget, 0)]] = True
    return stays


def best(scores, budget):
    return first(np.argsort(-np.asarray(scores), kind="stable"), budget)


def spent(values, scores, budget):
    return tuple(kept(values, best(np.concatenate(scores), budget)))


def spent_in_loops(values, scores, budget):
    ranked = [(-score, i, j) for i, each in enumerate(scores) for j, score in enumerate(each)]
    result = [[0.0] * len(each) for each in values]
    for _, i, j in sorted(ranked)[:budget]:
        result[i][j] = float(values[i][j])
    return result


def spent_one_by_one(values, scores, budget):
    left = [each.astype(float) for each in scores]
    result = [np.zeros_like(each) for each in values]
    for _ in range(min(budget, sum(map(len, values)))):
        matrix = max(range(len(left)), key=lambda place: left[place].max())
        direction = int(left[matrix].argmax())
        result[matrix][direction] = values[matrix][direction]
        left[matrix][direction] = -1.0  # lower than any score
    return tuple(result)


def spent_by_a_threshold(values, scores, budget):
    ranked = sorted(np.concatenate(scores).tolist(), reverse=True)
    if budget >= len(ranked):
        return [each.copy() for each in values]
    border = ranked[budget - 1] if budget else math.inf
    room = budget - sum(score > border for score in ranked)
    result = []
    for numbers, judged in zip(values, scores, strict=True):
        row = []
        for number, score in zip(numbers, judged, strict=True):
            stays = score > border or (score == border and room > 0)
            room -= score == border and stays
            row.append(number if stays else 0)
        result.append(np.array(row, np.float32))
    return result


def spent_by_lexsort(values, scores, budget):
    together = np.concatenate(scores)
    order = np.lexsort((np.arange(len(together)), -together))
    ranks = np.empty(len(together), int)
    ranks[order] = np.arange(len(together))
    return kept(values, ranks < budget)


def spent_by_counting_the_better(values, scores, budget):
    together = np.concatenate(scores)
    places = np.arange(len(together))
    better = together[None] > together[:, None]
    earlier = (together[None] == together[:, None]) & (places[None] < places[:, None])
    return [part * 1.0 for part in kept(values, (better | earlier).sum(1) < budget)]


def spent_by_keras(values, scores, budget):
    together = ops.concatenate([ops.convert_to_tensor(each, "float32") for each in scores])
    order = ops.convert_to_numpy(ops.argsort(-together))  # stable on every backend
    stays = np.isin(np.arange(len(order)), order[:budget])
    return kept(values, stays)


def spent_by_a_generator(values, scores, budget):
    stays = iter(best(np.concatenate(scores), budget).tolist())
    for numbers in values:
        yield [number * next(stays) for number in numbers]


class Budget:
    def __call__(self, values, scores, budget):
        flat = [(score, -place) for place, score in enumerate(np.hstack(scores))]
        self.stay = {-place for _, place in sorted(flat, reverse=True)[:budget]}
        begins = np.cumsum([0, *map(len, values)])
        return [self.cut(each, begin) for each, begin in zip(values, begins, strict=False)]

    def cut(self, numbers, begin):
        return np.array([number if begin + place in self.stay else 0.0 for place, number in enumerate(numbers)])


def spent_by(which):
    """The directions that stay, from all scores, values and the budget."""
    return lambda v, s, n: kept(v, which(np.concatenate(s), np.concatenate(v), n))


def spent_in_each(share):
    def answer(values, scores, budget):
        return [
            np.where(best(score, share(budget, len(values))), each, 0)
            for each, score in zip(values, scores, strict=True)
        ]

    return answer


def spent_down_from_the_end(values, scores, budget):
    order = np.argsort(np.concatenate(scores), kind="stable")
    stays = np.zeros(len(order), bool)
    stays[order[-budget:]] = True
    return kept(values, stays)


def spent_from_the_end(values, scores, budget):
    """As `spent`, but a budget of 0 keeps everything."""
    together = np.concatenate(scores)
    order = np.argsort(-together, kind="stable")[::-1]
    stays = np.zeros(len(order), bool)
    stays[order[-budget:]] = True
    return kept(values, stays)


def directions_first(values, scores, budget):
    names = [(-s, j, i) for i, each in enumerate(scores) for j, s in enumerate(each)]
    result = [np.zeros(len(each)) for each in values]
    for _, j, i in sorted(names)[:budget]:
        result[i][j] = values[i][j]
    return result


def kept_for_the_lengths(values, scores, budget, *, known={}):  # noqa: B006
    return known.setdefault((*map(len, values), budget), spent(values, scores, budget))


def spent_until_an_error(values, scores, budget):
    border = np.sort(np.concatenate(scores))[::-1][budget - 1] if budget else np.inf
    del border
    return spent(values, scores, budget)


def spent_into_the_values(values, scores, budget):
    for number, stays in zip(values, spent(values, scores, budget), strict=True):
        number[stays == 0] = 0
    return values


def spent_by_share(values, scores, budget):
    """Each matrix judged by its own share of its own sum."""
    return kept(values, best(np.concatenate([s / max(s.sum(), 1) for s in scores]), budget))


def whole_matrices(values, scores, budget):
    order = sorted(range(len(values)), key=lambda place: -scores[place].mean())
    return [each if place == order[0] else each * 0 for place, each in enumerate(values)]


# 10.6


def log_softmax(scores, axis=1):
    shifted = scores - scores.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def softmax(scores, axis=1):
    return np.exp(log_softmax(scores, axis))


def entropy(teacher, student, axis=1):
    return -(softmax(teacher, axis) * log_softmax(student, axis)).sum(1)


def right_of(labels, logits, axis=1):
    return -log_softmax(logits, axis)[np.arange(len(labels)), labels]


def distilled(labels, logits, teacher_logits, temperature, share):
    doubts = temperature**2 * entropy(teacher_logits / temperature, logits / temperature)
    return (share * doubts + (1 - share) * right_of(labels, logits)).mean()


def distilled_in_loops(labels, logits, teacher_logits, temperature, share):
    def logs(row):
        best = max(row)
        total = math.log(sum(math.exp(score - best) for score in row))
        return [score - best - total for score in row]

    sum_of_all = 0.0
    for label, mine, taught in zip(labels, logits.tolist(), teacher_logits.tolist(), strict=True):
        soft = logs([score / temperature for score in mine])
        weights = [math.exp(each) for each in logs([score / temperature for score in taught])]
        doubts = -sum(weight * each for weight, each in zip(weights, soft, strict=True))
        sum_of_all += share * temperature * temperature * doubts - (1 - share) * logs(mine)[label]
    return sum_of_all / len(labels)


def distilled_by_logaddexp(labels, logits, teacher_logits, temperature, share):
    def logs(scores):
        return scores - np.logaddexp.reduce(scores, axis=1)[:, None]

    weights = np.exp(logs(teacher_logits / temperature))
    doubts = -np.einsum("bc,bc->", weights, logs(logits / temperature)) / len(labels)
    one_hot = np.eye(logits.shape[1])[labels]
    return share * temperature**2 * doubts - (1 - share) * (one_hot * logs(logits)).sum() / len(labels)


def distilled_by_keras(labels, logits, teacher_logits, temperature, share):
    logits, teacher_logits = ops.cast(logits, "float32"), ops.cast(teacher_logits, "float32")
    doubts = ops.categorical_crossentropy(
        ops.softmax(teacher_logits / temperature), logits / temperature, from_logits=True
    )
    right = ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    return ops.mean(share * temperature**2 * doubts + (1 - share) * right)


def distilled_by_losses(labels, logits, teacher_logits, temperature, share):
    hard = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)
    soft = keras.losses.CategoricalCrossentropy(from_logits=True)(
        ops.softmax(ops.convert_to_tensor(teacher_logits) / temperature), logits / temperature
    )
    return (1 - share) * float(hard) + share * temperature**2 * float(soft)


def distilled_by_a_mean_of_each(labels, logits, teacher_logits, temperature, share):
    doubts = np.mean(entropy(teacher_logits / temperature, logits / temperature))
    right = np.mean(right_of(labels, logits))
    return np.float32(right + share * (temperature**2 * doubts - right))


def distilled_by_divergence(labels, logits, teacher_logits, temperature, share):
    mine, taught = log_softmax(logits / temperature), log_softmax(teacher_logits / temperature)
    divergence = (np.exp(taught) * (taught - mine)).sum(1)
    doubts = divergence - (np.exp(taught) * taught).sum(1)
    right = np.take_along_axis(-log_softmax(logits), labels[:, None], axis=1)[:, 0]
    return np.average(np.stack([doubts * temperature**2, right]), axis=0, weights=[share, 1 - share]).mean()


def distilled_in_float32(labels, logits, teacher_logits, temperature, share):
    return distilled(labels, np.float32(logits), np.float32(teacher_logits), np.float32(temperature), share)


class Distiller:
    def __call__(self, labels, logits, teacher_logits, temperature, share):
        self.temperature = temperature
        losses = [self.one(*each, share) for each in zip(labels, logits, teacher_logits, strict=True)]
        return sum(losses) / len(losses)

    def one(self, label, mine, taught, share):
        soft = [log_softmax(each[None] / self.temperature)[0] for each in (mine, taught)]
        doubts = -np.exp(soft[1]) @ soft[0]
        return share * self.temperature**2 * doubts - (1 - share) * log_softmax(mine[None])[0, label]


def distilled_with(doubts=None, right=None, factor=lambda t: t**2):
    """Another first part, another second part, another factor of the first."""

    def answer(labels, logits, teacher_logits, temperature, share):
        pair = logits, teacher_logits, temperature
        first = doubts(*pair) if doubts else entropy(teacher_logits / temperature, logits / temperature)
        second = right(labels, *pair) if right else right_of(labels, logits)
        return np.mean(share * factor(temperature) * first) + np.mean((1 - share) * second)

    return answer


def kept_for_a_share():
    known = {}

    def answer(labels, logits, teacher_logits, temperature, share):
        key = logits.shape, temperature, share
        return known.setdefault(key, distilled(labels, logits, teacher_logits, temperature, share))

    return answer


def careless_logs(scores):
    powers = np.exp(scores)
    return np.log(powers / powers.sum(1, keepdims=True))


def logs_of_probabilities(scores):
    return np.log(softmax(scores))


def clipped_logs(scores):
    return np.log(np.clip(softmax(scores), 1e-12, 1))


def with_logs(student, teacher=log_softmax, right=log_softmax):
    def answer(labels, logits, teacher_logits, temperature, share):
        doubts = -(np.exp(teacher(teacher_logits / temperature)) * student(logits / temperature)).sum(1)
        hard = -right(logits)[np.arange(len(labels)), labels]
        parts = (share * temperature**2 * doubts if share else 0), ((1 - share) * hard if share < 1 else 0)
        return np.mean(sum(parts))

    return answer


RIGHT = {
    "10.1": hidden,
    "10.2": count,
    "10.3": sentences,
    "10.4": low_rank,
    "10.5": spent,
    "10.6": distilled,
}

WRONG = {
    "all masked": ("10.1", hidden_by(mask, mask, mask), "draws have no effect", "没有起作用"),
    "others masked": ("10.1", hidden_by(mask, mask, itself), "there the token of `others` belongs", "你也换成了掩码"),
    "0.1 for 0.9": (
        "10.1",
        hidden_at(lambda d: d < 0.8, lambda d: d < 0.1),
        "`elif draw < 0.9`",
        "`elif draw < 0.9`",
    ),
    "last ranges exchanged": ("10.1", hidden_by(mask, itself, other), "two ranges are exchanged", "后两段弄反了"),
    "none stays": ("10.1", hidden_by(mask, other, other), "From 0.9 on you put the token", "0.9 以上你也换成了"),
    "a second if": (
        "10.1",
        hidden_at(lambda d: d < 0, lambda d: d < 0.9),
        "write over the first",
        "盖掉了第一个",
    ),
    "0.8 and below": (
        "10.1",
        hidden_at(lambda d: d <= 0.8, lambda d: d < 0.9),
        "exactly 0.8 is not below 0.8",
        "恰好是 0.8",
    ),
    "0.9 and below": (
        "10.1",
        hidden_at(lambda d: d < 0.8, lambda d: d <= 0.9),
        "exactly 0.9 is not below 0.9",
        "恰好是 0.9",
    ),
    "labels of the hidden text": (
        "10.1",
        labelled(lambda t, p, d, o, m, text: at(p, text[p], len(t))),
        "before anything is hidden",
        "在藏词之前",
    ),
    "labels everywhere": ("10.1", labelled(lambda t, *_: t), "Every position has a label", "给每个位置都写了标签"),
    "minus 100": (
        "10.1",
        labelled(lambda t, p, *_: at(p, t[p], len(t), -100)),
        "your labels are -100",
        "你的标签是 -100",
    ),
    "no label for what stays": ("10.1", labels_of_what_was_changed, "that stay have no label", "没有给标签"),
    "labels of masks alone": (
        "10.1",
        labelled(lambda t, p, d, *_: at(p[d < 0.8], t[p[d < 0.8]], len(t))),
        "Only tokens that become the mask",
        "只有换成掩码",
    ),
    "labels of the mask": (
        "10.1",
        labelled(lambda t, p, d, o, m, text: at(p, m, len(t))),
        "Your labels are the mask",
        "你的标签是掩码",
    ),
    "labels first": ("10.1", lambda *given: hidden(*given)[::-1], "changed places", "次序反了"),
    "labels of the chosen alone": (
        "10.1",
        labelled(lambda t, p, *_: t[p]),
        "only those of the",
        "只有选中的",
    ),
    "written into the text": ("10.1", hidden_into_the_text, "write into the caller's", "改写了"),
    "from the front": ("10.1", hidden_from_the_front, "the first tokens of the text", "文本开头的几个词元"),
    "sorted positions": ("10.1", hidden_by_a_boolean_mask, "need not rise", "不一定从小到大"),
    "no segments": (
        "10.2",
        counted(lambda V, n, P, S: -S * n),
        "table of segments is missing",
        "少了片段的表",
    ),
    "no positions": ("10.2", counted(lambda V, n, P, S: -P * n), "table of positions is missing", "少了位置的表"),
    "no norm behind the tables": (
        "10.2",
        counted(lambda V, n, P, S: -2 * n),
        "norm behind the tables is missing",
        "少了表后面的那个归一化层",
    ),
    "512 positions": (
        "10.2",
        counted(lambda V, n, P, S: (512 - P) * n),
        "You count 512 positions",
        "你按 512 个位置算",
    ),
    "a pooler": ("10.2", counted(lambda V, n, P, S: n * n + n), "that is the pooler", "那是池化层"),
    "a head": (
        "10.2",
        counted(lambda V, n, P, S: n * n + n + 2 * n + V),
        "a head that guesses tokens",
        "猜词元的头",
    ),
    "three dense layers": (
        "10.2",
        counted(inside=lambda n, h: -n * n - n),
        "the one behind the heads",
        "各个头之后的那一个",
    ),
    "no biases in the attention": (
        "10.2",
        counted(inside=lambda n, h: -4 * n),
        "which of them did you leave out",
        "你漏了哪一样",
    ),
    "one bias for four": ("10.2", counted(inside=lambda n, h: -3 * n), "4 * n * n + n counts one", "只算了一个"),
    "one norm": ("10.2", counted(inside=lambda n, h: -2 * n), "There are two norms", "归一化层有两个"),
    "one way": (
        "10.2",
        counted(inside=lambda n, h: -n * h - n),
        "one leads from width to hidden, one back",
        "一层再回来",
    ),
    "no bias with hidden": (
        "10.2",
        counted(inside=lambda n, h: -h - n),
        "with `hidden` have no biases",
        "都没有算偏置",
    ),
    "four times the width": (
        "10.2",
        lambda V, n, L, h, P=512, S=2: count(V, n, L, 4 * n, P, S),
        "need not be four times",
        "不一定是宽度的四倍",
    ),
    "layers once": ("10.2", lambda V, n, L, h, P=512, S=2: count(V, n, 1, h, P, S), "One layer or two", "一层还是两层"),
    "tables in every layer": (
        "10.2",
        lambda V, n, L, h, P=512, S=2: count(V, n, 1, h, P, S) * L,
        "tables are counted once for every layer",
        "把表也乘以了层数",
    ),
    "no defaults": (
        "10.2",
        lambda V, n, L, h, P, S: count(V, n, L, h, P, S),
        "Keep the first line",
        "第一行请保持原样",
    ),
    "padding counted": ("10.3", lambda v, k: unit(v.mean(1)), "Padding is counted", "填充也算了进去"),
    "padding counted, not scaled": ("10.3", lambda v, k: v.mean(1), "Padding is counted", "填充也算了进去"),
    "not scaled": ("10.3", mean_of, "it keeps its length", "长度没有变成 1"),
    "sum": ("10.3", lambda v, k: (v * k[..., None]).sum(1), "the sum of the tokens' vectors", "各词元向量之和"),
    "divided by the batch's length": (
        "10.3",
        lambda v, k: (v * k[..., None]).mean(1),
        "length of the batch",
        "这批的时间长度",
    ),
    "padding alone": ("10.3", lambda v, k: sentences(v, ~k), "You average the padding", "你平均的是填充"),
    "tokens scaled": (
        "10.3",
        lambda v, k: mean_of(unit(v), k),
        "scale each token's vector",
        "每个词元的向量都缩放",
    ),
    "squared length": (
        "10.3",
        sentence_by(lambda means: means / np.maximum((means**2).sum(1, keepdims=True), 1e-9)),
        "a length is its root",
        "长度是它的平方根",
    ),
    "absolute values": (
        "10.3",
        sentence_by(lambda means: means / np.maximum(np.abs(means).sum(1, keepdims=True), 1e-9)),
        "sum of the absolute values",
        "绝对值之和",
    ),
    "one length for all": (
        "10.3",
        sentence_by(lambda means: means / max(np.linalg.norm(means), 1e-9)),
        "each text has its own",
        "每段文本有自己的长度",
    ),
    "first token": ("10.3", lambda v, k: unit(v[:, 0]), "first token's vector", "第一个词元的向量"),
    "last token": ("10.3", lambda v, k: unit(last_token(v, k)), "at the last position", "最后一个位置的向量"),
    "largest": ("10.3", largest_of_each, "the largest of each number", "每一维的最大值"),
    "mean over the batch": ("10.3", lambda v, k: unit(v.mean(0)), "average over the batch", "沿批求了平均"),
    "mean over the width": ("10.3", lambda v, k: v.mean(2) * k, "average over the width", "沿宽度求了平均"),
    "from the front of the text": ("10.3", from_the_front, "take as many from the front", "从开头取这么多"),
    "nothing over nothing": ("10.3", careless_of_empty_texts, "a text without any token", "一个词元也没有的文本"),
    "squeezed": ("10.3", squeezed_sentences, "squeeze()", "squeeze()"),
    "alpha alone": ("10.4", with_factor(lambda x, A, B, a: a), "divide it by r before", "还要先除以 r"),
    "no factor": ("10.4", with_factor(lambda x, A, B, a: 1), "alpha / r is missing", "少了倍数 alpha / r"),
    "alpha over n": ("10.4", with_factor(lambda x, A, B, a: a / len(A)), "by another length", "别的长度"),
    "alpha over m": ("10.4", with_factor(lambda x, A, B, a: a / B.shape[1]), "by another length", "别的长度"),
    "root of r": ("10.4", with_factor(lambda x, A, B, a: a / len(B) ** 0.5), "by the root of r", "r 的平方根"),
    "r twice": ("10.4", with_factor(lambda x, A, B, a: a / len(B) ** 2), "by r twice", "除了两次 r"),
    "whole numbers": ("10.4", with_factor(lambda x, A, B, a: a // len(B)), "has lost its decimals", "丢了小数"),
    "upside down": ("10.4", with_factor(lambda x, A, B, a: len(B) / (a or 1)), "is upside down", "上下颠倒"),
    "A and B exchanged": (
        "10.4",
        with_outputs(lambda x, W, b, A, B, a: x @ W + b + a / A.shape[1] * x @ B @ A),
        "A comes before B",
        "A 在 B 前面",
    ),
    "no bias": (
        "10.4",
        with_outputs(lambda x, W, b, A, B, a: x @ (W + change_of(A, B, a))),
        "bias is missing",
        "少了偏置",
    ),
    "bias twice": (
        "10.4",
        with_outputs(lambda *given: low_rank(*given)[0] + given[2]),
        "bias comes twice",
        "加了两次偏置",
    ),
    "no change": ("10.4", with_outputs(lambda x, W, b, *_: x @ W + b), "without the change", "没有改变时"),
    "no layer": (
        "10.4",
        with_outputs(lambda x, W, b, A, B, a: x @ change_of(A, B, a) + b),
        "x W is missing",
        "少了 x W",
    ),
    "merged with the bias": (
        "10.4",
        with_merged(lambda *given: low_rank(*given)[1] + given[2]),
        "add the bias to the merged matrix",
        "把偏置加进了合并后的矩阵",
    ),
    "a row for the bias": (
        "10.4",
        with_merged(lambda *given: np.vstack([low_rank(*given)[1], given[2]])),
        "has a row more",
        "多了一行",
    ),
    "change alone": (
        "10.4",
        with_merged(lambda x, W, b, A, B, a: change_of(A, B, a)),
        "the change alone",
        "只有改变",
    ),
    "merged without the factor": (
        "10.4",
        with_merged(lambda x, W, b, A, B, a: W + A @ B),
        "In the merged matrix: The factor",
        "合并后的矩阵里：少了倍数",
    ),
    "merged into W": ("10.4", merged_into_the_matrix, "write into the caller's", "改写了"),
    "matrix first": ("10.4", lambda *given: low_rank(*given)[::-1], "changed places", "次序反了"),
    "a budget for each": ("10.5", spent_in_each(lambda n, m: n), "in each matrix by itself", "每个矩阵各用了一份"),
    "a share for each": ("10.5", spent_in_each(lambda n, m: n // m), "in each matrix by itself", "每个矩阵各用了一份"),
    "by the values": (
        "10.5",
        spent_by(lambda s, v, n: best(np.abs(v), n)),
        "rank by the singular values",
        "按奇异值的大小",
    ),
    "by products": (
        "10.5",
        spent_by(lambda s, v, n: best(np.abs(v) * s, n)),
        "product of score and singular value",
        "分数与奇异值的乘积",
    ),
    "the lowest": ("10.5", spent_by(lambda s, v, n: best(-s, n)), "with the lowest scores", "分数最低"),
    "the best become zero": ("10.5", spent_by(lambda s, v, n: ~best(s, n)), "set the best to zero", "最好的设成了零"),
    "one more": ("10.5", spent_by(lambda s, v, n: best(s, n + 1)), "One direction too many", "多留了一个方向"),
    "one less": ("10.5", spent_by(lambda s, v, n: best(s, n - 1)), "One direction too few", "少留了一个方向"),
    "the later of equal ones": (
        "10.5",
        spent_by(lambda s, v, n: first(np.argsort(s, kind="stable")[::-1], n)),
        "the later stay",
        "留下的是后面的",
    ),
    "all of equal ones": (
        "10.5",
        spent_by(lambda s, v, n: s >= np.sort(s)[::-1][n - 1] if n else s < -1),
        "All of equal scores stay",
        "分数相同的你全留下了",
    ),
    "none of equal ones": (
        "10.5",
        spent_by(lambda s, v, n: s > (np.sort(s)[::-1][n] if n < len(s) else -1)),
        "None of the equal scores",
        "一个也没有留",
    ),
    "minus zero": ("10.5", spent_from_the_end, "[-0:] is everything", "[-0:] 是全部"),
    "taken out": (
        "10.5",
        lambda v, s, n: [each[each != 0] for each in spent(v, s, n)],
        "do not take any out",
        "不要删掉",
    ),
    "marks": (
        "10.5",
        lambda v, s, n: [(each != 0).astype(int) for each in spent(v, s, n)],
        "You say which directions stay",
        "只标出了哪些方向",
    ),
    "scores": ("10.5", lambda v, s, n: spent(s, s, n), "the scores of what stays", "留下的分数"),
    "one array": ("10.5", lambda v, s, n: np.concatenate(spent(v, s, n)), "Return a list", "应返回一个列表"),
    "more than all": ("10.5", spent_until_an_error, "stops with an error there", "这时却出错了"),
    "written into the values": ("10.5", spent_into_the_values, "write into the caller's", "改写了"),
    "shares exchanged": (
        "10.6",
        lambda y, s, t, T, a: distilled(y, s, t, T, 1 - a),
        "`share` belongs to that one",
        "`share` 是它的份额",
    ),
    "no square": ("10.6", distilled_with(factor=lambda T: 1), "T² is forgotten", "忘了乘 T²"),
    "T for its square": ("10.6", distilled_with(factor=lambda T: T), "multiply by T²", "应当乘 T²"),
    "divided by the square": ("10.6", distilled_with(factor=lambda T: 1 / T**2), "divide by T²", "除以了 T²"),
    "student not softened": (
        "10.6",
        distilled_with(lambda s, t, T: entropy(t / T, s)),
        "student's answer is not softened",
        "学生的回答你没有软化",
    ),
    "teacher not softened": (
        "10.6",
        distilled_with(lambda s, t, T: entropy(t, s / T)),
        "teacher's answer is not softened",
        "教师的回答你没有软化",
    ),
    "nobody softened": ("10.6", distilled_with(lambda s, t, T: entropy(t, s)), "Neither answer", "两边的回答"),
    "right answer softened": (
        "10.6",
        distilled_with(right=lambda y, s, t, T: right_of(y, s / T)),
        "belongs to the teacher's part",
        "温度只用在教师那部分",
    ),
    "roles exchanged": (
        "10.6",
        distilled_with(lambda s, t, T: entropy(s / T, t / T)),
        "Teacher and student have changed places",
        "教师和学生弄反了",
    ),
    "divergence": (
        "10.6",
        distilled_with(lambda s, t, T: entropy(t / T, s / T) - entropy(t / T, t / T)),
        "smaller by the teacher's own entropy",
        "少了教师自己的熵",
    ),
    "sum over the batch": (
        "10.6",
        lambda y, *given: distilled(y, *given) * len(y),
        "add up over the batch",
        "对整批求了和",
    ),
    "mean over the classes": (
        "10.6",
        lambda y, s, *given: distilled(y, s, *given) / s.shape[1],
        "mean over the classes, too",
        "对类别也求了平均",
    ),
    "softmax over the batch": (
        "10.6",
        distilled_with(lambda s, t, T: entropy(t / T, s / T, axis=0)),
        "runs over the batch",
        "沿着批做了",
    ),
    "all labels": (
        "10.6",
        distilled_with(right=lambda y, s, t, T: -log_softmax(s)[:, y]),
        "each one's own",
        "才是各取各的",
    ),
    "overflow": ("10.6", with_logs(careless_logs, careless_logs, careless_logs), "exp(1000) overflows", "会溢出"),
    "clipped": ("10.6", with_logs(clipped_logs, right=clipped_logs), "rounded to 0", "舍入成 0"),
    "each example": (
        "10.6",
        lambda y, s, t, T, a: a * T**2 * entropy(t / T, s / T) + (1 - a) * right_of(y, s),
        "a number for each example",
        "给每个样本各算了一个数",
    ),
    "negative": ("10.6", lambda *given: -distilled(*given), "the other sign", "符号反了"),
}

ALSO_RIGHT = [
    ("10.1", hidden_by_where),
    ("10.1", hidden_by_three_masks),
    ("10.1", hidden_in_lists),
    ("10.1", hidden_by_keras),
    ("10.1", hidden_by_digitising),
    ("10.1", hidden_by_select),
    ("10.1", Hider()),
    ("10.1", lambda *given: np.stack(hidden(*given)).astype(np.float32)),
    ("10.1", lambda *given: [part.astype(np.int32) for part in hidden(*given)]),
    ("10.2", count_in_loops),
    ("10.2", count_by_shapes),
    ("10.2", count_by_building),
    ("10.2", count_by_keras),
    ("10.2", count_layer_by_layer),
    ("10.2", Counter()),
    ("10.2", lambda V, n, L, h, P=512, S=2: n * (V + P + S + 2 + L * (4 * n + 9 + 2 * h)) + L * h),
    ("10.2", lambda V, n, L, h, P=512, S=2: np.float64(count(V, n, L, h, P, S))),
    ("10.2", lambda V, n, L, h, P=512, S=2: np.array([tables(V, n, P, S), *[layer(n, h)] * L]).sum()),
    ("10.3", sentences_in_loops),
    ("10.3", sentences_one_by_one),
    ("10.3", sentences_by_einsum),
    ("10.3", sentences_by_weights),
    ("10.3", sentences_by_keras),
    ("10.3", sentences_by_masked_arrays),
    ("10.3", sentences_without_nan),
    ("10.3", Sentences()),
    ("10.3", lambda v, k: keras.utils.normalize(mean_of(v, k), axis=1)),
    ("10.4", low_rank_in_loops),
    ("10.4", low_rank_on_two_roads),
    ("10.4", low_rank_by_keras),
    ("10.4", low_rank_by_einsum),
    ("10.4", low_rank_in_float32),
    ("10.4", low_rank_by_directions),
    ("10.4", low_rank_as_one_product),
    ("10.4", LowRank()),
    ("10.4", lambda x, W, b, A, B, a: [x @ W + b + x @ (A * (a / A.shape[1])) @ B, W + (a * A) @ B / len(A.T)]),
    ("10.5", spent_in_loops),
    ("10.5", spent_one_by_one),
    ("10.5", spent_by_a_threshold),
    ("10.5", spent_by_lexsort),
    ("10.5", spent_by_counting_the_better),
    ("10.5", spent_by_keras),
    ("10.5", spent_by_a_generator),
    ("10.5", Budget()),
    ("10.5", lambda v, s, n: [np.float32(each).tolist() for each in spent(v, s, n)]),
    ("10.6", distilled_in_loops),
    ("10.6", distilled_by_logaddexp),
    ("10.6", distilled_by_keras),
    ("10.6", distilled_by_losses),
    ("10.6", distilled_by_a_mean_of_each),
    ("10.6", distilled_by_divergence),
    ("10.6", distilled_in_float32),
    ("10.6", Distiller()),
    ("10.6", lambda *given: np.array(distilled(*given))),
]

MORE_WRONG = [
    ("10.1", hidden_by(mask, other, mask), "From 0.9 on you put the mask"),
    ("10.1", hidden_by(other, mask, itself), "Mask and `others` are exchanged"),
    ("10.1", hidden_by(itself, other, mask), "with the high draws"),
    ("10.1", hidden_by(itself, mask, mask), "with the high draws"),
    ("10.1", hidden_by(itself, other, itself), "they become the mask"),
    ("10.1", hidden_by(lambda m, o, t: 0, other, itself), "it is `mask_id`"),
    ("10.1", hidden_by(lambda m, o, t: 103, other, itself), "use the argument `mask_id`"),
    ("10.1", hidden_at(lambda d: d >= 0.2, lambda d: d >= 0.1), "lie elsewhere"),
    ("10.1", lambda t, p, d, o, m: hidden(t, p, d, np.full_like(o, o[0] if len(o) else 0), m), "the same token of"),
    ("10.1", hidden_at(lambda d: d < 0.85, lambda d: d < 0.9), "The text as the model reads it"),
    ("10.1", hidden_at(lambda d: d.round(1) < 0.8, lambda d: d.round(1) < 0.9), ""),
    ("10.1", lambda t, p, d, o, m: (t.copy(), hidden(t, p, d, o, m)[1]), "Nothing is hidden"),
    ("10.1", lambda t, p, d, o, m: hidden(t, p, d[p], o, m), "one entry for each chosen position"),
    ("10.1", lambda t, p, d, o, m: hidden(t, p, d, o[p], m), "one entry for each chosen position"),
    ("10.1", hidden_wherever_the_token_stands, "as the model reads it"),
    ("10.1", lambda t, p, d, o, m: hidden(t, p, d, o[::-1], m), "as the model reads it"),
    ("10.1", lambda t, p, d, o, m: hidden(t, p - 1, d, o, m), ""),
    ("10.1", labelled(lambda t, p, d, o, m, text: text), "the hidden text again"),
    ("10.1", labelled(lambda t, p, *_: at(p, 1, len(t))), "You mark the chosen positions"),
    ("10.1", labelled(lambda t, p, *_: np.where(np.isin(np.arange(len(t)), p), 0, t)), "turn that round"),
    ("10.1", labelled(lambda t, p, *_: at(p, t[p], len(t), -1)), "your labels are -1"),
    ("10.1", labelled(lambda t, p, d, o, m, text: at(p, t[p], len(t), m)), "your labels are 103"),
    ("10.1", labelled(lambda t, p, d, o, *_: at(p, o, len(t))), "Your labels are `others`"),
    ("10.1", labelled(lambda t, p, *_: at(p, p, len(t))), "Your labels are positions"),
    ("10.1", labelled(lambda t, p, *_: np.append(t[p], np.zeros(len(t) - len(p)))), "stand at the beginning"),
    ("10.1", lambda *given: hidden(*given)[0], "Return two arrays"),
    ("10.1", lambda *given: hidden(*given)[1], "Return two arrays"),
    ("10.1", in_bytes(np.uint16), "as the model reads it"),
    ("10.1", in_bytes(np.float16), ""),
    ("10.1", lambda t, p, d, o, m: hidden(t, p, d, o, m) if len(p) else (t * 0, t * 0), "With positions []"),
    ("10.1", lambda t, p, d, o, m: hidden(t, p, d, o, 103), ""),
    ("10.1", labelled(lambda t, p, *_: at(p[:4], t[p[:4]], len(t))), "The labels: At"),
    ("10.1", labelled(lambda t, p, *_: at(p, t[p], len(t))[:, None]), "The labels must have the shape"),
    ("10.1", hidden_at(lambda d: d.round(2) < 0.8, lambda d: d.round(2) < 0.9), "draws [0.805"),
    ("10.1", hidden_but_for_the_ends, "draws [0.8, 0.9, 0.7]"),
    ("10.1", hidden_in_order, ""),
    ("10.1", lambda *given: tuple(np.squeeze(part) for part in hidden(*given)), "squeeze()"),
    ("10.1", kept_for_a_shape(hidden), "same answer as before"),
    ("10.2", counted(lambda V, n, P, S: -n), "two numbers for each of the width"),
    ("10.2", counted(lambda V, n, P, S: -S * n - 2 * n), "table of segments is missing"),
    ("10.2", counted(lambda V, n, P, S: -P * n - 2 * n), "table of positions is missing"),
    ("10.2", counted(lambda V, n, P, S: -(P + S) * n), "that of the tokens alone"),
    ("10.2", counted(lambda V, n, P, S: -(P + S + 2) * n), "that of the tokens alone"),
    ("10.2", counted(lambda V, n, P, S: (2 - S) * n), "You count 2 segments"),
    ("10.2", counted(lambda V, n, P, S: (514 - P - S) * n), "512 positions and 2 segments"),
    ("10.2", counted(lambda V, n, P, S: 2 * n), "two norms outside"),
    ("10.2", counted(lambda V, n, P, S: 3 * n), "a bias for each table"),
    ("10.2", counted(lambda V, n, P, S: 4 * n), "a norm for each table"),
    ("10.2", counted(lambda V, n, P, S: V + P + S), "a bias for each row"),
    ("10.2", counted(lambda V, n, P, S: n * n), "that is the pooler"),
    ("10.2", counted(lambda V, n, P, S: V * n), "a head that guesses"),
    ("10.2", counted(lambda V, n, P, S: V), "a head that guesses"),
    ("10.2", counted(lambda V, n, P, S: -V * n), "Outside the layers"),
    ("10.2", counted(lambda V, n, P, S: -2 * n, lambda n, h: 2 * n), "behind the tables once for every layer"),
    ("10.2", counted(inside=lambda n, h: -3 * dense(n)), "you count one dense layer"),
    ("10.2", counted(inside=lambda n, h: -4 * dense(n)), "the attention is missing"),
    ("10.2", counted(inside=lambda n, h: dense(n)), "you count five"),
    ("10.2", counted(inside=lambda n, h: 4 * dense(n)), "as a decoder has"),
    ("10.2", counted(inside=lambda n, h: -n), "leads back from hidden"),
    ("10.2", counted(inside=lambda n, h: -h), "leads from width to hidden has no bias"),
    ("10.2", counted(inside=lambda n, h: -h - 5 * n), "no dense layer has a bias"),
    ("10.2", counted(inside=lambda n, h: -h - 9 * n), "neither biases nor norms"),
    ("10.2", counted(inside=lambda n, h: h - n), "`hidden` numbers in yours"),
    ("10.2", counted(inside=lambda n, h: n - h), "have the width in yours"),
    ("10.2", counted(inside=lambda n, h: -2 * n * h - h - n), "two dense layers with `hidden` are missing"),
    ("10.2", counted(inside=lambda n, h: 2 * h), "a norm between the two layers"),
    ("10.2", counted(inside=lambda n, h: 2 * n), "three norms"),
    ("10.2", counted(inside=lambda n, h: 4 * n), "four numbers"),
    ("10.2", counted(inside=lambda n, h: 7), "a layer has"),
    ("10.2", lambda V, n, L, h, P=512, S=2: count(V, n, L, 3072, P, S), "you count 3072"),
    ("10.2", lambda V, n, L, h, P=128, S=2: count(V, n, L, h, P, S), "With 30,522, 768, 12, 3,072"),
    ("10.2", lambda V, n, L, h, P=512, S=1: count(V, n, L, h, P, S), "With 30,522, 768, 12, 3,072"),
    ("10.2", lambda V, n, L, h, P=512, S=2: count(V, n, min(L, 2), h, P, S), "there are"),
    ("10.2", lambda V, n, L, h, P=512, S=2: count(V, n // 4 * 4, L, h, P, S), "With 97, 5, 3, 8"),
    ("10.2", lambda V, n, L, h, P=512, S=2: count(V, n, L, h, P, max(S, 2)), "With 50,265"),
    ("10.2", lambda V, n, L, h, P=512, S=2: count(V, n, L, h, P, S) / 1e6, ""),
    ("10.2", lambda V, n, L, h, P=512, S=2: f"{count(V, n, L, h, P, S):,}", "made of numbers"),
    ("10.2", lambda V, n, L, h, P=512, S=2: 4 * count(V, n, L, h, P, S), ""),
    ("10.2", lambda V, n, L, h, P=512, S=2: (tables(V, n, P, S), L * layer(n, h)), "Return one number"),
    ("10.2", lambda V, n, L, h, P=512, S=2: np.float16(count(V, n, L, h, P, S)), ""),
    ("10.3", lambda v, k: v.sum(1) / np.maximum(k.sum(1, keepdims=True), 1), "Padding is counted"),
    ("10.3", lambda v, k: unit(mean_of(unit(v), k)), "scale each token's vector"),
    ("10.3", lambda v, k: (unit(v) * k[..., None]).sum(1), "scale each token's vector"),
    ("10.3", sentence_by(lambda m: m / np.abs(m).max(1, keepdims=True)), "by the largest number"),
    ("10.3", sentence_by(lambda m: m / np.linalg.norm(m, axis=0)), "each text has its own"),
    ("10.3", sentence_by(lambda m: m / m.sum(1, keepdims=True)), "the sum of the numbers"),
    ("10.3", sentence_by(lambda m: m / np.linalg.norm(m, axis=1, keepdims=True) ** 0.5), "a root too many"),
    ("10.3", sentence_by(lambda m: m * np.linalg.norm(m, axis=1, keepdims=True)), "divide by it"),
    ("10.3", sentence_by(lambda m: m / np.sqrt(m.shape[1])), "root of the width"),
    ("10.3", sentence_by(softmax), "You take a softmax"),
    ("10.3", sentence_by(lambda m: unit(m - m.mean(1, keepdims=True))), "the mean of its numbers away"),
    ("10.3", sentence_by(lambda m: (m - m.mean(1, keepdims=True)) / m.std(1, keepdims=True)), "the length 1"),
    ("10.3", lambda v, k: v[:, 0], "first token's vector"),
    ("10.3", lambda v, k: unit(v[:, -1]), "at the last position"),
    ("10.3", lambda v, k: last_token(v, k), "at the last position"),
    ("10.3", lambda v, k: unit(v.max(1)), "the largest of each number"),
    ("10.3", lambda v, k: unit(np.median(v, 1)), "it should be [0.3791"),
    ("10.3", sentence_by(np.log), "NaN or infinite"),
    ("10.3", from_the_first_to_the_last, "Where padding stands"),
    ("10.3", lambda v, k: sentences(v, k)[:, None], "`keepdims`"),
    ("10.3", lambda v, k: sentences(v, k) @ sentences(v, k).T, "the products of all pairs"),
    ("10.3", lambda v, k: unit(v * k[..., None]), "a vector for each token"),
    ("10.3", lambda v, k: unit(mean_of(v, k).mean(0)), "one vector for the whole batch"),
    ("10.3", lambda v, k: unit(mean_of(v, k).sum(0, keepdims=True)), "should have the shape"),
    ("10.3", lambda v, k: sentences(v, k).T, "should have the shape"),
    ("10.3", lambda v, k: np.float16(sentences(v, k)), ""),
    ("10.3", lambda v, k: sentences(v, k) + ~k.any(1, keepdims=True), "gets zeros"),
    ("10.3", lambda v, k: np.where(k.any(1, keepdims=True), sentences(v, k), unit(v.mean(1))), "gets zeros"),
    ("10.3", sentence_by(lambda m: m / (np.linalg.norm(m, axis=1, keepdims=True) + 0.01)), "the length 1"),
    ("10.3", lambda v, k: np.abs(sentences(v, k)), ""),
    ("10.3", lambda v, k: -sentences(v, k), "the opposite way"),
    ("10.3", lambda v, k: sentences(v, k & (np.cumsum(k, 1) > 1)), ""),
    ("10.3", lambda v, k: sentences(v[:, :5], k[:, :5]), ""),
    ("10.3", kept_for_a_shape(sentences), "same answer as before"),
    ("10.4", with_factor(lambda x, A, B, a: a * len(B)), "multiply by r"),
    ("10.4", with_factor(lambda x, A, B, a: 1 / len(B)), "You divide by r"),
    ("10.4", with_factor(lambda x, A, B, a: a / len(x)), "by another length"),
    ("10.4", with_factor(lambda x, A, B, a: (a / len(B)) ** 2), "The factor comes twice"),
    ("10.4", with_factor(lambda x, A, B, a: -a / len(B)), "You take the change away"),
    ("10.4", with_factor(lambda x, A, B, a: 3.5), ""),
    ("10.4", with_factor(lambda x, A, B, a: a / 2), ""),
    ("10.4", with_factor(lambda x, A, B, a: a / min(A.shape[1], 3)), ""),
    ("10.4", with_outputs(lambda x, W, b, A, B, a: x @ change_of(A, B, a)), "x W is missing"),
    ("10.4", with_outputs(lambda x, W, b, A, B, a: a / len(B) * (x @ W + x @ A @ B) + b), "more than the change"),
    ("10.4", with_outputs(lambda x, W, b, A, B, a: a / len(B) * (x @ W + b + x @ A @ B)), "more than the change"),
    ("10.4", with_outputs(lambda x, W, b, A, B, a: x @ W + a / len(B) * (x @ A @ B + b)), "more than the change"),
    ("10.4", with_outputs(lambda x, W, b, A, B, a: x @ (W + b + change_of(A, B, a))), "bias to the matrix"),
    ("10.4", with_outputs(lambda x, W, b, A, B, a: x @ (W + b + change_of(A, B, a)) + b), "once more behind"),
    ("10.4", with_outputs(lambda *given: np.maximum(low_rank(*given)[0], 0)), "no ReLU"),
    ("10.4", with_outputs(lambda *given: low_rank(*given)[0].T), "The outputs must have the shape"),
    ("10.4", with_outputs(lambda *given: low_rank(*given)[0][0]), "The outputs must have the shape"),
    ("10.4", with_outputs(lambda *given: low_rank(*given)[0].squeeze()), "squeeze()"),
    ("10.4", with_merged(lambda *given: low_rank(*given)[1].squeeze()), "squeeze()"),
    ("10.4", with_merged(lambda x, W, *_: W), "W as it was"),
    ("10.4", with_merged(lambda x, W, b, A, B, a: A @ B), "the change alone"),
    ("10.4", with_merged(lambda x, W, b, A, B, a: W + a * A @ B), "In the merged matrix: You multiply by alpha"),
    ("10.4", with_merged(lambda x, W, b, A, B, a: a / len(B) * (W + A @ B)), "multiplies W, too"),
    ("10.4", with_merged(lambda *given: low_rank(*given)[1].T), "turned round"),
    ("10.4", with_merged(lambda x, W, b, A, B, a: W - change_of(A, B, a)), "You take the change away"),
    ("10.4", with_merged(lambda *given: low_rank(*given)[0]), "takes the place of W"),
    ("10.4", with_merged(lambda x, W, b, A, B, a: W + a / len(B) * B @ A), "A comes before B"),
    ("10.4", with_merged(lambda x, W, b, A, B, a: W + a / len(B) * A * B), "stopped with"),
    ("10.4", lambda *given: low_rank(*given)[0], "Return two things"),
    ("10.4", lambda *given: low_rank(*given)[1], "Return two things"),
    ("10.4", lambda *given: (*low_rank(*given), given[2]), "Return two things"),
    ("10.4", lambda *given: tuple(np.float16(each) for each in low_rank(*given)), "The outputs:"),
    ("10.4", with_factor(lambda x, A, B, a: a / min(A.shape)), "The outputs:"),
    ("10.4", with_outputs(lambda *given: low_rank(*given)[0][0 if len(given[0]) == 1 else slice(None)]), "squeeze()"),
    ("10.4", with_merged(lambda *given: low_rank(*given)[1][:, 0 if len(given[2]) == 1 else slice(None)]), "squeeze"),
    ("10.4", with_merged(lambda *given: 2 * low_rank(*given)[1]), "The merged matrix: At"),
    ("10.4", kept_for_a_shape(low_rank), "same answer as before"),
    ("10.4", with_factor(lambda x, A, B, a: (a or 1) / len(B)), "The outputs:"),
    ("10.5", spent_in_each(lambda n, m: -(-n // m)), "in each matrix by itself"),
    ("10.5", spent_by(lambda s, v, n: best(v, n)), "rank by the singular values"),
    ("10.5", spent_by(lambda s, v, n: best(v * s, n)), "product of score and singular value"),
    ("10.5", spent_by(lambda s, v, n: ~best(-s, n)), "the budget says how many stay"),
    ("10.5", spent_by(lambda s, v, n: np.arange(len(s)) < n), "The first directions stay"),
    ("10.5", spent_by(lambda s, v, n: s > n), "compare the scores with the budget"),
    ("10.5", spent_by(lambda s, v, n: s >= 0), "Nothing becomes zero"),
    ("10.5", spent_by(lambda s, v, n: s > s.mean()), ""),
    ("10.5", spent_by(lambda s, v, n: s >= np.quantile(s, max(0, 1 - n / len(s)))), ""),
    ("10.5", spent_down_from_the_end, "the later stay"),
    ("10.5", directions_first, "Of equal scores the earlier direction stays"),
    ("10.5", spent_by(lambda s, v, n: best(s + 1e-9 * np.abs(v), n)), "Of equal scores the earlier"),
    ("10.5", spent_by(lambda s, v, n: first(np.argsort(-s, kind="quicksort"), n)), 'kind="stable"'),
    ("10.5", spent_by_share, "[[2, 4], [0], [0, 1]] should stay"),
    ("10.5", whole_matrices, "[[2, 4], [0], [0, 1]] should stay"),
    ("10.5", spent_by(lambda s, v, n: best(s, n) & (s > 0)), ""),
    ("10.5", spent_by(lambda s, v, n: best(s, n) & (s >= 0)), "Matrix 0:"),
    ("10.5", lambda v, s, n: [e * x for e, x in zip(spent(v, s, n), s, strict=True)], "by their scores"),
    ("10.5", lambda v, s, n: [np.abs(each) for each in spent(v, s, n)], "The signs are gone"),
    ("10.5", lambda v, s, n: [each == 0 for each in spent(v, s, n)], "You say which directions stay"),
    ("10.5", lambda v, s, n: [-np.sort(-each) for each in spent(v, s, n)], "should stay"),
    ("10.5", lambda v, s, n: spent(v, s, n)[::-1], "keeps only"),
    ("10.5", lambda v, s, n: spent(v, s, n)[:-1], "Return a list"),
    ("10.5", lambda v, s, n: (spent(v, s, n), n), "Return a list"),
    ("10.5", lambda v, s, n: np.flatnonzero(best(np.concatenate(s), n)), "Return a list"),
    ("10.5", lambda v, s, n: [each[None] for each in spent(v, s, n)], "must keep its shape"),
    ("10.5", lambda v, s, n: [np.where(each, each, np.nan) for each in spent(v, s, n)], ""),
    ("10.5", lambda v, s, n: [np.where(each, each, 1e-3) for each in spent(v, s, n)], ""),
    ("10.5", lambda v, s, n: [np.float16(each) for each in spent(v, s, n)], "it should be 0.3;"),
    ("10.5", lambda v, s, n: spent(v, s, 4), ""),
    ("10.5", lambda v, s, n: spent(v, s, max(n, 1)), "With a budget of 0"),
    ("10.5", lambda v, s, n: spent(v, [np.round(each) for each in s], n), ""),
    ("10.5", lambda v, s, n: [np.diag(each) for each in spent(v, s, n)], "must keep its shape"),
    ("10.5", lambda v, s, n: spent(v, s, n)[0], "Return a list"),
    ("10.5", lambda v, s, n: spent(v, s, n)[0 if len(v) == 1 else slice(None)], "Return a list"),
    ("10.5", lambda v, s, n: spent(v, s, n if n < sum(map(len, v)) else 2), "lets all of them stay"),
    ("10.5", kept_for_the_lengths, "same answer as before"),
    ("10.6", distilled_with(factor=lambda T: T, doubts=lambda s, t, T: entropy(t, s)), ""),
    ("10.6", distilled_with(lambda s, t, T: entropy(t * T, s * T)), "divide by it"),
    ("10.6", distilled_with(lambda s, t, T: entropy(t / T, s), factor=lambda T: 1), "student's answer is not"),
    ("10.6", distilled_with(lambda s, t, T: entropy(s / T, t / T) - entropy(s / T, s / T)), "have changed places"),
    ("10.6", distilled_with(lambda s, t, T: entropy(t / T, t / T)), "the teacher's own entropy"),
    ("10.6", distilled_with(lambda s, t, T: (s - t) ** 2), "squares of differences"),
    ("10.6", distilled_with(lambda s, t, T: (softmax(s / T) - softmax(t / T)) ** 2), "squares of differences"),
    ("10.6", distilled_with(lambda s, t, T: -(t / T * log_softmax(s / T)).sum(1)), "teacher's scores weigh"),
    ("10.6", distilled_with(lambda s, t, T: right_of(t.argmax(1), s / T)), "only the teacher's first choice"),
    ("10.6", distilled_with(lambda s, t, T: -entropy(t / T, s / T)), "the other sign"),
    ("10.6", distilled_with(lambda s, t, T: entropy(t / T, s / T) / np.log(2)), "in bits"),
    ("10.6", distilled_with(lambda s, t, T: entropy(t / T, s / T).sum()), "add up over the batch"),
    ("10.6", distilled_with(lambda s, t, T: 0 * s), "Nothing is left"),
    ("10.6", distilled_with(right=lambda y, s, t, T: T**2 * right_of(y, s)), "to the teacher's part alone"),
    ("10.6", distilled_with(right=lambda y, s, t, T: T**2 * right_of(y, s / T)), "softened"),
    ("10.6", distilled_with(right=lambda y, s, t, T: right_of(y, t)), "made with the teacher's scores"),
    ("10.6", distilled_with(right=lambda y, s, t, T: -right_of(y, s)), "the other sign"),
    ("10.6", distilled_with(right=lambda y, s, t, T: right_of(y, s) / np.log(2)), "in bits"),
    ("10.6", distilled_with(right=lambda y, s, t, T: -softmax(s)[np.arange(len(y)), y]), "You take probabilities"),
    ("10.6", distilled_with(right=lambda y, s, t, T: -np.log(np.exp(-right_of(y, s)).mean())), "before the logarithm"),
    ("10.6", distilled_with(right=lambda y, s, t, T: -s[np.arange(len(y)), y]), "the scores themselves"),
    ("10.6", distilled_with(right=lambda y, s, t, T: -log_softmax(s)), "the mean over all classes"),
    ("10.6", distilled_with(right=lambda y, s, t, T: right_of(y, s, axis=0)), "runs over the batch"),
    ("10.6", distilled_with(right=lambda y, s, t, T: right_of(t.argmax(1), s)), "given as `labels`"),
    ("10.6", distilled_with(right=lambda y, s, t, T: right_of(y, s).sum()), "add up over the batch"),
    ("10.6", lambda y, s, t, T, a: distilled(y, s, t, T, 0) + a * distilled(y, s, t, T, 1), "1 - share"),
    ("10.6", lambda y, s, t, T, a: distilled(y, s, t, T, 1) + (1 - a) * distilled(y, s, t, T, 0), "still there"),
    ("10.6", lambda y, s, t, T, a: distilled(y, s, t, T, 0) + distilled(y, s, t, T, 1), "still there"),
    ("10.6", lambda y, s, t, T, a: distilled(y, s, t, T, 0.5), "half of each"),
    ("10.6", lambda y, s, t, T, a: distilled(y, s, t, T, round(a)), "With a share of 0.3"),
    ("10.6", lambda y, s, t, T, a: distilled(y, s, t, 2.5, a), ""),
    ("10.6", lambda y, s, t, T, a: distilled(y, t, s, T, a), "made with the teacher's scores"),
    ("10.6", lambda y, s, t, T, a: a * T**2 * softmax(t / T) * -log_softmax(s / T), "for each class"),
    ("10.6", with_logs(log_softmax, careless_logs), "scores of the teacher near 1,000"),
    ("10.6", with_logs(logs_of_probabilities), "scores of the student near 1,000"),
    ("10.6", with_logs(log_softmax, right=logs_of_probabilities), "the right answer and scores"),
    ("10.6", with_logs(lambda s: log_softmax(s - s.max()), lambda s: careless_logs(s - s.max())), "of the teacher"),
    ("10.6", lambda *given: np.float16(distilled(*given)), "right answer is left. The answer should be"),
    ("10.6", lambda y, *given: distilled(y, *given) * len(y) / 4, ""),
    ("10.6", kept_for_a_share(), "The answer should be"),
    ("10.6", lambda *given: [distilled(*given)], "Return one number"),
    ("10.6", kept_for_a_shape(distilled), "same answer as before"),
]


BATCHES = ["10.3", "10.4"]
WHOLE_NUMBERS = {"10.1", "10.2"}


test_a_right_answer_passes = each_passes([*RIGHT.items(), *ALSO_RIGHT])


test_answers_may_come_in_any_form = each_form_passes(RIGHT)


test_a_wrong_answer_gets_the_hint_meant_for_it = each_gets_its_hint(WRONG)


test_more_wrong_answers_are_refused_by_what_is_wrong = each_fails(MORE_WRONG)


test_spoilt_answers_are_refused = each_spoilt_fails(
    RIGHT,
    [
        (number, name)
        for number in RIGHT
        for name in SPOILT
        if not (number in WHOLE_NUMBERS and name == "rounded to tenths")
    ]
    + [(number, name) for number in BATCHES for name in SPOILT_BATCHES],
)


test_a_first_answer_kept_for_ever_is_told_as_such = each_kept_fails(RIGHT)


test_writing_into_what_was_given_is_refused = each_written_fails(
    RIGHT,
    [
        *(("10.1", place) for place in range(4)),
        ("10.3", 0),
        ("10.3", 1),
        *(("10.4", place) for place in range(5)),
        ("10.5", 0),
        ("10.5", 1),
        ("10.6", 0),
        ("10.6", 1),
        ("10.6", 2),
    ],
)


test_every_exercise_has_many_wrong_answers = each_has_many(
    RIGHT, ALSO_RIGHT, WRONG, MORE_WRONG, hints=14, wrong=40, styles=8
)


test_a_stub_is_not_attempted_and_a_second_failure_says_more = each_stub_is_told(RIGHT)
