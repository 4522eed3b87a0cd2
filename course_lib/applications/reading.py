"""A small reader: it cuts a paragraph into short spans, and learns which of them answers a question.

It has no encoder of its own. What it sees of a span is written down by hand (how much of the question stands around it,
whether it is a name, a number, a date), so that it learns in seconds from some hundred questions, in two languages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import keras
import numpy as np

from course_lib.applications.scoring import normalised
from course_lib.applications.search import words_of
from course_lib.base.arguments import checked_seed, require_choice, require_integer, require_text
from course_lib.preprocessing.jieba_words import jieba_words

LANGUAGES = ("en", "zh")
# English words with their marks; Chinese characters, of which runs are joined to spans.
_ENGLISH = re.compile(r"\w[\w'’.,%-]*\w%?|\w|[^\w\s]")
_SENTENCE_ENDS = {
    "en": re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(\[]?[A-Z0-9])"),
    "zh": re.compile(r"(?<=[。！？])[”’」』）]*"),
}
_MARKS = re.compile(r"[^\w\s]")
# What a question asks for, by the words in which it asks.
_KINDS = {
    "en": (
        ("person", r"\bwho(se|m)?\b"),
        ("time", r"\bwhen\b|\b(what|which) (year|date|day|month|century|decade)\b"),
        (
            "number",
            r"\bhow (many|much|long|old|far|high|large|big|often|fast|tall|deep)\b|\bwhat (percent\w*|number)\b",
        ),
        ("place", r"\bwhere\b|\b(what|which) (city|country|state|place|town|region)\b"),
        ("reason", r"\bwhy\b"),
    ),
    "zh": (
        ("person", r"谁|哪位|哪一位|什么人|何人"),
        ("time", r"何时|什么时候|哪(一)?年|哪天|哪一天|几月|几号|什么时间|年份|几点"),
        ("number", r"多少|几[个名位条座次种本分岁年天]|多[长高大远久重深]|百分之"),
        ("place", r"哪里|在哪|哪个(城市|国家|地方|州)|什么地方|何处"),
        ("reason", r"为什么|为何|什么原因"),
    ),
}
_NAMES = ("person", "time", "number", "place", "reason", "other")
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(
    r"\b1[0-9]{3}\b|\b20[0-9]{2}\b|\d{3,4}年|世纪|century|January|February|March|April|May |June|July|August"
)
_NUMERALS = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|third|million|hundred|thousand)\b"
    r"|[一二三四五六七八九十百千万亿两半]"
)
_CHINESE_NAME = re.compile(r"[·《》]")


class Candidate(NamedTuple):
    """A span that may be the answer.

    Args:
        text: its characters.
        start: where in the paragraph it begins.
        sentence: the number of the sentence that it stands in.
        place: by how many words it stands behind the sentence's beginning.
        words: how many words it has.
    """

    text: str
    start: int
    sentence: int
    place: int
    words: int


def sentences_of(text: str, language: str = "en") -> list[tuple[int, str]]:
    """The sentences of a text, each with the place of its first character.

    Args:
        text: the text.
        language: `"en"` or `"zh"`.

    Raises:
        TypeError: if the text is no str.
        ValueError: if the language is unknown.
    """
    require_text("text", text)
    require_choice("language", language, LANGUAGES)
    found, begin = [], 0
    for end in [match.end() for match in _SENTENCE_ENDS[language].finditer(text)] + [len(text)]:
        piece = text[begin:end]
        if piece.strip():
            found.append((begin + len(piece) - len(piece.lstrip()), piece.strip()))
        begin = end
    return found


def candidates(paragraph: str, language: str = "en", longest: int = 8) -> list[Candidate]:
    """Every span of some words within a sentence that holds no mark at its ends, and none that parts sentences.

    Args:
        paragraph: the paragraph.
        language: English words stand between blanks; Chinese ones are cut by jieba.
        longest: how many words a span has at most.
    """
    longest = require_integer("longest", longest, at_least=1)
    found = []
    for number, (begin, sentence) in enumerate(sentences_of(paragraph, language)):
        pieces = _pieces(sentence, language)
        marks = [bool(_MARKS.fullmatch(sentence[start:end])) for start, end in pieces]
        for first in range(len(pieces)):
            for last in range(first, min(first + longest, len(pieces))):
                if marks[last] and language == "en" and sentence[slice(*pieces[last])] in ",;:":
                    break
                if marks[first]:
                    break
                if not marks[last]:
                    start, end = pieces[first][0], pieces[last][1]
                    found.append(Candidate(sentence[start:end], begin + start, number, first, last - first + 1))
    return found


def _pieces(sentence: str, language: str) -> list[tuple[int, int]]:
    if language == "en":
        return [match.span() for match in _ENGLISH.finditer(sentence)]
    found, end = [], 0
    for word in jieba_words(sentence):
        start = sentence.index(word, end)
        end = start + len(word)
        found.append((start, end))
    return found


def kind_of(question: str, language: str = "en") -> str:
    """What a question asks for: "person", "time", "number", "place", "reason" or "other".

    Args:
        question: the question.
        language: of the question.
    """
    for name, pattern in _KINDS[language]:
        if re.search(pattern, question, re.IGNORECASE):
            return name
    return "other"


def shapes_of(span: str) -> dict[str, bool]:
    """What can be told of a span from its characters alone.

    Args:
        span: its characters.
    """
    return {
        "capital": span[:1].isupper(),
        "name": bool(_CHINESE_NAME.search(span)) or (span[:1].isupper() and " " in span),
        "year": bool(_YEAR.search(span)),
        "digit": bool(_DIGIT.search(span)),
        "numeral": bool(_NUMERALS.search(span.lower())),
    }


_SHAPES = ("capital", "name", "year", "digit", "numeral")
_NUMBERS = (
    "sentence", "best sentence", "left", "right", "inside", "length", "one word", "two words", "three words",
    "begins small", "ends small", "after small", "before mark", "opens", "name goes on",
)  # fmt: skip
FEATURES = (*_NUMBERS, *_SHAPES, *(f"{kind}: {shape}" for kind in _NAMES for shape in (*_SHAPES, "plain")))
# Small words of both languages, at which a span hardly begins or ends.
_SMALL = frozenset("的了在是和与及也有为于以其并而被由从到对将这那他她它") | frozenset(
    re.findall(
        r"\w+",
        "a an the of in on at to for by with from and or as is are was were be been has have had that which who it its"
        " this these those their his her not",
    )
)
_WINDOW = 6


def features_of(
    question: str, paragraph: str, spans: Sequence[Candidate], rarity: Mapping[str, float], language: str = "en"
) -> np.ndarray:
    """What the reader sees of each span.

    Args:
        question: the question.
        paragraph: the paragraph.
        spans: from `candidates`.
        rarity: how much each word counts, as by `BM25.idf`.
        language: of both.

    Shapes: → (spans, len(FEATURES)), float32.
    """
    asked = set(words_of(question)) - _SMALL
    weights = {word: rarity.get(word, 1.0) for word in asked}
    total = sum(weights.values()) or 1.0

    def shared(text: str) -> float:
        return sum(weights[word] for word in set(words_of(text)) & asked) / total

    own = sentences_of(paragraph, language)
    by_sentence = [shared(sentence) for _, sentence in own]
    best = max(by_sentence, default=0.0)
    reach = _WINDOW * (6 if language == "en" else 2)  # characters
    # Spans share their beginnings and their ends, so that what stands on either side is looked at once.
    lefts: dict[int, list[float]] = {}
    rights: dict[int, list[float]] = {}
    rows = np.zeros((len(spans), len(FEATURES)), np.float32)
    base, kind = len(_NUMBERS), _NAMES.index(kind_of(question, language))
    block = base + len(_SHAPES) + kind * (len(_SHAPES) + 1)
    for row, span in zip(rows, spans, strict=True):
        begin, sentence = own[span.sentence]
        start, end = span.start - begin, span.start - begin + len(span.text)
        if span.start not in lefts:
            lefts[span.start] = _left(sentence[max(0, start - reach) : start], shared, language)
        if begin + end not in rights:
            rights[begin + end] = _right(sentence[end : end + reach], shared)
        left, after_small, after_name = lefts[span.start]
        right, before_mark, before_name = rights[begin + end]
        words = span.text.split() if language == "en" else [span.text[:1], span.text[-1:]]
        inside = set(words_of(span.text))
        row[:base] = (
            by_sentence[span.sentence],
            by_sentence[span.sentence] >= best,
            left,
            right,
            len(inside & asked) / max(1, len(inside)),
            span.words / 8,
            span.words == 1,
            span.words == 2,
            span.words == 3,
            words[0].lower() in _SMALL,
            words[-1].lower() in _SMALL,
            after_small,
            before_mark,
            span.place == 0,
            language == "en" and span.text[:1].isupper() and (after_name or before_name),
        )
        shapes = shapes_of(span.text)
        flags = [shapes[name] for name in _SHAPES]
        row[base : base + len(_SHAPES)] = flags
        row[block : block + len(_SHAPES) + 1] = [*flags, not any(flags)]
    return rows


def _left(text: str, shared: Callable[[str], float], language: str) -> list[float]:
    """How much of the question stands to the left, whether a small word does, whether a name is being cut."""
    words = text.split()
    last = words[-1].lower() if words and language == "en" else text[-1:]
    return [shared(text), last in _SMALL, len(words) > 1 and words[-1][:1].isupper() and text[-1:] == " "]


def _right(text: str, shared: Callable[[str], float]) -> list[float]:
    """How much of the question stands to the right, whether a mark does, whether a name goes on."""
    words = text.split()
    is_mark = bool(text[:1].strip()) and not text[:1].isalnum()
    return [shared(text), is_mark, bool(words) and words[0][:1].isupper() and text[:1] == " "]


class Examples(NamedTuple):
    """Questions as the reader is trained and asked with.

    Args:
        features: of each span; rows of zeros fill up.
        mask: where a span is.
        right: the place of the right span, -1 where it is none of them.
        spans: the spans of each question.

    Shapes: features (questions, spans, len(FEATURES)), mask (questions, spans), right (questions,).
    """

    features: np.ndarray
    mask: np.ndarray
    right: np.ndarray
    spans: list[list[Candidate]]


def examples_of(
    questions: Sequence[tuple[str, str, Sequence[str]]],
    rarity: Mapping[str, float],
    language: str = "en",
    sentences: int = 2,
    longest: int = 8,
) -> Examples:
    """Make what the reader sees of questions, each with a paragraph and, where they are known, its answers.

    Args:
        questions: triples of a question, a paragraph and answers (none where they are asked for).
        rarity: see `features_of`.
        language: of all.
        sentences: spans of so many sentences are looked at, those that share most with the question.
        longest: how many words a span has at most.
    """
    kept_spans, rows, right = [], [], []
    cut: dict[str, list[Candidate]] = {}
    for question, paragraph, answers in questions:
        if paragraph not in cut:
            cut[paragraph] = candidates(paragraph, language, longest)
        asked = set(words_of(question)) - _SMALL
        shared = [
            sum(rarity.get(word, 1.0) for word in set(words_of(sentence)) & asked)
            for _, sentence in sentences_of(paragraph, language)
        ]
        best = sorted(range(len(shared)), key=lambda sentence: -shared[sentence])[:sentences]
        kept_spans.append([span for span in cut[paragraph] if span.sentence in best])
        rows.append(features_of(question, paragraph, kept_spans[-1], rarity, language))
        wanted = {tuple(normalised(answer, language)) for answer in answers}
        said = (tuple(normalised(span.text, language)) for span in kept_spans[-1])
        right.append(next((place for place, words in enumerate(said) if words in wanted), -1))
    most = max((len(spans) for spans in kept_spans), default=0)
    features = np.zeros((len(rows), most, len(FEATURES)), np.float32)
    mask = np.zeros((len(rows), most), bool)
    for number, own in enumerate(rows):
        features[number, : len(own)], mask[number, : len(own)] = own, True
    return Examples(features, mask, np.array(right), kept_spans)


@keras.saving.register_keras_serializable("course_lib")
class SpanLoss(keras.losses.Loss):
    """The cross-entropy of the right span among those of its question.

    Shapes: places (questions,), scores (questions, spans) → a number; what fills up has a score of -1e9.
    """

    def call(self, y_true, y_pred):
        """Minus the log of the share that the right span gets.

        Shapes: as for the loss.
        """
        ops = keras.ops
        places = ops.cast(ops.reshape(y_true, (-1, 1)), "int32")
        own = ops.take_along_axis(y_pred, places, axis=1)[:, 0]
        return ops.logsumexp(y_pred, axis=1) - own


@keras.saving.register_keras_serializable("course_lib")
class SpanReader(keras.Model):
    """Scores of the spans of a paragraph: which of them answers the question.

    Args:
        hidden: numbers of its one hidden layer.
        seed: of its first weights.

    Shapes: features (spans, features) → scores (spans,), float32.

    Source: in the manner of the logistic regression of Rajpurkar et al., "SQuAD", EMNLP 2016, section 5, with features
    of our own.
    """

    def __init__(self, hidden: int = 24, seed: int | None = None, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.hidden, self.seed = require_integer("hidden", hidden, at_least=1), checked_seed(seed)
        first, last = (keras.initializers.GlorotUniform(None if seed is None else seed + place) for place in range(2))
        self.hidden_dense = keras.layers.Dense(hidden, "tanh", kernel_initializer=first, name="hidden")
        self.score_dense = keras.layers.Dense(1, use_bias=False, kernel_initializer=last, name="score")
        self.build((None, None, len(FEATURES)))

    def build(self, input_shape: object) -> None:
        """Make the weights."""
        self.hidden_dense.build((None, None, len(FEATURES)))
        self.score_dense.build((None, None, self.hidden))
        self.built = True

    def call(self, features):
        """Score each span; rows of zeros alone are no spans, and get -1e9.

        Shapes: (questions, spans, features) → (questions, spans).
        """
        ops = keras.ops
        scores = ops.squeeze(self.score_dense(self.hidden_dense(features)), axis=-1)
        return ops.where(ops.any(ops.not_equal(features, 0), axis=-1), scores, -1e9)

    def answers(self, examples: Examples) -> list[tuple[str, float]]:
        """The best span of each question with its share of all its spans' probability; "" where there is no span.

        Args:
            examples: from `examples_of`.
        """
        if not examples.mask.any():
            return [("", 0.0) for _ in examples.spans]
        scores = keras.ops.convert_to_numpy(keras.ops.softmax(self(examples.features), axis=-1))
        found = []
        for own, spans in zip(scores, examples.spans, strict=True):
            best = int(own[: len(spans)].argmax()) if spans else -1
            found.append((spans[best].text, float(own[best])) if spans else ("", 0.0))
        return found

    def get_config(self) -> dict:
        """All arguments."""
        return {**super().get_config(), "hidden": self.hidden, "seed": self.seed}
