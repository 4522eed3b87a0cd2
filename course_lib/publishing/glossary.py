"""The glossary that stands beside the notebooks: the terms of `glossary.toml` as a page that JupyterLab shows."""

from __future__ import annotations

from pathlib import Path

from course_lib.publishing.site.content import glossary

NAME = "glossary.md"

_HEAD = {
    "en": "# Glossary\n\nThe terms of the course, each with its Chinese and the lesson that introduces it.\n",
    "zh": "# 术语表\n\n课程用到的术语，按英文排序；每条注明引入它的课。\n",
}
_ENTRY = {
    "en": "\n## {term.name[en]}\n\n{term.name[zh]} · lesson {term.chapter:02d}\n\n{term.explanation[en]}\n",
    "zh": "\n## {term.name[zh]}\n\n{term.name[en]} · 第 {term.chapter:02d} 课\n\n{term.explanation[zh]}\n",
}


def page(path: Path, language: str) -> bytes:
    """The glossary in one language, in the alphabetical order of the English.

    Args:
        path: `glossary.toml`.
        language: `"en"` or `"zh"`.

    Returns:
        Markdown in UTF-8.

    Raises:
        CourseError: if a term lacks something.
    """
    entries = [_ENTRY[language].format(term=term) for term in glossary(path)]
    return (_HEAD[language] + "".join(entries)).encode("utf-8")
