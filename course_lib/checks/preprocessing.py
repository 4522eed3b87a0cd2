"""The checks of chapter 01; those of words where no blank stands are in `segmentation`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise

import numpy as np

from course_lib.checks import segmentation  # noqa: F401  registers 01.6 to 01.8
from course_lib.checks.answers import agree, close, numbers, parts, plain, recognise, require_close, require_new
from course_lib.checks.calling import short
from course_lib.checks.core import Learner, exercise, require


def _frequencies(documents: list[list[str]]) -> dict[str, int]:
    return dict(Counter(word for document in documents for word in set(document)))


@exercise(
    "01.1",
    more=(
        "Go through the documents one by one. What matters in a document is only which words are in it: make each "
        "of them stand once, then add 1 to the count of each.",
        "逐篇处理文档。对一篇文档，重要的只是它含有哪些词：先让每个词只留一次，再给每个词的计数加 1。",
    ),
)
def document_frequency(learner: Learner) -> None:
    """Catches: counting occurrences, documents where a word stands once, the last document alone, lost words."""
    given = [["good", "film"], ["good", "good", "good"], ["bad", "film", "good"], ["bad", "so"]]
    result = learner(given)
    require(
        isinstance(result, Mapping),
        f"Return a dictionary {{word: number}}; yours is a {type(result).__name__}.",
        f"应返回字典 {{词: 数目}}；你返回的是 {type(result).__name__}。",
    )
    right = _frequencies(given)
    every = [word for document in given for word in document]
    once = Counter(word for document in given for word in set(document) if document.count(word) == 1)
    recognise(
        result,
        right,
        (
            Counter(every),
            "You count how often a word occurs. Document frequency counts each document once: what does set(document) "
            "do?",
            "你数的是词出现的次数。文档频率里每篇文档只算一次：想想 set(document) 会做什么。",
        ),
        (
            dict.fromkeys(every, 1),
            "Every word gets a 1, though 'good' is in three documents: do later documents overwrite the earlier count?",
            "每个词都得到 1，可是 good 出现在三篇文档里：后面的文档是不是覆盖了前面的计数？",
        ),
        (
            once,
            "A document in which a word stands several times counts as well, as one; you leave it out.",
            "一个词在某篇文档里出现多次，这篇文档也要算，只算一次；你把它漏掉了。",
        ),
        (
            {word: count / len(given) for word, count in right.items()},
            "That is the share of the documents; return how many they are.",
            "这是文档所占的比例；应返回篇数。",
        ),
    )
    found = plain(result)
    require(
        set(found) == set(right),
        f"Your keys are {sorted(map(str, found))}; there should be one for every word of every document.",
        f"你的键是 {sorted(map(str, found))}；每篇文档的每个词都应有一个键。",
    )
    for word, count in sorted(right.items()):
        require(
            found[word] == count,
            f"In {given} the word '{word}' is in {count} documents; you say {short(found[word])}.",
            f"在 {given} 里，{word} 出现在 {count} 篇文档中；你得到 {short(found[word])}。",
        )
    for documents, english, chinese in (
        (
            [["good", "bad", "good"]],
            "In one document 'good' stands twice, 'bad' between: each word counts once.",
            "一篇文档里 good 出现两次，中间隔着 bad：每个词只算一次。",
        ),
        (
            [["film"], ["films", "good"], ["film", "bad"]],
            "'film' and 'films' are two words: compare whole words.",
            "film 和 films 是两个词：要比较整个词。",
        ),
        (
            [["Good", "good"], ["so"]],
            "Words stay as they are: 'Good' and 'good' are two.",
            "词要保持原样：Good 和 good 是两个词。",
        ),
        (
            [["good", "film"], ["good", "film"], ["good"]],
            "Two documents with the same words are two.",
            "两篇文档的词完全一样，也是两篇。",
        ),
        ([["a", "good"], ["a"]], "A word of one letter is a word.", "一个字母的词也是词。"),
        ([[], ["good"]], "A document without words adds nothing.", "没有词的文档不增加任何计数。"),
        ([], "No documents: the answer is an empty dictionary.", "没有文档时，应返回空字典。"),
    ):
        agree(learner, _frequencies, (documents,), english=english, chinese=chinese)


def _pairs(
    tokens: list[str],
    window: int,
    skip: set[str],
    sides: tuple[int, ...] = (-1, 1),
    itself: bool = False,
    centres: bool = True,
    contexts: bool = True,
) -> Counter:
    """All pairs (centre, context), as the exercise asks for them or with one mistake in it."""
    steps = [side * far for side in sides for far in range(1, window + 1)] + [0] * itself
    return Counter(
        (centre, tokens[place + step])
        for place, centre in enumerate(tokens)
        for step in steps
        if 0 <= place + step < len(tokens)
        and not (centres and centre in skip)
        and not (contexts and tokens[place + step] in skip)
    )


def _read_pairs(result: object) -> Counter:
    """The learner's pairs and how often each stands there, or a hint that they are no pairs."""
    english = f"Return a list of pairs (centre, context); yours is {short(result)}."
    chinese = f"应返回由 (中心词, 上下文词) 组成的列表；你返回的是 {short(result)}。"
    require(not isinstance(result, str | bytes | Mapping) and hasattr(result, "__iter__"), english, chinese)
    return Counter(tuple(map(str, parts(pair, 2, english, chinese))) for pair in result)


