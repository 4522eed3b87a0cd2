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
# As CMRC's scorer has them: its marks, and what it takes for Chinese.
_CMRC_MARKS = frozenset("-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』")
_CMRC_PIECE = re.compile(r"([\u4e00-\u9fa5])|([^\u4e00-\u9fa5]+)")


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


def run_pieces(answer: str) -> list[str]:
    """The pieces of a Chinese answer as CMRC's scorer cuts them: each character, and words of what is not Chinese.

    Args:
        answer: the answer.

    Raises:
        TypeError: if it is no str.
    """
    from nltk.tokenize import NLTKWordTokenizer

    require_text("answer", answer)
    text = "".join(character for character in answer.lower().strip() if character not in _CMRC_MARKS)
    found = []
    for chinese, other in _CMRC_PIECE.findall(text):
        found += [chinese] if chinese else NLTKWordTokenizer().tokenize(other)
    return found


def run_f1(answer: str, right: str, language: str = "zh") -> float:
    """F1 of the longest unbroken run of pieces that both have: what CMRC 2018 calls F1, stricter than `word_f1`.

    Args:
        answer: what was answered.
        right: a right answer.
        language: `"zh"` alone.

    Source: Y. Cui et al., EMNLP 2019 (arXiv:1810.07366), and the scorer of its authors.
    """
    require_choice("language", language, ("zh",))
    said, wanted = run_pieces(answer), run_pieces(right)
    longest, above = 0, [0] * (len(wanted) + 1)
    for piece in said:
        # The run that ends here, at each piece of the right answer.
        row = [0] * (len(wanted) + 1)
        for place, other in enumerate(wanted, start=1):
            if piece == other:
                row[place] = above[place - 1] + 1
        longest, above = max(longest, *row), row
    return 2 * longest / (len(said) + len(wanted)) if longest else 0.0


def best_of(score: Callable[[str, str, str], float], answer: str, right: Sequence[str], language: str = "en") -> float:
    """The score against the right answer that it is nearest to.

    Args:
        score: `exact_match`, `word_f1` or `run_f1`.
        answer: what was answered.
        right: all right answers, one at least.
        language: of all of them.

    Raises:
        ValueError: if there is no right answer.
    """
    if not right:
        raise ValueError("right is empty; allowed: one right answer or more")
    return max(score(answer, one, language) for one in right)
