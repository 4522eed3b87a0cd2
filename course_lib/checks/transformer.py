"""The checks of chapter 06."""

from __future__ import annotations

from collections import Counter

import numpy as np

from course_lib.checks.core import Learner, exercise, require


@exercise("06.1")
def position_table(learner: Learner) -> None:
    """Catches: sines and cosines in two halves or changed over, i for 2i, degrees, counting from 1, no pairs."""
    result = np.asarray(learner(5, 6), dtype=float)
    require(
        result.shape == (5, 6),
        f"The table must have the shape (length, width) = (5, 6); yours is {result.shape}.",
        f"表的形状应为 (length, width) = (5, 6)；你的是 {result.shape}。",
    )
    places, even = np.arange(5)[:, None], np.arange(0, 6, 2)
    angles = places / 10_000 ** (even / 6)
    right = np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(5, 6)
    require(
        not np.allclose(result, np.concatenate([np.sin(angles), np.cos(angles)], axis=1)),
        "All sines stand on the left and all cosines on the right; here they take turns, a pair for each hand.",
        "你把正弦都放在左边、余弦都放在右边；这里要交替排列，每根针占一对。",
    )
    require(
        not np.allclose(result, np.stack([np.cos(angles), np.sin(angles)], axis=-1).reshape(5, 6)),
        "Sines and cosines have changed places: column 0 is a sine, so position 0 begins with 0, 1, 0, 1.",
        "正弦和余弦放反了：第 0 列是正弦，所以位置 0 的开头是 0、1、0、1。",
    )
    every = places / 10_000 ** (np.arange(6) / 6)
    alone = np.where(np.arange(6) % 2, np.cos(every), np.sin(every))
    require(
        not np.allclose(result, alone),
        "Each of your columns has a speed of its own. A pair of columns shares one: the exponent is 2i/d in both.",
        "你的每一列各有各的快慢。同一对的两列应当一样快：指数都是 2i/d。",
    )
    slow = places / 10_000 ** (np.arange(3) / 6)
    require(
        not np.allclose(result, np.stack([np.sin(slow), np.cos(slow)], axis=-1).reshape(5, 6)),
        "Your hands slow down too little from one to the next: the exponent is 2i/d, and not i/d.",
        "你的针一根比一根慢得不够：指数是 2i/d，不是 i/d。",
    )
    later = (places + 1) / 10_000 ** (even / 6)
    require(
        not np.allclose(result, np.stack([np.sin(later), np.cos(later)], axis=-1).reshape(5, 6)),
        "Your positions begin at 1; the first is 0.",
        "你的位置从 1 开始；第一个应当是 0。",
    )
    require(
        np.allclose(result, right, atol=1e-5),
        f"The row of position 1 should be {right[1].round(3)}; yours is {result[1].round(3)}.",
        f"位置 1 那一行应是 {right[1].round(3)}；你得到 {result[1].round(3)}。",
    )


@exercise("06.2")
def teacher_forcing(learner: Learner) -> None:
    """Catches: no shift, a shift the wrong way, an end after the padding, no end, padding on the left."""
    result = learner([[5, 6, 7], [8]], 2, 3)
    require(
        isinstance(result, tuple | list) and len(result) == 2,
        "Return two arrays: what is given, and what is to be answered.",
        "应返回两个数组：给出的，和该回答的。",
    )
    given, answers = (np.asarray(each) for each in result)
    for name, chinese, each in (("given", "给出的", given), ("answers", "该回答的", answers)):
        require(
            each.shape == (2, 4),
            f"'{name}' must have the shape (batch, longest + 1) = (2, 4); yours is {each.shape}.",
            f"“{chinese}”的形状应为 (batch, longest + 1) = (2, 4)；你的是 {each.shape}。",
        )
    right_given, right_answers = np.array([[2, 5, 6, 7], [2, 8, 0, 0]]), np.array([[5, 6, 7, 3], [8, 3, 0, 0]])
    require(
        not np.array_equal(given, answers),
        "Both arrays are the same: nothing is shifted, and the model would learn to copy.",
        "两个数组一模一样：没有错开，模型学会的只是照抄。",
    )
    require(
        not (np.array_equal(given, right_answers) and np.array_equal(answers, right_given)),
        "The shift goes the wrong way: the start is given, the end is answered.",
        "错开的方向反了：开始符是给出的，结束符是该回答的。",
    )
    require(
        not np.array_equal(answers[1], [8, 0, 0, 3]),
        "The end of the short sentence stands behind its padding; it comes right after the last word, then padding.",
        "短句的结束符跑到填充后面去了；它应紧跟在最后一个词之后，然后才是填充。",
    )
    require(
        not (given[1, 0] == 0 or answers[1, 0] == 0),
        "Your padding is on the left; fill up on the right.",
        "你把填充放在了左边；应当在右边补齐。",
    )
    require(
        not np.array_equal(given[1], [2, 8, 3, 0]),
        "The end is among what is given: after it nothing is asked, so that the decoder never needs it.",
        "给出的里面有结束符：它之后什么也不问了，解码器用不着它。",
    )
    require(
        3 in answers[0] and 3 in answers[1],
        "Nothing teaches the model to stop: the last answer of each sentence is the end.",
        "没有什么教模型停下来：每句的最后一个答案应是结束符。",
    )
    require(
        np.array_equal(given, right_given) and np.array_equal(answers, right_answers),
        f"Given should be {right_given.tolist()} and the answers {right_answers.tolist()};"
        f" yours are {given.tolist()} and {answers.tolist()}.",
        f"给出的应是 {right_given.tolist()}，答案应是 {right_answers.tolist()}；"
        f"你的是 {given.tolist()} 和 {answers.tolist()}。",
    )


