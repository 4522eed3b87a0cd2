"""Proves that sentences and markers that a translator cannot learn from are refused by name before it learns."""

from __future__ import annotations

import pytest

from course_lib.transformer import train_translator

from .samples import END, SOURCE_SIZE, START, TARGET_SIZE, shared


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"sources": []}, ValueError, r"sources holds no sentence"),
        ({"sources": [[4]]}, ValueError, r"sources has 1 sentences and targets 2; allowed: as many of each"),
        ({"sources": [[4], [SOURCE_SIZE]]}, ValueError, r"sources\[1\] holds ids from 11 to 11; allowed: 0 to 10"),
        ({"targets": [[4], [TARGET_SIZE]]}, ValueError, r"targets\[1\] holds ids from 9 to 9; allowed: 0 to 8"),
        ({"targets": [[4], []]}, ValueError, r"targets\[1\] is empty; allowed: one id or more"),
        ({"targets": [[4], [4] * 8]}, ValueError, r"targets\[1\] has 8 ids; allowed: 7"),
        ({"targets": [[4], [0, 4]]}, ValueError, r"targets\[1\] holds 0, which is padding"),
        ({"targets": [[4], [4.5]]}, TypeError, r"targets\[1\] holds values of type float64"),
        ({"targets": "ab"}, TypeError, r"targets is one str"),
        ({"validation": ([[4]], [[99]])}, ValueError, r"validation targets\[0\] holds ids from 99 to 99"),
        ({"validation": ([[4]], [[4]], [1.0])}, ValueError, r"validation has 3 parts; allowed: a pair"),
        ({"end_id": START}, ValueError, r"end_id is 2, and so is start_id"),
    ],
)
def test_sentences_that_cannot_be_learnt_from_are_named(options: dict, error: type[Exception], message: str) -> None:
    settings = {
        "sources": [[4], [5, 6]],
        "targets": [[4], [5, 6]],
        "start_id": START,
        "end_id": END,
        "epochs": 1,
        **options,
    }
    with pytest.raises(error, match=message):
        train_translator(shared(), **settings)
