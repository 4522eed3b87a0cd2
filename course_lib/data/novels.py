"""The six novels of Jane Austen, chapter by chapter: prose of one author to model language on."""

from __future__ import annotations

import re
from functools import partial

from course_lib.base.errors import DataCorrupt
from course_lib.data import registry, samples, sources
from course_lib.data.documents import Documents, Novel
from course_lib.data.gate import Opened

# No chapter of hers is shorter; a table of contents would be.
_SHORTEST = 1_000
# Lines of prose are filled to some seventy characters.
_LONGEST_VERSE = 60

_BEGINS = re.compile(r"^\*\*\* ?START OF .*$", re.MULTILINE)
_ENDS = re.compile(r"^(\*\*\* ?END OF|End of (the )?Project Gutenberg)", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]*chapter (?:[ivxlc]+|\d+)\.?\]?[ \t]*$", re.MULTILINE | re.IGNORECASE)
_PICTURE = "[Illustration"
# What stands behind the last sentence of a novel, and what editors put between two chapters.
_AFTER = re.compile(r"(the end|finis)\.?|\*vide .*|a note on the text|chiswick press\W.*|transcriber.s note.*", re.I)
_BETWEEN = re.compile(
    r"volume [ivx]+\.?|end of (the )?\w+ volume\.?|\[.*\]|\[\d+\] .*|[* ]+", re.IGNORECASE | re.DOTALL
)
_NOTE = re.compile(r"\*|\[\d+\]")
_UNBROKEN = re.compile(r"(?<=\w-)\n(?=\w)|(?<=[^\s-]--)\n(?=[\w\"'])")
# Emphasis is written _so_, a blank in a name as ____.
_EMPHASIS = re.compile(r"(?<!_)_(?!_)([^_]*)_(?!_)")
# One way to write what editions write in several.
_PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "--", "\u00a0": " ", "\ufeff": None})


def load(sample: str = "fallback") -> Documents[Novel]:
    """Load the novels, in the order in which they were published.

    A chapter is text alone: headings, notes and pictures of the edition, marks of emphasis and the site's own pages are
    taken off; a paragraph is one line, so no word is broken at the end of one; quotation marks and dashes are written
    in one way. Lines of verse stay lines.

    Args:
        sample: what to do where they cannot be had: `"fallback"` takes the course's own tales and says so, `"never"`
            raises, `"only"` takes the tales in any case.

    Returns:
        The novels, each with `title`, `year`, `chapters` and `text`, and where they came from in `.source`.

    Raises:
        UsageError: if the choice of sample is unknown.
        DataUnavailable: with `sample="never"`, if they cannot be had.
        DataCorrupt: if a copy in `COURSE_DATA` is not the novel.

    Source: Project Gutenberg, numbers 161, 1342, 141, 158, 121 and 105.
    """
    card = registry.card("jane_austen")
    found = samples.published(card, sample, partial(sources.read_all, card, read))
    return _sample() if found is None else Documents(*found)


def _sample() -> Documents[Novel]:
    from course_lib.data import tales

    return tales.load()


def read(card: registry.Card, opened: Opened) -> Novel:
    """Read one novel in the form of Project Gutenberg, with or without its header and footer.

    Args:
        card: the card of the one file; its contents hold title, year and number of chapters.
        opened: the file.

    Raises:
        DataCorrupt: if it has another number of chapters, or one that is too short.
    """
    facts = card.contents[card.file.name]
    chapters = split(opened.text(), facts["chapters"])
    shortest = min(map(len, chapters), default=0)
    if len(chapters) != facts["chapters"] or shortest < _SHORTEST:
        raise DataCorrupt(
            f"{opened.path}: expected the {facts['chapters']} chapters of {facts['title']}, got {len(chapters)}, "
            f"the shortest of {shortest} characters"
        )
    return Novel(facts["title"], facts["year"], chapters)


def split(text: str, count: int) -> tuple[str, ...]:
    """The chapters of a novel.

    Args:
        text: the novel as Project Gutenberg publishes it.
        count: how many chapters it has: a table of contents may stand in front of them.

    Returns:
        That many chapters, or fewer if there are fewer headings.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_PLAIN)
    if begins := _BEGINS.search(text):
        text = text[begins.end() :]
    if ends := _ENDS.search(text):
        text = text[: ends.start()]
    # What stands before the first heading is no chapter.
    return tuple(map(_chapter, _HEADING.split(_without_pictures(text))[1:][-count:]))


def _without_pictures(text: str) -> str:
    """The text without [Illustration: …], which may hold brackets; a heading that is drawn in a picture stays."""
    kept, position = [], 0
    while (start := text.find(_PICTURE, position)) >= 0:
        depth, end = 0, start
        for end in range(start, len(text)):
            depth += {"[": 1, "]": -1}.get(text[end], 0)
            if not depth:
                break
        heading = _HEADING.search(text, start, end + 1)
        kept += [text[position:start], f"\n\n{heading[0]}\n\n" if heading else ""]
        position = end + 1
    return "".join([*kept, text[position:]])


def _chapter(text: str) -> str:
    paragraphs: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text):
        paragraph = _paragraph(block)
        if _AFTER.fullmatch(paragraph.split("\n")[0]):
            break
        if not paragraph or _BETWEEN.fullmatch(paragraph):
            continue
        if paragraphs and paragraph[0].islower() and paragraphs[-1][-1].isalpha():
            # A picture stood in the middle of a sentence.
            paragraphs[-1] += f" {paragraph}"
        else:
            paragraphs.append(_NOTE.sub("", paragraph))
    return "\n\n".join(paragraphs)


def _paragraph(block: str) -> str:
    lines = [" ".join(line.split()) for line in block.split("\n") if line.strip()]
    joined = "\n".join(lines)
    if not all(re.match(r"\W*[A-Z]", line) and len(line) < _LONGEST_VERSE for line in lines):
        # It is prose; what ends in a hyphen or a dash goes on without a space.
        joined = _UNBROKEN.sub("", joined).replace("\n", " ")
    return _EMPHASIS.sub(r"\1", joined)
