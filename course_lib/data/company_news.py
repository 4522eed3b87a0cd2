"""Sentences of financial news with the opinion that an investor would read in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from course_lib.base.errors import DataCorrupt
from course_lib.data import archives, registry, samples, sources
from course_lib.data.gate import Opened

LABELS = ("negative", "neutral", "positive")
AGREEMENTS = (50, 66, 75, 100)

_HEADER = ("label", "text")


@dataclass(frozen=True, eq=False)
class News:
    """Sentences and their labels.

    Args:
        texts: the sentences.
        labels: for each of them the place of its label in `LABELS`.
        source: `"folder"`, `"cache"`, `"download"` or `"sample"`.

    Shapes: labels (sentences,), int64.
    """

    texts: list[str]
    labels: np.ndarray
    source: str

    def subset(self, indices: np.ndarray) -> News:
        """Some of the sentences, in the order of the indices.

        Args:
            indices: their numbers.
        """
        return News([self.texts[index] for index in indices], self.labels[indices], self.source)

    def __len__(self) -> int:
        return len(self.texts)

    def __repr__(self) -> str:
        counts = ", ".join(f"{int((self.labels == place).sum()):,} {name}" for place, name in enumerate(LABELS))
        return f"News({counts}, source={self.source!r})"


def load(agreement: int = 50, seed: int = 0, sample: str = "fallback") -> News:
    """Load the Financial PhraseBank, in a random order that depends on the seed alone; a sentence comes once.

    Its licence does not allow commercial use, so a lesson never fetches it: whoever may use it runs `course data fetch
    financial_phrasebank`, or puts a copy into the folder `COURSE_DATA`.

    Args:
        agreement: how many of a hundred annotators, at least, gave the label: 50, 66, 75 or 100.
        seed: of the order.
        sample: what to do where it cannot be had: `"fallback"` takes the course's own invented sentences and says so,
            `"never"` raises, `"only"` takes these in any case.

    Raises:
        UsageError: if the agreement or the choice of sample is unknown.
        DataUnavailable: with `sample="never"`, if it cannot be had.
        DataCorrupt: if the copy in `COURSE_DATA` is not of this form.

    Source: Malo, Sinha, Korhonen, Wallenius and Takala, "Good debt or bad debt", JASIST 65(4), 2014.
    """
    sources.choice(agreement, "agreement", AGREEMENTS)
    card = registry.card("financial_phrasebank")
    found = samples.published(card, sample, partial(sources.read, card, partial(read, card)))
    if found is None:
        return _sample(seed)
    sentences, source = found
    return _table(sentences[agreement], source, seed)


def read(card: registry.Card, opened: Opened) -> dict[int, list[tuple[str, str]]]:
    """By agreement the sentences and labels of the published archive, or of a folder with its files.

    Args:
        card: its card, which says how many sentences there are.
        opened: the archive or the folder.

    Raises:
        DataCorrupt: if it is not of this form, or has another number of sentences.
    """
    found = {}
    for agreement in AGREEMENTS:
        name = f"Sentences_{'All' if agreement == 100 else agreement}Agree.txt"
        if opened.stream is None:
            content = (opened.path / name).read_bytes()
        else:
            content = archives.zip_file(opened, f"{card.contents['folder']}/{name}")
        found[agreement] = list(_pairs(content.decode("latin-1"), f"{opened.path}: {name}"))
        if len(found[agreement]) != (expected := card.contents[str(agreement)]):
            raise DataCorrupt(f"{opened.path}: {name}: expected {expected:,}, got {len(found[agreement]):,}")
    return found


def _pairs(text: str, place: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        sentence, _, label = line.strip().rpartition("@")
        if not sentence or label not in LABELS:
            raise DataCorrupt(f"{place}: expected a sentence, @ and one of {', '.join(LABELS)}: {line[:40]!r}")
        yield label, sentence.strip()


def sample_news(opened: Opened) -> list[tuple[str, str]]:
    """The course's own sentences: below a header, in each line a label and a text.

    Raises:
        DataCorrupt: if the file is not of this form.
    """
    header, *rows = [tuple(line.split("\t")) for line in opened.text().splitlines()] or [()]
    if header != _HEADER or any(len(row) != 2 or not all(row) or row[0] not in LABELS for row in rows):
        raise DataCorrupt(f"{opened.path}: expected the columns {', '.join(_HEADER)}")
    return [(label, text) for label, text in rows]


def _sample(seed: int) -> News:
    pairs, _ = sources.read(registry.card("company_news"), sample_news)
    return _table(pairs, "sample", seed)


def _table(pairs: list[tuple[str, str]], source: str, seed: int) -> News:
    # A few sentences stand there twice; on both sides of a split they would be known by heart.
    once = list({text: label for label, text in pairs}.items())
    order = np.random.default_rng(seed).permutation(len(once))
    labels = np.array([LABELS.index(once[place][1]) for place in order], dtype=np.int64)
    return News([once[place][0] for place in order], labels, source)
