"""The rules about what stands in a lesson's cells: quizzes, predictions, headings, exercises, code that is Python."""

from __future__ import annotations

import ast
import re
import warnings

from course_lib.publishing.folding import read_prediction, read_quiz
from course_lib.publishing.lesson import Cell
from course_lib.publishing.percent import Report

_FENCE = re.compile(r"\s*(```|~~~)")
_HEADING = re.compile(r"(#{1,6}) ")
_MAGIC = re.compile(r"(?P<indent>\s*)[%!].*")


def check(cells: list[Cell], report: Report) -> None:
    """Report every rule that the content of the cells breaks.

    Args:
        cells: the cells of one lesson.
        report: called with the line and a message.
    """
    _check_title(cells, report)
    for cell in cells:
        if cell.kind == "markdown":
            _check_prose(cell, report)
        else:
            _check_python(cell.code, cell.lines["code"], report)
            if cell.solution is not None:
                _check_python(cell.solution, cell.lines["solution"], report)
    _check_exercises(cells, report)


def _check_title(cells: list[Cell], report: Report) -> None:
    if not cells:
        report(1, "the chapter has no cells")
        return
    first = cells[0]
    if first.kind != "markdown":
        report(first.line, "a chapter begins with a prose cell that holds its title: '# Title'")
        return
    for position, cell in enumerate(cells):
        for language, text in cell.texts.items():
            titles = [offset for offset, level in headings(text) if level == 1]
            if position == 0 and titles[:1] != [0]:
                report(cell.lines[language], "the first line of a chapter is its title: '# Title'")
            for offset in titles[1:] if position == 0 else titles:
                report(cell.lines[language] + offset, "a chapter has one title; other headings begin with '##'")


def _check_prose(cell: Cell, report: Report) -> None:
    quizzes = []
    for language, text in cell.texts.items():
        line = cell.lines[language]

        def report_here(offset: int, message: str, line: int = line) -> None:
            report(line + offset, message)

        if "quiz" in cell.tags:
            quizzes.append([choice.right for choice in read_quiz(text, report_here).choices])
        if "predict" in cell.tags:
            read_prediction(text, report_here)
    english, chinese = cell.texts["en"], cell.texts["zh"]
    if len(quizzes) == 2 and quizzes[0] != quizzes[1]:
        report(cell.lines["zh"], "the two languages of a quiz differ in the number of choices or in which one is right")
    for what, count in (
        ("heading levels", lambda text: [level for _, level in headings(text)]),
        ("signs of displayed formulas, $$", lambda text: without_fences(text).count("$$")),
        ("pictures", lambda text: len(re.findall(r"!\[|<img\b|<svg\b", without_fences(text)))),
        ("code blocks", lambda text: sum(bool(_FENCE.match(line)) for line in text.split("\n")) // 2),
    ):
        given = count(english), count(chinese)
        if given[0] != given[1]:
            report(
                cell.lines["zh"], f"the two languages of {cell.id!r} differ in their {what}: {given[0]} and {given[1]}"
            )


def _check_python(code: str, line: int, report: Report) -> None:
    # A line may look like a magic and be the middle of an expression, so the code as it stands is tried first.
    plain = _syntax_error(code)
    if plain is None:
        return
    without_magics = "\n".join(
        f"{magic['indent']}pass" if (magic := _MAGIC.fullmatch(text)) else text for text in code.split("\n")
    )
    error = _syntax_error(without_magics)
    if error is not None:
        report(line + (error.lineno or 1) - 1, f"not Python: {error.msg}")


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
    lines = {cell.id: cell.line for cell in exercises.values()}
    for cell in cells:
        if "check" not in cell.tags:
            continue
        exercise = exercises.get(cell.id.removesuffix("-check"))
        if not cell.id.endswith("-check") or exercise is None:
            report(cell.line, f"id={cell.id!r}: the check of exercise 'ex1' has the id 'ex1-check', and so on")
            continue
        checked.add(exercise.id)
        if cell.line < lines[exercise.id]:
            report(cell.line, f"the check of {exercise.id!r} stands before its exercise")
        if exercise.number not in _checked_numbers(cell.code):
            report(cell.lines["code"], f'the check of {exercise.id!r} calls check("{exercise.number}", …)')
    for name, line in lines.items():
        if name not in checked:
            report(line, f"an exercise without a check: a code cell with id={name + '-check'!r} and the tag check")


def _checked_numbers(code: str) -> list[object]:
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


def headings(text: str) -> list[tuple[int, int]]:
    """Offset and level of every heading outside code blocks."""
    found = []
    for offset, line in enumerate(without_fences(text).split("\n")):
        heading = _HEADING.match(line)
        if heading:
            found.append((offset, len(heading[1])))
    return found


def without_fences(text: str) -> str:
    """The text with the lines of code blocks emptied, so that offsets stay."""
    lines, inside = [], False
    for line in text.split("\n"):
        fence = bool(_FENCE.match(line))
        lines.append("" if fence or inside else line)
        inside = inside is not fence
    return "\n".join(lines)
