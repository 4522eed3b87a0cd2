"""Proves that a reference becomes the name that its section has at present, in the reader's language."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from course_lib.publishing import notebooks, references, source

LESSON = """\
# %% [markdown] id="title" lang="en"
# # A lesson
# %% [markdown] id="title" lang="zh" of="{title}"
# # 一课
# %% [markdown] id="paths" lang="en"
# ## 3 · Two paths: which one?
#
# ### A detail
#
# See {{{{07 shapes}}}}. And {{{{07 paths}}}}. $x_{{{{10}}}}$
# %% [markdown] id="paths" lang="zh" of="{paths}"
# ## 3 · 两条路：走哪条？
#
# ### 细节
#
# 见{{{{07 shapes}}}}。
# %% [markdown] id="shapes" lang="en"
# ## {shapes}
# %% [markdown] id="shapes" lang="zh" of="{of}"
# ## 4 · 形状
"""


def written(folder: Path, shapes: str) -> Path:
    """The source of a lesson whose last section has this heading."""
    paths = "## 3 · Two paths: which one?\n\n### A detail\n\nSee {{07 shapes}}. And {{07 paths}}. $x_{{10}}$"
    hashes = {"title": source.digest("# A lesson"), "paths": source.digest(paths), "of": source.digest(f"## {shapes}")}
    path = folder / "07_paths.py"
    path.write_text(LESSON.format(shapes=shapes, **hashes), encoding="utf-8")
    os.utime(path, ns=(0, len(shapes)))  # a file system may count time too coarsely to tell two writes apart
    return path


def prose(path: Path, language: str) -> str:
    made = notebooks.notebook(source.parse(path), language)
    return next(cell.source for cell in made.cells if cell.id == "paths")


def test_a_reference_becomes_the_lesson_and_the_name_without_its_number(tmp_path):
    path = written(tmp_path, "4 · Shapes")
    assert "See lesson 07, *Shapes*. And lesson 07, *Two paths: which one?* $x_{{10}}$" in prose(path, "en")
    assert "见第 07 课“形状”。" in prose(path, "zh")


def test_a_heading_may_be_reworded(tmp_path):
    written(tmp_path, "4 · Shapes")
    prose(tmp_path / "07_paths.py", "en")
    assert "See lesson 07, *Sizes of things*." in prose(written(tmp_path, "5 · Sizes of things"), "en")


@pytest.mark.parametrize("text", ["{{08 shapes}}", "{{07 title}}", "{{07 shape}}"])
def test_what_is_not_there_is_told_with_its_line(tmp_path, text):
    written(tmp_path, "4 · Shapes")
    ((offset, message),) = references.unknown(f"first\n{text} second {{{{07 paths}}}}", tmp_path)
    assert offset == 1 and message.startswith(text)
