"""A trained language model of 260,000 weights: its two files, for the lesson that loads them into layers of its own."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from course_lib.data import trained


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
    paths, source = trained.files("stories260k", folder="stories260K")
    return StoriesFiles(*paths, source)
