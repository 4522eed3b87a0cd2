"""What a reader sees: words in two languages, lines, tables, plots, diagrams; each imported when it is first used."""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__, submod_attrs={"language": ["tr"]}, submodules=["diagrams", "display", "language", "plots", "sliders"]
)
