"""Proves that cache entries appear whole or not at all, and that damage is noticed whenever one is read."""

from __future__ import annotations

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
        assert "Another notebook is preparing imdb" in capsys.readouterr().out
        with pytest.raises(filelock.Timeout):
            other.acquire(timeout=0.01)
    other.acquire(timeout=1)
    other.release()
