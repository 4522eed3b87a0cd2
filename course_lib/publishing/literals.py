"""String literals as they are written: the pieces of one, and the fields of an f-string, with words put in their place.

Python's own tree tells neither where a field of an f-string stands (before 3.12) nor how a text was written; here the
text is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

_BETWEEN = re.compile(r"(?:\s|\\\n|#[^\n]*)*")
_OPENING = re.compile(r"(?P<prefix>[A-Za-z]{0,2})(?P<quote>\"\"\"|'''|\"|')")
_CONVERSION = re.compile(r"![rsa](?=[:}])")
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


@dataclass(frozen=True)
class Piece:
    """One literal of several that stand side by side.

    Args:
        start: where it begins in the text.
        end: where it ends.
        prefix: the letters before its quotation mark, such as `f`.
        quote: its quotation mark.
        body: what stands between the marks, as it is written.
    """

    start: int
    end: int
    prefix: str
    quote: str
    body: str

    @property
    def has_fields(self) -> bool:
        """Whether it is an f-string."""
        return "f" in self.prefix.lower()

    @property
    def is_raw(self) -> bool:
        """Whether a backslash is a backslash in it."""
        return "r" in self.prefix.lower()


@dataclass(frozen=True)
class Field:
    """What stands in braces in an f-string.

    Args:
        expression: the code.
        rest: what follows it before the closing brace: a conversion, a format; mostly nothing.
    """

    expression: str
    rest: str

    @property
    def text(self) -> str:
        """The field as it is written."""
        return f"{{{self.expression}{self.rest}}}"


def pieces(text: str) -> list[Piece]:
    """The literals that a text consists of, in their order; empty where it is anything else."""
    found = []
    place = _BETWEEN.match(text).end()
    while place < len(text):
        opening = _OPENING.match(text, place)
        if opening is None:
            return []
        close = _closing(text, opening.end(), opening["quote"])
        found.append(Piece(place, close, opening["prefix"], opening["quote"], _inside(text, opening, close)))
        place = _BETWEEN.match(text, close).end()
    return found


def parts(body: str) -> list[str | Field]:
    """What the body of an f-string consists of: words as they are written (`{{` for a brace), and fields."""
    found: list[str | Field] = []
    words = ""
    place = 0
    while place < len(body):
        if body[place] != "{" or body.startswith("{{", place):
            step = 2 if body[place : place + 2] in ("{{", "}}") else 1
            words += body[place : place + step]
            place += step
            continue
        field, place = _field(body, place + 1)
        found += [words, field] if words else [field]
        words = ""
    return [*found, words] if words else found


def with_fields(text: str, rewrite: Callable[[str], str]) -> str:
    """Rewrite the code of every field; where words come out, they become part of the words around them.

    Args:
        text: one or several string literals side by side.
        rewrite: gives the code that takes the place of a field's.

    Returns:
        The text; a literal in which no field is left is no f-string any more.
    """
    done = ""
    before = 0
    for piece in pieces(text):
        done += text[before : piece.start] + (_rewritten(piece, rewrite) if piece.has_fields else _written(piece))
        before = piece.end
    return done + text[before:]


def moved(text: str, columns: int) -> str:
    """Literals side by side, those that begin a line set so many columns further to the right."""
    places = pieces(text)
    for left, right in reversed(list(pairwise(places))):
        gap = text[left.end : right.start]
        if "\n" in gap:
            head, _, blanks = gap.rpartition("\n")
            gap = f"{head}\n{' ' * max(0, len(blanks) + columns)}"
        text = text[: left.end] + gap + text[right.start :]
    return text


def is_broken(text: str) -> bool:
    """Whether literals side by side stand on several lines, so that brackets must hold them together."""
    return any("\n" in text[left.end : right.start] for left, right in pairwise(pieces(text)))


def _closing(text: str, place: int, quote: str) -> int:
    """Where the literal ends whose body begins here."""
    while not text.startswith(quote, place):
        place += 2 if text[place] == "\\" else 1
    return place + len(quote)


def _inside(text: str, opening: re.Match[str], close: int) -> str:
    return text[opening.end() : close - len(opening["quote"])]


def _field(body: str, place: int) -> tuple[Field, int]:
    """The field whose code begins here, and where what follows its closing brace begins."""
    start, depth = place, 0
    while depth or not (body[place] in ":}" or _CONVERSION.match(body, place)):
        if body[place] in "\"'":
            quote = body[place] * (3 if body.startswith(body[place] * 3, place) else 1)
            place = _closing(body, place + len(quote), quote)
            continue
        depth += _BRACKETS.get(body[place], 0)
        place += 1
    end, depth = place, 1
    while depth:
        depth += {"{": 1, "}": -1}.get(body[place], 0)
        place += 1
    return Field(body[start:end], body[end : place - 1]), place


def _rewritten(piece: Piece, rewrite: Callable[[str], str]) -> str:
    made: list[str | Field] = []
    changed = False
    for part in parts(piece.body):
        if isinstance(part, str):
            made.append(part)
            continue
        code = rewrite(part.expression)
        changed = changed or code != part.expression
        words = None if part.rest or code == part.expression else _as_words(code.strip(), piece)
        made += [Field(code, part.rest)] if words is None else words
    if not changed:
        return _written(piece)
    if any(isinstance(part, Field) for part in made):
        return _written(piece, body="".join(part if isinstance(part, str) else part.text for part in made))
    plain = "".join(map(str, made)).replace("{{", "{").replace("}}", "}")
    return _written(piece, piece.prefix.replace("f", "").replace("F", ""), plain)


def _as_words(code: str, around: Piece) -> list[str | Field] | None:
    """What literals say, written as part of the f-string around them; None where it cannot be written there."""
    made: list[str | Field] = []
    for literal in pieces(code):
        if "\\" in literal.body or around.quote[0] in literal.body:
            return None
        if literal.has_fields:
            made += parts(literal.body)
        else:
            made.append(literal.body.replace("{", "{{").replace("}", "}}"))
    return made or None


def _written(piece: Piece, prefix: str | None = None, body: str | None = None) -> str:
    prefix, body = piece.prefix if prefix is None else prefix, piece.body if body is None else body
    return f"{prefix}{piece.quote}{body}{piece.quote}"