@exercise(
    "01.2",
    more=(
        "Go by positions, not by words: for every position of a centre, look at every other position that is at most "
        "`window` away and inside the text. Only then ask whether one of the two words is in `skip`.",
        "按位置来想，不要按词：对每个中心位置，看文本之内、与它相距不超过 `window` 的其他每个位置。"
        "最后才问这两个词里有没有哪个在 `skip` 里。",
    ),
)
def skip_gram_pairs(learner: Learner) -> None:
    """Catches: a word paired with itself, one direction, the window's end, words for positions, a closed gap."""
    text = ["a", "b", "c", "d", "e"]
    found, right = _read_pairs(learner(text, 2, set())), _pairs(text, 2, set())
    recognise(
        found,
        right,
        (
            _pairs(text, 2, set(), itself=True),
            "A word is paired with itself: leave out the position of the centre.",
            "有词与自己配成了对：要排除中心词自己的位置。",
        ),
        *(
            (
                _pairs(text, 2, set(), sides=(side,)),
                f"The pair {missing} is missing: contexts stand on both sides of the centre.",
                f"缺少 {missing}：上下文在中心词的左右两侧都有。",
            )
            for side, missing in ((1, "(b, a)"), (-1, "(b, c)"))
        ),
        *(
            (
                wrong,
                f"The pair {missing} is missing: the window includes the position `window` steps away; range() leaves "
                "its end out.",
                f"缺少 {missing}：窗口包含距离恰为 window 的位置；注意 range() 不含终点。",
            )
            for wrong, missing in (
                (_pairs(text, 1, set()), "(a, c)"),
                (_pairs(text, 2, set(), sides=(-1,)) + _pairs(text, 1, set(), sides=(1,)), "(a, c)"),
                (_pairs(text, 1, set(), sides=(-1,)) + _pairs(text, 2, set(), sides=(1,)), "(c, a)"),
            )
        ),
        (
            _pairs(text, 3, set()),
            "With window=2, 'a' and 'd' are too far apart: they are three positions away from each other.",
            "window=2 时，a 与 d 相距三个位置，太远了。",
        ),
        (
            right + Counter([("a", "e"), ("a", "d"), ("b", "e")]),
            "The first word is paired with the last: a negative index counts from the end of the list.",
            "第一个词与最后一个词配成了对：负的下标是从列表末尾数起的。",
        ),
        (
            right + right,
            "Every pair stands there twice: go through the positions once.",
            "每一对都出现了两次：位置只要走一遍。",
        ),
    )
    require(
        not any(left == other for left, other in found),
        "A word is paired with itself: leave out the position of the centre.",
        "有词与自己配成了对：要排除中心词自己的位置。",
    )
    _require_pairs(found, right, text)
    wide = ["f", "g", "h", "i", "j"]
    found, right = _read_pairs(learner(wide, 3, set())), _pairs(wide, 3, set())
    if not set(found) & set(right):
        require_new(learner)
    recognise(
        found,
        right,
        (
            _pairs(wide, 1, set()),
            "With window=3 you pair neighbours alone: use `window`.",
            "window=3 时你只配了相邻的词：要用到 `window`。",
        ),
        (
            _pairs(wide, 2, set()),
            "With window=3 you stop at a distance of 2, as with window=2: is a number written in? Use `window`.",
            "window=3 时你仍像 window=2 那样只走到距离 2：是不是把数写死了？要用到 `window`。",
        ),
        (
            Counter({pair: 1 for pair in right if abs(ord(pair[0]) - ord(pair[1])) == 3}),
            "You pair words exactly `window` apart: nearer ones count as well.",
            "你只配了相距恰为 window 的词：更近的也要算。",
        ),
    )
    _require_pairs(found, right, wide)
    again = ["good", "bad", "ugly", "good", "film"]
    found, right = _read_pairs(learner(again, 1, set())), _pairs(again, 1, set())
    by_index = Counter(
        (centre, again[place])
        for centre in again
        for place in (again.index(centre) - 1, again.index(centre) + 1)
        if 0 <= place < len(again)
    )
    recognise(
        found,
        right,
        (
            by_index,
            "'good' stands twice, and you look at the neighbours of the first alone: tokens.index() finds the first "
            "position. enumerate(tokens) gives each.",
            "good 出现两次，你总是看第一个的邻居：tokens.index() 只找到第一个位置，enumerate(tokens) 才给出每个位置。",
        ),
    )
    _require_pairs(found, right, again)
    twice = ["so", "so", "good", "film", "good"]
    found, right = _read_pairs(learner(twice, 1, set())), _pairs(twice, 1, set())
    recognise(
        found,
        right,
        (
            Counter({pair: count for pair, count in right.items() if pair[0] != pair[1]}),
            "In 'so so good' the two 'so' are neighbours: compare positions, not words.",
            "在 so so good 里，两个 so 互为邻居：要比较位置，而不是比较词。",
        ),
        (
            Counter(set(right)),
            "The same two words may make a pair more than once: keep each, as a list does and a set does not.",
            "同样两个词可以不止一次配成对：每一次都要保留，用列表，不要用集合。",
        ),
    )
    _require_pairs(found, right, twice)
    gapped, skip = ["a", "very", "good", "film"], {"very"}
    found, right = _read_pairs(learner(gapped, 2, skip)), _pairs(gapped, 2, skip)
    recognise(
        found,
        right,
        *(
            (
                _pairs(gapped, 2, skip, **flags),
                "'very' is to be skipped, as a centre and as a context.",
                "very 应跳过：既不作中心词，也不作上下文。",
            )
            for flags in ({"centres": False}, {"contexts": False}, {"centres": False, "contexts": False})
        ),
        (
            _pairs([token for token in gapped if token not in skip], 2, set()),
            "You pair 'a' with 'film': they are three positions apart. A skipped word still takes up room.",
            "你把 a 和 film 配成了对：它们相距三个位置。被跳过的词仍占位置。",
        ),
        (
            Counter([("good", "film"), ("film", "good")]),
            "You stop at a skipped word: 'a' and 'good' are two positions apart and make a pair.",
            "你遇到被跳过的词就停下了：a 与 good 相距两个位置，应配成对。",
        ),
    )
    _require_pairs(found, right, gapped)
    for tokens, left_out, wrong, english, chinese in (
        (
            ["he", "saw", "the", "film"],
            {"the"},
            _pairs(["he", "saw", "the", "film"], 2, {"he", "the"}),
            "You leave out 'he', though only 'the' is in `skip`: ask whether the token is in the set, not in a text.",
            "`skip` 里只有 the，你把 he 也去掉了：要看词元是否在集合里，而不是在一段文字里。",
        ),
        (
            ["The", "film", "and", "the", "end"],
            {"the"},
            _pairs(["The", "film", "and", "the", "end"], 2, {"The", "the"}),
            "'The' is not in `skip`; 'the' is: tokens stay as they are, capital or small.",
            "`skip` 里有 the，没有 The：词元保持原样，区分大小写。",
        ),
    ):
        found, right = _read_pairs(learner(tokens, 2, left_out)), _pairs(tokens, 2, left_out)
        recognise(found, right, (wrong, english, chinese))
        _require_pairs(found, right, tokens)
    for tokens, window, left_out in (
        (["not", "a", "good", "not", "very", "good", "film"], 3, {"a", "very"}),
        (["so", "good"], 5, {"so"}),
        (["so", "good"], 5, set()),
        (["good"], 2, set()),
        ([], 2, set()),
    ):
        _require_pairs(_read_pairs(learner(tokens, window, left_out)), _pairs(tokens, window, left_out), tokens)


