"""What an instructor types: an assignment is made, handed out, handed in and graded; a reader sees what is solved."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOLVED = """def cut_heads(inputs, num_heads):
    return np.stack(np.split(inputs, num_heads, axis=-1), axis=1)
"""


@pytest.fixture
def made(course: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An assignment of one exercise, by the command."""
    monkeypatch.chdir(ROOT)
    folder = tmp_path / "week 5"
    answer = course("assignment", "make", "attention", "--exercises", "3", "--open", "1", "--out", str(folder))
    assert answer.code == 0 and "20 points" in answer.out, answer.err
    return folder


def test_from_the_first_word_to_the_table(course: Callable, made: Path):
    book = json.loads((made / "hand_out" / "zh" / "05_attention.ipynb").read_text(encoding="utf-8"))
    for cell in book["cells"]:
        if cell["id"] == "ex3":
            cell["source"] = SOLVED
    (made / "submitted" / "王小明.ipynb").write_text(json.dumps(book), encoding="utf-8")
    answer = course("assignment", "grade", str(made), "--jobs", "1", "--csv", "moodle")
    assert answer.code == 0, answer.err
    assert "王小明: graded, 10 points" in answer.err and "held by: " in answer.out
    assert "10.0" in (made / "graded" / "results.csv").read_text(encoding="utf-8-sig")
    assert (made / "graded" / "moodle.csv").is_file()
    assert "✔ 通过" in (made / "graded" / "feedback" / "王小明.html").read_text(encoding="utf-8")
    again = course("assignment", "grade", str(made))
    assert again.code == 0 and "kept" in again.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("make", "99", "--exercises", "1", "--out", "{out}"), 2, "unknown chapter '99'"),
        (("make", "5", "--exercises", "9", "--out", "{out}"), 2, "unknown exercise of lesson 05 '9'"),
        (("make", "5", "--exercises", "1"), 2, "--out"),
        (("grade", "{out}"), 2, "is no assignment"),
        (("grade", "{out}", "--csv", "excel"), 2, "allowed: course, moodle, nbgrader, otter"),
        (("grade", "{out}", "--worksheet", "w.csv"), 2, "--csv moodle"),
        (("grade", "{out}", "--given", "w.csv"), 2, "is no assignment"),
    ],
)
def test_wrong_usage_is_one_line(course: Callable, tmp_path: Path, monkeypatch, words, code, said):
    monkeypatch.chdir(ROOT)
    answer = course("assignment", *(word.format(out=tmp_path / "x") for word in words))
    assert answer.code == code and said in answer.err and len(answer.err.strip().splitlines()) == 1


def test_a_table_that_is_not_there_is_named_before_anything_is_graded(course: Callable, made: Path):
    book = (made / "hand_out" / "en" / "05_attention.ipynb").read_bytes()
    (made / "submitted" / "A.ipynb").write_bytes(book)
    for words in (("--csv", "moodle", "--worksheet"), ("--given",)):
        answer = course("assignment", "grade", str(made), *words, "none.csv")
        assert (answer.code, answer.err) == (
            2,
            "error: none.csv is not there; allowed: a CSV that can be read\n",
        )
    assert not (made / "graded").exists()


