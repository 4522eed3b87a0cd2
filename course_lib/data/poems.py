"""Chinese poems of the Tang and the Song: short documents of strict form, to model language on by characters."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import partial
from itertools import combinations

from course_lib.base.errors import DataCorrupt, UsageError
from course_lib.data import registry, samples, sources
from course_lib.data.documents import Documents, Poem
from course_lib.data.gate import Opened
from course_lib.data.groups import connected

KINDS = {"ci": "song_ci", "shi": "tang_shi", "tang300": "tang_300"}

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_SIGNS = "。，、？！；：《》“”「」『』\n"
_GAP = "□"
# A character that the editors set right.
_MENDED = re.compile(r"\[(.)\]")
_RUN = re.compile(f"{_HAN.pattern}+")
# What two poems share is no accident if it is a line of so many characters, or two clauses of so many.
_LINE = 10
_CLAUSE = 5


def load(kind: str = "ci", sample: str = "fallback") -> Documents[Poem]:
    """Load poems, in the order of the collection.

    Records with a mark for a lost character (□) are left out, those in which something else stands that is neither a
    Chinese character nor a sign (Cyrillic, kana, brackets, dots for what is missing), and of records with the same
    characters all but the first; `.left_out` counts them.

    Args:
        kind: `"ci"` of the Song, to given tunes, in simplified script; `"shi"` of the Tang, in traditional script;
            `"tang300"`, the Three Hundred Tang Poems, in traditional script.
        sample: what to do where they cannot be had: `"fallback"` takes the course's own quatrains (simplified script)
            and says so, `"never"` raises, `"only"` takes the quatrains in any case.

    Returns:
        The poems, each with `title`, `author`, `lines` and `text`, and where they came from in `.source`.

    Raises:
        UsageError: if the kind or the choice of sample is unknown.
        DataUnavailable: with `sample="never"`, if they cannot be had.
        DataCorrupt: if a copy in `COURSE_DATA` is not of this form.

    Source: github.com/chinese-poetry/chinese-poetry.
    """
    sources.choice(kind, "kind", tuple(KINDS))
    card = registry.card(KINDS[kind])
    found = samples.published(card, sample, partial(sources.read_all, card, read))
    if found is None:
        return _sample()
    parts, source = found
    return _selected((poem for part in parts for poem in part), source)


def read(card: registry.Card, opened: Opened) -> list[Poem]:
    """Read every record of one file.

    Args:
        card: the card of the one file.
        opened: the file: a JSON list of records with `author`, `paragraphs`, and `title` or `rhythmic`.

    Raises:
        DataCorrupt: if it is not of this form.
    """
    records = json.loads(opened.text())
    try:
        poems = [_poem(record) for record in records]
    except (KeyError, TypeError, AttributeError) as problem:
        raise DataCorrupt(
            f"{opened.path}: expected records with author, title or rhythmic, and paragraphs; {problem!r}"
        ) from problem
    if not poems:
        raise DataCorrupt(f"{opened.path}: expected poems, got none")
    return poems


def _poem(record: dict) -> Poem:
    title = record["title"] if "title" in record else record["rhythmic"]
    lines = (_MENDED.sub(r"\1", line.strip()) for line in record["paragraphs"])
    return Poem(title.strip(), record["author"].strip(), tuple(lines))


def _selected(records: Iterable[Poem], source: str) -> Documents[Poem]:
    kept: dict[str, Poem] = {}
    left_out = {"gaps": 0, "damaged": 0, "empty": 0, "repeated": 0}
    for poem in records:
        key = characters(poem.text)
        if _GAP in poem.text:
            left_out["gaps"] += 1
        elif not set(_HAN.sub("", poem.text)) <= set(_SIGNS):
            left_out["damaged"] += 1
        elif not key:
            left_out["empty"] += 1
        elif key in kept:
            left_out["repeated"] += 1
        else:
            kept[key] = poem
    return Documents(kept.values(), source, left_out)


def _sample() -> Documents[Poem]:
    from course_lib.data import quatrains

    return quatrains.load()


def characters(text: str) -> str:
    """The Chinese characters of a text, without punctuation.

    Args:
        text: a poem or a part of it.
    """
    return "".join(_HAN.findall(text))


def split(
    poems: Documents[Poem], validation: float = 0.05, test: float = 0.05
) -> tuple[Documents[Poem], Documents[Poem], Documents[Poem]]:
    """Split poems by what stands in them: the same poem falls into the same part in every run and every selection.

    Poems that share a line of ten characters or more, or two clauses of five or more, stay in one part, since one is
    another version of the other or quotes it. What two parts may still share are single clauses and phrases, and a few
    versions in which other characters stand in almost every clause: of the real ones, 3 in 1,960 ci and 3 in 934 shi
    that are held out have three tenths of their runs of three characters in common with a poem to train on.

    Args:
        poems: the poems.
        validation: the share of the second part, about.
        test: the share of the third part, about.

    Returns:
        Training, validation and test part, each in the order of `poems`.

    Raises:
        UsageError: if a share is not above 0, or none is left to train on.
    """
    for name, share in (("validation", validation), ("test", test)):
        if not 0 < share < 1:
            raise UsageError(f"{name} is {share!r}; allowed: a number between 0 and 1")
    if validation + test >= 1:
        raise UsageError(f"validation and test are {validation!r} and {test!r}; allowed: less than 1 together")
    parts: tuple[list[int], ...] = ([], [], [])
    for group in _groups(poems):
        # The smallest text stands for the group, whatever the order.
        point = _point(min(characters(poems[index].text) for index in group))
        parts[1 if point < validation else 2 if point < validation + test else 0].extend(group)
    return tuple(Documents((poems[index] for index in sorted(part)), poems.source) for part in parts)


def _point(text: str) -> float:
    """A number from 0 to 1 that depends on the text alone, as if drawn by lot."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64


def _groups(poems: Documents[Poem]) -> list[list[int]]:
    """The indices of poems that hang together, by one long line or by two clauses."""
    lines = [{line for line in map(characters, poem.lines) if len(line) >= _LINE} for poem in poems]
    clauses = [{clause for clause in _RUN.findall(poem.text) if len(clause) >= _CLAUSE} for poem in poems]
    counts = Counter(clause for of in clauses for clause in of)
    shared = (sorted(clause for clause in of if counts[clause] > 1) for of in clauses)
    return connected([*of, *combinations(two, 2)] for of, two in zip(lines, shared, strict=True))
