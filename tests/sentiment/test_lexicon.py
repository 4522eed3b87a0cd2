"""Proves that the word lists do not contradict each other and that a score counts each word as often as it stands."""

from __future__ import annotations

import pytest

from course_lib.preprocessing import tokenize
from course_lib.sentiment import NEGATIVE, POSITIVE, lexicon_score


def test_no_word_praises_and_blames_and_all_are_tokens() -> None:
    assert not POSITIVE & NEGATIVE
    assert all(tokenize(word) == [word] for word in POSITIVE | NEGATIVE)


def test_each_word_counts_as_often_as_it_stands() -> None:
    assert lexicon_score(["good", "good", "bad", "film"]) == 1
    assert lexicon_score([]) == 0
    assert lexicon_score(["fine"], positive={"film"}, negative={"fine"}) == -1
    with pytest.raises(TypeError, match="tokens is one str"):
        lexicon_score("good")
