"""Deep learning for language, from a word count to a Transformer, in Keras 3: the library behind the lessons.

Importing it is instant: Keras and everything else that is heavy is imported when it is first used.
"""

from __future__ import annotations

from course_lib import lazy

__version__ = "0.1.0"

__getattr__, __dir__, _OFFERED = lazy.offer(
    __name__, {"checks": ["check"], "scale": ["dial"], "session": ["start"], "language": ["tr"]}
)
__all__ = ["__version__", *_OFFERED]
