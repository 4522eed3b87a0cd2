"""A trained language model of 260,000 weights: its two files, for the lesson that loads them into layers of its own."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.data import checking, registry, sources
from course_lib.showing.language import tr


class StoriesFiles(NamedTuple):
    """The files of stories260K.

    Args:
        weights: `stories260K.bin`: seven 32-bit whole numbers, then float32 tensors.
        vocabulary: `tok512.bin`: the 512 tokens with their scores.
        source: `"folder"`, `"cache"` or `"download"`.
    """

    weights: Path
    vocabulary: Path
    source: str


def load() -> StoriesFiles:
    """Make sure of the two files of the model, byte by byte as they were published.

    Returns:
        Where they lie. Of a trained model there is no sample.

    Raises:
        DataUnavailable: if they cannot be had; the message says where they are to be got, in the reader's language.
        DataCorrupt: if a copy in `COURSE_DATA` is another file.

    Source: Andrej Karpathy, tinyllamas (2023); TinyStories, Eldan and Li (2023).
    """
    card = registry.card("stories260k")
    try:
        _, found = sources.passed_all(card, lambda part, opened: checking.whole(part)(opened))
    except DataCorrupt:
        raise
    except DataUnavailable as reason:
        names = ", ".join(file.name for file in card.files)
        message = tr(
            f"{names} could not be had. Connect to the net and run `course data fetch {card.id}`, "
            f"or put them from {card.home} (folder stories260K) into the folder {card.local[0]} of COURSE_DATA. "
            f"Why: {reason}",
            f"无法取得 {names}。请联网后运行 `course data fetch {card.id}`，或从 {card.home}（stories260K 文件夹）"
            f"下载，放入 COURSE_DATA 下的 {card.local[0]} 文件夹。原因：{reason}",
        )
        raise DataUnavailable(message) from reason
    weights, vocabulary = found
    return StoriesFiles(weights.path, vocabulary.path, sources.together(found).source)
