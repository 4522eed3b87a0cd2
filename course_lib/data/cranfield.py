"""A search engine's examination: abstracts, questions, and which abstracts answer which question how well."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from course_lib.base.errors import DataCorrupt
from course_lib.data import questions, registry, samples, sources
from course_lib.data.gate import Opened

# What a judgement is worth. The published code 1 is a complete answer and 4 of minimum interest; -1, which the notes
# beside the files do not explain, marks the paper whose author asked the question.
GAINS = {-1: 4, 1: 4, 2: 3, 3: 2, 4: 1}

_DOCUMENT = re.compile(r"^\.I (\d+)[ \t]*\n", re.MULTILINE)
_FIELD = re.compile(r"^\.([TABW])[ \t]*\n", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Collection:
    """Texts, questions, and what each text is worth as an answer.

    Args:
        titles: the title of each document.
        texts: the abstract of each document, without its title; empty where there is none.
        queries: the questions.
        gains: for each question by the number of a document, from 0, what it is worth, 1 to 4; all others are worth 0.
        codes: the same as the experts wrote it down, a key of `GAINS`.
        source: `"folder"`, `"cache"`, `"download"` or `"sample"`.
    """

    titles: list[str]
    texts: list[str]
    queries: list[str]
    gains: list[dict[int, int]]
    codes: list[dict[int, int]]
    source: str

    @property
    def documents(self) -> list[str]:
        """Each document as it is searched: its title, then its abstract."""
        return [f"{title} {text}".strip() for title, text in zip(self.titles, self.texts, strict=True)]

    def __len__(self) -> int:
        return len(self.texts)

    def __repr__(self) -> str:
        judged = sum(map(len, self.gains))
        return (
            f"Collection({len(self):,} documents, {len(self.queries):,} queries, {judged:,} judgements, "
            f"source={self.source!r})"
        )


def load(sample: str = "fallback") -> Collection:
    """Load the Cranfield collection: 1,400 abstracts on aeronautics, 225 questions of engineers, 1,837 judgements.

    Args:
        sample: what to do where it cannot be had: `"fallback"` takes the course's own few passages and says so,
            `"never"` raises, `"only"` takes these in any case.

    Raises:
        UsageError: if the choice of sample is unknown.
        DataUnavailable: with `sample="never"`, if the collection cannot be had.
        DataCorrupt: if the copy in `COURSE_DATA` is not of this form.

    Source: C. Cleverdon, "The Cranfield tests on index language devices", Aslib Proceedings 19(6), 1967.
    """
    card = registry.card("cranfield")
    found = samples.published(card, sample, partial(sources.read_all, card, read))
    if found is None:
        return _sample()
    (documents, queries, judgements), source = found
    titles, texts = documents
    codes = _of_queries(judgements, len(queries), len(texts))
    gains = [{document: GAINS[code] for document, code in own.items()} for own in codes]
    return Collection(titles, texts, queries, gains, codes, source)


def read(part: registry.Card, opened: Opened) -> object:
    """What one of the three files holds.

    Args:
        part: the card of the file.
        opened: the file.

    Returns:
        Of the abstracts titles and texts, of the queries their texts, of the judgements triples of numbers.

    Raises:
        DataCorrupt: if it is not of its form, or holds another number than the card says.
    """
    name = part.file.name
    text = opened.content().decode("ascii")
    if name == "cranqrel":
        found = [tuple(map(int, line.split())) for line in text.splitlines() if line.strip()]
        wrong = [line for line in found if len(line) != 3 or line[2] not in GAINS]
        if wrong:
            raise DataCorrupt(f"{opened.path}: expected a query, a document and a code of {sorted(GAINS)}: {wrong[0]}")
        return _counted(found, part, opened)
    records = [_fields(record) for record in _DOCUMENT.split(text)[2::2]]
    if not all("W" in record for record in records):
        raise DataCorrupt(f"{opened.path}: expected a text (.W) in each record")
    _counted(records, part, opened)
    if name == "cran.qry":
        return [record["W"] for record in records]
    titles = [record.get("T", "") for record in records]
    # An abstract begins with its title once more.
    texts = [record["W"].removeprefix(title).strip() for record, title in zip(records, titles, strict=True)]
    return titles, texts


def _fields(record: str) -> dict[str, str]:
    parts = _FIELD.split(record)
    return {name: " ".join(text.split()) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def _counted(found: list, part: registry.Card, opened: Opened) -> list:
    if len(found) != (expected := part.contents[part.file.name]):
        raise DataCorrupt(f"{opened.path}: expected {expected:,} records, got {len(found):,}")
    return found


def _of_queries(judgements: list[tuple[int, int, int]], queries: int, documents: int) -> list[dict[int, int]]:
    codes: list[dict[int, int]] = [{} for _ in range(queries)]
    for query, document, code in judgements:
        # A judgement counts the queries as they stand in their file; the numbers written there have gaps.
        if not (1 <= query <= queries and 1 <= document <= documents):
            raise DataCorrupt(f"cranqrel: query {query}, document {document}; allowed: to {queries} and {documents}")
        codes[query - 1][document - 1] = code
    return codes


def _sample() -> Collection:
    """The course's passages; to each question its own is a complete answer."""
    passages = questions.load("xquad", "en", sample="only")
    gains = [{question.paragraph: 4} for question in passages.questions]
    texts = [question.text for question in passages.questions]
    titles = [passages.articles[place] for place in range(len(passages.paragraphs))]
    codes = [{question.paragraph: 1} for question in passages.questions]
    return Collection(titles, list(passages.paragraphs), texts, gains, codes, "sample")
