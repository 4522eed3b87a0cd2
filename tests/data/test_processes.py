"""Proves, with real processes, that two may want a data set at once, one may be killed, and a disk may be full."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from . import tiny

pytestmark = pytest.mark.slow

HERE = Path(__file__).resolve().parent

# Loads the tiny data set from the site named first and says in JSON what came of it.
LOAD = """
import json, sys
import tiny
tiny.use_url(sys.argv[1])
from course_lib.data import cache, imdb
from course_lib.base.errors import CourseError
cache._SPARE_BYTES = 0
try:
    reviews = imdb.load("train", sample="never")
    print(json.dumps({"texts": sorted(reviews.texts), "source": reviews.source}))
except CourseError as problem:
    print(json.dumps({"error": type(problem).__name__, "message": str(problem)}))
"""

# The same, but it stops after the fifth review it parses, until it is killed.
STOP_IN_PARSE = """
import sys, time
import tiny
from course_lib.data import imdb_archive
add = imdb_archive.Gathering.add
def slow(self, *arguments):
    add(self, *arguments)
    if len(self.labels) == 5:
        print("parsing", flush=True)
        time.sleep(60)
imdb_archive.Gathering.add = slow
"""

LIMIT_FILES = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
"""


@pytest.fixture
def environment(cache: Path) -> dict[str, str]:
    """The environment of a process that may download, into an empty cache."""
    inherited = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    inherited.pop("COURSE_DATA", None)
    return {**inherited, "PYTHONPATH": str(HERE), "PYTHONUTF8": "1", "COURSE_CACHE": str(cache), "COURSE_OFFLINE": "0"}


def _start(script: str, url: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, url]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, encoding="utf-8")


def _told(process: subprocess.Popen[str]) -> tuple[str, dict[str, object]]:
    """What it printed for the reader, and what it told in its last line."""
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    *words, last = output.splitlines()
    return "\n".join(words), json.loads(last)


def _load(environment: dict[str, str], before: str = "") -> dict[str, object]:
    """Load in a process of its own from a site that works."""
    with tiny.site(tiny.Behaviour(tiny.pack_once())) as url:
        return _told(_start(before + LOAD, url, environment))[1]


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def _training_texts() -> list[str]:
    return sorted(tiny.text("train", kind, number) for kind in ("neg", "pos") for number in range(6))


def _kept(cache: Path) -> list[str]:
    """The cache's files, but for the ones inside a parsed entry."""
    return [path for path in tiny.left_in(cache) if not (path.startswith("imdb/parsed-") and path.count("/") == 2)]


def _whole(cache: Path) -> bool:
    archive, parsed = _kept(cache)[1:]
    return archive == f"imdb/{tiny.ARCHIVE}" and parsed.startswith("imdb/parsed-")


def test_two_processes_at_once_fetch_and_parse_once_and_both_get_everything(
    environment: dict[str, str], cache: Path, tmp_path: Path
) -> None:
    behaviour = tiny.Behaviour(tiny.pack_once(), stall_after=2048)
    outputs = [tmp_path / "first.txt", tmp_path / "second.txt"]
    with tiny.site(behaviour) as url, contextlib.ExitStack() as files:
        command = [sys.executable, "-u", "-c", LOAD, url]
        processes = [
            subprocess.Popen(command, env=environment, stdout=files.enter_context(path.open("w"))) for path in outputs
        ]
        _until(
            lambda: any("Another notebook is preparing imdb" in path.read_text(encoding="utf-8") for path in outputs)
        )
        behaviour.go_on.set()
        assert [process.wait(60) for process in processes] == [0, 0]
    assert len(behaviour.ranges) == 1
    for path in outputs:
        assert json.loads(path.read_text(encoding="utf-8").splitlines()[-1])["texts"] == _training_texts()
    assert _whole(cache)


def test_a_process_killed_in_the_middle_of_a_download_is_no_trouble_to_the_next(
    environment: dict[str, str], cache: Path
) -> None:
    behaviour = tiny.Behaviour(tiny.pack_once(), stall_after=4096)
    part = cache / "imdb" / f"{tiny.ARCHIVE}.part"
    with tiny.site(behaviour) as url:
        process = _start(LOAD, url, environment)
        _until(lambda: part.exists() and part.stat().st_size > 0)
        process.kill()
        process.communicate()
    had = part.stat().st_size
    assert tiny.left_in(cache) == ["imdb", f"imdb/{part.name}"]

    behaviour = tiny.Behaviour(tiny.pack_once())
    with tiny.site(behaviour) as url:
        _, answer = _told(_start(LOAD, url, environment))
    assert answer == {"texts": _training_texts(), "source": "download"}
    assert behaviour.ranges == [f"bytes={had}-"]
    assert _whole(cache)


