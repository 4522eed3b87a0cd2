"""What the tests of every chapter's checks ask of right and of wrong answers."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import pytest

from course_lib import check
from course_lib.checks import core
from course_lib.showing import language

# The exercise, the answer, and words that stand in the hint in English and in Chinese.
Mistake = tuple[str, Callable, str, str]


def for_ever(answer: Callable) -> Callable:
    """Computes once, rightly, and gives that back ever after."""
    kept: list = []

    def learner(*given):
        kept.append(answer(*given))
        return kept[0]

    return learner


def kept_for_a_shape(answer: Callable) -> Callable:
    """Computes once for arguments of one shape, rightly, and gives that back for all of this shape."""
    kept: dict = {}

    def learner(*given):
        return kept.setdefault(tuple(map(np.shape, given)), answer(*given))

    return learner


def each_part(change: Callable) -> Callable[[Callable], Callable]:
    """The right answer with a change to each of its arrays."""

    def changed(answer: Callable) -> Callable:
        def learner(*given):
            result = answer(*given)
            return tuple(map(change, result)) if isinstance(result, tuple) else change(result)

        return learner

    return changed


def with_inputs(change: Callable) -> Callable[[Callable], Callable]:
    """The right answer to other arrays than those that were given."""

    def changed(answer: Callable) -> Callable:
        return lambda *given: answer(*(change(each) if isinstance(each, np.ndarray) else each for each in given))

    return changed


def writing(place: int) -> Callable[[Callable], Callable]:
    """The right answer, after which one of the things that were given is no longer what it was."""

    def changed(answer: Callable) -> Callable:
        def learner(*given):
            result = copy.deepcopy(answer(*given))
            if isinstance(given[place], np.ndarray):
                np.logical_not(given[place], out=given[place]) if given[place].dtype == bool else np.add(
                    given[place], 1, out=given[place]
                )
            else:
                given[place].clear()
            return result

        return learner

    return changed


def as_a_class(answer: Callable) -> Callable:
    """An object that is called."""

    class Answer:
        def __call__(self, *given):
            return answer(*given)

    return Answer()


def _float32(value: object) -> object:
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == np.float64 else value


# The same answer in another form: still right.
FORMS = {
    "an object that is called": as_a_class,
    "float32": each_part(lambda part: np.asarray(part, np.float32)),
    "computed in float32": with_inputs(_float32),
    "lists": each_part(lambda part: np.asarray(part).tolist()),
    "parts in a list": lambda answer: (
        lambda *given: list(result) if isinstance(result := answer(*given), tuple) else result
    ),
}

# What makes any answer that is made of numbers wrong, and words that stand in the hint.
SPOILT = {
    "its first answer for ever": (for_ever, "same answer as before"),
    "nothing": (lambda answer: lambda *given: answer(*given) and None, ""),
    "the sign": (each_part(lambda part: -np.asarray(part)), ""),
    "two per cent too much": (each_part(lambda part: np.asarray(part) * 1.02), ""),
    "rounded to tenths": (each_part(lambda part: np.round(part, 1)), ""),
    "a text": (lambda answer: lambda *given: str(answer(*given)), ""),
    "one axis more": (lambda answer: lambda *given: np.asarray(answer(*given))[None], ""),
    "not a number": (each_part(lambda part: np.asarray(part) * np.nan), ""),
}

# Besides, where the answer has a row or a number for each example.
SPOILT_BATCHES = {
    "squeezed": (each_part(np.squeeze), "squeeze()"),
    "one example too few": (each_part(lambda part: part[:-1]), "shape"),
    "all like the first": (each_part(lambda part: np.repeat(part[:1], len(part), axis=0)), ""),
    "the other way round": (each_part(lambda part: part[::-1]), ""),
    "one number": (each_part(np.mean), "shape"),
}


def must_pass(number: str, answer: Callable) -> None:
    """Fail unless the check accepts the answer."""
    result = check(number, answer)
    assert result.passed, result.text


def must_fail(number: str, answer: Callable, words: str = "") -> None:
    """Fail unless the check refuses the answer, with these words in its hint."""
    with np.errstate(all="ignore"):
        english = check(number, answer)
    assert english.status == "hint", f"{number} {english.text}"
    assert words in english.message, english.message


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


def each_has_many(
    right: Mapping[str, Callable],
    also_right: Sequence[tuple[str, Callable]],
    mistakes: Mapping[str, Mistake],
    more: Sequence[tuple],
    hints: int,
    wrong: int,
    styles: int,
) -> Callable:
    """The test that each exercise has so many wrong answers with a hint, wrong ones in all, and other right styles."""

    def test() -> None:
        must_cover(right, mistakes, at_least=hints)
        refused = Counter(number for number, *_ in [*mistakes.values(), *more])
        passed = Counter(number for number, _ in also_right)
        assert min(refused[number] for number in right) >= wrong
        assert min(passed[number] for number in right) >= styles

    return test


def each_passes(right: Sequence[tuple[str, Callable]]) -> Callable:
    """The test that each answer is accepted, as a function and as an object that is called."""

    @pytest.mark.parametrize(("number", "answer"), right)
    def test(number: str, answer: Callable) -> None:
        must_pass(number, answer)
        must_pass(number, as_a_class(answer))

    return test


def each_fails(wrong: Sequence[tuple[str, Callable, str]]) -> Callable:
    """The test that each answer is refused, with its words in the hint."""

    @pytest.mark.parametrize(("number", "answer", "words"), wrong)
    def test(number: str, answer: Callable, words: str) -> None:
        must_fail(number, answer, words)

    return test


def each_gets_its_hint(mistakes: Mapping[str, Mistake]) -> Callable:
    """The test that each mistake gets the hint that is meant for it, in both languages."""

    @pytest.mark.parametrize("mistake", mistakes)
    def test(mistake: str) -> None:
        must_get_its_hint(mistakes[mistake])

    return test


def each_form_passes(right: Mapping[str, Callable]) -> Callable:
    """The test that each exercise's right answer is accepted in every form."""

    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("number", right)
    def test(number: str, form: str) -> None:
        must_pass(number, FORMS[form](right[number]))

    return test


