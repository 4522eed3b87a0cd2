"""Proves that what was copied is found by every length, and new n-grams are counted as loops count them."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.language_model import longest_copied_span, novel_share


def test_the_longest_span_is_that_of_all_spans() -> None:
    random = np.random.default_rng(0)
    for _ in range(100):
        text, source = ("".join(random.choice(list("ab"), size=size)) for size in (12, 20))
        spans = [text[start:end] for start in range(12) for end in range(start + 1, 13) if text[start:end] in source]
        longest = max(map(len, spans), default=0)
        assert longest_copied_span(text, source) == next((one for one in spans if len(one) == longest), "")


@pytest.mark.parametrize(
    ("text", "source", "span"),
    [
        ("", "abc", ""),
        ("xyz", "abc", ""),
        ("abc", "abc", "abc"),
        ("we said: it is a truth, or is it?", "It was said that it is a truth.", " it is a truth"),
        ("春水初生春林初盛", "春林初盛春风十里", "春林初盛"),
    ],
)
def test_spans_by_hand(text: str, source: str, span: str) -> None:
    assert longest_copied_span(text, source) == span


def test_new_n_grams_are_counted_as_often_as_they_occur() -> None:
    tokens, source = list("ababcab"), list("baba")
    assert novel_share(tokens, source, 1) == pytest.approx(1 / 7)  # c
    assert novel_share(tokens, source, 2) == pytest.approx(2 / 6)  # b c, c a
    assert novel_share(tokens, source, 7) == 1.0
    assert novel_share([1, 2, 3], [], 2) == 1.0


def test_too_short_a_text_has_no_n_gram() -> None:
    with pytest.raises(ValueError, match="tokens has 2 tokens; allowed: 3"):
        novel_share(["a", "b"], ["a"], 3)
    with pytest.raises(TypeError, match=r"n is 1\.5"):
        novel_share(["a", "b"], ["a"], 1.5)
