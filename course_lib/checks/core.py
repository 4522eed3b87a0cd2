"""The checks of exercises: which there are, and what `check` does with the reader's function.

A check calls the function on small cases and stops at the first one that tells something. How it calls is in
`calling`, how it reads and compares answers in `answers`, what it says in `hints`.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from course_lib.checks.calling import Learner, kernel_kept, no_exit, short
from course_lib.checks.hints import Hint, NotAttempted, require
from course_lib.showing import display
from course_lib.showing.language import tr

__all__ = [
    "CHECK_MIME",
    "HINT",
    "NOT_ATTEMPTED",
    "PASSED",
    "CheckResult",
    "Hint",
    "Learner",
    "check",
    "exercise",
    "require",
]

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
    "09": "course_lib.checks.language_model",
    "10": "course_lib.checks.bert",
    "11": "course_lib.checks.scaling",
    "12": "course_lib.checks.applications",
    "13": "course_lib.checks.alignment",
}

Check = Callable[[Learner], None]

_EXERCISES: dict[str, Check] = {}

# What is said of an exercise, in both languages, to whoever asks again and whose hint has nothing longer of its own.
_SECOND_HINTS: dict[str, tuple[str, str]] = {}

# How often in a row each exercise has failed; a stub does not count.
_failures: dict[str, int] = {}

PASSED, NOT_ATTEMPTED, HINT = "passed", "not attempted", "hint"

# What the executor of lessons looks for among a notebook's outputs: a solution that fails its own check is a mistake.
CHECK_MIME = "application/vnd.course.check+json"


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
        if not self.exercise:
            return f"{tr('✘ Nothing was checked.', '✘ 没有检查任何练习。')} {self.message}"
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


def exercise(number: str, more: tuple[str, str] | None = None) -> Callable[[Check], Check]:
    """Register a function as the check of one exercise; it raises `Hint` at the first mistake it finds.

    Args:
        number: the exercise, such as `"01.2"`.
        more: what is said besides, in English and in Chinese, to whoever asks again: a step on the way to the
            solution, never the solution. A hint that carries a longer wording of its own comes before it.
    """

    def register(function: Check) -> Check:
        if number in _EXERCISES:
            raise ValueError(f"exercise {number!r} already has a check: {_EXERCISES[number].__qualname__}")
        _EXERCISES[number] = function
        if more is not None:
            _SECOND_HINTS[number] = more
        return function

    return register


def check(number: object = None, learner: object = None, hint: object = None) -> CheckResult:
    """Check the reader's function for one exercise.

    A wrong answer gets a hint. Whoever fails a second time in a row, or asks for it by `check("05.1", f, hint=2)`, is
    told more: a further step, and the very call that went wrong. The solution is never told.

    Args:
        number: the exercise, such as `"01.2"`.
        learner: the reader's function.
        hint: 1 for the short hint, 2 for the longer one; by default the second failure in a row brings the longer.

    Returns:
        What was found; as the last line of a cell it is drawn as a box. A call in another form than this is answered
        by a sentence, and nothing is checked.
    """
    said = _misread(number, learner, hint)
    if said is not None:
        return said
    function = Learner(learner)
    found = _mistake(number, function)
    if found is None:
        _failures.pop(number, None)
        return CheckResult(number, PASSED, "")
    if isinstance(found, NotAttempted):
        message = tr(
            "Replace the line that raises NotImplementedError, then run both cells.",
            "把抛出 NotImplementedError 的那一行换成你的代码，再运行这两格。",
        )
        return CheckResult(number, NOT_ATTEMPTED, message)
    _failures[number] = _failures.get(number, 0) + 1
    told = [str(found)]
    if hint == 2 or (hint is None and _failures[number] > 1):
        further = found.more or (tr(*_SECOND_HINTS[number]) if number in _SECOND_HINTS else "")
        told += [line for line in (further, function.last_call()) if line]
    return CheckResult(number, HINT, "\n".join(told))


def _mistake(number: str, learner: Learner) -> Hint | NotAttempted | None:
    """The first mistake that the check of an exercise finds."""
    try:
        with kernel_kept():
            _EXERCISES[number](learner)
    except (Hint, NotAttempted) as found:
        return found
    except SystemExit:
        return no_exit()
    except Exception as error:
        # A result of an unforeseen type trips the comparison itself; the reader still gets an answer, not a traceback.
        kind = type(error).__name__
        return Hint(
            tr(
                f"Your function's result has another form than the text asks for ({kind}: {error}). "
                "Compare its type and shape.",
                f"你的函数返回的结果与题目要求的形式不同（{kind}：{error}）。请核对类型和形状。",
            )
        )
    return None


def _misread(number: object, learner: object, hint: object) -> CheckResult | None:
    """One sentence on a call that is not `check("05.1", your_function)`; None where it is."""
    if callable(number) and not callable(learner):
        number, learner, turned = learner, number, learner is not None
    else:
        turned = False
    exact = _exercise_of(number)
    name = getattr(learner, "__name__", "") if callable(learner) else ""
    wanted = f'check("{exact or "05.1"}", {name if name.isidentifier() else tr("your_function", "你的函数名")})'
    if number is None:
        message = tr(
            f"Say which exercise, and hand over your function: {wanted}.", f"请写明练习编号，并传入你的函数：{wanted}。"
        )
    elif exact is None:
        known = _near(number)
        message = tr(
            f"There is no exercise {short(number)}; there are {known}. It is written as in {wanted}.",
            f"没有练习 {short(number)}；现有 {known}。写法如 {wanted}。",
        )
    elif turned:
        message = tr(f"First the number, then the function: {wanted}.", f"先写编号，再写函数：{wanted}。")
    elif exact != number:
        message = tr(
            f"This exercise is written as a text with two digits in front: {wanted}.",
            f"这道练习的编号是字符串，前面是两位数字：{wanted}。",
        )
    elif learner is None:
        message = tr(f"Hand over your function as well: {wanted}.", f"还要传入你的函数：{wanted}。")
    elif not callable(learner):
        message = tr(
            f"Hand over the function itself, without calling it: {wanted}; given: {short(learner)}",
            f"请直接传入函数本身：{wanted}，不要先调用它；现在传入的是 {short(learner)}",
        )
    elif hint is not None and (not isinstance(hint, int) or isinstance(hint, bool) or hint not in (1, 2)):
        message = tr(
            f"hint is {short(hint)}; allowed: 1, the short hint, or 2, the longer one, as in {wanted[:-1]}, hint=2).",
            f"hint 是 {short(hint)}；可以是 1（短提示）或 2（长提示），如 {wanted[:-1]}, hint=2)。",
        )
    else:
        return None
    return CheckResult(exact or "", HINT, message)


def _exercise_of(number: object) -> str | None:
    """The exercise that is meant: 5.1, "5.1", "05.1 ", "exercise 05.1" and the like are 05.1; None if there is none."""
    if isinstance(number, bool) or not isinstance(number, str | int | float):
        return None
    found = re.search(r"(\d+)\s*[.。,·_:-]\s*(\d+)", unicodedata.normalize("NFKC", str(number)))
    if found is None:
        return None
    chapter = f"{int(found[1]):02d}"
    exact = f"{chapter}.{int(found[2])}"
    _load(chapter)
    return exact if exact in _EXERCISES else None


def _load(chapter: str) -> None:
    """Import the checks of a chapter, if it has some."""
    if chapter in _MODULES:
        importlib.import_module(_MODULES[chapter])


def _near(number: object) -> str:
    """The exercises of the chapter that seems to be meant, or the range of all."""
    found = re.search(r"\d+", unicodedata.normalize("NFKC", str(number)))
    chapter = f"{int(found[0]):02d}" if found else ""
    _load(chapter)
    known = sorted(name for name in _EXERCISES if name.startswith(f"{chapter}."))
    return ", ".join(known) or tr(
        f"those of lessons {min(_MODULES)} to {max(_MODULES)}", f"第 {min(_MODULES)} 到 {max(_MODULES)} 课的练习"
    )
