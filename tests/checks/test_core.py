"""A check never raises for what a reader wrote, says its status in words, and speaks the reader's language."""

from __future__ import annotations

import pytest

from course_lib import check
from course_lib.base.errors import UsageError
from course_lib.checks import core
from course_lib.showing import language


def stub(documents):
    raise NotImplementedError


def solved(documents):
    return {word: sum(word in document for document in documents) for document in documents for word in document}


def test_a_stub_is_not_attempted_and_not_wrong():
    result = check("01.1", stub)
    assert (result.status, result.passed) == ("not attempted", False)
    assert "not attempted" in result.text


def test_a_right_answer_passes_and_says_so_in_words():
    result = check("01.1", solved)
    assert result.passed
    assert "solved" in result.text


def test_the_box_carries_its_status_as_text_and_is_announced():
    bundle = check("01.1", stub)._repr_mimebundle_()
    assert 'role="status"' in bundle["text/html"]
    assert "not attempted" in bundle["text/html"]
    assert "not attempted" in bundle["text/plain"]


def test_the_three_states_differ_in_more_than_colour():
    texts = {check("01.1", function).text[0] for function in (stub, solved, lambda documents: {})}
    assert texts == {"○", "✔", "✘"}


def test_hints_come_in_the_readers_language():
    english = check("01.1", lambda documents: {}).message
    language.use("zh")
    chinese = check("01.1", lambda documents: {}).message
    assert english.isascii()
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)


def test_an_exception_becomes_a_hint_that_names_it_and_the_input():
    def divides(documents):
        return 1 / 0

    message = check("01.1", divides).message
    assert "ZeroDivisionError" in message
    assert "good" in message


def test_a_missing_return_becomes_a_hint():
    assert "return" in check("01.1", lambda documents: None).message


def test_a_call_in_place_of_the_function_becomes_a_hint():
    result = check("01.1", {"good": 2})
    assert result.status == "hint"
    assert "without calling it" in result.message


def test_a_result_of_a_strange_type_becomes_a_hint():
    result = check("01.4", lambda vectors, mask: "strange")
    assert result.status == "hint"


def test_the_readers_function_cannot_spoil_the_cases_of_the_check():
    def destroys(documents):
        answer = solved(documents)
        documents.clear()
        return answer

    assert check("01.1", destroys).passed


def test_an_endless_loop_is_stopped_with_a_hint(monkeypatch):
    monkeypatch.setattr(core, "TIME_LIMIT_SECONDS", 0.2)

    def endless(documents):
        while True:
            try:
                sum(range(1000))
            except Exception:
                continue

    result = check("01.1", endless)
    assert result.status == "hint"
    assert "loop" in result.message


def test_a_reader_who_interrupts_is_obeyed():
    def interrupted(documents):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("01.1", interrupted)


@pytest.mark.parametrize("number", ["01.9", "99.1", "", "one"])
def test_an_unknown_exercise_is_an_error_that_names_the_known_ones(number):
    check("01.1", stub)
    with pytest.raises(UsageError, match=r"01\.1, 01\.2"):
        check(number, stub)


def test_two_checks_for_one_exercise_are_refused():
    check("01.1", stub)
    with pytest.raises(ValueError, match=r"01\.1"):
        core.exercise("01.1")(lambda learner: None)
