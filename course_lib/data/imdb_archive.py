"""Reading the IMDB reviews out of their archive (or its unpacked folder) in one pass, without unpacking it to disk."""

from __future__ import annotations

import hashlib
import io
import os
import re
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from course_lib.base.errors import DataCorrupt
from course_lib.data import archives, gate
from course_lib.data.gate import Opened

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

# Of one file of an unpacked folder; the longest review has 14 kB, the longest list of addresses 3 MB.
_LARGEST = 16 * 2**20
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
    opened: Opened, contents: Mapping[str, object], streams: Mapping[str, BinaryIO]
) -> dict[str, dict[str, np.ndarray]]:
    """Read the whole data set once, make sure of all of it, and keep the parts that are asked for.

    Args:
        opened: the archive, packed by whomever, or an unpacked `aclImdb` folder.
        contents: how many reviews there must be, and the digests (from the card).
        streams: for each part to keep, where its texts are written.

    Returns:
        For each part in `streams`, its columns: `starts` and `ends` of each text in the stream, `labels`, `ratings` and
        `film_ids`.

    Raises:
        DataCorrupt: if the place does not hold exactly the published reviews and addresses, or one of them is not
            UTF-8.
        OSError: if it cannot be read, or a stream cannot be written.
        Exception: whatever a damaged archive makes a reader stumble over.
    """
    place = opened.path
    gathered = {part: Gathering(streams.get(part) or _Nowhere()) for part in PARTS}
    addresses: dict[tuple[str, str], list[str]] = {}
    labelled: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for name, content in _files(opened):
        if found := _REVIEW.fullmatch(name):
            folder, kind, number, rating = found.groups()
            if (folder, kind) not in GROUPS:
                continue
            part, label = GROUPS[folder, kind]
            _check_encoding(content, place, f"the review {name}")
            (others if part == "unlabelled" else labelled).append((name, hashlib.sha256(content).hexdigest()))
            gathered[part].add(content, int(number), label, int(rating))
        elif found := _ADDRESSES.fullmatch(name):
            _check_encoding(content, place, name)
            others.append((name, hashlib.sha256(content).hexdigest()))
            addresses[found[1], found[2]] = content.decode().splitlines()
    _check_counts(place, contents, gathered)
    films = {part: _films(place, part, one, addresses) for part, one in gathered.items()}
    _check_digests(opened, contents, labelled, others)
    return {part: gathered[part].table(films[part]) for part in streams}


def digest(files: list[tuple[str, str]]) -> str:
    """The digest of some files: sha256 over the lines `sha256  path`, sorted by path.

    Args:
        files: the path and the sha256 of each.
    """
    lines = "".join(f"{one}  {name}\n" for name, one in sorted(files))
    return hashlib.sha256(lines.encode()).hexdigest()


class _Nowhere(io.RawIOBase):
    """Takes the texts of a part that is only checked."""

    def write(self, content: bytes) -> int:
        return len(content)


def _files(opened: Opened) -> Iterator[tuple[str, bytes]]:
    if opened.stream is not None:
        yield from archives.tar_files(opened, lambda name: name.endswith(".txt"))
        return
    for folder, kind in GROUPS:
        addresses = opened.path / folder / f"urls_{kind}.txt"
        if os.path.lexists(addresses):
            yield f"aclImdb/{folder}/{addresses.name}", _content(addresses)
        if (reviews := opened.path / folder / kind).is_dir():
            for path in reviews.iterdir():
                yield f"aclImdb/{folder}/{kind}/{path.name}", _content(path)


def _content(path: Path) -> bytes:
    with gate.opening(path, _LARGEST) as opened:
        if opened.stream is None:
            raise DataCorrupt(f"{path}: a folder where a file should be")
        return opened.content()


def _check_encoding(content: bytes, place: Path, what: str) -> None:
    try:
        content.decode()
    except UnicodeDecodeError as problem:
        raise DataCorrupt(f"{place}: {what} is not UTF-8 (byte {problem.start}); the file is not used") from problem


def _check_counts(place: Path, contents: Mapping[str, object], gathered: Mapping[str, Gathering]) -> None:
    counts = {part: len(one.labels) for part, one in gathered.items()}
    for what, expected, got in (
        ("labelled reviews", contents["train"] + contents["test"], counts["train"] + counts["test"]),
        ("unlabelled reviews", contents["unlabelled"], counts["unlabelled"]),
    ):
        if expected != got:
            raise DataCorrupt(f"{place}: not the published data set: {what}: expected {expected}, got {got}")


def _check_digests(
    opened: Opened, contents: Mapping[str, object], labelled: list[tuple[str, str]], others: list[tuple[str, str]]
) -> None:
    expected = {"the labelled reviews": (contents["labelled_sha256"], digest(labelled))}
    # The checksum of the published file covers all there is in it.
    if not opened.published:
        expected["all reviews and addresses"] = contents["parsed_sha256"], digest(labelled + others)
    for what, (wanted, got) in expected.items():
        if wanted != got:
            raise DataCorrupt(
                f"{opened.path}: not the published data set: the digest of {what}: expected {wanted}, got {got}"
            )


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
