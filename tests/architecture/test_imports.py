"""Proves that imports go down only, that lessons run on any backend, and that nothing heavy is loaded too early."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from .tree import ROOT, texts

# What takes a noticeable time to import.
HEAVY = {
    "IPython", "gensim", "jax", "jieba", "jupyter_client", "jupyterlab", "jupytext", "keras", "matplotlib", "mlxtend",
    "nbclient", "nbformat", "nltk", "numpy", "pandas", "psutil", "requests", "rich", "scipy", "sklearn", "sphinx",
    "tensorflow", "tokenizers", "torch", "urllib.request",
}  # fmt: skip


def _loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.__stderr__)"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return set(json.loads(answer.stderr.splitlines()[-1]))


def test_imports_go_down_only() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    answer = subprocess.run(
        [*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_nothing_private_of_keras_is_used() -> None:
    private = re.compile(r"\bkeras\.src\b")
    assert [path for path, text in texts(".py").items() if private.search(text)] == []


@pytest.mark.parametrize(
    "statement",
    [
        "import course_lib",
        "import course_lib.data",
        "import course_lib.preprocessing",
        "from course_lib import tr, check",
        "import course_lib.publishing",
        "import course_lib.session.starting, course_lib.training.devices",
        "import course_lib.cli",
        "import course_lib.cli as cli\ntry: cli.main(['--help'])\nexcept SystemExit: pass",
        "import course_lib.cli as cli\ntry: cli.main(['run', '--help'])\nexcept SystemExit: pass",
    ],
)
def test_nothing_heavy_is_loaded_by(statement: str) -> None:
    assert not _loaded_by(statement) & HEAVY


def test_the_check_for_heavy_imports_would_see_one() -> None:
    assert _loaded_by("import numpy") & HEAVY == {"numpy"}
