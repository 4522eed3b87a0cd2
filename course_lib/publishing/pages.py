"""From an executed notebook of the solution edition to the page the site shows: the stub first, its solution folded."""

from __future__ import annotations

import copy

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

_PROMPT = {"en": "Show the solution", "zh": "查看参考答案"}
_HIDE = {"en": "Hide the solution", "zh": "收起参考答案"}


def page(executed: NotebookNode) -> NotebookNode:
    """Make the site's form of a notebook.

    Args:
        executed: a notebook of the solution edition, as the builder made it or as it was executed.

    Returns:
        A copy in which each solution is preceded by its stub (a code block) and folded (`hide-input`).
    """
    shown = copy.deepcopy(executed)
    language = shown.metadata["course"]["language"]
    cells = []
    for cell in shown.cells:
        exercise = cell.metadata.get("course")
        if exercise is not None and "stub" in exercise:
            fence = "```"
            while fence in exercise["stub"]:
                fence += "`"
            cells.append(new_markdown_cell(f"{fence}python\n{exercise['stub']}\n{fence}", id=f"course-{cell.id}-stub"))
            cell.metadata["tags"] = [*cell.metadata["tags"], "hide-input"]
            cell.metadata["mystnb"] = {"code_prompt_show": _PROMPT[language], "code_prompt_hide": _HIDE[language]}
        cells.append(cell)
    shown.cells = cells
    return shown
