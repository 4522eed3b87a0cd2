"""English forms: agreement, articles, comparatives. Chinese has none of them, half of a translator's work."""

from __future__ import annotations

from typing import NamedTuple

_VOWELS = "aeiou"
_LONG_ADJECTIVES = frozenset(
    {"beautiful", "boring", "comfortable", "delicious", "difficult", "expensive", "interesting"}
)


class Verb(NamedTuple):
    """A verb by four of its forms; the fifth follows from the first."""

    base: str
    past: str
    participle: str
    gerund: str

    @property
    def third(self) -> str:
        """The form after he, she and it: drinks, watches, studies."""
        if self.base.endswith(("s", "x", "z", "ch", "sh", "o")):
            return self.base + "es"
        if self.base.endswith("y") and self.base[-2] not in _VOWELS:
            return self.base[:-1] + "ies"
        return self.base + "s"


class Person(NamedTuple):
    """Whom a sentence is about.

    Args:
        english: as a subject: "I", "my mother".
        object: as an object: "me", "my mother".
        possessive: "my", "my mother's".
        chinese: 我, 我妈妈.
        pronoun: "I", "you", "we", "they", "he" or "she"; the verb agrees with it.
    """

    english: str
    object: str
    possessive: str
    chinese: str
    pronoun: str

    @property
    def be(self) -> str:
        """am, are or is."""
        return "am" if self.pronoun == "I" else self._either("is", "are")

    @property
    def was(self) -> str:
        """was or were."""
        return "was" if self.pronoun == "I" else self._either("was", "were")

    @property
    def do(self) -> str:
        """do or does."""
        return self._either("does", "do")

    @property
    def have(self) -> str:
        """have or has."""
        return self._either("has", "have")

    def present(self, verb: Verb) -> str:
        """The verb as this person does it: I drink, she drinks."""
        return self._either(verb.third, verb.base)

    def _either(self, third: str, other: str) -> str:
        return third if self.pronoun in ("he", "she") else other


def a(noun: str) -> str:
    """The noun with its indefinite article: a book, an umbrella."""
    return f"an {noun}" if noun[0].lower() in _VOWELS or noun.startswith("hour") else f"a {noun}"


def comparative(adjective: str) -> str:
    """The comparative: bigger, heavier, cheaper, more interesting."""
    if adjective in _LONG_ADJECTIVES:
        return f"more {adjective}"
    if adjective in ("big", "hot", "thin"):
        return adjective + adjective[-1] + "er"
    if adjective.endswith("y"):
        return adjective[:-1] + "ier"
    return adjective + ("r" if adjective.endswith("e") else "er")
