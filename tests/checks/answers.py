"""What the tests of every chapter's checks ask of right and of wrong answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping

import numpy as np

from course_lib import check
from course_lib.showing import language

# The exercise, the answer, and words that stand in the hint in English and in Chinese.
Mistake = tuple[str, Callable, str, str]


def must_pass(number: str, answer: Callable) -> None:
    """Fail unless the check accepts the answer."""
    result = check(number, answer)
    assert result.passed, result.text


def must_get_its_hint(mistake: Mistake) -> None:
    """Fail unless the check refuses the answer with the hint that is meant for it, in both languages."""
    number, answer, english, chinese = mistake
    for chosen, words in (("en", english), ("zh", chinese)):
        language.use(chosen)
        with np.errstate(all="ignore"):  # some mistakes are exponentials that overflow
            result = check(number, answer)
        assert result.status == "hint", result.text
        assert words in result.message, result.message


def must_cover(exercises: Collection[str], mistakes: Mapping[str, Mistake], at_least: int) -> None:
    """Fail unless every exercise, and none besides, has that many wrong answers."""
    caught = Counter(number for number, *_ in mistakes.values())
    assert set(caught) == set(exercises)
    assert min(caught.values()) >= at_least
