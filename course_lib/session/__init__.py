"""What the first cell of a lesson opens: start, the scale dial, tidying."""

from __future__ import annotations

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach(
    __name__, submod_attrs={"scale": ["dial"], "starting": ["start"]}, submodules=["scale", "tidying"]
)
