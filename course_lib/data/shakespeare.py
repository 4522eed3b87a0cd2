"""Tiny Shakespeare: plays of Shakespeare as one text, the usual first data set of a language model of characters."""

from __future__ import annotations

from functools import partial

from course_lib.base.errors import DataCorrupt
from course_lib.data import registry, samples, sources
from course_lib.data.documents import Text
from course_lib.data.gate import Opened


def load(sample: str = "fallback") -> Text:
    """Load the plays: a speaker's name with a colon, what is said, an empty line.

    Args:
        sample: what to do where they cannot be had: `"fallback"` takes the course's own tales and says so, `"never"`
            raises, `"only"` takes the tales in any case.

    Returns:
        A string, with where it came from in `.source`.

    Raises:
        UsageError: if the choice of sample is unknown.
        DataUnavailable: with `sample="never"`, if they cannot be had.
        DataCorrupt: if the copy in `COURSE_DATA` is not the published file.

    Source: Andrej Karpathy, char-rnn (2015).
    """
    card = registry.card("tinyshakespeare")
    found = samples.published(card, sample, partial(sources.read, card, partial(read, card)))
    return _sample() if found is None else Text(*found)


def read(card: registry.Card, opened: Opened) -> str:
    """Read the published file.

    Args:
        card: its card.
        opened: the file.

    Raises:
        DataCorrupt: if it is another, but for the ends of its lines.
    """
    text = opened.text().replace("\r\n", "\n")
    if not opened.published and len(text) != card.file.size:
        raise DataCorrupt(f"{opened.path}: expected {card.file.size:,} characters, got {len(text):,}")
    return text


def _sample() -> Text:
    from course_lib.data import tales

    return Text("\n\n".join(tale.text for tale in tales.load()), "sample")
