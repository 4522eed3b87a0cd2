"""What a Chinese review is cut into before it is counted: characters, words, byte pairs, runs of them, and mixes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import lru_cache

from course_lib.base.arguments import require_choice, require_integer
from course_lib.preprocessing.jieba_words import jieba_words
from course_lib.preprocessing.subwords import BytePairEncoding
from course_lib.preprocessing.text import clean, n_grams, remove_stop_words

BYTE_PAIRS = 5_000

# Of each unit its parts: what is counted, and how long its longest run is.
UNITS: Mapping[str, Sequence[tuple[str, int]]] = {
    "characters-1": (("characters", 1),),
    "characters-2": (("characters", 2),),
    "characters-3": (("characters", 3),),
    "words-1": (("words", 1),),
    "words-2": (("words", 2),),
    "marked-words-1": (("marked words", 1),),
    "content-words-1": (("content words", 1),),
    "content-words-no-negation-1": (("content words without negation", 1),),
    "byte-pairs-1": (("byte pairs", 1),),
    "byte-pairs-2": (("byte pairs", 2),),
    "characters-2+words-1": (("characters", 2), ("words", 1)),
    "characters-3+words-2+byte-pairs-2": (("characters", 3), ("words", 2), ("byte pairs", 2)),
}
NEGATIONS = frozenset("不没无别未非")
# Words of which each turns what follows it; 不错 and 不少 hold a negation and are none.
NEGATION_WORDS = frozenset(["不", "没", "没有", "别", "未", "无", "毫无", "并不", "不是", "不太", "不够", "不会"])
STOPS = frozenset(",.!?;:…~。、(){}[]\"'“”‘’「」《》—-")
MARK = "NOT_"


def features_of(unit: str, learnt: Iterable[str] = ()) -> Callable[[str], list[str]]:
    """A function from a review to its features, each written as what it is and the run, such as "words:不 好吃".

    Args:
        unit: one of `UNITS`.
        learnt: the reviews that byte pairs are learnt from; other units need none.

    Returns:
        The function; the same feature may come several times.

    Raises:
        ValueError: if the unit is unknown.
    """
    require_choice("unit", unit, UNITS)
    cuts = {name: _cut(name, learnt) for name, _ in UNITS[unit]}

    def features(text: str) -> list[str]:
        text = normal(text)
        return [f"{name}:{run}" for name, longest in UNITS[unit] for run in runs(cuts[name](text), longest)]

    return features


def normal(text: str) -> str:
    """A review as it is counted: compatible forms are one, and case is none.

    Args:
        text: a review.
    """
    return clean(text, form="NFKC").lower()


def runs(tokens: Sequence[str], longest: int) -> list[str]:
    """All runs of 1 to so many tokens, joined by blanks.

    Args:
        tokens: the tokens of a review.
        longest: how many tokens the longest run has.

    Raises:
        TypeError, ValueError: as `n_grams`.
    """
    longest = require_integer("longest", longest, at_least=1)
    return [run for n in range(1, longest + 1) for run in n_grams(tokens, n)]


def joins_a_negation(feature: str) -> bool:
    """Whether a feature holds a negation together with something else, so that what is negated can weigh otherwise.

    Args:
        feature: as `features_of` writes it.
    """
    run = feature.partition(":")[2].replace(" ", "")
    return run.startswith(MARK) or (len(run) > 1 and bool(NEGATIONS & set(run)))


def mark_negations(tokens: Iterable[str], negations: Set[str] = NEGATION_WORDS, stops: Set[str] = STOPS) -> list[str]:
    """Words with a mark on those that a negation turns: all between it and the next stop, or the next negation.

    Args:
        tokens: the words of a review, punctuation among them.
        negations: the words that turn; they are never marked.
        stops: where a negation ends; never marked either.

    Source: Das and Chen (2001), who mark so in English; Pang, Lee and Vaithyanathan (2002).
    """
    turned, marked = False, []
    for token in tokens:
        plain = token in negations or token in stops
        marked.append(MARK + token if turned and not plain else token)
        if token in stops:
            turned = False
        elif token in negations:
            turned = not turned
    return marked


def _cut(name: str, learnt: Iterable[str]) -> Callable[[str], list[str]]:
    if name == "characters":
        return lambda text: list(text.replace(" ", ""))
    if name == "words":
        return _words
    if name == "marked words":
        return lambda text: mark_negations(_words(text))
    if name == "byte pairs":
        return _byte_pairs(tuple(learnt)).encode
    from course_lib.data import stopwords

    left_out = stopwords.chinese(negations=name.endswith("negation"))
    return lambda text: remove_stop_words(_words(text), left_out)


@lru_cache(maxsize=16)  # and learns byte pairs from the same splits
def _byte_pairs(learnt: tuple[str, ...]) -> BytePairEncoding:
    return BytePairEncoding.train(map(normal, learnt), BYTE_PAIRS)


def _words(text: str) -> list[str]:
    return list(_words_once(text))


@lru_cache(maxsize=1 << 15)  # a study counts the same reviews in several ways
def _words_once(text: str) -> tuple[str, ...]:
    return tuple(jieba_words(text))
