"""Proves that the command speaks Chinese to whoever asks for it, all of it, and English to everyone else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from course_lib.base.errors import UsageError
from course_lib.cli import chinese, course, speaking
from course_lib.showing import language as languages

from .conftest import Answer

Course = Callable[..., Answer]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _all(command: click.Command, path: str = "course") -> list[tuple[str, click.Command]]:
    below = command.commands.items() if isinstance(command, click.Group) else ()
    return [(path, command)] + [found for name, one in below for found in _all(one, f"{path} {name}")]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "COURSE_LANGUAGE": "en"}, "en"),
        ({"LANG": "C", "COURSE_LANGUAGE": "zh"}, "zh"),
    ],
)
def test_the_language_is_that_of_the_variable_or_of_the_system(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in ("COURSE_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert speaking.chosen() == expected


def test_a_language_that_there_is_not_is_refused(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_LANGUAGE", "fr")
    with pytest.raises(UsageError, match="unknown language 'fr'; allowed: en, zh"):
        speaking.chosen()
    assert course("doctor").code == 2


@pytest.mark.parametrize(("path", "command"), _all(course))
def test_every_command_and_every_option_has_its_chinese(path: str, command: click.Command) -> None:
    words = chinese.HELP[path]
    assert CHINESE.search(words.help)
    assert speaking.columns(words.short or words.help.partition("\n")[0]) <= 84
    options = {option.opts[0] for option in command.params if isinstance(option, click.Option)}
    assert options <= {*words.options, *chinese.OPTIONS}
    assert set(words.options) <= options


def test_help_is_chinese_from_its_first_line_to_its_last(course: Course) -> None:
    answer = course("--language", "zh", "--help")
    assert (answer.code, answer.err) == (0, "")
    for word in ("用法：course", "面向语言的深度学习", "选项：", "命令：", "显示本说明后退出。", "检查本机有什么"):
        assert word in answer.out
    assert "Options" not in answer.out and "Show" not in answer.out
    assert all(speaking.columns(line) <= 100 for line in answer.out.splitlines())
    assert "用法：course run" in course("--language", "zh", "run", "--help").out
    # Said once, it holds for one call alone.
    assert languages.current() == "en"
    assert "Usage: course" in course("--help").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["biuld"], "没有命令 'biuld'。 用法见 `course --help`。"),
        (["run", "--sclae", "quick"], "没有选项 --sclae。 用法见 `course run --help`。"),
        (["run", "--scale", "huge"], "没有这样的规模：'huge'；可用的有：smoke、quick、full"),
        (["run", "9"], "没有这样的课：'9'；可用的有：01_counting、02_adding"),
        (["build", "--accept", "01"], "--accept 的值写成 CHAPTER:CELL，例如 01:opening；现在是 '01'"),
    ],
)
def test_wrong_usage_is_told_in_chinese(
    course: Course, checkout: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.setenv("COURSE_LANGUAGE", "zh")
    answer = course(*arguments)
    assert (answer.code, answer.err) == (2, f"错误：{said}\n")


def test_doctor_speaks_chinese_and_its_json_has_the_names_that_programs_know(course: Course, cache: Path) -> None:
    answer = course("doctor", "--language", "zh")
    for name in ("正常", "Python", "软件包", "后端", "机器", "缓存", "磁盘", "加速器"):
        assert name in answer.out
    places = {
        speaking.columns(line[: line.index(found[1])])
        for line in answer.out.splitlines()
        if (found := re.match(r". \S+ +\S.*?  +(\S)", line))
    }
    assert len(places) <= 2, answer.out
    assert '"name": "packages"' in course("--language", "zh", "doctor", "--json").out


def test_data_and_notebooks_are_told_of_in_chinese(
    course: Course, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_LANGUAGE", "zh")
    assert "4 个笔记本有改动" in course("build").out
    assert "所有笔记本都与源文件一致" in course("build", "--check").out
    assert "许可：" in course("data", "list", "--long").out


@pytest.mark.parametrize("width", [20, 40, 78])
def test_lines_are_as_wide_as_they_look_and_none_begins_with_a_closing_mark(width: int) -> None:
    text = chinese.HELP["course run"].help.partition("\n\n")[2]
    lines = speaking.wrapped(text, width)
    assert all(speaking.columns(line) <= width + 2 for line in lines)
    assert not any(line.startswith(tuple("，。、；：）")) for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
