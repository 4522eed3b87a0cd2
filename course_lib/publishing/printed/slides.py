"""A lesson as slides: what is said goes into the speaker's notes, what is to be seen onto the wall.

What a cell becomes follows from what it is: a heading opens a slide, and a formula, a figure or a table has one; a
prediction unfolds, the choices of a question say one after the other whether they are right; prose is the speaker's.
A marker in the source may say otherwise: `slide="code"` shows a cell of code and what it printed, `"show"` only what
came of it, `"prose"` the whole of a cell's prose, `"skip"` nothing.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.base.errors import CourseError, EnvironmentProblem
from course_lib.base.files import shown, write_atomically
from course_lib.base.language import tr
from course_lib.publishing.folding import Quiz, read_prediction, read_quiz
from course_lib.publishing.lesson import SLIDE_FORMS, Cell, Chapter
from course_lib.publishing.printed import rendering
from course_lib.publishing.prose import join_chinese_lines
from course_lib.publishing.references import resolved

__all__ = ["SLIDE_FORMS", "Slide", "slides", "write"]

WIDTH, HEIGHT = 1280, 720

# Parts of a lesson that are for a reader alone at a desk.
_LEFT_OUT = re.compile(
    r"need|back|dial.*|exercises|ex\d+.*|open-\d+|faq.*|glossary.*|references.*|sources.*|next.*|experiments?.*"
)
_ENDS = re.compile(r"exercises")
_LATER = re.compile(r"summary|results?|quiz-.*")
_HEADING = re.compile(r"^(#{1,4}) +(.+)$", re.MULTILINE)
_FORMULA = re.compile(r"^\$\$.+?\$\$[ \t]*$|\\begin\{align.*?\\end\{align\*?\}", re.MULTILINE | re.DOTALL)
_LIST = re.compile(r"(?:^(?:[-*]|\d+\.) .+(?:\n(?:  .+|(?:[-*]|\d+\.) .+))*)", re.MULTILINE)
_DETAILS = re.compile(r"<details>.*?</details>", re.DOTALL)
# As many letters of a section's first paragraph as a slide shows.
_MOST_LEAD = {"en": 280, "zh": 120}
_SENTENCES = {
    "en": re.compile(r"(?<=[.?!:])(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-Z*\"“$])"),
    "zh": re.compile(r"(?<=[。？！：])"),
}
_ANNOUNCES = re.compile(r"[:：](\**)$")
_MOST_BULLETS, _MOST_CODE, _MOST_PRINTED, _MOST_ROWS = 6, 16, 10, 10
# As many lines of code, of what it printed and, counted twice, of tables as stand on one slide.
_MOST_LINES = 24

_WORDS = {
    "en": {
        "predict": "Before you run it",
        "quiz": "A question",
        "right": "Right.",
        "wrong": "Not quite.",
        "notes": "notes: S",
    },
    "zh": {"predict": "运行之前，先猜一猜", "quiz": "一道题", "right": "对。", "wrong": "不对。", "notes": "讲稿：S"},
}


@dataclass
class Slide:
    """One slide.

    Args:
        cell: the id of the cell that it begins with.
        title: its heading, as HTML.
        body: what it shows, as HTML.
        notes: what the speaker says, as HTML.
        kind: `"title"`, `"section"`, `"formula"`, `"figure"`, `"code"`, `"predict"`, `"quiz"` or `"list"`.
    """

    cell: str
    title: str
    body: str = ""
    notes: list[str] = field(default_factory=list)
    kind: str = "section"


def slides(lesson: Chapter, executed: NotebookNode) -> list[list[Slide]]:
    """The slides of a lesson, those of a section one below the other.

    Args:
        lesson: the source, which says what each cell is.
        executed: its executed notebook, solution edition.
    """
    language = executed.metadata["course"]["language"]
    made = _Made(language)
    by_id = {cell.id: cell for cell in executed.cells}
    exercises = False
    for cell in lesson.cells:
        exercises = (exercises or bool(_ENDS.fullmatch(cell.id))) and not _LATER.fullmatch(cell.id)
        form = cell.slide or ("skip" if exercises or _LEFT_OUT.fullmatch(cell.id) else "")
        if form == "skip" or cell.id not in by_id:
            continue
        if cell.kind == "markdown":
            made.prose(cell, _text(cell, language, lesson.path.parent), form)
        else:
            made.code(cell, by_id[cell.id], form)
    columns = [[slide for slide in column if slide.body or slide.kind == "title"] for column in made.columns]
    return [column for column in columns if column]


def write(lesson: Chapter, executed: Path, folder: Path) -> Path:
    """Write the slides of a lesson, with all that they need, so that a folder can be opened without the net.

    Args:
        lesson: the source.
        executed: its executed notebook, solution edition.
        folder: where all slides are; reveal.js goes beside them.

    Returns:
        The page.

    Raises:
        CourseError: where the lesson was not executed.
        EnvironmentProblem: where reveal.js is not installed.
    """
    if not executed.is_file():
        raise CourseError(
            tr(
                f"{shown(executed)} is missing; run first: course run {lesson.number} --language both",
                f"缺少 {shown(executed)}；请先运行 course run {lesson.number} --language both",
            )
        )
    notebook = nbformat.read(executed, as_version=4)
    language = notebook.metadata["course"]["language"]
    _copy_reveal(folder / "reveal")
    columns = slides(lesson, notebook)
    places: dict[str, int] = {}
    body = "\n".join(_column(column, places) for column in columns)
    body = f'<div class="reveal"><div class="slides">\n{body}\n</div></div>'
    styles = [
        rendering.maths_font(body, folder),
        rendering.static("slides.css"),
        rendering.code_style(),
    ]
    reveal = '<link rel="stylesheet" href="../reveal/reset.css">\n<link rel="stylesheet" href="../reveal/reveal.css">\n'
    scripts = (
        '<script src="../reveal/reveal.js"></script>\n<script src="../reveal/notes.js"></script>\n'
        '<script src="../reveal/course.js"></script>\n'
    )
    made = rendering.page(language, lesson.title[language], styles, body, scripts, reveal)
    write_atomically(folder / "reveal" / "course.js", rendering.static("slides.js").encode("utf-8"))
    path = folder / language / f"{lesson.slug}.html"
    write_atomically(path, made.encode("utf-8"))
    return path


class _Made:
    """The slides made so far."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.words = _WORDS[language]
        self.columns: list[list[Slide]] = [[]]
        self.heading = ""

    def add(self, slide: Slide, new_column: bool = False) -> None:
        if new_column:
            self.columns.append([])
        self.columns[-1].append(slide)

    def note(self, html: str) -> None:
        """Something to say to the slide that stands there."""
        if self.columns[-1]:
            self.columns[-1][-1].notes.append(html)

    def prose(self, cell: Cell, text: str, form: str) -> None:
        if "predict" in cell.tags:
            self._predict(cell, text)
        elif "quiz" in cell.tags:
            self._quiz(cell, read_quiz(text, _checked))
        else:
            self._said(cell, text, form)

    def _said(self, cell: Cell, text: str, form: str) -> None:
        headings = _HEADING.findall(text)
        first = not self.columns[-1] and len(self.columns) == 1
        for level, words in headings[:1]:
            self.heading = _inline(words)
            kind = "title" if first else "section"
            self.add(Slide(cell.id, self.heading, kind=kind), new_column=not first and level == "##")
        rest = _HEADING.sub("", text).strip()
        unfolded = _DETAILS.sub("", rest)
        whole = form == "prose"
        shown = rendering.prose(unfolded) if whole else self._seen(unfolded, first, bool(headings))
        if not headings and not shown:
            self.note(rendering.prose(rest))
            return
        if not headings and self._sparse() is None:
            kind = "formula" if 'class="formula"' in shown else "list"
            self.add(Slide(cell.id, self.heading, kind=kind))
        slide = self.columns[-1][-1]
        slide.body += shown
        slide.notes.append(rendering.prose(rest))

    def _seen(self, text: str, first: bool, opens: bool) -> str:
        """Of prose what is to be seen: its lists and formulae, and its first sentences above them."""
        formulas = [] if first else _FORMULA.findall(text)[:3]
        parts = []
        if opens or formulas:
            lead = _lead(text, self.language, whole=bool(formulas))
            if lead:
                parts.append(f'<div class="lead">{rendering.prose(lead)}</div>')
        if first:
            return "".join(parts)
        parts += map(rendering.prose, formulas)
        lists = _LIST.findall(_FORMULA.sub("", text))
        if lists:
            parts.append(_bullets(lists[0]))
        return "".join(parts)

    def _predict(self, cell: Cell, text: str) -> None:
        question, explanation = read_prediction(text, _checked)
        question = _HEADING.sub("", question)
        body = (
            f'<div class="question">{rendering.prose(question)}</div>'
            f'<div class="fragment answer">{rendering.prose(explanation)}</div>'
        )
        self.add(Slide(cell.id, self.words["predict"], body, [self.heading], "predict"))

    def _quiz(self, cell: Cell, quiz: Quiz) -> None:
        rows = []
        for choice in quiz.choices:
            mark, verdict = ("✔", self.words["right"]) if choice.right else ("✘", self.words["wrong"])
            rows.append(
                f"<li>{_inline(choice.text)}"
                f'<span class="fragment verdict {"right" if choice.right else "wrong"}">'
                f"{mark} {verdict} {_inline(choice.reason)}</span></li>"
            )
        body = f'<div class="question">{rendering.prose(_HEADING.sub("", quiz.question))}</div><ol>{"".join(rows)}</ol>'
        self.add(Slide(cell.id, self.words["quiz"], body, [self.heading], "quiz"))

    def code(self, cell: Cell, executed: NotebookNode, form: str) -> None:
        shown = rendering.outputs(executed)
        figures = [each for each in shown if rendering.is_figure(each)]
        tables = [each for each in shown if "<table" in each and each.count("<tr") <= _MOST_ROWS + 1]
        if form == "code":
            printed = [_short_output(each) for each in shown if each not in figures and "<table" not in each]
            body = rendering.code(_short(executed.source)) + "".join(printed)
            if body.count("\n") + 2 * "".join(tables).count("<tr") <= _MOST_LINES:
                body += "".join(tables)
                tables = []
            self.add(Slide(cell.id, self.heading, body, [], "code"))
        if form == "show":
            self.add(Slide(cell.id, self.heading, "".join(map(_short_output, shown)), [], "code"))
            return
        for table in tables:
            self._seen_of_code(cell, table, "list")
        for figure in figures:
            self._seen_of_code(cell, _plain_figure(figure), "figure")

    def _seen_of_code(self, cell: Cell, shown: str, kind: str) -> None:
        """A table or a figure: under the words of a section that has nothing else to show, or on a slide of its own."""
        slide = self._sparse()
        if slide is None:
            self.add(Slide(cell.id, self.heading, shown, [], kind))
        else:
            slide.body += shown
            slide.kind = f"{kind}-under-words"

    def _sparse(self) -> Slide | None:
        """The slide that stands there, where it only opens a section and there is room on it."""
        slide = self.columns[-1][-1] if self.columns[-1] else None
        if slide is None or slide.kind != "section" or "formula" in slide.body or "<li" in slide.body:
            return None
        return slide


