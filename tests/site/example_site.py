"""A small site for the tests: a lesson with one of everything, made without a kernel, so that no test waits for one."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from unittest import mock

from nbformat import NotebookNode
from nbformat.v4 import new_output

from course_lib.checks.core import PASSED, CheckResult
from course_lib.publishing import notebooks, source
from course_lib.publishing.records import RunRecord
from course_lib.publishing.site import build
from course_lib.session.scale import RESULT_MIME
from course_lib.showing import display
from course_lib.showing import language as languages
from course_lib.showing.display import Line

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SLUG = "09_counting"
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Two bars of height two" viewBox="0 0 300 120"'
    ' width="300" style="max-width:100%;background:#fff"><rect x="40" y="20" width="60" height="80" fill="#0072B2"/>'
    '<rect x="160" y="20" width="60" height="80" fill="#D55E00"/></svg>'
    '<img alt="One grey dot" width="40" src="data:image/gif;base64,R0lGODlhAQABAIAAAHh4eAAAACwAAAAAAQABAAACAkQBADs=">'
)


def lesson_text() -> str:
    """The source of the lesson."""
    return (HERE / "lesson.txt").read_text(encoding="utf-8")


def write_inputs(folder: Path, text: str | None = None) -> Path:
    """Write what a site is built from: executed notebooks, records, students' notebooks, the glossary.

    Args:
        folder: where.
        text: the lesson's source, if not the usual one.

    Returns:
        The folder.
    """
    chapters = folder / "chapters"
    chapters.mkdir(parents=True)
    path = chapters / f"{SLUG}.py"
    path.write_text(text or lesson_text(), encoding="utf-8", newline="\n")
    lesson = source.parse(path)
    shutil.copyfile(ROOT / "chapters" / "glossary.toml", chapters / "glossary.toml")
    for language in languages.LANGUAGES:
        student = chapters / language / f"{SLUG}.ipynb"
        student.parent.mkdir()
        student.write_bytes(notebooks.to_bytes(notebooks.notebook(lesson, language, "student")))
        executed = folder / "executed" / language / "solution" / f"{SLUG}.ipynb"
        executed.parent.mkdir(parents=True)
        languages.use(language)
        made = notebooks.notebook(lesson, language, "solution", link_to_other=False)
        executed.write_bytes(notebooks.to_bytes(_with_outputs(made)))
        _record(language, lesson.title[language]).save(folder / "results")
    languages.use("en")
    return folder


@cache
def finished() -> Path:
    """The site itself, built once in a process."""
    folder = write_inputs(Path(mkdtemp(prefix="course-site-")) / "inputs")
    build(folder / "executed", folder / "site", chapters_folder=folder / "chapters", documented=("attention",))
    return folder / "site"


def _with_outputs(made: NotebookNode) -> NotebookNode:
    """The notebook as if it had been executed."""
    result = Line("✔ mean_length = 3.4", "good", ((RESULT_MIME, {"name": "mean_length", "value": 3.4}),))
    outputs = {
        "course-setup": new_output("stream", name="stdout", text="Keras · scale quick\n"),
        "count": new_output("stream", name="stdout", text="{'the': 2, 'film': 1, 'was': 2, 'not': 1}\n"),
        "compared": _shown(["", "first half", "second half"], [["words", 6, 4], ["kinds", 6, 4]]),
        "figure": new_output("display_data", data={"text/html": PICTURE, "text/plain": "Two bars of height two"}),
        "ex1-check": new_output("execute_result", data=CheckResult("09.1", PASSED, "")._repr_mimebundle_()),
        "results": new_output("display_data", data=result._repr_mimebundle_()),
    }
    for cell in made.cells:
        if cell.id in outputs:
            cell.outputs = [outputs[cell.id]]
            cell.execution_count = 1
    return made


def _shown(heads: list[str], rows: list[list[object]]) -> NotebookNode:
    """The output of `display.table` in a notebook."""
    published: list[dict[str, str]] = []
    with (
        mock.patch.object(display, "in_notebook", lambda: True),
        mock.patch("IPython.display.publish_display_data", published.append),
    ):
        display.table(heads, rows)
    return new_output("display_data", data=published[0])


def _record(language: str, title: str) -> RunRecord:
    return RunRecord(
        chapter=9,
        slug=SLUG,
        title=title,
        language=language,
        edition="solution",
        scale="quick",
        data="sample",
        seconds=42.5,
        seconds_per_cell={"count": 0.2, "figure": 40.0},
        peak_memory_mb=812.0,
        results=[
            {
                "name": "mean_length",
                "value": 3.4,
                "low": 3.0,
                "high": 4.0,
                "within": True,
                "scale": "quick",
                "data": "sample",
            },
            {
                "name": "share",
                "value": 0.5,
                "low": 0.6,
                "high": 0.7,
                "within": False,
                "scale": "quick",
                "data": "sample",
            },
        ],
        versions={"python": "3.11.7", "keras": "3.15.1"},
        machine={"cores": 2, "memory_gb": 24.0, "platform": "Linux x86_64"},
        date="2026-11-22T10:00:00+00:00",
    )
