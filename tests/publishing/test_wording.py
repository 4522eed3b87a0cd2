"""Proves that a notebook holds its reader's words alone, that nothing else of its code changes, and that every line
knows where it comes from."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from course_lib.publishing import source
from course_lib.publishing.lesson import Cell, Chapter
from course_lib.publishing.notebooks import notebook
from course_lib.publishing.wording import CHINESE, check, in_language, without_magics
from tests import lessons

# Source, English, Chinese; where a form is for labels alone, the Chinese keeps both.
FORMS = {
    "words": ('print(tr("score", "得分"))', 'print("score")', 'print("得分")'),
    "among other arguments": (
        'print(f"{n:,}", tr("words", "个词"), end="")',
        'print(f"{n:,}", "words", end="")',
        'print(f"{n:,}", "个词", end="")',
    ),
    "a key": ('{tr("a", "甲"): tr("b", "乙")}', '{"a": "b"}', '{"甲": "乙"}'),
    "after wide letters on the line": (
        'f("中", tr("a", "甲"), tr("b", "乙"))',
        'f("中", "a", "b")',
        'f("中", "甲", "乙")',
    ),
    "quotes": (
        "print(tr('it isn\\'t \"it\"', '不是“它”'))",
        "print('it isn\\'t \"it\"')",
        "print('不是“它”')",
    ),
    "a label": ('plots.label("loss", "损失")', '"loss"', 'plots.label("loss", "损失")'),
    "a label that counts": (
        'plots.label(f"{n} words", f"{n} 个词")',
        'f"{n} words"',
        'plots.label(f"{n} words", f"{n} 个词")',
    ),
    "a figure": (
        'plots.show(figure, "A line.", "线。")',
        'plots.show(figure, "A line.")',
        'plots.show(figure, "线。")',
    ),
    "a figure on several lines": (
        'plots.show(\n    figure,\n    "A line"\n    " that rises.",\n    "一条"\n    "线。",\n)',
        'plots.show(\n    figure,\n    "A line"\n    " that rises.",\n)',
        'plots.show(\n    figure,\n    "一条"\n    "线。",\n)',
    ),
    "a film": ("plots.film(f, draw, x, 'A.', '甲。', pace=9)", "plots.film(f, draw, x, 'A.', pace=9)", None),
    "a map": (
        'flow(boxes={"a": tr("a", "甲")},\n     english="A map.",\n     chinese="图。",\n)',
        'flow(boxes={"a": "a"},\n     alternative="A map.",\n)',
        'flow(boxes={"a": "甲"},\n     alternative="图。",\n)',
    ),
    "in an f-string": ("f\"{tr('loss', '损失')} {x:.2f}\"", 'f"loss {x:.2f}"', 'f"损失 {x:.2f}"'),
    "all of an f-string": ("print(f\"{{{tr('a', '甲')}}}: {tr('b', '乙')}\")", 'print("{a}: b")', 'print("{甲}: 乙")'),
    "braces in an f-string": ('f\'{tr("it {1}", "它 {1}")} {x}\'', "f'it {{1}} {x}'", "f'它 {{1}} {x}'"),
    "quotes in an f-string": (
        'f"""{tr(\'a "b"\', \'甲\')} {x}"""',
        'f"""{\'a "b"\'} {x}"""',
        'f"""甲 {x}"""',
    ),
    "an f-string in an f-string": ("f\"{tr(f'{n} words', f'{n} 词')}: {x}\"", 'f"{n} words: {x}"', 'f"{n} 词: {x}"'),
    "with a width": ("f\"{tr('a', '甲'):>8} {x!r:>{w}}\"", "f\"{'a':>8} {x!r:>{w}}\"", "f\"{'甲':>8} {x!r:>{w}}\""),
    "of two": (
        "f\"{tr('a', '甲') if x else tr('b', '乙')}\"",
        "f\"{'a' if x else 'b'}\"",
        "f\"{'甲' if x else '乙'}\"",
    ),
    "raw": ("rf\"\\d {tr('a', '甲')} {x}\"", 'rf"\\d a {x}"', 'rf"\\d 甲 {x}"'),
    "side by side": (
        "print(f\"{tr('a', '甲')}\"\n      f\" {x} {tr('b', '乙')}\"\n      ' c')",
        'print("a"\n      f" {x} b"\n      \' c\')',
        'print("甲"\n      f" {x} 乙"\n      \' c\')',
    ),
    "words on two lines": (
        'print(x, tr("one"\n            " two", "一二"), y)',
        'print(x, "one"\n         " two", y)',
        'print(x, "一二", y)',
    ),
    "words on two lines and no bracket": (
        'x = tr("one"\n       " two", "一二")\ny = 1',
        'x = ("one"\n     " two")\ny = 1',
        'x = "一二"\ny = 1',
    ),
    "Chinese under English": (
        'print(tr("one",\n         "一"\n         "二"))\nx',
        'print("one")\nx',
        'print("一"\n      "二")\nx',
    ),
    "a docstring": (
        'def f(x):\n    tr("""Of x:\n    a sum.""", """求和。""")\n    return x',
        'def f(x):\n    """Of x:\n    a sum."""\n    return x',
        'def f(x):\n    """求和。"""\n    return x',
    ),
    "a comment": ("x = 1  # one # 一", "x = 1  # one", "x = 1  # 一"),
    "a comment of its own line": ("# (batch,) | one  # 一\nx = 1", "# (batch,) | one\nx = 1", "# 一\nx = 1"),
    "a comment for both": ("x = 1  # (batch, 2)", "x = 1  # (batch, 2)", "x = 1  # (batch, 2)"),
    "no comment": ('print("a # b")', 'print("a # b")', 'print("a # b")'),
    "nothing": ("%matplotlib inline\nx = f'{y=} {z!r}'", "%matplotlib inline\nx = f'{y=} {z!r}'", None),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_written_in_either_language(form: str):
    given, english, chinese = FORMS[form]
    assert in_language(given, "en").code == english
    if chinese is not None:
        assert in_language(given, "zh").code == chinese


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_in_a_language_stays_as_it_is(form: str):
    for language in ("en", "zh"):
        once = in_language(FORMS[form][0], language).code
        assert in_language(once, language).code == once


def test_every_line_says_which_line_of_the_source_it_comes_from():
    code = 'a = 1\nplots.show(\n    figure,\n    "A"\n    " line.",\n    "线",\n)\nb = f"{tr(\'x\', \'甲\')}"\n\nc'
    english, chinese = in_language(code, "en"), in_language(code, "zh")
    assert english.lines == (0, 1, 2, 3, 4, 6, 7, 8, 9)
    assert chinese.lines == (0, 1, 2, 5, 6, 7, 8, 9)


NEEDS = "needs its words in both languages, the English and then the Chinese"
NAMES = "the words themselves stand there, in quotation marks"
FAULTS = {
    'x = 1\nprint(tr("score"))': (1, NEEDS),
    'tr("a", "甲", "ㄅ")': (0, NEEDS),
    "x\n\ntr(english, chinese)": (2, NAMES),
    'tr("a", name)': (0, NAMES),
    "tr(*pair)": (0, NEEDS),
    'tr("a" + x, "甲")': (0, NAMES),
    'plots.label("loss")': (0, NEEDS),
    'plots.show(figure, "A line.")': (0, NEEDS),
    'flow(english="A map.")': (0, NEEDS),
    'flow(chinese="图。", english="A map.")': (0, NEEDS),
    'flow(english="A map.", x=1, chinese="图。")': (0, "nothing but a comma"),
    'tr(english="a", chinese="甲")': (0, NEEDS),
    'print(\n    tr("a",  # why\n       "甲"))': (1, "nothing but a comma"),
    'tr(("a"), "甲")': (0, "nothing but a comma"),
    "x\nf\"{x} {tr('a')}\"": (1, NEEDS),
    'x\ny = "甲"': (1, "Chinese that an English reader would see"),
    "x\ny = 1  # 甲": (1, "Chinese that an English reader would see"),
    'tr("甲", "乙")': (0, "Chinese that an English reader would see"),
    "x = 1  # a  # 甲  # b": (0, "more than two comments"),
}


@pytest.mark.parametrize("code", FAULTS)
def test_words_in_one_language_or_by_name_are_told_with_their_line(code: str):
    told: list[tuple[int, str]] = []
    check(code, False, lambda line, message: told.append((line, message)))
    line, message = FAULTS[code]
    assert told[0][0] == line and message in told[0][1]


def test_a_good_cell_has_no_fault():
    for given, _, _ in FORMS.values():
        if '"中"' not in given:
            check(given, False, lambda line, message: pytest.fail(f"{line}: {message}"))


def test_chinese_that_is_data_is_said_to_be(path: Path, change: Callable[..., int]):
    line = change("twice = sentences * 2", 'twice = ["一部好电影"]')
    with pytest.raises(source.SourceProblems, match=f":{line}: Chinese that an English reader would see"):
        source.parse(path)
    change('id="twice" tags=["fold"]', 'id="twice" tags=["fold"] chinese="data"')
    assert source.parse(path).cell("twice").holds_chinese
    change('["一部好电影"]', '["one good film"]')
    with pytest.raises(source.SourceProblems, match=f'{line}: chinese="data" is said of a cell whose English has no'):
        source.parse(path)
    change('chinese="data"', 'chinese="words"')
    with pytest.raises(source.SourceProblems, match="chinese='words'; allowed: chinese=\"data\""):
        source.parse(path)


def test_both_editions_of_an_exercise_are_in_the_readers_language(path: Path, change: Callable[..., int]):
    change("    return words.count(word)", "    # of all words # 占全部的词\n    return words.count(word)")
    for language, docstring, comment in (
        ("en", "The share of a word among all words.", "# of all words"),
        ("zh", "一个词占全部词的比例。", "# 占全部的词"),
    ):
        student, solution = (
            next(cell for cell in notebook(source.parse(path), language, edition).cells if cell.id == "ex1")
            for edition in ("student", "solution")
        )
        assert f'"""{docstring}"""' in student.source and "tr(" not in student.source
        assert f"    {comment}" in solution.source.split("\n")
        assert solution.metadata.course["stub"] == student.source


# Several tests look at all code in either language.
worded = cache(in_language)


def codes() -> Iterator[tuple[Chapter, Cell, str]]:
    """Every code of the lessons: of cells, stubs and solutions."""
    for chapter in lessons.lessons():
        for cell in chapter.cells:
            for code in (cell.code, cell.solution):
                if cell.kind == "code" and code:
                    yield chapter, cell, code


def test_no_english_notebook_holds_chinese_that_is_not_data():
    held = [
        f"{chapter.slug}, {cell.id}: {line}"
        for chapter, cell, code in codes()
        for line in worded(code, "en").code.split("\n")
        if CHINESE.search(line) and not cell.holds_chinese
    ]
    assert not held, "\n".join(held)


class _WithoutWords(ast.NodeTransformer):
    """Code in which every text is the same, and a label is a text."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant("…") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return ast.Constant("…")

    def visit_Call(self, node: ast.Call) -> ast.AST:
        is_label = ast.unparse(node.func) == "plots.label"
        return ast.Constant("…") if is_label else self.generic_visit(node)


def skeleton(code: str) -> str:
    return ast.unparse(_WithoutWords().visit(ast.parse(code)))


def test_the_two_languages_have_the_same_code_once_words_and_comments_are_taken_out():
    differing = [
        f"{chapter.slug}, {cell.id}"
        for chapter, cell, code in codes()
        if skeleton(worded(code, "en").code) != skeleton(worded(code, "zh").code)
    ]
    assert not differing


def test_every_line_of_a_notebook_begins_as_the_line_of_the_source_that_it_comes_from():
    for _, _, code in codes():
        given = code.split("\n")
        for language in ("en", "zh"):
            made = worded(code, language)
            lines = made.code.split("\n")
            assert list(made.lines) == sorted(made.lines) and len(lines) == len(made.lines)
            for text, line in zip(lines, made.lines, strict=True):
                begins = re.search(r"\w+", text.replace("alternative=", ""))
                assert begins is None or begins[0] in given[line], (text, given[line])


# Words that no formula, no shape and no name consists of.
ENGLISH = re.compile(r"\b(?:an|and|are|as|at|by|each|for|from|in|is|its|no|of|on|one|only|the|this|to|what|with)\b")


def remarks(code: str) -> Iterator[str]:
    """The comments and docstrings of a piece of code."""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield ast.get_docstring(node) or ""


def test_comments_and_docstrings_of_the_chinese_notebooks_are_chinese():
    left = [
        f"{chapter.slug}, {cell.id}: {remark}"
        for chapter, cell, code in codes()
        for remark in remarks(in_language(without_magics(code), "zh").code)
        if ENGLISH.search(re.sub(r"“[^”]*”|`[^`]*`", "", remark))
    ]
    assert not left, "\n".join(left)
