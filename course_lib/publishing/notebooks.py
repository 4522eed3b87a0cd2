"""Making notebooks: one for each language and edition of a lesson, the same bytes from the same source.

A notebook holds its own language alone, in prose and in the words that code shows (`wording`). The student edition has
stubs where the solution edition has solutions; nothing else differs. Cell ids come from the source.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.base.errors import UsageError
from course_lib.publishing import effort, records
from course_lib.publishing.addresses import checked_repository
from course_lib.publishing.folding import fold_prediction, fold_quiz
from course_lib.publishing.lesson import Cell, Chapter
from course_lib.publishing.opening import opening_text
from course_lib.publishing.prose import join_chinese_lines
from course_lib.publishing.references import resolved
from course_lib.publishing.setup_cell import setup_code
from course_lib.publishing.wording import in_language
from course_lib.showing.language import checked as checked_language

EDITIONS = ("student", "solution")

OPENING_ID = "course-opening"
SETUP_ID = "course-setup"
STOP_ID = "course-stop"

# Fixed, so that no machine leaves its own versions in the notebooks.
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}

_HEADER = {
    "en": "**Exercise {number}** · difficulty {dots} ({difficulty} of 3) · about {minutes} {unit}",
    "zh": "**练习 {number}** · 难度 {dots}（{difficulty}/3）· 约 {minutes} 分钟",
}


@dataclass(frozen=True)
class Publication:
    """What notebooks are made with besides their lessons.

    Args:
        repository: the public address of the course with its release; empty where it has none.
        measured: recorded runs: chapter ("01") → scale → `seconds`, `peak_memory_mb`, `cores`.
        glossary: whether a glossary is built beside the notebooks.
    """

    repository: str
    measured: Mapping[str, Mapping[str, Mapping[str, float]]]
    glossary: bool = False

    @classmethod
    def of(cls, root: Path) -> Publication:
        """Read them from the checkout at `root`."""
        settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        measured = records.measured(root / "course_lib" / "session" / "measured.json")
        repository = settings.get("tool", {}).get("course", {}).get("repository", "")
        return cls(checked_repository(repository), measured, (root / "chapters" / "glossary.toml").is_file())


def checked_edition(edition: str) -> str:
    """The edition itself, or an error that names the allowed ones."""
    if edition not in EDITIONS:
        raise UsageError.unknown("edition", edition, EDITIONS)
    return edition


def notebook(
    chapter: Chapter,
    language: str,
    edition: str = "student",
    publication: Publication | None = None,
    link_to_other: bool = True,
) -> NotebookNode:
    """Make one notebook.

    Args:
        chapter: the lesson.
        language: `"en"` or `"zh"`.
        edition: `"student"` or `"solution"`.
        publication: the course's address and recorded runs; without it the notebook mentions neither.
        link_to_other: whether to link to what stands beside it: its glossary, and the notebook in the other language.

    Returns:
        A notebook of format 4.5 without outputs. Its `metadata.course` names the chapter, slug, title, language,
        edition, minutes of reading and working, and digest; that of a solution's cell names the exercise and holds the
        stub.

    Raises:
        UsageError: for an unknown language or edition.
    """
    checked_language(language)
    checked_edition(edition)
    publication = publication or Publication("", {})
    asked = effort.effort(chapter, language)
    cells: list[NotebookNode] = []
    stops = 0
    for cell in chapter.cells:
        if "stop" in cell.tags:
            stops += 1
            cells.append(new_markdown_cell(effort.stop_note(asked, stops, language), id=f"{STOP_ID}-{stops}"))
        cells += _made_of(cell, language, edition, chapter.path.parent)
    recorded = publication.measured.get(f"{chapter.number:02d}", {})
    time = effort.said(asked, language)
    opening = opening_text(
        chapter.slug,
        language,
        recorded,
        time,
        publication.repository,
        link_to_other,
        glossary=link_to_other and publication.glossary,
    )
    setup = new_code_cell(
        setup_code(chapter.number, language, publication.repository), id=SETUP_ID, metadata=_metadata(("fold",))
    )
    cells[1:1] = [new_markdown_cell(opening, id=OPENING_ID), setup]
    course = {
        "chapter": chapter.number,
        "slug": chapter.slug,
        "title": chapter.title[language],
        "language": language,
        "edition": edition,
        "minutes": asked.minutes,
        "digest": digest(cells),
    }
    return new_notebook(cells=cells, metadata={**NOTEBOOK_METADATA, "course": course}, nbformat_minor=5)


def digest(cells: Iterable[Mapping[str, object]]) -> str:
    """What tells whether somebody worked in a notebook: a hash of the kind, the id and the text of every cell."""
    contents = [
        (cell["cell_type"], cell.get("id"), text if isinstance(text := cell["source"], str) else "".join(text))
        for cell in cells
    ]
    return hashlib.sha256(json.dumps(contents).encode("ascii")).hexdigest()[:16]


def to_bytes(made: NotebookNode) -> bytes:
    """The notebook as a file: keys sorted, UTF-8, a line feed at the end."""
    return (nbformat.writes(made, version=4, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _made_of(cell: Cell, language: str, edition: str, folder: Path) -> list[NotebookNode]:
    """The notebook's cells for one cell of the lesson."""
    if cell.kind == "markdown":
        text = resolved(cell.texts[language], language, folder)
        if "quiz" in cell.tags:
            text = fold_quiz(text, language)
        if "predict" in cell.tags:
            text = fold_prediction(text, language)
        if language == "zh":
            text = join_chinese_lines(text)
        return [new_markdown_cell(text, id=cell.id, metadata=_metadata(cell.tags))]
    code = in_language(cell.code, language).code
    if "exercise" not in cell.tags:
        return [new_code_cell(code, id=cell.id, metadata=_metadata(cell.tags))]
    about = new_markdown_cell(exercise_header(cell, language), id=f"course-{cell.id}")
    if edition == "student":
        return [about, new_code_cell(code, id=cell.id, metadata=_metadata(cell.tags))]
    tags = tuple("solution" if tag == "exercise" else tag for tag in cell.tags)
    metadata = {**_metadata(tags), "course": {"exercise": cell.number, "stub": code}}
    solution = in_language(cell.solution, language).code
    return [about, new_code_cell(solution, id=cell.id, metadata=metadata)]


def exercise_header(cell: Cell, language: str) -> str:
    """The line over an exercise: its number, how hard it is, how long it takes."""
    return _HEADER[language].format(
        number=cell.number,
        dots="●" * cell.difficulty + "○" * (3 - cell.difficulty),
        difficulty=cell.difficulty,
        minutes=cell.minutes,
        unit="minute" if cell.minutes == 1 else "minutes",
    )


def _metadata(tags: tuple[str, ...]) -> dict[str, object]:
    """A cell's metadata; what is folded is folded in JupyterLab (`source_hidden`) and on the site (`hide-input`)."""
    if not tags:
        return {}
    if "fold" in tags:
        return {"jupyter": {"source_hidden": True}, "tags": [*tags, "hide-input"]}
    return {"tags": list(tags)}
