"""A cell's code with the words of one language: what stands twice in a lesson's source stands once in its notebook.

    source                                      English notebook             Chinese notebook
    tr("score", "得分")                          "score"                      "得分"
    f"{tr('loss', '损失')} {loss:.2f}"           f"loss {loss:.2f}"           f"损失 {loss:.2f}"
    plots.show(figure, "A line.", "一条线。")     plots.show(figure, "A line.") plots.show(figure, "一条线。")
    flow(…, english="A map.", chinese="路线图。")  flow(…, alternative="A map.") flow(…, alternative="路线图。")
    plots.label("loss", "损失")                  "loss"                       plots.label("loss", "损失")
    weights.sum()  # one for all  # 总共是一      weights.sum()  # one for all weights.sum()  # 总共是一

A docstring is written as `tr("…", "…")`, too. A label keeps its English beside its Chinese, because a machine without
a Chinese font falls back to it. Nothing else of the code changes, and every line knows which line of the source it is.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from course_lib.publishing import literals
from course_lib.publishing.percent import Report

# By the name of a function, the place of the English among its arguments; the Chinese follows it.
WORDS = {"tr": 0, "plots.label": 0, "plots.show": 1, "plots.film": 3, "attention.head_chooser": 3}
# These are nothing but their words; the others show something, of which the words are the alternative text.
_WORDS_ALONE = ("tr", "plots.label")
_KEYWORDS = ("english", "chinese")

CHINESE = re.compile(
    "[\u2e80-\u303f\u3100-\u312f\u31a0-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)

# Code in which none of these stands has no words in two languages.
_MAY_HOLD_WORDS = re.compile("|".join(sorted({name.rpartition(".")[2] for name in (*WORDS, *_KEYWORDS)})))

_MAGIC = re.compile(r"(?P<indent>\s*)[%!].*")
_COMMENTS = re.compile(r"\s+#\s")


@dataclass(frozen=True)
class Wording:
    """Code in one language.

    Args:
        code: the code.
        lines: for each of its lines the line of the source that it comes from, both counted from 0.
    """

    code: str
    lines: tuple[int, ...]


@dataclass(frozen=True)
class _Edit:
    """What takes the place of the code from `start` to `end`: `text`, which begins at `origin` in the source.

    `open` says that no bracket is around it.
    """

    start: int
    end: int
    text: str
    origin: int
    open: bool = False


def _ignore(line: int, message: str) -> None:
    """Who only wants the code has had it checked before."""


def in_language(code: str, language: str, report: Report = _ignore) -> Wording:
    """Write code in its reader's language.

    Args:
        code: the code of a cell as the source has it.
        language: `"en"` or `"zh"`.
        report: called with a line, counted from 0, and a message wherever words are not given as they should be; they
            stay as they are.

    Returns:
        The code, in which only words and comments differ from the source.

    Raises:
        SyntaxError: if it is no Python.
    """
    parsable = without_magics(code)
    cell = _Cell(parsable, language, report)
    tree = _tree(parsable)
    edits = [*(cell.edits(tree) if _MAY_HOLD_WORDS.search(code) else ()), *cell.comments()]
    return _applied(code, edits)


def check(code: str, holds_chinese: bool, report: Report) -> None:
    """Report all in a cell's code that no notebook could show to readers of one language.

    Args:
        code: the code of a cell as the source has it.
        holds_chinese: whether its Chinese is data, of which an English notebook holds some.
        report: called with a line, counted from 0, and a message.
    """
    english = in_language(code, "en", report)
    lines = english.code.split("\n")
    chinese = [line for line, text in zip(english.lines, lines, strict=True) if CHINESE.search(text)]
    if holds_chinese and not chinese:
        report(0, 'chinese="data" is said of a cell whose English has no Chinese in it; take it away')
    for line in [] if holds_chinese else chinese:
        report(
            line,
            'Chinese that an English reader would see; give words in both languages, tr("score", "得分"), and comments'
            ' as well, # scores  # 得分; where it is data, the marker of the cell says chinese="data"',
        )


def without_magics(code: str) -> str:
    """The code as Python reads it: in place of a magic stands `pass`, on the same line."""
    try:
        _tree(code)
    except (SyntaxError, ValueError):
        lines = (f"{magic['indent']}pass" if (magic := _MAGIC.fullmatch(line)) else line for line in code.split("\n"))
        return "\n".join(lines)
    return code


class _Cell:
    """Code, and where its lines begin."""

    def __init__(self, code: str, language: str, report: Report) -> None:
        self.code = code
        self.language = language
        self.report = report
        self.lines = code.split("\n")
        self.begins = [0]
        for line in self.lines:
            self.begins.append(self.begins[-1] + len(line) + 1)

    def edits(self, node: ast.AST) -> Iterator[_Edit]:
        """What changes in the code of a node."""
        if isinstance(node, ast.JoinedStr):
            start, end = self._span(node)
            text = self._words(node)
            if text != self.code[start:end]:
                yield _Edit(start, end, text, start)
            return
        pair = self._pair(node) if isinstance(node, ast.Call) else None
        if pair is None:
            for child in ast.iter_child_nodes(node):
                yield from self.edits(child)
            return
        name = _name(node.func)
        if name in _WORDS_ALONE:
            if name == "tr" or self.language == "en":
                chosen = pair[self.language == "zh"]
                text = self._words(chosen)
                is_open = literals.is_broken(text) and self._is_open(node)
                yield _Edit(*self._span(node), text, self._span(chosen)[0], is_open)
            return
        others = [argument for argument in (*node.args, *node.keywords) if argument not in pair]
        for child in (node.func, *others):
            yield from self.edits(child)
        yield self._of_two(*pair)

    def comments(self) -> Iterator[_Edit]:
        """What changes in comments: of two on a line the first is English and the second Chinese."""
        if "#" not in self.code:
            return
        for token in tokenize.generate_tokens(io.StringIO(self.code).readline):
            if token.type != tokenize.COMMENT:
                continue
            words = _COMMENTS.split(token.string.removeprefix("#").strip())
            if len(words) > 2:
                self.report(token.start[0] - 1, "more than two comments; a line has an English and a Chinese one")
            if len(words) == 2:
                start = self.begins[token.start[0] - 1] + token.start[1]
                yield _Edit(start, start + len(token.string), f"# {words[self.language == 'zh']}", start)

    def _pair(self, call: ast.Call) -> list[ast.expr | ast.keyword] | None:
        """The arguments that hold the words, the English and the Chinese; None where there are none or no good ones."""
        name = _name(call.func)
        pair = [argument for argument in call.keywords if argument.arg in _KEYWORDS]
        if not pair and name not in WORDS:
            return None
        if not pair:
            pair = call.args[WORDS[name] : WORDS[name] + 2]
        fault = self._fault(name, call, pair)
        if fault:
            self.report(call.lineno - 1, fault)
            return None
        return pair

    def _fault(self, name: str, call: ast.Call, pair: list[ast.expr | ast.keyword]) -> str:
        said = f"{name or 'the call'} needs its words in both languages, the English and then the Chinese"
        if len(pair) != 2 or (name in _WORDS_ALONE and len(call.args) + len(call.keywords) != 2):
            return said
        if isinstance(pair[0], ast.keyword) and (name in _WORDS_ALONE or [one.arg for one in pair] != list(_KEYWORDS)):
            return said
        values = [one.value if isinstance(one, ast.keyword) else one for one in pair]
        if not all(isinstance(one, ast.JoinedStr) or _is_text(one) for one in values):
            return f"{said}; the words themselves stand there, in quotation marks, and not a name for them"
        between = self.code[self._span(values[0])[1] : self._span(pair[1])[0]]
        if between.strip() != ",":
            return f"{said}; nothing but a comma stands between them, no bracket and no comment"
        if name in _WORDS_ALONE:
            before = self.code[self._span(call.func)[1] : self._span(values[0])[0]]
            after = self.code[self._span(values[1])[1] : self._span(call)[1]]
            if before.strip() != "(" or re.sub(r"\s", "", after) not in (")", ",)"):
                return f"{said}; nothing else stands in its brackets, no bracket and no comment"
        return ""

    def _of_two(self, english: ast.expr | ast.keyword, chinese: ast.expr | ast.keyword) -> _Edit:
        """One argument in place of two."""
        chosen = chinese if self.language == "zh" else english
        value = chosen.value if isinstance(chosen, ast.keyword) else chosen
        name = "alternative=" if isinstance(chosen, ast.keyword) else ""
        start, end = self._span(english)[0], self._span(chinese)[1]
        return _Edit(start, end, name + self._words(value), self._span(chosen)[0])

    def _words(self, node: ast.expr) -> str:
        """The literal, with its fields in the reader's language."""
        start, end = self._span(node)
        text = self.code[start:end]

        def rewrite(code: str) -> str:
            def report(line: int, message: str) -> None:
                self.report(node.lineno - 1 + line, message)

            stripped = code.strip()
            try:
                tree = ast.parse(f"({stripped})", mode="eval")
            except SyntaxError:  # `{loss=}` shows its own code
                return code
            field = _Cell(f"({stripped})", self.language, report)
            made = _applied(field.code, list(field.edits(tree))).code[1:-1]
            return code if made == stripped else made

        return literals.with_fields(text, rewrite) if isinstance(node, ast.JoinedStr) else text

    def _is_open(self, node: ast.expr) -> bool:
        """Whether no bracket is around a node, so that its text must not run on to a second line."""
        row, column = node.lineno, self._span(node)[0] - self.begins[node.lineno - 1]
        depth = 0
        for token in tokenize.generate_tokens(io.StringIO(self.code).readline):
            if token.start >= (row, column):
                break
            if token.type == tokenize.OP:
                depth += (token.string in "([{") - (token.string in ")]}")
        return depth == 0

    def _span(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        """Where a node begins and ends in the code; Python counts bytes."""
        return self._place(node.lineno, node.col_offset), self._place(node.end_lineno, node.end_col_offset)

    def _place(self, line: int, column: int) -> int:
        return self.begins[line - 1] + len(self.lines[line - 1].encode("utf-8")[:column].decode("utf-8"))


def _name(function: ast.expr) -> str:
    """What a called function is called by, as `tr` or `plots.show`; empty where that is no name."""
    if isinstance(function, ast.Name):
        return function.id
    before = _name(function.value) if isinstance(function, ast.Attribute) else ""
    return before and f"{before}.{function.attr}"


@lru_cache(maxsize=8)  # one code is read several times in a row
def _tree(code: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(code)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _applied(code: str, edits: list[_Edit]) -> Wording:
    """The code with all edits made, and the line of the source that each of its lines comes from."""
    made, origins = "", []  # for each character made, the line it comes from
    done = line = 0
    for edit in [*sorted(edits, key=lambda edit: edit.start), _Edit(len(code), len(code), "", len(code))]:
        if edit.start < done:  # a comment among words that are gone
            continue
        for character in code[done : edit.start]:
            origins.append(line)
            line += character == "\n"
        made += code[done : edit.start]
        text = _set(edit, code, made)
        own = code.count("\n", 0, edit.origin)
        for character in text:
            origins.append(own)
            own += character == "\n"
        made += text
        done, line = edit.end, code.count("\n", 0, edit.end)
    lines = []
    begins = 0
    for text in made.split("\n"):
        first = begins + len(text) - len(text.lstrip())
        lines.append(origins[min(first, len(origins) - 1)] if origins else 0)
        begins += len(text) + 1
    return Wording(made, tuple(lines))


def _set(edit: _Edit, code: str, before: str) -> str:
    """The text of an edit: lines that followed its first one as they stood under it still do."""
    if not literals.is_broken(edit.text):
        return edit.text
    old = edit.origin - (code.rfind("\n", 0, edit.origin) + 1)
    new = len(before) - (before.rfind("\n") + 1)
    text = literals.moved(edit.text, new + edit.open - old)
    return f"({text})" if edit.open else text
