"""Each exercise of chapter 02 accepts a right answer and catches typical wrong ones with the hint meant for them."""

from __future__ import annotations

import numpy as np
import pytest

from .answers import must_cover, must_get_its_hint, must_pass


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
    "not scaled": ("02.4", dropping(lambda rate: 1.0), "Divide the values that stay", "除以 1 − rate"),
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
}


@pytest.mark.parametrize("number", RIGHT)
def test_a_right_answer_passes(number):
    must_pass(number, RIGHT[number])


@pytest.mark.parametrize("name", ALSO_RIGHT)
def test_another_way_to_be_right_passes(name):
    must_pass(*ALSO_RIGHT[name])


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_answer_gets_the_hint_meant_for_it(mistake):
    must_get_its_hint(WRONG[mistake])


def test_every_exercise_has_at_least_four_wrong_answers():
    must_cover(RIGHT, WRONG, at_least=4)
