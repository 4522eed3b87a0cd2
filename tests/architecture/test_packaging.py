"""Proves that the course installs the same everywhere: what is imported is declared, what is declared is pinned."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from .tree import ROOT, texts, tracked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
SYSTEMS = {
    "Linux": {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64", "os_name": "posix"},
    "macOS": {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64", "os_name": "posix"},
    "Windows": {"sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64", "os_name": "nt"},
}
PYTHONS = ("3.11", "3.12", "3.13")


def _lines(name: str) -> list[str]:
    # Checksums stand in lines of their own, each joined to the one before it.
    text = re.sub(r" \\\n\s+--hash=\S+", "", (ROOT / name).read_text(encoding="utf-8"))
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _requirement(line: str) -> Requirement:
    return Requirement(re.split(r"\s+#", line, maxsplit=1)[0].strip())


DIRECT = [_requirement(line) for line in _lines("requirements.txt")]
LOCKED = [_requirement(line) for line in _lines("requirements.lock")]


def _environment(system: str, python: str) -> dict[str, str]:
    return {**default_environment(), **SYSTEMS[system], "python_version": python, "python_full_version": f"{python}.5"}


def test_every_direct_dependency_gives_its_reason() -> None:
    silent = [line for line in _lines("requirements.txt") if not re.search(r"\s# \S.{3,}", line)]
    assert not silent, "\n".join(silent)


def test_the_installed_package_asks_for_what_requirements_txt_names() -> None:
    declared = {
        canonicalize_name(Requirement(line).name): Requirement(line).specifier
        for line in importlib.metadata.requires("course-lib")
        if "extra ==" not in line
    }
    assert declared == {canonicalize_name(one.name): one.specifier for one in DIRECT}


def test_the_extras_of_the_course_are_there() -> None:
    assert set(EXTRAS) == {"gpu", "tpu", "torch", "serve", "test", "site"}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_dependency_is_pinned_once_within_its_range(system: str, python: str) -> None:
    environment = _environment(system, python)
    pins: dict[str, list[Version]] = {}
    for pin in LOCKED:
        if pin.marker is None or pin.marker.evaluate(environment):
            (specifier,) = pin.specifier
            assert specifier.operator == "=="
            pins.setdefault(canonicalize_name(pin.name), []).append(Version(specifier.version))
    twice = {name: versions for name, versions in pins.items() if len(versions) > 1}
    assert not twice
    wanted = [*DIRECT, *(Requirement(line) for lines in EXTRAS.values() for line in lines)]
    for one in wanted:
        if one.marker is None or one.marker.evaluate(environment):
            name = canonicalize_name(one.name)
            assert name in pins, f"{one.name} is not pinned on {system} with Python {python}; run: make lock"
            assert pins[name][0] in one.specifier, f"{one.name}: {pins[name][0]} is not {one.specifier}; run: make lock"


def test_exactly_one_tensorflow_is_asked_for_on_every_system() -> None:
    for system in SYSTEMS:
        environment = _environment(system, "3.12")
        chosen = [one.name for one in DIRECT if one.name.startswith("tensorflow") and one.marker.evaluate(environment)]
        assert len(chosen) == 1, (system, chosen)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements.lock", "binder/requirements.txt"])
def test_no_requirement_names_a_place_to_fetch_it_from(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:|--(index|find|extra)|@ ", text)


def test_every_package_of_the_binder_image_is_known_by_its_checksum() -> None:
    text = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8")
    pinned = re.split(r"^(?=\S+==)", text, flags=re.MULTILINE)[1:]
    assert len(pinned) == len(_lines("binder/requirements.txt"))
    bare = [one for one in pinned if not re.match(r"\S+==\S+ \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+$", one)]
    assert not bare, bare[:1]


def test_binder_gets_the_pinned_versions_and_keeps_its_own_jupyterlab() -> None:
    python = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert python in PYTHONS
    environment = _environment("Linux", python)
    pins = {
        canonicalize_name(pin.name): str(pin.specifier)
        for pin in LOCKED
        if pin.marker is None or pin.marker.evaluate(environment)
    }
    binder = {
        canonicalize_name(pin.name): str(pin.specifier) for pin in map(_requirement, _lines("binder/requirements.txt"))
    }
    assert binder.items() <= pins.items(), "run: make lock"
    needed = {canonicalize_name(one.name) for one in DIRECT if not one.marker or one.marker.evaluate(environment)}
    assert needed - binder.keys() == {"jupyterlab"}


def _imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


def test_what_the_library_imports_is_declared() -> None:
    distributions = importlib.metadata.packages_distributions()
    names = [*DIRECT, *(Requirement(line) for extra in ("site", "test") for line in EXTRAS[extra])]
    declared = {canonicalize_name(one.name) for one in names}
    # Brought by one that is declared, and part of what that one promises.
    promised = {"cycler", "docutils", "starlette", "fonttools", "ipython", "jupyter-client", "jupyter-core"}
    promised |= {
        "jupyter-server",
        "markdown-it-py",
        "mdit-py-plugins",
        "myst-parser",
        "pygments",
        "snowballstemmer",
        "threadpoolctl",
        "tornado",
        "traitlets",
    }
    undeclared = set()
    for path, text in texts(".py").items():
        if not path.startswith("course_lib/"):
            continue
        for name in _imported(ast.parse(text)):
            if name in sys.stdlib_module_names or name in {"course_lib", "tensorflow", "jax", "torch"}:
                continue
            brought_by = {canonicalize_name(found) for found in distributions.get(name, [name])}
            if not brought_by & (declared | promised):
                undeclared.add(f"{path}: {name}")
    assert not undeclared, "\n".join(sorted(undeclared))


def test_the_list_of_packages_is_the_folders_of_the_library() -> None:
    folders = {path.parent for path in tracked() if path.parts[0] == "course_lib" and path.suffix == ".py"}
    packages = {".".join(folder.parts) for folder in folders}
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == packages | {"course_lib._datasets"}


@pytest.mark.slow
def test_a_wheel_holds_the_data_sets_cards_and_every_file_of_the_library(tmp_path: Path) -> None:
    pytest.importorskip("setuptools", minversion="77", reason="needs setuptools 77 to build a wheel without the net")
    copy = tmp_path / "course"
    for path in tracked():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, copy / path)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path)]
    built = subprocess.run([*command, str(copy)], capture_output=True, text=True, encoding="utf-8", check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    wanted = {path.as_posix() for path in tracked() if path.parts[0] == "course_lib"}
    wanted |= {f"course_lib/_datasets/{path.name}" for path in tracked() if path.parts[0] == "datasets"}
    assert wanted <= held, sorted(wanted - held)
    assert {name.partition("/")[0].partition("-")[0] for name in held} == {"course_lib"}
    assert any(name.endswith("LICENSE-CONTENT") for name in held)
