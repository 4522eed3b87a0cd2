"""What a reader sees: words in two languages, lines, tables, plots, diagrams; each imported when it is first used."""

from __future__ import annotations

from course_lib.base import lazy

__getattr__, __dir__, __all__ = lazy.offer(
    __name__, {"language": ["tr"]}, modules=["diagrams", "display", "language", "plots", "sliders"]
)