def each_spoilt_fails(right: Mapping[str, Callable], cases: Sequence[tuple[str, str]]) -> Callable:
    """The test that right answers, spoilt, are refused: pairs of an exercise and a name of `SPOILT` or for batches."""

    @pytest.mark.parametrize(("number", "name"), cases)
    def test(number: str, name: str) -> None:
        change, words = (SPOILT | SPOILT_BATCHES)[name]
        must_fail(number, change(right[number]), words if name in {"squeezed", "its first answer for ever"} else "")

    return test


def each_kept_fails(right: Mapping[str, Callable], words: str = "same answer as before") -> Callable:
    """The test that a function which gives its first right answer for ever is refused, with these words."""

    @pytest.mark.parametrize("number", right)
    def test(number: str) -> None:
        must_fail(number, for_ever(right[number]), words)

    return test


def each_written_fails(right: Mapping[str, Callable], places: Sequence[tuple[str, int]]) -> Callable:
    """The test that a right answer which writes into one of its arguments is refused: pairs of exercise and place."""

    @pytest.mark.parametrize(("number", "place"), places)
    def test(number: str, place: int) -> None:
        must_fail(number, writing(place)(right[number]), "write into the caller's")

    return test


def each_stub_is_told(right: Mapping[str, Callable]) -> Callable:
    """The test that a stub is not attempted, and that a second failure in a row says more, in both languages."""

    @pytest.mark.parametrize("number", right)
    def test(number: str) -> None:
        def stub(*given):
            raise NotImplementedError

        assert check(number, stub).status == "not attempted"
        first, second = check(number, lambda *given: -1.0), check(number, lambda *given: -1.0)
        english, chinese = core._SECOND_HINTS[number]
        assert english not in first.message
        assert english in second.message
        assert len(english.split()) > 15
        assert any("\u4e00" <= character <= "\u9fff" for character in chinese)

    return test
