"""How a check reads and compares answers: tolerant of their type, strict about what they say.

An answer may be a list, a tuple, float32, a tensor of any backend, one array where several parts are meant. What is
compared is float64, with a tolerance that float32 meets.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from numbers import Number

import numpy as np

from course_lib.checks.calling import Learner, short
from course_lib.checks.hints import Hint, require
from course_lib.showing.language import tr

# What float32 gives after some steps of a sum; a mistake is larger.
RTOL, ATOL = 1e-4, 1e-5

# As many numbers as a hint shows side by side.
_SHOWN = 6


def as_array(answer: object) -> np.ndarray:
    """An answer as a NumPy array of its own type: lists, tuples, tensors of any backend, tensors in lists.

    Raises:
        Hint: if it is none: a text, a dictionary, rows of different lengths, a symbolic tensor.
    """
    try:
        array = np.asarray(_without_tensors(answer))
        if array.dtype == object and all(each is not None for each in array.flat):  # fractions, for example
            array = array.astype(np.float64)
    except (TypeError, ValueError, RuntimeError, NotImplementedError):
        array = np.asarray("?")
    if array.dtype.kind not in "biufc" and array.dtype.name != "bfloat16":
        raise Hint(
            tr(
                f"The answer should be made of numbers, in rows of one length; yours is {short(answer)}"
                f" ({type(answer).__name__}).",
                f"答案应由数组成，各行一样长；你返回的是 {short(answer)}（{type(answer).__name__}）。",
            )
        )
    return np.array(array)  # a copy: the reader's function may write into its own answer later


def numbers(answer: object, shape: tuple[int, ...] | None = None, names: str = "") -> np.ndarray:
    """An answer as an array of float64.

    Args:
        answer: what the reader's function returned.
        shape: what it should have; by default any.
        names: the axes in words, such as `"batch, dim"`.

    Raises:
        Hint: if it is not made of numbers, or has another shape.
    """
    array = as_array(answer)
    if array.dtype.kind == "c":
        require(
            not np.any(array.imag), "Your numbers are complex; real ones are asked for.", "你返回了复数；这里要实数。"
        )
        array = array.real
    array = array.astype(np.float64)
    if shape is None or array.shape == shape:
        return array
    wanted = f"({names}) = {shape}" if names else f"{shape}"
    if shape == ():
        english, chinese = f"Return one number; yours has the shape {array.shape}.", "应返回一个数；"
        chinese += f"你返回的形状是 {array.shape}。"
    elif array.shape == tuple(size for size in shape if size != 1):
        english = f"The answer should have the shape {wanted}; yours is {array.shape}: an axis of length 1 is gone. "
        english += "It must stay, for a batch of one as for any other: does squeeze() take it away?"
        chinese = f"答案的形状应为 {wanted}；你的是 {array.shape}：长度为 1 的轴不见了。"
        chinese += "一个样本也是一批，这个轴要保留：是不是 squeeze() 把它去掉了？"
    else:
        english = f"The answer should have the shape {wanted}; yours is {array.shape}."
        chinese = f"答案的形状应为 {wanted}；你的是 {array.shape}。"
    raise Hint(tr(english, chinese))


def require_shape(found: np.ndarray, shape: tuple[int, ...], english: str, chinese: str) -> None:
    """Give this hint for another shape than this one; an axis of length 1 that is gone has a hint of its own.

    Raises:
        Hint: with this wording, or that of `numbers`.
    """
    if found.shape == tuple(size for size in shape if size != 1):
        numbers(found, shape)
    require(found.shape == shape, english, chinese)


def number(answer: object) -> float:
    """An answer that is one number.

    Raises:
        Hint: if it is not.
    """
    return float(numbers(answer, ()))


def parts(answer: object, count: int, english: str, chinese: str) -> list[object]:
    """The parts of an answer that has several: a tuple, a list, or one array whose first axis they are stacked along.

    Args:
        answer: what the reader's function returned.
        count: how many there should be.
        english: the hint if they are not as many.
        chinese: the same in Chinese.

    Raises:
        Hint: with this wording.
    """
    if not isinstance(answer, list | tuple):
        answer = _without_tensors(answer)
    several = not isinstance(answer, str | bytes | Mapping | set | frozenset) and hasattr(answer, "__len__")
    try:
        found = [answer[place] for place in range(len(answer))] if several else []
    except TypeError:  # a number in an array has a length that it will not tell
        found = []
    require(len(found) == count, english, chinese)
    return found


def texts(answer: object, english: str, chinese: str) -> list[str]:
    """The texts of a list, or a hint that it is none.

    Args:
        answer: what the learner's function gave.
        english: what the texts are, such as "words".
        chinese: the same in Chinese.
    """
    require(
        not isinstance(answer, str | bytes | Mapping | set) and hasattr(answer, "__len__"),
        f"Return a list of {english}; yours is a {type(answer).__name__}.",
        f"应返回由{chinese}组成的列表；你返回的是 {type(answer).__name__}。",
    )
    return [str(each) for each in answer]


def plain(answer: object) -> object:
    """An answer as Python's own lists, dictionaries and numbers, for a comparison with `==`; a tuple is a list."""
    if isinstance(answer, Mapping):
        return {plain_key(key): plain(value) for key, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [plain(each) for each in answer]
    if isinstance(answer, set | frozenset):
        return {plain_key(each) for each in answer}
    if isinstance(answer, str | bytes | Number) or answer is None:
        return answer.item() if isinstance(answer, np.generic) else answer
    if hasattr(answer, "__array__") or hasattr(answer, "detach"):
        return np.asarray(_without_tensors(answer)).tolist()
    return answer


def plain_key(key: object) -> object:
    """A key as Python's own: a NumPy text or number as a plain one, what is inside a tuple likewise."""
    if isinstance(key, tuple):
        return tuple(map(plain_key, key))
    return key.item() if isinstance(key, np.generic) else key


def close(found: object, other: object, rtol: float = RTOL, atol: float = ATOL) -> bool:
    """Whether two arrays have one shape and the same numbers, as far as float32 can tell; NaN is NaN."""
    found, other = np.asarray(found, np.float64), np.asarray(other, np.float64)
    return found.shape == other.shape and bool(np.allclose(found, other, rtol=rtol, atol=atol, equal_nan=True))


def difference(found: np.ndarray | float, expected: np.ndarray | float, rtol: float = RTOL, atol: float = ATOL) -> str:
    """The first place where two arrays of one shape differ, in a sentence with as many digits as show it."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    wrong = ~np.isclose(found, expected, rtol=rtol, atol=atol, equal_nan=True)
    place = tuple(int(axis) for axis in np.argwhere(wrong)[0]) if wrong.any() else (0,) * wrong.ndim
    if found.ndim and found.shape[-1] <= _SHOWN:
        place = place[:-1]  # a short row is shown whole
    should, yours = side_by_side(expected[place], found[place])
    if not place:
        return tr(f"The answer should be {should}; yours is {yours}.", f"答案应为 {should}；你得到 {yours}。")
    where = ", ".join(map(str, place))
    return tr(f"At [{where}] it should be {should}; yours is {yours}.", f"[{where}] 处应为 {should}；你得到 {yours}。")


def side_by_side(expected: np.ndarray | float, found: np.ndarray | float) -> tuple[str, str]:
    """Two numbers or short rows as texts, with the fewest digits (four at least) with which they can be told apart."""
    told = ("", "")
    for digits in range(4, 18):
        told = _digits(expected, digits), _digits(found, digits)
        if told[0] != told[1]:
            break
    return told


def require_close(
    found: object,
    expected: object,
    english: str = "",
    chinese: str = "",
    more: tuple[str, str] | None = None,
    rtol: float = RTOL,
    atol: float = ATOL,
) -> None:
    """Give a hint that shows the first difference unless the numbers agree.

    Args:
        found: the answer, as `numbers` reads it.
        expected: what it should be, of the same shape.
        english: what the numbers belong to, in front of the difference: "With a rate of 0.2:".
        chinese: the same in Chinese.
        more: a longer hint in both languages, for whoever asks again.
        rtol: the difference that is allowed, relative to what is expected.
        atol: the difference that is allowed besides.

    Raises:
        Hint: with the wording in the reader's language.
    """
    found = numbers(found, np.shape(expected))
    if not close(found, expected, rtol, atol):
        told = difference(found, expected, rtol, atol)
        require(False, f"{english} {told}".strip(), f"{chinese}{told}", more)


def agree(
    learner: Learner,
    oracle: Callable[..., object],
    *cases: tuple[object, ...],
    english: str = "",
    chinese: str = "",
    more: tuple[str, str] | None = None,
    rtol: float = RTOL,
    atol: float = ATOL,
) -> None:
    """Hold the reader's function against ours on several cases: other shapes, a batch of one, extremes.

    It tells apart a function that gives an earlier answer again (a first answer kept for ever, numbers written into
    the code), one that loses an axis of length 1, and one whose numbers are others.

    Args:
        learner: the reader's function.
        oracle: ours; it returns a number, an array, a tuple of arrays, or anything that `==` compares.
        cases: the arguments of each call.
        english: what these cases are about, in front of the difference.
        chinese: the same in Chinese.
        more: a longer hint in both languages, for whoever asks again.
        rtol: the difference that is allowed, relative to what is expected.
        atol: the difference that is allowed besides.

    Raises:
        Hint: at the first case in which the two differ.
    """
    for arguments in cases:
        expected = oracle(*copy.deepcopy(arguments))
        answer = learner(*arguments)
        try:
            _require_same(answer, expected, english, chinese, more, rtol, atol)
        except Hint:
            require_new(learner)
            raise


def require_new(learner: Learner) -> None:
    """Give a hint if the last answer is the first one again, for other arguments; where it cannot be right twice.

    Raises:
        Hint: about a first answer that is kept, or numbers written into the function.
    """
    (before, given), (arguments, answer) = learner.calls[0], learner.calls[-1]
    if repr(before) != repr(arguments) and _same(given, answer):
        raise Hint(
            tr(
                f"Called with something else, your function gives the same answer as before, {short(answer)}: does it "
                "keep its first answer, is a number written into it, or does it not use all it is given?",
                f"换了参数，你的函数仍返回与之前相同的 {short(answer)}：是不是一直沿用第一次的结果，或者"
                "把数写死了，或者没有用上全部参数？",
            )
        )


@contextmanager
def later_case(learner: Learner) -> Iterator[None]:
    """Around a case that is not the first: whatever hint comes up, a first answer that is given again is told instead.

    Raises:
        Hint: the one that came up, or that of `require_new`.
    """
    try:
        yield
    except Hint:
        if learner.calls:
            require_new(learner)
        raise


def agree_in_parts(
    learner: Learner,
    ask: Callable[..., Sequence[object]],
    oracle: Callable[..., Sequence[np.ndarray | float]],
    names: Callable[[int], tuple[str, str]],
    *cases: tuple[object, ...],
) -> None:
    """Hold an answer of several parts against ours on several cases, each part under its name.

    Args:
        learner: the reader's function.
        ask: calls it with the arguments of a case and takes its answer to pieces.
        oracle: ours; it returns as many parts.
        names: what a part is called in front of the difference, in English and in Chinese, by its number.
        cases: the arguments of each call.

    Raises:
        Hint: at the first part in which the two differ.
    """
    for arguments in cases:
        with later_case(learner):
            for place, (found, right) in enumerate(zip(ask(*arguments), oracle(*arguments), strict=True)):
                require_close(found, right, *names(place))


def recognise(found: object, expected: object, *mistakes: tuple[object, str, str]) -> None:
    """Give the hint of the mistake whose whole answer the reader's is; none where that is the right one as well.

    Args:
        found: the answer.
        expected: the right one.
        mistakes: for each what it gives, and its hint in English and in Chinese.

    Raises:
        Hint: of the first mistake that fits.
    """
    for wrong, english, chinese in mistakes:
        if _same(found, wrong) and not _same(wrong, expected):
            raise Hint(tr(english, chinese))


def _require_same(
    answer: object,
    expected: object,
    english: str,
    chinese: str,
    more: tuple[str, str] | None,
    rtol: float,
    atol: float,
) -> None:
    numeric = isinstance(expected, np.ndarray | np.number | int | float) and not isinstance(expected, bool)
    if numeric:
        require_close(answer, expected, english, chinese, more, rtol, atol)
    elif isinstance(expected, tuple) and all(isinstance(part, np.ndarray | np.number | float) for part in expected):
        count = len(expected)
        found = parts(answer, count, f"Return {count} parts.", f"应返回 {count} 个部分。")
        for place, (ours, part) in enumerate(zip(expected, found, strict=True), start=1):
            require_close(
                part, ours, f"{english} Part {place}:".strip(), f"{chinese}第 {place} 部分：", more, rtol, atol
            )
    else:
        require(
            plain(answer) == plain(expected),
            f"{english} The answer should be {short(expected, 200)}; yours is {short(answer, 200)}.".strip(),
            f"{chinese}答案应为 {short(expected, 200)}；你得到 {short(answer, 200)}。",
            more,
        )


def _same(one: object, other: object) -> bool:
    """Whether two answers say the same, whatever they are made of."""
    try:
        if isinstance(one, np.ndarray | np.number | float) or isinstance(other, np.ndarray | np.number | float):
            return close(_without_tensors(one), _without_tensors(other))
        one, other = plain(one), plain(other)
        return bool(one == other) or repr(one) == repr(other)
    except Exception:
        return False


def _without_tensors(answer: object) -> object:
    """The same with every tensor as a NumPy array, one of PyTorch that carries gradients too."""
    if isinstance(answer, list | tuple):
        return [_without_tensors(each) for each in answer]
    if isinstance(answer, np.ndarray | np.generic | Number):
        return answer
    if hasattr(answer, "value") and hasattr(answer, "trainable"):  # a variable of Keras
        answer = answer.value
    if hasattr(answer, "detach"):
        answer = answer.detach().cpu()
        if "bfloat16" in str(answer.dtype):  # which NumPy does not know
            answer = answer.float()
    if hasattr(answer, "numpy"):
        return answer.numpy()
    if hasattr(answer, "__array__"):
        return np.asarray(answer)
    return answer


def _digits(value: np.ndarray | float, digits: int) -> str:
    if np.ndim(value):
        return "[" + ", ".join(_digits(each, digits) for each in np.asarray(value)) + "]"
    return f"{float(value):.{digits}g}"
