"""Attention weights drawn to be read: words on both sides, dark where a query looks, and a choice among heads."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_lib.showing import display, plots
from course_lib.showing.language import tr

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The darkest colour of a cell, as red, green and blue: the course's first colour, and white words can be read on it.
_INK = (0, 84, 140)
# From these weights on a square is so dark that white has the better contrast: in this ink, and in matplotlib's blues.
# Either way words have a contrast of 4.5 to 1 or more.
_DARK, _DARK_BLUES = 0.77, 0.715


def heat_map(axis: Axes, weights: ArrayLike, queries: Sequence[str], keys: Sequence[str], numbers: bool = True) -> None:
    """Draw weights as a table of squares: a row for each query, a column for each key, dark for a large weight.

    Args:
        axis: where it is drawn.
        weights: the weights.
        queries: a word for each row.
        keys: a word for each column.
        numbers: write each weight into its square, in hundredths.

    Shapes: weights (queries, keys).

    Raises:
        ValueError: if there are not as many words as the weights have rows and columns, or a weight is not from 0 to 1.
    """
    weights = _checked("weights", weights, (len(queries), len(keys)))
    fonts = plots.fonts("zh")  # the words of a translation are Chinese in both editions
    axis.imshow(weights, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axis.set_xticks(range(len(keys)), keys, rotation=45, ha="right", rotation_mode="anchor", family=fonts)
    axis.set_yticks(range(len(queries)), queries, family=fonts)
    axis.grid(False)
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)
    if numbers:
        for (row, column), weight in np.ndenumerate(weights):
            shade = "white" if weight > _DARK_BLUES else "black"
            axis.text(column, row, f"{100 * weight:.0f}", ha="center", va="center", fontsize=8, color=shade)


def head_chooser(
    weights: ArrayLike,
    queries: Sequence[str],
    keys: Sequence[str],
    alternative: str,
    names: Sequence[str] | None = None,
) -> None:
    """Show the weights of one head at a time, chosen by a click or by the arrow keys, without a kernel or a script.

    The words are text, so any browser can write them; each square says its weight in hundredths. Where styles are not
    allowed, all heads are seen one below the other.

    Args:
        weights: the weights of every head.
        queries: a word for each row.
        keys: a word for each column.
        alternative: what is seen, in one or two sentences.
        names: what each head is called, in the reader's language; None for head 1, head 2, and so on.

    Shapes: weights (num_heads, queries, keys).

    Raises:
        ValueError: if there are not as many words or names as the shape says, or a weight is not from 0 to 1.
    """
    weights = np.asarray(weights, dtype=np.float64)
    heads = len(weights) if weights.ndim else 0
    if names is None:
        names = [tr(f"head {number}", f"第 {number} 头") for number in range(1, heads + 1)]
    weights = _checked("weights", weights, (len(names), len(queries), len(keys)))
    tables = [_table(head, name, queries, keys) for head, name in zip(weights, names, strict=True)]
    # A name of its own, the same on every run, so that two choosers on a page do not move each other.
    digest = hashlib.sha256("".join([alternative, *tables]).encode("utf-8")).hexdigest()
    group = f"heads-{digest[:10]}"
    shown = "".join(
        f"#{group}-{number}:checked~.{group}-{number}{{display:block!important}}"
        f"#{group}-{number}:checked+label{{background:rgb{_INK};color:#fff}}"
        f"#{group}-{number}:focus-visible+label{{outline:3px solid #d55e00;outline-offset:2px}}"
        for number in range(heads)
    )
    buttons = "".join(
        f'<input type="radio" name="{group}" id="{group}-{number}"{" checked" if not number else ""}'
        ' style="position:absolute;opacity:0;width:1px">'
        f'<label for="{group}-{number}" style="display:inline-block;padding:.25em .8em;margin:0 .4em .5em 0;'
        f'border:1px solid rgb{_INK};border-radius:4px;cursor:pointer">{html.escape(name)}</label>'
        for number, name in enumerate(names)
    )
    panels = "".join(
        f'<div class="{group} {group}-{number}" style="overflow-x:auto">{table}</div>'
        for number, table in enumerate(tables)
    )
    markup = (
        f"<style>.{group}{{display:none}}{shown}</style>"
        f'<div role="radiogroup" aria-label="{html.escape(alternative, quote=True)}" style="color:#111;'
        f'background:#fff;padding:.6em;position:relative;font-size:14px">{buttons}{panels}</div>'
    )
    display.show_picture(markup, alternative)


def _table(weights: np.ndarray, name: str, queries: Sequence[str], keys: Sequence[str]) -> str:
    plain = "padding:.15em .5em;border:0;background:#fff;color:#111;font-weight:600;white-space:nowrap"
    header = "".join(f'<th scope="col" style="{plain};text-align:center">{html.escape(key)}</th>' for key in keys)
    rows = []
    for query, row in zip(queries, weights, strict=True):
        cells = "".join(_cell(weight) for weight in row)
        rows.append(
            f'<tr style="background:#fff"><th scope="row" style="{plain};text-align:right">{html.escape(query)}</th>'
            f"{cells}</tr>"
        )
    corner = tr("looks ↓ at →", "查询 ↓ 键 →")
    return (
        '<table style="border-collapse:separate;border-spacing:2px;width:auto;margin:0;background:#fff">'
        f'<caption style="text-align:left;color:#111;caption-side:top">{html.escape(name)}</caption>'
        f'<tr style="background:#fff"><td style="{plain};font-weight:400;color:#444">{corner}</td>{header}</tr>'
        f"{''.join(rows)}</table>"
    )


def _cell(weight: float) -> str:
    red, green, blue = (round(255 + (ink - 255) * weight) for ink in _INK)
    colour = "#fff" if weight > _DARK else "#000"
    return (
        f'<td style="background:rgb({red},{green},{blue});color:{colour};text-align:center;min-width:2em;'
        f'padding:.25em .3em;border:0">{100 * weight:.0f}</td>'
    )


def _checked(name: str, weights: ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != shape:
        raise ValueError(f"{name} has the shape {weights.shape}; allowed: {shape}, one word for each")
    # A mean of float32 weights may pass 1 by a rounding.
    if not ((weights >= 0) & (weights <= 1 + 1e-5)).all():
        raise ValueError(f"{name} holds values outside 0 to 1 or not a number; allowed: attention weights")
    return np.clip(weights, 0, 1)
