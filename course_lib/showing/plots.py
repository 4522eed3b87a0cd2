"""Figures of the course: one style, words in the reader's language, and an alternative text for every picture."""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

from course_lib.showing import display, language
from course_lib.showing.language import tr

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe and Ito's palette (2008): told apart by readers with any kind of colour vision.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

_CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC", "Hiragino Sans GB",
    "Microsoft YaHei", "SimHei", "WenQuanYi Micro Hei", "Noto Sans CJK JP",
)  # fmt: skip


@cache
def chinese_font() -> str | None:
    """The first font of this machine that can write Chinese, or None."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in _CHINESE_FONTS if name in installed), None)


def fonts(chosen: str | None = None) -> list[str]:
    """The fonts that write a figure's words in a language, the first one first.

    Args:
        chosen: `"en"` or `"zh"`; the current language where it is left out.
    """
    chinese = chinese_font() if (chosen or language.current()) == "zh" else None
    return ["DejaVu Sans", *([chinese] if chinese else [])]


def prepare(chosen: str | None = None) -> None:
    """Set the style of the course's figures for a language: fonts, sizes, colours.

    Args:
        chosen: `"en"` or `"zh"`; the current language where it is left out.
    """
    import matplotlib
    from cycler import cycler

    matplotlib.rcParams.update(
        {
            "font.family": fonts(chosen),
            "font.size": 10.5,
            "axes.prop_cycle": cycler(color=PALETTE),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": 11.5,
            "axes.titleweight": "bold",
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.alpha": 0.25,
            "figure.facecolor": "white",
            "figure.constrained_layout.use": True,
            "axes.unicode_minus": False,
            "legend.frameon": False,
        }
    )


def label(english: str, chinese: str) -> str:
    """The wording for a plot: the reader's language, or English where no font of this machine can write Chinese."""
    return english if chinese_font() is None else tr(english, chinese)


def show(figure: Figure, alternative: str) -> None:
    """Show a matplotlib figure with its alternative text, and close it.

    Args:
        figure: the figure.
        alternative: what it shows, in one or two sentences, for those who cannot see it.
    """
    import matplotlib.pyplot as plt

    if not alternative.strip():
        raise ValueError("a figure needs an alternative text: say in a sentence what it shows")
    picture = _png(figure, dpi=144)
    plt.close(figure)
    display.show_picture(_image(display.embedded(picture), figure, alternative), alternative)


def film(
    figure: Figure,
    draw: Callable[[object], object],
    frames: Iterable[object],
    alternative: str,
    pace: int = 250,
) -> None:
    """Show a figure that moves, as one picture that needs no net and no kernel, and close it.

    It can be folded away; whoever has asked the system for less motion sees its last frame instead.

    Args:
        figure: the figure; it is drawn once for each frame.
        draw: changes the figure for a frame.
        frames: what `draw` is called with, one after the other.
        alternative: what it shows, in one or two sentences, for those who cannot see it.
        pace: how many milliseconds a frame is seen; the last is seen six times as long.

    Raises:
        ValueError: if there is no alternative text, or no frame.
    """
    import tempfile
    from pathlib import Path

    import matplotlib.pyplot as plt
    from matplotlib.animation import PillowWriter

    frames = list(frames)
    if not alternative.strip() or not frames:
        raise ValueError("an animation needs frames, and an alternative text: say in a sentence what it shows")
    figure.canvas.draw()
    figure.set_layout_engine("none")  # what is laid out once stays where it is from frame to frame
    writer = PillowWriter(fps=1000 / pace)
    with tempfile.TemporaryDirectory() as folder:
        moving = Path(folder) / "film.gif"
        with writer.saving(figure, moving, dpi=100):
            for frame in [*frames, *frames[-1:] * 5]:
                draw(frame)
                writer.grab_frame()
        moved = moving.read_bytes()
    still = _png(figure, dpi=100)
    plt.close(figure)
    markup = (
        f"<details open><summary>{tr('Animation (click to hide)', '动画（点击可收起）')}</summary><picture>"
        f'<source media="(prefers-reduced-motion: reduce)" srcset="{display.embedded(still)}">'
        f"{_image(display.embedded(moved, 'gif'), figure, alternative)}</picture></details>"
    )
    display.show_picture(markup, alternative)


def _png(figure: Figure, dpi: int) -> bytes:
    """The figure as it is now."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def _image(source: str, figure: Figure, alternative: str) -> str:
    """The element that shows a figure's picture, as wide as the figure but never wider than the page."""
    width = round(figure.get_size_inches()[0] * 80)
    return (
        f'<img src="{source}" width="{width}" style="max-width:100%;height:auto;background:#fff"'
        f' alt="{html.escape(alternative, quote=True)}">'
    )
