"""The checks of chapter 02."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import agree, close, number, numbers, parts, recognise, require_close, require_new
from course_lib.checks.calling import short
from course_lib.checks.core import Learner, exercise, require


def _losses(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """The cross-entropy of each example."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]


@exercise(
    "02.1",
    more=(
        "Write log softmax as a difference: the logit of the label, minus the logarithm of the sum of exponentials of "
        "its row. Subtracting the same number from every logit of a row changes nothing in it, so choose one that "
        "leaves no large exponent.",
        "把 log softmax 写成差：标签处的 logit，减去所在行各指数之和的对数。一行的 logits 同减一个数，结果不变，"
        "所以可以选一个数，让指数都不大。",
    ),
)
def mean_cross_entropy(learner: Learner) -> None:
    """Catches: softmax over the batch, a sum for a mean, a mean over all logits, wrong sign, overflow."""
    labels = np.array([1, 0, 2, 3])
    logits = np.array([[2.0, 1.0, -1.0, 0.3], [0.5, 0.0, 0.3, -2.0], [-1.0, 0.2, 3.0, 0.7], [1.1, -0.4, 0.9, 2.5]])
    logits = np.concatenate([logits, [[0.2], [0.6], [-0.5], [1.7]]], axis=1)
    each = _losses(labels, logits)
    right = each.mean()
    answer = numbers(learner(labels, logits))
    require(
        answer.shape != (4,),
        "You return one loss per example; take their mean.",
        "你返回的是每个样本的损失；还要取平均。",
    )
    result = number(answer)
    places = np.arange(4), labels
    over_batch = np.exp(logits) / np.exp(logits).sum(axis=0)
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    recognise(
        result,
        right,
        (
            -np.log(over_batch[places]).mean(),
            "Your softmax adds up over the batch: an example must not depend on its neighbours. The classes are axis "
            "1.",
            "你的 softmax 是沿批的方向归一的：一个样本不该受同批其他样本影响。类别在轴 1。",
        ),
        (
            each.sum(),
            "That is the sum over the batch; divide by the number of examples.",
            "这是对整批求和的结果；还要除以样本的个数。",
        ),
        (
            each.sum() / logits.size,
            "You divide by the number of all logits; divide by the number of examples, one loss each.",
            "你除以了全部 logits 的个数；每个样本只有一个损失，应除以样本的个数。",
        ),
        (
            each.sum() / logits.shape[1],
            "You divide by the number of classes; divide by the number of examples.",
            "你除以了类别的个数；应除以样本的个数。",
        ),
        (
            -right,
            "The sign is wrong: a loss is minus the logarithm of a probability, and never negative.",
            "符号反了：损失是概率对数的相反数，不会是负的。",
        ),
        (
            right / np.log(2),
            "You take the logarithm to the base 2; (4) takes the natural one, np.log.",
            "你取的是以 2 为底的对数；(4) 式用的是自然对数 np.log。",
        ),
        (
            right / np.log(10),
            "You take the logarithm to the base 10; (4) takes the natural one, np.log.",
            "你取的是以 10 为底的对数；(4) 式用的是自然对数 np.log。",
        ),
        (
            -np.log(softmax[places].mean()),
            "You average the probabilities first; take the logarithm of each, then the mean.",
            "你先对概率取了平均；应先对每个概率取对数，再取平均。",
        ),
        (
            softmax[places].mean(),
            "That is the mean probability of the right class: its logarithm is missing.",
            "这是正确类别概率的平均：漏了取对数。",
        ),
        (
            1 - softmax[places].mean(),
            "You return one minus a probability: the loss is minus its logarithm.",
            "你返回的是 1 减概率：损失应是概率对数的相反数。",
        ),
        (
            -logits[places].mean(),
            "You take the logits as if they were logarithms of probabilities: the softmax is missing.",
            "你把 logits 当成了概率的对数：漏了 softmax。",
        ),
        (
            _losses(logits.argmax(axis=1), logits).mean(),
            "You take the class with the largest logit; the loss asks for that of the label.",
            "你取的是 logit 最大的类别；损失要看标签那一类。",
        ),
        (
            -np.log(softmax).sum(axis=1).mean(),
            "You add up all classes; only the probability of the label counts.",
            "你把所有类别都加进去了；只有标签那一类的概率才算。",
        ),
        (
            each[0],
            "That is the loss of the first example alone; take the mean of all.",
            "这只是第一个样本的损失；要对所有样本取平均。",
        ),
    )
    require(
        close(result, right),
        f"For logits {short(logits[0])} with label 1 the loss is {each[0]:.6g}; the mean of four examples is "
        f"{right:.6g}, yours is {result:.6g}.",
        f"logits 为 {short(logits[0])}、标签为 1 时，损失是 {each[0]:.6g}；四个样本的平均是 {right:.6g}，"
        f"你得到 {result:.6g}。",
    )

    def ours(labels: np.ndarray, logits: np.ndarray) -> float:
        return float(_losses(labels, logits).mean())

    random = np.random.default_rng(1)
    agree(
        learner,
        ours,
        (np.array([2, 0, 1, 1, 0]), random.normal(size=(5, 3))),
        (np.array([1, 1]), random.normal(size=(2, 6))),
        (np.array([3]), random.normal(size=(1, 4))),
    )
    large = np.array([[1000.0, 0.0], [1000.0, 0.0]])
    found = number(learner(np.array([0, 1]), large))
    require(
        close(found, 500.0),
        f"With a logit of 1,000 the mean loss of two examples should be 500; yours is {found:.6g}. exp(1000) overflows:"
        " subtract the largest logit first, and take no logarithm of a probability that may be 0.",
        f"logit 为 1,000 时，两个样本的平均损失应为 500；你得到 {found:.6g}。exp(1000) 会溢出：先减去最大的 logit，"
        "也不要对可能为 0 的概率取对数。",
    )
    for given in (
        np.array([[-1000.0, -1001.0], [-2000.0, -2000.0]]),
        np.array([[1000.0, 999.0], [-1000.0, -1002.0]]),
        np.array([[3.0, -1.0], [1000.0, 1000.0]]),
        np.array([[-1000.0, 1000.0], [1000.0, -1000.0]]),
    ):
        found, right = number(learner(np.array([0, 0]), given)), ours(np.array([0, 0]), given)
        require(
            close(found, right),
            f"For the logits {given.tolist()}, both labels 0, the mean loss is {right:.6g}; you get {found:.6g}:"
            " subtract the largest logit of each row, not of the table.",
            f"logits 为 {given.tolist()}、标签都是 0 时，平均损失是 {right:.6g}；你得到 {found:.6g}："
            "要减去每一行各自的最大值，而不是整个表的。",
        )


