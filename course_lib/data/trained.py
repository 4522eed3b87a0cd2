"""The files of a trained model: all of them as they were published, or a word on where to get them; no sample."""

from __future__ import annotations

from pathlib import Path

from course_lib.base.errors import DataCorrupt, DataUnavailable
from course_lib.data import checking, registry, sources
from course_lib.showing.language import tr


def files(data_set: str, folder: str = "") -> tuple[list[Path], str]:
    """Make sure of the files of a trained model, byte by byte.

    Args:
        data_set: the id of its card.
        folder: in which folder of its own site they lie, if not at the top.

    Returns:
        Where they lie, in the card's order, and their source: `"folder"`, `"cache"` or `"download"`.

    Raises:
        DataUnavailable: if they cannot be had; the message says where they are to be got, in the reader's language.
        DataCorrupt: if a copy in `COURSE_DATA` is another file.
    """
    card = registry.card(data_set)
    try:
        _, found = sources.passed_all(card, lambda part, opened: checking.whole(part)(opened))
    except DataCorrupt:
        raise
    except DataUnavailable as reason:
        names = ", ".join(file.name for file in card.files)
        english, chinese = (f" (folder {folder})", f"（{folder} 文件夹）") if folder else ("", " ")
        message = tr(
            f"{names} could not be had. Connect to the net and run `course data fetch {card.id}`, "
            f"or put them from {card.home}{english} into the folder {card.local[0]} of COURSE_DATA. Why: {reason}",
            f"无法取得 {names}。请联网后运行 `course data fetch {card.id}`，或从 {card.home}{chinese}下载，"
            f"放入 COURSE_DATA 下的 {card.local[0]} 文件夹。原因：{reason}",
        )
        raise DataUnavailable(message) from reason
    return [one.path for one in found], sources.together(found).source
