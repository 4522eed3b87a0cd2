"""Paragraphs, questions that they answer, and where in them the answer stands: in English and in Chinese."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from course_lib.base.errors import DataCorrupt
from course_lib.data import registry, samples, sources
from course_lib.data.gate import Opened

LANGUAGES = {"xquad": ("en", "zh"), "cmrc2018": ("zh",)}

_HEADER = ("article", "language", "kind", "text", "answer")


class Question(NamedTuple):
    """A question, and what answers it.

    Args:
        paragraph: the number of the paragraph that answers it.
        text: the question.
        answers: the answers, all right.
        starts: at which character of the paragraph each of them begins; -1 where it stands there in other words, which
            a few of CMRC 2018 do.
    """

    paragraph: int
    text: str
    answers: tuple[str, ...]
    starts: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Questions:
    """Paragraphs and the questions about them.

    Args:
        paragraphs: the paragraphs.
        articles: for each of them the article that it is from.
        questions: the questions, in the order of the paragraphs.
        source: `"folder"`, `"cache"`, `"download"` or `"sample"`.
    """

    paragraphs: list[str]
    articles: list[str]
    questions: list[Question]
    source: str

    def __len__(self) -> int:
        return len(self.questions)

    def __repr__(self) -> str:
        return f"Questions({len(self):,} on {len(self.paragraphs):,} paragraphs, source={self.source!r})"


def load(name: str = "xquad", language: str = "en", sample: str = "fallback") -> Questions:
    """Load the questions of a collection, all of them.

    Args:
        name: `"xquad"` (1,190 questions on 240 paragraphs of 48 articles, the same in both languages) or `"cmrc2018"`
            (3,219 questions on 848 paragraphs, Chinese).
        language: `"en"` or `"zh"`.
        sample: what to do where they cannot be had: `"fallback"` takes the course's own 48 questions and says so,
            `"never"` raises, `"only"` takes these in any case.

    Raises:
        UsageError: if the name, the language or the choice of sample is unknown.
        DataUnavailable: with `sample="never"`, if they cannot be had.
        DataCorrupt: if the copy in `COURSE_DATA` is not of this form.

    Source: Artetxe, Ruder and Yogatama, ACL 2020 (arXiv:1910.11856), after SQuAD (Rajpurkar et al., 2016); Cui et al.,
    EMNLP 2019 (arXiv:1810.07366).
    """
    sources.choice(name, "name", tuple(LANGUAGES))
    sources.choice(language, "language", LANGUAGES[name])
    card = registry.card(name)
    part = card.parts[LANGUAGES[name].index(language)]
    found = samples.published(card, sample, partial(sources.read, part, partial(read, part)))
    if found is None:
        return _sample(language)
    content, source = found
    return Questions(*content, source)


def read(card: registry.Card, opened: Opened) -> tuple[list[str], list[str], list[Question]]:
    """Paragraphs, their articles and the questions of a published file: the form of SQuAD, or that of CMRC 2018.

    Raises:
        DataCorrupt: if it is not of this form, an answer does not stand where it should, or questions are missing.
    """
    content = json.loads(opened.text())
    records = _of_squad(content) if isinstance(content, dict) else _of_cmrc(content)
    paragraphs, articles, found = [], [], []
    for article, paragraph, asked in records:
        for text, answers in asked:
            own = tuple(_placed(paragraph, answer, start, opened) for answer, start in answers)
            words, starts = zip(*own, strict=True)
            found.append(Question(len(paragraphs), text, words, starts))
        paragraphs.append(paragraph)
        articles.append(article)
    if len(found) != (expected := card.contents["questions"]):
        raise DataCorrupt(f"{opened.path}: expected {expected:,} questions, got {len(found):,}")
    return paragraphs, articles, found


Asked = list[tuple[str, list[tuple[str, int | None]]]]


def _of_squad(content: dict) -> Iterable[tuple[str, str, Asked]]:
    for article in content["data"]:
        for paragraph in article["paragraphs"]:
            asked = [
                (one["question"], [(answer["text"], answer["answer_start"]) for answer in one["answers"]])
                for one in paragraph["qas"]
            ]
            yield article["title"], paragraph["context"], asked


def _of_cmrc(content: list) -> Iterable[tuple[str, str, Asked]]:
    for one in content:
        asked = [(each["query_text"], [(str(answer), None) for answer in each["answers"]]) for each in one["qas"]]
        yield one["title"], one["context_text"], asked


def _placed(paragraph: str, answer: str, start: int | None, opened: Opened) -> tuple[str, int]:
    if start is None:
        return answer, paragraph.find(answer)
    if not answer or start < 0 or paragraph[start : start + len(answer)] != answer:
        raise DataCorrupt(f"{opened.path}: the answer {answer!r} does not stand in its paragraph")
    return answer, start


def sample_questions(opened: Opened) -> dict[str, tuple[list[str], list[str], list[Question]]]:
    """The course's own passages: below a header, paragraphs and their questions, by language.

    Raises:
        DataCorrupt: if the file is not of this form.
    """
    header, *rows = [tuple(line.split("\t")) for line in opened.text().splitlines()] or [()]
    if header != _HEADER or any(len(row) != 5 or not all(row) or row[1] not in ("en", "zh") for row in rows):
        raise DataCorrupt(f"{opened.path}: expected the columns {', '.join(_HEADER)}, in English or Chinese")
    found = {language: ([], [], []) for language in ("en", "zh")}
    for article, language, kind, text, answer in rows:
        paragraphs, articles, questions = found[language]
        if kind == "paragraph":
            paragraphs.append(text)
            articles.append(article)
            continue
        words, start = _placed(paragraphs[-1], answer, paragraphs[-1].find(answer), opened)
        questions.append(Question(len(paragraphs) - 1, text, (words,), (start,)))
    return found


def _sample(language: str) -> Questions:
    found, _ = sources.read(registry.card("passages"), sample_questions)
    return Questions(*found[language], "sample")
