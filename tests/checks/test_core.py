"""A check never raises for what a reader wrote, says its status in words, and speaks the reader's language."""

from __future__ import annotations

import itertools
import sys

import numpy as np
import pytest
from IPython.core.autocall import ExitAutocall

from course_lib import check
from course_lib.checks import calling, core
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


def writes_documents(documents):
    answer = solved(documents)
    documents.clear()
    return answer


def writes_deep_inside(documents):
    answer = solved(documents)
    documents[0].append("extra")
    return answer


@pytest.mark.parametrize("function", [writes_documents, writes_deep_inside])
def test_writing_into_what_was_given_is_found_out_and_named(function):
    message = check("01.1", function).message
    assert "write into the caller's `documents`" in message


def learner_of(function):
    return calling.Learner(function)


@pytest.mark.parametrize(
    "writes",
    [
        lambda pictures: np.multiply(pictures, 2, out=pictures),
        lambda pictures: pictures.__setitem__((0, 0), 9.0) or pictures,
        lambda pictures: pictures.sort() or pictures,
        lambda pictures: pictures.fill(0) or pictures,
        lambda pictures: np.copyto(pictures, 0) or pictures,
        lambda pictures: np.random.default_rng(0).random(out=pictures),
        lambda pictures: pictures.ravel().__setitem__(0, 9.0) or pictures,
        lambda pictures: pictures.resize((2, 1), refcheck=False) or pictures,
    ],
)
def test_any_way_to_write_into_an_array_is_found_out(writes):
    with pytest.raises(core.Hint, match="write into the caller's `pictures`"):
        learner_of(writes)(np.array([[3.0, 1.0], [2.0, np.nan]]))


def test_writing_into_a_value_of_a_dictionary_is_found_out():
    with pytest.raises(core.Hint, match="write into the caller's `pieces`"):
        learner_of(lambda pieces: pieces["a"].append(1) or pieces)({"a": [0]})
    with pytest.raises(core.Hint, match="write into the caller's `pieces`"):
        learner_of(lambda pieces: pieces.update(a=2) or pieces)({"a": 1})


def test_a_copy_may_be_written_into_and_a_generator_drawn_from():
    def careful(pictures, generator):
        noisy = pictures.copy()
        noisy[generator.random(pictures.shape) < 0.5] = 0
        return noisy, pictures

    pictures = np.array([[1.0, np.nan]])
    assert learner_of(careful)(pictures, np.random.default_rng(1))[0].shape == (1, 2)


def test_a_generator_of_answers_is_a_list_and_one_without_an_end_a_hint():
    assert learner_of(lambda n: (i for i in range(n)))(3) == [0, 1, 2]
    with pytest.raises(core.Hint, match="does it ever end"):
        learner_of(lambda n: itertools.count())(3)


@pytest.mark.parametrize("leaves", [lambda given: sys.exit(), lambda given: sys.exit("bye")])
def test_leaving_python_becomes_a_hint(leaves):
    result = check("01.1", leaves)
    assert result.status == "hint"
    assert "exit()" in result.message


def test_exit_of_a_notebook_does_not_end_its_kernel(monkeypatch):
    class Shell:
        ended = False

        def ask_exit(self):
            self.ended = True

    shell = Shell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    leave = ExitAutocall(shell)  # what exit and quit are in a notebook
    assert "exit()" in check("01.1", lambda documents: leave()).message
    assert not shell.ended
    leave()
    assert shell.ended, "outside of a check exit() does what it always does"


def test_a_class_that_can_be_called_is_an_answer():
    class Counts:
        def __call__(self, documents):
            return solved(documents)

    assert check("01.1", Counts()).passed


def test_an_endless_loop_is_stopped_with_a_hint(monkeypatch):
    monkeypatch.setattr(calling, "TIME_LIMIT_SECONDS", 0.2)

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


