"""Quatrains from the course's own grammar: Chinese verse of strict form, where real poems cannot be had."""

from __future__ import annotations

from pathlib import Path

from course_lib.base.errors import DataCorrupt
from course_lib.data import registry, samples, sources
from course_lib.data.documents import Documents, Poem
from course_lib.data.gate import Opened
from course_lib.data.grammar.draft import choose
from course_lib.data.quatrain_words import FRONTS, LINKS, OBJECTS, PLACES, RHYMES, SUBJECTS, TITLES, VERBS

COUNT = 480
AUTHOR = "本课程"

_HEADER = ("title", "author", "first", "second")
# The tones of the second, the fourth and the fifth place of each line of five; the other way round is the same with the
# couplets changed about. The second and the fourth line rhyme.
_TONES = (("仄", "平", "仄"), ("平", "仄", "平"), ("平", "仄", "仄"), ("仄", "平", "平"))
_OTHER = {"平": "仄", "仄": "平"}


def generate() -> list[Poem]:
    """Make every quatrain from the grammar, the same ones on every machine: five and seven characters in turn.

    Lines have their length, the second and the fourth rhyme by the rhyme book, and the tones of the even places and of
    the ends are those of the regulated quatrain. No line is in two poems.
    """
    poems: list[Poem] = []
    seen: set[str] = set()
    number = 0
    while len(poems) < COUNT:
        poem, lines = _quatrain(number, seven=len(poems) % 2 == 1)
        if seen.isdisjoint(lines) and len(set(lines)) == len(lines):
            seen.update(lines)
            poems.append(poem)
        number += 1
    return poems


def _quatrain(number: int, seven: bool) -> tuple[Poem, list[str]]:
    (rhyme,) = choose(RHYMES, 1, number, "rhyme")
    kinds = choose(RHYMES[rhyme], 2, number, "kinds")
    others = choose((kind for kind in SUBJECTS if kind not in kinds), 2, number, "others")
    # Each line is about something else, and no two end alike.
    about = (others[0], kinds[0], others[1], kinds[1])
    ends = _ends(rhyme, kinds, number)
    order = (0, 1, 2, 3) if number % 4 < 2 else (2, 3, 0, 1)
    tones = [_TONES[index] for index in order]
    lines = [
        _line(tones[place], about[place], ends[place // 2] if place % 2 else None, number, place) for place in range(4)
    ]
    if seven:
        fronts = {tone: choose(words.split(), 2, number, tone) for tone, words in FRONTS.items()}
        lines = [fronts[_OTHER[tones[place][0]]].pop() + lines[place] for place in range(4)]
    title = "".join(_one(words, number, "title", place) for place, words in enumerate(TITLES))
    return Poem(title, AUTHOR, (f"{lines[0]}，{lines[1]}。", f"{lines[2]}，{lines[3]}。")), lines


def _ends(rhyme: str, kinds: list[str], number: int) -> tuple[str, str]:
    first = _one(RHYMES[rhyme][kinds[0]], number, "end", 1)
    second = " ".join(end for end in RHYMES[rhyme][kinds[1]].split() if end != first)
    return first, _one(second, number, "end", 2)


def _line(tones: tuple[str, str, str], kind: str, end: str | None, number: int, place: int) -> str:
    """Subject, place and verb; or, where the line does not rhyme, half of the time subject, verb and object."""
    second, fourth, fifth = tones
    subject = _one(SUBJECTS[kind][second], number, "subject", place)
    if end is None and _one("place object", number, "form", place) == "object":
        return subject + _one(LINKS, number, "link", place) + _one(OBJECTS[fourth + fifth], number, "object", place)
    end = end or _one(VERBS[kind], number, "verb", place)
    return subject + _one(PLACES[fourth], number, "place", place) + end


def _one(words: str, *by: object) -> str:
    (chosen,) = choose(words.split(), 1, *by)
    return chosen


def write(path: Path | str) -> None:
    """Write the quatrains as tab-separated lines below a header, one poem a line.

    Args:
        path: the file; it is replaced if it is there.
    """
    samples.write_rows(path, [_HEADER, *((poem.title, poem.author, *poem.lines) for poem in generate())])


def load() -> Documents[Poem]:
    """Load the quatrains, in the order of the grammar.

    Returns:
        The poems, of the same form as real ones (`course_lib.data.documents.Poem`); their `source` is `"sample"`.

    Raises:
        DataCorrupt: if the file of the quatrains is not as `write` wrote it.
    """
    poems, _ = sources.read(registry.card("quatrains"), read)
    return Documents(poems, "sample")


def read(opened: Opened) -> list[Poem]:
    """Read the quatrains as `write` wrote them.

    Args:
        opened: the file.

    Raises:
        DataCorrupt: if it is not of this form.
    """
    header, *rows = [tuple(line.split("\t")) for line in opened.text().splitlines()] or [()]
    if header != _HEADER or not rows or any(len(row) != len(_HEADER) for row in rows):
        raise DataCorrupt(f"{opened.path}: expected the columns {', '.join(_HEADER)}")
    return [Poem(title, author, (first, second)) for title, author, first, second in rows]
