"""Proves that the code keeps to one style: ruff's rules and format, types and docstrings, no unfinished marks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from wcwidth import wcswidth

from course_lib.publishing import source
from course_lib.publishing.wording import in_language
from tests import lessons

from .tree import ROOT, texts

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _ruff(*arguments: str) -> None:
    command = [sys.executable, "-m", "ruff", *arguments, "."]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_ruff_finds_nothing() -> None:
    _ruff("check", "--no-cache", "--output-format=concise")


def test_every_file_has_ruffs_format() -> None:
    _ruff("format", "--no-cache", "--check")


def test_no_pattern_has_a_possessive_group() -> None:
    """Python 3.11.2, which Debian 12 brings, matches `(…)*+` wrongly, and one character or class, `\\w++`, rightly."""
    possessive = re.compile(r"\)(?:[*+?]|\{[0-9,]+\})\+|\(\?>")
    patterns = [
        (path, node.lineno, constant.value)
        for path, node in _nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "re"
        for constant in ast.walk(node)
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
    ]
    assert any("[!?]" in pattern for _, _, pattern in patterns)
    assert not [found for found in patterns if possessive.search(found[2])]


WIDTH, LENGTH = 80, 25  # what a page shows at 1,280 pixels, and what is seen at a glance


def _too_large(chapter: source.Chapter) -> Iterator[str]:
    """Lines and cells of code that readers see (it is not folded) and that run out of the page."""
    for cell in chapter.cells:
        if cell.kind != "code" or "fold" in cell.tags:
            continue
        for code in filter(None, (cell.code, cell.solution)):
            for language in ("en", "zh"):
                lines = in_language(code, language).code.split("\n")
                if len(lines) > LENGTH:
                    yield f"{chapter.slug}, {cell.id} ({language}): {len(lines)} lines"
                for line in lines:
                    if (len(line) if line.isascii() else wcswidth(line)) > WIDTH:
                        yield f"{chapter.slug}, {cell.id} ({language}), {wcswidth(line)} columns: {line}"


def test_code_that_is_not_folded_fits_on_a_page() -> None:
    assert lessons.SLUGS
    large = [found for chapter in lessons.lessons() for found in _too_large(chapter)]
    assert not large, "\n".join(large)


@cache
def _library() -> dict[str, ast.Module]:
    return {path: ast.parse(text) for path, text in texts(".py").items() if path.startswith("course_lib/")}


@cache
def _nodes() -> list[tuple[str, ast.AST]]:
    """All of the library's code, each part with the path of its file."""
    return [(path, node) for path, module in _library().items() for node in ast.walk(module)]


def _public(body: list[ast.stmt]) -> Iterator[Definition]:
    """Public functions and classes, and the public methods of these."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body)


OF_KERAS = {
    "build",
    "call",
    "compute_loss",
    "compute_mask",
    "compute_metrics",
    "compute_output_shape",
    "get_config",
}


def _is_told_by_keras(node: Definition) -> bool:
    """Methods whose meaning and arguments Keras has told already."""
    return isinstance(node, ast.FunctionDef) and node.name in OF_KERAS


def test_everything_public_in_the_library_has_a_docstring() -> None:
    missing = []
    for path, module in _library().items():
        if not ast.get_docstring(module) and module.body:
            missing.append(f"{path}: the module")
        for node in _public(module.body):
            if not ast.get_docstring(node) and not _is_told_by_keras(node):
                missing.append(f"{path}:{node.lineno}: {node.name}")
    assert not missing, "\n".join(missing)


def test_every_public_function_of_the_library_says_its_types_or_the_shapes_of_its_tensors() -> None:
    missing = []
    for path, module in _library().items():
        for node in _public(module.body):
            if isinstance(node, ast.ClassDef) or "Shapes:" in (ast.get_docstring(node) or ""):
                continue
            if _is_told_by_keras(node):
                continue
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            untyped = [one.arg for one in arguments if one.annotation is None and one.arg not in {"self", "cls"}]
            if untyped or node.returns is None:
                missing.append(f"{path}:{node.lineno}: {node.name}: {', '.join(untyped) or 'what it returns'}")
    assert not missing, "\n".join(missing)


def _defaults(definition: ast.FunctionDef) -> Iterator[tuple[str, object]]:
    """The arguments a caller may leave out, and what they are then."""
    arguments = definition.args
    positional = [*arguments.posonlyargs, *arguments.args]
    places = [*positional[len(positional) - len(arguments.defaults) :], *arguments.kwonlyargs]
    for place, default in zip(places, [*arguments.defaults, *arguments.kw_defaults], strict=True):
        if isinstance(default, ast.Constant):
            yield place.arg, default.value


@pytest.mark.parametrize(("argument", "allowed"), [("seed", (0, None)), ("verbose", (0,))])
def test_what_nobody_chose_is_the_same_everywhere(argument: str, allowed: tuple[object, ...]) -> None:
    """Functions begin at seed 0, layers and models may draw one from Keras; nothing speaks unless it is asked to."""
    found = {
        f"{path}:{node.lineno}: {node.name}": default
        for path, node in _nodes()
        if isinstance(node, ast.FunctionDef)
        for name, default in _defaults(node)
        if name == argument
    }
    assert len(found) > 3
    assert not {place: default for place, default in found.items() if default not in allowed}


def test_the_library_checks_with_errors_and_never_with_assert() -> None:
    found = [f"{path}:{node.lineno}" for path, node in _nodes() if isinstance(node, ast.Assert)]
    assert not found, "\n".join(found)


def test_every_test_file_says_what_it_proves() -> None:
    silent = [
        path
        for path, text in texts(".py").items()
        if path.startswith("tests/") and Path(path).name.startswith("test_") and not ast.get_docstring(ast.parse(text))
    ]
    assert not silent, "\n".join(silent)


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"])
def test_nothing_is_marked_as_unfinished(word: str) -> None:
    mark = re.compile(rf"\b{word}\b")
    found = [
        f"{path}:{number}"
        for path, text in texts(".py", ".md", ".toml", ".txt", ".yml", ".ipynb", ".css", ".js", ".html").items()
        for number, line in enumerate(text.splitlines(), start=1)
        if mark.search(line)
    ]
    assert not found, "\n".join(found)
