"""How a check works: it calls the reader's function on small cases and stops at the first one that tells something."""

from __future__ import annotations

import copy
import importlib
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from course_lib.base.errors import UsageError
from course_lib.showing import display
from course_lib.showing.language import tr

# The module that holds the exercises of a chapter; imported when one of them is checked.
_MODULES = {
    "01": "course_lib.checks.preprocessing",
    "02": "course_lib.checks.mlp",
    "03": "course_lib.checks.autoencoder",
    "04": "course_lib.checks.vae",
    "05": "course_lib.checks.attention",
    "06": "course_lib.checks.transformer",
    "07": "course_lib.checks.sentiment",
    "08": "course_lib.checks.tuning",
}

_EXERCISES: dict[str, Callable[[Learner], None]] = {}

# An answer comes at once: a function that runs longer than this on our tiny cases will not end.
TIME_LIMIT_SECONDS = 10.0

PASSED, NOT_ATTEMPTED, HINT = "passed", "not attempted", "hint"

# What the executor of lessons looks for among a notebook's outputs: a solution that fails its own check is a mistake.
CHECK_MIME = "application/vnd.course.check+json"


class Hint(Exception):
    """What a check tells the reader about the mistake it found."""


class NotAttempted(Exception):
    """The reader's function is still the stub."""


@dataclass(frozen=True)
class CheckResult:
    """What a check found.

    Args:
        exercise: its number, such as `"01.2"`.
        status: `"passed"`, `"not attempted"` or `"hint"`.
        message: what the reader is told, without the heading.
    """

    exercise: str
    status: str
    message: str

    @property
    def passed(self) -> bool:
        """Whether the exercise is solved."""
        return self.status == PASSED

    @property
    def text(self) -> str:
        """The heading, which names the status in words, and the message."""
        heading = {
            PASSED: tr(f"✔ Exercise {self.exercise}: solved.", f"✔ 练习 {self.exercise}：通过。"),
            NOT_ATTEMPTED: tr(f"○ Exercise {self.exercise}: not attempted yet.", f"○ 练习 {self.exercise}：尚未作答。"),
            HINT: tr(f"✘ Exercise {self.exercise}: not yet.", f"✘ 练习 {self.exercise}：还差一点。"),
        }[self.status]
        return f"{heading} {self.message}".rstrip()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        mood = {PASSED: "good", NOT_ATTEMPTED: "plain", HINT: "bad"}[self.status]
        said = {"exercise": self.exercise, "status": self.status}
        return {"text/plain": self.text, "text/html": display.box(self.text, mood, role="status"), CHECK_MIME: said}

    def __repr__(self) -> str:
        return self.text


class _StillRunning(BaseException):
    """Raised inside the reader's function when its time is up; no `except Exception` of theirs catches it."""


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Stop what runs inside after so many seconds, where the system can: on the main thread of Linux and macOS."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        raise _StillRunning

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Learner:
    """The reader's function, called so that its mistakes become hints and our test cases stay ours."""

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function

    def __call__(self, *arguments: object) -> object:
        """Call with copies of the arguments.

        Raises:
            NotAttempted: if it is still the stub.
            Hint: if it raises anything else, or returns nothing.
        """
        shown = ", ".join(_short(argument) for argument in arguments)
        try:
            with _time_limit(TIME_LIMIT_SECONDS):
                result = self._function(*copy.deepcopy(arguments))
        except NotImplementedError:
            raise NotAttempted from None
        except _StillRunning:
            raise Hint(
                tr(
                    f"Called with ({shown}), your function was still running after {TIME_LIMIT_SECONDS:.0f} s: "
                    "does its loop ever end?",
                    f"用 ({shown}) 调用时，你的函数 {TIME_LIMIT_SECONDS:.0f} 秒后仍未结束：循环能停下来吗？",
                )
            ) from None
        except Exception as error:
            kind = type(error).__name__
            raise Hint(
                tr(
                    f"Called with ({shown}), your function stopped with {kind}: {error}",
                    f"用 ({shown}) 调用时，你的函数因 {kind} 中断：{error}",
                )
            ) from None
        if result is None:
            raise Hint(
                tr(
                    f"Called with ({shown}), your function returns nothing: is a return missing?",
                    f"用 ({shown}) 调用时，你的函数没有返回值：是不是漏了 return？",
                )
            )
        return result


def exercise(number: str) -> Callable[[Callable[[Learner], None]], Callable[[Learner], None]]:
    """Register a function as the check of one exercise; it raises `Hint` at the first mistake it finds."""

    def register(function: Callable[[Learner], None]) -> Callable[[Learner], None]:
        if number in _EXERCISES:
            raise ValueError(f"exercise {number!r} already has a check: {_EXERCISES[number].__qualname__}")
        _EXERCISES[number] = function
        return function

    return register


def require(condition: object, english: str, chinese: str) -> None:
    """Give the reader this hint unless the condition holds.

    Raises:
        Hint: with the wording in the reader's language.
    """
    if not condition:
        raise Hint(tr(english, chinese))


def check(number: str, learner: Callable[..., object]) -> CheckResult:
    """Check the reader's function for one exercise.

    Args:
        number: the exercise, such as `"01.2"`.
        learner: the reader's function.

    Returns:
        What was found; as the last line of a cell it is drawn as a box.

    Raises:
        UsageError: if there is no such exercise.
    """
    module = _MODULES.get(str(number).split(".")[0])
    if module is not None:
        importlib.import_module(module)
    if number not in _EXERCISES:
        raise UsageError.unknown("exercise", number, sorted(_EXERCISES) or [f"{chapter}.…" for chapter in _MODULES])
    if not callable(learner):
        message = tr(
            f"Hand over the function itself, without calling it: check({number!r}, your_function); "
            f"given: {_short(learner)}",
            f"请直接传入函数本身：check({number!r}, 你的函数名)，不要先调用它；现在传入的是 {_short(learner)}",
        )
        return CheckResult(number, HINT, message)
    try:
        _EXERCISES[number](Learner(learner))
    except NotAttempted:
        message = tr(
            "Replace the line that raises NotImplementedError, then run both cells.",
            "把抛出 NotImplementedError 的那一行换成你的代码，再运行这两格。",
        )
        return CheckResult(number, NOT_ATTEMPTED, message)
    except Hint as hint:
        return CheckResult(number, HINT, str(hint))
    except Exception as error:
        # A result of an unforeseen type trips the comparison itself; the reader still gets an answer, not a traceback.
        kind = type(error).__name__
        message = tr(
            f"Your function's result has another form than the text asks for ({kind}: {error}). "
            "Compare its type and shape.",
            f"你的函数返回的结果与题目要求的形式不同（{kind}：{error}）。请核对类型和形状。",
        )
        return CheckResult(number, HINT, message)
    return CheckResult(number, PASSED, "")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