@exercise("06.3")
def smoothed_loss(learner: Learner) -> None:
    """Catches: padding counted, sentences' means averaged, sums, no smoothing, smoothing of others alone, overflow."""
    random = np.random.default_rng(3)
    logits, answers = random.normal(size=(2, 3, 5)) * 2, np.array([[1, 4, 2], [3, 0, 0]])
    value = learner(logits, answers, 0.2)
    require(
        np.ndim(value) == 0,
        f"The loss is one number; yours has the shape {np.shape(value)}.",
        f"损失是一个数；你的形状是 {np.shape(value)}。",
    )
    value = float(value)
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    plain = -np.take_along_axis(log_p, answers[..., None], axis=-1)[..., 0]
    kept = answers != 0

    def mean(losses: np.ndarray) -> float:
        return float(losses[kept].mean())

    losses = 0.8 * plain - 0.2 * log_p.mean(axis=-1)
    right = mean(losses)
    require(
        not np.isclose(value, losses.mean()),
        "Padding counts in your mean; where the answer is 0 there is no token.",
        "你把填充也算进去了；答案为 0 的地方没有词元。",
    )
    require(
        not np.isclose(value, (losses * kept).mean()),
        "Padding adds nothing to your sum, but you still divide by it: divide by the number of tokens.",
        "填充没有加进和里，除数里却还有它：应除以词元的个数。",
    )
    require(
        not np.isclose(value, ((losses * kept).sum(axis=1) / kept.sum(axis=1)).mean()),
        "You average each sentence first, so that a word in a short one counts more. The mean is over all tokens.",
        "你先求了每句的平均，短句里的词就占了便宜。应当对所有词元求平均。",
    )
    require(
        not np.isclose(value, (losses * kept).sum()),
        "This is the sum; divide it by the number of tokens.",
        "这是总和；还要除以词元的个数。",
    )
    require(
        not np.isclose(value, mean(plain)),
        "This is the plain cross-entropy: ε = 0.2 has no effect.",
        "这是普通的交叉熵：ε = 0.2 没有起作用。",
    )
    require(
        not np.isclose(value, mean(0.8 * plain - 0.2 * log_p.sum(axis=-1))),
        "Every character gets the whole of ε; it is shared among all V: ε/V for each.",
        "你给每个字都加了整个 ε；它应由 V 个字均分：每个 ε/V。",
    )
    require(
        not np.isclose(value, mean(plain - 0.2 * log_p.mean(axis=-1))),
        "The right character keeps all its weight; it gives ε away: 1 - ε is left.",
        "正确的字还拿着全部的权重；它要让出 ε，只剩 1 - ε。",
    )
    require(
        np.isclose(value, right),
        f"The loss of our small batch should be {right:.4f}; yours is {value:.4f}.",
        f"我们这个小批次的损失应是 {right:.4f}；你得到 {value:.4f}。",
    )
    with np.errstate(all="ignore"):
        large = float(learner(logits + 1_000.0, answers, 0.2))
    require(
        np.isfinite(large) and np.isclose(large, right),
        "With 1,000 added to all logits the loss must stay: exp(1000) overflows. Subtract the largest logit first.",
        "所有 logits 都加上 1,000，损失应当不变：exp(1000) 溢出了。先减去最大的那个。",
    )


