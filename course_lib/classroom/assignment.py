"""Making an assignment from a lesson: a notebook to hand out in each language, one for instructors, and a manifest."""

from __future__ import annotations

import ast
import builtins
import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib import __version__
from course_lib.base.errors import UsageError
from course_lib.base.files import shown, write_atomically
from course_lib.base.language import tr
from course_lib.classroom import nbgrader
from course_lib.classroom.manifest import HAND_OUT, MANIFEST, SUBMITTED, Exercise, Manifest, Open, checks_digest
from course_lib.publishing.lesson import Cell, Chapter
from course_lib.publishing.notebooks import NOTEBOOK_METADATA, SETUP_ID, Publication, exercise_header, to_bytes
from course_lib.publishing.prose import join_chinese_lines
from course_lib.publishing.references import resolved
from course_lib.publishing.setup_cell import setup_code
from course_lib.publishing.wording import in_language
from course_lib.showing.language import LANGUAGES

IMPORTS_ID = "assignment-imports"
FORMATS = ("course", "nbgrader")

_WORDS = {
    "en": {
        "title": "# Assignment · {title}",
        "about": (
            "Write your functions where `NotImplementedError` stands, and run the check under each: it answers as often"
            " as you ask. Cells of your own may stand anywhere. Formulas and sections with a number are those of the"
            " lesson. What counts is your functions: what you print, and what the cells with checks show, is not read;"
            " when the assignment is graded, each function is asked more cases than here.{due}"
        ),
        "due": " **Due {due}.**",
        "points": "{points:g} points",
        "answer": "*Write your answer here.*",
        "solution": "**A worked answer**",
        "instructors": "**For instructors: this notebook holds the solutions.**",
    },
    "zh": {
        "title": "# 作业 · {title}",
        "about": (
            "在写着 `NotImplementedError` 的地方写出你的函数，再运行下面的检查；想问多少次都可以。"
            "可以随处添加自己的单元格。文中的公式和小节编号都指原来那一课。计分只看你写的函数：打印了什么、检查那一格显示什么，都不作数；"
            "批改时，每个函数还要回答更多的情形。{due}"
        ),
        "due": "**截止时间：{due}。**",
        "points": "{points:g} 分",
        "answer": "*在这里写下你的回答。*",
        "solution": "**参考答案**",
        "instructors": "**教师用：本笔记含有答案。**",
    },
}
_ANSWER = re.compile(r"<details>\s*<summary>.*?</summary>(?P<answer>.*?)</details>", re.DOTALL)


def make(
    chapter: Chapter,
    folder: Path,
    exercises: Sequence[str],
    open_exercises: Sequence[str] = (),
    *,
    points: float = 10.0,
    due: str = "",
    form: str = "course",
    publication: Publication | None = None,
) -> Manifest:
    """Make an assignment.

    Args:
        chapter: the lesson.
        folder: where it goes; made as needed, and refused where another assignment is.
        exercises: numbers of exercises, `"1"` or `"05.1"`.
        open_exercises: numbers of open exercises, `"1"`.
        points: what each is worth.
        due: when it is due, `"2027-03-01 18:00"`; without a zone, in that of this machine.
        form: `"course"`, or `"nbgrader"` for cells that nbgrader knows as well.
        publication: the course's public address, for the set-up cell.

    Returns:
        What was made.

    Raises:
        UsageError: for an exercise that the lesson has not, one that needs another, a date that is none, a folder that
            holds an assignment.
    """
    if form not in FORMATS:
        raise UsageError.unknown("form of an assignment", form, FORMATS)
    if points < 0:
        raise UsageError(tr(f"points are {points!r}; allowed: 0 or more", f"分值是 {points!r}；只能是 0 或更大的数"))
    if (folder / MANIFEST).exists():
        raise UsageError(
            tr(
                f"{shown(folder)} holds an assignment already; allowed: another folder, which is made",
                f"{shown(folder)} 里已有一份作业；请另选一个文件夹，它会自动建好",
            )
        )
    chosen = _chosen(chapter, exercises)
    opened = _opened(chapter, open_exercises)
    if not chosen and not opened:
        raise UsageError(
            tr(
                "an assignment of no exercise; name some: --exercises 1,3, or --open 1",
                "作业里没有练习；请选几道：--exercises 1,3，或 --open 1",
            )
        )
    imports = _imports(chapter, chosen)
    prefix = f"{chapter.number:02d}"
    made = Manifest(
        id="",
        name=chapter.slug,
        chapter=chapter.number,
        version=__version__,
        checks=checks_digest(),
        due=checked_due(due),
        seed=secrets.randbelow(2**31),
        exercises=[
            Exercise(cell.number, cell.id, _function(cell), points, in_language(cell.solution, "en").code)
            for cell in chosen
        ],
        open=[Open(number, f"{cell.id}-answer", points) for number, cell in opened],
        imports=imports,
        ours=[SETUP_ID, IMPORTS_ID, *(f"{cell.id}-check" for cell in chosen)],
    )
    known = hashlib.sha256(repr((made, secrets.token_hex(8))).encode()).hexdigest()[:12]
    made = Manifest(**{**vars(made), "id": f"{prefix}-{known}"})
    for language in LANGUAGES:
        for place, solved in ((HAND_OUT, False), ("instructors", True)):
            book = _notebook(chapter, made, chosen, opened, language, solved, form, publication or Publication("", {}))
            if form == "nbgrader":
                nbgrader.mark(book, made)
            write_atomically(folder / place / language / f"{chapter.slug}.ipynb", to_bytes(book))
    (folder / SUBMITTED).mkdir(parents=True, exist_ok=True)
    made.save(folder)  # last: a folder with a manifest is a whole assignment
    return made


