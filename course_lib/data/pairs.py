"""Sentences and their translations, as every loader of pairs returns them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Pair(NamedTuple):
    """One English sentence and a Chinese translation of it."""

    english: str
    chinese: str


@dataclass(frozen=True)
class Pairs:
    """English sentences and their Chinese translations, side by side.

    Args:
        english: the English sentences.
        chinese: a translation of each.
        source: where they came from: `"folder"`, `"cache"`, `"download"` or `"sample"`.

    Raises:
        ValueError: if there are not as many of one as of the other.
    """

    english: list[str]
    chinese: list[str]
    source: str

    def __post_init__(self) -> None:
        if len(self.english) != len(self.chinese):
            raise ValueError(
                f"english has {len(self.english)} sentences, chinese {len(self.chinese)}; they must be equal"
            )

    def __len__(self) -> int:
        return len(self.english)

    def __getitem__(self, index: int) -> Pair:
        return Pair(self.english[index], self.chinese[index])

    def __repr__(self) -> str:
        return f"Pairs({len(self):,} pairs, source={self.source!r})"
