"""Proves that a site is put in place whole or not at all, and that what Sphinx warns of stops the build by name."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import example_site
import pytest

from course_lib.base.errors import CourseError, EnvironmentProblem
from course_lib.publishing.lesson import digest
from course_lib.publishing.site import build, requirements
from course_lib.publishing.site.texts import Lesson, Site

pytestmark = pytest.mark.site


def _build(folder: Path) -> Path:
    return build(folder / "executed", folder / "site", chapters_folder=folder / "chapters", documented=())


def _with(old: str, new: str) -> str:
    """The lesson with a passage changed in both languages, its translations accepted."""
    text = example_site.lesson_text()
    assert text.count(old) == 2, f"{old!r} is there {text.count(old)} times"
    changed = text.replace(old, new)
    english = changed.partition('id="formulas" lang="en"\n')[2].partition("# %%")[0]
    body = "\n".join(line[2:] for line in english.splitlines())
    before, _, after = changed.partition('id="formulas" lang="zh" of="')
    return f'{before}id="formulas" lang="zh" of="{digest(body)}"{after[after.index(chr(34)) + 1 :]}'


def test_a_formula_that_cannot_be_drawn_stops_the_build_and_leaves_the_old_site(tmp_path: Path) -> None:
    folder = example_site.write_inputs(tmp_path / "inputs", _with(r"\frac{c(w)}{N}", r"\unheard{c(w)}{N}"))
    # A build before this one was killed while it put its site in the old one's place.
    (folder / ".site-killed" / "old").mkdir(parents=True)
    (folder / ".site-killed" / "old" / "index.html").write_text("the old site", encoding="utf-8")
    old = folder / "site"
    with pytest.raises(CourseError) as stopped:
        _build(folder)
    message = str(stopped.value)
    assert "the pages in English have faults" in message
    assert f"{example_site.SLUG}.ipynb" in message
    assert r'Unknown command "\unheard"' in message
    assert (old / "index.html").read_text(encoding="utf-8") == "the old site"
    assert [path.name for path in old.iterdir()] == ["index.html"]
    assert sorted(path.name for path in folder.iterdir()) == ["chapters", "executed", "results", "site"]


def test_a_new_site_replaces_the_old_one_whole(tmp_path: Path) -> None:
    folder = example_site.write_inputs(tmp_path / "inputs")
    (folder / "site").mkdir()
    (folder / "site" / "gone.html").write_text("an old page", encoding="utf-8")
    assert _build(folder) == folder / "site" / "index.html"
    assert not (folder / "site" / "gone.html").exists()
    assert (folder / "site" / "zh" / f"{example_site.SLUG}.html").is_file()
    assert sorted(path.name for path in folder.iterdir()) == ["chapters", "executed", "results", "site"]


def test_a_lesson_missing_in_one_language_is_named(tmp_path: Path) -> None:
    folder = example_site.write_inputs(tmp_path / "inputs")
    (folder / "executed" / "zh" / "solution" / f"{example_site.SLUG}.ipynb").unlink()
    with pytest.raises(CourseError, match=rf"missing: zh/solution/{example_site.SLUG}\.ipynb; run: course run"):
        _build(folder)


def test_a_notebook_of_the_student_edition_is_refused(tmp_path: Path) -> None:
    folder = example_site.write_inputs(tmp_path / "inputs")
    student = folder / "chapters" / "en" / f"{example_site.SLUG}.ipynb"
    (folder / "executed" / "en" / "solution" / student.name).write_bytes(student.read_bytes())
    with pytest.raises(CourseError, match=r"09_counting\.ipynb is not an executed notebook of the solution edition"):
        _build(folder)


def test_what_is_not_installed_is_named_with_the_line_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in {"sphinx", "jieba"} else real(name))
    with pytest.raises(EnvironmentProblem) as problem:
        requirements.require()
    assert "without Sphinx, jieba;" in str(problem.value)
    assert 'pip install -c requirements.lock -e ".[site]"' in str(problem.value)


def test_the_article_map_may_not_name_a_cell_that_is_not_there() -> None:
    from course_lib.publishing.site.content import place

    site = Site("en", [Lesson(9, "09_counting", "Counting", {"formulas": "Formulas & signs"})])
    assert site.place(place("09#formulas")) == '<a href="09_counting.html#c09-formulas">09 · Formulas &amp; signs</a>'
    with pytest.raises(CourseError, match="names the cell 'nowhere', and chapter 09 has no such cell"):
        site.place(place("09#nowhere"))
