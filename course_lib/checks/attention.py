"""The checks of chapter 05."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import agree, as_array, close, numbers, recognise, require_close, require_new
from course_lib.checks.core import Learner, exercise, require
from course_lib.checks.softmax import softmax


def _weights(queries: np.ndarray, keys: np.ndarray) -> np.ndarray:
    return softmax(queries @ keys.T / np.sqrt(keys.shape[1]))


@exercise(
    "05.1",
    more=(
        "Go in three steps, and look at the shape after each: the products of all queries with all keys are "
        "(time_q, time_k); the scale is one number, the root of the length of a key; then each row for itself: take "
        "away its largest score, exponentials, divide by their sum. `keepdims=True` keeps the axis that you reduce.",
        "分三步，每一步都看看形状：所有查询与所有键的乘积是 (time_q, time_k)；缩放是一个数，即键的长度的平方根；"
        "然后每一行各做各的：减去这一行的最大得分，取指数，除以它们的和。`keepdims=True` 会保留被归约的轴。",
    ),
)
def attention_weights(learner: Learner) -> None:
    """Catches: another scale, a softmax over the queries or over everything, overflow, scores for weights."""
    random = np.random.default_rng(0)
    queries, keys = random.normal(size=(3, 4)), random.normal(size=(5, 4))
    result = numbers(learner(queries, keys))
    require(
        result.shape != (5, 3),
        "The shape must be (time_q, time_k) = (3, 5); yours is (5, 3): your rows are keys. Queries are rows.",
        "形状应为 (time_q, time_k) = (3, 5)；你的是 (5, 3)：你的行是键。行应是查询。",
    )
    result = numbers(result, (3, 5), "time_q, time_k")
    products = queries @ keys.T
    scores, right = products / 2, _weights(queries, keys)
    only_scores = (
        "These are the scores; a softmax must still turn them into weights.",
        "这是得分；还要用 softmax 把它们变成权重。",
    )
    by_count = (
        "You divide by the root of the number of queries or keys; divide by √d, the root of the length of a vector.",
        "你除以的是查询或键的个数的平方根；应除以 √d，d 是向量的长度。",
    )
    no_sum = (
        "Your rows do not sum to one: these are exponentials, not yet divided by the sum of their row.",
        "你的各行之和不是 1：这只是指数，还没有除以所在行的和。",
    )
    recognise(
        result,
        right,
        (scores, *only_scores),
        (products, *only_scores),
        (
            softmax(products),
            "Your weights are sharper than they should be: what is the variance of a sum of d products?",
            "你的权重比应有的更尖锐：d 个乘积之和，方差是多少？",
        ),
        (
            softmax(products / 4),
            "You divide by d. The variance is d, so the spread is √d: divide by that.",
            "你除以了 d。方差是 d，所以标准差是 √d：应除以 √d。",
        ),
        (
            softmax(products * 2),
            "You multiply by √d; divide by it.",
            "你乘上了 √d；应当除以它。",
        ),
        (softmax(products / np.sqrt(5)), *by_count),
        (softmax(products / np.sqrt(3)), *by_count),
        (
            softmax(scores, 0),
            "Your columns sum to one. Each query shares out its look over the keys: the softmax runs along each row.",
            "你的各列之和为 1。是每个查询把权重分配给各个键：softmax 应沿每一行做。",
        ),
        (
            softmax(scores, None),
            "All your weights together sum to one; each row should. Which axis does your sum run over?",
            "你的全部权重加起来为 1；应当是每一行之和为 1。你的求和沿的是哪个轴？",
        ),
        (np.exp(scores), *no_sum),
        (np.exp(scores - scores.max(axis=1, keepdims=True)), *no_sum),
        (
            softmax(-scores),
            "A large score gives a small weight in yours: there is a minus too many.",
            "在你这里，得分越大权重越小：多了一个负号。",
        ),
        (
            scores / scores.sum(axis=1, keepdims=True),
            "You divide the scores themselves by their sum; the softmax takes their exponentials first.",
            "你直接用得分除以它们的和；softmax 要先取指数。",
        ),
        (
            softmax(scores - scores.max(axis=0)),
            "You subtract the largest score of each column; that changes the weights. Subtract the largest of each "
            "row: `axis=-1`.",
            "你减去的是每一列的最大得分，这会改变权重。应减去每一行的最大值：`axis=-1`。",
        ),
    )
    require_close(result, right)
    agree(
        learner,
        _weights,
        (random.normal(size=(3, 4)), random.normal(size=(5, 4))),  # shaped like the first, with other numbers
        (random.normal(size=(1, 9)), random.normal(size=(4, 9))),
        (random.normal(size=(4, 2)), random.normal(size=(1, 2))),
        (random.normal(size=(3, 3)), random.normal(size=(3, 3))),
    )
    queries, keys = np.array([[1000.0], [-1000.0], [0.0]]), np.array([[1.0], [0.999]])
    right = _weights(queries, keys)
    alone = numbers(learner(queries[1:2], keys))
    large = numbers(learner(queries, keys), (3, 2), "time_q, time_k")  # the last call: the longer hint shows it
    require(
        close(large[0], right[0]) or np.isfinite(large[0]).all(),
        "Scores near 1,000 give NaN: exp(1000) overflows. Subtracting the largest score of the row first changes "
        "nothing else.",
        "得分接近 1,000 时你得到 NaN：exp(1000) 溢出了。先减去这一行最大的得分，结果不变。",
    )
    require(
        close(large[0], right[0]),
        f"For the scores 1000 and 999 the weights are 0.731 and 0.269; yours are {large[0].round(3)}.",
        f"得分为 1000 和 999 时，权重是 0.731 和 0.269；你得到 {large[0].round(3)}。",
    )
    require(
        close(large, right) or close(alone, right[1:2]),
        "A row of low scores, -1000 and -999, goes wrong, even alone: the number to subtract is the largest score of "
        "the row itself, with its sign.",
        "得分为 -1000 和 -999 的一行，单独计算也不对：要减去的就是这一行的最大得分本身，连同它的符号。",
    )
    require(
        close(large, right),
        "A row of low scores, -1000 and -999, goes wrong beside a row of high ones: subtract the largest score of "
        "each row, not of the whole table.",
        "同一张表里有得分很高的行时，得分为 -1000 和 -999 的那一行就错了：要减去每一行各自的最大得分，"
        "而不是整张表的最大得分。",
    )


def _masked(scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
    weights = np.zeros(scores.shape)
    for row, kept in enumerate(mask):
        if kept.any():
            weights[row, kept] = softmax(scores[row, kept])
    return weights


@exercise(
    "05.2",
    more=(
        "Let the mask act twice: on the scores, before the largest of the row is looked for, and on the exponentials, "
        "so that what is hidden is exactly 0. Then only one question is left: what is the sum of a row that may look "
        "at nothing, and what could you divide by there instead?",
        "让掩码起两次作用：一次在得分上，在找行内最大值之前；一次在指数上，使被遮住的恰好是 0。"
        "剩下的只有一个问题：什么都不许看的一行，和是多少？那里可以改为除以什么？",
    ),
)
def masked_weights(learner: Learner) -> None:
    """Catches: masking after the softmax, a mask upside down, fillers too high, a lost 0, NaN in an empty row."""
    scores = np.array([[2.0, 1.0, 5.0, 0.5], [-3.0, -4.0, -2.0, -2.5], [0.5, 1.5, -0.5, 1.0]])
    mask = np.array([[True, True, False, True], [True, True, False, False], [True, True, True, True]])
    result = numbers(learner(scores, mask), (3, 4), "queries, keys")
    right = _masked(scores, mask)
    no_sum = (
        "These are exponentials where the mask keeps; each row must still be divided by its sum.",
        "这是掩码保留处的指数；每一行还要除以自己的和。",
    )
    recognise(
        result,
        right,
        (
            _masked(scores, ~mask),
            "You keep where the mask is False. Here True = keep.",
            "你保留了掩码为 False 的地方；这里 True 表示保留。",
        ),
        (
            softmax(scores),
            "The mask has no effect: this is the softmax of all scores.",
            "掩码没有起作用：这是全部得分的 softmax。",
        ),
        (
            softmax(scores) * mask,
            "You mask after the softmax: rows no longer sum to one, and what is hidden still shows in the denominator.",
            "你在 softmax 之后才遮住：行和不再是 1，而且被遮住的得分仍在分母里。",
        ),
        (
            softmax(scores * mask),
            "You set masked scores to 0; exp(0) is 1, so they keep a weight. They must become very low.",
            "你把被遮住的得分设成了 0；exp(0) 等于 1，它们仍有权重。应当变得极低。",
        ),
        (
            softmax(scores * mask) * mask,
            "You set masked scores to 0 and hide them after the softmax; exp(0) is 1, and stays in the denominator.",
            "你把被遮住的得分设成 0，softmax 之后再遮住；exp(0) 等于 1，仍留在分母里。",
        ),
        (
            softmax(scores + mask),
            "You add the mask to the scores: 1 more is not enough to hide the rest. Masked scores must become very "
            "low.",
            "你把掩码加到了得分上：多 1 分并不能遮住其余的。被遮住的得分应当变得极低。",
        ),
        (
            softmax(np.where(mask, scores, -1e30), 0),
            "Your columns sum to one; the softmax runs along each row.",
            "你的各列之和为 1；softmax 应沿每一行做。",
        ),
        (
            softmax(np.where(mask, scores, -1e30), None),
            "All your weights together sum to one; each row should.",
            "你的全部权重加起来为 1；应当是每一行之和为 1。",
        ),
        (np.exp(scores) * mask, *no_sum),
        (np.exp(scores - scores.max(axis=1, keepdims=True)) * mask, *no_sum),
        (
            mask / mask.sum(axis=1, keepdims=True),
            "All that is kept gets the same weight: the scores have no effect.",
            "所有保留的都得到同样的权重：得分没有起作用。",
        ),
        (
            np.where(mask, scores, 0),
            "These are the scores that are kept; a softmax must still turn them into weights.",
            "这是保留下来的得分；还要用 softmax 把它们变成权重。",
        ),
    )
    require((result[~mask] == 0).all(), *_not_exactly(result[~mask]))
    require_close(result, right)
    empty = np.array([[False] * 4, [True] * 4, [True, False, False, False]])
    found = numbers(learner(scores, empty), (3, 4), "queries, keys")
    require_new(learner)
    require(
        np.isfinite(found).all(),
        "A row that may look at nothing gives NaN: what do you divide by there?",
        "什么都不许看的一行得到 NaN：那里你除以了什么？",
    )
    require(
        (found[0] == 0).all(),
        f"A row that may look at nothing must give zeros; yours looks at hidden keys: {found[0].round(3)}.",
        f"什么都不许看的一行应全为零；你的却看了被遮住的键：{found[0].round(3)}。",
    )
    require(
        close(found[1], softmax(scores)[1]),
        "In a row with everything kept, the result is the plain softmax; yours is another once a row beside it may "
        "look at nothing.",
        "全部保留的一行，结果就是普通的 softmax；旁边有一行什么都不许看时，你的结果就变了。",
    )
    require_close(found, _masked(scores, empty))
    zero = np.array([[0.0, 1.0, 2.0], [0.0, 0.0, -1.0]]), np.array([[True, True, False], [True, False, True]])
    found, right = numbers(learner(*zero), (2, 3), "queries, keys"), _masked(*zero)
    require(
        close(found, right) or not (found[zero[1] & (zero[0] == 0)] == 0).all(),
        "A kept score of exactly 0 gets no weight in yours: the mask says what is hidden, not the score.",
        "得分恰好为 0、但被保留的位置，在你这里没有权重：遮不遮住由掩码说了算，不看得分。",
    )
    require_close(found, right)
    low = np.array([[-300.0, -301.0, 3.0], [-302.0, 2.0, -300.0]]), np.array([[True, True, False], [True, False, True]])
    lower = numbers(learner(np.where(low[1], low[0], -310.0), low[1]))  # nothing hidden stands out here
    found, right = numbers(learner(*low), (2, 3), "queries, keys"), _masked(*low)
    require(
        close(found, right) or not close(lower, right),
        "Where all kept scores are low, -300 and -301, beside a hidden one of 3, the weights go wrong: look for the "
        "largest score among those that are kept.",
        "保留的得分都很低（-300 和 -301）、被遮住的得分是 3 时，权重就错了：最大的得分要在保留的里面找。",
    )
    require(
        close(found, right),
        "Where all kept scores are low, -300 and -301, the weights go wrong: the number that stands for a hidden score "
        "is higher than they are. It must be lower than any score.",
        "保留的得分都很低（-300 和 -301）时，权重就错了：你用来代替被遮住得分的数比它们还高。它应当低于任何得分。",
    )
    require((found[~low[1]] == 0).all(), *_not_exactly(found[~low[1]]))
    random = np.random.default_rng(3)
    agree(
        learner,
        _masked,
        (random.normal(size=(1, 3)), np.array([[True, False, True]])),
        (random.normal(size=(4, 1)), np.array([[True], [False], [True], [True]])),
        (random.normal(size=(3, 3)), np.tril(np.ones((3, 3), bool))),
        (random.normal(size=(2, 5)), np.array([[False, True, True, False, True], [True, True, False, False, False]])),
    )


def _not_exactly(hidden: np.ndarray) -> tuple[str, str]:
    seen = f"{hidden[np.abs(hidden).argmax()]:.2g}"
    return (
        f"The weight of what is hidden must be exactly 0, and yours is {seen}. The number that stands for a "
        "hidden score is not low enough; a weight that is set to 0 after the exponential is 0 whatever the scores.",
        f"被遮住处的权重应恰好是 0，你得到 {seen}。你用来代替被遮住得分的数还不够低；"
        "取指数之后再置 0，不管得分多少都是 0。",
    )


def _cut(inputs: np.ndarray, num_heads: int) -> np.ndarray:
    return np.stack(np.split(inputs, num_heads, axis=-1), axis=1)


@exercise(
    "05.3",
    more=(
        "Two steps. The last axis, of length width, becomes two: which head, and where in its piece; all that stands "
        "before it stays. Then two axes change places, so that the heads stand right behind the batch. Print the shape "
        "after each.",
        "两步。最后一个轴（长度为 width）变成两个：哪个头，以及在这一段里的位置；它前面的轴都不动。"
        "然后对调两个轴，让头紧跟在 batch 之后。每一步之后打印形状看看。",
    ),
)
def cut_heads(learner: Learner) -> None:
    """Catches: a reshape straight to the final shape, axes in another order, pieces interleaved, too few axes."""
    inputs = np.arange(3 * 5 * 8.0).reshape(3, 5, 8)  # batch, heads, time and dim: 3, 2, 5, 4
    result = numbers(learner(inputs, 2))
    right = _cut(inputs, 2)
    pieces = inputs.reshape(3, 5, 2, 4)
    require(
        result.shape != (3, 5, 2, 4) or not np.array_equal(result, pieces),
        "Cut rightly, but the heads still stand behind the time; swap these two axes.",
        "切对了，但头的轴还在时间之后；要把这两个轴对调。",
    )
    require(
        result.shape != (2, 3, 5, 4),
        "Your heads stand before the batch; they come right behind it: (batch, num_heads, time, dim) = (3, 2, 5, 4).",
        "你的头排在 batch 之前；应当紧跟在它后面：(batch, num_heads, time, dim) = (3, 2, 5, 4)。",
    )
    require(
        result.shape != (3, 2, 4, 5),
        "Your last axis is the time; it is the piece of the vector: (batch, num_heads, time, dim) = (3, 2, 5, 4).",
        "你的最后一个轴是时间；应当是向量的那一段：(batch, num_heads, time, dim) = (3, 2, 5, 4)。",
    )
    result = numbers(result, (3, 2, 5, 4), "batch, num_heads, time, dim")
    recognise(
        result,
        right,
        (
            inputs.reshape(3, 2, 5, 4),
            "A reshape alone mixes words: your heads begin with half of a vector of another time. Cut first, then "
            "swap.",
            "只用 reshape 会把词混在一起：你的第二个头从别的时间的半个向量开始。先切，再对调轴。",
        ),
        (
            inputs.reshape(3, 5, 4, 2).transpose(0, 3, 1, 2),
            "Your heads take every second number; head 1 gets the first piece of each vector, head 2 the next.",
            "你的头隔一个数取一个；应当是第 1 头取每个向量的前一段，第 2 头取后一段。",
        ),
        (
            right[:, ::-1],
            "Your heads stand in the reverse order: head 1 gets the first piece of each vector.",
            "你的各个头次序反了：第 1 头应取每个向量的第一段。",
        ),
        (
            np.repeat(right[:, :1], 2, axis=1),
            "All your heads are the same piece; each gets one of its own.",
            "你的各个头取的是同一段；每个头应各取一段。",
        ),
    )
    require_close(result, right)
    random = np.random.default_rng(4)
    agree(
        learner,
        _cut,
        (inputs, 1),
        english="With one head, the vectors stay whole.",
        chinese="只有一个头时，向量应保持完整。",
    )
    agree(
        learner,
        _cut,
        (random.normal(size=(3, 5, 8)), 4),
        (random.normal(size=(1, 3, 6)), 2),
        (random.normal(size=(2, 1, 6)), 3),
        (random.normal(size=(2, 3, 4)), 4),
        (random.normal(size=(2, 2, 4)), 2),
    )


def _decoder(lengths: np.ndarray, time: int) -> np.ndarray:
    return np.array([[[key <= query and key < n for key in range(time)] for query in range(time)] for n in lengths])


@exercise(
    "05.4",
    more=(
        "Make two masks and join them. One asks of each key whether it is a word: it has an axis for the example and "
        "one for the key, and is the same for every query. The other compares the places of key and query, and is the "
        "same for every example. Axes of length 1 let NumPy spread them.",
        "做两个掩码，再合起来。一个问每个键是不是词：它有样本轴和键轴，对每个查询都一样。另一个比较键与查询的位置，"
        "对每个样本都一样。加上长度为 1 的轴，NumPy 就会把它们铺开。",
    ),
)
def decoder_mask(learner: Learner) -> None:
    """Catches: one mask alone, 'or' for 'and', looking ahead, hiding oneself, padding of queries, numbers."""
    lengths, time = np.array([4, 2, 1]), 4
    answer = as_array(learner(lengths, time))
    result = numbers(answer, (3, 4, 4), "batch, time, time")
    require(
        answer.dtype == bool,
        f"A mask is boolean, True = keep; yours is of type {answer.dtype}.",
        f"掩码是布尔值，True 表示保留；你的类型是 {answer.dtype}。",
    )
    right = _decoder(lengths, time)
    place = np.arange(time)
    causal = np.broadcast_to(place <= place[:, None], right.shape)
    keys = np.broadcast_to(place < lengths[:, None, None], right.shape)
    queries = keys.transpose(0, 2, 1)
    ahead = (
        "Your queries look ahead: a row is a query, a column a key, and the key must not come later.",
        "你的查询在往前偷看：行是查询，列是键，键不能在查询之后。",
    )
    itself = (
        "Your queries do not see themselves; a position may look at itself.",
        "你的查询看不见自己；一个位置可以看自己。",
    )
    also = (
        "You also hide all from queries that are padding. Only keys are masked: what such a query sees, nobody reads.",
        "你让填充位置上的查询什么都看不见。只需遮住键：这样的查询看到什么，没有人会读。",
    )
    recognise(
        result.astype(bool),
        right,
        (keys & causal.transpose(0, 2, 1), *ahead),
        (right.transpose(0, 2, 1), *ahead),
        (
            keys & ~causal,
            "You keep what lies in the future, and hide the rest: turn the comparison of places round.",
            "你保留的是未来，遮住的是其余：把位置的比较反过来。",
        ),
        (keys & (place < place[:, None]), *itself),
        (
            causal,
            "The future is hidden, but padding is not: the second sentence has two words, so nobody may look at its "
            "third place.",
            "未来遮住了，填充却没有：第二句只有两个词，谁也不该看它的第三个位置。",
        ),
        (
            keys,
            "Padding is hidden, but the future is not: in the first sentence, word 1 may not look at word 2.",
            "填充遮住了，未来却没有：第一句里，第 1 个词不该看第 2 个词。",
        ),
        (
            keys | causal,
            "You keep a key if either is true; it must be no padding and not in the future: `&`, not `|`.",
            "你只要满足一个条件就保留；应当既不是填充、又不在未来：用 `&`，不是 `|`。",
        ),
        (right & queries, *also),
        (
            ~right,
            "Upside down: True = keep.",
            "掩码反了：True 表示保留。",
        ),
        (
            causal & (place <= lengths[:, None, None]),
            "One key too many: a sentence of n words has them at the places 0 to n - 1.",
            "多了一个键：有 n 个词的句子，词在位置 0 到 n - 1。",
        ),
        (
            causal & (place < lengths[:, None, None] - 1),
            "One key too few: a sentence of n words has them at the places 0 to n - 1.",
            "少了一个键：有 n 个词的句子，词在位置 0 到 n - 1。",
        ),
        (
            causal & (place >= time - lengths[:, None, None]),
            "You hide the left of short sentences; the padding is on the right.",
            "你遮住的是短句的左边；填充在右边。",
        ),
    )
    for row, length in enumerate(lengths):
        require(
            np.array_equal(result[row], right[row]),
            f"For the length {length} of {time} places the mask should be {right[row].astype(int).tolist()};"
            f" yours is {result[row].astype(int).tolist()}.",
            f"共 {time} 个位置、长度为 {length} 时，掩码应是 {right[row].astype(int).tolist()}；"
            f"你得到 {result[row].astype(int).tolist()}。",
        )
    shape = as_array(learner(np.array([1, 0]), 2)).shape
    require_new(learner)
    require(
        shape == (2, 2, 2),
        f"The mask should have `time` = 2 positions, however short the sentences are: (2, 2, 2); yours is {shape}.",
        f"不管句子多短，掩码都应有 `time` = 2 个位置，即 (2, 2, 2)；你的形状是 {shape}。",
    )
    require(
        not as_array(learner(np.array([0, 0]), 2)).any(),
        "A sentence without words has nothing to look at: all False.",
        "没有词的句子没有什么可看：应全为 False。",
    )
    agree(
        learner,
        _decoder,
        (np.array([2]), 3),
        (np.array([1, 1]), 1),
        (np.array([5, 2]), 5),
        (np.array([2, 0, 1, 2]), 2),
    )


def _additive(queries: np.ndarray, keys: np.ndarray, w: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.array([[v @ np.tanh(w @ query + u @ key) for key in keys] for query in queries])


@exercise(
    "05.5",
    more=(
        "Work out the queries' part once, (time_q, hidden), and the keys' part once, (time_k, hidden). An axis of "
        "length 1 in each, at different places, makes their sum (time_q, time_k, hidden). What (3) does with the last "
        "axis takes it away.",
        "先一次算出查询的部分 (time_q, hidden)，再一次算出键的部分 (time_k, hidden)。"
        "在两者不同的位置各加一个长度为 1 的轴，"
        "和的形状就是 (time_q, time_k, hidden)。(3) 式对最后一个轴所做的，正好把它去掉。",
    ),
)
def additive_scores(learner: Learner) -> None:
    """Catches: a dot product, no tanh, tanh of each part, keys by queries, the hidden axis left over."""
    random = np.random.default_rng(1)

    def case(time_q: int, time_k: int, query_dim: int, key_dim: int, hidden: int) -> tuple[np.ndarray, ...]:
        sizes = (time_q, query_dim), (time_k, key_dim), (hidden, query_dim), (hidden, key_dim), (hidden,)
        return tuple(random.normal(size=size) for size in sizes)

    queries, keys, w, u, v = first = case(2, 4, 3, 5, 6)
    result = numbers(learner(*first))
    asked, offered = queries @ w.T, keys @ u.T
    sums = asked[:, None] + offered[None]
    right = _additive(*first)
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
    result = numbers(result, (2, 4), "time_q, time_k")
    without_v = (
        "Where is v? It weighs the hidden units before they are added up.",
        "v 到哪里去了？各隐藏单元要先乘上它，再加起来。",
    )
    recognise(
        result,
        right,
        (
            sums @ v,
            "Without the tanh, the key's part is the same for every query, and no query can prefer another key.",
            "没有 tanh，键那一项对每个查询都一样，查询就无法各有所好。",
        ),
        (
            (np.tanh(asked)[:, None] + np.tanh(offered)[None]) @ v,
            "You bend the two parts before adding them; the tanh goes around the sum.",
            "你先分别取 tanh 再相加；应当先相加，再取 tanh。",
        ),
        (
            asked @ offered.T,
            "That is a dot product of the two parts; (3) adds them.",
            "这是两部分的点积；(3) 式是把它们相加。",
        ),
        (
            np.tanh(sums @ v),
            "You take the tanh at the very end; it goes around the sum of the two parts, before v.",
            "你最后才取 tanh；它应作用在两部分之和上，在乘 v 之前。",
        ),
        (np.tanh(sums).sum(axis=-1), *without_v),
        (np.tanh(sums).mean(axis=-1), *without_v),
        (
            np.tanh(asked[:, None] - offered[None]) @ v,
            "You subtract the key's part; (3) adds it.",
            "你减去了键的部分；(3) 式是相加。",
        ),
        (
            np.tanh(asked[:, None] * offered[None]) @ v,
            "You multiply the two parts; (3) adds them.",
            "你把两部分相乘了；(3) 式是相加。",
        ),
        (
            np.tanh(sums) @ v / len(v),
            "You take the mean over the hidden units; (3) adds them up.",
            "你对隐藏单元求了平均；(3) 式是求和。",
        ),
        (
            np.maximum(sums, 0) @ v,
            "That is a ReLU; (3) takes the tanh.",
            "这是 ReLU；(3) 式用的是 tanh。",
        ),
        (
            (1 / (1 + np.exp(-sums))) @ v,
            "That is a sigmoid; (3) takes the tanh.",
            "这是 sigmoid；(3) 式用的是 tanh。",
        ),
        (
            softmax(right),
            "These are weights; asked for are the scores, before the softmax.",
            "这是权重；要的是 softmax 之前的得分。",
        ),
        (
            np.tanh(asked)[:, None].repeat(4, 1) @ v,
            "The keys play no part in yours.",
            "键在你的结果里不起作用。",
        ),
    )
    require_close(result, right)
    agree(
        learner,
        _additive,
        case(2, 4, 3, 5, 6),  # shaped like the first, with other numbers
        case(1, 3, 2, 4, 5),
        case(3, 1, 4, 2, 1),
        case(3, 3, 3, 3, 3),
        case(1, 1, 2, 2, 2),
    )
