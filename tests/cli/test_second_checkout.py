"""Proves that with one checkout installed, a second one works on its own library, or says that it cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.base.errors import EnvironmentProblem
from course_lib.cli import handing
from course_lib.session import starting

from .conftest import lesson

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """A copy of this checkout, one lesson in it, whose library says where it is and has another version."""
    root = tmp_path / "second"
    for folder in ("course_lib", "datasets"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "pyproject.toml").write_text('[tool.course]\nrepository = ""\n', encoding="utf-8")
    init = root / "course_lib" / "__init__.py"
    init.write_text(init.read_text(encoding="utf-8").replace('__version__ = "', '__version__ = "2.'), encoding="utf-8")
    (root / "chapters").mkdir()
    (root / "chapters" / "01_counting.py").write_text(
        lesson("import course_lib\nprint(course_lib.__file__)"), encoding="utf-8"
    )
    return root


def _course(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The installed command, which is this checkout's, in a folder."""
    code = "from course_lib.cli import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KERAS_BACKEND": "numpy"}
    return subprocess.run(
        [sys.executable, "-P", "-c", code, *words], cwd=folder, env=environment, capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip


def test_the_command_is_that_of_the_folder_it_is_called_in(second: Path) -> None:
    assert _course(second / "chapters", "--version").stdout.startswith("course, version 2.")
    assert not _course(ROOT, "--version").stdout.startswith("course, version 2.")
    wrong = _course(second, "run", "--scale", "huge")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1), "words and exit code go through"


def test_kernels_that_the_command_starts_take_its_library(second: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    became = []
    monkeypatch.chdir(second)
    monkeypatch.setattr(handing, "become", lambda command, environment: became.append(environment["PYTHONPATH"]))
    handing.hand_over()
    assert became[0].split(os.pathsep)[0] == str(second)
    monkeypatch.chdir(ROOT)
    handing.hand_over()
    assert len(became) == 1, "in its own checkout nothing changes"


@pytest.mark.slow
def test_a_lesson_runs_on_the_library_beside_it(second: Path) -> None:
    ran = _course(second, "run", "--scale", "smoke")
    assert ran.returncode == 0, ran.stderr
    (executed,) = (second / "build" / "executed").rglob("*.ipynb")
    assert str(second / "course_lib") in executed.read_text(encoding="utf-8")


def test_where_python_takes_the_other_library_all_the_same_it_is_one_line(
    second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(second)
    monkeypatch.setattr(sys, "path", [str(second), *sys.path])
    with pytest.raises(EnvironmentProblem, match="install the one you mean: python -m pip install --no-deps -e"):
        handing.hand_over()


def test_a_notebook_refuses_the_library_of_another_checkout_and_says_where_it_belongs(
    second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebooks = second / "chapters" / "zh"
    notebooks.mkdir()
    monkeypatch.chdir(notebooks)
    with pytest.raises(EnvironmentProblem) as raised:
        starting.start(1, "zh")
    assert "\n" not in str(raised.value) and f"属于 {second} 中的课程" in str(raised.value)
    with pytest.raises(EnvironmentProblem, match="run `make lab` or `course lab` in"):
        starting.start(1, "en")


def test_a_copy_of_the_same_library_is_taken(second: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copyfile(ROOT / "course_lib" / "__init__.py", second / "course_lib" / "__init__.py")
    monkeypatch.chdir(second / "chapters")
    starting._refuse_another_checkouts_library()
    metrics = second / "course_lib" / "metrics.py"
    metrics.write_text("changed = True")
    with pytest.raises(EnvironmentProblem):
        starting._refuse_another_checkouts_library()
    metrics.unlink()
    with pytest.raises(EnvironmentProblem):
        starting._refuse_another_checkouts_library()
