"""What the course adds to Sphinx: formulae as MathML, terms as links, the other language, the search in Chinese."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util import logging

from course_lib.publishing.prose import BROKEN_CHINESE
from course_lib.publishing.site import fonts, mathml, terms
from course_lib.publishing.site.words import WORDS

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

_logger = logging.getLogger(__name__)

FONT = "_static/course-maths.woff"
_HREFLANG = {"en": "en", "zh": "zh-CN"}


def setup(app: Sphinx) -> dict[str, object]:
    """Register everything with Sphinx."""
    app.add_config_value("course_language", "en", "html")
    app.add_config_value("course_terms", (), "env")
    app.add_config_value("course_glossary", (), "")
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_block, None))
    app.connect("config-inited", _add_search)
    app.connect("doctree-read", _join_chinese_lines)
    app.connect("doctree-read", terms.link_terms, priority=600)  # after the lines are joined
    app.connect("html-page-context", _add_context)
    app.connect("build-finished", _write_font)
    return {"parallel_read_safe": False, "parallel_write_safe": False}


def _visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(f'<span class="maths">{_mathml(translator, node, block=False)}</span>')
    raise nodes.SkipNode


def _visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    latex, tag = mathml.take_tag(node.astext())
    number = tag or (str(node["number"]) if node.get("number") else "")
    anchors = "".join(f'<span id="{escape(name)}"></span>' for name in node["ids"])
    shown = f'<span class="maths-equation-number">({escape(number)})</span>' if number else ""
    formula = _mathml(translator, node, block=True, latex=latex)
    # A wide formula is scrolled within its own box; the box takes the keyboard's focus so that anyone can scroll it.
    label = escape(WORDS["formula"][translator.config.course_language])
    translator.body.append(
        f'<div class="maths-block">{anchors}<div class="maths-scroll" tabindex="0" role="group" aria-label="{label}">'
        f"{formula}</div>{shown}</div>\n"
    )
    raise nodes.SkipNode


def _mathml(translator: HTML5Translator, node: nodes.Element, *, block: bool, latex: str | None = None) -> str:
    latex = node.astext() if latex is None else latex
    try:
        made = mathml.to_mathml(latex, block=block)
    except mathml.UnsupportedMaths as problem:
        _logger.warning("the formula %s: %s", latex, problem, location=node)
        return f"<code>{escape(latex)}</code>"
    translator.builder.__dict__.setdefault("course_characters", set()).update(made)
    return made


def _add_search(app: Sphinx, config: object) -> None:
    if app.config.course_language == "zh":
        from course_lib.publishing.site.search import CourseChinese

        CourseChinese.terms = tuple(app.config.course_terms)
        app.add_search_language(CourseChinese)


def _join_chinese_lines(app: Sphinx, doctree: nodes.document) -> None:
    """A line that was broken between two Chinese characters goes on without a space."""
    if app.config.course_language != "zh":
        return
    for element in doctree.findall(nodes.TextElement):
        if isinstance(element, (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw)):
            continue
        texts = [child.astext() for child in element.children]
        # By position, for texts are strings: one line break equals another.
        for place, leaf in enumerate(element.children):
            if not isinstance(leaf, nodes.Text):
                continue
            # What stands beside the text, in bold say, decides about a break at its very beginning or end.
            before, after = "".join(texts[:place])[-1:], "".join(texts[place + 1 :])[:1]
            joined = BROKEN_CHINESE.sub("", f"{before}{leaf}{after}")
            element[place] = nodes.Text(joined[len(before) : len(joined) - len(after)])


def _add_context(app: Sphinx, page: str, template: str, context: dict[str, object], doctree: object) -> None:
    """Every page knows its twin in the other language, and the words of the buttons."""
    language = app.config.course_language
    other = "zh" if language == "en" else "en"
    root = "../" * (page.count("/") + 1)
    twin = f"{root}{other}/{page}.html"
    alternates = [(language, f"{root}{language}/{page}.html"), (other, twin)]
    links = [f'<link rel="alternate" hreflang="{_HREFLANG[code]}" href="{escape(url)}">' for code, url in alternates]
    links.append(f'<link rel="alternate" hreflang="x-default" href="{root}index.html">')
    context["metatags"] = str(context.get("metatags", "")) + "\n".join(links)
    # The label would hide the words in the summary from a screen reader, and it is English on every page.
    if "body" in context:
        context["body"] = str(context["body"]).replace(' aria-label="Toggle hidden content"', "")
    context["course_other"] = {"language": other, "hreflang": _HREFLANG[other], "url": twin}
    words = {name: wording[language] for name, wording in WORDS.items()}
    context["course_words"] = words
    # Data, no code: a script reads it, and nothing needs to be escaped twice.
    shown = {name: words[name] for name in ("copy", "copied", "copy_failed", "found_one", "found_many", "found_none")}
    context["course_data"] = json.dumps(shown, ensure_ascii=False).replace("<", "\\u003c")


def _write_font(app: Sphinx, problem: Exception | None) -> None:
    if problem is None:
        characters = getattr(app.builder, "course_characters", set())
        fonts.write_maths_font(characters, Path(app.outdir) / FONT)
