"""A small checkout to run the command in, and the command as a script sees it: exit code, stdout, stderr."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from course_lib.cli import main
from course_lib.publishing.lesson import digest

PROSE = {
    "title": ("# Counting\n#\n# Words are counted.", "# 数数\n#\n# 数一数词。"),
    "end": ("## The end\n#\n# That was all.", "## 结尾\n#\n# 到此为止。"),
}


@dataclass(frozen=True)
class Answer:
    """How the command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def course(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """The command, in this process, in English whatever the machine speaks."""
    monkeypatch.setenv("COURSE_LANGUAGE", "en")

    def run(*arguments: str) -> Answer:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capfd.readouterr()
        return Answer(int(ended.value.code), out, err)

    return run


@pytest.fixture
def course_process(checkout: Path) -> Callable[..., subprocess.Popen[str]]:
    """The command as a process of its own, in the small checkout; `first` is run there before it."""

    def start(*arguments: str, first: str = "", **environment: str) -> subprocess.Popen[str]:
        code = f"{first}\nfrom course_lib.cli import main; main()"
        library = str(Path(__file__).resolve().parents[2])
        return subprocess.Popen(
            # -P: the installed command does not import what lies in the folder either.
            [sys.executable, "-P", "-c", code, *arguments],
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": library, "COURSE_LANGUAGE": "en", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    return start


def lesson(code: str = "print(1 + 1)", stale: bool = False) -> str:
    """The source of a lesson of one cell of code."""
    cells = []
    for name, (english, chinese) in PROSE.items():
        text = english.replace("\n# ", "\n").replace("\n#", "\n")
        of = "00000000" if stale else digest(text)
        cells.append(f'# %% [markdown] id="{name}" lang="en"\n# {english}')
        cells.append(f'# %% [markdown] id="{name}" lang="zh" of="{of}"\n# {chinese}')
    cells.insert(2, f'# %% id="count"\n{code}')
    return "\n".join(cells) + "\n"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with two lessons, which is the working folder."""
    root = tmp_path / "checkout"
    for folder in ("chapters", "course_lib"):
        (root / folder).mkdir(parents=True)
    (root / "pyproject.toml").write_text('[tool.course]\nrepository = ""\n', encoding="utf-8")
    (root / "chapters" / "01_counting.py").write_text(lesson(), encoding="utf-8")
    (root / "chapters" / "02_adding.py").write_text(lesson("print(2 + 2)"), encoding="utf-8")
    monkeypatch.chdir(root)
    return root
