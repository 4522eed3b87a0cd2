"""A trained encoder of 22.7 million weights: its three files, for the lesson that reads them into layers of its own."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from course_lib.data import registry, samples, trained
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
    paths, source = trained.files("minilm")
    return MiniLMFiles(*paths, source)


def stand_in(reason: object) -> None:
    """Record that the small encoder of lesson 10 stands in for this one, and say so once.

    Args:
        reason: why this one cannot be had.
    """
    small = tr("(lesson 10's small encoder, with the weights on record)", "（第 10 课有权重记录的小编码器）")
    samples.stand_in(registry.card("minilm"), reason, small)
