"""Film reviews as columns, drawn in balance and split by film."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

# Few films leave few choices: then some orders of them come nearer to the wanted numbers than others.
_SPLIT_TRIES = 20


class Review(NamedTuple):
    """One review: its text, label (1 positive, 0 negative, -1 none), rating (1 to 10, 0 unknown) and film."""

    text: str
    label: int
    rating: int
    film_id: str


@dataclass(frozen=True, eq=False)
class Reviews:
    """Film reviews, column by column.

    Args:
        texts: the raw texts, HTML line breaks and all.
        labels: int8, 1 positive, 0 negative, -1 without a label.
        ratings: int8, 1 to 10, 0 unknown.
        film_ids: the film of each review, as a string; of other reviews what they are of, such as a hotel.
        source: `"folder"`, `"cache"`, `"download"` or `"sample"`.

    Shapes:
        each column (reviews,).
    """

    texts: list[str]
    labels: np.ndarray
    ratings: np.ndarray
    film_ids: np.ndarray
    source: str

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, index: int | slice) -> Review | Reviews:
        if isinstance(index, slice):
            return self.subset(range(len(self))[index])
        return Review(self.texts[index], int(self.labels[index]), int(self.ratings[index]), str(self.film_ids[index]))

    def subset(self, indices: object) -> Reviews:
        """Some of the reviews, in the order asked for.

        Args:
            indices: whole numbers, or one True or False for each review.
        """
        chosen = np.arange(len(self))[np.asarray(indices)] if len(indices) else np.empty(0, dtype=np.int64)
        return Reviews(
            [self.texts[index] for index in chosen],
            self.labels[chosen],
            self.ratings[chosen],
            self.film_ids[chosen],
            self.source,
        )

    def __repr__(self) -> str:
        return f"Reviews({len(self):,} texts, source={self.source!r})"


def draw(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Draw indices at random, as evenly over the labels as there are enough of each.

    Args:
        labels: one for each item.
        count: how many to draw.
        seed: same seed, same draw; a smaller count draws some of the same.

    Returns:
        The indices, in random order.

    Shapes:
        labels (items,) → (count,).
    """
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(len(labels))
    turn = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        mine = shuffled[labels[shuffled] == label]
        turn[mine] = np.arange(len(mine))
    # One of each label in turn: the first `count` are balanced whatever the count.
    chosen = shuffled[np.argsort(turn[shuffled], kind="stable")][:count]
    return rng.permutation(chosen)


def split_by_film(reviews: Reviews, fraction: float = 0.2, seed: int = 0) -> tuple[Reviews, Reviews]:
    """Split reviews so that no film, and no text, is on both sides.

    A plain random split lets a model recognise a film by its actors' names instead of reading the verdict. Some
    texts are filed under two films; such films stay together, too.

    Args:
        reviews: the reviews to split.
        fraction: how much goes to the second side, between 0 and 1.
        seed: same seed, same split.

    Returns:
        Training and validation reviews, each in the order in which they were. Sizes are the fraction asked for, and
        labels as balanced as before, to within a point, wherever enough films have few reviews.

    Raises:
        ValueError: if the fraction is not between 0 and 1, or one side would be empty.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction must be between 0 and 1; given: {fraction!r}")
    groups = _groups(reviews)
    kinds, label_of = np.unique(reviews.labels, return_inverse=True)
    counts = np.zeros((groups.max(initial=-1) + 1, len(kinds)), dtype=np.int64)
    np.add.at(counts, (groups, label_of), 1)
    wanted = np.round(counts.sum(axis=0) * fraction).astype(np.int64)
    held_out = _choose(counts, wanted, np.random.default_rng(seed))[groups]
    if held_out.all() or not held_out.any():
        raise ValueError(f"{len(reviews)} reviews of {len(counts)} films cannot be split at fraction {fraction}")
    return reviews.subset(~held_out), reviews.subset(held_out)


def _choose(counts: np.ndarray, wanted: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Choose groups at random until the wanted number of each label is together, or as nearly as can be.

    Args:
        counts: how many reviews of each label a group has.
        wanted: how many of each label to take.
        rng: the source of chance.

    Shapes:
        counts (groups, labels), wanted (labels,) → boolean (groups,).
    """
    best, least = np.zeros(len(counts), dtype=bool), None
    for _ in range(_SPLIT_TRIES):
        taken, missing = np.zeros(len(counts), dtype=bool), wanted.copy()
        for group in rng.permutation(len(counts)):
            if np.all(counts[group] <= missing):
                taken[group] = True
                missing -= counts[group]
        if least is None or missing.sum() < least:
            best, least = taken, missing.sum()
        if not least:
            break
    return best


def _groups(reviews: Reviews) -> np.ndarray:
    """A number for each review, equal for reviews that share a film or a text, directly or through others."""
    parent: dict[object, object] = {}

    def root(item: object) -> object:
        while (above := parent.setdefault(item, item)) != item:
            parent[item] = parent[above]
            item = above
        return item

    films = reviews.film_ids.tolist()
    for film, text in zip(films, reviews.texts, strict=True):
        parent[root(("text", text))] = root(film)
    _, numbers = np.unique([root(film) for film in films], return_inverse=True)
    return numbers
