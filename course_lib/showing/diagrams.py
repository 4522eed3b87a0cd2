"""Maps of ideas, boxes joined by arrows, and rows of cells; as SVG, so that any browser can write Chinese in them."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence

from course_lib.showing import display

_STEP_X, _STEP_Y, _WIDTH, _HEIGHT, _MARGIN = 176, 84, 146, 54, 4
_INK, _LINE, _FILL, _MARKED = "#12324f", "#44505e", "#eef4fa", "#f6c667"
_CELL_WIDTH, _CELL_HEIGHT, _LABEL_WIDTH = 86, 38, 150


def flow(
    boxes: dict[str, tuple[float, float, str]],
    arrows: list[tuple[str, str, str]],
    alternative: str,
) -> None:
    """Show boxes joined by arrows.

    Args:
        boxes: for each name its column, its row and its text; a line break in the text starts a second, smaller line.
        arrows: from which box, to which, and a word on the arrow (may be empty).
        alternative: what the map says, in a sentence or two, for those who cannot see it.

    Raises:
        ValueError: if an arrow names a box that is not there.
    """
    missing = {name for start, end, _ in arrows for name in (start, end)} - set(boxes)
    if missing:
        raise ValueError(f"arrows name unknown boxes: {', '.join(sorted(missing))}; there are: {', '.join(boxes)}")
    centres = {
        name: (column * _STEP_X + _WIDTH / 2 + _MARGIN, row * _STEP_Y + _HEIGHT / 2 + _MARGIN)
        for name, (column, row, _) in boxes.items()
    }
    drawn = [_arrow(centres[start], centres[end], word) for start, end, word in arrows]
    drawn += [_box(centres[name], text) for name, (_, _, text) in boxes.items()]
    width = max(column for column, _, _ in boxes.values()) * _STEP_X + _WIDTH + 2 * _MARGIN
    height = max(row for _, row, _ in boxes.values()) * _STEP_Y + _HEIGHT + 2 * _MARGIN
    tip = (
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5"'
        f' markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="{_LINE}"/></marker></defs>'
    )
    _show(tip + "".join(drawn), width, height, alternative)


def grid(
    rows: Sequence[tuple[str, Sequence[str], str]],
    marked: Sequence[Sequence[bool]],
    alternative: str,
) -> None:
    """Show rows of cells, some of them marked, each row with words before and behind it.

    Args:
        rows: what stands before a row, the words of its cells, and what stands behind it.
        marked: for each row, which of its cells are marked: by colour, a thick edge and bold words.
        alternative: what the picture says, in a sentence or two, for those who cannot see it.

    Raises:
        ValueError: if the marks are not as many as the cells.
    """
    if [len(row) for row in marked] != [len(cells) for _, cells, _ in rows]:
        raise ValueError(f"marked has rows of {[len(row) for row in marked]}; allowed: one mark for each cell")
    drawn = []
    for number, ((before, cells, behind), marks) in enumerate(zip(rows, marked, strict=True)):
        top = _MARGIN + number * (_CELL_HEIGHT + 10)
        middle = top + _CELL_HEIGHT / 2 + 5
        drawn.append(_words(_LABEL_WIDTH / 2, middle, before, 'font-size="13" font-weight="600"', _INK))
        for place, (word, mark) in enumerate(zip(cells, marks, strict=True)):
            left = _LABEL_WIDTH + place * (_CELL_WIDTH + 4)
            drawn.append(
                f'<rect x="{left}" y="{top}" width="{_CELL_WIDTH}" height="{_CELL_HEIGHT}" rx="4"'
                f' fill="{_MARKED if mark else _FILL}" stroke="{_INK}" stroke-width="{2.4 if mark else 0.8}"/>'
            )
            weight = 'font-size="13" font-weight="700"' if mark else 'font-size="13"'
            drawn.append(_words(left + _CELL_WIDTH / 2, middle, word, weight, _INK))
        right = _LABEL_WIDTH + len(cells) * (_CELL_WIDTH + 4)
        drawn.append(_words(right + _LABEL_WIDTH / 2, middle, behind, 'font-size="13"', _LINE))
    width = max(len(cells) for _, cells, _ in rows) * (_CELL_WIDTH + 4) + 2 * _LABEL_WIDTH
    _show("".join(drawn), width, len(rows) * (_CELL_HEIGHT + 10) + 2 * _MARGIN - 10, alternative)


def _show(drawn: str, width: float, height: float, alternative: str) -> None:
    markup = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{html.escape(alternative, quote=True)}"'
        f' viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" font-family="system-ui, sans-serif"'
        f' style="max-width:100%;height:auto;background:#fff">{drawn}</svg>'
    )
    display.show_picture(markup, alternative)


def _box(centre: tuple[float, float], text: str) -> str:
    x, y = centre
    first, _, second = text.partition("\n")
    left, top = x - _WIDTH / 2, y - _HEIGHT / 2
    drawn = (
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{_WIDTH}" height="{_HEIGHT}"'
        f' rx="8" fill="{_FILL}" stroke="{_INK}"/>'
        + _words(x, y - 3 if second else y + 5, first, f'font-size="{_size(first, 14)}" font-weight="600"', _INK)
    )
    return drawn + _words(x, y + 15, second, f'font-size="{_size(second, 11)}"', _LINE) if second else drawn


def _size(text: str, usual: int) -> str:
    """The size of type in which words stay in a box, with a wide sans serif as with any other."""
    ems = sum(1.0 if unicodedata.east_asian_width(each) in "WF" else 0.62 for each in text)
    return f"{min(usual, (_WIDTH - 10) / max(ems, 1)):.3g}"


def _arrow(start: tuple[float, float], end: tuple[float, float], word: str) -> str:
    (x1, y1), (x2, y2) = _edge(start, end), _edge(end, start)
    line = (
        f'<line x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}"'
        f' stroke="{_LINE}" stroke-width="1.6" marker-end="url(#tip)"/>'
    )
    return line + _words((x1 + x2) / 2, (y1 + y2) / 2 - 4, word, 'font-size="11"', _LINE) if word else line


def _words(x: float, y: float, text: str, font: str, colour: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="middle" {font} fill="{colour}">{html.escape(text)}</text>'


def _edge(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Where the line from one box's centre to another's leaves the first box."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    share = min(_WIDTH / 2 / abs(dx) if dx else float("inf"), _HEIGHT / 2 / abs(dy) if dy else float("inf"))
    return start[0] + dx * share, start[1] + dy * share
