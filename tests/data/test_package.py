"""Proves that the data layer is light to import and that an installed course finds its cards and samples."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from course_lib import data
from course_lib.data import registry

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {
    "numpy",
    "scipy",
    "sklearn",
    "mlxtend",
    "pandas",
    "requests",
    "truststore",
    "urllib.request",
    "urllib3",
    "http",
    "ssl",
    "rich",
    "filelock",
    "tarfile",
}


def _python(code: str, **environment: str) -> str:
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def test_importing_the_data_layer_imports_nothing_heavy() -> None:
    # An editable installation may have loaded some of it at the start.
    code = "import sys; before = set(sys.modules); import course_lib.data; print(*(set(sys.modules) - before))"
    new = set(_python(code).split())
    assert "course_lib.data" in new and not new & HEAVY
    assert not any(name.startswith("course_lib.data.") for name in new)


def test_reading_the_cards_and_the_samples_in_use_needs_no_numpy() -> None:
    code = (
        "import sys; from course_lib import data; data.registry.cards(); data.samples_in_use(); data.status('imdb');"
        "print('numpy' in sys.modules)"
    )
    assert _python(code) == "False"


def test_everything_that_is_promised_is_there() -> None:
    for name in data.__all__:
        assert getattr(data, name) is not None
    assert set(data.__all__) <= set(dir(data))
    with pytest.raises(AttributeError, match="imbd"):
        data.imbd  # noqa: B018


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the course, built from a copy of what belongs into it."""
    version = int(_python("import setuptools; print(setuptools.__version__)").split(".")[0])
    if version < 77:
        pytest.skip(f"needs setuptools 77 to build a wheel; here is {version}")
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("course_lib", "datasets"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file() and not path.name.startswith("."):
            shutil.copy(path, source)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", target, source]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return next(target.glob("*.whl"))


@pytest.mark.slow
def test_a_wheel_carries_the_cards_and_every_sample(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    samples = {card.sample for card in registry.cards() if card.sample}
    assert {f"course_lib/_datasets/{name}" for name in {"registry.toml", *samples}} <= names


@pytest.mark.slow
def test_a_wheel_carries_every_module_and_nothing_beside_course_lib(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "course_lib").rglob("*.py")}
    assert not modules - names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"course_lib"}


@pytest.mark.slow
def test_an_installed_course_loads_its_sample(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    code = (
        "import course_lib; from course_lib import data;"
        "print(course_lib.__file__); print(data.registry.datasets_folder());"
        "print(len(data.imdb.load('train', sample='only')))"
    )
    place, datasets, count = _python(code, PYTHONPATH=str(tmp_path / "installed")).splitlines()
    assert place.startswith(str(tmp_path)) and datasets == str(tmp_path / "installed/course_lib/_datasets")
    assert int(count) == len(data.imdb.load("train", sample="only"))
