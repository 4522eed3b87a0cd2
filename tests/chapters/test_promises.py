"""What is promised is there: no prose and no page sends a reader to a lesson that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import lessons

ROOT = Path(__file__).resolve().parents[2]

# "lesson 04", "lessons 05, 06 and 07", "lessons 01–04"; 第 04 课, 第 05、06 课.
REFERENCE = re.compile(
    r"\blessons?\s+(?P<english>\d\d?(?!\d)(?:(?:, and|,| and| to|–|-)\s*\d\d(?!\d))*)"
    r"|第\s?(?P<chinese>\d\d?(?:\s?[、–和至到~～]\s?\d\d?)*)\s?课",
    re.IGNORECASE,
)
WORDS = {"nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14}
WORDS |= {"九": 9, "十": 10, "十一": 11, "十二": 12, "十三": 13, "十四": 14}
COUNT = re.compile(rf"\b({'|'.join(w for w in WORDS if w.isascii())}|\d+) lessons|(?<!第)(十[一二三四]?|九)课")


def pages() -> Iterator[Path]:
    """What a reader reads, and what it is made from."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "chapters").glob("*.py"))
    for suffix in ("py", "md", "html"):
        yield from sorted((ROOT / "course_lib").rglob(f"*.{suffix}"))


def promised(text: str) -> list[int]:
    """The numbers of lessons that a text names, and those that it counts up to."""
    found = []
    for match in REFERENCE.finditer(text):
        found += map(int, re.findall(r"\d+", match["english"] or match["chinese"]))
    for match in COUNT.finditer(text):
        word = match[1] or match[2]
        found.append(WORDS[word] if word in WORDS else int(word))
    return found


def test_no_page_names_a_lesson_that_does_not_exist():
    missing = {
        (path.relative_to(ROOT).as_posix(), number)
        for path in pages()
        for number in promised(path.read_text(encoding="utf-8"))
        if number not in lessons.NUMBERS
    }
    assert missing == set()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("see lesson 09", [9]),
        ("Lesson 11 measures it, with 200 steps", [11]),
        ("lessons 05, 06 and 10 go on; 3 do not", [5, 6, 10]),
        ("lessons 01–04", [1, 4]),
        ("a lesson\n10 pages long", [10]),
        ("twelve lessons in which", [12]),
        ("第 10 课会讲", [10]),
        ("第 05、06 课，第07–12课", [5, 6, 7, 12]),
        ("十二课。每个公式", [12]),
        ("第 3 节，共 200 步", []),
        ("less on 12", []),
    ],
)
def test_a_lesson_that_is_named_is_found(text, numbers):
    assert promised(text) == numbers
