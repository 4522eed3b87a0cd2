"""The checks of chapter 02."""

from __future__ import annotations

import numpy as np

from course_lib.checks.core import Learner, exercise, require


@exercise("02.1")
def mean_cross_entropy(learner: Learner) -> None:
    """Catches: softmax over the batch, a sum for a mean, a mean over all logits, wrong sign, overflow."""
    labels = np.array([1, 0, 2])
    logits = np.array([[2.0, 1.0, -1.0], [0.5, 0.0, 0.3], [-1.0, 0.2, 3.0]])
    each = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(3), labels]
    expected = each.mean()
    result = np.asarray(learner(labels, logits))
    require(
        result.shape != (3,),
        "You return one loss per example; take their mean.",
        "你返回的是每个样本的损失；还要取平均。",
    )
    require(
        result.shape == (),
        f"Return one number; yours has the shape {result.shape}.",
        f"应返回一个数；你的结果形状是 {result.shape}。",
    )
    over_batch = np.exp(logits) / np.exp(logits).sum(axis=0)
    require(
        not np.isclose(result, -np.log(over_batch[np.arange(3), labels]).mean()),
        "Your softmax adds up over the batch: an example must not depend on its neighbours. The classes are axis 1.",
        "你的 softmax 是沿批的方向归一的：一个样本不该受同伴影响。类别在轴 1。",
    )
    require(
        not np.isclose(result, each.sum()),
        "That is the sum over the batch; divide by the number of examples.",
        "这是对批求和；还要除以样本的个数。",
    )
    require(
        not np.isclose(result, each.sum() / logits.size),
        "You divide by the number of all logits; divide by the number of examples, one loss each.",
        "你除以了全部 logits 的个数；每个样本只有一个损失，应除以样本的个数。",
    )
    require(
        not np.isclose(result, -expected),
        "The sign is wrong: a loss is minus the logarithm of a probability, and never negative.",
        "符号反了：损失是概率对数的相反数，不会是负的。",
    )
    require(
        np.isclose(result, expected),
        f"For logits {logits[0]} with label 1 the loss is {each[0]:.3f}; the mean of three examples is {expected:.3f},"
        f" yours is {result:.3f}.",
        f"logits 为 {logits[0]}、标签为 1 时，损失是 {each[0]:.3f}；三个样本的平均是 {expected:.3f}，"
        f"你得到 {result:.3f}。",
    )
    with np.errstate(all="ignore"):
        large = np.asarray(learner(np.array([0, 1]), np.array([[1000.0, 0.0], [1000.0, 0.0]])))
        low = np.asarray(learner(np.array([0, 0]), np.array([[-1000.0, -1001.0], [-2000.0, -2000.0]])))
    require(
        np.isclose(large, 500.0),
        f"With a logit of 1,000 the mean loss of two examples should be 500; yours is {large}. exp(1000) overflows:"
        " subtract the largest logit first, and take no logarithm of a probability that may be 0.",
        f"logit 为 1,000 时，两个样本的平均损失应为 500；你得到 {large}。exp(1000) 会溢出：先减去最大的 logit，"
        "也不要对可能为 0 的概率取对数。",
    )
    require(
        np.isclose(low, (np.log1p(np.exp(-1)) + np.log(2)) / 2),
        f"With logits of -1,000 and below you get {low}: subtract the largest logit of each row, not of the table.",
        f"logits 低于 −1,000 时，你得到 {low}：要减去每一行各自的最大值，而不是整个表的。",
    )


