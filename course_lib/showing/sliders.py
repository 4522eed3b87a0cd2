"""A slider over pictures that were drawn beforehand: it moves without a kernel, in Lab, on the site and in print.

All pictures are one image, of which a window shows one at a time. Where styles and scripts are not allowed, the whole
image is seen.
"""

from __future__ import annotations

import html
import io
import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from course_lib.base.examples import checked_examples
from course_lib.showing import display

# Runs at every move of either slider; `this` is the box around them. Both inputs are ranges, so arrow keys move them.
MOVE = (
    "const [r,c]=this.querySelectorAll('input'),[a,b]=this.querySelectorAll('output'),i=this.querySelector('img');"
    "i.style.top=-100*r.value+'%';i.style.left=-100*c.value+'%';"
    "a.value=JSON.parse(this.dataset.rows)[r.value];b.value=JSON.parse(this.dataset.columns)[c.value];"
    "r.setAttribute('aria-valuetext',a.value);c.setAttribute('aria-valuetext',b.value)"
)


def slider(
    frames: ArrayLike,
    rows: Sequence[str],
    columns: Sequence[str],
    row_name: str,
    column_name: str,
    alternative: str,
    size: int = 224,
) -> None:
    """Show one of a table of pictures, chosen by two sliders, one for its row and one for its column.

    Args:
        frames: the pictures, 0 for white to 1 for black.
        rows: what each row is called; a single row needs no slider and gets none.
        columns: what each column is called.
        row_name: what the rows' slider is called, in the reader's language.
        column_name: what the columns' slider is called.
        alternative: what is seen, in a sentence or two, for those who cannot see it.
        size: the width and height of the window in pixels of the screen.

    Shapes: frames (rows, columns, height, width).

    Raises:
        ValueError: if the frames have another shape than the names say, or values outside 0 and 1.
    """
    frames = np.asarray(frames, dtype=np.float32)
    if frames.ndim != 4 or frames.shape[:2] != (len(rows), len(columns)):
        given = (len(rows), len(columns))
        raise ValueError(
            f"frames have the shape {frames.shape}; allowed: (rows, columns, height, width) beginning with {given}"
        )
    checked_examples("frames", frames.reshape(frames.shape[0] * frames.shape[1], -1), low=0, high=1)
    high, wide = frames.shape[2:]
    sheet = frames.transpose(0, 2, 1, 3).reshape(len(rows) * high, len(columns) * wide)
    middle = len(columns) // 2
    picture = (
        f'<img src="{_png(sheet)}" width="{sheet.shape[1]}" alt="{html.escape(alternative)}"'
        f' style="position:relative;top:0%;left:{-100 * middle}%;width:{100 * len(columns)}%;'
        f'height:{100 * len(rows)}%;max-width:none;max-height:none;margin:0">'
    )
    window = (
        f'<div style="width:{size}px;height:{size * high // wide}px;overflow:hidden;background:#fff;'
        'border:1px solid #888">'
        f"{picture}</div>"
    )
    controls = _control(row_name, rows, 0, hidden=len(rows) == 1) + _control(column_name, columns, middle)
    markup = (
        f'<div role="group" aria-label="{html.escape(f"{row_name}, {column_name}")}" oninput="{html.escape(MOVE)}"'
        f' data-rows="{html.escape(json.dumps(list(rows), ensure_ascii=False))}"'
        f' data-columns="{html.escape(json.dumps(list(columns), ensure_ascii=False))}">{window}{controls}</div>'
    )
    display.show_picture(markup, alternative)


def _control(name: str, values: Sequence[str], start: int, hidden: bool = False) -> str:
    return (
        f'<label style="display:{"none" if hidden else "block"};margin:.4em 0">{html.escape(name)}'
        f' <input type="range" min="0" max="{len(values) - 1}" step="1" value="{start}"'
        f' aria-valuetext="{html.escape(values[start])}" style="width:14em;vertical-align:middle">'
        f" <output>{html.escape(values[start])}</output></label>"
    )


def _png(sheet: np.ndarray) -> str:
    from matplotlib.image import imsave

    buffer = io.BytesIO()
    imsave(buffer, sheet, cmap="gray_r", vmin=0, vmax=1, format="png", metadata={"Software": None})
    return display.embedded(buffer.getvalue())
