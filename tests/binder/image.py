"""What the tests of Binder share: the image's environment, rebuilt, and its scripts, run here as they run there."""

from __future__ import annotations

import importlib.util
import os
import re
import secrets
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from servers import free_port, stopping, wait_for

ROOT = Path(__file__).resolve().parents[2]
BINDER = ROOT / "binder"
PATIENCE = 600.0
# What repo2docker asks of its base; it freezes their versions, and those of all that they need, as conda packages.
BASE = (
    *("pip", "ipywidgets", "jupyter-offlinenotebook", "jupyter-resource-usage", "jupyter-server", "jupyterhub"),
    *("jupyterlab", "notebook"),
)
_FROZEN = re.compile(r"^https://.*/(?P<name>[a-z][^/]*)-(?P<version>\d[\w.]*)-[^-/]+\.(?:conda|tar\.bz2)", re.M)
# conda's names of those that have another on PyPI.
_ON_PYPI = {"jupyterhub-base": "jupyterhub", "nbconvert-core": "nbconvert", "python-fastjsonschema": "fastjsonschema"}
# What an image is built from.
_COPIED = (
    *("binder", "chapters", "course_lib", "datasets", "pyproject.toml", "requirements.txt", "requirements.lock"),
    *("README.md", "LICENSE", "LICENSE-CONTENT"),
)


def base_versions() -> dict[str, str]:
    """The version of each package of the base image, as repo2docker froze it for the Python of `runtime.txt`."""
    version = (BINDER / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    (package,) = importlib.util.find_spec("repo2docker").submodule_search_locations
    lock = Path(package) / "buildpacks" / "conda" / f"environment.py-{version}-linux-64.lock"
    return {
        _ON_PYPI.get(found["name"], found["name"]): found["version"]
        for found in _FROZEN.finditer(lock.read_text(encoding="utf-8"))
    }


def rebuild(folder: Path, python: str) -> Path:
    """Make the image's environment anew, in an empty one: the base's packages, then the pins of `binder/`.

    Args:
        folder: where it is made; not there yet.
        python: an interpreter of the image's version.

    Returns:
        The environment's own interpreter.

    Raises:
        subprocess.CalledProcessError: if a package cannot be had.
    """
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    constraints = folder / "base.txt"
    constraints.write_text("".join(f"{name}=={version}\n" for name, version in base_versions().items()), "utf-8")
    found = folder / "bin" / "python"
    install = [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    for asked in (("-c", str(constraints), *BASE), ("-r", str(BINDER / "requirements.txt"))):
        subprocess.run([*install, *asked], check=True, capture_output=True, text=True)
    return found


def check_out(folder: Path) -> Path:
    """A copy of what an image is built from, which may be written into."""
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / name, folder / name)
    return folder


def _inside(python: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables under which a rebuilt environment's programs are found, and this checkout is not."""
    kept = {name: value for name, value in environment.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return {**kept, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}


def build(
    folder: Path, environment: Mapping[str, str], python: Path, checkout: Path
) -> subprocess.CompletedProcess[str]:
    """Run all of `postBuild` in a rebuilt environment; the image's own settings go into `folder/prefix`.

    Args:
        folder: as for `lab`.
        environment: the variables it starts with.
        python: what `rebuild` made.
        checkout: what `check_out` copied; the course is installed from there.
    """
    return subprocess.run(
        ["bash", "binder/postBuild"],
        cwd=checkout,
        env={**_inside(python, environment), "NB_PYTHON_PREFIX": str(folder / "prefix")},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def post_build(folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run all of `postBuild` but the installation, where the tests run; the image's own settings go as for `build`."""
    script = (BINDER / "postBuild").read_text(encoding="utf-8")
    path = folder / "postBuild"
    path.write_text("\n".join(line for line in script.splitlines() if "pip install" not in line), encoding="utf-8")
    programs = folder / "bin"
    programs.mkdir()
    for name, code in (("python", '"$@"'), ("course", '-c "from course_lib.cli import main; main()" "$@"')):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {code}\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    return subprocess.run(
        ["bash", str(path)],
        cwd=ROOT,
        env={
            **environment,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "NB_PYTHON_PREFIX": str(folder / "prefix"),
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab as the image starts it."""

    address: str
    token: str
    process: subprocess.Popen[bytes]
    user_settings: Path

    def ask(self, path: str, method: str = "GET") -> bytes:
        """Ask its interface, with the token."""
        request = urllib.request.Request(f"{self.address}{path}", method=method)
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()


@contextmanager
def lab(
    folder: Path,
    root: Path,
    environment: Mapping[str, str],
    before: Callable[[], None] | None = None,
    python: Path | None = None,
) -> Iterator[Lab]:
    """Start JupyterLab through `binder/start`, with the settings that `build` or `post_build` left in the folder.

    Args:
        folder: where those settings are.
        root: the checkout that Lab shows.
        environment: the variables it starts with.
        before: what the new process does before it becomes Lab, such as going under a limit.
        python: of a rebuilt environment; None for Lab and kernels from where the tests run.
    """
    token = secrets.token_hex(16)
    port = free_port()
    config = folder / "jupyter"
    log = folder / "lab.log"
    command = [
        *(str(BINDER / "start"), str(python or sys.executable), "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *(f"--port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"),
        *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={root}"),
        *("--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True"),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=root,
            env={
                **(_inside(python, environment) if python else {**environment, "PYTHONPATH": str(ROOT)}),
                "JUPYTER_CONFIG_PATH": str(folder / "prefix" / "etc" / "jupyter"),
                "JUPYTER_CONFIG_DIR": str(config),
                "JUPYTER_DATA_DIR": str(folder / "jupyter-data"),
                "JUPYTER_RUNTIME_DIR": str(folder / "jupyter-runtime"),
            },
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=before,
        )
    found = Lab(f"http://127.0.0.1:{port}", token, process, config / "lab" / "user-settings")
    with stopping(process):
        wait_for(f"{found.address}/api/status?token={token}", process, log, PATIENCE)
        yield found