def _require_pairs(found: Counter, right: Counter, tokens: list[str]) -> None:
    """Name the pairs that are too many or missing."""
    missing, extra = list((right - found).elements()), list((found - right).elements())
    text = " ".join(tokens)
    require(
        not missing,
        f"For '{text}' the pairs {short(missing)} are missing.",
        f"对于 {text}，缺少词对 {short(missing)}。",
    )
    require(
        not extra,
        f"For '{text}' you return {short(extra)}, which should not be there, or not so often.",
        f"对于 {text}，你返回了 {short(extra)}，它们不该出现，或者不该出现这么多次。",
    )


Pieces = dict[tuple[str, ...], int]


def _merge(
    pieces: Pieces,
    pairs_weighted: bool = True,
    symbols_weighted: bool = True,
    once: bool = False,
    per_pair: bool = False,
    score: str = "product",
    last: bool = False,
) -> tuple[str, str]:
    """The pair with the highest score, as the exercise asks for it or with one mistake in it."""
    symbols, pairs = Counter(), Counter()
    for word, frequency in pieces.items():
        for pair in set(pairwise(word)) if once else pairwise(word):
            pairs[pair] += frequency if pairs_weighted else 1
            for symbol in pair if per_pair else ():
                symbols[symbol] += frequency
        for symbol in () if per_pair else set(word) if once else word:
            symbols[symbol] += frequency if symbols_weighted else 1

    def value(pair: tuple[str, str]) -> Fraction:
        left, right = symbols[pair[0]], symbols[pair[1]]
        return Fraction(pairs[pair], {"product": left * right, "sum": left + right, "left": left, "count": 1}[score])

    best = max(map(value, pairs))
    return (max if last else min)(pair for pair in pairs if value(pair) == best)


