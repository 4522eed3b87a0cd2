"""Cells of an executed notebook as HTML that needs nothing else: prose, formulae as MathML, code in colour, outputs."""

from __future__ import annotations

import base64
import importlib.resources
import re
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from nbformat import NotebookNode

from course_lib.base.errors import CourseError
from course_lib.base.language import tr
from course_lib.publishing.site import mathml

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token

LANGUAGE_CODES = {"en": "en", "zh": "zh-CN"}

# What a check or a report says is for whoever runs the cell.
_NOT_SHOWN = ("application/vnd.course.check+json", "application/vnd.course.expected+json")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def prose(text: str) -> str:
    """Markdown as HTML.

    Raises:
        CourseError: for a formula that cannot be drawn.
    """
    return _markdown().render(text)


def code(text: str) -> str:
    """Python in colour."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return f'<pre class="code">{highlight(text, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip()}</pre>'


def code_style() -> str:
    """The colours of code, as CSS."""
    from pygments.formatters import HtmlFormatter

    return HtmlFormatter(style="default").get_style_defs(".code")


def outputs(cell: NotebookNode) -> list[str]:
    """What a cell printed and showed, each as HTML; what only a program reads is left out."""
    shown = []
    for output in cell.get("outputs", ()):
        if output.output_type == "stream":
            if output.name == "stdout" and output.text.strip():
                shown.append(f'<pre class="printed">{escape(_ANSI.sub("", output.text).rstrip())}</pre>')
            continue
        data = output.get("data", {})
        if any(mime in data for mime in _NOT_SHOWN):
            continue
        if "text/html" in data:
            shown.append(f'<div class="shown">{data["text/html"]}</div>')
        elif "image/svg+xml" in data:
            shown.append(f'<div class="shown">{data["image/svg+xml"]}</div>')
        elif "image/png" in data:
            alternative = escape(data.get("text/plain", ""))
            shown.append(
                f'<div class="shown"><img alt="{alternative}" src="data:image/png;base64,{data["image/png"]}"></div>'
            )
        elif "text/plain" in data:
            shown.append(f'<pre class="printed">{escape(data["text/plain"])}</pre>')
    return shown


def is_figure(shown: str) -> bool:
    """Whether an output is a picture."""
    return "<img" in shown or "<svg" in shown


def page(language: str, title: str, styles: Sequence[str], body: str, scripts: str = "", head: str = "") -> str:
    """A whole page."""
    style = "\n".join(styles)
    return (
        f'<!DOCTYPE html>\n<html lang="{LANGUAGE_CODES[language]}">\n<head>\n<meta charset="utf-8">\n{head}'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f'<link rel="icon" href="data:,">\n'
        f"<style>\n{style}\n</style>\n</head>\n<body>\n{body}\n{scripts}</body>\n</html>\n"
    )


def static(name: str) -> str:
    """A file beside this module."""
    return importlib.resources.files(__package__).joinpath("static", name).read_text(encoding="utf-8")


def maths_font(html: str, folder: Path) -> str:
    """The font of the formulae, with the signs that a page has, as CSS.

    Args:
        html: the page.
        folder: a folder to work in.
    """
    from course_lib.publishing.site.fonts import write_maths_font

    characters = set("".join(re.sub(r"<[^>]+>", "", each) for each in re.findall(r"<math.*?</math>", html, re.DOTALL)))
    path = folder / "maths.woff"
    write_maths_font(characters, path)
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    path.unlink()
    return (
        f'@font-face {{ font-family: "Course Maths"; src: url(data:font/woff;base64,{data}) format("woff"); }}\n'
        'math { font-family: "Course Maths", math; }'
    )


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.amsmath import amsmath_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    made = MarkdownIt("commonmark", {"html": True}).enable("table")
    made.use(dollarmath_plugin, double_inline=True).use(amsmath_plugin)
    made.add_render_rule("math_inline", _inline)
    for name in ("math_block", "math_inline_double", "math_block_label", "amsmath"):
        made.add_render_rule(name, _block)
    made.add_render_rule("fence", _fence)
    return made


def _inline(self: RendererHTML, tokens: Sequence[Token], place: int, options: object, env: object) -> str:
    return _drawn(tokens[place].content, block=False)


def _block(self: RendererHTML, tokens: Sequence[Token], place: int, options: object, env: object) -> str:
    latex, tag = mathml.take_tag(tokens[place].content)
    number = f'<span class="number">({escape(tag)})</span>' if tag else ""
    return f'<div class="formula">{_drawn(latex, block=True)}{number}</div>'


def _drawn(latex: str, *, block: bool) -> str:
    try:
        return mathml.to_mathml(latex, block=block)
    except mathml.UnsupportedMaths as problem:
        raise CourseError(
            tr(f"the formula {latex!r} cannot be drawn: {problem}", f"公式 {latex!r} 无法排出：{problem}")
        ) from None


def _fence(self: RendererHTML, tokens: Sequence[Token], place: int, options: object, env: object) -> str:
    token = tokens[place]
    if token.info.strip() in ("python", "py"):
        return code(token.content)
    return f'<pre class="printed">{escape(token.content.rstrip())}</pre>'
