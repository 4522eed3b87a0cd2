"""Half and full width: the letters, digits and marks that East Asian keyboards write as wide as a Chinese character."""

from __future__ import annotations

from course_lib.base.arguments import require_text

# From ！ (FF01) to ～ (FF5E) the wide forms stand in the order of ASCII; the wide blank has a place of its own.
_WIDE = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)}
_HALF_OF_WORDS = {ord(wide): half for wide, half in _WIDE.items() if half.isalnum()}
_HALF = {ord(wide): half for wide, half in {**_WIDE, "\u3000": " "}.items()}
_FULL = {ord(half): wide for wide, half in _WIDE.items()} | {ord(" "): "\u3000"}


def half_width(text: str, punctuation: bool = False) -> str:
    """Write wide letters and digits as ASCII: ＡＢＣ１２３ → ABC123. Nothing else changes, as it would under NFKC.

    Args:
        text: any text.
        punctuation: whether wide marks and the wide blank change, too: （１２％！） → (12%!). To a Chinese text
            they are its own marks, better left as they are, unless texts typed in both ways shall be one.

    Returns:
        A text of as many characters.

    Raises:
        TypeError: if `text` is no str.
    """
    require_text("text", text)
    return text.translate(_HALF if punctuation else _HALF_OF_WORDS)


def full_width(text: str) -> str:
    """Write the printable characters of ASCII as wide: ABC 123! → ＡＢＣ　１２３！

    Args:
        text: any text.

    Returns:
        A text of as many characters; `half_width` with punctuation brings back one that had no wide form in it.

    Raises:
        TypeError: if `text` is no str.
    """
    require_text("text", text)
    return text.translate(_FULL)
