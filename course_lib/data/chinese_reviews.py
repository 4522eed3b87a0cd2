"""Chinese reviews with a label: of deliveries and hotels, from the reader's own copies, and a sample of the course."""

from __future__ import annotations

import csv
import io
from functools import partial
from pathlib import Path

import numpy as np

from course_lib.base import settings
from course_lib.base.errors import DataCorrupt, UsageError
from course_lib.data import gate, registry, samples, sources
from course_lib.data.gate import Opened
from course_lib.data.reviews import Reviews, draw, split_by_film

KINDS = {"deliveries": "waimai_10k", "hotels": "chnsenticorp_htl"}

_HEADER = ("text", "label", "place")
_LARGEST = 256 * 2**20


def load(kind: str = "deliveries", limit: int | None = None, seed: int = 0, sample: str = "fallback") -> Reviews:
    """Load reviews, in a random order that depends on the seed alone.

    No licence is stated for either of the real collections, so a lesson never fetches them: whoever may use them runs
    `course data fetch waimai_10k` or `chnsenticorp_htl`, or puts a copy into the folder `COURSE_DATA`.

    Args:
        kind: `"deliveries"` (11,987 reviews, a third of them positive) or `"hotels"` (7,765, two thirds).
        limit: how many, balanced over the labels as far as there are enough of each; None for all. A smaller limit
            with the same seed gives some of the same reviews.
        seed: of the drawing and the order.
        sample: what to do where they cannot be had: `"fallback"` takes the course's own reviews and says so (fewer than
            `limit` if there are fewer), `"never"` raises, `"only"` takes these in any case.

    Returns:
        The reviews (`course_lib.data.reviews.Reviews`): labels of 1 and 0; ratings are unknown, 0; in `film_ids`
        stands which place a review is of, and where that is unknown a number of its own.

    Raises:
        UsageError: if the kind or the choice of sample is unknown, or the limit is not from 1 to the number there is.
        DataUnavailable: with `sample="never"`, if they cannot be had.
        DataCorrupt: if the copy in `COURSE_DATA` is not of this form.

    Source: collected in github.com/SophonPlus/ChineseNlpCorpus; the hotel reviews are Tan Songbo's.
    """
    sources.choice(kind, "kind", tuple(KINDS))
    card = registry.card(KINDS[kind])
    found = samples.published(card, sample, partial(sources.read, card, partial(read, card)))
    if found is None:
        whole = _sample()
        return _draw(whole, limit if sample == "only" else sources.at_most(limit, len(whole)), seed)
    table, source = found
    return _draw(_table(*table, source), limit, seed)


def read_csv(
    path: Path | str, text: str = "review", label: str = "label", positive: str = "1", negative: str = "0"
) -> Reviews:
    """Read reviews of your own: any CSV file, in UTF-8, with a column of texts and a column of labels.

    Args:
        path: the file; one that is not there is looked for in the folder `COURSE_DATA`.
        text: the name of the column of texts.
        label: the name of the column of labels.
        positive: what stands there for a positive review.
        negative: what stands there for a negative one.

    Returns:
        The reviews in the order of the file; those without a text are left out.

    Raises:
        UsageError: if no such file is there, or it has no such columns.
        DataCorrupt: if it is no CSV file in UTF-8, holds another label, or no review.
    """
    place = Path(path)
    if not place.is_file() and (folder := settings.data_folder()) is not None:
        place = folder / path
    if not place.is_file():
        raise UsageError(f"path is {str(path)!r}; allowed: a CSV file that is there, or is in the folder COURSE_DATA")
    card = registry.card("chinese_reviews")
    labels = {positive: 1, negative: 0}
    texts, found = gate.passing(card, place, lambda opened: _columns(opened, text, label, labels), at_most=_LARGEST)
    return _table(texts, found, "folder")


def read(card: registry.Card, opened: Opened) -> tuple[list[str], list[int]]:
    """The texts and labels of a published file, without reviews that have no text.

    Args:
        card: its card, which says how many there are.
        opened: the file: CSV with the columns `label` and `review`.

    Raises:
        DataCorrupt: if it is not of this form, or has another number of reviews.
    """
    try:
        texts, labels = _columns(opened, "review", "label", {"1": 1, "0": 0})
    except UsageError as problem:
        raise DataCorrupt(str(problem)) from problem
    counts = {"positive": sum(labels), "negative": len(labels) - sum(labels)}
    for name, count in counts.items():
        if count != card.contents[name]:
            raise DataCorrupt(f"{opened.path}: expected {card.contents[name]:,} {name} reviews, got {count:,}")
    return texts, labels


def sample_reviews(opened: Opened) -> Reviews:
    """The course's own reviews: below a header, in each line a text, its label and its place, parted by tabs.

    Raises:
        DataCorrupt: if the file is not of this form.
    """
    header, *rows = [tuple(line.split("\t")) for line in opened.text().splitlines()] or [()]
    if header != _HEADER or any(len(row) != 3 or not all(row) or row[1] not in {"0", "1"} for row in rows):
        raise DataCorrupt(f"{opened.path}: expected the columns {', '.join(_HEADER)}, labels of 0 and 1")
    texts, labels, places = zip(*rows, strict=True) if rows else ((), (), ())
    return _table(list(texts), [int(one) for one in labels], "sample", list(places))


def split(reviews: Reviews, fraction: float = 0.2, seed: int = 0) -> tuple[Reviews, Reviews]:
    """Split reviews so that no place, and no text, is on both sides, and both have as many of each label.

    Args:
        reviews: the reviews.
        fraction: how much goes to the second side.
        seed: same seed, same split.

    Raises:
        ValueError: if the fraction is not between 0 and 1, or one side would be empty.
    """
    return split_by_film(reviews, fraction, seed)


def _columns(opened: Opened, text: str, label: str, labels: dict[str, int]) -> tuple[list[str], list[int]]:
    rows = csv.DictReader(io.StringIO(opened.text(), newline=""), strict=True)
    names = rows.fieldnames or []
    if missing := [name for name in (text, label) if name not in names]:
        raise UsageError(f"{opened.path} has no column {missing[0]!r}; it has: {', '.join(map(str, names))}")
    texts, found = [], []
    for row in rows:
        given = (row[label] or "").strip()
        if given not in labels:
            raise DataCorrupt(
                f"{opened.path}: line {rows.line_num}: label {given!r}; allowed: {', '.join(map(repr, labels))}"
            )
        if row[text] and row[text].strip():
            texts.append(row[text].strip())
            found.append(labels[given])
    if not texts:
        raise DataCorrupt(f"{opened.path}: expected reviews, got none")
    return texts, found


def _table(texts: list[str], labels: list[int], source: str, places: list[str] | None = None) -> Reviews:
    places = places or [str(number) for number in range(len(texts))]
    columns = np.array(labels, dtype=np.int8), np.zeros(len(texts), dtype=np.int8), np.array(places, dtype=str)
    return Reviews(texts, *columns, source)


def _sample() -> Reviews:
    whole, _ = sources.read(registry.card("chinese_reviews"), sample_reviews)
    return whole


def _draw(whole: Reviews, limit: int | None, seed: int) -> Reviews:
    return whole.subset(draw(whole.labels, sources.checked_limit(limit, len(whole)), seed))
