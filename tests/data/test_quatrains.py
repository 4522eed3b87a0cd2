"""Proves that the quatrains in the course are those of the grammar, and keep the form they promise."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from course_lib.base.errors import DataCorrupt
from course_lib.data import gate, quatrains, registry
from course_lib.data import quatrain_words as words
from course_lib.data.documents import Poem
from course_lib.data.poems import characters


def test_the_file_in_the_course_is_what_the_grammar_makes(tmp_path: Path) -> None:
    quatrains.write(tmp_path / "quatrains.tsv")
    assert (tmp_path / "quatrains.tsv").read_bytes() == registry.sample_path(registry.card("quatrains")).read_bytes()


def _lines(poem: Poem) -> list[str]:
    return [line for couplet in poem.lines for line in couplet.rstrip("。").split("，")]


def test_a_quatrain_has_four_lines_of_five_or_seven_characters() -> None:
    found = quatrains.load()
    lengths = [tuple(map(len, map(characters, _lines(poem)))) for poem in found]
    assert Counter(lengths) == {(5,) * 4: quatrains.COUNT // 2, (7,) * 4: quatrains.COUNT // 2}
    assert all(characters(line) == line for poem in found for line in _lines(poem))
    assert found.source == "sample" and {poem.author for poem in found} == {quatrains.AUTHOR}


def test_the_second_and_the_fourth_line_rhyme_and_do_not_end_alike() -> None:
    groups = [{end for of in rhyme.values() for end in "".join(of.split())} for rhyme in words.RHYMES.values()]
    used = set()
    for poem in quatrains.load():
        _, second, _, fourth = _lines(poem)
        assert second[-1] != fourth[-1]
        rhymes = [index for index, group in enumerate(groups) if {second[-1], fourth[-1]} <= group]
        assert rhymes, poem
        used |= set(rhymes)
    assert used == set(range(len(groups)))


def _tones() -> dict[str, set[str]]:
    """The tone of each word that is filed by its last character, and of each end."""
    known: dict[str, set[str]] = {}
    for table in (*words.SUBJECTS.values(), words.PLACES, words.FRONTS):
        for tone, of in table.items():
            for word in of.split():
                known.setdefault(word, set()).add(tone)
    return known


def test_no_word_is_filed_under_both_tones_and_no_rhyme_under_two() -> None:
    assert all(len(tones) == 1 for tones in _tones().values())
    groups = [{end for of in rhyme.values() for end in of.split()} for rhyme in words.RHYMES.values()]
    assert sum(map(len, groups)) == len(set.union(*groups))
    oblique = {end for of in words.VERBS.values() for end in of.split()}
    assert not oblique & set.union(*groups)


def test_even_places_have_the_tones_of_the_regulated_quatrain() -> None:
    known = {word: tones.copy().pop() for word, tones in _tones().items()}
    objects = {word: tones for tones, of in words.OBJECTS.items() for word in of.split()}
    for poem in quatrains.load():
        seen = []
        for line in _lines(poem):
            tail = line[-5:]
            fourth = known.get(tail[2:4]) or objects[tail[3:]][0]
            seen.append((known[tail[:2]], fourth))
            assert len(line) == 5 or known[line[:2]] != known[tail[:2]]
        # Within a line they alternate; within a couplet they are opposed; the second couplet takes up the first.
        assert all(second != fourth for second, fourth in seen)
        assert seen[0] != seen[1] and seen[2] != seen[3] and seen[1] == seen[2]


def test_no_line_is_in_two_poems() -> None:
    lines = Counter(line for poem in quatrains.load() for line in _lines(poem))
    assert max(lines.values()) == 1 and len(lines) == 4 * quatrains.COUNT
    assert len({characters(poem.text) for poem in quatrains.load()}) == quatrains.COUNT


@pytest.mark.parametrize(
    "content", ["", "title\tauthor\n", "title\tauthor\tfirst\tsecond\n", "title\tauthor\tfirst\tsecond\na\tb\tc\n"]
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "quatrains.tsv"
    path.write_text(content)
    with pytest.raises(DataCorrupt, match="expected the columns title, author, first, second"):
        gate.passing(registry.card("quatrains"), path, quatrains.read)