@exercise(
    "01.3",
    more=(
        "Make two counts first: how often each symbol stands anywhere, and how often each pair of neighbours does, "
        "both times the frequency of the word. Then one division for each pair, and a look at the first of the best.",
        "先做两个计数：每个符号共出现多少次，每一对相邻符号共出现多少次，都要乘以词的频次。"
        "然后对每一对做一次除法，再在得分最高的几对里取排在最前面的。",
    ),
)
def best_merge(learner: Learner) -> None:
    """Catches: the most frequent pair, frequencies of words left out, a symbol counted per word or per pair, ties."""

    def ask(pieces: Pieces) -> tuple[str, ...]:
        result = learner(pieces)
        english = f"Return a pair (left, right) of symbols; yours is {short(result)}."
        chinese = f"应返回一对符号 (left, right)；你返回的是 {short(result)}。"
        return tuple(map(str, parts(result, 2, english, chinese)))

    pieces = {("b", "a", "d"): 6, ("b", "a", "d", "l", "y"): 3, ("s", "a", "d"): 5, ("s", "a", "d", "l", "y"): 2}
    result = ask(pieces)
    recognise(
        result,
        ("l", "y"),
        (
            ("a", "d"),
            "('a', 'd') is the most frequent pair, which byte-pair encoding would take. (5) divides by the product of "
            "how often the two symbols occur.",
            "('a', 'd') 是出现最多的一对，字节对编码会选它。式 (5) 还要除以两个符号各自出现次数的乘积。",
        ),
        (("y", "l"), "The left symbol comes first in the pair.", "一对里，左边的符号在前。"),
    )
    require(
        result == ("l", "y"),
        f"For {pieces} you return {result}, not the pair with the highest score by equation (5).",
        f"对于 {pieces}，你返回了 {result}，按式 (5)，它的得分不是最高的。",
    )
    several = {("b", "c", "d", "b"): 3, ("d", "c"): 6}
    weighted = {("k", "l"): 1, ("k", "l", "k", "l"): 1, ("m", "n"): 9}
    for given, english, chinese in (
        (
            weighted,
            "Each word counts as often as its frequency says, and a pair as often as it stands in the word: ('k', 'l') "
            "has the score 3/(3·3).",
            "每个词要按它的频次计数，每一对要按它在词里出现的次数计数：('k', 'l') 的得分是 3/(3·3)。",
        ),
        (
            several,
            "Count every symbol and every pair as often as it stands in the word, times the word's frequency: 'b' "
            "occurs 6 times here, and ('d', 'c') has the score 6/(9·9).",
            "每个符号、每一对都要按它在词里出现的次数计数，再乘以词的频次："
            "这里 b 出现 6 次，('d', 'c') 的得分是 6/(9·9)。",
        ),
    ):
        found, right = ask(given), _merge(given)
        if found not in {pair for word in given for pair in pairwise(word)}:
            require_new(learner)
        require(
            given is not weighted or found != ("m", "n"),
            f"For {given} you return {found}, whose score is 9/(9·9): each word counts as often as its frequency says. "
            "Do you count every word once? Does each call begin with new counts?",
            f"对于 {given}，你返回了 {found}，它的得分是 9/(9·9)：每个词要按它的频次计数。"
            "你是不是把每个词都只算了一次？每次调用都重新开始计数了吗？",
        )
        require(
            found == right, f"For {given} you return {found}. {english}", f"对于 {given}，你返回了 {found}。{chinese}"
        )
    for given in (
        {("n", "o"): 2, ("h", "i"): 2},
        {("h", "o"): 2, ("h", "i"): 2, ("h", "u"): 2},
        {("b", "c"): 1, ("a", "z"): 1},
    ):
        found, right = ask(given), _merge(given)
        require(
            found == right,
            f"Several pairs of {given} have the same score: the one that comes first in alphabetical order wins; you "
            f"return {found}.",
            f"{given} 里有几对得分相同：应取字母顺序在前的一对；你返回了 {found}。",
        )
    for given, english, chinese in (
        (
            {("c", "d"): 6, ("a", "b"): 1, ("b",): 5},
            "Both pairs have the score 1/6: the alphabet decides, not which of them is more frequent.",
            "两对的得分都是 1/6：由字母顺序决定，而不是看哪一对更常见。",
        ),
        (
            {("a", "b"): 3, ("c", "d"): 4, ("a",): 9},
            "A word of one symbol has no pair, but its symbol counts: 'a' occurs 12 times.",
            "只有一个符号的词没有相邻的一对，但它的符号也要计数：a 出现 12 次。",
        ),
        (
            {("a", "b"): 4, ("a", "b", "e"): 2, ("c", "d"): 5, ("c",): 5, ("e",): 9},
            "('a', 'b') stands in two words, 4 + 2 times, and has the score 6/(6·6).",
            "('a', 'b') 出现在两个词里，共 4 + 2 次，得分是 6/(6·6)。",
        ),
        (
            {("a", "b", "a", "b"): 3, ("c", "d"): 4, ("c",): 4},
            "('a', 'b') stands twice in its word, so it occurs 6 times and has the score 6/(6·6).",
            "('a', 'b') 在它的词里出现两次，所以共 6 次，得分是 6/(6·6)。",
        ),
        (
            {("a", "b"): 21, ("c", "d"): 20},
            "1/20 is more than 1/21: scores are compared as they are, not rounded.",
            "1/20 大于 1/21：比较得分时不要四舍五入。",
        ),
    ):
        found, right = ask(given), _merge(given)
        require(
            found == right,
            f"For {given} the pair to merge is {right}; you return {found}. {english}",
            f"对于 {given}，应合并 {right}；你返回了 {found}。{chinese}",
        )
    for given in _MERGES:
        found, right = ask(given), _merge(given)
        require(
            found == right,
            f"For {given} the pair with the highest score is {right}; you return {found}.",
            f"对于 {given}，得分最高的一对是 {right}；你返回了 {found}。",
        )


