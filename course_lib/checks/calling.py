"""How a check calls the reader's function: whatever happens there becomes a hint, and our test cases stay ours."""

from __future__ import annotations

import copy
import inspect
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from numbers import Number

from course_lib.checks.hints import Hint, NotAttempted
from course_lib.showing.language import tr

# An answer comes at once: a function that runs longer than this on our tiny cases will not end.
TIME_LIMIT_SECONDS = 10.0

# More than any answer has: a generator that yields as many does not end.
_MOST_ITEMS = 100_000


class StillRunning(BaseException):
    """Raised inside the reader's function when its time is up; no `except Exception` of theirs catches it."""


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Stop what runs inside after so many seconds, where the system can: on the main thread of Linux and macOS."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        raise StillRunning

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def kernel_kept() -> Iterator[None]:
    """Inside, `exit()` and `quit()` raise SystemExit in a notebook too; there they would end its kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        yield
        return

    def refuse() -> None:
        raise SystemExit

    # On the instance, where it hides the method of the class, and goes again without a trace.
    shell.ask_exit = refuse
    try:
        yield
    finally:
        with suppress(AttributeError):
            del shell.ask_exit


def no_exit() -> Hint:
    """What is said of an answer that wants to end Python."""
    return Hint(
        tr(
            "Your function calls exit() or quit(), which would end the whole notebook: leave a function with return.",
            "你的函数调用了 exit() 或 quit()，这会结束整个笔记本：离开函数请用 return。",
        )
    )


class Learner:
    """The reader's function, called so that its mistakes become hints and our test cases stay ours.

    Args:
        function: what the reader handed over.

    Attributes:
        calls: each call so far that came back, as a pair (arguments, answer).
        handed: the copies that the last call was given, such as a generator that has moved on since.
    """

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function
        self.calls: list[tuple[tuple[object, ...], object]] = []
        self.handed: tuple[object, ...] = ()

    def __call__(self, *arguments: object) -> object:
        """Call with copies of the arguments.

        Returns:
            The answer; an iterator, such as a generator, as a list.

        Raises:
            NotAttempted: if it is still the stub.
            Hint: if it raises anything else, returns nothing, or writes into what it was given.
        """
        import numpy as np  # here and below, not above: `from course_lib import check` loads nothing heavy

        handed = self.handed = copy.deepcopy(arguments)

        def shown() -> str:
            return ", ".join(short(argument) for argument in arguments)

        try:
            with _time_limit(TIME_LIMIT_SECONDS), np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # of means of nothing; what they give is judged
                result = self._function(*handed)
                if isinstance(result, Iterator):
                    result = _finite(result)
        except NotImplementedError:
            raise NotAttempted from None
        except StillRunning:
            raise Hint(
                tr(
                    f"Called with ({shown()}), your function was still running after {TIME_LIMIT_SECONDS:.0f} s: "
                    "does its loop ever end?",
                    f"用 ({shown()}) 调用时，你的函数 {TIME_LIMIT_SECONDS:.0f} 秒后仍未结束：循环能停下来吗？",
                )
            ) from None
        except Hint:
            raise
        except KeyboardInterrupt:
            raise
        except SystemExit:
            raise no_exit() from None
        except BaseException as error:
            kind = type(error).__name__
            raise Hint(
                tr(
                    f"Called with ({shown()}), your function stopped with {kind}: {error}",
                    f"用 ({shown()}) 调用时，你的函数因 {kind} 中断：{error}",
                )
            ) from None
        if result is None:
            raise Hint(
                tr(
                    f"Called with ({shown()}), your function returns nothing: is a return missing?",
                    f"用 ({shown()}) 调用时，你的函数没有返回值：是不是漏了 return？",
                )
            )
        for place, (before, after) in enumerate(zip(arguments, handed, strict=True)):
            if not _untouched(before, after):
                name = self._names()[place]
                raise Hint(
                    tr(
                        f"You write into the caller's `{name}`: after the call it is not what it was. "
                        "Work on a copy, or make something new.",
                        f"你改写了传进来的 `{name}`：调用之后它与原来不一样了。请在副本上操作，或者生成新的对象。",
                    )
                )
        self.calls.append((arguments, _kept(result)))
        return result

    def takes(self, count: int) -> bool:
        """Whether the function can be called with so many arguments, as far as its signature tells."""
        try:
            inspect.signature(self._function).bind(*range(count))
        except (TypeError, ValueError):
            return False
        return True

    def _names(self) -> list[str]:
        """What the reader calls the arguments of the call, with numbers where that cannot be known."""
        try:
            names = [
                parameter.name
                for parameter in inspect.signature(self._function).parameters.values()
                if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
            ]
        except (TypeError, ValueError):
            names = []
        return names + [tr(f"argument {place + 1}", f"第 {place + 1} 个参数") for place in range(len(names), 20)]

    def last_call(self) -> str:
        """The last call in words: what was given, and what came back; empty before the first."""
        if not self.calls:
            return ""
        arguments, answer = self.calls[-1]
        given = ", ".join(
            f"{name} = {short(value, 240)}" for name, value in zip(self._names(), arguments, strict=False)
        )
        return tr(
            f"The call it is about: {given}. Your function gives {short(answer, 240)}.",
            f"这里说的是这次调用：{given}。你的函数返回 {short(answer, 240)}。",
        )


def short(value: object, limit: int = 80) -> str:
    """A value as a hint shows it: in full where that is short, an array by its shape where it is not."""
    import numpy as np

    if isinstance(value, np.random.Generator):
        return tr("a generator", "一个随机数生成器")
    if isinstance(value, np.ndarray):
        if value.size <= 40:
            text = np.array2string(value, precision=6, separator=", ").replace("\n", "")
            if len(text) <= limit:
                return text
        return tr(f"an array of shape {value.shape}", f"形状为 {value.shape} 的数组")
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple) and any(isinstance(each, np.ndarray) for each in value):
        return f"({', '.join(short(each, limit) for each in value)})"
    if callable(value) and hasattr(value, "__name__"):
        return str(value.__name__)
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "…"


def _finite(items: Iterator[object]) -> list[object]:
    """All items, or a hint where there is no end to them."""
    found = list(islice(items, _MOST_ITEMS + 1))
    if len(found) > _MOST_ITEMS:
        raise Hint(
            tr(
                f"Your function yields more than {_MOST_ITEMS:,} items: does it ever end?",
                f"你的函数产生了超过 {_MOST_ITEMS:,} 项：它会结束吗？",
            )
        )
    return found


def _kept(answer: object) -> object:
    """An answer as it is now: an array may be written into later, and other things are not looked at again."""
    try:
        return copy.deepcopy(answer)
    except Exception:
        return answer


def _untouched(before: object, after: object) -> bool:
    """Whether what was handed over is still what it was; objects of other kinds, such as generators, are left alone."""
    import numpy as np

    if isinstance(before, np.ndarray):
        if not isinstance(after, np.ndarray) or (before.dtype, before.shape) != (after.dtype, after.shape):
            return False
        return bool(np.array_equal(before, after, equal_nan=before.dtype.kind in "fc"))
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_untouched, before, after))
    if isinstance(before, Mapping):
        return set(before) == set(after) and all(_untouched(before[key], after[key]) for key in before)
    if isinstance(before, set | frozenset | str | bytes):
        return before == after
    if isinstance(before, Number):
        return before == after or before != before
    return True
