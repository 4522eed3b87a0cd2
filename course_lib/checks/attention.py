"""The checks of chapter 05."""

from __future__ import annotations

import numpy as np

from course_lib.checks.core import Learner, exercise, require


def _softmax(scores: np.ndarray, axis: int = -1) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _require_shape(result: np.ndarray, shape: tuple[int, ...], names: str) -> None:
    require(
        result.shape == shape,
        f"The result must have the shape ({names}) = {shape}; yours is {result.shape}.",
        f"结果的形状应为 ({names}) = {shape}；你的是 {result.shape}。",
    )


@exercise("05.1")
def attention_weights(learner: Learner) -> None:
    """Catches: no scale, scaling by d, a softmax over the queries or over everything, overflow, scores for weights."""
    random = np.random.default_rng(0)
    queries, keys = random.normal(size=(3, 4)), random.normal(size=(5, 4))
    result = np.asarray(learner(queries, keys))
    _require_shape(result, (3, 5), "time_q, time_k")
    scores = queries @ keys.T / 2
    require(
        not np.allclose(result, scores) and not np.allclose(result, 2 * scores),
        "These are the scores; a softmax must still turn them into weights.",
        "这是得分；还要用 softmax 把它们变成权重。",
    )
    require(
        not np.allclose(result, _softmax(2 * scores)),
        "Your weights are sharper than they should be: what is the variance of a sum of d products?",
        "你的权重比应有的更尖锐：d 个乘积之和，方差是多少？",
    )
    require(
        not np.allclose(result, _softmax(scores / 2)),
        "You divide by d. The variance is d, so the spread is √d: divide by that.",
        "你除以了 d。方差是 d，所以标准差是 √d：应除以 √d。",
    )
    require(
        not np.allclose(result.sum(axis=0), 1) or np.allclose(result.sum(axis=1), 1),
        "Your columns sum to one. Each query shares out its look over the keys: the softmax runs along each row.",
        "你的各列之和为 1。是每个查询把目光分配给各个键：softmax 应沿每一行做。",
    )
    require(
        not np.allclose(result.sum(), 1),
        "All your weights together sum to one; each row should. Which axis does your sum run over?",
        "你的全部权重加起来为 1；应当是每一行之和为 1。你的求和沿的是哪个轴？",
    )
    require(
        np.allclose(result, _softmax(scores)),
        f"The first row should be {_softmax(scores)[0].round(3)}; yours is {result[0].round(3)}.",
        f"第一行应是 {_softmax(scores)[0].round(3)}；你得到 {result[0].round(3)}。",
    )
    with np.errstate(all="ignore"):
        large = np.asarray(learner(np.array([[1000.0]]), np.array([[1.0], [0.999]])))
    require(
        np.isfinite(large).all(),
        "Scores near 1,000 give NaN: exp(1000) overflows. Subtracting the largest score first changes nothing else.",
        "得分接近 1,000 时你得到 NaN：exp(1000) 溢出了。先减去最大的得分，结果不变。",
    )
    require(
        np.allclose(large, _softmax(np.array([[1000.0, 999.0]]))),
        f"For the scores 1000 and 999 the weights are 0.731 and 0.269; yours are {large.ravel().round(3)}.",
        f"得分为 1000 和 999 时，权重是 0.731 和 0.269；你得到 {large.ravel().round(3)}。",
    )


