"""What the tests of Binder share: the scripts of the image, run here as they run there."""

from __future__ import annotations

import os
import secrets
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


def post_build(folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run everything of `postBuild` but the installation; the image's own settings go into `folder/prefix`."""
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
    folder: Path, root: Path, environment: Mapping[str, str], before: Callable[[], None] | None = None
) -> Iterator[Lab]:
    """Start JupyterLab through `binder/start`, with the settings that `post_build` left in the folder.

    Args:
        folder: where `post_build` ran.
        root: the checkout that Lab shows.
        environment: the variables it starts with.
        before: what the new process does before it becomes Lab, such as going under a limit.
    """
    token = secrets.token_hex(16)
    port = free_port()
    config = folder / "jupyter"
    log = folder / "lab.log"
    command = [
        *(str(BINDER / "start"), sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *(f"--port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"),
        *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={root}"),
        *("--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True"),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=root,
            env={
                **environment,
                "PYTHONPATH": str(ROOT),
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
