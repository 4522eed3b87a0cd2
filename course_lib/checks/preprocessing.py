"""The checks of chapter 01."""

from __future__ import annotations

from collections import Counter

import numpy as np

from course_lib.checks.core import Learner, exercise, require


@exercise("01.1")
def document_frequency(learner: Learner) -> None:
    """Catches: counting occurrences, counting documents only, words of the last document alone, lost words."""
    given = [["good", "film"], ["good", "good", "good"], ["bad"]]
    result = learner(given)
    require(
        isinstance(result, dict),
        f"Return a dictionary {{word: number}}; yours is a {type(result).__name__}.",
        f"应返回字典 {{词: 数目}}；你返回的是 {type(result).__name__}。",
    )
    require(
        result.get("good") != 4,
        "You count how often a word occurs. Document frequency counts each document once: what does set(document) do?",
        "你数的是词出现的次数。文档频率里每篇文档只算一次：想想 set(document) 会做什么。",
    )
    require(
        set(result) == {"good", "film", "bad"},
        f"Your keys are {sorted(map(str, result))}; there should be one for every word of every document.",
        f"你的键是 {sorted(map(str, result))}；每篇文档的每个词都应有一个键。",
    )
    require(
        result["good"] != 1,
        "'good' is in two documents and you say 1: do later documents overwrite the earlier count?",
        "good 出现在两篇文档里，你却得到 1：后面的文档是不是覆盖了前面的计数？",
    )
    require(
        result == {"good": 2, "film": 1, "bad": 1},
        f"For {given} you return {result}.",
        f"对于 {given}，你返回了 {result}。",
    )
    apart = learner([["good", "bad", "good"]])
    require(
        apart == {"good": 1, "bad": 1},
        f"In one document 'good' stands twice, 'bad' between: each word counts once; you return {apart}.",
        f"一篇文档里 good 出现两次，中间隔着 bad：每个词只算一次；你返回了 {apart}。",
    )
    require(learner([]) == {}, "No documents: the answer is an empty dictionary.", "没有文档时，应返回空字典。")


@exercise("01.2")
def skip_gram_pairs(learner: Learner) -> None:
    """Catches: a word paired with itself, one direction only, a window too small, comparing words, closing the gap."""
    plain = Counter(map(tuple, learner(["a", "b", "c"], 1, set())))
    require(
        not any(left == right for left, right in plain),
        "A word is paired with itself: leave out the position of the centre.",
        "有词与自己配成了对：要排除中心词自己的位置。",
    )
    require(
        ("b", "a") in plain,
        "The pair (b, a) is missing: contexts stand on both sides of the centre.",
        "缺少 (b, a)：上下文在中心词的左右两侧都有。",
    )
    require(
        ("b", "c") in plain,
        "The pair (b, c) is missing: the window includes the position `window` steps away; range() leaves its end out.",
        "缺少 (b, c)：窗口包含距离恰为 window 的位置；注意 range() 不含终点。",
    )
    require(
        ("a", "c") not in plain,
        "With window=1, 'a' and 'c' are too far apart: they are two positions away from each other.",
        "window=1 时，a 与 c 相距两个位置，太远了。",
    )
    twice = Counter(map(tuple, learner(["so", "so", "good"], 1, set())))
    require(
        twice[("so", "so")] == 2,
        "In 'so so good' the two 'so' are neighbours: compare positions, not words.",
        "在 so so good 里，两个 so 互为邻居：要比较位置，而不是比较词。",
    )
    gap = Counter(map(tuple, learner(["a", "very", "good", "film"], 2, {"very"})))
    require(
        "very" not in {word for pair in gap for word in pair},
        "'very' is to be skipped, as a centre and as a context.",
        "very 应跳过：既不作中心词，也不作上下文。",
    )
    require(
        ("a", "film") not in gap,
        "You pair 'a' with 'film': they are three positions apart. A skipped word still takes up room.",
        "你把 a 和 film 配成了对：它们相距三个位置。被跳过的词仍占位置。",
    )
    expected = Counter([("a", "good"), ("good", "a"), ("good", "film"), ("film", "good")])
    require(
        gap == expected,
        f"For 'a very good film' you return {sorted(gap.elements())}.",
        f"对于 a very good film，你返回了 {sorted(gap.elements())}。",
    )
    require(not list(learner([], 2, set())), "An empty text has no pairs.", "空文本没有词对。")