def test_a_process_killed_in_the_middle_of_parsing_is_no_trouble_to_the_next(
    environment: dict[str, str], cache: Path
) -> None:
    with tiny.site(tiny.Behaviour(tiny.pack_once())) as url:
        process = _start(STOP_IN_PARSE + LOAD, url, environment)
        assert process.stdout.readline().startswith("Fetching")
        assert process.stdout.readline() == "parsing\n"
        process.kill()
        process.communicate()
    assert not list((cache / "imdb").glob("parsed-*")) and list((cache / "imdb").glob(".unfinished-*"))
    assert _load(environment) == {"texts": _training_texts(), "source": "cache"}
    assert _whole(cache)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits of a process")
def test_where_no_file_may_grow_the_download_fails_cleanly_and_the_next_run_works(
    environment: dict[str, str], cache: Path
) -> None:
    answer = _load(environment, before=LIMIT_FILES)
    assert answer["error"] == "DataUnavailable" and "cannot be written to the cache" in answer["message"]
    assert tiny.left_in(cache) == ["imdb"]
    assert _load(environment)["texts"] == _training_texts()


@pytest.fixture
def small_disk(environment: dict[str, str]) -> Iterator[Path]:
    """A disk of 64 KiB, and the cache on it."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("needs root on Linux, to mount a small disk")
    place = Path(tempfile.mkdtemp())
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", place], check=False).returncode:
        place.rmdir()
        pytest.skip("this machine lets nobody mount a disk")
    environment["COURSE_CACHE"] = str(place / "cache")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)
        place.rmdir()


def _fill(disk: Path, leave: int) -> Path:
    """Fill the disk but for some bytes."""
    filler = disk / "filler"
    filler.write_bytes(b"")
    with filler.open("ab", buffering=0) as stream:
        while shutil.disk_usage(disk).free > leave:
            stream.write(bytes(min(4096, shutil.disk_usage(disk).free - leave)))
    return filler


def test_a_full_disk_stops_a_download_cleanly_and_with_room_the_next_run_works(
    environment: dict[str, str], small_disk: Path
) -> None:
    filler = _fill(small_disk, leave=8192)
    answer = _load(environment)
    assert answer["error"] == "DataUnavailable" and "not enough room on the disk" in answer["message"]
    # A site that does not say how much it sends meets the end of the disk while it is written.
    with tiny.site(tiny.Behaviour(tiny.pack_once(), says_length=False)) as url:
        script = LOAD.replace("tiny.use_url(sys.argv[1])", "tiny.use_url(sys.argv[1], known=False)")
        _, answer = _told(_start(script, url, environment))
    assert answer["error"] == "DataUnavailable" and "the disk is full" in answer["message"]
    assert tiny.left_in(small_disk) == ["cache", "cache/imdb", "filler"]
    filler.unlink()
    assert _load(environment) == {"texts": _training_texts(), "source": "download"}


def test_reviews_are_read_even_if_the_disk_has_no_room_for_what_is_parsed(
    environment: dict[str, str], small_disk: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / tiny.ARCHIVE).write_bytes(tiny.pack_once())
    filler = _fill(small_disk, leave=8192)
    with tiny.site(tiny.Behaviour(b"")) as url:
        words, answer = _told(_start(LOAD, url, {**environment, "COURSE_DATA": str(data)}))
    assert answer == {"texts": _training_texts(), "source": "folder"}
    assert "cannot be kept in the cache" in words and "No space left" in words
    assert [path for path in tiny.left_in(small_disk) if "parsed" in path or "unfinished" in path] == []
    filler.unlink()
    words, answer = _told(_start(LOAD, url, {**environment, "COURSE_DATA": str(data)}))
    assert answer == {"texts": _training_texts(), "source": "folder"} and not words


# The `course` command, told where the tiny data set is published.
COMMAND = """
import sys
import tiny
tiny.use_url(sys.argv[1])
from course_lib import cli
cli.main(sys.argv[2:])
"""


def test_a_damaged_file_on_a_read_only_disk_is_one_line_with_its_exit_code_and_the_sample_for_a_lesson(
    environment: dict[str, str], small_disk: Path
) -> None:
    with tiny.site(tiny.Behaviour(tiny.pack_once())) as url:
        archive = small_disk / "cache" / "imdb" / tiny.ARCHIVE
        archive.parent.mkdir(parents=True)
        archive.write_bytes(tiny.pack_once()[:-1] + b"x")
        before = tiny.left_in(small_disk)
        subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
        for arguments, code, told in (
            (("fetch", "imdb"), 3, "it cannot be removed from the cache: Read-only file system"),
            (("verify", "imdb"), 1, "expected md5"),
        ):
            done = subprocess.run(
                [sys.executable, "-c", COMMAND, url, "data", *arguments],
                env=environment,
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            words = done.stdout + done.stderr
            assert (done.returncode, words.count("Traceback")) == (code, 0), words
            assert sum(told in line for line in words.splitlines()) == 1, words
        _, answer = _told(_start(LOAD, url, environment))
        assert answer["error"] == "DataUnavailable"
        words, answer = _told(_start(LOAD.replace(', sample="never"', ""), url, environment))
        assert answer["source"] == "sample" and "Read-only file system" in words
    assert tiny.left_in(small_disk) == before
