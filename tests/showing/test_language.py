"""Proves that words follow the language of the reader."""

from __future__ import annotations

import pytest

from course_lib.base import errors
from course_lib.showing import language


def test_words_follow_the_language():
    assert language.tr("loss", "损失") == "loss"
    language.use("zh")
    assert (language.current(), language.tr("loss", "损失")) == ("zh", "损失")


def test_an_unknown_language_is_refused_and_changes_nothing():
    with pytest.raises(errors.UsageError, match=r"'fr'.*en, zh"):
        language.use("fr")
    assert language.current() == "en"
