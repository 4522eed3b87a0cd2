"""A trained encoder of 22.7 million weights: its three files, for the lesson that reads them into layers of its own."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.data import checking, registry, sources
from course_lib.showing.language import tr


class MiniLMFiles(NamedTuple):
    """The files of all-MiniLM-L6-v2.

    Args:
        weights: `model.safetensors`.
        config: `config.json`, the encoder's settings.
        vocabulary: `vocab.txt`, one token a line.
        source: `"folder"`, `"cache"` or `"download"`.
    """

    weights: Path
    config: Path
    vocabulary: Path
    source: str


def load() -> MiniLMFiles:
    """Make sure of the three files of the encoder, byte by byte as they were published.

    Returns:
        Where they lie. Of a trained model there is no sample.

    Raises:
        DataUnavailable: if they cannot be had; the message says where they are to be got, in the reader's language.
        DataCorrupt: if a copy in `COURSE_DATA` is another file.

    Source: Wang et al., "MiniLM", NeurIPS 2020 (arXiv:2002.10957); sentence-transformers/all-MiniLM-L6-v2 (2021).
    """
    card = registry.card("minilm")
    try:
        _, found = sources.passed_all(card, lambda part, opened: checking.whole(part)(opened))
    except DataCorrupt:
        raise
    except DataUnavailable as reason:
        names = ", ".join(file.name for file in card.files)
        message = tr(
            f"{names} could not be had. Connect to the net and run `course data fetch {card.id}`, "
            f"or put them from {card.home} into the folder {card.local[0]} of COURSE_DATA. Why: {reason}",
            f"无法取得 {names}。请联网后运行 `course data fetch {card.id}`，或从 {card.home} 下载，"
            f"放入 COURSE_DATA 下的 {card.local[0]} 文件夹。原因：{reason}",
        )
        raise DataUnavailable(message) from reason
    return MiniLMFiles(*(one.path for one in found), sources.together(found).source)
