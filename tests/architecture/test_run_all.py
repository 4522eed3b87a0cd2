"""Proves that the closing line of all tests tells the truth: what failed, what was skipped and why."""

from __future__ import annotations

import importlib.util
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from .tree import ROOT


@pytest.fixture
def run_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, working on two small folders of tests."""
    spec = importlib.util.spec_from_file_location("run_all", ROOT / "tests" / "run_all.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "run_all", module)
    spec.loader.exec_module(module)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "REPORTS", tmp_path / "reports")
    monkeypatch.setattr(sys, "argv", ["run_all.py", "-p", "no:cacheprovider"])
    parts = [module.Part("one", ("one",)), module.Part("other", ("other",), module.ON_JAX)]
    monkeypatch.setattr(module, "parts", lambda fast, long: parts)
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    return module


def _write(tmp_path: Path, folder: str, *tests: str) -> None:
    body = "import os, pytest\n" + "\n".join(f"def test_{n}():\n    {code}\n" for n, code in enumerate(tests))
    (tmp_path / folder / f"test_{folder}.py").write_text(body, encoding="utf-8")


def test_all_parts_are_added_up(run_all: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path, "one", "pass", "pytest.skip('no Chromium')")
    _write(tmp_path, "other", "assert os.environ['KERAS_BACKEND'] == 'jax'")
    assert run_all.main() == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[-1] == "total: 2 passed, 0 failed, 1 skipped"
    assert any(line.startswith("skipped 1: ") and "no Chromium" in line for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["one", "other"])
def test_a_failure_in_any_part_is_a_failure_of_all(
    run_all: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str], folder: str
) -> None:
    _write(tmp_path, "one", "pass")
    _write(tmp_path, "other", "pass")
    _write(tmp_path, folder, "assert False")
    assert run_all.main() == 1
    assert capfd.readouterr().out.splitlines()[-1] == "total: 1 passed, 1 failed, 0 skipped"


def test_a_part_beside_another_runs_while_that_does_and_is_shown_behind_it(
    run_all: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = run_all.parts(fast=False, long=False)
    monkeypatch.setattr(run_all, "parts", lambda fast, long: [one, replace(other, beside=True)])
    wait = (
        "import pathlib, time\n    mine, theirs = {}\n    mine.touch()\n    while not theirs.exists(): time.sleep(0.05)"
    )
    places = [f"pathlib.Path({str(tmp_path / name)!r})" for name in ("a", "b")]
    _write(tmp_path, "one", wait.format(", ".join(places)))
    _write(tmp_path, "other", wait.format(", ".join(reversed(places))), "assert False")
    assert run_all.main() == 1
    said = capfd.readouterr().out
    assert said.index("──── one") < said.index("1 passed") < said.index("──── other") < said.index("assert False")
    assert said.splitlines()[-1] == "total: 2 passed, 1 failed, 0 skipped"


@pytest.mark.slow
def test_a_part_that_pytest_could_not_run_is_a_failure(
    run_all: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _write(tmp_path, "one", "pass")
    (tmp_path / "other" / "conftest.py").write_text("raise RuntimeError('broken')\n", encoding="utf-8")
    assert run_all.main() == 1
    assert capfd.readouterr().out.splitlines()[-1] == "total: 1 passed, 1 failed, 0 skipped"


@pytest.mark.slow
def test_a_part_without_tests_is_no_failure_but_all_parts_without_are(
    run_all: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_all.main() == 1
    assert capfd.readouterr().out.splitlines()[-1] == "total: 0 passed, 0 failed, 0 skipped"
    _write(tmp_path, "one", "pass")
    assert run_all.main() == 0


def test_the_parts_leave_no_test_out(run_all: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("run_all_again", ROOT / "tests" / "run_all.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "run_all_again", module)
    spec.loader.exec_module(module)
    units, again, lessons, pages = module.parts(fast=False)
    assert [part.environment["KERAS_BACKEND"] for part in (units, again, lessons, pages)] == [
        "tensorflow",
        "jax",
        "tensorflow",
        "tensorflow",
    ]
    assert f"not ({module.LARGE} or {module.ON_REQUEST})" in units.options
    assert f"chapters and not ({module.ON_REQUEST})" in lessons.options
    assert f"(site or browser) and not ({module.ON_REQUEST})" in pages.options
    assert set(module.LARGE.split(" or ")) == {"chapters", "site", "browser"}
    # What is large stands in the folder of its name, where it is looked for.
    folders = [option for part in (lessons, pages) for option in part.options if option.startswith("tests/")]
    assert sorted(folders) == sorted(f"tests/{name}" for name in module.LARGE.split(" or "))
    for path in sorted((ROOT / "tests").rglob("*.py")):
        marked = re.findall(rf"mark\.({module.LARGE.replace(' or ', '|')})\b", path.read_text(encoding="utf-8"))
        assert set(marked) <= {path.relative_to(ROOT / "tests").parts[0]}, path
    assert all((ROOT / "tests" / folder).is_dir() for folder in ("architecture", "binder", "cli", "data"))
    models, others = module.parts(fast=True)
    assert models.options[-1] == others.options[-1]
    for word in ("slow", "seconds", "binder", *module.LARGE.split(" or "), *module.ON_REQUEST.split(" or ")):
        assert word in models.options[-1].replace("(", "").replace(")", "").split()
    here = [option for option in models.options if option.startswith("tests/")]
    assert here and all((ROOT / folder).is_dir() for folder in here)
    assert others.options[0] == "tests"
    assert [option for option in others.options if "--ignore" in option] == [f"--ignore={folder}" for folder in here]
    # What is slow is left out on JAX, and is the second of the long parts.
    long, slow = module.parts(fast=False, long=True)
    assert long.options[:2] == ("-m", "long") and "long" in module.ON_REQUEST.split(" or ")
    marks = again.options[again.options.index("-m") + 1]
    assert marks.endswith(" and not slow") and again.environment == slow.environment
    assert slow.options == tuple(
        f"slow and {marks.removesuffix(' and not slow')}" if one == marks else one for one in again.options
    )


def test_tests_of_one_group_run_in_one_process_and_every_group_is_there() -> None:
    spec = importlib.util.spec_from_file_location("conftest_of_all", ROOT / "tests" / "conftest.py")
    conftest = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conftest)
    for place in conftest.TOGETHER:
        path, _, name = place.partition("::")
        assert (ROOT / path).exists(), place
        assert not name or f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), place
    example, group = next(iter(conftest.TOGETHER.items()))
    assert conftest.group_of(f"{example}::test_a[b]") == group
    assert conftest.group_of("tests/test_scale.py::test_a[c@d]") == "tests/test_scale.py::test_a[c@d]"
