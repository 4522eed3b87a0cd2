"""Cells as nbgrader knows them: what a student writes, what a test decides, what a person grades."""

from __future__ import annotations

import ast
import hashlib

from nbformat import NotebookNode

from course_lib.classroom.manifest import Manifest

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def marked_solution(stub: str, solution: str) -> str:
    """A solution from which nbgrader makes the stub again: what it may take away stands between its marks.

    Args:
        stub: what students get: a function whose last line is `raise NotImplementedError`.
        solution: the same function, solved.
    """
    head = stub.rstrip().removesuffix("raise NotImplementedError").rstrip()
    function = ast.parse(solution).body[-1]
    first = function.body[0]
    spoken = ast.get_docstring(function) is not None
    lines = solution.rstrip().splitlines()[first.end_lineno if spoken else first.lineno - 1 :]
    return "\n".join([head, f"    {BEGIN}", *lines, f"    {END}"])


def mark(book: NotebookNode, made: Manifest) -> None:
    """Give the cells of an assignment's notebook the metadata of nbgrader's format 3.

    A student's function is a solution; the check under it is a test that is locked and carries the points; an open
    answer is graded by hand; every other cell is locked. nbgrader's tests fail by an error, and a check of the course
    never raises: under nbgrader the cell asserts that it passed.

    Args:
        book: the notebook, which is changed.
        made: its assignment.
    """
    points = {f"{each.cell}-check": each.points for each in made.exercises}
    written = {each.cell for each in made.exercises}
    answers = {each.cell: each.points for each in made.open}
    for cell in book.cells:
        if cell.id in points:
            cell.source = f"assert {cell.source}.passed"
        held = {
            "schema_version": 3,
            "grade_id": cell.id,
            "grade": cell.id in points or cell.id in answers,
            "solution": cell.id in written or cell.id in answers,
            "locked": cell.id not in written and cell.id not in answers,
            "task": False,
            "cell_type": cell.cell_type,
        }
        if held["grade"]:
            held["points"] = points.get(cell.id, answers.get(cell.id))
        if held["locked"] or held["grade"]:
            held["checksum"] = _checksum(cell, held)
        cell.metadata["nbgrader"] = held


def _checksum(cell: NotebookNode, held: dict[str, object]) -> str:
    """nbgrader's own sum over a cell: of its text, its type and what it is."""
    parts = [cell.source, cell.cell_type, held["grade"], held["solution"], held["locked"], held["grade_id"]]
    if held["grade"]:
        parts.append(float(held["points"]))
    return hashlib.md5("".join(map(str, parts)).encode("utf-8"), usedforsecurity=False).hexdigest()
