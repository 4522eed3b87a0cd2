"""Proves that formulae, those of every lesson too, become MathML that browsers draw; the rest is refused by name."""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree

import pytest

from course_lib.publishing.site.mathml import UnsupportedMaths, take_tag, to_mathml
from tests import lessons

FORMULA = re.compile(r"\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$]+)\$", re.DOTALL)


def _tree(latex: str, block: bool = True) -> ElementTree.Element:
    return ElementTree.fromstring(to_mathml(latex, block=block).replace("&ApplyFunction;", "\u2061"))


def _text(element: ElementTree.Element) -> str:
    return re.sub(r"[\s\u2061-\u2064\ufe00]+", "", "".join(element.itertext()))


def test_a_formula_keeps_its_latex_as_alternative_text() -> None:
    tree = _tree('x_{<t}\n"')
    assert (tree.tag, tree.get("display"), tree.get("alttext")) == ("math", "block", 'x_{<t} "')
    assert _text(tree) == "x<t”"


def test_words_keep_the_blank_behind_a_sign() -> None:
    assert "5%\N{NO-BREAK SPACE}of" in to_mathml(r"\text{at most 5\% of all}")


def test_a_formula_within_a_line_is_inline_and_keeps_its_limits_at_the_side() -> None:
    assert _tree("x", block=False).get("display") != "block"
    assert list(_tree(r"\max_k z_k", block=False).iter("munder")) == []


@pytest.mark.parametrize(
    ("latex", "letters"),
    [
        (r"\mathbf{x}", "𝐱"),
        (r"\mathbb{R}", "ℝ"),
        (r"\mathbb{1}", "𝟙"),
        (r"\mathcal{L}", "ℒ"),
        (r"\boldsymbol{\theta}", "𝜽"),
        (r"\mathrm{KL}", "KL"),
    ],
)
def test_alphabets_are_letters_and_not_attributes_that_browsers_ignore(latex: str, letters: str) -> None:
    tree = _tree(latex)
    assert _text(tree) == letters
    assert not any(element.get("mathvariant") for element in tree.iter())


@pytest.mark.parametrize("latex", [r"\arg\max_k z_k", r"\operatorname*{arg\,max}_k z_k", r"\max_k z_k"])
def test_what_belongs_to_a_maximum_stands_below_it(latex: str) -> None:
    under = next(_tree(latex).iter("munder"))
    assert _text(under[1]) == "k"


def test_a_colon_stands_close_to_its_name_and_apart_from_its_shape() -> None:
    name, colon, space, *_ = _tree(r"q\colon (d,)")
    assert (name.text, colon.text, colon.get("lspace"), space.tag) == ("q", ":", "0", "mspace")


def test_one_number_belongs_to_the_block_and_several_to_their_rows() -> None:
    assert take_tag(r"a = b \tag{3}") == ("a = b", "3")
    rows = r"\begin{align} a &= b \tag{1}\\ c &= d \tag{2} \end{align}"
    assert take_tag(rows) == (rows, None)
    assert [_text(row) for row in _tree(rows).iter("mtr")] == ["a=b(1)", "c=d(2)"]


@pytest.mark.parametrize("slug", lessons.SLUGS)
def test_every_formula_of_a_lesson_is_drawn_and_leaves_no_latex_behind(slug: str) -> None:
    drawn = 0
    for cell in lessons.lesson(slug).cells:
        for text in cell.texts.values():
            for formula in FORMULA.finditer(re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)):
                latex = formula["block"] or formula["inline"]
                tree = _tree(take_tag(latex)[0], block=bool(formula["block"]))
                assert _text(tree), latex
                assert not re.search(r"[\\$]|&#|merror", _text(tree)), latex
                drawn += 1
    assert drawn > 20


@pytest.mark.parametrize(
    ("latex", "complaint"),
    [
        (r"\foobar{x}", r'Unknown command "\foobar"'),
        (r"\begin{weird} x \end{weird}", 'Unknown environment "weird"'),
        (r"\frac{1}", "Expected argument"),
        (r"\left( x", r'Expected closing token "\right"'),
        (r"x_", "Expected argument"),
        (r"{x", 'Expected closing token "}"'),
        (r"a & b", "may only appear in a table-like environment"),
        (r"a \\ b", "outside an environment; put it into aligned"),
        (r"\begin{aligned} a \\ b \end{aligned} \\ c", "outside an environment; put it into aligned"),
        (r"\cancel{x}", "no boxes and no crossing out"),
        (r"\text{if $x$}", "Math mode within text mode"),
        (r"x \label{eq}", r'Found "\label"'),
        (r"x \tag{1} + y \tag{2}", r'Found "\tag'),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(latex: str, complaint: str) -> None:
    with pytest.raises(UnsupportedMaths) as refused:
        to_mathml(latex)
    assert complaint in html.unescape(str(refused.value))


def test_a_line_break_within_an_environment_is_no_fault() -> None:
    assert len(list(_tree(r"\begin{aligned} a &= b \\ &= c \end{aligned}").iter("mtr"))) == 2
