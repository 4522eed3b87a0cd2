"""The checks of chapter 01 about words where no blank stands between them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from course_lib.checks.answers import number, recognise, require_close, require_new, texts
from course_lib.checks.calling import short
from course_lib.checks.core import Learner, exercise, require


def _require_whole(found: Sequence[str], text: str) -> None:
    require(
        "".join(found) == text,
        f"Put together, your words {short(list(found))} are not '{text}': no character may be lost or come twice.",
        f"你的词 {short(list(found))} 拼起来不是“{text}”：一个字也不能丢，也不能重复。",
    )


def _backward(text: str, words: set[str], shortest: bool = False) -> list[str]:
    """Maximum matching from the right, as the exercise asks for it, or with the shortest word that fits."""
    found: list[str] = []
    end = len(text)
    while end:
        starts = [start for start in range(end) if text[start:end] in words] or [end - 1]
        start = max(starts) if shortest else min(starts)
        found.insert(0, text[start:end])
        end = start
    return found


def _forward(text: str, words: set[str]) -> list[str]:
    mirrored = _backward(text[::-1], {word[::-1] for word in words})
    return [word[::-1] for word in reversed(mirrored)]


@exercise(
    "01.6",
    more=(
        "Keep `end`, the place behind what is not cut yet; it begins at len(text). Try `start` from 0 upwards: the "
        "first text[start:end] in `words` is the longest word that ends there. If there "
        "is none, take one character. Then "
        "`end` moves to `start`, and the words come out from the last to the first.",
        "用 `end` 记住还没切的部分到哪里为止，一开始是 len(text)。让 `start` 从 0 往上试：第一个在 `words` 里的 "
        "text[start:end]，就是在此结束的最长的词。一个都没有，就取一个字。然后让 `end` 移到 `start`；"
        "这样得到的词是从最后一个到第一个。",
    ),
)
def backward_matching(learner: Learner) -> None:
    """Catches: from the left, the shortest word, the words in reverse, characters that are no word, lost characters."""
    text, words = "研究生命起源", {"研究", "研究生", "生命", "命", "起源", "生", "源", "起"}
    result, right = texts(learner(text, set(words)), "words", "词"), ["研究", "生命", "起源"]
    recognise(
        result,
        right,
        (
            _forward(text, words),
            "You match from the left: 研究生 is taken before 生命 can be. Here the longest word that *ends* at the "
            "right comes first.",
            "你是从左边开始匹配的：还没轮到“生命”，“研究生”就被取走了。这里要先取在最右边*结束*的最长的词。",
        ),
        (
            _backward(text, words, shortest=True),
            "You take the shortest word that ends here; take the longest: let `start` begin at the far left.",
            "你取了在此结束的最短的词；应取最长的：让 `start` 从最左边开始。",
        ),
        (
            right[::-1],
            "The words come out from the last to the first: turn them round at the end.",
            "你得到的词是从最后一个到第一个的：最后要倒过来。",
        ),
        (right[1:], "The first word is missing: go on until `end` is 0.", "缺了第一个词：要一直走到 `end` 为 0。"),
        (right[-1:], "You stop after one word: go on until `end` is 0.", "你取了一个词就停了：要一直走到 `end` 为 0。"),
        (
            [word[::-1] for word in right],
            "The characters of each word stand in reverse.",
            "每个词里的字都倒过来了。",
        ),
        (
            [*text],
            "You return characters, no words: is text[start:end] looked up?",
            "你返回的是字，不是词：查过 text[start:end] 吗？",
        ),
    )
    _require_whole(result, text)
    require(
        result == right,
        f"'{text}' should give {right}; yours gives {result}.",
        f"“{text}”应得到 {right}；你得到 {result}。",
    )
    for sentence, known, english, chinese in (
        (
            "他在长江边",
            {"长江", "江边"},
            "What no word ends with stands alone, one character at a time, whether it is in the dictionary or not",
            "没有词在此结束时，就取一个字，不管词典里有没有它",
        ),
        ("南京市", {"北京"}, "Nothing is known: every character stands alone", "一个词也不认识时，每个字单独成词"),
        (
            "南京市长江大桥",
            {"南京", "市长", "长江", "大桥", "江大桥", "南京市长江大桥"},
            "A text may be one word",
            "整段文本可以就是一个词",
        ),
        ("长江长江", {"长江"}, "The same word may come again", "同一个词可以再次出现"),
        (
            "中华人民共和国成立了",
            {"中华人民共和国", "人民", "共和国", "国成", "成立"},
            "A word may be long, here of seven characters",
            "词可以很长，这里有七个字",
        ),
        (
            "从小学到大学",
            {"从小", "小学", "学到", "大学", "到大"},
            "Each time the longest word that ends at `end`, never one that ends before it",
            "每次都取在 `end` 处结束的最长的词，而不是在它之前结束的",
        ),
        ("京", {"京"}, "A text of one character is a word of one", "只有一个字的文本，就是一个字的词"),
        ("京", set(), "An empty dictionary: characters stand alone", "词典是空的：每个字单独成词"),
        ("", {"京"}, "An empty text has no words", "空文本没有词"),
    ):
        found, wanted = texts(learner(sentence, set(known)), "words", "词"), _backward(sentence, known)
        if found != wanted and found:
            require_new(learner)
        require(
            found == wanted,
            f"{english}: '{sentence}' with {sorted(known)} should give {wanted}; yours gives {found}.",
            f"{chinese}：词典为 {sorted(known)} 时，“{sentence}”应得到 {wanted}；你得到 {found}。",
        )


def _best(
    text: str, scores: Mapping[str, float], unknown: float, together: Callable[[float, float], float] = float.__add__
) -> list[str]:
    """The words whose scores are largest together, or the best by another way to put two scores together."""
    ways: list[tuple[float, list[str]]] = [(0.0, [])]
    for end in range(1, len(text) + 1):
        reached = []
        for start in range(end):
            word = text[start:end]
            if word in scores or len(word) == 1:
                score = float(scores.get(word, unknown))
                before, found = ways[start]
                reached.append((together(before, score) if start else score, [*found, word]))
        ways.append(max(reached, key=lambda way: way[0]))
    return ways[-1][1]


def _greedy(text: str, scores: Mapping[str, float], unknown: float) -> list[str]:
    """At each place the likeliest word that begins there, whatever comes behind it."""
    found, start = [], 0
    while start < len(text):
        ends = [end for end in range(start + 1, len(text) + 1) if end == start + 1 or text[start:end] in scores]
        end = max(ends, key=lambda end: scores.get(text[start:end], unknown))
        found.append(text[start:end])
        start = end
    return found


@exercise(
    "01.7",
    more=(
        "Let best[end] be the score of the best way to cut text[:end], and back[end] where its last word begins. "
        "best[0] is 0. For every end try every start: best[start] + the score of text[start:end]. When all is filled, "
        "walk from len(text) back to 0 along `back`.",
        "设 best[end] 是切开 text[:end] 的最好得分，back[end] 是这种切法里最后一个词的起点；best[0] 为 0。"
        "对每个 end，试每个 start：best[start] 加上 text[start:end] 的得分。全部填好以后，"
        "从 len(text) 沿着 `back` 走回 0。",
    ),
)
def best_segmentation(learner: Learner) -> None:
    """Catches: greedy choices, the fewest words, means for sums, the worst way, unknown characters, several of them."""
    text = "研究生命起源"
    scores = {"研究": -3.0, "研究生": -2.5, "生命": -3.0, "命": -7.0, "起源": -4.0, "生": -6.0}
    result, right = texts(learner(text, dict(scores), -12.0), "words", "词"), ["研究", "生命", "起源"]
    recognise(
        result,
        right,
        (
            _greedy(text, scores, -12.0),
            "研究生 is the likeliest word to begin with, but 命 behind it costs much: -13.5 in all, against -10 for "
            "研究 / 生命 / 起源. Compare whole ways, not single words.",
            "“研究生”是最可能的开头，可它后面的“命”代价很高：整条路径是 -13.5，而“研究 / 生命 / 起源”是 -10。"
            "要比较整条路径，而不是单个的词。",
        ),
        (
            _best(text, {word: -score for word, score in scores.items()}, 12.0),
            "That is the least probable way: log-probabilities are negative, and the "
            "largest sum is the best. Are words of "
            "several characters tried at all?",
            "这是最不可能的切法：对数概率是负数，和最大的才最好。多个字的词试过吗？",
        ),
        (
            right[::-1],
            "Walking back gives the last word first: turn them round.",
            "往回走时先得到最后一个词：要倒过来。",
        ),
        (right[1:], "The first word is missing: walk back until you are at 0.", "缺了第一个词：要一直走回 0。"),
    )
    _require_whole(result, text)
    require(
        result == right,
        f"'{text}' with {scores} should give {right}; yours gives {result}.",
        f"得分为 {scores} 时，“{text}”应得到 {right}；你得到 {result}。",
    )
    for sentence, given, unknown, english, chinese in (
        (
            "大江大桥",
            {"大": -1.0, "江": -1.0, "桥": -1.0, "大江": -4.0, "大桥": -4.0, "大江大桥": -9.0},
            -20.0,
            "Four likely words can be better than two: it is the sum that counts, not how many words there are",
            "四个常用词可以胜过两个词：要看总和，而不是词的个数",
        ),
        (
            "大江大桥",
            {"大": -5.0, "江": -5.0, "桥": -5.0, "大江": -6.0, "大桥": -6.0, "大江大桥": -11.5},
            -20.0,
            "Scores are added up; their mean for each word says something else",
            "得分要相加；每个词的平均得分是另一回事",
        ),
        (
            "他在鼋头渚",
            {"他": -2.0, "在": -2.0, "头": -5.0},
            -9.0,
            "A character that is no word has the score `unknown`",
            "不成词的字，得分是 `unknown`",
        ),
        (
            "鼋头渚在",
            {"在": -2.0, "鼋头渚": -15.0},
            -4.0,
            "`unknown` may be dearer or cheaper than a known word: three times −4 is better than −15",
            "`unknown` 可能比认识的词贵，也可能便宜：三个 −4 好过一个 −15",
        ),
        (
            "甲乙丙丁",
            {"甲乙": -1.0, "丙丁": -8.0, "乙丙": -1.0, "甲": -2.0, "丁": -2.0, "丙": -9.0},
            -30.0,
            "The best way to a place is kept, and bettered where a better one comes",
            "到每个位置只保留最好的走法；有更好的就换掉",
        ),
        (
            "中华人民共和国",
            {"中华人民共和国": -9.0, "中华": -4.0, "人民": -4.0, "共和国": -4.0},
            -30.0,
            "A word may be long",
            "词可以很长",
        ),
        ("长江长江", {"长江": -3.0}, -5.0, "The same word may come again", "同一个词可以再次出现"),
        ("京", {}, -5.0, "Nothing is known: the character stands alone", "一个词也不认识：这个字单独成词"),
        ("京", {"京": -2.0}, -5.0, "A text of one character is a word of one", "只有一个字的文本，就是一个字的词"),
        ("", {"京": -2.0}, -5.0, "An empty text has no words", "空文本没有词"),
    ):
        found, wanted = texts(learner(sentence, dict(given), unknown), "words", "词"), _best(sentence, given, unknown)
        if found != wanted and found:
            require_new(learner)
        require(
            found == wanted,
            f"{english}: '{sentence}' with {given}, unknown={unknown} should give {wanted}; yours gives {found}.",
            f"{chinese}：得分为 {given}、unknown={unknown} 时，“{sentence}”应得到 {wanted}；你得到 {found}。",
        )
    long = "长江大桥" * 300
    found = texts(learner(long, {"长江": -3.0, "大桥": -3.0, "长江大桥": -5.0}, -9.0), "words", "词")
    require(
        found == ["长江大桥"] * 300,
        f"A text of {len(long)} characters should give 300 times 长江大桥; yours begins with {short(found[:3])}.",
        f"{len(long)} 个字的文本应得到 300 个“长江大桥”；你的结果开头是 {short(found[:3])}。",
    )


def _spans(words: Sequence[str]) -> set[tuple[int, int]]:
    ends = [sum(map(len, words[: place + 1])) for place in range(len(words))]
    return {(end - len(word), end) for word, end in zip(words, ends, strict=True)}


def _f1(gold: Sequence[str], found: Sequence[str]) -> float:
    right = len(_spans(gold) & _spans(found))
    return 2 * right / (len(gold) + len(found)) if gold or found else 0.0


def _cuts(words: Sequence[str]) -> set[int]:
    return {end for _, end in _spans(words)}


@exercise(
    "01.8",
    more=(
        "Turn each list of words into a set of pairs (start, end): keep the place you have reached, and move on by the "
        "length of each word. The right words are those in both sets; then F1 = 2 · right / (words of one + words of "
        "the other).",
        "先把两个词列表各变成一个由 (起点, 终点) 组成的集合：记住走到了哪里，每过一个词就前进它的长度。"
        "两个集合的交集就是切对的词；于是 F1 = 2 · 对的个数 /（一边的词数 + 另一边的词数）。",
    ),
)
def span_f1(learner: Learner) -> None:
    """Catches: words without places, words by order, cuts for words, precision, recall, a mean, nothing at all."""

    def ask(gold: list[str], found: list[str]) -> float:
        return number(learner(list(gold), list(found)))

    gold, found = ["研究", "生命", "的", "起源", "很", "难"], ["研究", "生命的", "起源", "很", "难"]
    result, right = ask(gold, found), _f1(gold, found)
    precision, recall = 4 / 5, 4 / 6
    in_place = sum(one == other for one, other in zip(gold, found, strict=False))
    cuts = 2 * len(_cuts(gold) & _cuts(found)) / (len(_cuts(gold)) + len(_cuts(found)))
    recognise(
        result,
        right,
        (
            precision,
            "That is precision: the share of the found words that are right.",
            "这是精确率：切出的词里有多大比例是对的。",
        ),
        (
            recall,
            "That is recall: the share of the gold words that were found.",
            "这是召回率：标准答案的词里有多大比例被找到了。",
        ),
        (
            (precision + recall) / 2,
            "That is the mean of precision and recall; F1 is their harmonic mean, 2PR / (P + R).",
            "这是精确率与召回率的算术平均；F1 是调和平均，2PR / (P + R)。",
        ),
        (
            cuts,
            "You compare where words end. A word is right only if it begins and ends where a gold word does.",
            "你比较的是词的终点。起点和终点都与标准答案一致，一个词才算对。",
        ),
        (
            2 * in_place / (len(gold) + len(found)),
            "You compare the third word with the third: after one wrong cut nothing fits. Compare places in the text.",
            "你是拿第三个词比第三个词：只要错切一处，后面就全对不上了。要比较词在文本里的位置。",
        ),
        (100 * right, "Return a share from 0 to 1, no percentage.", "应返回 0 到 1 之间的数，而不是百分数。"),
        (
            len(set(gold) & set(found)) / len(set(gold) | set(found)),
            "That is the share of all words that both have; F1 divides by the mean of both numbers of words.",
            "这是交集占并集的比例；F1 的分母是两边词数的平均。",
        ),
    )
    require_close(result, right, f"For {gold} and {found}:", f"标准答案 {gold}、切分结果 {found}：")
    for true, guess, english, chinese in (
        (
            ["上", "海上", "上"],
            ["上海", "上", "上"],
            "The same word at another place is another word:",
            "位置不同，同样的词也不算同一个：",
        ),
        (
            ["好", "好", "好"],
            ["好", "好", "好"],
            "The same word three times is three words:",
            "同一个词出现三次，就是三个词：",
        ),
        (
            ["长江", "大桥"],
            ["长江大桥"],
            "One word in place of two: none is right, and F1 is 0:",
            "该切成两个词却没切：一个也不对，F1 为 0：",
        ),
        (["长江大桥"], ["长", "江", "大", "桥"], "Four words in place of one:", "该是一个词却切成四个："),
        (
            ["南京", "市长", "来", "了"],
            ["南京", "市长", "来了"],
            "More gold words than found ones:",
            "标准答案的词更多时：",
        ),
        (["来了"], ["来了"], "A sentence of one word:", "只有一个词的句子："),
        ([], [], "No words on either side: F1 is 0, not an error:", "两边都没有词：F1 为 0，不应报错："),
    ):
        answer, wanted = ask(true, guess), _f1(true, guess)
        if not math.isclose(answer, wanted, abs_tol=1e-6):
            require_new(learner)
        require_close(answer, wanted, f"{english} {true} and {guess}.", f"{chinese}{true} 与 {guess}。")