def _text(cell: Cell, language: str, folder: Path) -> str:
    text = resolved(cell.texts[language], language, folder)
    return join_chinese_lines(text) if language == "zh" else text


def _lead(text: str, language: str, whole: bool) -> str:
    """The first sentences of the first paragraph, as many as a wall has room for; nothing where it is no prose.

    Args:
        text: the prose.
        language: its language.
        whole: whether what a colon at its end announces is on the slide as well.
    """
    paragraph = text.strip().split("\n\n", 1)[0]
    if not paragraph or paragraph.startswith(("-", "$$", "|", "<", "```", "1.", "**Mirrors", ">", "\\begin")):
        return ""
    paragraph = " ".join(paragraph.split()) if language == "en" else paragraph.replace("\n", "")
    sentences = [each for each in _SENTENCES[language].split(paragraph) if each]
    blank = " " if language == "en" else ""
    kept = sentences[:1]
    for sentence in sentences[1:]:
        if len(blank.join([*kept, sentence])) > _MOST_LEAD[language]:
            break
        kept.append(sentence)
    if not (whole and len(kept) == len(sentences)):
        # What a colon announces is not on the slide.
        while len(kept) > 1 and _ANNOUNCES.search(kept[-1]):
            kept.pop()
        kept[-1] = _ANNOUNCES.sub(r".\1" if language == "en" else r"。\1", kept[-1])
    lead = blank.join(kept)
    # Stretches that were cut open are closed.
    if lead.count("$") % 2:
        return paragraph
    if lead.count("**") % 2:
        lead += "**"
    return lead + "*" if lead.replace("**", "").count("*") % 2 else lead


