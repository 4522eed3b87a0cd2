"""The samples of the course, and the notice a reader cannot miss when one stands in for real data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from course_lib.base.errors import DataUnavailable
from course_lib.data import registry, sources
from course_lib.showing import display
from course_lib.showing.language import tr

_in_use: set[str] = set()

Content = TypeVar("Content")


def samples_in_use() -> frozenset[str]:
    """The ids of the data sets for which a sample of the course has stood in since this process began."""
    return frozenset(_in_use)


def write_rows(path: Path | str, rows: Iterable[Sequence[str]]) -> None:
    """Write a sample as tab-separated lines, the same bytes on every system.

    Args:
        path: the file; it is replaced if it is there.
        rows: the header, then what stands below it; no cell holds a tab or a line break.
    """
    Path(path).write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8", newline="\n")


def published(card: registry.Card, sample: str, read: Callable[[], Content]) -> Content | None:
    """What a loader reads of a published data set, or None where the course's sample is to serve instead.

    Args:
        card: of the data set.
        sample: `"fallback"` lets the sample serve where the data set cannot be had, and says so; `"never"` does not;
            `"only"` reads nothing.
        read: reads the published data set.

    Raises:
        UsageError: if the choice of sample is unknown.
        DataUnavailable: if the data set cannot be had, and no sample may serve, or the reader's own copy is damaged.
    """
    sources.choice(sample, "choice of sample", sources.SAMPLE_CHOICES)
    if sample == "only":
        return None
    try:
        return read()
    except DataUnavailable as reason:
        if sample == "never" or sources.is_readers_own(card, reason):
            raise
        stand_in(card, reason)
        return None


def stand_in(card: registry.Card, reason: object, sample: str | None = None) -> None:
    """Record that a sample stands in for a data set, and say so, once for each data set.

    Args:
        card: the data set that could not be had.
        reason: why.
        sample: what stands in; None for the sample that the card names.
    """
    if card.id in _in_use:
        return
    _in_use.add(card.id)
    sample = card.sample if sample is None else sample
    text = tr(
        f"⚠ SAMPLE DATA, NOT THE REAL THING\n"
        f"{card.title} could not be had, so the course's own small sample {sample} stands in.\n"
        f"Everything runs; the numbers are not results on {card.id}.\n"
        f"Why: {reason}\n"
        f"What to do: connect to the net and run `course data fetch {card.id}`, "
        f"or set COURSE_DATA to a folder that has it.",
        f"⚠ 这是样例数据，不是真实数据\n"
        f"无法取得“{card.title}”，现以本课程自带的小样例 {sample} 代替。\n"
        f"所有代码照常运行，但得到的数字不是 {card.id} 上的结果。\n"
        f"原因：{reason}\n"
        f"解决办法：联网后运行 `course data fetch {card.id}`，或把 COURSE_DATA 设为存有该数据集的文件夹。",
    )
    display.show(display.Line(text, "bad"))
