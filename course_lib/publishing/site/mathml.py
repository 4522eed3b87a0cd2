"""LaTeX formulae as MathML, which a browser draws by itself: no script, no font and no picture from the net.

`latex2mathml` translates; what it lets through and what browsers draw badly is put right here. A command or an
environment that it does not know raises an error: a backslash never reaches the page.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache
from xml.etree import ElementTree

_ENVIRONMENTS = {
    "align", "align*", "aligned", "array", "bmatrix", "Bmatrix", "cases", "gathered", "matrix", "pmatrix",
    "smallmatrix", "split", "vmatrix", "Vmatrix",
}  # fmt: skip
# What the translator does not know, in words that it does. The order matters.
_REWRITES = [
    (re.compile(r"\\arg\s*(?:\\,)?\s*\\(max|min)\b"), r"\\arg\1"),
    (re.compile(r"\\operatorname\*?\s*\{\s*arg\s*\\,\s*(max|min)\s*\}"), r"\\arg\1 "),
    (re.compile(r"\\arg(?![a-zA-Z])"), r"\\operatorname{arg}"),
    (re.compile(r"\\not\s*=|\\not\s*\\eq\b"), r"\\neq "),
    (re.compile(r"\\not\s*\\in(?![a-zA-Z])"), r"\\notin "),
    (re.compile(r"\\colon(?![a-zA-Z])"), r"{:}\\;"),
    (re.compile(r"\\(begin|end)\{(?:aligned|align)\}"), r"\\\1{align*}"),
    (re.compile(r"\\(begin|end)\{gathered\}"), r"\\\1{matrix}"),
]
_TAG = re.compile(r"\\tag\*?\{([^{}]*)\}")
_ROW_TAG = "\u2983"  # stands before a row's number on its way through the translator
_CHILDREN = {
    "mfrac": 2, "mroot": 2, "mover": 2, "msub": 2, "msup": 2, "munder": 2, "msubsup": 3, "munderover": 3,
}  # fmt: skip
_SPACES = {
    "negativethinmathspace": "-0.167em", "negativemediummathspace": "-0.222em", "negativethickmathspace": "-0.278em",
    "thinmathspace": "0.167em", "mediummathspace": "0.222em", "thickmathspace": "0.278em",
}  # fmt: skip
_LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_THIN = "0.167em"
_WITH_LIMITS = {"max", "min", "lim", "sup", "inf"}
_CLOSING = set(")]}⌋⌉⟩!|‖")


class UnsupportedMaths(ValueError):
    """A formula uses LaTeX that this site cannot draw."""


def take_tag(latex: str) -> tuple[str, str | None]:
    """Separate the one equation number of a block from its formula; several numbers stay with their rows."""
    tags = _TAG.findall(latex)
    if len(tags) != 1:
        return latex, None
    return _TAG.sub("", latex).strip(), tags[0].strip()


def to_mathml(latex: str, *, block: bool = False) -> str:
    """Translate a formula.

    Args:
        latex: the formula, without its dollar signs.
        block: on a line of its own, with large operators.

    Returns:
        A `<math>` element whose `alttext` is the LaTeX.

    Raises:
        UnsupportedMaths: for a command, an environment or a construction that cannot be drawn.
    """
    from latex2mathml import exceptions
    from latex2mathml.converter import convert_to_element

    source = " ".join(latex.split())
    for environment in re.findall(r"\\begin\{([^}]*)\}", source):
        if environment not in _ENVIRONMENTS:
            raise UnsupportedMaths(
                f"the environment {environment} cannot be drawn; known: {', '.join(sorted(_ENVIRONMENTS))}"
            )
    grouping = re.sub(r"\\[{}]", "", source)
    if grouping.count("{") != grouping.count("}"):
        raise UnsupportedMaths("its braces do not match")
    for name in re.findall(r"\\operatorname\*?\s*\{([^}]*)\}", _REWRITES[1][0].sub("", source)):
        if not re.fullmatch(r"[A-Za-z ]+", name):
            raise UnsupportedMaths(rf"\operatorname{{{name}}} holds more than letters; write \text{{{name}}}")
    text = _TAG.sub(lambda match: rf"\text{{{_ROW_TAG}({match[1]})}}", source)
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    problems = tuple(kind for kind in vars(exceptions).values() if isinstance(kind, type))
    try:
        root = convert_to_element(text, display="block" if block else "inline")
    except (*problems, IndexError, KeyError, StopIteration, TypeError, ValueError) as error:
        described = re.sub(r"(?<!^)(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
        raise UnsupportedMaths(f"it cannot be read: {str(error) or described}") from error
    _tidy(root)
    root.attrib = {"display": root.get("display", "inline"), "alttext": source}
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def _tidy(element: ElementTree.Element) -> None:
    """Put one element and all below it right, and refuse what a browser would show wrongly."""
    if element.text:
        if element.text == "&":  # an escaped one arrives as an entity
            raise UnsupportedMaths("it has an & outside an environment with columns")
        element.text = html.unescape(element.text)
        _check_text(element)
    for child in element:
        _tidy(child)
    expected = _CHILDREN.get(element.tag)
    if expected is not None and len(element) != expected:
        raise UnsupportedMaths("a fraction, an index or an accent lacks one of its parts")
    if element.tag == "mspace":
        if "linebreak" in element.attrib:
            raise UnsupportedMaths(r"it breaks a line with \\ outside an environment; put it into aligned")
        element.set("width", _SPACES.get(element.get("width", "0"), element.get("width", "0")))
    elif element.tag == "menclose":
        if element.get("notation") != "box":
            raise UnsupportedMaths("crossing out cannot be drawn")
        element.tag, element.attrib = "mrow", {"class": "maths-box"}
    elif element.tag == "mtable":
        _tidy_table(element)
    elif element.tag in {"mi", "mn", "mtext", "mo"}:
        _draw_variant(element)
    _join_upright_letters(element)
    _space_functions(element)
    _set_limits(element)
    _space_signs(element)
    if element.tag == "mrow" and len(element) == 1 and element[0].tag == "mo" and "stretchy" not in element[0].attrib:
        element[0].attrib.update(lspace="0", rspace="0")  # {,} and {=} are ordinary signs in LaTeX


def _check_text(element: ElementTree.Element) -> None:
    text = element.text or ""
    if element.tag == "mtext":
        if "$" in text.replace(r"\$", ""):
            raise UnsupportedMaths(r"it has a formula inside \text; end the \text before it")
        text = re.sub(r"\\([%_#&${} ])", r"\1", text)
        element.text = text
    unknown = re.search(r"\\([a-zA-Z]+\*?|.)", text)
    if unknown:
        raise UnsupportedMaths(f"the command {unknown[0]} cannot be drawn")


@cache
def variants() -> dict[tuple[str, str], str]:
    """The letters of every mathematical alphabet: (style, plain letter) to the letter."""
    found: dict[tuple[str, str], str] = {}
    for code in (*range(0x2100, 0x2150), *range(0x1D400, 0x1D800)):
        letter = chr(code)
        name = unicodedata.name(letter, "")
        style = re.fullmatch(r"(?:MATHEMATICAL )?(.+?) (?:CAPITAL|SMALL|DIGIT) .+", name)
        plain = unicodedata.normalize("NFKC", letter)
        if style and len(plain) == 1 and plain != letter:
            found[style[1].lower().replace("black-letter", "fraktur").replace(" ", "-"), plain] = letter
    found["italic", "h"] = "ℎ"  # Unicode calls it Planck's constant
    return found


def _draw_variant(element: ElementTree.Element) -> None:
    """Browsers follow `mathvariant` no further than "normal": the letters themselves carry the style."""
    style = element.get("mathvariant")
    if style is None or style == "normal":
        return
    del element.attrib["mathvariant"]
    text = element.text or ""
    element.text = "".join(variants().get((style, letter), letter) for letter in text)


def _join_upright_letters(element: ElementTree.Element) -> None:
    r"""`\mathrm{KL}` is one word."""
    children = list(element)
    if element.tag != "mrow" or len(children) < 2:
        return
    if all(
        child.tag == "mi" and child.get("mathvariant") == "normal" and len(child.text or "") == 1 for child in children
    ):
        word = ElementTree.Element("mi")
        word.text = "".join(child.text or "" for child in children)
        element[:] = [word]


def _core(element: ElementTree.Element) -> ElementTree.Element:
    while element.tag in {"msub", "msup", "msubsup", "munder", "munderover", "mrow"} and len(element):
        element = element[0]
    return element


def _is_function(element: ElementTree.Element) -> bool:
    from latex2mathml.commands import FUNCTIONS

    if element.tag == "mrow":
        return False
    core = _core(element)
    return core.get("class") == "maths-function" or (core.tag == "mi" and f"\\{core.text}" in FUNCTIONS)


def _set_limits(element: ElementTree.Element) -> None:
    """In a block, what belongs to `max` stands below it; `movablelimits` moves it to the side within a line."""
    if element.tag in _LIMITS and len(element) and element[0].tag == "mo" and element[0].get("movablelimits"):
        element.tag = _LIMITS[element.tag]


def _space_signs(element: ElementTree.Element) -> None:
    """A minus after another sign or a bracket is part of its number; a slash stands close."""
    before: ElementTree.Element | None = None
    for child in element:
        if child.tag == "mo" and child.text == "/":
            child.attrib.update(lspace="0", rspace="0")
        elif child.tag == "mo" and child.text in {"-", "−", "+", "±"} and _asks_for_number(before):
            child.attrib.update(form="prefix", lspace="0", rspace="0")
        before = child


def _asks_for_number(before: ElementTree.Element | None) -> bool:
    if before is None:
        return False
    return before.tag == "mspace" or (before.tag == "mo" and (before.text or "") not in _CLOSING)


def _space_functions(element: ElementTree.Element) -> None:
    """The thin spaces of `log x` and `max x`, and none in `log(x)`."""
    for child in element:
        if child.tag == "mo" and len(child.text or "") > 1 and re.fullmatch(r"[A-Za-z\s]+", child.text or ""):
            if child.get("movablelimits") is None and child.text not in _WITH_LIMITS:
                child.tag, child.attrib = "mi", {"class": "maths-function"}
            else:
                child.attrib.update(movablelimits="true", lspace="0", rspace="0", **{"class": "maths-function"})
    if element.tag not in {"math", "mrow", "mtd", "msqrt", "mstyle"}:
        return
    children = list(element)
    spaced: list[ElementTree.Element] = []
    for position, child in enumerate(children):
        if _is_function(child):
            before = children[position - 1] if position else None
            after = children[position + 1] if position + 1 < len(children) else None
            if before is not None and not _is_operator(before, _CLOSING) and not _is_function(before):
                spaced.append(ElementTree.Element("mspace", width=_THIN))
            spaced.append(child)
            if after is not None and not _is_operator(after, set()):
                spaced.append(ElementTree.Element("mspace", width=_THIN))
        else:
            spaced.append(child)
    element[:] = spaced


def _is_operator(element: ElementTree.Element, except_for: set[str]) -> bool:
    """Whether an operator, a bracket or a space stands here, which brings its own space or wants none."""
    first = element[0] if element.tag == "mrow" and len(element) else element
    if first.tag == "mspace":
        return True
    return first.tag == "mo" and first.get("class") != "maths-function" and (first.text or "") not in except_for


def _tidy_table(table: ElementTree.Element) -> None:
    """Columns are aligned by classes, because browsers no longer follow MathML's own attributes for it."""
    aligned = table.get("columnspacing", "").startswith("0em")
    rows = table.get("rowlines", "").split()
    columns = table.get("columnlines", "").split()
    table.attrib = {"displaystyle": "true"} if table.get("displaystyle") == "true" else {}
    table.set("class", "maths-aligned" if aligned else "maths-table")
    for row_index, row in enumerate(table):
        for column_index, cell in enumerate(list(row)):
            classes = [f"maths-{cell.attrib.pop('columnalign', 'center')}"]
            if rows[row_index : row_index + 1] == ["solid"]:
                classes.append("maths-line-below")
            if columns[column_index : column_index + 1] == ["solid"]:
                classes.append("maths-line-right")
            cell.set("class", " ".join(classes))
            last = cell[-1] if len(cell) else None
            if last is not None and last.tag == "mtext" and (last.text or "").startswith(_ROW_TAG):
                cell.remove(last)
                last.text = (last.text or "").removeprefix(_ROW_TAG)
                number = ElementTree.SubElement(row, "mtd", {"class": "maths-number"})
                number.append(last)
