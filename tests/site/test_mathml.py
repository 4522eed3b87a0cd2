"""Proves that formulae become MathML that browsers draw rightly, and that what cannot be drawn is refused by name."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from course_lib.publishing.site.mathml import UnsupportedMaths, take_tag, to_mathml


def _tree(latex: str, block: bool = True) -> ElementTree.Element:
    return ElementTree.fromstring(to_mathml(latex, block=block))


def _text(element: ElementTree.Element) -> str:
    return re.sub(r"\s+", "", "".join(element.itertext()))


def test_a_formula_keeps_its_latex_as_alternative_text() -> None:
    tree = _tree(r"x_{<t} & ".replace(" & ", ""))
    assert (tree.tag, tree.get("display"), tree.get("alttext")) == ("math", "block", "x_{<t}")
    assert _text(tree) == "x<t"


def test_a_formula_within_a_line_is_inline() -> None:
    assert _tree("x", block=False).get("display") == "inline"


@pytest.mark.parametrize(
    ("latex", "letters"),
    [
        (r"\mathbf{x}", "𝐱"),
        (r"\mathbb{R}", "ℝ"),
        (r"\mathbb{E}", "𝔼"),
        (r"\mathbb{1}", "𝟙"),
        (r"\mathcal{L}", "ℒ"),
        (r"\boldsymbol{\theta}", "𝜽"),
        (r"\mathtt{tf}", "𝚝𝚏"),
    ],
)
def test_alphabets_are_letters_and_not_attributes_that_browsers_ignore(latex: str, letters: str) -> None:
    tree = _tree(latex)
    assert _text(tree) == letters
    assert not any(element.get("mathvariant") for element in tree.iter())


def test_upright_letters_are_one_word() -> None:
    assert [word.text for word in _tree(r"\mathrm{KL}").iter("mi")] == ["KL"]


def test_functions_have_a_thin_space_before_a_letter_and_none_before_a_bracket() -> None:
    assert [space.get("width") for space in _tree(r"\log x").iter("mspace")] == ["0.167em"]
    assert list(_tree(r"\log(x)").iter("mspace")) == []
    assert [space.get("width") for space in _tree(r"2\operatorname{idf} t").iter("mspace")] == ["0.167em", "0.167em"]


def test_a_minus_at_the_head_of_a_number_is_its_sign_and_between_two_it_is_not() -> None:
    signs = [sign.get("form") for sign in _tree("y = -x - 1").iter("mo") if sign.text == "-" or sign.text == "−"]
    assert signs == ["prefix", None]


@pytest.mark.parametrize("latex", [r"\arg\max_k z_k", r"\operatorname*{arg\,max}_k z_k", r"\max_k z_k"])
def test_what_belongs_to_a_maximum_stands_below_it(latex: str) -> None:
    under = next(_tree(latex).iter("munder"))
    assert under[0].get("movablelimits") == "true"
    assert _text(under[1]) == "k"


def test_aligned_rows_are_aligned_right_and_left_of_the_sign() -> None:
    table = next(_tree(r"\begin{aligned} a &= b \\ &= c \end{aligned}").iter("mtable"))
    assert table.get("class") == "maths-aligned"
    assert [[cell.get("class") for cell in row] for row in table] == [["maths-right", "maths-left"]] * 2


def test_cases_begin_at_the_left() -> None:
    cells = list(_tree(r"\begin{cases} x^\alpha & \text{if } x < 1 \\ 1 & \text{otherwise} \end{cases}").iter("mtd"))
    assert {cell.get("class") for cell in cells} == {"maths-left"}


def test_the_lines_of_a_table_are_drawn() -> None:
    table = next(_tree(r"\begin{array}{c|c} a & b \\ \hline c & d \end{array}").iter("mtable"))
    first = [cell.get("class").split()[1:] for cell in table[0]]
    assert first == [["maths-line-below", "maths-line-right"], ["maths-line-below"]]


def test_one_number_belongs_to_the_block_and_several_to_their_rows() -> None:
    assert take_tag(r"a = b \tag{3}") == ("a = b", "3")
    rows = r"\begin{align} a &= b \tag{1}\\ c &= d \tag{2} \end{align}"
    assert take_tag(rows) == (rows, None)
    numbers = [_text(cell) for cell in _tree(rows).iter("mtd") if cell.get("class") == "maths-number"]
    assert numbers == ["(1)", "(2)"]


@pytest.mark.parametrize(
    "latex",
    [
        r"e = q K^\top, \qquad q\colon (d_k,),\quad K\colon (T, d_k),\quad e\colon (T,).",
        r"J = \sum_{i,j=1}^{V} f(X_{ij})\left(w_i^\top \tilde{w}_j + b_i + \tilde{b}_j - \log X_{ij}\right)^2",
        r"\log \sigma(u_o^\top v_c) + \sum_{k=1}^{K} \mathbb{E}_{w \sim P_n}\left[\log \sigma(-u_w^\top v_c)\right]",
        r"D_{\mathrm{KL}}\bigl(q(z\mid x)\,\|\,p(z)\bigr), \quad \lVert a\rVert, \left\{ x \,\middle|\, y \right\}",
        r"\underbrace{a+b}_{\text{reconstruction}} + \hat{y} + \bar x + \dfrac12 + \binom{n}{k} + \lfloor x \rfloor",
        r"\begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix} \odot \nabla_\theta J, \ldots, 10\,000, \ 25{,}000, \text{词频}",
        r"a \not= b, \; x \not\in S, \; 5\%, \; \text{50\% of } n, \; \Pr(x), \; \lim_{x\to0} f'(x)",
    ],
)
def test_the_formulas_of_such_lessons_leave_no_latex_behind(latex: str) -> None:
    drawn = _text(_tree(latex))
    assert drawn
    assert not re.search(r"[\\$]|&#", drawn)


@pytest.mark.parametrize(
    ("latex", "complaint"),
    [
        (r"\foobar{x}", r"the command \foobar cannot be drawn"),
        (r"\begin{weird} x \end{weird}", "the environment weird cannot be drawn"),
        (r"\frac{1}", "lacks one of its parts"),
        (r"\left( x", "it cannot be read: extra left or missing right"),
        (r"x_", "it cannot be read"),
        (r"{x", "its braces do not match"),
        (r"a & b", "an & outside an environment"),
        (r"a \\ b", "outside an environment; put it into aligned"),
        (r"\cancel{x}", "crossing out cannot be drawn"),
        (r"\operatorname{tf-idf}(t)", r"write \text{tf-idf}"),
        (r"\text{if $x$}", r"a formula inside \text"),
        (r"x \label{eq}", r"the command \label cannot be drawn"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(latex: str, complaint: str) -> None:
    with pytest.raises(UnsupportedMaths) as refused:
        to_mathml(latex)
    assert complaint in str(refused.value)
