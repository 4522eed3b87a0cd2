"""Proves what mybinder.org would build: the Dockerfile that repo2docker writes, and the scripts that run in it."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.data import registry

from . import image

pytestmark = pytest.mark.binder

ROOT = Path(__file__).resolve().parents[2]
BINDER = ROOT / "binder"


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Dockerfile for this checkout, written without Docker."""
    program = shutil.which("jupyter-repo2docker", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("needs jupyter-repo2docker, which does not run on Windows")
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(BINDER, folder / "binder")
    for name in ("pyproject.toml", "requirements.txt", "requirements.lock", "README.md"):
        shutil.copyfile(ROOT / name, folder / name)
    command = [program, "--no-build", "--debug", "."]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_the_image_has_the_python_that_the_pins_are_for(dockerfile: str) -> None:
    version = (BINDER / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert version == "3.12"
    assert re.search(r"environment-2epy-2d3-2e12-2dlinux", dockerfile)


def test_the_pins_are_installed_before_the_course_is_copied_so_that_the_layer_is_kept(dockerfile: str) -> None:
    install = dockerfile.index('pip install --no-cache-dir -r "binder/requirements.txt"')
    copy = re.search(r"^COPY --chown=0?:?\S* src/? \$\{REPO_DIR\}/?$", dockerfile, re.M).start()
    assert dockerfile.index("COPY --chown=0:0 src/binder/requirements.txt") < install < copy


def test_figures_have_a_chinese_font(dockerfile: str) -> None:
    assert re.search(r"apt-get install .*fonts-noto-cjk", dockerfile)


def test_the_data_are_fetched_while_the_image_is_built(dockerfile: str) -> None:
    assert "RUN ./binder/postBuild" in dockerfile
    script = (BINDER / "postBuild").read_text(encoding="utf-8")
    assert "course data fetch" in script
    assert script.index("pip install") < script.index("course data fetch")


def test_the_start_script_runs_before_the_server(dockerfile: str) -> None:
    assert 'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in dockerfile


def test_no_jupyterlab_is_pinned_over_the_images_own() -> None:
    pins = (BINDER / "requirements.txt").read_text(encoding="utf-8")
    assert not re.search(r"^(jupyterlab|jupyter-server|jupyterlab-server|notebook)==", pins, re.M)


def test_the_versions_of_the_base_are_read_from_what_repo2docker_froze() -> None:
    pytest.importorskip("repo2docker", reason="needs jupyter-repo2docker, which does not run on Windows")
    versions = image.base_versions()
    assert set(image.BASE) <= {name.replace("_", "-") for name in versions}
    assert versions["python"].startswith("3.12.") and versions["jupyterlab"].startswith("4.")


@pytest.mark.skipif(os.name != "posix", reason="shell scripts")
@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_a_script_is_executable_and_is_bash(name: str) -> None:
    path = BINDER / name
    assert path.stat().st_mode & stat.S_IXUSR
    assert path.read_text(encoding="utf-8").startswith("#!/bin/bash\n")
    subprocess.run(["bash", "-n", str(path)], check=True)


@pytest.mark.skipif(os.name != "posix", reason="shell scripts")
def test_the_start_script_sets_one_thread_no_net_and_the_quick_scale_and_goes_on_to_the_server() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COURSE_", "MALLOC_"))}
    answer = subprocess.run(
        [str(BINDER / "start"), "env"], env=environment, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert {"COURSE_SCALE=quick", "COURSE_OFFLINE=1", "OMP_NUM_THREADS=1", "TF_NUM_INTRAOP_THREADS=1"} <= set(answer)
    assert "MALLOC_ARENA_MAX=1" in answer
    environment["COURSE_SCALE"] = "smoke"
    answer = subprocess.run(
        [str(BINDER / "start"), "env"], env=environment, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert "COURSE_SCALE=smoke" in answer


@pytest.mark.skipif(os.name != "posix", reason="shell scripts")
def test_the_image_is_built_even_where_no_data_can_be_had(cache: Path, tmp_path: Path, no_data_folder: None) -> None:
    """Everything of `postBuild` but the installation runs here, without the net."""
    answer = image.post_build(tmp_path, os.environ)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "the lessons use their samples" in answer.stdout
    for card in registry.cards():
        if card.automatic and card.origin == "download":
            assert f"error: {card.id}: " in answer.stderr
