"""The form of Chinese poems: how many lines of how many characters, and whether the lines end in a rhyme.

Four or eight lines of five or seven characters are a form with rules; even lines rhyme.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np

from course_lib.base.arguments import checked_seed, listed, require_choice, require_text

# Lines and characters of a line: quatrains (jueju) and poems of eight lines (lüshi).
FORMS = ((4, 5), (4, 7), (8, 5), (8, 7))

# Chinese characters, with the rare ones of later planes.
_LINE = re.compile("[〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


def verse_lines(text: str) -> list[str]:
    """The lines of a poem: what stands between punctuation, line breaks and anything else that is no character.

    Raises:
        TypeError: if `text` is no str.
    """
    require_text("text", text)
    return _LINE.findall(text)


def form_of(text: str) -> tuple[int, int] | None:
    """How many lines of how many characters a poem has, if this is one of `FORMS`; else None."""
    lines = verse_lines(text)
    form = (len(lines), len(lines[0])) if lines else None
    return form if form in FORMS and len(set(map(len, lines))) == 1 else None


def share_in_form(texts: Iterable[str], form: tuple[int, int] | None = None) -> float:
    """The share of texts whose lines are as many and as long as a form asks.

    Args:
        texts: one poem or more.
        form: lines and characters of a line, one of `FORMS`; None for any of them.

    Raises:
        TypeError: if the texts are no list of str.
        ValueError: if there is none, or the form is unknown.
    """
    texts = some_texts(texts)
    if form is not None:
        require_choice("form", form, FORMS)
    found = [form_of(text) for text in texts]
    return sum(one is not None and form in (None, one) for one in found) / len(texts)


def rhyming_ends(text: str) -> list[str]:
    """The last characters of a poem's even lines, which should rhyme."""
    return [line[-1] for line in verse_lines(text)[1::2]]


def rhyming_pairs(texts: Iterable[str]) -> list[tuple[str, str]]:
    """The ends that should rhyme, each with the next one of the same poem."""
    return [pair for text in some_texts(texts) for pair in pairwise(rhyming_ends(text))]


def chance_pairs(texts: Iterable[str], seed: int | None = 0) -> list[tuple[str, str]]:
    """As many pairs of the same characters, of which the second was put behind another first one by chance.

    Args:
        texts: one poem or more.
        seed: the same seed makes the same pairs.

    Raises:
        TypeError: if the texts are no list of str.
        ValueError: if there is none.
    """
    pairs = rhyming_pairs(texts)
    order = np.random.default_rng(checked_seed(seed)).permutation(len(pairs))
    return [(first, pairs[place][1]) for (first, _), place in zip(pairs, order, strict=True)]


def share_of_rhymes(pairs: Iterable[tuple[str, str]], rhyme: Callable[[str, str], bool | None]) -> tuple[float, float]:
    """Which share of pairs rhymes, of those that can be judged, and which share can.

    Args:
        pairs: from `rhyming_pairs` or `chance_pairs`.
        rhyme: whether two characters rhyme; None where it cannot say.

    Returns:
        Both shares; the first is NaN where no pair can be judged.
    """
    found = [rhyme(first, second) for first, second in pairs]
    judged = [one for one in found if one is not None]
    share = sum(judged) / len(judged) if judged else float("nan")
    return share, len(judged) / max(len(found), 1)


def some_texts(texts: Iterable[str]) -> list[str]:
    """The texts as a list; raises where they are no list of str (TypeError) or there is none (ValueError)."""
    texts = listed("texts", texts)
    if not texts:
        raise ValueError("texts is empty; allowed: one poem or more")
    return texts