@exercise("05.2")
def masked_weights(learner: Learner) -> None:
    """Catches: masking after the softmax, a mask upside down, zeros for scores, NaN or a look in an empty row."""
    scores = np.array([[2.0, 1.0, 5.0], [-3.0, -4.0, -2.0], [0.5, 1.5, -0.5]])
    mask = np.array([[True, True, False], [True, True, False], [True, True, True]])
    with np.errstate(all="ignore"):
        result = np.asarray(learner(scores, mask))
    _require_shape(result, (3, 3), "queries, keys")
    right = _softmax(np.where(mask, scores, -1e30))
    require(
        not np.allclose(result[0], [0, 0, 1]),
        "You keep where the mask is False. Here True = keep.",
        "你保留了掩码为 False 的地方；这里 True 表示保留。",
    )
    require(
        not np.allclose(result, _softmax(scores) * mask),
        "You mask after the softmax: rows no longer sum to one, and what is hidden still shows in the denominator.",
        "你在 softmax 之后才遮住：行和不再是 1，而且被遮住的得分仍在分母里。",
    )
    require(
        not np.allclose(result, _softmax(scores * mask)),
        "You set masked scores to 0; exp(0) is 1, so they keep a weight. They must become very low.",
        "你把被遮住的得分设成了 0；exp(0) 等于 1，它们仍有权重。应当变得极低。",
    )
    require(
        np.allclose(result, right) and (result[~mask] == 0).all(),
        f"The first row should be {right[0].round(3)}; yours is {result[0].round(3)}.",
        f"第一行应是 {right[0].round(3)}；你得到 {result[0].round(3)}。",
    )
    with np.errstate(all="ignore"):
        empty = np.asarray(learner(scores, np.array([[False] * 3, [True] * 3, [True] * 3])))
    require(
        np.isfinite(empty).all(),
        "A row that may look at nothing gives NaN: what do you divide by there?",
        "什么都不许看的一行得到 NaN：那里你除以了什么？",
    )
    require(
        np.allclose(empty[0], 0),
        f"A row that may look at nothing must give zeros; yours looks at hidden keys: {empty[0].round(3)}.",
        f"什么都不许看的一行应全为零；你的却看了被遮住的键：{empty[0].round(3)}。",
    )
    require(
        np.allclose(empty[1:], _softmax(scores)[1:]),
        "With everything kept, the result is the plain softmax.",
        "全部保留时，结果就是普通的 softmax。",
    )


@exercise("05.3")
def cut_heads(learner: Learner) -> None:
    """Catches: a reshape straight to the final shape, heads left behind the time, pieces interleaved, too few axes."""
    inputs = np.arange(2 * 3 * 8.0).reshape(2, 3, 8)
    result = np.asarray(learner(inputs, 2))
    right = inputs.reshape(2, 3, 2, 4).transpose(0, 2, 1, 3)
    require(
        result.shape != (2, 3, 2, 4),
        "Cut rightly, but the heads still stand behind the time; swap these two axes.",
        "切对了，但头的轴还在时间之后；要把这两个轴对调。",
    )
    _require_shape(result, (2, 2, 3, 4), "batch, num_heads, time, dim")
    require(
        not np.array_equal(result, inputs.reshape(2, 2, 3, 4)),
        "A reshape alone mixes words: your heads begin with half of a vector of another time. Cut first, then swap.",
        "只用 reshape 会把词混在一起：你的第二个头从别的时间的半个向量开始。先切，再对调轴。",
    )
    require(
        not np.array_equal(result, inputs.reshape(2, 3, 4, 2).transpose(0, 3, 1, 2)),
        "Your heads take every second number; head 1 gets the first piece of each vector, head 2 the next.",
        "你的头隔一个数取一个；应当是第 1 头取每个向量的前一段，第 2 头取后一段。",
    )
    require(
        np.array_equal(result, right),
        f"Head 1 of the first word should be {right[0, 0, 0]}; yours is {result[0, 0, 0]}.",
        f"第一个词的第 1 头应是 {right[0, 0, 0]}；你得到 {result[0, 0, 0]}。",
    )
    require(
        np.array_equal(np.asarray(learner(inputs, 1)), inputs[:, None]),
        "With one head, the vectors stay whole.",
        "只有一个头时，向量应保持完整。",
    )


