"""`course lab`: JupyterLab on this machine alone, open at the lessons."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import click

from course_lib.base.errors import EnvironmentProblem
from course_lib.cli.options import LANGUAGE, checkout

# Settings that hold where the reader has chosen nothing else: `common` asks for no news from the net, `zh` has Chinese
# menus. The reader's own settings are not touched.
_SETTINGS = Path(__file__).parent / "lab_settings"


@click.command(short_help="Open the lessons in JupyterLab.", context_settings={"ignore_unknown_options": True})
@click.option("--language", type=LANGUAGE, default="en", show_default=True, help="The edition to open.")
@click.argument("lab_options", nargs=-1, type=click.UNPROCESSED)
def lab(language: str, lab_options: tuple[str, ...]) -> None:
    """Open the lessons in JupyterLab, with a token, on this machine alone.

    LAB_OPTIONS go to JupyterLab as they are, such as --no-browser or --port=9000.
    """
    root = checkout()
    if importlib.util.find_spec("jupyterlab") is None:
        mend = "python -m pip install -c requirements.lock jupyterlab"
        raise EnvironmentProblem(f"JupyterLab is not installed; run: {mend}")
    command = [
        sys.executable,
        # What lies in this folder, such as a download called tornado.py, is not imported. Kernels do import what lies
        # beside their notebook: readers may have modules of their own.
        "-P",
        "-m",
        "jupyterlab",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/chapters/{language}",
        # Extensions are the environment's matter; looking for others would ask the net.
        "--LabApp.extension_manager=readonly",
        *lab_options,
    ]
    settings = [str(_SETTINGS / name) for name in ("common", language) if (_SETTINGS / name).is_dir()]
    path = os.pathsep.join(filter(None, (*settings, os.environ.get("JUPYTER_CONFIG_PATH"))))
    _become(command, {**os.environ, "JUPYTER_CONFIG_PATH": path})


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