def test_progress_tells_of_a_folder_and_of_the_checkout(course: Callable, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(ROOT)
    answer = course("progress", str(ROOT / "chapters" / "zh"))
    assert answer.code == 0 and "5 道练习已通过 0 道" in answer.out
    found = json.loads(course("progress", str(ROOT / "chapters" / "en"), "--json").out)
    assert found[4]["steps"][0]["exercise"] == "05.1"
    assert course("progress", str(tmp_path / "none")).code == 2


# Words that are names in any language: of commands, options, columns, programs.
NAMES = {
    *(
        "course",
        "assignment",
        "make",
        "grade",
        "progress",
        "slides",
        "book",
        "run",
        "language",
        "both",
        "moodle",
        "out",
    ),
    *("Identifier", "Full", "name", "Grade", "Moodle", "Landlock", "seccomp", "Python", "CSV", "FOLDER", "NAME"),
    *("exercises", "open", "python", "pip", "install", "csv"),
}


def english(text: str, *names: str) -> list[str]:
    """What of a text is an English phrase: two words beside each other that are no names."""
    for name in names:
        text = text.replace(name, "·")
    runs = re.findall(r"[A-Za-z]{2,}(?:['’]s)?(?:[ ,;:]+[A-Za-z]{2,}(?:['’]s)?)+", text)
    return [run for run in runs if not set(re.findall(r"[A-Za-z]+", run)) <= NAMES]


def test_the_guard_of_the_language_sees_a_sentence():
    assert english("错误：nothing was handed in: week5 is empty") and not english("请用 course assignment make --out x")


@pytest.fixture
def chinese(course: Callable, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """The command in Chinese, which must not answer with an English phrase; paths are not its words."""
    monkeypatch.setenv("COURSE_LANGUAGE", "zh")

    def run(*arguments: str, code: int = 0) -> str:
        answer = course(*arguments)
        assert answer.code == code, answer
        said = answer.out + answer.err
        assert re.search("[\u4e00-\u9fff]", said), said
        paths = sorted((word for word in arguments if os.sep in word), key=len, reverse=True)
        assert not english(said, *paths), (said, english(said, *paths))
        return said

    return run


def test_in_chinese_an_assignment_is_made_and_graded_without_an_english_phrase(chinese, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    week = tmp_path / "week5"
    chinese(
        "assignment", "make", "5", "--exercises", "3", "--open", "1", "--due", "2020-01-01 08:00", "--out", str(week)
    )
    chinese("assignment", "grade", str(week), code=2)
    book = json.loads((week / "hand_out" / "en" / "05_attention.ipynb").read_text(encoding="utf-8"))
    for cell in book["cells"]:
        if cell["id"] == "ex3":
            cell["source"] = SOLVED
    (week / "submitted" / "A.ipynb").write_text(json.dumps(book), encoding="utf-8")
    (week / "submitted" / "B.ipynb").write_text("[]", encoding="utf-8")
    (week / "submitted" / "C").mkdir()
    other = json.dumps(book).replace(book["metadata"]["course"]["assignment"], "05-000000000000")
    (week / "submitted" / "D.ipynb").write_text(other, encoding="utf-8")
    for table in ("moodle", "otter", "nbgrader"):
        said = chinese("assignment", "grade", str(week), "--csv", table, "--jobs", "1")
    assert "A：已评分，10 分，迟交" in said and "B：拒收（它不是笔记本）" in said and "沿用已有结果" in said
    assert "成绩表：" in said and "限制手段：资源上限" in said
    notes = (week / "graded" / "results.csv").read_text(encoding="utf-8-sig")
    assert "它不是笔记本" in notes and not english(notes.partition("\n")[2])
    (week / "by_hand.csv").write_text("student,exercise\n", encoding="utf-8")
    chinese("assignment", "grade", str(week), code=2)
    for line in ("Z,open 1,1", "A,open 7,1", "A,open 1,99"):
        (week / "by_hand.csv").write_text(f"student,exercise,points\n{line}\n", encoding="utf-8")
        chinese("assignment", "grade", str(week), code=2)
    (week / "by_hand.csv").unlink()
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("a,b\n1,2\n", encoding="utf-8")
    chinese("assignment", "grade", str(week), "--csv", "moodle", "--worksheet", str(sheet), code=2)
    for what, held in (("checks", "0"), ("format", 9), ("exercises", [{}])):
        path = week / "instructors" / "manifest.json"
        before = path.read_text(encoding="utf-8")
        path.write_text(json.dumps(json.loads(before) | {what: held}), encoding="utf-8")
        chinese("assignment", "grade", str(week), code=4 if what == "checks" else 2)
        path.write_text(before, encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("assignment", "make", "99", "--exercises", "1", "--out", "{out}"), 2),
        (("assignment", "make", "5", "--exercises", "9", "--out", "{out}"), 2),
        (("assignment", "make", "5", "--open", "9", "--out", "{out}"), 2),
        (("assignment", "make", "5", "--out", "{out}"), 2),
        (("assignment", "make", "5", "--exercises", "1", "--due", "soon", "--out", "{out}"), 2),
        (("assignment", "make", "5", "--exercises", "1", "--for", "paper", "--out", "{out}"), 2),
        (("assignment", "make", "5", "--exercises", "1", "--points", "-1", "--out", "{out}"), 2),
        (("assignment", "make", "5", "--exercises", "1"), 2),
        (("assignment", "grade", "{out}"), 2),
        (("assignment", "grade", "{out}", "--csv", "excel"), 2),
        (("assignment", "grade", "{out}", "--worksheet", "w.csv"), 2),
        (("assignment", "grade", "{out}", "--jobs", "0"), 2),
        (("assignment", "grade", "{out}", "--seconds", "0"), 2),
        (("progress", "{out}"), 2),
        (("progress", "{chapters}"), 0),
        (("slides", "5", "--port", "nine"), 2),
        (("slides", "99"), 2),
        (("slides",), 2),
        (("slides", "5", "--port", "99999"), 2),
        (("book", "99"), 2),
    ],
)
def test_in_chinese_no_answer_has_an_english_phrase(chinese, tmp_path, monkeypatch, words, code):
    monkeypatch.chdir(ROOT)
    places = {"out": tmp_path / "x", "chapters": ROOT / "chapters" / "zh"}
    chinese(*(word.format(**places) for word in words), code=code)


def test_in_chinese_slides_and_books_name_what_is_missing(chinese, tmp_path, monkeypatch):
    from course_lib.cli import examination, printing

    monkeypatch.setattr(printing, "checkout", lambda: tmp_path)
    assert "请先运行" in chinese("slides", "5", "--language", "zh", code=1)
    monkeypatch.setattr(examination, "find_chromium", lambda: "chromium")
    assert "还没有运行过" in chinese("book", "5", "--language", "zh", code=1)
    monkeypatch.setattr(examination, "find_chromium", lambda: None)
    assert "打印" in chinese("book", "5", code=4)