@exercise("01.3")
def best_merge(learner: Learner) -> None:
    """Catches: the most frequent pair, frequencies of words left out, a symbol counted per word or per pair, ties."""
    pieces = {("b", "a", "d"): 6, ("b", "a", "d", "l", "y"): 3, ("s", "a", "d"): 5, ("s", "a", "d", "l", "y"): 2}
    result = learner(pieces)
    require(
        isinstance(result, tuple) and len(result) == 2,
        f"Return a pair (left, right) of symbols; yours is {result!r}.",
        f"应返回一对符号 (left, right)；你返回的是 {result!r}。",
    )
    require(
        result != ("a", "d"),
        "('a', 'd') is the most frequent pair: that is byte-pair encoding. Divide by how often the two symbols occur.",
        "('a', 'd') 是出现最多的一对，那是字节对编码。还要除以两个符号各自出现的次数。",
    )
    require(
        result == ("l", "y"),
        f"You return {result}, not the pair with the highest score by equation (5).",
        f"你返回了 {result}，按式 (5)，它的得分不是最高的。",
    )
    weighted = {("k", "l"): 1, ("k", "l", "k", "l"): 1, ("m", "n"): 9}
    require(
        learner(weighted) != ("m", "n"),
        "Each word counts as often as its frequency says; it seems that you count every word once.",
        "每个词要按它的频次计数；你似乎把每个词都只算了一次。",
    )
    require(
        learner(weighted) == ("k", "l"),
        f"For {weighted} you return {learner(weighted)}; ('k', 'l') has the score 3/(3·3).",
        f"对于 {weighted}，你返回了 {learner(weighted)}；('k', 'l') 的得分是 3/(3·3)。",
    )
    several = {("b", "c", "d", "b"): 3, ("d", "c"): 6}
    require(
        learner(several) == ("d", "c"),
        "Count every symbol and every pair as often as it stands in the word, times the word's frequency: in "
        f"{several} 'b' occurs 6 times, and ('d', 'c') has the score 6/(9·9); you return {learner(several)}.",
        "每个符号、每一对都要按它在词里出现的次数计数，再乘以词的频次："
        f"在 {several} 里，b 出现 6 次，('d', 'c') 的得分是 6/(9·9)；你返回了 {learner(several)}。",
    )
    require(
        learner({("n", "o"): 2, ("h", "i"): 2}) == ("h", "i"),
        "Two pairs have the same score here: the one that comes first in alphabetical order wins.",
        "这里两对得分相同：应取字母顺序在前的一对。",
    )


@exercise("01.4")
def mean_of_words(learner: Learner) -> None:
    """Catches: dividing by the full length, not masking, the first positions taken, a wrong axis, an empty row."""
    vectors = np.array([[[1.0, 2.0], [3.0, 6.0], [100.0, 100.0]], [[5.0, 1.0], [7.0, 7.0], [9.0, 9.0]]])
    mask = np.array([[True, True, False], [True, False, False]])
    result = np.asarray(learner(vectors, mask))
    require(
        result.shape == (2, 2),
        f"The result must have the shape (batch, dim) = (2, 2); yours is {result.shape}. Which axis is time?",
        f"结果的形状应为 (batch, dim) = (2, 2)；你的是 {result.shape}。时间是哪一个轴？",
    )
    require(
        not np.allclose(result, vectors.mean(axis=1)),
        "That is the plain mean over time: the padding is still in it.",
        "这是对时间直接取平均：填充也算进去了。",
    )
    require(
        not np.allclose(result, (vectors * mask[:, :, None]).mean(axis=1)),
        "The sum is right, but you divide by the full length: divide by the number of True in each row.",
        "求和对了，但除以了整个长度：应除以每行 True 的个数。",
    )
    require(
        np.allclose(result, [[2.0, 4.0], [5.0, 1.0]]),
        f"The first row should be the mean of [1, 2] and [3, 6], that is [2, 4]; yours is {result[0]}.",
        f"第一行应是 [1, 2] 与 [3, 6] 的平均，即 [2, 4]；你得到 {result[0]}。",
    )
    behind = np.asarray(learner(vectors, np.array([[False, True, True], [True, False, True]])))
    require(
        np.allclose(behind, [[51.5, 53.0], [7.0, 5.0]]),
        "The real positions need not come first: use the mask itself, not only how many are True.",
        "真实位置不一定排在最前面：要用掩码本身，而不只是 True 的个数。",
    )
    with np.errstate(all="ignore"):
        empty = np.asarray(learner(vectors, np.array([[True, True, True], [False, False, False]])))
    require(
        np.isfinite(empty).all() and np.allclose(empty[1], 0),
        f"An empty review must give zeros; yours gives {empty[1]}. What do you divide by when no position is real?",
        f"空评论应得到全零；你得到 {empty[1]}。一个真实位置都没有时，除数是多少？",
    )
    require(
        np.allclose(empty[0], vectors[0].mean(axis=0)),
        f"Without padding the result is the plain mean; yours is {empty[0]}.",
        f"没有填充时，结果就是普通平均；你得到 {empty[0]}。",
    )


