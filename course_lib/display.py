"""Showing a reader a line or a picture, in a notebook or in a terminal."""

from __future__ import annotations

import base64
import html
from dataclasses import dataclass

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
