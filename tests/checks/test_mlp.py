"""Each exercise of chapter 02 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest

from .answers import (
    SPOILT,
    each_fails,
    each_form_passes,
    each_gets_its_hint,
    each_kept_fails,
    each_passes,
    each_written_fails,
    kept_for_a_shape,
    must_cover,
    must_fail,
    must_pass,
)


def right_cross_entropy(labels, logits):
    shifted = logits - logits.max(1, keepdims=True)
    return (np.log(np.exp(shifted).sum(1)) - shifted[np.arange(len(labels)), labels]).mean()


def from_probabilities(labels, logits, axis=1):
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=axis, keepdims=True)
    return -np.log(probabilities[np.arange(len(labels)), labels])


def shifted_by_the_whole_table(labels, logits):
    shifted = logits - logits.max()
    return (np.log(np.exp(shifted).sum(1)) - shifted[np.arange(len(labels)), labels]).mean()


def right_backward(inputs, weights, biases, outputs_gradient):
    passed = np.where(inputs @ weights + biases > 0, outputs_gradient, 0)
    return passed @ weights.T, inputs.T @ passed, passed.sum(0)


def backward(slope, bias_gradient=lambda passed: passed.sum(0)):
    def learner(inputs, weights, biases, outputs_gradient):
        passed = outputs_gradient * slope(inputs, weights, biases, outputs_gradient)
        return passed @ weights.T, inputs.T @ passed, bias_gradient(passed)

    return learner


def relu_slope(inputs, weights, biases, outputs_gradient):
    return inputs @ weights + biases > 0


def adam(
    correct=True,
    power=2,
    sign=-1,
    root=lambda square: np.sqrt(square) + 1e-7,
    keep_corrected=False,
    from_step=1,
    fixed_t=None,
):
    def learner(weights, gradient, mean, square, t, learning_rate):
        t = fixed_t or t
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**power
        m, s = (mean / (1 - 0.9**t), square / (1 - 0.999**t)) if correct else (mean, square)
        moved = weights + sign * learning_rate * m / root(np.abs(s))
        return (moved, m, s) if keep_corrected and t >= from_step else (moved, mean, square)

    return learner


def adam_that_forgets(weights, gradient, mean, square, t, learning_rate):
    moved = adam()(weights, gradient, mean, square, t, learning_rate)[0]
    return moved, 0.1 * gradient, 0.001 * gradient**2


def keras_adam(weights, gradient, mean, square, t, learning_rate):
    mean = 0.9 * mean + 0.1 * gradient
    square = 0.999 * square + 0.001 * gradient**2
    rate = learning_rate * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return weights - rate * mean / (np.sqrt(square) + 1e-7), mean, square


def dropping(scale, kept=lambda draw, rate: draw >= rate, always=False, shape=lambda values: values.shape):
    def learner(values, rate, training, random):
        if not training and not always:
            return values
        return np.where(kept(random.random(shape(values)), rate), values * scale(rate), 0.0)

    return learner


RIGHT = {
    "02.1": right_cross_entropy,
    "02.2": right_backward,
    "02.3": adam(),
    "02.4": dropping(lambda rate: 1 / (1 - rate)),
    "02.5": lambda losses, mask: np.exp(losses[mask].mean()),
}

ALSO_RIGHT = {
    "Adam as Keras writes it": ("02.3", keras_adam),
    "perplexity with where": ("02.5", lambda losses, mask: np.exp(np.where(mask, losses, 0).sum() / mask.sum())),
    "gradients in a list": ("02.2", lambda *arguments: list(right_backward(*arguments))),
}

WRONG = {
    "softmax over the batch": (
        "02.1",
        lambda labels, logits: from_probabilities(labels, logits, axis=0).mean(),
        "over the batch",
        "沿批的方向",
    ),
    "one loss per example": ("02.1", from_probabilities, "take their mean", "取平均"),
    "the sum": ("02.1", lambda labels, logits: from_probabilities(labels, logits).sum(), "sum over the batch", "求和"),
    "the mean over all logits": (
        "02.1",
        lambda labels, logits: from_probabilities(labels, logits).sum() / logits.size,
        "number of all logits",
        "全部 logits",
    ),
    "the logarithm without its minus": (
        "02.1",
        lambda labels, logits: -from_probabilities(labels, logits).mean(),
        "sign is wrong",
        "符号反了",
    ),
    "overflow": ("02.1", lambda labels, logits: from_probabilities(labels, logits).mean(), "overflows", "溢出"),
    "one maximum for the whole table": ("02.1", shifted_by_the_whole_table, "each row", "每一行"),
    "no slope of the ReLU": ("02.2", backward(lambda *given: 1.0), "through everywhere", "处处通过"),
    "the sign of the gradient decides": (
        "02.2",
        backward(lambda inputs, weights, biases, gradient: gradient > 0),
        "positive *gradients*",
        "为正的**梯度**",
    ),
    "biases forgotten in the sums": (
        "02.2",
        backward(lambda inputs, weights, biases, gradient: inputs @ weights > 0),
        "left the biases out",
        "漏掉了偏置",
    ),
    "a mean for the biases": ("02.2", backward(relu_slope, lambda passed: passed.mean(0)), "so add", "应求和"),
    "a bias for every example": ("02.2", backward(relu_slope, lambda passed: passed), "add over axis 0", "沿轴 0 求和"),
    "two gradients only": ("02.2", lambda *given: right_backward(*given)[:2], "three gradients", "三个梯度"),
    "a matrix on its side": (
        "02.2",
        lambda *given: (right_backward(*given)[0], right_backward(*given)[1].T, right_backward(*given)[2]),
        "shape of what it belongs to",
        "形状与它所属的量相同",
    ),
    "forgets what was there": ("02.3", adam_that_forgets, "keep nine tenths", "要保留原有的部分"),
    "keeps the corrected means later": (
        "02.3",
        adam(keep_corrected=True, from_step=2),
        "keep nine tenths",
        "要保留原有的部分",
    ),
    "no correction": ("02.3", adam(correct=False), "correction by", "漏掉了"),
    "epsilon inside the root": ("02.3", adam(root=lambda s: np.sqrt(s + 1e-7)), "outside the root", "根号外面"),
    "gradient for its square": ("02.3", adam(power=1), "*squared* gradients", "**平方**"),
    "uphill": ("02.3", adam(sign=1), "uphill", "往上走"),
    "the corrected means are kept": ("02.3", adam(keep_corrected=True), "without the correction", "不写回状态"),
    "the correction of the first step for ever": ("02.3", adam(fixed_t=1), "use t", "用到 t"),
    "not scaled": ("02.4", dropping(lambda rate: 1.0), "Divide the values that stay", "除以 1 - rate"),
    "divided by the rate": ("02.4", dropping(lambda rate: 1 / rate), "You divide by rate", "除以了 rate"),
    "scaled the old way": ("02.4", dropping(lambda rate: 1 - rate), "first version", "最初的版本"),
    "rate is what stays": (
        "02.4",
        dropping(lambda rate: 1 / (1 - rate), kept=lambda draw, rate: draw < rate),
        "keep 25%",
        "留下了 25%",
    ),
    "drops in use as well": (
        "02.4",
        dropping(lambda rate: 1 / (1 - rate), always=True),
        "training=False",
        "training=False",
    ),
    "one draw for a row": (
        "02.4",
        dropping(lambda rate: 1 / (1 - rate), shape=lambda values: (len(values), 1)),
        "rows or columns",
        "整行或整列",
    ),
    "the values ignored": (
        "02.4",
        lambda values, rate, training, random: (
            np.where(random.random(values.shape) >= rate, 1 / (1 - rate), 0) if training else values
        ),
        "must be the values",
        "values 本身",
    ),
    "a generator of its own": (
        "02.4",
        lambda values, rate, training, random: dropping(lambda rate: 1 / (1 - rate))(
            values, rate, training, np.random.default_rng(0)
        ),
        "draw from `random`",
        "从 `random` 里抽",
    ),
    "no chance at all": (
        "02.4",
        lambda values, rate, training, random: (
            np.where(np.add.outer(*map(np.arange, values.shape)) % 4 > 0, values / (1 - rate), 0)
            if training
            else values
        ),
        "draw from `random`",
        "从 `random` 里抽",
    ),
    "a rate written in": (
        "02.4",
        lambda values, rate, training, random: (
            np.where(random.random(values.shape) >= 0.25, values / (1 - rate), 0) if training else values
        ),
        "written in",
        "写死",
    ),
    "a factor written in": (
        "02.4",
        lambda values, rate, training, random: (
            np.where(random.random(values.shape) >= rate, values * 4 / 3, 0) if training else values
        ),
        "must be the values",
        "values 本身",
    ),
    "padding in the sum": (
        "02.5",
        lambda losses, mask: np.exp(np.nansum(losses) / mask.sum()),
        "in your sum",
        "进了你的总和",
    ),
    "padding in the number": (
        "02.5",
        lambda losses, mask: np.exp(losses.sum() / losses.size),
        "padding included",
        "填充也算在内",
    ),
    "a mean of exponentials": ("02.5", lambda losses, mask: np.exp(losses)[mask].mean(), "mean of exp", "指数的平均"),
    "sentences first": (
        "02.5",
        lambda losses, mask: np.exp(np.mean([row[keep].mean() for row, keep in zip(losses, mask, strict=True)])),
        "sentences first",
        "先对每句取平均",
    ),
    "no exponential": ("02.5", lambda losses, mask: losses[mask].mean(), "its exponential", "它的指数"),
    "the exponential of the total": ("02.5", lambda losses, mask: np.exp(losses[mask].sum()), "the total", "对总和"),
    "times the mask": (
        "02.5",
        lambda losses, mask: np.exp((losses * mask).sum() / mask.sum()),
        "NaN is NaN",
        "还是 NaN",
    ),
    "one for each sentence": (
        "02.5",
        lambda losses, mask: np.exp((losses * mask).sum(1) / mask.sum(1)),
        "one number for the whole batch",
        "整批只返回一个数",
    ),
    "draws from a copy of the generator": (
        "02.4",
        lambda v, rate, training, r: right_dropout(v, rate, training, copy.deepcopy(r)),
        "same values both times",
        "丢掉的值竟完全一样",
    ),
    "takes a loss of zero for padding": (
        "02.5",
        lambda losses, mask: np.exp(losses[mask & (losses != 0)].mean()),
        "has a loss of 0",
        "损失为 0",
    ),
    "divides the tokens' sum by all positions": (
        "02.5",
        lambda losses, mask: np.exp(losses[mask].sum() / losses.size),
        "that of the tokens alone",
        "总和只含真正的词元",
    ),
}


def cross_entropy_in_a_loop(labels, logits):
    total = 0.0
    for label, row in zip(labels, logits, strict=True):
        largest = max(row)
        total += largest + math.log(sum(math.exp(each - largest) for each in row)) - row[label]
    return float(total / len(labels))


def backward_in_a_loop(inputs, weights, biases, outputs_gradient):
    (batch, n), m = inputs.shape, weights.shape[1]
    for_inputs, for_weights, for_biases = np.zeros((batch, n)), np.zeros((n, m)), np.zeros(m)
    for b in range(batch):
        for j in range(m):
            if sum(inputs[b, i] * weights[i, j] for i in range(n)) + biases[j] <= 0:
                continue
            for_biases[j] += outputs_gradient[b, j]
            for i in range(n):
                for_inputs[b, i] += outputs_gradient[b, j] * weights[i, j]
                for_weights[i, j] += outputs_gradient[b, j] * inputs[b, i]
    return for_inputs.tolist(), for_weights.tolist(), for_biases.tolist()


def dropping_in_place_of_a_copy(values, rate, training, random):
    if training:
        values = values.copy()
        values[random.random(values.shape) < rate] = 0
        values /= 1 - rate
    return values


def right_dropout(values, rate, training, random):
    return RIGHT["02.4"](values, rate, training, random)


def perplexity_in_a_loop(losses, mask):
    kept = [losses[i][j] for i in range(len(losses)) for j in range(len(losses[i])) if mask[i][j]]
    return math.exp(sum(kept) / len(kept))


MORE_RIGHT = [
    ("02.1", cross_entropy_in_a_loop),
    (
        "02.1",
        lambda y, z: (
            -np.log(np.clip(softmax(z), 1e-12, 1))[np.arange(len(y)), y].mean()
            if abs(z).max() < 50
            else right_cross_entropy(y, z)
        ),
    ),
    ("02.1", lambda y, z: np.mean(np.logaddexp.reduce(z, axis=1) - np.take_along_axis(z, y[:, None], 1)[:, 0])),
    ("02.1", lambda y, z: (np.logaddexp.reduce(z, axis=1) - (np.eye(z.shape[1])[y] * z).sum(1)).mean()),
    ("02.1", lambda y, z: np.float32(right_cross_entropy(y, z.astype(np.float32)))),
    ("02.1", lambda y, z: np.array(right_cross_entropy(y, z))),
    ("02.2", backward_in_a_loop),
    ("02.2", lambda x, w, b, g: np.array([None, *right_backward(x, w, b, g)], object)[1:]),
    ("02.2", lambda x, w, b, g: right_backward(*(each.astype(np.float32) for each in (x, w, b, g)))),
    (
        "02.2",
        lambda x, w, b, g: (
            (g * (x @ w + b > 0)) @ w.T,
            np.einsum("bn,bm->nm", x, g * (x @ w + b > 0)),
            np.einsum("bm->m", g * (x @ w + b > 0)),
        ),
    ),
    ("02.3", lambda *given: np.stack(adam()(*given))),
    ("02.3", lambda *given: np.float32(adam()(*given))),
    ("02.3", lambda *given: [part.tolist() for part in adam()(*given)]),
    ("02.3", lambda w, g, m, s, t, rate: adam()(*(np.float32(each) for each in (w, g, m, s)), t, rate)),
    ("02.3", lambda w, g, m, s, t, rate: keras_adam(*(np.float32(each) for each in (w, g, m, s)), t, rate)),
    ("02.4", dropping_in_place_of_a_copy),
    ("02.4", lambda v, rate, training, r: v * (r.random(v.shape) >= rate) / (1 - rate) if training else v),
    ("02.4", lambda v, rate, training, r: v * (r.random(v.shape) < 1 - rate) / (1 - rate) if training else v.copy()),
    ("02.4", lambda v, rate, training, r: np.float32(right_dropout(v, rate, training, r))),
    ("02.4", lambda v, rate, training, r: right_dropout(v, rate, training, r).tolist()),
    ("02.4", lambda v, rate, training, r: v * r.binomial(1, 1 - rate, v.shape) / (1 - rate) if training else v),
    ("02.5", perplexity_in_a_loop),
    ("02.5", lambda losses, mask: np.exp(np.mean(losses, where=mask))),
    ("02.5", lambda losses, mask: np.float32(np.exp(losses.astype(np.float32)[mask].mean()))),
    ("02.5", lambda losses, mask: np.exp(np.nansum(np.where(mask, losses, np.nan)) / np.count_nonzero(mask))),
    ("02.5", lambda losses, mask: np.prod(np.exp(losses[mask])) ** (1 / mask.sum())),
]


def softmax(z, axis=1):
    return np.exp(z - z.max(axis, keepdims=True)) / np.exp(z - z.max(axis, keepdims=True)).sum(axis, keepdims=True)


def picked(y, z):
    return softmax(z)[np.arange(len(y)), y]


def adam_from(change):
    """Adam with another way from the new state to the step."""

    def learner(weights, gradient, mean, square, t, learning_rate):
        old = mean, square
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        return weights - learning_rate * change(mean, square, t, gradient, old), mean, square

    return learner


def adam_in_place(weights, gradient, mean, square, t, learning_rate):
    mean *= 0.9
    mean += 0.1 * gradient
    square *= 0.999
    square += 0.001 * gradient**2
    return weights - learning_rate * (mean / (1 - 0.9**t)) / (np.sqrt(square / (1 - 0.999**t)) + 1e-7), mean, square


def drawn(draw, always=False):
    """Dropout whose zeros come from elsewhere: `draw(values, rate, random)` says which."""

    def learner(values, rate, training, random):
        if not training and not always:
            return values
        return np.where(draw(values, rate, random), 0, values) / (1 - rate)

    return learner


def exactly(values, rate, random):
    chosen = np.zeros(values.size, bool)
    chosen[random.permutation(values.size)[: int(rate * values.size)]] = True
    return chosen.reshape(values.shape)


def by_own_share(values, rate, training, random):
    if not training:
        return values
    keep = random.random(values.shape) >= rate
    return values * keep / max(keep.mean(), 1e-3)


MORE_WRONG = [
    ("02.2", kept_for_a_shape(RIGHT["02.2"]), "same answer as before"),
    ("02.1", lambda y, z: -np.log(picked(y, z) + 1e-12).mean(), "overflows"),
    ("02.1", lambda y, z: -np.log2(picked(y, z)).mean(), "base 2"),
    ("02.1", lambda y, z: -np.log10(picked(y, z)).mean(), "base 10"),
    ("02.1", lambda y, z: -np.log(picked(y, z).mean()), "average the probabilities"),
    ("02.1", lambda y, z: picked(y, z).mean(), "logarithm is missing"),
    ("02.1", lambda y, z: 1 - picked(y, z).mean(), "one minus"),
    ("02.1", lambda y, z: -z[np.arange(len(y)), y].mean(), "softmax is missing"),
    ("02.1", lambda y, z: right_cross_entropy(z.argmax(1), z), "largest logit"),
    ("02.1", lambda y, z: right_cross_entropy(y[:1], z[:1]), "first example alone"),
    ("02.1", lambda y, z: right_cross_entropy(y, z) * len(y) / z.shape[1], "number of classes"),
    ("02.1", lambda y, z: -np.log(softmax(z)).sum(1).mean(), "all classes"),
    ("02.1", lambda y, z: right_cross_entropy(y - 1, z), ""),
    ("02.1", lambda y, z: np.median(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(y)), y]), ""),
    ("02.1", lambda y, z: (1 - np.eye(z.shape[1])[y] - softmax(z)).std(), ""),
    ("02.1", lambda y, z: np.mean((np.eye(z.shape[1])[y] - softmax(z)) ** 2), ""),
    ("02.1", lambda y, z: right_cross_entropy(y, np.clip(z, -30, 30)), "overflows"),
    ("02.1", lambda y, z: [right_cross_entropy(y, z)], "one number"),
    ("02.1", lambda y, z: right_cross_entropy(y[:4], z[:4]), ""),
    ("02.1", lambda y, z: -np.log(np.maximum(picked(y, z), 1e-300)).mean(), ""),
    ("02.2", backward(lambda x, w, b, g: np.maximum(x @ w + b, 0)), "multiply by the outputs"),
    ("02.2", backward(lambda x, w, b, g: x @ w + b), "multiply by the sums"),
    ("02.2", backward(lambda x, w, b, g: x @ w + b < 0), "other way round"),
    ("02.2", backward(lambda x, w, b, g: np.sign(x @ w + b)), ""),
    ("02.2", backward(lambda x, w, b, g: np.where(x @ w + b > 0, 1, 0.1)), ""),
    ("02.2", backward(lambda x, w, b, g: (x @ w + b > 0).any(0)), ""),
    ("02.2", backward(lambda x, w, b, g: (x @ w + b).mean(0) > 0), ""),
    ("02.2", backward(relu_slope, lambda passed: passed.sum(1)), "shape of what it belongs to"),
    ("02.2", backward(relu_slope, lambda passed: passed.sum()), "shape of what it belongs to"),
    ("02.2", backward(relu_slope, lambda passed: passed.sum(0, keepdims=True)), "shape of what it belongs to"),
    ("02.2", lambda x, w, b, g: tuple(-part for part in right_backward(x, w, b, g)), "sign is turned"),
    ("02.2", lambda x, w, b, g: tuple(part / len(x) for part in right_backward(x, w, b, g)), "so add"),
    ("02.2", lambda x, w, b, g: right_backward(x, w, b, g)[1:] + right_backward(x, w, b, g)[:1], "The order is"),
    (
        "02.2",
        lambda x, w, b, g: (
            right_backward(x, w, b, g)[0],
            x.T @ (g * (x @ w + b > 0)) / len(x),
            right_backward(x, w, b, g)[2],
        ),
        "so add",
    ),
    ("02.2", lambda x, w, b, g: (g @ w.T, *right_backward(x, w, b, g)[1:]), "The gradient for inputs"),
    ("02.2", lambda x, w, b, g: (*right_backward(x, w, b, g)[:2], g.sum(0)), "through everywhere"),
    ("02.2", lambda x, w, b, g: dict(zip("xwb", right_backward(x, w, b, g), strict=True)), "three gradients"),
    ("02.2", lambda x, w, b, g: right_backward(x[:4], w, b, g[:4]), ""),
    (
        "02.2",
        lambda x, w, b, g: (*right_backward(x, w, b, g)[:2], np.squeeze(right_backward(x, w, b, g)[2])),
        "squeeze",
    ),
    (
        "02.2",
        lambda x, w, b, g: (np.squeeze(right_backward(x, w, b, g)[0]), *right_backward(x, w, b, g)[1:]),
        "squeeze",
    ),
    ("02.3", adam_from(lambda m, s, t, g, old: m / (1 - 0.9**t) / (np.sqrt(s) + 1e-7)), "not the square"),
    ("02.3", adam_from(lambda m, s, t, g, old: m / (np.sqrt(s / (1 - 0.999**t)) + 1e-7)), "not the mean"),
    ("02.3", adam_from(lambda m, s, t, g, old: m / (1 - 0.9**t) / (s / (1 - 0.999**t) + 1e-7)), "divide by its root"),
    ("02.3", adam_from(lambda m, s, t, g, old: g), "gradient descent"),
    ("02.3", adam_from(lambda m, s, t, g, old: np.sign(g)), "At step 10"),
    ("02.3", adam_from(lambda m, s, t, g, old: g / (np.sqrt(s / (1 - 0.999**t)) + 1e-7)), "At step 10"),
    ("02.3", adam_from(lambda m, s, t, g, old: 0 * g), "not moved"),
    ("02.3", adam_from(lambda m, s, t, g, old: m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-3)), ""),
    ("02.3", adam_from(lambda m, s, t, g, old: m / (1 - 0.9 ** (t + 1)) / np.sqrt(s / (1 - 0.999 ** (t + 1)))), ""),
    ("02.3", adam_from(lambda m, s, t, g, old: m / (1 - 0.9**t) / np.sqrt(s / (1 - 0.999**t))), ""),
    ("02.3", adam_in_place, "write into the caller's"),
    ("02.3", lambda *given: adam()(*given)[1:] + adam()(*given)[:1], "another order"),
    ("02.3", lambda *given: adam()(*given)[0], "three arrays"),
    ("02.3", lambda w, *rest: adam()(0 * w, *rest), "step alone"),
    ("02.3", lambda w, g, m, s, t, rate: adam()(w, g, m, s, t, 0.1), ""),
    ("02.3", lambda w, g, m, s, t, rate: adam()(w, g, m, s, t, 0.001), ""),
    (
        "02.3",
        lambda w, g, m, s, t, rate: (adam()(w, g, m, s, t, rate)[0], 0.1 * m + 0.9 * g, 0.999 * s + 0.001 * g**2),
        "changed places",
    ),
    (
        "02.3",
        lambda w, g, m, s, t, rate: (adam()(w, g, m, s, t, rate)[0], 0.9 * m + 0.1 * g, 0.9 * s + 0.1 * g**2),
        "not β₁",
    ),
    (
        "02.3",
        lambda w, g, m, s, t, rate: (
            adam()(w, g, m, s, t, rate)[0],
            0.999 * m + 0.001 * g,
            adam()(w, g, m, s, t, rate)[2],
        ),
        "not β₂",
    ),
    ("02.4", drawn(lambda v, rate, r: np.random.random(v.shape) < rate), "global generator"),
    ("02.4", drawn(lambda v, rate, r: np.random.default_rng().random(v.shape) < rate), "global generator"),
    ("02.4", drawn(lambda v, rate, r: np.random.default_rng(3).random(v.shape) < rate), "Two generators"),
    ("02.4", drawn(lambda v, rate, r: r.random(v.shape[-1:]) < rate), "rows or columns"),
    ("02.4", drawn(lambda v, rate, r: r.random((*v.shape[:-1], 1)) < rate), "rows or columns"),
    ("02.4", drawn(exactly), "exactly as many"),
    ("02.4", drawn(lambda v, rate, r: r.random(v.shape) < rate / 2), "about a quarter"),
    ("02.4", drawn(lambda v, rate, r: r.normal(size=v.shape) < rate), ""),
    ("02.4", drawn(lambda v, rate, r: v > v.max() * (1 - rate)), ""),
    ("02.4", drawn(lambda v, rate, r: r.random(v.shape) < -1), "nothing is zero"),
    ("02.4", drawn(lambda v, rate, r: r.random(v.shape) < 2), ""),
    ("02.4", by_own_share, "happened to stay"),
    ("02.4", lambda v, rate, training, r: right_dropout(v, rate, True, r), "training=False"),
    ("02.4", lambda v, rate, training, r: right_dropout(v, rate, not training, r), "nothing is zero"),
    (
        "02.4",
        lambda v, rate, training, r: right_dropout(v, rate, training, r) if training else v * (1 - rate),
        "training=False",
    ),
    ("02.4", lambda v, rate, training, r: right_dropout(v, rate, training, r)[v != 0], "shape"),
    ("02.4", dropping(lambda rate: 1 / (1 - rate) ** 2), "twice"),
    ("02.4", dropping(lambda rate: rate), "multiply by rate"),
    ("02.4", lambda v, rate, training, r: np.squeeze(right_dropout(v, rate, training, r)), "squeeze"),
    ("02.4", lambda v, rate, training, r: right_dropout(v, rate, training, r).ravel(), "shape"),
    (
        "02.4",
        lambda v, rate, training, r: (v.__setitem__(r.random(v.shape) < rate, 0) or v / (1 - rate)) if training else v,
        "write into the caller's",
    ),
    (
        "02.4",
        lambda v, rate, training, r: dropping(lambda rate: 1 / (1 - rate))(v.reshape(200, 50), rate, training, r),
        "",
    ),
    ("02.5", lambda losses, mask: np.exp(losses[mask].sum() / len(losses)), "number of sentences"),
    ("02.5", lambda losses, mask: np.exp(-losses[mask].mean()), "sign is turned"),
    ("02.5", lambda losses, mask: 2 ** losses[mask].mean(), "power of 2"),
    ("02.5", lambda losses, mask: np.exp(losses[~mask].mean()), "average the padding"),
    ("02.5", lambda losses, mask: np.exp(losses.sum() / mask.sum()), "in your sum"),
    ("02.5", lambda losses, mask: np.exp(losses).mean(), ""),
    ("02.5", lambda losses, mask: np.exp(losses[0][mask[0]].mean()), ""),
    (
        "02.5",
        lambda losses, mask: np.mean([np.exp(r[k].mean()) for r, k in zip(losses, mask, strict=True)]),
        "perplexities of the sentences",
    ),
    ("02.5", lambda losses, mask: np.exp(np.nanmean(losses)), "all positions"),
    ("02.5", lambda losses, mask: np.exp(np.where(mask, losses, 0).mean()), ""),
    ("02.5", lambda losses, mask: np.exp(np.nan_to_num(losses * mask, posinf=0).sum() / (mask.sum() + 1)), ""),
    ("02.5", lambda losses, mask: np.exp(np.median(losses[mask])), ""),
    ("02.5", lambda losses, mask: np.exp(np.stack([losses[mask].mean()])), "one number"),
    (
        "02.5",
        lambda losses, mask: np.exp(np.concatenate([r[: k.sum()] for r, k in zip(losses, mask, strict=True)]).mean()),
        "",
    ),
    ("02.5", lambda losses, mask: np.exp(losses[mask].max()), ""),
    ("02.5", lambda losses, mask: np.exp(losses[mask]), "one number"),
    ("02.5", lambda losses, mask: np.expm1(losses[mask].mean()), ""),
]

ARRAYS = {"02.2": right_backward, "02.3": adam()}
SINGLE = {"02.1": right_cross_entropy, "02.5": RIGHT["02.5"]}


test_other_ways_to_be_right_pass = each_passes(MORE_RIGHT)


test_gradients_and_steps_may_come_in_any_form = each_form_passes(ARRAYS)


test_more_wrong_answers_are_refused_by_what_is_wrong = each_fails(MORE_WRONG)


@pytest.mark.parametrize("name", SPOILT)
@pytest.mark.parametrize("number", ARRAYS | SINGLE)
def test_spoilt_answers_are_refused(number, name):
    change, words = SPOILT[name]
    must_fail(number, change((ARRAYS | SINGLE)[number]), words)


test_a_first_answer_kept_for_ever_is_refused = each_kept_fails(RIGHT)


WRITTEN = [("02.1", 0), ("02.1", 1), *(("02.2", place) for place in range(4)), *(("02.3", place) for place in range(4))]


test_writing_into_what_was_given_is_refused = each_written_fails(
    RIGHT, [*WRITTEN, ("02.4", 0), ("02.5", 0), ("02.5", 1)]
)


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number):
    must_pass(number, RIGHT[number])


@pytest.mark.parametrize("name", ALSO_RIGHT)
def test_another_way_to_be_right_passes(name):
    must_pass(*ALSO_RIGHT[name])


test_a_wrong_answer_gets_the_hint_meant_for_it = each_gets_its_hint(WRONG)


def test_every_exercise_has_at_least_four_wrong_answers():
    must_cover(RIGHT, WRONG, at_least=4)
