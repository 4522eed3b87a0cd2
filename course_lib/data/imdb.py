"""The IMDB film reviews (Maas et al., 2011), with ratings and films: from the archive, the cache or the sample."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.data import cache, gate, imdb_archive, registry, samples, sources
from course_lib.data.gate import Opened
from course_lib.data.imdb_archive import PARTS
from course_lib.data.reviews import Review, Reviews, draw, split_by_film
from course_lib.showing import display
from course_lib.showing.language import tr

__all__ = ["PARTS", "Review", "Reviews", "load", "read_sample", "split_by_film"]

# Part of the name of a parsed entry: raise it when the columns change, so that older entries are not read.
_LAYOUT = 2


@dataclass(frozen=True)
class _Table:
    """A whole part whose texts are made only where they are asked for."""

    labels: np.ndarray
    ratings: np.ndarray
    film_ids: np.ndarray
    text: Callable[[int], str]
    source: str

    def draw(self, limit: int | None, seed: int) -> Reviews:
        chosen = draw(self.labels, sources.checked_limit(limit, len(self.labels)), seed)
        return Reviews(
            [self.text(index) for index in chosen.tolist()],
            self.labels[chosen],
            self.ratings[chosen],
            self.film_ids[chosen].astype(str),
            self.source,
        )


def load(part: str = "train", limit: int | None = None, seed: int = 0, sample: str = "fallback") -> Reviews:
    """Load film reviews, in a random order that depends on the seed alone.

    They never come in the order of their labels. With a `limit` they are drawn at random, balanced over the labels; a
    smaller limit with the same seed gives some of the same reviews.

    Facts about the data set, counted in it: a film has at most 30 reviews in a group. Training and test films are
    disjoint but for one (tt0406816: 2 negative reviews to train on, 23 to test on); no film of the unlabelled
    reviews is in either. Texts do repeat all the same: 123 texts are in both train and test, 266 in both test and
    unlabelled, word for word.

    Args:
        part: `"train"` (25,000), `"test"` (25,000) or `"unlabelled"` (50,000).
        limit: how many; None for all.
        seed: of the drawing and the order.
        sample: what to do where the data set cannot be had: `"fallback"` takes the course's sample and says so
            (with fewer reviews than `limit` if it has fewer), `"never"` raises; `"only"` takes the sample in any
            case. A quarter of the sample, by films, is its test part; its unlabelled part is its training part
            without labels.

    Returns:
        The reviews, and where they came from in `.source`.

    Raises:
        UsageError: if the part or the choice of sample is unknown, or the limit is not from 1 to the number there is.
        DataUnavailable: with `sample="never"`, if the data set cannot be had.
        DataCorrupt: if the copy in `COURSE_DATA` is not the published data set.

    Source: Maas et al. (2011), Learning Word Vectors for Sentiment Analysis.
    """
    sources.choice(part, "part", PARTS)
    sources.choice(sample, "choice of sample", sources.SAMPLE_CHOICES)
    if sample == "only":
        return _sample(part).draw(limit, seed)
    card = registry.card("imdb")
    sources.checked_limit(limit, card.contents[part])
    try:
        table = _real(card, part)
    except DataUnavailable as reason:
        if sample == "never" or sources.is_readers_own(card, reason):
            raise
        samples.stand_in(card, reason)
        table = _sample(part)
        limit = sources.at_most(limit, len(table.labels))
    return table.draw(limit, seed)


def _real(card: registry.Card, part: str) -> _Table:
    in_folder = sources.in_folder(card)
    if (files := cache.read(_entry(card), _names(part))) is not None:
        return _table(part, files, "folder" if in_folder else "cache")
    files, source = sources.read(card, lambda opened: _parse(card, opened, part))
    return _table(part, files, source)


def _entry(card: registry.Card) -> Path:
    # All that is parsed was checked against this digest, so it holds whichever way the archive was packed.
    return cache.folder(card.id) / f"parsed-{card.contents['parsed_sha256'][:12]}-{_LAYOUT}"


def _names(part: str) -> tuple[str, str]:
    return f"{part}.texts", f"{part}.npz"


def _parse(card: registry.Card, opened: Opened, part: str) -> dict[str, bytes]:
    """Parse every part into the cache; where the cache cannot be written, parse the one part into memory."""
    try:
        with cache.locked(card.id):
            if (files := cache.read(_entry(card), _names(part))) is None:
                _parse_into_cache(card, opened)
                files = cache.read(_entry(card), _names(part))
        if files is not None:
            return files
        reason: object = "what was written could not be read again"
    except cache.Busy as problem:
        reason = problem
    except DataUnavailable:
        raise
    except OSError as problem:
        if problem.errno in gate.LED_ASTRAY:
            raise
        reason = problem
    display.show(
        display.Line(
            tr(
                f"The parsed reviews cannot be kept in the cache ({reason}); they are read from the archive each time.",
                f"无法把解析好的影评存入缓存（{reason}），每次都要从压缩包重新读取。",
            )
        )
    )
    stream = io.BytesIO()
    if opened.stream is not None:
        opened.stream.seek(0)
    columns = imdb_archive.parse(opened, card.contents, {part: stream})[part]
    return dict(zip(_names(part), (stream.getvalue(), _packed(columns)), strict=True))


def _parse_into_cache(card: registry.Card, opened: Opened) -> None:
    with cache.writing(_entry(card)) as entry:
        with ExitStack() as stack:
            # Texts go to disk as they come, so that parsing 100,000 of them takes little memory.
            streams = {part: stack.enter_context((entry / _names(part)[0]).open("wb")) for part in PARTS}
            if opened.stream is not None:
                opened.stream.seek(0)
            tables = imdb_archive.parse(opened, card.contents, streams)
        for part in PARTS:
            (entry / _names(part)[1]).write_bytes(_packed(tables[part]))


def _packed(columns: dict[str, np.ndarray]) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **columns)
    return stream.getvalue()


def _table(part: str, files: dict[str, bytes], source: str) -> _Table:
    texts, packed = (files[name] for name in _names(part))
    with np.load(io.BytesIO(packed), allow_pickle=False) as columns:
        starts, ends = columns["starts"].tolist(), columns["ends"].tolist()
        return _Table(
            columns["labels"],
            columns["ratings"],
            columns["film_ids"],
            lambda index: texts[starts[index] : ends[index]].decode(),
            source,
        )


def read_sample(path: Path) -> Reviews:
    """Read the course's own film reviews.

    Args:
        path: a CSV file with the columns `text`, `rating` and `film_id`.

    Raises:
        DataCorrupt: if it is not of this form.
    """
    return gate.passing(registry.card("film_reviews"), path, sample_reviews)


def sample_reviews(opened: Opened) -> Reviews:
    """As `read_sample`, of an open file."""
    try:
        rows = [(row["text"], int(row["rating"]), row["film_id"]) for row in csv.DictReader(io.StringIO(opened.text()))]
    except (KeyError, TypeError, ValueError) as problem:
        raise DataCorrupt(f"{opened.path}: expected the columns text, rating and film_id, got {problem!r}") from problem
    texts, ratings, films = zip(*rows, strict=True) if rows else ((), (), ())
    # A verdict in the middle has no label, neither here nor in IMDB.
    if wrong := [rating for rating in ratings if rating not in {1, 2, 3, 4, 7, 8, 9, 10}]:
        raise DataCorrupt(f"{opened.path}: expected ratings of 1 to 4 or 7 to 10, got {wrong[0]}")
    if not texts or not all(texts) or not all(films):
        raise DataCorrupt(f"{opened.path}: expected a text, a rating and a film in each of its lines")
    rated = np.array(ratings, dtype=np.int8)
    return Reviews(list(texts), (rated > 5).astype(np.int8), rated, np.array(films, dtype=str), "sample")


def _sample(part: str) -> _Table:
    whole = read_sample(registry.sample_path(registry.card("imdb")))
    training, test = split_by_film(whole, fraction=0.25)
    chosen = test if part == "test" else training
    labels, ratings = chosen.labels, chosen.ratings
    if part == "unlabelled":
        labels, ratings = np.full_like(labels, -1), np.zeros_like(ratings)
    return _Table(labels, ratings, chosen.film_ids, chosen.texts.__getitem__, "sample")
