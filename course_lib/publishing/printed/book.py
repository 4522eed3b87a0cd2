"""The executed lessons of a language as one book: HTML that a browser prints, contents with page numbers, answers last.

The browser prints twice: how many pages there are before a heading is known only when it has.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib import __version__
from course_lib.base.errors import CourseError, EnvironmentProblem
from course_lib.base.files import write_atomically
from course_lib.base.language import tr
from course_lib.publishing.folding import inline_html, read_prediction, read_quiz
from course_lib.publishing.lesson import Cell, Chapter
from course_lib.publishing.notebooks import OPENING_ID, SETUP_ID, STOP_ID, exercise_header
from course_lib.publishing.printed import rendering
from course_lib.publishing.prose import join_chinese_lines
from course_lib.publishing.references import resolved

_HEADING = re.compile(r"^(#{1,4}) +(.+)$", re.MULTILINE)
_DETAILS = re.compile(r"<details>\s*<summary>(?P<summary>.*?)</summary>(?P<inside>.*?)</details>", re.DOTALL)
# Seconds for one printing of all lessons on a slow machine.
_PATIENCE = 600

_WORDS = {
    "en": {
        "title": "Deep learning for language",
        "subtitle": "From a word count to a language model, in Keras 3",
        "contents": "Contents",
        "answers": "Answers",
        "answer_to": "Exercise {number}",
        "quiz": "Questions",
        "explanation": "Explanation",
        "see": "Answer on page",
        "right": "Right: {letter}.",
        "printed": "Version {version}, {date}. Code: MIT; prose, figures and exercises: CC BY 4.0.",
    },
    "zh": {
        "title": "面向语言的深度学习",
        "subtitle": "用 Keras 3，从数词到语言模型",
        "contents": "目录",
        "answers": "答案",
        "answer_to": "练习 {number}",
        "quiz": "测验题",
        "explanation": "解释",
        "see": "答案见第",
        "right": "选 {letter}。",
        "printed": "版本 {version}，{date}。代码采用 MIT 许可；文字、插图和练习采用 CC BY 4.0。",
    },
}


@dataclass
class _Part:
    """A lesson, ready to be printed."""

    number: int
    title: str
    body: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    headings: list[tuple[int, str, str]] = field(default_factory=list)


def write(lessons: Sequence[Chapter], executed: Path, language: str, path: Path, chromium: str) -> int:
    """Print a book.

    Args:
        lessons: the sources, in order.
        executed: the folder with their executed notebooks, solution edition, of this language.
        language: `"en"` or `"zh"`.
        path: the PDF.
        chromium: the browser that prints.

    Returns:
        How many pages it has.

    Raises:
        CourseError: where a lesson was not executed, or the browser does not print.
        EnvironmentProblem: where the package that reads page numbers is missing.
    """
    missing = [lesson.slug for lesson in lessons if not (executed / f"{lesson.slug}.ipynb").is_file()]
    if missing:
        raise CourseError(
            tr(
                f"these lessons are not executed: {', '.join(missing)}; run first: course run --language both",
                f"这些课还没有运行过：{'、'.join(missing)}；请先运行 course run --language both",
            )
        )
    parts = [_part(lesson, nbformat.read(executed / f"{lesson.slug}.ipynb", as_version=4)) for lesson in lessons]
    with tempfile.TemporaryDirectory(prefix="course-book-") as folder:
        place = Path(folder)
        printed = place / "book.pdf"
        _print(_html(parts, language, {}, place), place, printed, chromium)
        numbers, _ = _pages(printed)
        _print(_html(parts, language, numbers, place), place, printed, chromium)
        numbers, count = _pages(printed)
        write_atomically(path, printed.read_bytes())
    return count


def _part(lesson: Chapter, executed: NotebookNode) -> _Part:
    language = executed.metadata["course"]["language"]
    words = _WORDS[language]
    part = _Part(lesson.number, lesson.title[language])
    by_id = {cell.id: cell for cell in executed.cells}
    for cell in lesson.cells:
        shown = by_id.get(cell.id)
        if shown is None or cell.id in (OPENING_ID, SETUP_ID) or cell.id.startswith(STOP_ID):
            continue
        if cell.kind == "markdown":
            text = resolved(cell.texts[language], language, lesson.path.parent)
            text = join_chinese_lines(text) if language == "zh" else text
            part.body.append(_prose(cell, text, part, words))
        else:
            part.body.extend(_code(cell, shown, part, language))
    return part


def _prose(cell: Cell, text: str, part: _Part, words: dict[str, str]) -> str:
    if "quiz" in cell.tags:
        return _quiz(cell, text, part, words)
    if "predict" in cell.tags:
        question, explanation = read_prediction(text, _checked)
        inside = rendering.prose(explanation)
        question = _anchored(question, cell, part)
        return (
            f'<div class="predict">{question}<div class="unfolded"><b>{words["explanation"]}</b> {inside}</div></div>'
        )
    if cell.id.startswith("open-"):
        found = _DETAILS.search(text)
        if found:
            name = f"a{part.number:02d}-{cell.id}"
            heading = _HEADING.search(text)
            title = rendering.prose(heading[2]) if heading else ""
            part.answers.append(
                f'<div class="answer" id="{name}"><b>{title}</b>{rendering.prose(found["inside"])}</div>'
            )
            text = _DETAILS.sub("", text)
            return _anchored(text, cell, part) + _to_answer(name, words)
    # What unfolds on a screen stands open on paper.
    text = _DETAILS.sub(
        lambda found: f'<div class="unfolded">\n\n**{_markdown(found["summary"])}**\n\n{found["inside"]}\n\n</div>',
        text,
    )
    return _anchored(text, cell, part)


def _markdown(html: str) -> str:
    return re.sub(r"</?code>", "`", html.strip())


def _anchored(text: str, cell: Cell, part: _Part) -> str:
    """Prose whose headings can be led to."""
    html = rendering.prose(text)
    count = 0

    def anchored(found: re.Match[str]) -> str:
        nonlocal count
        name = f"h{part.number:02d}-{cell.id}-{count}"
        count += 1
        level = int(found[1])
        part.headings.append((level, name, found[2]))
        return f'<h{level} id="{name}">{found[2]}</h{level}>'

    return re.sub(r"<h([1-4])>(.*?)</h\1>", anchored, html, flags=re.DOTALL)


def _quiz(cell: Cell, text: str, part: _Part, words: dict[str, str]) -> str:
    quiz = read_quiz(text, _checked)
    name = f"a{part.number:02d}-{cell.id}"
    choices = "".join(f"<li>{inline_html(choice.text)}</li>" for choice in quiz.choices)
    letters = "abcdefgh"
    right = next(letters[place] for place, choice in enumerate(quiz.choices) if choice.right)
    reasons = "".join(f"<li>{inline_html(choice.reason)}</li>" for choice in quiz.choices)
    question = rendering.prose(_HEADING.sub("", quiz.question))
    part.answers.append(
        f'<div class="answer" id="{name}">{question}<p>{words["right"].format(letter=right)}</p>'
        f"<ol>{reasons}</ol></div>"
    )
    head = "".join(f"#{'#' * (len(level) - 1)} {title}\n\n" for level, title in _HEADING.findall(quiz.question))
    opening = _anchored(head, cell, part) if head else ""
    return f'{opening}<div class="quiz">{question}<ol>{choices}</ol>{_to_answer(name, words)}</div>'


def _code(cell: Cell, shown: NotebookNode, part: _Part, language: str) -> Iterator[str]:
    words = _WORDS[language]
    if cell.number is not None:
        stub = shown.metadata.get("course", {}).get("stub", shown.source)
        name = f"a{part.number:02d}-{cell.id}"
        yield f'<div class="exercise">{rendering.prose(exercise_header(cell, language))}{rendering.code(stub)}'
        yield f"{_to_answer(name, words)}</div>"
        title = words["answer_to"].format(number=cell.number)
        part.answers.append(
            f'<div class="answer" id="{name}"><p><b>{title}</b></p>{rendering.code(shown.source)}</div>'
        )
        return
    if "check" in cell.tags:
        return
    if "fold" not in cell.tags:
        yield rendering.code(shown.source)
    yield from rendering.outputs(shown)


def _to_answer(name: str, words: dict[str, str]) -> str:
    return f'<p class="to-answer"><a href="#{name}">{words["see"]} <span data-page="{name}"></span></a></p>'


def _html(parts: Sequence[_Part], language: str, numbers: dict[str, int], place: Path) -> str:
    words = _WORDS[language]
    printed = words["printed"].format(version=__version__, date=date.today().isoformat())
    front = (
        f'<header class="front"><h1 class="book">{words["title"]}</h1><p>{words["subtitle"]}</p>'
        f'<p class="small">{escape(printed)}</p></header>'
    )
    rows = []
    for part in parts:
        for level, name, title in part.headings:
            if level <= 2:
                rows.append(_row(level, name, title, numbers))
    rows.append(_row(1, "answers", words["answers"], numbers))
    contents = f'<nav><h1 class="contents">{words["contents"]}</h1>{"".join(rows)}</nav>'
    lessons = "".join(f'<section class="lesson">{"".join(part.body)}</section>' for part in parts)
    answers = "".join(f"<h2>{escape(part.title)}</h2>{''.join(part.answers)}" for part in parts if part.answers)
    end = f'<section class="lesson answers"><h1 id="answers">{words["answers"]}</h1>{answers}</section>'
    body = front + contents + lessons + end

    def page(found: re.Match[str]) -> str:
        number = numbers.get(found[1], "000")
        return f"<span>{number}{' 页' if language == 'zh' else ''}</span>"

    body = re.sub(r'<span data-page="([\w-]+)"></span>', page, body)
    styles = [rendering.maths_font(body, place), rendering.static("book.css"), rendering.code_style()]
    return rendering.page(language, words["title"], styles, body)


def _row(level: int, name: str, title: str, numbers: dict[str, int]) -> str:
    number = numbers.get(name, "000")
    return f'<p class="level{level}"><a href="#{name}"><span>{title}</span><span class="page">{number}</span></a></p>'


def _print(html: str, place: Path, path: Path, chromium: str) -> None:
    source = place / "book.html"
    source.write_text(html, encoding="utf-8")
    path.unlink(missing_ok=True)
    command = [
        chromium,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-extensions",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={place / 'profile'}",
        "--no-pdf-header-footer",
        "--generate-pdf-document-outline",
        f"--print-to-pdf={path}",
        source.as_uri(),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise CourseError(tr(f"{chromium} does not print ({problem})", f"{chromium} 无法打印（{problem}）")) from None
    if not path.is_file():
        said = done.stderr.strip().splitlines()[-1:] or [f"code {done.returncode}"]
        raise CourseError(tr(f"{chromium} does not print: {said[0]}", f"{chromium} 无法打印：{said[0]}"))


def _pages(path: Path) -> tuple[dict[str, int], int]:
    """The page of each place that a link leads to, and how many pages there are."""
    try:
        from pypdf import PdfReader
    except ModuleNotFoundError:
        install = 'python -m pip install -c requirements.lock -e ".[site]"'
        raise EnvironmentProblem(
            tr(
                f"the contents need pypdf, which reads page numbers; run: {install}",
                f"目录需要 pypdf 来读取页码；请运行：{install}",
            )
        ) from None
    reader = PdfReader(path)
    found = {
        name.lstrip("/"): reader.get_destination_page_number(where) + 1
        for name, where in reader.named_destinations.items()
    }
    return found, len(reader.pages)


def _checked(offset: int, message: str) -> None:
    """The text came from a source of which every rule holds."""
