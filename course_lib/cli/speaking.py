"""The language of the command: which one it is, and how help and errors are told in it.

English is what the commands themselves say; the Chinese of each stands in `chinese.py`.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence

import click

from course_lib.base.docstrings import docstring
from course_lib.cli import chinese
from course_lib.showing import language as languages

# What may not stand at the beginning of a line.
_CLOSING = "，。、；：？！）》”’"
# POSIX asks them in this order.
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
_Texts = tuple[str | None, str | None, list[str | None]]
_ENGLISH: dict[str, _Texts] = {}


def chosen() -> str:
    """The language of this command before an option says otherwise.

    Returns:
        `COURSE_LANGUAGE`, or `"zh"` where the system's own language is Chinese, or `"en"`.

    Raises:
        UsageError: if `COURSE_LANGUAGE` is none of the course's languages.
    """
    if wanted := os.environ.get("COURSE_LANGUAGE"):
        return languages.checked(wanted)
    system = next((os.environ[name] for name in _LOCALE if os.environ.get(name)), "")
    return "zh" if system.lower().startswith("zh") else "en"


def use(language: str, command: click.Command, path: str = "course") -> None:
    """Speak a language from now on: a command and all below it have their help in it.

    Args:
        language: `"en"` or `"zh"`.
        command: the command.
        path: what is typed to call it.

    Raises:
        UsageError: for any other language.
    """
    languages.use(language)
    _tell(command, path)


def _tell(command: click.Command, path: str) -> None:
    options = [option for option in command.params if isinstance(option, click.Option)]
    if path not in _ENGLISH:
        # Where Python has dropped docstrings (`PYTHONOPTIMIZE=2`), they are read from the source.
        text = command.help or (docstring(command.callback) if command.callback is not None else None)
        _ENGLISH[path] = text, command.short_help, [option.help for option in options]
        command.context_class = _Context
    command.help, command.short_help, helps = _ENGLISH[path]
    for option, text in zip(options, helps, strict=True):
        option.help = text
    if languages.current() == "zh" and path in chinese.HELP:
        words = chinese.HELP[path]
        command.help, command.short_help = words.help, words.short or words.help.partition("\n")[0]
        for option in options:
            option.help = words.options.get(option.opts[0], chinese.OPTIONS.get(option.opts[0], option.help))
    for name, one in command.commands.items() if isinstance(command, click.Group) else ():
        _tell(one, f"{path} {name}")


def sentence(error: click.ClickException) -> str:
    """Click's message on one line, with the way to the help behind it."""
    message = " ".join(error.format_message().split())
    context = getattr(error, "ctx", None)
    if languages.current() == "zh":
        for pattern, said in chinese.ERRORS:
            if found := re.fullmatch(pattern, message):
                message = said.format(*found.groups())
                break
        return f"{message} 用法见 `{context.command_path} --help`。" if context else message
    return f"{message} See `{context.command_path} --help`." if context else message


def columns(text: str) -> int:
    """The columns that a text takes on a terminal, where a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def padded(text: str, width: int) -> str:
    """The text with blanks behind it up to a width."""
    return text + " " * (width - columns(text))


def wrapped(text: str, width: int) -> list[str]:
    """A paragraph in lines; Chinese may be broken behind every character, but not before a closing mark."""
    lines = [""]
    for piece in _pieces(text):
        if columns(lines[-1] + piece.rstrip()) > width and lines[-1]:
            lines.append("")
        lines[-1] = lines[-1] + piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def _pieces(text: str) -> Iterator[str]:
    """What stays together on a line: a word with its blanks, a Chinese character with the mark behind it."""
    yield from re.findall(rf"[^\s\u2e80-\uffff]+[{_CLOSING}]*\s*|\S[{_CLOSING}]*\s*", " ".join(text.split()))


class _Formatter(click.HelpFormatter):
    """Click's layout of a help text; in Chinese, with Chinese headings, and lines as wide as they look."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, languages.tr("Usage: ", "用法：") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        if languages.current() == "zh":
            self.write(f"{'':>{self.current_indent}}{chinese.HEADINGS.get(heading, heading)}：\n")
        else:
            super().write_heading(heading)

    def write_text(self, text: str) -> None:
        if languages.current() != "zh":
            super().write_text(text)
            return
        indent = " " * self.current_indent
        for number, paragraph in enumerate(text.split("\n\n")):
            lines = paragraph.removeprefix("\b\n").split("\n") if paragraph.startswith("\b") else [paragraph]
            if number:
                self.write("\n")
            for line in lines:
                self.write("".join(f"{indent}{one}\n" for one in wrapped(line, self.width - self.current_indent)))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        if languages.current() != "zh":
            super().write_dl(rows, col_max, col_spacing)
            return
        first = min(max(columns(name) for name, _ in rows), col_max) + col_spacing
        for name, text in rows:
            for english, said in chinese.PARTS:
                text = text.replace(english, said)
            lines = wrapped(text, max(self.width - first - self.current_indent, 20))
            head = " " * self.current_indent + padded(name, first)
            if columns(name) > first - col_spacing:
                self.write(f"{head.rstrip()}\n")
                head = " " * (self.current_indent + first)
            self.write(f"{head}{lines[0]}".rstrip() + "\n")
            self.write("".join(f"{'':>{self.current_indent + first}}{line}\n" for line in lines[1:]))


class _Context(click.Context):
    formatter_class = _Formatter
