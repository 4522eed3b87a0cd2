"""Which characters rhyme, and which are level, as the poets themselves tell: learnt from where characters stand.

Poems of the Tang rhyme as their characters sounded then, which today's Mandarin tells badly. But the even lines of a
poem rhyme with one another, so whoever reads thousands of them needs no book of rhymes: characters that end the lines
of the same poems belong together. In the same way tones need no dictionary: rhymes are mostly level, the other lines
from the third on end oblique, and within a line every second character changes sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import combinations, pairwise

import numpy as np

from course_lib.base.arguments import checked_seed, require_text
from course_lib.language_model.verse import form_of, rhyming_ends, some_texts, verse_lines

_LARGEST_ROUNDS = 50


class RhymeBook:
    """Groups of characters that rhyme.

    Args:
        groups: the characters of each group; none stands in two.

    Attributes:
        groups: the same, the largest first.

    Raises:
        TypeError: if a group is no str.
        ValueError: if a character stands in two.
    """

    def __init__(self, groups: Iterable[str]) -> None:
        self.groups = sorted(groups, key=len, reverse=True)
        self._group: dict[str, int] = {}
        for place, group in enumerate(self.groups):
            require_text("groups holds what", group)
            for character in group:
                if self._group.setdefault(character, place) != place:
                    raise ValueError(f"groups holds {character!r} twice; allowed: each character in one group")

    @classmethod
    def learn(cls, texts: Iterable[str], seed: int | None = 0) -> RhymeBook:
        """Find the groups in poems: characters that end even lines of the same poems more often than by chance.

        Args:
            texts: poems; those in none of the `FORMS` are left out.
            seed: in which order characters are looked at.

        Raises:
            TypeError: if the texts are no list of str.
            ValueError: if no two even lines are left.

        Source: modularity and its search: V. D. Blondel et al., "Fast unfolding of communities in large networks",
        Journal of Statistical Mechanics, 2008.
        """
        together: Counter[tuple[str, str]] = Counter()
        for text in some_texts(texts):
            if form_of(text) is not None:
                together.update(combinations(sorted(set(rhyming_ends(text))), 2))
        if not together:
            raise ValueError("texts holds no poem in one of the FORMS; allowed: one or more with two rhyming lines")
        characters = sorted({character for pair in together for character in pair})
        ids = {character: place for place, character in enumerate(characters)}
        links = np.zeros((len(characters), len(characters)))
        for (one, other), count in together.items():
            links[ids[one], ids[other]] = links[ids[other], ids[one]] = count
        group = _communities(links, np.random.default_rng(checked_seed(seed)))
        return cls(
            "".join(characters[place] for place in np.flatnonzero(group == one)) for one in range(max(group) + 1)
        )

    def rhyme(self, one: str, other: str) -> bool | None:
        """Whether two characters rhyme; none does with itself, and None where the book does not hold both."""
        if one not in self._group or other not in self._group:
            return None
        return one != other and self._group[one] == self._group[other]


def _communities(links: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """For each node its group: first nodes move to where they are linked more than by chance, then whole groups do."""
    of_node = np.arange(len(links))
    while True:
        _, moved = np.unique(_moved(links, random), return_inverse=True)
        of_node = moved[of_node]
        if moved.max() + 1 == len(links):
            return of_node
        belongs = np.eye(moved.max() + 1)[moved]
        links = belongs.T @ links @ belongs


def _moved(links: np.ndarray, random: np.random.Generator) -> np.ndarray:
    degrees = links.sum(axis=1)
    group, group_degrees = np.arange(len(links)), degrees.copy()
    for _ in range(_LARGEST_ROUNDS):
        stays = True
        for node in random.permutation(len(links)):
            group_degrees[group[node]] -= degrees[node]
            linked = np.bincount(group, weights=links[node], minlength=len(links))
            gain = linked - degrees[node] * group_degrees / degrees.sum()  # of modularity
            gain[group[node]] += 1e-9  # of equal ones its own
            best = int(gain.argmax())
            stays = stays and best == group[node]
            group[node] = best
            group_degrees[best] += degrees[node]
        if stays:
            break
    return group


class ToneBook:
    """Which characters are level and which oblique.

    Args:
        leanings: for each character a number from -1, oblique, to 1, level.
        least: how sure it must be of a character to speak.
    """

    def __init__(self, leanings: dict[str, float], least: float = 0.5) -> None:
        self.leanings, self.least = dict(leanings), least

    @classmethod
    def learn(cls, texts: Iterable[str], rounds: int = 30) -> ToneBook:
        """Find the tones in poems: from the ends of lines first, then from which characters stand against which.

        Args:
            texts: poems; those in none of the `FORMS` are left out.
            rounds: how often characters listen to those they stand against.

        Raises:
            TypeError: if the texts are no list of str.
            ValueError: if none is in one of the `FORMS`.
        """
        ends: Counter[str] = Counter()
        against: Counter[tuple[str, str]] = Counter()
        for lines in (verse_lines(text) for text in some_texts(texts) if form_of(text) is not None):
            for place, line in enumerate(lines):
                if place:  # the first line may rhyme or not
                    ends[line[-1]] += 1 if place % 2 else -1
                against.update(alternating_pairs(line))
        if not ends:
            raise ValueError("texts holds no poem in one of the FORMS; allowed: one or more")
        characters = sorted({*ends, *(character for pair in against for character in pair)})
        ids = {character: place for place, character in enumerate(characters)}
        anchors = np.array([1.5 * ends[character] for character in characters])
        one, other = (np.array([ids[pair[side]] for pair in against], dtype=int) for side in (0, 1))
        counts = np.array(list(against.values()), dtype=float)
        leaning = np.tanh(anchors)
        for _ in range(rounds):
            pull = anchors.copy()
            np.subtract.at(pull, one, counts * leaning[other])
            np.subtract.at(pull, other, counts * leaning[one])
            leaning = np.tanh(0.3 * pull)
        return cls(dict(zip(characters, leaning.tolist(), strict=True)))

    def tone(self, character: str) -> str | None:
        """`"level"`, `"oblique"`, or None where the book is not sure."""
        leaning = self.leanings.get(character, 0.0)
        return None if abs(leaning) < self.least else "level" if leaning > 0 else "oblique"

    def alternate(self, one: str, other: str) -> bool | None:
        """Whether two characters differ in tone; None where the book is not sure of both."""
        tones = self.tone(one), self.tone(other)
        return None if None in tones else tones[0] != tones[1]


def alternating_pairs(line: str) -> list[tuple[str, str]]:
    """The characters of a line whose tones should differ: the second and the fourth, the fourth and the sixth."""
    require_text("line", line)
    return list(pairwise(line[1:-1:2]))