SLIPS = {
    "no leading zero": lambda: check("1.1", solved),
    "a number": lambda: check(1.1, solved),
    "a word before it": lambda: check("exercise 01.1", solved),
    "full width": lambda: check("０１．１", solved),
    "turned round": lambda: check(solved, "01.1"),
    "turned round, no leading zero": lambda: check(solved, "1.1"),
    "no function": lambda: check("01.1"),
    "a call": lambda: check("01.1", solved([["good"]])),
    "a hint that is none": lambda: check("01.1", solved, hint=3),
    "a hint in words": lambda: check("01.1", solved, hint="more"),
    "a hint that is true": lambda: check("01.1", solved, hint=True),
    "hints in an array": lambda: check("01.1", solved, hint=np.array([1, 2])),
}


@pytest.mark.parametrize("language_", ["en", "zh"])
@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_the_call_is_answered_by_a_sentence_that_shows_the_call(slip, language_):
    language.use(language_)
    result = SLIPS[slip]()
    assert result.status == "hint"
    assert 'check("01.1"' in result.message
    assert result.message.isascii() == (language_ == "en")
    assert "\n" not in result.message


def test_a_missing_function_is_named():
    assert "Hand over your function as well" in check("01.1").message
    assert "without calling it" not in check("01.1").message


@pytest.mark.parametrize("call", [lambda: check(), lambda: check(solved)])
def test_a_call_without_a_number_is_answered_by_a_sentence(call):
    assert "Say which exercise" in call().text
    language.use("zh")
    assert "编号" in call().text


@pytest.mark.parametrize(("number", "known"), [("01.9", "01.1, 01.2"), ("99.1", "01 to"), ("", "01 to"), ("one", "01")])
def test_an_unknown_exercise_is_answered_by_those_there_are(number, known):
    result = check(number, stub)
    assert not result.passed
    assert known in result.message
    assert "There is no exercise" in result.text


def test_the_second_failure_in_a_row_says_more_and_never_less():
    first, second, third = (check("01.1", lambda documents: {}).message for _ in range(3))
    assert second.startswith(first)
    assert len(second) > len(first)
    assert third == second
    assert "documents = [['good', 'film']" in second, "the call that went wrong"


def test_more_is_said_at_once_to_whoever_asks_for_it():
    short = check("01.1", lambda documents: {}, hint=1).message
    assert check("01.1", lambda documents: {}, hint=2).message.startswith(short + "\n")
    assert check("01.1", lambda documents: {}, hint=1).message == short


def test_a_right_answer_ends_a_row_of_failures():
    first = check("01.1", lambda documents: {}).message
    check("01.1", solved)
    assert check("01.1", lambda documents: {}).message == first


def test_a_failure_in_one_exercise_counts_for_that_one_alone():
    check("01.1", lambda documents: {})
    first = check("01.3", lambda pieces: "x").message
    assert check("01.3", lambda pieces: "x").message != first


def test_a_hint_that_carries_more_tells_its_own():
    def with_more(learner):
        core.require(learner(1) == 2, "short", "短", more=("longer", "更长"))

    core.exercise("98.1", more=("of the exercise", "练习的"))(with_more)
    assert check("98.1", lambda n: n, hint=2).message.splitlines()[1] == "longer"
    language.use("zh")
    assert check("98.1", lambda n: n, hint=2).message.splitlines()[:2] == ["短", "更长"]


def test_the_second_hint_of_an_exercise_serves_where_a_hint_has_none():
    core.exercise("98.2", more=("of the exercise", "练习的"))(lambda learner: core.require(learner(1) == 2, "a", "一"))
    assert check("98.2", lambda n: n, hint=2).message.splitlines()[1] == "of the exercise"


def test_two_checks_for_one_exercise_are_refused():
    check("01.1", stub)
    with pytest.raises(ValueError, match=r"01\.1"):
        core.exercise("01.1")(lambda learner: None)


@pytest.mark.parametrize("chapter", ["01", "02", "03", "04"])
def test_every_exercise_has_a_second_hint_in_both_languages(chapter):
    check(f"{chapter}.1", stub)
    numbers = [number for number in core._EXERCISES if number.startswith(chapter)]
    for number in numbers:
        english, chinese = core._SECOND_HINTS[number]
        assert len(english.split()) > 15
        assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
