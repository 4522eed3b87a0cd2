"""What the first cell of a lesson opens: start, the scale dial, tidying."""

from __future__ import annotations

from course_lib.base import lazy

__getattr__, __dir__, __all__ = lazy.offer(
    __name__, {"scale": ["dial"], "starting": ["start"]}, modules=["scale", "tidying"]
)
