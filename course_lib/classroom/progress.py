"""What a reader has done so far, told from the reader's own notebooks: read on this machine, sent nowhere, not run.

A check leaves what it found among the outputs of its cell, and a notebook that is saved keeps it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.base.errors import UsageError
from course_lib.base.files import shown
from course_lib.base.language import tr
from course_lib.checks.core import CHECK_MIME, NOT_ATTEMPTED, PASSED

_CHECK = re.compile(r'check\(\s*["\'](\d\d\.\d+)["\']')
_HEADING = re.compile(r"^(#{2,3}) +(.+)$", re.MULTILINE)
_SECTION = re.compile(r"\bsections? (\d+)|第 ?(\d+) ?节")
_QUESTION = re.compile(r"^\*\*(.+?)\*\*", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """One exercise.

    Args:
        exercise: `"05.1"`.
        title: its heading.
        status: `"passed"`, `"hint"`, `"not attempted"`, or `"not checked"` where no check was run, or it was not saved.
        sections: the sections that its text names.
        hint: the last hint.
    """

    exercise: str
    title: str
    status: str
    sections: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class Lesson:
    """How far one notebook is.

    Args:
        notebook: the file.
        title: the lesson's title.
        language: the notebook's.
        run: how many cells of code were run.
        cells: how many there are.
        steps: its exercises.
        ahead: questions of quizzes that stand after the last cell that was run.
    """

    notebook: str
    title: str
    language: str
    run: int
    cells: int
    steps: list[Step] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)

    @property
    def solved(self) -> int:
        """How many exercises are solved."""
        return sum(each.status == PASSED for each in self.steps)

    @property
    def begun(self) -> bool:
        """Whether anything was done."""
        return self.run > 0

    @property
    def to_repeat(self) -> list[Step]:
        """Exercises that were tried and are not solved; where the lesson was begun, those not tried after them."""
        tried = [each for each in self.steps if each.status not in (PASSED, NOT_ATTEMPTED, "not checked")]
        rest = [each for each in self.steps if each.status in (NOT_ATTEMPTED, "not checked")]
        return tried + (rest if self.begun else [])


def read(folder: Path) -> tuple[list[Lesson], list[str]]:
    """How far the notebooks of a folder are.

    Args:
        folder: where they lie, or in folders below.

    Returns:
        One entry for each notebook of the course, by its lesson, and the files that are none.

    Raises:
        UsageError: if there is no folder, or no notebook of the course in it.
    """
    if not folder.is_dir():
        raise UsageError(
            tr(
                f"{shown(folder)} is no folder; allowed: a folder with your notebooks, such as chapters/en",
                f"{shown(folder)} 不是文件夹；请给出放着你的笔记本的文件夹，例如 chapters/zh",
            )
        )
    lessons, others = [], []
    for path in sorted(folder.rglob("*.ipynb")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        lesson = _lesson(path)
        if lesson is None:
            others.append(shown(path))
        else:
            lessons.append(lesson)
    if not lessons:
        raise UsageError(
            tr(
                f"no notebook of the course in {shown(folder)}; allowed: a folder with notebooks of its lessons",
                f"{shown(folder)} 里没有本课程的笔记本；请给出放着课程笔记本的文件夹",
            )
        )
    return lessons, others


def _lesson(path: Path) -> Lesson | None:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        course, cells = held["metadata"]["course"], held["cells"]
        language, title = str(course["language"]), str(course["title"])
        steps, ahead, run, code = _walk(cells)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return Lesson(shown(path), title, language, run, code, steps, ahead)


def _walk(cells: list[Mapping[str, object]]) -> tuple[list[Step], list[str], int, int]:
    steps: list[Step] = []
    sections: dict[str, str] = {}
    heading, text = "", ""
    questions: list[tuple[int, str]] = []
    run = code = last = 0
    for place, cell in enumerate(cells):
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        tags = cell.get("metadata", {}).get("tags", [])
        if cell["cell_type"] != "code":
            for level, words in _HEADING.findall(source):
                heading, text = words.strip(), source
                number = re.match(r"(\d+) · ", words)
                if level == "##" and number:
                    sections[number[1]] = words.strip()
            if "quiz" in tags and (question := _QUESTION.search(source)):
                questions.append((place, question[1]))
            continue
        code += 1
        if cell.get("execution_count"):
            run, last = run + 1, place
        asked = _CHECK.search(source)
        if asked and "exercise" not in tags:
            status, hint = _said(cell, asked[1])
            named = {one or other for one, other in _SECTION.findall(text)}
            steps.append(
                Step(asked[1], heading, status, tuple(sections[each] for each in sorted(named & set(sections))), hint)
            )
    return steps, [question for place, question in questions if place > last], run, code


def _said(cell: Mapping[str, object], exercise: str) -> tuple[str, str]:
    for output in _outputs(cell):
        said = output.get(CHECK_MIME)
        if isinstance(said, dict) and said.get("exercise") == exercise:
            text = output.get("text/plain", "")
            text = text if isinstance(text, str) else "".join(text)
            return str(said.get("status")), text.split("\n", 1)[0] if said.get("status") != PASSED else ""
    return "not checked", ""


def _outputs(cell: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for output in cell.get("outputs", ()):
        if isinstance(output.get("data"), dict):
            yield output["data"]
