"""What an instructor types: an assignment is made, handed out, handed in and graded; a reader sees what is solved."""

from __future__ import annotations

import json
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
    ],
)
def test_wrong_usage_is_one_line(course: Callable, tmp_path: Path, monkeypatch, words, code, said):
    monkeypatch.chdir(ROOT)
    answer = course("assignment", *(word.format(out=tmp_path / "x") for word in words))
    assert answer.code == code and said in answer.err and len(answer.err.strip().splitlines()) == 1


def test_progress_tells_of_a_folder_and_of_the_checkout(course: Callable, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(ROOT)
    answer = course("progress", str(ROOT / "chapters" / "zh"))
    assert answer.code == 0 and "5 道练习已通过 0 道" in answer.out
    found = json.loads(course("progress", str(ROOT / "chapters" / "en"), "--json").out)
    assert found[4]["steps"][0]["exercise"] == "05.1"
    assert course("progress", str(tmp_path / "none")).code == 2
