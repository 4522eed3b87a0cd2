"""From an executed notebook to a page: anchors, framed exercises and quizzes, only what a reader needs to see."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from course_lib.base.errors import CourseError
from course_lib.publishing import pages
from course_lib.publishing.notebooks import OPENING_ID, SETUP_ID, STOP_ID
from course_lib.publishing.site.words import WORDS

# The site has both in the header of every page.
_NEIGHBOURS = re.compile(r"(?: · )?\[[^\]]*\]\((?:\.\./(?:en|zh)/[^)]*\.ipynb|glossary\.md)\)")
_A_HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)
_HEADINGS = re.compile(r"(?:#{1,6} [^\n]*\n+)*")


def read(path: Path) -> NotebookNode:
    """Read an executed notebook of the solution edition.

    Raises:
        CourseError: if it is no such notebook.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError) as problem:
        raise CourseError(f"{path} cannot be read as a notebook: {problem}") from problem
    if notebook.metadata.get("course", {}).get("edition") != "solution":
        raise CourseError(
            f"{path} is not an executed notebook of the solution edition; run: course run --language both"
        )
    return notebook


def anchor(chapter: int, cell_id: str) -> str:
    """The anchor of a cell, the same in both languages."""
    return f"c{chapter:02d}-{cell_id}"


def page(executed: NotebookNode, download: str | None) -> NotebookNode:
    """Make the page of a lesson.

    Args:
        executed: the executed notebook of the solution edition.
        download: the address of the student's notebook, or None where it is not offered.

    Returns:
        The notebook that Sphinx reads: stubs shown, solutions folded, exercises and quizzes framed, each cell of prose
        with an anchor.
    """
    shown = pages.page(executed)
    course = shown.metadata["course"]
    for cell in shown.cells:
        for output in cell.get("outputs", []):
            # What programs read; the same output also holds what readers see.
            for mime in [mime for mime in output.get("data", {}) if mime.startswith("application/vnd.course.")]:
                del output["data"][mime]
    cells = _frame_exercises(shown.cells, course["chapter"])
    framed: list[NotebookNode] = []
    for position, cell in enumerate(cells):
        if cell.id == OPENING_ID:
            continue
        framed += _prose(cell, course["chapter"]) if cell.cell_type == "markdown" else [cell]
        if position == 0:
            opening = next((other.source for other in cells if other.id == OPENING_ID), "")
            framed += _opening(opening, download, course["language"])
    shown.cells = framed
    language = course["language"]
    shown.metadata["mystnb"] = _prompts("show_code", "hide_code", language)
    for cell in framed:
        if cell.id == SETUP_ID:
            cell.metadata["mystnb"] = _prompts("show_setup", "hide_setup", language)
    return shown


def _prompts(show: str, hide: str, language: str) -> dict[str, str]:
    return {"code_prompt_show": WORDS[show][language], "code_prompt_hide": WORDS[hide][language]}


def _opening(text: str, download: str | None, language: str) -> list[NotebookNode]:
    """What a run costs and where to open the notebook; the way to the other language is in every page's header."""
    parts = [paragraph for paragraph in _NEIGHBOURS.sub("", text).split("\n\n") if paragraph.strip()]
    if download:
        link = f'<a class="course-download" href="{download}" download>{WORDS["download"][language]}</a>'
        parts.append(link)
    if not parts:
        return []
    inside = "\n\n".join(parts)
    return [new_markdown_cell(f'<div class="course-opening">\n\n{inside}\n\n</div>', id=OPENING_ID)]


def _prose(cell: NotebookNode, chapter: int) -> list[NotebookNode]:
    """A cell of prose with its anchor; a quiz or a prediction in its frame, its headings before it."""
    kind = next((tag for tag in cell.metadata.get("tags", []) if tag in {"quiz", "predict"}), None)
    if cell.id.startswith(STOP_ID):
        kind = "stop"
    if kind is None:
        if not cell.source.startswith("<div"):
            cell.source = f"({anchor(chapter, cell.id)})=\n{cell.source}"
        return [cell]
    headings = _HEADINGS.match(cell.source)[0]
    rest = cell.source[len(headings) :]
    name = anchor(chapter, cell.id)
    cell.source = f'{headings.rstrip()}\n\n<div class="course-{kind}" id="{name}">\n\n{rest}\n\n</div>'.lstrip()
    return [cell]


def _frame_exercises(cells: list[NotebookNode], chapter: int) -> list[NotebookNode]:
    """Put a frame around each exercise, from its header to its check."""
    framed: list[NotebookNode] = []
    position = 0
    while position < len(cells):
        end = _end_of_exercise(cells, position)
        if end is None:
            framed.append(cells[position])
            position += 1
            continue
        name = cells[position + 2].id
        opening = f'<div class="course-exercise" id="{anchor(chapter, name)}">'
        framed.append(new_markdown_cell(opening, id=f"{name}-open"))
        header = cells[position]
        header.source = f'<div class="course-exercise-title">\n\n{header.source}\n\n</div>'
        framed += cells[position:end]
        framed.append(new_markdown_cell("</div>", id=f"{name}-close"))
        position = end
    return framed


def _end_of_exercise(cells: list[NotebookNode], start: int) -> int | None:
    """Where the exercise that starts here with its header, stub and solution ends, or None where none starts."""
    if start + 2 >= len(cells) or "stub" not in cells[start + 2].metadata.get("course", {}):
        return None
    end = start + 3
    for position in range(end, len(cells)):
        cell = cells[position]
        if cell.id.startswith("course-") or (cell.cell_type == "markdown" and _A_HEADING.search(cell.source)):
            break
        if "check" in cell.metadata.get("tags", []):
            return position + 1
    return end
