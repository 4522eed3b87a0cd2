"""Texts to test with: the course's own film reviews, and random texts of every kind of character."""

from __future__ import annotations

import csv
import random
from pathlib import Path

REVIEWS = Path(__file__).parents[2] / "datasets" / "film_reviews.csv"

# Every kind of character, parted by spaces; what an editor would not show is written by its number.
_VISIBLE = """
a b c x y z a b c x y z A B C X Y Z 0 1 2 3 4 5 6 7 8 9 ' ' ’ ` ´
- _ / . , ! ? ！ ？ … ; : ( ) [ ] $ % & < > # @ * + = ~
é ß İ Σ ς ñ Ā 中 文 很 々 の カ ー 한 글 ش كَ ש הָ हिन्दी ไทย 😀 👍🏽 ❤️ 👩‍🚀 👨‍👩‍👧 🏳️‍🌈 🇨🇳 1️⃣ ★
<br/> <b> </b> &amp; &#39; &nbsp; & &lt; <!-- -->
"""
_INVISIBLE = "e\u0301 \u200d \ufe0f \u200b \u00ad \ufeff \x00 \x1b \x92 \x97 \ud800 \udfff \u202e"
PIECES = [
    *_VISIBLE.split(),
    *_INVISIBLE.split(" "),
    "\x85",
    "\u00a0",
    " ",
    " ",
    "  ",
    "\t",
    "\n",
    " the ",
    " don't ",
    " 8.5 ",
]


def film_reviews() -> list[str]:
    """The 400 film reviews written for the course."""
    with REVIEWS.open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def random_text(seed: int, longest: int = 60) -> str:
    """A text that no one would write: letters, marks, emoji, tags, controls and broken characters in any order."""
    generator = random.Random(seed)
    return "".join(generator.choice(PIECES) for _ in range(generator.randrange(longest)))


def random_words(seed: int, letters: str = "abc", words: int = 12, longest: int = 7, most: int = 5) -> dict[str, int]:
    """Words of few letters with small counts, so that many pairs are equally frequent."""
    generator = random.Random(seed)
    return {
        "".join(generator.choice(letters) for _ in range(generator.randint(1, longest))): generator.randint(1, most)
        for _ in range(words)
    }
