"""Every lesson begins with questions that unfold and ends with two open exercises: what they hold, in both languages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from course_lib.publishing.lesson import Chapter
from tests import lessons

# The blank lines keep what is folded Markdown, with its formulas.
FOLDED = re.compile(r"<details><summary>(?P<question>.+?)</summary>\n\n(?P<answer>.+?)\n\n</details>", re.DOTALL)
PLACE = re.compile(r"\{\{(\d\d) ([\w-]+)\}\}")  # that the section is there, the build sees to
ELSEWHERE = re.compile(r"\]\(https://[^)]+\)")
BOX = {"need": 3, "back": 5}
FIRST_TO_COME_BACK = 3
PROJECTS = {4, 7, 8}


@pytest.fixture(params=lessons.SLUGS)
def chapter(request: pytest.FixtureRequest) -> Chapter:
    return lessons.lesson(request.param)


def folded(chapter: Chapter, cell_id: str, language: str) -> list[tuple[str, str]]:
    """The questions of a cell with their answers; an empty list where the lesson has no such cell."""
    if all(cell.id != cell_id for cell in chapter.cells):
        return []
    text = chapter.cell(cell_id).texts[language]
    found = [(match["question"], match["answer"]) for match in FOLDED.finditer(text)]
    assert len(found) == text.count("<details>"), f"{chapter.slug}, {cell_id}: a fold without question or answer"
    return found


def places(answer: str) -> list[int]:
    """The lessons to which an answer sends its reader."""
    return [int(number) for number, _ in PLACE.findall(answer)]


def questions(language: str) -> Iterator[tuple[str, str]]:
    """Every question of the boxes of the course, and every heading of an open exercise."""
    for chapter in lessons.lessons():
        for box in BOX:
            yield from ((chapter.slug, question) for question, _ in folded(chapter, box, language))
        for cell in chapter.cells:
            if cell.id.startswith("open-"):
                yield chapter.slug, cell.texts[language].split("\n", 1)[0].partition(" · ")[2]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_lesson_asks_at_its_head_for_three_things_it_needs_and_says_where_to_read_them(chapter, language):
    asked = folded(chapter, "need", language)
    assert len(asked) == BOX["need"]
    for question, answer in asked:
        assert places(answer) or ELSEWHERE.search(answer), question


@pytest.mark.parametrize("language", ["en", "zh"])
def test_from_the_third_on_a_lesson_comes_back_to_five_things_of_earlier_ones(chapter, language):
    asked = folded(chapter, "back", language)
    assert len(asked) == (BOX["back"] if chapter.number >= FIRST_TO_COME_BACK else 0)
    for question, answer in asked:
        assert [number for number in places(answer) if number < chapter.number], question


def test_the_boxes_stand_before_the_first_section(chapter):
    ids = [cell.id for cell in chapter.cells]
    boxes = [box for box in BOX if box in ids]
    assert ids[1 : 1 + len(boxes)] == boxes


def test_both_languages_send_to_the_same_sections(chapter):
    for box in BOX:
        sent = [[PLACE.findall(answer) for _, answer in folded(chapter, box, language)] for language in ("en", "zh")]
        assert sent[0] == sent[1]


def test_every_earlier_lesson_comes_back():
    """A lesson is asked about in the next box, and all but the newest ones again in a later one."""
    boxes = [lesson for lesson in lessons.lessons() if lesson.number >= FIRST_TO_COME_BACK]
    met: dict[int, list[int]] = {}
    for lesson in boxes:
        asked = {number for _, answer in folded(lesson, "back", "en") for number in places(answer)}
        before = max(other.number for other in lessons.lessons() if other.number < lesson.number)
        assert before in asked, lesson.slug
        for number in asked:
            met.setdefault(number, []).append(lesson.number)
    assert [number for number in range(1, boxes[-1].number - 2) if len(met[number]) < 2] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_lesson_has_two_open_exercises_with_a_worked_answer(chapter, language):
    for number in (1, 2):
        ((_, answer),) = folded(chapter, f"open-{number}", language)
        assert len(answer) > 100


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_question_is_asked_twice(language):
    counted = Counter(re.sub(r"\W+", "", question).lower() for _, question in questions(language))
    assert len(counted) > 8 * len(lessons.SLUGS) - 15
    assert [question for question, times in counted.items() if times > 1] == []


def test_a_project_is_offered_after_the_lessons_that_close_a_part():
    offered = {lesson.number for lesson in lessons.lessons() if any(cell.id == "project" for cell in lesson.cells)}
    assert offered == PROJECTS
    for lesson in lessons.lessons():
        if lesson.number in PROJECTS:
            assert lesson.cells[-1].id == "project"
