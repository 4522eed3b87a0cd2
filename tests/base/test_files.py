"""Proves that files are whole or not there, readable by whom the system allows, and that a lack of room shows early."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from course_lib.base import files
from course_lib.base.errors import EnvironmentProblem


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_file_is_for_whom_the_system_allows_also_from_several_threads(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        paths = [tmp_path / f"{n}" for n in range(40)]
        threads = [threading.Thread(target=files.write_atomically, args=(path, b"x")) for path in paths]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {path.stat().st_mode & 0o777 for path in paths} == {0o666 & ~mask}
    finally:
        assert os.umask(before) == mask, "nobody changes the mask of the whole process meanwhile"


def test_what_cannot_be_written_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "kept"
    files.write_atomically(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(OSError, match="No space") as stopped:
        files.write_atomically(path, b"new")
    # The system no longer knows the file's name where a disk fills while it is written.
    assert stopped.value.filename == str(path)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("kept", b"old")]


def test_where_there_is_room_nothing_is_left_by_looking(tmp_path: Path) -> None:
    files.check_room(tmp_path / "build" / "results", 1)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_nearly_full_is_told_with_what_is_needed(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(files.shutil, "disk_usage", lambda place: SimpleNamespace(free=12_000_000))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EnvironmentProblem, match="disk of build is nearly full: 12 MB are free, 100 MB are needed"):
        files.check_room(tmp_path / "build", 100)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for given, named in (("file", "file"), ("file/results", "file/results"), ("link", "nowhere")):
        with pytest.raises(EnvironmentProblem, match=f"^{named} cannot be written "):
            files.check_room(tmp_path / given, 1)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_limit_that_only_writing_shows_is_told(tmp_path: Path) -> None:
    code = (
        "import resource, pathlib\nfrom course_lib.base.files import check_room\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\ncheck_room(pathlib.Path('build'), 1)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "EnvironmentProblem: build cannot be written (File too large)" in ended.stderr


def test_without_a_folder_for_temporary_files_the_line_that_names_one_is_said(tmp_path: Path, monkeypatch) -> None:
    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(files.tempfile, "gettempdir", none)
    with pytest.raises(EnvironmentProblem, match="export TMPDIR="):
        files.check_room(tmp_path, 1)


def test_a_workshop_is_gone_afterwards_also_where_the_work_fails(tmp_path: Path) -> None:
    with files.workshop(".work-", tmp_path) as folder:
        (folder / "half").write_text("x")
        assert folder.parent == tmp_path and folder.name.startswith(".work-")
        assert os.name == "nt" or folder.stat().st_mode & 0o077 == 0  # in the system's folder others look about
    with pytest.raises(KeyError), files.workshop(".work-", tmp_path) as folder:
        (folder / "half").write_text("x")
        raise KeyError("work")
    assert list(tmp_path.iterdir()) == []


_WORKER = """
import sys, time
from pathlib import Path
from course_lib.base import files
with files.workshop(".work-", Path(sys.argv[1])) as folder:
    (folder / "half").write_text("x")
    print(folder.name, flush=True)
    time.sleep(60)
"""


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_works_in_is_not(tmp_path: Path) -> None:
    (tmp_path / ".work-of-an-older-version").mkdir()
    (tmp_path / "others").mkdir()
    workers = [
        subprocess.Popen([sys.executable, "-c", _WORKER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        killed, alive = (worker.stdout.readline().strip() for worker in workers)
        workers[0].kill()
        workers[0].wait()
        assert (tmp_path / killed / "half").exists()
        with files.workshop(".work-", tmp_path) as folder:
            found = {path.name for path in tmp_path.iterdir()}
        assert found == {"others", alive, f"{alive}.lock", folder.name, f"{folder.name}.lock"}
        assert (tmp_path / alive / "half").exists()
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
