"""Proves that the commands make their environment once and whole, and that CI and the workflow run all tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
import warnings
from pathlib import Path

import pytest
import yaml

from .tree import ROOT

posix = pytest.mark.skipif(
    os.name != "posix" or shutil.which("make") is None, reason="needs make, which Windows does without"
)

# Without the variable by which CI asks make for more than a reader gets.
_PLAIN = {name: value for name, value in os.environ.items() if name != "EXTRAS"}

# A Python that notes how it is called instead of installing anything.
FAKE_PYTHON = """#!/bin/sh
echo "$*" >>"$FAKE_LOG"
case "$*" in
  --version) echo "Python 3.10.2" ;;
  "-c "*) exit "${FAKE_SUPPORTED:-0}" ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && printf '#!/bin/sh\\necho ran "$@"\\n' >"$3/bin/course" &&
    chmod +x "$3/bin/course" ;;
  "-m pip install "*) exit "${FAKE_PIP:-0}" ;;
esac
"""


class Folder:
    """A copy of what make needs, with a Python that only takes notes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log = path / "log"
        for name in ("Makefile", "pyproject.toml", "requirements.txt", "requirements.lock"):
            shutil.copyfile(ROOT / name, path / name)
        python = path / "python"
        python.write_text(FAKE_PYTHON, encoding="utf-8")
        python.chmod(0o755)

    def make(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Call make."""
        self.log.write_text("", encoding="utf-8")
        return subprocess.run(
            ["make", "--no-print-directory", *words, f"PYTHON={self.path / 'python'}"],
            cwd=self.path,
            env={**_PLAIN, "FAKE_LOG": str(self.log), "MAKEFLAGS": "", **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def installations(self) -> list[str]:
        """The calls of pip in the last call of make."""
        return [line for line in self.log.read_text(encoding="utf-8").splitlines() if " pip install " in line]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@posix
def test_course_makes_the_environment_once(folder: Folder) -> None:
    first = folder.make("course")
    assert first.returncode == 0, first.stderr
    assert first.stdout.endswith("ran all\n")
    (installation,) = folder.installations
    assert "-c requirements.lock" in installation
    assert installation.endswith("-e .[site]")
    second = folder.make("course")
    assert second.stdout.endswith("ran all\n")
    assert folder.installations == []


@posix
def test_test_installs_more_and_course_is_content_with_that(folder: Folder) -> None:
    assert folder.make("course").returncode == 0
    assert folder.make("test").returncode == 0
    assert [line.split()[-1] for line in folder.installations] == [".[site,test]"]
    assert "tests/run_all.py" in folder.log.read_text(encoding="utf-8")
    assert folder.make("course").returncode == 0
    assert folder.installations == []


@posix
def test_what_test_installs_can_be_widened(folder: Folder) -> None:
    assert folder.make("test", EXTRAS="site,test,torch").returncode == 0
    assert [line.split()[-1] for line in folder.installations] == [".[site,test,torch]"]


@posix
def test_without_a_terminal_an_installation_is_one_line(folder: Folder) -> None:
    made = folder.make("course")
    assert made.returncode == 0
    assert all(" --quiet " in line for line in folder.installations) and folder.installations
    assert [line.split()[0] for line in made.stdout.splitlines()] == ["Installing", ".venv/bin/course", "ran"]


@posix
def test_on_a_terminal_pip_shows_how_far_it_is(folder: Folder) -> None:
    import pty

    ours, theirs = pty.openpty()
    try:
        environment = {**_PLAIN, "FAKE_LOG": str(folder.log), "MAKEFLAGS": ""}
        command = ["make", "course", f"PYTHON={folder.path / 'python'}"]
        subprocess.run(command, cwd=folder.path, env=environment, stdout=theirs, stderr=theirs, check=True)
    finally:
        os.close(ours)
        os.close(theirs)
    assert folder.installations and not any("--quiet" in line for line in folder.installations)


@posix
@pytest.mark.parametrize("name", ["requirements.txt", "requirements.lock", "pyproject.toml"])
def test_a_changed_requirement_installs_again(folder: Folder, name: str) -> None:
    assert folder.make("course").returncode == 0
    later = time.time() + 5
    os.utime(folder.path / name, (later, later))
    assert folder.make("course").returncode == 0
    assert len(folder.installations) == 1


@posix
def test_an_installation_that_broke_off_is_taken_up_again(folder: Folder) -> None:
    assert folder.make("course", FAKE_PIP="1").returncode != 0
    assert folder.make("course").returncode == 0
    assert len(folder.installations) == 1


@posix
def test_an_installation_that_broke_off_after_a_change_leaves_no_stamp_of_the_old_one(folder: Folder) -> None:
    assert folder.make("course").returncode == 0
    later = time.time() + 5
    os.utime(folder.path / "requirements.lock", (later, later))
    assert folder.make("course", FAKE_PIP="1").returncode != 0
    assert not (folder.path / ".venv" / ".for-course").exists()


@posix
def test_an_environment_that_broke_off_is_made_anew(folder: Folder) -> None:
    (folder.path / ".venv" / "bin").mkdir(parents=True)
    (folder.path / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    assert folder.make("course").returncode == 0
    assert "-m venv .venv" in folder.log.read_text(encoding="utf-8")


@posix
def test_an_environment_that_works_is_kept_whoever_made_it(folder: Folder) -> None:
    subprocess.run(
        [folder.path / "python", "-m", "venv", folder.path / ".venv"],
        env={**_PLAIN, "FAKE_LOG": str(folder.log)},
        check=True,
    )
    assert folder.make("course").returncode == 0
    assert "-m venv" not in folder.log.read_text(encoding="utf-8")


@posix
def test_a_python_that_is_too_old_is_refused_in_one_sentence(folder: Folder) -> None:
    answer = folder.make("course", FAKE_SUPPORTED="1")
    assert answer.returncode != 0
    assert "error: the course needs Python 3.11, 3.12 or 3.13; " in answer.stderr
    assert "is Python 3.10.2" in answer.stderr
    assert not (folder.path / ".venv").exists()


@posix
def test_lab_takes_the_language_and_options(folder: Folder) -> None:
    answer = folder.make("lab", "LANGUAGE=zh", "OPTIONS=--no-browser")
    assert answer.stdout.endswith("ran lab --language zh --no-browser\n")


@posix
def test_clean_leaves_only_what_came_with_the_course(folder: Folder) -> None:
    assert folder.make("course").returncode == 0
    for made in ("build/site", "course_lib/__pycache__"):
        (folder.path / made).mkdir(parents=True)
    assert folder.make("clean").returncode == 0
    assert not (folder.path / ".venv").exists()
    assert not (folder.path / "build").exists()
    assert not (folder.path / "course_lib" / "__pycache__").exists()
    assert (folder.path / "requirements.lock").exists()


@posix
def test_make_alone_says_what_it_can_do(folder: Folder) -> None:
    said = folder.make().stdout
    for target in ("course", "test", "lab", "test-fast", "bench", "lock", "clean"):
        assert target in said


@pytest.fixture(scope="module")
def workflow() -> dict:
    path = ROOT / ".github" / "workflows" / "test.yml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_workflow_covers_every_system_and_python(workflow: dict) -> None:
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]
    assert {system.split("-")[0] for system in matrix["system"]} == {"ubuntu", "macos", "windows"}
    assert matrix["python"] == ["3.11", "3.12", "3.13"]
    assert workflow["env"]["COURSE_SCALE"] == "quick"


def test_the_workflow_runs_all_tests_and_all_lessons(workflow: dict) -> None:
    commands = "\n".join(step.get("run", "") for step in workflow["jobs"]["test"]["steps"])
    assert 'pip install -c requirements.lock -e ".[site,test]"' in commands
    assert "python tests/run_all.py" in commands
    assert "course all" in commands


@pytest.mark.parametrize("name", ["test.yml", "weekly.yml"])
def test_every_workflow_uses_nobodys_actions_but_githubs_own_and_pins_them_by_commit(name: str) -> None:
    path = ROOT / ".github" / "workflows" / name
    text = path.read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"].values()
    used = [step["uses"] for job in jobs for step in job["steps"] if "uses" in step]
    assert used and all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", each) for each in used), used
    # The version beside it is for people.
    assert len(re.findall(r"uses: \S+ # v\d+\.\d+\.\d+$", text, re.MULTILINE)) == len(used)


def test_a_weekly_run_asks_the_data_sets_sites_and_tries_the_newest_packages() -> None:
    weekly = yaml.safe_load((ROOT / ".github" / "workflows" / "weekly.yml").read_text(encoding="utf-8"))
    (when,) = weekly[True]["schedule"]  # YAML takes the word "on" for true
    assert re.fullmatch(r"\d+ \d+ \* \* \d", when["cron"])
    commands = [step["run"] for step in weekly["jobs"]["data"]["steps"] if "run" in step]
    assert any("-m net" in one for one in commands)
    (fetch,) = (one for one in commands if "data fetch" in one)
    assert "data verify" in fetch and "||" not in fetch  # a failure is told, not passed over
    packages = weekly["jobs"]["packages"]
    assert packages["strategy"]["matrix"]["packages"] == ["pinned", "newest"]
    (newest,) = (step["run"] for step in packages["steps"] if "newest" in step.get("if", ""))
    assert "requirements.lock" not in newest
    assert weekly["permissions"] == {"contents": "read"}


def test_pages_are_published_from_the_main_branch_alone(workflow: dict) -> None:
    job = workflow["jobs"]["pages"]
    assert "github.ref == 'refs/heads/main'" in job["if"]
    assert job["needs"] == "test"
    assert job["permissions"] == {"pages": "write", "id-token": "write"}
    assert workflow["permissions"] == {"contents": "read"}


@posix
def test_ci_is_a_script_that_ends_in_make_test() -> None:
    script = ROOT / ".ci" / "run"
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert script.read_text(encoding="utf-8").rstrip().endswith("exec make test </dev/null")


@posix
def test_ci_finds_the_data_beside_the_checkout(tmp_path: Path) -> None:
    (tmp_path / "checkout" / ".ci").mkdir(parents=True)
    (tmp_path / "shared" / "data").mkdir(parents=True)
    shutil.copyfile(ROOT / ".ci" / "run", tmp_path / "checkout" / ".ci" / "run")
    tools = tmp_path / "tools"
    tools.mkdir()
    # Nothing is installed: every tool seems to be there, and nobody is root.
    for name, code in (("make", 'echo "data: $COURSE_DATA, told: $*"'), ("id", "echo 1000")):
        (tools / name).write_text(f"#!/bin/sh\n{code}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name != "COURSE_DATA"}
    environment["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"
    answer = subprocess.run(
        ["bash", ".ci/run"], cwd=tmp_path / "checkout", env=environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout == f"data: {tmp_path / 'shared' / 'data'}, told: test\n"


@pytest.mark.skipif((os.environ.get("KERAS_BACKEND") or "tensorflow") != "tensorflow", reason="they pass elsewhere")
def test_a_warning_that_nobody_has_named_fails_a_test() -> None:
    with pytest.raises(FutureWarning, match="whoever calls this"):
        warnings.warn("whoever calls this will have to change", FutureWarning, stacklevel=1)


def test_others_warnings_are_named_by_message_kind_and_module(pytestconfig: pytest.Config) -> None:
    kept = pytestconfig.getini("filterwarnings")
    shown = "default::pytest.PytestUnraisableExceptionWarning"
    assert kept[:3] == ["error", r"error:::course_lib\..*", shown]
    assert all(line.startswith("ignore:") and line.count(":") == 3 for line in kept[3:])  # message, kind and module
