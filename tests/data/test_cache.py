"""Proves that cache entries appear whole or not at all, and that damage is noticed whenever one is read."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_lib.data import cache as store

from . import tiny


def _write(entry: Path, **files: bytes) -> None:
    with store.writing(entry) as unfinished:
        for name, content in files.items():
            (unfinished / name).write_bytes(content)


def test_an_entry_is_read_as_it_was_written(cache: Path) -> None:
    entry = store.folder("imdb") / "parsed"
    _write(entry, one=b"1", two=b"22")
    assert store.read(entry, ["two", "one"]) == {"one": b"1", "two": b"22"}
    assert store.read(entry, ["one"]) == {"one": b"1"}
    assert store.is_sound(entry)
    assert store.folder("imdb") == cache / "imdb"


def test_an_entry_is_replaced_as_a_whole(cache: Path) -> None:
    _write(cache / "entry", one=b"1", two=b"22")
    _write(cache / "entry", one=b"new")
    assert tiny.left_in(cache) == ["entry", "entry/manifest.json", "entry/one"]
    assert store.read(cache / "entry", ["one"]) == {"one": b"new"}
    assert store.read(cache / "entry", ["one", "two"]) is None


@pytest.mark.parametrize("problem", [OSError("disk"), KeyboardInterrupt()])
def test_an_entry_that_is_not_finished_leaves_nothing_and_keeps_the_old_one(
    cache: Path, problem: BaseException
) -> None:
    _write(cache / "entry", one=b"old")
    with pytest.raises(type(problem)), store.writing(cache / "entry") as unfinished:
        (unfinished / "one").write_bytes(b"new")
        raise problem
    assert tiny.left_in(cache) == ["entry", "entry/manifest.json", "entry/one"]
    assert store.read(cache / "entry", ["one"]) == {"one": b"old"}


def test_a_clean_up_that_fails_does_not_hide_why_it_was_needed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: object, ignore_errors: bool = False) -> None:
        if not ignore_errors:
            raise OSError("the disk has become read-only")

    monkeypatch.setattr(store.shutil, "rmtree", refused)
    with pytest.raises(ValueError, match="what was wrong first"), store.writing(cache / "entry"):
        raise ValueError("what was wrong first")


def test_what_a_killed_process_left_is_swept_away_by_the_next(cache: Path) -> None:
    (cache / f"{store.UNFINISHED}1234").mkdir(parents=True)
    (cache / f"{store.UNFINISHED}1234" / "one").write_bytes(b"half")
    _write(cache / "entry", one=b"1")
    assert tiny.left_in(cache) == ["entry", "entry/manifest.json", "entry/one"]


def _shorten(entry: Path) -> None:
    (entry / "one").write_bytes(b"a different len")


def _flip(entry: Path) -> None:
    (entry / "one").write_bytes(b"0")


def _remove(entry: Path) -> None:
    (entry / "one").unlink()


def _break_manifest(entry: Path) -> None:
    (entry / "manifest.json").write_text("{")


def _empty_manifest(entry: Path) -> None:
    (entry / "manifest.json").write_text("[]")


@pytest.mark.parametrize("damage", [_shorten, _flip, _remove, _break_manifest, _empty_manifest])
def test_a_damaged_entry_is_not_read(cache: Path, damage: object) -> None:
    entry = cache / "entry"
    _write(entry, one=b"1", two=b"2")
    damage(entry)
    assert store.read(entry, ["one"]) is None
    assert not store.is_sound(entry)


def test_a_missing_entry_is_no_entry(cache: Path) -> None:
    assert store.read(cache / "entry", ["one"]) is None
    assert not store.is_sound(cache / "entry")


def test_who_waits_for_a_lock_is_told_so(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import filelock

    monkeypatch.setattr(store, "_PATIENCE", 0.01)
    other = filelock.FileLock(cache / "locks" / "imdb.lock")
    (cache / "locks").mkdir(parents=True)
    other.acquire()
    # The other process ends as soon as this one has said that it waits for it.
    monkeypatch.setattr(store.display, "show", lambda line: (print(line.text), other.release()))
    with store.locked("imdb"):
        assert "Another notebook is preparing imdb (its number is not known)" in capsys.readouterr().out
        with pytest.raises(filelock.Timeout):
            other.acquire(timeout=0.01)
    other.acquire(timeout=1)
    other.release()


@pytest.fixture
def held(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Another process holds the lock of IMDB and does not let go of it."""
    monkeypatch.setattr(store, "_PATIENCE", 0.01)
    monkeypatch.setattr(store, "WAIT_SECONDS", 0.1)
    environment = {**os.environ, "COURSE_CACHE": str(cache)}
    command = "import sys\nfrom course_lib.data import cache\n"
    command += "with cache.locked('imdb'): print(1, flush=True); sys.stdin.read()"
    other = subprocess.Popen(
        [sys.executable, "-c", command], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    other.stdout.readline()
    yield other.pid
    other.communicate()


def test_a_lock_is_waited_for_so_long_and_no_longer_and_a_line_says_for_whom(
    held: int, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = time.monotonic()
    with (
        pytest.raises(store.Busy, match=f"another process has held the cache .*process {held} on "),
        store.locked("imdb"),
    ):
        raise AssertionError("it let two in at once")
    assert time.monotonic() - begun < 5
    assert f"Another notebook is preparing imdb (process {held} on " in capsys.readouterr().out
    assert store.Busy.exit_code == 3


def test_while_another_process_parses_without_end_reviews_are_read_all_the_same(
    held: int, tiny_imdb: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from course_lib.data import imdb

    assert len(imdb.load("train")) == 12
    assert "cannot be kept in the cache (imdb: another process has held the cache" in capsys.readouterr().out


def test_who_held_a_lock_leaves_no_line_behind_and_what_stands_there_is_shown_plainly(cache: Path) -> None:
    with store.locked("imdb"):
        assert f"process {os.getpid()} on " in store._told(cache / "locks" / "imdb.holder")
    assert not (cache / "locks" / "imdb.holder").exists()
    (cache / "locks" / "imdb.holder").write_bytes(b"\x1b[2Jevil\r\n")
    assert store._told(cache / "locks" / "imdb.holder") == "[2Jevil"


def test_a_manifest_that_is_no_manifest_makes_no_entry(cache: Path) -> None:
    _write(cache / "entry", one=b"1")
    for manifest in (
        b"[" * 50_000,
        b"{}",
        b'{"one": 3}',
        b'{"one": []}',
        b'{"one": ["1", "x"]}',
        b"\xff",
        b" " * 70_000,
    ):
        (cache / "entry" / "manifest.json").write_bytes(manifest)
        assert store.read(cache / "entry", ["one"]) is None
        assert not store.is_sound(cache / "entry") or manifest == b"{}"