def checked_due(due: str) -> str:
    """The date with its zone, in ISO 8601; empty for none.

    Raises:
        UsageError: if it is no date.
    """
    if not due:
        return ""
    try:
        return datetime.fromisoformat(due).astimezone().isoformat(timespec="minutes")
    except ValueError:
        raise UsageError(
            tr(
                f'--due is {due!r}; allowed: a date and a time, such as "2027-03-01 18:00"',
                f'--due 的值是 {due!r}；请写日期和时间，例如 "2027-03-01 18:00"',
            )
        ) from None


def _chosen(chapter: Chapter, words: Iterable[str]) -> list[Cell]:
    known = {cell.number: cell for cell in chapter.cells if cell.number is not None}
    found = {}
    for word in words:
        number = f"{chapter.number:02d}.{word}" if word.isdecimal() else word
        if number not in known:
            what = tr(f"exercise of lesson {chapter.number:02d}", f"练习（第 {chapter.number:02d} 课）")
            raise UsageError.unknown(what, word, known)
        found[number] = known[number]
    return [cell for number, cell in known.items() if number in found]


def _opened(chapter: Chapter, words: Iterable[str]) -> list[tuple[int, Cell]]:
    cells = [cell for cell in chapter.cells if re.fullmatch(r"open-\d+", cell.id)]
    known = {str(place): cell for place, cell in enumerate(cells, start=1)}
    for word in words:
        if word not in known:
            what = tr(f"open exercise of lesson {chapter.number:02d}", f"开放练习（第 {chapter.number:02d} 课）")
            raise UsageError.unknown(what, word, known)
    return [(int(number), cell) for number, cell in known.items() if number in set(words)]


def _function(cell: Cell) -> str:
    return [node.name for node in ast.parse(cell.solution).body if isinstance(node, ast.FunctionDef)][-1]


def _imports(chapter: Chapter, chosen: list[Cell]) -> str:
    """The lines that import what the solutions use.

    Raises:
        UsageError: if one uses the function of an exercise that is not chosen.
    """
    offered: dict[str, str] = {}
    for cell in chapter.cells:
        if cell.kind != "code" or cell.number is not None:
            continue
        try:
            nodes = ast.walk(ast.parse(cell.code))
        except SyntaxError:  # a magic
            continue
        for node in nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    single = type(node)(**{**vars(node), "names": [alias]})
                    offered.setdefault(alias.asname or alias.name, ast.unparse(single))
    functions = {_function(cell): cell.number for cell in chapter.cells if cell.number is not None}
    own = {_function(cell) for cell in chosen}
    lines = {offered["np"]} if "np" in offered else {"import numpy as np"}
    for cell in chosen:
        for name in _free(in_language(cell.solution, "en").code):
            if name in offered:
                lines.add(offered[name])
            elif name in functions and name not in own:
                both = f"--exercises {functions[name]},{cell.number}"
                raise UsageError(
                    tr(
                        f"exercise {cell.number} builds on {name} of exercise {functions[name]}; take both: {both}",
                        f"练习 {cell.number} 要用到练习 {functions[name]} 的 {name}；请两道都选：{both}",
                    )
                )
    return "\n".join(sorted(lines))


