"""The published GloVe vectors, for readers who have fetched them: 862 MB are never downloaded unasked."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path

from course_lib.base import settings
from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.data import archives, cache, gate, registry, sources
from course_lib.data.gate import Opened
from course_lib.showing import display
from course_lib.showing.language import tr

DIMENSIONS = (50, 100, 200, 300)
_CARD = "glove.6B"
_LONGEST_LINE = 2**14


def path(dimensions: int = 50) -> Path | None:
    """Where the published vectors lie as a text file, one word a line.

    Args:
        dimensions: 50, 100, 200 or 300.

    Returns:
        The file in `COURSE_DATA` or in the cache (unpacked there from the archive when first asked for), or None
        where the vectors have not been fetched (`course data fetch glove.6B` fetches them), or cannot be unpacked
        here: then a line says why.

    Raises:
        UsageError: for another number of dimensions, or if `COURSE_DATA` names no folder.
        DataCorrupt: if the archive or the vectors in `COURSE_DATA` are damaged.

    Source: Pennington, Socher and Manning (2014), GloVe: Global Vectors for Word Representation.
    """
    sources.choice(dimensions, "number of dimensions", DIMENSIONS)
    card = registry.card(_CARD)
    name = f"glove.6B.{dimensions}d.txt"
    folder = settings.data_folder()
    for place in [folder / "glove" / name, folder / name] if folder else []:
        if os.path.lexists(place):
            check_vectors(place, dimensions)
            return place
    unpacked = cache.folder(card.id) / name
    if os.path.lexists(unpacked):
        try:
            check_vectors(unpacked, dimensions)
            return unpacked
        except DataUnavailable:
            # It is made again from the archive, where that is here.
            pass
    if sources.here(card) is None:
        return None
    display.show(display.Line(tr(f"Unpacking {name}, once …", f"正在解压 {name}（只需一次）……")))
    try:
        sources.read(card, lambda opened: _unpack(opened, dimensions, unpacked))
        return unpacked
    except DataUnavailable as reason:
        if sources.is_readers_own(card, reason):
            raise
        display.show(
            display.Line(
                tr(f"The vectors cannot be had. Why: {reason}", f"无法取得这些词向量。原因：{reason}"),
                "bad",
            )
        )
        return None


def _unpack(opened: Opened, dimensions: int, target: Path) -> None:
    try:
        with cache.locked(_CARD):
            if os.path.lexists(target):
                # Another process may have unpacked it while this one waited.
                with suppress(DataUnavailable):
                    check_vectors(target, dimensions)
                    return
            archives.unpack_one(opened, target.name, target)
            try:
                check_vectors(target, dimensions)
            except DataCorrupt:
                target.unlink()
                raise
    except DataUnavailable:
        raise
    except OSError as problem:
        if problem.errno is None or problem.filename is None:
            raise
        raise DataUnavailable(f"{target} cannot be written: {cache.why(problem)}") from problem


def unpacked() -> list[tuple[Path, int]]:
    """The files of vectors in `COURSE_DATA` and in the cache, each with its number of dimensions."""
    folder = settings.data_folder()
    places = [*([folder / "glove", folder] if folder else []), cache.folder(_CARD)]
    named = [(place / f"glove.6B.{dimensions}d.txt", dimensions) for place in places for dimensions in DIMENSIONS]
    return [(path, dimensions) for path, dimensions in named if os.path.lexists(path)]


def check_vectors(place: Path, dimensions: int) -> str:
    """Look at the first and the last line of a file of vectors.

    Args:
        place: the file.
        dimensions: how many numbers follow each word.

    Returns:
        What was seen, in the reader's language.

    Raises:
        DataCorrupt: if it is not a file of such vectors.
        DataUnavailable: if it cannot be read.
    """
    gate.passing(registry.card(_CARD), place, lambda opened: _look(opened, dimensions))
    return tr(f"vectors of {dimensions} numbers", f"{dimensions} 维词向量")


def _look(opened: Opened, dimensions: int) -> None:
    first = opened.stream.readline(_LONGEST_LINE)
    size = opened.stream.seek(0, os.SEEK_END)
    opened.stream.seek(max(0, size - _LONGEST_LINE))
    end = opened.stream.read(_LONGEST_LINE)
    last = end[:-1].rpartition(b"\n")[2]
    for line in (first, last):
        numbers = line.split()[-dimensions:] if len(line.split()) > dimensions else []
        if len(numbers) < dimensions or not end.endswith(b"\n") or not all(math.isfinite(float(n)) for n in numbers):
            raise DataCorrupt(f"{opened.path}: expected a word and {dimensions} numbers, got {line[:60]!r}")
