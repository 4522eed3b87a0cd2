"""Showing a reader a line, a table or a picture, in a notebook or in a terminal."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wcwidth import wcswidth

# Text on its background has a contrast of at least 7:1, in light and in dark themes alike, because both are set.
_COLOURS = {
    "good": ("#0b4f2c", "#e3f5ea"),
    "bad": ("#7a1f12", "#fdebe7"),
    "plain": ("#333c4a", "#eef1f5"),
}


def in_notebook() -> bool:
    """Whether this process is a notebook's kernel."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")


def box(text: str, mood: str = "plain", role: str = "note") -> str:
    """An HTML box that says by words what it also says by colour.

    Args:
        text: plain text; a line break stays a line break.
        mood: `"good"`, `"bad"` or `"plain"`.
        role: the ARIA role; `"status"` is read out by a screen reader when it appears.
    """
    foreground, background = _COLOURS[mood]
    style = (
        f"color:{foreground};background:{background};border-left:4px solid {foreground};"
        "padding:.5em .8em;margin:.2em 0;border-radius:3px;white-space:pre-wrap;font-family:inherit"
    )
    return f'<div role="{role}" style="{style}">{html.escape(text)}</div>'


def embedded(picture: bytes, kind: str = "png") -> str:
    """The address of a picture that is part of the page itself, so that nothing is fetched."""
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"


@dataclass(frozen=True)
class Line:
    """One line (or a few) for the reader; a notebook draws it as a box, a terminal prints it.

    Args:
        text: what is said.
        mood: `"good"`, `"bad"` or `"plain"`.
        data: further MIME types and their contents, for programs that read the notebook.
    """

    text: str
    mood: str = "plain"
    data: tuple[tuple[str, object], ...] = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        return {"text/plain": self.text, "text/html": box(self.text, self.mood), **dict(self.data)}

    def __repr__(self) -> str:
        return self.text


def show(line: Line) -> None:
    """Show the line where the reader is: as a box in a notebook, as text elsewhere."""
    if in_notebook():
        from IPython.display import publish_display_data

        publish_display_data(line._repr_mimebundle_())
    else:
        print(line.text)


def show_picture(markup: str, alternative: str) -> None:
    """Show a picture in a notebook, and what it shows, in words, elsewhere.

    Args:
        markup: HTML: an `<img>` with its `alt`, or an `<svg>` with its `aria-label`.
        alternative: the same in words.
    """
    if in_notebook():
        from IPython.display import publish_display_data

        publish_display_data({"text/plain": alternative, "text/html": markup})
    else:
        print(alternative)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Show rows under their heads: as a table in a notebook, as columns elsewhere.

    The first column is set to the left, the others to the right; Chinese characters, twice as wide as letters in a
    terminal, keep their columns straight there.

    Args:
        heads: what stands above each column; may be empty text.
        rows: for each row as many cells as there are heads; what is no text is written as `str` writes it.

    Raises:
        ValueError: if a row has more or fewer cells than there are heads.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    for number, row in enumerate(cells):
        if len(row) != len(heads):
            raise ValueError(f"row {number} has {len(row)} cells: {row}; allowed: {len(heads)}, one for each head")
    columns = _columns([list(heads), *cells])
    if in_notebook():
        from IPython.display import publish_display_data

        publish_display_data({"text/plain": columns, "text/html": _markup(heads, cells)})
    else:
        print(columns)


def padded(text: str, width: int) -> str:
    """The text with blanks behind it until it is as wide as so many letters: `ljust` for Chinese as well."""
    return text + " " * (width - wcswidth(text))


def _columns(rows: list[list[str]]) -> str:
    widths = [max(map(wcswidth, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        filled = [" " * (width - wcswidth(cell)) + cell for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([padded(first, widths[0]), *filled]).rstrip())
    return "\n".join(lines)


def _markup(heads: Sequence[str], rows: list[list[str]]) -> str:
    def cell(text: str, place: int, scope: str = "") -> str:
        style = f"padding:.2em .7em;text-align:{'right;font-variant-numeric:tabular-nums' if place else 'left'}"
        style += "" if scope == "col" else ";white-space:nowrap"
        # What is empty heads nothing: as a heading it would be read out, and say nothing.
        kind, said = ("th", f' scope="{scope}"') if scope and text.strip() else ("td", "")
        return f'<{kind}{said} style="{style}">{html.escape(text)}</{kind}>'

    head = "".join(cell(text, place, "col") for place, text in enumerate(heads))
    lines = ["".join(cell(text, place, "" if place else "row") for place, text in enumerate(row)) for row in rows]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