def _free(code: str) -> set[str]:
    """Names that a piece of code uses and does not make."""
    used, made = set(), set(dir(builtins))
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
    return used - made


def _notebook(
    chapter: Chapter,
    made: Manifest,
    chosen: list[Cell],
    opened: list[tuple[int, Cell]],
    language: str,
    solved: bool,
    form: str,
    publication: Publication,
) -> NotebookNode:
    words = _WORDS[language]
    due = words["due"].format(due=made.due.replace("T", " ")) if made.due else ""
    head = [words["title"].format(title=chapter.title[language]), words["about"].format(due=due)]
    if solved and form != "nbgrader":  # which makes of it what students get
        head.append(words["instructors"])
    cells = [
        new_markdown_cell("\n\n".join(head), id="assignment-title"),
        new_code_cell(setup_code(chapter.number, language, publication.repository), id=SETUP_ID),
        new_code_cell(made.imports, id=IMPORTS_ID),
    ]
    worth = {each.number: words["points"].format(points=each.points) for each in made.exercises}
    for cell in chosen:
        text = _text(chapter, cell, language)
        if text:
            cells.append(new_markdown_cell(text, id=f"{cell.id}-text"))
        header = f"{exercise_header(cell, language)} · {worth[cell.number]}"
        cells.append(new_markdown_cell(header, id=f"{cell.id}-about"))
        code, solution = (in_language(text, language).code for text in (cell.code, cell.solution))
        if solved:
            code = nbgrader.marked_solution(code, solution) if form == "nbgrader" else solution
        tag = "solution" if solved else "exercise"
        cells.append(new_code_cell(code, id=cell.id, metadata={"tags": [tag]}))
        check = f'check("{cell.number}", {_function(cell)})'
        cells.append(new_code_cell(check, id=f"{cell.id}-check", metadata={"tags": ["check"]}))
    for (_, cell), each in zip(opened, made.open, strict=True):
        text = _prose(chapter, cell.texts[language], language)
        answer = _ANSWER.search(text)
        question = _ANSWER.sub("", text).strip()
        cells.append(new_markdown_cell(f"{question}\n\n{words['points'].format(points=each.points)}", id=cell.id))
        if solved and answer:
            cells.append(new_markdown_cell(f"{words['solution']}\n\n{answer['answer'].strip()}", id=each.cell))
        else:
            cells.append(new_markdown_cell(words["answer"], id=each.cell, metadata={"tags": ["answer"]}))
    course = {
        "assignment": made.id,
        "version": made.version,
        "chapter": chapter.number,
        "slug": chapter.slug,
        "title": chapter.title[language],
        "language": language,
        "edition": "instructors" if solved else "assignment",
    }
    return new_notebook(cells=cells, metadata={**NOTEBOOK_METADATA, "course": course}, nbformat_minor=5)


def _text(chapter: Chapter, cell: Cell, language: str) -> str:
    """What the lesson says of an exercise: the cell before it, from its last heading on."""
    place = chapter.cells.index(cell)
    before = chapter.cells[place - 1]
    if before.kind != "markdown":
        return ""
    text = _prose(chapter, before.texts[language], language)
    headings = [found.start() for found in re.finditer(r"^#{1,6} ", text, re.MULTILINE)]
    return text[headings[-1] :] if headings else text


def _prose(chapter: Chapter, text: str, language: str) -> str:
    text = resolved(text, language, chapter.path.parent)
    return join_chinese_lines(text) if language == "zh" else text
