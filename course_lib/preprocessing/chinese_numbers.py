"""Numbers as Chinese writes them: 三千零五, 二〇二六, 两万."""

from __future__ import annotations

import re

from course_lib.base.arguments import require_integer, require_text

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_GROUPS = {"万": 10**4, "亿": 10**8}
_LARGEST = 10**12 - 1

_BELOW_GROUP = "(?:[一二三四五六七八九两]?[千百十]|[零〇]|[一二三四五六七八九两])+"
_PLACES = re.compile(f"(?:{_BELOW_GROUP}亿)?(?:{_BELOW_GROUP}万)?(?:{_BELOW_GROUP})?")


def read_number(text: str) -> int:
    """The number that a Chinese numeral names: 三千零五 → 3005, 二〇二六 → 2026, 两万 → 20000.

    Args:
        text: a numeral with places (千百十) or a row of digits, up to hundreds of 亿.

    Returns:
        The number.

    Raises:
        TypeError: if `text` is no str.
        ValueError: if it is no such numeral.
    """
    require_text("text", text)
    if text and all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    number = _places(text) if text and _PLACES.fullmatch(text) else None
    if number is None or not _names(text, number):
        raise ValueError(f"text is {text!r}; allowed: a Chinese numeral, such as 三千零五 or 二〇二六")
    return number


def _places(text: str) -> int:
    whole = below = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _UNITS:
            below += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            whole += (below + digit) * _GROUPS[character]
            below = digit = 0
    return whole + below + digit


def _names(text: str, number: int) -> bool:
    """Whether the numeral is a way to write the number: what cannot be written so was read wrongly."""
    plain = text.replace("两", "二").replace("〇", "零")
    written = write_number(number)
    # Ten to nineteen may go without their first digit, at the beginning only.
    return plain == written or (plain.startswith("十") and "一" + plain == written)


def write_number(number: int) -> str:
    """A number as a Chinese numeral with its places: 3005 → 三千零五, 12 → 一十二.

    Args:
        number: from 0 to 999,999,999,999.

    Returns:
        The numeral, in the full form that cheques want: ten is 一十.

    Raises:
        TypeError: if it is no whole number.
        ValueError: if it is out of range.
    """
    number = require_integer("number", number, at_least=0, at_most=_LARGEST)
    written, gap = "", False
    for name, value in (("亿", 10**8), ("万", 10**4), ("", 1)):
        group, number = divmod(number, value)
        if not group:
            gap = bool(written)
            continue
        if written and (gap or group < 1000):
            written += "零"
        written, gap = written + _group(group) + name, False
    return written or "零"


def _group(group: int) -> str:
    """A number from 1 to 9999, of which the zeros before its first digit are not written."""
    written, gap = "", False
    for name, value in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, group = divmod(group, value)
        if digit:
            written += ("零" if gap and written else "") + "零一二三四五六七八九"[digit] + name
        gap = not digit
    return written
