"""`course lab`: JupyterLab on this machine alone, open at the lessons."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from course_lib.base.errors import EnvironmentProblem
from course_lib.base.language import current, tr
from course_lib.cli.handing import become
from course_lib.cli.options import LANGUAGE, checkout
from course_lib.session import tidying

# Settings that hold where the reader has chosen nothing else: `common` asks for no news from the net, `zh` has Chinese
# menus. The reader's own settings are not touched.
_SETTINGS = Path(__file__).parent / "lab_settings"


@click.command(short_help="Open the lessons in JupyterLab.", context_settings={"ignore_unknown_options": True})
@click.option("--language", type=LANGUAGE, default=None, help="The edition to open; if left out, that of this command.")
@click.argument("lab_options", nargs=-1, type=click.UNPROCESSED)
def lab(language: str | None, lab_options: tuple[str, ...]) -> None:
    """Open the lessons in JupyterLab, with a token, on this machine alone.

    LAB_OPTIONS go to JupyterLab as they are, such as --no-browser or --port=9000.
    """
    root, language = checkout(), language or current()
    if importlib.util.find_spec("jupyterlab") is None:
        mend = "python -m pip install -c requirements.lock jupyterlab"
        raise EnvironmentProblem(
            tr(f"JupyterLab is not installed; run: {mend}", f"没有安装 JupyterLab；请运行：{mend}")
        )
    if _is_root() and not (_told(lab_options) or _allowed_by_its_settings()):
        raise EnvironmentProblem(
            tr(
                "you are root, and JupyterLab refuses to run then; type `make lab OPTIONS=--allow-root` or"
                " `course lab --allow-root`, which means that code in a notebook may do anything to this machine,"
                " as is usual inside a container",
                "你是 root 用户，JupyterLab 因此拒绝运行；请输入 `make lab OPTIONS=--allow-root` 或"
                " `course lab --allow-root`，这意味着笔记本里的代码可以对这台机器做任何事，在容器里通常如此",
            )
        )
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
    ours = [str(_SETTINGS / name) for name in ("common", language) if (_SETTINGS / name).is_dir()]
    path = os.pathsep.join(filter(None, (*ours, os.environ.get("JUPYTER_CONFIG_PATH"))))
    # Kernels are started with what the server was started with.
    become(command, {**tidying.ENVIRONMENT, **os.environ, "JUPYTER_CONFIG_PATH": path})


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _told(options: Iterable[str]) -> bool:
    """Whether JupyterLab is told to run as root, or only asked for its help."""
    return any(
        word.partition("=")[0] in ("--allow-root", "--ServerApp.allow_root", "--help", "--help-all", "-h", "--version")
        for word in options
    )


def _allowed_by_its_settings() -> bool:
    """Whether the settings of this machine let JupyterLab run as root, as those of some containers do."""
    from jupyter_core.paths import jupyter_config_path
    from traitlets.config.loader import ConfigFileNotFound, JSONFileConfigLoader, PyFileConfigLoader

    for folder in jupyter_config_path():
        for name in ("jupyter_config", "jupyter_server_config", "jupyter_lab_config"):
            for loader in (PyFileConfigLoader(f"{name}.py", folder), JSONFileConfigLoader(f"{name}.json", folder)):
                try:
                    if loader.load_config().get("ServerApp", {}).get("allow_root", False):
                        return True
                except ConfigFileNotFound:
                    continue
                except Exception:  # whatever is wrong in there, JupyterLab itself says it better
                    return True
    return False