@exercise("02.2")
def layer_backward(learner: Learner) -> None:
    """Catches: no ReLU slope, a slope taken from the gradient, a mean for a sum, products the wrong way round."""
    random = np.random.default_rng(3)
    inputs, weights, biases = random.normal(size=(4, 3)), random.normal(size=(3, 2)), np.array([1.0, -1.0])
    given = random.normal(size=(4, 2))
    sums = inputs @ weights + biases
    right = given * (sums > 0)
    result = learner(inputs, weights, biases, given)
    require(
        isinstance(result, tuple | list) and len(result) == 3,
        "Return three gradients: for inputs, weights and biases.",
        "应返回三个梯度：对 inputs、weights 和 biases。",
    )
    found = [np.asarray(part) for part in result]
    shapes = [part.shape for part in found]
    require(
        shapes[2] != (4, 2),
        "Your gradient for the biases has one row per example: a bias serves the whole batch, so add over axis 0.",
        "你对偏置的梯度每个样本各有一行：偏置是整批共用的，要沿轴 0 求和。",
    )
    require(
        shapes == [(4, 3), (3, 2), (2,)],
        f"A gradient has the shape of what it belongs to: (4, 3), (3, 2), (2,); yours are {shapes}.",
        f"梯度的形状与它所属的量相同：(4, 3)、(3, 2)、(2,)；你的是 {shapes}。",
    )
    require(
        not np.allclose(found[1], inputs.T @ given),
        "You let the gradient through everywhere; ReLU passes it only where inputs @ weights + biases was positive.",
        "你让梯度处处通过了；ReLU 只在 inputs @ weights + biases 为正的地方放行。",
    )
    own_sign = given * (given > 0)
    require(
        not np.allclose(found[1], inputs.T @ own_sign),
        "You keep the positive *gradients*; what decides is the sign of the sum in the forward pass.",
        "你留下的是为正的**梯度**；起决定作用的是前向传播中加权和的符号。",
    )
    without_bias = given * (inputs @ weights > 0)
    require(
        not np.allclose(found[1], inputs.T @ without_bias),
        "You left the biases out when you looked where the sums were positive.",
        "判断加权和是否为正时，你漏掉了偏置。",
    )
    require(
        not np.allclose(found[2], right.mean(axis=0)),
        "You take the mean over the batch; it is in outputs_gradient already, so add.",
        "你对批取了平均；平均已经包含在 outputs_gradient 里，这里应求和。",
    )
    for name, ours, expected in zip(
        ("inputs", "weights", "biases"),
        found,
        (right @ weights.T, inputs.T @ right, right.sum(axis=0)),
        strict=True,
    ):
        require(
            np.allclose(ours, expected),
            f"The gradient for {name} is not what central differences give: expected {expected.round(2).tolist()},"
            f" yours is {ours.round(2).tolist()}.",
            f"对 {name} 的梯度与中心差分不符：应为 {expected.round(2).tolist()}，你得到 {ours.round(2).tolist()}。",
        )


@exercise("02.3")
def adam_step(learner: Learner) -> None:
    """Catches: no correction, a correction kept in the state, epsilon inside the root, g for g², a step uphill."""
    weights, gradient = np.array([1.0, -2.0]), np.array([0.5, -0.25])
    result = learner(weights, gradient, np.zeros(2), np.zeros(2), 1, 0.1)
    require(
        isinstance(result, tuple | list) and len(result) == 3,
        "Return three arrays: weights, mean and square.",
        "应返回三个数组：weights、mean 和 square。",
    )
    moved, mean, square = (np.asarray(part, dtype=float) for part in result)
    step = moved - weights
    require(
        not np.allclose(square, 0.001 * gradient),
        "`square` is a running mean of *squared* gradients.",
        "`square` 是梯度**平方**的滑动平均。",
    )
    require(
        np.allclose(mean, 0.1 * gradient) and np.allclose(square, 0.001 * gradient**2),
        f"The state after one step is mean {0.1 * gradient} and square {0.001 * gradient**2}, without the correction,"
        f" which is for the step alone; yours is {mean} and {square}.",
        f"一步之后的状态应为 mean {0.1 * gradient}、square {0.001 * gradient**2}，修正只用于这一步，不写回状态；"
        f"你得到 {mean} 和 {square}。",
    )
    require(
        not np.allclose(step, 0.1 * np.sign(gradient), rtol=1e-3),
        "You go uphill: the step is subtracted.",
        "你在往上走：应减去这一步。",
    )
    uncorrected = -0.1 * 0.1 * gradient / np.sqrt(0.001 * gradient**2)
    require(
        not np.allclose(step, uncorrected, rtol=1e-3),
        "Your first step is about three times too long: the correction by 1 - 0.9^t and 1 - 0.999^t is missing.",
        "你的第一步长了大约三倍：漏掉了 1 − 0.9^t 和 1 − 0.999^t 的修正。",
    )
    require(
        np.allclose(step, -0.1 * np.sign(gradient), rtol=1e-3),
        f"The first step of Adam is as long as the learning rate, -0.1 and +0.1 here; yours is {step}.",
        f"Adam 的第一步与学习率一样长，这里是 −0.1 和 +0.1；你得到 {step}。",
    )
    tiny = np.array([1e-9])
    small = np.asarray(learner(np.zeros(1), tiny, np.zeros(1), np.zeros(1), 1, 0.1)[0], dtype=float)
    require(
        not np.allclose(small, -0.1 * 1e-9 / np.sqrt(1e-18 + 1e-7), rtol=1e-2, atol=0),
        "With a gradient of 1e-9 your step is far too short: epsilon stands outside the root.",
        "梯度为 1e-9 时，你的步子短得多：ε 应当在根号外面。",
    )
    # Keras draws both corrections into the rate, so that its epsilon is smaller; that is as good.
    keras_form = -0.1 * np.sqrt(0.001) / 0.1 * 0.1e-9 / (np.sqrt(0.001) * 1e-9 + 1e-7)
    expected = -0.1 * 1e-9 / (1e-9 + 1e-7)
    require(
        np.allclose(small, expected, rtol=1e-2, atol=0) or np.allclose(small, keras_form, rtol=1e-2, atol=0),
        f"With a gradient of 1e-9 the step should be {expected:.3e}; yours is {small[0]:.3e}. Where is your epsilon?",
        f"梯度为 1e-9 时，这一步应为 {expected:.3e}；你得到 {small[0]:.3e}。ε 放在哪里了？",
    )
    state = (np.array([0.2]), np.array([0.05]))
    tenth = learner(np.zeros(1), np.array([0.1]), *state, 10, 0.1)
    later, kept_mean, kept_square = (np.asarray(part, dtype=float) for part in tenth)
    corrected_mean = (0.9 * 0.2 + 0.1 * 0.1) / (1 - 0.9**10)
    corrected_square = (0.999 * 0.05 + 0.001 * 0.01) / (1 - 0.999**10)
    require(
        np.allclose(later, -0.1 * corrected_mean / (np.sqrt(corrected_square) + 1e-7), rtol=1e-4),
        f"At step 10, with mean 0.2, square 0.05 and gradient 0.1, the step should be"
        f" {-0.1 * corrected_mean / np.sqrt(corrected_square):.4f}; yours is {later[0]:.4f}."
        " Does your correction use t?",
        f"第 10 步，mean 为 0.2、square 为 0.05、梯度为 0.1 时，这一步应为"
        f" {-0.1 * corrected_mean / np.sqrt(corrected_square):.4f}；你得到 {later[0]:.4f}。修正里用到 t 了吗？",
    )
    require(
        np.allclose(kept_mean, 0.19) and np.allclose(kept_square, 0.04996),
        "After step 10, from mean 0.2 and square 0.05, mean should be 0.19 and square 0.04996: keep nine tenths of"
        f" what was there, without the correction. Yours are {kept_mean} and {kept_square}.",
        "第 10 步之后，mean 从 0.2 变为 0.19，square 从 0.05 变为 0.04996：要保留原有的部分，而且不带修正。"
        f"你得到 {kept_mean} 和 {kept_square}。",
    )


