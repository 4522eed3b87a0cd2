"""Hidden tests take every right answer, whatever its style, and there are some for every exercise."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from course_lib.classroom import hidden
from course_lib.publishing import source
from course_lib.publishing.wording import in_language

from .conftest import ROOT


def solutions(path: Path) -> dict[str, object]:
    from collections import Counter
    from itertools import pairwise

    import numpy as np

    names, found = {"np": np, "Counter": Counter, "pairwise": pairwise}, {}
    for cell in source.parse(path).cells:
        if cell.number:
            exec(in_language(cell.solution, "en").code, names)
            found[cell.number] = names[ast.parse(cell.solution).body[-1].name]
    return found


@pytest.mark.seconds
@pytest.mark.parametrize("path", sorted((ROOT / "chapters").glob("*.py")), ids=lambda path: path.stem[:2])
def test_the_right_answers_of_a_lesson_pass_its_hidden_tests(path: Path):
    lesson = path.stem[3:]
    right = getattr(importlib.import_module(f"tests.checks.test_{lesson}"), "RIGHT", {})
    for number, solution in solutions(path).items():
        cases = hidden.varied_cases(number, solution, 77)
        assert cases or number in hidden.MANY_ANSWERS, f"{number} has no varied case"
        others = [right[number]] if callable(right.get(number)) else []
        for function in (solution, *others):
            assert hidden.ask(number, function, cases, 77) is None, number


def test_an_answer_that_knows_the_pages_cases_fails():
    (solution,) = [f for number, f in solutions(ROOT / "chapters" / "05_attention.py").items() if number == "05.1"]
    known: list[tuple[str, object]] = []

    def remembering(*arguments):
        known.append((repr(arguments), solution(*arguments)))
        return known[-1][1]

    from course_lib import check

    assert check("05.1", remembering).passed
    table = dict(known)

    def by_heart(*arguments):
        return table.get(repr(arguments), arguments[0] @ arguments[1].T)

    assert check("05.1", by_heart).passed
    assert hidden.ask("05.1", by_heart, hidden.varied_cases("05.1", solution, 1), 1) is not None
