"""The published GloVe vectors, for readers who have fetched them: 862 MB are never downloaded unasked."""

from __future__ import annotations

from pathlib import Path

from course_lib.base import settings
from course_lib.data import archives, cache, registry, sources
from course_lib.showing import display
from course_lib.showing.language import tr

DIMENSIONS = (50, 100, 200, 300)


def path(dimensions: int = 50) -> Path | None:
    """Where the published vectors lie as a text file, one word a line.

    Args:
        dimensions: 50, 100, 200 or 300.

    Returns:
        The file in `COURSE_DATA` or in the cache (unpacked there from the archive when first asked for), or None
        where the vectors have not been fetched: `course data fetch glove.6B` fetches them.

    Raises:
        UsageError: for another number of dimensions, or if `COURSE_DATA` names no folder.
        DataCorrupt: if the archive is damaged.
        OSError: if the file cannot be unpacked into the cache.

    Source: Pennington, Socher and Manning (2014), GloVe: Global Vectors for Word Representation.
    """
    sources.choice(dimensions, "number of dimensions", DIMENSIONS)
    card = registry.card("glove.6B")
    name = f"glove.6B.{dimensions}d.txt"
    unpacked = cache.folder(card.id) / name
    folder = settings.data_folder()
    places = [folder / "glove" / name, folder / name] if folder else []
    for place in (*places, unpacked):
        if place.is_file():
            return place
    found = sources.here(card)
    if found is None:
        return None
    display.show(display.Line(tr(f"Unpacking {name}, once …", f"正在解压 {name}（只需一次）……")))
    with cache.locked(card.id):
        if not unpacked.is_file():
            archives.unpack_one(found.path, name, unpacked)
    return unpacked
