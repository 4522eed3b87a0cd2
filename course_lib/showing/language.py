"""The two languages of the course, and the one helper through which code shows words to a reader."""

from __future__ import annotations

from course_lib.base.errors import UsageError
from course_lib.base.language import current, speak, tr

__all__ = ["LANGUAGES", "checked", "current", "tr", "use"]

LANGUAGES = ("en", "zh")


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
    speak(checked(language))