def _bullets(markdown: str) -> str:
    items = re.split(r"\n(?=(?:[-*]|\d+\.) )", markdown)
    return rendering.prose("\n".join(items[: _MOST_BULLETS + 2]))


def _inline(text: str) -> str:
    html = rendering.prose(text.strip()).strip()
    return html.removeprefix("<p>").removesuffix("</p>") if html.count("<p>") == 1 else html


def _short(code: str) -> str:
    lines = code.split("\n")
    return "\n".join([*lines[:_MOST_CODE], "# …"]) if len(lines) > _MOST_CODE + 2 else code


def _short_output(html: str) -> str:
    if not html.startswith("<pre"):
        return html
    lines = html.split("\n")
    return "\n".join([*lines[:_MOST_PRINTED], "…</pre>"]) if len(lines) > _MOST_PRINTED + 1 else html


def _plain_figure(html: str) -> str:
    """A figure without a width of its own; the slide says how large it is."""
    return re.sub(r'(<svg[^>]*?) style="max-width:100%;height:auto', r'\1 style="', html)


def _column(column: list[Slide], places: dict[str, int]) -> str:
    sections = "\n".join(_section(slide, places) for slide in column)
    return f"<section>\n{sections}\n</section>" if len(column) > 1 else sections


def _section(slide: Slide, places: dict[str, int]) -> str:
    level = "h1" if slide.kind == "title" else "h2"
    title = f"<{level}>{slide.title}</{level}>" if slide.title else ""
    notes = f'<aside class="notes">{"".join(slide.notes)}</aside>' if slide.notes else ""
    # A slide's address: a cell may have several of a kind.
    name = f"{slide.cell}-{slide.kind}"
    places[name] = places.get(name, 0) + 1
    name = name if places[name] == 1 else f"{name}-{places[name]}"
    return f'<section class="on-{slide.kind}" id="{escape(name)}">{title}{slide.body}{notes}</section>'


def _checked(offset: int, message: str) -> None:
    """The text came from a source of which every rule holds."""


def _copy_reveal(folder: Path) -> None:
    """reveal.js, from the package that brings it.

    Raises:
        EnvironmentProblem: where it is not installed.
    """
    import importlib.util

    found = importlib.util.find_spec("sphinx_revealjs")
    place = Path(found.origin).parent / "_static" / "revealjs" if found and found.origin else None
    if place is None or not (place / "dist" / "reveal.js").is_file():
        install = 'python -m pip install -c requirements.lock -e ".[site]"'
        raise EnvironmentProblem(
            tr(
                f"slides need reveal.js, which sphinx-revealjs brings; run: {install}",
                f"幻灯片需要 reveal.js，由 sphinx-revealjs 带来；请运行：{install}",
            )
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("dist/reveal.js", "dist/reveal.css", "dist/reset.css", "plugin/notes/notes.js"):
        shutil.copyfile(place / name, folder / Path(name).name)
