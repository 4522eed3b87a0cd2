"""Deep learning for language, from a word count to a Transformer, in Keras 3: the library behind the lessons.

Importing it is instant: Keras and everything else that is heavy is imported when it is first used.
"""

from __future__ import annotations

from course_lib.base import lazy

__version__ = "0.1.0"

# What lessons write stays short, whatever room a name lives in: `from course_lib import attention, data, plots`.
__getattr__, __dir__, _OFFERED = lazy.offer(
    __name__,
    {
        "checks": ["check"],
        "session": ["dial", "start"],
        "showing": ["diagrams", "display", "language", "plots", "sliders", "tr"],
        "training": ["devices", "resuming"],
    },
)
__all__ = ["__version__", *_OFFERED]