def _bleu(
    ours: list[str], references: list[str], clip: bool = True, price: bool = True, mean: str = "geometric"
) -> float:
    shares = []
    for n in range(1, 5):
        matched = tried = 0
        for mine, theirs in zip(ours, references, strict=True):
            counts, possible = (
                Counter(text[start : start + n] for start in range(len(text) - n + 1)) for text in (mine, theirs)
            )
            matched += sum(
                min(count, possible[piece]) if clip else count * (piece in possible) for piece, count in counts.items()
            )
            tried += sum(counts.values())
        shares.append(matched / max(tried, 1))
    length, wanted = sum(map(len, ours)), sum(map(len, references))
    brevity = min(1.0, float(np.exp(1 - wanted / max(length, 1)))) if price else 1.0
    together = float(np.prod(shares)) ** 0.25 if mean == "geometric" else float(np.mean(shares))
    return 100 * brevity * together


@exercise("06.4")
def bleu_score(learner: Learner) -> None:
    """Catches: no clipping, no price for brevity, an arithmetic mean, a mean of sentences' scores, 0 to 1, NaN."""
    ours = ["她会游泳会游泳", "他们昨天去了公园看书"]
    references = ["她会游泳吗会不会", "他们昨天下午去了公园看书写字"]
    value = float(learner(ours, references))
    right = _bleu(ours, references)
    require(
        not np.isclose(value, right / 100),
        "Yours runs from 0 to 1; BLEU is given from 0 to 100.",
        "你的结果在 0 到 1 之间；BLEU 习惯写成 0 到 100。",
    )
    require(
        not np.isclose(value, _bleu(ours, references, clip=False)),
        "Pieces are not clipped: 游泳 stands twice in yours and once in the reference, so it counts once.",
        "片段没有截断：“游泳”在译文里有两个，参考译文里只有一个，只能算一次。",
    )
    require(
        not np.isclose(value, _bleu(ours, references, price=False)),
        "Being short costs nothing here: our translations have fewer characters than the references.",
        "译得短没有付代价：这里的译文比参考译文字数少。",
    )
    require(
        not np.isclose(value, _bleu(ours, references, mean="arithmetic")),
        "You take the arithmetic mean of the four shares; (7) takes the geometric one.",
        "你对四个比例求了算术平均；(7) 式用的是几何平均。",
    )
    require(
        not np.isclose(value, np.mean([_bleu([one], [two]) for one, two in zip(ours, references, strict=True)])),
        "This is the mean of the sentences' scores; add up the counts of all sentences first, then divide once.",
        "这是各句得分的平均；应当先把所有句子的计数加起来，再除一次。",
    )
    require(
        np.isclose(value, right, atol=1e-3),
        f"For two short sentences BLEU should be {right:.2f}; yours is {value:.2f}.",
        f"这两个短句的 BLEU 应是 {right:.2f}；你得到 {value:.2f}。",
    )
    long = float(learner(["今天天气很好我们去公园"], ["今天天气很好"]))
    require(
        np.isclose(long, _bleu(["今天天气很好我们去公园"], ["今天天气很好"]), atol=1e-3),
        "A translation longer than the reference is rewarded for it; the factor for length is never more than 1.",
        "译文比参考译文长，反而得了奖励；长度因子不会超过 1。",
    )
    with np.errstate(all="ignore"):
        none = float(learner(["猫"], ["狗"]))
    require(
        none == 0,
        f"Where nothing matches, BLEU is 0; yours is {none}.",
        f"什么都对不上时，BLEU 是 0；你得到 {none}。",
    )
    require(
        np.isclose(float(learner(references, references)), 100),
        "A translation equal to its reference has a BLEU of 100.",
        "与参考译文完全相同时，BLEU 是 100。",
    )


