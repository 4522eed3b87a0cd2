"""Answers are read whatever they are made of, and a difference is shown with digits that show it."""

from __future__ import annotations

from collections import Counter, namedtuple
from fractions import Fraction

import numpy as np
import pytest

from course_lib.checks import answers
from course_lib.checks.calling import Learner
from course_lib.checks.hints import Hint, require
from course_lib.showing import language

TABLE = [[1.0, 2.0], [3.0, 4.5]]


@pytest.mark.parametrize(
    "answer",
    [
        TABLE,
        tuple(map(tuple, TABLE)),
        np.array(TABLE, np.float32),
        np.array(TABLE, np.longdouble),
        [np.array(row) for row in TABLE],
        [[np.float32(each) for each in row] for row in TABLE],
        np.array(TABLE, object),
        [[Fraction(each) for each in row] for row in TABLE],
        np.array(TABLE) + 0j,
        np.asfortranarray(TABLE),
    ],
)
def test_numbers_are_read_whatever_they_are_made_of(answer):
    array = answers.numbers(answer, (2, 2))
    assert array.dtype == np.float64
    assert array.tolist() == TABLE


@pytest.mark.slow  # loads two backends
def test_tensors_of_every_backend_are_read():
    torch, keras = pytest.importorskip("torch"), pytest.importorskip("keras")
    tensor = torch.tensor(TABLE, requires_grad=True)
    for answer in (
        tensor * 1,
        list(tensor),
        [[tensor[0, 0], 2.0], [3.0, tensor[1, 1]]],
        tensor.to(torch.bfloat16),
        keras.ops.convert_to_tensor(TABLE),
        keras.ops.cast(keras.ops.convert_to_tensor(TABLE), "bfloat16"),
        keras.Variable(TABLE),
        [keras.ops.convert_to_tensor(row) for row in TABLE],
    ):
        assert answers.numbers(answer, (2, 2)).tolist() == TABLE
        assert len(answers.parts(answer, 2, "two", "两个")) == 2


@pytest.mark.parametrize("answer", ["strange", {"a": 1}, {1.0}, [[1.0], [1.0, 2.0]], [None], ["a"], object(), b"ab"])
def test_what_is_no_table_of_numbers_gets_a_hint(answer):
    with pytest.raises(Hint, match="made of numbers"):
        answers.numbers(answer)


def test_imaginary_numbers_get_a_hint():
    with pytest.raises(Hint, match="complex"):
        answers.numbers(np.array([1j]))


def test_shapes_are_named_and_a_lost_axis_of_length_1_is_found_out():
    with pytest.raises(Hint, match=r"one number; yours has the shape \(1,\)"):
        answers.number([1.0])
    with pytest.raises(Hint, match=r"squeeze\(\)"):
        answers.numbers([1.0, 2.0], (1, 2), "batch, dim")
    with pytest.raises(Hint) as caught:
        answers.numbers([1.0, 2.0], (3, 2), "batch, dim")
    assert "(batch, dim) = (3, 2); yours is (2,)" in str(caught.value)
    assert "squeeze" not in str(caught.value)


@pytest.mark.parametrize(
    "pair", [(1, 2), [1, 2], np.array([1, 2]), np.zeros((2, 3)), namedtuple("Pair", "a b")(1, 2), np.array(["l", "y"])]
)
def test_a_pair_may_be_a_tuple_a_list_or_a_stacked_array(pair):
    assert len(answers.parts(pair, 2, "two", "两个")) == 2


@pytest.mark.parametrize("pair", ["ly", {1, 2}, {"a": 1, "b": 2}, 3, (1, 2, 3), np.float64(1), np.array(1.0), b"ly"])
def test_what_is_no_pair_gets_the_hint(pair):
    with pytest.raises(Hint, match="two"):
        answers.parts(pair, 2, "two", "两个")


def test_plain_answers_compare_by_what_they_say():
    assert answers.plain(Counter({np.str_("good"): np.int64(2)})) == {"good": 2}
    assert answers.plain([(np.str_("a"), "b")]) == [["a", "b"]]
    assert answers.plain(np.array([1, 2])) == [1, 2]


def test_float32_is_close_enough_and_a_mistake_is_not():
    exact = np.log(np.arange(2.0, 30))
    assert answers.close(np.float32(exact).cumsum(dtype=np.float32), exact.cumsum())
    assert not answers.close(exact, exact + 1e-3)
    assert not answers.close(np.zeros(3), 0.0), "shapes are not broadcast"


