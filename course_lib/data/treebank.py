"""Chinese sentences in words as annotators cut them: the simplified GSD treebank of Universal Dependencies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from course_lib.base.errors import DataCorrupt
from course_lib.data import registry, samples, sources
from course_lib.data.gate import Opened

PARTS = ("dev", "test")

_HEADER = ("part", "words")


@dataclass(frozen=True, eq=False)
class Sentences:
    """Sentences with their words.

    Args:
        words: the words of each sentence, punctuation included.
        source: `"folder"`, `"cache"`, `"download"` or `"sample"`.
    """

    words: list[list[str]]
    source: str

    @property
    def texts(self) -> list[str]:
        """Each sentence without blanks between its words."""
        return ["".join(sentence) for sentence in self.words]

    def __len__(self) -> int:
        return len(self.words)

    def __repr__(self) -> str:
        return f"Sentences({len(self):,} sentences, {sum(map(len, self.words)):,} words, source={self.source!r})"


def load(part: str = "dev", sample: str = "fallback") -> Sentences:
    """Load the sentences of a part, in the order of the treebank: 500 each.

    Args:
        part: `"dev"`, to choose a segmenter on, or `"test"`, to score the chosen one on.
        sample: what to do where the treebank cannot be had: `"fallback"` takes the course's own sentences (30 a part)
            and says so, `"never"` raises, `"only"` takes these in any case.

    Raises:
        UsageError: if the part or the choice of sample is unknown.
        DataUnavailable: with `sample="never"`, if the treebank cannot be had.
        DataCorrupt: if the copy in `COURSE_DATA` is not of this form.

    Source: UD Chinese GSDSimp, universaldependencies.org; CC BY-SA 4.0.
    """
    sources.choice(part, "part", PARTS)
    card = registry.card("gsd_simplified")
    of_part = card.parts[PARTS.index(part)]
    found = samples.published(card, sample, partial(sources.read, of_part, partial(read, of_part)))
    return _sample(part) if found is None else Sentences(*found)


def read(card: registry.Card, opened: Opened) -> list[list[str]]:
    """The words of each sentence of a file in the CoNLL-U format.

    Args:
        card: the card of the one file, which says how many sentences there are.
        opened: the file: a line for each word, with its number and its form in the first two of ten columns; lines
            that begin with # tell of a sentence, an empty line ends it.

    Raises:
        DataCorrupt: if it is not of this form, or has another number of sentences.
    """
    sentences: list[list[str]] = [[]]
    for number, line in enumerate(opened.text().split("\n"), start=1):
        if line.startswith("#"):
            continue
        if not line:
            if sentences[-1]:
                sentences.append([])
            continue
        fields = line.split("\t")
        if len(fields) != 10 or not fields[1] or fields[1].split() != [fields[1]]:
            raise DataCorrupt(f"{opened.path}: line {number}: expected a word in ten columns, got {line[:60]!r}")
        if fields[0].isdecimal():  # others number what several words are written as, or what is not written at all
            sentences[-1].append(fields[1])
    sentences = [sentence for sentence in sentences if sentence]
    if len(sentences) != card.contents["sentences"]:
        raise DataCorrupt(f"{opened.path}: expected {card.contents['sentences']:,} sentences, got {len(sentences):,}")
    return sentences


def sample_sentences(opened: Opened) -> dict[str, list[list[str]]]:
    """The course's own sentences by part: below a header, a part and words with blanks between them in each line.

    Raises:
        DataCorrupt: if the file is not of this form.
    """
    header, *rows = [tuple(line.split("\t")) for line in opened.text().splitlines()] or [()]
    if header != _HEADER or any(len(row) != 2 or row[0] not in PARTS or not row[1].strip() for row in rows):
        raise DataCorrupt(f"{opened.path}: expected the columns {', '.join(_HEADER)}, the first of {', '.join(PARTS)}")
    return {part: [row[1].split() for row in rows if row[0] == part] for part in PARTS}


def _sample(part: str) -> Sentences:
    words, _ = sources.read(registry.card("segmented"), sample_sentences)
    return Sentences(words[part], "sample")
