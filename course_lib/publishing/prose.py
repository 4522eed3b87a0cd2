"""What a passage of Markdown is made of: what two languages must have in common, and what would be drawn wrongly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

_FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]+(?:\n[^$\n]+)*\$", re.DOTALL)
_HTML_PICTURE = re.compile(r"<(?:img|svg)\b[^>]*>", re.IGNORECASE)
_ALTERNATIVE = re.compile(r"""\b(?:alt|aria-label|aria-labelledby)=["'][^"']""", re.IGNORECASE)
_STRAIGHT_QUOTES = re.compile(r'"[^"]*[\u4e00-\u9fff][^"]*"')
_FROM_ELSEWHERE = re.compile(r"""\bsrc=["']?(?:https?:)?//""", re.IGNORECASE)
_WIDE = "\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’—…"
# A line that was broken between two Chinese characters: drawn as it is, it would show a space between them.
BROKEN_CHINESE = re.compile(rf"(?<=[{_WIDE}])\n(?=[{_WIDE}])")


@dataclass(frozen=True)
class Outline:
    """The parts of a passage.

    Args:
        headings: offset of the line and level of each.
        formulas: how many are displayed (`$$`).
        pictures: how many there are, in Markdown or HTML.
        code_blocks: how many there are.
        faults: offset of the line, and what would be drawn wrongly there.
    """

    headings: tuple[tuple[int, int], ...]
    formulas: int
    pictures: int
    code_blocks: int
    faults: tuple[tuple[int, str], ...]

    @property
    def levels(self) -> list[int]:
        """The levels of the headings, in order."""
        return [level for _, level in self.headings]


def outline(text: str) -> Outline:
    """Read a passage as Markdown; formulas are left alone, as the renderers leave them."""
    tokens = _parser().parse(_FORMULA.sub(_mask, text))
    headings = tuple((token.map[0], int(token.tag[1:])) for token in tokens if token.type == "heading_open")
    inline = [token for token in tokens if token.type == "inline"]
    leaves = list(_leaves(tokens))
    pictures = [(offset, token) for offset, token in leaves if token.type == "image"]
    pictures += [
        (offset, picture[0])
        for offset, token in leaves
        if token.type in ("html_block", "html_inline")
        for picture in _HTML_PICTURE.finditer(token.content)
    ]
    faults = {
        *_picture_faults(pictures),
        *_emphasis_faults(leaves),
        *_quotation_faults(leaves),
        *_formula_faults(inline),
        *_head_faults(tokens),
    }
    return Outline(
        headings=headings,
        formulas=sum(token.content.count("$$") for token in inline) // 2,
        pictures=len(pictures),
        code_blocks=sum(token.type in ("fence", "code_block") for token in tokens),
        faults=tuple(sorted(faults)),
    )


def join_chinese_lines(text: str) -> str:
    """The passage without the line breaks between two Chinese characters of one paragraph; code keeps its lines."""
    tokens = _parser().parse(_FORMULA.sub(_mask, text))
    inside = {line for token in tokens if token.type == "inline" for line in range(token.map[0] + 1, token.map[1])}
    first, *rest = text.split("\n")
    lines = [first]
    for number, line in enumerate(rest, start=1):
        # What stands before a line that goes on, in a list or a quotation, is not part of the sentence.
        joined = BROKEN_CHINESE.sub("", f"{lines[-1]}\n{line.lstrip(' >')}")
        if number in inside and "\n" not in joined:
            lines[-1] = joined
        else:
            lines.append(line)
    return "\n".join(lines)


def _picture_faults(pictures: list[tuple[int, Token | str]]) -> Iterator[tuple[int, str]]:
    for offset, picture in pictures:
        if isinstance(picture, str):
            described, foreign = _ALTERNATIVE.search(picture), _FROM_ELSEWHERE.search(picture)
        else:
            described, foreign = picture.content.strip(), re.match(r"(?:https?:)?//", str(picture.attrs["src"]))
        if not described:
            yield offset, "a picture without alternative text"
        if foreign:
            yield offset, "a picture from elsewhere; a lesson asks nothing of the net"


def _head_faults(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    """A column without a head is read out as a number alone, and a head that says nothing as a fault of the page."""
    for head, content in pairwise(tokens):
        if head.type == "th_open" and not content.content.strip():
            yield content.map[0], "a column of a table without a head"


def _formula_faults(inline: list[Token]) -> Iterator[tuple[int, str]]:
    for token in inline:
        if token.content.count("$$") % 2:
            yield token.map[0], "a displayed formula that is not closed in its paragraph"


def _emphasis_faults(leaves: list[tuple[int, Token]]) -> Iterator[tuple[int, str]]:
    for offset, token in leaves:
        if token.type == "text" and "**" in token.content:
            yield (
                offset,
                "** is shown as it stands: beside a punctuation mark, emphasis opens and closes only at a space or "
                "another mark; move the mark out of the emphasis",
            )


def _quotation_faults(leaves: list[tuple[int, Token]]) -> Iterator[tuple[int, str]]:
    for offset, token in leaves:
        if token.type == "text" and (found := _STRAIGHT_QUOTES.search(token.content)):
            yield offset, f"{found[0]} stands between straight quotation marks; Chinese prose uses “ ”"


def _leaves(tokens: list[Token]) -> Iterator[tuple[int, Token]]:
    """Every innermost token with the offset of its line."""
    for token in tokens:
        offset = token.map[0] if token.map else 0
        if token.children is None:
            yield offset, token
            continue
        for child in token.children:
            yield offset, child
            offset += child.type in ("softbreak", "hardbreak")


def _mask(formula: re.Match[str]) -> str:
    """A formula of which nothing can be taken for Markdown, with its lines and dollar signs in place."""
    edge = "$$" if formula[0].startswith("$$") else "$"
    inside = formula[0][len(edge) : -len(edge)]
    return edge + re.sub(r"[^\n]", "x", inside) + edge


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")
