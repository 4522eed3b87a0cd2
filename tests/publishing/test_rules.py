"""Proves that each rule of the lesson format, when it is broken, is told with the exact line and in useful words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.publishing import source

# What is replaced, by what, how many lines below the replaced passage's first line the problem is, and what it says.
BROKEN = {
    "a stale translation": (
        "How often does a word occur?",
        "How often is a word there?",
        1,
        "the Chinese of 'counting' is stale: its English has changed. "
        "Revise it, then accept it: course build --accept 99:counting",
    ),
    "a translation without a hash": (
        ' of="a06532be"',
        "",
        0,
        "of is missing: it says which English text this translates",
    ),
    "a reference to a section that is not there": (
        "How often does a word occur?",
        "How often does a word occur? See {{99 nowhere}}.",
        0,
        "{{99 nowhere}}: lesson 99 has no such cell with a heading",
    ),
    "an unknown tag": (
        'tags=["fold"]',
        'tags=["hide"]',
        0,
        "unknown tag 'hide'; allowed: quiz, predict, stop, exercise, solution, check, fold",
    ),
    "tags that are no list": ('tags=["fold"]', 'tags="fold"', 0, "tags='fold'; write a list"),
    "a tag of prose on code": ('tags=["fold"]', 'tags=["quiz"]', 0, "the tag 'quiz' is for prose"),
    "a stop before no section": (
        'id="share" lang="en"',
        'id="share" lang="en" tags=["stop"]',
        1,
        "a place to stop stands before a numbered section",
    ),
    "a tag of code on prose": (
        'id="share" lang="en"',
        'id="share" lang="en" tags=["fold"]',
        0,
        "the tag 'fold' is for code",
    ),
    "two kinds in one cell": (
        'id="ex1-check" tags=["check"]',
        'id="ex1-check" tags=["check", "solution"]',
        0,
        "a cell is one of these, not several: check, solution",
    ),
    "other tags in the other language": (
        'of="f2f58384" tags=["predict"]',
        'of="f2f58384"',
        0,
        "the two languages of 'predict-more' have different tags: ['predict'] and []",
    ),
    "an id used twice": ('id="twice"', 'id="two-sentences"', 0, 'id="two-sentences" is used already on line 11'),
    "no id": (' id="twice"', "", 0, "the cell has no id"),
    "an id of other letters": (
        'id="twice"',
        'id="Twice!"',
        0,
        "id='Twice!': an id is made of at most 64 of a–z, 0–9 and -",
    ),
    "an id that is no text": ('id="twice"', "id=2", 0, "id=2: an id is made of"),
    "an id that is a list": ('id="twice"', 'id=["twice"]', 0, "id=['twice']: an id is made of"),
    "an id that is too long": ('id="twice"', f'id="{"a" * 65}"', 0, "an id is made of at most 64"),
    "an id of the build": (
        'id="twice"',
        'id="course-twice"',
        0,
        "ids that begin with 'course-' are for cells that the build",
    ),
    "code with a language": (
        'id="twice"',
        'id="twice" lang="en"',
        0,
        "lang belongs to prose, and this is code; code is the same in every language",
    ),
    "code with a hash": ('id="twice"', 'id="twice" of="12345678"', 0, "of belongs to prose, and this is code"),
    "prose with minutes": ('id="share" lang="en"', 'id="share" lang="en" minutes=3', 0, "minutes belongs to code"),
    "prose without a language": (' id="share" lang="en"', ' id="share"', 0, 'lang="en" or lang="zh"; given: nothing'),
    "prose of a third language": ('id="share" lang="en"', 'id="share" lang="fr"', 0, "given: 'fr'"),
    "English with a hash": (
        'id="share" lang="en"',
        'id="share" lang="en" of="9e21ef29"',
        0,
        "of belongs to the Chinese",
    ),
    "an unknown key": ('id="twice"', 'id="twice" colour="red"', 0, "unknown key 'colour'; allowed here: id, tags"),
    "a key given twice": ('id="twice"', 'id="twice" id="twice"', 0, "id is given twice"),
    "a value that is no JSON": ('id="twice"', "id=twice", 0, "the value of id is no JSON"),
    "words in a marker": ('# %% id="twice"', '# %% Twice id="twice"', 0, "cannot read 'Twice id="),
    "a marker without its space": ('# %% id="twice"', '#%% id="twice"', 0, "not a cell marker"),
    "a marker that is indented": ('# %% id="twice"', '  # %% id="twice"', 0, "not a cell marker"),
    "a marker of another kind": ('# %% id="twice" ', '# %% [raw] id="twice" ', 0, "cannot read '[raw]"),
    "code before the first marker": (
        "# A lesson for",
        "print(1)\n# A lesson for",
        0,
        "code before the first cell marker",
    ),
    "prose that is no comment": (
        "# ```python\n# # not",
        "```python\n# # not",
        0,
        "every line of a prose cell begins with",
    ),
    "prose with a blank line in it": ("用 *n* 表示", "用 *n*\n\n# 表示", 1, "every line of a prose cell begins with"),
    "an empty cell": ("twice = sentences * 2\n", "\n", -1, "the cell is empty"),
    "a tab": ("    for word in", "\tfor word in", 0, "a tab; use spaces"),
    "a bare carriage return": ("one good film", "one good\rfilm", 0, "a bare carriage return"),
    "a title that is none": ("# # Counting words", "# Counting words", 0, "the first line of a chapter is its title"),
    "a title that is not first": (
        "# # Counting words",
        "# Well:\n#\n# # Counting words",
        0,
        "the first line of a chapter",
    ),
    "a second title": ("# ## The share", "# # The share", 0, "a chapter has one title"),
    "a second title in the first cell": ("# How often", "# # Again\n# How often", 0, "a chapter has one title"),
    "other headings in the other language": (
        "# ## 词的占比",
        "# ### 词的占比",
        0,
        "differ in their heading levels: [2] and [3]",
    ),
    "a formula less": (
        "# ## 词的占比\n#\n# $$ p_w = \\frac{n_w}{N} \\tag{1} $$\n#",
        "# ## 词的占比\n#",
        0,
        "differ in their number of displayed formulas: 1 and 0",
    ),
    "a column without a head": (
        "# ## 词的占比",
        "# ## 词的占比\n#\n# | | 次 |\n# |---|---|\n# | 词 | 1 |",
        2,
        "without a head",
    ),
    "a formula that is not closed": ("用 *n* 表示", "用 $$ n 表示", 0, "a displayed formula that is not closed"),
    "a picture less": (
        "# ## 词的占比",
        "# ## 词的占比\n#\n# ![图](a.svg)",
        0,
        "differ in their number of pictures: 0 and 1",
    ),
    "a code block less": (
        "# ```python\n# # 这不是标题\n# share = n / N\n# ```",
        "# 没有代码",
        -4,
        "differ in their number of code blocks: 1 and 0",
    ),
    "a picture without words": (
        "# ## 词的占比",
        "# ## 词的占比\n#\n# ![](a.svg)",
        2,
        "a picture without alternative text",
    ),
    "an HTML picture without words": (
        "用 *n* 表示",
        "用 <img src='a.svg'> 表示",
        0,
        "a picture without alternative text",
    ),
    "a picture from elsewhere": (
        "用 *n* 表示",
        "用 ![图](https://example.org/a.png) 表示",
        0,
        "a picture from elsewhere",
    ),
    "emphasis that does not close": ("用 **N** 表示", "用**“N”**表示", 0, "** is shown as it stands"),
    "emphasis that does not close further down": (
        "一个词出现了多少次？",
        "一个词出现了\n# **“多少次”**呢？",
        1,
        "** is shown as it stands",
    ),
    "an error below blank lines": (
        '# %% id="twice" tags=["fold"]\n',
        '# %% id="twice" tags=["fold"]\n\n\nthrice = (\n\n',
        3,
        "not Python",
    ),
    "a quiz with one choice": (
        "# - [x] 1 — 每个词总是**某个**词，\n#   所以不会剩下什么。\n# - [ ] 看情况 — 不看情况。",
        "#",
        -3,
        "a quiz has at least two choices",
    ),
    "code that is no Python": ("twice = sentences * 2", "twice = sentences *", 0, "not Python: invalid syntax"),
    "a solution that is no Python": ("    return max(words, key=len)", "    return max(words", 0, "not Python"),
    "an escape that Python warns of": (
        "twice = sentences * 2",
        'twice = "\\d"',
        0,
        "not Python: invalid escape sequence",
    ),
    "an exercise without a solution": (
        '# %% id="ex2" tags=["solution"]\ndef longest(words):\n    return max(words, key=len)\n',
        "",
        -3,
        "an exercise without a solution",
    ),
    "a solution without its exercise": (
        '# %% id="ex2" tags=["exercise"] difficulty=1 minutes=1\ndef longest(words):\n    raise NotImplementedError\n',
        "",
        0,
        "a solution without its exercise",
    ),
    "an exercise without a check": (
        '# %% id="ex2-check" tags=["check"]\ncheck("99.2", longest)\n',
        "",
        -6,
        "an exercise without a check: a code cell with id=ex2-check and the tag check",
    ),
    "a check of another exercise": ('check("99.2"', 'check("99.1"', 0, "the check of 'ex2' calls check(\"99.2\", …)"),
    "a check of no exercise": (
        'id="twice" tags=["fold"]',
        'id="twice" tags=["check"]',
        0,
        "id='twice': the check of exercise",
    ),
    "an exercise out of order": (
        'id="ex1" tags=["exercise"]',
        'id="ex3" tags=["exercise"]',
        0,
        "exercise 1 of a chapter has",
    ),
    "difficulty beyond three": ("difficulty=2", "difficulty=4", 0, "difficulty=4; allowed: 1, 2 or 3"),
    "difficulty in words": ("difficulty=2", 'difficulty="hard"', 0, "difficulty='hard'; allowed: 1, 2 or 3"),
    "minutes of nothing": ("minutes=10", "minutes=0", 0, "minutes=0; allowed: a whole number above 0"),
    "minutes that are true": ("minutes=10", "minutes=true", 0, "minutes=True; allowed: a whole number above 0"),
    "no minutes": (" minutes=10", "", 0, "an exercise says its minutes"),
    "minutes elsewhere": ('id="twice"', 'id="twice" minutes=3', 0, "minutes belongs to a cell tagged exercise"),
    "a quiz with two right choices": (
        "- [ ] It depends —",
        "- [x] It depends —",
        -5,
        "exactly one right choice, '- [x]'; given: 2",
    ),
    "a quiz with no right choice": (
        "- [x] 1 — Every",
        "- [ ] 1 — Every",
        -3,
        "exactly one right choice, '- [x]'; given: 0",
    ),
    "a choice without a reason": (
        "- [ ] It depends — It does not.",
        "- [ ] It depends",
        0,
        "a choice has its reason after",
    ),
    "a choice with an empty reason": ("It depends — It does not.", "It depends — ", 0, "a choice has its reason after"),
    "a reason that says the verdict again": (
        "- [x] 1 — Every",
        "- [x] 1 — Right, every",
        0,
        "the page says whether a choice is right; the reason begins after 'Right,'",
    ),
    "a choice of another mark": (
        "- [ ] It depends",
        "- [?] It depends",
        0,
        "a choice begins with '- [ ] ' or '- [x] '",
    ),
    "a formula in a choice": ("- [ ] It depends —", "- [ ] $n$ —", 0, "no formula in a choice"),
    "words after the choices": (
        "- [ ] It depends — It does not.",
        "- [ ] It depends — No.\n# Well.",
        1,
        "nothing follows",
    ),
    "a quiz without a question": ("# **What do all shares add up to?**\n", "", 1, "a quiz begins with its question"),
    "a prediction without an explanation": (
        "# > Nothing: $n_w$ and $N$ both double.\n# >\n# > - The share is a *ratio*.",
        "# It stays.",
        -2,
        "a prediction ends with its explanation, quoted",
    ),
    "a prediction with an empty explanation": (
        "# > 不变：$n_w$ 和 $N$ 都加倍。\n# >\n# > - 占比是一个*比值*。",
        "# >",
        -2,
        "a prediction ends with its explanation, quoted",
    ),
    "a prediction that goes on": ("# > - 占比是一个*比值*。", "# > - 占比。\n#\n# 还有。", 2, "nothing follows"),
    "a quiz right elsewhere in the other language": (
        "# - [x] 1 — 每个词总是**某个**词，\n#   所以不会剩下什么。\n# - [ ] 看情况",
        "# - [ ] 1 — 每个词总是**某个**词，\n#   所以不会剩下什么。\n# - [x] 看情况",
        -3,
        "the two languages of a quiz differ",
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_told_with_its_line(rule: str, path: Path, change: Callable[..., int]):
    old, new, below, message = BROKEN[rule]
    line = change(old, new) + below
    found = [(problem.line, problem.message) for problem in source.problems(path)]
    assert any(at == line and message in text for at, text in found), f"wanted line {line}; found {found}"


def test_the_english_alone_is_told(path: Path, lesson_text: str):
    start = lesson_text.index('# %% [markdown] id="share" lang="zh"')
    end = lesson_text.index('# %% id="ex1" tags=["exercise"]')
    path.write_text(lesson_text[:start] + lesson_text[end:], encoding="utf-8")
    line = lesson_text[: lesson_text.index('# %% [markdown] id="share" lang="en"')].count("\n") + 1
    assert [(problem.line, problem.message) for problem in source.problems(path)] == [
        (line, "the Chinese of 'share' is missing: it follows its English directly")
    ]


def test_the_chinese_alone_is_told(path: Path, lesson_text: str):
    start = lesson_text.index('# %% [markdown] id="share" lang="en"')
    end = lesson_text.index('# %% [markdown] id="share" lang="zh"')
    path.write_text(lesson_text[:start] + lesson_text[end:], encoding="utf-8")
    assert [(problem.line, problem.message) for problem in source.problems(path)] == [
        (
            lesson_text[:start].count("\n") + 1,
            "the English of 'share' is missing: it stands directly before its Chinese",
        )
    ]


def test_chinese_before_english_is_told(path: Path, lesson_text: str):
    first, second, third = (
        lesson_text.index(mark)
        for mark in (
            '# %% [markdown] id="share" lang="en"',
            '# %% [markdown] id="share" lang="zh"',
            '# %% id="ex1" tags=["e',
        )
    )
    swapped = lesson_text[:first] + lesson_text[second:third] + lesson_text[first:second] + lesson_text[third:]
    path.write_text(swapped, encoding="utf-8")
    messages = [problem.message for problem in source.problems(path)]
    assert "the English of 'share' is missing: it stands directly before its Chinese" in messages


def test_a_cell_between_the_two_languages_is_told(path: Path, change: Callable[..., int]):
    line = change('# %% [markdown] id="share" lang="zh"', '# %% id="between"\n1\n# %% [markdown] id="share" lang="zh"')
    found = {problem.line: problem.message for problem in source.problems(path)}
    assert found[line + 2].endswith("a translation follows its English directly")


def test_a_check_before_its_exercise_is_told(path: Path, lesson_text: str):
    check = '# %% id="ex2-check" tags=["check"]\ncheck("99.2", longest)\n'
    moved = lesson_text.replace(check, "").replace('# %% id="twice"', f'{check}# %% id="twice"')
    path.write_text(moved, encoding="utf-8")
    (problem,) = source.problems(path)
    assert problem.message == "the check of 'ex2' stands before its exercise"
    assert moved.split("\n")[problem.line - 1] == '# %% id="ex2-check" tags=["check"]'


def test_a_chapter_that_begins_with_code_is_told(path: Path, lesson_text: str):
    path.write_text('# %% id="early"\n1\n' + lesson_text.split("\n\n", 1)[1], encoding="utf-8")
    problem = source.problems(path)[0]
    assert (problem.line, problem.message) == (1, "a chapter begins with a prose cell that holds its title: '# Title'")


@pytest.mark.parametrize("content", ["", "# Only a note.\n"])
def test_a_file_without_cells_is_told(content: str, path: Path):
    path.write_text(content, encoding="utf-8")
    assert [(problem.line, problem.message) for problem in source.problems(path)] == [(1, "the chapter has no cells")]


def test_a_file_that_is_not_utf8_is_told_with_the_line_of_the_first_wrong_byte(path: Path, lesson_text: str):
    before, after = lesson_text.split("数词", 1)
    path.write_bytes(before.encode("utf-8") + "数词".encode("gbk") + after.encode("utf-8"))
    assert [(problem.line, problem.message) for problem in source.problems(path)] == [
        (before.count("\n") + 1, "byte 0xca is not UTF-8; save the file as UTF-8")
    ]


@pytest.mark.parametrize(
    "code",
    [
        "%pip install nothing\n!ls\nx = 1",
        "if True:\n    %pip install nothing",
        'x = ("%d"\n     % 3)',
        "await something()",
        'text = """\n%d of them\n"""',
    ],
)
def test_magics_and_what_only_looks_like_one_are_python(code: str, path: Path, change: Callable[..., int]):
    change("twice = sentences * 2", code)
    assert source.problems(path) == []


def test_an_error_after_a_magic_is_told_with_its_own_line(path: Path, change: Callable[..., int]):
    line = change("twice = sentences * 2", "%pip install nothing\nx = (\n")
    (problem,) = source.problems(path)
    assert problem.line == line + 1


def test_chinese_between_straight_quotation_marks_is_told(path: Path, lesson_text: str):
    cells = ('# %% [markdown] id="p" lang="en"\n# Say "yes".\n', '# %% [markdown] id="p" lang="zh"\n# 说\n# "是"。\n')
    path.write_text(lesson_text.replace('# %% id="twice"', "".join(cells) + '# %% id="twice"', 1), encoding="utf-8")
    source.accept(path, "p")
    (problem,) = source.problems(path)
    assert path.read_text(encoding="utf-8").splitlines()[problem.line - 1] == '# "是"。'
    assert '"是" stands between straight quotation marks' in problem.message


@pytest.mark.parametrize(
    "prose",
    [
        '# `print("好")` “好”',
        "# $a ** b$ and $$ x^{**} $$ and `**kwargs`",
        "# **“N”** 表示",
        "# <img src='a.svg' alt='a curve'>",
        "# <svg role='img' aria-label='a curve'></svg>",
        "# ![a curve](data:image/png;base64,AAAA)",
        "# ~~~\n# **“N”**表示 ![](http://example.org)\n# ~~~",
    ],
)
def test_prose_that_is_drawn_rightly_is_let_be(prose: str, path: Path, lesson_text: str):
    text = lesson_text.replace('# %% id="twice"', f'# %% [markdown] id="p" lang="en"\n{prose}\n# %% id="twice"', 1)
    chinese = f'# %% [markdown] id="p" lang="zh"\n{prose}\n# %% id="twice"'
    path.write_text(text.replace('# %% id="twice"', chinese, 1), encoding="utf-8")
    source.accept(path, "p")
    assert source.problems(path) == []
