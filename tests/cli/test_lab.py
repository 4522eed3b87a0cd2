"""Proves that `course lab` opens the right edition, on this machine alone, with a token, asking no net for news."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.cli import lab

from .conftest import Answer

Course = Callable[..., Answer]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    """What would have been started."""
    found = []
    monkeypatch.setattr(lab, "_is_root", lambda: False)
    monkeypatch.setattr(lab, "become", lambda command, environment: found.append((command, environment)))
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_edition_is_opened_in_the_folder_of_the_course(
    course: Course, checkout: Path, started: list, language: str
) -> None:
    assert course("lab", "--language", language).code == 0
    ((command, _),) = started
    assert command[:4] == [sys.executable, "-P", "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={checkout}" in command
    assert f"--LabApp.default_url=/lab/tree/chapters/{language}" in command
    assert "--ServerApp.ip=127.0.0.1" in command
    assert not any("token" in word or "password" in word for word in command)


def test_root_is_told_what_to_type_and_what_it_means(
    course: Course, checkout: Path, started: list, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(lab, "_is_root", lambda: True)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "settings"))
    answer = course("lab")
    assert (answer.code, started) == (4, [])
    assert answer.err.count("\n") == 1
    assert "make lab OPTIONS=--allow-root" in answer.err and "code in a notebook may do anything" in answer.err
    for words in (["--allow-root"], ["--no-browser", "--ServerApp.allow_root=True"], ["--version"]):
        assert course("lab", *words).code == 0
    assert len(started) == 3
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "jupyter_server_config.py").write_text("c.ServerApp.allow_root = True")
    assert course("lab").code == 0, "a container whose settings allow it"


def test_other_options_go_to_jupyterlab_as_they_are(course: Course, checkout: Path, started: list) -> None:
    assert course("lab", "--no-browser", "--port=9000", "--language", "zh").code == 0
    assert started[0][0][-2:] == ["--no-browser", "--port=9000"]


def test_the_readers_own_settings_path_is_kept(
    course: Course, checkout: Path, started: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "mine")
    course("lab")
    course("lab", "--language", "zh")
    english, chinese = (environment["JUPYTER_CONFIG_PATH"].split(os.pathsep) for _, environment in started)
    assert [Path(place).name for place in english] == ["common", "mine"]
    assert [Path(place).name for place in chinese] == ["common", "zh", "mine"]


def test_kernels_keep_one_heap_unless_the_reader_wants_more(
    course: Course, checkout: Path, started: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    course("lab")
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    course("lab")
    assert [environment["MALLOC_ARENA_MAX"] for _, environment in started] == ["1", "4"]


def test_without_jupyterlab_the_line_that_installs_it_is_said(
    course: Course, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab.importlib.util, "find_spec", lambda name: None)
    answer = course("lab")
    assert answer.code == 4
    assert "python -m pip install -c requirements.lock jupyterlab" in answer.err


def _ask(address: str) -> str:
    # The server says its address a moment before it listens.
    until = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                return answer.read().decode("utf-8")
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


@pytest.mark.slow
def test_a_real_lab_wants_its_token_speaks_chinese_brings_no_news_and_runs_no_file_that_lies_about(
    checkout: Path, course_process: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    for name in ("jupyterlab", "tornado", "zmq", "json"):
        (checkout / f"{name}.py").write_text("raise SystemExit('a download was run')\n", encoding="utf-8")
    options = ["--no-browser", "--port=0", *(["--allow-root"] if hasattr(os, "getuid") and os.getuid() == 0 else [])]
    process = course_process(
        "lab", "--language", "zh", *options, JUPYTER_CONFIG_DIR=str(tmp_path), JUPYTER_DATA_DIR=str(tmp_path)
    )
    try:
        said = []
        until = time.monotonic() + 120
        while not (found := re.search(r"(http://127\.0\.0\.1:\d+)/lab/tree/chapters/zh\?(token=\w+)", "".join(said))):
            assert time.monotonic() < until, "".join(said)
            said.append(process.stderr.readline())
            assert said[-1], "".join(said)
        server, token = found.groups()
        with pytest.raises(urllib.error.HTTPError, match="403"):
            _ask(f"{server}/api/contents")
        setting = json.loads(_ask(f"{server}/lab/api/settings/@jupyterlab/translation-extension:plugin?{token}"))
        assert setting["schema"]["properties"]["locale"]["default"] == "zh_CN"
        assert "zh_CN" in json.loads(_ask(f"{server}/lab/api/translations/?{token}"))["data"]
        page = _ask(f"{server}/lab?{token}")
        config = json.loads(
            re.search(r'id="jupyter-config-data" type="application/json">\s*(\{.*?\})\s*</script>', page, re.S)[1]
        )
        assert "@jupyterlab/apputils-extension:announcements" in config["disabledExtensions"]
        chapters = json.loads(_ask(f"{server}/api/contents/chapters?{token}"))["content"]
        assert "01_counting.py" in {entry["name"] for entry in chapters}
    finally:
        process.terminate()
        process.communicate(timeout=60)
