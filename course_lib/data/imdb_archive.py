"""Reading the IMDB reviews out of their archive (or its unpacked folder) in one pass, without unpacking it to disk."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from course_lib.base.errors import DataCorrupt
from course_lib.data import archives

if TYPE_CHECKING:
    import numpy as np

# The part of the data set each of the archive's folders belongs to, and the label of its reviews.
GROUPS = {
    ("train", "neg"): ("train", 0),
    ("train", "pos"): ("train", 1),
    ("test", "neg"): ("test", 0),
    ("test", "pos"): ("test", 1),
    ("train", "unsup"): ("unlabelled", -1),
}
PARTS = ("train", "test", "unlabelled")

_REVIEW = re.compile(r"aclImdb/(train|test)/(neg|pos|unsup)/(\d{1,9})_(\d{1,2})\.txt")
_ADDRESSES = re.compile(r"aclImdb/(train|test)/urls_(neg|pos|unsup)\.txt")
_FILM = re.compile(r"https?://[^/]+/title/([^/\s]+)")


class Gathering:
    """The reviews of one part as they come by: texts go to a stream, a few numbers for each stay in memory.

    Args:
        texts: where the texts are appended, in the order in which they come.
    """

    def __init__(self, texts: BinaryIO) -> None:
        self.texts = texts
        self.end = 0
        self.starts, self.ends, self.numbers = array("q"), array("q"), array("q")
        self.labels, self.ratings = array("b"), array("b")

    def add(self, content: bytes, number: int, label: int, rating: int) -> None:
        """Take one review."""
        self.texts.write(content)
        self.starts.append(self.end)
        self.end += len(content)
        self.ends.append(self.end)
        self.numbers.append(number)
        self.labels.append(label)
        self.ratings.append(rating)

    def table(self, films: Mapping[tuple[int, int], str]) -> dict[str, np.ndarray]:
        """The columns, sorted by label and number, so that they do not depend on the order inside the archive.

        Args:
            films: the film of each (label, number).
        """
        import numpy as np

        order = np.lexsort((self.numbers, self.labels))
        film_ids = np.array([films[pair] for pair in zip(self.labels, self.numbers, strict=True)], dtype="S")
        columns = {
            "starts": np.array(self.starts, dtype=np.int64),
            "ends": np.array(self.ends, dtype=np.int64),
            "labels": np.array(self.labels, dtype=np.int8),
            "ratings": np.array(self.ratings, dtype=np.int8),
            "film_ids": film_ids,
        }
        return {name: column[order] for name, column in columns.items()}


def parse(
    place: Path, contents: Mapping[str, object], streams: Mapping[str, BinaryIO]
) -> dict[str, dict[str, np.ndarray]]:
    """Read the whole data set once, and keep the parts that are asked for.

    Args:
        place: the archive, packed by whomever, or an unpacked `aclImdb` folder.
        contents: how many reviews there must be, and the digest of the labelled ones (from the card).
        streams: for each part to keep, where its texts are written.

    Returns:
        For each part in `streams`, its columns: `starts` and `ends` of each text in the stream, `labels`, `ratings` and
        `film_ids`.

    Raises:
        DataCorrupt: if the place does not hold exactly the published reviews, or one of them is not UTF-8.
        OSError: if it cannot be read, or a stream cannot be written.
    """
    gathered = {part: Gathering(stream) for part, stream in streams.items()}
    addresses: dict[tuple[str, str], list[str]] = {}
    digests: list[tuple[str, str]] = []
    unlabelled = 0
    for name, content in _files(place):
        if found := _REVIEW.fullmatch(name):
            folder, kind, number, rating = found.groups()
            if (folder, kind) not in GROUPS:
                continue
            part, label = GROUPS[folder, kind]
            if part == "unlabelled":
                unlabelled += 1
            else:
                digests.append((name, hashlib.sha256(content).hexdigest()))
            if part in gathered:
                _check_encoding(content, place, name)
                gathered[part].add(content, int(number), label, int(rating))
        elif found := _ADDRESSES.fullmatch(name):
            addresses[found[1], found[2]] = content.decode("utf-8", "replace").splitlines()
    _check_contents(place, contents, digests, unlabelled)
    return {part: one.table(_films(place, part, one, addresses)) for part, one in gathered.items()}


def labelled_digest(digests: list[tuple[str, str]]) -> str:
    """The digest of the labelled reviews: sha256 over the lines `sha256  path`, sorted by path."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests))
    return hashlib.sha256(lines.encode()).hexdigest()


def _files(place: Path) -> Iterator[tuple[str, bytes]]:
    if not place.is_dir():
        yield from archives.tar_files(place, lambda name: name.endswith(".txt"))
        return
    for folder, kind in GROUPS:
        addresses = place / folder / f"urls_{kind}.txt"
        if addresses.is_file():
            yield f"aclImdb/{folder}/{addresses.name}", addresses.read_bytes()
        if (reviews := place / folder / kind).is_dir():
            for path in reviews.iterdir():
                yield f"aclImdb/{folder}/{kind}/{path.name}", path.read_bytes()


def _check_encoding(content: bytes, place: Path, name: str) -> None:
    try:
        content.decode()
    except UnicodeDecodeError as problem:
        raise DataCorrupt(
            f"{place}: the review {name} is not UTF-8 (byte {problem.start}); the file is not used"
        ) from problem


def _check_contents(
    place: Path, contents: Mapping[str, object], digests: list[tuple[str, str]], unlabelled: int
) -> None:
    for what, expected, got in (
        ("labelled reviews", contents["train"] + contents["test"], len(digests)),
        ("unlabelled reviews", contents["unlabelled"], unlabelled),
        ("as the digest of the labelled reviews", contents["labelled_sha256"], labelled_digest(digests)),
    ):
        if expected != got:
            raise DataCorrupt(f"{place}: not the published data set: {what}: expected {expected}, got {got}")


def _films(
    place: Path, part: str, one: Gathering, addresses: Mapping[tuple[str, str], list[str]]
) -> dict[tuple[int, int], str]:
    """The film of each review: its number is the line, counted from 0, of its address in the group's `urls_*.txt`."""
    groups = {label: group for group, (owner, label) in GROUPS.items() if owner == part}
    films = {}
    for label, number in zip(one.labels, one.numbers, strict=True):
        lines = addresses.get(groups[label], [])
        address = _FILM.match(lines[number]) if number < len(lines) else None
        if address is None:
            folder, kind = groups[label]
            raise DataCorrupt(f"{place}: aclImdb/{folder}/urls_{kind}.txt names no film for review {number}")
        films[label, number] = address[1]
    return films
