"""Stop words. English: NLTK's list, or scikit-learn's where that cannot be had. Chinese: written for this course."""

from __future__ import annotations

from collections.abc import Iterable

from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.data import archives, gate, registry, sources
from course_lib.data.gate import Opened
from course_lib.showing import display
from course_lib.showing.language import tr

_LIST = "stopwords/english"
_FEWEST = 100


class StopWords(frozenset):
    """A frozen set of lower-case words that knows its `source`: `"nltk"`, `"scikit-learn"` or `"course"`."""

    source: str

    def __new__(cls, words: Iterable[str], source: str) -> StopWords:
        made = super().__new__(cls, words)
        made.source = source
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return StopWords, (sorted(self), self.source)


def load() -> StopWords:
    """Load the English stop words.

    Returns:
        NLTK's list, or scikit-learn's where NLTK's cannot be had: then a line says so.

    Raises:
        DataCorrupt: if the archive in `COURSE_DATA` is not NLTK's.
        UsageError: if `COURSE_DATA` names no folder.
    """
    card = registry.card("stopwords")
    try:
        words, _ = sources.read(card, read)
        return StopWords(words, "nltk")
    except DataUnavailable as reason:
        if sources.is_readers_own(card, reason):
            raise
        return _fallback(reason)


def chinese(negations: bool = False, degrees: bool = False) -> StopWords:
    """The course's own list of Chinese function words: particles, pronouns, prepositions, conjunctions and others.

    Lists for search engines throw 不 and 很 away as well. Where a text is to be judged they are what must stay, so here
    they are left in unless you ask.

    Args:
        negations: whether 不, 没, 并不 and others are stop words, too.
        degrees: whether 很, 太, 有点 and others are.

    Returns:
        The words, in simplified characters.

    Source: written for this course; the classes are those of grammars of modern Chinese.
    """
    from course_lib.data.chinese_function_words import CLASSES, DEGREES, NEGATIONS

    chosen = [*CLASSES.values(), *([NEGATIONS] if negations else []), *([DEGREES] if degrees else [])]
    return StopWords((word for words in chosen for word in words.split()), "course")


def read(opened: Opened) -> list[str]:
    """The words of the English list.

    Args:
        opened: NLTK's `stopwords.zip`.

    Raises:
        DataCorrupt: if it has no such list.
        Exception: whatever a damaged archive makes a reader stumble over.
    """
    words = gate.decoded(archives.zip_file(opened, _LIST), f"{opened.path}: {_LIST}").split()
    if len(words) < _FEWEST or any(word != word.lower() for word in words):
        raise DataCorrupt(
            f"{opened.path}: {_LIST}: expected at least {_FEWEST} lower-case words, got {len(words)} words"
        )
    return words


def _fallback(reason: object) -> StopWords:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    count = len(ENGLISH_STOP_WORDS)
    text = tr(
        f"NLTK's stop words could not be had; scikit-learn's list stands in ({count} words). Why: {reason}",
        f"无法取得 NLTK 停用词表，改用 scikit-learn 的词表（{count} 个词）。原因：{reason}",
    )
    display.show(display.Line(text))
    return StopWords(ENGLISH_STOP_WORDS, "scikit-learn")
