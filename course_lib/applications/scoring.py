"""How right an answer is: letter for letter, or by how many of its words it shares with a right one."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

from course_lib.base.arguments import require_choice, require_text

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_ENGLISH_MARKS = frozenset(string.punctuation)
_CHINESE_MARKS = _ENGLISH_MARKS | frozenset("，。、；：？！…—·～“”‘’《》〈〉「」『』【】（）〔〕￥")
# A run of Latin letters or digits is one word among Chinese characters.
_CHINESE_WORD = re.compile(r"[^\W_\u3400-\u9fff]+|[\u3400-\u9fff]")
LANGUAGES = ("en", "zh")


def normalised(answer: str, language: str = "en") -> list[str]:
    """The words of an answer without what does not matter: case, punctuation, in English the articles.

    Args:
        answer: the answer.
        language: `"en"`, whose words stand between blanks; or `"zh"`, of which each character is a word.

    Raises:
        TypeError: if the answer is no str.
        ValueError: if the language is unknown.

    Source: the official scorer of SQuAD 1.1 (Rajpurkar et al., 2016); for Chinese after that of CMRC 2018.
    """
    require_text("answer", answer)
    require_choice("language", language, LANGUAGES)
    marks = _ENGLISH_MARKS if language == "en" else _CHINESE_MARKS
    text = "".join(character for character in answer.lower() if character not in marks)
    return _ARTICLES.sub(" ", text).split() if language == "en" else _CHINESE_WORD.findall(text)


def exact_match(answer: str, right: str, language: str = "en") -> float:
    """1 if the two say the same words in the same order, else 0.

    Args:
        answer: what was answered.
        right: a right answer.
        language: of both.
    """
    return float(normalised(answer, language) == normalised(right, language))


def word_f1(answer: str, right: str, language: str = "en") -> float:
    """The harmonic mean of the share of the answer's words that are right, and of the right ones that it has.

    Words are counted with their repetitions. Of two answers without words it is 1, of one 0.

    Args:
        answer: what was answered.
        right: a right answer.
        language: of both.
    """
    said, wanted = normalised(answer, language), normalised(right, language)
    if not said or not wanted:
        return float(said == wanted)
    shared = sum((Counter(said) & Counter(wanted)).values())
    if not shared:
        return 0.0
    precision, recall = shared / len(said), shared / len(wanted)
    return 2 * precision * recall / (precision + recall)


def best_of(score: Callable[[str, str, str], float], answer: str, right: Sequence[str], language: str = "en") -> float:
    """The score against the right answer that it is nearest to.

    Args:
        score: `exact_match` or `word_f1`.
        answer: what was answered.
        right: all right answers, one at least.
        language: of all of them.

    Raises:
        ValueError: if there is no right answer.
    """
    if not right:
        raise ValueError("right is empty; allowed: one right answer or more")
    return max(score(answer, one, language) for one in right)
