"""Proves that notebooks are valid, the same bytes from the same source, and alike in all that should be alike."""

from __future__ import annotations

import ast
import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from course_lib.base.errors import UsageError
from course_lib.publishing import source
from course_lib.publishing.effort import effort, said
from course_lib.publishing.lesson import Chapter
from course_lib.publishing.notebooks import EDITIONS, Publication, digest, notebook, to_bytes
from course_lib.publishing.pages import page

PUBLIC = Publication(
    "https://github.com/example/course@v1.0",
    {
        "99": {
            "quick": {"seconds": 45, "peak_memory_mb": 1100, "cores": 2},
            "full": {"seconds": 900, "peak_memory_mb": 2000, "cores": 8},
        }
    },
)
EVERY = [(language, edition) for language in ("en", "zh") for edition in EDITIONS]


@pytest.mark.parametrize(("language", "edition"), EVERY)
@pytest.mark.parametrize("publication", [None, PUBLIC])
def test_every_notebook_is_valid(chapter: Chapter, language: str, edition: str, publication: Publication | None):
    made = notebook(chapter, language, edition, publication)
    nbformat.validate(made)
    assert (made.nbformat, made.nbformat_minor) == (4, 5)
    nbformat.validate(page(notebook(chapter, language, "solution", publication)))


@pytest.mark.parametrize(("language", "edition"), EVERY)
def test_a_file_read_and_written_by_nbformat_stays_the_same(chapter: Chapter, language: str, edition: str):
    written = to_bytes(notebook(chapter, language, edition, PUBLIC))
    assert to_bytes(nbformat.reads(written.decode("utf-8"), as_version=4)) == written
    assert written.endswith(b"}\n") and b"\r" not in written


@pytest.mark.slow
def test_the_same_source_gives_the_same_bytes_in_another_process(path: Path, chapter: Chapter):
    code = (
        "import sys; from pathlib import Path; from course_lib.publishing import notebooks, source\n"
        f"made = notebooks.notebook(source.parse(Path({str(path)!r})), 'zh', 'solution')\n"
        "sys.stdout.buffer.write(notebooks.to_bytes(made))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "12345", "PYTHONUTF8": "1"},
    )
    assert run.stdout == to_bytes(notebook(chapter, "zh", "solution"))


def test_the_two_languages_have_the_same_cells_and_the_same_code_but_for_words(chapter: Chapter):
    for edition in EDITIONS:
        english, chinese = (notebook(chapter, language, edition) for language in ("en", "zh"))
        assert [cell.id for cell in english.cells] == [cell.id for cell in chinese.cells]
        for one, other in zip(english.cells, chinese.cells, strict=True):
            assert one.metadata.get("tags") == other.metadata.get("tags")
            if one.cell_type == "code" and one.id not in ("course-setup", "two-sentences", "ex1"):
                assert one.source == other.source


def test_the_editions_differ_in_the_exercises_alone(chapter: Chapter):
    student, solution = (notebook(chapter, "en", edition) for edition in EDITIONS)
    differing = [one.id for one, other in zip(student.cells, solution.cells, strict=True) if one.source != other.source]
    assert differing == ["ex1", "ex2"]
    stub, solved = (next(cell for cell in made.cells if cell.id == "ex1") for made in (student, solution))
    assert "NotImplementedError" in stub.source and stub.metadata.tags == ["exercise"]
    assert "words.count(word)" in solved.source and solved.metadata.tags == ["solution"]
    assert solved.metadata.course == {"exercise": "99.1", "stub": stub.source}


def test_no_student_edition_holds_a_solution(chapter: Chapter):
    for language in ("en", "zh"):
        assert b"words.count(word)" not in to_bytes(notebook(chapter, language, "student"))


def test_the_order_is_title_opening_setup_and_then_the_lesson(chapter: Chapter):
    made = notebook(chapter, "en")
    assert [cell.id for cell in made.cells][:4] == ["counting", "course-opening", "course-setup", "two-sentences"]
    assert made.cells[1].source == f"{said(effort(chapter, 'en'), 'en')}\n\n[中文版](../zh/99_counting.ipynb)"
    assert 'course_lib.start(chapter=99, language="en")' in made.cells[2].source


def test_the_opening_of_a_lesson_that_was_never_run_and_stands_alone_tells_its_time(chapter: Chapter):
    made = notebook(chapter, "zh", "solution", link_to_other=False)
    assert made.cells[1].source == said(effort(chapter, "zh"), "zh")


