"""The two languages of the course, and the one helper through which code shows words to a reader."""

from __future__ import annotations

from course_lib.base.errors import UsageError

LANGUAGES = ("en", "zh")

_current = "en"


def checked(language: str) -> str:
    """The language itself, or an error that names the allowed ones."""
    if language not in LANGUAGES:
        raise UsageError.unknown("language", language, LANGUAGES)
    return language


def use(language: str) -> None:
    """Show words in this language from now on.

    Args:
        language: `"en"` or `"zh"`.

    Raises:
        UsageError: for any other language.
    """
    global _current
    _current = checked(language)


def current() -> str:
    """The language in which words are shown: `"en"` or `"zh"`."""
    return _current


def tr(english: str, chinese: str) -> str:
    """The wording in the reader's language."""
    return chinese if _current == "zh" else english
