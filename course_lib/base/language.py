"""The language in which the course speaks: kept at the bottom, so that an error can be told in it too."""

from __future__ import annotations

_current = "en"


def speak(language: str) -> None:
    """Use this language from now on; `showing.language.use` is the door that looks at its argument."""
    global _current
    _current = language


def current() -> str:
    """The language in which words are shown: `"en"` or `"zh"`."""
    return _current


def tr(english: str, chinese: str) -> str:
    """The wording in the reader's language."""
    return chinese if _current == "zh" else english