@exercise("05.4")
def decoder_mask(learner: Learner) -> None:
    """Catches: one mask alone, 'or' for 'and', looking ahead, hiding oneself, padding of queries, numbers."""
    lengths, time = np.array([3, 2]), 3
    result = np.asarray(learner(lengths, time))
    _require_shape(result, (2, 3, 3), "batch, time, time")
    require(
        result.dtype == bool,
        f"A mask is boolean, True = keep; yours is of type {result.dtype}.",
        f"掩码是布尔值，True 表示保留；你的类型是 {result.dtype}。",
    )
    causal = np.tril(np.ones((3, 3), bool))
    require(
        not (np.array_equal(result[0], causal.T) or np.array_equal(result[0], np.triu(causal.T, 1))),
        "Your queries look ahead: a row is a query, a column a key, and the key must not come later.",
        "你的查询在往前偷看：行是查询，列是键，键不能在查询之后。",
    )
    require(
        not np.array_equal(result[0], np.tril(causal, -1)),
        "Your queries do not see themselves; a position may look at itself.",
        "你的查询看不见自己；一个位置可以看自己。",
    )
    require(
        not np.array_equal(result[1], causal),
        "The future is hidden, but padding is not: the second sentence has two words, so nobody may look at its third.",
        "未来遮住了，填充却没有：第二句只有两个词，谁也不该看它的第三个位置。",
    )
    require(
        not result[0].all(),
        "Padding is hidden, but the future is not: in the first sentence, word 1 may not look at word 2.",
        "填充遮住了，未来却没有：第一句里，第 1 个词不该看第 2 个词。",
    )
    right = causal & (np.arange(3) < lengths[:, None, None])
    require(
        not np.array_equal(result[1], right[1] & (np.arange(3) < 2)[:, None]),
        "You also hide all from queries that are padding. Only keys are masked: what such a query sees, nobody reads.",
        "你让填充位置上的查询什么都看不见。只需遮住键：这样的查询看到什么，没有人会读。",
    )
    require(
        np.array_equal(result, right),
        f"For the lengths 3 and 2 the second mask should be {right[1].astype(int).tolist()};"
        f" yours is {result[1].astype(int).tolist()}.",
        f"长度为 3 和 2 时，第二个掩码应是 {right[1].astype(int).tolist()}；你得到 {result[1].astype(int).tolist()}。",
    )
    shape = np.shape(learner(np.array([1, 0]), 2))
    require(
        shape == (2, 2, 2),
        f"The mask should have `time` = 2 positions, however short the sentences are: (2, 2, 2); yours is {shape}.",
        f"不管句子多短，掩码都应有 `time` = 2 个位置，即 (2, 2, 2)；你的形状是 {shape}。",
    )
    require(
        not np.asarray(learner(np.array([0]), 2)).any(),
        "A sentence without words has nothing to look at: all False.",
        "没有词的句子没有什么可看：应全为 False。",
    )


@exercise("05.5")
def additive_scores(learner: Learner) -> None:
    """Catches: a dot product, no tanh, tanh of each part, keys by queries, the hidden axis left over."""
    random = np.random.default_rng(1)
    queries, keys = random.normal(size=(2, 3)), random.normal(size=(4, 5))
    w, u, v = random.normal(size=(6, 3)), random.normal(size=(6, 5)), random.normal(size=6)
    result = np.asarray(learner(queries, keys, w, u, v))
    asked, offered = queries @ w.T, keys @ u.T
    right = np.tanh(asked[:, None] + offered[None]) @ v
    require(
        result.shape != (2, 4, 6),
        "The hidden units are still there: v adds them up into one score for each pair.",
        "隐藏单元的轴还在：应由 v 把它们合成每一对的一个得分。",
    )
    require(
        result.shape != (4, 2),
        "Your rows are keys; queries are rows, keys are columns.",
        "你的行是键；行应是查询，列应是键。",
    )
    _require_shape(result, (2, 4), "time_q, time_k")
    require(
        not np.allclose(result, (asked[:, None] + offered[None]) @ v),
        "Without the tanh, the key's part is the same for every query, and no query can prefer another key.",
        "没有 tanh，键那一项对每个查询都一样，查询就无法各有所好。",
    )
    require(
        not np.allclose(result, (np.tanh(asked)[:, None] + np.tanh(offered)[None]) @ v),
        "You bend the two parts before adding them; the tanh goes around the sum.",
        "你先分别取 tanh 再相加；应当先相加，再取 tanh。",
    )
    require(
        not np.allclose(result, asked @ offered.T),
        "That is a dot product of the two parts; (3) adds them.",
        "这是两部分的点积；(3) 式是把它们相加。",
    )
    require(
        np.allclose(result, right),
        f"The first row should be {right[0].round(3)}; yours is {result[0].round(3)}.",
        f"第一行应是 {right[0].round(3)}；你得到 {result[0].round(3)}。",
    )