@exercise("02.4")
def drop_out(learner: Learner) -> None:
    """Catches: no or a wrong scaling, rate and keep mixed up, dropping in use, one draw for a row, fixed patterns."""
    values = np.ones((200, 50))
    quiet = np.asarray(learner(values, 0.25, False, np.random.default_rng(0)))
    require(
        np.allclose(quiet, values),
        "With training=False nothing may be dropped and nothing scaled.",
        "training=False 时，什么都不能丢，也不能缩放。",
    )
    result = np.asarray(learner(values, 0.25, True, np.random.default_rng(0)))
    require(
        result.shape == values.shape,
        f"The result must have the shape of the values, {values.shape}; yours is {result.shape}.",
        f"结果的形状应与 values 相同，{values.shape}；你的是 {result.shape}。",
    )
    dropped = np.mean(result == 0)
    require(
        abs(dropped - 0.75) > 0.05,
        "You keep 25% and drop 75%: rate is the share that is dropped.",
        "你留下了 25%，丢掉了 75%：rate 是丢掉的比例。",
    )
    require(
        abs(dropped - 0.25) < 0.05,
        f"With rate=0.25 about a quarter of the values should be zero; yours has {dropped:.0%}.",
        f"rate=0.25 时，大约四分之一的值应为零；你的结果里有 {dropped:.0%}。",
    )
    kept = np.unique(result[result != 0].round(6))
    require(
        not np.allclose(kept, 1.0),
        "Divide the values that stay by 1 - rate; else the next layer gets smaller sums in training than in use.",
        "留下的值要除以 1 − rate；否则下一层在训练时收到的和，比使用时小。",
    )
    require(
        not np.allclose(kept, 4.0),
        "You divide by rate; divide by the share that stays, 1 - rate.",
        "你除以了 rate；应除以留下的比例 1 − rate。",
    )
    require(
        not np.allclose(kept, 0.75),
        "You multiply by 1 - rate in training; that was for use, in the first version of dropout. Here divide by it.",
        "你在训练时乘以了 1 − rate；那是暂退法最初的版本，而且用在使用时。这里应除以它。",
    )
    require(
        np.allclose(kept, 1 / 0.75),
        f"A value of 1 that stays should become {1 / 0.75:.3f}; yours becomes {kept}.",
        f"留下的 1 应变成 {1 / 0.75:.3f}；你的变成了 {kept}。",
    )
    zero = result == 0
    require(
        not zero.all(axis=0).any() and not zero.all(axis=1).any(),
        "Whole rows or columns are dropped together: draw for every value on its own: random.random(values.shape).",
        "有整行或整列一起被丢掉：每个值都要单独抽，用 random.random(values.shape)。",
    )
    other = np.asarray(learner(values, 0.25, True, np.random.default_rng(1)))
    require(
        not np.array_equal(other, result),
        "Two generators gave the same pattern: draw from `random`.",
        "两个生成器得到同样的图案：要从 `random` 里抽。",
    )
    uneven = np.linspace(1, 2, 10_000).reshape(200, 50)
    half = np.asarray(learner(uneven, 0.5, True, np.random.default_rng(0)))
    require(
        np.allclose(half[half != 0], 2 * uneven[half != 0]),
        "What stays must be the values, each divided by 1 - rate: with rate=0.5 it becomes twice as large.",
        "留下的应是 values 本身，各自除以 1 − rate：rate=0.5 时变成原来的两倍。",
    )
    require(
        abs(np.mean(half == 0) - 0.5) < 0.05,
        f"With rate=0.5 half of the values should be zero; yours has {np.mean(half == 0):.0%}. Is a rate written in?",
        f"rate=0.5 时，应有一半的值为零；你的结果里有 {np.mean(half == 0):.0%}。是不是把比例写死了？",
    )