@exercise("01.5")
def split_word(learner: Learner) -> None:
    """Catches: no ##, ## on the first piece, the shortest piece first, going back, [UNK] in the middle."""
    vocabulary = {"un", "u", "n", "watch", "##watch", "##able", "##a", "##ble", "##w", "wat", "##n", "able"}
    result = learner("unwatchable", vocabulary)
    require(
        isinstance(result, list),
        f"Return a list of pieces; yours is a {type(result).__name__}.",
        f"应返回由片段组成的列表；你返回的是 {type(result).__name__}。",
    )
    require(
        result[:1] != ["##un"],
        "The first piece of a word is looked up without '##'.",
        "词的第一个片段查表时不带 ##。",
    )
    require(
        result != ["un", "watch", "able"],
        "Pieces after the first are looked up and returned with '##' in front: '##watch' and 'watch' are two entries.",
        "第一个之后的片段，查表和返回时都要加上 ##：##watch 与 watch 是两个不同的词条。",
    )
    require(
        learner("abc", {"a", "ab", "##b", "##c"}) != ["a", "##b", "##c"],
        "You take the shortest piece that fits; take the longest: try all that is left, then cut from the right.",
        "你取了能匹配的最短片段；应取最长的：先试剩下的整段，再从右端逐个缩短。",
    )
    require(
        result == ["un", "##watch", "##able"],
        f"'unwatchable' should give ['un', '##watch', '##able']; yours gives {result}.",
        f"unwatchable 应得到 ['un', '##watch', '##able']；你得到 {result}。",
    )
    partly = learner("unwatched", vocabulary)
    require(
        partly == ["[UNK]"],
        f"Nothing fits at the end of 'unwatched', so the whole word becomes ['[UNK]']; yours gives {partly}.",
        f"unwatched 的末尾没有片段能匹配，所以整个词变为 ['[UNK]']；你得到 {partly}。",
    )
    require(
        learner("unable", {"un", "able"}) == ["[UNK]"],
        "A later piece is looked up with '##' alone: 'able' in the vocabulary does not stand for '##able'.",
        "后面的片段只能带 ## 查表：词表里的 able 不能当作 ##able。",
    )
    require(
        learner("able", {"##able", "##a"}) == ["[UNK]"],
        "The first piece is looked up without '##': '##able' in the vocabulary does not stand for 'able'.",
        "第一个片段查表时不带 ##：词表里的 ##able 不能当作 able。",
    )
    require(
        learner("abc", {"ab", "a", "##bc"}) == ["[UNK]"],
        "Take the longest piece and do not go back: if nothing fits behind 'ab', the whole word is [UNK].",
        "取最长的片段，不回头：ab 后面什么都匹配不上，整个词就是 [UNK]。",
    )
    require(
        learner("watch", vocabulary) == ["watch"],
        "A word that is in the vocabulary stays whole.",
        "词表里有的词应保持完整。",
    )