@exercise("06.5")
def beam_step(learner: Learner) -> None:
    """Catches: scores forgotten, the best of each beam, products of logarithms, worst first, beam and token changed."""
    scores = np.log(np.array([0.6, 0.3, 0.1]))
    log_p = np.log(np.array([[0.5, 0.3, 0.15, 0.05], [0.04, 0.47, 0.44, 0.05], [0.01, 0.02, 0.48, 0.49]]))
    result = learner(scores, log_p, 3)
    result = [tuple(int(number) for number in pair) for pair in result]
    longer = scores[:, None] + log_p
    order = np.dstack(np.unravel_index(np.argsort(-longer, axis=None), longer.shape))[0]
    right = [tuple(int(number) for number in pair) for pair in order[:3]]
    require(
        len(result) == 3 and all(len(pair) == 2 for pair in result),
        f"Return `width` = 3 pairs (beam, token); yours is {result}.",
        f"应返回 `width` = 3 个 (beam, token)；你的是 {result}。",
    )
    alone = np.dstack(np.unravel_index(np.argsort(-log_p, axis=None), log_p.shape))[0][:3]
    require(
        sorted(result) != sorted(tuple(int(number) for number in pair) for pair in alone),
        "Where a beginning came from plays no part in yours: add its score to what comes next.",
        "你没有考虑开头本身的得分：要把它加到下一步上。",
    )
    each = [(row, int(log_p[row].argmax())) for row in range(3)]
    require(
        sorted(result) != sorted(each),
        "You keep the best token of each beginning. A good beginning may have two heirs, and a poor one none.",
        "你在每个开头里各取了最好的一个。好的开头可以留下两个后代，差的可以一个不留。",
    )
    product = np.dstack(np.unravel_index(np.argsort(-(scores[:, None] * log_p), axis=None), log_p.shape))[0][:3]
    require(
        sorted(result) != sorted(tuple(int(number) for number in pair) for pair in product),
        "You multiply logarithms. Probabilities are multiplied, so that their logarithms are added.",
        "你把对数相乘了。相乘的是概率，所以对数应当相加。",
    )
    require(
        result != [(token, beam) for beam, token in right],
        "Your pairs are (token, beam); the beam comes first.",
        "你的次序是 (token, beam)；应当先写 beam。",
    )
    require(
        result == right or sorted(result) != sorted(right),
        "The right three, but not the best first.",
        "三个都对，但没有把最好的排在前面。",
    )
    require(
        result == right,
        f"The best three should be {right}; yours are {result}.",
        f"最好的三个应是 {right}；你得到 {result}。",
    )
    first = learner(np.array([-1.0]), np.array([[-0.5, -2.0, -0.1]]), 2)
    require(
        [tuple(int(number) for number in pair) for pair in first] == [(0, 2), (0, 0)],
        "With one beginning (the first step) and width 2, its two best tokens are kept.",
        "只有一个开头（第一步）、width 为 2 时，应留下它最好的两个词元。",
    )


@exercise("06.6")
def layer_parameters(learner: Learner) -> None:
    """Catches: no biases, one attention in a decoder, norms forgotten or too few, heads counted, three matrices."""
    width, hidden, heads = 8, 20, 2
    attention, network, norm = 4 * (width**2 + width), 2 * width * hidden + hidden + width, 2 * width
    encoder, decoder = attention + network + 2 * norm, 2 * attention + network + 3 * norm
    mine, mine_decoder = int(learner(width, hidden, heads, False)), int(learner(width, hidden, heads, True))
    require(
        mine != 4 * width**2 + 2 * width * hidden + 2 * norm,
        "Your matrices have no biases: each adds one number per column.",
        "你的矩阵没有偏置：每个矩阵的每一列还要加一个数。",
    )
    require(
        mine != attention + network,
        "The norms are missing: each has γ and β, and there is one for each branch.",
        "漏了归一化：每一次都有 γ 和 β，每条支路一次。",
    )
    require(
        mine != encoder - attention + 3 * (width**2 + width),
        "An attention has four matrices: query, key, value, and the one that joins the heads.",
        "一个注意力有四个矩阵：查询、键、值，还有把各个头合起来的那个。",
    )
    require(
        mine != encoder - attention + heads * attention,
        "The number of heads changes nothing: they share the columns of the same four matrices.",
        "头数不影响参数：各个头分的是同样四个矩阵的列。",
    )
    require(
        mine == encoder,
        f"An encoder layer of width 8 and hidden width 20 has {encoder:,} parameters; yours: {mine:,}.",
        f"宽 8、隐藏宽 20 的编码器层有 {encoder:,} 个参数；你得到 {mine:,}。",
    )
    require(
        mine_decoder != encoder,
        "A decoder layer has a second attention, which looks across at the source, with a norm of its own.",
        "解码器层还有第二个注意力，用来看原文，并有自己的归一化。",
    )
    require(
        mine_decoder != encoder + attention,
        "You counted the decoder's second attention, but not the norm of its branch.",
        "解码器的第二个注意力数了，它那条支路的归一化却没数。",
    )
    require(
        mine_decoder == decoder,
        f"A decoder layer of width 8 and hidden width 20 has {decoder:,} parameters; yours: {mine_decoder:,}.",
        f"宽 8、隐藏宽 20 的解码器层有 {decoder:,} 个参数；你得到 {mine_decoder:,}。",
    )