# Here counts without frequencies, per word, per pair, and other divisors than the product all give other pairs.
_MERGES: tuple[Pieces, ...] = (
    {tuple("efbge"): 6, tuple("dega"): 2, tuple("ebfe"): 3, tuple("ecgac"): 6},
    {tuple("fg"): 1, tuple("ed"): 7, tuple("fcf"): 6, tuple("ebb"): 2, tuple("aaced"): 3},
    {("a",): 5, ("b", "c"): 1},
    {("un", "##able"): 2, ("un", "##do"): 5, ("re", "##do", "##able"): 1},
)


@exercise(
    "01.4",
    more=(
        "Two sums over time, along axis 1: of the vectors whose mask is True, and of the mask itself. The mask needs "
        "one more axis before it can meet vectors; the number of True may be 0, and then you need another divisor.",
        "沿时间（轴 1）求两个和：掩码为 True 的向量之和，以及掩码本身之和。掩码要多一个轴才能与 vectors 相乘；"
        "True 的个数可能是 0，那时要换一个除数。",
    ),
)
def mean_of_words(learner: Learner) -> None:
    """Catches: dividing by the full length, not masking, the first positions taken, a wrong axis, an empty row."""

    def right_mean(vectors: np.ndarray, mask: np.ndarray) -> np.ndarray:
        return (vectors * mask[..., None]).sum(1) / np.maximum(mask.sum(1), 1)[:, None]

    vectors = np.array(
        [[[1.0, 2.0], [3.0, 6.0], [100.0, 80.0], [50.0, 70.0]], [[5.0, 1.0], [7.0, 7.0], [9.0, 9.5], [8.0, 6.0]]]
    )
    mask = np.array([[True, True, False, False], [True, False, False, False]])
    right, kept, count = right_mean(vectors, mask), vectors * mask[..., None], mask.sum(1)[:, None]
    answer = learner(vectors, mask)
    raw = numbers(answer)
    require(
        raw.shape != (4, 2),
        "Your result has a row for each time step: average over time, axis 1.",
        "你的结果每个时间步各有一行：应对时间（轴 1）求平均。",
    )
    if raw.shape != (2, 2):
        lost = raw.shape == (2,)
        require(
            not lost,
            "One of your results' axes is gone: average over time alone, and keep (batch, dim) = (2, 2).",
            "你的结果少了一个轴：只对时间求平均，保留 (batch, dim) = (2, 2)。",
        )
        require(
            False,
            f"The result must have the shape (batch, dim) = (2, 2); yours is {raw.shape}. Which axis is time?",
            f"结果的形状应为 (batch, dim) = (2, 2)；你的是 {raw.shape}。时间是哪一个轴？",
        )
    recognise(
        raw,
        right,
        (
            vectors.mean(axis=1),
            "That is the plain mean over time: the padding is still in it.",
            "这是对时间直接取平均：填充也算进去了。",
        ),
        (
            kept.mean(axis=1),
            "The sum is right, but you divide by the full length: divide by the number of True in each row.",
            "求和对了，但除以了整个长度：应除以每行 True 的个数。",
        ),
        (
            kept.sum(axis=1),
            "You get the sum: divide by the number of True in each row.",
            "你得到的是和：要除以每行 True 的个数。",
        ),
        (
            kept.sum(axis=1) / (count + 1),
            "You divide by one more than the number of True.",
            "你的除数比 True 的个数多了一。",
        ),
        (
            kept.sum(axis=1) / count.max(),
            "You divide every row by the same number, that of the True in the first: each row has its own.",
            "你把每一行都除以了同一个数，即第一行的 True 个数：每行各有各的。",
        ),
        (
            kept.sum(axis=1) / count.sum(),
            "You divide by the number of True in the whole mask: each row has its own.",
            "你除以了整个掩码中 True 的个数：每行各有各的。",
        ),
        (
            (vectors * ~mask[..., None]).sum(1) / (~mask).sum(1)[:, None],
            "You average the padding: True marks what is real.",
            "你平均的是填充：True 标记的是真实位置。",
        ),
        (
            vectors.sum(axis=1) / count,
            "You divide by the right number, but the padding is still in the sum.",
            "除数对了，但填充仍在和里面。",
        ),
    )
    require_close(raw, right, "For the first small case:", "在第一个小例子里：")
    behind = np.array([[False, True, True, False], [True, False, False, True]])
    found, right = numbers(learner(vectors, behind), (2, 2), "batch, dim"), right_mean(vectors, behind)
    recognise(
        found,
        right,
        (
            vectors[:, :2].mean(axis=1),
            "The real positions need not come first: use the mask itself, not only how many are True.",
            "真实位置不一定排在最前面：要用掩码本身，而不只是 True 的个数。",
        ),
    )
    random = np.random.default_rng(5)
    agree(
        learner,
        right_mean,
        (vectors, behind),
        (random.normal(size=(3, 5, 4)), np.arange(5) % 4 < np.array([[2], [3], [1]])),
        (random.normal(size=(1, 4, 3)), np.array([[False, True, True, False]])),
        (random.normal(size=(2, 4, 1)), np.array([[True, True, False, False], [True] * 4])),
        (random.normal(size=(2, 1, 3)), np.ones((2, 1), bool)),
    )
    agree(
        learner,
        right_mean,
        (np.array([[[0.0, 0.0], [2.0, 0.0], [4.0, 5.0]]]), np.array([[True, True, False]])),
        english="A real position may hold zeros, and counts: the mask alone says what is real.",
        chinese="真实位置上的数可以是零，也要计数：哪里真实，只由掩码决定。",
    )
    nothing = np.array([[True] * 4, [False] * 4])
    empty = numbers(learner(vectors, nothing), (2, 2), "batch, dim")
    require(
        np.isfinite(empty).all() and close(empty[1], np.zeros(2)),
        f"An empty review must give zeros; yours gives {short(empty[1])}. What do you divide by when no position is "
        "real?",
        f"空影评应得到全零；你得到 {short(empty[1])}。一个真实位置都没有时，除数是多少？",
    )
    require_close(
        empty, right_mean(vectors, nothing), "Beside an empty review, the other row:", "与空影评同批的另一行："
    )
    agree(
        learner,
        right_mean,
        (vectors[:1], np.zeros((1, 4), bool)),
        english="An empty review alone:",
        chinese="只有一条空影评时：",
    )


