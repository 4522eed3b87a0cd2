"""Who rated which film, when and how highly, with the films' titles and genres."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import partial

import numpy as np

from course_lib.base.errors import DataCorrupt
from course_lib.data import archives, registry, samples, sources
from course_lib.data.gate import Opened

_HEADER = ("user", "item", "rating", "time", "title", "genres")
_NO_GENRE = "(no genres listed)"


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings, each by a user of an item, in the order of their time.

    Args:
        users: the user of each rating, numbered from 0.
        items: its item, numbered from 0.
        stars: what was given, 0.5 to 5.
        titles: the title of each item.
        genres: the genres of each item.
        source: `"folder"`, `"cache"`, `"download"` or `"sample"`.

    Shapes: users, items, stars (ratings,).
    """

    users: np.ndarray
    items: np.ndarray
    stars: np.ndarray
    titles: list[str]
    genres: list[tuple[str, ...]]
    source: str

    @property
    def num_users(self) -> int:
        """How many users there are."""
        return int(self.users.max()) + 1

    @property
    def num_items(self) -> int:
        """How many items there are, those included that nobody rated."""
        return len(self.titles)

    def __len__(self) -> int:
        return len(self.users)

    def __repr__(self) -> str:
        return f"Ratings({len(self):,} by {self.num_users:,} of {self.num_items:,}, source={self.source!r})"


def load(sample: str = "fallback") -> Ratings:
    """Load MovieLens (small): 100,836 ratings by 610 users of 9,742 films.

    Args:
        sample: what to do where it cannot be had: `"fallback"` takes the course's own invented ratings and says so,
            `"never"` raises, `"only"` takes these in any case.

    Raises:
        UsageError: if the choice of sample is unknown.
        DataUnavailable: with `sample="never"`, if it cannot be had.
        DataCorrupt: if the copy in `COURSE_DATA` is not of this form.

    Source: F. M. Harper and J. A. Konstan, "The MovieLens datasets", ACM TiiS 5(4), 2015.
    """
    card = registry.card("movielens_small")
    found = samples.published(card, sample, partial(sources.read, card, partial(read, card)))
    if found is None:
        return _sample()
    (rows, films), source = found
    return _table(rows, films, source)


Rows = list[tuple[str, str, float, int]]
Films = dict[str, tuple[str, tuple[str, ...]]]


def read(card: registry.Card, opened: Opened) -> tuple[Rows, Films]:
    """The ratings, and the title and genres of each film, of the published archive or a folder with its files.

    Raises:
        DataCorrupt: if it is not of this form, a rated film has no title, or ratings are missing.
    """
    tables = {}
    for name in ("ratings.csv", "movies.csv"):
        if opened.stream is None:
            content = (opened.path / name).read_bytes()
        else:
            content = archives.zip_file(opened, f"{card.contents['folder']}/{name}")
        tables[name] = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    films = {row["movieId"]: (row["title"], _genres(row["genres"])) for row in tables["movies.csv"]}
    rows = [
        (row["userId"], row["movieId"], float(row["rating"]), int(row["timestamp"])) for row in tables["ratings.csv"]
    ]
    _require(rows, films, opened)
    if len(rows) < card.contents["ratings_at_least"]:
        raise DataCorrupt(
            f"{opened.path}: expected {card.contents['ratings_at_least']:,} ratings or more, got {len(rows):,}"
        )
    return rows, films


def sample_ratings(opened: Opened) -> tuple[Rows, Films]:
    """The course's own ratings: below a header, a rating in each line.

    Raises:
        DataCorrupt: if the file is not of this form.
    """
    header, *lines = [tuple(line.split("\t")) for line in opened.text().splitlines()] or [()]
    if header != _HEADER or any(len(line) != 6 or not all(line) for line in lines):
        raise DataCorrupt(f"{opened.path}: expected the columns {', '.join(_HEADER)}")
    films = {item: (title, _genres(genres)) for _, item, _, _, title, genres in lines}
    rows = [(user, item, float(stars), int(time)) for user, item, stars, time, _, _ in lines]
    _require(rows, films, opened)
    return rows, films


def _genres(text: str) -> tuple[str, ...]:
    return () if text == _NO_GENRE else tuple(text.split("|"))


def _require(rows: Rows, films: Films, opened: Opened) -> None:
    if any(item not in films or not 0.5 <= stars <= 5 for _, item, stars, _ in rows):
        raise DataCorrupt(f"{opened.path}: expected 0.5 to 5 stars, and a title for each film that is rated")


def _sample() -> Ratings:
    (rows, films), _ = sources.read(registry.card("invented_ratings"), sample_ratings)
    return _table(rows, films, "sample")


def _table(rows: Rows, films: Films, source: str) -> Ratings:
    rows = sorted(rows, key=lambda row: row[3])
    users = {user: place for place, user in enumerate(sorted({row[0] for row in rows}, key=int))}
    items = {item: place for place, item in enumerate(films)}
    return Ratings(
        np.array([users[row[0]] for row in rows]),
        np.array([items[row[1]] for row in rows]),
        np.array([row[2] for row in rows], dtype=np.float32),
        [title for title, _ in films.values()],
        [genres for _, genres in films.values()],
        source,
    )
