"""LaTeX formulae as MathML, which a browser draws by itself: no script, no picture and nothing from the net.

`math_core` translates to the part of MathML that every browser draws, and names what it does not know.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from math_core import LatexToMathML

_TEXT = re.compile(r"\\text\{[^{}]*\}")
_TAG = re.compile(r"\\tag\*?\{([^{}]*)\}")
_ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.DOTALL)
# LaTeX sets this colon close to what stands before it, and farther from what follows.
_MACROS = {"colon": r"{:}\;"}


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
    from math_core import LatexError

    source = " ".join(latex.split())
    # Outside an environment a browser would show one line where LaTeX means two.
    if r"\\" in _ENVIRONMENT.sub("", source):
        raise UnsupportedMaths(r"it breaks a line with \\ outside an environment; put it into aligned")
    try:
        # In words, the blank behind a sign such as \% is one; the converter would take it for the command's end.
        spaced = _TEXT.sub(lambda found: re.sub(r"(\\[%&_#$]) ", r"\1~", found[0]), source)
        made = _converter().convert_with_local_state(spaced, displaystyle=block)
    except LatexError as error:
        raise UnsupportedMaths(re.sub(r"^\d+: ", "", str(error))) from error
    if "<menclose" in made:
        raise UnsupportedMaths("browsers draw no boxes and no crossing out")
    return made.replace("<math", f'<math alttext="{escape(source)}"', 1)


@cache
def _converter() -> LatexToMathML:
    from math_core import LatexToMathML

    return LatexToMathML(macros=_MACROS, fancy_error=False)