def test_the_opening_tells_what_a_run_costs_and_where_to_open_it(chapter: Chapter):
    assert notebook(chapter, "en", "student", PUBLIC).cells[1].source == (
        f"{said(effort(chapter, 'en'), 'en')}\n\n"
        "**Measured:** about 0.8 min and at most 1.1 GB of memory at the quick scale, on 2 cores; "
        "about 15 min and at most 2.0 GB of memory at the full scale, on 8 cores.\n\n"
        "[Open on Binder]"
        "(https://mybinder.org/v2/gh/example/course/v1.0?urlpath=course/en/lab/tree/chapters/en/99_counting.ipynb) · "
        "[Open on Colab](https://colab.research.google.com/github/example/course/blob/v1.0/chapters/en/99_counting.ipynb)"
        " · [Open on Kaggle](https://www.kaggle.com/kernels/welcome?src="
        "https://github.com/example/course/blob/v1.0/chapters/en/99_counting.ipynb)"
        " · [中文版](../zh/99_counting.ipynb)"
    )
    assert notebook(chapter, "zh", "student", PUBLIC).cells[1].source == (
        f"{said(effort(chapter, 'zh'), 'zh')}\n\n"
        "**实测：** quick 规模约 0.8 分钟，内存最多 1.1 GB（2 核）；full 规模约 15 分钟，内存最多 2.0 GB（8 核）。\n\n"
        "[在 Binder 上打开]"
        "(https://mybinder.org/v2/gh/example/course/v1.0?urlpath=course/zh/lab/tree/chapters/zh/99_counting.ipynb) · "
        "[在 Colab 上打开](https://colab.research.google.com/github/example/course/blob/v1.0/chapters/zh/99_counting.ipynb)"
        " · [在 Kaggle 上打开](https://www.kaggle.com/kernels/welcome?src="
        "https://github.com/example/course/blob/v1.0/chapters/zh/99_counting.ipynb)"
        " · [English edition](../en/99_counting.ipynb)"
    )


def test_a_course_that_is_not_on_github_gets_no_launch_links(chapter: Chapter):
    elsewhere = Publication("https://git.example.org/course", {})
    assert "Binder" not in notebook(chapter, "en", "student", elsewhere).cells[1].source


def test_an_exercise_is_headed_by_its_number_difficulty_and_minutes(chapter: Chapter):
    headers = {
        language: [cell.source for cell in notebook(chapter, language).cells if cell.id in ("course-ex1", "course-ex2")]
        for language in ("en", "zh")
    }
    assert headers["en"] == [
        "**Exercise 99.1** · difficulty ●●○ (2 of 3) · about 10 minutes",
        "**Exercise 99.2** · difficulty ●○○ (1 of 3) · about 1 minute",
    ]
    assert headers["zh"][0] == "**练习 99.1** · 难度 ●●○（2/3）· 约 10 分钟"


def test_folded_code_is_folded_in_lab_and_on_the_site(chapter: Chapter):
    folded = next(cell for cell in notebook(chapter, "en").cells if cell.id == "twice")
    assert folded.metadata == {"jupyter": {"source_hidden": True}, "tags": ["fold", "hide-input"]}


def test_nothing_in_a_notebook_tells_of_the_machine_that_built_it(chapter: Chapter):
    text = to_bytes(notebook(chapter, "en", "solution", PUBLIC)).decode("utf-8")
    metadata = json.loads(text)["metadata"]
    assert set(metadata) == {"course", "kernelspec", "language_info"}
    assert "version" not in metadata["language_info"]
    assert not any(word in text for word in (sys.prefix, str(Path.home()) + "/", sys.version.split()[0]))


@pytest.mark.parametrize(("language", "edition"), [("fr", "student"), ("en", "teacher")])
def test_an_unknown_language_or_edition_is_told(chapter: Chapter, language: str, edition: str):
    with pytest.raises(
        UsageError, match=r"unknown (language 'fr'; allowed: en, zh|edition 'teacher'; allowed: student)"
    ):
        notebook(chapter, language, edition)


def test_a_page_shows_the_stub_and_then_the_folded_solution(chapter: Chapter):
    executed = notebook(chapter, "zh", "solution")
    before = copy.deepcopy(executed)
    shown = page(executed)
    assert executed == before, "the notebook itself is left alone"
    at = [cell.id for cell in shown.cells].index("ex1")
    header, stub, solution = shown.cells[at - 2 : at + 1]
    assert header.id == "course-ex1"
    assert stub.cell_type == "markdown"
    assert stub.source.startswith("```python\ndef share(word, sentences):") and stub.source.endswith("Error\n```")
    assert "hide-input" in solution.metadata.tags
    assert solution.metadata.mystnb.code_prompt_show == "查看参考答案"
    assert [cell.source for cell in shown.cells if cell.cell_type == "code"] == [
        cell.source for cell in executed.cells if cell.cell_type == "code"
    ]


def test_a_stub_that_holds_a_fence_is_fenced_by_a_longer_one(path: Path, change: Callable[..., int]):
    change('"""The share of a word among all words."""', '"""\n    ```\n    share("a", b)\n    ```\n    """')
    shown = page(notebook(source.parse(path), "en", "solution"))
    stub = next(cell for cell in shown.cells if cell.id == "course-ex1-stub")
    assert stub.source.startswith("````python\n") and stub.source.endswith("\n````")


def test_the_digest_sees_every_change_of_a_cell_and_no_output(chapter: Chapter):
    made = notebook(chapter, "en")
    assert made.metadata.course.digest == digest(made.cells) == digest(json.loads(to_bytes(made))["cells"])
    changed = copy.deepcopy(made)
    changed.cells[3].outputs = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    changed.cells[3].execution_count = 1
    assert digest(changed.cells) == digest(made.cells)
    changed.cells[3].source += " "
    assert digest(changed.cells) != digest(made.cells)
    assert digest(made.cells[1:]) != digest(made.cells)


def test_every_code_cell_is_python(chapter: Chapter):
    for language, edition in EVERY:
        for cell in notebook(chapter, language, edition, PUBLIC).cells:
            if cell.cell_type == "code":
                ast.parse(cell.source)
