"""An assignment is made from a lesson: no solution in what is handed out, all of them in what instructors keep."""

from __future__ import annotations

import ast
import itertools
import json
from pathlib import Path

import nbformat
import pytest

from course_lib.base.errors import UsageError
from course_lib.classroom import assignment, nbgrader
from course_lib.classroom.manifest import Manifest
from course_lib.publishing import source
from course_lib.publishing.wording import in_language
from tests import lessons

from .conftest import ROOT


def book(folder: Path, place: str, language: str) -> nbformat.NotebookNode:
    found = nbformat.read(folder / place / language / "05_attention.ipynb", as_version=4)
    nbformat.validate(found)
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_handed_out_holds_no_solution(handed_out: Path, language: str):
    text = (handed_out / "hand_out" / language / "05_attention.ipynb").read_text(encoding="utf-8")
    assert text.count("raise NotImplementedError") == 2
    for spoiler in (
        "powers.sum",
        "transpose(0, 2, 1, 3)",
        "An eleventh answer",
        "第十一种",
        str(Manifest.load(handed_out).seed),
    ):
        assert spoiler not in text
    solved = book(handed_out, "instructors", language)
    code = "\n".join(cell.source for cell in solved.cells)
    assert "powers.sum" in code and ("An eleventh answer" in code or "第十一种" in code)


def test_both_languages_have_the_same_cells(handed_out: Path):
    english, chinese = (book(handed_out, "hand_out", language) for language in ("en", "zh"))
    assert [cell.id for cell in english.cells] == [cell.id for cell in chinese.cells]
    assert "作业" in chinese.cells[0].source and "2027-03-01" in chinese.cells[0].source


def test_every_lesson_makes_an_assignment_of_all_its_exercises(tmp_path: Path):
    for lesson in lessons.lessons():
        numbers = [cell.number for cell in lesson.cells if cell.number]
        made = assignment.make(lesson, tmp_path / lesson.slug, numbers, ["1", "2"])
        names: dict[str, object] = {}
        exec(made.imports, names)
        assert len(made.exercises) == len(numbers) and len(made.open) == 2
        for each in made.exercises:
            exec(each.solution, names)
            assert callable(names[each.function])


@pytest.mark.parametrize(
    ("exercises", "opened", "more", "said"),
    [
        (["9"], [], {}, "unknown exercise of lesson 05 '9'; allowed: 05.1, 05.2"),
        (["06.1"], [], {}, "unknown exercise of lesson 05 '06.1'"),
        (["1"], ["7"], {}, "unknown open exercise of lesson 05 '7'; allowed: 1, 2"),
        ([], [], {}, "no exercise"),
        (["1"], [], {"due": "tomorrow"}, "--due is 'tomorrow'"),
        (["1"], [], {"points": -1}, "points are -1"),
        (["1"], [], {"form": "moodle"}, "allowed: course, nbgrader"),
    ],
)
def test_what_cannot_be_made_is_refused_by_name(lesson, tmp_path, exercises, opened, more, said):
    with pytest.raises(UsageError, match=said):
        assignment.make(lesson, tmp_path / "made", exercises, opened, **more)
    assert not (tmp_path / "made").exists()


def test_an_exercise_that_needs_another_names_it(tmp_path: Path):
    lesson = source.parse(ROOT / "chapters" / "04_vae.py")
    with pytest.raises(UsageError, match=r"builds on code_kl of exercise 04.1"):
        assignment.make(lesson, tmp_path, ["3"])


def test_an_assignment_is_not_made_over_another(lesson, handed_out: Path):
    with pytest.raises(UsageError, match="holds an assignment already"):
        assignment.make(lesson, handed_out, ["1"])


@pytest.mark.parametrize(
    ("change", "said"),
    [(lambda held: held.pop("seed"), "damaged"), (lambda held: held.update(format=9), "format 9")],
)
def test_a_damaged_manifest_is_refused(handed_out: Path, change, said):
    path = handed_out / "instructors" / "manifest.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    change(held)
    path.write_text(json.dumps(held), encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        Manifest.load(handed_out)


@pytest.mark.parametrize("path", sorted((ROOT / "chapters").glob("[0-9]*.py")), ids=lambda path: path.stem[:2])
def test_nbgrader_makes_the_stub_of_every_solution(path: Path):
    cells = [cell for cell in source.parse(path).cells if cell.number is not None]
    for cell, language in itertools.product(cells, ("en", "zh")):
        stub, solution = (in_language(text, language).code for text in (cell.code, cell.solution))
        made = nbgrader.marked_solution(stub, solution)
        assert ast.dump(ast.parse(made)) == ast.dump(ast.parse(solution)), cell.number
        # As nbgrader's ClearSolutions does.
        head, _, rest = made.partition(f"    {nbgrader.BEGIN}\n")
        released = f"{head}    # YOUR CODE HERE\n    raise NotImplementedError\n" + rest.partition(nbgrader.END)[2]
        assert ast.dump(ast.parse(released)) == ast.dump(ast.parse(stub)), cell.number


def test_cells_for_nbgrader_keep_to_its_format(lesson, tmp_path: Path):
    made = assignment.make(lesson, tmp_path, ["1", "3"], ["2"], form="nbgrader")
    cells = book(tmp_path, "hand_out", "en").cells
    known = {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader for cell in cells}
    assert len(known) == len(cells)
    for held in known.values():
        assert set(held) <= {
            *("schema_version", "grade_id", "grade", "solution", "locked", "task", "cell_type", "points", "checksum")
        }
        assert held.schema_version == 3 and ("points" in held) == held.grade
        assert len(held.get("checksum", "0" * 32)) == 32
    assert known["ex1"].solution and not known["ex1"].locked and not known["ex1"].grade
    assert known["ex1-check"].grade and known["ex1-check"].locked and known["ex1-check"].points == 10
    assert known["open-2-answer"].grade and known["open-2-answer"].solution
    assert (
        next(cell.source for cell in cells if cell.id == "ex1-check")
        == 'assert check("05.1", attention_weights).passed'
    )
    assert made.maximum == 30
    # nbgrader's own sum over this very cell, by its own function.
    cell = nbformat.v4.new_code_cell('assert check("05.1", f).passed', id="ex1-check")
    held = {"grade": True, "solution": False, "locked": True, "grade_id": "ex1-check", "points": 10.0}
    assert nbgrader._checksum(cell, held) == NBGRADERS


NBGRADERS = "7c5abaeabf688bc084256ae5325b91a0"
