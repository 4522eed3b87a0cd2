"""Quizzes and predictions, folded: what a reader should not see at once opens by a click or a key, with no kernel.

`<details>` works in JupyterLab, on GitHub, on Colab and on the site. Blank lines around what is inside keep it
Markdown, so that formulas and emphasis work there; a `<summary>` is HTML, and its emphasis and code are turned into
HTML here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt

from course_lib.publishing.percent import Report

_CHOICE = re.compile(r"- \[(?P<mark>.*?)\] *(?P<content>.*)")
_DASH = " — "

# What a page says before the reason of a choice, in these words or others.
_VERDICT = re.compile(
    r"(right|correct|yes|no|wrong|not quite)[,.;:!]|(对|不对|正确|是的|正是|正是如此|错|错了)[，。；：！]",
    re.IGNORECASE,
)
_WORDS = {
    "en": {"right": "Right.", "wrong": "Not quite.", "explanation": "Explanation"},
    "zh": {"right": "对。", "wrong": "不对。", "explanation": "展开解释"},
}


@dataclass(frozen=True)
class Choice:
    """One answer of a quiz.

    Args:
        text: what it says.
        reason: why it is right, or not.
        right: whether it is.
    """

    text: str
    reason: str
    right: bool


@dataclass(frozen=True)
class Quiz:
    """A question and its choices."""

    question: str
    choices: tuple[Choice, ...]


def read_quiz(text: str, report: Report) -> Quiz:
    """Read a quiz: a question, then `- [ ] choice — reason` lines, of which `[x]` is the right one.

    Args:
        text: the prose; a choice may go on over lines that are indented.
        report: called with the offset of a line (the first is 0) and what is wrong there.
    """
    question: list[str] = []
    found: list[tuple[int, str, str]] = []
    for offset, line in enumerate(text.split("\n")):
        choice = _CHOICE.fullmatch(line)
        if choice:
            if choice["mark"] not in (" ", "x"):
                report(offset, f"a choice begins with '- [ ] ' or '- [x] '; given: '- [{choice['mark']}]'")
            found.append((offset, choice["mark"], choice["content"]))
        elif not found:
            question.append(line)
        elif line.startswith("  ") and line.strip():
            first, mark, content = found[-1]
            # Chinese needs no space where a line was broken, and would show one.
            space = "" if _is_wide(content[-1:]) and _is_wide(line.strip()[:1]) else " "
            found[-1] = (first, mark, content + space + line.strip())
        elif line.strip():
            report(offset, "after the choices of a quiz nothing follows; a choice goes on over indented lines")
    choices = []
    for offset, mark, content in found:
        choice_text, dash, reason = content.partition(_DASH)
        if not dash or not choice_text.strip() or not reason.strip():
            report(offset, "a choice has its reason after ' — ': '- [ ] choice — reason'")
        if "$" in choice_text:
            report(offset, "no formula in a choice: it becomes a <summary>, where none is drawn; use Unicode: √, ², ⅓")
        if verdict := _VERDICT.match(reason.strip()):
            report(offset, f"the page says whether a choice is right; the reason begins after '{verdict[0]}'")
        choices.append(Choice(choice_text.strip(), reason.strip(), mark == "x"))
    if not "".join(question).strip():
        report(0, "a quiz begins with its question")
    if len(choices) < 2:
        report(0, "a quiz has at least two choices: '- [ ] choice — reason'")
    elif sum(choice.right for choice in choices) != 1:
        report(0, f"a quiz has exactly one right choice, '- [x]'; given: {sum(choice.right for choice in choices)}")
    return Quiz("\n".join(question).strip(), tuple(choices))


def read_prediction(text: str, report: Report) -> tuple[str, str]:
    """Read a prediction: prose that asks, then a quoted block that explains.

    Args:
        text: the prose.
        report: called with the offset of a line (the first is 0) and what is wrong there.

    Returns:
        The question, and the explanation without its quote signs.
    """
    question: list[str] = []
    explanation: list[str] = []
    for offset, line in enumerate(text.split("\n")):
        if line.startswith(">"):
            explanation.append(line[2:] if line.startswith("> ") else line[1:])
        elif not explanation:
            question.append(line)
        elif line.strip():
            report(offset, "after the quoted explanation of a prediction nothing follows")
    if not "".join(question).strip():
        report(0, "a prediction begins with its question")
    if not "".join(explanation).strip():
        report(0, "a prediction ends with its explanation, quoted: every line begins with '> '")
    return "\n".join(question).strip(), "\n".join(explanation).strip()


def fold_quiz(text: str, language: str) -> str:
    """The quiz as Markdown in which each choice opens to show whether it is right, and why."""
    quiz = read_quiz(text, _already_checked)
    words = _WORDS[language]
    parts = [quiz.question]
    for choice in quiz.choices:
        # The sign and the word say the same: nobody has to tell it from a colour.
        verdict = f"✔ **{words['right']}**" if choice.right else f"✘ **{words['wrong']}**"
        parts.append(_details(inline_html(choice.text), f"{verdict} {choice.reason}"))
    return "\n\n".join(parts)


def fold_prediction(text: str, language: str) -> str:
    """The prediction as Markdown in which the explanation opens after the reader has guessed."""
    question, explanation = read_prediction(text, _already_checked)
    return f"{question}\n\n{_details(_WORDS[language]['explanation'], explanation)}"


def inline_html(text: str) -> str:
    """Emphasis and code as HTML; everything else escaped."""
    return _inline().renderInline(text)


def _details(summary: str, inside: str) -> str:
    return f"<details>\n<summary>{summary}</summary>\n\n{inside}\n\n</details>"


@cache
def _inline() -> MarkdownIt:
    return MarkdownIt("zero").enable(["emphasis", "backticks", "escape"])


def _is_wide(character: str) -> bool:
    return bool(character) and ("\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef")


def _already_checked(offset: int, message: str) -> None:
    """The text came from a source of which every rule holds."""
