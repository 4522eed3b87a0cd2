"""Proves that rhymes and tones are found again in poems that were made of known ones, and, where real poems are, that
they hold in poems which the books have not seen, and not in the same poems shuffled.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from course_lib.language_model import (
    RhymeBook,
    ToneBook,
    alternating_pairs,
    chance_pairs,
    form_of,
    rhyming_pairs,
    share_of_rhymes,
    verse_lines,
)

# Made-up groups: a level and an oblique half of the first 240 characters, the level half in eight rhymes.
CHARACTERS = [chr(0x4E00 + place) for place in range(240)]
RHYMES = ["".join(CHARACTERS[place : place + 15]) for place in range(0, 120, 15)]
LEVEL, OBLIQUE = CHARACTERS[:120], CHARACTERS[120:]


def made_poem(random: np.random.Generator, noise: float = 0.05) -> str:
    """A quatrain by the rules; now and then a character is any other."""
    rhyme = list(random.choice(list(random.choice(RHYMES)), size=2, replace=False))
    begin, lines = random.integers(2), []
    for place in range(4):
        sides = (LEVEL, OBLIQUE) if (begin + (place in (1, 2))) % 2 else (OBLIQUE, LEVEL)
        second, fourth = (random.choice(side) for side in sides)
        end = rhyme.pop() if place % 2 else random.choice(OBLIQUE)
        line = [random.choice(CHARACTERS), second, random.choice(CHARACTERS), fourth, end]
        lines.append("".join(random.choice(CHARACTERS) if random.random() < noise else one for one in line))
    return "，".join(lines)


@pytest.fixture(scope="module")
def poems() -> list[str]:
    random = np.random.default_rng(0)
    return [made_poem(random) for _ in range(1500)]


def test_the_rhymes_that_poems_were_made_with_are_found(poems: list[str]) -> None:
    book = RhymeBook.learn(poems)
    for rhyme in RHYMES:
        assert max(len(set(rhyme) & set(group)) for group in book.groups) >= 14
    of_a_rhyme = RHYMES[0]
    assert book.rhyme(of_a_rhyme[0], of_a_rhyme[1]) is True and book.rhyme(RHYMES[0][0], RHYMES[1][0]) is False
    assert book.rhyme(of_a_rhyme[0], of_a_rhyme[0]) is False  # a character is no rhyme of itself
    assert book.rhyme(of_a_rhyme[0], "龜") is None
    assert RhymeBook.learn(poems).groups == book.groups
    assert [len(group) for group in book.groups] == sorted(map(len, book.groups), reverse=True)


def test_the_tones_that_poems_were_made_with_are_found(poems: list[str]) -> None:
    book = ToneBook.learn(poems)
    tones = {character: book.tone(character) for character in CHARACTERS}
    assert np.mean([tones[character] == "level" for character in LEVEL]) > 0.97
    assert np.mean([tones[character] == "oblique" for character in OBLIQUE]) > 0.97
    assert book.tone("龜") is None
    assert book.alternate(LEVEL[0], OBLIQUE[0]) is True and book.alternate(LEVEL[0], LEVEL[1]) is False
    assert book.alternate(LEVEL[0], "龜") is None


def test_every_second_character_alternates_but_the_last() -> None:
    assert alternating_pairs("白日依山盡") == [("日", "山")]
    assert alternating_pairs("千里鶯啼綠映紅") == [("里", "啼"), ("啼", "映")]
    assert alternating_pairs("") == alternating_pairs("山水") == []


@pytest.fixture(scope="module")
def real_poems(real_data: Path) -> tuple[list[str], list[str]]:
    files = sorted((real_data / "chinese_poetry").glob("poet.tang.*.json"))
    if not files:
        pytest.skip("needs chinese_poetry")
    poems = ["".join(poem["paragraphs"]) for file in files for poem in json.loads(file.read_text(encoding="utf-8"))]
    poems = [poem for poem in poems if form_of(poem) is not None]
    order = np.random.default_rng(0).permutation(len(poems))
    return [poems[place] for place in order[500:]], [poems[place] for place in order[:500]]


def test_rhymes_hold_in_real_poems_that_were_not_seen(real_poems) -> None:
    seen, unseen = real_poems
    book = RhymeBook.learn(seen)
    share, judged = share_of_rhymes(rhyming_pairs(unseen), book.rhyme)
    chance, _ = share_of_rhymes(chance_pairs(unseen), book.rhyme)
    print(f"\n{len(book.groups)} groups; {share:.3f} rhyme, by chance {chance:.3f}; {judged:.3f} judged", end="")
    assert share > 0.88 and chance < 0.08 and judged > 0.88


def test_tones_hold_in_real_poems_that_were_not_seen(real_poems) -> None:
    seen, unseen = real_poems
    book, random = ToneBook.learn(seen), np.random.default_rng(0)
    lines = [line for poem in unseen for line in verse_lines(poem)]
    shuffled = ["".join(random.permutation(list(line))) for line in lines]
    share, judged = share_of_rhymes([pair for line in lines for pair in alternating_pairs(line)], book.alternate)
    chance, _ = share_of_rhymes([pair for line in shuffled for pair in alternating_pairs(line)], book.alternate)
    print(f"\n{share:.3f} alternate, shuffled {chance:.3f}; {judged:.3f} judged", end="")
    assert share > 0.8 and chance < 0.65 and judged > 0.85
    # Known from the books of rhymes; today 國, 白 and 一 are heard as level.
    assert [book.tone(one) for one in "山風人水月國白一"] == ["level"] * 3 + ["oblique"] * 5


def test_a_wrong_argument_is_named() -> None:
    with pytest.raises(ValueError, match="groups holds '山' twice"):
        RhymeBook(["山間", "山"])
    for book in (RhymeBook, ToneBook):
        with pytest.raises(ValueError, match="texts holds no poem in one of the FORMS"):
            book.learn(["山水。"])
        with pytest.raises(ValueError, match="texts is empty"):
            book.learn([])
