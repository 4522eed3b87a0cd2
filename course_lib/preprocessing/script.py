"""Traditional and simplified characters, by the tables of OpenCC."""

from __future__ import annotations

import functools

from course_lib.base.arguments import require_text
from course_lib.base.errors import EnvironmentProblem


def to_simplified(text: str) -> str:
    """Write a Chinese text in simplified characters: 頭髮與發展 → 头发与发展.

    Two traditional characters may become one, never one two, so this way is nearly safe; words are not exchanged for
    those of another region (軟體 becomes 软体, not 软件).

    Args:
        text: any text; what is simplified already, and what is not Chinese, stays.

    Returns:
        The text.

    Raises:
        TypeError: if `text` is no str.
        EnvironmentProblem: if OpenCC is not installed.

    Source: Carbo Kuo and others, OpenCC, github.com/BYVoid/OpenCC (Apache License 2.0), here in Python alone.
    """
    require_text("text", text)
    return _converter("t2s").convert(text)


def to_traditional(text: str) -> str:
    """Write a Chinese text in traditional characters: 头发与发展 → 頭髮與發展.

    One simplified character may stand for several traditional ones: 发 for 髮 and 發. OpenCC goes by the words that
    it knows, and errs where the word is none of them.

    Args:
        text: any text.

    Returns:
        The text.

    Raises:
        TypeError, EnvironmentProblem: as above.
    """
    require_text("text", text)
    return _converter("s2t").convert(text)


@functools.cache
def _converter(conversion: str):
    try:
        import opencc
    except ImportError as problem:
        raise EnvironmentProblem(
            "OpenCC is not installed here; run: pip install opencc-python-reimplemented"
        ) from problem
    return opencc.OpenCC(conversion)