@pytest.mark.parametrize("gap", [1.0, 1e-2, 2e-4, 1e-9])
def test_a_difference_is_shown_with_digits_that_show_it(gap):
    expected = np.full((3, 20), 0.731)
    found = expected.copy()
    found[1, 4] += gap
    told = answers.difference(found, expected, rtol=0, atol=gap / 2)
    should, yours = (told.split(word)[1].split(end)[0] for word, end in ((" be ", ";"), (" is ", ". ")))
    assert "[1, 4]" in told
    assert should != yours.rstrip(".")


def test_a_short_row_is_shown_whole_and_the_first_that_differs():
    expected = np.array([[0.5, 0.25], [0.1, 0.2]])
    told = answers.difference(np.array([[0.5, 0.25], [0.1, 0.201]]), expected)
    assert told == "At [1] it should be [0.1, 0.2]; yours is [0.1, 0.201]."
    language.use("zh")
    assert answers.difference(np.array(2.0), np.array(3.0)) == "答案应为 3；你得到 2。"


def oracle(values):
    return values.sum(axis=1)


FIRST, SECOND, ALONE = (np.arange(float(rows * 3)).reshape(rows, 3) for rows in (2, 4, 1))


def agreeing(function, cases=((FIRST,), (SECOND,), (ALONE,)), ours=oracle):
    answers.agree(Learner(function), ours, *cases, english="Sums:", chinese="和：")


def test_right_answers_of_any_make_agree():
    agreeing(oracle)
    agreeing(lambda values: values.astype(np.float32).sum(1).tolist())
    agreeing(lambda values: np.stack([oracle(values)] * 2), ours=lambda values: (oracle(values), oracle(values)))
    agreeing(lambda n: [("a", n)], cases=((1,), (2,)), ours=lambda n: [("a", n)])


def for_ever(function):
    kept = []

    def learner(*arguments):
        kept.append(function(*arguments))
        return kept[0]

    return learner


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (for_ever(oracle), "same answer as before"),
        (lambda values: np.array([3.0, 12.0]), "same answer as before"),
        (lambda values: np.squeeze(oracle(values)), r"squeeze\(\)"),
        (lambda values: values.sum(1) + (len(values) > 2), "Sums: The answer should be"),
        (lambda values: values.sum(0), "shape"),
        (lambda values: np.broadcast_to(3.0, (len(values), 1)), "shape"),
    ],
)
def test_a_wrong_answer_is_told_what_is_wrong(function, said):
    with pytest.raises(Hint, match=said):
        agreeing(function)


def test_a_wrong_text_is_shown_beside_the_right_one():
    with pytest.raises(Hint, match=r"should be \['b'\]; yours is \['a'\]"):
        agreeing(lambda n: ["a"], cases=((1,),), ours=lambda n: ["b"])


def test_a_mistake_is_recognised_by_its_whole_answer_and_never_where_it_is_right():
    mistakes = ([1.0, 3.0], "three", "三"), ([1.0, 2.0], "right all the same", "也对")
    answers.recognise(np.array([1.0, 4.0]), np.array([1.0, 2.0]), *mistakes)
    answers.recognise(np.array([1.0, 2.0]), np.array([1.0, 2.0]), *mistakes)
    with pytest.raises(Hint, match="three"):
        answers.recognise(np.float32([1.0, 3.0]), np.array([1.0, 2.0]), *mistakes)


def test_a_shape_has_its_own_hint_and_a_lost_axis_of_length_one_another():
    answers.require_shape(np.zeros((1, 3)), (1, 3), "other", "别的")
    with pytest.raises(Hint, match="other"):
        answers.require_shape(np.zeros((3, 1)), (1, 3), "other", "别的")
    with pytest.raises(Hint, match="squeeze"):
        answers.require_shape(np.zeros(3), (1, 3), "other", "别的")


def test_a_first_answer_given_again_is_told_in_place_of_the_hint_of_a_later_case():
    for function, told in ((lambda number: 1.0, "same answer as before"), (lambda number: number + 1.0, "too large")):
        learner = Learner(function)
        learner(0.0)
        with pytest.raises(Hint, match=told), answers.later_case(learner):
            require(learner(2.0) == 2.0, "too large", "太大")


def test_parts_are_held_under_their_names_on_every_case():
    def hold(function, *cases):
        learner = Learner(function)
        answers.agree_in_parts(
            learner, learner, lambda a, b: (a + b, a * b), lambda i: (f"Number {i}:", f"第 {i} 个："), *cases
        )

    hold(lambda a, b: [a + b, a * b], (1.0, 2.0), (3.0, 4.0))
    with pytest.raises(Hint, match="Number 1: The answer should be 12"):
        hold(lambda a, b: (a + b, 2.0), (1.0, 2.0), (3.0, 4.0))
    with pytest.raises(Hint, match="same answer as before"):
        hold(lambda a, b: (3.0, 2.0), (1.0, 2.0), (3.0, 4.0))