def _split(word: str, vocabulary: set[str], shortest: bool = False) -> list[str]:
    """The pieces of a word, the longest first, as the exercise asks for them, or the shortest."""
    pieces, start = [], 0
    while start < len(word):
        ends = range(start + 1, len(word) + 1) if shortest else range(len(word), start, -1)
        fitting = (end for end in ends if ("##" if start else "") + word[start:end] in vocabulary)
        end = next(fitting, None)
        if end is None:
            return ["[UNK]"]
        pieces.append(("##" if start else "") + word[start:end])
        start = end
    return pieces


@exercise(
    "01.5",
    more=(
        "Two loops: the outer one moves `start` from piece to piece until the word is used up; the inner one tries "
        "`end` from the end of the word down to start + 1. What is looked up depends on whether start is 0.",
        "两层循环：外层让 `start` 一段一段地前进，直到整个词用完；内层让 `end` 从词尾逐个减到 start + 1。"
        "查表时带不带 ##，取决于 start 是不是 0。",
    ),
)
def split_word(learner: Learner) -> None:
    """Catches: no ##, ## on the first piece, the shortest piece first, going back, [UNK] in the middle."""

    def ask(word: str, vocabulary: set[str]) -> list[str]:
        result = learner(word, vocabulary)
        require(
            not isinstance(result, str | bytes | Mapping | set) and hasattr(result, "__len__"),
            f"Return a list of pieces; yours is a {type(result).__name__}.",
            f"应返回由片段组成的列表；你返回的是 {type(result).__name__}。",
        )
        return [str(piece) for piece in result]

    vocabulary = {"un", "u", "n", "watch", "##watch", "##able", "##a", "##ble", "##w", "wat", "##n", "able"}
    result = ask("unwatchable", vocabulary)
    right = ["un", "##watch", "##able"]
    recognise(
        result,
        right,
        (
            ["##un", "##watch", "##able"],
            "The first piece of a word is looked up and returned without '##'.",
            "词的第一个片段，查表和返回时都不带 ##。",
        ),
        (
            ["un", "watch", "able"],
            "Pieces after the first are looked up and returned with '##' in front: '##watch' and 'watch' are two "
            "entries.",
            "第一个之后的片段，查表和返回时都要加上 ##：##watch 与 watch 是两个不同的词条。",
        ),
        (right[::-1], "The pieces stand in the wrong order: from left to right.", "片段的次序反了：应从左到右。"),
        (right[:-1], "The last piece is missing: go on to the end of the word.", "缺了最后一个片段：要一直走到词尾。"),
        (
            right[:1],
            "You stop after the first piece: go on to the end of the word.",
            "你在第一个片段之后就停了：要一直走到词尾。",
        ),
    )
    short_first = ask("abc", {"a", "ab", "##b", "##c"})
    recognise(
        short_first,
        ["ab", "##c"],
        (
            ["a", "##b", "##c"],
            "You take the shortest piece that fits; take the longest: try all that is left, then cut from the right.",
            "你取了能匹配的最短片段；应取最长的：先试剩下的整段，再从右端逐个缩短。",
        ),
    )
    require(
        result == right,
        f"'unwatchable' should give {right}; yours gives {result}.",
        f"unwatchable 应得到 {right}；你得到 {result}。",
    )
    for word, known, english, chinese in (
        (
            "unwatched",
            vocabulary,
            "Nothing fits at the end of 'unwatched', so the whole word becomes ['[UNK]']",
            "unwatched 的末尾没有片段能匹配，所以整个词变为 ['[UNK]']",
        ),
        (
            "xun",
            vocabulary,
            "Nothing fits at the start of 'xun', so the whole word becomes ['[UNK]']",
            "xun 的开头没有片段能匹配，所以整个词变为 ['[UNK]']",
        ),
        (
            "unable",
            {"un", "able"},
            "A later piece is looked up with '##' alone: 'able' in the vocabulary does not stand for '##able'",
            "后面的片段只能带 ## 查表：词表里的 able 不能当作 ##able",
        ),
        (
            "able",
            {"##able", "##a"},
            "The first piece is looked up without '##': '##able' in the vocabulary does not stand for 'able'",
            "第一个片段查表时不带 ##：词表里的 ##able 不能当作 able",
        ),
        (
            "abc",
            {"ab", "a", "##bc"},
            "Take the longest piece and do not go back: if nothing fits behind 'ab', the whole word is [UNK]",
            "取最长的片段，不回头：ab 后面什么都匹配不上，整个词就是 [UNK]",
        ),
        (
            "abcd",
            {"a", "##b", "##bcd", "##bc", "##cd", "##d"},
            "Later pieces, too, are the longest that fit",
            "后面的片段也要取最长的",
        ),
        ("watch", vocabulary, "A word that is in the vocabulary stays whole", "词表里有的词应保持完整"),
        (
            "nananana",
            {"na", "##na", "n", "##a"},
            "The same letters may come again, as a piece of their own each time",
            "同样的字母可以再次出现，每次都是单独的片段",
        ),
        ("a", {"a"}, "A word of one letter is a piece as well", "只有一个字母的词也是一个片段"),
        (
            "ab",
            {"a", "##b"},
            "A piece may be a single letter, the last one too",
            "片段可以只有一个字母，最后一个也一样",
        ),
        (
            "internationalisation",
            {"international", "##isation", "inter", "##national"},
            "A piece may be long",
            "片段可以很长",
        ),
        ("Able", {"able", "a"}, "Letters stay as they are, capital or small", "字母保持原样，大小写不变"),
    ):
        found, right = ask(word, known), _split(word, known)
        if found != right and len(found) > 1:
            require_new(learner)
        require(
            found == right,
            f"{english}: '{word}' with {sorted(known)} should give {right}; yours gives {found}.",
            f"{chinese}：词表为 {sorted(known)} 时，{word} 应得到 {right}；你得到 {found}。",
        )
