"""Proves that published vectors are found where a reader put them and never fetched unasked."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from course_lib import data
from course_lib.base.errors import DataCorrupt, DataUnavailable, UsageError
from course_lib.data import cache as store
from course_lib.data import glove, registry

from . import tiny

VECTORS = {f"glove.6B.{size}d.txt": f"the {' '.join(['0.5'] * size)}\n".encode() for size in glove.DIMENSIONS}


def _archive(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in VECTORS.items():
            archive.writestr(name, content)
    return path


def _know(use_cards: Callable[..., None], content: bytes, url: str = "http://127.0.0.1:1/x.zip") -> None:
    card = registry.card("glove.6B")
    file = dataclasses.replace(card.file, url=url, size=len(content), sha256=hashlib.sha256(content).hexdigest())
    use_cards(dataclasses.replace(card, file=file))


def test_where_they_were_not_fetched_there_is_no_path_and_no_download(
    online: None, no_data_folder: None, cache: Path, use_cards: Callable[..., None], tmp_path: Path
) -> None:
    content = _archive(tmp_path / "glove.6B.zip").read_bytes()
    behaviour = tiny.Behaviour(content)
    with tiny.site(behaviour) as url:
        _know(use_cards, content, url)
        assert glove.path() is None
        assert behaviour.ranges == []
        data.fetch("glove.6B", progress=False)
        assert glove.path(100).read_bytes() == VECTORS["glove.6B.100d.txt"]
        assert len(behaviour.ranges) == 1


@pytest.mark.parametrize("place", ["glove/glove.6B.50d.txt", "glove.6B.50d.txt"])
def test_unpacked_vectors_in_the_readers_folder_are_used_as_they_lie(
    data_folder: Path, cache: Path, place: str
) -> None:
    (data_folder / place).parent.mkdir(exist_ok=True)
    (data_folder / place).write_bytes(VECTORS["glove.6B.50d.txt"])
    assert glove.path() == data_folder / place
    assert glove.path(300) is None


def test_an_archive_in_the_readers_folder_is_unpacked_once_into_the_cache(
    data_folder: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _archive(data_folder / "glove" / "glove.6B.zip")
    first, again = glove.path(50), glove.path(50)
    assert first == again == cache / "glove.6B" / "glove.6B.50d.txt"
    assert first.read_bytes() == VECTORS["glove.6B.50d.txt"]
    assert tiny.left_in(cache) == ["glove.6B", "glove.6B/glove.6B.50d.txt"]
    assert capsys.readouterr().out.count("Unpacking glove.6B.50d.txt") == 1


def test_a_damaged_archive_is_refused_and_leaves_nothing(data_folder: Path, cache: Path) -> None:
    path = _archive(data_folder / "glove.6B.zip")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DataCorrupt, match=r"glove\.6B\.zip"):
        glove.path()
    assert [one for one in tiny.left_in(cache) if one != "glove.6B"] == []


@pytest.mark.parametrize("dimensions", [0, 51, "50"])
def test_other_dimensions_are_refused(dimensions: object) -> None:
    with pytest.raises(UsageError, match=r"unknown number of dimensions .*; allowed: 50, 100, 200, 300"):
        glove.path(dimensions)


def test_a_lesson_that_wants_them_is_told_how_to_fetch_them(cache: Path, no_data_folder: None, online: None) -> None:
    from course_lib.data import sources

    with pytest.raises(DataUnavailable, match=r"it is fetched only when you ask for it: course data fetch glove\.6B"):
        sources.obtain(registry.card("glove.6B"))


# ── what stands in the way


@pytest.fixture
def archive(data_folder: Path, cache: Path) -> Path:
    """The archive in `COURSE_DATA`; nothing is unpacked."""
    return _archive(data_folder / "glove.6B.zip")


def _one_line(shown: str) -> str:
    (line,) = [line for line in shown.splitlines() if "Unpacking" not in line]
    return line


def test_a_disk_that_fills_up_while_they_are_unpacked_is_one_line_and_leaves_nothing(
    archive: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs a system with /dev/full")

    def full(part: Path, append: bool = False) -> BinaryIO:
        part.write_bytes(b"the 0.5")
        return open("/dev/full", "wb")

    with monkeypatch.context() as patch:
        patch.setattr(store, "open_part", full)
        assert glove.path() is None
    assert "The vectors cannot be had." in (line := _one_line(capsys.readouterr().out)) and "the disk is full" in line
    assert tiny.left_in(cache) == ["glove.6B"]
    assert glove.path().read_bytes() == VECTORS["glove.6B.50d.txt"]


def test_a_disk_without_room_for_them_is_told_before_anything_is_written(
    archive: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(store, "_SPARE_BYTES", 2**60)
    assert glove.path() is None
    assert "not enough room on the disk" in _one_line(capsys.readouterr().out)
    assert tiny.left_in(cache) == ["glove.6B"]


@pytest.mark.parametrize("obstacle", ["read-only", "a file in its place"])
def test_a_cache_that_cannot_be_written_is_one_line(
    archive: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], obstacle: str
) -> None:
    if obstacle == "read-only":

        def refuse(self: Path, *arguments: object, **options: object) -> None:
            raise OSError(errno.EROFS, "Read-only file system", str(self))

        monkeypatch.setattr(Path, "mkdir", refuse)
    else:
        cache.write_text("a file")
    assert glove.path() is None
    assert "cannot be written" in _one_line(capsys.readouterr().out)


def test_a_damaged_archive_in_the_cache_is_removed_and_the_lesson_goes_on(
    no_data_folder: None, cache: Path, use_cards: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    path = _archive(cache / "glove.6B" / "glove.6B.zip")
    content = path.read_bytes()
    _know(use_cards, content)
    path.write_bytes(content[:100] + b"x" + content[101:])
    assert glove.path() is None
    assert "it was removed from the cache" in _one_line(capsys.readouterr().out)
    assert tiny.left_in(cache) == ["glove.6B"]


@pytest.mark.parametrize("content", [b"", b"<html>log in</html>", b"the 0.5 0.5\n", b"the" + b" x" * 50 + b"\n"])
def test_vectors_that_are_none_are_refused_in_the_readers_folder_and_made_again_in_the_cache(
    archive: Path, cache: Path, content: bytes
) -> None:
    unpacked = glove.path()
    unpacked.write_bytes(content)
    assert [(one.path, one.verdict) for one in data.verify("glove.6B")][1:] == [(unpacked, "bad")]
    assert glove.path() == unpacked and unpacked.read_bytes() == VECTORS["glove.6B.50d.txt"]
    own = archive.with_name("glove.6B.50d.txt")
    own.write_bytes(content)
    with pytest.raises(DataCorrupt, match=r"glove\.6B\.50d\.txt: "):
        glove.path()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a system where everyone may make links")
def test_they_are_never_unpacked_through_a_link(archive: Path, cache: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    for name in ("glove.6B.50d.txt.part", "glove.6B.50d.txt"):
        (cache / "glove.6B").mkdir(parents=True, exist_ok=True)
        (cache / "glove.6B" / name).symlink_to(precious)
    assert glove.path().read_bytes() == VECTORS["glove.6B.50d.txt"]
    assert precious.read_text() == "mine" and not glove.path().is_symlink()
