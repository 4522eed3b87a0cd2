"""The check of chapter 07 about what a negation turns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from course_lib.checks.answers import recognise, require_new, texts
from course_lib.checks.calling import short
from course_lib.checks.core import Learner, exercise, require

_MARK = "NOT_"
_ONE_ONLY = (
    "You mark only the token right behind a negation; marking goes on until a stop or the next negation.",
    "你只标了紧跟在否定词后面的那一个；标记要一直开到停顿，或者下一个否定词为止。",
)


def _marked(tokens: Iterable[str], negations: Set[str], stops: Set[str]) -> list[str]:
    negated, marked = False, []
    for token in tokens:
        turns, ends = token in negations, token in stops
        marked.append(_MARK + token if negated and not turns and not ends else token)
        negated = not ends and negated != turns
    return marked


def _with_stops(tokens: Sequence[str], negations: Set[str], stops: Set[str]) -> list[str]:
    """A mark on the stop that ends a negation, too."""
    negated, marked = False, []
    for token in tokens:
        marked.append(_MARK + token if negated and token not in negations else token)
        negated = token not in stops and negated != (token in negations)
    return marked


def _one_only(tokens: Sequence[str], negations: Set[str], stops: Set[str]) -> list[str]:
    plain = negations | stops
    return [
        _MARK + token if place and tokens[place - 1] in negations and token not in plain else token
        for place, token in enumerate(tokens)
    ]


def _never_off(tokens: Sequence[str], negations: Set[str], stops: Set[str]) -> list[str]:
    """Marking that a second negation does not end."""
    negated, marked = False, []
    for token in tokens:
        plain = token in negations or token in stops
        marked.append(_MARK + token if negated and not plain else token)
        negated = (negated or token in negations) and token not in stops
    return marked


def _with_negations(tokens: Sequence[str], negations: Set[str], stops: Set[str]) -> list[str]:
    """A mark on a negation that stands in the reach of another one."""
    negated, marked = False, []
    for token in tokens:
        marked.append(_MARK + token if negated and token not in stops else token)
        negated = token not in stops and negated != (token in negations)
    return marked


@exercise(
    "07.5",
    more=(
        "Go through the tokens with one variable that says whether marking is on; it begins as False. For each token "
        "ask in this order: is it a negation (then turn the variable over), is it a stop (then it is False), is it on "
        "(then put NOT_ in front). Append the token in every case.",
        "从头到尾走一遍词元，用一个变量记住标记是否打开，一开始是 False。对每个词元依次问："
        "是否定词吗（是就把变量反过来）？是停顿吗（是就设为 False）？"
        "标记打开着吗（是就在前面加上 NOT_）？无论哪种情形，都把词元加进结果。",
    ),
)
def mark_negation(learner: Learner) -> None:
    """Catches: one token only, no end at a stop, no second negation, marks on negations or stops, parts of words."""
    negations, stops = {"不", "没有"}, {"，", "。"}
    tokens = ["面", "不", "太", "好吃", "，", "没有", "不", "满意", "。", "不错"]
    result = texts(learner(list(tokens), set(negations), set(stops)), "tokens", "词元")
    right = _marked(tokens, negations, stops)
    recognise(
        result,
        right,
        (_one_only(tokens, negations, stops), *_ONE_ONLY),
        ([*right[:3], "好吃", *right[4:]], *_ONE_ONLY),
        (
            _marked(tokens, negations, set()),
            "Marking goes on beyond the comma, and the comma is marked as well: a stop switches it off.",
            "标记越过了逗号，连逗号也标了：停顿应当关掉标记。",
        ),
        (
            [
                token.removeprefix(_MARK) if token.removeprefix(_MARK) in stops else token
                for token in _marked(tokens, negations, set())
            ],
            "Marking goes on beyond the comma: a stop switches it off.",
            "标记越过了逗号：停顿应当关掉标记。",
        ),
        (
            _never_off(tokens, negations, stops),
            "A second negation must switch marking off: 没有 不 满意 ends as praise.",
            "第二个否定词应当关掉标记：“没有 不 满意”说的是好话。",
        ),
        (
            _with_stops(tokens, negations, stops),
            "You mark the stop that ends a negation; stops are never marked.",
            "你把结束否定的停顿也标上了；停顿从不加标记。",
        ),
        (
            _with_negations(tokens, negations, stops),
            "You mark negations as well; they are never marked.",
            "你把否定词也标上了；否定词从不加标记。",
        ),
        (
            tokens,
            "Nothing is marked: is the variable ever switched on?",
            "一个也没有标：那个变量打开过吗？",
        ),
        (
            [token.replace(_MARK, "NOT") for token in right],
            "The mark is NOT_, with its underscore.",
            "标记是 NOT_，带下划线。",
        ),
        (
            [token for token in right if token not in negations],
            "You leave the negations out; every token of the input stands in the output.",
            "你把否定词丢掉了；输入里的每个词元都要留在输出里。",
        ),
        (
            [token for token in right if token not in stops],
            "You leave the stops out; every token of the input stands in the output.",
            "你把停顿丢掉了；输入里的每个词元都要留在输出里。",
        ),
        (
            [token for token in right if token.startswith(_MARK)],
            "You return only what is marked; every token of the input stands in the output.",
            "你只返回了有标记的；输入里的每个词元都要留在输出里。",
        ),
    )
    _require(result, right, tokens, "", "")
    cases = (
        (
            ["不错", "，", "不少", "人", "说", "好"],
            {"不"},
            {"，"},
            "不错 and 不少 are tokens of their own and no negations: ask whether the whole token is in `negations`.",
            "“不错”“不少”是另外的词元，不是否定词：要看整个词元在不在 `negations` 里。",
        ),
        (
            ["not", "good", ".", "never", "again", "no", "more", "!", "good"],
            {"not", "never", "no"},
            {".", "!"},
            "The sets are others here: take the negations and stops that are given.",
            "这里的集合换了：要用传进来的否定词和停顿。",
        ),
        (["好", "吃"], {"不"}, {"，"}, "No negation, no mark.", "没有否定，就没有标记。"),
        (
            ["不", "，", "好", "不", "不", "好", "不"],
            {"不"},
            {"，"},
            "A stop right behind a negation ends it; two negations in a row leave nothing negated.",
            "否定词后面紧跟停顿，否定就此结束；连着两个否定词，什么也没有被否定。",
        ),
        (
            ["没", "不", "没", "好", "看"],
            {"不", "没"},
            set(),
            "Three negations negate, and without stops the last one lasts to the end.",
            "三个否定还是否定；没有停顿，就一直管到末尾。",
        ),
        ([], {"不"}, {"，"}, "A review without tokens gives an empty list.", "没有词元的点评，得到空列表。"),
        (
            ["NOT_", "不", "NOT_好", "好"],
            {"不"},
            {"，"},
            "A token that already begins with NOT_ is a token like any other.",
            "本来就以 NOT_ 开头的词元，与别的词元一样处理。",
        ),
    )
    for given, turns, ends, english, chinese in cases:
        found = texts(learner(list(given), set(turns), set(ends)), "tokens", "词元")
        expected = _marked(given, turns, ends)
        if found != expected and found:
            require_new(learner)
        _require(found, expected, given, english + " ", chinese)


def _require(found: list[str], expected: list[str], given: Sequence[str], english: str, chinese: str) -> None:
    require(
        found == expected,
        f"{english}{short(list(given), 200)} should give {short(expected, 200)}; yours gives {short(found, 200)}.",
        f"{chinese}{short(list(given), 200)} 应得到 {short(expected, 200)}；你得到 {short(found, 200)}。",
    )