def _backward(
    inputs: np.ndarray, weights: np.ndarray, biases: np.ndarray, given: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    passed = given * (inputs @ weights + biases > 0)
    return passed @ weights.T, inputs.T @ passed, passed.sum(axis=0)


@exercise(
    "02.2",
    more=(
        "Go backwards in two steps. First through the ReLU: from outputs_gradient make the gradient of the sums "
        "inputs @ weights + biases, of the same shape. Then through the product: of the three gradients each is this "
        "one, multiplied by what stood beside it; the shapes leave one way only.",
        "分两步往回走。先穿过 ReLU：由 outputs_gradient 得到加权和 inputs @ weights + biases 的梯度，形状相同。"
        "再穿过乘积：三个梯度都是它与当初旁边的那个量相乘；形状只允许一种写法。",
    ),
)
def layer_backward(learner: Learner) -> None:
    """Catches: no ReLU slope, a slope taken from the gradient, a mean for a sum, products the wrong way round."""
    random = np.random.default_rng(3)
    inputs, weights, biases = random.normal(size=(4, 3)), random.normal(size=(3, 2)), np.array([1.0, -1.0])
    given = random.normal(size=(4, 2))
    right = _backward(inputs, weights, biases, given)
    found = [
        numbers(part)
        for part in parts(
            learner(inputs, weights, biases, given),
            3,
            "Return three gradients: for inputs, weights and biases.",
            "应返回三个梯度：对 inputs、weights 和 biases。",
        )
    ]
    shapes = [part.shape for part in found]
    require(
        shapes[2] != (4, 2),
        "Your gradient for the biases has one row per example: a bias serves the whole batch, so add over axis 0.",
        "你对偏置的梯度每个样本各有一行：偏置是整批共用的，要沿轴 0 求和。",
    )
    wanted = [(4, 3), (3, 2), (2,)]
    require(
        sorted(shapes) != sorted(wanted) or shapes == wanted,
        f"The order is inputs, weights, biases, with the shapes (4, 3), (3, 2), (2,); yours are {shapes}.",
        f"次序是 inputs、weights、biases，形状为 (4, 3)、(3, 2)、(2,)；你的是 {shapes}。",
    )
    require(
        shapes == wanted,
        f"A gradient has the shape of what it belongs to: (4, 3), (3, 2), (2,); yours are {shapes}.",
        f"梯度的形状与它所属的量相同：(4, 3)、(3, 2)、(2,)；你的是 {shapes}。",
    )
    sums = inputs @ weights + biases
    for passed, english, chinese in (
        (
            given,
            "You let the gradient through everywhere; ReLU passes it only where inputs @ weights + biases was "
            "positive.",
            "你让梯度处处通过了；ReLU 只在 inputs @ weights + biases 为正的地方放行。",
        ),
        (
            given * (given > 0),
            "You keep the positive *gradients*; what decides is the sign of the sum in the forward pass.",
            "你留下的是为正的**梯度**；起决定作用的是前向传播中加权和的符号。",
        ),
        (
            given * (inputs @ weights > 0),
            "You left the biases out when you looked where the sums were positive.",
            "判断加权和是否为正时，你漏掉了偏置。",
        ),
        (
            given * np.maximum(sums, 0),
            "You multiply by the outputs; the slope of ReLU is 1 where the sum is positive, and 0 elsewhere.",
            "你乘的是输出；ReLU 的斜率在加权和为正处是 1，其余为 0。",
        ),
        (
            given * sums,
            "You multiply by the sums; the slope of ReLU is 1 where the sum is positive, and 0 elsewhere.",
            "你乘的是加权和；ReLU 的斜率在加权和为正处是 1，其余为 0。",
        ),
        (
            given * (sums < 0),
            "You let the gradient through where the sum was negative; it is the other way round.",
            "你在加权和为负的地方放行了梯度；应当相反。",
        ),
        (
            (sums > 0) * 1.0,
            "Where is outputs_gradient? You pass on the slope of ReLU alone.",
            "outputs_gradient 到哪里去了？你只传回了 ReLU 的斜率。",
        ),
    ):
        recognise(found[1], right[1], (inputs.T @ passed, english, chinese))
        recognise(found[2], right[2], (passed.sum(axis=0), english, chinese))
    averaged = (
        "You take the mean over the batch; it is in outputs_gradient already, so add.",
        "你对批取了平均；平均已经包含在 outputs_gradient 里，这里应求和。",
    )
    recognise(found[2], right[2], (right[2] / 4, *averaged))
    recognise(found[1], right[1], (right[1] / 4, *averaged))
    turned = (
        "The sign is turned: a gradient goes uphill, the step goes down.",
        "符号反了：梯度指向上坡，走的时候才往下。",
    )
    for ours, expected in zip(found, right, strict=True):
        recognise(ours, expected, (-expected, *turned))
    for name, ours, expected in zip(("inputs", "weights", "biases"), found, right, strict=True):
        require_close(
            ours,
            expected,
            f"The gradient for {name} is not what central differences give.",
            f"对 {name} 的梯度与中心差分不符。",
        )
    agree(
        learner,
        _backward,
        tuple(random.normal(size=size) for size in ((5, 2), (2, 4), (4,), (5, 4))),
        tuple(random.normal(size=size) for size in ((1, 3), (3, 4), (4,), (1, 4))),
        tuple(random.normal(size=size) for size in ((3, 3), (3, 3), (3,), (3, 3))),
        tuple(random.normal(size=size) for size in ((4, 3), (3, 1), (1,), (4, 1))),
        (inputs[::-1].copy(), -weights, biases, 2 * given),  # shaped like the first, with other numbers
    )


def _adam(
    weights: np.ndarray,
    gradient: np.ndarray,
    mean: np.ndarray,
    square: np.ndarray,
    t: int,
    learning_rate: float,
    betas: tuple[float, float] = (0.9, 0.999),
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    mean = betas[0] * mean + (1 - betas[0]) * gradient
    square = betas[1] * square + (1 - betas[1]) * gradient**2
    step = mean / (1 - betas[0] ** t) / (np.sqrt(square / (1 - betas[1] ** t)) + 1e-7)
    return weights - learning_rate * step, mean, square


@exercise(
    "02.3",
    more=(
        "Five lines: the new mean of gradients, the new mean of their squares, both of them corrected for step t under "
        "new names, the step. The corrected ones serve the step and are then forgotten.",
        "五行：梯度的新均值，梯度平方的新均值，用新名字记下这两者在第 t 步的修正值，然后迈一步。"
        "修正值只用于这一步，用完就不要了。",
    ),
)
def adam_step(learner: Learner) -> None:
    """Catches: no correction, a correction kept in the state, epsilon inside the root, g for g², a step uphill."""

    def ask(*arguments: object) -> list[np.ndarray]:
        found = parts(
            learner(*arguments),
            3,
            "Return three arrays: weights, mean and square.",
            "应返回三个数组：weights、mean 和 square。",
        )
        if any(numbers(part).shape != np.shape(arguments[0]) for part in found):
            require_new(learner)
        return [numbers(part, np.shape(arguments[0])) for part in found]

    weights, gradient, none = np.array([1.0, -2.0, 3.0, 0.7]), np.array([0.5, -0.25, 2.0, -0.6]), np.zeros(4)
    found = moved, mean, square = ask(weights, gradient, none, none, 1, 0.1)
    right = _adam(weights, gradient, none, none, 1, 0.1)
    for order in ((1, 2, 0), (1, 0, 2), (0, 2, 1), (2, 1, 0), (2, 0, 1)):
        require(
            not all(close(found[place], right[part]) for place, part in enumerate(order)),
            "The three arrays stand in another order: weights, mean, square.",
            "三个数组的次序不对：应是 weights、mean、square。",
        )
    step = moved - weights
    require(
        not (close(1000 * square, 1000 * none) and close(mean, none)),
        "`mean` and `square` come back as they were: return what they have become.",
        "`mean` 和 `square` 原样返回了：应返回更新之后的值。",
    )
    # The squares are small numbers: a thousand times as large, they can be told apart.
    recognise(
        1000 * square,
        1000 * right[2],
        (gradient, "`square` is a running mean of *squared* gradients.", "`square` 是梯度**平方**的滑动平均。"),
        (
            1000 * (0.001 * gradient) ** 2,
            "You square the product of 0.001 and the gradient; only the gradient is squared.",
            "你把 0.001 与梯度的乘积一起平方了；只有梯度要平方。",
        ),
        (
            100 * gradient**2,
            "`square` keeps 0.999 of what it was, and takes 0.001 of the new: β₂, not β₁.",
            "`square` 保留原来的 0.999，取新值的 0.001：用 β₂，不是 β₁。",
        ),
    )
    recognise(
        mean,
        right[1],
        (
            0.9 * gradient,
            "The two weights have changed places: the mean keeps 0.9 of what it was, and takes 0.1 of the new.",
            "两个系数放反了：均值保留原来的 0.9，取新梯度的 0.1。",
        ),
        (
            0.001 * gradient,
            "`mean` keeps 0.9 of what it was, and takes 0.1 of the new: β₁, not β₂.",
            "`mean` 保留原来的 0.9，取新值的 0.1：用 β₁，不是 β₂。",
        ),
    )
    state = ("The state after one step is", "一步之后的状态应为")
    shown = f"mean {short(0.1 * gradient)} and square {short(0.001 * gradient**2)}"
    require(
        close(mean, right[1]) and close(square, right[2], atol=1e-8),
        f"{state[0]} {shown}, without the correction, which is for the step alone; yours is {short(mean)} and "
        f"{short(square)}.",
        f"{state[1]} mean {short(0.1 * gradient)}、square {short(0.001 * gradient**2)}，修正只用于这一步，不写回状态；"
        f"你得到 {short(mean)} 和 {short(square)}。",
    )
    recognise(
        step,
        right[0] - weights,
        (0.1 * np.sign(gradient), "You go uphill: the step is subtracted.", "你在往上走：应减去这一步。"),
        (
            -0.1 * 0.1 * gradient / np.sqrt(0.001 * gradient**2),
            "Your first step is about three times too long: the correction by 1 - 0.9^t and 1 - 0.999^t is missing.",
            "你的第一步大约是应有的三倍长：漏掉了 1 - 0.9^t 和 1 - 0.999^t 的修正。",
        ),
        (
            -0.1 * gradient / np.sqrt(0.001 * gradient**2),
            "You correct the mean and not the square: 1 - 0.999^t is missing.",
            "你修正了均值，没有修正平方：漏掉了 1 - 0.999^t。",
        ),
        (
            -0.1 * 0.1 * np.sign(gradient),
            "You correct the square and not the mean: 1 - 0.9^t is missing.",
            "你修正了平方，没有修正均值：漏掉了 1 - 0.9^t。",
        ),
        (
            -0.1 * gradient / gradient**2,
            "You divide by the mean square itself; divide by its root.",
            "你直接除以了平方的均值；应除以它的平方根。",
        ),
        (
            -0.1 * gradient,
            "That is a step of gradient descent: divide by the root of the mean square.",
            "这是梯度下降的一步：还要除以平方均值的平方根。",
        ),
        (np.zeros(4), "The weights have not moved.", "权重没有动。"),
        (
            -weights - 0.1 * np.sign(gradient),
            "You return the step alone: take it from the weights.",
            "你只返回了这一步：要从权重里减去它。",
        ),
    )
    require(
        close(step, -0.1 * np.sign(gradient), rtol=1e-3),
        f"The first step of Adam is as long as the learning rate, -0.1 and +0.1 here; yours is {short(step)}.",
        f"Adam 的第一步与学习率一样长，这里是 -0.1 和 +0.1；你得到 {short(step)}。",
    )
    random = np.random.default_rng(2)
    table = tuple(random.normal(size=(2, 3)) for _ in range(3))
    others = (
        (*table, random.random((2, 3)), 3, 0.02),
        (*(random.normal(size=1) for _ in range(3)), np.array([0.3]), 2, 1.0),
    )
    before = (np.zeros(1), np.array([0.1]), np.array([0.2]), np.array([0.05]))
    later, kept_mean, kept_square = ask(*before, 10, 0.1)
    right = _adam(*before, 10, 0.1)
    require(
        close(kept_mean, right[1]) and close(kept_square, right[2]),
        "After step 10, from mean 0.2 and square 0.05, mean should be 0.19 and square 0.04996: keep nine tenths of"
        f" what was there, without the correction. Yours are {short(kept_mean)} and {short(kept_square)}.",
        "第 10 步之后，mean 从 0.2 变为 0.19，square 从 0.05 变为 0.04996：要保留原有的部分，而且不带修正。"
        f"你得到 {short(kept_mean)} 和 {short(kept_square)}。",
    )
    told = (
        f"At step 10, with mean 0.2, square 0.05 and gradient 0.1, the step should be {right[0][0]:.6g}; yours is "
        f"{later[0]:.6g}.",
        f"第 10 步，mean 为 0.2、square 为 0.05、梯度为 0.1 时，这一步应为 {right[0][0]:.6g}；你得到 {later[0]:.6g}。",
    )
    recognise(
        later,
        right[0],
        *(
            (
                _adam(*before, t, 0.1)[0],
                f"{told[0]} Does your correction use t as it is? It starts at 1.",
                f"{told[1]}修正里照原样用到 t 了吗？它从 1 开始。",
            )
            for t in (1, 2, 9, 11)
        ),
        (
            -0.1 * 0.2 / (1 - 0.9**10) / np.sqrt(0.05 / (1 - 0.999**10)),
            f"{told[0]} The step is made with the new mean and the new square, not with the old.",
            f"{told[1]}这一步用的是更新后的 mean 和 square，而不是旧的。",
        ),
    )
    require(close(later, right[0], rtol=1e-3), *told)
    agree(learner, _adam, *others, rtol=1e-3)
    tiny = np.array([1e-9])
    small = ask(np.zeros(1), tiny, np.zeros(1), np.zeros(1), 1, 0.1)[0]
    require(
        not close(small, -0.1 * 1e-9 / np.sqrt(1e-18 + 1e-7) * np.ones(1), rtol=1e-2, atol=0),
        "With a gradient of 1e-9 your step is far too short: epsilon stands outside the root.",
        "梯度为 1e-9 时，你的步子短了太多：ε 应当在根号外面。",
    )
    # Keras draws both corrections into the rate, so that its epsilon is smaller; that is as good.
    keras_form = -0.1 * np.sqrt(0.001) / 0.1 * 0.1e-9 / (np.sqrt(0.001) * 1e-9 + 1e-7)
    expected = -0.1 * 1e-9 / (1e-9 + 1e-7)
    require(
        any(close(small, [each], rtol=1e-2, atol=0) for each in (expected, keras_form)),
        f"With a gradient of 1e-9 the step should be {expected:.3e}; yours is {small[0]:.3e}. Where is your epsilon?",
        f"梯度为 1e-9 时，这一步应为 {expected:.3e}；你得到 {small[0]:.3e}。ε 放在哪里了？",
    )
    still = ask(np.ones(2), np.zeros(2), np.zeros(2), np.zeros(2), 1, 0.1)[0]
    require(
        close(still, np.ones(2)),
        f"Without a gradient, and with nothing in the state, the weights stay; yours become {short(still)}.",
        f"梯度为零、状态也为零时，权重不动；你的变成了 {short(still)}。",
    )


@exercise(
    "02.4",
    more=(
        "One draw of random.random(values.shape) decides for each value on its own. Count which share of those draws "
        "lies below rate, and ask what a value that stays must be worth so that the sum stays the same on average.",
        "一次 random.random(values.shape) 就为每个值各自做了决定。想想有多大比例的随机数小于 rate，"
        "再想想留下的值该变成多少，总和的期望才不变。",
    ),
)
def drop_out(learner: Learner) -> None:
    """Catches: no or a wrong scaling, rate and keep mixed up, dropping in use, one draw for a row, fixed patterns."""

    def ask(values: np.ndarray, rate: float, training: bool, seed: int) -> np.ndarray:
        answer = numbers(learner(values, rate, training, np.random.default_rng(seed)))
        if answer.shape != values.shape:
            require_new(learner)
        return numbers(answer, values.shape)

    values = np.ones((200, 50))
    result = ask(values, 0.25, True, 0)
    zero = result == 0
    dropped = zero.mean()
    require(
        dropped > 0,
        "With training=True and rate=0.25 nothing is zero: about a quarter of the values should be.",
        "training=True、rate=0.25 时没有一个值为零：大约四分之一的值应为零。",
    )
    require(
        not zero.all(axis=0).any() and not zero.all(axis=1).any(),
        "Whole rows or columns are dropped together: draw for every value on its own: random.random(values.shape).",
        "有整行或整列一起被丢掉：每个值都要单独抽，用 random.random(values.shape)。",
    )
    require(
        abs(dropped - 0.75) > 0.05,
        "You keep 25% and drop 75%: rate is the share that is dropped.",
        "你留下了 25%，丢掉了 75%：rate 是丢掉的比例。",
    )
    require(
        abs(dropped - 0.25) < 0.025,
        f"With rate=0.25 about a quarter of the values should be zero; yours has {dropped:.0%}.",
        f"rate=0.25 时，大约四分之一的值应为零；你的结果里有 {dropped:.0%}。",
    )
    kept = np.unique(result[~zero].round(5))
    for wrong, english, chinese in (
        (
            1.0,
            "Divide the values that stay by 1 - rate; else the next layer gets smaller sums in training than in use.",
            "留下的值要除以 1 - rate；否则下一层在训练时收到的和，比使用时小。",
        ),
        (
            4.0,
            "You divide by rate; divide by the share that stays, 1 - rate.",
            "你除以了 rate；应除以留下的比例 1 - rate。",
        ),
        (
            0.75,
            "You multiply by 1 - rate in training; that was for use, in the first version of dropout. Here divide by "
            "it.",
            "你在训练时乘以了 1 - rate；那是暂退法最初的版本，而且只在使用时乘。这里应除以它。",
        ),
        (
            0.25,
            "You multiply by rate; divide by the share that stays, 1 - rate.",
            "你乘以了 rate；应除以留下的比例 1 - rate。",
        ),
        (
            1 / 0.75**2,
            "You divide by 1 - rate twice: once is enough.",
            "你除以了两次 1 - rate：一次就够了。",
        ),
        (
            1 / (1 - dropped) if abs(dropped - 0.25) > 1e-4 else 0.0,
            "You divide by the share that happened to stay; divide by 1 - rate, which is that share on average.",
            "你除以的是这一次碰巧留下的比例；应除以 1 - rate，它是这个比例的期望。",
        ),
    ):
        require(len(kept) != 1 or abs(kept[0] - wrong) > 1e-4, english, chinese)
    require(
        np.allclose(kept, 1 / 0.75, atol=2e-4),
        f"A value of 1 that stays should become {1 / 0.75:.3f}; yours becomes {short(kept[:5])}.",
        f"留下的 1 应变成 {1 / 0.75:.3f}；你的变成了 {short(kept[:5])}。",
    )
    uneven = np.linspace(1, 2, 10_000).reshape(200, 50)
    half = ask(uneven, 0.5, True, 0)
    require_new(learner)
    other, again = ask(values, 0.25, True, 1), ask(values, 0.25, True, 0)
    require(
        not close(other, result),
        "Two generators gave the same pattern: draw from `random`.",
        "换一个生成器，丢掉的还是同样的位置：要从 `random` 里抽。",
    )
    require(
        close(again, result),
        "The same generator gave another pattern: draw from `random` alone, not from NumPy's global generator or one "
        "of your own.",
        "同样的生成器，丢掉的位置却不同：只能从 `random` 里抽，不要用 NumPy 的全局随机数，也不要自己另造。",
    )
    first = numbers(learner(values, 0.25, True, np.random.default_rng(8)), values.shape)
    second = numbers(learner(values, 0.25, True, learner.handed[3]), values.shape)
    require(
        not close(first, second),
        "Called twice with one generator, your function drops the same values both times: draw from `random` itself, "
        "so that it moves on, not from a copy of it.",
        "用同一个生成器调用两次，丢掉的值竟完全一样：要从 `random` 本身抽取，让它往前走，而不是从它的副本里抽。",
    )
    share = np.mean(half == 0)
    require(
        abs(share - 0.5) < 0.05,
        f"With rate=0.5 half of the values should be zero; yours has {share:.0%}. Is a rate written in?",
        f"rate=0.5 时，应有一半的值为零；你的结果里有 {share:.0%}。是不是把比例写死了？",
    )
    require(
        close(half[half != 0], 2 * uneven[half != 0]),
        "What stays must be the values, each divided by 1 - rate: with rate=0.5 it becomes twice as large.",
        "留下的应是 values 本身，各自除以 1 - rate：rate=0.5 时变成原来的两倍。",
    )
    counts = {int(np.sum(each == 0)) for each in (result, other, ask(values, 0.25, True, 2))}
    require(
        len(counts) > 1 and len(set(zero.sum(axis=0))) > 1 and len(set(zero.sum(axis=1))) > 1,
        "Always exactly as many values are dropped: each has a draw of its own, so that their number varies.",
        "每次丢掉的个数都一样：每个值要各自抽取，个数应当有多有少。",
    )
    quiet = ask(uneven, 0.25, False, 0)
    require(
        close(quiet, uneven),
        "With training=False nothing may be dropped and nothing scaled.",
        "training=False 时，什么都不能丢，也不能缩放。",
    )
    for shape, rate in (((1, 60), 0.5), ((400,), 0.25), ((5, 8, 10), 0.25), ((300, 1), 0.8)):
        given = np.linspace(-3, -1, int(np.prod(shape))).reshape(shape)
        found = ask(given, rate, True, 5)
        share = np.mean(found == 0)
        require(
            abs(share - rate) < 0.2 and close(found[found != 0], given[found != 0] / (1 - rate)),
            f"For values of the shape {shape} and rate={rate}, {share:.0%} are zero, and what stays should be the "
            f"values divided by {1 - rate:.2f}.",
            f"values 的形状为 {shape}、rate={rate} 时，{share:.0%} 为零；留下的应是 values 除以 {1 - rate:.2f}。",
        )
        require(
            close(ask(given, rate, False, 5), given),
            "With training=False nothing may be dropped and nothing scaled.",
            "training=False 时，什么都不能丢，也不能缩放。",
        )
    require(
        close(ask(uneven, 0.0, True, 0), uneven),
        "With rate=0 nothing is dropped.",
        "rate=0 时，什么都不丢。",
    )


@exercise(
    "02.5",
    more=(
        "Choose first: which losses count? They stand in one row then, whatever sentence they came from. Of these one "
        "mean, and of that one exponential.",
        "先选：哪些损失算数？选出来就排成一行，不管来自哪一句。对它们取一个平均，再取一次指数。",
    ),
)
def batch_perplexity(learner: Learner) -> None:
    """Catches: padding in the sum or in the number, a mean of exponentials, sentences averaged first, NaN, no exp."""
    losses = np.log(np.array([[2.0, 4.0, 8.0, 3.0], [16.0, 5.0, 7.0, 2.5]]))
    mask = np.array([[True, True, True, False], [True, False, False, False]])
    right = np.exp(losses[mask].mean())
    answer = numbers(learner(losses, mask))
    require(
        answer.shape == (),
        f"Return one number for the whole batch; yours has the shape {answer.shape}.",
        f"整批只返回一个数；你的结果形状是 {answer.shape}。",
    )
    result = number(answer)
    sentences = [losses[0, :3].mean(), losses[1, 0]]
    recognise(
        result,
        right,
        (
            np.exp(losses.sum() / losses.size),
            "You divide by all positions, padding included: divide by the number of True in the mask.",
            "你除以了全部位置，填充也算在内：应除以掩码中 True 的个数。",
        ),
        (
            np.exp(losses[mask].sum() / losses.size),
            "The sum is that of the tokens alone, but you divide by all positions: divide by the number of True.",
            "总和只含真正的词元，可是你除以了全部位置：应除以掩码中 True 的个数。",
        ),
        (
            np.exp(losses)[mask].mean(),
            "That is a mean of exponentials; first the mean of the losses, then one exponential.",
            "这是指数的平均；应先对损失取平均，再取一次指数。",
        ),
        (
            np.exp(np.mean(sentences)),
            "You average the sentences first, so that a word of a short one counts more: total over tokens.",
            "你先对每句取平均，短句里的词就更有分量了：应是总和除以词元数。",
        ),
        (
            np.mean(np.exp(sentences)),
            "You average the perplexities of the sentences: take one mean over all tokens, then one exponential.",
            "你对各句的困惑度取了平均：应对所有词元取一个平均，再取一次指数。",
        ),
        (
            losses[mask].mean(),
            "That is the mean loss; perplexity is its exponential.",
            "这是平均损失；困惑度是它的指数。",
        ),
        (
            np.exp(losses[mask].sum()),
            "You take the exponential of the total: divide by the number of tokens first.",
            "你对总和取了指数：要先除以词元的个数。",
        ),
        (
            np.exp(losses[mask].sum() / 2),
            "You divide by the number of sentences; divide by the number of tokens.",
            "你除以了句子的个数；应除以词元的个数。",
        ),
        (
            1 / right,
            "The sign is turned: the losses are negative log-likelihoods already.",
            "符号反了：损失已经是负对数似然。",
        ),
        (
            2 ** losses[mask].mean(),
            "You take a power of 2; the losses are natural logarithms, so np.exp undoes them.",
            "你取的是 2 的幂；损失用的是自然对数，应当用 np.exp。",
        ),
        (
            np.exp(losses.sum() / mask.sum()),
            "What stands at padded places is in your sum, though you divide by the number of tokens: select with the "
            "mask.",
            "除数是词元数，可是填充处的数也进了你的总和：要用掩码去选。",
        ),
        (
            np.exp(losses[~mask].mean()),
            "You average the padding: the mask is True where there is a token.",
            "你平均的是填充：掩码为 True 的地方才有词元。",
        ),
    )
    require(
        close(result, right),
        f"Four words with the probabilities 1/2, 1/4, 1/8 and 1/16 have a perplexity of {right:.6g};"
        f" yours is {result:.6g}.",
        f"概率为 1/2、1/4、1/8、1/16 的四个词，困惑度是 {right:.6g}；你得到 {result:.6g}。",
    )

    def ours(losses: np.ndarray, mask: np.ndarray) -> float:
        return float(np.exp(losses[mask].mean()))

    random = np.random.default_rng(6)
    agree(
        learner,
        ours,
        (random.random((3, 5)) * np.array([[1], [2], [0.3]]), np.arange(5) < np.array([[2], [5], [3]])),
        (random.random((1, 4)), np.array([[True, True, True, False]])),
        (random.random((2, 3)), np.ones((2, 3), bool)),
        (random.random((2, 4)), np.array([[False, True, True, False], [True, False, False, True]])),
        (random.random((3, 1)), np.array([[True], [False], [True]])),
    )
    agree(
        learner,
        ours,
        (np.array([[0.0, 2.0, 0.0], [1.0, 3.0, 4.0]]), np.array([[True, True, False], [True, True, False]])),
        english="A token the model was sure of has a loss of 0, and counts like any other.",
        chinese="模型完全确定的词元损失为 0，也和别的词元一样计数。",
    )
    for filling, english, chinese in (
        (
            9.0,
            "With a loss of 9 at padded places you get {}: what stands there is in your sum. Select with the mask.",
            "填充处的损失为 9 时，你得到 {}：填充处的数进了你的总和。要用掩码去选。",
        ),
        (
            np.nan,
            "With NaN at padded places you get {}: 0 · NaN is NaN, so select with the mask, do not multiply by it.",
            "填充处为 NaN 时，你得到 {}：0 · NaN 还是 NaN，要用掩码去选，而不是去乘。",
        ),
        (
            np.inf,
            "With an infinite loss at padded places you get {}: select with the mask, do not multiply by it.",
            "填充处的损失为无穷时，你得到 {}：要用掩码去选，而不是去乘。",
        ),
    ):
        padded = number(learner(np.where(mask, losses, filling), mask))
        require(close(padded, right), english.format(f"{padded:.4g}"), chinese.format(f"{padded:.4g}"))
