"""The checks of chapter 12: scores of documents, lists put together, scores of answers, alarms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from course_lib.checks.answers import later_case, number, numbers, recognise, require_close, require_shape
from course_lib.checks.calling import short
from course_lib.checks.core import Learner, exercise, require
from course_lib.checks.mistakes import instead_of

Words = list[str]


def _bm25(
    documents: Sequence[Words],
    question: Words,
    k1: float,
    b: float,
    rarity: Callable[[int, int], float] = lambda n, count: np.log(1 + (count - n + 0.5) / (n + 0.5)),
    saturated: Callable[..., float] = lambda f, k1, length: f * (k1 + 1) / (f + k1 * length),
    long: Callable[..., float] = lambda own, mean, b: 1 - b + b * own / mean,
) -> np.ndarray:
    """Formula (1), with each of its three parts to be exchanged for another."""
    mean = sum(map(len, documents)) / len(documents)
    scores = np.zeros(len(documents))
    for word in question:
        n = sum(word in words for words in documents)
        for place, words in enumerate(documents):
            if f := words.count(word):
                scores[place] += rarity(n, len(documents)) * saturated(f, k1, long(len(words), mean, b))
    return scores


_SHELF = [
    ["wing", "wing", "wing", "of", "a", "plane"],
    ["heat", "in", "a", "plate"],
    ["a", "wing", "in", "heat", "and", "in", "flow", "and", "in", "heat", "of", "a", "plate"],
    ["flow"],
    ["of", "a", "bird", "and", "its", "wing"],
]


@exercise(
    "12.1",
    more=(
        "Go word by word through the question, and for each word document by document. Three numbers are needed: in "
        "how many documents the word stands, for its rarity; how often it stands in this one; and how long this one is "
        "by the mean length. Work out one product with pencil and paper, for a word that stands twice in a short text.",
        "按问题里的词逐个走，对每个词再逐篇文档走。需要三个数：这个词出现在多少篇文档里，用来算罕见程度；在这一篇里出现几次；这一篇的长度是"
        "平均长度的几倍。先拿一个在短文本里出现两次的词，用纸笔算出一个乘积。",
    ),
)
def bm25(learner: Learner) -> None:
    """Catches: other rarities, no saturation, k1 or b left out or exchanged, lengths of letters, words counted once."""
    first = (_SHELF, ["wing", "heat"], 1.2, 0.75)
    found = _ask_bm25(learner, *first)
    right = _bm25(*first)
    documents, question, k1, b = first

    def other(**parts: Callable) -> np.ndarray:
        return _bm25(*first, **parts)

    letters = [sum(map(len, words)) for words in documents]
    recognise(
        found,
        right,
        (
            other(rarity=lambda n, count: 1.0),
            "The rarity of the words is missing: yours counts each word alike.",
            "少了词的罕见程度：你让每个词分量都一样。",
        ),
        (
            other(rarity=lambda n, count: np.log(count / n)),
            "Your rarity is ln(N / n); here it is ln(1 + (N - n + 0.5) / (n + 0.5)).",
            "你的罕见程度是 ln(N / n)；这里是 ln(1 + (N - n + 0.5) / (n + 0.5))。",
        ),
        (
            other(rarity=lambda n, count: np.log((count - n + 0.5) / (n + 0.5))),
            "The 1 inside the logarithm is missing: without it a word that stands in most documents counts less "
            "than nothing.",
            "对数里少了 1：没有它，多数文档都有的词分量会变成负数。",
        ),
        (
            other(rarity=lambda n, count: np.log10(1 + (count - n + 0.5) / (n + 0.5))),
            "Your logarithm has base 10; here it is the natural one.",
            "你用了以 10 为底的对数；这里是自然对数。",
        ),
        (
            other(saturated=lambda f, k1, length: f),
            "Your score grows with every further occurrence alike: the fraction with k1 is missing.",
            "你的分数随出现次数成正比增长：少了含 k1 的分式。",
        ),
        (
            other(saturated=lambda f, k1, length: 1.0),
            "You count whether a word stands there; how often is f, and it belongs into the fraction.",
            "你只看词有没有出现；出现几次是 f，要放进分式里。",
        ),
        (
            other(saturated=lambda f, k1, length: f / (f + k1 * length)),
            "The factor k1 + 1 above the line is missing.",
            "分子里少了因子 k1 + 1。",
        ),
        (
            other(saturated=lambda f, k1, length: f * (k1 + 1) / (f + k1)),
            "The length of the document has no effect in yours: below the line k1 is multiplied with "
            "1 - b + b * length.",
            "你的结果与文档长度无关：分母里的 k1 要乘以 1 - b + b * length。",
        ),
        (
            other(saturated=lambda f, k1, length: f * (k1 + 1) / (f + length)),
            "Below the line k1 is missing: it stands in front of the bracket with the length.",
            "分母里少了 k1：它在含长度的括号前面。",
        ),
        (
            other(long=lambda own, mean, b: b + (1 - b) * own / mean),
            "b and 1 - b have changed places: b belongs to the length.",
            "b 和 1 - b 换了位置：与长度相乘的是 b。",
        ),
        (
            other(long=lambda own, mean, b: 1 - b + b * own),
            "The length is not divided by the mean length.",
            "长度没有除以平均长度。",
        ),
        (
            other(long=lambda own, mean, b: 1 - b + b * mean / own),
            "The length is turned over: it is this document's length by the mean.",
            "长度比弄反了：应是本文档的长度除以平均长度。",
        ),
        (
            np.array(
                [
                    _bm25(
                        documents,
                        question,
                        k1,
                        b,
                        long=lambda own, mean, b, size=size: 1 - b + b * size / np.mean(letters),
                    )[place]
                    for place, size in enumerate(letters)
                ]
            ),
            "Your lengths count letters; the length of a document is the number of its words.",
            "你的长度数的是字母；文档的长度是词数。",
        ),
        (
            _bm25([list(dict.fromkeys(words)) for words in documents], question, k1, b),
            "You count every word of a document once: keep its repetitions.",
            "你把文档里重复的词只算一次：重复要保留。",
        ),
        (
            _bm25(documents, question, b, k1),
            "k1 and b have changed places.",
            "k1 和 b 换了位置。",
        ),
        (
            np.full(len(documents), right.sum()),
            "Give one score for each document, not their sum.",
            "每篇文档各给一个分数，不是总和。",
        ),
    )
    require_close(found, right, "With the question wing, heat:", "问题是 wing, heat 时，")
    twice = (_SHELF, ["flow", "flow", "a"], 0.9, 0.4)
    with later_case(learner):
        found = _ask_bm25(learner, *twice)
        recognise(
            found,
            _bm25(*twice),
            (
                _bm25(_SHELF, ["flow", "a"], 0.9, 0.4),
                "A word that comes twice in the question counts twice; yours counts it once.",
                "问题里出现两次的词要算两次；你只算了一次。",
            ),
            (
                _bm25(_SHELF, ["flow", "flow", "a"], 1.2, 0.75),
                "k1 is 0.9 and b is 0.4 here: use the arguments, not fixed numbers.",
                "这里 k1 是 0.9，b 是 0.4：要用参数，不要写死。",
            ),
        )
        require_close(found, _bm25(*twice), "With the question flow, flow, a:", "问题是 flow, flow, a 时，")
    cases = (
        ([["a"], [], ["b", "a"]], ["a", "unknown"], 1.5, 0.75),
        ([["one", "text"]], ["text"], 1.2, 0.0),
        ([["x", "y"], ["z", "z", "z"], ["x"]], ["z", "x"], 0.0, 1.0),
        (_SHELF, ["nowhere"], 1.2, 0.75),
        (_SHELF, [], 1.2, 0.75),
        # A word that holds another is not that other.
        ([["wings", "swing"], ["wing"], ["win"]], ["wing"], 1.2, 0.75),
    )
    for case in cases:
        with later_case(learner):
            require_close(
                _ask_bm25(learner, *case),
                _bm25(*case),
                f"With the documents {short(case[0], 120)} and the question {case[1]}:",
                f"文档是 {short(case[0], 120)}、问题是 {case[1]} 时，",
            )


def _ask_bm25(learner: Learner, documents: Sequence[Words], question: Words, k1: float, b: float) -> np.ndarray:
    zero = ["division by zero", "float division"] if k1 == 0 else []
    with instead_of(
        zero,
        "You divide by zero: with k1 = 0 a word that does not stand in a document gives 0 / 0; it simply adds nothing.",
        "你除以了零：k1 = 0 时，文档里没有的词会算成 0 / 0；它其实什么也不加。",
    ):
        found = numbers(learner(documents, question, k1, b))
    require_shape(
        found,
        (len(documents),),
        f"Give one score for each of the {len(documents)} documents; your answer has the shape {found.shape}.",
        f"{len(documents)} 篇文档各给一个分数；你的答案形状是 {found.shape}。",
    )
    require(
        not np.isnan(found).any(),
        "Your scores hold NaN: is something divided by zero? A word that does not stand in a document adds nothing.",
        "你的分数里有 NaN：是不是除以了零？文档里没有的词，什么也不加。",
    )
    return found


def _fused(
    lists: Sequence[Sequence[int]], count: int, k: float = 60, first: int = 1, weight: Callable | None = None
) -> np.ndarray:
    scores = np.zeros(count)
    for order in lists:
        for rank, document in enumerate(order, start=first):
            scores[document] += weight(rank) if weight else 1 / (k + rank)
    return scores


@exercise(
    "12.2",
    more=(
        "Begin with as many zeros as there are documents. Then go through the lists, and through each from its best "
        "document on: the place in the list is the rank, and the number that stands there says whose score grows.",
        "先准备与文档一样多的零。再逐个列表走，每个列表从最好的文档走起：在列表里的位置是名次，写在那里的编号说明该给谁加分。",
    ),
)
def fuse_lists(learner: Learner) -> None:
    """Catches: ranks from 0, k left out, documents taken for ranks, an average, only documents of all lists."""
    lists = [[4, 0, 3], [0, 2, 4, 1], [3, 4]]
    found = _ask_fused(learner, lists, 6)
    right = _fused(lists, 6)
    taken = np.zeros(6)
    for order in lists:
        for rank, document in enumerate(order):
            taken[rank] += 1 / (60 + document + 1)
    both = np.array([sum(document in order for order in lists) == len(lists) for document in range(6)])
    missing = right.copy()
    for order in lists:
        for document in set(range(6)) - set(order):
            missing[document] += 1 / (60 + len(order) + 1)
    recognise(
        found,
        right,
        (
            _fused(lists, 6, first=0),
            "Your first place has rank 0; ranks begin at 1.",
            "你的第一名是第 0 名；名次从 1 数起。",
        ),
        (_fused(lists, 6, k=0), "k is missing: each list gives 1 / (k + rank).", "少了 k：每个列表给 1 / (k + 名次)。"),
        (
            _fused(lists, 6, weight=lambda rank: 60 + rank),
            "You add up k + rank: the worst gets most. It is 1 by that.",
            "你加的是 k + 名次：越差的得分越多。应取它的倒数。",
        ),
        (
            _fused(lists, 6, weight=lambda rank: rank),
            "You add up the ranks; the share is 1 / (k + rank).",
            "你把名次加了起来；应加 1 / (k + 名次)。",
        ),
        (
            _fused(lists, 6, weight=lambda rank: 1 / 60 + 1 / rank),
            "You add 1 / k and 1 / rank; it is one fraction with k + rank below the line.",
            "你加的是 1 / k 与 1 / 名次；应是一个分数，分母是 k + 名次。",
        ),
        (right / len(lists), "You give the mean over the lists; it is their sum.", "你给的是各列表的平均；应是和。"),
        (
            taken,
            "Numbers of documents and ranks are exchanged: `order[0]` is the best document, and its rank is 1.",
            "文档编号与名次弄反了：`order[0]` 是最好的文档，名次是 1。",
        ),
        (
            np.where(both, right, 0),
            "Documents that one list leaves out get nothing at all in yours; they keep what the other lists give.",
            "有一个列表没写到的文档，你就不给分了；别的列表给的仍要保留。",
        ),
        (
            missing,
            "A document that a list leaves out gets nothing from it; yours ranks it behind the last.",
            "列表没写到的文档，从它那里得零分；你把它排在了最后一名之后。",
        ),
        (
            _fused([order[::-1] for order in lists], 6),
            "The lists begin with the best document; yours ranks from the end.",
            "列表是最好的在前；你是从末尾往前排名次的。",
        ),
        (
            _fused(lists[-1:], 6),
            "Only the last list counts in yours: add to the scores, instead of setting them.",
            "只有最后一个列表起了作用：应累加到分数上，不是重新赋值。",
        ),
        (
            _set(lists, 6),
            "A later list writes over what an earlier one gave: add to the scores.",
            "后面的列表盖掉了前面给的分：应累加。",
        ),
        (
            _fused(lists[:1], 6),
            "Only the first list counts in yours.",
            "只有第一个列表起了作用。",
        ),
        (
            np.argsort(-right, kind="stable"),
            "You return the order of the documents; their scores are asked for.",
            "你返回的是文档的次序；要的是分数。",
        ),
    )
    require_close(found, right)
    for case in (
        ([[1, 0], [0, 1]], 2, 10),
        ([[2]], 3, 60),
        ([], 2, 60),
        ([[], [1]], 2, 5),
        ([[0, 1, 2]], 3, 0),
        ([[3, 1], [1, 3], [1, 2], [0]], 4, 1),
        ([[0]], 1, 60),
    ):
        with later_case(learner):
            require_close(
                _ask_fused(learner, *case),
                _fused(*case),
                f"With the lists {case[0]}, {case[1]} documents and k = {case[2]}:",
                f"列表是 {case[0]}、共 {case[1]} 篇文档、k = {case[2]} 时，",
            )


def _set(lists: Sequence[Sequence[int]], count: int) -> np.ndarray:
    scores = np.zeros(count)
    for order in lists:
        for rank, document in enumerate(order, start=1):
            scores[document] = 1 / (60 + rank)
    return scores


def _ask_fused(learner: Learner, lists: Sequence[Sequence[int]], count: int, k: float | None = None) -> np.ndarray:
    found = numbers(learner(lists, count) if k is None else learner(lists, count, k))
    require_shape(
        found,
        (count,),
        f"Give a score for each of the {count} documents, also for one that no list names; yours has the shape "
        f"{found.shape}.",
        f"{count} 篇文档各给一个分数，没有列表写到的也要给；你的形状是 {found.shape}。",
    )
    return found


def _f1(answer: Words, right: Words) -> float:
    if not answer or not right:
        return float(answer == right)
    return 2 * (Counter(answer) & Counter(right)).total() / (len(answer) + len(right))


@exercise(
    "12.3",
    more=(
        "Count the words of both sides first. A word that the answer has three times and the right one twice is shared "
        "twice. With the number of shared words you have precision and recall; where it is 0, F1 is 0 and nothing is "
        "divided.",
        "先分别数出两边每个词的次数。一个词，回答里有三次，正确答案里有两次，共有的就是两次。有了共有的词数，就有了精确率和召回率；"
        "共有数为 0 时 F1 为 0，不用去除。",
    ),
)
def shared_f1(learner: Learner) -> None:
    """Catches: sets, precision or recall alone, other means, order, one side empty, both empty, nothing shared."""
    answer, right = ["la", "do", "re", "re", "re", "la", "do", "mi", "la"], ["re", "mi", "mi", "mi", "re"]
    found = number(learner(answer, right))
    shared = (Counter(answer) & Counter(right)).total()
    precision, recall = shared / len(answer), shared / len(right)
    kinds = len(set(answer) & set(right))
    inside, back = (sum(word in other for word in one) for one, other in ((answer, right), (right, answer)))

    def mean(one: float, other: float) -> float:
        return 2 * one * other / (one + other)

    recognise(
        found,
        _f1(answer, right),
        (
            precision,
            "That is the precision alone: F1 asks for the recall as well.",
            "这只是精确率：F1 还要算上召回率。",
        ),
        (recall, "That is the recall alone: F1 asks for the precision as well.", "这只是召回率：F1 还要算上精确率。"),
        (
            (precision + recall) / 2,
            "That is the plain mean of precision and recall; F1 is the harmonic one, 2PR / (P + R).",
            "这是精确率与召回率的算术平均；F1 是调和平均，2PR / (P + R)。",
        ),
        (precision * recall / (precision + recall), "The factor 2 is missing.", "少了因子 2。"),
        (2 * precision * recall, "The sum P + R below the line is missing.", "少了分母 P + R。"),
        (
            np.sqrt(precision * recall),
            "That is the geometric mean; F1 is 2PR / (P + R).",
            "这是几何平均；F1 是 2PR / (P + R)。",
        ),
        (
            mean(kinds / len(set(answer)), kinds / len(set(right))),
            "You compare sets, so that a word counts once: count it as often as both have it.",
            "你比的是集合，每个词只算一次：应按两边共有的次数来算。",
        ),
        (
            mean(kinds / len(answer), kinds / len(right)),
            "The shared words are counted once each, the lengths with repetitions: count both with repetitions.",
            "共有的词每个只算了一次，长度却算了重复：两者都要算重复。",
        ),
        (
            mean(inside / len(answer), inside / len(right)),
            "You count every word of the answer that stands somewhere in the right one: three times `re` would be "
            "shared three times, and the right one has it twice.",
            "回答里的词只要在正确答案里出现过，你就都算：`re` 说了三次就算三次，可正确答案里只有两次。",
        ),
        (
            mean(back / len(answer), back / len(right)),
            "You count the words of the right one that stand in the answer; a word counts as often as both have it.",
            "你数的是正确答案里有多少词出现在回答里；一个词，两边共有几次才算几次。",
        ),
        (
            mean(inside / len(answer), back / len(right)),
            "You count on each side the words that the other has somewhere; a word counts as often as both have it.",
            "你在两边各数了“对方出现过的词”；一个词，两边共有几次才算几次。",
        ),
        (
            kinds / len(set(answer) | set(right)),
            "That is the share of common words in all words (Jaccard); F1 is 2PR / (P + R).",
            "这是共有的词占全部词的比例（Jaccard）；F1 是 2PR / (P + R)。",
        ),
        (
            float(shared),
            "That is the number of shared words; make precision and recall of it.",
            "这是共有的词数；还要由它算出精确率和召回率。",
        ),
        (
            sum(one == other for one, other in zip(answer, right, strict=False)) * 2 / (len(answer) + len(right)),
            "You compare place by place; the order does not matter.",
            "你是逐个位置比较的；次序无关紧要。",
        ),
    )
    require_close(np.float64(found), _f1(answer, right))
    cases = (
        (["a", "b"], ["b", "a"]),
        (["x"], ["y"]),
        ([], ["y"]),
        (["x"], []),
        ([], []),
        (["a", "a", "a"], ["a"]),
        (["red", "rock"], ["the", "red", "rock", "of", "arren"]),
        (["a"], ["a"]),
    )
    for case in cases:
        with later_case(learner):
            with instead_of(
                ["division by zero", "ZeroDivisionError"],
                f"Called with {case}, you divide by zero: nothing is shared, or one side has no word.",
                f"用 {case} 调用时，你除以了零：没有共有的词，或者有一边没有词。",
            ):
                found = number(learner(*case))
            require_close(np.float64(found), _f1(*case), f"With {case}:", f"{case} 时，")


def _alarms(
    values: Sequence[float],
    mean: float,
    slack: float,
    threshold: float,
    floor: bool = True,
    again: bool = True,
    at: bool = False,
    sign: float = 1.0,
) -> list[int]:
    total, found = 0.0, []
    for place, value in enumerate(values):
        total += sign * (value - mean) - slack
        total = max(0.0, total) if floor else total
        if total > threshold or (at and total == threshold):
            found.append(place)
            total = 0.0 if again else total
    return found


_STREAM = [1.75, 2.0, 0.25, 0.5, 2.0, 1.5, 1.25, 1.75, 0.0, 1.75, 0.0, 1.0, 2.25, 2.25]


@exercise(
    "12.4",
    more=(
        "Keep one number, the sum so far, which begins at zero. For each value: add value - mean - slack; if it has "
        "fallen below zero, lift it to zero; if it is now above the threshold, note the place and set it to zero.",
        "记住一个数：到目前为止的总和，从零开始。对每个值：加上 value - mean - slack；低于零，就提到零；"
        "如果高于阈值，记下位置，并把它设回零。",
    ),
)
def alarms_of(learner: Learner) -> None:
    """Catches: no floor, no reset, an alarm at the threshold, slack added, one alarm alone, places from 1, sums."""
    case = (_STREAM, 0.75, 0.25, 1.0)
    values, mean, slack, threshold = case
    found = _ask_alarms(learner, *case)
    right = _alarms(*case)

    def told(*mistakes: tuple[list[int], str, str]) -> None:
        for wrong, english, chinese in mistakes:
            require(found != wrong or wrong == right, english, chinese)

    told(
        (
            _alarms(*case, floor=False),
            "Your sum falls below zero, so that good days are saved up: it is never below 0.",
            "你的总和会低于零，好日子就攒了下来：总和永远不低于 0。",
        ),
        (
            _alarms(*case, again=False),
            "After an alarm the sum begins at zero again; yours goes on.",
            "报警之后，总和要从零重新开始；你的一直累积了下去。",
        ),
        (
            _alarms(*case, at=True),
            "A sum that equals the threshold is no alarm yet: it is > and not >=.",
            "总和等于阈值还不报警：是 >，不是 >=。",
        ),
        (
            _alarms(values, mean, 0.0, threshold),
            "The slack is missing: each value adds value - mean - slack.",
            "少了容差：每个值加的是 value - mean - slack。",
        ),
        (
            _alarms(values, mean, -slack, threshold),
            "You add the slack; it is taken away, so that small deviations do not count.",
            "你加上了容差；应当减去，小的偏离才不算数。",
        ),
        (
            _alarms(values, 0.0, slack, threshold),
            "The usual value is missing: each value adds value - mean - slack.",
            "少了平常的值：每个值加的是 value - mean - slack。",
        ),
        (
            _alarms(*case, sign=-1.0),
            "Yours watches for values below the mean: it is value - mean, not mean - value.",
            "你盯的是低于平常的值：应是 value - mean，不是 mean - value。",
        ),
        (
            [place for place, value in enumerate(values) if value > threshold],
            "You compare each value with the threshold by itself: add them up first.",
            "你拿单个值与阈值比：要先累积。",
        ),
        (
            [place for place, value in enumerate(values) if value - mean - slack > threshold],
            "You compare each excess with the threshold by itself: add them up first.",
            "你拿单个超出的部分与阈值比：要先累积。",
        ),
        (right[:1], "Yours stops after the first alarm; go on to the end.", "你在第一次报警后就停了；要走到最后。"),
        ([place + 1 for place in right], "Places are counted from 0.", "位置从 0 数起。"),
        (
            [place - 1 for place in right],
            "Your places are one too low: note the place of the value that sets off the alarm.",
            "你的位置都少了 1：要记触发报警的那个值的位置。",
        ),
        (right[::-1], "The places should rise.", "位置应从小到大。"),
    )
    require(
        found == right,
        f"With mean 0.75, slack 0.25 and threshold 1, the alarms of {_STREAM} are at {right}; yours are at {found}.",
        f"平常的值是 0.75、容差是 0.25、阈值是 1 时，{_STREAM} 应在 {right} 报警；你在 {found}。",
    )
    cases = (
        ([3.0, 3.0, 3.0], 0.0, 0.0, 2.0),
        ([0.5, 0.5, 0.5, 0.5], 0.0, 0.0, 1.0),
        ([], 0.0, 0.5, 1.0),
        ([1.0] * 6, 1.0, 0.25, 0.5),
        ([-4.0, 1.0, 1.0, 1.0], 0.0, 0.25, 1.25),
        ([2.0], 0.5, 0.5, 0.75),
        ([0.0, 2.0, -1.0, 2.0, 0.5], -0.5, 0.5, 1.5),
    )
    for case in cases:
        with later_case(learner):
            found, right = _ask_alarms(learner, *case), _alarms(*case)
            require(
                found == right,
                f"Called with {case}: the alarms are at {right}; yours are at {found}.",
                f"用 {case} 调用：应在 {right} 报警；你在 {found}。",
            )


def _ask_alarms(learner: Learner, values: Sequence[float], mean: float, slack: float, threshold: float) -> list[int]:
    answer = learner(np.array(values, dtype=np.float64), mean, slack, threshold)
    if isinstance(answer, list | tuple | set) and not len(answer):
        return []
    found = numbers(sorted(answer) if isinstance(answer, set) else answer)
    if found.size == 0:
        return []
    require(
        found.ndim == 1 and (found == np.rint(found)).all(),
        f"Return the places of the alarms as a list of whole numbers; yours is {short(answer)}.",
        f"应返回报警位置的列表，都是整数；你返回的是 {short(answer)}。",
    )
    sums = np.array(values)
    require(
        len(found) != len(sums) or len(sums) < 8 or not set(found.tolist()) <= {0.0, 1.0},
        "You return a 0 or 1 for each value; return the places of the alarms alone.",
        "你给每个值返回了 0 或 1；只要返回报警的位置。",
    )
    return [int(place) for place in found]
