"""The data sets of the course: cards, verified downloads, one loader each. Nothing is imported before it is used."""

from __future__ import annotations

from course_lib.base import lazy

__getattr__, __dir__, __all__ = lazy.offer(
    __name__,
    {"samples": ["samples_in_use"], "management": ["clear", "fetch", "status", "verify"]},
    modules=["digits", "glove", "imdb", "phrases", "registry", "stopwords", "tatoeba"],
)
