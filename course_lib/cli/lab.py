"""`course lab`: JupyterLab on this machine alone, open at the lessons."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import tempfile
from pathlib import Path

import click

from course_lib.cli.options import LANGUAGE, checkout
from course_lib.errors import EnvironmentProblem

_CHINESE_PACK = "jupyterlab_language_pack_zh_CN"


@click.command(short_help="Open the lessons in JupyterLab.", context_settings={"ignore_unknown_options": True})
@click.option("--language", type=LANGUAGE, default="en", show_default=True, help="The edition to open.")
@click.argument("lab_options", nargs=-1, type=click.UNPROCESSED)
def lab(language: str, lab_options: tuple[str, ...]) -> None:
    """Open the lessons in JupyterLab, with a token, on this machine alone.

    LAB_OPTIONS go to JupyterLab as they are, such as --no-browser or --port=9000.
    """
    root = checkout()
    if importlib.util.find_spec("jupyterlab") is None:
        raise EnvironmentProblem(
            "JupyterLab is not installed; run: python -m pip install -c requirements.lock jupyterlab"
        )
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/chapters/{language}",
        *lab_options,
    ]
    environment = dict(os.environ)
    if language == "zh" and importlib.util.find_spec(_CHINESE_PACK):
        environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
            filter(None, (str(_chinese_settings()), environment.get("JUPYTER_CONFIG_PATH")))
        )
    _become(command, environment)


def _chinese_settings() -> Path:
    """A folder of Jupyter settings that makes Lab's menus Chinese where the reader has chosen nothing else.

    It is made anew in the system's place for temporary files; the reader's own settings are not touched.
    """
    folder = Path(tempfile.mkdtemp(prefix="course-lab-"))
    (folder / "labconfig").mkdir()
    overrides = {"@jupyterlab/translation-extension:plugin": {"locale": "zh_CN"}}
    (folder / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(overrides), encoding="utf-8")
    return folder


def _become(command: list[str], environment: dict[str, str]) -> None:
    """Turn this process into another, so that Ctrl-C and a kill reach it and its exit code is ours."""
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(command[0], command, environment)
    import subprocess

    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:
            # The console sent it to JupyterLab too, which asks whether to stop; the answer is awaited.
            continue
