"""What a reader has done is told from saved notebooks: what is solved, what to repeat, and what was never run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from course_lib import check
from course_lib.base.errors import UsageError
from course_lib.classroom import progress

from .conftest import ROOT


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    """Lesson 05 in which cells were run up to the third check: solved, a hint, a stub."""
    book = json.loads((ROOT / "chapters" / "en" / "05_attention.ipynb").read_text(encoding="utf-8"))
    answers = {"ex1-check": lambda q, k: q @ k.T, "ex2-check": None, "ex3-check": cut}
    for count, cell in enumerate(cell for cell in book["cells"] if cell["cell_type"] == "code"):
        cell["execution_count"] = count + 1
        if cell["id"] in answers:
            function = answers[cell["id"]] or stub
            said = check(f"05.{cell['id'][2]}", function)._repr_mimebundle_()
            cell["outputs"] = [{"output_type": "execute_result", "data": said, "metadata": {}, "execution_count": 1}]
        if cell["id"] == "ex3-check":
            break
    (tmp_path / "05_attention.ipynb").write_text(json.dumps(book), encoding="utf-8")
    (tmp_path / "other.ipynb").write_text("{", encoding="utf-8")
    return tmp_path


def stub(scores, mask):
    raise NotImplementedError


def cut(inputs, num_heads):
    batch, length, width = inputs.shape
    return inputs.reshape(batch, length, num_heads, width // num_heads).transpose(0, 2, 1, 3)


def test_solved_tried_and_undone_are_told_apart(notebooks: Path):
    (lesson,), others = progress.read(notebooks)
    assert [step.status for step in lesson.steps] == ["hint", "not attempted", "passed", "not checked", "not checked"]
    assert lesson.solved == 1 and 0 < lesson.run < lesson.cells
    assert lesson.to_repeat[0].exercise == "05.1" and "These are the scores" in lesson.to_repeat[0].hint
    assert lesson.steps[2].sections[0].startswith("8 · ")
    assert lesson.ahead and len(others) == 1


def test_a_fresh_notebook_is_not_begun():
    lessons, others = progress.read(ROOT / "chapters" / "zh")
    assert len(lessons) >= 10 and not any(lesson.begun for lesson in lessons) and not others
    assert all(lesson.steps for lesson in lessons)


def test_a_folder_without_notebooks_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="no notebook of the course"):
        progress.read(tmp_path)
    with pytest.raises(UsageError, match="is no folder"):
        progress.read(tmp_path / "none")
