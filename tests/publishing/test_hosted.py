"""Proves that the set-up cell, run among the packages of Colab and Kaggle, brings the course and what is missing, never
changes what was there, and that every lesson then runs from its first cell to its last.

It makes an environment with their versions, which takes minutes and the net; `COURSE_HOSTED_PYTHON` names one that is
there already, from which a course is taken out before.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from course_lib.publishing import source
from course_lib.publishing.notebooks import Publication, notebook, to_bytes

pytestmark = [pytest.mark.long, pytest.mark.skipif(os.name != "posix", reason="builds an environment as on Linux")]

ROOT = Path(__file__).resolve().parents[2]
# Colab's and Kaggle's in November 2026, and the small packages that they have.
THEIRS = (
    *("tensorflow-cpu==2.20.*", "keras==3.13.*", "numpy==2.1.*", "ipywidgets==7.7.*", "matplotlib==3.10.*"),
    *("scipy==1.16.*", "scikit-learn==1.6.*", "pandas==2.2.*", "nltk", "tokenizers", "requests", "filelock"),
    *("platformdirs", "rich", "ipykernel"),
)
LESSONS = sorted((ROOT / "chapters").glob("[0-9][0-9]_*.py"))


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with their packages and without the course."""
    named = os.environ.get("COURSE_HOSTED_PYTHON")
    if named:
        # An older course would be found there and kept.
        subprocess.run([named, "-m", "pip", "uninstall", "--quiet", "--yes", "course-lib"], check=True)
        return Path(named)
    folder = tmp_path_factory.mktemp("hosted") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    found = folder / "bin" / "python"
    command = [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", *THEIRS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"their packages cannot be had here: {done.stderr[-300:]}")
    return found


def _freeze(python: Path) -> dict[str, str]:
    lines = subprocess.run(
        [str(python), "-m", "pip", "freeze"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    pairs = (line.replace(" @ ", "==").split("==") for line in lines)
    return {name: version for name, version in pairs if name != "course-lib"}


def _run(python: Path, path: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [str(python), str(Path(__file__).with_name("hosted.py")), str(path)],
        cwd=path.parent,
        env={**environment, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def environment(python: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a lesson runs with: no way to this checkout but through the set-up cell."""
    left_out = ("PYTHONPATH", "KERAS_BACKEND", "COURSE_DATA")
    inherited = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**inherited, "COURSE_SCALE": "smoke"}


def _written(path: Path, folder: Path) -> Path:
    """The student's notebook of a lesson of a course that is published where this checkout lies."""
    made = notebook(source.parse(path), "en", "student", Publication(ROOT.as_uri(), {}))
    target = folder / f"{path.stem}.ipynb"
    target.write_bytes(to_bytes(made))
    return target


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_brings_the_course_runs_and_changes_no_package(
    path: Path, python: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    before = _freeze(python)
    said = _run(python, _written(path, tmp_path), environment)
    after = _freeze(python)
    assert {name: after.get(name) for name in before} == before
    new = set(after) - set(before)
    assert not new & {"jax", "tensorflow", "torch", "keras", "numpy"}, new
    assert "on Keras 3.13" in said
