"""Proves that a poem's form is counted as by hand; that pairs are those which should rhyme, and by chance are of the
same ends.
"""

from __future__ import annotations

import math

import pytest

from course_lib.language_model import (
    chance_pairs,
    form_of,
    rhyming_ends,
    rhyming_pairs,
    share_in_form,
    share_of_rhymes,
    verse_lines,
)

QUATRAIN = "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。"
SEVEN = "千里鶯啼綠映紅，水村山郭酒旗風。\n南朝四百八十寺，多少樓臺煙雨中。"
EIGHT = "國破山河在，城春草木深。感時花濺淚，恨別鳥驚心。烽火連三月，家書抵萬金。白頭搔更短，渾欲不勝簪。"
UNEVEN = "昨夜雨疏風驟，濃睡不消殘酒。試問捲簾人，卻道海棠依舊。"


def test_lines_stand_between_whatever_is_no_character() -> None:
    assert verse_lines(QUATRAIN) == ["床前明月光", "疑是地上霜", "舉頭望明月", "低頭思故鄉"]
    assert verse_lines("  山！水？\n〇月；；a風b") == ["山", "水", "〇月", "風"]
    assert verse_lines("𠀀山") == ["𠀀山"] and verse_lines("") == verse_lines("，。") == []


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (QUATRAIN, (4, 5)),
        (SEVEN, (4, 7)),
        (EIGHT, (8, 5)),
        (UNEVEN, None),
        (QUATRAIN + SEVEN, None),  # eight lines, of two lengths
        (QUATRAIN[:-7], None),  # three lines
        ("山水山水，山水山水。山水山水，山水山水。", None),  # four of four
        ("", None),
    ],
)
def test_a_form_is_a_number_of_lines_of_one_length(text: str, form: tuple[int, int] | None) -> None:
    assert form_of(text) == form


def test_the_share_in_form_is_counted() -> None:
    texts = [QUATRAIN, SEVEN, UNEVEN, EIGHT, QUATRAIN]
    assert share_in_form(texts) == 0.8
    assert share_in_form(texts, (4, 5)) == 0.4 and share_in_form(texts, (8, 7)) == 0


def test_even_lines_should_rhyme_each_with_the_next() -> None:
    assert rhyming_ends(EIGHT) == ["深", "心", "金", "簪"]
    assert rhyming_pairs([EIGHT, QUATRAIN, "山水"]) == [("深", "心"), ("心", "金"), ("金", "簪"), ("霜", "鄉")]


def test_chance_pairs_the_same_characters() -> None:
    texts = [EIGHT, QUATRAIN, SEVEN] * 10
    pairs, chance = rhyming_pairs(texts), chance_pairs(texts, seed=1)
    for place in (0, 1):
        assert sorted(pair[place] for pair in pairs) == sorted(pair[place] for pair in chance)
    assert chance != pairs and chance == chance_pairs(texts, seed=1) != chance_pairs(texts, seed=2)


def test_what_cannot_be_judged_counts_for_neither_side() -> None:
    answers = {("a", "b"): True, ("b", "c"): False, ("c", "d"): None, ("d", "e"): True}
    assert share_of_rhymes(answers, lambda *pair: answers[pair]) == (2 / 3, 3 / 4)
    share, judged = share_of_rhymes([("c", "d")], lambda *pair: None)
    assert math.isnan(share) and judged == 0


def test_a_wrong_argument_is_named() -> None:
    with pytest.raises(TypeError, match="text is"):
        verse_lines(["山"])
    with pytest.raises(TypeError, match="texts is one str"):
        share_in_form(QUATRAIN)
    with pytest.raises(ValueError, match="texts is empty; allowed: one poem or more"):
        share_in_form([])
    with pytest.raises(ValueError, match=r"form is \(4, 6\); allowed: \(4, 5\), \(4, 7\)"):
        share_in_form([QUATRAIN], (4, 6))
    with pytest.raises(ValueError, match="seed is -1"):
        chance_pairs([QUATRAIN], seed=-1)
