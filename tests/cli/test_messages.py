"""Proves that a script can rely on the command: exit codes, errors on one line of stderr, help, pipes, signals."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import course_lib
from course_lib.base import errors
from course_lib.cli import lessons, options
from course_lib.session import scale

from .conftest import Answer

Course = Callable[..., Answer]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["run", "--scale", "huge"], "unknown scale 'huge'; allowed: smoke, quick, full"),
        (["run", "--language", "fr"], "unknown language 'fr'; allowed: en, zh, both"),
        (["lab", "--language", "fr"], "unknown language 'fr'; allowed: en, zh"),
        (["run", "--edition", "draft"], "unknown edition 'draft'; allowed: student, solution"),
        (["run", "9"], "unknown chapter '9'; allowed: 01_counting, 02_adding"),
        (["run", "no_such"], "unknown chapter 'no_such'; allowed: 01_counting, 02_adding"),
        (["data", "fetch", "cifar"], "unknown data set 'cifar'; allowed: imdb, "),
        (["data", "verify", "cifar"], "unknown data set 'cifar'; allowed: imdb, "),
        (["data", "clear", "cifar"], "unknown data set 'cifar'; allowed: imdb, "),
        (["build", "--accept", "01"], "--accept takes CHAPTER:CELL"),
        (["build", "--accept", "01:nothing"], "unknown translated cell"),
        (["build", "--accept", "01:title", "--check"], "--accept changes a source"),
        (["biuld"], "No such command 'biuld'."),
        (["run", "--sclae", "quick"], "No such option"),
    ],
)
def test_wrong_usage_is_one_line_that_names_what_is_allowed(
    course: Course, checkout: Path, arguments: list[str], named: str
) -> None:
    answer = course(*arguments)
    assert answer.code == 2
    assert answer.err.startswith("error: ")
    assert named in answer.err
    assert answer.err.count("\n") == 1
    assert answer.out == ""


def test_a_scale_that_the_environment_gets_wrong_is_wrong_usage_too(
    course: Course, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_SCALE", "enormous")
    answer = course("run")
    assert (answer.code, answer.err) == (2, "error: unknown scale 'enormous'; allowed: smoke, quick, full\n")


def test_without_a_checkout_the_command_says_what_is_lacking(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options.settings, "repository_root", lambda: None)
    for arguments in (["run"], ["build"], ["site"], ["lab"], ["all"]):
        answer = course(*arguments)
        assert answer.code == 4
        assert answer.err == "error: the lessons are not here; run this inside a checkout of the course\n"


def test_every_kind_of_error_keeps_its_exit_code(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {
        errors.CourseError: 1,
        errors.ChapterFailed: 1,
        errors.UsageError: 2,
        errors.DataUnavailable: 3,
        errors.DataCorrupt: 3,
        errors.EnvironmentProblem: 4,
    }
    assert {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)} == {
        *wanted,
        errors.SourceError,
    }
    for kind, code in wanted.items():

        def raising(kind: type[Exception] = kind) -> None:
            raise kind("a sentence")

        monkeypatch.setattr(options.settings, "repository_root", raising)
        answer = course("site")
        assert (answer.code, answer.err) == (code, "error: a sentence\n")


def test_a_mistake_of_the_course_itself_is_shown_whole(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def raising() -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(options.settings, "repository_root", raising)
    with pytest.raises(RuntimeError, match="a mistake"):
        course("site")


def test_an_interrupt_leaves_with_130(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(options.settings, "repository_root", interrupted)
    answer = course("site")
    assert (answer.code, answer.err.strip()) == (130, "error: interrupted")


def test_help_and_version_are_answers_and_not_errors(course: Course) -> None:
    answer = course("--help")
    assert (answer.code, answer.err) == (0, "")
    for command in ("all", "build", "data", "doctor", "lab", "run", "site"):
        assert f"\n  {command} " in answer.out
    assert course("-h").out == answer.out
    assert course("--version").out == f"course, version {course_lib.__version__}\n"
    assert all(len(line) <= 100 for line in answer.out.splitlines())


def test_no_short_help_is_cut(course: Course) -> None:
    for arguments in ([], ["assignment"], ["data"]):
        commands = course(*arguments, "--help").out.partition("Commands:")[2]
        assert commands
        assert "..." not in commands


def test_the_command_alone_shows_its_help_and_counts_as_wrong_usage(course: Course) -> None:
    answer = course()
    assert answer.code == 2
    assert answer.err.startswith("Usage: course")


def test_the_scales_that_options_name_are_those_of_the_dial() -> None:
    assert options.SCALE.allowed == scale.SCALES


def test_the_editions_that_options_name_are_those_of_the_notebooks() -> None:
    from course_lib.publishing import notebooks

    assert options.EDITION.allowed == notebooks.EDITIONS


def test_a_console_without_chinese_letters_does_not_stop_the_command(
    course_process: Callable[..., subprocess.Popen[str]],
) -> None:
    process = course_process("data", "list", "--long", PYTHONIOENCODING="ascii", PYTHONUTF8="0", COURSE_LANGUAGE="zh")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "imdb" in out


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_reader_of_the_output_who_leaves_early_sees_no_traceback(
    course_process: Callable[..., subprocess.Popen[str]],
) -> None:
    process = course_process("data", "list", "--json", PYTHONUNBUFFERED="1")
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)


_ALL_HELP = """
import click
from course_lib.cli import course, speaking
def show(command, context):
    print(command.get_help(context))
    for name, one in sorted(getattr(command, "commands", {}).items()):
        show(one, click.Context(one, context, name))
speaking.use("en", course)
show(course, click.Context(course, info_name="course", max_content_width=100))
import course_lib.scaling.study as module
from course_lib.base.docstrings import docstring
print(docstring(module), docstring(module.main))
"""


def test_help_texts_stay_where_python_drops_docstrings() -> None:
    said = [
        subprocess.run(
            [sys.executable, *options, "-c", _ALL_HELP], cwd=Path(course_lib.__file__).parents[1],
            capture_output=True, text=True, encoding="utf-8", check=True,
        ).stdout
        for options in ([], ["-OO"])
    ]  # fmt: skip
    assert said[0] == said[1]
    assert "Execute lessons and hold their results" in said[1] and "Repeat lessons with other seeds" in said[1]


def test_commands_are_listed_where_the_group_takes_them_from() -> None:
    assert {command.name for command in lessons.COMMANDS} == {"all", "build", "run", "site", "spread"}
