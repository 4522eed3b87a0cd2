"""Proves that the set-up cell runs anywhere: at once where the course is, after fetching it on a hosted machine, with
plain advice where it cannot be fetched; and that it never touches what a hosted machine has."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

from course_lib.publishing.setup_cell import SMALL_PACKAGES, setup_code

REPOSITORY = "https://github.com/example/course@v1.0"
# What hosted notebooks bring themselves, and what only a checkout needs.
NOT_FETCHED = {
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "numpy",
    "scipy",
    "scikit-learn",
    "joblib",  # comes with scikit-learn
    "matplotlib",
    "ipykernel",
    "click",
    "jupyterlab",
    "jupyterlab-language-pack-zh-CN",
    "jupytext",
    "markdown-it-py",
    "nbformat",
    "nbclient",
    "packaging",
    "psutil",
    "requests",  # comes with TensorFlow
    "wcwidth",  # comes with ipykernel
    "urllib3",  # comes with requests
}


class Machine:
    """A machine without the course; installing it from its repository puts a stand-in there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, missing: set[str], reachable: bool = True) -> None:
        self.commands: list[list[str]] = []
        self.started: list[dict[str, object]] = []
        self.kept: list[str] = []
        self.reachable = reachable
        self._monkeypatch = monkeypatch
        # None makes an import fail as if the module were not there.
        monkeypatch.setitem(sys.modules, "course_lib", None)
        find = importlib.util.find_spec
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in missing else find("json"))
        monkeypatch.setattr(subprocess, "run", self._run)

    def _run(self, command: list[str], **_: object) -> subprocess.CompletedProcess:
        if "--constraint" in command:
            place = command.index("--constraint")
            self.kept = Path(command[place + 1]).read_text(encoding="utf-8").splitlines()
            command = [*command[:place], *command[place + 2 :]]
        self.commands.append(command)
        if not self.reachable:
            return subprocess.CompletedProcess(command, 1)
        if any(part.startswith("git+") for part in command):
            self.course()
        return subprocess.CompletedProcess(command, 0)

    def course(self) -> None:
        """Put the stand-in there."""
        stand_in = types.ModuleType("course_lib")
        stand_in.start = lambda **given: self.started.append(given)
        stand_in.check = stand_in.dial = None
        self._monkeypatch.setitem(sys.modules, "course_lib", stand_in)


@pytest.mark.parametrize("repository", ["", REPOSITORY])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_where_the_course_is_nothing_is_fetched(language: str, repository: str, monkeypatch: pytest.MonkeyPatch):
    machine = Machine(monkeypatch, missing=set())
    machine.course()
    exec(setup_code(3, language, repository), {})
    assert machine.started == [{"chapter": 3, "language": language}]
    assert machine.commands == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_a_hosted_machine_the_course_comes_alone_and_then_what_is_missing(
    language: str, monkeypatch: pytest.MonkeyPatch
):
    machine = Machine(monkeypatch, missing={"mlxtend", "tokenizers"})
    exec(setup_code(1, language, REPOSITORY), {})
    # -P: a file called pip.py in the reader's folder is not run in its place.
    pip = [sys.executable, "-P", "-m", "pip", "install", "--quiet"]
    assert machine.commands == [
        [*pip, "--no-deps", f"git+{REPOSITORY}"],
        [*pip, SMALL_PACKAGES["mlxtend"], SMALL_PACKAGES["tokenizers"]],
    ]
    assert machine.started == [{"chapter": 1, "language": language}]


def test_what_is_there_is_kept_at_its_version(monkeypatch: pytest.MonkeyPatch):
    """A small package may ask for a newer NumPy, and pip would replace the one that TensorFlow was built for."""
    machine = Machine(monkeypatch, missing={"mlxtend"})
    exec(setup_code(1, "en", REPOSITORY), {})
    assert f"numpy=={importlib.metadata.version('numpy')}" in machine.kept
    assert f"keras=={importlib.metadata.version('keras')}" in machine.kept
    assert all(re.fullmatch(r"\S+==[0-9][0-9a-z.+]*", line) for line in machine.kept)


def test_where_nothing_else_is_missing_only_the_course_is_fetched(monkeypatch: pytest.MonkeyPatch):
    machine = Machine(monkeypatch, missing=set())
    exec(setup_code(1, "en", REPOSITORY), {})
    assert len(machine.commands) == 1


@pytest.mark.parametrize(("language", "words"), [("en", "turn on Internet"), ("zh", "打开 Internet")])
def test_a_machine_without_the_net_gets_advice(language: str, words: str, monkeypatch: pytest.MonkeyPatch):
    machine = Machine(monkeypatch, missing=set(), reachable=False)
    with pytest.raises(ConnectionError, match=words):
        exec(setup_code(1, language, REPOSITORY), {})
    assert machine.started == []


@pytest.mark.parametrize(("language", "words"), [("en", "run `make lab`"), ("zh", "运行 `make lab`")])
def test_a_course_without_a_public_address_tells_how_to_open_it(
    language: str, words: str, monkeypatch: pytest.MonkeyPatch
):
    machine = Machine(monkeypatch, missing=set())
    with pytest.raises(ModuleNotFoundError, match=words):
        exec(setup_code(1, language, ""), {})
    assert machine.commands == []


def test_every_requirement_is_either_fetched_or_knowingly_not():
    lines = (Path(__file__).parents[2] / "requirements.txt").read_text(encoding="utf-8").splitlines()
    required = {}
    for line in lines:
        requirement = line.split("#")[0].split(";")[0].strip()
        if requirement:
            required[re.match(r"[A-Za-z0-9-]+", requirement)[0]] = requirement
    names = {re.match(r"[A-Za-z0-9-]+", package)[0]: package for package in SMALL_PACKAGES.values()}
    assert {name: required[name] for name in names} == names
    assert set(required) - set(names) <= NOT_FETCHED


def test_no_heavy_package_is_ever_named():
    fetched = {re.match(r"[A-Za-z0-9_-]+", package)[0] for package in SMALL_PACKAGES.values()}
    heavy = {"tensorflow", "tensorflow-cpu", "keras", "numpy", "jax", "torch", "scipy"}
    assert not fetched & heavy
    named = set(re.findall(r"[a-z0-9_-]+", setup_code(1, "en", REPOSITORY).lower()))
    assert not named & heavy