@exercise("02.5")
def batch_perplexity(learner: Learner) -> None:
    """Catches: padding in the sum or in the number, a mean of exponentials, sentences averaged first, NaN, no exp."""
    losses = np.log(np.array([[2.0, 4.0, 8.0], [16.0, 1.0, 1.0]]))
    mask = np.array([[True, True, True], [True, False, False]])
    expected = np.exp(losses[mask].mean())
    result = np.asarray(learner(losses, mask))
    require(
        result.shape == (),
        f"Return one number for the whole batch; yours has the shape {result.shape}.",
        f"整批只返回一个数；你的结果形状是 {result.shape}。",
    )
    require(
        not np.isclose(result, np.exp(losses.sum() / losses.size)),
        "You divide by all positions, padding included: divide by the number of True in the mask.",
        "你除以了全部位置，填充也算在内：应除以掩码中 True 的个数。",
    )
    require(
        not np.isclose(result, np.exp(losses)[mask].mean()),
        "That is a mean of exponentials; first the mean of the losses, then one exponential.",
        "这是指数的平均；应先对损失取平均，再取一次指数。",
    )
    require(
        not np.isclose(result, np.exp(np.mean([losses[0].mean(), losses[1, 0]]))),
        "You average the sentences first, so that a word of a short one counts more: total over tokens.",
        "你先对每句取平均，短句里的词就更有分量了：应是总和除以词元数。",
    )
    require(
        not np.isclose(result, losses[mask].mean()),
        "That is the mean loss; perplexity is its exponential.",
        "这是平均损失；困惑度是它的指数。",
    )
    require(
        not np.isclose(result, np.exp(losses[mask].sum())),
        "You take the exponential of the total: divide by the number of tokens first.",
        "你对总和取了指数：要先除以词元的个数。",
    )
    require(
        np.isclose(result, expected),
        f"Four words with the probabilities 1/2, 1/4, 1/8 and 1/16 have a perplexity of {expected:.3f};"
        f" yours is {result:.3f}.",
        f"概率为 1/2、1/4、1/8、1/16 的四个词，困惑度是 {expected:.3f}；你得到 {result:.3f}。",
    )
    losses[1, 1:] = 9.0
    padded = np.asarray(learner(losses, mask))
    require(
        np.isclose(padded, expected),
        f"With a loss of 9 at padded places you get {padded}: what stands there is in your sum. Select with the mask.",
        f"填充处的损失为 9 时，你得到 {padded}：填充处的数进了你的总和。要用掩码去选。",
    )
    losses[1, 1:] = np.nan
    padded = np.asarray(learner(losses, mask))
    require(
        np.isclose(padded, expected),
        f"With NaN at padded places you get {padded}: 0 · NaN is NaN, so select with the mask, do not multiply by it.",
        f"填充处为 NaN 时，你得到 {padded}：0 · NaN 还是 NaN，要用掩码去选，而不是去乘。",
    )
