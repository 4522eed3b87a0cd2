"""Proves that a lesson's source is read as it is meant: the cells that jupytext reads, with exact lines and hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import jupytext
import pytest

from course_lib.base.errors import SourceError, UsageError
from course_lib.publishing import source
from course_lib.publishing.lesson import Chapter

IDS = [
    "counting",
    "two-sentences",
    "share",
    "ex1",
    "ex1-check",
    "predict-more",
    "twice",
    "ex2",
    "ex2-check",
    "quiz-share",
]


def test_a_lesson_is_read_cell_by_cell_in_its_order(chapter: Chapter):
    assert [cell.id for cell in chapter.cells] == IDS
    assert (chapter.number, chapter.slug) == (99, "99_counting")
    assert chapter.title == {"en": "Counting words", "zh": "数词"}
    assert chapter.cell("two-sentences").code.startswith('sentences = ["one good film"')
    assert chapter.cell("two-sentences").code.endswith("+ 1")
    assert chapter.cell("counting").texts["zh"].endswith("用 **N** 表示文本长度。")
    assert chapter.cell("predict-more").tags == ("predict",)


def test_an_exercise_and_its_solution_are_one_cell(chapter: Chapter):
    exercise = chapter.cell("ex2")
    assert (exercise.number, exercise.difficulty, exercise.minutes) == ("99.2", 1, 1)
    assert "NotImplementedError" in exercise.code
    assert exercise.solution == "def longest(words):\n    return max(words, key=len)"
    assert chapter.cell("ex1").number == "99.1"
    assert chapter.cell("twice").number is None


def test_every_line_number_is_the_line_of_the_content(chapter: Chapter, lesson_text: str):
    lines = lesson_text.split("\n")
    for cell in chapter.cells:
        for form, line in cell.lines.items():
            if cell.kind == "markdown":
                assert lines[line - 1] == "# " + cell.texts[form].split("\n")[0]
            else:
                assert lines[line - 1] == (cell.code if form == "code" else cell.solution).split("\n")[0]
        assert f'id="{cell.id}"' in lines[cell.line - 1]


def test_jupytext_reads_the_same_cells_and_the_same_texts(path: Path, chapter: Chapter, lesson_text: str):
    theirs = [
        (cell.metadata.get("id") or cell.id, cell.metadata.get("lang"), cell.metadata.get("tags", []), cell.source)
        for cell in jupytext.reads(lesson_text, fmt="py:percent").cells
    ]
    ours = []
    for cell in chapter.cells:
        tags = list(cell.tags)
        if cell.kind == "markdown":
            ours += [(cell.id, language, tags, cell.texts[language]) for language in ("en", "zh")]
        else:
            ours.append((cell.id, None, tags, cell.code))
            if cell.solution is not None:
                ours.append((cell.id, None, ["solution"], cell.solution))
    assert theirs[1:] == ours, "all but the note to authors, which jupytext takes for a cell"


def test_the_hash_is_of_the_bare_english_text(lesson_text: str):
    block = lesson_text.split('id="share" lang="en"\n')[1].split("# %%")[0]
    bare = "\n".join(line[2:] for line in block.split("\n")).strip()
    expected = hashlib.sha256(bare.encode("utf-8")).hexdigest()[:8]
    assert f'id="share" lang="zh" of="{expected}"' in lesson_text
    assert source.digest(bare) == source.digest(f"\n{bare}\n\n") == expected


def test_a_note_before_the_first_cell_is_no_part_of_the_lesson(chapter: Chapter, lesson_text: str):
    assert lesson_text.startswith("# A lesson for the tests")
    assert all("A lesson for the tests" not in text for cell in chapter.cells for text in cell.texts.values())


def test_comments_after_the_code_of_a_cell_belong_to_it(chapter: Chapter):
    assert chapter.cell("ex1-check").code.endswith("# The check tries a word that never occurs.")


@pytest.mark.parametrize("form", ["windows line ends", "byte-order mark"])
def test_other_line_ends_and_a_byte_order_mark_change_nothing(
    form: str, path: Path, chapter: Chapter, lesson_text: str
):
    text = lesson_text.replace("\n", "\r\n") if form == "windows line ends" else "\ufeff" + lesson_text
    path.write_bytes(text.encode("utf-8"))
    assert source.parse(path) == chapter


def test_all_problems_of_a_file_are_told_at_once_in_the_order_of_its_lines(path: Path, change: Callable[..., int]):
    last = change('tags=["fold"]', 'tags=["flod"]')
    first = change("How often does a word occur?", "How often is a word there?")
    found = source.problems(path)
    assert [problem.line for problem in found] == [first + 1, last]
    with pytest.raises(SourceError) as raised:
        source.parse(path)
    assert str(raised.value) == "\n".join(f"{path.as_posix()}:{problem.line}: {problem.message}" for problem in found)
    assert (raised.value.path, raised.value.line, raised.value.exit_code) == (Path(path), first + 1, 1)


def test_a_path_below_the_working_folder_is_told_as_one_would_type_it(
    root: Path, change: Callable[..., int], monkeypatch: pytest.MonkeyPatch
):
    line = change('tags=["fold"]', 'tags=["flod"]')
    monkeypatch.chdir(root)
    with pytest.raises(SourceError, match=rf"^chapters/99_counting\.py:{line}: unknown tag 'flod'"):
        source.parse(root / "chapters" / "99_counting.py")


def test_a_lesson_that_is_well_has_no_problems(path: Path):
    assert source.problems(path) == []


def test_chapters_come_in_the_order_of_their_numbers(root: Path, lesson_text: str):
    other = lesson_text.replace("99.", "02.")
    (root / "chapters" / "02_zebras.py").write_text(other, encoding="utf-8")
    assert [lesson.slug for lesson in source.chapters(root / "chapters")] == ["02_zebras", "99_counting"]
    assert list(source.chapter_paths(root / "chapters")) == [2, 99]


def test_two_chapters_of_one_number_are_told(root: Path, path: Path):
    (root / "chapters" / "99_again.py").write_bytes(path.read_bytes())
    with pytest.raises(SourceError, match=r"99_counting\.py:1: chapter 99 is 99_again\.py already"):
        source.chapters(root / "chapters")


@pytest.mark.parametrize("name", ["counting.py", "7_counting.py", "07-counting.py", "07_Counting.py", "07_.py"])
def test_a_file_of_another_name_is_told(name: str, root: Path, path: Path):
    path.rename(root / "chapters" / name)
    with pytest.raises(SourceError, match=r":1: a chapter's file is named with two digits"):
        source.chapters(root / "chapters")


def test_problems_of_several_files_are_told_together(root: Path, path: Path, lesson_text: str):
    (root / "chapters" / "02_zebras.py").write_text(lesson_text, encoding="utf-8")
    path.write_text(lesson_text.replace('tags=["fold"]', 'tags=["flod"]'), encoding="utf-8")
    with pytest.raises(SourceError) as raised:
        source.chapters(root / "chapters")
    assert "02_zebras.py" in str(raised.value), "its checks ask for exercise 99.1"
    assert "99_counting.py" in str(raised.value)


def test_an_unknown_cell_is_told_with_those_there_are(chapter: Chapter):
    with pytest.raises(UsageError, match=r"unknown cell 'sharing'; allowed: counting, two-sentences"):
        chapter.cell("sharing")


class TestAccept:
    """`accept` mends the hash of one translation and nothing else."""

    def test_a_stale_translation_is_accepted(self, path: Path, change: Callable[..., int]):
        line = change("How often does a word occur?", "How often is a word there?")
        (problem,) = source.problems(path)
        assert problem.line == line + 1
        value = source.accept(path, "counting")
        assert source.problems(path) == []
        assert f'id="counting" lang="zh" of="{value}"' in path.read_text(encoding="utf-8")

    def test_a_translation_without_a_hash_gets_one(self, path: Path, lesson_text: str, change: Callable[..., int]):
        change(' of="f2f58384"', "")
        source.accept(path, "predict-more")
        assert path.read_text(encoding="utf-8") == lesson_text

    def test_every_other_byte_stays(self, path: Path, lesson_text: str):
        given = ("\ufeff" + lesson_text.replace("\n", "\r\n").replace('of="a06532be"', 'of="0"')).encode("utf-8")
        path.write_bytes(given)
        source.accept(path, "counting")
        assert path.read_bytes() == given.replace(b'of="0"', b'of="a06532be"')

    def test_a_file_with_other_problems_can_be_mended(self, path: Path, change: Callable[..., int]):
        change('tags=["fold"]', 'tags=["flod"]')
        change("How often does a word occur?", "How often is a word there?")
        source.accept(path, "counting")
        assert [problem.message.split(";")[0] for problem in source.problems(path)] == ["unknown tag 'flod'"]

    def test_a_cell_that_is_no_translation_is_told_with_those_that_are(self, path: Path, lesson_text: str):
        with pytest.raises(UsageError, match="'ex1'; allowed: counting, share, predict-more, quiz-share"):
            source.accept(path, "ex1")
        assert path.read_text(encoding="utf-8") == lesson_text
