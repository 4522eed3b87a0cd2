"""Proves that a lesson's time follows its source, that every lesson says where to stop, and that no time is made up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course_lib.publishing import source
from course_lib.publishing.effort import (
    CHARACTERS_A_MINUTE,
    CODE,
    FORMULA,
    PREDICTION,
    QUIZ,
    WORDS_A_MINUTE,
    cell_minutes,
    duration,
    effort,
    reading_minutes,
)  # fmt: skip
from course_lib.publishing.lesson import Chapter
from course_lib.publishing.notebooks import OPENING_ID, notebook
from course_lib.publishing.site import lessons as pages_of_lessons
from course_lib.publishing.site import texts
from tests import lessons

ROOT = Path(__file__).resolve().parents[2]
SECTIONS = """
# %% [markdown] id="{id}" lang="en"{tag}
# ## {number} · Title
#
# {words}
# %% [markdown] id="{id}" lang="zh" of="{digest}"{tag}
# ## {number} · 标题
#
# {characters}
"""


def section(number: int, words: int, characters: int, tag: str = ' tags=["stop"]') -> str:
    """The source of a section with so many words and Chinese characters, its head included."""
    english = " ".join(["word"] * (words - 1))
    return SECTIONS.format(
        id=f"s{number}",
        number=number,
        words=english,
        characters="字" * (characters - 2),
        digest=source.digest(f"## {number} · Title\n\n{english}"),
        tag=tag,
    )


@pytest.fixture
def lesson(tmp_path: Path) -> Callable[[str], Chapter]:
    """A lesson whose title has no word, and what is added to it."""

    def made(added: str) -> Chapter:
        path = tmp_path / "98_length.py"
        title = '# %% [markdown] id="title" lang="en"\n# # 98\n'
        title += f'# %% [markdown] id="title" lang="zh" of="{source.digest("# 98")}"\n# # 98\n'
        path.write_text(title + added, encoding="utf-8")
        return source.parse(path)

    return made


@pytest.mark.parametrize(
    ("text", "words", "characters"),
    [
        ("Three *plain* words.", 3, 0),
        ("don't, state-of-the-art, Keras3", 3, 0),
        ("先**分词**，再用 Keras 统计。", 1, 7),
        ("Let $a + b$ be\n\n$$ long = formula $$\n\nhere.", 3, 0),
        ("See [the page](https://example.org/a/b) or https://example.org now.", 5, 0),
        ("Before\n\n```python\ncode = here\n```\n\nafter <sub>low</sub>, a < b > c.", 6, 0),
        ("2,024 and 3.5", 1, 0),
        ("| a | b |\n|---|--:|\n| 甲 | 乙 |", 2, 2),
    ],
    ids=["words", "joined", "chinese", "formulas", "addresses", "code", "numbers", "table"],
)
def test_what_is_read_is_counted_and_nothing_else(text: str, words: int, characters: int) -> None:
    assert reading_minutes(text) == pytest.approx(words / WORDS_A_MINUTE + characters / CHARACTERS_A_MINUTE)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_cell_takes_what_its_kind_takes(chapter: Chapter, language: str) -> None:
    read = {cell.id: reading_minutes(cell.texts[language]) for cell in chapter.cells if cell.kind == "markdown"}
    assert cell_minutes(chapter.cell("share"), language) == read["share"] + FORMULA
    assert cell_minutes(chapter.cell("two-sentences"), language) == CODE
    assert cell_minutes(chapter.cell("predict-more"), language) == read["predict-more"] + PREDICTION
    assert cell_minutes(chapter.cell("twice"), language) == 0  # folded
    assert cell_minutes(chapter.cell("ex1"), language) == 10
    assert cell_minutes(chapter.cell("ex1-check"), language) == 0
    quizzes = [cell for cell in chapter.cells if "quiz" in cell.tags]
    assert quizzes
    for cell in quizzes:
        assert cell_minutes(cell, language) == read[cell.id] + QUIZ


def test_the_minutes_of_a_lesson_follow_its_words(lesson: Callable[[str], Chapter]) -> None:
    short = lesson(section(1, 10 * WORDS_A_MINUTE, 20 * CHARACTERS_A_MINUTE, tag=""))
    assert [effort(short, language).minutes for language in ("en", "zh")] == [10, 20]
    long = lesson(section(1, 30 * WORDS_A_MINUTE, 60 * CHARACTERS_A_MINUTE, tag=""))
    assert [effort(long, language).minutes for language in ("en", "zh")] == [30, 60]


def test_the_sittings_make_up_the_lesson_and_are_told_at_its_head_and_where_they_end(
    lesson: Callable[[str], Chapter],
) -> None:
    rate = WORDS_A_MINUTE
    three = lesson(
        section(1, 30 * rate, 300, tag="") + section(2, 15 * rate, 300, tag="") + section(3, 50 * rate, 300)
        + section(4, 70 * rate, 300) + section(5, 5 * rate, 300, tag="")
    )  # fmt: skip
    found = effort(three, "en")
    assert [(one.cell, one.first, one.last, one.minutes) for one in found.sittings] == [
        ("title", 1, 2, 45),
        ("s3", 3, 3, 50),
        ("s4", 4, 5, 75),
    ]
    assert found.minutes == 170
    made = notebook(three, "en")
    cells = {cell.id: cell.source for cell in made.cells}
    assert cells[OPENING_ID].startswith(
        "**Time:** about 2 h 50 min to read and to work through. "
        "In three sittings: sections 1–2, 45 min; section 3, 50 min; sections 4–5, 1 h 15 min."
    )
    ids = [cell.id for cell in made.cells]
    assert ids.index("course-stop-1") + 1 == ids.index("s3") and ids.index("course-stop-2") + 1 == ids.index("s4")
    assert "About 45 min lie behind you. The next sitting, section 3, takes about 50 min" in cells["course-stop-1"]
    assert "About 1 h 35 min lie behind you. The next sitting, sections 4–5" in cells["course-stop-2"]
    assert made.metadata["course"]["minutes"] == 170
    shown = {cell.id: cell.source for cell in pages_of_lessons.page(notebook(three, "en", "solution"), None).cells}
    assert shown["course-stop-1"].startswith('<div class="course-stop" id="c98-course-stop-1">')
    chinese = {cell.id: cell.source for cell in notebook(three, "zh").cells}
    assert "可以分三次学：第 1–2 节，5 分钟；第 3 节，5 分钟；第 4–5 节，5 分钟。" in chinese[OPENING_ID]
    assert "下一次学第 4–5 节，约 5 分钟。" in chinese["course-stop-2"]


def test_the_start_page_tells_the_time_of_each_lesson_and_how_it_is_computed() -> None:
    written = lessons.lesson(lessons.SLUGS[0])
    pages, times = {}, {}
    for language in ("en", "zh"):
        made = texts.Lesson.of(notebook(written, language, "solution"))
        pages[language] = texts.render(texts.Site(language, [made]))["index"]
        times[language] = duration(effort(written, language).minutes, language)
    assert f"takes about {times['en']}</p>" in pages["en"] and f"学习约需 {times['zh']}</p>" in pages["zh"]
    assert f"{WORDS_A_MINUTE} words are read in a minute" in pages["en"]
    assert f"每分钟读 {CHARACTERS_A_MINUTE} 个汉字" in pages["zh"]


@pytest.mark.parametrize(
    ("minutes", "english", "chinese"),
    [(50, "50 min", "50 分钟"), (60, "1 h", "1 小时"), (185, "3 h 5 min", "3 小时 5 分钟"), (0, "0 min", "0 分钟")],
)
def test_a_duration_is_said_as_readers_say_it(minutes: int, english: str, chinese: str) -> None:
    assert (duration(minutes, "en"), duration(minutes, "zh")) == (english, chinese)


@pytest.mark.parametrize("slug", lessons.SLUGS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_lesson_has_two_or_three_places_to_stop_and_sittings_one_can_sit_through(
    slug: str, language: str
) -> None:
    lesson = lessons.lesson(slug)
    found = effort(lesson, language)
    assert 3 <= len(found.sittings) <= 4
    assert all(30 <= sitting.minutes <= 100 for sitting in found.sittings)
    assert found.exercises == sum(cell.minutes for cell in lesson.cells if cell.minutes)
    following = zip(found.sittings, found.sittings[1:], strict=False)
    assert all(one.last + 1 == other.first for one, other in following)


# A number of minutes or hours in a sentence about a lesson, its page or a run of it: those numbers are computed or
# measured, stand at the lesson's head, and nobody keeps a copy of them up to date.
DURATION = re.compile(
    r"\b(?:an?|one|two|three|four|five|ten|twenty|thirty|\d+)(?:(?: or | to |[–～-])\w+)? (?:min|minutes?|hours?)\b"
    r"|half an hour|(?:[一二两三四五六七八九十几半\d]|\d[–～~-]\d+)\s*个?多?\s*(?:分钟|小时)"
)
ABOUT = re.compile(r"`quick`|`full`|lesson|chapter|page|laptop|两核|本课|每课|一课|每章|页|当场|笔记本电脑")


def made_up(text: str) -> Iterator[str]:
    """The sentences that promise a time."""
    for sentence in re.split(r"(?<=[.;:!?])\s+|[。；：！？]|\n\n|\n(?=[-|#])", text):
        joined = " ".join(sentence.split())
        if DURATION.search(joined) and ABOUT.search(joined):
            yield joined


def test_no_duration_is_written_by_hand() -> None:
    found = [
        f"{lesson.slug}, {cell.id}: {sentence}"
        for lesson in lessons.lessons()
        for cell in lesson.cells
        for text in cell.texts.values()
        for sentence in made_up(text)
    ]
    pages = ROOT / "course_lib" / "publishing" / "site" / "templates" / "pages"
    for path in (ROOT / "README.md", *pages.glob("*.md")):
        found += [f"{path.name}: {sentence}" for sentence in made_up(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    "sentence",
    [
        "A lesson takes 45 to 90 minutes.",
        "每一课大约需要 45～90 分钟。",
        "`quick` takes about a minute on two cores.",
        "`quick` 在两核机器上大约一分钟跑完。",
        "trained on the page in a\nminute or two",
        "这一页全部的计算，一分钟左右就跑完了。",
    ],
)
def test_a_duration_that_was_written_by_hand_is_found(sentence: str) -> None:
    assert list(made_up(sentence))
