"""How long a lesson takes: reading and working time, computed from its source at rates that are stated here alone.

Ordinary prose is read silently at some 240 English words a minute (M. Brysbaert, Journal of Memory and Language 109,
2019) and aloud at some 255 Chinese characters (S. Trauzettel-Klosinski and K. Dietz, Investigative Ophthalmology &
Visual Science 53, 2012). A text that one wants to be able to use is read more slowly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from course_lib.publishing.lesson import Cell, Chapter

WORDS_A_MINUTE = 150
CHARACTERS_A_MINUTE = 210
# Minutes for one of each: a displayed formula, a cell of code that is not folded, a question of the quiz, a prediction.
FORMULA, CODE, QUIZ, PREDICTION = 2.0, 2.0, 1.0, 2.0

# What a sitting begins with: a numbered section.
SECTION = re.compile(r"## (?P<number>\d+) · ")

_STEP = 5
_SKIPPED = re.compile(r"```.*?```|\$\$.*?\$\$|\$[^$]+\$|</?[a-zA-Z][^<>]*>|(?<=\])\([^)\s]*\)|https?://\S+", re.DOTALL)
_CHARACTER = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff][^\W_\u3400-\u9fff]*(?:['’-][^\W_\u3400-\u9fff]+)*")


@dataclass(frozen=True)
class Sitting:
    """A part of a lesson after which one may stop.

    Args:
        cell: the id of the cell it begins with.
        first: the number of its first section; 0 where sections have none.
        last: the number of its last section.
        minutes: how long it takes, a multiple of five.
    """

    cell: str
    first: int
    last: int
    minutes: int


@dataclass(frozen=True)
class Effort:
    """What a lesson asks of its reader.

    Args:
        sittings: its parts in order; one where nothing says where to stop.
        exercises: the stated minutes of its exercises, which are part of the sittings.
    """

    sittings: tuple[Sitting, ...]
    exercises: int

    @property
    def minutes(self) -> int:
        """The minutes of the whole lesson."""
        return sum(sitting.minutes for sitting in self.sittings)


def effort(chapter: Chapter, language: str) -> Effort:
    """Compute what a lesson asks of its reader.

    Args:
        chapter: the lesson.
        language: `"en"` or `"zh"`.

    Returns:
        Its sittings: each begins with a cell tagged `stop`, the first one with the lesson.
    """
    parts: list[list[Cell]] = [[]]
    for cell in chapter.cells:
        if "stop" in cell.tags:
            parts.append([])
        parts[-1].append(cell)
    sittings = []
    for part in parts:
        numbers = list(_sections(part))
        minutes = max(_STEP, _STEP * round(sum(cell_minutes(cell, language) for cell in part) / _STEP))
        sittings.append(Sitting(part[0].id, min(numbers, default=0), max(numbers, default=0), minutes))
    return Effort(tuple(sittings), sum(cell.minutes or 0 for cell in chapter.cells))


def cell_minutes(cell: Cell, language: str) -> float:
    """How many minutes a cell takes: its words, its formulas, and what there is to do in it."""
    if cell.kind == "code":
        if "exercise" in cell.tags:
            return float(cell.minutes or 0)
        # A check belongs to its exercise, and what is folded is not read.
        return 0.0 if {"check", "fold"} & set(cell.tags) else CODE
    text = cell.texts[language]
    minutes = reading_minutes(text) + FORMULA * (text.count("$$") // 2)
    return minutes + QUIZ * ("quiz" in cell.tags) + PREDICTION * ("predict" in cell.tags)


def reading_minutes(text: str) -> float:
    """How many minutes a passage of Markdown takes to read; formulas, code blocks and addresses are no words."""
    words = _SKIPPED.sub(" ", text)
    return len(_WORD.findall(words)) / WORDS_A_MINUTE + len(_CHARACTER.findall(words)) / CHARACTERS_A_MINUTE


def duration(minutes: int, language: str) -> str:
    """Minutes as a reader says them: `"50 min"`, `"1 h 5 min"`, `"3 小时"`."""
    hours, rest = divmod(minutes, 60)
    words = (" h", " min") if language == "en" else (" 小时", " 分钟")
    said = [f"{number}{word}" for number, word in zip((hours, rest), words, strict=True) if number]
    return " ".join(said) or f"0{words[1]}"


def said(found: Effort, language: str) -> str:
    """The sentence at a lesson's head: how long it takes, and in which sittings."""
    whole, exercises = duration(found.minutes, language), duration(found.exercises, language)
    if language == "en":
        sentence = f"**Time:** about {whole} to read and to work through"
        sentence += f", of which the exercises take {exercises}." if found.exercises else "."
    else:
        sentence = f"**学习时间：** 阅读加动手，约需 {whole}"
        sentence += f"，其中练习占 {exercises}。" if found.exercises else "。"
    if len(found.sittings) == 1:
        return sentence
    parts = [
        f"{_span(sitting, language)}{_COLON[language]}{duration(sitting.minutes, language)}"
        for sitting in found.sittings
    ]
    if language == "en":
        return f"{sentence} In {_COUNTED[len(parts)]} sittings: {'; '.join(parts)}."
    return f"{sentence}可以分{_COUNTED_ZH[len(parts)]}次学：{'；'.join(parts)}。"


def stop_note(found: Effort, place: int, language: str) -> str:
    """What stands before the sitting of this place: that one may stop here, and what comes next."""
    behind = duration(sum(sitting.minutes for sitting in found.sittings[:place]), language)
    following = found.sittings[place]
    ahead, span = duration(following.minutes, language), _span(following, language)
    if language == "en":
        return (
            f"**A good place to stop.** About {behind} lie behind you. The next sitting, {span}, takes about {ahead}. "
            "When you come back to the notebook, first run every cell above."
        )
    return (
        f"**不妨在这里歇一歇。** 到这里大约用了 {behind}。下一次学{span}，约 {ahead}。"
        "再打开笔记本时，请先把上面的每一格运行一遍。"
    )


_COUNTED = {2: "two", 3: "three", 4: "four", 5: "five"}
_COUNTED_ZH = {2: "两", 3: "三", 4: "四", 5: "五"}
_COLON = {"en": ", ", "zh": "，"}


def _span(sitting: Sitting, language: str) -> str:
    if language == "en":
        return f"sections {sitting.first}–{sitting.last}" if sitting.first < sitting.last else f"section {sitting.last}"
    return f"第 {sitting.first}–{sitting.last} 节" if sitting.first < sitting.last else f"第 {sitting.last} 节"


def _sections(cells: list[Cell]) -> Iterator[int]:
    for cell in cells:
        for line in cell.texts.get("en", "").split("\n"):
            if section := SECTION.match(line):
                yield int(section["number"])
