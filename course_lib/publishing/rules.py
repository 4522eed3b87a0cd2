"""The rules about what stands in a lesson's cells: quizzes, predictions, headings, exercises, code that is Python."""

from __future__ import annotations

import ast
import warnings

from course_lib.publishing import wording
from course_lib.publishing.effort import SECTION
from course_lib.publishing.folding import read_prediction, read_quiz
from course_lib.publishing.lesson import Cell
from course_lib.publishing.percent import Report
from course_lib.publishing.prose import Outline, outline


def check(cells: list[Cell], report: Report) -> None:
    """Report every rule that the content of the cells breaks.

    Args:
        cells: the cells of one lesson.
        report: called with the line and a message.
    """
    if not cells:
        report(1, "the chapter has no cells")
        return
    if cells[0].kind != "markdown":
        report(cells[0].line, "a chapter begins with a prose cell that holds its title: '# Title'")
    for cell in cells:
        if cell.kind == "markdown":
            outlines = {language: outline(text) for language, text in cell.texts.items()}
            _check_titles(cell, outlines, cell is cells[0], report)
            _check_languages(cell, outlines, report)
            _check_folded(cell, report)
            _check_stop(cell, report)
        else:
            _check_code(cell.code, cell.lines["code"], cell.holds_chinese, report)
            if cell.solution is not None:
                _check_code(cell.solution, cell.lines["solution"], cell.holds_chinese, report)
    _check_exercises(cells, report)


def _check_titles(cell: Cell, outlines: dict[str, Outline], is_first: bool, report: Report) -> None:
    for language, found in outlines.items():
        titles = [offset for offset, level in found.headings if level == 1]
        if is_first and (titles[:1] != [0] or not cell.texts[language].startswith("# ")):
            report(cell.lines[language], "the first line of a chapter is its title: '# Title'")
        for offset in titles[1:] if is_first else titles:
            report(cell.lines[language] + offset, "a chapter has one title; other headings begin with '##'")


def _check_languages(cell: Cell, outlines: dict[str, Outline], report: Report) -> None:
    for language, found in outlines.items():
        for offset, fault in found.faults:
            report(cell.lines[language] + offset, fault)
    english, chinese = outlines["en"], outlines["zh"]
    for what, given, other in (
        ("heading levels", english.levels, chinese.levels),
        ("number of displayed formulas", english.formulas, chinese.formulas),
        ("number of pictures", english.pictures, chinese.pictures),
        ("number of code blocks", english.code_blocks, chinese.code_blocks),
    ):
        if given != other:
            report(cell.lines["zh"], f"the two languages of {cell.id!r} differ in their {what}: {given} and {other}")


def _check_folded(cell: Cell, report: Report) -> None:
    right_ones = []
    for language, text in cell.texts.items():
        line = cell.lines[language]

        def report_here(offset: int, message: str, line: int = line) -> None:
            report(line + offset, message)

        if "quiz" in cell.tags:
            right_ones.append([choice.right for choice in read_quiz(text, report_here).choices])
        if "predict" in cell.tags:
            read_prediction(text, report_here)
    if len(right_ones) == 2 and right_ones[0] != right_ones[1]:
        report(cell.lines["zh"], "the two languages of a quiz differ in the number of choices or in which one is right")


def _check_stop(cell: Cell, report: Report) -> None:
    """A sitting ends where a section does, and readers are told the number of the next one."""
    for language, text in cell.texts.items():
        if "stop" in cell.tags and not SECTION.match(text):
            report(cell.lines[language], "a place to stop stands before a numbered section: '## 6 · Title'")


def _check_code(code: str, line: int, holds_chinese: bool, report: Report) -> None:
    error = _syntax_error(wording.without_magics(code))
    if error is not None:
        report(line + (error.lineno or 1) - 1, f"not Python: {error.msg}")
        return

    def report_here(offset: int, message: str) -> None:
        report(line + offset, message)

    wording.check(code, holds_chinese, report_here)


def _syntax_error(code: str) -> SyntaxError | None:
    with warnings.catch_warnings():
        # An invalid escape such as "\d" is a warning that readers would see; here it is an error.
        warnings.simplefilter("error", SyntaxWarning)
        warnings.simplefilter("error", DeprecationWarning)
        try:
            ast.parse(code)
        except SyntaxError as error:
            return error
        except ValueError as error:
            return SyntaxError(str(error))
    return None


def _check_exercises(cells: list[Cell], report: Report) -> None:
    """Exercises are ex1, ex2, … in order, and each is checked, later, under its own number."""
    exercises = {cell.id: cell for cell in cells if "exercise" in cell.tags}
    for position, cell in enumerate(exercises.values(), start=1):
        if cell.id != f"ex{position}":
            report(cell.line, f"id={cell.id!r}: exercise {position} of a chapter has the id 'ex{position}'")
    checked: set[str] = set()
    for cell in cells:
        if "check" not in cell.tags:
            continue
        exercise = exercises.get(cell.id.removesuffix("-check"))
        if not cell.id.endswith("-check") or exercise is None:
            report(cell.line, f"id={cell.id!r}: the check of exercise 'ex1' has the id 'ex1-check', and so on")
            continue
        checked.add(exercise.id)
        if cell.line < exercise.line:
            report(cell.line, f"the check of {exercise.id!r} stands before its exercise")
        if exercise.number not in _numbers_checked(cell.code):
            report(cell.lines["code"], f'the check of {exercise.id!r} calls check("{exercise.number}", …)')
    for cell in exercises.values():
        if cell.id not in checked:
            report(cell.line, f"an exercise without a check: a code cell with id={cell.id}-check and the tag check")


def _numbers_checked(code: str) -> list[object]:
    """The first argument of every call of `check`."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return []
    return [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "check"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]
