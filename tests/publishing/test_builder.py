"""Proves that `build` writes what the sources say and nothing else, that `check` sees every drift, and that no reader's
work is lost."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.base import files
from course_lib.base.errors import SourceError
from course_lib.publishing import builder


def tree(root: Path) -> dict[str, bytes]:
    """Every notebook, and everything half-written, below a folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.suffix in (".ipynb", ".part")
    }


def edit(path: Path, cell_id: str, text: str) -> bytes:
    """Change a cell as a reader would, and give the bytes."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    next(cell for cell in notebook["cells"] if cell["id"] == cell_id)["source"] = [text]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path.read_bytes()


@pytest.fixture
def english(root: Path) -> Path:
    """The English student notebook, built."""
    builder.build(root)
    return root / "chapters" / "en" / "99_counting.ipynb"


def test_both_languages_of_the_student_edition_are_written(root: Path):
    changed = builder.build(root)
    assert sorted(path.relative_to(root).as_posix() for path in changed) == [
        "chapters/en/99_counting.ipynb",
        "chapters/zh/99_counting.ipynb",
    ]
    assert sorted(tree(root)) == ["chapters/en/99_counting.ipynb", "chapters/zh/99_counting.ipynb"]


def test_solutions_are_written_when_asked_for_and_not_beside_the_sources(root: Path):
    builder.build(root, solutions=True)
    assert {name for name in tree(root) if "solution" in name} == {
        "build/solutions/en/99_counting.ipynb",
        "build/solutions/zh/99_counting.ipynb",
    }
    assert b"words.count(word)" in tree(root)["build/solutions/en/99_counting.ipynb"]


def test_building_twice_changes_nothing(root: Path):
    builder.build(root, solutions=True)
    before = tree(root)
    assert builder.build(root, solutions=True) == []
    assert tree(root) == before
    assert builder.check(root, solutions=True) == []


def test_the_glossary_stands_beside_the_notebooks_that_link_to_it(root: Path, english: Path):
    names = '[token]\nen = "token"\nzh = "词元"\nchapter = 1\n'
    said = 'explanation_en = "What is counted."\nexplanation_zh = "要数的东西。"\n'
    (root / "chapters" / "glossary.toml").write_text(names + said, encoding="utf-8")
    builder.build(root)
    for language, link, said in (("en", "Glossary", "What is counted."), ("zh", "术语表", "要数的东西。")):
        page = (root / "chapters" / language / "glossary.md").read_text(encoding="utf-8")
        assert {"en": "## token", "zh": "## 词元"}[language] in page and said in page
        notebook = (root / "chapters" / language / english.name).read_text(encoding="utf-8")
        assert f"[{link}](glossary.md)" in notebook
    assert builder.build(root) == []


def test_check_writes_nothing_and_tells_what_is_missing(root: Path):
    differences = builder.check(root)
    assert [(difference.path.name, difference.hint) for difference in differences] == [
        ("99_counting.ipynb", "it is missing"),
        ("99_counting.ipynb", "it is missing"),
    ]
    assert tree(root) == {}


def test_check_shows_the_first_difference(root: Path, english: Path, change: Callable[..., int]):
    change("twice = sentences * 2", "twice = 2 * sentences")
    hints = [difference.hint for difference in builder.check(root)]
    assert len(hints) == 2
    assert '-     "twice = sentences * 2"' in hints[0] and '+     "twice = 2 * sentences"' in hints[0]
    line = int(hints[0].split(":")[0].removeprefix("line "))
    assert "twice = sentences" in english.read_text(encoding="utf-8").split("\n")[line - 1]


def test_a_cut_notebook_is_seen_and_mended(root: Path, english: Path):
    whole = english.read_bytes()
    english.write_bytes(whole[:-1])
    (difference,) = builder.check(root)
    assert difference.path == english and difference.hint.startswith("it has ")
    english.write_bytes(whole[: len(whole) // 2])
    assert builder.build(root) == [english]
    assert english.read_bytes() == whole


def test_outputs_are_a_difference_and_the_build_removes_them(root: Path, english: Path):
    whole = english.read_bytes()
    notebook = json.loads(whole)
    code = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["hello"]}]
    english.write_text(json.dumps(notebook), encoding="utf-8")
    assert [difference.path for difference in builder.check(root)] == [english]
    assert builder.build(root) == [english]
    assert english.read_bytes() == whole


def test_a_stale_translation_stops_the_build_before_anything_is_written(
    root: Path, english: Path, change: Callable[..., int]
):
    before = tree(root)
    change("How often does a word occur?", "How often is a word there?")
    for action in (builder.build, builder.check):
        with pytest.raises(SourceError, match="course build --accept 99:counting"):
            action(root)
    assert tree(root) == before


def test_the_notebook_of_a_lesson_that_is_gone_is_removed(root: Path, english: Path, path: Path, lesson_text: str):
    path.unlink()
    (root / "chapters" / "08_other.py").write_text(lesson_text.replace("99.", "08."), encoding="utf-8")
    assert (english, "its lesson is gone") in [(difference.path, difference.hint) for difference in builder.check(root)]
    builder.build(root)
    assert sorted(tree(root)) == ["chapters/en/08_other.ipynb", "chapters/zh/08_other.ipynb"]


def test_a_readers_own_notebooks_are_left_alone(root: Path, english: Path):
    notes = english.with_name("notes.ipynb")
    notes.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', encoding="utf-8")
    broken = english.with_name("broken.ipynb")
    broken.write_text("{", encoding="utf-8")
    assert builder.check(root) == [] and builder.build(root) == []
    assert notes.exists() and broken.exists()


def test_a_notebook_somebody_worked_in_stays_while_its_lesson_does(root: Path, english: Path):
    work = edit(english, "ex1", "def share(word, sentences):\n    return 1")
    assert builder.build(root) == []
    assert english.read_bytes() == work
    (difference,) = builder.check(root)
    assert difference.path == english and difference.hint.endswith("to have it built anew, move it away")


def test_a_notebook_somebody_worked_in_is_kept_when_its_lesson_changes(
    root: Path, english: Path, change: Callable[..., int]
):
    for place, name in enumerate(("99_counting.mine.ipynb", "99_counting.mine2.ipynb")):
        work = edit(english, "ex1", f"def share(word, sentences):\n    return {place}")
        change("sentences * 2", "1 * sentences * 2")
        changed = builder.build(root)
        kept = english.with_name(name)
        assert kept in changed and kept.read_bytes() == work
        assert english in changed and "1 * sentences" in english.read_text(encoding="utf-8")
    assert builder.check(root) == []


def test_a_kept_notebook_is_not_removed_when_its_lesson_is_gone(
    root: Path, english: Path, path: Path, lesson_text: str
):
    edit(english, "ex1", "def share(word, sentences):\n    return 1")
    path.unlink()
    (root / "chapters" / "08_other.py").write_text(lesson_text.replace("99.", "08."), encoding="utf-8")
    builder.build(root)
    assert english.exists()


def test_a_write_that_fails_leaves_the_old_notebook_whole(
    root: Path, english: Path, change: Callable[..., int], monkeypatch: pytest.MonkeyPatch
):
    before = tree(root)
    change("twice = sentences * 2", "twice = 2 * sentences")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        builder.build(root)
    assert tree(root) == before
    monkeypatch.undo()
    assert len(builder.build(root)) == 2
    assert builder.check(root) == []


def test_the_repository_and_the_recorded_runs_are_read_from_the_checkout(root: Path, english: Path):
    (root / "pyproject.toml").write_text('[tool.course]\nrepository = "https://github.com/example/course@v1.0"\n')
    record = {"99": {"quick": {"seconds": 60, "peak_memory_mb": 900, "cores": 2}}}
    (root / "course_lib" / "session").mkdir(parents=True, exist_ok=True)
    (root / "course_lib" / "session" / "measured.json").write_text(json.dumps(record))
    assert len(builder.build(root)) == 2
    text = english.read_text(encoding="utf-8")
    assert "about 1.0 min and at most 0.9 GB" in text
    assert "git+https://github.com/example/course@v1.0" in text


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_a_written_notebook_may_be_read_by_everyone(english: Path):
    assert english.stat().st_mode & 0o044 == 0o044
